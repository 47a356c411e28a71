"""The tables of an executed pack, computed: recorded ones from transcripts, views from recorded ones.

Views "1". Pure: the same events give the same bytes on every machine, so `pack verify` computes them all again.
Nothing is imputed: a sum over a missing value is missing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar, cast

from clawpub.pack.failures import classify, scored
from clawpub.pack.model import Price
from clawpub.pack.predictions import Prediction, score_predictions
from clawpub.pack.runs import Run
from clawpub.pack.schema import (
    COST_BREAKDOWN,
    PER_TASK_RESULTS,
    RUN_METRICS,
    RUN_SUMMARY,
    TASK_OUTCOMES,
    TOOL_CALLS,
)
from clawpub.pack.tables import Cell, Row, Table, table
from clawpub.stats import clustered_interval, percentile

VIEWS = "1"

N = TypeVar("N", int, Decimal)


@dataclass(frozen=True)
class TaskTitle:
    """A task of the suite, in the suite's order."""

    id: str
    title: str


def compute_tables(
    runs: Sequence[Run], tasks: Sequence[TaskTitle], predictions: Sequence[Prediction], price: Price | None
) -> list[Table]:
    """Return every table of an executed pack, in the order of docs/pack-format.md."""
    order = {task.id: place for place, task in enumerate(tasks)}
    runs = sorted(runs, key=lambda run: (order.get(run.task_id, len(order)), run.task_id, run.run))
    outcomes = table(TASK_OUTCOMES, map(_outcome, runs))
    metrics = table(RUN_METRICS, (_metrics(run, price) for run in runs))
    tool_calls = table(TOOL_CALLS, (row for run in runs for row in _tool_calls(run)))
    cost = table(COST_BREAKDOWN, _cost_breakdown(metrics, tasks))
    results = table(PER_TASK_RESULTS, (_task_result(task, outcomes) for task in tasks if _of(outcomes, task.id)))
    summary = table(RUN_SUMMARY, [_summary(runs, outcomes, metrics)])
    tables = [outcomes, metrics, results, summary, cost]
    return [*tables, score_predictions(predictions, [*tables, tool_calls]), tool_calls]


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
        "cost_usd": cost_usd(price, tokens_in, tokens_out, tokens_cached),
        "retries": sum(call.retries for call in run.model_calls),
        "stop_reason": run.stopped.reason if run.stopped else None,
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


def _task_result(task: TaskTitle, outcomes: Table) -> Row:
    rows = [row for row in _of(outcomes, task.id) if row["passed"] is not None]
    passes = sum(bool(row["passed"]) for row in rows)
    return {
        "task_id": task.id,
        "title": task.title,
        "passes": passes,
        "runs": len(rows),
        "score": f"{passes}/{len(rows)}",
        "failure_modes": _failure_modes(_of(outcomes, task.id)),
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


def _summary(runs: Sequence[Run], outcomes: Table, metrics: Table) -> Row:
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
        "wall_s": seconds(wall(runs)),
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


def _cost_breakdown(metrics: Table, tasks: Sequence[TaskTitle]) -> list[Row]:
    rows = []
    cost_all = total(cast("list[Decimal | None]", metrics.column("cost_usd")))
    tokens_all = total(_tokens(row) for row in metrics.rows)
    for task in tasks:
        of_task = _of(metrics, task.id)
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


def _of(table: Table, task_id: str) -> list[Row]:
    return [row for row in table.rows if row["task_id"] == task_id]


def total(values: Iterable[N | None]) -> N | None:
    """Return the sum; None where any value is missing, or there is none."""
    known: list[N] = []
    for value in values:
        if value is None:
            return None
        known.append(value)
    return sum(known[1:], start=known[0]) if known else None


def cost_usd(
    price: Price | None, tokens_in: int | None, tokens_out: int | None, tokens_cached: int | None
) -> Decimal | None:
    """Return US dollars for the tokens of a call or a run; None without a price or a count. Cached tokens are billed
    at the cached price where the price list has one, else as any other input."""
    if price is None or tokens_in is None or tokens_out is None:
        return None
    cached = (tokens_cached or 0) if price.cached_usd_per_1m is not None else 0
    whole = (tokens_in - cached) * price.input_usd_per_1m + tokens_out * price.output_usd_per_1m
    return (whole + cached * (price.cached_usd_per_1m or 0)) / 1_000_000


def wall(runs: Iterable[Run]) -> float:
    """Return the seconds during which at least one run was going: pauses between sessions do not count."""
    spans = sorted((run.started.at, _end(run)) for run in runs)
    busy, until = timedelta(), None
    for start, end in spans:
        if until is None or start > until:
            busy += end - start
            until = end
        elif end > until:
            busy += end - until
            until = end
    return busy.total_seconds()


def _end(run: Run) -> datetime:
    events = [run.started, *run.model_calls, *run.tool_calls, run.stopped, run.graded]
    return max(event.at for event in events if event is not None)


def seconds(value: float) -> Decimal:
    return _round(Decimal(repr(float(value))), 3)


def _round(value: Decimal, digits: int) -> Decimal:
    return round(value, digits)
