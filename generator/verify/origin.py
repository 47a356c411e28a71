"""Where a published site stands, and what came of asking it for its files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from generator.progress import Progress


@dataclass(frozen=True)
class Got:
    """What became of one file: it was copied, or why it was not."""

    sha256: str = ""
    """In hex, of the bytes that were copied; empty where there are none."""
    size: int = 0
    """Bytes."""
    trouble: str = ""
    missing: bool = False
    """Whether the site says that it has no such file."""


@dataclass(frozen=True)
class Limits:
    """What a site may cost its reader."""

    file: int = 1 << 30
    """Bytes of one file."""
    whole: int = 16 << 30
    """Bytes of all files together."""
    silence_s: float = 30
    """How long a server may say nothing."""
    file_s: float = 900
    """How long one file may take."""
    pauses_s: tuple[float, ...] = (0.3, 1.5)
    """Before each further try, where a server failed or a connection broke."""


LIMITS = Limits()


class Origin(Protocol):
    """A folder or a server that a site is read from."""

    @property
    def shown(self) -> str:
        """As a person reads it."""

    def copy(self, names: Sequence[str], into: Path, progress: Progress, *, most: int = 0) -> Mapping[str, Got]:
        """Copy files into a folder, and return what became of each; `most` is another limit for one, in bytes.

        Raises: PublishError where the site cannot be reached at all.
        """

    def unlisted(self, names: Collection[str]) -> Sequence[str]:
        """Return the files besides these, where that can be known."""
