"""The tables and charts that a writeup's expressions make over two packs, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clawpub.errors import FactError, PackError
from generator.cells import Shown
from generator.charts.model import Chart
from generator.charts.values import values_table
from generator.expressions import evaluate, expression_functions
from generator.markdown.expression import prints_fact
from generator.publication import expression_tokens
from generator.urls import pack_url
from generator.views import View
from generator.writeup import CheckedWriteup


@dataclass(frozen=True)
class CellChange:
    row: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class TableChange:
    """An expression that prints another table, or none any more."""

    expression: str
    line: int
    caption: str
    cells: tuple[CellChange, ...] = ()
    rows_new: tuple[str, ...] = ()
    rows_gone: tuple[str, ...] = ()
    columns: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    """The headings before and after, where those differ."""
    notes: tuple[str, ...] | None = None
    """What stands below it now, where that differs."""
    broken: str = ""
    """Why the new pack gives no table."""
    mended: bool = False
    """Whether only the new pack gives one."""


@dataclass(frozen=True)
class Grid:
    """A table as texts: what a reader can compare."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def table_changes(before: CheckedWriteup, after: CheckedWriteup) -> list[TableChange]:
    """Return the expressions of a body, checked over two packs, whose tables or charts differ."""
    found = []
    for (source, line, old), (_, _, new) in zip(_grids(before), _grids(after), strict=True):
        if isinstance(new, str):
            if isinstance(old, Grid):
                found.append(TableChange(source, line, old.caption, broken=new))
        elif isinstance(old, str):
            found.append(TableChange(source, line, new.caption, mended=True))
        elif change := compare_grids(old, new, source, line):
            found.append(change)
    return found


def _grids(checked: CheckedWriteup) -> list[tuple[str, int, Grid | str]]:
    """Return (expression, line, what it makes or why it makes nothing) for each expression that prints no fact."""
    functions = expression_functions(checked.packs, pack_url)
    found: list[tuple[str, int, Grid | str]] = []
    for token, line in expression_tokens(checked.tokens):
        if token.meta.get("claim") is None and not prints_fact(token.content):
            try:
                made: Grid | str = grid_of(evaluate(token.content, functions))
            except (FactError, PackError) as error:
                made = error.message
            found.append((token.content, checked.writeup.body_line + line, made))
    return found


def grid_of(view: View) -> Grid:
    """Return a table or chart as texts; where it leads, and from which pack it comes, is no part of what it says."""
    table = values_table(view) if isinstance(view, Chart) else view
    headings = tuple(f"{head.label} ({head.unit})" if head.unit else head.label for head in table.headings)
    rows = tuple(tuple(map(_shown, line.cells)) for line in (*table.lines, *table.totals))
    return Grid(table.caption, headings, rows, table.notes)


def _shown(cell: Shown) -> str:
    words = cell.text or "—"
    note = f" ({cell.note})" if cell.note and cell.kind != "missing" else ""
    runs = f" [{', '.join(cell.dots)}]" if cell.dots else ""
    return f"{words}{note}{runs}"


def compare_grids(old: Grid, new: Grid, expression: str, line: int) -> TableChange | None:
    """Return what differs, None where nothing does.

    Rows are matched by what they begin with, columns by heading; as many columns of other headings as before are the
    same, renamed.
    """
    if old == new:
        return None
    key = _key(old.rows, new.rows)
    was, now = _by_key(old.rows, key), _by_key(new.rows, key)
    columns = _columns(old.headings, new.headings)
    cells = [
        CellChange(", ".join(name) if key else f"row {position + 1}", old.headings[left], was[name][left], row[right])
        for position, (name, row) in enumerate(now.items())
        if name in was
        for left, right in columns
        if was[name][left] != row[right]
    ]
    return TableChange(
        expression,
        line,
        new.caption,
        tuple(cells),
        tuple(", ".join(name) for name in now if name not in was),
        tuple(", ".join(name) for name in was if name not in now),
        (old.headings, new.headings) if old.headings != new.headings else None,
        new.notes if old.notes != new.notes else None,
    )


def _columns(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the positions of each column before and after."""
    if len(old) == len(new) and min(len(set(old)), len(set(new))) < len(new):
        return [(number, number) for number in range(len(old))]
    at = {heading: number for number, heading in enumerate(new)}
    there = [(number, at[heading]) for number, heading in enumerate(old) if heading in at]
    gone = [number for number, heading in enumerate(old) if heading not in at]
    come = [number for heading, number in at.items() if heading not in old]
    return sorted([*there, *(zip(gone, come, strict=True) if len(gone) == len(come) else ())])


def _key(*tables: Sequence[tuple[str, ...]]) -> int:
    """Return how many cells at a row's beginning tell the rows of each table apart; 0 where none do."""
    if all(len(rows) == 1 for rows in tables):
        return 0
    width = min((len(row) for rows in tables for row in rows), default=0)
    for count in range(1, width + 1):
        if all(len({row[:count] for row in rows}) == len(rows) for rows in tables):
            return count
    return 0


def _by_key(rows: Sequence[tuple[str, ...]], key: int) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    if not key:
        return {(str(position + 1),): row for position, row in enumerate(rows)}
    return {row[:key]: row for row in rows}
