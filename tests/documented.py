"""The commands that a page of the documentation shows, and what a shell makes of them.

Shown are: each line of a ```sh block; in a ```console block each line after `$ `, with what it prints below it, where
`…` stands for any text of a line and a line `…` for any lines; and indented lines that begin with a program's name.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = ("clawpub", "make", "git", "python", "pip", "tar")
PATIENCE_S = 300
_FENCE = re.compile(r"^ *(`{3,})(\w*)")
_INDENTED = re.compile(rf"^    ((?:{'|'.join(PROGRAMS)}) .+)$")


@dataclass(frozen=True)
class Shown:
    line: int
    block: int
    command: str
    printed: tuple[str, ...] | None
    """What the page says that it prints; None where it does not say."""

    @property
    def program(self) -> str:
        return self.command.split()[0]


@dataclass(frozen=True)
class Done:
    status: int
    printed: str


def commands_of(text: str) -> list[Shown]:
    """Return the commands of a page in their order."""
    found: list[Shown] = []
    fence = language = ""
    block = 0
    for number, line in enumerate(text.splitlines(), 1):
        opened = _FENCE.match(line)
        if opened and not fence:
            fence, language, block = opened[1], opened[2], block + 1
        elif opened and opened[1] == fence and not opened[2]:
            fence = ""
        elif fence and language == "console":
            _console(found, number, block, line)
        elif fence and language == "sh" and line.strip():
            found.append(Shown(number, block, line.strip(), None))
        elif not fence and (typed := _INDENTED.match(line)):
            found.append(Shown(number, block, typed[1], None))
        elif not fence:
            block += 1
    return found


def _console(found: list[Shown], number: int, block: int, line: str) -> None:
    if line.startswith("$ "):
        found.append(Shown(number, block, line[2:], ()))
    else:
        last = found.pop()
        found.append(Shown(last.line, last.block, last.command, (*(last.printed or ()), line)))


def run_all(commands: Sequence[str], folder: Path, outputs: Path, env: Mapping[str, str]) -> list[Done]:
    """Return what each command came to, run one after the other by one shell, which keeps its folder and variables.
    Nobody answers where one asks."""
    outputs.mkdir()
    script = [f"cd {shlex.quote(str(folder))}"]
    for number, command in enumerate(commands):
        out = shlex.quote(str(outputs / str(number)))
        script += ["{ " + command, f"}} < /dev/null > {out} 2>&1", f"status=$?; echo $status > {out}.status"]
        script += ["(exit $status)"]
    subprocess.run(["bash", "-c", "\n".join(script)], env=dict(env), timeout=PATIENCE_S, check=False)
    read = [(outputs / f"{number}.status", outputs / str(number)) for number in range(len(commands))]
    return [Done(int(status.read_text()), out.read_text(encoding="utf-8")) for status, out in read]


def prints(expected: Sequence[str], printed: str) -> bool:
    """Say whether a command printed what its page says."""
    parts = ["(?:.*\n)*?" if line.strip() == "…" else _line(line) for line in expected]
    return (
        re.fullmatch("".join(parts), printed if not printed or printed.endswith("\n") else f"{printed}\n") is not None
    )


def _line(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.rstrip().split("…")) + " *\n"
