"""Bedrock's ConverseStream: JSON in, event stream frames out.

A frame is, all big endian: its length and its headers' length (u32 each), the CRC-32 of these eight bytes, the headers,
the payload, and the CRC-32 of everything before. A header is its name's length (u8), the name, 7 for a string, and the
string's length (u16) and bytes. Source: the AWS SDKs' event stream encoding.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from clawpub.pack.events import Message, ModelCalled, ToolCall
from runner.harness.dialects import Body, Heard, Reply
from runner.providers import Api, ToolSpec

STRING = 7


class Converse:
    api: Api = "converse"
    path = "/model/{model}/converse-stream"
    alive = b""
    headers: Mapping[str, str] = {"Content-Type": "application/vnd.amazon.eventstream"}

    def read(self, body: Body) -> Heard:
        system = [
            Message(role="system", content=block["text"]) for block in body.get("system") or () if "text" in block
        ]
        tools = ((body.get("toolConfig") or {}).get("tools")) or ()
        specs = (tool["toolSpec"] for tool in tools if "toolSpec" in tool)
        return Heard(
            messages=(*system, *(neutral for message in body["messages"] for neutral in _messages(message))),
            tools=tuple(
                ToolSpec(str(spec["name"]), str(spec.get("description", "")), dict(spec["inputSchema"]["json"]))
                for spec in specs
            ),
        )

    def results(self, body: Body) -> dict[str, str]:
        return {
            result["toolUseId"]: _text(result["content"])
            for block in _blocks(body)
            if (result := block.get("toolResult"))
        }

    def rename(self, body: Body, calls: Mapping[str, ToolCall], results: Mapping[str, str]) -> None:
        for block in _blocks(body):
            used, result = block.get("toolUse"), block.get("toolResult")
            if used and (meant := calls.get(used["toolUseId"])):
                if used["toolUseId"] in results:
                    used |= {"name": meant.name, "input": _document(meant.arguments)}
                used["toolUseId"] = meant.id
            if result and (meant := calls.get(result["toolUseId"])):
                if result["toolUseId"] in results:
                    result["content"] = [{"text": results[result["toolUseId"]]}]
                result["toolUseId"] = meant.id

    def offer(self, body: Body, tool: ToolSpec) -> None:
        config = body.setdefault("toolConfig", {})
        schema = {"json": dict(tool.parameters)}
        spec = {"name": tool.name, "description": tool.description, "inputSchema": schema}
        config["tools"] = [*(config.get("tools") or ()), {"toolSpec": spec}]

    def answer(self, said: ModelCalled, text: str, calls: tuple[ToolCall, ...]) -> bytes:
        return b"".join(frame(name, payload) for name, payload in _events(said, text, calls))

    def refusal(self, message: str, *, context: bool = False) -> Reply:
        words = f"Input is too long for requested model. {message}" if context else message
        headers = {"Content-Type": "application/json", "x-amzn-errortype": "ValidationException"}
        return Reply(400, json.dumps({"message": words}).encode(), headers)


def _blocks(body: Body) -> Iterator[dict[str, Any]]:
    for message in body["messages"]:
        yield from message["content"]


def _messages(message: Mapping[str, Any]) -> Iterator[Message]:
    """Yield what a message of Converse says: a user's holds tools' results too."""
    blocks = message["content"]
    said = "".join(str(block.get("text", "")) for block in blocks)
    if message["role"] == "assistant":
        calls = [block["toolUse"] for block in blocks if "toolUse" in block]
        yield Message(
            role="assistant",
            content=said,
            tool_calls=tuple(
                ToolCall(id=call["toolUseId"], name=call["name"], arguments=json.dumps(call.get("input") or {}))
                for call in calls
            ),
        )
        return
    for block in blocks:
        if result := block.get("toolResult"):
            yield Message(role="tool", content=_text(result["content"]), tool_call_id=result["toolUseId"])
    if said:
        yield Message(role="user", content=said)


def _text(content: list[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(part["json"]) if "json" in part else str(part.get("text", "")) for part in content)


def _document(arguments: str) -> dict[str, Any]:
    try:
        value = json.loads(arguments)
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"raw": arguments}


def _events(said: ModelCalled, text: str, calls: tuple[ToolCall, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "messageStart", {"role": "assistant"}
    index = 0
    for block in said.reasoning:
        for delta in _reasoning(block):
            yield "contentBlockDelta", {"contentBlockIndex": index, "delta": {"reasoningContent": delta}}
        yield "contentBlockStop", {"contentBlockIndex": index}
        index += 1
    if text:
        yield "contentBlockDelta", {"contentBlockIndex": index, "delta": {"text": text}}
        yield "contentBlockStop", {"contentBlockIndex": index}
        index += 1
    for call in calls:
        start = {"toolUse": {"toolUseId": call.id, "name": call.name}}
        yield "contentBlockStart", {"contentBlockIndex": index, "start": start}
        yield "contentBlockDelta", {"contentBlockIndex": index, "delta": {"toolUse": {"input": call.arguments}}}
        yield "contentBlockStop", {"contentBlockIndex": index}
        index += 1
    stop = "tool_use" if calls else "max_tokens" if said.finish == "length" else "end_turn"
    yield "messageStop", {"stopReason": stop}
    cached, written = said.tokens_cached or 0, said.tokens_cache_written or 0
    usage = {
        "inputTokens": (said.tokens_in or 0) - cached - written,
        "outputTokens": said.tokens_out or 0,
        "totalTokens": (said.tokens_in or 0) + (said.tokens_out or 0),
        "cacheReadInputTokens": cached,
        "cacheWriteInputTokens": written,
    }
    yield "metadata", {"usage": usage, "metrics": {"latencyMs": round(1000 * said.latency_s)}}


def _reasoning(block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the deltas of a reasoning block, as the journal keeps it."""
    if "redactedContent" in block:
        yield {"redactedContent": block["redactedContent"]}
        return
    told = block.get("reasoningText") or {}
    if told.get("text"):
        yield {"text": told["text"]}
    if told.get("signature"):
        yield {"signature": told["signature"]}


def frame(event: str, payload: Mapping[str, Any]) -> bytes:
    """Return one frame of an event stream."""
    named = {":event-type": event, ":content-type": "application/json", ":message-type": "event"}
    headers = b"".join(_header(name, value) for name, value in named.items())
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(body), len(headers))
    prelude += struct.pack(">I", zlib.crc32(prelude))
    whole = prelude + headers + body
    return whole + struct.pack(">I", zlib.crc32(whole))


def _header(name: str, value: str) -> bytes:
    return struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", STRING, len(value)) + value.encode()
