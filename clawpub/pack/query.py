"""Facts out of tables: a cell by its path, or one read-only SQL query. SQLite is the only engine.

    cell path   [pack.]table.column                 of a one-row table
                [pack.]table[key, ...].column       by primary key: task_outcomes[task_05, 1].failure_mode
                                                    a key with a comma or bracket in it stands in double quotes
    query       select ... | with ...               over `table`, or `pack.table` where there are several packs

Every pack is a schema of its own in one in-memory connection. An authorizer lets a query read those tables and call
pure functions, nothing else; it also writes down which columns were read, so lineage is SQLite's word and not a guess
from the SQL text. Work is bounded by counting virtual-machine steps, not seconds: the same query ends the same way on
every machine. Only where single steps are made to cost much, by long texts, does a second of processor time end it.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from clawpub.errors import FactError
from clawpub.pack import functions
from clawpub.pack.tables import Cell, Row, Table, parse_cell, spell

MAX_PACKS = 10
"""SQLite attaches ten databases at most."""
MAX_STEPS = 20_000_000
"""Virtual-machine steps of one query, a quarter to three quarters of a second."""
MAX_CPU_S = 1.0
MAX_MEMORY = 256 << 20
"""Bytes that SQLite may take: tables, and what a query sorts or joins."""
MAX_LENGTH = 1 << 16
"""Bytes of a text that a query makes, unless the tables hold longer ones: replace() and instr() cost its square."""
MAX_ROWS = 10_000
MAX_RESULT = 16 << 20
"""Characters that a query may give."""

_STEP = 500
_ALIAS = re.compile(r"[a-z][a-z0-9_]*")
_RESERVED = {"main", "temp"}
_CELL = re.compile(
    r"(?:(?P<pack>[A-Za-z_]\w*)\.)?(?P<table>[A-Za-z_]\w*)"
    r"""(?:\[(?P<key>(?:"[^"]*"|[^\[\]"])*)\])?\.(?P<column>[A-Za-z_]\w*)""",
    re.ASCII,
)
TEXT = re.compile(r"'((?:[^']|'')*)'")
"""A text as SQL writes it; a quote in it is doubled."""
_SELECT = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
_SQL_TYPES = {
    "integer": "INTEGER",
    "number": "REAL",
    "boolean": "INTEGER",
    "string": "TEXT",
    "datetime": "TEXT",
}
_PURE = frozenset(
    "abs avg char coalesce concat concat_ws count dense_rank first_value format glob group_concat hex ifnull iif lag "
    "last_value lead length like lower ltrim max min mod nth_value ntile nullif octet_length percent_rank cume_dist "
    "pow power printf rank replace round row_number rtrim sign sqrt string_agg substr substring sum total trim trunc "
    "instr typeof unicode upper ceil ceiling floor ln log log10 log2 exp".split()
)
_ALLOWED = _PURE | functions.NAMES
_KEY_PART = re.compile(r'\s*(?:"([^"]*)"|([^,]*?))\s*(?:,|$)')


@dataclass(frozen=True, order=True)
class Source:
    """A column that a fact read; `*` where it only counted the rows."""

    pack: str
    table: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


@dataclass(frozen=True)
class Answer:
    """What a fact says, and what it was read from. `query` runs in any SQLite over the same tables."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sources: tuple[Source, ...]
    query: str

    def value(self) -> Cell:
        """Return the only cell.

        Raises: FactError where there is not exactly one.
        """
        if len(self.columns) != 1:
            raise FactError(f"the query gives {len(self.columns)} columns, expected one", hint="select a single value")
        if len(self.rows) != 1:
            raise FactError(f"the query gives {len(self.rows)} rows, expected one", hint="aggregate, or add a where")
        return self.rows[0][0]


def is_query(fact: str) -> bool:
    return _SELECT.match(fact) is not None


