"""Facts that are one stored cell, or one aggregate of a column that keeps its unit: what unit that column has."""

from __future__ import annotations

import re

from clawpub.pack.query import is_query

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
