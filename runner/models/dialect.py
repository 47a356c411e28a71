"""A conversation written out for a model, and the grammar of its answers: ChatML with the tool format that Qwen
documents.

    <|im_start|>system
    ... # Tools ... <tools> one JSON object a line </tools> ...<|im_end|>
    <|im_start|>user
    ...<|im_end|>
    <|im_start|>assistant
    I look at the folder first.
    <tool_call>
    {"name": "list_dir", "arguments": {"path": "."}}
    </tool_call><|im_end|>
    <|im_start|>user
    <tool_response>
    ...
    </tool_response><|im_end|>
    <|im_start|>assistant

It is written here and not by the template in the model's file: that of the 1.5B has an unbalanced brace. An answer of
the model is written back as it came, byte for byte, so that the server's prompt cache holds up to the last turn, less a
few tokens where the grammar made the model split its call into other tokens than reading the same text does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from runner.models.registry import Dialect
from runner.models.wire import WireMessage, WireTool

DEFAULT_SYSTEM: dict[Dialect, str] = {
    "chatml": "You are a helpful AI assistant.",
    "qwen2.5": "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.",
}

TOOLS_BEFORE = """

# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
"""
TOOLS_AFTER = """
</tools>

For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call>"""

NOISE = {"additionalProperties", "title", "$schema", "default", "examples"}
"""Schema keywords that small models copy into their arguments."""

CALL = re.compile(r'<tool_call>\n\{"name": ("(?:[^"\\]|\\.)*"), "arguments": (.*)\}\n</tool_call>\s*\Z', re.DOTALL)


@dataclass(frozen=True)
class Answer:
    text: str
    call: tuple[str, str] | None
    """The tool's name and the raw text of the arguments."""


def bodies(messages: Sequence[WireMessage], tools: Sequence[WireTool], dialect: Dialect) -> list[str]:
    """Return what stands between each `<|im_start|>` and `<|im_end|>`.

    The markers are left to the caller, who adds them as tokens: text of a model or a tool can then spell them out
    without ending a message.
    """
    system = "\n\n".join(m.content for m in messages if m.role in ("system", "developer"))
    written = ["system\n" + (system or DEFAULT_SYSTEM[dialect]) + (_tools(tools) if tools else "")]
    responding = False
    for message in messages:
        if message.role in ("system", "developer"):
            continue
        if message.role == "tool" and responding:
            written[-1] += f"\n{_response(message)}"
        elif message.role == "tool":
            written.append(f"user\n{_response(message)}")
        elif message.role == "assistant":
            calls = (_call(call.function.name, call.function.arguments) for call in message.tool_calls)
            written.append("assistant\n" + "\n".join(filter(None, (message.content, *calls))))
        else:
            written.append(f"user\n{message.content}")
        responding = message.role == "tool"
    return written


def _tools(tools: Iterable[WireTool]) -> str:
    shown = (
        {"name": f.name, "description": f.description, "parameters": bare(f.parameters)}
        for f in (tool.function for tool in tools)
    )
    lines = "\n".join(json.dumps({"type": "function", "function": tool}, ensure_ascii=False) for tool in shown)
    return TOOLS_BEFORE + lines + TOOLS_AFTER


def _call(name: str, arguments: str) -> str:
    return f'<tool_call>\n{{"name": {json.dumps(name)}, "arguments": {arguments}}}\n</tool_call>'


def _response(message: WireMessage) -> str:
    return f"<tool_response>\n{message.content}\n</tool_response>"


def bare(schema: Any) -> Any:
    """Return a JSON Schema without the keywords that only distract."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        kept = {key: bare(value) for key, value in schema.items() if key not in NOISE}
        if isinstance(properties, dict):  # whose keys are names, not keywords
            kept["properties"] = {name: bare(value) for name, value in properties.items()}
        return kept
    return [bare(item) for item in schema] if isinstance(schema, list) else schema


def grammar(tools: Sequence[WireTool], *, forced: bool, think: int) -> str:
    """Return an LLGuidance grammar (Lark with JSON Schema inside) of an answer.

    `forced`: one call, before which up to `think` characters may stand, on one line. Otherwise a call or plain text.
    """
    shapes = [_shape(tool) for tool in tools]
    spacing = {"x-guidance": {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}}
    schema = {**spacing, **(shapes[0] if len(shapes) == 1 else {"anyOf": shapes})}
    first = "THINK? tool" if think else "tool"
    rules = [f"start: {first}" if forced else f"start: {first} | TEXT"]
    if think:
        rules.append(f"THINK: /[^<{{`\\n]{{1,{think}}}\\n/")
    if not forced:
        rules.append("TEXT: /[^<{`\\n][^<]*/")
    rules.append('tool: "<tool_call>\\n" call "\\n</tool_call>"')
    rules.append(f"call: %json {json.dumps(schema)}")
    return "\n".join(["%llguidance {}", *rules, ""])


def _shape(tool: WireTool) -> dict[str, Any]:
    arguments = {"properties": {}, **bare(tool.function.parameters), "type": "object", "additionalProperties": False}
    return {
        "type": "object",
        "properties": {"name": {"const": tool.function.name}, "arguments": arguments},
        "required": ["name", "arguments"],
        "additionalProperties": False,
    }


def read_answer(text: str) -> Answer:
    """Split what the model wrote into text and call; an unfinished call is text."""
    found = CALL.search(text)
    if not found:
        return Answer(text=text, call=None)
    return Answer(text=text[: found.start()].removesuffix("\n"), call=(json.loads(found[1]), found[2]))
