"""Tables made from packs: what the `{{ … }}` of a writeup's body may call, and what pack pages show.

    table("per_task_results")                     a table of the writeup's first pack; "coder.run_metrics" of another
    compare_tasks("this", "coder")                tasks as rows, one column of scores for each pack
    compare_runs("this", "coder")                 one row for each campaign

generator/charts/ has the charts.

A cell is data: it is shown as text whatever it says. Everything is arranged here, so that templates only place it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from string import ascii_lowercase
from typing import cast

from clawpub.errors import FactError
from clawpub.pack.reader import Pack
from clawpub.pack.schema import PER_TASK_RESULTS, RUN_SUMMARY, TASK_OUTCOMES, Column, Schema, is_standard
from clawpub.pack.tables import Row, Table, spell
from generator.bars import with_bars
from generator.cells import Heading, Shown, aligned, heading, missing, missing_reason, shown_column

ORIGINS = {
    "executed": "executed by us: every run's transcript is in the pack",
    "transcribed": "transcribed from a published source",
    "imported": "imported: tables that no campaign made",
    "computed": "computed by this publication over its packs",
}
MAX_ROWS = 200
"""Rows that a page shows of a table; the file has the rest."""

LONG = 24
"""Rows of a table that may stand at full height."""

LEAST_TO_SORT = 3
"""Rows whose order is worth changing."""

TEXT_WIDTH = 96
"""Characters of a table that fit in the column of text."""

PackUrl = Callable[[Pack], str]
"""Gives a pack's page, from the site's root."""


@dataclass(frozen=True)
class Provenance:
    """Where the numbers of a table come from."""

    pack_id: str
    origin: str
    """executed, transcribed or imported."""
    short_digest: str
    url: str
    sources: tuple[str, ...]
    """What a transcribed or imported table names as its source."""


@dataclass(frozen=True)
class Line:
    cells: tuple[Shown, ...]
    marked: bool = False
    """The row of the campaign at hand."""


@dataclass(frozen=True)
class TableView:
    """A table ready to be placed: as many cells in each line as there are headings."""

    caption: str
    names: tuple[str, ...]
    """The tables that it shows, as a pack names them."""
    provenance: tuple[Provenance, ...]
    headings: tuple[Heading, ...]
    lines: tuple[Line, ...]
    totals: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def wide(self) -> bool:
        """Whether it wants more room than the column of text has."""
        widths = [max(len(word) for word in f"{head.label} {head.unit}".split(" ")) for head in self.headings]
        for line in self.lines:
            widths = [max(width, min(cell.width, 34)) for width, cell in zip(widths, line.cells, strict=True)]
        return sum(widths) + 3 * len(widths) > TEXT_WIDTH

    @property
    def long(self) -> bool:
        """Whether it scrolls in a box of its own, below its headings."""
        return len(self.lines) > LONG

    @property
    def sortable(self) -> bool:
        """Whether its reader can put it in another order."""
        return len(self.lines) >= LEAST_TO_SORT

    @property
    def dashes(self) -> dict[str, str]:
        """Return why values are missing, each reason with the mark that its dashes carry: none where it is the only."""
        cells = (cell for line in (*self.lines, *self.totals) for cell in line.cells)
        reasons = dict.fromkeys(cell.note for cell in cells if cell.kind == "missing")
        marks = ("",) if len(reasons) == 1 else ascii_lowercase
        return dict(zip(reasons, marks, strict=False))


def short(digest: str) -> str:
    """Return the first 12 hexadecimal digits of a digest."""
    return digest.removeprefix("sha256:")[:12]


def model_of(pack: Pack) -> str:
    """Return the model that a pack's campaign ran, or the pack's title where there is no campaign."""
    return pack.info.campaign.model.id if pack.info.campaign else pack.descriptor.title or pack.id


def harness_of(pack: Pack) -> str:
    """Return the harness that a pack's campaign ran through, as it is called in a campaign file."""
    harness = pack.info.campaign.harness if pack.info.campaign else None
    return f"{harness.name}@{harness.version}" if harness else ""


