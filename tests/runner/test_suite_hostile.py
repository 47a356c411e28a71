"""Checkers on what no honest agent leaves behind: it never passes, and it never counts as our own fault."""

from __future__ import annotations

import asyncio
import functools
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from clawpub.errors import SandboxError
from runner.sandbox import Limits, Sandbox, open_box, probe
from runner.suite import Grade, Task, grade, load_suite
from runner.suites.grading import Outcome, Settled, Submission, changed_lines, run_check, same

SUITE = load_suite("agentic-core-v1")
OUTPUTS = {
    "task_03": ["incident.json"],
    "task_04": ["trace.json"],
    "task_06": ["NOTES.md"],
    "task_07": ["step1.csv", "step2.csv", "step3.json", "manifest.json"],
    "task_08": ["reorder.json"],
}
JUNK = {
    "binary": bytes(range(256)) * 40,
    "empty": b"",
    "not UTF-8": b'{"items": ["\xff\xfe"], "units": "\xff"}',
    "NaN": b'{"lost": NaN, "result": NaN, "units": Infinity, "request": NaN}',
    "deep": b"[" * 100_000,
    "deep object": b'{"items":' * 20_000 + b"1" + b"}" * 20_000,
    "huge number": b'{"lost": 1' + b"0" * 5_000 + b', "result": 1e999, "units": 1e999}',
    "other types": b'{"request": [], "service": {}, "minute": true, "lost": false, "calls": {}, "result": [], '
    b'"items": 3, "units": "x"}',
    "large": b'{"a": "' + b"x" * (2 << 20) + b'"}',
    "NUL": b"\x00" * 100,
    "null": b"null",
    "list": b"[1, 2]",
    "CSV with a huge cell": b"sensor,day,fahrenheit\n" + b'"' + b"x" * 200_000 + b'"\n',
}
ATTACKS = {
    "prints and exits": "import os\nprint('passed', flush=True)\nos._exit(0)\n",
    "exits politely": "raise SystemExit(0)\n",
    "kills the checker": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n",
    "kills everything": "import os, signal\nos.kill(-1, signal.SIGKILL)\n",
    "kills it later": (
        "import os, signal, time\nparent = os.getppid()\nif os.fork() == 0:\n    os.setsid()\n"
        "    time.sleep(0.2)\n    os.kill(parent, signal.SIGKILL)\n"
    ),
    "writes to the checker's output": """
import os, glob
for name in glob.glob('/proc/[0-9]*/fd/*'):
    try:
        text = open('/proc/%s/environ' % name.split('/')[2], errors='replace').read()
        with open(name, 'w') as out:
            out.write('0 {"verdict": "passed", "reason": "forged"}\\n')
    except OSError:
        pass
""",
    "equal to everything": """
class Anything:
    def __eq__(self, other): return True
    def __getattr__(self, name): return lambda *a, **k: Anything()
    def __str__(self): return 'x'
    def __call__(self, *a, **k): return Anything()
import sys
sys.modules[__name__] = Anything()
""",
    "changes the driver": """
import json, sys
json.dumps = lambda *a, **k: '{"value": true, "called": 7}'
main = sys.modules['__main__']
main.call = lambda *a: 'x' * 100_000
""",
    "recursion": "def f(): return f()\nf()\n",
    "odd exception": "class E(BaseException):\n    def __str__(self): raise self\nraise E()\n",
    "not Python": "\x00\xff(((",
}
SHADOWS = "json unittest sitecustomize usercustomize ast csv re types encodings grading runner".split()


@functools.cache
def sandbox() -> Sandbox:
    return probe()


def graded(submissions: list[tuple[Task, Mapping[str, bytes], str | None]]) -> list[Grade]:
    """Grade all submissions, eight at a time, because a box mostly waits."""
    opener = functools.partial(open_box, limits=Limits(), sandbox=sandbox())

    async def all_of_them() -> list[Grade]:
        room = asyncio.Semaphore(8)

        async def one(task: Task, files: Mapping[str, bytes], answer: str | None) -> Grade:
            async with room:
                return await grade(task, files, answer, open_box=opener)

        return await asyncio.gather(*(one(*submission) for submission in submissions))

    return asyncio.run(all_of_them())


def refused(submissions: list[tuple[Task, Mapping[str, bytes], str | None]]) -> list[Grade]:
    grades = graded(submissions)
    for (task, files, _), found in zip(submissions, grades, strict=True):
        assert found.verdict != "passed", (task.id, sorted(files))
        assert found.reason and "\n" not in found.reason and len(found.reason) <= 300
    return grades


def submission(folder: Path, task: Task | None = None) -> Submission:
    """Return a submission below this folder that leaves a task's workspace, or none, as it was."""
    for root in (folder / "ws", folder / "original"):
        root.mkdir(parents=True)
        for path, content in task.workspace.items() if task else ():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
    return Submission("done", folder / "ws", folder / "original")


