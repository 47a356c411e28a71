"""A box in which nothing runs: the workspace is a dictionary, and its tools are those that need no process.

For suites that offer neither shell nor search nor SQL and whose answers are checked without code. A path is walked as
the kernel walks it and fails with the kernel's own errors, and the toolbox words them, so that a model is shown what
the same call gives in a box that runs. Two things differ: outside of the workspace there is nothing at all, and a
write that finds no space left leaves the file as it was.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import posixpath
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from clawpub.errors import SandboxError
from runner.sandbox import Limits, Result, toolbox
from runner.sandbox.channel import is_plain
from runner.sandbox.profile import MB, WORKSPACE

MOST_FILES = 10_000
"""Files and folders together."""
MOST_FILE = 8 * MB
"""A file does not grow beyond this, because its text is cut and counted in the event loop's own thread."""
MOST_NAME, MOST_PATH = 255, 4096
"""Bytes of a name, and of a path with its closing NUL, as the kernel bounds them."""
HOME = WORKSPACE.strip("/")
"""The one folder below the root."""


class MemoryBox:
    """A workspace in memory."""

    listener: socket.socket | None = None

    def __init__(self, files: Mapping[str, bytes], limits: Limits) -> None:
        self._files = dict(files)
        self._folders = {"", *(folder for path in files for folder in _above(path))}
        self._size = sum(map(len, files.values()))
        self._limits = limits
        self._gone = False
        self._tools = {name: tool.__get__(self) for name, tool in _TOOLS.items()}

    async def exec(
        self, argv: list[str], *, stdin: str = "", timeout_s: float = 60.0, env: Mapping[str, str] | None = None
    ) -> Result:
        raise SandboxError("there is no shell in this box", hint="a suite that needs one needs another sandbox")

    async def call(self, function: str, arguments: Mapping[str, Any], *, timeout_s: float = 60.0) -> Result:
        self._check_open()
        if function not in self._tools:
            raise SandboxError(f"there is no {function} in this box")
        began = time.monotonic()
        done, text = toolbox.use(function, arguments, self._tools)
        data = text.encode(errors="replace")
        output, cut = _head_and_tail(data, self._limits.output_kb * 1024)
        return Result(0 if done else 1, output, len(data), False, time.monotonic() - began, cut)

    async def stop(self) -> None:
        pass

    async def files(self, folder: str | None = None) -> dict[str, bytes]:
        self._check_open()
        plain = [path for path in self._files if is_plain(path)]
        return {path: self._files[path] for path in sorted(plain, key=lambda path: (len(self._files[path]), path))}

    def close(self) -> None:
        self._gone = True

    def _check_open(self) -> None:
        if self._gone:
            raise SandboxError("the box is gone: it was closed")

    def read_file(self, path: str, start_line: int = 1, line_count: int = toolbox.MOST_LINES) -> str:
        text = io.StringIO(self._content(path).decode(errors="replace"), newline="\n")
        return toolbox.shown_lines(path, toolbox.without_ends(text), start_line, line_count)

    def list_dir(self, path: str = ".") -> str:
        folder = self._walk(path)
        if folder in self._files:
            raise _failure(errno.ENOTDIR, path)
        if folder not in self._folders:
            raise _failure(errno.ENOENT, path)
        found = sorted(name for name in (*self._files, *self._folders) if name and posixpath.dirname(name) == folder)
        return toolbox.listing([self._row(name) for name in found[: toolbox.MOST_ENTRIES]], len(found))

    def _row(self, inside: str) -> str:
        name = posixpath.basename(inside)
        return f"{name}/" if inside in self._folders else toolbox.sized(name, len(self._files[inside]))

    def write_file(self, path: str, content: str) -> str:
        _refuse_outside(path)
        if parent := posixpath.dirname(path):
            self._make_folders(parent)
        data = toolbox.encoded(content)
        self._replace(path, data)
        return toolbox.wrote(path, data)

    def edit_file(self, path: str, old: str, new: str) -> str:
        data, text = toolbox.edited(path, lambda: self._content(path), old, new)
        self._replace(path, data)
        return text

    def _content(self, path: str) -> bytes:
        inside = self._walk(path)
        if inside in self._folders:
            raise toolbox.is_a_folder(path)
        if inside not in self._files:
            raise _failure(errno.ENOENT, path)
        return self._files[inside]

    def _replace(self, path: str, data: bytes) -> None:
        inside = self._walk(path)
        if inside in self._folders:
            raise toolbox.is_a_folder(path)
        before = len(self._files.get(inside, b""))
        size = self._size - before + len(data)
        if size > self._limits.workspace_mb * MB or len(data) > max(MOST_FILE, before):
            raise _no_space()
        if inside not in self._files:
            self._take_place()
        self._files[inside], self._size = data, size

    def _take_place(self) -> None:
        if len(self._files) + len(self._folders) > MOST_FILES:  # the workspace itself is one of the folders
            raise _no_space()

    def _make_folders(self, path: str) -> None:
        """Make a folder and those above it, one after the other, as `os.makedirs` does: what was made stays."""
        for end in [place for place, letter in enumerate(path) if letter == "/"] + [len(path)]:
            part = path[:end].rstrip("/")
            if part and posixpath.basename(part) != ".":
                self._make_folder(part, last=part == path.rstrip("/"))

    def _make_folder(self, path: str, last: bool) -> None:
        try:
            inside = self._walk(path)
        except OSError as error:
            if error.errno == errno.ENOENT and _is_outside(path):
                return  # on the way back into the workspace
            raise
        if inside in self._files and last:
            raise _failure(errno.EEXIST, path)
        if inside not in self._folders and inside not in self._files:
            self._take_place()
            self._folders.add(inside)

    def _walk(self, path: str) -> str:
        """Return what a path names below the workspace, "" for the workspace itself; the last part may be missing.

        Raises: OSError where a part before it is missing or a file, or where it leads elsewhere; ValueError.
        """
        if "\0" in path:
            raise ValueError("embedded null byte")
        if len(os.fsencode(path)) >= MOST_PATH:
            raise _failure(errno.ENAMETOOLONG, path)
        at: list[str] = [] if path.startswith("/") else [HOME]
        parts = [part for part in path.split("/") if part]
        if path.endswith("/") and parts:
            parts.append(".")  # what ends in a slash is a folder
        for part in parts:
            self._check_folder(at, path)
            if part == "..":
                del at[-1:]
            elif part != ".":
                if len(os.fsencode(part)) > MOST_NAME:
                    raise _failure(errno.ENAMETOOLONG, path)
                at.append(part)
        if not path or at[:1] != [HOME]:
            raise _failure(errno.ENOENT, path)
        return "/".join(at[1:])

    def _check_folder(self, at: list[str], path: str) -> None:
        inside = "/".join(at[1:])
        if inside in self._files:
            raise _failure(errno.ENOTDIR, path)
        if at and (at[0] != HOME or inside not in self._folders):
            raise _failure(errno.ENOENT, path)


