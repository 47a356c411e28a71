# ruff: noqa: PTH103, PTH118, PTH120, PTH123, PTH208
# (os.path throughout: importing pathlib would cost every box more than all of this file)
"""Pid 1 of a box: runs one command at a time for the host and ends everything that the command started.

Runs inside the box on the tasks' own interpreter (3.9 or newer), with the standard library only, as
`python3 -I -S FOLDER FD [POST PORT]` (as `FOLDER/__main__.py`), where FD is one end of a socketpair whose other end is
the host's. With POST, another such end, a socket that listens on PORT of the box's loopback is handed out through it:
the host answers there, and nothing else inside leads outside.

    frame    = u32 header size, u32 body size (big endian), header (JSON), body (bytes)
    host     start -> (run | call | files)*          box   ready -> started -> one answer each
             files, stop, while a command runs             the files, marked as an aside; stop has no answer of its own

Two things keep a command from posing as this server: the socket is closed before any foreign code runs, and the server
is not dumpable, so that nobody with the same uid can open its descriptors, memory or environment. The kernel drops
signals that pid 1 has no handler for; those that Python handles are handed back to it.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import json
import os
import resource
import select
import signal
import socket
import stat
import struct
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

from runner.sandbox import toolbox

FLOOD_BYTES = 64 * 2**20
"""Output after which a command is stopped."""
GRACE_S = 0.3
"""How long what a command left running may go on writing after it ended."""
WATCH_S = 0.05
"""How often memory is summed where no cgroup bounds it."""
IDLE_S = 3600.0
MAX_FILES = 10_000
MAX_ENTRIES = 200_000
PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 4, 36

Header = dict[str, Any]


class Channel:
    """The socket to the host. Without a host there is nothing to live for: the process ends."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    def receive(self) -> tuple[Header, bytes]:
        header_size, body_size = struct.unpack(">II", self._exactly(8))
        return json.loads(self._exactly(header_size)), self._exactly(body_size)

    def hung_up(self) -> bool:
        return not self.sock.recv(1, socket.MSG_PEEK)

    def send(self, header: Header, body: bytes = b"") -> None:
        head = json.dumps(header).encode()
        self.sock.sendall(struct.pack(">II", len(head), len(body)) + head + body)

    def _exactly(self, size: int) -> bytes:
        buffer = bytearray()
        while len(buffer) < size:
            part = self.sock.recv(min(size - len(buffer), 2**20))
            if not part:
                os._exit(0)
            buffer += part
        return bytes(buffer)


