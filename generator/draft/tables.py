"""The sections of tables that no campaign made: what they are, how long, what their columns range over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clawpub.pack.model import named
from clawpub.pack.reader import Pack
from clawpub.pack.schema import Column, is_standard
from clawpub.pack.tables import Row, Table
from generator.draft import phrases
from generator.draft.desk import Desk, literal, quoted
from generator.draft.phrases import slug
from generator.draft.sentences import (
    Bound,
    Expression,
    Paragraph,
    Section,
    Sentence,
    bullets,
    call,
    paragraph,
    passage,
    say,
    section,
)

MOST_TABLES = 6
MOST_COLUMNS = 4
"""Of a table, that get a sentence of their own; one where the table is long."""
LONG = 20_000
"""Rows beyond which every question is a slow one."""
SHORT = 30
"""Rows that are shown as a table."""
SHOWN_COLUMNS = 6
TOP = 5
MOST_VALUES = 12
"""Different texts of a column that is counted by value."""

_EXPRESSIBLE = re.compile(r"[^\W\d](?:[\w .%()/:+-]*\w)?")
_FOREIGN = re.compile(r"id|key|index|rank|year", re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    desk: Desk
    alias: str
    table: Table

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def sql(self) -> str:
        return self.desk.sql(self.name, self.alias)

    @property
    def rows(self) -> Sequence[Row]:
        return self.table.rows

    @property
    def long(self) -> bool:
        return len(self.rows) > LONG

    def id(self, *words: str) -> str:
        of_others = [self.alias] if self.alias != self.desk.first else []
        several = of_others or len(own_tables(self.desk.packs[self.alias])) > 1
        return slug(" ".join((*of_others, *([self.name] if several else []), *words)), "value")

    def counted_by(self) -> str:
        """Return what counts the rows: a column that is never empty, where there is one."""
        full = (c.name for c in self.table.schema.columns if all(row[c.name] is not None for row in self.rows))
        column = next(full, None)
        return f"count({quoted(column)})" if column else "count(*)"


def own_tables(pack: Pack) -> list[Table]:
    """Return the tables of a pack that are not clawpub's own."""
    tables = (pack.table(name) for name in pack.table_names)
    return [table for table in tables if not is_standard(table.schema)]


def opening(desk: Desk, pack: Pack, tables: Sequence[Table]) -> Section | None:
    """Return the lead of a writeup about a pack that holds no campaign."""
    names = phrases.listed([phrases.code(table.name) for table in tables[:MOST_TABLES]])
    more = ", among others" if len(tables) > MOST_TABLES else ""
    what = "the table" if len(tables) == 1 else "the tables"
    holds = f"The data pack {phrases.code(pack.id)} holds {what} {names}{more}."
    rows = [_row_count(Sheet(desk, desk.first, table)) for table in tables[:MOST_TABLES]]
    return section(
        "",
        passage(
            "observed",
            paragraph(
                say(holds) if tables else say(f"The data pack {phrases.code(pack.id)} is without tables."), *rows
            ),
        ),
        passage("context", paragraph(*provenance(pack, tables))),
    )


def provenance(pack: Pack, tables: Sequence[Table]) -> Iterator[Sentence | None]:
    """Yield where the tables come from, what may be done with them, and what the pack notes."""
    if pack.descriptor.title:
        yield say(f"The pack is titled {phrases.code(pack.descriptor.title)}.")
    resources = [pack.resources[table.name] for table in tables]
    sources = [named(each) for owner in (pack.descriptor.sources, *(r.sources for r in resources)) for each in owner]
    licences = [named(each) for owner in (pack.descriptor.licenses, *(r.licenses for r in resources)) for each in owner]
    for what, found in (("source", sources), ("licence", licences)):
        known = [text for text in dict.fromkeys(map(phrases.one_line, found)) if text]
        if known:
            yield say(f"As its {what} it names {phrases.listed([phrases.code(text) for text in known[:MOST_TABLES]])}.")
        else:
            yield say(f"It names no {what}.")
    for note in pack.info.notes:
        yield say(f"A note of the pack says: “{phrases.escaped(note)}”")


def table_sections(desk: Desk, alias: str, tables: Sequence[Table], *, counted: bool = False) -> list[Section]:
    """Return a section for each table; `counted` says that the lead has given the numbers of rows."""
    found = (_section(Sheet(desk, alias, table), counted=counted) for table in tables[:MOST_TABLES])
    return [each for each in found if each is not None]


def closing(pack: Pack) -> list[Section]:
    """Return the end of a writeup about tables."""
    unknown = section(
        "What we don't know yet",
        passage(
            "speculation",
            paragraph(
                say("The tables say what was recorded, and not how it came about."),
                say("How the rows were chosen, and what is missing among them, has to come from their source.")
                if pack.info.origin != "executed"
                else None,
                say("What a reader might take from these numbers, and should not, is the author's to add."),
            ),
        ),
    )
    meaning = section(
        "What it means for builders",
        passage(
            "speculation", paragraph(say("What to do with these numbers is the author's advice, and belongs here."))
        ),
    )
    return [each for each in (unknown, meaning) if each is not None]


