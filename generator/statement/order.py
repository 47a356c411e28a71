"""Rule `order`: values that a sentence compares are printed in the order that they have.

Two claims of one column, in a sentence that compares: where rounding prints them equal, or a hedge turns them round,
a reader sees another order than the data have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from generator.statement import Statement
from generator.statement.direct import column_of
from generator.wording import find_words


@dataclass(frozen=True)
class Printed:
    """A number as a sentence prints it, and as the pack stores it."""

    sentence: tuple[int, int]
    column: str
    text: str
    typed: Decimal
    stored: Decimal
    place: tuple[int, int]


def printed(statement: Statement, place: tuple[int, int]) -> Printed | None:
    """Return the number of a claim whose fact is one stored value in a sentence that compares; else None."""
    entry = statement.entry
    if statement.verdict != "verified" or len(statement.quantities) != 1 or len(entry.facts) != 1:
        return None
    quantity, value = statement.quantities[0], statement.readings[0].value
    column = column_of(entry.facts[0])
    if (
        column is None
        or quantity.bound
        or quantity.ends
        or isinstance(value, bool)
        or not isinstance(value, int | Decimal)
    ):
        return None
    low, high = statement.sentence
    if not any(word.kind != "universal" for word in find_words(statement.text[low:high])):
        return None
    return Printed((low, high), column, quantity.text, quantity.value, Decimal(value), place)


def hidden(numbers: Iterable[Printed]) -> Iterator[tuple[Printed, Printed]]:
    """Yield each pair of one sentence and one column whose printed order is not the stored one, a tie included."""
    seen: list[Printed] = []
    for number in numbers:
        for other in seen:
            alike = other.sentence == number.sentence and other.column == number.column
            if alike and _order(other.typed, number.typed) != _order(other.stored, number.stored):
                yield other, number
        seen.append(number)


def _order(one: Decimal, other: Decimal) -> int:
    return (one > other) - (one < other)
