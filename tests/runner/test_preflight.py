"""The preflight's calls are set aside, journaled and paid for as all others are, also where they are never answered."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clawpub.errors import ProviderError
from clawpub.pack.preflights import PreflightAsked, Preflighted, PreflightFailed
from runner.execute import execute
from runner.journal import read_journal
from runner.past import Past
from runner.preflight import PROMPT_TOKENS, SAMPLING
from runner.providers import Request
from runner.session import Session
from tests.runner.test_execute import with_answers
from tests.runner.test_plumbing import called, seal, session_of, talker

MOST = PROMPT_TOKENS + SAMPLING.max_tokens
MOST_USD = Decimal(MOST) / 1_000_000
"""At a dollar a million tokens, in and out."""


class Died(BaseException):
    """Stands for the end of the process: nothing that follows is written."""


def faltering(session: Session, trouble: list[BaseException]) -> Session:
    """The first calls of the preflight come to trouble."""
    answer = talker(called)

    def with_trouble(request: Request) -> Any:
        if request.task_id == "preflight" and trouble:
            error = trouble.pop(0)
            if isinstance(error, Exception):
                return error
            raise error
        return answer(request)

    return with_answers(session, with_trouble)


def flights(session: Session) -> list[str]:
    kinds = (PreflightAsked, PreflightFailed, Preflighted)
    return [event.type for event in read_journal(session.journal) if isinstance(event, kinds)]


def spent(session: Session) -> tuple[Decimal, int]:
    past = Past(session.price)
    for event in read_journal(session.journal):
        past.add(event)
    return past.spent()


def test_a_campaign_that_died_in_its_preflight_says_what_that_may_have_cost(tmp_path: Path) -> None:
    session = session_of(tmp_path, called)
    with pytest.raises(Died):
        asyncio.run(execute(faltering(session, [Died()])))
    assert flights(session) == ["preflight_asked"], "on the disk before it was sent"
    assert spent(session) == (MOST_USD, MOST)
    assert asyncio.run(execute(session)) == "finished"
    assert flights(session) == ["preflight_asked", *["preflight_asked", "preflighted"] * 2]
    row = seal(session, tmp_path)
    assert (row["lost_calls"], row["lost_usd"]) == (1, MOST_USD)
    assert (row["spent_usd"], row["spent_tokens_in"]) == (Decimal("0.00006"), 40)
    assert spent(session) == (Decimal("0.00006") + MOST_USD, 4 * 15 + MOST)


@pytest.mark.parametrize(("cause", "lost"), [("server_error", 1), ("throttled", 0)])
def test_a_call_that_failed_is_in_the_ledger_and_lost_where_it_may_have_been_billed(
    tmp_path: Path, cause: Any, lost: int
) -> None:
    session = session_of(tmp_path, called)
    trouble: list[BaseException] = [ProviderError("oops", cause=cause)]
    assert asyncio.run(execute(faltering(session, trouble))) == "finished"
    assert flights(session)[:4] == ["preflight_asked", "preflight_failed", "preflight_asked", "preflighted"]
    row = seal(session, tmp_path)
    assert (row["lost_calls"], row["lost_usd"]) == (lost, lost * MOST_USD)


def test_a_server_that_is_down_is_told_after_a_few_tries(tmp_path: Path) -> None:
    session = session_of(tmp_path, called)
    trouble: list[BaseException] = [ProviderError("down", cause="connection") for _ in range(9)]
    with pytest.raises(ProviderError, match=r"down \(tried 3 times\)"):
        asyncio.run(execute(faltering(session, trouble)))
    assert len(trouble) == 6
    assert [event.again for event in read_journal(session.journal) if isinstance(event, PreflightFailed)] == [
        True,
        True,
        False,
    ]


def test_a_budget_too_small_for_the_preflight_is_a_clean_stop(tmp_path: Path) -> None:
    dollars = replace(session_of(tmp_path / "usd", called), budget_usd=MOST_USD / 2)
    (tmp_path / "tokens").mkdir()
    tokens = session_of(tmp_path / "tokens", called)
    path = tokens.campaign.path
    path.write_text(f"{path.read_text()}[budget]\ntokens = {MOST - 1}\n")
    tokens = session_of(tmp_path / "tokens", called)
    for session in (dollars, tokens):
        assert asyncio.run(execute(session)) == "budget"
        assert flights(session) == [], "nothing was sent"


def test_a_session_that_is_stopped_in_its_preflight_can_go_on(tmp_path: Path) -> None:
    session = session_of(tmp_path, called)
    session.stopping.set()
    assert asyncio.run(execute(session)) == "interrupted"
    session.stopping.clear()
    assert asyncio.run(execute(session)) == "finished"
