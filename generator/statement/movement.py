"""Rule `order`, of movements: "rose from [167] to [153]" is wrong by what it prints, whatever the facts are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from clawpub.quantity import Quantity

_UP = "rose|rises|risen|climbed|climbs|grew|grows|grown|increased|increases|jumped|jumps|went up|up"
_DOWN = "fell|falls|fallen|dropped|drops|declined|declines|decreased|decreases|shrank|shrinks|shrunk|went down|down"
_MOVES = re.compile(
    rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?: (?!from\b|to\b)\w+){{0,3}}? (?P<to_from>to|from) ", re.IGNORECASE
)
_LITTLE = r"[^.;:!?\d]{0,40}?"
_BETWEEN = {word: re.compile(rf"{_LITTLE}\b{word}\s+(?:the\s+)?", re.IGNORECASE) for word in ("to", "from")}
_BEFORE = re.compile(rf"{_LITTLE}[,(–—]\s*", re.IGNORECASE)
"""What stands between the two of "153, up from 140"."""


def moved(text: str, quantities: Sequence[Quantity]) -> Iterator[tuple[int, str]]:
    """Yield (offset, what is wrong) for each movement whose two numbers go the other way, or nowhere."""
    for found in _MOVES.finditer(text):
        ends = _ends(text, found, quantities)
        if ends and (ends[0].value <= ends[1].value if found["down"] else ends[0].value >= ends[1].value):
            verb = found["up"] or found["down"]
            yield found.start(), f"{verb!r} is said of {ends[0].text!r} and then {ends[1].text!r}"


def _ends(text: str, found: re.Match[str], quantities: Sequence[Quantity]) -> tuple[Quantity, Quantity] | None:
    """Return the first and the last number of a movement: "from 3 to 5", "to 5 from 3", "5, up from 3"."""
    backwards = found["to_from"].lower() == "to"
    for one in quantities:
        if one.outer_start == found.end() and one.ends and not backwards:
            return one.ends
    between = _BETWEEN["from" if backwards else "to"]
    for one, other in pairwise(quantities):
        if one.kind != other.kind or one.unit != other.unit or one.kind not in ("number", "percent", "money"):
            continue
        if one.outer_start == found.end() and between.fullmatch(text, one.outer_end, other.outer_start):
            return (other, one) if backwards else (one, other)
        if other.outer_start == found.end() and not backwards and _BEFORE.fullmatch(text, one.outer_end, found.start()):
            return other, one
    return None
