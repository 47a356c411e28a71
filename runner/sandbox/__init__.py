"""The box that a run's tool commands and checkers live in.

`open_box` gives one box for one run: a private workspace without network, without the host's files, processes,
secrets or devices, bounded in memory, processes, disk and time. Nothing that runs inside is trusted, and nothing that
comes out of it is believed to be more than bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Limits:
    """Bounds of one box."""

    memory_mb: int = 1024
    processes: int = 128
    workspace_mb: int = 64
    output_kb: int = 64
    """Kept of a command's output, head and tail; the rest is counted."""


@dataclass(frozen=True)
class Result:
    """What a command in the box did."""

    exit_code: int | None
    """None where it was killed at its time limit."""
    output: str
    """Standard output and error as they came, interleaved; undecodable bytes replaced; cut to head and tail."""
    output_bytes: int
    """The size before cutting."""
    timed_out: bool
    duration_s: float


class Box(Protocol):
    """A running box. Its workspace is `/ws`, where every command starts."""

    async def exec(
        self, argv: list[str], *, stdin: str = "", timeout_s: float = 60.0, env: Mapping[str, str] | None = None
    ) -> Result:
        """Run a program in the box and wait for it and for everything it started.

        Raises: SandboxError where the box itself is gone.
        """
        ...

    async def call(self, function: str, arguments: Mapping[str, Any], *, timeout_s: float = 60.0) -> Result:
        """Run one function of the box's toolbox in a fresh child process; exit code 0 and its text, or 1 and why not."""
        ...

    async def files(self) -> dict[str, bytes]:
        """Return the workspace's regular files by relative POSIX path; links, devices and odd names are left out."""
        ...
