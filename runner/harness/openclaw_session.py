"""What openclaw writes: its session file, a message a line, and the result that it prints at its end.

Both were written next to whatever a model executed, so they are read as if a hostile program had made them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LOG_CHARS = 500
NOTICE = re.compile(r"\[\.\.\. \d+ more characters truncated\]\Z")
MIDDLE = "\n\n⚠️ [... middle content omitted"


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class _Part(_Wire):
    text: str = ""


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
class Outcome:
    """How a run ended, by openclaw's own account."""

    text: str | None = None
    """What it would have shown its user last."""
    failed: str | None = None
    """Why it has no answer, where that is not the model's silence."""
    aborted: bool = False
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


def _messages(data: bytes) -> Iterator[_Message]:
    for line in data.splitlines():
        try:
            read = _Line.model_validate_json(line)
        except ValidationError:
            continue
        if read.type == "message" and read.message:
            yield read.message


class _Payload(_Wire):
    text: str | None = None


class _Error(_Wire):
    kind: str = ""
    message: str = ""


class _Meta(_Wire):
    aborted: bool = False
    stopReason: str | None = None
    livenessState: str | None = None
    finalAssistantVisibleText: str | None = None
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
    if meta.error or meta.stopReason == "error":
        return Outcome(failed=(meta.error.message if meta.error else last) or "an error without a word", log=log)
    if meta.livenessState == "abandoned":
        return Outcome(log=log)
    return Outcome(text=last or meta.finalAssistantVisibleText, aborted=meta.aborted, log=log)


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
