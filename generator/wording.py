"""What prose claims without a number: comparatives, superlatives, universals; and the words that hedge or praise.

"Cheaper", "the best task", "every run" say as much as a number does, and can be as wrong. In an Observed passage each
stands in a span that names a fact, or is waived. The lists are closed, so that an author can know them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from clawpub.quantity.tokens import TWINS

Kind = Literal["comparative", "superlative", "universal"]

COMPARATIVES = (
    "better worse higher lower faster slower cheaper dearer larger smaller bigger longer shorter stronger weaker "
    "greater fewer older newer easier harder closer superior inferior outperform outperforms outperformed beat beats "
    "exceed exceeds exceeded surpass surpasses surpassed outscore outscores outscored trails trailed lags lagged tied "
    "topped"
).split()
SUPERLATIVES = (
    "best worst highest lowest fastest slowest cheapest dearest largest smallest biggest longest shortest strongest "
    "weakest greatest fewest oldest newest easiest hardest"
).split()
UNIVERSALS = (
    "all every everything everyone none nothing nobody never always only exactly entirely solely both majority dozens "
    "hundreds thousands"
).split()
_IDIOMS = (
    r"at all|after all|above all|first of all|all in all|all the same|all but|if only|not only|only if|once more|"
    r"any ?more|more or less|no more than|what is more|no better than|for the most part|most of all|at best|at worst|"
    r"in all(?=[.,;:!?)]|$)|"
    r"best practice|at least|at most|at the latest|no longer|any longer|if nothing else|no sooner|the more so|all right"
)
_WORDS = re.compile(
    rf"(?P<idiom>\b(?:{_IDIOMS})\b)"
    rf"|(?P<comparative>\b(?:{'|'.join(COMPARATIVES)})\b|\b(?:more|less)\b(?=(?:[ \-]\w+){{0,4}}?[ ]than\b)"
    r"|\b(?:more|less) (?!than\b)[a-z]+(?:ive|able|ible|ful|ous|al|ent|ant|ed|ing|ly|ic|ate)\b|\bahead of\b)"
    rf"|(?P<superlative>\b(?:{'|'.join(SUPERLATIVES)})\b|\b(?:the )?(?:most|least) (?!of\b|likely\b)[a-z]+\b)"
    rf"|(?P<universal>\b(?:{'|'.join(UNIVERSALS)})\b|\bmost of\b)",
    re.IGNORECASE,
)
HEDGES = re.compile(
    r"\b(?:likely|unlikely|probably|possibly|perhaps|presumably|apparently|may|might|could|suggests?|suggested|suggesting|"
    r"seems?|seemed|appears? to|appeared to|because of|due to|caused by|thanks to|owing to|explains? why|presumed)\b"
)
"""Case counts: May is a month."""
PRAISE = re.compile(
    r"\b(?:better|worse|best|worst|real(?:ly)?|outperform(?:s|ed)?|beat(?:s)?|superior|inferior|stronger|weaker|ahead|"
    r"exceed(?:s|ed)?|surpass(?:es|ed)?|outscore[sd]?|clear(?:ly)?|decisive(?:ly)?|significant(?:ly)?|meaningful(?:ly)?)\b",
    re.IGNORECASE,
)
"""What nobody may say of a difference that the data cannot tell from zero."""


@dataclass(frozen=True)
class Word:
    """A claim in words, at an offset of the text that a reader sees."""

    kind: Kind
    text: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def _latin(char: str) -> str:
    """Return the one Latin character that another looks like; itself where it looks like none."""
    plain = TWINS.get(char) or unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 and plain.isascii() else char


def find_words(text: str) -> Iterator[Word]:
    """Yield the comparatives, superlatives and universals of a text, in order, in whatever letters they are typed."""
    read = text if text.isascii() else "".join(map(_latin, text))
    for match in _WORDS.finditer(read):
        match match.lastgroup:
            case "comparative" | "superlative" | "universal" as kind:
                yield Word(kind, text[match.start() : match.end()], match.start(), match.end())


def find_hedges(text: str) -> Iterator[tuple[int, str]]:
    """Yield (offset, word) for what hedges or explains: an observation does neither."""
    for match in HEDGES.finditer(text):
        yield match.start(), match[0]


def find_praise(text: str, start: int, end: int) -> str | None:
    """Return the first word in the sentences around `start` to `end` that says a difference is one."""
    low = max(text.rfind(mark, 0, start) for mark in (". ", "? ", "! ", "; ")) + 1
    ends = [at for mark in (". ", "? ", "! ", "; ") if (at := text.find(mark, end)) >= 0]
    found = PRAISE.search(text, low, min(ends, default=len(text)))
    return found[0] if found else None