class Output:
    """A command's output: head and tail are kept, everything is counted."""

    def __init__(self, keep: int) -> None:
        self.keep = keep
        self.head, self.tail, self.size = bytearray(), bytearray(), 0

    def add(self, data: bytes) -> None:
        self.size += len(data)
        room = self.keep // 2 - len(self.head)
        self.head += data[: max(room, 0)]
        self.tail += data[max(room, 0) :]
        if len(self.tail) > 2 * self.keep:
            self._trim()

    def _trim(self) -> None:
        del self.tail[: -(self.keep - self.keep // 2)]

    def parts(self) -> tuple[bytes, bytes]:
        """Head and tail; where nothing was left out between them, all of it is head."""
        if len(self.head) + len(self.tail) == self.size and self.size <= self.keep:
            return bytes(self.head + self.tail), b""
        self._trim()
        return bytes(self.head), bytes(self.tail)


class Server:
    def __init__(self, channel: Channel, start: Header) -> None:
        self.channel = channel
        self.workspace = start["workspace"]
        self.memory = start["memory_bytes"]
        self.keep = start["output_bytes"]
        self.file_size = start["workspace_bytes"]
        self.processes = start["processes"]
        self.bounded = start["bounded"]
        self.address_space = start["address_space"]
        self.env = start["env"]
        self.wake, wake_write = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(wake_write, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)

    def serve(self) -> NoReturn:
        while True:
            header, body = self.channel.receive()
            if header["op"] == "files":
                self._show_files(header)
            elif header["op"] != "stop":  # which came just after the command had ended
                act = self._execute if header["op"] == "run" else self._tool
                self.channel.send(*self.run(functools.partial(act, header), body, header["timeout_s"]))

    def _show_files(self, header: Header) -> None:
        listing, content = collect(header["folder"] or self.workspace, self.file_size)
        self.channel.send({"files": listing, "aside": header["aside"]}, content)

    def run(self, body: Callable[[], int], stdin: bytes, timeout_s: float) -> tuple[Header, bytes]:
        """Run `body` in a child, wait for it, end what it left behind, and answer with its end and its output."""
        end = time.monotonic() + timeout_s
        reader, writer = os.pipe()
        try:
            child = os.fork()
        except OSError as error:
            os.close(reader)
            os.close(writer)
            text = f"cannot start a process: {error.strerror}\n".encode()
            return {"exit_code": 126, "timed_out": False, "size": len(text), "head": len(text), "note": ""}, text
        if child == 0:
            self._become(body, stdin, writer)
        os.close(writer)
        os.set_blocking(reader, False)
        output = Output(self.keep)
        code, note = self._follow(child, reader, output, end)
        end_everything()
        drain(reader, output)
        os.close(reader)
        head, tail = output.parts()
        timed_out = code is None and not note
        if code is None and note:
            code = 128 + signal.SIGKILL
        answer = {"exit_code": code, "timed_out": timed_out, "size": output.size, "head": len(head), "note": note}
        return answer, head + tail

    def _follow(self, child: int, reader: int, output: Output, end: float) -> tuple[int | None, str]:
        """Wait until the child is gone and its output closed, or `end`; return its exit code and why it was stopped."""
        poller = select.poll()
        for fd in (reader, self.wake, self.channel.sock.fileno()):
            poller.register(fd, select.POLLIN)
        code, closed = None, False
        while not (closed and code is not None):
            left = end - time.monotonic()
            if left <= 0:
                break
            for fd, _ in poller.poll(1000 * min(left, IDLE_S if self.bounded else WATCH_S)):
                if fd == self.wake:
                    os.read(self.wake, 4096)
                elif fd == reader:
                    closed = not read_some(reader, output)
                    if closed:
                        poller.unregister(reader)
                elif self.channel.hung_up():
                    end_everything()
                    os._exit(0)
                elif (said := self.channel.receive()[0])["op"] == "files":
                    self._show_files(said)
                else:
                    return code, ""
            ended = reap(child)
            if code is None and ended is not None:
                code, end = ended, min(end, time.monotonic() + GRACE_S)
            if output.size > FLOOD_BYTES:
                return code, "flood"
            if not self.bounded and memory_in_use() > self.memory:
                return code, "memory"
        return code, ""

    def _become(self, body: Callable[[], int], stdin: bytes, writer: int) -> NoReturn:
        """In the child: leave everything of the server's behind, then do `body`."""
        code = 126
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_DFL)
            os.setsid()
            os.dup2(source(stdin), 0)
            os.dup2(writer, 1)
            os.dup2(writer, 2)
            os.closerange(3, 1024)
            self._bound()
            os.chdir(self.workspace)
            code = body()
        except BaseException as error:  # noqa: BLE001 - a child must end here, whatever happened
            os.write(2, f"{type(error).__name__}: {error}\n".encode(errors="replace"))
        finally:
            os._exit(code)

    def _bound(self) -> None:
        """Bound the child and all it will start; make it the first to go when the box is out of memory."""
        limits = [
            (resource.RLIMIT_FSIZE, self.file_size),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_NOFILE, 1024),
        ]
        if self.address_space:
            limits.append((resource.RLIMIT_AS, self.memory))
        if not self.bounded:
            limits.append((resource.RLIMIT_NPROC, self.processes))
        for which, bound in limits:
            hard = resource.getrlimit(which)[1]
            bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
            resource.setrlimit(which, (bound, bound))
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as adjust:
            adjust.write("1000")

    def _execute(self, header: Header) -> int:
        argv, env = header["argv"], {**self.env, **header["env"]}
        try:
            os.execvpe(argv[0], argv, env)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            os.write(2, f"{argv[0]}: {why}\n".encode(errors="replace"))
        return 127

    def _tool(self, header: Header) -> int:
        ok, text = toolbox.use(header["function"], header["arguments"])
        data = text.encode(errors="replace")
        while data:
            data = data[os.write(1, data) :]
        return 0 if ok else 1


def source(stdin: bytes) -> int:
    """Return a descriptor to read `stdin` from: an unnamed file, so that nobody has to feed it."""
    if not stdin:
        return os.open("/dev/null", os.O_RDONLY)
    fd = os.open(os.environ.get("TMPDIR", "/tmp"), os.O_TMPFILE | os.O_RDWR, 0o600)
    with open(os.dup(fd), "wb") as file:
        file.write(stdin)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def read_some(reader: int, output: Output) -> bool:
    """Take what is there; False at the end of the pipe."""
    try:
        data = os.read(reader, 2**16)
    except BlockingIOError:
        return True
    output.add(data)
    return bool(data)


