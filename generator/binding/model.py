"""A fact that a number may mean, with what a sentence about it would say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from clawpub.quantity import FactUnit
from generator.binding.sheets import Place

Shape = Literal["cell", "row", "count", "kinds", "each", "statistic", "share", "per", "pair", "range"]
Pool = Literal["plain", "share", "difference", "points", "change", "multiple", "range"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fact, or the two facts of a range, with what a sentence about it would say."""

    facts: tuple[str, ...]
    number: float
    """About its value, as prose compares it: shares of 1."""
    shape: Shape
    columns: tuple[Place, ...]
    """What is measured, the first before all."""
    meaning: tuple[object, ...]
    """Equal for candidates that say the same by other ways, such as a total and the sum of its parts."""
    names: tuple[str, ...] = ()
    """Of rows and values: the sentence says each."""
    says: tuple[frozenset[str], ...] = ()
    """Stems: the sentence says one of each."""
    packs: tuple[str, ...] = ()
    unit: FactUnit | None = None
    cost: int = 0
    """How composed it is; the simpler goes first."""
    label: str = ""
    """Words for an id."""


Found = Iterator[tuple[Pool, Candidate]]


def as_percent(candidate: Candidate) -> Candidate:
    """Return a candidate as a fact that is stored in percent."""
    return replace(candidate, number=candidate.number / 100, unit="percent")
