"""The host's end of a running box: ask it, believe nothing.

Everything that comes through the channel is checked as if a hostile program had written it, and every question has a
deadline of the host's own on top of the box's. A box that misses one or talks nonsense is ended and stays ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import time
from collections import deque
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clawpub.errors import SandboxError
from runner.sandbox import Limits, Result, cgroup
from runner.sandbox.profile import MB

START_S = 20.0
SLACK_S = 10.0
"""What the host waits beyond a command's own time limit: ending many processes on a busy machine takes its time."""
FILES_S = 60.0
MOST_HEADER = 16 * MB
BUSY = "a command was interrupted"
"""What is wrong with a box whose command was given up. As long as that runs, nothing is."""
NOTES = {"flood": "[stopped: too much output]", "memory": "[killed: out of memory]", "": ""}


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class Ready(Answer):
    ready: bool
    python: str = Field(max_length=64)


class Started(Answer):
    error: str = Field(max_length=4096)


class Ended(Answer):
    exit_code: int | None = Field(ge=0, le=255)
    timed_out: bool
    size: int = Field(ge=0)
    head: int = Field(ge=0)
    note: str = Field(max_length=16)


class Listing(Answer):
    files: list[tuple[str, int]]
    aside: bool = False
    """Whether it was asked for while a command ran; it comes before that command's answer, or just after."""


A = TypeVar("A", bound=Answer)


