"""Bounds on a box as a whole, by the kernel: cgroup v1 or v2, wherever a child group can be made."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import signal
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
NAME = re.compile(r"clawpub-(\d+)-\d+")
_count = itertools.count(1)


@dataclass(frozen=True)
class Group:
    """One box's control group: a folder in the one v2 hierarchy, or one in each of v1's memory and pids."""

    folders: tuple[Path, ...]

    def add(self, pid: int) -> None:
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(pid))

    def out_of_memory_kills(self) -> int:
        """How many processes the kernel killed because the group's memory was used up."""
        for folder in self.folders:
            for name in ("memory.events", "memory.oom_control"):
                with contextlib.suppress(OSError):
                    found = re.search(r"^oom_kill (\d+)", (folder / name).read_text(), re.MULTILINE)
                    return int(found[1]) if found else 0
        return 0

    def remove(self, *, within_s: float = 2.0) -> None:
        """End what is left in it and remove it; what will not go is left for the next sweep."""
        deadline = time.monotonic() + within_s
        for folder in self.folders:
            while folder.exists():
                try:
                    folder.rmdir()
                except OSError:
                    if time.monotonic() > deadline:
                        return
                    kill_all(folder)
                    time.sleep(0.005)


def find(root: Path = ROOT, own: str | None = None) -> tuple[Path, ...]:
    """Return the folders that a box's group can be made in: two of v1, one of v2, none where nothing is writable.

    `own` is the text of /proc/self/cgroup. A group is made below our own wherever possible, so that whatever bounds us
    bounds the boxes too.
    """
    if own is None:
        own = Path("/proc/self/cgroup").read_text()
    paths: dict[str, str] = {}
    for line in own.splitlines():
        _, controllers, path = line.split(":", 2)
        paths |= {controller: path.lstrip("/") for controller in controllers.split(",")}
    v1 = tuple(root / controller / paths.get(controller, "") for controller in ("memory", "pids"))
    if all(os.access(folder / "cgroup.procs", os.W_OK) for folder in v1):
        return v1
    below = root / paths.get("", "")
    # A v2 group that holds processes cannot pass controllers on to children, unless it is the root: try its parents.
    for folder in (below, *below.parents):
        if not folder.is_relative_to(root):
            break
        if os.access(folder / "cgroup.procs", os.W_OK) and passes_controllers_on(folder):
            return (folder,)
    return ()


def passes_controllers_on(folder: Path) -> bool:
    control = folder / "cgroup.subtree_control"
    try:
        if not {"memory", "pids"} <= set(control.read_text().split()):
            control.write_text("+memory +pids")
        return {"memory", "pids"} <= set(control.read_text().split())
    except OSError:
        return False


def make(parents: tuple[Path, ...], *, memory_bytes: int, processes: int) -> Group:
    """Return a new empty group with its bounds set.

    Raises: OSError.
    """
    name = f"clawpub-{os.getpid()}-{next(_count)}"
    group = Group(tuple(parent / name for parent in parents))
    try:
        for folder in group.folders:
            folder.mkdir()
            bounds = {
                "memory.max": memory_bytes,
                "memory.swap.max": 0,
                "memory.oom.group": 0,
                "memory.limit_in_bytes": memory_bytes,
                "memory.memsw.limit_in_bytes": memory_bytes,
                "pids.max": processes,
            }
            for file, bound in bounds.items():
                if (folder / file).exists():
                    (folder / file).write_text(str(bound))
    except OSError:
        group.remove(within_s=0)
        raise
    return group


def sweep(parents: tuple[Path, ...]) -> None:
    """Remove the groups of hosts that died without doing so."""
    for parent in parents:
        for folder in parent.glob("clawpub-*"):
            named = NAME.fullmatch(folder.name)
            if named and not Path("/proc", named[1]).exists():
                Group((folder,)).remove()


def kill_all(folder: Path) -> None:
    with contextlib.suppress(OSError):
        (folder / "cgroup.kill").write_text("1")
    with contextlib.suppress(OSError):
        for pid in (folder / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
