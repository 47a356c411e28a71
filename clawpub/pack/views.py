"""The tables of an executed pack, computed: recorded ones from transcripts, views from recorded ones.

Views "2"; "1" had fewer columns and no ledger of attempts. Pure: the same events give the same bytes on every machine,
so `pack verify` computes them all again. Nothing is imputed: a sum over a missing value is missing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TypeVar, cast

from clawpub.pack.costs import call_cost
from clawpub.pack.failures import classify, scored
from clawpub.pack.model import Price, Scoring
from clawpub.pack.predictions import Prediction, score_predictions
from clawpub.pack.preflights import Preflights
from clawpub.pack.runs import Run, counted
from clawpub.pack.schema import (
    ATTEMPTS,
    COST_BREAKDOWN,
    PER_TASK_RESULTS,
    RUN_METRICS,
    RUN_SUMMARY,
    TASK_OUTCOMES,
    TOOL_CALLS,
    columns_in,
    schema_in,
)
from clawpub.pack.tables import Cell, Row, Table, table
from clawpub.stats import clustered_interval, percentile

VIEWS = "2"

N = TypeVar("N", int, Decimal)


@dataclass(frozen=True)
class TaskTitle:
    """A task of the suite, in the suite's order."""

    id: str
    title: str


UNDECLARED = Scoring()
NO_PREFLIGHTS = Preflights()


@dataclass(frozen=True)
class Terms:
    """What the campaign as a whole says beside its runs."""

    planned: int | None = None
    """Runs that were planned; None: those that there are."""
    scoring: Scoring = UNDECLARED
    preflights: Preflights = NO_PREFLIGHTS
    """The calls that were made before the first run."""


class Tabulator:
    """Makes a pack's tables run by run: of a run that was added, only its rows are held."""

    def __init__(self, tasks: Sequence[TaskTitle], price: Price | None) -> None:
        self.tasks = tasks
        self.price = price
        self._outcomes: list[Row] = []
        self._metrics: list[Row] = []
        self._attempts: list[Row] = []
        self._tool_calls: list[Row] = []
        self._spans: list[tuple[datetime, datetime]] = []

    def add(self, attempts: Sequence[Run]) -> None:
        """Add all attempts at one run."""
        run = counted(attempts)
        self._outcomes.append(_outcome(run))
        self._metrics.append(_metrics(run, self.price))
        self._attempts += [_attempt(attempt, self.price, attempt is run) for attempt in attempts]
        self._tool_calls += _tool_calls(run)
        self._spans += run.spans

    def tables(self, predictions: Sequence[Prediction], terms: Terms, views: str = VIEWS) -> list[Table]:
        """Return every table of the pack, in the order of docs/pack-format.md, as a version of the views has them."""
        order = {task.id: place for place, task in enumerate(self.tasks)}

        def place(row: Row) -> tuple[object, ...]:
            step = row.get("step", row.get("attempt", 0))
            return order.get(str(row["task_id"]), len(order)), row["task_id"], row["run"], step

        outcomes = table(TASK_OUTCOMES, sorted(self._outcomes, key=place))
        metrics = table(RUN_METRICS, sorted(self._metrics, key=place))
        attempts = table(ATTEMPTS, sorted(self._attempts, key=place))
        tool_calls = table(TOOL_CALLS, sorted(self._tool_calls, key=place))
        cost = table(COST_BREAKDOWN, _cost_breakdown(metrics, self.tasks))
        of_task = _by_task(outcomes)
        results = table(
            PER_TASK_RESULTS, (_task_result(task, of_task[task.id]) for task in self.tasks if task.id in of_task)
        )
        summary = _summary(outcomes, metrics, wall(self._spans)) | _ledger(outcomes, attempts, terms, self.price)
        tables = [outcomes, metrics, results, table(RUN_SUMMARY, [summary]), cost]
        tables = [as_of(found, views) for found in [*tables, tool_calls, attempts] if columns_in(found.schema, views)]
        scoring = score_predictions(predictions, tables)
        return [*tables[:5], scoring, *tables[5:]]


def compute_tables(
    runs: Iterable[Run],
    tasks: Sequence[TaskTitle],
    predictions: Sequence[Prediction],
    price: Price | None,
    terms: Terms | None = None,
    views: str = VIEWS,
) -> list[Table]:
    """Return every table of an executed pack, given every attempt at every run."""
    tabulator = Tabulator(tasks, price)
    ordered = sorted(runs, key=lambda run: (run.task_id, run.run, run.attempt))
    for _, attempts in groupby(ordered, key=lambda run: (run.task_id, run.run)):
        tabulator.add(list(attempts))
    return tabulator.tables(predictions, terms or Terms(), views)


def as_of(found: Table, views: str) -> Table:
    """Return a table as a version of the views has it."""
    schema = schema_in(found.schema, views)
    return found if schema is found.schema else table(schema, found.rows)


def _outcome(run: Run) -> Row:
    mode = classify(run)
    reason = run.graded.reason if run.graded and scored(mode) else (run.stopped and run.stopped.error) or "cut off"
    return {
        "task_id": run.task_id,
        "run": run.run,
        "passed": mode is None if scored(mode) else None,
        "failure_mode": mode,
        "checker_reason": reason,
    }


