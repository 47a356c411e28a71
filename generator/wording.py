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
    "topped tops quicker doubled halved tripled"
).split()
SUPERLATIVES = (
    "best worst highest lowest fastest slowest cheapest dearest largest smallest biggest longest shortest strongest "
    "weakest greatest fewest oldest newest easiest hardest quickest"
).split()
UNIVERSALS = (
    "all every everything everyone none nothing nobody never always only exactly entirely solely both majority dozens "
    "hundreds thousands millions handful minority mostly predominantly overwhelmingly "
    "invariably unanimously flawless flawlessly error-free"
).split()
_IDIOMS = (
    r"at all|after all|above all|first of all|all in all|all the same|"
    r"all but(?! (?:the|these|those|its|an?|one|two|\d)\b)|"
    r"if only|not only|only if|once more|as always|any ?more|more or less|no more than|what is more|for the most part|"
    r"most of all|at best|at worst|closer look|(?:newer|older) (?:models?|releases?|versions?)|"
    r"(?:the )?most recent(?:ly)?|ahead of time|the best[ -]known|better[ -]known|"
    r"in all(?=[.,;:!?)]|$)|"
    r"(?:read|write|append)-only|"
    r"best practice|at least|at most|at the latest|no longer|any longer|if nothing else|no sooner|the more so|all right"
)
_NO_MEASURE = r"(?!-(?:known|running|order|level|term|lived|standing|case|effort)\b)"
"""Behind a word that compares: "the longest-running test", "a higher-order function" measure nothing."""
_MORE_OF = (
    "tokens passes runs failures errors calls tasks turns steps time money memory work problems often slowly quickly"
).replace(" ", "|")
_MOVED = "rose|fell|dropped|climbed|increased|decreased|improved|worsened|grew|shrank"
_MOVED_HOW = (
    r"[.,;:!?)]|$"
    r"| (?:again|further|sharply|slightly|steadily|steeply|markedly|a (?:little|lot|bit)|with|as|when|while|and|but)\b"
    r"| (?:over|on|upon) (?!an?\b|time\b|the (?:\w+ )?(?:years?|months?|weeks?|days?|course|summer|runs)\b)"
    r"|(?: the| its| their| both)(?: \w+)? (?:score|rate|accurac|cost|latenc|time)"
)
"""What follows where the verb itself compares: a score "rose sharply"; who "dropped one call" moved no number."""
_RECORDS = (
    r"number one|state[ -]of[ -]the[ -]art|unbeaten|unmatched|unrivall?ed|unsurpassed|unparalleled|second to none|"
    r"record[ -](?:high|low|setting|breaking)"
)
_NEARLY_ALL = (
    r"most of|tens of|(?:the )?(?:bulk|lion['’]s share) of|without (?:exception|any|a single)|"
    r"(?:hardly|barely|scarcely) (?:any|ever|fail\w*|pass\w*)|clean sweep|"
    r"(?:perfect|spotless) (?:scores?|records?|runs?)|(?:is|was|are|were|for) free(?! (?:to|from)\b)|free of charge"
)
"""What says of all, of none or of a vague many, in more words than one."""
_WORDS = re.compile(
    rf"\b(?:(?P<idiom>\b(?:{_IDIOMS})\b)"
    rf"|(?P<comparative>\b(?:{'|'.join(COMPARATIVES)})\b{_NO_MEASURE}"
    r"|\b(?:more|less)\b(?=(?:[ \-]\w+){0,4}?[ ]than\b)"
    r"|\b(?:more|less) (?!than\b)[a-z]+(?:ive|able|ible|ful|ous|al|ent|ant|ed|ing|ly|ic|ate)\b|\bahead of\b"
    rf"|(?<!any )(?<!no )(?<!or )\b(?:more|less) (?:{_MORE_OF})\b"
    rf"|\b(?:{_MOVED})\b(?!,? (?:from|to|by)\b)(?={_MOVED_HOW})"
    r"|(?<!\d )(?<!of )(?<!the )(?<!its )\bwins\b|\b(?:leads)\b(?! to\b)|\bon par\b"
    r"|\bcame (?:in )?(?:first|second|third|last)\b"
    r"|\b(?:came|comes|is|was|are|were|stays?|stayed|pulled|finished) (?:\w+ )?ahead\b(?! of\b)"
    r"|\bwon\b(?= (?:on|against|over|outright|hands)\b|[.,;!]|$)"
    r"|\b(?:statistically |highly )?significant(?:ly)?\b(?! (?:digits?|figures?)\b)"
    r"|\b(?:costs?|takes?|took|uses?|used|needs?|needed) (?:half|double|triple)\b)"
    rf"|(?P<superlative>\b(?:{'|'.join(SUPERLATIVES)})\b{_NO_MEASURE}"
    rf"|\b(?:the )?(?:most|least) (?!of\b|likely\b)[a-z]+\b|\b(?:{_RECORDS})\b)"
    rf"|(?P<universal>\b(?:{'|'.join(UNIVERSALS)})\b|\b(?:{_NEARLY_ALL})\b))"
)
"""Of a text in small letters: without regard to case it would take twice the time."""
_PLACE = re.compile(r"[Gg]reater [A-Z]")
"""Greater Zurich is no more than Zurich."""
HEDGES = re.compile(
    r"\b(?:likely|unlikely|probably|possibly|perhaps|presumably|apparently|"
    r"(?<!reader )(?<!readers )(?<!you )(?:may|might)|"
    r"could (?:be|have|well|mean|explain|come|also be)|suggests?|suggested|suggesting|"
    r"seems?|seemed|appears? to|appeared to|because of|due to|caused by|thanks to|owing to|explains? why|presumed)\b"
)
"""Case counts: May is a month."""
PRAISE = re.compile(
    r"\b(?:better|worse|best|worst|real(?:ly)?|outperform(?:s|ed)?|beat(?:s)?|superior|inferior|stronger|weaker|ahead|"
    r"exceed(?:s|ed)?|surpass(?:es|ed)?|outscore[sd]?|clear(?:ly)?|decisive(?:ly)?|significant(?:ly)?|meaningful(?:ly)?|"
    r"(?:more|less) (?:reliabl[ey]|dependabl[ey]|capabl[ey]|(?:robust|accurate|consistent|competent)(?:ly)?)|"
    r"wins|won|winner|winning|leads(?! to)|tops|topped)\b",
    re.IGNORECASE,
)
"""What nobody may say of a difference that the data cannot tell from zero."""
_LEAD = r"lead|difference|gap|margin|improvement|win|advantage|gain|edge|progress"
_TAKEN_UP = re.compile(
    rf"\s*(?:That|This|It|The (?:{_LEAD}|result))\b[^.!?]*?\b(?:(?:real|clear|decisive|significant|meaningful|"
    rf"solid|genuine|substantial)(?:ly)? (?:\w+ )?(?P<of>{_LEAD}|better|ahead|stronger)|"
    r"(?:is|was) (?:statistically |clearly )?(?:real|clear|decisive|significant|meaningful|better)(?=[.,;!?]|$)|"
    r"outperforms|(?:an? )?(?:win|victory)\b)"
)
"""Praise in the next sentence, where that one speaks of the difference."""


@dataclass(frozen=True)
class Word:
    """A claim in words, at an offset of the text that a reader sees."""

    kind: Kind
    text: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def _latin(char: str) -> str:
    """Return the one Latin small letter that another letter looks like; itself where it looks like none."""
    plain = TWINS.get(char) or unicodedata.normalize("NFKC", char)
    return plain.lower() if len(plain) == 1 and plain.isascii() else char


def find_words(text: str) -> Iterator[Word]:
    """Yield the comparatives, superlatives and universals of a text, in order, in whatever letters they are typed."""
    read = text.lower() if text.isascii() else "".join(map(_latin, text))
    for match in _WORDS.finditer(read):
        if _PLACE.match(text, match.start()):
            continue
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
    high = min(ends, default=len(text))
    if found := PRAISE.search(text, low, high):
        return found[0]
    taken_up = _TAKEN_UP.match(text, high + 1)
    return taken_up[0].strip() if taken_up else None
