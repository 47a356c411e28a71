"""Charts of the columns of any table, as an author asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from clawpub.errors import FactError
from clawpub.pack.reader import Pack
from clawpub.pack.schema import Column, Schema, is_standard
from clawpub.pack.tables import Row as PackRow
from clawpub.pack.tables import Table, spell
from generator.cells import Heading, Shown, heading, missing, shown_column
from generator.charts.amounts import TOO_LARGE
from generator.charts.axis import Axis, linear
from generator.charts.model import Amount, Chart, Measure, Row, drawable
from generator.tables import provenance

MOST_BARS = 60
MOST_DOTS = 200
"""Rows of a drawing; the pack's file has all."""


def bar_chart(pack: Pack, name: str, url: str, *, x: str, y: str, caption: str = "") -> Chart:
    """Return a bar for each row of a table: `x` is what it is called, `y` how long it is.

    Raises: FactError where there is no such table or column, or `y` holds no numbers.
    """
    table = _table(pack, name)
    label, column = _column(table.schema, x), _numbers(table.schema, y)
    rows = table.rows[:MOST_BARS]
    head, named = heading(column, table.schema), heading(label, table.schema)
    labels = _labels(pack, label, table.schema, rows)
    amounts = _amounts(pack, table.schema, column, head, rows)
    return Chart(
        kind="bars",
        title=caption or f"{head.label}, by {named.label[:1].lower()}{named.label[1:]}",
        names=(name,),
        provenance=(provenance(pack, url, (name,)),),
        what=named.label,
        measures=(Measure(head.label, head.unit),),
        rows=tuple(
            Row(
                _label(shown),
                (amount,),
                _said(amount, head),
                note=spell(row.get("title")) if is_standard(table.schema) and x == "task_id" else "",
                code=shown.kind == "code",
            )
            for shown, amount, row in zip(labels, amounts, rows, strict=True)
        ),
        across=_axis(column, head, amounts),
        notes=_cut(table, MOST_BARS),
    )


def estimate_chart(pack: Pack, name: str, url: str, *, x: str, y: str, low: str, high: str, caption: str = "") -> Chart:
    """Return a dot for each row of a table, `y`, on a line from `low` to `high`: an estimate and its interval.

    Raises: FactError where there is no such table or column, or one of the three holds no numbers.
    """
    table = _table(pack, name)
    label, columns = _column(table.schema, x), [_numbers(table.schema, each) for each in (y, low, high)]
    rows = table.rows[:MOST_BARS]
    heads, named = [heading(column, table.schema) for column in columns], heading(label, table.schema)
    amounts = [_amounts(pack, table.schema, column, heads[0], rows) for column in columns]
    head = heads[0]
    return Chart(
        kind="interval",
        title=caption or f"{head.label}, by {named.label[:1].lower()}{named.label[1:]}",
        names=(name,),
        provenance=(provenance(pack, url, (name,)),),
        what=named.label,
        measures=tuple(Measure(each.label, head.unit) for each in heads),
        rows=tuple(
            Row(_label(shown), ends, _estimate(ends, head), code=shown.kind == "code")
            for shown, ends in zip(_labels(pack, label, table.schema, rows), zip(*amounts, strict=True), strict=True)
        ),
        across=linear(head.label, head.unit, [each.at for found in amounts for each in found if each.at is not None]),
        notes=(f"Dot: {heads[0].label}. Line: from {heads[1].label} to {heads[2].label}.", *_cut(table, MOST_BARS)),
    )


def _estimate(ends: Sequence[Amount], head: Heading) -> str:
    value, low, high = ends
    if value.at is None or low.at is None or high.at is None:
        return _said(value, head)
    return f"{_said(value, head)}, {low.shown.text} to {high.shown.text}"


def scatter_chart(pack: Pack, name: str, url: str, *, x: str, y: str, caption: str = "") -> Chart:
    """Return a dot for each row of a table: `x` is how far across, `y` how far up.

    Raises: FactError where there is no such table or column, or one of them holds no numbers.
    """
    table = _table(pack, name)
    columns = [_numbers(table.schema, each) for each in (x, y)]
    rows = table.rows[:MOST_DOTS]
    heads = [heading(column, table.schema) for column in columns]
    amounts = [_amounts(pack, table.schema, column, head, rows) for column, head in zip(columns, heads, strict=True)]
    axes = [_axis(column, head, found) for column, head, found in zip(columns, heads, amounts, strict=True)]
    across, up = heads
    made = tuple(
        _dot(row, f"row {place}", table.schema, pair, heads)
        for place, (row, *pair) in enumerate(zip(rows, *amounts, strict=True), start=1)
    )
    return Chart(
        kind="dots",
        title=caption or f"{up.label} against {across.label[:1].lower()}{across.label[1:]}",
        names=(name,),
        provenance=(provenance(pack, url, (name,)),),
        what="Row",
        measures=tuple(Measure(head.label, head.unit) for head in heads),
        rows=made,
        across=axes[0],
        up=axes[1],
        notes=(*_not_drawn(made), *_cut(table, MOST_DOTS)),
    )


