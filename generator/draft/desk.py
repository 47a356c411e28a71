"""The desk at which a draft is written: it asks the packs, and gives words with the fact that they stand on.

Each method gives None where the packs hold no value for it, so that no sentence is made of what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from clawpub.errors import FactError
from clawpub.pack.query import Answer, Database, spell_key
from clawpub.pack.reader import Pack
from clawpub.pack.schema import Schema, is_standard
from clawpub.pack.tables import Cell, Row, Table, spell
from clawpub.quantity import FactUnit
from generator.draft import phrases
from generator.draft.sentences import Bound, Entry, Place

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


class Desk:
    """Packs by alias, open for facts; the first pack's tables need no alias."""

    def __init__(self, packs: Mapping[str, Pack]) -> None:
        self.packs = packs
        self.first = next(iter(packs))
        self.database = Database({alias: pack.tables() for alias, pack in packs.items()})
        self._answers: dict[str, Answer | None] = {}

    # --- tables ---

    def standard(self, schema: Schema, alias: str = "") -> Table | None:
        """Return one of clawpub's own tables, None where the pack has none such or it is empty."""
        pack = self.packs[alias or self.first]
        if schema.name not in pack.table_names:
            return None
        table = pack.table(schema.name)
        return table if is_standard(table.schema, schema) and table.rows else None

    def sql(self, table: str, alias: str = "") -> str:
        """Return a table as a query names it."""
        return quoted(table) if alias in ("", self.first) else f"{quoted(alias)}.{quoted(table)}"

    def cell(self, table: Table, row: Row, column: str, alias: str = "") -> str | None:
        """Return the fact that reads one cell: a path where there is one, else a query; None without a key."""
        key = table.schema.primary_key
        start = table.name if alias in ("", self.first) else f"{alias}.{table.name}"
        plain = _is_plain(table.name) and _NAME.fullmatch(column)
        if plain and len(table.rows) == 1:
            return f"{start}.{column}"
        values = [row[name] for name in key]
        if not key or any(value is None for value in values):
            return None
        if plain and not any(re.search(r"[\"'\[\]\r\n]|^\s|\s$", spell(value)) for value in values):
            return f"{start}[{spell_key(values)}].{column}"
        where = " and ".join(f"{quoted(name)} = {literal(row[name])}" for name in key)
        return f"select {quoted(column)} from {self.sql(table.name, alias)} where {where}"

    # --- facts ---

    def ask(self, fact: str) -> Answer | None:
        """Return what a fact says; None where it cannot be asked."""
        if fact not in self._answers:
            try:
                answer = self.database.ask(fact)
                answer.value()
                self._answers[fact] = answer
            except FactError:
                self._answers[fact] = None
        return self._answers[fact]

    def value(self, fact: str | None) -> Cell:
        answer = self.ask(fact) if fact else None
        return answer.value() if answer else None

    def number(self, fact: str | None) -> int | Decimal | None:
        value = self.value(fact)
        return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None

    def whole(self, fact: str | None) -> int | None:
        value = self.value(fact)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def is_so(self, query: str) -> bool:
        return self.value(query) == 1

    # --- words ---

    def bound(
        self,
        words: str,
        id: str,
        *facts: str,
        holds: str | None = None,
        after: str = "",
        count: int | None = None,
        unit: FactUnit | None = None,
    ) -> Bound:
        asked = [self.ask(fact) for fact in (*facts, *filter(None, [holds]))]
        reads = frozenset((s.pack, s.table) for answer in asked if answer for s in answer.sources)
        return Bound(words, Entry(id, facts, holds, unit), f" {after}" if after else "", count, reads)

    def count(
        self, id: str, fact: str | None, noun: str = "", *, after: str = "", holds: str | None = None
    ) -> Bound | None:
        """Return a count and its noun: "seven runs", "1,204 calls"."""
        number = self.whole(fact)
        if fact is None or number is None or number < 0 or (holds and not self.is_so(holds)):
            return None
        tail = " ".join(filter(None, (phrases.plural(noun, number) if noun else "", after)))
        return self.bound(phrases.counted(number), id, fact, holds=holds, after=tail, count=number)

    def ratio(self, id: str, part: str, whole: str, *, slash: bool = False) -> Bound | None:
        """Return "3 of 10", or 3/10."""
        k, n = self.whole(part), self.whole(whole)
        if k is None or n is None or not n or not 0 <= k <= n:
            return None
        words = (
            f"{k}/{n}"
            if slash
            else f"{k} of {n}"
            if n > phrases.DOZEN
            else f"{phrases.counted(k)} of {phrases.counted(n)}"
        )
        return self.bound(words, id, part, whole)

    def percent(self, id: str, fact: str | None) -> Bound | None:
        share = self.number(fact)
        if fact is None or share is None or not 0 <= share <= 1:
            return None
        return self.bound(phrases.percent(share), id, fact)

    def stored_percent(self, id: str, fact: str) -> Bound | None:
        """Return a number that is stored in percent."""
        value = self.number(fact)
        if value is None or not shows(value):
            return None
        return self.bound(phrases.percent(Decimal(value) / 100), id, fact, unit="percent")

    def dollars(self, id: str, fact: str | None) -> Bound | None:
        value = self.number(fact)
        if fact is None or value is None:
            return None
        return self.bound(f"{'-' if value < 0 else ''}{phrases.dollars(value if value >= 0 else -value)}", id, fact)

    def seconds(self, id: str, fact: str | None) -> Bound | None:
        value = self.number(fact)
        if fact is None or value is None or value < 0:
            return None
        shown = phrases.figure(value, 2 if value >= 100 else 3)
        return self.bound(f"{shown} {'second' if shown == '1' else 'seconds'}", id, fact)

    def figure(self, id: str, fact: str | None, *, years: bool = False, holds: str | None = None) -> Bound | None:
        """Return a cell of a table: whole numbers in full."""
        value = self.number(fact)
        if fact is None or value is None or not shows(value) or (holds and not self.is_so(holds)):
            return None
        return self.bound(phrases.whole_or_figure(value, years=years), id, fact, holds=holds)

    def measure(self, id: str, fact: str | None) -> Bound | None:
        """Return a number in three digits."""
        value = self.number(fact)
        return self.bound(phrases.figure(value), id, fact) if fact and value is not None and shows(value) else None

    def quote(self, id: str, fact: str | None) -> Bound | None:
        """Return a text of the pack, word for word."""
        value = self.value(fact)
        if fact is None or not isinstance(value, str) or phrases.one_line(value, 200) != value:
            return None
        return self.bound(phrases.escaped(value), id, fact)

    def stated(self, words: str, id: str, holds: str) -> Bound | None:
        """Return words that hold no number, where the pack says that they hold."""
        return self.bound(words, id, holds=holds) if self.is_so(holds) else None

    def place(self, table: str, alias: str = "") -> Place:
        return alias or self.first, table


