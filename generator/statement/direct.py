"""Facts that are one stored cell, or one aggregate of a column that keeps its unit: what unit that column has."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clawpub.pack.query import is_query
from clawpub.quantity import Quantity

_CELL = re.compile(r"\.\s*\"?(?P<column>[A-Za-z_]\w*)\"?\s*$")
_SELECT = re.compile(
    r"\s*select\s+(?:(?:max|min|sum|avg|median|total)\s*\(\s*(?:distinct\s+)?)?(?:\w+\s*\.\s*){0,2}\"?(?P<column>[A-Za-z_]\w*)\"?"
    r"\s*\)?\s*(?:as\s+\w+\s+)?from\b",
    re.IGNORECASE,
)


def column_of(fact: str) -> str | None:
    """Return the column whose values a fact gives as they are stored, None where it counts or computes."""
    match = _SELECT.match(fact) if is_query(fact) else _CELL.search(fact)
    return match["column"] if match else None


def facts_by_quantity(facts: Sequence[str], quantities: Sequence[Quantity]) -> Sequence[tuple[Quantity, Sequence[str]]]:
    """Return each quantity of a span with the facts that it is compared with: one, or for a range or k/n two; () where
    the numbers do not fit."""
    for ratios in (False, True):
        widths = [2 if quantity.ends or (ratios and quantity.kind == "ratio") else 1 for quantity in quantities]
        for each in ([1] * len(widths), widths):
            if sum(each) == len(facts):
                rest = iter(facts)
                return [(q, [next(rest) for _ in range(width)]) for q, width in zip(quantities, each, strict=True)]
    return ()
