"""An axis with round numbers at its ticks, few enough for the width of a phone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from clawpub.pack.tables import spell

MOST_STEPS = 5
_MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Axis:
    label: str
    unit: str
    low: Decimal
    high: Decimal
    """Above `low`. Of a logarithmic axis both are powers of ten."""
    ticks: tuple[Decimal, ...]
    """From `low` to `high`."""
    logarithmic: bool = False

    @property
    def title(self) -> str:
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def share(self, value: Decimal) -> Decimal:
        """Return where a value stands on the axis, 0 at its low end and 1 at its high end."""
        if self.logarithmic:
            return (value.log10() - self.low.log10()) / (self.high.log10() - self.low.log10())
        return (value - self.low) / (self.high - self.low)

    def place(self, value: Decimal) -> str:
        """Return where a value stands on the axis in percent of its length."""
        return percent(100 * self.share(value))


def percent(value: Decimal) -> str:
    return f"{min(max(value, Decimal(0)), Decimal(100)):.2f}"


def linear(
    label: str, unit: str, values: Iterable[Decimal], *, low: int = 0, high: int = 0, whole: bool = False
) -> Axis:
    """Return an axis that holds all values, and `low` and `high`; `whole` puts no tick between whole numbers."""
    found = [Decimal(low), Decimal(high), *values]
    least, most = min(found), max(found)
    if least == most:
        most = least + 1
    step = _step(most - least, whole=whole)
    first, last = _turns(least, step, ROUND_FLOOR), _turns(most, step, ROUND_CEILING)
    ticks = tuple(step * count for count in range(first, last + 1))
    return Axis(label, unit, ticks[0], ticks[-1], ticks)


def _turns(value: Decimal, step: Decimal, rounding: str) -> int:
    return int((value / step).to_integral_value(rounding=rounding))


def _step(span: Decimal, *, whole: bool) -> Decimal:
    """Return a round step of which at most `MOST_STEPS` cover the span."""
    power = Decimal(1).scaleb((span / MOST_STEPS).adjusted())
    step = next(power * times for times in (1, 2, 5, 10) if power * times * MOST_STEPS >= span)
    return max(step, Decimal(1)) if whole else step


def logarithmic(label: str, unit: str, values: Iterable[Decimal]) -> Axis:
    """Return an axis of powers of ten that holds all values, which are above zero."""
    found = list(values)
    powers = [value.adjusted() for value in found]
    least, most = min(powers), max(powers)
    if any(value > Decimal(1).scaleb(most) for value in found) or least == most:
        most += 1
    every = -(-(most - least) // MOST_STEPS)
    most += -(most - least) % every
    ticks = tuple(Decimal(1).scaleb(power) for power in range(least, most + 1, every))
    return Axis(label, unit, ticks[0], ticks[-1], ticks, logarithmic=True)


def tick_label(axis: Axis, tick: Decimal) -> str:
    """Return a tick as it is printed: in millions where the axis reaches them."""
    biggest = max(abs(axis.low), abs(axis.high))
    if tick and (biggest >= 10**12 or abs(tick) < Decimal("0.000001")):
        return f"{tick.normalize():.0e}"
    if biggest >= 2 * _MILLION and not axis.logarithmic:
        return f"{spell(tick / _MILLION)}M" if tick else "0"
    whole, point, rest = spell(tick).partition(".")
    return f"{int(whole):,}{point}{rest}" if whole != "-0" else spell(tick)
