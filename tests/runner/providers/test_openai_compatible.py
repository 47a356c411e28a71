from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from clawpub.errors import ConfigError, ProviderError
from clawpub.pack.events import Message, ToolCall
from runner.providers import Completion, ContextFull, Request
from runner.providers.openai_compatible import open_openai_compatible
from runner.providers.retry_after import wished_s
from tests.runner.providers.faulty import (
    FaultyServer,
    Reply,
    called,
    chat_completion,
    faulty_server,
    make_request,
)

GOOD = Reply(chat_completion())


def ask(
    *replies: Reply, request: Request | None = None, timeout_s: float = 10, **options: Any
) -> tuple[Completion, FaultyServer]:
    """Ask a server that gives these replies."""

    async def run() -> tuple[Completion, FaultyServer]:
        async with (
            faulty_server(*replies) as server,
            open_openai_compatible("tiny", endpoint=server.endpoint, timeout_s=timeout_s, **options) as provider,
        ):
            return await provider.complete(request or make_request()), server

    return asyncio.run(run())


def refused(reply: Reply, **options: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        ask(reply, GOOD, **options)
    return caught.value


def test_an_answer_carries_text_and_usage() -> None:
    answer, _ = ask(GOOD)
    assert (answer.text, answer.tool_calls, answer.finish) == ("Hello.", (), "stop")
    assert (answer.tokens_in, answer.tokens_out, answer.tokens_cached) == (20, 3, 16)
    details = {"prompt_tokens": 9, "completion_tokens": 7, "completion_tokens_details": {"reasoning_tokens": 5}}
    assert ask(Reply(chat_completion(usage=details)))[0].tokens_reasoning == 5


def test_a_tool_call_keeps_the_text_of_its_arguments() -> None:
    answer, _ = ask(Reply(chat_completion(called('{"path":   "a"'))))
    assert answer.tool_calls == (ToolCall(id="c1", name="read_file", arguments='{"path":   "a"'),)
    assert answer.text == ""


def test_a_call_cut_off_by_the_token_limit_is_text_and_not_dispatched() -> None:
    choice = {"finish_reason": "length", "message": called('{"path": "a')}
    answer, _ = ask(Reply(chat_completion(choices=[choice])))
    assert (answer.tool_calls, answer.text, answer.finish) == ((), '{"path": "a', "length")


def test_a_conversation_is_sent_in_the_wire_format() -> None:
    request = make_request(
        Message(role="system", content="Be brief."),
        Message(role="assistant", tool_calls=(ToolCall(id="1", name="read_file", arguments="{}"),)),
        Message(role="tool", content="\ud800 and \x00", tool_call_id="1"),
    )
    _, server = ask(GOOD, request=request, tool_choice="required")
    (sent,) = server.requests
    function = {"name": "read_file", "arguments": "{}"}
    assert sent["messages"] == [
        {"role": "system", "content": "Be brief."},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "1", "type": "function", "function": function}],
        },
        {"role": "tool", "content": "\ud800 and \x00", "tool_call_id": "1"},
    ]
    assert (sent["model"], sent["max_tokens"], sent["temperature"], sent["seed"]) == ("tiny", 100, 0.0, 1)
    assert "top_p" not in sent
    assert sent["tool_choice"] == "required"
    assert [tool["function"]["name"] for tool in sent["tools"]] == ["read_file", "submit"]


def test_task_and_run_are_not_sent() -> None:
    _, server = ask(GOOD)
    assert "task_01" not in str(server.requests)


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": None}])
def test_missing_usage_is_missing_and_not_zero(usage: object) -> None:
    answer, _ = ask(Reply(chat_completion(usage=usage)))
    assert (answer.tokens_in, answer.tokens_out, answer.tokens_cached) == (None, None, None)


