"""Does a fact read the pack, or only pretend to? The cells that a query read are changed, and the query asked again.

A fact proves something only where another pack would have given another value. So for each column that SQLite says was
read, its values are moved, replaced by others of the column or by what the query asks for, or all rows taken away; a
query whose answer no such change moves is vacuous, like `select 29 + 0 * passes`. One whose answer stands in its own
text, and follows that text when it is changed, is a typed number in disguise, like `select max(29, passes)`.

A view is held to the same, cell by cell: what stands in it over empty packs was typed, and so was a cell that repeats a
literal of its query, and a column of numbers that no change moves. Labels without digits may be typed.

What is missing proves nothing here: a NULL makes any sum NULL, and no row gives no value, whatever was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from itertools import chain, groupby

from clawpub.errors import FactError
from clawpub.pack.query import MAX_STEPS, Answer, Database, Source
from clawpub.pack.tables import Cell

GENTLE = {
    "integer": ("{c} + 1", "case when rowid = 1 then {c} + 1 else {c} end"),
    "number": ("{c} + 1", "{c} * 1.5", "case when rowid = 1 then {c} + 1 else {c} end"),
    "boolean": ("1 - {c}", "case when rowid = 1 then 1 - {c} else {c} end"),
    "string": (
        "{c} || '~'",
        "case when rowid % 2 then {c} || '~' else {c} end",
        "(select max({c}) from {t})",
        "(select min({c}) from {t})",
    ),
    "datetime": ("(select max({c}) from {t})", "(select min({c}) from {t})"),
}
"""By a column's type: what its values become. Each may change what a fact says and leaves the table what it was."""
_REFLECTED = "(select max({c}) + min({c}) from {t}) - {c}"
"""What turns a skew round and leaves all values between the ends that they had."""
_UNEVEN = "case when rowid % 2 then {c} + 1 else {c} end"
"""What makes neighbours differ that were the same, wherever in the table they stand."""
ROUGH = {
    "integer": ("{c} * 1000 + 7", "{c} * 4", "{c} / 3", "-{c}", "0", _REFLECTED, _UNEVEN),
    "number": ("{c} * 1000 + 7", "{c} * 4", "{c} / 3", "-{c}", "0", _REFLECTED, _UNEVEN),
    "boolean": ("1", "0"),
    "string": ("'~'",),
    "datetime": ("'1970-01-01T00:00:00Z'",),
}
_NUMBERS = {kind: ways for kind, ways in GENTLE.items() if kind in ("integer", "number", "boolean")}
"""What moves a number that is read; a text that is changed may only lead another way round it."""
MOST_STEPS = MAX_STEPS // 20
"""Of a query, which is asked again for every change: 40 ms or so."""
_LITERAL = re.compile(r"'(?:[^']|'')*'|(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_FLIPPED = {
    "integer": ("0", "{c} + 1", "{c} - 1", "1000000"),
    "number": ("0", "{c} + 1", "{c} - 1", "1000000"),
    "boolean": ("1 - {c}",),
    "string": ("{c} || '~'", "''"),
    "datetime": ("'1970-01-01T00:00:00Z'", "'2999-01-01T00:00:00Z'"),
}
"""What one row's cell becomes, so that a statement over all rows no longer holds."""
_ASKS_MISSING = re.compile(r"\b(?:is\s+(?:not\s+)?null|isnull|notnull)\b", re.IGNORECASE)
_AMOUNT = re.compile(r"[\s$€£~≥≤<>]*[-+−]?\d[\d.,/%–\s-]*[KMB]?")
"""What a cell reads as a number, a score or a range; a name or a date with digits in it is none."""
MOST_LITERALS = 16
"""Of a query that a column is filled with."""
SHIFTS = (Decimal(2), Decimal(5))


