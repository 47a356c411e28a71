"""Intervals, scores and percentiles, in the standard library alone.

Sources:

- E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927), 209-212.
- E. L. Korn and B. I. Graubard, "Confidence Intervals for Proportions with Small Expected Number of Positive Counts
  Estimated from Survey Data", Survey Methodology 24 (1998), 193-201.
- N. Dean and M. Pagano, "Evaluating Confidence Interval Methods for Binomial Proportions in Clustered Surveys",
  Journal of Survey Statistics and Methodology 3 (2015), 484-503.
- E. Miller, "Adding Error Bars to Evals" (2024), arXiv:2411.00640.
- The incomplete beta function: W. H. Press et al., Numerical Recipes, 3rd ed. (2007), section 6.4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist


@dataclass(frozen=True)
class Interval:
    """Two ends, both within 0..1 for a rate."""

    low: float
    high: float


def wilson(k: int, n: int, confidence: float = 0.95) -> Interval:
    """Return the Wilson score interval of k passes in n independent runs (Wilson 1927).

    Raises: ValueError for n = 0 or k outside 0..n.
    """
    _check_count(k, n)
    return _score_interval(k / n, n, confidence)


def clustered_interval(passes: Sequence[int], runs: Sequence[int], confidence: float = 0.95) -> Interval:
    """Return the interval of a pass rate whose runs are clustered by task: `passes[i]` of `runs[i]` runs of task i.

    Wilson with the effective sample size of Korn and Graubard (1998), which Dean and Pagano (2015) recommend:
    `effective_runs`. Runs of one task are not independent (Miller 2024), so the interval is never narrower than
    `wilson(sum(passes), sum(runs))`.

    Raises: ValueError when there is no run, the lengths differ, or a task passes more runs than it has.
    """
    size = effective_runs(passes, runs, confidence)
    return _score_interval(sum(passes) / sum(runs), size, confidence)


def effective_runs(passes: Sequence[int], runs: Sequence[int], confidence: float = 0.95) -> float:
    """Return how many independent runs would tell as much; between 0 and `sum(runs)`.

    p(1-p) over the variance of the rate between tasks (the linearised ratio estimator with m/(m-1)), times
    (t(n-1) / t(m-1))^2 for the m-1 degrees of freedom that estimate it, never above n. Where every run passes, every
    run fails, or there is one task, nothing estimates that variance: the number of tasks is returned, as if the runs
    of a task told nothing new.

    Raises: ValueError as `clustered_interval`.
    """
    if len(passes) != len(runs):
        raise ValueError(f"passes of {len(passes)} tasks and runs of {len(runs)}")
    pairs = [(k, n) for k, n in zip(passes, runs, strict=True) if n != 0 or k != 0]
    for k, n in pairs:
        _check_count(k, n)
    total, tasks = sum(n for _, n in pairs), len(pairs)
    if total == 0:
        raise ValueError("no runs, so there is no rate")
    rate = sum(k for k, _ in pairs) / total
    if rate in (0.0, 1.0) or tasks == 1:
        return float(tasks)
    spread = math.fsum((k - rate * n) ** 2 for k, n in pairs)
    variance = tasks / (tasks - 1) * spread / total**2
    tail = 1 - (1 - confidence) / 2
    freedom = (t_quantile(tail, total - 1) / t_quantile(tail, tasks - 1)) ** 2
    spare = rate * (1 - rate) * freedom
    return float(total) if spare >= variance * total else spare / variance


def _check_count(k: int, n: int) -> None:
    if n <= 0:
        raise ValueError(f"{k} of {n} runs: a rate needs at least one run")
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} runs: passes must lie between 0 and the runs")


def _score_interval(rate: float, size: float, confidence: float) -> Interval:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}, expected a number between 0 and 1")
    z = NormalDist().inv_cdf(1 - (1 - confidence) / 2)
    scale = 1 + z * z / size
    centre = (rate + z * z / (2 * size)) / scale
    margin = z * math.sqrt(rate * (1 - rate) / size + z * z / (4 * size * size)) / scale
    low = 0.0 if rate == 0 else max(0.0, centre - margin)
    high = 1.0 if rate == 1 else min(1.0, centre + margin)
    return Interval(low, high)


@lru_cache(maxsize=1024)
def t_quantile(probability: float, freedom: float) -> float:
    """Return the t at which Student's distribution with `freedom` degrees of freedom reaches `probability`.

    Raises: ValueError for a probability outside 0..1, exclusive, or freedom <= 0.
    """
    if not 0 < probability < 1:
        raise ValueError(f"probability is {probability}, expected a number between 0 and 1")
    if freedom <= 0:
        raise ValueError(f"{freedom} degrees of freedom, expected more than 0")
    if probability < 0.5:
        return -t_quantile(1 - probability, freedom)
    low, high = 0.0, 1.0
    while _t_cdf(high, freedom) < probability:
        low, high = high, 2 * high
    while high - low > 1e-12 * max(1.0, high):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if _t_cdf(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def t_two_sided(t: float, freedom: float) -> float:
    """Return the chance that Student's t lies at least as far from 0 as `t`, to either side."""
    if math.isinf(t):
        return 0.0
    return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t)) if t else 1.0


def _t_cdf(t: float, freedom: float) -> float:
    """For t >= 0."""
    return 1 - t_two_sided(t, freedom) / 2


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), by Lentz's continued fraction."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    return front * _beta_fraction(a, b, x) / a


def _beta_fraction(a: float, b: float, x: float) -> float:
    tiny = 1e-300

    def nonzero(value: float) -> float:
        return value if abs(value) > tiny else tiny

    c, d = 1.0, 1 / nonzero(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        before = result
        for step in (even, odd):
            d = 1 / nonzero(1 + step * d)
            c = nonzero(1 + step / c)
            result *= c * d
        if abs(result - before) <= 1e-15 * abs(result):
            break
    return result


def brier(probability: float, outcome: bool) -> float:
    """Return (probability - outcome)^2: 0 for a sure and right prediction, 1 for a sure and wrong one.

    Raises: ValueError for a probability outside 0..1.
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"probability is {probability}, expected a number from 0 to 1")
    return (probability - float(outcome)) ** 2


def percentile(values: Sequence[float], q: float) -> float:
    """Return the q-th percentile, q in 0..100, by linear interpolation between the two nearest ranks.

    Type 7 of Hyndman and Fan (The American Statistician 50, 1996), the default of R, NumPy and spreadsheets: rank
    (n-1)q/100, counted from 0.

    Raises: ValueError for no values, or q outside 0..100.
    """
    if not values:
        raise ValueError("no values, so there is no percentile")
    if not 0 <= q <= 100:
        raise ValueError(f"q is {q}, expected a number from 0 to 100")
    ordered = sorted(values)
    rank = (len(ordered) - 1) * q / 100
    below = min(math.floor(rank), len(ordered) - 1)
    above = min(below + 1, len(ordered) - 1)
    low, high = ordered[below], ordered[above]
    return min(max(low + (high - low) * (rank - below), low), high)
