"""Where long work stands, on one line of a terminal that is gone when the work is done. Nothing where there is none."""

from __future__ import annotations

import sys
import time
from types import TracebackType

PATIENCE_S = 0.4
"""Work that is shorter says nothing."""
STEP_S = 0.1


class Status:
    """Call it with what is being done, how many are done, and of how many."""

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty()
        self._next = time.monotonic() + PATIENCE_S
        self._shown = False

    def __call__(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if self._shows and now >= self._next:
            self._next = now + STEP_S
            self._shown = True
            print(f"\r\x1b[2K{what} {done:,} of {of:,}", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> Status:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)
