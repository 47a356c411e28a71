"""A box made by bwrap: namespaces, a read-only root, a system call filter, and a cgroup or rlimits around it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clawpub.errors import SandboxError
from runner.sandbox import Fittings, Limits, cgroup, programs, seccomp
from runner.sandbox.channel import START_S, ChannelBox, settings
from runner.sandbox.profile import ENV, MB, SERVER, SHM_MB, TMP_MB, USERS, WORKSPACE, arguments

WITH_CGROUP = "bwrap+cgroup"
WITH_RLIMITS = "bwrap+rlimits"
SERVER_MB = 64
"""For the exec server; the workspace's files on their way out come on top."""
MOST_READONLY = 512
"""Files of read-only trees; each is a descriptor while the box starts."""
STOP_S = 5.0


@dataclass(frozen=True)
class Bubble:
    """The processes and bounds of one box, as seen from the host."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    info: int
    """A descriptor on which bwrap tells the box's pid 1."""
    group: cgroup.Group | None
    post: socket.socket | None
    """Through which the box hands out the socket that it listens on."""

    def enter_group(self) -> None:
        """Bound the box. Only our own code runs in it before this."""
        if self.group:
            self.group.add(json.loads(os.read(self.info, 4096))["child-pid"])

    def listener(self) -> socket.socket | None:
        """Return the listening socket of a box that was fitted with a port; the box has sent it before it is ready."""
        if self.post is None:
            return None
        with self.post:
            self.post.settimeout(STOP_S)
            _, fds, _, _ = socket.recv_fds(self.post, 1, 1)
        if not fds:
            raise SandboxError("no box: its port cannot be listened on")
        return socket.socket(fileno=fds[0])

    def said(self) -> str:
        """What bwrap, or the Python in it, complained of before it ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_S)
        self.process.kill()
        assert self.process.stderr
        return self.process.stderr.read(4096).decode(errors="replace").strip()

    def stop(self) -> None:
        """Wait for the end of everything: a box ends when the host hangs up, and bwrap when it has buried the box.

        Killing bwrap ends the box too, but leaves it to the machine's init, which in a container may bury nobody.
        """
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()
        os.close(self.info)
        if self.post:
            self.post.close()
        if self.group:
            self.group.remove()


@contextlib.asynccontextmanager
async def open_bubble(
    limits: Limits, readonly: Mapping[str, Mapping[str, bytes]], fittings: Fittings, *, bounded: bool
) -> AsyncIterator[tuple[ChannelBox, dict[str, Any]]]:
    """Return a box, and what its exec server must be told; `bounded` by a cgroup or by rlimits and a watchdog."""
    bubble = launch(limits, readonly, fittings, bounded=bounded)
    box = ChannelBox(bubble.channel, limits, bubble.group)
    try:
        await connect(box, bubble)
        told = settings(limits, workspace=WORKSPACE, env=ENV | {"PATH": programs.python().path}, bounded=bounded)
        yield box, told | {"address_space": fittings.address_space}
    finally:
        if box.listener:
            box.listener.close()
        box.hang_up()
        await box.close()
        await asyncio.to_thread(bubble.stop)


async def connect(box: ChannelBox, bubble: Bubble) -> None:
    try:
        async with asyncio.timeout(START_S):
            await box.connect()
        bubble.enter_group()
        box.listener = bubble.listener()
    except (OSError, EOFError, ValueError) as error:
        said = await asyncio.to_thread(bubble.said)
        raise SandboxError(f"no box: {said or error or type(error).__name__}") from None


def make_group(limits: Limits) -> cgroup.Group:
    """Return a control group for the box: its processes, its three tmpfs and its server.

    Raises: SandboxError.
    """
    whole_mb = limits.memory_mb + 2 * limits.workspace_mb + TMP_MB + SHM_MB + SERVER_MB
    parents = cgroup.find()
    if not parents:
        raise SandboxError("no control group can be written")
    try:
        return cgroup.make(parents, memory_bytes=whole_mb * MB, processes=limits.processes + 1)
    except OSError as error:
        raise SandboxError(f"no control group: {error}") from None


def launch(limits: Limits, readonly: Mapping[str, Mapping[str, bytes]], fittings: Fittings, *, bounded: bool) -> Bubble:
    """Start bwrap as an unprivileged user, with nothing of ours but what the box needs.

    Raises: SandboxError.
    """
    files = box_files(readonly)
    program, python = programs.bwrap(), programs.python()
    forbidden = seccomp.program(count_memory=not bounded)
    with contextlib.ExitStack() as kept, contextlib.ExitStack() as passed:
        group = make_group(limits) if bounded else None
        if group:
            kept.callback(group.remove)
        ours, theirs = socket.socketpair()
        kept.callback(ours.close)
        passed.callback(theirs.close)
        post = None
        command = [str(python.command), "-I", "-S", SERVER, str(theirs.fileno())]
        if fittings.port is not None:
            post, sender = socket.socketpair()
            kept.callback(post.close)
            passed.callback(sender.close)
            command += [str(sender.fileno()), str(fittings.port)]
        info, told = os.pipe()
        closed_with(kept, info)
        closed_with(passed, told)
        data = {path: closed_with(passed, programs.held(content)) for path, content in files.items()}
        filter_fd = closed_with(passed, programs.held(forbidden))
        argv = arguments(
            command,
            limits=limits,
            env=ENV,
            data=data,
            folders=bound_folders(python.folder, fittings),
            seccomp=filter_fd,
            info=told,
        )
        handed = (*data.values(), filter_fd, told, *map(int, command[4:6]))
        process = start(argv, program, handed)
        kept.pop_all()
    return Bubble(process, ours, info, group, post)


def bound_folders(python: Path | None, fittings: Fittings) -> dict[str, Path]:
    """Return the folders of the host that are seen inside, by where; all can be entered by whoever runs bwrap.

    Raises: SandboxError for one that cannot.
    """
    for folder in fittings.folders.values():
        if not programs.enterable(folder):
            raise SandboxError(
                f"{folder} cannot be entered by the unprivileged user that a box runs as",
                hint="keep it where everybody may read, or do not run clawpub as root",
            )
    return {**({str(python): python} if python else {}), **fittings.folders}


def box_files(readonly: Mapping[str, Mapping[str, bytes]]) -> dict[str, bytes]:
    """Return the files that are not the host's own and that nothing inside can change, by absolute path."""
    trees = {f"{root}/{path}": content for root, tree in readonly.items() for path, content in tree.items()}
    if len(trees) > MOST_READONLY:
        raise SandboxError(f"{len(trees)} read-only files, at most {MOST_READONLY} fit")
    return USERS | {f"{SERVER}/{place}": source for place, source in programs.inside().items()} | trees


def start(argv: list[str], program: programs.Bwrap, descriptors: tuple[int, ...]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            ["bwrap", *argv],
            executable=programs.descriptor(program.image),
            env=program.env,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for us: a run under way is to end in order
            pass_fds=(program.image, *program.libraries, *descriptors),
            **programs.unprivileged(),
        )
    except OSError as error:
        raise SandboxError(f"no box: cannot start bwrap: {error.strerror}") from None


def closed_with(stack: contextlib.ExitStack, fd: int) -> int:
    stack.callback(os.close, fd)
    return fd
