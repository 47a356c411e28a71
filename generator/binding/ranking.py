"""Which of the facts that a number agrees with it means: the words around it decide; where they do not, nobody does.

Small numbers agree with dozens of facts. A fact is *supported* where the sentence names what it measures, each row and
value that it reads, the statistic it takes, and its pack where there are several; it is *unambiguous* where no other
meaning within the tag's reach is supported nearly as well.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from clawpub.errors import FactError
from clawpub.pack.query import Database
from clawpub.pack.reader import Pack
from clawpub.pack.tables import Cell, spell
from clawpub.quantity import Quantity, Value, compare
from generator.binding.candidates import Catalogue
from generator.binding.model import Candidate, Pool
from generator.binding.surroundings import Near
from generator.binding.targets import Target
from generator.binding.vocabulary import Terms, pack_words_of
from generator.binding.words import words_of
from generator.evidence import Evidence, Tables

SHOWN = 6
"""Proposals for one quantity."""
TRIED = 60
"""Facts that are read for one quantity."""
NEARLY = 0.5
"""Of the best one's words: what makes another meaning a rival."""

POOLS: dict[str, tuple[Pool, ...]] = {
    "number": ("plain", "difference"),
    "money": ("plain", "difference"),
    "ordinal": ("plain",),
    "percent": ("share", "plain"),
    "fraction": ("share", "plain"),
    "ratio": ("share",),
    "points": ("points",),
    "change": ("change",),
    "multiple": ("multiple",),
    "range": ("range",),
}

SHARES = frozenset({"percent", "fraction", "points", "change"})
"""Kinds of quantities that no count and no other whole number can be."""
CELLS = frozenset({"cell", "row", "statistic", "each", "range"})


@dataclass(frozen=True)
class Proposal:
    """A fact that a quantity agrees with."""

    candidate: Candidate
    values: tuple[Cell, ...]
    score: float
    """How much of the words around the quantity speaks of it."""
    supported: bool
    within_reach: bool
    exact: bool
    """False where the number is true by rounding, or by its hedge or bound."""
    lacking: int
    """How much of what the fact reads the sentence does not name."""
    why: str

    @property
    def facts(self) -> tuple[str, ...]:
        return self.candidate.facts

    @property
    def value(self) -> str:
        return " and ".join("nothing" if value is None else spell(value) for value in self.values)


@dataclass(frozen=True)
class Ranked:
    """A quantity with what it may mean, the likeliest first. `unambiguous`: nothing else comes near the first."""

    target: Target
    proposals: tuple[Proposal, ...]
    unambiguous: bool
    part_of: str = ""
    """A name of the packs that the number is a part of."""


class Ranking:
    """The words of the packs, and the search by them."""

    def __init__(self, found: Catalogue, packs: Mapping[str, Pack], database: Database, evidence: Evidence) -> None:
        self.found = found
        self.packs = packs
        self.database = database
        self.evidence = evidence
        self.default = next(iter(packs), "")
        self.terms = Terms(packs)
        self.pack_words = pack_words_of(packs)
        self._read: dict[str, Cell | FactError] = {}

    def of(self, target: Target) -> Ranked:
        """Return what a quantity may mean."""
        near = Near(target, self.found, self.terms, self.pack_words, self.default)
        reach = self._reach(target.sources)
        seen: dict[Candidate, Proposal] = {}
        for candidate, score, supported in self._likely(target.quantity, near, reach):
            within = _within(candidate, reach)
            proposal = self._held(target.quantity, candidate, near, score, supported=supported, within=within)
            if proposal:
                seen[candidate] = proposal
            enough = len(seen) >= SHOWN and not (supported and within)
            if enough:
                break
        proposals = sorted(seen.values(), key=_order)
        kept = list(_one_a_meaning(proposals))
        unambiguous = self._unambiguous(target, kept, near, reach)
        return Ranked(target, tuple(kept[:SHOWN]), unambiguous, near.part_of)

    def _likely(self, quantity: Quantity, near: Near, reach: Tables | None) -> Iterator[tuple[Candidate, float, bool]]:
        """Yield candidates about as large as the quantity, the likeliest first; no more than are worth reading."""
        low, high = _window(quantity)
        judged = []
        for pool in POOLS.get(quantity.kind, ()):
            for candidate in self.found.between(pool, low, high):
                if not self._can_mean(candidate, quantity, near):
                    continue
                score, supported = near.judge(candidate)
                tier = (0 if supported else 2) + (0 if _within(candidate, reach) else 1)
                lacking = near.lacking(candidate)
                judged.append(((tier, lacking, -score, candidate.cost, candidate.facts), candidate, score, supported))
        judged.sort(key=lambda each: each[0])
        return ((candidate, score, supported) for _, candidate, score, supported in judged[:TRIED])

    def _held(
        self, quantity: Quantity, candidate: Candidate, near: Near, score: float, *, supported: bool, within: bool
    ) -> Proposal | None:
        """Return a candidate as a proposal where the comparison verifies it, else None."""
        values = []
        for fact in candidate.facts:
            value = self._ask(fact)
            if isinstance(value, FactError) or value is None:
                return None
            if quantity.kind in SHARES and isinstance(value, int) and candidate.unit != "percent":
                return None  # a count is no share
            values.append(value)
        plain: list[Value] = [value for value in values if isinstance(value, str | int | Decimal)]
        if len(plain) != len(values):
            return None
        result = compare(quantity, plain if len(plain) > 1 else plain[0], fact_unit=candidate.unit)
        if result.verdict != "verified" or result.warning:
            return None
        exact = not (result.rounded or quantity.bound)
        why = "; ".join(near.why(candidate, exact=exact, within=within, supported=supported))
        return Proposal(candidate, tuple(values), score, supported, within, exact, near.lacking(candidate), why)

    def _ask(self, fact: str) -> Cell | FactError:
        if fact not in self._read:
            try:
                self._read[fact] = self.database.ask(fact).value()
            except FactError as error:
                self._read[fact] = error
        return self._read[fact]

    def _can_mean(self, candidate: Candidate, quantity: Quantity, near: Near) -> bool:
        """Whether a fact is of the kind that the number is: ranks for ordinals, shares for percentages, and one
        column by another only where the words say so much a piece."""
        place = candidate.columns[0]
        if quantity.kind == "ordinal":
            return bool({"rank", "place", "position"} & set(words_of(place[2])))
        if candidate.shape == "per" and not near.a_piece:
            return False
        if quantity.kind == "money" and candidate.shape in ("count", "kinds"):
            return False
        if quantity.kind in SHARES and candidate.shape not in ("share", "pair") and candidate.unit != "percent":
            return self.terms.types.get(place) not in ("integer", "boolean") and candidate.shape in CELLS
        ratio = candidate.facts[0].count("'/'") == 1
        return not ratio or quantity.kind == "ratio"

    def _reach(self, sources: tuple[str, ...]) -> Tables | None:
        """Return the tables that a tag names; None where it sets no bounds, as the check has it."""
        named = [self.evidence.resolve(source) for source in sources]
        tables = frozenset(table for each in named if not isinstance(each, str) for table in each)
        return tables if tables and not any(isinstance(each, str) for each in named) else None

    def _unambiguous(self, target: Target, kept: Sequence[Proposal], near: Near, reach: Tables | None) -> bool:
        if target.quantity.kind == "ordinal" or not target.quantity.plain or target.closed or near.part_of:
            return False
        able = [proposal for proposal in kept if proposal.supported and proposal.within_reach]
        if not able or (target.quantity.bound and not _close(target.quantity, able[0])):
            return False
        best, rivals = able[0], able[1:]
        if any(rival.score >= NEARLY * best.score for rival in rivals):
            return False
        if not best.exact and len(re.sub(r"\D", "", target.quantity.number).lstrip("0")) < 2:
            return False  # a single digit is too easily hit by rounding
        return near.pack_named or not self._twins(target.quantity, best.candidate, reach)

    def _twins(self, quantity: Quantity, one: Candidate, reach: Tables | None) -> bool:
        """Whether another pack within reach says the same of the same: then the words have to name the pack."""
        low, high = _window(quantity)
        return any(
            other.meaning[1:] == one.meaning[1:] and other.packs != one.packs and _within(other, reach)
            for pool in POOLS.get(quantity.kind, ())
            for other in self.found.between(pool, low, high)
        )


