"""The box that a run's tool commands and checkers live in.

`open_box` gives one box for one run: a private workspace without network, without the host's files, processes,
secrets or devices, bounded in memory, processes, disk and time. Nothing that runs inside is trusted, and nothing that
comes out of it is believed to be more than bytes.

    ladder     which isolation this machine can give, found by opening a box with it
    profile    what is seen from inside: the arguments of bwrap
    programs   bwrap and the Python of a box
    seccomp    the system calls that nobody in a box needs
    cgroup     memory and process bounds of a box as a whole
    channel    the host's end of a running box: ask it, believe nothing
    bubble     a box made by bwrap
    bare       a box that is none
    memory     a box in which nothing runs, for suites that need no shell
    execserver pid 1 in the box (standard library only, ours, answers the channel)
    toolbox    the agent's file tools (standard library only, run in a child of the exec server)
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from clawpub.errors import SandboxError

SCRATCH = Path(".clawpub/boxes")
"""Where `none` keeps its workspaces, below the working folder. Every other kind writes nothing on the host."""


@dataclass(frozen=True)
class Limits:
    """Bounds of one box."""

    memory_mb: int = 1024
    processes: int = 128
    workspace_mb: int = 64
    output_kb: int = 64
    """Kept of a command's output, head and tail; the rest is counted."""


@dataclass(frozen=True)
class Fittings:
    """What a harness has in its box beside the workspace."""

    folders: Mapping[str, Path] = field(default_factory=dict)
    """Folders of the host, read-only inside, by their absolute path in the box."""
    port: int | None = None
    """A TCP port of the box's own loopback on which the host answers: the one thing inside that leads outside."""
    address_space: bool = True
    """Whether each process is bounded in addresses. Node reserves far more of them than it ever uses."""


@dataclass(frozen=True)
class Result:
    """What a command in the box did."""

    exit_code: int | None
    """128 + N where signal N ended it, as a shell says it. None where it was killed at its time limit."""
    output: str
    """Standard output and error as they came, interleaved; undecodable bytes replaced; cut to head and tail."""
    output_bytes: int
    """The size before cutting."""
    timed_out: bool
    duration_s: float
    cut: bool = False
    """Whether `output` lacks some of it."""


@dataclass(frozen=True)
class Sandbox:
    """What keeps a run's commands in their box; written into every pack."""

    tier: int
    """0: nothing is executed. 1 is the strongest isolation. 3 is kept for Landlock. 4 is no isolation at all."""
    name: str
    """`memory`, `bwrap+cgroup`, `bwrap+rlimits` or `none`."""
    sentence: str
    """For a person: what this protects from, and what it does not."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of bwrap, the kernel, and the Python that runs inside."""


class Box(Protocol):
    """A running box. Its workspace is `/ws`, where every command starts. Commands run one after the other."""

    listener: socket.socket | None
    """Where the host accepts what the box's processes connect to, if the box was fitted with a port."""

    async def exec(
        self, argv: list[str], *, stdin: str = "", timeout_s: float = 60.0, env: Mapping[str, str] | None = None
    ) -> Result:
        """Run a program in the box. What it started and left behind ends with it.

        Raises: SandboxError where the box itself is gone.
        """
        ...

    async def call(self, function: str, arguments: Mapping[str, Any], *, timeout_s: float = 60.0) -> Result:
        """Run one function of the box's toolbox in a fresh child; exit code 0 and its text, or 1 and why not."""
        ...

    async def stop(self) -> None:
        """End the command that runs, as if its time were over; without effect where none does."""
        ...

    async def files(self, folder: str | None = None) -> dict[str, bytes]:
        """Return the regular files of the workspace, or of another folder of the box, by relative POSIX path.

        Links, devices and odd names are left out.

        At most `workspace_mb` in all, the smallest first, so that a flood cannot push an answer out.
        """
        ...


def open_box(
    files: Mapping[str, bytes],
    *,
    limits: Limits,
    sandbox: Sandbox,
    readonly: Mapping[str, Mapping[str, bytes]] | None = None,
    fittings: Fittings | None = None,
    scratch: Path = SCRATCH,
) -> AbstractAsyncContextManager[Box]:
    """Return a box whose workspace holds `files` (relative POSIX path to content); leaving the context ends all in it.

    `readonly` puts further trees into the box, by absolute folder (`{"/task": {"check.py": ...}}`), which nothing
    inside can change. The box dies with the thread that opened it, so open it in the event loop's own thread.

    Raises: SandboxError.
    """
    if sandbox.name == "memory":
        from runner.sandbox.memory import open_memory_box

        return open_memory_box(files, limits)
    from runner.sandbox.box import open_channel_box

    return open_channel_box(
        files, limits=limits, sandbox=sandbox, readonly=readonly or {}, fittings=fittings, scratch=scratch
    )


def refuse_unfitted(name: str, fittings: Fittings | None) -> None:
    """Raises: SandboxError where a sandbox cannot have what a harness needs in its box."""
    if name == "none" and fittings is not None:
        raise SandboxError(
            "this harness needs a box with a network of its own, and with --sandbox=none there is none",
            hint='leave --sandbox away: clawpub doctor says what a box needs here. Or take [harness] name = "loop"',
        )


def probe(kind: str = "auto", *, scratch: Path = SCRATCH) -> Sandbox:
    """Return the strongest isolation of this machine, or exactly `kind`, after running a command in it.

    Raises: SandboxError with the cause and the mend where there is none; `none` is only ever given when asked for.
    """
    from runner.sandbox.ladder import probe_kind

    return probe_kind(kind, scratch=scratch)