@pytest.mark.parametrize(
    "message", [{"content": None}, {"content": None, "tool_calls": None}, {"content": "", "tool_calls": []}]
)
def test_an_empty_answer_is_an_answer(message: Mapping[str, object]) -> None:
    answer, _ = ask(Reply(chat_completion(message)))
    assert (answer.text, answer.tool_calls) == ("", ())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<html>Welcome</html>", "not JSON: it begins '<html>"),
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1, 2]", "not a JSON object"),
        ({}, "choices: Field required"),
        ({"choices": []}, "choices"),
        ({"choices": None}, "choices"),
        ({"choices": [{}]}, "message: Field required"),
        (chat_completion("text"), "message"),
        (chat_completion({"content": 7}), "content: Input should be a valid string"),
        (chat_completion(called({"path": "a"})), "arguments: Input should be a valid string"),
        (chat_completion(called(None)), "arguments"),
        (chat_completion(called(name=3)), "name"),
        (chat_completion({"content": "", "tool_calls": [{}]}), "function: Field required"),
        (chat_completion(usage={"prompt_tokens": "many"}), "prompt_tokens"),
        (chat_completion(usage={"prompt_tokens": -1}), "prompt_tokens"),
    ],
)
def test_an_answer_of_another_shape_is_an_error_that_says_so(body: object, said: str) -> None:
    with pytest.raises(ProviderError) as caught:
        ask(Reply(body))
    assert said in str(caught.value)
    assert caught.value.cause == "bad_answer"


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        *((status, "refused") for status in (400, 422, 413, 302)),
        *((status, "denied") for status in (401, 403)),
        (404, "not_found"),
        (429, "throttled"),
        (408, "timeout"),
        *((status, "overloaded") for status in (409, 425, 503, 529)),
        *((status, "server_error") for status in (500, 502, 504, 599)),
    ],
)
def test_each_status_has_its_cause_and_is_asked_once(status: int, cause: str) -> None:
    async def run() -> int:
        async with faulty_server(Reply({"error": {"message": "no such thing"}}, status=status), GOOD) as server:
            async with open_openai_compatible("tiny", endpoint=server.endpoint) as provider:
                with pytest.raises(ProviderError, match=f"answered {status}: no such thing") as caught:
                    await provider.complete(make_request())
            assert caught.value.cause == cause
            return len(server.requests)

    assert asyncio.run(run()) == 1


@pytest.mark.parametrize(
    ("wish", "wait_s"),
    [
        ("7", 7.0),
        (" 9999 ", 9999.0),
        ("0.0", 0.0),
        ("1.5", 1.5),
        (".25", 0.25),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0),
        (f"Thu, 01 Jan 2026 00:00:30 +{'9' * 30}", None),
        ("soon", None),
        ("-1", None),
        ("1e3", None),
        ("inf", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_a_server_s_wish_when_to_come_back_is_heard(wish: str | None, wait_s: float | None) -> None:
    assert wished_s(wish, datetime(2026, 1, 1, tzinfo=UTC)) == wait_s
    if wish == "7":
        assert refused(Reply("busy", status=429, headers={"Retry-After": wish})).retry_after_s == wait_s


def test_a_dropped_connection_a_timeout_and_silence_are_told_apart() -> None:
    assert refused(Reply(drop=True)).cause == "connection"
    assert refused(Reply(chat_completion(), delay_s=2), timeout_s=0.3).cause == "timeout"

    async def run() -> None:
        async with faulty_server(GOOD) as server:
            endpoint = server.endpoint
        async with open_openai_compatible("tiny", endpoint=endpoint) as provider:
            await provider.complete(make_request())

    with pytest.raises(ProviderError, match="no connection") as caught:
        asyncio.run(run())
    assert caught.value.cause == "connection"
    assert "is the server running" in str(caught.value.hint) and "clawpub doctor" in str(caught.value.hint)


@pytest.mark.parametrize(
    "error",
    [
        {"message": "too long", "code": "context_length_exceeded"},
        {"message": "request exceeds the context", "type": "exceed_context_size_error"},
        {"message": "This model's maximum context length is 8192 tokens.", "code": 400},
    ],
)
def test_a_full_context_has_an_error_of_its_own(error: Mapping[str, object]) -> None:
    with pytest.raises(ContextFull) as caught:
        ask(Reply({"error": error}, status=400))
    assert not caught.value.retryable


def test_the_key_comes_from_the_named_variable_and_is_told_to_nobody_else() -> None:
    environ = {"SOME_KEY": "secret-1"}
    _, server = ask(GOOD, api_key_env="SOME_KEY", environ=environ)
    assert server.headers[0]["Authorization"] == "Bearer secret-1"
    with pytest.raises(ProviderError) as caught:
        ask(Reply("who is Bearer secret-1?", status=401), api_key_env="SOME_KEY", environ=environ)
    assert "secret-1" not in str(caught.value)


def test_a_missing_key_is_told_by_the_variable_s_name() -> None:
    with pytest.raises(ConfigError, match="SOME_KEY is not set"):
        ask(GOOD, api_key_env="SOME_KEY", environ={})


def test_an_endpoint_that_is_no_url_is_a_config_error() -> None:
    async def run() -> None:
        async with open_openai_compatible("tiny", endpoint="not a url") as provider:
            await provider.complete(make_request())

    with pytest.raises(ConfigError, match="no URL"):
        asyncio.run(run())


def test_a_count_that_no_table_holds_is_the_server_s_mistake() -> None:
    usage = {"prompt_tokens": 10**30, "completion_tokens": 3}
    with pytest.raises(ProviderError, match=r"usage\.prompt_tokens"):
        ask(Reply(chat_completion(usage=usage)))
