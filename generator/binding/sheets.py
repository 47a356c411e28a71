"""A table of a pack, read for the search: how SQL names it, what tells its rows apart, what its columns hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import combinations

from clawpub.pack.query import spell_key
from clawpub.pack.schema import Column
from clawpub.pack.tables import Cell, Row, Table, spell
from generator.binding.words import stems_of, words_of

Place = tuple[str, str, str]
"""Alias, table, column; the column `*` where rows are counted."""

MOST_READ = 1_000_000
"""Cells of a table that are looked through; of a larger one the columns that the writeup says go first."""

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_KEYWORDS = frozenset(
    "add all and as asc between by case cast check collate column create default delete desc distinct drop "
    "else end escape except exists filter for foreign from full glob group having if in index inner insert "
    "intersect into is join key left like limit match natural no not null of offset on or order outer over "
    "partition primary range references regexp release replace right row rows select set table temp then to "
    "transaction trigger union unique update using values view when where window with".split()
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)")
_PAIR = re.compile(r"(\d{1,9})/(\d{1,9})")


class Sheet:
    """A table of a pack: how SQL names it, what tells its rows apart, which of its columns count or measure."""

    def __init__(self, alias: str, table: Table, prefix: str, stems: Collection[str]) -> None:
        self.alias = alias
        self.table = table
        self.name = table.name
        self.ref = prefix + quoted(table.name)
        self.path = prefix + table.name
        self.one_row = len(table.rows) == 1 and not table.schema.primary_key
        self.left_out: list[str] = []
        self.kinds = {column.name: column for column in table.schema.columns}
        self.columns = self._columns(stems)
        self.key = self._identity()
        self.numeric: dict[Column, list[float]] = {}
        """Columns of numbers: the values that are there."""
        for column in self.columns:
            if column.type in ("integer", "number"):
                values = [float(value) for value in self.cells(column.name) if isinstance(value, int | Decimal)]
                if values:
                    self.numeric[column] = values

        self.percents = {column for column, values in self.numeric.items() if in_percent(column, values)}
        """Those that can be stored in percent."""

    def cells(self, column: str) -> list[Cell]:
        return [row[column] for row in self.table.rows]

    def place(self, column: str) -> Place:
        return self.alias, self.name, column

    def names(self, said: frozenset[str]) -> Iterator[tuple[str, str]]:
        """Yield (column, what a writeup may call a row or a value of it), for those whose first words it says."""
        for column in self.columns:
            if column.type != "string" and column.name not in self.key:
                continue
            for value in dict.fromkeys(self.cells(column.name)):
                name = name_of(column, value)
                words = words_of(name[:80])
                if len(name) <= 80 and words and said.issuperset(words[:2]):
                    yield column.name, name

    def _columns(self, stems: Collection[str]) -> list[Column]:
        columns = list(self.table.schema.columns)
        most = max(1, MOST_READ // max(1, len(self.table.rows)))
        if len(columns) <= most:
            return columns
        keys = set(self.table.schema.primary_key)
        columns.sort(key=lambda c: (c.name not in keys, not set(stems_of(c.name)) & set(stems)))
        self.left_out.append(f"table {self.path}: {len(columns) - most} of its {len(columns)} columns")
        return columns[:most]

    def _identity(self) -> tuple[str, ...]:
        """Return the columns that tell rows apart: the key, or the first column of texts, or pair, that does."""
        if self.table.schema.primary_key or self.one_row:
            return self.table.schema.primary_key
        texts = [column.name for column in self.columns if column.type in ("string", "integer")][:6]
        singles = [(name,) for name in texts if any(isinstance(cell, str) for cell in self.cells(name)[:1])]
        for names in (*singles, *combinations(texts, 2)):
            if len({tuple(row[name] for name in names) for row in self.table.rows}) == len(self.table.rows):
                return names
        return ()

    def row_names(self, row: Row) -> tuple[str, ...]:
        return tuple(name_of(self.kinds[name], row[name]) for name in self.key)

    def where(self, row: Row, alias: str = "") -> str:
        return " and ".join(f"{alias}{quoted(name)} {equals(row[name])}" for name in self.key)

    def cell(self, row: Row, column: str) -> str:
        """Return the fact that reads one cell: a path where one can name it, else a query."""
        if not (_NAME.fullmatch(self.name) and _NAME.fullmatch(column)):
            return self._cell_query(row, column)
        if len(self.table.rows) == 1:
            return f"{self.path}.{column}"
        texts = [spell(row[name]) for name in self.key]
        if self.key != self.table.schema.primary_key or any(re.search(r"[\"\r\n\[\]]|^'|'$", text) for text in texts):
            return self._cell_query(row, column)
        return f"{self.path}[{spell_key(row[name] for name in self.key)}].{column}"

    def _cell_query(self, row: Row, column: str) -> str:
        where = "" if len(self.table.rows) == 1 else f" where {self.where(row)}"
        return f"select {quoted(column)} from {self.ref}{where}"

    def said_rows(self, said: Collection[str]) -> list[Row]:
        rows = [row for row in self.table.rows if self.key and said.__contains__(self.row_names(row)[0])]
        return [row for row in rows if all(name in said for name in self.row_names(row))]

    def entity(self) -> str:
        """Return what a row is: `run` for task_outcomes, whose key ends with it."""
        last = [word for word in words_of(self.key[-1]) if word not in ("id", "name")] if self.key else []
        return " ".join(last)

    @cached_property
    def never_empty(self) -> str:
        """Return the name of a column without empty cells, to count rows by; "" for none."""
        said = set(stems_of(self.name))
        keys = [column for column in self.columns if column.name in self.key]
        named = [column for column in self.columns if column not in keys and set(stems_of(column.name)) <= said]
        rest = [column for column in self.columns if column not in keys]
        return next((c.name for c in (*named, *reversed(keys), *rest) if None not in self.cells(c.name)), "")


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    plain = _NAME.fullmatch(name) and name.lower() not in _KEYWORDS
    return name if plain else '"' + name.replace('"', '""') + '"'


def name_of(column: Column, value: Cell) -> str:
    """Return what prose calls a value: its text, a year, or `run 2`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 1500 <= value <= 2200 else f"{column.name} {value}"
    return spell(value)


