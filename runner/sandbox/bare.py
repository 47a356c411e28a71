"""`none`: a plain subprocess in a folder, for machines on which no box can be made.

It bounds a command and cleans up after it. It hides nothing and stops no attack: whoever asks for it is told so, and so
is the reader of the pack.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from clawpub.errors import SandboxError
from runner.sandbox import Limits, Result, programs
from runner.sandbox.channel import START_S, ChannelBox, settings
from runner.sandbox.profile import ENV, SERVER, WORKSPACE


class BareBox(ChannelBox):
    """A channel to a server that is not in a box: absolute paths of the box are those below its folder.

    A model is told that it works in /ws, so its commands may say so, and what they print says so again. A program that
    has such a path in its own text does not find it: that is one of the things that `none` does not give.
    """

    def __init__(self, channel: socket.socket, limits: Limits, folder: Path, roots: list[str]) -> None:
        super().__init__(channel, limits, None)
        self.folder = folder
        names = "|".join(map(re.escape, roots))
        self.roots = re.compile(rf"(?<![\w./}})~*-])(?:{names})(?=/|[^\w.-]|$)")

    def outside(self, text: str) -> str:
        """Return a text, each path of the box in it as it is on the host."""
        return self.roots.sub(lambda found: f"{self.folder}{found[0]}", text)

    async def exec(
        self, argv: list[str], *, stdin: str = "", timeout_s: float = 60.0, env: Mapping[str, str] | None = None
    ) -> Result:
        env = {name: self.outside(value) for name, value in (env or {}).items()}
        result = await super().exec([self.outside(word) for word in argv], stdin=stdin, timeout_s=timeout_s, env=env)
        return replace(result, output=result.output.replace(str(self.folder), ""))

    async def call(self, function: str, arguments: Mapping[str, Any], *, timeout_s: float = 60.0) -> Result:
        paths = {"path", "database"}
        outside = {name: self.outside(value) if name in paths else value for name, value in arguments.items()}
        return await super().call(function, outside, timeout_s=timeout_s)


@contextlib.asynccontextmanager
async def open_bare(
    limits: Limits, readonly: Mapping[str, Mapping[str, bytes]], scratch: Path
) -> AsyncIterator[tuple[ChannelBox, dict[str, Any]]]:
    """Return a box that is none, in a new folder below `scratch`, and what its exec server must be told."""
    folder = furnish(scratch, readonly)
    try:
        ours, theirs = socket.socketpair()
        with theirs, contextlib.ExitStack() as kept:
            kept.callback(ours.close)
            process = start(folder, theirs.fileno())
            kept.pop_all()
        box = BareBox(ours, limits, folder, [WORKSPACE, *readonly])
        try:
            await connect(box, process)
            env = ENV | {"PATH": programs.python().path, "HOME": f"{folder}{WORKSPACE}", "TMPDIR": f"{folder}/tmp"}
            told = settings(limits, workspace=f"{folder}{WORKSPACE}", env=env, bounded=False)
            yield box, told | {"processes": limits.processes + processes_now()}
        finally:
            box.hang_up()
            await box.close()
            await asyncio.to_thread(stop, process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def furnish(scratch: Path, readonly: Mapping[str, Mapping[str, bytes]]) -> Path:
    """Make the folders that stand for the box's, with the exec server and the read-only trees in them."""
    scratch.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=scratch.resolve()))
    folder.chmod(0o755)
    for root, tree in {SERVER: programs.inside(), **readonly}.items():
        for path, content in tree.items():
            file = Path(f"{folder}{root}", path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            file.chmod(0o444)
    for name in (WORKSPACE, "/tmp"):
        place = Path(f"{folder}{name}")
        place.mkdir()
        if os.geteuid() == 0:
            os.chown(place, programs.UID_OUTSIDE, programs.UID_OUTSIDE)
    return folder


def start(folder: Path, channel: int) -> subprocess.Popen[bytes]:
    """Start the exec server, as an unprivileged user if we are root."""
    try:
        return subprocess.Popen(
            [str(programs.python().command), "-I", "-S", f"{folder}{SERVER}", str(channel)],
            env={"TMPDIR": f"{folder}/tmp"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            pass_fds=(channel,),
            **programs.unprivileged(),
        )
    except OSError as error:
        raise SandboxError(f"cannot start a plain process: {error}") from None


async def connect(box: ChannelBox, process: subprocess.Popen[bytes]) -> None:
    try:
        async with asyncio.timeout(START_S):
            await box.connect()
    except (OSError, EOFError) as error:
        process.kill()
        assert process.stderr
        said = process.stderr.read(4096).decode(errors="replace").strip()
        raise SandboxError(f"cannot start a plain process: {said or error}") from None


def stop(process: subprocess.Popen[bytes]) -> None:
    """The server ends its commands and itself when its channel closes."""
    try:
        process.wait(2.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stderr:
        process.stderr.close()


def processes_now() -> int:
    """How many threads the user has whom commands run as: RLIMIT_NPROC counts those too."""
    uid = programs.UID_OUTSIDE if os.geteuid() == 0 else os.getuid()
    count = 0
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and entry.stat().st_uid == uid:
                count += sum(1 for _ in (entry / "task").iterdir())
    return count
