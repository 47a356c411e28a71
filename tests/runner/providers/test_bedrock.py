"""Bedrock through real boto3 over HTTP, against a server that botocore's own model of the service keeps honest."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from clawpub.causes import CAUSES
from clawpub.errors import ProviderError
from clawpub.pack.events import Message, ToolCall
from clawpub.pack.verify import verify_pack
from runner.execute import execute
from runner.providers import Completion, ContextFull, Request, Sampling
from runner.providers.bedrock import CAUSES_BY_NAME, open_bedrock
from runner.record import Record
from runner.seal import seal_campaign
from runner.session import home_of, open_session
from runner.tools import TOOLS
from tests.runner.providers.converse_server import KEY, SECRET, ConverseServer, Fault, Step, converse_server, said
from tests.runner.sessions import QUICK_PATIENCE, ticking

MODEL = "qwen.qwen3-32b-v1:0"
OPENING = (Message(role="system", content="Be brief."), Message(role="user", content="Look into a.txt."))


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_BEARER_TOKEN_BEDROCK", "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def ask(server: ConverseServer, messages: tuple[Message, ...] = OPENING, **options: Any) -> Completion:
    async def run() -> Completion:
        async with open_bedrock(MODEL, region="us-east-1", endpoint=server.url, **options) as bedrock:
            return await bedrock.complete(Request(messages, TOOLS, Sampling(256, 0.5, 0.9, 7), "task_01", 1))

    return asyncio.run(run())


def refused(step: Step, **options: Any) -> ProviderError:
    with converse_server(lambda body, number: step) as server, pytest.raises(ProviderError) as caught:
        ask(server, **options)
    assert len(server.requests) == 1, "boto3 tried again by itself"
    assert SECRET not in str(caught.value) and KEY not in str(caught.value)
    return caught.value


def test_every_error_of_the_service_has_a_cause() -> None:
    service = botocore.session.get_session().get_service_model("bedrock-runtime")
    shapes = {name for name in service.shape_names if service.shape_for(name).metadata.get("exception")}
    shapes |= {shape.name for shape in service.operation_model("Converse").error_shapes}
    assert len(shapes) >= 12
    assert shapes <= set(CAUSES_BY_NAME)


@pytest.mark.parametrize("name", CAUSES_BY_NAME)
def test_an_error_by_its_name_gives_its_cause_over_the_wire(name: str) -> None:
    error = refused(Fault(400, name, "no"))
    assert error.cause == CAUSES_BY_NAME[name] and error.retryable == CAUSES[error.cause].retry
    assert name in error.message


@pytest.mark.parametrize(
    ("status", "cause"),
    [(502, "server_error"), (504, "server_error"), (503, "overloaded"), (413, "refused"), (429, "throttled")],
)
def test_an_error_without_a_known_name_goes_by_its_status(status: int, cause: str) -> None:
    assert refused(Fault(status, body=b"<html>gateway</html>")).cause == cause


def test_a_wish_to_be_left_alone_is_heard() -> None:
    assert refused(Fault(429, "ThrottlingException", retry_after=7)).retry_after_s == 7.0


def test_a_conversation_that_is_too_long_is_no_fault_of_the_service() -> None:
    assert isinstance(refused(Fault(400, "ValidationException", "Input is too long for requested model.")), ContextFull)
    assert isinstance(refused(said("x", stopReason="model_context_window_exceeded")), ContextFull)


def test_a_slow_a_cut_and_an_absent_server_are_told_apart() -> None:
    assert refused(Fault(delay_s=2.0), timeout_s=0.3).cause == "timeout"
    assert refused(Fault(cut=True)).cause == "connection"
    with pytest.raises(ProviderError) as caught:
        ask(ConverseServer(lambda body, number: {}, url="http://127.0.0.1:9"))
    assert caught.value.cause == "connection"


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"not JSON", b'{"output": {}}', b'{"output": {"message": 3}}', b"\xff"]
)
def test_a_200_that_is_no_answer_is_refused(body: bytes) -> None:
    assert refused(Fault(200, body=body)).cause == "bad_answer"


def test_no_credentials_say_how_to_give_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with converse_server(lambda body, number: said("hi")) as server, pytest.raises(ProviderError) as caught:
        ask(server)
    assert caught.value.cause == "denied" and "AWS_ACCESS_KEY_ID" in str(caught.value.hint)


def test_a_whole_conversation_goes_there_and_back() -> None:
    """Reasoning, cache points, tier, tool results of one turn together: all as the service's own model has them."""
    reasoning = [
        {"reasoningContent": {"reasoningText": {"text": "I must look.", "signature": "c2ln"}}},
        {"reasoningContent": {"redactedContent": base64.b64encode(b"\x00secret").decode()}},
    ]
    first = said(
        "I look.",
        calls=[("read_file", {"path": "a.txt"}), ("list_dir", {})],
        before=reasoning,
        usage={
            "inputTokens": 10,
            "outputTokens": 5,
            "totalTokens": 100,
            "cacheReadInputTokens": 60,
            "cacheWriteInputTokens": 25,
        },
    )
    with converse_server(lambda body, number: [first, said("It says 7.")][number]) as server:
        answer = ask(server, tier="flex", cache=True)
        assert (answer.tokens_in, answer.tokens_cached, answer.tokens_cache_written, answer.tokens_out) == (
            95,
            60,
            25,
            5,
        )
        journaled = json.loads(json.dumps(answer.reasoning))
        spoken = Message(
            role="assistant", content=answer.text, tool_calls=answer.tool_calls, reasoning=tuple(journaled)
        )
        results = tuple(
            Message(role="tool", content=text, tool_call_id=call.id)
            for call, text in zip(answer.tool_calls, ("7", ""), strict=True)
        )
        assert ask(server, (*OPENING, spoken, *results), tier="flex", cache=True).text == "It says 7."
    assert server.faults == []
    question, second = server.requests
    assert question["serviceTier"] == {"type": "flex"}
    assert question["inferenceConfig"] == {"maxTokens": 256, "temperature": 0.5, "topP": 0.9}
    point = {"cachePoint": {"type": "default"}}
    assert (
        question["system"][-1]
        == question["toolConfig"]["tools"][-1]
        == question["messages"][-1]["content"][-1]
        == point
    )
    assert [message["role"] for message in second["messages"]] == ["user", "assistant", "user"]
    assert second["messages"][1]["content"][:2] == reasoning
    assert [list(block) for block in second["messages"][2]["content"]] == [
        ["toolResult"],
        ["toolResult"],
        ["cachePoint"],
    ]