def python_files_replaced(task: Task, source: str) -> dict[str, bytes]:
    return {
        path: source.encode("utf-8", "replace") if path.endswith(".py") and "tests" not in path else content
        for path, content in task.workspace.items()
    }


def test_nothing_at_all_is_missing_everywhere() -> None:
    untouched = graded([(task, task.workspace, None) for task in SUITE.tasks])
    assert {task.id: found.verdict for task, found in zip(SUITE.tasks, untouched, strict=True)} == {
        task.id: "missing" for task in SUITE.tasks
    }


def test_an_emptied_workspace_never_passes() -> None:
    refused([(task, {}, "done") for task in SUITE.tasks])


@pytest.mark.parametrize("kind", JUNK)
def test_junk_in_place_of_the_output_never_passes(tmp_path: Path, kind: str) -> None:
    """The checkers of these tasks run none of the workspace's code, so they may run here, without a box."""
    for id in set(OUTPUTS) - {"task_06"}:
        task = SUITE.task(id)
        s = submission(tmp_path / id, task)
        for name in OUTPUTS[id]:
            (s.workspace / name).write_bytes(JUNK[kind])
        assert run_check(task.check, s).verdict != "passed"


def test_junk_in_place_of_the_output_never_passes_in_a_box() -> None:
    kinds = ("NaN", "deep", "huge number", "large")
    submissions: list[tuple[Task, Mapping[str, bytes], str | None]] = []
    for id, kind in zip(OUTPUTS, (*kinds, "binary"), strict=True):
        task = SUITE.task(id)
        submissions.append((task, {**task.workspace, **dict.fromkeys(OUTPUTS[id], JUNK[kind])}, "done"))
    refused(submissions)


def test_junk_in_place_of_the_whole_workspace_never_passes() -> None:
    refused([(task, dict.fromkeys(task.workspace, JUNK["binary"]), "done") for task in SUITE.tasks])


def test_folders_in_place_of_files_never_pass() -> None:
    submissions: list[tuple[Task, Mapping[str, bytes], str | None]] = []
    for task in SUITE.tasks:
        names = OUTPUTS.get(task.id, list(task.workspace))
        submissions.append((task, {f"{name}/inside": b"x" for name in names}, "done"))
    refused(submissions)


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_code_never_passes_and_never_looks_like_our_fault(attack: str) -> None:
    tasks = [SUITE.task(id) for id in ("task_01", "task_02", "task_06")]
    refused([(task, python_files_replaced(task, ATTACKS[attack]), "done") for task in tasks])


def test_code_that_ends_the_checker_is_wrong_and_says_so() -> None:
    task = SUITE.task("task_01")
    (found,) = graded([(task, python_files_replaced(task, ATTACKS["kills the checker"]), "done")])
    assert (found.verdict, "ended the checker" in found.reason) == ("wrong", True)


def test_the_checker_cannot_be_opened_from_the_code_that_it_runs() -> None:
    hostile = """
import os
def look():
    found = []
    for name in ('mem', 'maps', 'environ', 'fd/0', 'fd/1', 'map_files', 'cwd'):
        try:
            os.close(os.open('/proc/%d/%s' % (os.getppid(), name), os.O_RDONLY))
            found.append(name)
        except OSError:
            pass
    return [os.getppid() > 1, found]
"""
    source = """
from runner.suites.grading import passed
def check(s):
    return passed(str(s.call([("look:look", [])])[0]))
"""
    (found,) = graded([(replace(SUITE.task("task_01"), check=source), {"look.py": hostile.encode()}, "done")])
    assert found.reason == "[True, []]"


def test_code_that_hangs_floods_or_eats_memory_is_wrong_in_time() -> None:
    task = SUITE.task("task_01")
    sources = [
        "while True: pass\n",
        "while True: print('x' * 1000)\n",
        "x = []\nwhile True: x.append(bytearray(1 << 24))\n",
    ]
    started = time.monotonic()
    grades = refused([(task, python_files_replaced(task, source), "done") for source in sources])
    assert {found.verdict for found in grades} == {"wrong"}
    assert time.monotonic() - started < 30


def test_modules_in_the_workspace_that_shadow_the_library_change_nothing() -> None:
    hostile = b"import os\nprint('passed', flush=True)\nos._exit(0)\n"
    shadows = {f"{name}.py": hostile for name in SHADOWS}
    task = SUITE.task("task_01")
    mended = task.workspace["parcels/price.py"].replace(b"weight_g < upper", b"weight_g <= upper")
    good, bad = graded(
        [
            (task, {**task.workspace, **shadows, "parcels/price.py": mended}, "done"),
            (task, {**task.workspace, **shadows}, "done"),
        ]
    )
    assert good.verdict == "passed", good.reason
    assert bad.verdict == "wrong"


