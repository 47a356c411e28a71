"""One deploy at a time: an object that says who is at it, written only where there is none.

Its holder writes it again every few seconds. A lock is taken over where its holder cannot go on: a process of this
machine that is gone, at once; one of another machine when the lock has not been written for LEASE_S, by the store's own
clock. Taking over is a conditional write, so that of two who try one wins. A holder that was taken over, or has not
been heard for as long as that might have happened (its machine was asleep), puts nothing more; and whatever it has on
its way is conditional too, so that it writes over nothing that the other one put.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from clawpub.errors import PublishError
from generator.publish.manifest import STATE
from generator.publish.store import Conflict, Note, Store

LOCK = STATE + "lock"
LEASE_S = 60.0
BEAT_S = 15.0
_TRIES = 3


@dataclass(frozen=True)
class Holder:
    deploy: str
    machine: str
    """Where a process's number means something: the running kernel and the process namespace; empty where unknown."""
    host: str
    """For people."""
    pid: int
    began: str
    """When the process did, in the kernel's own count: numbers are used again. Empty where unknown."""


def this_process(deploy: str) -> Holder:
    return Holder(deploy, _machine(), socket.gethostname(), os.getpid(), _began(os.getpid()))


def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _began(pid: int) -> str:
    """Return when a process began; "ended" where only its parent has not noticed, empty where it cannot be seen."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        return "ended" if told[0] in "ZX" else told[19]
    except (OSError, IndexError):
        return ""


def _is_gone(holder: Holder) -> bool:
    """Whether a holder is surely not running any more. Another user's process may be hidden, and is not gone."""
    if not holder.machine or holder.machine != _machine() or holder.pid <= 0:
        return False
    try:
        os.kill(holder.pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        pass
    return _began(holder.pid) not in ("", holder.began)


def _awake_s() -> float:
    """Return a count of seconds that goes on while the machine sleeps, where its system has one."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Lease:
    """A lock that is held."""

    def __init__(self, store: Store, holder: Holder, etag: str, seconds: Callable[[], float] = _awake_s) -> None:
        self._store = store
        self._holder = holder
        self._etag = etag
        self._seconds = seconds
        self._heard_s = seconds()
        self._lost = threading.Event()
        self._end = threading.Event()
        self._beating = threading.Thread(target=self._beat, daemon=True)

    def require(self) -> None:
        """Raises: PublishError where somebody else has taken over, or may have."""
        if self._lost.is_set():
            raise PublishError(
                "another deploy has taken this one's place; it stopped where it was",
                hint="nothing is broken; publish again when that one is done",
            )
        if (silent_s := self._seconds() - self._heard_s) > LEASE_S:
            raise PublishError(
                f"the lock could not be kept for {silent_s:.0f} s, and another deploy may have begun; this one stopped",
                hint="nothing is broken; publish again, it goes on where it stopped",
            )

    def _beat(self) -> None:
        while not self._end.wait(BEAT_S):
            asked_s = self._seconds()
            try:
                self._etag = self._store.write(LOCK, _written(self._holder), replaces=self._etag)
                self._heard_s = asked_s
            except Conflict:
                self._lost.set()
                return
            except PublishError:
                continue  # the store may answer again before the lease ends

    def _release(self) -> None:
        self._end.set()
        self._beating.join()
        if not self._lost.is_set():
            with suppress(PublishError):  # it ends by itself
                self._store.remove(LOCK, etag=self._etag)


@contextmanager
def held(store: Store, holder: Holder, *, take_over: bool = False) -> Iterator[Lease]:
    """Hold the lock of a target.

    Raises: PublishError naming who holds it.
    """
    lease = Lease(store, holder, _taken(store, holder, take_over))
    lease._beating.start()
    try:
        yield lease
    finally:
        lease._release()


def _taken(store: Store, holder: Holder, take_over: bool) -> str:
    for _ in range(_TRIES):
        found = store.read(LOCK)
        if found is not None and (busy := _busy(found, take_over)):
            raise PublishError(busy, hint="wait for it; --take-over goes on without it, should it have died elsewhere")
        try:
            return store.write(LOCK, _written(holder), replaces=found.etag if found else None)
        except Conflict:
            mine = store.read(LOCK)  # an answer that was lost on its way, or another deploy
            if mine is not None and _read(mine.data) == holder:
                return mine.etag
    raise PublishError("other deploys keep taking the lock", hint="publish again in a minute")


def _busy(found: Note, take_over: bool) -> str:
    """Return who holds a lock; empty where nobody does."""
    holder = _read(found.data)
    if take_over or found.age_s > LEASE_S or (holder is not None and _is_gone(holder)):
        return ""
    who = f"process {holder.pid} on {holder.host}" if holder else "somebody"
    return f"another deploy is at it: {who}, heard of {max(0.0, found.age_s):.0f} s ago"


def _written(holder: Holder) -> bytes:
    return json.dumps(asdict(holder)).encode()


def _read(data: bytes) -> Holder | None:
    try:
        return TypeAdapter(Holder).validate_json(data, strict=True)
    except ValidationError:
        return None
