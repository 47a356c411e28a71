"""A fact that nothing in the pack could change proves nothing; one that the pack decides is left alone."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from clawpub.pack.mutation import vacuous
from clawpub.pack.query import Database
from clawpub.pack.reader import open_pack

PACK = next((Path(__file__).parents[3] / "content" / "packs").glob("2026-11-24-qwen2.5-coder-0.5b-openclaw-*"))
PASSED = next((Path(__file__).parents[3] / "content" / "packs").glob("*-reference-*"))


@pytest.fixture(scope="module")
def database() -> Database:
    return Database({"this": open_pack(PACK).tables(), "reference": open_pack(PASSED).tables()})


@pytest.mark.parametrize(
    "query",
    [
        "select 29 + 0 * passes from run_summary",
        "select 28 + 1 + 0 * passes from run_summary",
        "select iif(passes is null, 29, 29) from run_summary",
        "select max(29, passes) from run_summary",
        "select case when task_id = 'task_05' then 29 else passes end from per_task_results where task_id = 'task_05'",
        "select case when passes < 20 then 29 else 0 end from run_summary",
        "select coalesce(cost_usd, 0) from run_summary",
        "select '23/30' || substr(score, 1, 0) from run_summary",
        "select iif(score is null, '23/30', '23/30') from run_summary",
        "select 29 from run_summary where passes >= 0",
        "select 29 from run_summary where passes = 0",
        "select max(failure_mode = failure_mode) from task_outcomes",
        "select 1.0 * count(passes) / count(passes) from per_task_results",
        "select min(passes) + max(passes) = max(passes) + min(passes) from per_task_results",
    ],
)
def test_a_typed_number_in_disguise_is_found(database: Database, query: str) -> None:
    answer = database.ask(query)
    assert answer.sources, "it reads the pack, so only mutation can tell"
    assert vacuous(database, answer)


@pytest.mark.parametrize(
    "query",
    [
        "select passes from run_summary",
        "select count(failure_mode) from task_outcomes where failure_mode = 'tool_call_redundancy'",
        "select count(*) from tool_calls where status in ('unknown_tool', 'bad_arguments')",
        "select min(failure_mode = 'wrong_answer') from task_outcomes where not passed",
        "select max(passes) from per_task_results",
        "select 1.0 * passes / runs from reference.run_summary",
        "select 1.0 * sum(passed) / count(passed) from reference.task_outcomes",
        "select reference.run_summary.passes - this.run_summary.passes from this.run_summary, reference.run_summary",
        "select count(task_id) from task_outcomes",
        "select count(*) from run_metrics where stop_reason = 'it''s {c}'",
        "select count(*) from run_metrics where tool_calls = 77",
        "select count(*) from run_metrics where latency_s > 100",
        "select round(latency_p50_s / 60, 1) from run_summary",
        "select task_id from per_task_results order by passes desc, task_id limit 1",
        "select max(started_at) from run_metrics",
        "select sum(coalesce(tokens_cached, 0)) from run_metrics",
        "select 30 - failures from run_summary",
        "select min(runs) = max(runs) from per_task_results where task_id in ('task_07', 'task_08')",
        "with bad as (select task_id from task_outcomes where not passed) select count(distinct task_id) from bad",
    ],
)
def test_what_the_pack_decides_is_left_alone(database: Database, query: str) -> None:
    answer = database.ask(query)
    before = answer.value()
    assert vacuous(database, answer) is None
    assert database.ask(query).value() == before, "the tables are as they were"


def test_what_is_changed_is_put_back_even_where_the_query_fails(database: Database) -> None:
    answer = database.ask("select passes from run_summary")
    with pytest.raises(RuntimeError), database.altered(answer.sources[0], "{c} + 1"):
        assert database.ask("run_summary.passes").value() == Decimal(0), "cells are read from the pack, not from SQL"
        assert database.ask("select passes from run_summary").value() == 1
        raise RuntimeError
    assert database.ask("select passes from run_summary").value() == 0


def test_a_query_too_slow_to_be_asked_again_does_not_pass_for_that(database: Database) -> None:
    tables = "run_summary a, tool_calls b, tool_calls c, tool_calls d"
    slow = f"select max(max(29, a.passes) + 0 * b.step * c.step * d.step) from {tables}"
    answer = database.ask(slow)
    assert "too long" in (vacuous(database, answer) or "")
