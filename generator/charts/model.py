"""A chart: rows with one amount for each measure, and how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from generator.cells import Shown
from generator.charts.axis import Axis
from generator.tables import Provenance

Kind = Literal["interval", "range", "bars", "dots", "map"]
"""What the amounts of a row are, and how a row is drawn:

    interval   a value, the ends of its interval     a dot on a line
    range      two values                            a dot, and a line from it to the second
    bars       one value for each measure            bars behind each other in one line
    dots       how far across, how far up            a dot
    map        one share for each measure            a cell for each, its shade the share
"""

Tone = Literal["plain", "accent", "passed", "unscored", "1", "2", "3", "4", "5", "6"]
"""A colour of the theme, by its role: --chart-<tone> in templates/assets/css/tokens.css."""

DIGITS = 15
"""Before the point; of more, a browser would not show the last."""


@dataclass(frozen=True)
class Amount:
    """One value of a row."""

    at: Decimal | None
    """As stored, in the unit of its axis; None where there is nothing to draw."""
    shown: Shown
    """As a table prints it; a missing one says why."""


@dataclass(frozen=True)
class Measure:
    """What an amount measures."""

    label: str
    unit: str = ""
    tone: Tone = "plain"
    note: str = ""
    url: str = ""
    """Where it leads, from the site's root."""


@dataclass(frozen=True)
class Row:
    label: str
    amounts: tuple[Amount, ...]
    """As many as the chart has measures."""
    said: str
    """What the row says, in few words: "76.7 %, 23/30"; of a gap, why it is one."""
    note: str = ""
    url: str = ""
    """Where the row leads, from the site's root."""
    marked: bool = False
    """The campaign at hand."""
    code: bool = False
    """Whether its label is an identifier."""


@dataclass(frozen=True)
class Chart:
    kind: Kind
    title: str
    names: tuple[str, ...]
    """The tables that it reads, as a pack names them."""
    provenance: tuple[Provenance, ...]
    what: str
    """What a row is: Campaign, Task."""
    measures: tuple[Measure, ...]
    rows: tuple[Row, ...]
    across: Axis
    up: Axis | None = None
    """Of dots."""
    notes: tuple[str, ...] = ()

    def is_gap(self, row: Row) -> bool:
        """Whether nothing of a row can be drawn; its `said` is then why."""
        match self.kind:
            case "dots":
                return any(amount.at is None for amount in row.amounts[:2])
            case "bars" | "map":
                return all(amount.at is None for amount in row.amounts)
        return row.amounts[0].at is None

    @property
    def points(self) -> tuple[tuple[Row, Decimal, Decimal], ...]:
        """Of dots: the rows that have both their amounts."""
        found = ((row, row.amounts[0].at, row.amounts[1].at) for row in self.rows)
        return tuple((row, across, up) for row, across, up in found if across is not None and up is not None)


def drawable(value: Decimal) -> bool:
    """Whether a value is one that an axis can hold."""
    return value.is_finite() and (value == 0 or value.adjusted() < DIGITS)
