"""Facts that a number of prose may mean: cells, counts, totals, shares, differences and ratios of the pinned packs.

    cell        run_summary.score                       row    per_task_results[task_05].score
    count       select count(tool) from tool_calls      each   a column that says the same in every row
    statistics  sum, avg, median, max, min of a column, whole or where a column has a value that the writeup says
    share       count over count, cell over column sum, column over column
    pairs       difference, relative change and ratio of a column in two rows, or of a cell in two packs

Each knows about how much it is, so that a number finds its candidates by bisection; what it really says the database
is asked later. Rows, values and columns of large tables are taken up only where the writeup says their names.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import permutations
from statistics import median

from clawpub.pack.reader import Pack
from clawpub.pack.schema import Column
from clawpub.pack.tables import Row
from generator.binding.counts import counts, signs, truth_where
from generator.binding.model import Candidate, Found, Pool, Shape, as_percent
from generator.binding.pairs import MOST_COLUMNS, MOST_SAID, between_packs, rows_of_column
from generator.binding.sheets import Sheet, alike, literal, number_of, quoted, unit_of
from generator.binding.vocabulary import EVERY, GREATEST, LEAST, MEAN, MEDIAN, NOT_ADDED, PER, TOTAL, statistic_words
from generator.binding.words import Names, stem, stems_of, words_of

MOST_CELLS = 20_000
"""Of a table, beyond which single cells are offered only for rows that the writeup names."""
MOST_SIGNED = 20
"""Columns of a table whose rows above, below and at zero are counted and added."""
MOST = 60_000
"""Candidates of one pack."""


@dataclass
class Catalogue:
    """All candidates of a writeup's packs."""

    names: Names
    groups: Mapping[str, Collection[str]]
    """By name of a row or value: the columns in which it stands."""
    pools: dict[Pool, list[Candidate]] = field(default_factory=lambda: defaultdict(list))
    left_out: list[str] = field(default_factory=list)
    """What was too much to be searched, in words."""
    _numbers: dict[Pool, list[float]] = field(default_factory=dict)

    def sort(self) -> None:
        for pool, candidates in self.pools.items():
            candidates.sort(key=lambda candidate: (candidate.number, candidate.cost, candidate.facts))
            self._numbers[pool] = [candidate.number for candidate in candidates]

    def between(self, pool: Pool, low: float, high: float) -> Sequence[Candidate]:
        """Return the candidates of a pool whose value is about in a range."""
        numbers = self._numbers.get(pool, [])
        return self.pools[pool][bisect_left(numbers, low) : bisect_right(numbers, high)] if numbers else ()


def catalogue(packs: Mapping[str, Pack], text: str) -> Catalogue:
    """Return the candidates of packs by alias, for a writeup whose words are `text`."""
    stems = frozenset(stems_of(text))
    words = frozenset(words_of(text))
    sheets = [
        Sheet(alias, table, "" if position == 0 else f"{alias}.", stems)
        for position, (alias, pack) in enumerate(packs.items())
        for table in pack.tables()
    ]
    groups: dict[str, set[str]] = defaultdict(set)
    for sheet in sheets:
        for column, name in sheet.names(words):
            groups[name].add(column)
    names = Names(groups)
    said = frozenset(mention.name for mention in names.said(text))
    found = Catalogue(names, groups)
    if not names.complete:
        found.left_out.append("names of rows beyond the first 20,000 that the writeup may say")
    for sheet in sheets:
        found.left_out += sheet.left_out
    for alias in packs:
        own = [sheet for sheet in sheets if sheet.alias == alias]
        _take(found, (each for sheet in own for each in _of_table(sheet, said, found)), f"pack {alias}")
    _take(found, between_packs(sheets, said), "comparisons of packs")
    found.sort()
    return found


def _take(found: Catalogue, candidates: Iterable[tuple[Pool, Candidate]], what: str) -> None:
    for count, (pool, candidate) in enumerate(candidates):
        if count >= MOST:
            found.left_out.append(f"{what}: candidates beyond the first {MOST:,}")
            return
        if candidate.number == candidate.number:  # no NaN
            found.pools[pool].append(candidate)


# --- candidates of one table ------------------------------------------------------------------------------------------


def _of_table(sheet: Sheet, said: Collection[str], found: Catalogue) -> Found:
    if not sheet.table.rows:
        return
    yield from _cells(sheet, said, found)
    if sheet.one_row:
        yield from _columns_by_columns(sheet, "")
        yield from _ends_of_intervals(sheet)
        return
    yield from counts(sheet, said)
    for column, values in list(sheet.numeric.items())[:MOST_SIGNED]:
        yield from signs(sheet, column, values, "", ())
    yield from _statistics(sheet)
    yield from _grouped(sheet, said)
    yield from _columns_by_columns(sheet, "sum")
    yield from rows_of_column(sheet, said)


