"""The campaign that a draft is about, and the facts that several of its sections say."""

from __future__ import annotations

from dataclasses import dataclass

from clawpub.pack.reader import Pack
from clawpub.pack.schema import TABLES
from clawpub.pack.tables import Table
from generator.draft.desk import Desk, literal
from generator.draft.phrases import slug
from generator.draft.sentences import (
    Bound,
)

MOST_NAMED = 6
"""Tasks, failure modes or predictions that are named one by one."""


@dataclass(frozen=True)
class Subject:
    """The campaign at hand: its pack's own tables, and how it is called."""

    desk: Desk
    pack: Pack
    name: str
    """Markdown: a model card's name, or the model's id as code."""

    def table(self, name: str) -> Table | None:
        """Return one of clawpub's own tables, None where there is none, or it is empty."""
        return self.desk.standard(TABLES[name])

    def fact(self, *candidates: str) -> str | None:
        """Return the first fact for which the pack holds a value."""
        return next((fact for fact in candidates if self.desk.value(fact) is not None), None)

    @property
    def passes(self) -> str | None:
        return self.fact(
            "run_summary.passes", _sum("passes", "per_task_results"), "select sum(passed) from task_outcomes"
        )

    @property
    def runs(self) -> str | None:
        return self.fact(
            "run_summary.runs", _sum("runs", "per_task_results"), "select count(passed) from task_outcomes"
        )

    @property
    def failures(self) -> str | None:
        return self.fact(
            "run_summary.failures",
            "select count(passed) - sum(passed) from task_outcomes",
            "select case when count(passes) = count(*) and count(runs) = count(*) then sum(runs) - sum(passes) end "
            "from per_task_results",
        )

    @property
    def tasks(self) -> str | None:
        return self.fact("run_summary.tasks", "select count(task_id) from per_task_results")

    @property
    def unscored(self) -> str | None:
        return self.fact("run_summary.infrastructure_errors", "select count(*) - count(passed) from task_outcomes")


def _sum(column: str, table: str) -> str:
    """A sum over a missing value is missing."""
    return f"select case when count({column}) = count(*) then sum({column}) end from {table}"


def is_score(text: str) -> bool:
    k, slash, n = text.partition("/")
    return bool(slash) and k.isdecimal() and n.isdecimal() and text.isascii() and int(k) <= int(n) != 0


def ratio(it: Subject, id: str) -> Bound | None:
    return it.desk.ratio(id, it.passes, it.runs, slash=True) if it.passes and it.runs else None


def failure_modes(it: Subject) -> list[tuple[str, int]]:
    """Return the failure modes of failed runs with their counts, the most frequent first."""
    table = it.table("task_outcomes")
    counts: dict[str, int] = {}
    for row in table.rows if table else ():
        if row["passed"] is False and isinstance(row["failure_mode"], str):
            counts[row["failure_mode"]] = counts.get(row["failure_mode"], 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def mode_fact(mode: str) -> str:
    return f"select count(failure_mode) from task_outcomes where failure_mode = {literal(mode)} and not passed"


def mode_id(mode: str | None) -> str:
    return slug(mode or "", "mode")
