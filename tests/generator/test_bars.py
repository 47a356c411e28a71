"""Which numbers have a bar behind them, and how long it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from clawpub.pack.reader import Pack
from generator.bars import with_bars
from generator.cells import Shown, missing, number
from generator.tables import compare_runs, table_view
from tests.generator.publication import seal_campaign, seal_transcribed


def bars(name: str, values: Sequence[str | None]) -> list[int]:
    cells = [missing("not recorded") if value is None else number(Decimal(value), 2) for value in values]
    return [cell.bar for cell in with_bars(name, cells)]


def test_a_bar_ends_at_the_largest_value_and_begins_at_zero() -> None:
    assert bars("latency_s", ["50", "200", "100"]) == [25, 100, 50]


def test_a_share_is_drawn_against_the_whole() -> None:
    assert bars("pass_rate", ["0.5", "0.25", "0.1"]) == [50, 25, 10]
    assert bars("pass_rate", ["50", "25", "10"]) == [100, 50, 20], "stored in percent: 100 % cannot be known"


def test_a_value_above_zero_shows_and_zero_does_not() -> None:
    assert bars("cost_usd", ["1000", "0.001", "0"]) == [100, 1, 0]


def test_the_length_is_that_of_the_exact_value() -> None:
    cells = [number(Decimal(value), 0) for value in ("1.4", "2.6", "100")]
    assert [cell.text for cell in cells] == ["1", "3", "100"]
    assert [cell.bar for cell in with_bars("wall_s", [*cells, number(Decimal("100.4"), 0)])] == [1, 3, 100, 100]


def test_grouped_digits_are_numbers_too() -> None:
    cells = [Shown("number", text) for text in ("1,000", "2,000", "500")]
    assert [cell.bar for cell in with_bars("tokens_in", cells)] == [50, 100, 25]


def test_what_is_missing_has_none_and_counts_for_nothing() -> None:
    assert bars("cost_usd", ["1", None, "2", "4"]) == [25, 0, 50, 100]
    assert bars("cost_usd", ["1", None, "2"]) == [0, 0, 0], "two numbers are compared faster without"


@pytest.mark.parametrize("values", [["3", "3", "3"], ["1", "-1", "2"], ["0", "0", "0"], []], ids=str)
def test_no_bars_where_nothing_is_to_be_seen(values: list[str]) -> None:
    assert set(bars("tool_calls", values)) <= {0}


@pytest.mark.parametrize(
    "name", ["run", "step", "year", "runs", "id", "probability", "price", "pass_rate_low", "profits"]
)
def test_no_bars_for_what_is_no_amount_or_may_be_none(name: str) -> None:
    assert bars(name, ["1", "2", "3"]) == [0, 0, 0]


def test_scores_have_none_of_their_own() -> None:
    cells = [Shown("number", text) for text in ("1/3", "2/3", "3/3")]
    assert with_bars("passes", cells) == cells


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Pack]:
    folder: Path = tmp_path_factory.mktemp("bars")
    return {"dense": seal_campaign(folder, "dense"), "former": seal_transcribed(folder, "former")}


def test_a_table_of_runs_has_bars_behind_amounts_only(packs: Mapping[str, Pack]) -> None:
    view = table_view(packs["dense"], "run_metrics", "packs/dense/index.html")
    drawn = {head.name for place, head in enumerate(view.headings) if any(line.cells[place].bar for line in view.lines)}
    assert drawn == {"tool_calls", "model_calls", "tokens_in", "tokens_out", "latency_s", "model_latency_s"}


def test_each_reason_for_a_dash_is_said_once_and_marked_where_there_are_several(packs: Mapping[str, Pack]) -> None:
    one = table_view(packs["dense"], "run_metrics", "", columns=["task_id", "cost_usd"])
    assert one.dashes == {"the campaign names no price": ""}
    two = compare_runs([packs["dense"], packs["former"]], lambda pack: "")
    assert two.dashes == {"the campaign names no price": "a", "not stated by the source": "b"}
    assert table_view(packs["dense"], "run_metrics", "", columns=["task_id"]).dashes == {}


def test_a_long_table_scrolls_and_a_table_of_two_rows_does_not_sort(packs: Mapping[str, Pack]) -> None:
    runs, tasks, one = (
        table_view(packs["dense"], name, "") for name in ("run_metrics", "per_task_results", "run_summary")
    )
    assert (runs.long, runs.sortable) == (True, True)
    assert (tasks.long, tasks.sortable) == (False, True)
    assert (one.long, one.sortable) == (False, False)