def _cells(sheet: Sheet, said: Collection[str], found: Catalogue) -> Found:
    rows: Sequence[Row] = sheet.table.rows
    if len(rows) > 1 and not sheet.key:
        return
    if len(rows) * len(sheet.columns) > MOST_CELLS:
        rows = sheet.said_rows(said)[:500]
        found.left_out.append(f"table {sheet.path}: single cells of rows that the writeup does not name")
    for row in rows:
        names = () if sheet.one_row else sheet.row_names(row)
        for column in sheet.columns:
            number = None if column.name in sheet.key else number_of(row[column.name])
            if number is not None:
                yield from _cell(sheet, row, column, names, number, percent=column in sheet.percents)


def _cell(sheet: Sheet, row: Row, column: Column, names: tuple[str, ...], number: float, *, percent: bool) -> Found:
    shape: Shape = "row" if names else "cell"
    stems = tuple(stem(word) for word in words_of(column.name))
    plain = tuple(word for word in stems if word not in ("p50", "median"))
    meaning: tuple[object, ...] = (sheet.alias, "row", names, stems) if names else (sheet.alias, "total", stems)
    if plain != stems:
        meaning = (sheet.alias, "median", plain)
    candidate = Candidate(
        (sheet.cell(row, column.name),),
        number,
        shape,
        (sheet.place(column.name),),
        meaning,
        names,
        statistic_words(column.name),
        (sheet.alias,),
        cost=1 if names else 0,
        label=" ".join((*names, column.name)),
    )
    pair = isinstance(row[column.name], str) and "/" in str(row[column.name])
    yield ("share" if pair else "plain"), candidate
    if percent:
        yield "share", as_percent(candidate)
    if not names and unit_of(column) == "second":
        for unit, size in (("minute", 60), ("hour", 3600)):
            fact = f"select {quoted(column.name)} / {size}.0 from {sheet.ref}"
            yield (
                "plain",
                replace(
                    candidate,
                    facts=(fact,),
                    number=number / size,
                    says=(*candidate.says, frozenset({stem(unit)})),
                    cost=2,
                ),
            )


def _statistics(sheet: Sheet) -> Found:
    for column, values in sheet.numeric.items():
        if column.name not in sheet.key:
            yield from _statistic(sheet, column, values, "", ())


def _statistic(sheet: Sheet, column: Column, values: list[float], where: str, names: tuple[str, ...]) -> Found:
    """Yield what a column comes to, over all rows or those of a value."""
    name, stems = quoted(column.name), tuple(stem(word) for word in words_of(column.name))
    cost = 3 if names else 2
    own = statistic_words(column.name)
    kinds: list[tuple[str, str, float, tuple[frozenset[str], ...]]] = [
        ("mean", f"avg({name})", sum(values) / len(values), (MEAN,)),
        ("median", f"median({name})", median(values), (MEDIAN,)),
        ("most", f"max({name})", max(values), (GREATEST,)),
        ("least", f"min({name})", min(values), (LEAST,)),
    ]
    if not NOT_ADDED & set(stems):
        whole = (TOTAL,) if column.type == "number" else ()
        kinds.append(("total", f"sum({name})", sum(values), whole))
    if len(values) > 1 and len(set(values)) == 1 and len(values) == len(sheet.table.rows):
        kinds.append(("each", f"max({name})", values[0], (EVERY,)))
    percent = column in sheet.percents
    for kind, sql, number, says in kinds:
        fact = f"select {sql} from {sheet.ref}{where}"
        meaning = (sheet.alias, kind, stems, *names)
        label = " ".join((*names, column.name, "" if kind == "total" else kind))
        candidate = Candidate(
            (fact,),
            number,
            "each" if kind == "each" else "statistic",
            (sheet.place(column.name),),
            meaning,
            names,
            (*own, *says),
            (sheet.alias,),
            None,
            cost,
            label.strip(),
        )
        yield "plain", candidate
        if percent and kind != "total":
            yield "share", as_percent(candidate)
        if unit_of(column) == "second":
            for unit, size in (("minute", 60), ("hour", 3600)):
                fact = f"select {sql} / {size}.0 from {sheet.ref}{where}"
                yield (
                    "plain",
                    replace(
                        candidate,
                        facts=(fact,),
                        number=number / size,
                        says=(*candidate.says, frozenset({stem(unit)})),
                        cost=cost + 1,
                    ),
                )
    if not names:
        ends = tuple(f"select {sql}({name}) from {sheet.ref}" for sql in ("min", "max"))
        meaning = (sheet.alias, "range", stems)
        yield (
            "range",
            Candidate(
                ends,
                min(values),
                "range",
                (sheet.place(column.name),),
                meaning,
                (),
                own,
                (sheet.alias,),
                None,
                2,
                f"{column.name} range",
            ),
        )


