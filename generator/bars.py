"""Bars behind numbers: how far each value of a column reaches, where seeing that helps to compare.

A bar begins at zero and ends at the column's largest value; that of a share ends at 100 %. Only what is an amount gets
one: a cost, a time, a rate, a count. An identifier, a year or the number of a run is none, and of a column that nobody
here named (a table that somebody else made) only the unit in its name tells. Nor is anything to be seen in fewer than
three values, in values that are all the same, or where one is below zero.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from generator.cells import Shown

LEAST = 3
"""Numbers in a column that are worth a bar each."""

_SHARES = re.compile(r"share|\w+_share|pass_rate")
"""Columns that hold shares of 1."""
_AMOUNTS = re.compile(
    r"\w+_(?:s|usd|rate|calls|tokens|errors)|tokens(?:_\w+)?|(?:tool_|model_)?calls|passes|failures|retries|errors"
)


def with_bars(name: str, cells: Sequence[Shown]) -> list[Shown]:
    """Return a column's cells, each with its bar where the column is one for bars."""
    share = bool(_SHARES.fullmatch(name))
    values = [_value(cell) for cell in cells]
    known = [value for value in values if value is not None]
    if not (share or _AMOUNTS.fullmatch(name)) or len(known) < LEAST or len(set(known)) == 1 or min(known) < 0:
        return list(cells)
    full = Decimal(1) if share and max(known) <= 1 else max(known)
    return [
        replace(cell, bar=_percent(value, full)) if value else cell for cell, value in zip(cells, values, strict=True)
    ]


def _value(cell: Shown) -> Decimal | None:
    """Return the number that a cell shows, at full length."""
    if cell.kind != "number":
        return None
    try:
        value = Decimal((cell.exact or cell.text).replace(",", ""))
    except InvalidOperation:  # a score, as 23/30
        return None
    return value if value.is_finite() else None


def _percent(value: Decimal, full: Decimal) -> int:
    """Return a whole percentage; 0 is for nothing alone."""
    return max(1, round(100 * value / full))