@pytest.mark.parametrize("arguments", ["{not JSON", "[1]", '"text"', "", "\ud800", '{"a": "\u0000"}'])
def test_whatever_a_model_wrote_as_arguments_can_be_sent_back(arguments: str) -> None:
    text = arguments.encode("utf-8", "backslashreplace").decode()
    spoken = Message(role="assistant", tool_calls=(ToolCall(id="use_0", name="read_file", arguments=text),))
    result = Message(role="tool", content="no", tool_call_id="use_0")
    with converse_server(lambda body, number: said("well")) as server:
        assert ask(server, (*OPENING, spoken, result)).text == "well"
    assert server.faults == []


def test_blocks_of_an_unknown_kind_are_passed_over() -> None:
    content = [{"somethingNew": {"a": 1}}, {"text": "seen"}]
    body = json.dumps(said() | {"output": {"message": {"role": "assistant", "content": content}}}).encode()
    with converse_server(lambda _, number: Fault(200, body=body)) as server:
        assert ask(server).text == "seen"


def test_calls_at_once_are_really_at_once() -> None:
    async def run(server: ConverseServer) -> list[Completion]:
        async with open_bedrock(MODEL, region="us-east-1", endpoint=server.url, concurrency=32) as bedrock:
            request = Request(OPENING, TOOLS, Sampling(64), "task_01", 1)
            return await asyncio.gather(*(bedrock.complete(request) for _ in range(32)))

    with converse_server(lambda body, number: said(str(number))) as server:
        texts = {answer.text for answer in asyncio.run(run(server))}
    assert texts == {str(number) for number in range(32)} and server.faults == []


def play(faults: Iterator[Fault]) -> Any:
    """A model that looks around, then gives up; before each answer, perhaps, a fault."""

    def script(body: dict[str, Any], number: int) -> Step:
        step = sum(message["role"] == "assistant" for message in body["messages"])
        if "report_ready" in str(body.get("toolConfig")):
            return said("ready") if step else said(calls=[("report_ready", {"status": "ok"})])
        if fault := next(faults, None):
            return fault
        return said("I cannot do it.") if step >= 2 else said(calls=[("list_dir", {"path": "." + "/." * step})])

    return script


CAMPAIGN = """\
id = "bedrock"
runs = 2
tasks = ["task_01", "task_09"]
[model]
id = "qwen.qwen3-32b-v1:0"
provider = "bedrock"
region = "us-east-1"
endpoint = "{url}"
[budget]
cost_usd = "1.00"
[execution]
concurrency = 4
"""


def test_a_whole_campaign_runs_through_bedrock_and_its_ledger_is_the_servers(tmp_path: Path) -> None:
    """Throttled, failing and cut off now and then: every token that the server served is in the pack, to the last."""
    faults = iter(
        [
            Fault(429, "ThrottlingException"),
            Fault(500, "InternalServerException"),
            Fault(424, "ModelErrorException"),
            Fault(cut=True),
            Fault(200, body=b'{"output": {}}'),
        ]
    )
    with converse_server(play(faults)) as server:
        path = tmp_path / "content" / "campaigns" / "bedrock.toml"
        path.parent.mkdir(parents=True)
        path.write_text(CAMPAIGN.format(url=server.url))
        session = open_session(path, home_of(tmp_path), clock=ticking())
        object.__setattr__(session, "patience", QUICK_PATIENCE)
        assert asyncio.run(execute(session)) == "finished"
    assert server.faults == []
    pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path / "packs")
    assert verify_pack(pack.path) == []
    row = pack.table("run_summary").rows[0]
    assert (row["runs"], row["passes"], row["infrastructure_errors"]) == (4, 0, 0)
    assert (row["spent_tokens_in"], row["spent_tokens_out"]) == (server.tokens_in, server.tokens_out)
    attempts = pack.table("attempts").rows
    failed = sum(int(str(attempt["failed_calls"])) for attempt in attempts)
    assert len(server.requests) == 4 * 3 + 2 + 5 and 3 <= failed <= 5
    assert pack.info.campaign and pack.info.campaign.price is not None
    assert str(row["spent_usd"]) == str(
        (
            server.tokens_in * pack.info.campaign.price.input_usd_per_1m
            + server.tokens_out * pack.info.campaign.price.output_usd_per_1m
        )
        / 1_000_000
    ).rstrip("0")
