"""The box in memory says what a real one says, call for call, and reaches nothing outside."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from clawpub.errors import SandboxError
from runner.sandbox import Box, Limits, open_box, probe

FILES = {
    "a.txt": b"one\ntwo\nthree\n",
    "empty.txt": b"",
    "no_end.txt": b"last line without an end",
    "crlf.txt": b"one\r\ntwo\r\n",
    "latin.txt": b"caf\xe9\n",
    "long.txt": b"x" * 20_000 + b"\nshort\n",
    "many.txt": b"".join(b"line %d\n" % number for number in range(1, 501)),
    "dir/inner.txt": b"inner\n",
    "dir/deep/er.txt": b"deeper\n",
}
CALLS: list[tuple[str, dict[str, Any]]] = [
    *(("read_file", {"path": path}) for path in (*FILES, "./a.txt", "/ws/a.txt", "dir/../a.txt")),
    *(("read_file", {"path": path}) for path in ("missing", "dir", "a.txt/b", "dir/missing", ".", "")),
    ("read_file", {"path": "many.txt", "start_line": 100, "line_count": 3}),
    ("read_file", {"path": "many.txt", "start_line": 400}),
    ("read_file", {"path": "a.txt", "start_line": 9}),
    ("list_dir", {}),
    *(("list_dir", {"path": path}) for path in ("dir", "dir/", "./dir/deep", "missing", "a.txt", "/ws")),
    ("write_file", {"path": "new/er/file.txt", "content": "héllo\n"}),
    ("list_dir", {"path": "new"}),
    ("write_file", {"path": "a.txt", "content": "changed"}),
    ("write_file", {"path": "dir", "content": "x"}),
    ("edit_file", {"path": "no_end.txt", "old": "last", "new": "first"}),
    ("edit_file", {"path": "many.txt", "old": "line 250\n", "new": ""}),
    ("edit_file", {"path": "many.txt", "old": "line", "new": "row"}),
    ("edit_file", {"path": "a.txt", "old": "nowhere", "new": "x"}),
    ("edit_file", {"path": "a.txt", "old": "", "new": "x"}),
    ("edit_file", {"path": "missing", "old": "a", "new": "x"}),
    ("edit_file", {"path": "latin.txt", "old": "caf", "new": "CAF"}),
    ("read_file", {"path": "latin.txt"}),
    ("write_file", {"path": "a.txt/under/file", "content": "x"}),
    ("write_file", {"path": "half/way/" + "n" * 256, "content": "x"}),
    ("list_dir", {"path": "half"}),
    ("read_file", {"path": "missing/../a.txt"}),
    ("read_file", {"path": "a.txt/"}),
    ("read_file", {"path": "a.txt/.."}),
    ("read_file", {"path": "p/" * 2048}),
    ("read_file", {"path": "nul\0byte"}),
    ("list_dir", {"path": "a.txt/."}),
]


async def answers(kind: str) -> tuple[list[tuple[int | None, str]], dict[str, bytes]]:
    async with open_box(FILES, limits=Limits(), sandbox=probe(kind)) as box:
        said = [await box.call(function, arguments) for function, arguments in CALLS]
        return [(result.exit_code, result.output) for result in said], await box.files()


def test_it_says_and_leaves_what_a_real_box_does() -> None:
    in_memory, real = asyncio.run(answers("memory")), asyncio.run(answers("auto"))
    for call, ours, theirs in zip(CALLS, in_memory[0], real[0], strict=True):
        assert ours == theirs, call
    assert in_memory[1] == real[1]


def ask(function: str, **arguments: str) -> tuple[int | None, str]:
    async def run() -> tuple[int | None, str]:
        async with open_box({}, limits=Limits(workspace_mb=1), sandbox=probe("memory")) as box:
            result = await box.call(function, arguments)
            return result.exit_code, result.output

    return asyncio.run(run())


@pytest.mark.parametrize("path", ["/etc/passwd", "../../etc/passwd", "/ws/../etc/passwd", "//etc/passwd"])
def test_nothing_outside_can_be_named(path: str) -> None:
    assert ask("read_file", path=path) == (1, f"No such file or directory: {path!r}")
    assert ask("write_file", path=path, content="x")[0] == 1


def test_a_full_box_says_so() -> None:
    assert ask("write_file", path="a", content="x" * (1 << 20))[0] == 0
    assert ask("write_file", path="a", content="x" * ((1 << 20) + 1)) == (1, "No space left on device")


def test_there_is_no_shell() -> None:
    async def run(box: Box) -> None:
        await box.exec(["/bin/sh"])

    async def opened() -> None:
        async with open_box({}, limits=Limits(), sandbox=probe("memory")) as box:
            await run(box)

    with pytest.raises(SandboxError, match="there is no shell"):
        asyncio.run(opened())
