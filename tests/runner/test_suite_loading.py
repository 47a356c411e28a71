"""Suites as folders: what is read, what the digest covers, and how a bad file is reported."""

from __future__ import annotations

import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from clawpub.errors import ConfigError
from runner.suite import SUITES, Inject, digest_files, grade_answer, load_suite

FOLDER = SUITES / "agentic_core_v1"
SUITE = load_suite("agentic-core-v1")

FILES = {
    "suite.toml": 'id = "mine"\ntitle = "Mine"\ntasks = ["a_first"]\n',
    "system.md": "You are an agent.\n",
    "a_first/task.toml": 'id = "a"\nname = "first"\ntitle = "First"\nturns = 3\nseconds = 60\n',
    "a_first/prompt.md": "Do it.\n",
    "a_first/check.py": "def check(s):\n    return None\n",
    "a_first/workspace/data/in.txt": "1\n",
    "a_first/agents/reference.toml": "about = 'x'\n",
}


def make_suite(folder: Path, changes: dict[str, str | None] | None = None) -> Path:
    """Write a suite of one task below this folder, with some files replaced or, where None, left out."""
    for path, text in {**FILES, **(changes or {})}.items():
        if text is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
    return folder


def test_the_suite_has_ten_tasks_in_order_with_13_to_15_turns() -> None:
    assert [task.id for task in SUITE.tasks] == [f"task_{number:02}" for number in range(1, 11)]
    assert all(13 <= task.turns <= 15 for task in SUITE.tasks)
    assert [task.id for task in SUITE.tasks if task.inject] == ["task_08"]
    assert len({task.title for task in SUITE.tasks}) == 10


def test_the_spec_freezes_prompts_in_full_and_the_rest_as_digests() -> None:
    spec = SUITE.spec()
    assert spec["digest"] == SUITE.digest
    first = spec["tasks"][0]
    assert first["prompt"] == SUITE.tasks[0].prompt
    assert first["workspace_digest"] == digest_files(SUITE.tasks[0].workspace)
    assert first["check_digest"].startswith("sha256:")
    assert spec["tasks"][7]["inject"] == {"call": 1, "output": "No such file or directory: '{path}'"}


def test_workspaces_survive_a_wheel_and_do_not_look_like_our_tests() -> None:
    for path in FOLDER.rglob("*"):
        name = path.relative_to(FOLDER).as_posix()
        assert not any(part.startswith(".") for part in Path(name).parts), name
        assert not path.is_symlink(), name
        assert path.name != "conftest.py", name
    assert sum(len(content) for task in SUITE.tasks for content in task.workspace.values()) < 400_000


def test_the_system_prompt_is_neutral() -> None:
    assert "submit" in SUITE.system and "/ws" in SUITE.system
    assert not any(word in SUITE.system for word in ("example", "For instance", "insufficient", "retry"))


@pytest.mark.parametrize("script", sorted(FOLDER.glob("*/make_workspace.py")), ids=lambda path: path.parent.name[:7])
def test_generated_files_come_out_the_same(script: Path, tmp_path: Path) -> None:
    runpy.run_path(str(script))["write"](tmp_path)
    made = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    workspace = SUITE.task(script.parent.name[: len("task_01")]).workspace
    assert made
    for name, content in made.items():
        assert workspace[name] == content, name


def test_the_digest_is_the_same_in_a_copy_made_later_elsewhere(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "copy", copy_function=shutil.copyfile)
    (tmp_path / "copy/task_01_fix_failing_test/workspace/__pycache__").mkdir()
    (tmp_path / "copy/task_01_fix_failing_test/workspace/__pycache__/x.pyc").touch()
    assert load_suite(tmp_path / "copy").digest == SUITE.digest


def test_the_digest_is_the_same_in_another_process_with_another_hash_seed() -> None:
    program = "from runner.suite import load_suite; print(load_suite('agentic-core-v1').digest)"
    env = {"PYTHONHASHSEED": "17", "PYTHONPATH": str(SUITES.parent.parent)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env, check=True)
    assert done.stdout.strip() == SUITE.digest


@pytest.mark.parametrize("path", sorted(set(FILES) - {"a_first/agents/reference.toml"}))
def test_every_defining_file_changes_the_digest(tmp_path: Path, path: str) -> None:
    before = load_suite(make_suite(tmp_path / "a")).digest
    text = FILES[path].replace('"Mine"', '"Other"').replace('"First"', '"Other"')
    changed = text if text != FILES[path] else FILES[path] + "# more\n"
    assert load_suite(make_suite(tmp_path / "b", {path: changed})).digest != before


