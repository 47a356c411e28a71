"""Intervals and percentiles against published values, and what must hold for any data."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clawpub.stats import (
    Interval,
    brier,
    clustered_interval,
    effective_runs,
    incomplete_beta,
    percentile,
    t_quantile,
    wilson,
)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (23, 30, 0.5907, 0.8821),
        (10, 10, 0.7225, 1.0000),
    ],
)
def test_wilson_gives_published_intervals(k: int, n: int, low: float, high: float) -> None:
    """The first four are Table I, method 3, of R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872."""
    interval = wilson(k, n)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("probability", "freedom", "t"),
    [
        (0.975, 1, 12.706), (0.975, 2, 4.303), (0.975, 5, 2.571), (0.975, 9, 2.262), (0.975, 29, 2.045),
        (0.95, 1, 6.314), (0.95, 10, 1.812), (0.95, 120, 1.658), (0.995, 5, 4.032), (0.995, 30, 2.750),
        (0.9, 4, 1.533), (0.9995, 3, 12.924),
    ],
)  # fmt: skip
def test_t_quantile_gives_table_values(probability: float, freedom: int, t: float) -> None:
    assert round(t_quantile(probability, freedom), 3) == t
    assert t_quantile(1 - probability, freedom) == pytest.approx(-t_quantile(probability, freedom), rel=1e-6)


def test_t_quantile_nears_the_normal_one() -> None:
    assert t_quantile(0.975, 10**6) == pytest.approx(1.959966, abs=1e-5)
    assert t_quantile(0.5, 7) == pytest.approx(0, abs=1e-9)


def test_incomplete_beta_has_its_closed_forms() -> None:
    assert incomplete_beta(1, 1, 0.3) == pytest.approx(0.3)
    assert incomplete_beta(2, 1, 0.3) == pytest.approx(0.09)
    assert incomplete_beta(0.5, 0.5, 0.25) == pytest.approx(2 / math.pi * math.asin(0.5))
    assert (incomplete_beta(2, 3, 0), incomplete_beta(2, 3, 1)) == (0, 1)


def test_a_score_of_ten_tasks_is_less_certain_than_thirty_runs() -> None:
    """23/30 of the published post: two tasks failed in every run, so thirty runs tell what about eight would."""
    passes = [3, 3, 3, 3, 2, 3, 3, 0, 0, 3]
    assert effective_runs(passes, [3] * 10) == pytest.approx(8.4002, abs=1e-4)
    interval = clustered_interval(passes, [3] * 10)
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.4317, 0.9343)


def test_effective_runs_by_hand() -> None:
    """Two tasks of two runs, one passed and one half passed: p = 3/4, spread 1/2, variance 2/1 * (1/2) / 16 = 1/16."""
    t_ratio = (t_quantile(0.975, 3) / t_quantile(0.975, 1)) ** 2
    assert effective_runs([2, 1], [2, 2]) == pytest.approx(3 / 16 / (1 / 16) * t_ratio)


def test_where_nothing_varies_each_task_counts_once() -> None:
    assert effective_runs([3] * 10, [3] * 10) == 10
    assert effective_runs([0] * 10, [3] * 10) == 10
    assert clustered_interval([3] * 10, [3] * 10) == wilson(10, 10)
    assert effective_runs([2], [3]) == 1


def test_tasks_of_one_rate_count_every_run() -> None:
    assert effective_runs([1, 1, 1], [3, 3, 3]) == 9


def test_tasks_without_runs_are_left_out() -> None:
    assert clustered_interval([3, 0, 1], [3, 0, 3]) == clustered_interval([3, 1], [3, 3])


TASKS = st.lists(st.integers(1, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=20)


@settings(deadline=None)
@given(TASKS)
def test_clustering_never_narrows(tasks: list[tuple[int, int]]) -> None:
    passes, runs = [k for k, _ in tasks], [n for _, n in tasks]
    plain, clustered = wilson(sum(passes), sum(runs)), clustered_interval(passes, runs)
    rate = sum(passes) / sum(runs)
    assert 0 <= clustered.low <= rate <= clustered.high <= 1
    assert clustered.high - clustered.low >= plain.high - plain.low - 1e-12
    assert 0 < effective_runs(passes, runs) <= sum(runs)


@settings(deadline=None)
@given(st.integers(1, 500), st.data())
def test_wilson_is_symmetric_and_tightens(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    one, other = wilson(k, n), wilson(n - k, n)
    assert one.low == pytest.approx(1 - other.high, abs=1e-12)
    assert wilson(k, n, 0.99).low <= one.low <= k / n <= one.high <= wilson(k, n, 0.99).high
    assert wilson(2 * k, 2 * n).high - wilson(2 * k, 2 * n).low < one.high - one.low


@settings(deadline=None)
@given(st.floats(0.01, 0.99), st.floats(0.5, 200))
def test_t_quantile_inverts_the_distribution(probability: float, freedom: float) -> None:
    t = t_quantile(probability, freedom)
    tail = incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2
    assert (1 - tail if t > 0 else tail) == pytest.approx(probability, abs=1e-9)


def test_brier() -> None:
    assert brier(1, True) == 0
    assert brier(1, False) == 1
    assert brier(0.7, True) == pytest.approx(0.09)


@pytest.mark.parametrize(("q", "expected"), [(0, 1), (25, 1.75), (50, 2.5), (75, 3.25), (95, 3.85), (100, 4)])
def test_percentile_is_type_7(q: float, expected: float) -> None:
    assert percentile([4, 1, 3, 2], q) == pytest.approx(expected)


@settings(deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50), st.floats(0, 100), st.floats(0, 100))
def test_percentiles_lie_within_and_ascend(values: list[float], one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert min(values) <= percentile(values, low) <= percentile(values, high) <= max(values)


def test_what_has_no_answer_says_why() -> None:
    with pytest.raises(ValueError, match="a rate needs at least one run"):
        wilson(0, 0)
    with pytest.raises(ValueError, match="between 0 and the runs"):
        wilson(4, 3)
    with pytest.raises(ValueError, match="confidence"):
        wilson(1, 3, 1.0)
    with pytest.raises(ValueError, match="no runs"):
        clustered_interval([], [])
    with pytest.raises(ValueError, match="between 0 and the runs"):
        clustered_interval([4, 0], [3, 3])
    with pytest.raises(ValueError, match="1 tasks and runs of 2"):
        clustered_interval([1], [3, 3])
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)
    with pytest.raises(ValueError, match="from 0 to 100"):
        percentile([1], 101)
    with pytest.raises(ValueError, match="from 0 to 1"):
        brier(1.5, True)
    with pytest.raises(ValueError, match="probability"):
        t_quantile(1, 3)
    with pytest.raises(ValueError, match="degrees of freedom"):
        t_quantile(0.9, 0)


def test_intervals_compare_by_value() -> None:
    assert wilson(3, 10) == Interval(wilson(3, 10).low, wilson(3, 10).high)
