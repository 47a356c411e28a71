"""The tables of a pack: their columns, units and keys. docs/pack-format.md says the same in prose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

ColumnType = Literal["string", "integer", "number", "boolean", "datetime"]


@dataclass(frozen=True)
class Column:
    name: str
    type: ColumnType
    description: str = ""
    required: bool = False


@dataclass(frozen=True)
class Schema:
    """One table's Table Schema: `primary_key` names the columns that tell its rows apart, () for a one-row table."""

    name: str
    title: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    recorded: bool = False
    """True for what was recorded; False for a view, which `views.py` computes from recorded tables."""

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


_TASK = Column("task_id", "string", "the task's id within the suite", required=True)
_RUN = Column("run", "integer", "1, 2, ... within the task", required=True)

TASK_OUTCOMES = Schema(
    "task_outcomes",
    "How each run ended",
    (
        _TASK,
        _RUN,
        Column("passed", "boolean", "empty where the run was not scored"),
        Column("failure_mode", "string", "empty where the run passed"),
        Column("checker_reason", "string", "what the checker found and expected, or why the run was not scored"),
    ),
    ("task_id", "run"),
    recorded=True,
)

RUN_METRICS = Schema(
    "run_metrics",
    "What each run took",
    (
        _TASK,
        _RUN,
        Column("tool_calls", "integer", "calls that the model made, dispatched or not"),
        Column("model_calls", "integer", "answers of the model; a turn is one"),
        Column("tokens_in", "integer", "prompt tokens over all model calls, cached ones included"),
        Column("tokens_out", "integer", "generated tokens over all model calls"),
        Column("tokens_cached", "integer", "of tokens_in, those read from a prompt cache"),
        Column("latency_s", "number", "seconds from the run's start to its stop, tools included"),
        Column("model_latency_s", "number", "of latency_s, the seconds spent waiting for the model"),
        Column("cost_usd", "number", "US dollars at the campaign's price; empty where it names none"),
        Column("retries", "integer", "model calls repeated after throttling or a fault"),
        Column("stop_reason", "string", "answered, length, turns, tokens, cost, seconds, repeats, context or error"),
        Column("started_at", "datetime", "UTC"),
        Column("tokens_cache_written", "integer", "of tokens_in, those written into a prompt cache and billed as such"),
        Column("tokens_reasoning", "integer", "of tokens_out, the model's reasoning; empty where it is not counted"),
        Column("attempt", "integer", "which attempt at the run counts: 1, 2, ..."),
        Column("resumed", "integer", "how often that attempt went on after being cut off"),
        Column("lost_calls", "integer", "calls of that attempt whose answer never came; each may have been billed"),
    ),
    ("task_id", "run"),
    recorded=True,
)

ATTEMPTS = Schema(
    "attempts",
    "Every attempt at every run",
    (
        _TASK,
        _RUN,
        Column("attempt", "integer", "1, 2, ... within the run", required=True),
        Column("counted", "boolean", "whether this attempt is the run's outcome"),
        Column("resumed", "integer", "how often it went on after being cut off"),
        Column("stop_reason", "string", "as in run_metrics; empty where it was cut off for good"),
        Column("cause", "string", "of an error: throttled, timeout, connection, ...; empty otherwise"),
        Column("model_calls", "integer", "calls that were answered"),
        Column("failed_calls", "integer", "calls that came back without an answer"),
        Column("lost_calls", "integer", "calls whose answer never came although the server may have worked on them"),
        Column("tokens_in", "integer"),
        Column("tokens_out", "integer"),
        Column("cost_usd", "number", "US dollars of the answered calls"),
        Column("lost_usd", "number", "the most that the lost calls can have cost, US dollars; empty without a price"),
        Column("latency_s", "number", "seconds from start to stop, queues and refusals left out"),
        Column("started_at", "datetime", "UTC"),
    ),
    ("task_id", "run", "attempt"),
    recorded=True,
)

TOOL_CALLS = Schema(
    "tool_calls",
    "Every tool call",
    (
        _TASK,
        _RUN,
        Column("step", "integer", "1, 2, ... within the run", required=True),
        Column("tool", "string", "the name as the model wrote it"),
        Column("arguments_digest", "string", "SHA-256 of the raw arguments"),
        Column("status", "string", "ok, error, timeout, unknown_tool, bad_arguments or injected"),
        Column("duration_s", "number", "seconds"),
    ),
    ("task_id", "run", "step"),
    recorded=True,
)

PER_TASK_RESULTS = Schema(
    "per_task_results",
    "Results by task",
    (
        _TASK,
        Column("title", "string"),
        Column("passes", "integer"),
        Column("runs", "integer", "scored runs"),
        Column("score", "string", "passes/runs"),
        Column("failure_modes", "string", "each failure mode with its runs"),
    ),
    ("task_id",),
)

