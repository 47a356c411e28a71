"""The two numbers that a range or a ratio is made of, each by itself: `from [31%] to [88%]`, `[35] of [81]`."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from clawpub.quantity.model import Quantity

BETWEEN = re.compile(r"\s+(?:out\s+)?of\s+", re.IGNORECASE)


def pieces(quantity: Quantity) -> tuple[Quantity, Quantity] | None:
    """Return the ends of a range, or k and n of a ratio as counts; None where it is neither, or words around it say
    something of both, or it is one figure: 23/30."""
    if quantity.hedge or quantity.bound or quantity.quantifier or not quantity.plain:
        return None
    if quantity.ends:
        return quantity.ends
    found = BETWEEN.search(quantity.text) if quantity.kind == "ratio" else None
    if found is None or quantity.numerator is None or quantity.denominator is None:
        return None
    above = _count(quantity, quantity.numerator, 0, found.start())
    return above, _count(quantity, quantity.denominator, found.end(), len(quantity.text))


def _count(ratio: Quantity, value: Decimal, start: int, end: int) -> Quantity:
    text = ratio.text[start:end]
    start, end = ratio.start + start, ratio.start + end
    return replace(
        ratio,
        text=text,
        start=start,
        end=end,
        kind="number",
        number=text,
        value=value,
        numerator=None,
        denominator=None,
        exact=True,
        outer_start=start,
        outer_end=end,
    )
