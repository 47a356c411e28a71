"""A task suite: a folder that says what is asked, and how the result is checked.

    suite.toml            id, title, tasks in order; tools, if not all are offered
    system.md             the system prompt of every task
    <id>_<name>/          one folder a task
        task.toml         id, name, title, turns, seconds; [inject] where the harness puts an error in a tool's place;
                          [answer] where the final answer alone decides, in place of check.py
        prompt.md         what the agent is asked
        workspace/        what it finds in /ws
        check.py          check(s: Submission) -> Verdict, see runner/suites/grading.py
        agents/           scripted agents, proof that the checker measures something; no part of the suite's digest

`load_suite` reads it, `Suite.spec` is what a data pack freezes of it, `grade` runs a checker in a fresh box.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import secrets
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from clawpub.errors import ConfigError, Place, SandboxError
from clawpub.pack.events import Verdict
from runner.sandbox import Box, Result, memory
from runner.tools import TOOLS

SUITES = Path(__file__).parent / "suites"
GRADING = SUITES / "grading.py"
GRADING_SECONDS = 90.0
MOST_ANSWER = 64 * 1024
SHOWN_ANSWER = 200


@dataclass(frozen=True)
class Inject:
    """An error that the harness puts in the place of one tool call's result; the call itself is not executed."""

    call: int
    """1, 2, ... within the run."""
    output: str
    """`{path}` stands for the call's own path."""
    path: str
    """Put for `{path}` where the call names none."""

    def output_for(self, arguments: str) -> str:
        """Return what the model is shown in place of a result, given the raw arguments of its call."""
        try:
            given = json.loads(arguments)
        except (ValueError, RecursionError):
            given = {}
        named = given.get("path", given.get("database")) if isinstance(given, dict) else None
        return self.output.replace("{path}", named if isinstance(named, str) and named else self.path)


@dataclass(frozen=True)
class Task:
    id: str
    """E.g. `task_01`."""
    name: str
    title: str
    prompt: str
    turns: int
    """How many messages the model may write."""
    seconds: int
    """The run's time budget."""
    inject: Inject | None
    workspace: Mapping[str, bytes]
    """What the agent finds in /ws, by relative POSIX path."""
    check: str
    """The source of check.py; nothing where `answer` decides."""
    grading: bytes
    """The source of grading.py as it was when the suite was loaded."""
    check_digest: str
    workspace_digest: str
    answer: Expected | None = None
    """What the final answer must be, where that alone decides."""


@dataclass(frozen=True)
class Suite:
    id: str
    title: str
    system: str
    """The system prompt."""
    tasks: tuple[Task, ...]
    grading_digest: str
    digest: str
    """`sha256:` of a listing of every file that defines the tasks, grading.py included, agents excluded."""
    tools: tuple[str, ...] = ()
    """Those that are offered, beside `submit`; () for all."""

    @property
    def needs_processes(self) -> bool:
        """Whether anything of it is executed: a shell or a search, or a checker's code."""
        tools = {*self.tools, "submit"}
        return (
            not self.tools or not tools <= {*memory.TOOLS, "submit"} or any(task.answer is None for task in self.tasks)
        )

    def task(self, id: str) -> Task:
        """Return a task by its id. Raises: KeyError."""
        return {task.id: task for task in self.tasks}[id]

    def spec(self) -> dict[str, Any]:
        """Return the harness spec that a pack freezes: prompts in full, checkers and workspaces as digests."""
        return {
            "id": self.id,
            "title": self.title,
            "digest": self.digest,
            "grading_digest": self.grading_digest,
            "system": self.system,
            "tasks": [_task_spec(task) for task in self.tasks],
            **({"tools": list(self.tools)} if self.tools else {}),
        }


@dataclass(frozen=True)
class Grade:
    verdict: Verdict
    reason: str
    duration_s: float


class OpenBox(Protocol):
    """`runner.sandbox.open_box` with its limits and sandbox already given."""

    def __call__(
        self, files: Mapping[str, bytes], /, *, readonly: Mapping[str, Mapping[str, bytes]]
    ) -> AbstractAsyncContextManager[Box]: ...