def _order(proposal: Proposal) -> tuple[object, ...]:
    tier = (0 if proposal.within_reach else 1) if proposal.supported else (2 if proposal.within_reach else 3)
    return (
        tier,
        proposal.lacking,
        -round(proposal.score, 6),
        not proposal.exact,
        proposal.candidate.cost,
        proposal.facts,
    )


def _one_a_meaning(proposals: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield the simplest proposal of each meaning, where the first of that meaning stands."""
    groups: dict[object, list[Proposal]] = defaultdict(list)
    facts: set[tuple[object, ...]] = set()
    scores = {_as_score(proposal) for proposal in proposals if proposal.candidate.shape in ("cell", "row")}
    for proposal in proposals:
        candidate = proposal.candidate
        meaning = score if (score := _as_score(proposal)) in scores else candidate.meaning
        groups[meaning, proposal.within_reach, proposal.supported].append(proposal)
    for group in groups.values():
        simplest = min(group, key=lambda p: (p.candidate.cost, not p.exact, p.facts))
        if (simplest.facts, simplest.candidate.unit) in facts:
            continue  # the same query by another name, as the maximum of a column that is the same everywhere
        facts.add((simplest.facts, simplest.candidate.unit))
        yield replace(simplest, score=max(proposal.score for proposal in group))


def _as_score(proposal: Proposal) -> tuple[object, ...]:
    """Return what makes a score that was put together the score that stands in a cell."""
    return ("score", proposal.candidate.packs, proposal.candidate.names, proposal.values)


def _within(candidate: Candidate, reach: Tables | None) -> bool:
    return reach is None or all((alias, table) in reach for alias, table, _ in candidate.columns)


def _close(quantity: Quantity, proposal: Proposal) -> bool:
    """Whether a bound says the value itself: `at least 7` over 7."""
    value = proposal.candidate.number
    return abs(value - float(quantity.value)) <= float(quantity.step) / 2


def _window(quantity: Quantity) -> tuple[float, float]:
    """Return between which values the comparison can verify a quantity, with a little room."""
    one = quantity.ends[0] if quantity.ends else quantity
    value, half = float(one.value), float(one.step) / 2
    if one.kind in ("ratio", "fraction") and one.numerator is not None and one.denominator:
        value = float(Fraction(one.numerator) / Fraction(one.denominator))
        half = 0.005
    low, high = value - half, value + half
    if quantity.hedge:
        low, high = min(low, value / 1.1, value / 0.9), max(high, value / 0.9, value / 1.1)
    if quantity.bound:
        low, high = min(low, value / 2, value * 2), max(high, value * 2, value / 2)
    if quantity.kind == "multiple":
        low, high = min(low, value * 0.95), max(high, value * 1.05)
    room = 1e-9 * max(1.0, abs(low), abs(high))
    return low - room, high + room
