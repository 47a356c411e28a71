"""Numbers of headings, "2." and "2.1.": they count the document's own sections and claim nothing.

They are taken for such where they make an outline: the first is 1, each is the next one of its level or the first one
below it, there are two of them at least, and words follow that begin with no small letter. Any other number of a
heading is a quantity: "29. runs passed".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

_NUMBER = re.compile(r"\s*(?P<number>[1-9]\d?(?:\.[1-9]\d?){0,3})\.?(?=\s+(?P<first>\S))")


class _Heading(Protocol):
    numbered: int

    @property
    def words(self) -> str: ...


def number_sections(headings: Sequence[_Heading]) -> None:
    """Set, for each heading of the outline, where its own words begin."""
    outline: list[tuple[_Heading, int]] = []
    last: tuple[int, ...] = ()
    for heading in headings:
        found = _NUMBER.match(heading.words)
        if found is None or found["first"].islower() or ("." not in found[0]):
            continue
        number = tuple(map(int, found["number"].split(".")))
        if number in _following(last):
            outline.append((heading, found.end()))
            last = number
    for heading, end in outline if len(outline) > 1 else ():
        heading.numbered = end


def _following(last: tuple[int, ...]) -> set[tuple[int, ...]]:
    """Return what may come next: behind 2.1 that is 2.1.1, 2.2 and 3."""
    return {(*last, 1)} | {(*last[:level], last[level] + 1) for level in range(len(last))}