def vacuous(database: Database, answer: Answer, *, holds: bool = False) -> str | None:
    """Return why a query's single value proves nothing, None where it does. `holds`: it says whether something is so.

    Raises: FactError where the query takes too long, as `Database.ask`.
    """
    value = answer.value()
    if database.ask(answer.query) and database.steps > MOST_STEPS:
        return "it takes too long to be asked again over a changed pack"
    if value is None:
        return None
    counts = isinstance(value, int | Decimal)
    if _moves(value, _changed(database, answer, _NUMBERS if counts else GENTLE)):
        return None
    if not holds and (literal := _echoed(database, answer, value)):
        return f"its value {literal} stands in the query itself"
    if counts and _moves(value, _changed(database, answer, GENTLE)):
        return None
    rough = chain(
        _changed(database, answer, ROUGH),
        _missing(database, answer),
        _asked_for(database, answer),
        _emptied(database, answer),
    )
    return None if _moves(value, rough) else "no change to the cells that it reads would change it"


Rows = tuple[tuple[Cell, ...], ...]


def typed_in(database: Database, answer: Answer) -> str | None:
    """Return what of a view was typed into its query and read from no pack; None where nothing was."""
    if not answer.sources:
        return "it reads no cell of any pack"
    with ExitStack() as emptied:
        for pack, table in sorted({(source.pack, source.table) for source in answer.sources}):
            emptied.enter_context(database.altered(Source(pack, table, "*"), None))
        if typed := next(
            (cell for row in _rows(database, answer.query) for cell in row if cell not in (None, 0)), None
        ):
            return f"{typed!r} is there though the packs are empty"
    return _repeated(database, answer) or _unmoved(database, answer)


def _repeated(database: Database, answer: Answer) -> str | None:
    """Return what a cell repeats of the query's text, where it follows that text when it is changed and no number of
    the packs moves it."""
    moved = _moved(database, answer)
    for match in _LITERAL.finditer(answer.query):
        written, others = match[0], _others(match[0])
        places = [
            (row, column)
            for row, cells in enumerate(answer.rows)
            for column, cell in enumerate(cells)
            if (row, column) not in moved and _says(cell, written) and re.search(r"\d", written)
        ]
        changed = (
            [(_rows(database, _replaced(answer.query, match, text)), other) for text, other in others] if places else []
        )
        for row, column in places:
            if all(row < len(rows) and rows[row][column] == other for rows, other in changed):
                return f"{written} in the column {answer.columns[column]} stands in the query itself"
    return None


def _moved(database: Database, answer: Answer) -> set[tuple[int, int]]:
    """Return the cells, by row and column, that some number of the packs moves."""
    moved: set[tuple[int, int]] = set()
    for source in answer.sources:
        for way in _NUMBERS.get(database.type_of(source), ()):
            with database.altered(source, way):
                rows = _rows(database, answer.query)
            moved |= {
                (row, column)
                for row, (before, after) in enumerate(zip(answer.rows, rows, strict=False))
                for column, (one, other) in enumerate(zip(before, after, strict=True))
                if one != other
            }
    return moved


def _unmoved(database: Database, answer: Answer) -> str | None:
    """Return a column of numbers that no change to the cells that were read would move."""
    still = {
        column
        for column in range(len(answer.columns))
        if any(_AMOUNT.fullmatch(str(row[column])) for row in answer.rows if row[column] is not None)
    }
    if not still:
        return None
    changes = [
        (s, way, "1") for ways in (GENTLE, ROUGH) for s in answer.sources for way in ways.get(database.type_of(s), ())
    ]
    tables = sorted({(source.pack, source.table) for source in answer.sources})
    thinned = [(Source(*table, "*"), None, where) for table in tables for where in ("rowid % 2", "rowid % 3 > 0")]
    for source, way, where in [*changes, *thinned]:
        with database.altered(source, way, where):
            rows = _rows(database, answer.query)
        still -= {c for c in still if {row[c] for row in rows} - {row[c] for row in answer.rows}}
        if not still:
            return None
    return f"no change to the cells that it reads would change the column {answer.columns[min(still)]}"


def _rows(database: Database, query: str) -> Rows:
    """Return what a query gives, () where it fails."""
    try:
        return database.ask(query).rows
    except FactError:
        return ()