def _harnesses(packs: Sequence[Pack]) -> list[str]:
    """Return each pack's harness where they are not all the same; nothing otherwise, since it would tell nothing."""
    names = [harness_of(pack) for pack in packs]
    return names if len(set(names)) > 1 else [""] * len(packs)


def names_of(packs: Sequence[Pack]) -> list[str]:
    """Return what tells campaigns apart in a heading or beside a bar: the model, and the harness where those differ."""
    return [
        f"{model_of(pack)}, {harness}" if harness else model_of(pack)
        for pack, harness in zip(packs, _harnesses(packs), strict=True)
    ]


def provenance(pack: Pack, url: str, tables: Sequence[str] = ()) -> Provenance:
    sources = []
    for name in tables:
        for source in pack.resources[name].sources if pack.has(name) else ():
            sources.append(str(source.get("title") or source.get("path") or ""))
    return Provenance(pack.id, pack.info.origin, short(pack.digest), url, tuple(dict.fromkeys(filter(None, sources))))


def summary_of(pack: Pack) -> Row | None:
    """Return the one row of run_summary, None where the pack has no such table of our making."""
    if RUN_SUMMARY.name not in pack.table_names:
        return None
    table = pack.table(RUN_SUMMARY.name)
    return table.rows[0] if is_standard(table.schema, RUN_SUMMARY) and len(table.rows) == 1 else None


def table_view(
    pack: Pack, name: str, url: str, *, columns: Sequence[str] | None = None, caption: str = "", machine: bool = False
) -> TableView:
    """Return one table of a pack. `machine` heads the columns by their names as stored.

    Raises: FactError, PackError where there is no such table or column, or the file does not hold what was sealed.
    """
    if name not in pack.table_names:
        raise FactError(f"no table {name!r}", hint=f"tables of {pack.id}: {', '.join(pack.table_names)}")
    table = pack.table(name)
    chosen = _columns(table.schema, columns)
    rows = table.rows[:MAX_ROWS]
    shown = {
        column.name: with_bars(column.name, shown_column(column, table.schema, rows, origin=pack.info.origin))
        for column in chosen
    }
    if is_standard(table.schema, PER_TASK_RESULTS) and "score" in shown:
        shown["score"] = _with_dots(shown["score"], rows, pack)
    headings = tuple(heading(column, table.schema) for column in chosen)
    if machine:
        headings = tuple(replace(head, label=head.name) for head in headings)
    lines = tuple(Line(cells) for cells in zip(*shown.values(), strict=True)) if shown else ()
    notes = (
        (f"The first {MAX_ROWS} of {len(table.rows):,} rows; the file has all.",) if len(table.rows) > MAX_ROWS else ()
    )
    return TableView(
        caption or table.schema.title, (name,), (provenance(pack, url, (name,)),), headings, lines, notes=notes
    )


def _columns(schema: Schema, names: Sequence[str] | None) -> list[Column]:
    if names is None:
        return list(schema.columns)
    by_name = {column.name: column for column in schema.columns}
    if unknown := [name for name in names if name not in by_name]:
        raise FactError(
            f"table {schema.name} has no column {unknown[0]!r}", hint=f"its columns: {', '.join(schema.column_names)}"
        )
    return [by_name[name] for name in dict.fromkeys(names)]


def outcomes_of(pack: Pack) -> dict[str, list[str]]:
    """Return `passed`, `failed` or `unscored` for each run of each task, {} where the pack does not hold outcomes."""
    if TASK_OUTCOMES.name not in pack.table_names:
        return {}
    if not is_standard(pack.table(TASK_OUTCOMES.name).schema, TASK_OUTCOMES):
        return {}  # another publisher's table, which only bears the name
    by_task: dict[str, list[str]] = {}
    words = {True: "passed", False: "failed", None: "unscored"}
    for row in pack.table(TASK_OUTCOMES.name).rows:
        by_task.setdefault(str(row["task_id"]), []).append(words[cast("bool | None", row.get("passed"))])
    return by_task


def _with_dots(cells: Sequence[Shown], rows: Sequence[Row], pack: Pack) -> list[Shown]:
    outcomes = outcomes_of(pack)
    return [_score(cell, outcomes.get(str(row["task_id"]), [])) for cell, row in zip(cells, rows, strict=True)]