def load_suite(id: str | Path) -> Suite:
    """Return the suite with this id, or the suite in this folder.

    Raises: ConfigError
    """
    folder = suite_folder(id)
    header = _read_toml(folder / "suite.toml", _SUITE_FILE)
    system = _read_text(folder / "system.md")
    _refuse_unlisted_tasks(folder, header.tasks)
    grading = GRADING.read_bytes()
    tasks = tuple(_load_task(folder / name, grading) for name in header.tasks)
    _refuse_repeated_ids(folder, tasks)
    files = dict(_defining_files(folder, header.tasks))
    digest = digest_files(files | {"grading.py": grading})
    tools = tuple(header.tools or ())
    known = {spec.name for spec in TOOLS}
    if unknown := [name for name in tools if name not in known]:
        hint = f"Tools: {', '.join(sorted(known))}."
        raise ConfigError(f"There is no tool {unknown[0]!r}.", at=_place(folder / "suite.toml", "tools"), hint=hint)
    return Suite(header.id, header.title, system, tasks, _digest(grading), digest, tools)


def digest_files(files: Mapping[str, bytes]) -> str:
    """Return the digest of a set of files: sha256 over the sorted lines `<sha256 of the content>  <path>`."""
    lines = sorted(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in files.items())
    return _digest("".join(lines).encode())


async def grade(task: Task, files: Mapping[str, bytes], answer: str | None, *, open_box: OpenBox) -> Grade:
    """Return a checker's verdict on a workspace and an answer, reached in a fresh box.

    Raises: SandboxError where the checker itself broke or said nothing: that is never the model's failure.
    """
    if task.answer is not None:
        return grade_answer(task.answer, answer)
    started = time.monotonic()
    nonce = secrets.token_hex(16)
    answer = None if answer is None else answer.encode("utf-8", "replace").decode()
    order = json.dumps({"nonce": nonce, "check": task.check, "answer": answer})
    task_files = {"grading.py": task.grading, **{f"original/{path}": data for path, data in task.workspace.items()}}
    async with open_box(files, readonly={"/task": task_files}) as box:
        # Handed over, because without isolation both folders are elsewhere.
        argv = ["python3", "-I", "-S", "-B", "/task/grading.py", "/ws", "/task/original"]
        result = await box.exec(argv, stdin=order, timeout_s=GRADING_SECONDS)
    verdict, reason = _read_verdict(task, nonce, result)
    return Grade(verdict, reason, time.monotonic() - started)


def grade_answer(expected: Expected, answer: str | None) -> Grade:
    """Return the verdict on a final answer, reached without executing anything."""
    if answer is None or not answer.strip():
        return Grade("missing", f"There is no answer; expected {expected.said}.", 0.0)
    found = answer.strip()
    right = expected.holds(found[:MOST_ANSWER])
    shown = found if len(found) <= SHOWN_ANSWER else f"{found[:SHOWN_ANSWER]}…"
    return Grade("passed" if right else "wrong", f"The answer is {shown!r}; expected {expected.said}.", 0.0)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


_Line = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\n]*$")]