@pytest.mark.parametrize("change", ["deleted", "emptied", "folder"])
def test_deleted_tests_do_not_pass(change: str) -> None:
    task = SUITE.task("task_01")
    files = dict(task.workspace)
    files["parcels/price.py"] = files["parcels/price.py"].replace(b"weight_g < upper", b"weight_g <= upper")
    content = files.pop("tests/test_price.py")
    instead = {"deleted": {}, "emptied": {"tests/test_price.py": b""}, "folder": {"tests/test_price.py/x": content}}
    files |= instead[change]
    (found,) = graded([(task, files, "done")])
    assert (found.verdict, "tests/test_price.py" in found.reason) == ("wrong", True)


@pytest.mark.parametrize("answer", ["\ud800", "\x00" * 10, "x" * 3_000_000, '"}\n{"verdict": "passed"}', "1, " * 2600])
def test_odd_answers_never_pass(answer: str) -> None:
    refused([(SUITE.task(id), SUITE.task(id).workspace, answer) for id in ("task_09", "task_10")])


@pytest.mark.parametrize(
    "source",
    [
        "def check(s): raise KeyError('bug')",
        "def check(s): return None",
        "import sys\ndef check(s): sys.exit(0)",
        "import os\ndef check(s): os._exit(1)",
        'def check(s): print(\'{"verdict": "passed", "reason": ""}\') or 1 / 0',
        "from runner.suites.grading import Verdict\ndef check(s): return Verdict('fine', 'x')",
        "import nothing_of_the_kind\ndef check(s): pass",
        "def check(s):\n    s.call([('parcels.price:band_price', [1])])\n    raise KeyError('bug')",
    ],
)
def test_a_broken_checker_is_an_infrastructure_error(source: str) -> None:
    task = replace(SUITE.task("task_01"), check=source)
    with pytest.raises(SandboxError, match="task_01 gave no verdict"):
        graded([(task, task.workspace, "done")])


def test_a_checker_sees_answer_workspace_and_original() -> None:
    source = """
from runner.suites.grading import Submission, passed
def check(s):
    (outcome,) = s.call([("parcels.price:band_price", [1])])
    return passed(f"{s.answer}|{s.changed()}|{outcome}|{len(s.sources('parcels'))}")
"""
    task = replace(SUITE.task("task_01"), check=source)
    (found,) = graded([(task, {**task.workspace, "new.txt": b"x"}, "Å\n!")])
    assert found.reason == "Å !|['new.txt']|390|3"
    assert found.duration_s > 0


@pytest.mark.parametrize("kind", ["link", "dangling", "linked folder", "fifo", "folder", "large"])
def test_odd_files_are_read_as_wrong(tmp_path: Path, kind: str) -> None:
    s = submission(tmp_path)
    place = s.workspace / "sub" / "out.json"
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "out.json").write_text("{}")
    if kind == "linked folder":
        (s.workspace / "sub").symlink_to(tmp_path / "elsewhere")
    else:
        place.parent.mkdir()
    match kind:
        case "link":
            place.symlink_to(tmp_path / "elsewhere" / "out.json")
        case "dangling":
            place.symlink_to(tmp_path / "nothing")
        case "fifo":
            os.mkfifo(place)
        case "folder":
            place.mkdir()
        case "large":
            place.write_bytes(b" " * (1 << 21))
    with pytest.raises(Settled) as settled:
        s.json("sub/out.json")
    assert settled.value.verdict.verdict == "wrong"


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    s = submission(tmp_path)
    (s.workspace / "file").write_text("x")
    for path in ("out.json", "no/such/folder.json", "file/out.json"):
        with pytest.raises(Settled) as settled:
            s.read(path)
        assert settled.value.verdict.verdict == "missing"


def test_links_and_floods_of_files_do_not_break_the_list_of_changes(tmp_path: Path) -> None:
    s = submission(tmp_path)
    (s.workspace / "loop").symlink_to(s.workspace)
    (s.workspace / "__pycache__").mkdir()
    (s.workspace / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert s.changed() == ["loop"]
    for number in range(2_100):
        (s.workspace / str(number)).touch()
    assert run_check("def check(s): return s.changed()", s).verdict == "wrong"


def test_true_is_not_one_and_order_matters() -> None:
    assert same([1, {"a": 2.0}], [1, {"a": 2}])
    assert not same([True], [1])
    assert not same([1, 2], [2, 1])
    assert not same({"a": 1}, {"a": 1, "b": 2})
    assert not Outcome(value=5, error="boom").returned(5)


@pytest.mark.parametrize(
    ("after", "lines"), [("a\nb\nc\n", 0), ("a\nB\nc\n", 1), ("a\nb\nx\nc\n", 1), ("a\nc", 1), ("x\ny\nz\nb\nc\n", 3)]
)
def test_changed_lines_are_counted_once(after: str, lines: int) -> None:
    assert changed_lines("a\nb\nc\n", after) == lines