class Database:
    """The tables of one or more packs, open for facts. The first pack's tables are also found without their alias."""

    def __init__(self, packs: Mapping[str, Iterable[Table]]) -> None:
        if len(packs) > MAX_PACKS:
            raise FactError(
                f"{len(packs)} packs in one place, at most {MAX_PACKS}",
                hint="write a cross-campaign view over more",
            )
        self._tables: dict[tuple[str, str], Table] = {}
        self._longest = 0
        """Characters that the longest row can have."""
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.execute("pragma temp_store = memory")  # sorting would fill a disk
        self._connection.execute(f"pragma hard_heap_limit = {MAX_MEMORY}")  # of all connections of this process
        self._meter = functions.register(self._connection)
        for alias, tables in packs.items():
            try:
                self._attach(alias, tables)
            except MemoryError:
                message = f"the packs take more than {MAX_MEMORY >> 20} MB"
                raise FactError(message, hint="name fewer packs, or seal one with fewer rows") from None
        self.aliases = tuple(packs)
        self.steps = 0
        """Virtual-machine steps of the last query, to the next five hundred."""
        for limit, value in (
            (sqlite3.SQLITE_LIMIT_LENGTH, max(MAX_LENGTH, 8 * self._longest)),  # changed rows too
            (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 20_000),
            (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 100),
            (sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 20),
            (sqlite3.SQLITE_LIMIT_ATTACHED, len(packs)),
        ):
            self._connection.setlimit(limit, value)

    def close(self) -> None:
        self._connection.close()

    def table_names(self, alias: str) -> list[str]:
        return [name for pack, name in self._tables if pack == alias]

    def table(self, name: str) -> tuple[str, Table]:
        """Return the alias and table that `name` or `alias.name` means.

        Raises: FactError naming the tables that are there.
        """
        alias, _, bare = name.rpartition(".")
        for candidate in (alias,) if alias else self.aliases:
            if found := self._tables.get((candidate, bare)):
                return candidate, found
        there = ", ".join(
            f"{pack}.{table}" if alias or len(self.aliases) > 1 else table for pack, table in sorted(self._tables)
        )
        raise FactError(f"no table {name!r}", hint=f"tables here: {there or 'none'}")

    def ask(self, fact: str) -> Answer:
        """Return what a cell path or a query says.

        Raises: FactError where it names nothing that is there, or is not allowed, or takes too long.
        """
        return self._query(fact) if is_query(fact) else self._cell(fact)

    def type_of(self, source: Source) -> str:
        """Return the type of a column that a fact read; "" for `*` and for what is no column of a table here."""
        table = self._tables.get((source.pack, source.table))
        columns = table.schema.columns if table else ()
        return next((column.type for column in columns if column.name == source.column), "")

    def is_key(self, source: Source) -> bool:
        table = self._tables.get((source.pack, source.table))
        return table is not None and source.column in table.schema.primary_key

    def rows(self, alias: str, name: str) -> tuple[Row, ...]:
        """Return a table's rows, () where there is none."""
        table = self._tables.get((alias, name))
        return table.rows if table else ()

    @contextmanager
    def altered(self, source: Source, way: str | None, where: str = "1") -> Iterator[None]:
        """Change a column for a while, to see whether a fact depends on it; None as `way` takes the rows away that
        fulfil `where`.

        `way` is SQL for the new value, with `{c}` for the column and `{t}` for its table.
        """
        table = f'"{source.pack}"."{source.table}"'
        column = f'"{source.column}"'
        self._connection.execute("savepoint altered")
        try:
            if way is None:
                self._connection.execute(f"delete from {table} where {where}")
            else:
                self._connection.execute(f"update {table} set {column} = {way.format(c=column, t=table)}")
            yield
        finally:
            self._connection.execute("rollback to altered")
            self._connection.execute("release altered")

    def _attach(self, alias: str, tables: Iterable[Table]) -> None:
        if not _ALIAS.fullmatch(alias) or alias in _RESERVED:
            raise FactError(f"{alias!r} cannot name a pack", hint="use lower-case letters, digits and underscores")
        self._connection.execute(f'attach ":memory:" as "{alias}"')
        for table in tables:
            self._tables[alias, table.name] = table
            names = table.schema.column_names
            columns = ", ".join(f'"{c.name}" {_SQL_TYPES[c.type]}' for c in table.schema.columns)
            self._connection.execute(f'create table "{alias}"."{table.name}" ({columns})')
            self._connection.executemany(
                f'insert into "{alias}"."{table.name}" values ({", ".join("?" * len(names))})',
                [[_to_sql(row[name]) for name in names] for row in table.rows],
            )
            texts = [f'max(length("{c.name}"))' for c in table.schema.columns if _SQL_TYPES[c.type] == "TEXT"]
            if texts:
                longest = self._connection.execute(
                    f'select {", ".join(texts)} from "{alias}"."{table.name}"'
                ).fetchone()
                self._longest = max(self._longest, sum(length or 0 for length in longest))

    def _cell(self, path: str) -> Answer:
        match = _CELL.fullmatch(path.strip())
        if match is None:
            raise FactError(
                f"{path!r} is neither a cell path nor a query",
                hint="write table.column, table[key].column, or select ...",
            )
        pack, name, key, column = match.group("pack", "table", "key", "column")
        alias, table = self.table(f"{pack}.{name}" if pack else name)
        if column not in table.schema.column_names:
            raise FactError(
                f"table {name} has no column {column!r}",
                hint=f"its columns: {', '.join(table.schema.column_names)}",
            )
        row, where = _row_of(table, key)
        query = f'select "{column}" from "{alias}"."{name}"{where}'
        return Answer((column,), ((row[column],),), (Source(alias, name, column),), query)

    def _query(self, sql: str) -> Answer:
        read: set[Source] = set()
        refused: list[str] = []

        def authorize(action: int, one: str | None, two: str | None, schema: str | None, _: str | None) -> int:
            match action:
                case sqlite3.SQLITE_SELECT | sqlite3.SQLITE_RECURSIVE:
                    return sqlite3.SQLITE_OK
                case sqlite3.SQLITE_READ if (schema or "", one or "") in self._tables:
                    read.add(Source(schema or "", one or "", two or "*"))
                    return sqlite3.SQLITE_OK
                case sqlite3.SQLITE_READ if not two and not schema:
                    return sqlite3.SQLITE_OK  # a common table expression that no column is taken from
                case sqlite3.SQLITE_FUNCTION if (two or "").lower() in _ALLOWED:
                    return sqlite3.SQLITE_OK
                case sqlite3.SQLITE_FUNCTION:
                    refused.append(f"the function {two}()")
                case sqlite3.SQLITE_READ:
                    refused.append(f"the table {one}")
                case _:
                    refused.append("anything but reading tables")
            return sqlite3.SQLITE_DENY

        steps = self._meter.spent = 0
        until = time.thread_time() + MAX_CPU_S

        def progress() -> int:
            nonlocal steps
            steps += _STEP
            return int(steps > MAX_STEPS or time.thread_time() > until)

        self._connection.set_authorizer(authorize)
        self._connection.set_progress_handler(progress, _STEP)
        try:
            cursor = self._connection.execute(sql)
            rows = _some(cursor)
        except (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError, MemoryError) as error:
            raise self._explain(error, refused) from None
        finally:
            self.steps = steps
            self._connection.set_authorizer(None)
            self._connection.set_progress_handler(None, 0)
        if rows is None:
            raise FactError(f"the query gives more than {MAX_ROWS} rows, or {MAX_RESULT >> 20} MB", hint="aggregate it")
        columns = tuple(str(column[0]) for column in cursor.description or ())
        cells = tuple(tuple(_from_sql(cell) for cell in row) for row in rows)
        return Answer(columns, cells, tuple(sorted(read)), sql.strip())

    def _explain(self, error: BaseException, refused: list[str]) -> FactError:
        if refused:
            return FactError(f"a fact may not use {refused[0]}", hint="read tables, with pure functions only")
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            return FactError("the query takes too long", hint="facts are small: fewer joins, no cross products")
        if isinstance(error, MemoryError):
            return FactError("the query takes too much memory", hint="facts are small: sort less, join less")
        there = ", ".join(sorted({table for _, table in self._tables}))
        return FactError(f"SQLite says: {error}", hint=f"tables here: {there}")