def _row_count(sheet: Sheet) -> Sentence | None:
    if not sheet.rows:
        return say(f"The table {phrases.code(sheet.name)} is empty.")
    fact = f"select {sheet.counted_by()} from {sheet.sql}"
    return say(f"The table {phrases.code(sheet.name)} has ", sheet.desk.count(sheet.id("rows"), fact, "row"), ".")


def _section(sheet: Sheet, *, counted: bool) -> Section | None:
    if not sheet.rows:
        return None if counted else section(_heading(sheet), passage("observed", paragraph(_row_count(sheet))))
    numbers = [column for column in sheet.table.schema.columns if _is_measure(sheet, column)]
    most = 1 if sheet.long else MOST_COLUMNS
    blocks: list[Paragraph | Expression | None] = [
        paragraph(None if counted else _row_count(sheet), _columns(sheet)),
        _shown(sheet),
        *(paragraph(*_range(sheet, column)) for column in numbers[:most]),
        *_top(sheet, numbers),
        *(paragraph(*_times(sheet, column)) for column in _of_type(sheet, "datetime")[:1]),
        *(paragraph(_share(sheet, column)) for column in _of_type(sheet, "boolean")[:most]),
        *(block for column in _categories(sheet)[: 1 if sheet.long else 2] for block in _distribution(sheet, column)),
    ]
    return section(_heading(sheet), passage("observed", *blocks))


def _heading(sheet: Sheet) -> str:
    return f"The table {phrases.code(sheet.name)}"


def _columns(sheet: Sheet) -> Sentence | None:
    names = [phrases.code(column.name) for column in sheet.table.schema.columns]
    more = ", among others" if len(names) > MOST_VALUES else ""
    return say(f"Its {'column is' if len(names) == 1 else 'columns are'} {phrases.listed(names[:MOST_VALUES])}{more}.")


def _shown(sheet: Sheet) -> Expression | None:
    """Return the table itself, where it is short."""
    names = [c.name for c in sheet.table.schema.columns if _EXPRESSIBLE.fullmatch(c.name)][:SHOWN_COLUMNS]
    if len(sheet.rows) > SHORT or not names or not _EXPRESSIBLE.fullmatch(sheet.name):
        return None
    name = sheet.name if sheet.alias == sheet.desk.first else f"{sheet.alias}.{sheet.name}"
    return Expression(call("table", name, columns=names), frozenset({(sheet.alias, sheet.name)}))


# --- columns of numbers -----------------------------------------------------------------------------------------------


def _is_measure(sheet: Sheet, column: Column) -> bool:
    """Whether a column measures something: numbers that differ, and no key."""
    if column.type not in ("integer", "number") or column.name in sheet.table.schema.primary_key:
        return False
    if _FOREIGN.fullmatch(column.name) or column.name.lower().endswith("_id"):
        return False
    values = [row[column.name] for row in sheet.rows if row[column.name] is not None]
    return len(values) > 1 and 2 * len(values) >= len(sheet.rows) and len(set(values)) > 1


def _range(sheet: Sheet, column: Column) -> Iterator[Sentence | None]:
    desk, name = sheet.desk, quoted(column.name)
    source = f"from {sheet.sql}"
    years = _are_years(sheet, column)
    unit = " seconds" if column.name.lower().endswith("_s") else ""

    def figure(what: str, call: str) -> Bound | None:
        if column.name.lower().endswith("_usd"):
            return desk.dollars(sheet.id(column.name, what), f"select {call} {source}")
        found = desk.figure(sheet.id(column.name, what), f"select {call} {source}", years=years)
        return found and desk.bound(found.words + unit, found.entry.id, *found.entry.facts)

    yield say(
        f"The values of {phrases.code(column.name)} begin at ", figure("min", f"min({name})"), " and end at ",
        figure("max", f"max({name})"), "; their median is ", figure("median", f"median({name})"), ".",
    )  # fmt: skip
    empty = f"select count(*) - count({name}) {source}"
    if any(row[column.name] is None for row in sheet.rows):
        yield say(
            desk.count(sheet.id(column.name, "empty"), empty, "cell", after="of that column"),
            " are empty." if desk.value(empty) != 1 else " is empty.",
        )


def _are_years(sheet: Sheet, column: Column) -> bool:
    values = [row[column.name] for row in sheet.rows if row[column.name] is not None]
    return column.type == "integer" and all(isinstance(value, int) and 1500 <= value <= 2200 for value in values)