def literal(value: Cell) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return spell(value) if isinstance(value, int | Decimal) else "'" + spell(value).replace("'", "''") + "'"


def equals(value: Cell) -> str:
    return "is null" if value is None else f"= {literal(value)}"


def number_of(cell: Cell) -> float | None:
    """Return a cell as a number, a text such as 23/30 or 76.67% as its share; None where it is none."""
    match cell:
        case bool() | None:
            return None
        case int() | Decimal():
            return float(cell)
        case str() if len(cell) <= 40:
            text = cell.strip()
            if pair := _PAIR.fullmatch(text):
                return int(pair[1]) / int(pair[2]) if int(pair[2]) else None
            if text.endswith("%") and _NUMBER.fullmatch(text[:-1].strip()):
                return float(text[:-1]) / 100
            return float(text) if _NUMBER.fullmatch(text) else None
    return None


def in_percent(column: Column, values: Sequence[float]) -> bool:
    """Whether a column can be stored in percent: numbers up to 100, not all of them shares of 1."""
    told = column.type == "number" or "percent" in column.description or {"pct", "percent"} & set(words_of(column.name))
    return min(values) >= 0 and 1 < max(values) <= 100 and bool(told)


def alike(one: Column, other: Column) -> bool:
    """Whether one column can be a share of the other: both in one unit, or both counts, or both plain numbers."""
    return unit_of(one) == unit_of(other) and (bool(unit_of(one)) or one.type == other.type)


def unit_of(column: Column) -> str:
    """Return `second`, `money` or "": what a column's name or description says that it counts in."""
    words, told = words_of(column.name), column.description.lower()
    if "per" in words:
        words = words[: words.index("per")]
    if set(words) & {"usd", "eur", "gbp", "dollars", "euros", "cost", "costs", "price", "spend", "fee"} or re.search(
        r"\b(?:us )?dollars?\b|\$|€|£", told
    ):
        return "money"
    if words[-1:] in (["s"], ["sec"], ["secs"], ["seconds"]) or words[:1] == ["seconds"]:
        return "second"
    return ""
