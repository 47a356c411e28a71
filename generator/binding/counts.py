"""Rows counted: all of a table, those with a value or a truth, and the shares that these are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from clawpub.pack.schema import Column
from generator.binding.model import Candidate, Found, Pool, Shape
from generator.binding.sheets import Sheet, literal, quoted
from generator.binding.vocabulary import MINUS, NOT_ADDED, NOTHING, PLUS
from generator.binding.words import stems_of, words_of

MOST_WORDS = 4
"""Of a value that the writeup does not say."""
MOST_VALUES = 40
"""Different values of a column that is counted by value."""


def counts(sheet: Sheet, said: Collection[str]) -> Found:
    """Yield rows counted: all of them, by what a column says, and the shares of those."""
    rows = len(sheet.table.rows)
    entity = sheet.entity()
    what = entity if set(stems_of(entity)) & set(stems_of(sheet.name)) else sheet.name
    if counted := sheet.never_empty:
        fact, meaning = f"select count({quoted(counted)}) from {sheet.ref}", (sheet.alias, "total", stems_of(what))
        yield "plain", _count(sheet, fact, rows, "*", meaning, cost=2, label=what)
    for column in sheet.columns:
        if column.type == "boolean":
            yield from _truths(sheet, column)
        elif column.type == "string":
            yield from _values(sheet, column, said)
        elif column.name in sheet.key[:-1]:
            values = {cell for cell in sheet.cells(column.name) if isinstance(cell, int)}
            if values != set(range(1, len(values) + 1)):  # runs 1, 2, 3 of each task are not three runs
                yield from _different(sheet, column, len(values))


def _count(
    sheet: Sheet,
    fact: str,
    number: float,
    column: str,
    meaning: tuple[object, ...],
    *,
    names: tuple[str, ...] = (),
    cost: int,
    label: str,
    shape: Shape = "count",
) -> Candidate:
    return Candidate(
        (fact,), number, shape, (sheet.place(column),), meaning, names, (), (sheet.alias,), None, cost, label
    )


def _truths(sheet: Sheet, column: Column) -> Found:
    cells = [cell for cell in sheet.cells(column.name) if cell is not None]
    if not cells:
        return
    true, name, stems = sum(map(bool, cells)), quoted(column.name), stems_of(column.name)
    meaning = (sheet.alias, "total", stems)
    yield (
        "plain",
        _count(sheet, f"select sum({name}) from {sheet.ref}", true, column.name, meaning, cost=2, label=column.name),
    )
    share = f"select avg({name}) from {sheet.ref}"
    label = f"{column.name} share"
    meaning = (sheet.alias, "share", stems)
    yield "share", _count(sheet, share, true / len(cells), column.name, meaning, cost=3, label=label, shape="share")
    ratio = f"select sum({name}) || '/' || count({name}) from {sheet.ref}"
    yield "share", _count(sheet, ratio, true / len(cells), column.name, meaning, cost=3, label=label, shape="share")


def _values(sheet: Sheet, column: Column, said: Collection[str]) -> Found:
    cells = [cell for cell in sheet.cells(column.name) if isinstance(cell, str)]
    counted = Counter(cells)
    if not cells:
        return
    name, rows = quoted(column.name), len(sheet.table.rows)
    if len(counted) == len(cells):
        return  # each value once: nothing to count
    yield from _different(sheet, column, len(counted))
    few = len(counted) <= MOST_VALUES
    values = list(counted) if few else [value for value in counted if value in said]
    for value in values[:MOST_VALUES]:
        if value not in said and len(words_of(value)) > MOST_WORDS:
            continue  # a sentence, and not a name
        test, count = f"{name} = {literal(value)}", counted[value]
        meaning = (sheet.alias, "count", stems_of(column.name), value)
        fact = f"select count({name}) from {sheet.ref} where {test}"
        yield "plain", _count(sheet, fact, count, column.name, meaning, cost=2, names=(value,), label=value)
        yield from _shares(sheet, column, value, count, {column.name: len(cells), sheet.never_empty: rows})


def _different(sheet: Sheet, column: Column, count: int) -> Found:
    fact = f"select count(distinct {quoted(column.name)}) from {sheet.ref}"
    meaning = (sheet.alias, "total", stems_of(_thing(column.name)))
    yield "plain", _count(sheet, fact, count, column.name, meaning, cost=3, label=_thing(column.name), shape="kinds")


def _shares(sheet: Sheet, column: Column, value: str, count: int, wholes: dict[str, int]) -> Found:
    """Yield a value's count over the rows that have any value, and over all rows where those are more."""
    test = f"{quoted(column.name)} = {literal(value)}"
    for whole, of in wholes.items():
        if not whole or (whole != column.name and of == wholes[column.name]):
            continue
        meant = (sheet.alias, "share", stems_of(column.name), value, of)
        for below in (" / ", " || '/' || "):
            fact = (
                f"select {'1.0 * ' if below == ' / ' else ''}sum({test}){below}count({quoted(whole)}) from {sheet.ref}"
            )
            names, label = (value,), f"{value} share"
            share = _count(sheet, fact, count / of, column.name, meant, names=names, cost=3, label=label, shape="share")
            yield "share", share


