"""The views, computed by hand beside them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from clawpub.pack.costs import call_cost
from clawpub.pack.model import Price
from clawpub.pack.predictions import Prediction
from clawpub.pack.tables import Row
from clawpub.pack.views import total
from tests.builders import NOON, make_run, seal_runs, tiny_events

PRICE = Price(input_usd_per_1m=Decimal("0.15"), output_usd_per_1m=Decimal("0.60"))


def summary(tmp_path: Path, **options: object) -> Row:
    return seal_runs(tmp_path, tiny_events(), **options).table("run_summary").rows[0]  # type: ignore[arg-type]


def test_the_summary_of_two_tasks_of_three_runs(tmp_path: Path) -> None:
    """task_01 takes 4, 5 and 6 s and passes; task_02 takes 4 s three times and passes once. One call each."""
    row = summary(tmp_path, price=PRICE)
    assert (row["tasks"], row["runs"], row["passes"], row["failures"], row["score"]) == (2, 6, 4, 2, "4/6")
    assert row["pass_rate"] == Decimal("0.666666667")
    assert (row["latency_p50_s"], row["latency_p95_s"]) == (Decimal(4), Decimal("5.75"))
    assert (row["tokens_in"], row["tokens_out"], row["model_calls"], row["tool_calls"]) == (6000, 300, 6, 6)
    assert row["cost_usd"] == Decimal("0.00108")
    assert row["cost_per_pass_usd"] == Decimal("0.00027")
    assert row["wall_s"] == 4 + 5 + 6 + 3 * 4


def test_the_breakdown_shares_out_the_cost(tmp_path: Path) -> None:
    rows = seal_runs(tmp_path, tiny_events(), price=PRICE).table("cost_breakdown").rows
    assert [row["share"] for row in rows] == [Decimal("0.5"), Decimal("0.5")]
    assert [row["latency_s"] for row in rows] == [15, 12]


def test_without_a_price_cost_is_missing_and_not_zero(tmp_path: Path) -> None:
    row = summary(tmp_path)
    assert (row["cost_usd"], row["cost_per_pass_usd"]) == (None, None)


def test_a_count_that_one_run_does_not_know_is_missing_in_the_sum(tmp_path: Path) -> None:
    events = [*make_run(run=1), *make_run(run=2, tokens_in=None)]
    pack = seal_runs(tmp_path, events, tasks=["task_01"], price=PRICE)
    row = pack.table("run_summary").rows[0]
    assert (row["tokens_in"], row["tokens_out"], row["cost_usd"]) == (None, 100, None)
    assert [row["cost_usd"] for row in pack.table("run_metrics").rows] == [Decimal("0.00018"), None]


def test_a_broken_run_leaves_the_denominator_and_is_counted_apart(tmp_path: Path) -> None:
    events = [*make_run(run=1), *make_run(run=2, verdict=None, stop="error", answer=None)]
    pack = seal_runs(tmp_path, events, tasks=["task_01"])
    row = pack.table("run_summary").rows[0]
    assert (row["score"], row["infrastructure_errors"]) == ("1/1", 1)
    outcome = pack.table("task_outcomes").rows[1]
    assert (outcome["passed"], outcome["failure_mode"]) == (None, "infrastructure_error")
    assert outcome["checker_reason"] == "the server went away"
    assert pack.table("per_task_results").rows[0]["failure_modes"] == "infrastructure_error (run 2)"


def test_a_campaign_of_broken_runs_has_no_pass_rate(tmp_path: Path) -> None:
    pack = seal_runs(tmp_path, make_run(verdict=None, stop="error"), tasks=["task_01"])
    row = pack.table("run_summary").rows[0]
    assert (row["score"], row["pass_rate"], row["pass_rate_low"]) == ("0/0", None, None)


def test_pauses_and_overlaps_do_not_count_in_the_wall_clock(tmp_path: Path) -> None:
    events = [
        *make_run(run=1, latency_s=10.0),
        *make_run(run=2, latency_s=10.0, began=NOON + timedelta(seconds=5)),
        *make_run(run=3, latency_s=10.0, began=NOON + timedelta(hours=9)),
    ]
    row = seal_runs(tmp_path, events, tasks=["task_01"]).table("run_summary").rows[0]
    assert row["wall_s"] == 25


def test_failure_modes_name_their_runs(tmp_path: Path) -> None:
    events = [event for run in (1, 2, 3) for event in make_run(run=run, verdict="wrong")]
    events += make_run("task_02", 1, verdict="wrong")
    events += make_run("task_02", 2, verdict="missing") + make_run("task_02", 3, verdict="wrong")
    rows = seal_runs(tmp_path, events).table("per_task_results").rows
    assert rows[0]["failure_modes"] == "wrong_answer (all 3)"
    assert rows[1]["failure_modes"] == "wrong_answer (runs 1, 3); gave_up_mid_plan (run 2)"


@pytest.mark.parametrize(
    ("bounds", "metric", "result", "miss", "brier"),
    [
        ({"low": 5, "high": 6}, "run_summary.passes", "Wrong", "1 pass below range", "0.64"),
        ({"low": 1, "high": 2}, "run_summary.passes", "Wrong", "2 passes above range", "0.64"),
        ({"low": 4, "high": 4}, "run_summary.passes", "Correct", None, "0.04"),
        ({"low": 4}, "run_summary.passes", "Correct", None, "0.04"),
        ({"high": 3}, "run_summary.passes", "Wrong", "1 pass above range", "0.64"),
        ({"low": 1}, "run_summary.cost_usd", "Undecidable", None, None),
        ({"low": 1}, "run_summary.nothing", "Undecidable", None, None),
        ({"low": 1}, "run_summary.score", "Undecidable", None, None),
    ],
)
def test_predictions_are_scored(
    tmp_path: Path, bounds: dict[str, Decimal], metric: str, result: str, miss: str | None, brier: str | None
) -> None:
    prediction = Prediction(id="P1", statement="s", metric=metric, unit="pass", probability=Decimal("0.8"), **bounds)
    (row,) = seal_runs(tmp_path, tiny_events(), predictions=[prediction]).table("predictions_scoring").rows
    assert (row["result"], row["miss"]) == (result, miss)
    assert row["brier"] == (None if brier is None else Decimal(brier))


def test_cached_tokens_cost_their_own_price_where_there_is_one() -> None:
    cached = PRICE.model_copy(update={"cached_usd_per_1m": Decimal("0.015")})
    assert call_cost(PRICE, 1_000_000, 0, 400_000, None) == Decimal("0.15")
    assert call_cost(cached, 1_000_000, 0, 400_000, None) == Decimal("0.6") * Decimal("0.15") + Decimal(
        "0.4"
    ) * Decimal("0.015")
    assert call_cost(None, 1, 1, 0, None) is None


def test_a_sum_over_a_missing_value_is_missing() -> None:
    assert total([1, 2]) == 3
    assert total([1, None]) is None
    assert total(list[int | None]()) is None