def _score(cell: Shown, outcomes: Sequence[str]) -> Shown:
    """Return a score with its runs drawn; runs that were not scored are said apart."""
    unscored = sum(outcome == "unscored" for outcome in outcomes)
    note = f"{unscored} not scored" if unscored else cell.note
    return replace(cell, dots=tuple(outcomes) if len(outcomes) <= 12 else (), note=note)


def compare_tasks(packs: Sequence[Pack], url: PackUrl) -> TableView:
    """Return tasks as rows and one column of scores for each pack, the totals with their intervals below."""
    scores: list[dict[str, Shown]] = []
    titles: dict[str, str] = {}
    for pack in packs:
        table = standard_table(pack, PER_TASK_RESULTS)
        column = next(column for column in table.schema.columns if column.name == "score")
        cells = shown_column(column, table.schema, table.rows, origin=pack.info.origin)
        cells = _with_dots(cells, table.rows, pack)
        scores.append({str(row["task_id"]): cell for row, cell in zip(table.rows, cells, strict=True)})
        for row in table.rows:
            titles[str(row["task_id"])] = titles.get(str(row["task_id"])) or spell(row.get("title"))
    headings = (Heading("task_id", "Task"), *(Heading("score", name, numeric=True) for name in names_of(packs)))
    lines = tuple(
        Line((Shown("code", task, note=title), *(column.get(task, missing("no such task here")) for column in scores)))
        for task, title in titles.items()
    )
    totals = Line((Shown("text", "All tasks"), *(_total(pack) for pack in packs)))
    names = (PER_TASK_RESULTS.name, RUN_SUMMARY.name)
    return TableView(
        "Scores by task",
        names,
        tuple(provenance(pack, url(pack), names) for pack in packs),
        headings,
        lines,
        (totals,),
        tuple(_interval_notes(packs)),
    )


def standard_table(pack: Pack, schema: Schema) -> Table:
    if schema.name not in pack.table_names:
        raise FactError(
            f"pack {pack.id} has no table {schema.name}", hint=f"its tables: {', '.join(pack.table_names) or 'none'}"
        )
    table = pack.table(schema.name)
    if not is_standard(table.schema, schema):
        raise FactError(f"pack {pack.id} has a table {schema.name} of its own making", hint="use table(…) for it")
    return table


def the_summary(pack: Pack) -> Row:
    table = standard_table(pack, RUN_SUMMARY)
    if len(table.rows) != 1:
        raise FactError(f"run_summary of pack {pack.id} has {len(table.rows)} rows, expected one")
    return table.rows[0]


def _total(pack: Pack) -> Shown:
    row = the_summary(pack)
    score = row["score"]
    if score is None:
        return missing(missing_reason("score", pack.info.origin))
    return Shown("number", spell(score), note=interval_of(row))


def interval_of(summary: Row) -> str:
    """Return the interval of a pass rate in whole percent, e.g. "58–91 %"; empty where it is not stored."""
    low, high = summary["pass_rate_low"], summary["pass_rate_high"]
    if not isinstance(low, Decimal | int) or not isinstance(high, Decimal | int):
        return ""
    return f"{round(low * 100)}–{round(high * 100)} %"


def _interval_notes(packs: Sequence[Pack]) -> list[str]:
    rows = [the_summary(pack) for pack in packs]
    notes = []
    if any(interval_of(row) for row in rows):
        notes.append("Small below a rate or a total: its 95 % interval, runs of one task counted as a cluster.")
    for pack, row in zip(packs, rows, strict=True):
        if errors := row["infrastructure_errors"]:
            runs = "run was" if errors == 1 else "runs were"
            notes.append(
                f"{model_of(pack)}: {errors} {runs} not scored, because something broke that was not the model."
            )
        if (of_planned := planned_score(the_summary(pack))) is not None:
            notes.append(f"{model_of(pack)}: {of_planned} of all planned runs.")
    return notes


