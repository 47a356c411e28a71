"""A metric that no pack of a campaign could answer is found beforehand; one that its values decide is left alone."""

from __future__ import annotations

import pytest

from clawpub.pack.answerable import unanswerable

RUNS = [(f"task_{number:02}", run) for run in (1, 2, 3) for number in range(1, 11)]


@pytest.mark.parametrize(
    "metric",
    [
        "run_summary.passes",
        "this.run_summary.passes",
        "per_task_results[ task_02 ].passes",
        "cost_breakdown[task_02].share",
        "run_metrics[task_10, 3].latency_s",
        "tool_calls[task_01, 1, 7].duration_s",
        "attempts[task_01, 2, 3].lost_calls",
        "select count(*) from run_metrics",
        "SELECT COUNT(*) FROM Run_Metrics",
        "select count(*) from task_outcomes where failure_mode = 'timeout'",
        "select passes from per_task_results where failure_modes like '%timeout%'",
        "select passes from per_task_results where passes < 3",
        "select avg(passed) from task_outcomes",
        "select wilson_low(passes, runs) from run_summary",
        "with a as (select passes p from run_summary) select p from a",
    ],
)
def test_what_a_pack_can_answer_is_left_alone(metric: str) -> None:
    assert list(unanswerable([metric], RUNS)) == []


@pytest.mark.parametrize(
    ("metric", "said", "hint"),
    [
        ("run_summary.pases", "no column 'pases'", "did you mean 'passes'?"),
        ("run_sumary.passes", "no table 'run_sumary'", "did you mean 'run_summary'?"),
        ("per_task_results[task_99].passes", "no row 'task_99'", "did you mean 'task_09'?"),
        ("task_outcomes[task_01, 4].passed", "no row 'task_01, 4'", "did you mean"),
        ("tool_calls[task_77, 1, 7].duration_s", "no row", "did you mean"),
        ("per_task_results.passes", "has 10 rows", "name one"),
        ("select pases from run_summary", "no such column: pases", "did you mean 'passes'?"),
        ("select max(tokens_in) from run_metric", "no such table: run_metric", "did you mean 'run_metrics'?"),
        ("predictions_scoring[P1].brier", "no table", ""),
        ("drop table x", "neither a cell path nor a query", "select"),
        ("SELECT Score FROM RUN_SUMMARY", "text, expected a number", "numbers"),
        ("select '\0'", "null character", ""),
        ("with recursive a(x) as (select 1 union all select x+1 from a) select count(*) from a", "too long", ""),
        ("", "neither a cell path nor a query", "select"),
        ("select 1", "reads no column", "run_summary.passes"),
        ("select passes, runs from run_summary", "2 columns, expected one", "single"),
        ("select passes from per_task_results", "10 rows, expected one", "aggregate"),
        ("run_summary.score", "text, expected a number", "numbers"),
        ("task_outcomes[task_01, 1].passed", "true or false, expected a number", "count"),
        ("select name from sqlite_master", "may not use the table sqlite_master", ""),
    ],
)
def test_what_no_pack_could_answer_says_why_and_what_was_meant(metric: str, said: str, hint: str) -> None:
    ((number, error),) = unanswerable(["run_summary.passes", metric], RUNS)
    assert number == 1 and said in error.message and hint in (error.hint or "")
