"""The agent's tools: what a model is told of them, and how its calls become commands in a box.

The schemas are flat and small, so that small models fit them; descriptions carry no example values, because such models
copy them. A call that does not fit is answered with what exactly was wrong.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clawpub.pack.events import ToolCall, ToolStatus
from runner.providers import ToolSpec
from runner.sandbox import Box, Result

TYPES: Mapping[str, type] = {"string": str, "integer": int}
SHOWN = 80
"""Characters of a faulty argument that the answer repeats."""


@dataclass(frozen=True)
class Dispatched:
    """What a tool call came to."""

    status: ToolStatus
    output: str
    """What the model is shown."""
    output_bytes: int | None
    """The output's whole size where `output` was cut."""
    duration_s: float


class BadArguments(ValueError):
    """Why the arguments of a call do not fit the tool."""


def tool(
    name: str, description: str, required: Mapping[str, str], optional: Mapping[str, str] | None = None
) -> ToolSpec:
    """Return a tool whose arguments are strings, or integers from 1 where their name says `line`."""
    properties = {argument: kind(argument, told) for argument, told in {**required, **(optional or {})}.items()}
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    return ToolSpec(name, description, schema)


def kind(argument: str, told: str) -> dict[str, Any]:
    if argument in ("start_line", "line_count"):
        return {"type": "integer", "minimum": 1, "description": told}
    return {"type": "string", "description": told}


SUBMIT = tool("submit", "Give your final answer and stop.", {"answer": "The final answer."})
TOOLS: tuple[ToolSpec, ...] = (
    tool(
        "read_file",
        "Read lines of a text file.",
        {"path": "The file."},
        {"start_line": "First line to read, counted from 1.", "line_count": "How many lines, at most 200."},
    ),
    tool("list_dir", "List a directory.", {}, {"path": "The directory; the workspace if left out."}),
    tool(
        "search",
        "Find lines that match a regular expression in text files.",
        {"pattern": "A Python regular expression."},
        {"path": "A file, or a directory to search with all below it; the workspace if left out."},
    ),
    tool(
        "write_file",
        "Write a text file, replacing what was there.",
        {"path": "The file.", "content": "All of its new content."},
    ),
    tool(
        "edit_file",
        "Replace one passage of a text file.",
        {"path": "The file.", "old": "The passage, which must occur exactly once.", "new": "What takes its place."},
    ),
    tool("run", "Run a shell command in the workspace.", {"command": "The command line."}),
    tool(
        "sql",
        "Query an SQLite database, read-only.",
        {"database": "The database file.", "query": "One SQL statement."},
    ),
    SUBMIT,
)
BY_NAME: Mapping[str, ToolSpec] = {spec.name: spec for spec in TOOLS}


def tools_of(names: tuple[str, ...]) -> tuple[ToolSpec, ...]:
    """Return the tools that a suite offers: all of them if it names none; `submit` is always among them."""
    return tuple(spec for spec in TOOLS if not names or spec.name in names or spec is SUBMIT)


def submitted(call: ToolCall) -> str | None:
    """Return the answer of a well-formed `submit` call, None for any other call."""
    if call.name != SUBMIT.name:
        return None
    try:
        answer = json.loads(call.arguments)["answer"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return answer if isinstance(answer, str) else json.dumps(answer)


async def dispatch(
    box: Box, name: str, raw_arguments: str, *, timeout_s: float, offered: tuple[ToolSpec, ...] = TOOLS
) -> Dispatched:
    """Return what a model's call of the tool `name` came to; whatever the model wrote, it is an answer, not an error.

    `submit` only hands its answer back: ending the run is the caller's.

    Raises: SandboxError where the box is gone.
    """
    spec = BY_NAME.get(name)
    if spec is None or spec not in offered:
        names = ", ".join(tool.name for tool in offered)
        return refused("unknown_tool", f"There is no tool {clipped(name)!r}. The tools are: {names}.")
    try:
        arguments = read_arguments(spec, raw_arguments)
    except BadArguments as error:
        return refused("bad_arguments", str(error))
    if spec is SUBMIT:
        return Dispatched("ok", arguments["answer"], None, 0.0)
    if name == "run":
        return shell_answer(await box.exec(["/bin/sh", "-c", arguments["command"]], timeout_s=timeout_s), timeout_s)
    return tool_answer(await box.call(name, arguments, timeout_s=timeout_s), timeout_s)


def read_arguments(spec: ToolSpec, raw: str) -> dict[str, Any]:
    """Return a call's arguments, checked against the tool's schema.

    Raises: BadArguments, worded for the model.
    """
    try:
        arguments = json.loads(raw) if raw.strip() else {}
    except (ValueError, RecursionError) as error:
        raise BadArguments(f"{spec.name}: the arguments are not valid JSON: {error}") from None
    if not isinstance(arguments, dict):
        raise BadArguments(f"{spec.name}: the arguments must be a JSON object, not {said(arguments)}")
    properties: Mapping[str, Any] = spec.parameters["properties"]
    faults = [f"missing argument {argument!r}" for argument in spec.parameters["required"] if argument not in arguments]
    faults += [f"unknown argument {clipped(argument)!r}" for argument in arguments if argument not in properties]
    for argument, schema in properties.items():
        if argument in arguments and (fault := misfit(arguments[argument], schema)):
            faults.append(f"{argument!r} {fault}")
    if faults:
        takes = ", ".join(properties)
        raise BadArguments(f"{spec.name}: {'; '.join(faults)}. Its arguments are: {takes}.")
    return arguments


def misfit(value: object, schema: Mapping[str, Any]) -> str:
    """Return why a value does not fit its schema, or nothing."""
    expected = TYPES[schema["type"]]
    if not isinstance(value, expected) or isinstance(value, bool):
        return f"must be {'an integer' if expected is int else 'a string'}, not {said(value)}"
    if isinstance(value, int) and not schema["minimum"] <= value < 2**31:
        return f"must be {schema['minimum']} or more, not {clipped(str(value))}"
    if isinstance(value, str) and "\0" in value:
        return "must not contain a NUL character"
    return ""


def said(value: object) -> str:
    """Return a JSON value with its type, as the model should see it again."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
    name = names.get(type(value), "null")
    return f"the {name} {clipped(json.dumps(value))}" if value is not None else "null"


def shell_answer(result: Result, timeout_s: float) -> Dispatched:
    if result.timed_out:
        return timed_out(result, timeout_s)
    text = result.output if not result.output or result.output.endswith("\n") else f"{result.output}\n"
    status: ToolStatus = "ok" if result.exit_code == 0 else "error"
    return Dispatched(status, f"{text}[exit code {result.exit_code}]", whole_size(result), result.duration_s)


def tool_answer(result: Result, timeout_s: float) -> Dispatched:
    if result.timed_out:
        return timed_out(result, timeout_s)
    status: ToolStatus = "ok" if result.exit_code == 0 else "error"
    return Dispatched(status, result.output or "[killed]", whole_size(result), result.duration_s)


def timed_out(result: Result, timeout_s: float) -> Dispatched:
    text = result.output if not result.output or result.output.endswith("\n") else f"{result.output}\n"
    return Dispatched("timeout", f"{text}[timed out after {timeout_s:g} s]", whole_size(result), result.duration_s)


def whole_size(result: Result) -> int | None:
    return result.output_bytes if result.cut else None


def refused(status: ToolStatus, why: str) -> Dispatched:
    return Dispatched(status, why, None, 0.0)


def clipped(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
