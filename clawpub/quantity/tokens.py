"""Text to tokens, in one pass. Every pattern consumes what it reads, so the pass is linear on any input."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from clawpub.quantity.words import GLYPHS, TENS, UNITS

ODD = "\ue000"
"""Stands for a character that has a numeric value but is no decimal digit: superscripts, circled digits, 三."""
HIDDEN = "\ue001"
"""Stands for a character that prints nothing of its own: soft hyphens, joiners, combining marks."""
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
WIDE_SPACES = "\u00a0\u202f\u2009\u2007"
TYPOGRAPHY = set("–—‑‒−≥≤⩾⩽×€£¥¢µμ°‰≈∼≃ " + WIDE_SPACES) | set(GLYPHS)
"""What a plain quantity may hold beside ASCII."""

TokenKind = Literal["num", "word", "name", "sym", "skip"]


class Token(NamedTuple):
    kind: TokenKind
    text: str
    low: str
    start: int
    end: int


class Clean(NamedTuple):
    """The text with every Unicode digit as ASCII and nothing hidden; `where` leads back to the source."""

    text: str
    where: list[int] | None
    bidi: bool


class _Characters(dict[int, str]):
    """What the scanner reads for a character beyond ASCII, worked out once a character."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = result = char if code < 128 else _fold(char)
        return result


TWINS: dict[str, str] = {
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    **dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡᴢɡɑօսհյցզӀ", "abcdefghijklmnoprstuvwzgaouhjgqI", strict=True)),
} | dict(
    zip(
        "аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅοιντυρακεΟΑΒΕΗΙΚΜΝΡΤΥΧΖЗзȜƷıոѵӏбƼ",
        "aeopcyxijshdqwABEKMHOPCTYXIJSoivtupakeOABEHIKMNPTYXZ3333invl65",
        strict=True,
    )
)
"""Letters that print like Latin ones or like digits: Cyrillic, Greek and Armenian ones, small capitals, ligatures.
`ѕeven` and `2З` are seen, and never verified."""


def _fold(char: str) -> str:
    if char in GLYPHS or char in TWINS:
        return TWINS.get(char, char)
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if unicodedata.numeric(char, None) is not None or 0x1F100 <= ord(char) <= 0x1F10A:
        return ODD
    if unicodedata.category(char) in ("Cf", "Mn", "Me") or 0xFE00 <= ord(char) <= 0xFE0F or char == "\u115f":
        return HIDDEN
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and folded.isascii() and not folded.isspace() else char


_CHARACTERS = _Characters()


def clean(source: str) -> Clean:
    if source.isascii():
        return Clean(source, None, False)
    text = source.translate(_CHARACTERS)
    bidi = BIDI.search(source) is not None
    if HIDDEN not in text and len(text) == len(source):
        return Clean(text, None, bidi)
    read = [source[index].translate(_CHARACTERS).replace(HIDDEN, "") for index in range(len(source))]
    where = [index for index, chars in enumerate(read) for _ in chars]
    return Clean("".join(read), [*where, len(source)], bidi)


_LEADS = "|".join(
    [
        *"sub mid top pre post near non under over about around roughly nearly almost approximately all last".split(),
        *"first next some plus minus up to of and or than just only at in by within".split(),
        *UNITS,
        *TENS,
    ]
)
_MONTH_DAY = r"(?:0?[1-9]|1[0-2]){sep}(?:0?[1-9]|[12]\d|3[01])"
_TAIL = r"(?:[-_:.@]\w{1,40}){0,16}"

