"""A plumbing failure never looks like a model's: it shows before money is spent, and is counted wherever it shows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from clawpub.errors import PackError, ProviderError
from clawpub.pack.events import ToolCall
from clawpub.pack.model import Price
from clawpub.pack.preflights import Preflighted
from clawpub.pack.verify import verify_pack
from runner.execute import execute
from runner.journal import read_journal
from runner.providers import Completion, Request
from runner.record import Record
from runner.seal import seal_campaign
from runner.session import Session
from tests.runner.sessions import make_session
from tests.runner.test_execute import reference, with_answers

PRICE = Price(input_usd_per_1m=Decimal(1), output_usd_per_1m=Decimal(1))
ANSWER = "The file has only 3 rows; 10 are needed, so it cannot be computed."


def written(name: str, **arguments: str) -> Completion:
    """A call as plain text."""
    text = f"<tool_call>{json.dumps({'name': name, 'arguments': arguments})}</tool_call>"
    return Completion(text, (), "stop", 0.0, 10, 5)


def called(name: str, **arguments: str) -> Completion:
    return Completion("", (ToolCall(id="c", name=name, arguments=json.dumps(arguments)),), "tool_calls", 0.0, 10, 5)


def talker(say: Callable[..., Completion]) -> Callable[[Request], Completion]:
    """A model that makes the preflight's call, looks into the workspace, and submits."""

    def answer(request: Request) -> Completion:
        step = sum(message.role == "assistant" for message in request.messages)
        if request.task_id == "preflight":
            return say("report_ready", status="ok") if not step else Completion("ready", (), "stop", 0.0, 10, 5)
        return say("list_dir") if step == 0 else say("submit", answer=ANSWER)

    return answer


def session_of(folder: Path, say: Callable[..., Completion], *, dispatch: bool = False) -> Session:
    more = '[harness]\ntext_tool_calls = "dispatch"\n' if dispatch else ""
    session = make_session(folder, script=reference, tasks=["task_09"], price=PRICE, more=more)
    return with_answers(replace(session, preflight=True), talker(say))


def seal(session: Session, folder: Path, *, accept: bool = False) -> dict[str, object]:
    pack = seal_campaign(
        session.campaign, session.suite, Record([session.journal]), folder / "packs", accept_plumbing=accept
    )
    assert verify_pack(pack.path) == []
    return {**pack.table("run_summary").rows[0], "notes": pack.info.notes}


def test_the_preflight_goes_there_and_back_and_is_in_the_ledger(tmp_path: Path) -> None:
    session = session_of(tmp_path, called)
    asyncio.run(execute(session))
    flights = [event for event in read_journal(session.journal) if isinstance(event, Preflighted)]
    assert [flight.tool_called for flight in flights] == [True, False]
    row = seal(session, tmp_path)
    assert row["score"] == "1/1"
    assert (row["spent_tokens_in"], row["spent_tokens_out"]) == (4 * 10, 4 * 5), "two of the preflight, two of the run"
    assert row["spent_usd"] == Decimal("0.00006") and row["cost_usd"] == Decimal("0.00003")


def test_calls_as_plain_text_are_refused_before_any_run(tmp_path: Path) -> None:
    session = session_of(tmp_path, written)
    with pytest.raises(ProviderError, match="came as plain text") as caught:
        asyncio.run(execute(session))
    assert "text_tool_calls" in str(caught.value.hint)
    assert not any(hasattr(event, "task_id") for event in read_journal(session.journal))


def test_an_adapted_harness_dispatches_them_and_the_pack_says_so(tmp_path: Path) -> None:
    session = session_of(tmp_path, written, dispatch=True)
    asyncio.run(execute(session))
    row = seal(session, tmp_path)
    assert row["score"] == "1/1" and row["tool_calls"] == 1
    assert any("2 tool calls came as plain text and were dispatched by the adapter" in str(n) for n in [row["notes"]])


def test_without_a_preflight_they_are_counted_and_not_sealed_as_a_result(tmp_path: Path) -> None:
    session = replace(session_of(tmp_path, written), preflight=False)
    asyncio.run(execute(session))
    with pytest.raises(PackError, match="1 tool calls came as plain text and were not dispatched"):
        seal(session, tmp_path)
    assert "plumbing" not in str(seal(session, tmp_path, accept=True)["score"])
