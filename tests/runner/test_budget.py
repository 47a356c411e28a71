"""The budget is never passed, whatever comes back, and a campaign that spent it goes on with more."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from clawpub.errors import ProviderError
from clawpub.pack.events import ToolCall
from clawpub.pack.model import Price
from clawpub.pack.verify import verify_pack
from runner.budget import Budget, BudgetSpent
from runner.execute import execute
from runner.journal import read_journal
from runner.past import Past
from runner.providers import Completion, Request
from runner.record import Record
from runner.seal import seal_campaign
from runner.session import Session
from tests.runner.sessions import make_session
from tests.runner.test_execute import reference, with_answers

PRICE = Price(input_usd_per_1m=Decimal(1000), output_usd_per_1m=Decimal(5000))


def test_what_may_have_been_spent_never_passes_the_budget() -> None:
    dice = random.Random(7)
    budget = Budget(Decimal(10))

    async def call() -> bool:
        most = Decimal(dice.randint(1, 300)) / 100
        try:
            await budget.reserve(most)
        except BudgetSpent:
            return False
        await asyncio.sleep(dice.random() / 500)
        budget.settle(most, dice.choice([most, most / 3, Decimal(0), None]))
        assert budget.spent <= 10
        return True

    async def run() -> list[bool]:
        return await asyncio.gather(*(call() for _ in range(200)))

    done = asyncio.run(run())
    assert any(done) and not all(done)
    assert 7 < budget.spent <= 10


def test_a_call_waits_for_others_to_come_out_cheaper() -> None:
    async def run() -> list[str]:
        budget, order = Budget(Decimal(1)), []
        await budget.reserve(Decimal("0.9"))

        async def second() -> None:
            await budget.reserve(Decimal("0.5"))
            order.append("second")

        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.01)
        order.append("first settled")
        budget.settle(Decimal("0.9"), Decimal("0.1"))
        await waiting
        return order

    assert asyncio.run(run()) == ["first settled", "second"]


def spending_session(folder: Path, budget_usd: Decimal | None, served: list[int]) -> Session:
    """Answers cost what they say; now and then one is lost on its way, and was served all the same."""
    dice = random.Random(11)

    def answer(request: Request) -> Completion | Exception:
        tokens = sum(len(message.content) for message in request.messages) // 4
        served.append(tokens * 1000 + 20 * 5000)
        if dice.random() < 0.15:
            return ProviderError("cut", cause="connection")
        step = sum(message.role == "assistant" for message in request.messages)
        call = (ToolCall(id=f"c{step}", name="list_dir", arguments=f'{{"path": "{"./" * step}."}}'),)
        return Completion("" if step < 3 else "no", call if step < 3 else (), "stop", 0.0, tokens, 20)

    session = make_session(
        folder,
        script=reference,
        runs=4,
        tasks=["task_08", "task_09"],
        price=PRICE,
        budget_usd=budget_usd,
        concurrency=4,
    )
    return with_answers(session, answer)


def test_a_spent_budget_is_a_clean_stop_and_more_money_goes_on(tmp_path: Path) -> None:
    served: list[int] = []
    budget = Decimal("60")
    assert asyncio.run(execute(spending_session(tmp_path, budget, served))) == "budget"
    assert sum(served) / 1_000_000 <= budget
    past = Past()
    for event in read_journal(tmp_path / "journal.jsonl"):
        past.add(event)
    assert 0 < past.spent()[0] <= budget
    assert asyncio.run(execute(spending_session(tmp_path, Decimal(10_000), served))) == "finished"
    session = spending_session(tmp_path, None, [])
    pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path / "packs")
    assert verify_pack(pack.path) == []
    row = pack.table("run_summary").rows[0]
    spent, lost = Decimal(str(row["spent_usd"])), Decimal(str(row["lost_usd"]))
    assert spent <= Decimal(sum(served)) / 1_000_000 <= spent + lost


def test_a_budget_too_small_for_one_call_spends_nothing(tmp_path: Path) -> None:
    served: list[int] = []
    assert asyncio.run(execute(spending_session(tmp_path, Decimal("0.01"), served))) == "budget"
    assert served == []


@pytest.mark.parametrize("limit", ["0.5", "2"])
def test_a_run_ends_when_its_own_money_is_spent(tmp_path: Path, limit: str) -> None:
    make_session(tmp_path, script=reference, tasks=["task_09"])
    path = tmp_path / "campaign.toml"
    path.write_text(path.read_text().replace("seconds = 30", f'seconds = 30\ncost_usd = "{limit}"'))
    numbers = iter(range(100))

    def answer(request: Request) -> Completion:
        call = ToolCall(id="c", name="list_dir", arguments=f'{{"path": "{next(numbers)}"}}')
        return Completion("", (call,), "tool_calls", 0.0, 100, 80)  # half a dollar

    session = with_answers(make_session(tmp_path, script=reference, price=PRICE), answer)
    asyncio.run(execute(replace(session, budget_usd=None)))
    assert next(numbers) == Decimal(limit) / Decimal("0.5")


def test_a_campaigns_tokens_are_bounded_too(tmp_path: Path) -> None:
    make_session(tmp_path, script=reference, runs=4, tasks=["task_08", "task_09"])
    path = tmp_path / "campaign.toml"
    path.write_text(path.read_text() + "[budget]\ntokens = 12000\n")
    served: list[int] = []
    session = spending_session(tmp_path, None, served)
    assert asyncio.run(execute(session)) == "budget"
    past = Past()
    for event in read_journal(session.journal):
        past.add(event)
    assert served and past.spent()[1] <= 12_000