_TOOLS: Mapping[str, Callable[..., str]] = {
    tool.__name__: tool for tool in (MemoryBox.read_file, MemoryBox.list_dir, MemoryBox.write_file, MemoryBox.edit_file)
}
TOOLS = tuple(_TOOLS)
"""What this box can do."""


def _above(path: str) -> list[str]:
    """Return the folders that a file lies in, but for the workspace."""
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _is_outside(path: str) -> bool:
    whole = "/" + posixpath.normpath(posixpath.join(WORKSPACE, path)).lstrip("/")
    return whole != WORKSPACE and not whole.startswith(f"{WORKSPACE}/")


def _refuse_outside(path: str) -> None:
    if _is_outside(path):
        raise _failure(errno.ENOENT, path)


def _failure(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)


def _no_space() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _head_and_tail(data: bytes, keep: int) -> tuple[str, bool]:
    """Return an output as a running box cuts it, and whether it is cut."""
    if len(data) <= keep:
        return data.decode(), False
    head, tail = data[: keep // 2], data[keep // 2 - keep :]
    gap = f"\n[{len(data) - keep} bytes left out]\n"
    return head.decode(errors="replace") + gap + tail.decode(errors="replace"), True


@contextlib.asynccontextmanager
async def open_memory_box(files: Mapping[str, bytes], limits: Limits) -> AsyncIterator[MemoryBox]:
    """Return a box that holds `files` and runs nothing.

    Raises: SandboxError where they do not fit.
    """
    for path in files:
        if not is_plain(path):
            raise SandboxError(f"{path!r} is not the relative path of a file")
        if files.keys() & set(_above(path)):
            raise SandboxError(f"{path!r} lies below a file")
    size, most = sum(map(len, files.values())), limits.workspace_mb * MB
    if size > most:
        raise SandboxError(f"a workspace of {size} bytes, at most {most} fit")
    box = MemoryBox(files, limits)
    try:
        yield box
    finally:
        box.close()