MOST_FLIPPED = 300
"""Rows of a table that are changed one at a time."""


def falsified_by(database: Database, answer: Answer, enough: int) -> int:
    """Return how many single rows, were they other than they are, would make a statement false; `enough` at most.

    Only columns outside of a table's key are changed: a row that goes by another name is another row.
    """
    found = 0
    for (pack, name), sources in groupby(answer.sources, lambda source: (source.pack, source.table)):
        changed = [source for source in sources if not database.is_key(source)]
        rows = min(len(database.rows(pack, name)), MOST_FLIPPED)
        for row in range(1, rows + 1):
            found += any(_falsified(database, answer, source, row) for source in changed)
            if found >= enough:
                return found
    return found


def _falsified(database: Database, answer: Answer, source: Source, row: int) -> bool:
    others = _FLIPPED.get(database.type_of(source), ())
    if _ASKS_MISSING.search(answer.query):
        others = ("null", *others)
    for other in others:
        with database.altered(source, f"case when rowid = {row} then {other} else {{c}} end"):
            if _value(database, answer.query) == 0:
                return True
    return False


def _moves(value: Cell, changed: Iterable[Cell]) -> bool:
    return any(other is not None and other != value for other in changed)


def _changed(database: Database, answer: Answer, ways: dict[str, tuple[str, ...]]) -> Iterator[Cell]:
    """Yield the query's value over packs in which one column was changed in one way, each way and column apart."""
    for source in answer.sources:
        for way in ways.get(database.type_of(source), ()):
            with database.altered(source, way):
                yield _value(database, answer.query)


def _missing(database: Database, answer: Answer) -> Iterator[Cell]:
    """Yield the value of a query that asks whether cells are missing, over packs in which they are."""
    for source in answer.sources if _ASKS_MISSING.search(answer.query) else ():
        with database.altered(source, "null"):
            yield _value(database, answer.query)


def _asked_for(database: Database, answer: Answer) -> Iterator[Cell]:
    """Yield the query's value where a column holds what the query itself names: for a count of 0 the only proof."""
    literals = list(dict.fromkeys(_LITERAL.findall(answer.query)))[:MOST_LITERALS]
    for source in answer.sources:
        for literal in literals:
            if literal.startswith("'") == (database.type_of(source) in ("string", "datetime")):
                with database.altered(source, literal.replace("{", "{{").replace("}", "}}")):
                    yield _value(database, answer.query)


def _emptied(database: Database, answer: Answer) -> Iterator[Cell]:
    """Yield the query's value where a table has no rows."""
    for pack, table in sorted({(source.pack, source.table) for source in answer.sources}):
        with database.altered(Source(pack, table, "*"), None):
            yield _value(database, answer.query)


def _value(database: Database, query: str) -> Cell:
    """Return what a query gives, None where it fails or gives no single value."""
    try:
        return database.ask(query).value()
    except FactError:
        return None


def _echoed(database: Database, answer: Answer, value: Cell) -> str | None:
    """Return the literal of a query that its value repeats, whatever is written there; None where there is none."""
    for match in _LITERAL.finditer(answer.query):
        if _says(value, match[0]) and all(
            _value(database, _replaced(answer.query, match, text)) == other for text, other in _others(match[0])
        ):
            return match[0]
    return None


def _says(value: Cell, written: str) -> bool:
    """Whether a value is what a literal of SQL writes."""
    if written.startswith("'"):
        return isinstance(value, str) and written[1:-1].replace("''", "'") == value
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(written) == value


def _others(written: str) -> list[tuple[str, Cell]]:
    """Return other literals of the kind, and the value of each."""
    if written.startswith("'"):
        return [(f"'~{shift}'", f"~{shift}") for shift in SHIFTS]
    return [(f"{Decimal(written) + shift}", Decimal(written) + shift) for shift in SHIFTS]


def _replaced(query: str, match: re.Match[str], text: str) -> str:
    return query[: match.start()] + text + query[match.end() :]
