"""What a page says to whoever reads it: its visible words, and the words around each of its claims.

This is for pages whose bytes cannot be made here, because other templates or other code made them. Of a page of our own
the blocks with claims are taken, each as the pieces between badges and marks, which other templates may set otherwise;
they must stand in the other page, in their order and close together.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

MOST_BETWEEN = 600
"""Signs that may stand between two pieces of a block: a mark that names its tables."""
_BLOCKS = frozenset(
    (
        "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form"
        " h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
    ).split()
)
_UNSEEN = frozenset("head script style template noscript title textarea select option object iframe svg".split())
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_SET_APART = frozenset({"mark", "tag", "permalink"})
"""Classes of what our own pages put into a block besides its words."""
_CLAIM = re.compile(r"ref-\d+")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])|font-size\s*:\s*0(?![.\d])")
_DEEPEST = 2000
"""Elements that may stand in one another; what is deeper is not seen."""


@dataclass
class Block:
    """A stretch of words that nothing breaks."""

    pieces: list[str] = field(default_factory=lambda: [""])
    claims: int = 0


def visible_text(page: str) -> str:
    """Return the words of a page that a reader can see, one blank between any two."""
    return _tidy(" ".join(piece for block in _read(page, apart=False) for piece in block.pieces))


def claimed_blocks(page: str) -> list[tuple[str, ...]]:
    """Return the pieces of each block of a page of ours that has a claim in it."""
    blocks = (block for block in _read(page, apart=True) if block.claims)
    return [tuple(filter(None, map(_tidy, block.pieces))) for block in blocks]


def missing_blocks(ours: str, theirs: str) -> Iterator[str]:
    """Yield the words of the blocks with claims of our page that do not stand in another page."""
    text = visible_text(theirs)
    for pieces in claimed_blocks(ours):
        if not stands_in(pieces, text):
            yield " … ".join(pieces)


def stands_in(pieces: tuple[str, ...], text: str) -> bool:
    """Return whether pieces stand in a text in this order, with little between them."""
    if not pieces:
        return True
    start = text.find(pieces[0])
    while start >= 0:
        if _follow(pieces, text, start + len(pieces[0])):
            return True
        start = text.find(pieces[0], start + 1)
    return False


def _follow(pieces: tuple[str, ...], text: str, at: int) -> bool:
    for piece in pieces[1:]:
        found = text.find(piece, at, at + MOST_BETWEEN + len(piece))
        if found < 0:
            return False
        at = found + len(piece)
    return True


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _read(page: str, *, apart: bool) -> list[Block]:
    reader = _Reader(apart)
    with contextlib.suppress(AssertionError):  # what the parser of Python says of `<![x`
        reader.feed(page)  # and no `close`: see generator/pages/links.py
    return reader.blocks


class _Reader(HTMLParser):
    def __init__(self, apart: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks = [Block()]
        self._apart = apart
        self._open: list[tuple[str, bool, bool]] = []
        """Tag of each open element, whether it is seen, whether it is set apart from the words around it."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS:
            self.blocks.append(Block())
        elif tag == "br":
            self.handle_data(" ")
        if tag in _VOID:
            return
        _, seen, apart = self._open[-1] if self._open else ("", True, False)
        hides = tag in _UNSEEN or "hidden" in given or _HIDING.search(given.get("style", "").lower()) is not None
        seen = seen and not hides and len(self._open) < _DEEPEST
        if self._apart and not apart and _SET_APART & set(given.get("class", "").split()):
            apart = True
            self.blocks[-1].pieces.append("")
        self._open.append((tag, seen, apart))
        self.blocks[-1].claims += _CLAIM.fullmatch(given.get("id", "")) is not None

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, max(-1, len(self._open) - 50), -1):
            if self._open[depth][0] == tag:
                del self._open[depth:]
                break
        if tag in _BLOCKS:
            self.blocks.append(Block())

    def handle_data(self, data: str) -> None:
        _, seen, apart = self._open[-1] if self._open else ("", True, False)
        if seen and not apart:
            self.blocks[-1].pieces[-1] += data
