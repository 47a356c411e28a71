"""Does a fact read the pack, or only pretend to? The cells that a query read are changed, and the query asked again.

A fact proves something only where another pack would have given another value. So for each column that SQLite says was
read, its values are moved, replaced by others of the column or by what the query asks for, or all rows taken away; a
query whose answer no such change moves is vacuous, like `select 29 + 0 * passes`. One whose answer stands in its own
text, and follows that text when it is changed while small changes of the pack leave it alone, is a typed number in
disguise, like `select max(29, passes)`.

What is missing proves nothing here: a NULL makes any sum NULL, and no row gives no value, whatever was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain

from clawpub.errors import FactError
from clawpub.pack.query import MAX_STEPS, Answer, Database, Source
from clawpub.pack.tables import Cell

GENTLE = {
    "integer": ("{c} + 1", "case when rowid = 1 then {c} + 1 else {c} end"),
    "number": ("{c} + 1", "{c} * 1.5"),
    "boolean": ("1 - {c}",),
    "string": (
        "{c} || '~'",
        "case when rowid % 2 then {c} || '~' else {c} end",
        "(select max({c}) from {t})",
        "(select min({c}) from {t})",
    ),
    "datetime": ("(select max({c}) from {t})", "(select min({c}) from {t})"),
}
"""By a column's type: what its values become. Each may change what a fact says and leaves the table what it was."""
ROUGH = {
    "integer": ("{c} * 1000 + 7", "{c} * 4", "{c} / 3", "-{c}", "0"),
    "number": ("{c} * 1000 + 7", "{c} * 4", "{c} / 3", "-{c}", "0"),
    "boolean": ("1", "0"),
    "string": ("'~'",),
    "datetime": ("'1970-01-01T00:00:00Z'",),
}
MOST_STEPS = MAX_STEPS // 50
"""Of a query, which is asked again for every change: 40 ms or so."""
_LITERAL = re.compile(r"'(?:[^']|'')*'|(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
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
    if value is None or _moves(value, _changed(database, answer, GENTLE)):
        return None
    if not holds and (literal := _echoed(database, answer, value)):
        return f"its value {literal} stands in the query itself"
    rough = chain(_changed(database, answer, ROUGH), _asked_for(database, answer), _emptied(database, answer))
    return None if _moves(value, rough) else "no change to the cells that it reads would change it"


def _moves(value: Cell, changed: Iterable[Cell]) -> bool:
    return any(other is not None and other != value for other in changed)


def _changed(database: Database, answer: Answer, ways: dict[str, tuple[str, ...]]) -> Iterator[Cell]:
    """Yield the query's value over packs in which one column was changed in one way, each way and column apart."""
    for source in answer.sources:
        for way in ways.get(database.type_of(source), ()):
            with database.altered(source, way):
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
        written = match[0]
        if written.startswith("'"):
            others: list[tuple[str, Cell]] = [(f"'~{shift}'", f"~{shift}") for shift in SHIFTS]
            same = isinstance(value, str) and written[1:-1].replace("''", "'") == value
        else:
            others = [(f"{Decimal(written) + shift}", Decimal(written) + shift) for shift in SHIFTS]
            same = isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(written) == value
        if same and all(
            _value(database, answer.query[: match.start()] + text + answer.query[match.end() :]) == other
            for text, other in others
        ):
            return written
    return None