_JOINERS = r"[-‑@.:/]"
_PATTERN = rf"""
  (?P<plain> [a-zA-Z]++(?![\w{ODD}]|{_JOINERS}\w|://) )
| (?P<quick> \d++(?=[\s)%;!?]|[.,](?:\s|$)|$) )
| (?=\d)(?:
    (?P<stamp>
      (?<![\w.])(?:19|20)\d\d(?P<sep>[-‑/.]){_MONTH_DAY.format(sep="(?P=sep)")}(?![\d])(?:T\d\d:\d\d\S{{0,24}}|{_TAIL})
    | (?<![\w./])\d\d?(?P<sep2>[/.])\d\d?(?P=sep2)(?:19|20)\d\d(?![\d/])
    | (?<![\w.-])20\d\d-(?:0[1-9]|1[0-2])(?![\d-])
    )
  | (?P<clock> (?<![\w:.])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{{1,9}})?)?(?![\w:]|\.\d) )
  | (?P<version> (?<![\w.])\d{{1,9}}(?:\.\d{{1,9}}){{2,8}}(?:[-+.]?[^\W\d]\w{{0,40}})?(?!\.?\d) )
  | (?P<hex> (?<!\w)0x[0-9a-fA-F]+\b )
  | (?P<ident> (?!\d+[eE]\d+\b)(?!\d+[xX]\d)(?!\d+of\d)\d++[^\W\d_]++\d\w*+(?:-\w{{1,40}}){{0,16}} )
  | (?P<num>
      (?: \d{{1,3}}(?:[,{WIDE_SPACES}_]\d{{3}})+(?!\d) | \d++ )(?:\.\d++)?(?:[eE][+-]?\d{{1,3}}(?!\w))?
    )
  )
| (?=[^\W\d_])(?:
    (?P<url> (?:https?://|ftp://|www\.)[^\s<>"]+ )
  | (?P<times> [xX](?=\d+(?:\.\d+)?(?![\w]))(?![xX](?:86|64|32)\b) )
  | (?P<lead> (?i:{_LEADS})(?=[-‑]\d) )
  | (?P<word> [^\W\d_][\w{ODD}]*+
      (?: [-‑@](?!\d+(?:[.,]\d+)?(?:\s?%|/\d))[\w{ODD}]++
        | [.:/][^\W\d]\w*+
        | (?<=\d)\.\w++
        | (?: (?<=v\d) | (?<=256) | (?<=512) ):\w++
      ){{0,16}} )
  )
| (?P<fraction> (?<![\w.])\.\d++(?:[eE][+-]?\d{{1,3}}(?!\w))? )
| (?P<para> \n[ \t\r]*+\n )
| (?P<sym> [<>]=|=[<>] | (?P<char>[^\w\s*])(?P=char)*+ )
"""
_TOKEN = re.compile(_PATTERN, re.VERBOSE)
_PARTS = re.compile(r"[^\W\d_]\w*|[-‑]|[^\w\s]|_")
_DIGIT = re.compile(rf"[\d{ODD}]")
_SKIPPED = {"url", "stamp", "clock", "version", "hex", "ident"}


@lru_cache(maxsize=32)
def _named(names: tuple[str, ...]) -> re.Pattern[str]:
    ordered = sorted((name for name in names if name), key=len, reverse=True)
    alternatives = "|".join(re.escape(name).replace(r"\ ", r"[ \u00a0]") for name in ordered)
    return re.compile(rf"(?P<known>(?<![\w])(?:{alternatives})(?![\w]))|{_PATTERN}", re.VERBOSE)


def tokens(text: str, names: Sequence[str] = ()) -> Iterator[Token]:
    pattern = _named(tuple(names)) if names else _TOKEN
    for match in pattern.finditer(text):
        group = match.lastgroup
        start, end = match.span()
        chunk = match[0]
        if group == "plain":
            yield Token("word", chunk, chunk.lower(), start, end)
        elif group == "quick":
            yield Token("num", chunk, chunk, start, end)
        elif group == "word":
            if _DIGIT.search(chunk):
                yield Token("name", chunk, chunk.lower(), start, end)
            elif chunk.isalpha():
                yield Token("word", chunk, chunk.lower(), start, end)
            else:
                yield from _split(chunk, start)
        elif group == "num" or group == "fraction":
            yield Token("num", chunk, chunk, start, end)
        elif group == "times":
            yield Token("sym", "×", "×", start, end)
        elif group == "lead":
            yield Token("word", chunk, chunk.lower(), start, end)
        elif group == "known":
            yield Token("name", chunk, chunk.lower(), start, end)
        elif group in _SKIPPED:
            yield Token("skip", chunk, chunk, start, end)
        else:
            yield Token("sym", chunk, chunk, start, end)


def _split(chunk: str, offset: int) -> Iterator[Token]:
    """Words joined by hyphens, dots or slashes and without a digit: `two-thirds`, `pass/fail`, `gave_up`."""
    for match in _PARTS.finditer(chunk):
        part = match[0]
        kind: TokenKind = "word" if part[0].isalpha() else "sym"
        yield Token(kind, part, part.lower(), offset + match.start(), offset + match.end())
