"""Whether a metric can be answered at all, asked before there is a pack: of tables as a campaign will fill them.

The tables have the rows that are planned, with some value in each cell. What they refuse, or answer with what no range
can hold, no pack of the campaign will decide; whatever depends on the values themselves is left to the pack.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal

from clawpub.errors import FactError
from clawpub.pack.query import Answer, Database, is_query, spell_key
from clawpub.pack.schema import PREDICTIONS_SCORING, TABLES, Column, ColumnType, Schema
from clawpub.pack.tables import Cell, Row, Table, table

RunKey = tuple[str, int]

_SAMPLES: dict[ColumnType, Cell] = {
    "string": "x",
    "integer": 1,
    "number": Decimal(1),
    "boolean": True,
    "datetime": datetime(2000, 1, 1, tzinfo=UTC),
}
_THIRD = re.compile(r"(\[[^\],]+,[^\],]+,)\s*[1-9]\d*\s*\]")
"""The last part of `tool_calls[task, run, step]`: nobody knows yet how many calls or attempts a run will have."""
_NAMED = re.compile(r"'([^']+)'|no such (?:column|table|function): (?:\w+\.)?(\w+)")


def unanswerable(metrics: Sequence[str], runs: Sequence[RunKey]) -> Iterator[tuple[int, FactError]]:
    """Yield the place of each metric that no pack of these runs could answer with a number, and why not."""
    asked = " ".join(metrics)
    with _opened(runs, asked, filled=True) as filled:
        for number, metric in enumerate(metrics):
            if error := _why_not(metric, runs, filled):
                yield number, error


@contextmanager
def _opened(runs: Sequence[RunKey], asked: str, *, filled: bool) -> Iterator[Database]:
    database = Database({"this": expected_tables(runs, asked, filled=filled)})
    try:
        yield database
    finally:
        database.close()


def expected_tables(runs: Sequence[RunKey], asked: str, *, filled: bool) -> list[Table]:
    """Return the standard tables of a campaign's pack, those that are `asked` of with a row for each key."""
    asked = asked.lower()
    return [
        table(schema, (_row(schema, key, filled) for key in _keys(schema, runs)) if schema.name in asked else ())
        for schema in TABLES.values()
        if schema is not PREDICTIONS_SCORING  # made last, from the others
    ]


def _keys(schema: Schema, runs: Sequence[RunKey]) -> Iterable[tuple[Cell, ...]]:
    match len(schema.primary_key):
        case 0:
            return [()]
        case 1:
            return [(task,) for task in dict.fromkeys(task for task, _ in runs)]
        case 2:
            return runs
        case _:
            return [(task, run, 1) for task, run in runs]


def _row(schema: Schema, key: tuple[Cell, ...], filled: bool) -> Row:
    values: dict[str, Cell] = {column.name: _sample(column) for column in schema.columns} if filled else {}
    return values | dict(zip(schema.primary_key, key, strict=True))


def _sample(column: Column) -> Cell:
    return _SAMPLES[column.type]


def _why_not(metric: str, runs: Sequence[RunKey], filled: Database) -> FactError | None:
    question = metric if is_query(metric) else _THIRD.sub(r"\1 1]", metric)
    try:
        answer = filled.ask(question)
    except FactError as error:
        if "user-defined" in error.message:
            return None  # a function that our sample does not suit
        return FactError(error.message, hint=_nearest(error, filled) or error.hint)
    if not answer.sources and not _counts_rows(question):
        return FactError("reads no column of the pack", hint="name a cell, as in run_summary.passes, or read a table")
    if len(answer.columns) != 1:
        return FactError(f"gives {len(answer.columns)} columns, expected one", hint="select a single value")
    # Rows that are there with values and without depend on none: no pack will have fewer.
    if len(answer.rows) > 1 and _rows_of_blanks(question, runs) > 1:
        return FactError(f"gives {len(answer.rows)} rows, expected one", hint="aggregate, or name one row")
    return _no_number(answer)


def _counts_rows(query: str) -> bool:
    """Whether a query that takes no column names a table all the same: SQLite says nothing of `count(*)`."""
    return any(name in TABLES for name in re.findall(r"\w+", query.lower()))


def _rows_of_blanks(query: str, runs: Sequence[RunKey]) -> int:
    """Return how many rows a query gives where no cell holds anything."""
    with _opened(runs, query, filled=False) as blank:
        try:
            return len(blank.ask(query).rows)
        except FactError:
            return 0


def _no_number(answer: Answer) -> FactError | None:
    cells = [row[0] for row in answer.rows if row[0] is not None]
    if not cells or any(isinstance(cell, int | Decimal) and not isinstance(cell, bool) for cell in cells):
        return None
    if isinstance(cells[0], bool):
        return FactError("gives true or false, expected a number", hint="count: select count(*) from ... where ...")
    return FactError("gives text, expected a number", hint="name a column of numbers, or count rows")


def _nearest(error: FactError, database: Database) -> str | None:
    """Return what a name in an error may have been meant to be; None where nothing is near."""
    names = [match[1] or match[2] for match in _NAMED.finditer(error.message)]
    for known in _known(error.message, database):
        for name in names:
            if near := difflib.get_close_matches(name, known, n=1):
                return f"did you mean {near[0]!r}?"
    return None


def _known(message: str, database: Database) -> Iterator[Sequence[str]]:
    """Yield the names that could have been meant: those of the table in question, then any."""
    tables = [database.table(name)[1] for name in database.table_names("this")]
    for here in tables:
        if f"table {here.name} has no row" in message:
            yield [spell_key(row[column] for column in here.schema.primary_key) for row in here.rows]
            return
        if f"table {here.name} has no column" in message:
            yield here.schema.column_names
    yield [here.name for here in tables]
    yield [column for here in tables for column in here.schema.column_names]