def _grouped(sheet: Sheet, said: Collection[str]) -> Found:
    """Yield statistics and counts of truths over the rows in which a column has a value that the writeup says."""
    for column in sheet.columns:
        if column.type != "string" or sheet.key == (column.name,):
            continue
        cells = sheet.cells(column.name)
        values = [value for value in dict.fromkeys(cells) if isinstance(value, str) and value in said][:MOST_SAID]
        for value in values:
            rows = [position for position, cell in enumerate(cells) if cell == value]
            where = f" where {quoted(column.name)} = {literal(value)}"
            for measured in list(sheet.numeric)[:MOST_COLUMNS]:
                if measured.name in sheet.key:
                    continue
                every = sheet.cells(measured.name)
                numbers = [float(c) for at in rows if isinstance(c := every[at], int | Decimal)]
                if len(rows) == 1 and numbers:
                    yield from _only(sheet, measured, numbers[0], where, value)
                elif numbers:
                    yield from _statistic(sheet, measured, numbers, where, (value,))
                    yield from signs(sheet, measured, numbers, where, (value,))
            for truth in (c for c in sheet.columns if c.type == "boolean"):
                every = sheet.cells(truth.name)
                known = [bool(every[at]) for at in rows if every[at] is not None]
                if known:
                    yield from truth_where(sheet, truth, value, where, known)


def _only(sheet: Sheet, column: Column, number: float, where: str, value: str) -> Found:
    """Yield the cell of the only row that has a value, which is no key."""
    fact = f"select {quoted(column.name)} from {sheet.ref}{where}"
    own, label = statistic_words(column.name), f"{value} {column.name}"
    meaning = (sheet.alias, "row", (value,), stems_of(column.name))
    place = (sheet.place(column.name),)
    candidate = Candidate((fact,), number, "row", place, meaning, (value,), own, (sheet.alias,), None, 2, label)
    yield "plain", candidate
    if column in sheet.percents:
        yield "share", as_percent(candidate)


def _columns_by_columns(sheet: Sheet, sql: str) -> Found:
    """Yield a column over another: a share where it is the smaller, else so much a piece."""
    numeric = [(c, sum(v)) for c, v in sheet.numeric.items() if c.name not in sheet.key and sum(v) > 0]
    numeric = [pair for pair in numeric if not NOT_ADDED & {stem(word) for word in words_of(pair[0].name)}]
    if len(numeric) > MOST_COLUMNS:
        return
    for (one, a), (other, b) in permutations(numeric, 2):
        over, below = (f"{sql}({quoted(c.name)})" if sql else quoted(c.name) for c in (one, other))
        meaning = (sheet.alias, "over", stems_of(one.name), stems_of(other.name))
        columns = (sheet.place(one.name), sheet.place(other.name))
        cost, label = (5 if sql else 4), f"{one.name} by {other.name}"
        fact = f"select 1.0 * {over} / {below} from {sheet.ref}"
        if a <= b and alike(one, other):
            share = Candidate((fact,), a / b, "share", columns, meaning, (), (), (sheet.alias,), None, cost, label)
            yield "share", share
            if one.type == other.type == "integer":
                ratio = (f"select {over} || '/' || {below} from {sheet.ref}",)
                yield "share", replace(share, facts=ratio)
        says = (PER,)
        yield "plain", Candidate((fact,), a / b, "per", columns, meaning, (), says, (sheet.alias,), None, cost, label)


def _ends_of_intervals(sheet: Sheet) -> Found:
    row = sheet.table.rows[0]
    for column in sheet.columns:
        high = re.sub("low$", "high", column.name)
        low_number, high_number = number_of(row[column.name]), number_of(row.get(high))
        if high != column.name and low_number is not None and high_number is not None:
            facts = (sheet.cell(row, column.name), sheet.cell(row, high))
            columns = (sheet.place(column.name), sheet.place(high))
            meaning = (sheet.alias, "interval", column.name)
            yield (
                "range",
                Candidate(
                    facts,
                    low_number,
                    "range",
                    columns[:1],
                    meaning,
                    (),
                    (),
                    (sheet.alias,),
                    None,
                    1,
                    f"{column.name} {high}",
                ),
            )
