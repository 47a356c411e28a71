"""Facts that are one stored cell, or one aggregate of a column that keeps its unit: what unit that column has.

What leaves a number as it is, or only rounds it, is looked through: round(), cast(), coalesce(), + 0, * 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clawpub.pack.query import is_query
from clawpub.quantity import Quantity

_CELL = re.compile(r"\.\s*\"?(?P<column>[A-Za-z_]\w*)\"?\s*$")
_COLUMN = re.compile(r"(?:\w+\s*\.\s*){0,2}\"?(?P<column>[A-Za-z_]\w*)\"?")
_CALL = re.compile(
    r"(?:max|min|sum|avg|median|total|percentile|round|abs|cast|coalesce|ifnull|floor|ceil|ceiling|trunc)"
    r"\s*\(\s*(?:distinct\s+|all\s+)?(?P<inner>.*)\)",
    re.IGNORECASE | re.DOTALL,
)
_SECOND = re.compile(r"(?:,[^,()]*|\s+as\s+\w+)\s*$", re.IGNORECASE)
"""The second argument of a call, or the type of a cast."""
_NEUTRAL = re.compile(
    r"^(?:1(?:\.0*)?\s*\*|0(?:\.0*)?\s*\+)\s*|\s*(?:[*/]\s*1(?:\.0*)?|[+-]\s*0(?:\.0*)?|\bas\s+\w+)\s*$", re.IGNORECASE
)


def column_of(fact: str) -> str | None:
    """Return the column whose values a fact gives as they are stored, None where it counts or computes."""
    if is_query(fact):
        return _of_expression(selected(fact))
    match = _CELL.search(fact)
    return match["column"] if match else None


def selected(query: str) -> str:
    """Return what stands between a query's first `select` and its own `from`; "" where it has none."""
    match = re.match(r"\s*select\s+", query, re.IGNORECASE)
    depth = 0
    for token in re.finditer(r"'(?:[^']|'')*'|\(|\)|\bfrom\b", query, re.IGNORECASE) if match else ():
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if depth == 0 and token[0].lower() == "from":
            return query[match.end() : token.start()] if match else ""
    return query[match.end() :] if match and query[match.end() :].lstrip().startswith("(") else ""


def _of_expression(expression: str) -> str | None:
    """Return the one column of an expression that keeps its unit, from the outside in."""
    inner = expression.strip()
    for _ in range(12):
        before = inner
        inner = _NEUTRAL.sub("", inner).strip()
        if _wrapped(inner):
            inner = inner[1:-1].strip()
        elif (call := _CALL.fullmatch(inner)) and _wrapped(inner[inner.index("(") :]):
            inner = _SECOND.sub("", call["inner"]).strip()
        if is_query(inner):
            return column_of(inner)
        if inner == before:
            break
    match = _COLUMN.fullmatch(inner)
    return match["column"] if match else None


def _wrapped(text: str) -> bool:
    """Whether the bracket that a text begins with is closed by the one that it ends with."""
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return character == ")" and at == len(text) - 1
    return False


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
