"""Answers read from a script: the model that tests and demonstrations use.

    [[turn]]
    text = "I look first."

    [[turn.call]]
    tool = "read_file"
    arguments = { path = "notes.txt" }

    [[turn]]

    [[turn.call]]
    tool = "submit"
    raw = "{not JSON"          # instead of `arguments`, where a model's mistake is wanted

A table `expect` may stand beside the turns; it belongs to the suite's own tests.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from clawpub.errors import ConfigError, Place
from clawpub.pack.events import ToolCall
from runner.providers import Completion, Request

Scripts = Callable[[str, int], Path]
"""The script of a task and run."""


class Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ScriptedCall(Entry):
    tool: str
    arguments: dict[str, Any] | None = None
    raw: str | None = None

    @model_validator(mode="after")
    def one_of_both(self) -> ScriptedCall:
        if (self.arguments is None) == (self.raw is None):
            raise ValueError("expected either `arguments` (a table) or `raw` (text)")
        return self

    @property
    def text(self) -> str:
        return self.raw if self.raw is not None else json.dumps(self.arguments, allow_nan=False)


class ScriptedTurn(Entry):
    text: str = ""
    call: tuple[ScriptedCall, ...] = ()


class Script(Entry):
    about: str = ""
    turn: tuple[ScriptedTurn, ...] = Field(min_length=1)
    expect: Any = None


@dataclass(frozen=True)
class Scripted:
    """A model that says what its script says, whatever it is told."""

    scripts: Scripts

    async def complete(self, request: Request) -> Completion:
        """Return the turn after those that the conversation already has; past the last, the last again."""
        turns = read_script(self.scripts(request.task_id, request.run)).turn
        number = sum(message.role == "assistant" for message in request.messages)
        turn = turns[min(number, len(turns) - 1)]
        calls = tuple(
            ToolCall(id=f"call_{number + 1}_{index}", name=call.tool, arguments=call.text)
            for index, call in enumerate(turn.call, start=1)
        )
        return Completion(turn.text, calls, finish="tool_calls" if calls else "stop", latency_s=0.0)

    def describe(self) -> Mapping[str, Any]:
        return {"software": "scripted"}


def read_script(path: Path) -> Script:
    """Return a script.

    Raises: ConfigError naming the file, and the line where TOML gives one.
    """
    try:
        return Script.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"no script of answers: {error.strerror}", at=path) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"a script is UTF-8 text: {error}", at=path) from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+), column (\d+)", str(error))
        place = Place(path, int(line[1]), int(line[2])) if line else Place(path)
        raise ConfigError(f"not TOML: {error}", at=place) from error
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ConfigError("not a script of answers: " + "; ".join(faults), at=path) from error


@asynccontextmanager
async def open_scripted(scripts: Scripts) -> AsyncIterator[Scripted]:
    yield Scripted(scripts)
