"""Weeks of the ISO calendar (ISO 8601), which editions are named after: 2026-W48 is 23 to 29 November 2026."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")


@dataclass(frozen=True, order=True)
class Week:
    """A week that exists."""

    year: int
    """Of the ISO calendar: the first days of January may belong to the year before."""
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-W{self.number:02}"

    @property
    def first_day(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    def __contains__(self, day: date) -> bool:
        return week_of(day) == self


def words_of(week: Week) -> str:
    return f"Week {week.number}, {week.year}"


def week_of(day: date) -> Week:
    year, number, _ = day.isocalendar()
    return Week(year, number)


def read_week(text: str) -> Week:
    """Return the week that a text such as 2026-W48 names.

    Raises: ValueError saying what is wrong with it.
    """
    found = _WEEK.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no week: expected a year, -W and two digits, such as 2026-W48")
    year, number = int(found[1]), int(found[2])
    try:
        date.fromisocalendar(year, number, 1)
    except ValueError:
        raise ValueError(f"there is no week {number} in {year}") from None
    return Week(year, number)


def edition_ledger(path: Path) -> Path:
    """Return where the facts of an edition stand: beside it, under the same name."""
    return path.with_suffix(".facts.toml")
