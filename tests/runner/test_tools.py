"""The tools as a model meets them, in a real box."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from typing import Any, cast

import pytest

from clawpub.pack.events import ToolStatus
from runner.sandbox import Box, Limits, Sandbox, open_box, probe
from runner.sandbox.toolbox import TOOLBOX
from runner.tools import TOOLS, Dispatched, dispatch


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return probe()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sql") / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table orders (id integer, item text, price real, note blob)")
        rows = [(n, f"item {n}", n / 4, None if n % 2 else b"\0\1") for n in range(1, 121)]
        connection.executemany("insert into orders values (?, ?, ?, ?)", rows)
    connection.close()
    return path.read_bytes()


def use(
    sandbox: Sandbox, files: dict[str, bytes], *calls: tuple[str, dict[str, Any] | str], timeout_s: float = 10
) -> list[Dispatched]:
    """Return what each call came to, all made in one box."""

    async def run() -> list[Dispatched]:
        async with open_box(files, limits=Limits(), sandbox=sandbox) as box:
            texts = [(name, given if isinstance(given, str) else json.dumps(given)) for name, given in calls]
            return [await dispatch(box, name, text, timeout_s=timeout_s) for name, text in texts]

    return asyncio.run(run())


def one(
    sandbox: Sandbox, files: dict[str, bytes], name: str, given: dict[str, Any] | str, *, timeout_s: float = 10
) -> tuple[ToolStatus, str]:
    (done,) = use(sandbox, files, (name, given), timeout_s=timeout_s)
    return done.status, done.output


def numbered(count: int) -> bytes:
    return "".join(f"line {n}\n" for n in range(1, count + 1)).encode()


def test_read_file_shows_a_short_file_whole(sandbox: Sandbox) -> None:
    assert one(sandbox, {"a.txt": b"one\ntwo\n"}, "read_file", {"path": "a.txt"}) == ("ok", "one\ntwo")


def test_read_file_says_how_to_go_on(sandbox: Sandbox) -> None:
    status, text = one(sandbox, {"a.txt": numbered(4213)}, "read_file", {"path": "a.txt"})
    assert status == "ok"
    assert text.endswith("line 200\n[lines 1-200 of 4213; go on with start_line=201]")


def test_read_file_never_shows_more_than_200_lines(sandbox: Sandbox) -> None:
    _, text = one(sandbox, {"a.txt": numbered(999)}, "read_file", {"path": "a.txt", "line_count": 900})
    assert text.endswith("[lines 1-200 of 999; go on with start_line=201]")


def test_read_file_reads_the_part_asked_for(sandbox: Sandbox) -> None:
    given = {"path": "a.txt", "start_line": 9, "line_count": 2}
    assert one(sandbox, {"a.txt": numbered(10)}, "read_file", given)[1] == "line 9\nline 10\n[lines 9-10 of 10]"


def test_read_file_never_shows_more_than_16_kb(sandbox: Sandbox) -> None:
    files = {"wide": b"x" * 6000 + b"\n" + b"y" * 6000 + b"\n" + b"z" * 6000 + b"\n", "one": b"x" * 40_000}
    wide, long = use(sandbox, files, ("read_file", {"path": "wide"}), ("read_file", {"path": "one"}))
    assert wide.output.endswith("y\n[lines 1-2 of 3; go on with start_line=3]")
    assert long.output == "x" * 16384 + "\n[line 1 is cut after 16384 bytes]"


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"path": "no.txt"}, "No such file or directory: 'no.txt'"),
        ({"path": "/etc/shadow"}, "No such file or directory: '/etc/shadow'"),
        ({"path": "../../root/x"}, "No such file or directory: '../../root/x'"),
        ({"path": "folder"}, "Is a directory: 'folder'"),
        ({"path": "/dev/zero"}, "Not a regular file: '/dev/zero'"),
        ({"path": "a.txt", "start_line": 50}, "start_line 50 is past the end: 'a.txt' has 2 lines"),
    ],
)
def test_read_file_fails_as_a_system_would(given: dict[str, Any], answer: str, sandbox: Sandbox) -> None:
    files = {"a.txt": b"one\ntwo\n", "folder/x": b""}
    assert one(sandbox, files, "read_file", given) == ("error", answer)


def test_read_file_shows_bytes_that_are_no_text_as_replacements(sandbox: Sandbox) -> None:
    assert one(sandbox, {"b": b"a\xff\n"}, "read_file", {"path": "b"}) == ("ok", "a\ufffd")
    assert one(sandbox, {"e": b""}, "read_file", {"path": "e"}) == ("ok", "[empty file]")


def test_list_dir_shows_folders_files_and_sizes(sandbox: Sandbox) -> None:
    files = {"b.txt": b"12345", "a/x": b"", "c": b"1"}
    assert one(sandbox, files, "list_dir", {}) == ("ok", "a/\nb.txt  5 bytes\nc  1 byte")
    assert one(sandbox, files, "list_dir", {"path": "a"}) == ("ok", "x  0 bytes")
    assert one(sandbox, files, "list_dir", {"path": "z"}) == ("error", "No such file or directory: 'z'")
    assert one(sandbox, files, "list_dir", {"path": "c"}) == ("error", "Not a directory: 'c'")


def test_search_finds_lines_below_a_folder_and_passes_over_binaries(sandbox: Sandbox) -> None:
    files = {"src/a.py": b"def one():\n    pass\n", "src/b.py": b"x\ndef two():\n", "bin": b"\0def three"}
    found = one(sandbox, files, "search", {"pattern": r"def \w+"})
    assert found == ("ok", "src/a.py:1: def one():\nsrc/b.py:2: def two():")
    assert one(sandbox, files, "search", {"pattern": "two", "path": "src/b.py"})[1] == "src/b.py:2: def two():"
    assert one(sandbox, files, "search", {"pattern": "nowhere"}) == ("ok", "[no matches]")


def test_search_shows_fifty_hits_and_says_how_many_more(sandbox: Sandbox) -> None:
    _, text = one(sandbox, {"a": numbered(80)}, "search", {"pattern": "line"})
    assert len(text.splitlines()) == 51
    assert text.endswith("a:50: line 50\n[30 more matches]")


def test_search_names_what_is_wrong(sandbox: Sandbox) -> None:
    status, text = one(sandbox, {}, "search", {"pattern": "(a"})
    assert (status, text.partition(":")[0]) == ("error", "Invalid regular expression")
    assert one(sandbox, {}, "search", {"pattern": "a", "path": "z"}) == ("error", "No such file or directory: 'z'")


def test_a_pathological_expression_meets_the_time_limit(sandbox: Sandbox) -> None:
    status, text = one(sandbox, {"a": b"a" * 64 + b"b"}, "search", {"pattern": "(a+)+$"}, timeout_s=0.5)
    assert (status, text) == ("timeout", "[timed out after 0.5 s]")


def test_write_file_makes_folders_and_replaces(sandbox: Sandbox) -> None:
    written, again, read = use(
        sandbox,
        {},
        ("write_file", {"path": "new/deep/a.txt", "content": "größer\n"}),
        ("write_file", {"path": "new/deep/a.txt", "content": "b"}),
        ("read_file", {"path": "new/deep/a.txt"}),
    )
    assert (written.status, written.output) == ("ok", "wrote 9 bytes to new/deep/a.txt")
    assert again.status == "ok"
    assert read.output == "b"


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("folder", "Is a directory: 'folder'"),
        ("/usr/x", "Read-only file system: '/usr/x'"),
        ("a.txt/b", "File exists: 'a.txt'"),
        ("", "No such file or directory: ''"),
    ],
)
def test_write_file_fails_as_a_system_would(path: str, answer: str, sandbox: Sandbox) -> None:
    files = {"folder/x": b"", "a.txt": b""}
    status, text = one(sandbox, files, "write_file", {"path": path, "content": "x"})
    assert (status, text) == ("error", answer)


def test_edit_file_replaces_the_one_passage(sandbox: Sandbox) -> None:
    edited, read = use(
        sandbox,
        {"a.py": b"x = 1\ny = 2\n\xff\n"},
        ("edit_file", {"path": "a.py", "old": "y = 2", "new": "y = 3"}),
        ("run", {"command": "od -c a.py | head -2"}),
    )
    assert (edited.status, edited.output) == ("ok", "edited a.py at line 2")
    assert "y       =       3  \\n 377" in read.output


@pytest.mark.parametrize(
    ("old", "answer"),
    [
        ("z", "old must occur exactly once in 'a.py', it occurs nowhere"),
        ("x", "old must occur exactly once in 'a.py', it occurs 3 times"),
        ("", "Invalid argument: old is empty"),
    ],
)
def test_edit_file_says_how_often_the_passage_occurs(old: str, answer: str, sandbox: Sandbox) -> None:
    given = {"path": "a.py", "old": old, "new": "q"}
    assert one(sandbox, {"a.py": b"x x x\n"}, "edit_file", given) == ("error", answer)


def test_run_shows_output_and_exit_code(sandbox: Sandbox) -> None:
    assert one(sandbox, {}, "run", {"command": "echo out; echo err >&2"}) == ("ok", "out\nerr\n[exit code 0]")
    assert one(sandbox, {}, "run", {"command": "printf x; exit 3"}) == ("error", "x\n[exit code 3]")
    assert one(sandbox, {}, "run", {"command": "true"}) == ("ok", "[exit code 0]")


def test_run_meets_its_time_limit_and_shows_what_was_said_before(sandbox: Sandbox) -> None:
    status, text = one(sandbox, {}, "run", {"command": "echo begun; sleep 60"}, timeout_s=0.3)
    assert (status, text) == ("timeout", "begun\n[timed out after 0.3 s]")


def test_run_tells_the_size_of_output_that_was_cut(sandbox: Sandbox) -> None:
    whole, cut = use(sandbox, {}, ("run", {"command": "echo x"}), ("run", {"command": "head -c 99999 /dev/zero"}))
    assert whole.output_bytes is None
    assert cut.output_bytes == 99_999


def test_sql_shows_a_table(sandbox: Sandbox, database: bytes) -> None:
    query = "select id, item, price, note from orders where id < 3"
    status, text = one(sandbox, {"shop.db": database}, "sql", {"database": "shop.db", "query": query})
    assert status == "ok"
    assert text == "id  item    price  note\n1   item 1  0.25   NULL\n2   item 2  0.5    <2 bytes>\n[2 rows]"


def test_sql_shows_fifty_rows_and_says_how_many_more(sandbox: Sandbox, database: bytes) -> None:
    given = {"database": "shop.db", "query": "select id from orders"}
    _, text = one(sandbox, {"shop.db": database}, "sql", given)
    assert len(text.splitlines()) == 52
    assert text.endswith("\n50\n[70 more rows]")


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("delete from orders", "readonly"),
        ("select 1; select 2", "one statement"),
        ("select missing", "no such column"),
        ("selec", "syntax error"),
        ("attach 'other.db' as o", "not authorized"),
        ("vacuum into 'other.db'", "authorization denied"),
    ],
)
def test_sql_names_what_is_wrong(query: str, word: str, sandbox: Sandbox, database: bytes) -> None:
    status, text = one(sandbox, {"shop.db": database}, "sql", {"database": "shop.db", "query": query})
    assert status == "error"
    assert word in text


def test_sql_does_not_make_a_database(sandbox: Sandbox) -> None:
    missed, listed = use(sandbox, {}, ("sql", {"database": "x.db", "query": "select 1"}), ("list_dir", {}))
    assert (missed.status, missed.output) == ("error", "No such file or directory: 'x.db'")
    assert listed.output == "[empty directory]"


def test_an_endless_query_meets_the_time_limit(sandbox: Sandbox, database: bytes) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"
    given = {"database": "shop.db", "query": endless}
    assert one(sandbox, {"shop.db": database}, "sql", given, timeout_s=0.5)[0] == "timeout"


def test_submit_hands_the_answer_back(sandbox: Sandbox) -> None:
    assert one(sandbox, {}, "submit", {"answer": "42"}) == ("ok", "42")


def test_a_tool_that_does_not_exist_is_answered_with_those_that_do(sandbox: Sandbox) -> None:
    status, text = one(sandbox, {}, "browse", {})
    assert status == "unknown_tool"
    names = "read_file, list_dir, search, write_file, edit_file, run, sql, submit"
    assert text == f"There is no tool 'browse'. The tools are: {names}."


@pytest.mark.parametrize(
    ("name", "given", "fault"),
    [
        ("read_file", "{", "read_file: the arguments are not valid JSON"),
        ("read_file", "[" * 100_000, "read_file: the arguments are not valid JSON"),
        ("read_file", "[1]", "read_file: the arguments must be a JSON object, not the array [1]"),
        ("read_file", "null", "read_file: the arguments must be a JSON object, not null"),
        ("read_file", "", "missing argument 'path'. Its arguments are: path, start_line, line_count."),
        ("read_file", {"file": "a"}, "missing argument 'path'; unknown argument 'file'"),
        ("read_file", {"path": 3}, "'path' must be a string, not the number 3"),
        ("read_file", {"path": None}, "'path' must be a string, not null"),
        ("read_file", {"path": "a", "start_line": "2"}, "'start_line' must be an integer, not the string \"2\""),
        ("read_file", {"path": "a", "start_line": 2.0}, "'start_line' must be an integer, not the number 2.0"),
        ("read_file", {"path": "a", "start_line": True}, "'start_line' must be an integer, not the boolean true"),
        ("read_file", {"path": "a", "start_line": 0}, "'start_line' must be 1 or more, not 0"),
        ("read_file", '{"path":"a","start_line":' + "9" * 5000 + "}", "read_file: "),
        ("read_file", {"path": "a\0"}, "'path' must not contain a NUL character"),
        ("run", {"command": ["ls"]}, "'command' must be a string, not the array [\"ls\"]"),
        ("submit", {}, "submit: missing argument 'answer'"),
    ],
)
def test_arguments_that_do_not_fit_are_answered_with_what_was_wrong(
    name: str, given: dict[str, Any] | str, fault: str
) -> None:
    """They never reach the box."""
    raw = given if isinstance(given, str) else json.dumps(given)
    done = asyncio.run(dispatch(cast(Box, None), name, raw, timeout_s=1))
    assert done.status == "bad_arguments"
    assert fault in done.output
    assert len(done.output) < 400


@pytest.mark.parametrize("spec", TOOLS, ids=lambda spec: spec.name)
def test_a_schema_is_flat_closed_and_described(spec: Any) -> None:
    schema = spec.parameters
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) <= set(schema["properties"])
    assert all(one["description"] for one in schema["properties"].values())
    json.dumps(schema)


def test_lone_surrogates_of_a_model_are_an_answer(sandbox: Sandbox) -> None:
    calls: Sequence[tuple[str, str]] = [
        ("run", '{"command": "echo \\ud800"}'),
        ("read_file", '{"path": "\\ud800"}'),
        ("write_file", '{"path": "a", "content": "\\ud800"}'),
        ("\ud800", "{}"),
    ]
    for done in use(sandbox, {}, *calls):
        assert done.status in ("error", "unknown_tool")
        assert done.output


def test_the_toolbox_has_every_tool_that_runs_inside() -> None:
    assert set(TOOLBOX) == {spec.name for spec in TOOLS} - {"run", "submit"}