def _metrics(run: Run, price: Price | None) -> Row:
    tokens_in = total(call.tokens_in for call in run.model_calls)
    tokens_out = total(call.tokens_out for call in run.model_calls)
    tokens_cached = total(call.tokens_cached for call in run.model_calls)
    return {
        "task_id": run.task_id,
        "run": run.run,
        "tool_calls": len(run.tool_calls),
        "model_calls": len(run.model_calls),
        "tokens_in": tokens_in,
        "tokens_out": tokens_out,
        "tokens_cached": tokens_cached,
        "latency_s": seconds(run.stopped.latency_s) if run.stopped else None,
        "model_latency_s": seconds(sum(call.latency_s for call in run.model_calls)),
        "cost_usd": call_cost(price, tokens_in, tokens_out, tokens_cached, _written(run)),
        "retries": sum(call.retries for call in run.model_calls),
        "stop_reason": run.stopped.reason if run.stopped else None,
        "started_at": run.started.at,
        "tokens_cache_written": _written(run),
        "tokens_reasoning": total(call.tokens_reasoning for call in run.model_calls),
        "attempt": run.attempt,
        "resumed": run.resumed,
        "lost_calls": len(run.lost),
    }


def _written(run: Run) -> int | None:
    return total(call.tokens_cache_written for call in run.model_calls)


def _attempt(run: Run, price: Price | None, counts: bool) -> Row:
    tokens_in = sum_or_none(call.tokens_in for call in run.model_calls)
    tokens_out = sum_or_none(call.tokens_out for call in run.model_calls)
    cached = total(call.tokens_cached for call in run.model_calls)
    return {
        "task_id": run.task_id,
        "run": run.run,
        "attempt": run.attempt,
        "counted": counts,
        "resumed": run.resumed,
        "stop_reason": run.stopped.reason if run.stopped else None,
        "cause": run.stopped.cause if run.stopped else None,
        "model_calls": len(run.model_calls),
        "failed_calls": len(run.failed),
        "lost_calls": len(run.lost),
        "tokens_in": tokens_in,
        "tokens_out": tokens_out,
        "cost_usd": call_cost(price, tokens_in, tokens_out, cached, _written(run)),
        "lost_usd": run.lost_usd if price else None,
        "latency_s": seconds(run.stopped.latency_s) if run.stopped else None,
        "started_at": run.started.at,
    }


def _tool_calls(run: Run) -> list[Row]:
    return [
        {
            "task_id": run.task_id,
            "run": run.run,
            "step": step,
            "tool": call.tool[:200],
            "arguments_digest": "sha256:"
            + hashlib.sha256(call.arguments.encode("utf-8", "backslashreplace")).hexdigest(),
            "status": call.status,
            "duration_s": seconds(call.duration_s),
        }
        for step, call in enumerate(run.tool_calls, start=1)
    ]


def _task_result(task: TaskTitle, outcomes: Sequence[Row]) -> Row:
    rows = [row for row in outcomes if row["passed"] is not None]
    passes = sum(bool(row["passed"]) for row in rows)
    return {
        "task_id": task.id,
        "title": task.title,
        "passes": passes,
        "runs": len(rows),
        "score": f"{passes}/{len(rows)}",
        "failure_modes": _failure_modes(outcomes),
    }


def _failure_modes(rows: Sequence[Row]) -> str | None:
    """Return e.g. "wrong_answer (all 3)" or "timeout (run 1); wrong_answer (runs 2, 3)"."""
    by_mode: dict[str, list[str]] = {}
    for row in rows:
        if row["failure_mode"]:
            by_mode.setdefault(str(row["failure_mode"]), []).append(str(row["run"]))
    parts = []
    for mode, runs in by_mode.items():
        which = f"run {runs[0]}" if len(runs) == 1 else f"runs {', '.join(runs)}"
        parts.append(f"{mode} (all {len(rows)})" if 1 < len(runs) == len(rows) else f"{mode} ({which})")
    return "; ".join(parts) or None


def _summary(outcomes: Table, metrics: Table, wall_s: float) -> dict[str, Cell]:
    counted = [row for row in outcomes.rows if row["passed"] is not None]
    passes = sum(bool(row["passed"]) for row in counted)
    by_task = Counter(cast(str, row["task_id"]) for row in counted)
    passes_by_task = Counter(cast(str, row["task_id"]) for row in counted if row["passed"])
    cost = total(cast("list[Decimal | None]", metrics.column("cost_usd")))
    row: dict[str, Cell] = {
        "tasks": len(by_task),
        "runs": len(counted),
        "passes": passes,
        "failures": len(counted) - passes,
        "score": f"{passes}/{len(counted)}",
        "cost_usd": cost,
        "cost_per_pass_usd": _round(cost / passes, 9) if cost is not None and passes else None,
        "wall_s": seconds(wall_s),
        "infrastructure_errors": len(outcomes.rows) - len(counted),
    }
    for name in ("model_calls", "tool_calls", "tokens_in", "tokens_out", "tokens_cached"):
        row[name] = total(cast("list[int | None]", metrics.column(name)))
    if counted:
        tasks = sorted(by_task)
        interval = clustered_interval([passes_by_task[task] for task in tasks], [by_task[task] for task in tasks])
        row["pass_rate"] = _round(Decimal(passes) / len(counted), 9)
        row["pass_rate_low"] = _round(Decimal(repr(interval.low)), 6)
        row["pass_rate_high"] = _round(Decimal(repr(interval.high)), 6)
    latencies = [float(cast(Decimal, cell)) for cell in metrics.column("latency_s") if cell is not None]
    if latencies:
        row["latency_p50_s"] = seconds(percentile(latencies, 50))
        row["latency_p95_s"] = seconds(percentile(latencies, 95))
    return row


