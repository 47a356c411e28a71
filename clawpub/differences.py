"""Whether two models' pass rates differ, by tests that are exact wherever they can be, in the standard library alone.

Two questions, and they have different answers. *These tasks*: would the same tasks, run again, show it? Then only runs
are left to chance. *Tasks like these*: would other tasks of the kind show it? Then the tasks are a sample, and a task
counts once however often it was run.

Sources:

- R. A. Fisher, The Design of Experiments (1935), sections 21 (exchanging labels) and 3 (exact counts).
- "Student", "The Probable Error of a Mean", Biometrika 6 (1908), 1-25; paired over tasks after E. Miller, "Adding Error
  Bars to Evals" (2024), arXiv:2411.00640.
- S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6 (1979),
  65-70.
- M. Chen et al., "Evaluating Large Language Models Trained on Code" (2021), arXiv:2107.03374: pass@k.
- S. Yao et al., "tau-bench" (2024), arXiv:2406.12045: pass^k.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from clawpub.stats import Interval, t_quantile, t_two_sided

ALPHA = 0.05
MOST_SUMS = 100_000
"""Different sums that an exact test counts; equally many runs of each task give a few hundred."""
Count = tuple[int, int]
"""Passes, and runs."""


def fisher(one: Count, other: Count) -> float:
    """Return the two-sided p-value of Fisher's exact test of two pass rates whose runs are all independent.

    The sum over all tables with these margins that are no likelier than the one seen.
    """
    (k1, n1), (k2, n2) = _checked(one), _checked(other)
    ways = _ways(n1, n2, k1 + k2)
    return float(Fraction(sum(number for number in ways.values() if number <= ways[k1]), sum(ways.values())))


def exchange_within_tasks(ones: Sequence[Count], others: Sequence[Count]) -> float | None:
    """Return the exact two-sided p-value for *these tasks*: the runs of each task exchanged between the two models.

    The statistic is the sum over tasks of the difference of pass rates; every way of exchanging counts the same. None
    where there are too many sums to count: tasks with many different numbers of runs.
    """
    _same_length(ones, others)
    steps, seen = [], Fraction(0)
    for one, other in zip(ones, others, strict=True):
        (k1, n1), (k2, n2) = _checked(one), _checked(other)
        seen += Fraction(k1, n1) - Fraction(k2, n2)
        ways = _ways(n1, n2, k1 + k2)
        steps.append({Fraction(k, n1) - Fraction(k1 + k2 - k, n2): number for k, number in ways.items()})
    return _at_least(abs(seen), steps)


def sign_flip(differences: Sequence[Fraction]) -> float | None:
    """Return the exact two-sided p-value for *tasks like these*: the sign of each task's difference flipped or not.

    None where there are too many sums to count.
    """
    steps = [{difference: 1, -difference: 1} for difference in differences if difference]
    return _at_least(abs(sum(differences, Fraction(0))), steps)


@dataclass(frozen=True)
class PairedT:
    mean: float
    """Of the differences by task."""
    interval: Interval | None
    """Of the mean; None where there is one task, or no two tasks differ."""
    p: float | None
    """Two-sided; None where nothing estimates the spread between tasks and the mean is not 0."""


def paired_t(differences: Sequence[Fraction], confidence: float = 0.95) -> PairedT:
    """Return the paired t-test for *tasks like these*, over differences by task.

    Raises: ValueError for no differences.
    """
    tasks = len(differences)
    if not tasks:
        raise ValueError("no task in common, so there is nothing to compare")
    mean = sum(differences, Fraction(0)) / tasks
    spread = sum(((each - mean) ** 2 for each in differences), Fraction(0))
    if spread == 0:
        return PairedT(float(mean), None, 1.0 if mean == 0 else None)
    error = math.sqrt(spread / (tasks - 1) / tasks)
    margin = t_quantile(1 - (1 - confidence) / 2, tasks - 1) * error
    return PairedT(
        float(mean), Interval(float(mean) - margin, float(mean) + margin), t_two_sided(float(mean) / error, tasks - 1)
    )


@dataclass(frozen=True)
class BestCase:
    """The smallest p-values that any split of two totals over the tasks could have."""

    t: float | None
    sign_flip: float


def best_case(difference: int, tasks: int) -> BestCase:
    """Return the best case of a difference of so many passes in all, over tasks with equally many runs each.

    A t-test is at its best where the difference is spread as evenly as it can be, for then the tasks differ least; a
    sign flip where as many tasks as can be differ, all to one side. Both are the same split.

    Raises: ValueError for no tasks.
    """
    if tasks < 1:
        raise ValueError("no tasks to split it over")
    each, rest = divmod(abs(difference), tasks)
    split = [Fraction(each + (place < rest)) for place in range(tasks)]
    differing = min(abs(difference), tasks)  # only all signs as they are, or all flipped, reach as far
    return BestCase(paired_t(split).p if tasks > 1 else None, min(1.0, 2.0 ** (1 - differing)))


@dataclass(frozen=True)
class Detectable:
    """The smallest difference, in passes, that a design could have told from zero, were it spread at its best."""

    t: int | None
    sign_flip: int | None


def detectable(tasks: int, runs: int, alpha: float = ALPHA) -> Detectable:
    """Return what `runs` runs in all, equally many of each task, could at best have shown at level `alpha`.

    None where no difference at all would have done.
    """
    t = flip = None
    for difference in range(1, runs + 1):
        best = best_case(difference, tasks)
        if t is None and best.t is not None and best.t <= alpha:
            t = difference
        if flip is None and best.sign_flip <= alpha:
            flip = difference
        if t is not None and flip is not None:
            break
    return Detectable(t, flip)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values adjusted for there being several, in their order; what is None stays so and still counts."""
    order = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, place) in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p))
        adjusted[place] = highest
    return adjusted