def signs(sheet: Sheet, column: Column, values: list[float], where: str, names: tuple[str, ...]) -> Found:
    """Yield the rows above, below and at zero, where a column has several of these: counted, added, and as shares."""
    if column.name in sheet.key:
        return
    name, stems = quoted(column.name), stems_of(column.name)
    for sign, says, kept in (
        (">", PLUS, [value for value in values if value > 0]),
        ("<", MINUS, [value for value in values if value < 0]),
        ("=", NOTHING, [value for value in values if value == 0]),
    ):
        if not 0 < len(kept) < len(values):
            continue
        test = f"{name} {sign} 0"
        rows = f"from {sheet.ref}{f'{where} and' if where else ' where'} {test}"
        cost, label = (4 if names else 3), " ".join((*names, column.name, _SIGNED[sign]))
        meaning = (sheet.alias, "signed", stems, sign, *names)
        part = len(kept) / len(values)
        found: list[tuple[Pool, Candidate]] = [
            (
                "plain",
                _count(
                    sheet, f"select count({name}) {rows}", len(kept), column.name, meaning,
                    names=names, cost=cost, label=label,
                ),
            )
        ]  # fmt: skip
        for sql in (f"avg({test})", f"sum({test}) || '/' || count({name})"):
            fact, meant = f"select {sql} from {sheet.ref}{where}", (*meaning, "share")
            share = _count(
                sheet, fact, part, column.name, meant, names=names, cost=cost + 1, label=f"{label} share", shape="share"
            )
            found.append(("share", share))
        if sign != "=" and not NOT_ADDED & set(stems):
            fact, meant = f"select sum({name}) {rows}", (*meaning, "total")
            label = f"{label} total"
            total = _count(
                sheet, fact, sum(kept), column.name, meant, names=names, cost=cost, label=label, shape="statistic"
            )
            found.append(("plain", total))
        for pool, candidate in found:
            yield pool, replace(candidate, says=(says,))


_SIGNED = {">": "above zero", "<": "below zero", "=": "zero"}


def _thing(column: str) -> str:
    return " ".join(word for word in words_of(column) if word not in ("id", "name")) or column


def truth_where(sheet: Sheet, truth: Column, value: str, where: str, known: list[bool]) -> Found:
    name, told = quoted(truth.name), (value,)
    meaning = (sheet.alias, "row", told, stems_of(truth.name))
    fact, label = f"select sum({name}) from {sheet.ref}{where}", f"{value} {truth.name}"
    yield "plain", _count(sheet, fact, sum(known), truth.name, meaning, names=told, cost=3, label=label)
    for sql in (f"avg({name})", f"sum({name}) || '/' || count({name})"):
        fact = f"select {sql} from {sheet.ref}{where}"
        share = _count(
            sheet, fact, sum(known) / len(known), truth.name, meaning, names=told, cost=4, label=label, shape="share"
        )
        yield "share", share
