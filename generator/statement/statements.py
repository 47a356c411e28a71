"""All rules on the words around a claim, over the packs of one writeup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from clawpub.errors import FactError
from clawpub.pack.mutation import falsified_by
from clawpub.pack.query import Database
from clawpub.pack.reader import Pack
from clawpub.pack.tables import Cell
from generator.library import Library
from generator.noise import Noise
from generator.statement import Remark, Statement
from generator.statement.comparing import comparing
from generator.statement.direction import FIRST, direction
from generator.statement.entities import Entities
from generator.statement.modes import modes
from generator.statement.polarity import polarity
from generator.statement.quantifiers import universal
from generator.statement.ranks import rank
from generator.statement.statistic import statistic
from generator.statement.units import unit
from generator.statement.universe import universe
from generator.wording import find_praise
from generator.writeup import Claim

_TYPED = re.compile(r"(?<![\w.])(?:[2-9]|\d{2,})(?![\w.])")
"""A number that is neither 0 nor 1: "all 30 runs" over `runs = 30` says nothing of the runs."""
_ALL = re.compile(r"(?<![<>!])=\s*[01]\b")
"""Nothing failed, or the rate is one: a single cell that speaks of all."""


class Statements:
    def __init__(
        self,
        packs: Mapping[str, Pack],
        library: Library,
        names: Iterable[str],
        noise: Noise,
        database: Database | None,
    ) -> None:
        self.entities = Entities(packs, library, names, self._rows)
        self.noise = noise
        self.database = database
        aliases = {alias for apart in self.entities.apart for alias in apart.words}
        self._words = {
            alias: frozenset[str]().union(*(apart.words.get(alias, frozenset()) for apart in self.entities.apart))
            for alias in aliases
        }
        self._words[FIRST] = self._words.get(next(iter(packs), ""), frozenset())

    def about(self, statement: Statement, claim: Claim) -> Iterator[Remark]:
        """Yield what is wrong with the words of a claim."""
        yield from universal(statement, self._falsified)
        yield from comparing(statement)
        yield from unit(statement) or polarity(statement) or statistic(statement)
        yield from universe(statement)
        yield from direction(statement, self._words, self._ask)
        yield from rank(statement, self._ask)
        yield from modes(statement)
        yield from self._entity(statement, claim)
        yield from self._noise(statement, claim)

    def _entity(self, statement: Statement, claim: Claim) -> Iterator[Remark]:
        read = {source.pack for source in claim.sources}
        if statement.verdict != "verified":
            return
        if other := self.entities.another(statement, read):
            message = f"the words name {other[0]}, and [{claim.fact_id}] reads {other[1]}"
            yield Remark("entity", message, "name what the fact reads, or read what the words name")

    def _noise(self, statement: Statement, claim: Claim) -> Iterator[Remark]:
        said = find_praise(statement.text, statement.start, statement.end)
        if said and (noise := self.noise.of(claim.readings)):
            hint = "say what was counted, and that it is no difference; `clawpub compare` has the tests"
            yield Remark("noise", f"{said!r}: {noise}", hint)

    def _falsified(self, query: str, enough: int) -> int:
        """Return how many single rows would make a query false; `enough` where it reads tables of one row only, or
        cannot be asked: what it says of one row is said by it alone."""
        try:
            answer = self.database.ask(query) if self.database else None
            if answer is None or self.database is None:
                return enough
            longest = max((len(self.database.rows(s.pack, s.table)) for s in answer.sources), default=0)
            if longest < 2:
                names = {source.column for source in answer.sources}
                cells = sum(len(re.findall(rf"\b{re.escape(name)}\b", query)) for name in names)
                return enough if not _TYPED.search(query) and (cells > 1 or _ALL.search(query)) else 0
            return falsified_by(self.database, answer, enough)
        except FactError:
            return enough

    def _rows(self, query: str) -> Sequence[tuple[Cell, ...]]:
        """Return a query's rows, () where it cannot be asked."""
        try:
            return self.database.ask(query).rows if self.database else ()
        except FactError:
            return ()

    def _ask(self, query: str) -> Cell:
        """Return a query's single value, None where there is none."""
        try:
            return self.database.ask(query).value() if self.database else None
        except FactError:
            return None