class ChannelBox:
    """A box behind a socket."""

    def __init__(self, channel: socket.socket, limits: Limits, group: cgroup.Group | None) -> None:
        self.channel = channel
        self.limits = limits
        self.group = group
        self.listener: socket.socket | None = None
        self.python = ""
        """Its version inside."""
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._lock = asyncio.Lock()
        self._asides: deque[asyncio.Future[tuple[Listing, bytes]]] = deque()
        self._broken = "it is not connected"

    async def connect(self) -> None:
        """Wait until the box is ready.

        Raises: SandboxError, OSError, EOFError.
        """
        self._reader, self._writer = await asyncio.open_connection(sock=self.channel)
        self.python = (await self._receive(Ready, 0))[0].python
        self._broken = ""

    async def exec(
        self, argv: list[str], *, stdin: str = "", timeout_s: float = 60.0, env: Mapping[str, str] | None = None
    ) -> Result:
        header = {"op": "run", "argv": argv, "env": dict(env or {}), "timeout_s": timeout_s}
        return await self._command(header, stdin.encode(errors="surrogatepass"), timeout_s)

    async def call(self, function: str, arguments: Mapping[str, Any], *, timeout_s: float = 60.0) -> Result:
        header = {"op": "call", "function": function, "arguments": dict(arguments), "timeout_s": timeout_s}
        return await self._command(header, b"", timeout_s)

    async def stop(self) -> None:
        if self._writer and self._lock.locked():
            self._writer.write(_frame({"op": "stop"}))

    async def files(self, folder: str | None = None) -> dict[str, bytes]:
        question = {"op": "files", "folder": folder, "aside": self._lock.locked()}
        if self._lock.locked():
            listing, body = await self._ask_aside(question)
        else:
            listing, body = await self.ask(question, b"", Listing, most_body=self._most_files, within_s=FILES_S)
        found, at = {}, 0
        for path, size in listing.files:
            if size < 0 or at + size > len(body):
                raise self._fail("the box's list of files does not fit their contents")
            if is_plain(path):
                found[path] = body[at : at + size]
            at += size
        return found

    @property
    def _most_files(self) -> int:
        return self.limits.workspace_mb * MB

    async def _ask_aside(self, question: Mapping[str, Any]) -> tuple[Listing, bytes]:
        """Ask while a command runs. Whoever reads the channel next takes the answer in."""
        if self._broken != BUSY or not self._writer:
            raise SandboxError(f"the box is gone: {self._broken}")
        answered: asyncio.Future[tuple[Listing, bytes]] = asyncio.get_running_loop().create_future()
        self._asides.append(answered)
        self._writer.write(_frame(question))
        left = asyncio.ensure_future(self._take_left(answered))
        try:
            async with asyncio.timeout(FILES_S):
                return await answered
        except TimeoutError:
            raise self._fail(f"no answer within {FILES_S:.0f} s") from None
        finally:
            left.cancel()

    async def _take_left(self, answered: asyncio.Future[tuple[Listing, bytes]]) -> None:
        """Read an aside that came after the command's answer, when nobody reads any more."""
        async with self._lock:
            try:
                while not answered.done():
                    if not self._handed_on(*await self._frame(self._most_files)):
                        self._fail("the box's answer makes no sense")
            except (OSError, EOFError):
                self._fail(self._why_ended())
            except SandboxError:
                pass  # whoever asked is told

    def _handed_on(self, header: bytes, body: bytes) -> bool:
        """Whether a frame was the answer to an aside."""
        try:
            listing = Listing.model_validate_json(header) if self._asides else None
        except ValidationError:
            return False
        if listing is None or not listing.aside:
            return False
        waiting = self._asides.popleft()
        if not waiting.done():
            waiting.set_result((listing, body))
        return True

    async def start(self, files: Mapping[str, bytes], settings: Mapping[str, Any]) -> None:
        """Send the opening workspace.

        Raises: SandboxError.
        """
        sizes = [[path, len(content)] for path, content in files.items()]
        header = {"op": "start", "files": sizes, **settings}
        started, _ = await self.ask(header, b"".join(files.values()), Started, most_body=0, within_s=START_S)
        if started.error:
            raise self._fail(started.error)

    async def _command(self, header: Mapping[str, Any], stdin: bytes, timeout_s: float) -> Result:
        began = time.monotonic()
        most = max(self.limits.output_kb * 1024, 4096)
        ended, body = await self.ask(header, stdin, Ended, most_body=most, within_s=timeout_s + SLACK_S)
        if ended.timed_out != (ended.exit_code is None):
            raise self._fail("the box's answer makes no sense")
        head, tail = body[: ended.head], body[ended.head :]
        left_out = ended.size - len(body)
        gap = f"\n[{left_out} bytes left out]\n" if left_out > 0 else ""
        text = head.decode(errors="replace") + gap + tail.decode(errors="replace")
        if note := NOTES.get(ended.note, ""):
            text = f"{text.rstrip()}\n{note}\n".lstrip()
        return Result(
            exit_code=ended.exit_code,
            output=text,
            output_bytes=max(ended.size, len(body)),
            timed_out=ended.timed_out,
            duration_s=time.monotonic() - began,
            cut=left_out > 0,
        )

    async def ask(
        self, header: Mapping[str, Any], body: bytes, kind: type[A], *, most_body: int, within_s: float
    ) -> tuple[A, bytes]:
        """Send one frame and return the answer to it.

        Raises: SandboxError where there is none in time, or none that makes sense; the box is broken from then on.
        """
        async with self._lock:
            if self._broken:
                raise SandboxError(f"the box is gone: {self._broken}")
            self._broken = BUSY
            answer = await self._answer(header, body, kind, most_body, within_s)
            self._broken = ""
            return answer

    async def _answer(
        self, header: Mapping[str, Any], body: bytes, kind: type[A], most_body: int, within_s: float
    ) -> tuple[A, bytes]:
        try:
            async with asyncio.timeout(within_s):
                assert self._writer
                self._writer.writelines((_frame(header, len(body)), body))
                await self._writer.drain()
                return await self._receive(kind, most_body)
        except TimeoutError:
            raise self._fail(f"no answer within {within_s:.0f} s") from None
        except (OSError, EOFError):
            raise self._fail(self._why_ended()) from None

    async def _receive(self, kind: type[A], most_body: int) -> tuple[A, bytes]:
        header, body = await self._frame(most_body)
        while self._handed_on(header, body):
            header, body = await self._frame(most_body)
        try:
            return kind.model_validate_json(header), body
        except ValidationError:
            raise self._fail("the box's answer makes no sense") from None

    async def _frame(self, most_body: int) -> tuple[bytes, bytes]:
        assert self._reader
        header_size, body_size = struct.unpack(">II", await self._reader.readexactly(8))
        if header_size > MOST_HEADER or body_size > (self._most_files if self._asides else most_body):
            raise self._fail(f"the box answered with {header_size + body_size} bytes, more than it may")
        return await self._reader.readexactly(header_size), await self._reader.readexactly(body_size)

    def _why_ended(self) -> str:
        killed = self.group.out_of_memory_kills() if self.group else 0
        return "it ended by itself" + (f" ({killed} processes were out of memory)" if killed else "")

    def _fail(self, why: str) -> SandboxError:
        self._broken = why
        while self._asides:
            if not (waiting := self._asides.popleft()).done():
                waiting.set_exception(SandboxError(f"the box broke: {why}"))
        return SandboxError(f"the box broke: {why}")

    def hang_up(self) -> None:
        """Tell the box at once that it is over, whatever it is doing."""
        with contextlib.suppress(OSError):
            self.channel.shutdown(socket.SHUT_RDWR)

    async def close(self) -> None:
        self._broken = self._broken or "it was closed"
        if self._writer is None:
            self.channel.close()
            return
        self._writer.transport.abort()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


def _frame(header: Mapping[str, Any], body_size: int = 0) -> bytes:
    head = json.dumps(header).encode()
    return struct.pack(">II", len(head), body_size) + head


def is_plain(path: str) -> bool:
    """Whether it names a file below a folder, in letters that can be printed."""
    return len(path) < 1024 and path.isprintable() and all(part not in ("", ".", "..") for part in path.split("/"))


def settings(limits: Limits, *, workspace: str, env: Mapping[str, str], bounded: bool) -> dict[str, Any]:
    """Return what the exec server must know; unless a cgroup has `bounded` the box, it counts for itself."""
    return {
        "workspace": workspace,
        "workspace_bytes": limits.workspace_mb * MB,
        "memory_bytes": limits.memory_mb * MB,
        "output_bytes": limits.output_kb * 1024,
        "processes": limits.processes,
        "bounded": bounded,
        "address_space": True,
        "env": dict(env),
    }