def _some(cursor: sqlite3.Cursor) -> list[Any] | None:
    """Return a query's rows; None where they are too many, or too long."""
    rows = []
    size = 0
    for row in cursor:
        rows.append(row)
        size += sum(len(cell) for cell in row if isinstance(cell, str | bytes))
        if len(rows) > MAX_ROWS or size > MAX_RESULT:
            return None
    return rows


def _row_of(table: Table, key: str | None) -> tuple[Row, str]:
    name = table.schema.name
    if key is None:
        if len(table.rows) != 1:
            names = ", ".join(table.schema.primary_key) or "none"
            raise FactError(
                f"table {name} has {len(table.rows)} rows", hint=f"name one: {name}[key].column; key: {names}"
            )
        return table.rows[0], ""
    wanted = key_parts(key)
    columns = table.schema.primary_key
    if len(wanted) != len(columns):
        names = ", ".join(columns) or "none"
        raise FactError(f"{len(wanted)} key values for table {name}, expected {len(columns)}", hint=f"its key: {names}")
    kinds = {column.name: column.type for column in table.schema.columns}
    try:
        values = [parse_cell(text, kinds[column]) for column, text in zip(columns, wanted, strict=True)]
    except (ValueError, InvalidOperation):
        raise FactError(f"{key!r} is no key of table {name}", hint=f"its key: {', '.join(columns)}") from None
    for row in table.rows:
        if [row[column] for column in columns] == values:
            tests = (f'"{c}" = {_literal(v)}' for c, v in zip(columns, values, strict=True))
            return row, " where " + " and ".join(tests)
    raise FactError(f"table {name} has no row {key!r}", hint="keys: " + _some_keys(table))


