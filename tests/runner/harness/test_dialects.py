"""What is streamed to a harness is what a client of the service reads, and what is renamed is nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer

from clawpub.pack.events import Message, ModelCalled, ToolCall
from runner.harness.dialects import Body, Dialect, open_dialect, own
from runner.providers import Api, ToolSpec
from tests.builders import NOON

CALLS = (
    ToolCall(id="call1x1", name="read", arguments='{"path": "a"}'),
    ToolCall(id="call1x2", name="exec", arguments="{not json"),
)
SUBMIT = ToolSpec("submit", "End.", {"type": "object", "properties": {"answer": {"type": "string"}}})


def said(**more: Any) -> ModelCalled:
    told: dict[str, Any] = {"text": "hä", "tool_calls": CALLS, "finish": "tool_calls", "latency_s": 1.5}
    tokens = {"tokens_in": 100, "tokens_out": 7, "tokens_cached": 60, "tokens_cache_written": 10}
    return ModelCalled(at=NOON, task_id="task_01", run=1, attempt=1, turn=1, retries=0, **(told | tokens | more))


def chunks(stream: bytes) -> list[dict[str, Any]]:
    events = stream.decode().split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    return [json.loads(event.removeprefix("data: ")) for event in events[:-2]]


def frames(stream: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Read frames as botocore does, which checks both checksums of each."""
    buffer = EventStreamBuffer()
    buffer.add_data(stream)
    return [(frame.headers[":event-type"], json.loads(frame.payload)) for frame in buffer]


def test_chat_is_streamed_whole_with_its_usage() -> None:
    read = chunks(open_dialect("chat").answer(said(), "hä", CALLS))
    deltas = [choice["delta"] for chunk in read for choice in chunk["choices"]]
    assert "".join(delta.get("content") or "" for delta in deltas) == "hä"
    calls = [call for delta in deltas for call in delta.get("tool_calls", ())]
    assert [(call["id"], call["function"]["arguments"]) for call in calls] == [(c.id, c.arguments) for c in CALLS]
    assert read[-2]["choices"][0]["finish_reason"] == "tool_calls"
    assert read[-1]["usage"]["prompt_tokens"] == 100
    assert read[-1]["usage"]["prompt_tokens_details"] == {"cached_tokens": 60}


def test_converse_is_streamed_in_frames_that_botocore_reads() -> None:
    thought = ({"reasoningText": {"text": "hm", "signature": "c2ln"}}, {"redactedContent": "AAEC"})
    read = frames(open_dialect("converse").answer(said(reasoning=thought), "hä", CALLS))
    assert read[0][0] == "messageStart" and [name for name, _ in read[-2:]] == ["messageStop", "metadata"]
    deltas = [payload["delta"] for name, payload in read if name == "contentBlockDelta"]
    assert [delta["reasoningContent"] for delta in deltas if "reasoningContent" in delta] == [
        {"text": "hm"},
        {"signature": "c2ln"},
        {"redactedContent": "AAEC"},
    ]
    assert [delta["text"] for delta in deltas if "text" in delta] == ["hä"]
    assert [delta["toolUse"]["input"] for delta in deltas if "toolUse" in delta] == [c.arguments for c in CALLS]
    blocks = [payload["contentBlockIndex"] for name, payload in read if name == "contentBlockStop"]
    assert blocks == list(range(5)), "two thoughts, a text and two calls, each a block"
    usage = read[-1][1]["usage"]
    assert (usage["inputTokens"], usage["cacheReadInputTokens"], usage["cacheWriteInputTokens"]) == (30, 60, 10)


@pytest.mark.parametrize(("finish", "stop"), [("length", "max_tokens"), ("stop", "end_turn")])
def test_an_answer_without_calls_says_how_it_ended(finish: str, stop: str) -> None:
    read = frames(open_dialect("converse").answer(said(tool_calls=(), finish=finish), "x", ()))
    assert read[-2][1] == {"stopReason": stop}
    stream = open_dialect("chat").answer(said(finish=finish), "x", ())
    ends = [choice["finish_reason"] for chunk in chunks(stream) for choice in chunk["choices"]]
    assert ends == [None, finish]


