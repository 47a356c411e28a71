"""What the scanner returns: a quantity as the author typed it, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["number", "percent", "points", "money", "ratio", "range", "multiple", "change", "fraction", "ordinal"]
Bound = Literal[">=", "<=", ">", "<"]
Form = Literal["digits", "words", "glyph"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A literal of the prose. `text` is `source[start:end]`: the number with its sign, currency, scale and unit."""

    text: str
    start: int
    end: int
    kind: Kind
    number: str
    """The digits or words alone, as typed: `76.67`, `39,482`, `Seven`. Trailing zeros count, so it stays text."""
    value: Decimal
    """After scaling: 76.67% is 0.7667, 39K is 39000, `40% fewer` is -0.40. Of k/n: k. Of a range: its low end."""
    step: Decimal
    """u: the size of the last printed digit after scaling; 0.0001 for 76.67%, 1000 for 39K."""
    unit: str | None = None
    """`percent`, `points`, `times`, `ordinal`, or a currency code."""
    noun: str | None = None
    """The word that follows (`seconds`, `runs`): a hint, never compared."""
    form: Form = "digits"
    hedge: str | None = None
    """The hedging word or sign, lower case: `about`, `~`."""
    bound: Bound | None = None
    quantifier: str | None = None
    """`exactly`, `only`, `all`, `both` or `no`, where that word belongs to the number."""
    exact: bool = False
    """By type: a count or a counting word. A count in digits is exact against whole-valued facts only."""
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    ends: tuple[Quantity, Quantity] | None = None
    """The two ends of a range, each with its own step."""
    plain: bool = True
    """False when what a reader sees may not be what a program reads (foreign digits, hidden characters,
    superscripts, look-alike letters). Such a quantity is never verified."""
    outer_start: int = 0
    outer_end: int = 0
    """The same with hedge, bound and quantifier: `about 40K`, `three runs or more`."""
