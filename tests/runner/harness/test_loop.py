"""What the built-in loop makes of answers that were cut off, and of a run's own money."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from clawpub.pack.events import Event, ModelCalled, Prompted, RunEvent, RunStopped, ToolCall
from clawpub.pack.failures import classify
from clawpub.pack.model import Price
from clawpub.pack.runs import runs_of
from runner.execute import execute
from runner.journal import read_journal
from runner.providers import Completion
from tests.runner.sessions import make_session
from tests.runner.test_execute import reference, with_answers


def cut(text: str) -> Completion:
    return Completion(text, (), "length", 0.0, 100, 2048)


def look(path: str) -> Completion:
    return Completion("", (ToolCall(id="c", name="list_dir", arguments=f'{{"path": "{path}"}}'),), "stop", 0.0, 100, 20)


def ran(folder: Path, answers: Iterator[Completion], *, more: str, price: Price | None = None) -> list[RunEvent]:
    session = make_session(folder, script=reference, tasks=["task_09"], more=more, price=price)
    assert asyncio.run(execute(with_answers(session, lambda request: next(answers)))) == "finished"
    return [event for event in read_journal(session.journal) if isinstance(event, Event)]


def stopped(events: list[RunEvent]) -> RunStopped:
    (found,) = (event for event in events if isinstance(event, RunStopped))
    return found


def test_an_answer_that_was_cut_off_is_asked_for_again(tmp_path: Path) -> None:
    events = ran(
        tmp_path, iter([cut("on and"), Completion("Three do not suffice.", (), "stop", 0.0)]), more="turns = 2"
    )
    assert [event.turn for event in events if isinstance(event, Prompted)] == [1]
    assert (stopped(events).reason, stopped(events).answer) == ("answered", "Three do not suffice.")


def test_a_run_that_ends_on_an_answer_that_was_cut_off_says_so(tmp_path: Path) -> None:
    events = ran(tmp_path, iter([look("."), cut("on and"), cut("on and on")]), more="turns = 3")
    assert (stopped(events).reason, stopped(events).answer) == ("length", "on and on")
    assert [event.turn for event in events if isinstance(event, Prompted)] == [2], "nobody hears a prompt after the end"
    assert classify(*runs_of(events)) == "turn_budget_exhausted"


def test_a_run_that_spent_its_own_money_is_not_blamed_on_the_models_context(tmp_path: Path) -> None:
    price = Price(input_usd_per_1m=Decimal(1000), output_usd_per_1m=Decimal(1000))
    answers = (look("./" * number + ".") for number in range(20))
    events = ran(tmp_path, answers, more='cost_usd = "0.30"', price=price)
    assert sum(isinstance(event, ModelCalled) for event in events) == 3, "0.12 a call"
    assert stopped(events).reason == "cost"
    assert classify(*runs_of(events)) == "turn_budget_exhausted"
