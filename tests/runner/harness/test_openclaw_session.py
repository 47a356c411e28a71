"""What openclaw writes is read as if a hostile program had written it: no traceback, and no result made of nothing."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clawpub.pack.events import ToolCall
from runner.harness.openclaw_session import (
    agree,
    contradiction,
    ends_shortened,
    read_calls,
    read_outcome,
    read_session,
    same_arguments,
)

KEYS = [
    "type",
    "message",
    "role",
    "toolCallId",
    "content",
    "text",
    "details",
    "exitCode",
    "durationMs",
    "meta",
    "error",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(string.printable, max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
KEYS = [
    "type",
    "message",
    "role",
    "toolCallId",
    "content",
    "text",
    "details",
    "exitCode",
    "durationMs",
    "meta",
    "error",
]


def line(**message: object) -> bytes:
    return json.dumps({"type": "message", "message": {"timestamp": 1000, **message}}).encode() + b"\n"


def result(call: str, text: str, **more: object) -> bytes:
    return line(role="toolResult", toolCallId=call, content=[{"type": "text", "text": text}], **more)


def test_a_tools_status_and_time_are_openclaws_own() -> None:
    found = read_session(
        result("a", "fine", details={"status": "completed", "exitCode": 0, "durationMs": 250})
        + result("b", "No such file", details={"exitCode": 1, "durationMs": 5})
        + result("c", "slow", details={"timedOut": True})
        + result("d", "bad", isError=True, timestamp=1500)
    )
    assert (found["a"].failed, found["a"].duration_s, found["a"].text) == (False, 0.25, "fine")
    assert found["b"].failed and found["c"].timed_out and found["d"].failed
    assert found["d"].duration_s == 0.5, "without its own count, the time since the line before"


@pytest.mark.parametrize(
    "noise",
    [
        b"",
        b"\n\n",
        b"not json\n",
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
        b'{"type": "message"}\n',
        b'{"type": "message", "message": {"role": 7}}\n',
        line(role="toolResult", toolCallId="a", content=[{"text": {}}]),
        line(role="toolResult", toolCallId="a", details={"durationMs": -1}),
        line(role="toolResult", toolCallId="a", timestamp=1e999),
        line(role="toolResult", content="no id"),
        line(role="user", toolCallId="a", content="not a result"),
    ],
)
def test_lines_that_are_no_results_are_left_out(noise: bytes) -> None:
    assert list(read_session(noise + result("kept", "x"))) == ["kept"]


@given(st.lists(JSON | st.binary(max_size=30), max_size=4))
def test_no_line_is_too_strange(lines: list[object]) -> None:
    data = b"\n".join(item if isinstance(item, bytes) else json.dumps(item).encode() for item in lines)
    for kept in read_session(data).values():
        assert kept.duration_s >= 0
    read_outcome(data)
    contradiction(read_calls(data), read_session(data), {"a": ToolCall(id="a", name="read", arguments="{}")}, {"read"})


def printed(**meta: object) -> bytes:
    return json.dumps({"payloads": [{"text": "42"}], "meta": meta}, indent=2).encode()


def test_the_last_result_counts_and_logs_around_it_do_not() -> None:
    fake = json.dumps({"payloads": [{"text": "fake"}], "meta": {}}, indent=2).encode()
    outcome = read_outcome(b"[warn] a log line {\n" + fake + b"\nmore\n" + printed(aborted=True) + b"\n")
    assert outcome.aborted and outcome.failed is None and "a log line" in outcome.log


@pytest.mark.parametrize(
    ("data", "failed"),
    [
        (b"", "it printed no result"),
        (b"Error: boom\n", "boom"),
        (printed(error={"kind": "x", "message": "model not found"}), "model not found"),
        (printed(stopReason="error"), "42"),
        (b"{\n" * 5000, "it printed no result"),
    ],
)
def test_an_end_without_an_answer_says_why(data: bytes, failed: str) -> None:
    assert failed in (read_outcome(data).failed or "")


def test_a_run_that_was_aborted_or_abandoned_is_told_apart() -> None:
    assert read_outcome(printed(aborted=True)).aborted
    abandoned = read_outcome(printed(aborted=True, livenessState="abandoned"))
    assert not abandoned.aborted and abandoned.failed is None, "an answer without words is no timeout"


LONG = "x" * 5000 + "y" * 5000
END = LONG[:4000] + "[... 6000 more characters truncated]"
MIDDLE = (
    LONG[:3000]
    + "\n\n⚠️ [... middle content omitted — showing head and tail ...]\n\n"
    + LONG[-1000:]
    + "[... 200 more characters truncated]"
)


@pytest.mark.parametrize(
    ("told", "noted", "same"),
    [
        ("a", "a", True),
        ("a", "b", False),
        (LONG, END, True),
        (END, LONG, True),
        (MIDDLE, END, True),
        (MIDDLE.replace("x", "z", 1), END, False),
        ("forged" + END[6:], LONG, False),
        ("[... 5 more characters truncated]", "anything", True),
        (LONG, LONG[:-1], False),
    ],
)
def test_two_records_of_one_result_agree_up_to_where_one_is_cut(told: str, noted: str, same: bool) -> None:
    assert agree(told, noted) is same


def noted_call(name: str, arguments: object, call: str = "call1x0") -> bytes:
    return line(role="assistant", content=[{"type": "toolCall", "id": call, "name": name, "arguments": arguments}])


GIVEN = {"call1x0": ToolCall(id="call1x0", name="exec", arguments='{"command": "ls", "timeout": 5}')}
TRUE = noted_call("exec", {"command": "ls", "timeout": 5}) + result("call1x0", "a.txt")


@pytest.mark.parametrize(
    ("session", "said"),
    [
        (TRUE, None),
        (b"", None),
        (result("call1x0", "Tool nope not found"), None),
        (TRUE + noted_call("exec", {"command": "rm x"}, "call9x9"), "a call of 'exec' that the model never made"),
        (TRUE + noted_call("exec", {"command": "ls"}), 'with {"command": "ls"}, and the model wrote'),
        (noted_call("read", {"command": "ls", "timeout": 5}), "a call of 'read' where the model called 'exec'"),
        (TRUE + result("call9x9", "x"), "a result of a call that the model never made: 'x'"),
        (TRUE + noted_call("exec", {}, ""), "a call of 'exec' that the model never made"),
    ],
)
def test_what_the_session_file_has_beyond_the_wire_is_a_contradiction(session: bytes, said: str | None) -> None:
    found = contradiction(read_calls(session), read_session(session), GIVEN, {"exec", "read"})
    assert found is None if said is None else said in str(found)


def test_a_name_that_openclaw_mends_is_no_contradiction() -> None:
    given = {"call1x0": ToolCall(id="call1x0", name="Exec ", arguments="{}")}
    assert contradiction(read_calls(noted_call("exec", {})), {}, given, {"exec"}) is None


@pytest.mark.parametrize(
    ("raw", "noted", "same"),
    [
        ('{"a": 1e3, "b": 1.10, "c": null}', {"a": 1000, "b": 1.1, "c": None}, True),
        ('{"a": 12345678901234567890}', {"a": 12345678901234567000}, True),
        ('{"a": 1e400}', {"a": None}, True),
        ('{"a": 1}', {"a": 10**400}, False),
        ('{"a": "1"}', {"a": 1}, False),
        ('{"a": true}', {"a": 1}, False),
        ('{"a": 1}', {"a": True}, False),
        ('{"a": [1, 2]}', {"a": [1]}, False),
        ('{"a": 1, "a": 2}', {"a": 2}, True),
        ('{"a": 1}', {"a": 1, "b": 2}, False),
        ('{"path": "b.txt", "content": "cut of', {"path": "b.txt", "content": "cut of"}, True),
        ('{"a": NaN}', {}, True),
        ("[" * 100_000, {}, True),
        ("", {}, True),
        ("[1]", [1], True),
    ],
)
def test_arguments_are_compared_as_json_and_what_was_mended_is_not(raw: str, noted: object, same: bool) -> None:
    assert same_arguments(raw, noted) is same


def test_a_conversation_that_was_too_long_is_told_apart() -> None:
    assert read_outcome(printed(error={"kind": "context_overflow", "message": "too large"})).context_full
    compaction = b'{"type": "compaction", "id": "x"}\n'
    assert ends_shortened(TRUE + compaction + b"torn")
    assert not ends_shortened(compaction + TRUE) and not ends_shortened(b"")
