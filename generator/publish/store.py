"""What a deploy needs of an object store; generator/publish/s3.py is the one there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from clawpub.errors import PublishError
from generator.publish.order import Served
from generator.publish.released import LocalFile

AT_ONCE = 32
"""Requests."""


class Conflict(PublishError):
    """A conditional write met another state than it was for: somebody else wrote."""


@dataclass(frozen=True)
class Listed:
    etag: str
    size: int


@dataclass(frozen=True)
class Head:
    """What a store knows of an object besides its bytes."""

    etag: str
    sha256: str
    """As the deploy that put it said; empty where something else did."""
    served: Served


@dataclass(frozen=True)
class Note:
    """A small object of the deploy's own, with its state."""

    data: bytes
    etag: str
    age_s: float
    """Since it was last written, by the store's own clock."""


class Store(Protocol):
    """Objects by their keys, which are paths in the site or in STATE. Every method raises PublishError."""

    def listing(self) -> Iterator[tuple[str, Listed]]: ...

    def head(self, key: str) -> Head | None: ...

    def put_file(self, file: LocalFile, served: Served, *, replaces: str | None) -> str:
        """Put a file whose bytes the store compares with the digest; return the ETag.

        Raises: Conflict where another object stands in its place than the one with this ETag, None for none.
        """

    def delete(self, keys: Iterable[str]) -> None: ...

    def read(self, key: str) -> Note | None: ...

    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        """Put a note in the place of the one with this ETag, None where there must be none; return the new ETag.

        Raises: Conflict where another state is there.
        """

    def remove(self, key: str, *, etag: str) -> None:
        """Remove a note if it is still this one."""
