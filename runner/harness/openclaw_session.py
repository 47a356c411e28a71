"""What openclaw writes: its session file, a message a line, and the result that it prints at its end.

Both were written next to whatever a model executed, so they are read as if a hostile program had made them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clawpub.pack.events import ToolCall

LOG_CHARS = 500
NOTICE = re.compile(r"\[\.\.\. \d+ more characters truncated\]\Z")
MIDDLE = "\n\n⚠️ [... middle content omitted"


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class _Part(_Wire):
    type: str = ""
    text: str = ""
    id: str = ""
    name: str = ""
    arguments: Any = None


class _Details(_Wire):
    status: Any = None
    exitCode: Any = None
    timedOut: Any = None
    durationMs: float | None = Field(default=None, ge=0, le=1e9)


class _Message(_Wire):
    role: str
    toolCallId: str = ""
    content: tuple[_Part, ...] | str = ()
    details: _Details | None = None
    isError: bool = False
    timestamp: float = 0


class _Line(_Wire):
    type: str
    message: _Message | None = None


@dataclass(frozen=True)
class ToolResult:
    """What a tool call came to, by openclaw's own notes."""

    text: str
    failed: bool
    timed_out: bool
    duration_s: float


@dataclass(frozen=True)
class NotedCall:
    """A tool call, by openclaw's own notes."""

    id: str
    name: str
    arguments: Any


@dataclass(frozen=True)
class Outcome:
    """How a run ended, by openclaw's own account."""

    failed: str | None = None
    """Why it has no answer, where that is not the model's silence."""
    aborted: bool = False
    context_full: bool = False
    """Whether it did not ask the model, because by its own count the conversation is too long."""
    log: str = ""
    """What it printed besides, its end."""


def read_session(data: bytes) -> dict[str, ToolResult]:
    """Return the tool results of a session file by the call's id; lines that are none are left out."""
    found: dict[str, ToolResult] = {}
    before = 0.0
    for message in _messages(data):
        if message.role == "toolResult" and message.toolCallId:
            details = message.details or _Details()
            took = details.durationMs if details.durationMs is not None else min(message.timestamp - before, 1e9)
            found[message.toolCallId] = ToolResult(
                text=message.content if isinstance(message.content, str) else "".join(p.text for p in message.content),
                failed=message.isError or details.status == "error" or details.exitCode not in (None, 0),
                timed_out=details.timedOut is True,
                duration_s=round(max(0.0, took) / 1000, 6),
            )
        before = message.timestamp
    return found


def read_calls(data: bytes) -> list[NotedCall]:
    """Return the tool calls of a session file, in its order; lines that are none are left out."""
    return [
        NotedCall(part.id, part.name, part.arguments)
        for message in _messages(data)
        if message.role == "assistant" and not isinstance(message.content, str)
        for part in message.content
        if part.type == "toolCall"
    ]


def contradiction(
    calls: Sequence[NotedCall],
    results: Mapping[str, ToolResult],
    given: Mapping[str, ToolCall],
    offered: Collection[str],
) -> str | None:
    """Return what a session file says of tool calls that the wire does not, given the calls that openclaw was handed
    and the names of its tools; None where there is nothing.

    That it says less is no contradiction: openclaw leaves out calls of tools that there are not. Neither is what it
    mends without a word: names that are none of its tools', and arguments that are not JSON.
    """
    for call in calls:
        meant = given.get(call.id)
        if meant is None:
            return f"openclaw noted a call of {call.name[:200]!r} that the model never made"
        if call.name != meant.name and meant.name in offered:
            return f"openclaw noted a call of {call.name[:200]!r} where the model called {meant.name!r}"
        if not same_arguments(meant.arguments, call.arguments):
            noted = json.dumps(call.arguments, default=str)[:200]
            return f"openclaw noted a call of {meant.name!r} with {noted}, and the model wrote {meant.arguments[:200]}"
    if stray := sorted(results.keys() - given.keys()):
        return f"openclaw noted a result of a call that the model never made: {results[stray[0]].text[:200]!r}"
    return None


