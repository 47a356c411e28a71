"""Tool calls that a model wrote as plain text, because its server's tool parser is off or does not know its dialect.

They are always counted, so that a plumbing failure can never look like a capability result; dispatched only where the
campaign asks for it. Recognised, each with a name and its arguments:

    {"name": ..., "parameters" | "arguments": ...}, bare, fenced, in a list     many models
    <tool_call>{...}</tool_call>, also unclosed                                  Qwen, Hermes
    <function=name><parameter=key>value</parameter></function>                   Qwen3 Coder
    <function=name>{...}</function>                                              Llama
    <|python_tag|>{...}, [TOOL_CALLS][...]                                       Llama, Mistral

Reading is linear in the text's length, whatever the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from clawpub.pack.events import ToolCall

MOST_CALLS = 100
MOST_TRIES = 2_000
"""Openings that are tried: text that is nothing but openings is no conversation."""
MOST_CHARACTERS = 100_000
"""Of one call."""
_OPENING = re.compile(r'\{\s*"(?:name|function|tool|arguments|parameters|id|type)"\s*:|<function=([\w.-]{1,64})>')
_PARAMETER = re.compile(r"<parameter=([\w.-]{1,64})>")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class TextCall:
    name: str
    arguments: str
    """As the model wrote them, usually a JSON object."""
    start: int
    """Where in the text the call begins."""


def find_text_calls(text: str) -> list[TextCall]:
    """Return the calls in a text, in order. A JSON object that is not of a call's shape is none, whatever it says."""
    return list(_calls(text))


def as_tool_calls(found: Sequence[TextCall]) -> tuple[ToolCall, ...]:
    """Return the calls as the provider would have sent them."""
    return tuple(
        ToolCall(id=f"text_{number}", name=call.name, arguments=call.arguments)
        for number, call in enumerate(found, start=1)
    )


def prose_before(text: str) -> str:
    """Return what a text says before its first call."""
    first = next(_calls(text), None)
    if first is None:
        return text
    return re.sub(r"(?:<tool_call>|<\|python_tag\|>|\[TOOL_CALLS\]|```(?:json)?|\[|\s)+\Z", "", text[: first.start])


def _calls(text: str) -> Iterator[TextCall]:
    position = found = 0
    for _ in range(MOST_TRIES):
        opening = _OPENING.search(text, position)
        if opening is None or found == MOST_CALLS:
            return
        if opening[1]:
            call, position = _tagged(text, opening)
        else:
            call, position = _json(text, opening.start())
        if call:
            found += 1
            yield call


def _json(text: str, start: int) -> tuple[TextCall | None, int]:
    """Return the call that a JSON object is, and where to look on."""
    try:
        value, size = _DECODER.raw_decode(text[start : start + MOST_CHARACTERS])
    except (ValueError, RecursionError):
        return None, start + 1
    name, arguments = _shape(value)
    if name is None:
        return None, start + 1
    raw = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return TextCall(name, raw, start), start + size


def _shape(value: Any) -> tuple[str | None, Any]:
    """Return name and arguments of an object of a call's shape, (None, None) of any other."""
    if not isinstance(value, dict):
        return None, None
    inner = value.get("function")
    if isinstance(inner, dict):
        value = inner
    arguments = value.get("arguments", value.get("parameters"))
    names = (value.get(key) for key in ("name", "function", "tool"))
    name = next((name for name in names if isinstance(name, str) and re.fullmatch(r"[\w.-]{1,64}", name)), None)
    if name is None or not isinstance(arguments, dict | str) or _is_schema(arguments):
        return None, None
    return name, arguments


def _is_schema(arguments: Any) -> bool:
    """Whether it describes a tool instead of calling one: a model that repeats its instructions."""
    return isinstance(arguments, dict) and arguments.get("type") == "object" and "properties" in arguments


def _tagged(text: str, opening: re.Match[str]) -> tuple[TextCall | None, int]:
    """Return the call that begins with `<function=name>`, and where to look on."""
    start = opening.end()
    close = text.find("</function>", start, start + MOST_CHARACTERS)
    end = close if close >= 0 else min(len(text), start + MOST_CHARACTERS)
    body = text[start:end]
    if body.lstrip().startswith("{"):
        try:
            value, _ = _DECODER.raw_decode(body.lstrip())
        except (ValueError, RecursionError):
            value = None
        return (TextCall(opening[1], json.dumps(value), opening.start()) if isinstance(value, dict) else None), end
    given = {}
    starts = list(_PARAMETER.finditer(body))
    for parameter, after in zip(starts, [*starts[1:], None], strict=False):
        value = body[parameter.end() : after.start() if after else len(body)]
        given[parameter[1]] = value.partition("</parameter>")[0].strip("\n")
    if close < 0 and not given:
        return None, start
    return TextCall(opening[1], json.dumps(given), opening.start()), end
