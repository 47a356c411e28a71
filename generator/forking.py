"""The same work on many things, on all cores: processes that are forked know everything that we do."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")


def forked(work: Callable[[T], R], items: Sequence[T], processes: int) -> Iterator[R]:
    """Yield what `work` gives for each thing, in order: in one process or in several, the same."""
    if processes < 2 or threading.active_count() > 1:  # a fork takes no other thread along
        yield from map(work, items)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    global _work
    _work = work
    chunk = max(1, min(16, len(items) // processes // 4))
    with ProcessPoolExecutor(processes, get_context("fork"), initializer=_begin) as pool:
        yield from pool.map(_do, items, chunksize=chunk)


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_work: Callable[[Any], Any]
"""What the processes were forked to do."""


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us is interrupted too, and says so


def _do(item: Any) -> Any:
    return _work(item)