def _ledger(outcomes: Table, attempts: Table, terms: Terms, price: Price | None) -> dict[str, Cell]:
    """Return what run_summary says of planned runs, and of all that was spent, whatever came of it."""
    valid = [row for row in outcomes.rows if row["passed"] is not None]
    passes = sum(bool(row["passed"]) for row in valid)
    planned = terms.planned if terms.planned is not None else len(outcomes.rows)
    coverage = Decimal(len(valid)) / planned if planned else None
    of_valid, of_planned = f"{passes}/{len(valid)}", f"{passes}/{planned}"
    enough = coverage is not None and coverage >= terms.scoring.coverage
    before, lost = terms.preflights.answered, terms.preflights.lost_usd
    spent_in = total([*(c.tokens_in for c in before), *cast("list[int | None]", attempts.column("tokens_in"))])
    spent_out = total([*(c.tokens_out for c in before), *cast("list[int | None]", attempts.column("tokens_out"))])
    paid = [call_cost(price, c.tokens_in, c.tokens_out, c.tokens_cached, c.tokens_cache_written) for c in before]
    return {
        "planned": planned,
        "coverage": None if coverage is None else _round(coverage, 9),
        "score_of_planned": of_planned,
        "pass_rate_of_planned": _round(Decimal(passes) / planned, 9) if planned else None,
        "denominator": terms.scoring.denominator,
        "headline_score": (of_planned if terms.scoring.denominator == "planned" else of_valid) if enough else None,
        "attempts": len(attempts.rows),
        "lost_calls": len(lost) + sum(cast(int, cell) for cell in attempts.column("lost_calls")),
        "spent_tokens_in": spent_in,
        "spent_tokens_out": spent_out,
        "spent_usd": total([*paid, *cast("list[Decimal | None]", attempts.column("cost_usd"))]) if price else None,
        "lost_usd": total([*lost, *cast("list[Decimal | None]", attempts.column("lost_usd"))]) if price else None,
    }


def _cost_breakdown(metrics: Table, tasks: Sequence[TaskTitle]) -> list[Row]:
    rows = []
    by_task = _by_task(metrics)
    cost_all = total(cast("list[Decimal | None]", metrics.column("cost_usd")))
    tokens_all = total(_tokens(row) for row in metrics.rows)
    for task in tasks:
        of_task = by_task.get(task.id)
        if not of_task:
            continue
        cost = total(cast("Decimal | None", row["cost_usd"]) for row in of_task)
        tokens = total(_tokens(row) for row in of_task)
        rows.append(
            {
                "task_id": task.id,
                "tokens_in": total(cast("int | None", row["tokens_in"]) for row in of_task),
                "tokens_out": total(cast("int | None", row["tokens_out"]) for row in of_task),
                "cost_usd": cost,
                "share": _round(cost / cost_all, 9) if cost is not None and cost_all else None,
                "token_share": _round(Decimal(tokens) / tokens_all, 9) if tokens is not None and tokens_all else None,
                "latency_s": total(cast("Decimal | None", row["latency_s"]) for row in of_task),
            }
        )
    return cast("list[Row]", rows)


def _tokens(row: Row) -> int | None:
    return total(cast("int | None", row[name]) for name in ("tokens_in", "tokens_out"))


def _by_task(table: Table) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for row in table.rows:
        rows.setdefault(str(row["task_id"]), []).append(row)
    return rows


def total(values: Iterable[N | None]) -> N | None:
    """Return the sum; None where any value is missing, or there is none."""
    known: list[N] = []
    for value in values:
        if value is None:
            return None
        known.append(value)
    return sum(known[1:], start=known[0]) if known else None


def sum_or_none(values: Iterable[int | None]) -> int | None:
    """Return the sum, 0 of nothing; None where any value is missing."""
    known = list(values)
    return total(known) if known else 0


def wall(spans: Iterable[tuple[datetime, datetime]]) -> float:
    """Return the seconds during which at least one run was going: pauses between sessions do not count."""
    busy, until = timedelta(), None
    for start, end in sorted(spans):
        if until is None or start > until:
            busy += end - start
            until = end
        elif end > until:
            busy += end - until
            until = end
    return busy.total_seconds()


def seconds(value: float) -> Decimal:
    return _round(Decimal(repr(float(value))), 3)


def _round(value: Decimal, digits: int) -> Decimal:
    return round(value, digits)