def _axis(column: Column, head: Heading, amounts: Sequence[Amount]) -> Axis:
    values = [amount.at for amount in amounts if amount.at is not None]
    return linear(head.label, head.unit, values, whole=column.type == "integer")


def _dot(row: PackRow, otherwise: str, schema: Schema, pair: Sequence[Amount], heads: Sequence[Heading]) -> Row:
    """Return a dot, named by its table's key."""
    key = [(name, spell(row[name])) for name in schema.primary_key]
    label = ", ".join(value if name == "task_id" else f"{name} {value}" for name, value in key)
    named = [(head.label, each) for each, head in zip(pair, heads, strict=True)]
    gap = next((f"{what}: {each.shown.note}" for what, each in named if each.at is None), "")
    said = ", ".join(f"{head.label} {_said(each, head)}" for each, head in zip(pair, heads, strict=True))
    return Row(label or otherwise, tuple(pair), gap or said)


def _not_drawn(rows: Sequence[Row]) -> tuple[str, ...]:
    gaps = [row for row in rows if any(amount.at is None for amount in row.amounts)]
    if not gaps:
        return ()
    why = "; ".join(dict.fromkeys(row.said for row in gaps))
    return (f"{len(gaps):,} of {len(rows):,} rows are not drawn: {why}.",)


def _cut(table: Table, most: int) -> tuple[str, ...]:
    return (f"The first {most} of {len(table.rows):,} rows; the file has all.",) if len(table.rows) > most else ()


def _table(pack: Pack, name: str) -> Table:
    if name not in pack.table_names:
        raise FactError(f"no table {name!r}", hint=f"tables of {pack.id}: {', '.join(pack.table_names)}")
    return pack.table(name)


def _column(schema: Schema, name: str) -> Column:
    found = next((column for column in schema.columns if column.name == name), None)
    if found is None:
        raise FactError(
            f"table {schema.name} has no column {name!r}", hint=f"its columns: {', '.join(schema.column_names)}"
        )
    return found


def _numbers(schema: Schema, name: str) -> Column:
    column = _column(schema, name)
    if column.type not in ("integer", "number"):
        numeric = [each.name for each in schema.columns if each.type in ("integer", "number")]
        raise FactError(
            f"column {name} of {schema.name} holds no numbers", hint=f"those that do: {', '.join(numeric) or 'none'}"
        )
    return column


def _amounts(pack: Pack, schema: Schema, column: Column, head: Heading, rows: Sequence[PackRow]) -> list[Amount]:
    """Return a column's values as an axis has them: a share of ours in percent."""
    scale = 100 if head.unit == "%" else 1
    found = []
    for row, shown in zip(rows, shown_column(column, schema, rows, origin=pack.info.origin), strict=True):
        cell = row[column.name]
        if not isinstance(cell, Decimal | int):
            found.append(Amount(None, shown if shown.kind == "missing" else missing(shown.note or "empty")))
        elif drawable(value := Decimal(cell) * scale):
            found.append(Amount(value, shown))
        else:
            found.append(Amount(None, missing(TOO_LARGE)))
    return found


def _labels(pack: Pack, column: Column, schema: Schema, rows: Sequence[PackRow]) -> list[Shown]:
    """Return what rows are called: where a column of the key does not tell them apart, by the whole key."""
    labels = shown_column(column, schema, rows, origin=pack.info.origin)
    if column.name not in schema.primary_key or len({row[column.name] for row in rows}) == len(rows):
        return labels
    return [Shown("text", ", ".join(spell(row[name]) for name in schema.primary_key)) for row in rows]


def _label(shown: Shown) -> str:
    return shown.text or "—"


def _said(amount: Amount, head: Heading) -> str:
    if amount.at is None:
        return amount.shown.note
    return f"{amount.shown.text} {head.unit}".strip()