def test_agents_and_scripts_are_no_part_of_the_digest(tmp_path: Path) -> None:
    extra: dict[str, str | None] = {
        "a_first/agents/reference.toml": "other",
        "a_first/make_workspace.py": "x",
        "notes.md": "x",
    }
    assert load_suite(make_suite(tmp_path / "a")).digest == load_suite(make_suite(tmp_path / "b", extra)).digest


def test_a_suite_of_ones_own_is_named_by_its_folder(tmp_path: Path) -> None:
    suite = load_suite(str(make_suite(tmp_path / "own")))
    assert (suite.id, suite.task("a").workspace) == ("mine", {"data/in.txt": b"1\n"})


def test_an_unknown_suite_is_answered_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="agentic-core-v1"):
        load_suite("agentic-core-v9")


def edit(path: str, old: str, new: str) -> dict[str, str | None]:
    assert old in FILES[path]
    return {path: FILES[path].replace(old, new)}


BAD: dict[str, tuple[dict[str, str | None], str, int | None, str]] = {
    "suite.toml is not TOML": (edit("suite.toml", '"Mine"', '"Mine'), "suite.toml", 2, "Not valid TOML"),
    "a key is missing": (edit("suite.toml", 'title = "Mine"\n', ""), "suite.toml", None, "title: Field required"),
    "an unknown key": (edit("a_first/task.toml", "seconds", "second"), "a_first/task.toml", None, "seconds"),
    "a wrong type": (edit("a_first/task.toml", "turns = 3", 'turns = "3"'), "a_first/task.toml", 4, "turns"),
    "no turns": (edit("a_first/task.toml", "turns = 3", "turns = 0"), "a_first/task.toml", 4, "turns"),
    "a name that leaves the folder": (edit("suite.toml", "a_first", "../x"), "suite.toml", 3, "tasks"),
    "a task that is not there": (edit("suite.toml", "a_first", "b_second"), "suite.toml", 3, "'b_second'"),
    "a task that is not listed": (
        {"b_more/task.toml": FILES["a_first/task.toml"]},
        "suite.toml",
        3,
        "'b_more' holds a task that tasks does not name",
    ),
    "a task listed twice": (edit("suite.toml", '["a_first"]', '["a_first", "a_first"]'), "suite.toml", 3, "id 'a'"),
    "the folder's name": (edit("a_first/task.toml", '"first"', '"last"'), "a_first/task.toml", 1, "'a_first'"),
    "no prompt": ({"a_first/prompt.md": None}, "a_first/prompt.md", None, "missing"),
    "an empty prompt": ({"a_first/prompt.md": " \n"}, "a_first/prompt.md", None, "empty"),
    "no system prompt": ({"system.md": None}, "system.md", None, "missing"),
    "no checker": ({"a_first/check.py": None}, "a_first/check.py", None, "missing"),
    "a checker that is not Python": ({"a_first/check.py": "x = 1\ndef check(s:\n"}, "a_first/check.py", 2, "Python"),
    "a checker without check": ({"a_first/check.py": "def chek(s): ...\n"}, "a_first/check.py", None, "`check`"),
    "no workspace": ({"a_first/workspace/data/in.txt": None}, "a_first/workspace", None, "workspace"),
    "a dot file": ({"a_first/workspace/.env": "x"}, "a_first/workspace/.env", None, "dot"),
    "an inject without its path": (
        edit("a_first/task.toml", "seconds = 60\n", 'seconds = 60\n[inject]\noutput = "x"\n'),
        "a_first/task.toml",
        None,
        "inject.path",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_named_with_its_line(tmp_path: Path, what: str) -> None:
    changes, path, line, words = BAD[what]
    with pytest.raises(ConfigError) as caught:
        load_suite(make_suite(tmp_path, changes))
    assert words in caught.value.message
    assert caught.value.at is not None
    assert caught.value.at.path == tmp_path / path
    if line is not None:
        assert caught.value.at.line == line


def make_link(folder: Path) -> None:
    (folder / "a_first/workspace/link").symlink_to("data")


def make_not_utf8(folder: Path) -> None:
    (folder / "a_first/prompt.md").write_bytes(b"one\ntwo \xff\n")


def make_folder(folder: Path) -> None:
    (folder / "system.md").unlink()
    (folder / "system.md").mkdir()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(make_link, "plain files"), (make_not_utf8, "not UTF-8"), (make_folder, "cannot be read")],
)
def test_odd_files_are_refused(tmp_path: Path, spoil: Callable[[Path], None], words: str) -> None:
    spoil(make_suite(tmp_path))
    with pytest.raises(ConfigError, match=words):
        load_suite(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ('{"path": "a/b"}', "gone: a/b"),
        ('{"database": "x.db"}', "gone: x.db"),
        ('{"command": "ls"}', "gone: here"),
        ('{"path": 3}', "gone: here"),
        ('{"path": ""}', "gone: here"),
        ("[1]", "gone: here"),
        ("not JSON", "gone: here"),
        ("[" * 100_000, "gone: here"),
        ('{"path": "{path}"}', "gone: {path}"),
    ],
)
def test_an_injected_error_names_the_path_of_the_call(arguments: str, shown: str) -> None:
    assert Inject(1, "gone: {path}", "here").output_for(arguments) == shown