def _top(sheet: Sheet, numbers: Sequence[Column]) -> list[Paragraph | None]:
    """Return the first rows by the first measure: each is bound to its place in the order, and to its name."""
    if sheet.long or not numbers or len(sheet.rows) <= TOP or (label := _label(sheet)) is None:
        return []
    column = numbers[0]
    rows = bullets(_ranked(sheet, column, label, place) for place in range(TOP))
    if not rows:
        return []
    return [paragraph(say(f"By {phrases.code(column.name)}, from the top:")), *rows]


def _ranked(sheet: Sheet, column: Column, label: str, place: int) -> Sentence | None:
    desk = sheet.desk
    order = f"from {sheet.sql} order by {quoted(column.name)} desc, {quoted(label)} limit 1 offset {place}"
    who = desk.value(f"select {quoted(label)} {order}")
    if not isinstance(who, str | int) or isinstance(who, bool):
        return None
    holds = f"select (select {quoted(label)} {order}) = {literal(who)}"
    found = desk.figure(
        sheet.id("top", column.name, str(place + 1)), f"select {quoted(column.name)} {order}", holds=holds
    )
    return say(f"{phrases.code(str(who))}: ", found)


def _label(sheet: Sheet) -> str | None:
    """Return the column that names the rows: the key, or else a column of texts that tells them apart."""
    key = sheet.table.schema.primary_key
    if len(key) == 1:
        return key[0] if _column(sheet, key[0]).type in ("string", "integer") else None
    for column in sheet.table.schema.columns:
        if column.type == "string":
            values = [row[column.name] for row in sheet.rows]
            if None not in values and len(set(values)) == len(values):
                return column.name
    return None


def _column(sheet: Sheet, name: str) -> Column:
    return next(column for column in sheet.table.schema.columns if column.name == name)


# --- other columns ----------------------------------------------------------------------------------------------------


def _of_type(sheet: Sheet, kind: str) -> list[Column]:
    columns = (column for column in sheet.table.schema.columns if column.type == kind)
    return [column for column in columns if any(row[column.name] is not None for row in sheet.rows)]


def _times(sheet: Sheet, column: Column) -> Iterator[Sentence | None]:
    name = quoted(column.name)
    first = sheet.desk.quote(sheet.id(column.name, "first"), f"select min({name}) from {sheet.sql}")
    last = sheet.desk.quote(sheet.id(column.name, "last"), f"select max({name}) from {sheet.sql}")
    yield say(f"The times of {phrases.code(column.name)} begin at ", first, " and end at ", last, ".")


def _share(sheet: Sheet, column: Column) -> Sentence | None:
    name = quoted(column.name)
    true = sheet.desk.ratio(
        sheet.id(column.name, "true"), f"select sum({name}) from {sheet.sql}", f"select count({name}) from {sheet.sql}"
    )
    return say(f"{phrases.code(column.name)} is true in ", true, " rows with a value.")


def _categories(sheet: Sheet) -> list[Column]:
    """Return the columns of texts that sort the rows into a few kinds."""
    found = []
    for column in sheet.table.schema.columns:
        if column.type == "string" and column.name not in sheet.table.schema.primary_key:
            values = Counter(row[column.name] for row in sheet.rows if row[column.name] is not None)
            if (
                2 <= len(values) <= MOST_VALUES
                and values.total() >= 2 * len(values)
                and all(_is_label(v) for v in values)
            ):
                found.append(column)
    return found


def _is_label(value: object) -> bool:
    return isinstance(value, str) and bool(value) and len(value) <= phrases.LONGEST_NAME


def _distribution(sheet: Sheet, column: Column) -> list[Paragraph]:
    desk, name = sheet.desk, quoted(column.name)
    values = Counter(str(row[column.name]) for row in sheet.rows if row[column.name] is not None)
    ranked = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    kinds = desk.count(sheet.id(column.name, "values"), f"select count(distinct {name}) from {sheet.sql}", "value")
    lead = say(f"The column {phrases.code(column.name)} has ", kinds, " that differ.")
    lines = [_value(sheet, column, value, place) for place, (value, _) in enumerate(ranked[:MOST_COLUMNS])]
    return [each for each in (paragraph(lead), *bullets(lines)) if each is not None]


def _value(sheet: Sheet, column: Column, value: str, place: int) -> Sentence | None:
    desk, name = sheet.desk, quoted(column.name)
    count = f"select count({name}) from {sheet.sql} where {name} = {literal(value)}"
    share = f"select 1.0 * sum({name} = {literal(value)}) / count({name}) from {sheet.sql}"
    of = "of the rows with a value"
    label = sheet.id(column.name, "is", value) if value.isascii() else sheet.id(column.name, f"value-{place + 1}")
    number = desk.whole(count)
    rows = desk.bound(f"{number:,}", label, count, after=phrases.plural("row", number)) if number else None
    return say(f"{phrases.code(value)}: ", rows, ", ", desk.percent(f"{label}-share", share), f" {of}.")
