"""A box in which nothing runs: the workspace is a dictionary, and its tools are those that need no process.

For suites that offer neither shell nor search nor SQL and whose answers are checked without code. The texts that a
model is shown are the toolbox's own.
"""

from __future__ import annotations

import contextlib
import io
import posixpath
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from clawpub.errors import SandboxError
from runner.sandbox import Limits, Result
from runner.sandbox.profile import MB, WORKSPACE
from runner.sandbox.toolbox import (
    MOST_ENTRIES,
    MOST_LINES,
    ToolError,
    edited,
    listing,
    shown_lines,
    sized,
    without_ends,
)

TOOLS = ("read_file", "list_dir", "write_file", "edit_file")
"""What this box can do."""
MOST_FILES = 10_000


class MemoryBox:
    """A workspace in memory."""

    def __init__(self, files: Mapping[str, bytes], limits: Limits) -> None:
        self._files = dict(files)
        self._size = sum(map(len, files.values()))
        self._most = limits.workspace_mb * MB

    async def exec(
        self, argv: list[str], *, stdin: str = "", timeout_s: float = 60.0, env: Mapping[str, str] | None = None
    ) -> Result:
        raise SandboxError("there is no shell in this box", hint="a suite that needs one needs another sandbox")

    async def call(self, function: str, arguments: Mapping[str, Any], *, timeout_s: float = 60.0) -> Result:
        if function not in TOOLS:
            raise SandboxError(f"there is no {function} in this box")
        began = time.monotonic()
        try:
            code, output = 0, getattr(self, f"_{function}")(**arguments)
        except ToolError as error:
            code, output = 1, str(error)
        return Result(code, output, len(output.encode(errors="replace")), False, time.monotonic() - began)

    async def files(self) -> dict[str, bytes]:
        return dict(self._files)

    def _read_file(self, path: str, start_line: int = 1, line_count: int = MOST_LINES) -> str:
        text = io.StringIO(self._content(path).decode(errors="replace"), newline="\n")
        return shown_lines(path, without_ends(text), start_line, line_count)

    def _list_dir(self, path: str = ".") -> str:
        inside = _inside(path)
        if inside in self._files:
            raise ToolError(f"Not a directory: {path!r}")
        prefix = f"{inside}/" if inside else ""
        below = {name[len(prefix) :].partition("/")[0] for name in self._files if name.startswith(prefix)}
        if inside and not below:
            raise ToolError(f"No such file or directory: {path!r}")
        shown = sorted(below)[:MOST_ENTRIES]
        return listing([self._row(prefix, name) for name in shown], len(below))

    def _row(self, prefix: str, name: str) -> str:
        content = self._files.get(prefix + name)
        return f"{name}/" if content is None else sized(name, len(content))

    def _write_file(self, path: str, content: str) -> str:
        data = content.encode(errors="surrogateescape")
        self._replace(path, data)
        return f"wrote {len(data)} bytes to {path}"

    def _edit_file(self, path: str, old: str, new: str) -> str:
        data, line = edited(path, lambda: self._content(path), old, new)
        self._replace(path, data)
        return f"edited {path} at line {line}"

    def _content(self, path: str) -> bytes:
        inside = _inside(path)
        if inside not in self._files:
            if not inside or any(name.startswith(f"{inside}/") for name in self._files):
                raise ToolError(f"Is a directory: {path!r}")
            parents = posixpath.dirname(inside)
            file_above = parents and any(parents == name or parents.startswith(f"{name}/") for name in self._files)
            raise ToolError(f"{'Not a directory' if file_above else 'No such file or directory'}: {path!r}")
        return self._files[inside]

    def _replace(self, path: str, data: bytes) -> None:
        inside = self._place(path)
        size = self._size - len(self._files.get(inside, b"")) + len(data)
        if size > self._most or len(self._files) >= MOST_FILES:
            raise ToolError(f"No space left on device: {path!r}")
        self._files[inside], self._size = data, size

    def _place(self, path: str) -> str:
        """Return where a file can be written."""
        try:
            self._content(path)
        except ToolError as error:
            if not str(error).startswith("No such file"):
                raise
        return _inside(path)


def _inside(path: str) -> str:
    """Return a path below the workspace, "" for the workspace itself. Raises: ToolError where it leads elsewhere."""
    whole = posixpath.normpath(posixpath.join(WORKSPACE, path))
    if path and whole == WORKSPACE:
        return ""
    if not path or not whole.startswith(f"{WORKSPACE}/"):
        raise ToolError(f"No such file or directory: {path!r}")
    return whole[len(WORKSPACE) + 1 :]


@contextlib.asynccontextmanager
async def open_memory_box(files: Mapping[str, bytes], limits: Limits) -> AsyncIterator[MemoryBox]:
    """Return a box that holds `files` and runs nothing.

    Raises: SandboxError where they do not fit.
    """
    size, most = sum(map(len, files.values())), limits.workspace_mb * MB
    if size > most:
        raise SandboxError(f"a workspace of {size} bytes, at most {most} fit")
    yield MemoryBox(files, limits)
