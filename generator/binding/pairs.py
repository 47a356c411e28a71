"""Two rows of a table, or two packs, against each other: differences, relative changes, ratios; a row in its column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from itertools import permutations

from clawpub.pack.schema import Column
from clawpub.pack.tables import Row
from clawpub.quantity import FactUnit
from generator.binding.model import Candidate, Found
from generator.binding.sheets import Place, Sheet, number_of, quoted
from generator.binding.vocabulary import APART, NOT_ADDED
from generator.binding.words import stem, stems_of, words_of

MOST_SAID = 12
"""Rows, or values of a column, that are paired or grouped by."""
MOST_COLUMNS = 45
"""Of a table whose columns are divided by each other."""


def rows_of_column(sheet: Sheet, said: Collection[str]) -> Found:
    """Yield a named row's share of its column, and named rows against each other."""
    rows = sheet.said_rows(said)[:MOST_SAID]
    for column, values in list(sheet.numeric.items())[:MOST_COLUMNS]:
        if column.name in sheet.key:
            continue
        total, name = sum(values), quoted(column.name)
        known = [(row, number) for row in rows if (number := number_of(row[column.name])) is not None]
        for row, number in known:
            if total > 0 and not NOT_ADDED & {stem(word) for word in words_of(column.name)}:
                names = sheet.row_names(row)
                fact = f"select 1.0 * sum(case when {sheet.where(row)} then {name} end) / sum({name}) from {sheet.ref}"
                meaning = (sheet.alias, "row share", names, stems_of(column.name))
                label = " ".join((*names, column.name, "share"))
                place = (sheet.place(column.name),)
                yield (
                    "share",
                    Candidate(
                        (fact,), number / total, "share", place, meaning, names, (), (sheet.alias,), None, 4, label
                    ),
                )
            yield from _out_of(sheet, column, row, number)
        for (one, a), (other, b) in permutations(known, 2):
            names = (*sheet.row_names(one), *sheet.row_names(other))
            source = f"{sheet.ref} a, {sheet.ref} b where {sheet.where(one, 'a.')} and {sheet.where(other, 'b.')}"
            side = (sheet.place(column.name), source, names, (sheet.alias,), column in sheet.percents)
            yield from _pairs(column, a, b, *side)


def _out_of(sheet: Sheet, column: Column, row: Row, number: float) -> Found:
    """Yield a whole number of a named row out of another one: 40 of 225."""
    for other in list(sheet.numeric)[:MOST_COLUMNS]:
        of = number_of(row[other.name])
        if other == column or {column.type, other.type} != {"integer"} or not of or not 0 <= number <= of:
            continue
        names = sheet.row_names(row)
        fact = f"select {quoted(column.name)} || '/' || {quoted(other.name)} from {sheet.ref} where {sheet.where(row)}"
        places = (sheet.place(column.name), sheet.place(other.name))
        meaning = (sheet.alias, "row over", names, column.name, other.name)
        label = " ".join((*names, column.name))
        yield (
            "share",
            Candidate((fact,), number / of, "share", places, meaning, names, (), (sheet.alias,), None, 4, label),
        )


def between_packs(sheets: list[Sheet], said: Collection[str]) -> Found:
    by_name: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        by_name[sheet.name].append(sheet)
    for alike in by_name.values():
        for one, other in permutations(alike, 2):
            yield from _two_packs(one, other, said)


def _two_packs(one: Sheet, other: Sheet, said: Collection[str]) -> Found:
    """Yield the like cells of two packs against each other: of the only row, or of rows that the writeup names."""
    if one.key != other.key:
        return
    if one.one_row and other.one_row:
        rows: list[tuple[Row, Row]] = [(one.table.rows[0], other.table.rows[0])]
    else:
        there = {other.row_names(row): row for row in other.said_rows(said)[:MOST_SAID]}
        mine = [(one.row_names(row), row) for row in one.said_rows(said)[:MOST_SAID]]
        rows = [(row, there[names]) for names, row in mine if names in there]
    names_there = {column.name for column in other.numeric}
    for column in list(one.numeric)[:MOST_COLUMNS]:
        if column.name in one.key or column.name not in names_there:
            continue
        for row, twin in rows:
            a, b = number_of(row[column.name]), number_of(twin[column.name])
            if a is None or b is None:
                continue
            where = "" if one.one_row else f" where {one.where(row, 'a.')} and {other.where(twin, 'b.')}"
            source = f"{one.alias}.{quoted(one.name)} a, {other.alias}.{quoted(other.name)} b{where}"
            names = () if one.one_row else one.row_names(row)
            place = one.place(column.name)
            yield from _pairs(column, a, b, place, source, names, (one.alias, other.alias), column in one.percents)


def _pairs(
    column: Column,
    a: float,
    b: float,
    place: Place,
    source: str,
    names: tuple[str, ...],
    packs: tuple[str, ...],
    percent: bool,
) -> Found:
    """Yield a against b: the difference, the relative change, the ratio."""
    name = quoted(column.name)
    places = tuple((pack, *place[1:]) for pack in packs)
    label = " ".join((*names, column.name, "against", *packs[1:]))
    sides = (frozenset(names), frozenset(packs), stems_of(column.name))

    def made(sql: str, number: float, kind: str, says: tuple[frozenset[str], ...], unit: FactUnit | None) -> Candidate:
        fact = f"select {sql} from {source}"
        return Candidate((fact,), number, "pair", places, (kind, *sides, a > b), names, says, packs, unit, 6, label)

    if a > b:
        yield "difference", made(f"a.{name} - b.{name}", a - b, "difference", (APART,), None)
        if percent:
            yield "points", made(f"a.{name} - b.{name}", (a - b) / 100, "difference", (), "percent")
        elif a <= 1:
            yield "points", made(f"a.{name} - b.{name}", a - b, "difference", (), None)
    if b > 0:
        yield "change", made(f"1.0 * (a.{name} - b.{name}) / b.{name}", (a - b) / b, "change", (), None)
        yield "multiple", made(f"1.0 * a.{name} / b.{name}", a / b, "ratio", (), None)
