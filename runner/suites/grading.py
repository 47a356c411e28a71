"""What a checker is given, what it returns, and the small program that runs it inside the grading box.

    python3 -I -S /task/grading.py WORKSPACE ORIGINAL  <-  {"nonce", "check", "answer"} on standard input
                                                       ->  one line: <nonce> {"verdict", "reason"}

Only the standard library, because the box has nothing else. A checker is one function, `check(s) -> Verdict`, in a
task's `check.py`; it imports from `runner.suites.grading`, which is this file, in the box too.

The workspace in the box was written by a model, so it is hostile until shown otherwise:

- It is never imported here. `Submission.call` runs it in a child process, sends the inputs and reads the results;
  the expected values, and the checker itself, which comes through standard input, are never where it could look.
- The child starts isolated (`-I -S`) and searches the workspace after the standard library, so a `json.py` or a
  `sitecustomize.py` in the workspace changes nothing.
- This process is not dumpable: its memory and its standard output cannot be opened through /proc.
- The workspace's code could still kill this process. So the lines `<nonce> enter` and `<nonce> leave` stand around
  every child, and a grading that ends between them was ended by the workspace.

Which verdict: `missing` where nothing of the required output exists, `wrong` where some of it is wrong, `partial` where
what exists is right but not all of it exists. A checker that departs from this says so in its docstring.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

MAX_FILE_BYTES = 1 << 20
MAX_FILES = 2_000
MAX_RESULT_BYTES = 8 << 20
REASON_LENGTH = 300


@dataclass(frozen=True)
class Verdict:
    """A checker's finding, with one sentence that says what was found and what was expected."""

    verdict: Literal["passed", "wrong", "partial", "missing"]
    reason: str


class Settled(Exception):
    """A verdict that is reached before a checker's last line."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


def passed(reason: str) -> Verdict:
    return Verdict("passed", reason)


def wrong(reason: str) -> Verdict:
    return Verdict("wrong", reason)


def partial(reason: str) -> Verdict:
    return Verdict("partial", reason)


def missing(reason: str) -> Verdict:
    return Verdict("missing", reason)


@dataclass(frozen=True)
class Outcome:
    """What one call of the workspace's code did."""

    value: Any = None
    """The returned value after a trip through JSON: a tuple has become a list, a date its ISO text."""
    error: str | None = None
    """The exception's name and text, or why there is no result at all."""
    called: tuple[str, ...] = ()
    """`path:function` of every function of the workspace that was entered, in order, at most 1,000."""

    def returned(self, expected: object) -> bool:
        return self.error is None and same(self.value, expected)

    def __str__(self) -> str:
        return self.error if self.error is not None else shown(self.value)


Call = tuple[str, Sequence[Any] | Mapping[str, Any]]
"""`("package.module:function", arguments)`, the arguments in order or by name; they go through JSON."""


