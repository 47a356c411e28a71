"""The statistics that a fact may call say what clawpub/stats.py and clawpub/differences.py say."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from clawpub.differences import exchange_within_tasks, fisher, paired_t, sign_flip
from clawpub.errors import FactError
from clawpub.pack.query import Database
from clawpub.pack.schema import Column, Schema
from clawpub.pack.tables import Cell, table
from clawpub.stats import clustered_interval, percentile, wilson

ROWS = [(3, 3, 3, 3), (2, 3, 3, 3), (0, 3, 1, 3), (1, 3, 0, 3), (3, 3, 1, 3), (3, 3, 0, 3)]
ONES, OTHERS = [row[:2] for row in ROWS], [row[2:] for row in ROWS]
BY_TASK = Schema(
    "by_task",
    "Two models by task",
    (Column("task_id", "string"), *(Column(name, "integer") for name in ("k", "n", "k2", "n2"))),
    ("task_id",),
)


def database(rows: list[tuple[int | None, ...]] | None = None) -> Database:
    named = [
        dict(zip(BY_TASK.column_names, (f"task_{number}", *row), strict=True))
        for number, row in enumerate(ROWS if rows is None else rows)
    ]
    return Database({"this": [table(BY_TASK, named)]})


def rounded(value: float | None) -> Cell:
    return None if value is None else Decimal(f"{value:.15g}")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("wilson_low(sum(k), sum(n))", wilson(12, 18).low),
        ("wilson_high(sum(k), sum(n))", wilson(12, 18).high),
        ("fisher_p(sum(k), sum(n), sum(k2), sum(n2))", fisher((12, 18), (8, 18))),
        ("clustered_low(k, n)", clustered_interval([k for k, _ in ONES], [3] * 6).low),
        ("clustered_high(k, n)", clustered_interval([k for k, _ in ONES], [3] * 6).high),
        ("paired_p(k, n, k2, n2)", paired_t([Fraction(a - b, 3) for a, _, b, _ in ROWS]).p),
        ("sign_flip_p(k, n, k2, n2)", sign_flip([Fraction(a - b, 3) for a, _, b, _ in ROWS])),
        ("exchange_p(k, n, k2, n2)", exchange_within_tasks(ONES, OTHERS)),
        ("median(k)", percentile([k for k, _ in ONES], 50)),
        ("percentile(k, 90)", percentile([k for k, _ in ONES], 90)),
    ],
)
def test_a_query_may_call_it(query: str, expected: float) -> None:
    assert database().ask(f"select {query} from by_task").value() == rounded(expected)


def test_the_ends_of_the_mean_difference() -> None:
    interval = paired_t([Fraction(a - b, 3) for a, _, b, _ in ROWS]).interval
    assert interval
    ask = database().ask
    assert ask("select paired_low(k, n, k2, n2) from by_task").value() == rounded(interval.low)
    assert ask("select paired_high(k, n, k2, n2) from by_task").value() == rounded(interval.high)


def test_the_published_example() -> None:
    """23 of 30 against 22 and 21, worked by hand in the issue that asked for them."""
    ask = database([(23, 30, 21, 30)]).ask
    low = ask("select wilson_low(k, n) from by_task").value()
    high = ask("select wilson_high(k, n) from by_task").value()
    p = ask("select fisher_p(k, n, k2, n2) from by_task").value()
    assert [f"{float(str(value)):.3f}" for value in (low, high)] == ["0.591", "0.882"]
    assert f"{float(str(p)):.2f}" == "0.77"
    best = {passes: ask(f"select best_t_p({passes} + 0 * k, 10) from by_task").value() for passes in (1, 2)}
    assert [f"{float(str(value)):.3f}" for value in best.values()] == ["0.343", "0.168"]
    assert ask("select best_signs_p(k - k2, 10) from by_task").value() == Decimal("0.5")
    assert ask("select detectable_t(10, n) from by_task").value() == 4
    assert ask("select detectable_signs(10, n) from by_task").value() == 6


@pytest.mark.parametrize("rows", [[], [(None, 3, 1, 3)], [(0, 0, 0, 0)]])
@pytest.mark.parametrize("name", ["paired_p(k, n, k2, n2)", "exchange_p(k, n, k2, n2)", "clustered_low(k, n)"])
def test_nothing_to_count_has_no_value(rows: list[tuple[int | None, ...]], name: str) -> None:
    assert database(rows).ask(f"select {name} from by_task").value() is None


@pytest.mark.parametrize(
    "query",
    [
        "wilson_low(k, -1)",
        "wilson_low(5, 3)",
        "wilson_low('a', 3)",
        "fisher_p(k, 100000000, k2, n2)",
        "percentile(k, 'x')",
        "percentile(k, 200)",
        "exchange_p(k, 9000, k2, 9000)",
    ],
)
def test_what_is_no_count_is_an_error_of_the_query(query: str) -> None:
    with pytest.raises(FactError, match="SQLite says"):
        database().ask(f"select {query} from by_task")


def test_a_query_may_not_test_for_ever() -> None:
    """SQLite counts its own steps only, so the tests of a query have a bound of their own."""
    many = "by_task a, by_task b, by_task c, by_task d, by_task e"
    with pytest.raises(FactError):
        database().ask(f"select max(fisher_p(a.k + 100, 300, b.k + 90, 300)) from {many}")
    assert database().ask("select median(k) from by_task").value() is not None