def planned_score(summary: Row) -> str | None:
    """Return a score out of all planned runs; None where every planned run has a verdict, so that it is the same."""
    valid, errors = summary["runs"], summary["infrastructure_errors"]
    if not isinstance(valid, int) or not isinstance(errors, int):
        return None
    planned = summary.get("planned") or valid + errors
    return f"{summary['passes']}/{planned}" if planned != valid else None


_COMPARED = (
    ("score", "Score"),
    ("pass_rate", "Pass rate"),
    ("tokens_in", "Tokens in"),
    ("tokens_out", "Tokens out"),
    ("latency_p50_s", "Median latency"),
    ("cost_per_pass_usd", "Cost a pass"),
)


def compare_runs(packs: Sequence[Pack], url: PackUrl, *, marked: Sequence[Pack] = ()) -> TableView:
    """Return one row for each campaign; the one at hand is marked."""
    rows = [the_summary(pack) for pack in packs]
    columns = {column.name: column for column in RUN_SUMMARY.columns}
    names = [name for name, _ in _COMPARED]
    if any(row["infrastructure_errors"] for row in rows):
        names.append("infrastructure_errors")
    shown: list[list[Shown]] = [
        [
            Shown("text", model_of(pack), note=f"through {harness}" if harness else "", url=url(pack))
            for pack, harness in zip(packs, _harnesses(packs), strict=True)
        ]
    ]
    for name in names:
        cells = [
            shown_column(columns[name], RUN_SUMMARY, [row], origin=pack.info.origin)[0]
            for pack, row in zip(packs, rows, strict=True)
        ]
        if name == "pass_rate":
            cells = [
                cell if cell.kind == "missing" else replace(cell, note=interval_of(row))
                for cell, row in zip(cells, rows, strict=True)
            ]
        shown.append(with_bars(name, aligned(cells)) if columns[name].type != "string" else cells)
    labels = dict(_COMPARED) | {"infrastructure_errors": "Not scored"}
    headings = [replace(heading(columns[name], RUN_SUMMARY), label=labels[name]) for name in names]
    return TableView(
        "Campaigns compared",
        (RUN_SUMMARY.name,),
        tuple(provenance(pack, url(pack), (RUN_SUMMARY.name,)) for pack in packs),
        (Heading("model", "Model"), *headings),
        tuple(
            Line(cells, marked=is_marked(pack, marked) and len(packs) > 1)
            for pack, cells in zip(packs, zip(*shown, strict=True), strict=True)
        ),
        notes=tuple(_interval_notes(packs)),
    )


def is_marked(pack: Pack, marked: Sequence[Pack]) -> bool:
    return any(pack is other for other in marked)


def tool_statistics(pack: Pack, url: str) -> TableView | None:
    """Return the tool calls of a campaign counted by tool and status, None where the pack does not hold them."""
    if "tool_calls" not in pack.table_names:
        return None
    counts: dict[str, Counter[str]] = {}
    for row in pack.table("tool_calls").rows:
        counts.setdefault(spell(row["tool"]), Counter())[spell(row["status"])] += 1
    statuses = sorted({status for counter in counts.values() for status in counter}, key=_status_order)
    headings = [Heading("tool", "Tool"), Heading("calls", "Calls", numeric=True)]
    headings += [Heading(status, status.replace("_", " ").capitalize(), numeric=True) for status in statuses]
    ordered = sorted(counts.items(), key=lambda item: (-item[1].total(), item[0]))
    totals = with_bars("calls", [Shown("number", str(counter.total())) for _, counter in ordered])
    lines = [
        Line((Shown("code", tool or "(no name)"), total, *(Shown("number", str(counter[each])) for each in statuses)))
        for (tool, counter), total in zip(ordered, totals, strict=True)
    ]
    caption = "Tool calls by tool and status"
    return TableView(
        caption, ("tool_calls",), (provenance(pack, url, ("tool_calls",)),), tuple(headings), tuple(lines[:50])
    )


def _status_order(status: str) -> tuple[int, str]:
    known = ["ok", "error", "injected", "timeout", "unknown_tool", "bad_arguments"]
    return (known.index(status) if status in known else len(known), status)
