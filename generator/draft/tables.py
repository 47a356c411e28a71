"""The sections of tables that no campaign made: what they are, how long, what their columns range over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

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
MOST_COLUMNS = 6
"""Of a table, of numbers and of truths, that get a sentence of their own; one where the table is long."""
MOST_LISTS = 4
"""Columns of a table whose values are listed with their counts; one where the table is long."""
LISTED = 6
"""Values of such a column."""
LONG = 20_000
"""Rows beyond which every question is a slow one."""
SHORT = 30
"""Rows that are shown as a table."""
SHOWN_COLUMNS = 6
TOP = 5
MOST_VALUES = 12
"""Different texts of a column that is counted by value."""

_EXPRESSIBLE = re.compile(r"[^\W\d](?:[\w .%()/:+-]*\w)?")
NAMES = ("name", "title", "model", "page", "label", "task", "player", "company", "country", "city", "language")
"""Words of the columns that say what a row is called, the likelier first."""
_RATE = re.compile(r"(?:^|_)(?:pct|percent|percentage)(?:_|$)|percent", re.IGNORECASE)
_PASS_RATE = re.compile(r"(?:^|_)(?:pass|success|win|error|hit)_?rate", re.IGNORECASE)
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
    times, truths = _of_type(sheet, "datetime")[:1], _of_type(sheet, "boolean")[:most]
    sorts = _categories(sheet)[: 1 if sheet.long else MOST_LISTS]
    blocks: list[Paragraph | Expression | None] = [
        paragraph(None if counted else _row_count(sheet), _columns(sheet)),
        _shown(sheet),
        *(paragraph(*_range(sheet, column)) for column in numbers[:most]),
        *_top(sheet, numbers),
        *(paragraph(*_times(sheet, column)) for column in times),
        *(paragraph(_share(sheet, column)) for column in truths),
        *(block for column in sorts for block in _distribution(sheet, column)),
        paragraph(_left_out(sheet, [*numbers[:most], *times, *truths, *sorts])),
    ]
    return section(_heading(sheet), passage("observed", *blocks))


def _left_out(sheet: Sheet, told: Sequence[Column]) -> Sentence | None:
    """Return which columns no sentence is about; the key and the rows' names need none."""
    known = {*(column.name for column in told), *sheet.table.schema.primary_key, *_labels(sheet)}
    names = [phrases.code(c.name) for c in sheet.table.schema.columns if c.name not in known]
    if not names:
        return None
    more = ", among others" if len(names) > MOST_VALUES else ""
    are = "column" if len(names) == 1 else "columns"
    return say(f"This text leaves out the {are} {phrases.listed(names[:MOST_VALUES])}{more}.")


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

    def figure(what: str, call: str) -> Bound | None:
        return _amount(sheet, column, sheet.id(column.name, what), f"select {call} {source}")

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


def _amount(sheet: Sheet, column: Column, id: str, fact: str, *, holds: str | None = None) -> Bound | None:
    """Return a value of a column in its unit; None where it has none, or `holds` does not."""
    desk, lower = sheet.desk, column.name.lower()
    if lower.endswith("_usd"):
        found = desk.dollars(id, fact)
    elif _in_percent(sheet, column):
        found = desk.stored_percent(id, fact)
    else:
        found = desk.figure(id, fact, years=_are_years(sheet, column))
    if found is None or (holds and not desk.is_so(holds)):
        return None
    unit = " seconds" if lower.endswith("_s") else ""
    return desk.bound(found.words + unit, id, fact, holds=holds, unit=found.entry.unit)


def _are_years(sheet: Sheet, column: Column) -> bool:
    values = [row[column.name] for row in sheet.rows if row[column.name] is not None]
    return column.type == "integer" and all(isinstance(value, int) and 1500 <= value <= 2200 for value in values)


def _in_percent(sheet: Sheet, column: Column) -> bool:
    """Whether a column is stored in percent: its name says so, and its values are not all shares of 1."""
    values = [Decimal(cell) for row in sheet.rows if isinstance(cell := row[column.name], int | Decimal)]
    if not values or max(map(abs, values)) <= 1:
        return False
    rate = _PASS_RATE.search(column.name) and min(values) >= 0 and max(values) <= 100
    return bool(_RATE.search(column.name) or rate)


