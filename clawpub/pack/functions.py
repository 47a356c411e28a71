"""Statistics that a fact may call, beside SQLite's own functions. Each is pure: the same cells give the same value.

    wilson_low(k, n)   wilson_high(k, n)            ends of the 95 % Wilson interval of k passes in n independent runs
    fisher_p(k1, n1, k2, n2)                        two-sided p of Fisher's exact test, all runs independent
    best_t_p(passes, tasks)                         the least p that any split of a difference over the tasks could have
    best_signs_p(passes, tasks)                     the same where signs are flipped
    detectable_t(tasks, runs)                       the least difference, in passes, that so many runs in all could show
    detectable_signs(tasks, runs)                   the same where signs are flipped

Over rows, one a task:

    clustered_low(k, n)   clustered_high(k, n)      ends of the 95 % interval of the pass rate, runs clustered by task
    paired_p(k1, n1, k2, n2)                        p of the paired t-test over tasks: tasks like these
    paired_low(…)   paired_high(…)                  ends of the 95 % interval of the mean difference by task
    sign_flip_p(k1, n1, k2, n2)                     exact p, the signs of the differences flipped: tasks like these
    exchange_p(k1, n1, k2, n2)                      exact p, the runs of each task exchanged: these very tasks
    median(x)   percentile(x, q)                    q in 0..100, linear interpolation

What has no value (no runs, no rows, nothing that estimates a spread) is NULL; a row with a NULL in it is left out.
Sources: clawpub/stats.py and clawpub/differences.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

from clawpub.differences import best_case, detectable, exchange_within_tasks, fisher, paired_t, sign_flip
from clawpub.stats import clustered_interval, percentile, wilson

MOST_WORK = 20_000
"""Runs that the tests of one query may count, rows that they may pair: half a second at the worst."""

Counts = list[tuple[int, ...]]


class Meter:
    """What the tests of one query have cost: SQLite's own bound sees only its own steps."""

    def __init__(self) -> None:
        self.spent = 0

    def spend(self, work: int) -> None:
        """Raises: ValueError, which SQLite turns into an error of the query."""
        self.spent += work
        if self.spent > MOST_WORK:
            raise ValueError("too many runs to test in one query")


def _whole(value: object) -> int:
    """Raises: ValueError, which SQLite turns into an error of the query."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or not 0 <= value <= MOST_WORK:
        raise ValueError(f"{value!r} is no count of runs")
    return value


Count = Callable[..., float | None]


def _wilson(end: str) -> Count:
    def value(k: int, n: int) -> float:
        return float(getattr(wilson(k, n), end))

    return value


def _fisher(k1: int, n1: int, k2: int, n2: int) -> float:
    return fisher((k1, n1), (k2, n2))


def _best(test: str) -> Count:
    def value(passes: int, tasks: int) -> float | None:
        return getattr(best_case(passes, tasks), test)  # type: ignore[no-any-return]

    return value


def _detectable(test: str) -> Count:
    def value(tasks: int, runs: int) -> float | None:
        return getattr(detectable(tasks, runs), test)  # type: ignore[no-any-return]

    return value


def _of_counts(value: Count, meter: Meter) -> Count:
    """Return a function of counts k, n, ...; NULL where one is missing or there is no run."""

    def of(*cells: object) -> float | None:
        if any(cell is None for cell in cells) or not all(cells[1::2]):
            return None
        counts = list(map(_whole, cells))
        meter.spend(sum(counts[1::2]))
        return value(*counts)

    return of


def _clustered(end: str) -> Callable[[Counts], float | None]:
    def value(rows: Counts) -> float | None:
        return float(getattr(clustered_interval([k for k, _ in rows], [n for _, n in rows]), end))

    return value


def _differences(rows: Counts) -> list[Fraction]:
    return [Fraction(k1, n1) - Fraction(k2, n2) for k1, n1, k2, n2 in rows]


def _paired_p(rows: Counts) -> float | None:
    return paired_t(_differences(rows)).p


def _paired(end: str) -> Callable[[Counts], float | None]:
    def value(rows: Counts) -> float | None:
        interval = paired_t(_differences(rows)).interval
        return float(getattr(interval, end)) if interval else None

    return value


def _sign_flip(rows: Counts) -> float | None:
    return sign_flip(_differences(rows))


def _exchange(rows: Counts) -> float | None:
    return exchange_within_tasks([(k1, n1) for k1, n1, _, _ in rows], [(k2, n2) for _, _, k2, n2 in rows])


def _over_tasks(value: Callable[[Counts], float | None], meter: Meter, *, a_row: int, a_run: int) -> type:
    """Return an aggregate over rows of counts: k, n or k1, n1, k2, n2; rows without a run are left out. `a_row` and
    `a_run` are the work that each makes."""

    class OverTasks:
        def __init__(self) -> None:
            self.rows: Counts = []

        def step(self, *cells: object) -> None:
            if any(cell is None for cell in cells) or not all(cells[1::2]):
                return
            row = tuple(map(_whole, cells))
            meter.spend(a_row + a_run * sum(row[1::2]))
            self.rows.append(row)

        def finalize(self) -> float | None:
            return value(self.rows) if self.rows else None

    return OverTasks


class _Percentile:
    def __init__(self) -> None:
        self.values: list[float] = []
        self.q = 50.0

    def step(self, value: Any, q: Any) -> None:
        if value is None:
            return
        if isinstance(value, str | bytes) or isinstance(q, str | bytes) or q is None:
            raise ValueError("a percentile is of numbers")
        self.values.append(float(value))
        self.q = float(q)

    def finalize(self) -> float | None:
        return percentile(self.values, self.q) if self.values else None


class _Median(_Percentile):
    def step(self, value: Any, q: Any = 50) -> None:
        super().step(value, q)


_SCALARS: dict[str, tuple[int, Count]] = {
    "wilson_low": (2, _wilson("low")),
    "wilson_high": (2, _wilson("high")),
    "fisher_p": (4, _fisher),
    "best_t_p": (2, _best("t")),
    "best_signs_p": (2, _best("sign_flip")),
    "detectable_t": (2, _detectable("t")),
    "detectable_signs": (2, _detectable("sign_flip")),
}
_OVER_TASKS: dict[str, tuple[int, Callable[[Counts], float | None], int, int]] = {
    "clustered_low": (2, _clustered("low"), 1, 0),
    "clustered_high": (2, _clustered("high"), 1, 0),
    "paired_p": (4, _paired_p, 1, 0),
    "paired_low": (4, _paired("low"), 1, 0),
    "paired_high": (4, _paired("high"), 1, 0),
    "sign_flip_p": (4, _sign_flip, 10, 0),
    "exchange_p": (4, _exchange, 1, 5),
}
"""Arguments, value, work a row, work a run."""
NAMES = frozenset({*_SCALARS, *_OVER_TASKS, "median", "percentile"})


def register(connection: sqlite3.Connection) -> Meter:
    """Let the queries of a connection call them, and return their meter, to be set to 0 before each query."""
    meter = Meter()
    for name, (arguments, value) in _SCALARS.items():
        connection.create_function(name, arguments, _of_counts(value, meter), deterministic=True)
    for name, (arguments, over, a_row, a_run) in _OVER_TASKS.items():
        connection.create_aggregate(name, arguments, _over_tasks(over, meter, a_row=a_row, a_run=a_run))
    connection.create_aggregate("median", 1, cast(Any, _Median))
    connection.create_aggregate("percentile", 2, cast(Any, _Percentile))
    return meter