def same_arguments(raw: str, noted: Any) -> bool:
    """Whether noted arguments are those that were written. Any are where these are not JSON: they were mended."""
    try:
        return _same(json.loads(raw, parse_int=float, parse_constant=_refuse), noted)
    except (ValueError, RecursionError):
        return True
    except OverflowError:
        return False


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _same(meant: Any, noted: Any) -> bool:
    match meant:
        case dict():
            same_keys = isinstance(noted, dict) and meant.keys() == noted.keys()
            return same_keys and all(_same(value, noted[key]) for key, value in meant.items())
        case list():
            return isinstance(noted, list) and len(meant) == len(noted) and all(map(_same, meant, noted))
        case float():  # JavaScript has one kind of number, and none that is infinite in JSON
            number = isinstance(noted, int | float) and not isinstance(noted, bool)
            return number and float(noted) == meant if math.isfinite(meant) else noted is None
        case _:
            return type(meant) is type(noted) and bool(meant == noted)


def agree(told: str, noted: str) -> bool:
    """Whether what the model was told and what was noted are one text: openclaw shortens long ones for either, leaving
    out the end or the middle."""
    if not (NOTICE.search(told) or NOTICE.search(noted)):
        return told == noted
    heads = sorted((_head(told), _head(noted)), key=len)
    return heads[1].startswith(heads[0])


def _head(text: str) -> str:
    """Return a text up to where something may be left out."""
    return NOTICE.sub("", text).partition(MIDDLE)[0] if NOTICE.search(text) else text


def ends_shortened(data: bytes) -> bool:
    """Whether the last thing in a session file is that openclaw shortened the conversation."""
    kinds = [line.type for line in _lines(data) if line.type in ("message", "compaction")]
    return kinds[-1:] == ["compaction"]


def _messages(data: bytes) -> Iterator[_Message]:
    return (line.message for line in _lines(data) if line.type == "message" and line.message)


def _lines(data: bytes) -> Iterator[_Line]:
    for line in data.splitlines():
        with suppress(ValidationError):
            yield _Line.model_validate_json(line)


class _Payload(_Wire):
    text: str | None = None


class _Error(_Wire):
    kind: str = ""
    message: str = ""


class _Meta(_Wire):
    aborted: bool = False
    stopReason: str | None = None
    livenessState: str | None = None
    error: _Error | None = None


class _Result(_Wire):
    payloads: tuple[_Payload, ...] = ()
    meta: _Meta


def read_outcome(printed: bytes) -> Outcome:
    """Return the outcome that openclaw printed; log lines may stand around it."""
    text = printed.decode("utf-8", "replace")
    result, log = _result(text)
    if result is None:
        return Outcome(failed=f"it printed no result: {log or '(nothing)'}", log=log)
    meta, shown = result.meta, [payload.text for payload in result.payloads if payload.text]
    last = shown[-1] if shown else None
    if meta.error and meta.error.kind == "context_overflow":
        return Outcome(context_full=True, log=log)
    if meta.error or meta.stopReason == "error":
        return Outcome(failed=(meta.error.message if meta.error else last) or "an error without a word", log=log)
    return Outcome(aborted=meta.aborted and meta.livenessState != "abandoned", log=log)


def _result(text: str) -> tuple[_Result | None, str]:
    """Return the last object that is a result, and the end of what stands before it."""
    start = len(text)
    decoder = json.JSONDecoder()
    while (start := text.rfind("{\n", 0, start)) >= 0:
        if start and text[start - 1] != "\n":
            continue
        try:
            value = decoder.raw_decode(text, start)[0]
            return _Result.model_validate(value), text[:start].strip()[-LOG_CHARS:]
        except (ValueError, RecursionError):
            continue
    return None, text.strip()[-LOG_CHARS:]
