"""Downloading by another program, pip or npm, which honours the mirrors, certificates and proxies that the machine is
set up with: a lock between processes, and how far it has come."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

POLL_S = 0.2


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes; it goes when its holder does, however that ends."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run_watched(
    command: Sequence[str], *, env: Mapping[str, str], folder: Path, written: Callable[[int], None], log: Path
) -> int:
    """Run a program that writes into a folder, and return its exit code; what it says goes into `log`.

    `written` is told now and then how many bytes there are, and may raise to stop it.
    """
    with log.open("wb") as sink:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env=dict(env),
            cwd=log.parent,
            process_group=0,  # Ctrl-C is for us; it ends when `written` raises
        )
        try:
            while not _ended(process):
                written(_bytes_under(folder))
        finally:
            process.kill()
            process.wait()
    return process.returncode


def said(log: Path, lines: int = 8) -> str:
    """Return the last that a program wrote."""
    text = log.read_text(encoding="utf-8", errors="replace")
    return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])


def _ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(POLL_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _bytes_under(folder: Path) -> int:
    """Return the size of what is being written there; files may vanish meanwhile."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(root) / name).lstat().st_size
            except FileNotFoundError:
                continue
    return total
