"""What there is to bind: the quantities of Observed passages that `check` calls unbound, and where they stand.

The check's own findings decide; nothing is judged a second time here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clawpub.quantity import Quantity
from generator import coverage
from generator.coverage import Counted
from generator.markdown.passages import Block, read_passages
from generator.markdown.prose import OBJECT, Prose, Span
from generator.markdown.source_map import Locator, Place
from generator.writeup import CheckedWriteup

_BEHIND_ENTITY = re.compile(r"&(?:#\w+|\w+);|\\.", re.DOTALL)
_MARKS = "*_~"

At = tuple[int, int]
"""Line and column of index.md, both from 1."""


@dataclass(frozen=True)
class Target:
    """A quantity that nothing binds. `edges` are the places between which a span may stand, the narrowest first."""

    quantity: Quantity
    text: str
    """The quantity with its hedge and bound, as a reader sees it."""
    block: Block
    above: str
    """The heading above it, as a reader sees it."""
    line: int
    column: int
    edges: tuple[tuple[At, At], ...] = ()
    """() where no span can be put around it."""
    number_at: At = (0, 0)
    """Where the number without its hedge and bound stands, which is where the check reports it."""
    neighbours: tuple[Quantity, ...] = ()
    """All quantities of its block, itself among them."""
    fact_id: str = ""
    """Of the span that it stands in already, whose entry the ledger lacks."""
    together: tuple[int, ...] = ()
    """Starts of all quantities of that span: one entry must answer them all."""
    cut: bool = False
    """Whether a span holds only a part of it."""
    closed: str = ""
    """Why it cannot be bound from here, e.g. that it is part of a link."""

    @property
    def place(self) -> At:
        """Where the check reports it."""
        return self.number_at if self.number_at != (0, 0) else (self.line, self.column)

    @property
    def sources(self) -> tuple[str, ...]:
        return self.block.passage.sources


def find_targets(checked: CheckedWriteup) -> list[Target]:
    """Return the unbound quantities of a checked writeup, in order."""
    unbound = {(f.line, f.column) for f in checked.findings if f.rule == "unbound"}
    unknown = {(f.line, f.column) for f in checked.findings if f.rule == "unknown-fact"}
    locator = Locator(checked.writeup.body, checked.writeup.body_line)
    found: list[Target] = []
    above = ""
    for block in read_passages(checked.tokens, checked.writeup.lead_tag):
        place = locator.of(block.inline, cell=block.container == "cell")
        if block.observed:
            counted = coverage.count(block)
            free = [q for q in counted.quantities if place(block.prose.source(q.start)) in unbound]
            found += (_free(quantity, counted, above, place) for quantity in free if _alone(quantity, counted))
            found += _named(counted, unknown, above, place)
            found += _cut(counted, unbound, above, place)
        if block.container == "heading":
            above = block.prose.text
    return sorted(found, key=lambda target: (target.line, target.column))


def _alone(quantity: Quantity, counted: Counted) -> bool:
    """False where a span touches it: that span has a finding of its own, which no binding mends."""
    spans = counted.block.prose.spans
    return not any(quantity.outer_start < span.end and span.start < quantity.outer_end for span in spans)


def _free(quantity: Quantity, counted: Counted, above: str, place: Place) -> Target:
    prose = counted.block.prose
    start, end = quantity.outer_start, quantity.outer_end
    in_link = any(low < end and start < high for low, high in prose.links)
    closed = "it is part of a link: put a span around the whole link by hand" if in_link else ""
    if not closed and OBJECT in prose.text[start:end]:
        closed = "there is code or an expression in it"
    edges = () if closed else tuple((place(low), place(high)) for low, high in _edges(prose, start, end))
    return Target(
        quantity,
        prose.text[start:end],
        counted.block,
        above,
        *place(prose.source(start)),
        edges,
        place(prose.source(quantity.start)),
        tuple(counted.quantities),
        closed=closed,
    )


def _edges(prose: Prose, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield offsets in the block's source between which a span may stand: bare, then with emphasis taken in."""
    low, last = prose.source(start), prose.source(end - 1)
    behind = _BEHIND_ENTITY.match(prose.content, last) if not prose.is_typed(end - 1) else None
    high = behind.end() if behind else last + 1
    yield low, high
    wide_low, wide_high = low, high
    while wide_low and prose.content[wide_low - 1] in _MARKS:
        wide_low -= 1
    while wide_high < len(prose.content) and prose.content[wide_high] in _MARKS:
        wide_high += 1
    for edges in ((wide_low, high), (low, wide_high), (wide_low, wide_high)):
        if edges != (low, high):
            yield edges


def _named(counted: Counted, unknown: set[tuple[int | None, int | None]], above: str, place: Place) -> Iterator[Target]:
    """Yield the quantities of spans that name a fact which the ledger lacks."""
    prose = counted.block.prose
    for span in prose.spans:
        if place(span.at) not in unknown:
            continue
        inside = counted.inside(span)
        for quantity in inside:
            yield Target(
                quantity,
                prose.text[quantity.outer_start : quantity.outer_end],
                counted.block,
                above,
                *place(prose.source(quantity.outer_start)),
                neighbours=tuple(counted.quantities),
                fact_id=_fact_id(span),
                together=tuple(each.start for each in inside),
            )


def _cut(counted: Counted, unbound: set[tuple[int | None, int | None]], above: str, place: Place) -> Iterator[Target]:
    """Yield the quantities that a span cuts, whole, where the check reports that span."""
    prose = counted.block.prose
    for span in prose.spans:
        if place(span.at) not in unbound:
            continue
        for quantity in counted.cut(span):
            whole = prose.text[quantity.outer_start : quantity.outer_end]
            yield Target(
                quantity,
                whole,
                counted.block,
                above,
                *place(prose.source(quantity.outer_start)),
                number_at=place(span.at),
                neighbours=tuple(counted.quantities),
                closed=f"a span cuts it: take all of {whole!r} into it by hand; these agree with the whole",
                cut=True,
            )


def _fact_id(span: Span) -> str:
    return str(span.token.attrs["fact"])