def _top(sheet: Sheet, numbers: Sequence[Column]) -> list[Paragraph | None]:
    """Return the first rows by the first measure: each is bound to its place in the order, and to its name."""
    labels = _labels(sheet)
    if sheet.long or not numbers or len(sheet.rows) <= TOP or not labels:
        return []
    column = numbers[0]
    rows = bullets(_ranked(sheet, column, labels, place) for place in range(TOP))
    if not rows:
        return []
    return [paragraph(say(f"By {phrases.code(column.name)}, from the top:")), *rows]


def _ranked(sheet: Sheet, column: Column, labels: Sequence[str], place: int) -> Sentence | None:
    """Return a row by its names and its value; `labels` are bound to it, the last of them tells the rows apart."""
    desk = sheet.desk
    order = f"from {sheet.sql} order by {quoted(column.name)} desc, {quoted(labels[-1])} limit 1 offset {place}"
    who = [desk.value(f"select {quoted(label)} {order}") for label in labels]
    texts = [value for value in who if isinstance(value, str | int) and not isinstance(value, bool)]
    if len(texts) < len(labels):
        return None
    same = " and ".join(
        f"(select {quoted(label)} {order}) = {literal(text)}" for label, text in zip(labels, texts, strict=True)
    )
    fact, id = f"select {quoted(column.name)} {order}", sheet.id("top", column.name, str(place + 1))
    first, *more = [phrases.row_name(label, str(text)) for label, text in zip(labels, texts, strict=True)]
    return say(f"{first}{f' ({more[0]})' if more else ''}: ", _amount(sheet, column, id, fact, holds=f"select {same}"))


def _labels(sheet: Sheet) -> tuple[str, ...]:
    """Return what rows are called by: a column of names where there is one, with the key where names come twice."""
    apart, name = _label(sheet), _name(sheet)
    if name is None or (apart and _says_words(sheet, apart)):
        return (apart,) if apart else ()
    values = [row[name] for row in sheet.rows]
    return (name,) if len(set(values)) == len(values) or apart is None else (name, apart)


def _says_words(sheet: Sheet, column: str) -> bool:
    """Whether what tells the rows apart can be read: words, and not numbers."""
    return all(isinstance(value := row[column], str) and any(map(str.isalpha, value)) for row in sheet.rows)


def _name(sheet: Sheet) -> str | None:
    """Return the column of texts that is called like what names things: page, model, title."""
    texts = [
        column.name
        for column in sheet.table.schema.columns
        if column.type == "string" and all(_is_label(row[column.name]) for row in sheet.rows)
    ]
    for word in NAMES:
        for text in texts:
            if re.search(rf"(?:^|[\W_]){word}(?:$|[\W_])", text, re.IGNORECASE):
                return text
    return None


def _label(sheet: Sheet) -> str | None:
    """Return the column that tells the rows apart: the key, or else one of texts that does."""
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
    return say(f"{phrases.code(column.name)} is true in ", true, f" rows{_with_value(sheet, column)}.")


def _with_value(sheet: Sheet, column: Column) -> str:
    """Return what narrows the rows down to those that count: nothing where no cell is empty."""
    return " with a value" if any(row[column.name] is None for row in sheet.rows) else ""


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
    lines = [_value(sheet, column, value, place) for place, (value, _) in enumerate(ranked[:LISTED])]
    rest = paragraph(say("Its other values are not listed here.")) if len(ranked) > LISTED else None
    return [each for each in (paragraph(lead), *bullets(lines), rest) if each is not None]


def _value(sheet: Sheet, column: Column, value: str, place: int) -> Sentence | None:
    desk, name = sheet.desk, quoted(column.name)
    count = f"select count({name}) from {sheet.sql} where {name} = {literal(value)}"
    share = f"select 1.0 * sum({name} = {literal(value)}) / count({name}) from {sheet.sql}"
    of = f"of the rows{_with_value(sheet, column)}"
    label = sheet.id(column.name, "is", value) if value.isascii() else sheet.id(column.name, f"value-{place + 1}")
    number = desk.whole(count)
    rows = desk.bound(f"{number:,}", label, count, after=phrases.plural("row", number)) if number else None
    return say(f"{phrases.code(value)}: ", rows, ", ", desk.percent(f"{label}-share", share), f" {of}.")
