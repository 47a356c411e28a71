"""Tests of differences against a worked table, closed forms and enumeration."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clawpub.differences import (
    Count,
    best_case,
    detectable,
    exchange_within_tasks,
    fisher,
    holm,
    paired_t,
    pass_at,
    pass_every,
    sign_flip,
)
from clawpub.stats import t_quantile, t_two_sided, wilson

COUNTS = st.tuples(st.integers(0, 4), st.integers(1, 4)).map(lambda pair: (min(pair), pair[1]))


def test_the_worked_table_of_23_against_22_and_21_of_30() -> None:
    assert round(wilson(23, 30).low, 3) == 0.591 and round(wilson(23, 30).high, 3) == 0.882
    assert round(fisher((23, 30), (22, 30)), 2) == 1.00
    assert round(best_case(1, 10).t or 0, 3) == 0.343
    assert round(fisher((23, 30), (21, 30)), 2) == 0.77
    assert round(best_case(2, 10).t or 0, 3) == 0.168
    assert best_case(2, 10).sign_flip == 0.5
    needed = detectable(10, 30)
    assert (needed.t, needed.sign_flip) == (4, 6)


def test_fisher_gives_the_tea_and_a_textbooks_table() -> None:
    """Eight cups of tea, three of four right: 34/70 (Fisher 1935). 1 of 12 men, 9 of 12 women: 0.002759, as R gives."""
    assert fisher((3, 4), (1, 4)) == pytest.approx(34 / 70)
    assert fisher((1, 12), (9, 12)) == pytest.approx(0.002759, abs=1e-6)


@given(COUNTS, COUNTS)
def test_one_task_exchanged_is_symmetric_and_a_chance(one: Count, other: Count) -> None:
    p = exchange_within_tasks([one], [other])
    assert p and 0 < p <= 1 and p == exchange_within_tasks([other], [one])
    assert exchange_within_tasks([one], [one]) == 1


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=3))
def test_exchanging_within_tasks_is_what_enumeration_gives(tasks: list[tuple[int, int]]) -> None:
    """Two runs each: all ways of handing the four runs of every task to the two models are written out."""
    seen = abs(sum(a - b for a, b in tasks))
    ways = [list(itertools.combinations([1] * (a + b) + [0] * (4 - a - b), 2)) for a, b in tasks]
    sums = [
        sum(2 * sum(first) - (a + b) for first, (a, b) in zip(chosen, tasks, strict=True))
        for chosen in itertools.product(*ways)
    ]
    expected = sum(abs(value) >= seen for value in sums) / len(sums)
    assert exchange_within_tasks([(a, 2) for a, _ in tasks], [(b, 2) for _, b in tasks]) == pytest.approx(expected)


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=8))
def test_flipping_signs_is_what_enumeration_gives(differences: list[int]) -> None:
    signs = itertools.product((1, -1), repeat=len(differences))
    sums = [sum(s * d for s, d in zip(each, differences, strict=True)) for each in signs]
    expected = sum(abs(value) >= abs(sum(differences)) for value in sums) / len(sums)
    assert sign_flip([Fraction(d, 3) for d in differences]) == pytest.approx(expected)


def test_a_paired_t_of_a_published_example() -> None:
    """Student's sleep data (1908), ten patients, two drugs: t = 4.0621, p = 0.002833, interval 0.70 to 2.46."""
    sleep = [Fraction(str(d)) for d in (1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4)]
    found = paired_t(sleep)
    assert found.mean == pytest.approx(1.58) and found.p == pytest.approx(0.002833, abs=1e-6)
    assert found.interval and (round(found.interval.low, 2), round(found.interval.high, 2)) == (0.70, 2.46)


def test_where_nothing_varies_a_t_says_so_instead_of_certainty() -> None:
    assert paired_t([Fraction(1, 3)] * 10).p is None
    assert paired_t([Fraction(0)] * 10).p == 1
    assert paired_t([Fraction(1, 3)]).interval is None
    with pytest.raises(ValueError, match="no task"):
        paired_t([])


@given(st.integers(1, 6), st.integers(1, 3))
def test_no_split_beats_the_best_case(tasks: int, runs: int) -> None:
    for difference in range(1, min(tasks * runs, 6) + 1):
        best = best_case(difference, tasks)
        for split in itertools.product(range(-runs, runs + 1), repeat=tasks) if tasks <= 3 else ():
            if sum(split) == difference:
                parts = [Fraction(each) for each in split]
                assert (sign_flip(parts) or 0) >= best.sign_flip - 1e-12
                p = paired_t(parts).p
                assert p is None or best.t is None or p >= best.t - 1e-12


def test_holm_gives_his_procedure() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.2, None, 0.9]) == [pytest.approx(0.6), None, 1.0]
    assert holm([]) == []


def test_pass_at_k_and_pass_every_k() -> None:
    counts = [(3, 3), (1, 3), (0, 3)]
    assert pass_at(1, counts) == pass_every(1, counts) == pytest.approx(4 / 9)
    assert pass_at(2, counts) == pytest.approx((1 + 2 / 3) / 3)
    assert pass_every(2, counts) == pytest.approx(1 / 3)
    assert pass_at(3, counts) == pytest.approx(2 / 3) and pass_every(3, counts) == pytest.approx(1 / 3)
    assert pass_at(4, counts) is None and pass_at(1, []) is None


@pytest.mark.parametrize("freedom", [1, 2, 9, 40])
def test_the_two_sided_t_undoes_the_quantile(freedom: int) -> None:
    assert t_two_sided(t_quantile(0.975, freedom), freedom) == pytest.approx(0.05)
    assert t_two_sided(0, freedom) == 1 and t_two_sided(math.inf, freedom) == 0


@pytest.mark.parametrize("count", [(1, 0), (-1, 3), (4, 3)])
def test_counts_that_are_none_are_refused(count: Count) -> None:
    with pytest.raises(ValueError, match="passes must lie"):
        fisher(count, (1, 2))
