"""A table in memory and its CSV form: one spelling for each value, so that equal tables are equal bytes.

Missing is None in memory and an empty cell on disk; it is never 0, never False and never "". An empty string is
therefore stored as missing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from clawpub.errors import PackError, Place
from clawpub.pack.schema import Column, ColumnType, Schema

Cell = str | int | Decimal | bool | datetime | None
Row = Mapping[str, Cell]

MAX_CELL = 1 << 20
"""Characters of the longest cell that is read."""


@dataclass(frozen=True)
class Table:
    schema: Schema
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        return self.schema.name

    def column(self, name: str) -> list[Cell]:
        return [row[name] for row in self.rows]


def table(schema: Schema, rows: Iterable[Row]) -> Table:
    """Return a table whose rows have exactly the schema's columns; what a row leaves out is missing."""
    return Table(schema, tuple({name: row.get(name) for name in schema.column_names} for row in rows))


def spell(cell: Cell) -> str:
    """Return the one way a value is written in a pack."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime():
            return cell.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case Decimal():
            text = format(cell, "f")
            return text.rstrip("0").rstrip(".") if "." in text else text
        case _:
            return str(cell)


def to_csv(table: Table) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    quoting = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(table.schema.column_names)
    for row in table.rows:
        cells = [spell(row[name]) for name in table.schema.column_names]
        # Python before 3.13 leaves a lone carriage return unquoted, and then cannot read its own line back.
        (quoting if any("\r" in cell for cell in cells) else writer).writerow(cells)
    return out.getvalue().encode("utf-8", "backslashreplace")


def from_csv(data: bytes, schema: Schema, *, at: Place, missing: tuple[str, ...] = ("",)) -> Table:
    """Parse CSV bytes by a schema.

    Raises: PackError naming line and column of the first cell that does not fit.
    """
    reader = csv.reader(io.StringIO(_decode(data, at), newline=""), strict=True)
    csv.field_size_limit(MAX_CELL)
    try:
        header = next(reader, None)
        if header is None or tuple(header) != schema.column_names:
            raise PackError(
                f"the header is {', '.join(header or ()) or 'missing'!s}",
                at=Place(at.path, 1),
                hint=f"expected {', '.join(schema.column_names)}",
            )
        rows = []
        for cells in reader:
            here = Place(at.path, reader.line_num)
            if len(cells) != len(header):
                raise PackError(f"{len(cells)} cells, expected {len(header)}", at=here)
            rows.append(
                {
                    column.name: _cell(text, column, here, missing)
                    for column, text in zip(schema.columns, cells, strict=True)
                }
            )
    except csv.Error as error:
        raise PackError(f"not CSV: {error}", at=Place(at.path, reader.line_num)) from None
    _unique(schema, rows, at)
    return Table(schema, tuple(rows))


def _decode(data: bytes, at: Place) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PackError("not UTF-8", at=Place(at.path, line), hint="save the table as UTF-8") from None


def _cell(text: str, column: Column, at: Place, missing: tuple[str, ...]) -> Cell:
    if text in missing:
        if column.required:
            raise PackError(f"column {column.name} is empty", at=at, hint="it may not be missing")
        return None
    try:
        return parse_cell(text, column.type)
    except (ValueError, InvalidOperation):
        raise PackError(f"column {column.name} holds {text[:60]!r}, expected {_EXPECTED[column.type]}", at=at) from None


_EXPECTED: dict[ColumnType, str] = {
    "string": "text",
    "integer": "a whole number",
    "number": "a finite number",
    "boolean": "true or false",
    "datetime": "a UTC time such as 2026-05-21T08:00:00Z",
}


def parse_cell(text: str, kind: ColumnType) -> Cell:
    """Return the value that a non-empty cell spells.

    Raises: ValueError or decimal.InvalidOperation where it does not.
    """
    match kind:
        case "string":
            return text
        case "integer":
            if len(text) > 18 or not text.isascii():
                raise ValueError("not an integer that SQLite holds")
            return int(text)
        case "number":
            if len(text) > 40 or not text.isascii() or "_" in text:
                raise ValueError("not a number of sensible length")
            value = Decimal(text)
            if not value.is_finite() or abs(value.adjusted()) > 300:
                raise ValueError("not a finite number")
            return value
        case "boolean":
            return {"true": True, "false": False}[text] if text in ("true", "false") else _refuse(text)
        case "datetime":
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _refuse(text: str) -> bool:
    raise ValueError(text)


def _unique(schema: Schema, rows: list[dict[str, Cell]], at: Place) -> None:
    if not schema.primary_key:
        return
    seen: set[tuple[Cell, ...]] = set()
    for number, row in enumerate(rows, start=2):
        key = tuple(row[name] for name in schema.primary_key)
        if key in seen:
            named = ", ".join(spell(cell) for cell in key)
            raise PackError(f"a second row for {named}", at=Place(at.path, number), hint="keys must be unique")
        seen.add(key)
