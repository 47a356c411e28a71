"""Which quantities of a writeup were checked. Each of an Observed passage is bound to a fact, waived, or a finding.

Quantities are counted in the text that a reader sees (generator/markdown/prose.py), block by block, so that neither
emphasis nor an entity nor a line break hides one. Code spans, code blocks and link targets are left out; headings,
table cells, image descriptions, titles and the start of a numbered list are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from clawpub.quantity import Quantity, pieces, scan
from generator.markdown.passages import Block
from generator.markdown.prose import Span
from generator.wording import Word, find_words
from generator.writeup import Coverage


@dataclass
class Counted:
    """The quantities of a block, and what became of them."""

    block: Block
    quantities: list[Quantity]
    words: list[Word] = field(default_factory=list)
    """Comparatives, superlatives and universals that are no part of a quantity."""
    words_bound: set[int] = field(default_factory=set)
    """By the offset at which they start."""
    words_waived: set[int] = field(default_factory=set)
    bound: set[int] = field(default_factory=set)
    """By the offset at which they start."""
    waived: set[int] = field(default_factory=set)
    reported: set[int] = field(default_factory=set)
    """Unbound ones that a finding of their span speaks of already."""
    injected: int = 0
    """Values that an expression prints."""

    def inside(self, span: Span) -> list[Quantity]:
        """Return the quantities that stand in a span whole, with their hedges and bounds."""
        return [q for q in self.quantities if span.start <= q.outer_start and q.outer_end <= span.end]

    def words_inside(self, span: Span) -> set[int]:
        """Return where the words start that a span touches."""
        return {word.start for word in self.words if span.start < word.end and word.start < span.end}

    def words_of(self, span: Span) -> list[Word]:
        """Return the words that begin in a span."""
        return [word for word in self.words if span.start <= word.start < span.end]

    def words_left(self) -> Iterator[Word]:
        """Yield the words that are neither bound nor waived."""
        return (word for word in self.words if word.start not in self.words_bound | self.words_waived)

    def cut(self, span: Span) -> list[Quantity]:
        """Return the quantities that a span cuts."""
        whole = self.inside(span)
        return [q for q in self.quantities if q.outer_start < span.end and span.start < q.outer_end and q not in whole]

    def left(self) -> Iterator[Quantity]:
        """Yield those that are neither bound nor waived."""
        return (q for q in self.quantities if q.start not in self.bound and q.start not in self.waived)


def count(block: Block, names: Sequence[str] = ()) -> Counted:
    """Return the quantities of a block; a heading's section number ("3.") is none, nor is a digit of a name."""
    quantities = scan(block.prose.text, names=names)
    if number := section_number(block):
        quantities = [q for q in quantities if q.start >= number]
    quantities = [piece for quantity in quantities for piece in _apart(quantity, block.prose.spans)]
    taken = [(quantity.outer_start, quantity.outer_end) for quantity in quantities]
    words = [
        w for w in find_words(block.prose.text) if not any(w.start < end and start < w.end for start, end in taken)
    ]
    return Counted(block, quantities, words)


def section_number(block: Block) -> int:
    """Return where a heading's own words begin, behind its "3."; 0 where they begin at once."""
    return block.numbered


def _apart(quantity: Quantity, spans: Sequence[Span]) -> tuple[Quantity, ...]:
    """Return a range or a ratio as its two numbers where each stands in a span of its own, else as it is."""
    both = pieces(quantity)
    touching = [span for span in spans if span.start < quantity.outer_end and quantity.outer_start < span.end]
    if both is None or len(touching) != 2:
        return (quantity,)
    alone = all(
        span.start <= piece.start and piece.end <= span.end and not (span.start < other.end and other.start < span.end)
        for span, piece, other in zip(touching, both, reversed(both), strict=True)
    )
    return both if alone else (quantity,)


def titles(block: Block, names: Sequence[str] = ()) -> Iterator[tuple[int, Quantity]]:
    """Yield (offset in the source, quantity) for the titles of links and images, where nothing can be bound."""
    for at, title in block.prose.titles:
        for quantity in scan(title, names=names):
            yield at, quantity


def words_in_titles(block: Block) -> Iterator[tuple[int, Word]]:
    """Yield (offset in the source, word) for what titles of links and images compare."""
    for at, title in block.prose.titles:
        for word in find_words(title):
            yield at, word


def coverage(counted: list[Counted], *, more_unbound: int = 0, more_outside: int = 0) -> Coverage:
    """Return the counts of a writeup."""
    observed = [each for each in counted if each.block.observed]
    bound = sum(len(each.bound) + each.injected for each in observed)
    waived = sum(len(each.waived) for each in observed)
    unbound = sum(1 for each in observed for _ in each.left()) + more_unbound
    outside = sum(1 for each in counted if not each.block.observed for _ in each.left()) + more_outside
    return Coverage(
        quantities=bound + waived + unbound,
        bound=bound,
        waived=waived,
        unbound=unbound,
        outside=outside,
        words=sum(len(each.words) for each in observed),
        words_bound=sum(len(each.words_bound) for each in observed),
        words_waived=sum(len(each.words_waived) for each in observed),
    )