def key_parts(key: str) -> list[str]:
    """Return the values between the brackets of a cell path."""
    if not re.search(r'"|,', key):
        return [key.strip().strip("'")]
    parts = []
    at = 0
    while at <= len(key):
        match = _KEY_PART.match(key, at)
        if match is None:
            return [key]  # a quote in the middle of a value: no key of any table
        parts.append(match[1] if match[1] is not None else match[2].strip("'"))
        if match.end() == len(key) and not match[0].endswith(","):
            break
        at = match.end()
    return parts


def spell_key(values: Iterable[Cell]) -> str:
    """Return key values as they stand between the brackets of a cell path."""
    texts = (spell(value) for value in values)
    return ", ".join(f'"{text}"' if re.search(r"[,\[\]\s']", text) else text for text in texts)


def _some_keys(table: Table) -> str:
    keys = [spell_key(row[column] for column in table.schema.primary_key) for row in table.rows[:6]]
    return "; ".join(keys) + (" ..." if len(table.rows) > 6 else "")


def _literal(cell: Cell) -> str:
    return (
        spell(cell)
        if isinstance(cell, int | Decimal) and not isinstance(cell, bool)
        else "'" + spell(cell).replace("'", "''") + "'"
    )


def _to_sql(cell: Cell) -> Any:
    match cell:
        case bool():
            return int(cell)
        case Decimal():
            return float(cell)
        case datetime():
            return spell(cell)
        case str():
            return cell.encode("utf-8", "backslashreplace").decode()
        case _:
            return cell


def _from_sql(cell: Any) -> Cell:
    """Floats lose the noise behind their 15th digit, so that 0.1 + 0.2 reads 0.3."""
    if isinstance(cell, float):
        value = Decimal(f"{cell:.15g}")
        return value if value.is_finite() else None
    if isinstance(cell, bytes):
        raise FactError("the query gives binary data", hint="select text or numbers")
    return cell  # type: ignore[no-any-return]