@dataclass(frozen=True)
class Submission:
    """What an agent left behind: its workspace and its answer."""

    answer: str | None
    """The text given to `submit`, None where the run ended without one."""
    workspace: Path
    original: Path
    """The workspace as the agent found it."""
    announce: Callable[[str], None] = field(default=lambda word: None, repr=False)

    def read(self, path: str) -> bytes:
        """Return a file of the workspace.

        Raises: Settled with `missing` where it does not exist, with `wrong` where it is no plain file or too big.
        """
        place = self.workspace / path
        if Path(os.path.realpath(place)) != Path(os.path.realpath(self.workspace)) / path:
            raise Settled(wrong(f"{path} is reached through a link; a plain file was expected."))
        try:
            handle = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            raise Settled(missing(f"{path} does not exist.")) from None
        except OSError as error:
            raise Settled(wrong(f"{path} cannot be read: {error.strerror}.")) from None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise Settled(wrong(f"{path} is not a plain file."))
        with os.fdopen(handle, "rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise Settled(wrong(f"{path} is larger than {MAX_FILE_BYTES} bytes."))
        return content

    def text(self, path: str) -> str:
        """Return a file as text: UTF-8 with or without a mark, bytes that are not UTF-8 replaced, plain newlines."""
        content = self.read(path).decode("utf-8-sig", "replace")
        return content.replace("\r\n", "\n").replace("\r", "\n")

    def json(self, path: str) -> Any:
        """Return a file's JSON value. Raises: Settled as `read` does, and with `wrong` where it is not JSON."""
        try:
            return json.loads(self.text(path), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise Settled(wrong(f"{path} is not valid JSON: {error}.")) from None

    def exists(self, path: str) -> bool:
        return os.path.lexists(self.workspace / path)

    def changed(self) -> list[str]:
        """Return the paths of files that were added, removed or rewritten, sorted; Python's caches do not count."""
        before, after = _digests(self.original), _digests(self.workspace)
        return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))

    def sources(self, folder: str = ".") -> dict[str, str]:
        """Return the Python files below a folder of the workspace, by path."""
        found = sorted(path for path in _digests(self.workspace / folder) if path.endswith(".py"))
        joined = [path if folder == "." else f"{folder}/{path}" for path in found]
        return {path: self.text(path) for path in joined}

    def call(self, calls: Sequence[Call], *, timeout_s: float = 10.0) -> list[Outcome]:
        """Return what each call of the workspace's code did; they share one child process and its time."""
        order = {"root": str(self.workspace), "calls": calls, "max_bytes": MAX_RESULT_BYTES}
        self.announce("enter")
        output, ending = _run_child([sys.executable, "-I", "-S", "-B", "-c", _DRIVER], order, self.workspace, timeout_s)
        self.announce("leave")
        lines = output.decode("utf-8", "replace").splitlines()
        return [_outcome(lines[index] if index < len(lines) else "", ending) for index in range(len(calls))]


def same(found: object, expected: object) -> bool:
    """Return whether two JSON values are equal; unlike `==`, true is not 1, at any depth."""
    if isinstance(found, bool) or isinstance(expected, bool):
        return found is expected
    if isinstance(found, list) and isinstance(expected, (list, tuple)):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in expected)
    return found == expected


def is_number(value: object) -> bool:
    """Return whether a JSON value is a number that arithmetic can be done with."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15


def shown(value: object, length: int = 80) -> str:
    """Return a value as it can stand in a reason: one line, cut."""
    text = value if isinstance(value, str) else repr(value)
    text = " ".join(text[: 4 * length].split())
    return text if len(text) <= length else text[: length - 1] + "…"


def changed_lines(before: str, after: str) -> int:
    """Return how many lines an edit touched: in each place, the larger of lines taken away and lines put in."""
    import difflib

    matcher = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    return sum(max(a2 - a1, b2 - b1) for tag, a1, a2, b1, b2 in matcher.get_opcodes() if tag != "equal")


def run_check(source: str, submission: Submission) -> Verdict:
    """Return the verdict of a checker's source.

    Raises: whatever the checker raises; a broken checker is never the model's fault.
    """
    module = types.ModuleType("check")
    exec(compile(source, "check.py", "exec"), module.__dict__)
    try:
        verdict = module.check(submission)
    except Settled as settled:
        verdict = settled.verdict
    if not isinstance(verdict, Verdict):
        raise TypeError(f"check() returned {type(verdict).__name__}, not a Verdict")
    reason = shown(verdict.reason, REASON_LENGTH).encode("utf-8", "replace").decode()
    return Verdict(verdict.verdict, reason)


def main() -> None:
    """Grade a workspace against the one it began as, two folders on the command line, and print the verdict."""
    workspace, original = map(Path, sys.argv[1:])
    _hide_from_children()
    order = json.load(sys.stdin)
    nonce = order["nonce"]

    def announce(word: str) -> None:
        sys.stdout.write(f"{nonce} {word}\n")
        sys.stdout.flush()

    # A checker imports runner.suites.grading; here that is this very file.
    for name in ("runner", "runner.suites"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["runner.suites.grading"] = sys.modules[__name__]

    verdict = run_check(order["check"], Submission(order["answer"], workspace, original, announce))
    announce(json.dumps({"verdict": verdict.verdict, "reason": verdict.reason}))


def _hide_from_children() -> None:
    pr_set_dumpable = 4
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(pr_set_dumpable, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_DUMPABLE)")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _digests(root: Path) -> dict[str, str]:
    """Return a digest of each file below a folder; links are not followed and stand with their target's name."""
    found: dict[str, str] = {}
    for path in _files(root):
        if path.is_symlink():
            content = os.fsencode(path.readlink())
        elif stat.S_ISREG(path.lstat().st_mode):
            with path.open("rb") as file:
                content = file.read(16 * MAX_FILE_BYTES)
        else:
            content = b"not a plain file"
        found[os.fsencode(path.relative_to(root)).decode("utf-8", "replace")] = hashlib.sha256(content).hexdigest()
    return found