RUN_SUMMARY = Schema(
    "run_summary",
    "The campaign in one row",
    (
        Column("tasks", "integer", "tasks with a scored run"),
        Column("runs", "integer", "scored runs"),
        Column("passes", "integer"),
        Column("failures", "integer"),
        Column("score", "string", "passes/runs"),
        Column("pass_rate", "number", "passes over runs, 0 to 1"),
        Column("pass_rate_low", "number", "95 % interval, runs clustered by task"),
        Column("pass_rate_high", "number", "95 % interval, runs clustered by task"),
        Column("model_calls", "integer"),
        Column("tool_calls", "integer"),
        Column("tokens_in", "integer"),
        Column("tokens_out", "integer"),
        Column("tokens_cached", "integer"),
        Column("cost_usd", "number", "US dollars"),
        Column("cost_per_pass_usd", "number", "cost_usd over passes; empty without a pass"),
        Column("latency_p50_s", "number", "median seconds a run, linear interpolation"),
        Column("latency_p95_s", "number", "95th percentile of seconds a run, linear interpolation"),
        Column("wall_s", "number", "seconds from the first run's start to the last run's end, pauses left out"),
        Column(
            "infrastructure_errors",
            "integer",
            "runs not scored because something broke that was not the model",
        ),
        Column("planned", "integer", "runs that the campaign planned"),
        Column("coverage", "number", "scored runs over planned ones, 0 to 1"),
        Column("score_of_planned", "string", "passes/planned: a run without a verdict counts as not passed"),
        Column("pass_rate_of_planned", "number", "passes over planned runs, 0 to 1"),
        Column("denominator", "string", "what the campaign said beforehand the score is out of: valid or planned"),
        Column("headline_score", "string", "by that denominator; empty below the least coverage declared"),
        Column("attempts", "integer", "attempts at all runs"),
        Column("lost_calls", "integer", "calls of all attempts whose answer never came; each may have been billed"),
        Column("spent_tokens_in", "integer", "prompt tokens of every answered call, those of lost attempts too"),
        Column("spent_tokens_out", "integer", "generated tokens of every answered call"),
        Column("spent_usd", "number", "US dollars of every answered call"),
        Column("lost_usd", "number", "the most that lost calls can have cost, US dollars"),
    ),
)

COST_BREAKDOWN = Schema(
    "cost_breakdown",
    "Tokens and cost by task",
    (
        _TASK,
        Column("tokens_in", "integer"),
        Column("tokens_out", "integer"),
        Column("cost_usd", "number", "US dollars"),
        Column("share", "number", "of the campaign's cost, 0 to 1"),
        Column("token_share", "number", "of the campaign's tokens in and out, 0 to 1"),
        Column("latency_s", "number", "seconds over the task's runs"),
    ),
    ("task_id",),
)

PREDICTIONS_SCORING = Schema(
    "predictions_scoring",
    "Predictions, frozen before the first run",
    (
        Column("id", "string", required=True),
        Column("statement", "string"),
        Column("metric", "string", "the fact that decides"),
        Column("expected", "string"),
        Column("actual", "string"),
        Column("result", "string", "Correct, Wrong, or Undecidable where the pack does not hold the fact"),
        Column("miss", "string", "how far off a wrong one was"),
        Column("probability", "number", "that the predictor gave, 0 to 1"),
        Column("brier", "number", "(probability - outcome) squared"),
    ),
    ("id",),
)

TABLES: dict[str, Schema] = {
    schema.name: schema
    for schema in (
        TASK_OUTCOMES,
        RUN_METRICS,
        ATTEMPTS,
        TOOL_CALLS,
        PER_TASK_RESULTS,
        RUN_SUMMARY,
        COST_BREAKDOWN,
        PREDICTIONS_SCORING,
    )
}

ADDED: dict[str, dict[str, tuple[str, ...]]] = {
    "2": {
        "run_metrics": ("tokens_cache_written", "tokens_reasoning", "attempt", "resumed", "lost_calls"),
        "run_summary": RUN_SUMMARY.column_names[RUN_SUMMARY.column_names.index("planned") :],
        "attempts": ATTEMPTS.column_names,
    }
}
"""What each version of the views added to the one before: columns of a table, or all of a table."""


def columns_in(schema: Schema, views: str) -> tuple[str, ...]:
    """Return the columns that a table has in a version of the views, () where it has no such table."""
    later = {name for version, added in ADDED.items() if version > views for name in added.get(schema.name, ())}
    return tuple(name for name in schema.column_names if name not in later)


def schema_in(schema: Schema, views: str) -> Schema:
    """Return a table's schema as a version of the views has it."""
    names = columns_in(schema, views)
    if names == schema.column_names:
        return schema
    return replace(schema, columns=tuple(column for column in schema.columns if column.name in names))


VIEWS_VERSIONS = ("1", "2")
_EVER = {
    name: tuple(dict.fromkeys(schema_in(schema, views) for views in VIEWS_VERSIONS)) for name, schema in TABLES.items()
}
"""Every schema that a table ever had."""


def standard_schema(name: str, columns: tuple[str, ...], key: tuple[str, ...]) -> Schema | None:
    """Return the standard table's schema, of whichever version, that has these columns; None where there is none."""
    versions = (schema for schema in _EVER.get(name, ()) if schema.columns)
    return next((s for s in versions if s.column_names == columns and s.primary_key == key), None)


def is_standard(schema: Schema, standard: Schema | None = None) -> bool:
    """Whether a schema is one of clawpub's own tables, of any version; of this very table, where one is named."""
    return any(schema is ever for ever in _EVER.get(standard.name if standard else schema.name, ()))