def pass_at(k: int, counts: Sequence[Count]) -> float | None:
    """Return pass@k: the chance that at least one of k runs of a task passes, without bias, averaged over tasks.

    None where a task has fewer than k runs.
    """
    return _averaged(k, counts, lambda passes, runs: 1 - Fraction(comb(runs - passes, k), comb(runs, k)))


def pass_every(k: int, counts: Sequence[Count]) -> float | None:
    """Return pass^k: the chance that all of k runs of a task pass, averaged over tasks; None as `pass_at`."""
    return _averaged(k, counts, lambda passes, runs: Fraction(comb(passes, k), comb(runs, k)))


def _averaged(k: int, counts: Sequence[Count], chance: Callable[[int, int], Fraction]) -> float | None:
    if not counts or any(runs < k for _, runs in counts):
        return None
    return float(sum((chance(*_checked(count)) for count in counts), Fraction(0)) / len(counts))


def _checked(count: Count) -> Count:
    passes, runs = count
    if runs <= 0 or not 0 <= passes <= runs:
        raise ValueError(f"{passes} of {runs} runs: passes must lie between 0 and the runs, and there must be a run")
    return count


def _same_length(ones: Sequence[Count], others: Sequence[Count]) -> None:
    if len(ones) != len(others) or not ones:
        raise ValueError(f"{len(ones)} tasks and {len(others)}: both need the same, and at least one")


def _ways(n1: int, n2: int, passes: int) -> dict[int, int]:
    """Return in how many ways each number of passes is among the first n1 runs, where `passes` of all n1 + n2 pass."""
    low, high = max(0, passes - n2), min(n1, passes)
    number = comb(n1, low) * comb(n2, passes - low)
    ways = {}
    for k in range(low, high + 1):
        ways[k] = number
        number = number * (n1 - k) * (passes - k) // ((k + 1) * (n2 - passes + k + 1))
    return ways


def _at_least(seen: Fraction, steps: Sequence[Mapping[Fraction, int]]) -> float | None:
    """Return the chance that a sum of one step of each, every way equally likely, lies at least as far from 0."""
    common = math.lcm(seen.denominator, *(value.denominator for step in steps for value in step))
    sums = {0: 1}
    for step in steps:
        total: dict[int, int] = defaultdict(int)
        for value, number in step.items():
            move = int(value * common)
            for before, ways in sums.items():
                total[before + move] += ways * number
        sums = total
        if len(sums) > MOST_SUMS:
            return None
    far = sum(ways for value, ways in sums.items() if abs(value) >= seen * common)
    return float(Fraction(far, sum(sums.values())))