CHAT: Body = {
    "messages": [
        {"role": "system", "content": "Be an agent."},
        {"role": "user", "content": [{"type": "text", "text": "Do "}, {"type": "text", "text": "it."}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "call1x1", "type": "function", "function": {"name": "read", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "call1x1", "content": "listing"},
    ],
    "tools": [{"type": "function", "function": {"name": "read", "description": "d", "parameters": {"type": "object"}}}],
}
CONVERSE: Body = {
    "system": [{"text": "Be an agent."}, {"cachePoint": {"type": "default"}}],
    "messages": [
        {"role": "user", "content": [{"text": "Do it."}]},
        {"role": "assistant", "content": [{"toolUse": {"toolUseId": "call1x1", "name": "read", "input": {}}}]},
        {"role": "user", "content": [{"toolResult": {"toolUseId": "call1x1", "content": [{"text": "listing"}]}}]},
    ],
    "toolConfig": {
        "tools": [
            {"toolSpec": {"name": "read", "description": "d", "inputSchema": {"json": {"type": "object"}}}},
            {"cachePoint": {"type": "default"}},
        ]
    },
}
BOTH = pytest.mark.parametrize(("api", "body"), [("chat", CHAT), ("converse", CONVERSE)])


@BOTH
def test_a_request_is_read_into_the_same_conversation(api: Api, body: Body) -> None:
    heard = open_dialect(api).read(body)
    assert heard.messages == (
        Message(role="system", content="Be an agent."),
        Message(role="user", content="Do it."),
        Message(role="assistant", content="", tool_calls=(ToolCall(id="call1x1", name="read", arguments="{}"),)),
        Message(role="tool", content="listing", tool_call_id="call1x1"),
    )
    assert (heard.system, heard.prompt) == ("Be an agent.", "Do it.")
    assert heard.tools == (ToolSpec("read", "d", {"type": "object"}),)
    assert open_dialect(api).results(body) == {"call1x1": "listing"}


def renamed(dialect: Dialect, body: Body, call: ToolCall, results: dict[str, str]) -> Body:
    changed = own(body)
    dialect.rename(changed, {"call1x1": call}, results)
    return changed


@BOTH
def test_ids_are_put_back_and_an_injected_error_stands_where_the_result_was(api: Api, body: Body) -> None:
    dialect, before = open_dialect(api), own(body)
    meant = ToolCall(id="providers_own", name="read_file", arguments='{"path": "a"}')
    only_ids = dialect.read(renamed(dialect, body, meant, {}))
    assert only_ids.messages[2].tool_calls == (ToolCall(id="providers_own", name="read", arguments="{}"),)
    assert only_ids.messages[3].content == "listing" and only_ids.messages[3].tool_call_id == "providers_own"
    injected = dialect.read(renamed(dialect, body, meant, {"call1x1": "no such path"}))
    assert injected.messages[2].tool_calls == (meant,)
    assert injected.messages[3] == Message(role="tool", content="no such path", tool_call_id="providers_own")
    assert body == before, "the harness's own request stays as it came"


@BOTH
def test_a_tool_is_offered_beside_those_there_are(api: Api, body: Body) -> None:
    dialect = open_dialect(api)
    for given in (own(body), {key: value for key, value in own(body).items() if not key.startswith("tool")}):
        had = [tool.name for tool in dialect.read(given).tools]
        dialect.offer(given, SUBMIT)
        assert [tool.name for tool in dialect.read(given).tools] == [*had, "submit"]


@BOTH
@pytest.mark.parametrize("context", [True, False])
def test_a_refusal_says_what_it_is(api: Api, body: Body, context: bool) -> None:
    reply = open_dialect(api).refusal("over", context=context)
    assert reply.status == 400 and "over" in json.dumps(json.loads(reply.body))
    assert (b"context_length_exceeded" in reply.body or b"too long" in reply.body) is context


@BOTH
@pytest.mark.parametrize(
    "strange",
    [{}, {"messages": None}, {"messages": [7]}, {"messages": [{"role": "user"}]}, {"messages": [], "tools": [7]},
     {"messages": [], "toolConfig": {"tools": [{"toolSpec": {}}]}}],
)  # fmt: skip
def test_what_is_no_request_raises_what_the_proxy_catches(api: Api, body: Body, strange: Body) -> None:
    """Or is read, where the other dialect's fault does not concern it."""
    try:
        open_dialect(api).read(strange)
    except (KeyError, TypeError, ValueError, AttributeError):
        return
    assert isinstance(strange.get("messages"), list)