class _SuiteFile(_File):
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
    title: _Line
    tasks: Annotated[list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+$")]], Field(min_length=1)]
    tools: Annotated[list[str], Field(min_length=1)] | None = None


class _InjectTable(_File):
    call: Annotated[int, Field(ge=1)] = 1
    output: _Line
    path: _Line


class Expected(_File):
    """An answer that code need not judge: one of several texts, or a number."""

    equals: str | list[str] | None = None
    case: bool = True
    """Whether capitals count."""
    number: int | float | None = None
    tolerance: Annotated[float, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _one_of_both(self) -> Expected:
        if (self.equals is None) == (self.number is None):
            raise ValueError("expected either `equals` or `number`")
        return self

    @property
    def accepted(self) -> list[str]:
        given = [self.equals] if isinstance(self.equals, str) else self.equals or []
        return [text.strip() if self.case else text.strip().casefold() for text in given]

    @property
    def said(self) -> str:
        if self.number is not None:
            return f"{self.number}" + (f" within {self.tolerance:g}" if self.tolerance else "")
        return " or ".join(repr(text) for text in self.accepted)

    def holds(self, answer: str) -> bool:
        if self.number is None:
            return (answer if self.case else answer.casefold()) in self.accepted
        try:
            return abs(Decimal(answer.replace(",", "")) - Decimal(str(self.number))) <= Decimal(str(self.tolerance))
        except ArithmeticError:
            return False


class _TaskFile(_File):
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")]
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")]
    title: _Line
    turns: Annotated[int, Field(ge=1, le=1000)]
    seconds: Annotated[int, Field(ge=1, le=86_400)]
    inject: _InjectTable | None = None
    answer: Expected | None = None


_SUITE_FILE = TypeAdapter(_SuiteFile)
_TASK_FILE = TypeAdapter(_TaskFile)
_VERDICT: TypeAdapter[Verdict] = TypeAdapter(Verdict)
_T = TypeVar("_T")


def _task_spec(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "name": task.name,
        "title": task.title,
        "prompt": task.prompt,
        "turns": task.turns,
        "seconds": task.seconds,
        "inject": None if task.inject is None else {"call": task.inject.call, "output": task.inject.output},
        **({"answer": task.answer.model_dump(mode="json", exclude_none=True)} if task.answer else {}),
        "check_digest": task.check_digest,
        "workspace_digest": task.workspace_digest,
    }


def suite_folder(id: str | Path) -> Path:
    builtin = SUITES / str(id).replace("-", "_")
    if isinstance(id, str) and "/" not in id and (builtin / "suite.toml").is_file():
        return builtin
    if (Path(id) / "suite.toml").is_file():
        return Path(id)
    known = sorted(path.parent.name.replace("_", "-") for path in SUITES.glob("*/suite.toml"))
    raise ConfigError(
        f"There is no suite {str(id)!r}: expected one of {', '.join(known)}, or a folder with a suite.toml.",
        hint="A suite of your own is named by the path of its folder.",
    )


def _load_task(folder: Path, grading: bytes) -> Task:
    header = _read_toml(folder / "task.toml", _TASK_FILE)
    expected = f"{header.id}_{header.name}"
    if folder.name != expected:
        hint = f"Rename the folder to {expected}, or mend id and name."
        message = f"The task's id and name are {header.id!r} and {header.name!r}, its folder is {folder.name!r}."
        raise ConfigError(message, at=_place(folder / "task.toml", "id"), hint=hint)
    workspace = dict(_workspace_files(folder / "workspace"))
    check = _read_check(folder / "check.py") if header.answer is None else ""
    if header.answer is not None and (folder / "check.py").exists():
        at = _place(folder / "task.toml", "answer")
        raise ConfigError("The task has both [answer] and check.py.", at=at, hint="Remove one of them.")
    told = header.inject
    inject = None if told is None else Inject(told.call, told.output, told.path)
    return Task(
        id=header.id,
        name=header.name,
        title=header.title,
        prompt=_read_text(folder / "prompt.md"),
        turns=header.turns,
        seconds=header.seconds,
        inject=inject,
        workspace=workspace,
        check=check,
        grading=grading,
        check_digest=_digest(check.encode()),
        workspace_digest=digest_files(workspace),
        answer=header.answer,
    )


def _defining_files(folder: Path, tasks: list[str]) -> Iterator[tuple[str, bytes]]:
    for name in ("suite.toml", "system.md"):
        yield name, (folder / name).read_bytes()
    for task in tasks:
        for name in ("task.toml", "prompt.md", "check.py"):
            if name == "check.py" and not (folder / task / name).exists():
                continue  # the task has an [answer]
            yield f"{task}/{name}", (folder / task / name).read_bytes()
        for name, content in _workspace_files(folder / task / "workspace"):
            yield f"{task}/workspace/{name}", content


def _workspace_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield a workspace's files. Python's caches are passed over: a test run leaves them, no author puts them there."""
    if not folder.is_dir():
        raise ConfigError("The task has no workspace folder.", at=folder, hint="Make it; it may be empty.")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if "__pycache__" in name.parts:
            continue
        if any(part.startswith(".") for part in name.parts):
            hint = "Such files get lost on the way into a wheel; give it another name."
            raise ConfigError("A name in a workspace begins with a dot.", at=path, hint=hint)
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ConfigError("A workspace holds plain files and folders only.", at=path, hint="Put a copy there.")
        if path.is_file():
            yield name.as_posix(), path.read_bytes()


def _read_toml(path: Path, kind: TypeAdapter[_T]) -> _T:
    text = _read_text(path)
    try:
        return kind.validate_python(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+), column (\d+)", str(error))
        place = Place(path, int(found[1]), int(found[2])) if found else Place(path)
        raise ConfigError(f"Not valid TOML: {error}.", at=place) from None
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        found_value = "" if first["type"] == "missing" else f" (found {first['input']!r})"
        hint = "See the head of runner/suite.py for what the file holds." if first["type"] != "missing" else None
        place = _place(path, str(first["loc"][-1] if isinstance(first["loc"][-1], str) else first["loc"][0]))
        raise ConfigError(f"{name}: {first['msg']}{found_value}.", at=place, hint=hint) from None


def _place(path: Path, key: str) -> Place:
    """Return where a key stands in a TOML file, the file alone where it does not."""
    lines = path.read_text("utf-8", "replace").splitlines()
    found = (n for n, line in enumerate(lines, 1) if re.match(rf"\s*\[?{re.escape(key)}\s*[=\]]", line))
    return Place(path, next(found, None))


def _read_text(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path.name} is missing.", at=path, hint="Every suite and task has one.") from None
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read: {error.strerror}.", at=path) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError("The file is not UTF-8.", at=Place(path, line)) from None
    if not text.strip():
        raise ConfigError(f"{path.name} is empty.", at=path)
    return text


def _read_check(path: Path) -> str:
    source = _read_text(path)
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise ConfigError(f"Not valid Python: {error.msg}.", at=Place(path, error.lineno, error.offset)) from None
    except ValueError as error:
        raise ConfigError(f"Not valid Python: {error}.", at=path) from None
    if not any(isinstance(node, ast.FunctionDef) and node.name == "check" for node in tree.body):
        hint = "def check(s: Submission) -> Verdict: ..."
        raise ConfigError("The checker defines no function `check`.", at=path, hint=hint)
    return source


def _refuse_unlisted_tasks(folder: Path, listed: list[str]) -> None:
    place = _place(folder / "suite.toml", "tasks")
    present = {path.parent.name for path in folder.glob("*/task.toml")}
    if unknown := [name for name in listed if name not in present]:
        raise ConfigError(f"tasks names {unknown[0]!r}, but {unknown[0]}/task.toml does not exist.", at=place)
    if forgotten := sorted(present - set(listed)):
        hint = "Add it to tasks, or move the folder away."
        raise ConfigError(f"The folder {forgotten[0]!r} holds a task that tasks does not name.", at=place, hint=hint)


def _refuse_repeated_ids(folder: Path, tasks: tuple[Task, ...]) -> None:
    ids = [task.id for task in tasks]
    if repeated := [id for id in ids if ids.count(id) > 1]:
        place = _place(folder / "suite.toml", "tasks")
        raise ConfigError(f"Two tasks have the id {repeated[0]!r}.", at=place, hint="Give each task its own id.")


def _read_verdict(task: Task, nonce: str, result: Result) -> tuple[Verdict, str]:
    """Return the verdict in a checker's output, where only lines with the nonce are the checker's own."""
    said = [line.removeprefix(f"{nonce} ") for line in result.output.splitlines() if line.startswith(f"{nonce} ")]
    crashed = result.exit_code == 1  # Python ends so after a traceback: the checker's own fault
    if "enter" in said and not said[-1].startswith("{") and not crashed:
        return "wrong", "The workspace's code ended the checker that ran it, or held it up for good."
    try:
        found = json.loads(said[-1] if said else "")
        return _VERDICT.validate_python(found["verdict"]), str(found["reason"])
    except (ValueError, TypeError, KeyError):
        tail = result.output.strip()[-1500:].replace(nonce, "<nonce>")
        raise SandboxError(
            f"The checker of {task.id} gave no verdict. It said:\n{tail or '(nothing)'}",
            hint="This is a fault of the checker or of the box, not of the model.",
        ) from None


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
