"""Claims that set the scores of two packs against each other: can their data tell the difference from zero?"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import combinations, product

from clawpub.errors import PackError
from clawpub.pack.compare import Pair, compare_packs
from clawpub.pack.reader import Pack
from generator.library import ALIAS, Library
from generator.statement.keys import about
from generator.writeup import Reading

SCORES = {
    "run_summary": frozenset(
        "passes failures score pass_rate score_of_planned pass_rate_of_planned headline_score".split()
    ),
    "per_task_results": frozenset({"passes", "score"}),
    "task_outcomes": frozenset({"passed"}),
}
MOST_COMPARED = 6
"""Packs that are tested two and two."""
SHOWN = ("difference", "these tasks only")


_OF_VIEWS = frozenset().union(*SCORES.values())


class Noise:
    """The packs of a writeup, two and two; each pair is compared once for all writeups."""

    def __init__(self, packs: Mapping[str, Pack], library: Library) -> None:
        self.packs = packs
        self.published = library.packs
        """Every pack of the publication by id: what the rows of a view may be."""
        self._pairs = library.pairs

    def of(self, readings: Sequence[Reading]) -> str | None:
        """Return what is to be said of a claim that reads the scores of two packs whose difference the data cannot tell
        from zero; None for any other claim."""
        read: dict[str, Pack] = {}
        for reading in readings:
            for source in reading.sources:
                if source.pack != ALIAS and source.column in SCORES.get(source.table, ()):
                    read[self.packs[source.pack].id] = self.packs[source.pack]
                elif source.pack == ALIAS and source.column in _OF_VIEWS:
                    read |= self._named(reading.fact)
        if len(read) != 2 and not (2 < len(read) <= MOST_COMPARED and _sets_against(readings)):
            return None
        for one, other in self._against(readings, read):
            pair = self._pair(*(read[name] for name in sorted((one, other))))
            if pair is not None and pair.verdict not in SHOWN:
                return f"these data cannot tell the difference from zero ({_tests(pair)})"
        return None

    def _against(self, readings: Iterable[Reading], read: Mapping[str, Pack]) -> list[tuple[str, str]]:
        """Return the ids of the packs that facts set against each other, two and two: the best of three against each of
        the others, which need not differ; any two where the facts do not say."""
        pairs: list[tuple[str, str]] = []
        for reading in readings:
            left, right = (
                {self.packs[alias].id for alias in side} & set(read) for side in _sides(reading.fact, self.packs)
            )
            pairs += product(sorted(left), sorted(right - left))
        return pairs or list(combinations(sorted(read), 2))

    def _named(self, fact: str) -> dict[str, Pack]:
        """Return the campaigns whose rows of a view a fact names, by their ids or by their models' where one has it."""
        names = set(about(fact))
        by_model: dict[str, list[Pack]] = {}
        for pack in self.published.values():
            if pack.info.campaign:
                by_model.setdefault(pack.info.campaign.model.id, []).append(pack)
        found = [self.published[name] for name in names if name in self.published]
        found += [packs[0] for name in names if len(packs := by_model.get(name, [])) == 1]
        return {pack.id: pack for pack in found}

    def _pair(self, one: Pack, other: Pack) -> Pair | None:
        key = one.digest, other.digest
        if key not in self._pairs:
            try:
                self._pairs[key] = compare_packs([one, other]).pairs[0]
            except (PackError, KeyError):
                self._pairs[key] = None  # packs without a count of passes have no difference to test
        return self._pairs[key]


def _sets_against(readings: Iterable[Reading]) -> bool:
    """Whether a fact compares or subtracts: a sum over packs does not set them against each other."""
    return any(_COMPARES.search(reading.fact) for reading in readings)


_COMPARES = re.compile(r"[<>]=?|\s-\s|\b(?:max|min)\s*\([^()]*,")
_TABLE = re.compile(
    r"(?:\b(?:from|join)\s|,)\s*(?P<pack>\w+)\.\w+(?:\s+(?:as\s+)?(?P<alias>(?!where\b|join\b|on\b|using\b)\w+))?",
    re.IGNORECASE,
)


def _sides(fact: str, packs: Container[str]) -> tuple[set[str], set[str]]:
    """Return the packs before and behind the first sign by which a query compares or subtracts; twice none where it has
    no such sign."""
    sign = re.search(r"[<>]=?|\s-\s", fact)
    if sign is None:
        return set(), set()
    named = {table["alias"] or table["pack"]: table["pack"] for table in _TABLE.finditer(fact)}
    named |= {pack: pack for pack in named.values()}
    left, right = (
        {named[word] for word in re.findall(r"\b(\w+)\.", side) if named.get(word) in packs}
        for side in (fact[: sign.start()], fact[sign.end() :])
    )
    return left, right


def _tests(pair: Pair) -> str:
    if pair.by_task:
        tested = [("paired t over tasks", pair.by_task.t.p), ("runs exchanged within tasks", pair.by_task.these_tasks)]
    elif pair.best:
        tested = [("paired t of the best split over tasks", pair.best.t)]
    else:
        tested = [("Fisher's test", pair.fisher)]
    return ", ".join(f"{name} p = {p:.2f}" for name, p in tested if p is not None) or "no test applies"