def drain(reader: int, output: Output) -> None:
    """Take what the dead left in the pipe."""
    before = -1
    while before != output.size:
        before = output.size
        read_some(reader, output)


def reap(child: int) -> int | None:
    """Bury all who died, the child's orphans too; return the child's exit code if it was among them."""
    code = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return code
        if pid == 0:
            return code
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            code = 128 - code if code < 0 else code


def end_everything() -> None:
    """Kill every other process of the box and bury it. For pid 1 this is one sweep that no fork slips through."""
    while True:
        for pid in [-1] if os.getpid() == 1 else descendants(os.getpid()):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.001)


def descendants(pid: int) -> list[int]:
    """Without a PID namespace: all processes below this one, which adopts the orphans among them."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        try:
            with open(f"/proc/{parent}/task/{parent}/children") as children:
                below = [int(child) for child in children.read().split()]
        except OSError:
            continue
        found += below
        waiting += below
    return found


def memory_in_use() -> int:
    """Bytes of private and shared memory of all processes but this one. Code and other mapped files do not count."""
    total = 0
    inside = os.getpid() == 1
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()] if inside else descendants(os.getpid())
    for pid in pids:
        if pid == os.getpid():
            continue
        try:
            with open(f"/proc/{pid}/status") as status:
                for line in status:
                    if line.startswith(("RssAnon:", "RssShmem:")):
                        total += 1024 * int(line.split()[1])
        except (OSError, ValueError, IndexError):
            continue
    return total


def put(root: str, files: list[list[Any]], body: bytes) -> None:
    """Write the opening workspace."""
    at = 0
    for path, size in files:
        target = os.path.join(root, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(body[at : at + size])
        at += size


def collect(root: str, most_bytes: int) -> tuple[list[list[Any]], bytes]:
    """Return [path, size] of the regular files below `root`, smallest first, and their contents in that order."""
    sized = sorted(regular_files(root))
    listing: list[list[Any]] = []
    body = bytearray()
    for size, path in sized[:MAX_FILES]:
        if len(body) + size > most_bytes:
            break
        try:
            fd = os.open(os.path.join(root, path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with open(fd, "rb") as file:
                content = file.read(size)
        except OSError:
            continue
        listing.append([path, len(content)])
        body += content
    return listing, bytes(body)


def regular_files(root: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    waiting, seen = [""], 0
    while waiting and seen < MAX_ENTRIES:
        folder = waiting.pop()
        try:
            entries = os.scandir(os.path.join(root, folder))
        except OSError:
            continue
        with entries:
            for entry in entries:
                seen += 1
                path = os.path.join(folder, entry.name)
                try:
                    path.encode()
                    details = entry.stat(follow_symlinks=False)
                except (OSError, UnicodeEncodeError):
                    continue
                if stat.S_ISDIR(details.st_mode):
                    waiting.append(path)
                elif stat.S_ISREG(details.st_mode) and len(path) < 1024:
                    found.append((details.st_size, path))
                if seen >= MAX_ENTRIES:
                    break
    return found


def hand_out(post: int, port: int) -> None:
    """Listen on a port of the loopback, and leave the answering to the host."""
    with socket.socket(fileno=post) as host, socket.create_server(("127.0.0.1", port), backlog=64) as listener:
        socket.send_fds(host, [b"\0"], [listener.fileno()])


def main() -> None:
    fd = int(sys.argv[1])
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL if os.getpid() == 1 else signal.SIG_IGN)
    if len(sys.argv) > 2:
        hand_out(int(sys.argv[2]), int(sys.argv[3]))
    os.closerange(3, fd)
    os.closerange(fd + 1, 65536)
    channel = Channel(socket.socket(fileno=fd))
    channel.send({"ready": True, "python": sys.version.split()[0]})
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    start, body = channel.receive()
    try:
        put(start["workspace"], start["files"], body)
    except OSError as error:
        channel.send({"error": f"cannot write the workspace: {error.strerror}"})
        os._exit(1)
    channel.send({"error": ""})
    Server(channel, start).serve()


if __name__ == "__main__":
    main()