def shows(value: int | Decimal) -> bool:
    """Whether a number can be printed in a few digits."""
    return value == 0 or Decimal("1e-6") <= abs(Decimal(value)) < Decimal("1e15")


def _is_plain(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and name.lower() not in _WORDS


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return name if _is_plain(name) else '"' + name.replace('"', '""') + '"'


def literal(value: Cell) -> str:
    """Return a value as SQL writes it."""
    if isinstance(value, bool):
        return str(int(value))
    return spell(value) if isinstance(value, int | Decimal) else "'" + spell(value).replace("'", "''") + "'"


_WORDS = frozenset(
    "abort action add after all alter always analyze and as asc attach autoincrement before begin between by "
    "cascade case cast check collate column commit conflict constraint create cross current current_date "
    "current_time current_timestamp database default deferrable deferred delete desc detach distinct do drop each "
    "else end escape except exclude exclusive exists explain fail false filter first following for foreign from "
    "full generated glob group groups having if ignore immediate in index indexed initially inner insert instead "
    "intersect into is isnull join key last left like limit match materialized natural no not nothing notnull "
    "null nulls of offset on or order others outer over partition plan pragma preceding primary query raise range "
    "recursive references regexp reindex release rename replace restrict returning right rollback row rowid rows "
    "savepoint select set table temp temporary then ties to transaction trigger true unbounded union unique "
    "update using vacuum values view virtual when where window with without".split()
)
"""What SQLite reads as something else than a name."""