def test_a_task_is_found_by_its_id() -> None:
    assert SUITE.task("task_03").name == "investigate_log"
    assert replace(SUITE.task("task_03"), turns=1).turns == 1
    with pytest.raises(KeyError):
        SUITE.task("task_99")


def quiz(
    folder: Path, *, suite: str = 'tools = ["read_file"]', task: str = '[answer]\nequals = ["42", "forty-two"]'
) -> Path:
    """A suite whose one task is decided by its answer alone."""
    home = folder / "task_01_ask"
    (home / "workspace").mkdir(parents=True)
    (folder / "suite.toml").write_text(f'id = "quiz"\ntitle = "Quiz"\ntasks = ["task_01_ask"]\n{suite}\n')
    (folder / "system.md").write_text("Answer.")
    head = 'id = "task_01"\nname = "ask"\ntitle = "Ask"\nturns = 10\nseconds = 60\n'
    (home / "task.toml").write_text(head + task + "\n")
    (home / "prompt.md").write_text("What is it?")
    (home / "workspace" / "a.txt").write_text("42")
    return folder


def test_a_suite_without_shell_and_checkers_needs_no_process(tmp_path: Path) -> None:
    suite = load_suite(quiz(tmp_path))
    assert not suite.needs_processes and suite.tools == ("read_file",)
    assert load_suite(quiz(tmp_path / "b", suite="")).needs_processes
    assert load_suite(quiz(tmp_path / "c", suite='tools = ["run"]')).needs_processes
    assert load_suite("agentic-core-v1").needs_processes


@pytest.mark.parametrize(
    ("expected", "answer", "verdict"),
    [
        ('equals = ["42", "forty-two"]', " forty-two\n", "passed"),
        ('equals = "Yes"', "yes", "wrong"),
        ('equals = "Yes"\ncase = false', "YES", "passed"),
        ("number = 1234.5\ntolerance = 0.5", "1,234", "passed"),
        ("number = 1234.5\ntolerance = 0.4", "1,234", "wrong"),
        ("number = 3", "three", "wrong"),
        ("number = 3", "NaN", "wrong"),
        ("number = 3", "3" * 100_000, "wrong"),
        ("number = 3", None, "missing"),
        ("number = 3", "  ", "missing"),
    ],
)
def test_an_answer_alone_decides(tmp_path: Path, expected: str, answer: str | None, verdict: str) -> None:
    (task,) = load_suite(quiz(tmp_path, task=f"[answer]\n{expected}")).tasks
    assert task.answer is not None
    found = grade_answer(task.answer, answer)
    assert found.verdict == verdict and len(found.reason) < 400


@pytest.mark.parametrize(
    ("suite", "task", "said"),
    [
        ('tools = ["teleport"]', "[answer]\nnumber = 1", r"suite.toml:4: There is no tool 'teleport'"),
        ("", "[answer]\n", r"task.toml:6: answer: .*expected either `equals` or `number`"),
        ("", '[answer]\nequals = "a"\nnumber = 1', r"task.toml:6: answer: .*either"),
        ("", "", r"check.py: check.py is missing"),
    ],
)
def test_a_faulty_quiz_is_named_with_its_line(tmp_path: Path, suite: str, task: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_suite(quiz(tmp_path, suite=suite, task=task))
