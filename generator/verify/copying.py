"""Writing what a site gives into the copy, digested on the way, within limits."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import TracebackType

from generator.verify.origin import Got, Limits

CHUNK = 1 << 18
"""Bytes."""


class TooLarge(Exception):
    """A file, or all of them together, has more bytes than a limit lets it."""


class Budget:
    """The bytes that all files together may still have."""

    def __init__(self, limits: Limits) -> None:
        self.left = limits.whole

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise TooLarge("all files together have more bytes than a reader takes")


class Copy:
    """One file on its way: what is not finished is not left behind."""

    def __init__(self, target: Path, most: int, budget: Budget) -> None:
        self._target = target
        self._most = most
        self._budget = budget
        self._digest = hashlib.sha256()
        self._size = 0

    def __enter__(self) -> Copy:
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._target.open("wb")
        return self

    def write(self, chunk: bytes) -> None:
        """Raises: TooLarge."""
        self._size += len(chunk)
        if self._size > self._most:
            raise TooLarge(f"it has more than {self._most:,} bytes")
        self._budget.take(len(chunk))
        self._digest.update(chunk)
        self._file.write(chunk)

    def got(self) -> Got:
        return Got(self._digest.hexdigest(), self._size)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is not None:
            self._budget.left += self._size
            self._target.unlink(missing_ok=True)
