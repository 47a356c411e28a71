"""What the words around a claim say beyond its numbers. One rule a file, each a function of one statement.

    quantifiers.py   "all three" counts three; that all of them did so is another claim
    units.py         minutes over a column of seconds, tokens over a count of runs
    statistic.py     an average, a median or a rate over a fact that takes the greatest value, or the total
    polarity.py      runs that "failed" over a count of those that passed
    universe.py      "28% of tokens" over a share of the cost; a share that names no whole
    direction.py     "below" where the fact says above; a tie that "beats"
    entities.py      another task, model or harness than the fact reads; a name that nothing here bears
    modes.py         timeouts over a count of loops
    order.py         two values printed in another order than they have
    movement.py      numbers that rose, and the second is less
    ranks.py         a rank that a tie makes two
    comparing.py     "the best" over a fact that compares nothing

    direct.py        the column whose values a fact gives
    keys.py          the names that tables have
    surroundings.py  headings, list items and table rows around
    statements.py    all rules, over the packs of one writeup

A rule is given what was read and what stands around it, and yields remarks; it never reads a pack by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from clawpub.quantity import Quantity
from generator.sentences import sentence_around
from generator.statement.surroundings import Surroundings
from generator.wording import Word
from generator.writeup import FactEntry, Reading, Verdict


@dataclass(frozen=True)
class Remark:
    """A finding that has no place yet: it stands where the claim stands."""

    rule: str
    message: str
    hint: str | None = None


@dataclass(frozen=True)
class Statement:
    """A claim in the text that it stands in."""

    text: str
    """The block as a reader sees it."""
    start: int
    end: int
    """Where the span stands in it."""
    whole: str
    """The span's words, code included."""
    quantities: Sequence[Quantity]
    """Those inside the span."""
    words: Sequence[Word]
    """Comparatives, superlatives and universals inside the span."""
    entry: FactEntry
    readings: Sequence[Reading]
    verdict: Verdict
    rule: str
    """The comparison rule that decided."""
    columns: frozenset[tuple[str, str]] = field(default=frozenset())
    """(table, column) of every cell that was read."""
    around: Surroundings = field(default=Surroundings())
    """The headings above, the list item or table row around."""

    @property
    def sentence(self) -> tuple[int, int]:
        """Where the sentence around the span begins and ends."""
        return sentence_around(self.text, self.start, self.end)


CLAUSE = re.compile(r"[,;:.]\s|\b(?:and|but|while)\b")
"""What stands between two clauses of a sentence."""