def _files(root: Path) -> Iterator[Path]:
    count = 0
    for folder, folders, names in os.walk(root):
        linked = [name for name in folders if (Path(folder) / name).is_symlink()]
        folders[:] = sorted(name for name in folders if name != "__pycache__" and name not in linked)
        for name in sorted(names + linked):
            if name.endswith((".pyc", ".pyo")):
                continue
            count += 1
            if count > MAX_FILES:
                raise Settled(wrong(f"The workspace holds more than {MAX_FILES} files."))
            yield Path(folder) / name


def _run_child(argv: list[str], order: object, cwd: Path, timeout_s: float) -> tuple[bytes, str]:
    """Return a child's standard output and how it ended.

    The output goes to a nameless file, so that neither a flood nor a grandchild that keeps a pipe open can hold us up.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as given:
        given.write(json.dumps(order).encode())
        given.seek(0)
        child = subprocess.Popen(
            argv,
            stdin=given,
            stdout=output,
            stderr=subprocess.DEVNULL,
            cwd=cwd,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8"},
            start_new_session=True,
        )
        try:
            ending = f"the code ended Python with exit code {child.wait(timeout_s)} before it returned"
        except subprocess.TimeoutExpired:
            ending = f"the code did not return within {timeout_s:g} s"
        finally:
            _end_session(child)
        return os.pread(output.fileno(), MAX_RESULT_BYTES, 0), ending


def _end_session(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _outcome(line: str, ending: str) -> Outcome:
    """Return what a line of the driver says; the workspace's code may have written anything there."""
    if not line:
        return Outcome(error=ending)
    try:
        said = json.loads(line, parse_constant=_refuse_constant)
        called = tuple(str(name) for name in said.get("called", ()))
        if "error" in said:
            return Outcome(error=shown(str(said["error"]), 120), called=called)
        return Outcome(value=said["value"], called=called)
    except (ValueError, RecursionError, TypeError, AttributeError, KeyError):
        return Outcome(error=f"the code returned something that is not JSON: {shown(line, 60)}")


_DRIVER = r"""
import importlib, json, os, resource, sys

order = json.load(sys.stdin)
resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
resource.setrlimit(resource.RLIMIT_FSIZE, (order["max_bytes"], order["max_bytes"]))
results = os.fdopen(os.dup(1), "w", encoding="utf-8")
nowhere = os.open(os.devnull, os.O_RDWR)
for number in (0, 1):
    os.dup2(nowhere, number)
root = order["root"]
sys.path.append(root)
sys.pycache_prefix = "/nonexistent"  # a compiled file in the workspace may say something else than its source


def call(target, arguments):
    called = []

    def note(frame, event, argument):
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(root + "/") and len(called) < 1000:
            called.append(code.co_filename[len(root) + 1 :] + ":" + code.co_name)

    try:
        module, _, name = target.partition(":")
        function = getattr(importlib.import_module(module), name)
        sys.setprofile(note)
        try:
            value = function(**arguments) if isinstance(arguments, dict) else function(*arguments)
        finally:
            sys.setprofile(None)
        return json.dumps({"value": value, "called": called}, default=str)
    except BaseException as error:
        sys.setprofile(None)
        return json.dumps({"error": (type(error).__name__ + ": " + str(error))[:500], "called": called})


for target, arguments in order["calls"]:
    results.write(call(target, arguments) + "\n")
    results.flush()
os._exit(0)
"""


if __name__ == "__main__":
    main()
