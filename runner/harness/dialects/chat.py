"""OpenAI's chat completions, streamed as server-sent events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from clawpub.pack.events import Message, ModelCalled, ToolCall
from runner.harness.dialects import Body, Heard, Reply
from runner.providers import Api, ToolSpec
from runner.providers.openai_compatible import wire_tool

ROLES = {"developer": "system"}


class Chat:
    api: Api = "chat"
    path = "/v1/chat/completions"
    alive = b": waiting for the model\n\n"
    headers: Mapping[str, str] = {"Content-Type": "text/event-stream"}

    def read(self, body: Body) -> Heard:
        tools = (tool["function"] for tool in body.get("tools") or ())
        return Heard(
            messages=tuple(_message(message) for message in body["messages"]),
            tools=tuple(
                ToolSpec(str(tool["name"]), str(tool.get("description", "")), dict(tool.get("parameters") or {}))
                for tool in tools
            ),
        )

    def results(self, body: Body) -> dict[str, str]:
        return {m["tool_call_id"]: _text(m.get("content")) for m in body["messages"] if m["role"] == "tool"}

    def rename(self, body: Body, calls: Mapping[str, ToolCall], results: Mapping[str, str]) -> None:
        for message in body["messages"]:
            for call in message.get("tool_calls") or ():
                if meant := calls.get(call["id"]):
                    replaced = call["id"] in results
                    call["id"] = meant.id
                    if replaced:
                        call["function"] = {"name": meant.name, "arguments": meant.arguments}
            if (given := message.get("tool_call_id")) in calls:
                message["tool_call_id"] = calls[given].id
                if given in results:
                    message["content"] = results[given]

    def offer(self, body: Body, tool: ToolSpec) -> None:
        body["tools"] = [*(body.get("tools") or ()), wire_tool(tool)]

    def answer(self, said: ModelCalled, text: str, calls: tuple[ToolCall, ...]) -> bytes:
        finish = "tool_calls" if calls else "length" if said.finish == "length" else "stop"
        wire_calls: list[dict[str, Any]] = [
            {
                "index": index,
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for index, call in enumerate(calls)
        ]
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": text}]
        deltas += [{"tool_calls": [call]} for call in wire_calls]
        choices: list[list[dict[str, Any]]] = [
            [{"index": 0, "delta": delta, "finish_reason": None}] for delta in deltas
        ]
        choices.append([{"index": 0, "delta": {}, "finish_reason": finish}])
        chunks = [_chunk(said, choice) for choice in choices]
        chunks.append(_chunk(said, [], usage=_usage(said)))
        return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"

    def refusal(self, message: str, *, context: bool = False) -> Reply:
        code = "context_length_exceeded" if context else "invalid_request_error"
        error = {"message": message, "type": "invalid_request_error", "code": code}
        return Reply(400, json.dumps({"error": error}).encode(), {"Content-Type": "application/json"})


def _message(message: Mapping[str, Any]) -> Message:
    role = message["role"]
    return Message(
        role=ROLES.get(role, role),
        content=_text(message.get("content")),
        tool_calls=tuple(
            ToolCall(id=call["id"], name=call["function"]["name"], arguments=call["function"]["arguments"])
            for call in message.get("tool_calls") or ()
        ),
        tool_call_id=message.get("tool_call_id"),
    )


def _text(content: Any) -> str:
    """Return content as one string: it comes as a string, as parts, or not at all."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content)
    return "" if content is None else str(content)


def _chunk(said: ModelCalled, choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "id": f"turn{said.turn}",
        "object": "chat.completion.chunk",
        "created": int(said.at.timestamp()),
        "model": "model",
        "choices": choices,
        **more,
    }


def _usage(said: ModelCalled) -> dict[str, Any]:
    read, written = said.tokens_in or 0, said.tokens_out or 0
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "prompt_tokens_details": {"cached_tokens": said.tokens_cached or 0},
    }
