"""What no author may type: the mark that only a check prints, and characters that hide what stands there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from clawpub.quantity.tokens import TWINS
from generator.markdown.prose import Prose, Slip
from generator.wording import find_words

_VERIFIED = r"(?:re-?)?verified"
_PASSED = rf"(?:{_VERIFIED}|(?:(?:re|fact|cross|double)-?)?checked|certified|validated|confirmed|audited|attested)"
_PACK = r"(?:the\s+)?(?:data\s+packs?|cross-campaign|harness\s+spec)"
_MARK = re.compile(
    rf"[({{«]\W{{0,4}}{_VERIFIED}\b"
    r"|\(\W{0,4}(?:(?:fact-?)?checked|certified|validated)\W{0,4}\)"
    rf"|\(\W{{0,4}}{_PASSED}\b[^()]{{0,60}}\b{_PACK}"
    rf"|\([^()]{{0,80}}\b{_PACK}[^()]{{0,80}}(?:\b{_VERIFIED}\b|\b{_PASSED}\W{{0,4}}\))"
    rf"|\b{_PASSED}\s*:\s*(?:{_PACK}|clawpub)|\b{_VERIFIED}\s*:\s*(?:data|cross|harness|[a-z_]+\.[a-z_]+)"
    rf"|(?:^|[^a-z\s])\s*{_VERIFIED}\s+(?:against|in|by|from|with)\s+{_PACK}"
    rf"|[✓✔☑✅]\W{{0,4}}(?:{_VERIFIED}\b|certified\b|validated\b|{_PACK})"
)
"""Of a text in lower case, all its brackets round. Each asks for more than the word, for an ordinary sentence has that:
"the checker verified the output", "every run is checked against the data pack"."""
_ROUND = str.maketrans("[]{}", "()()")
_OTHER = re.compile(r"[^\x00-\x7f]")
_LOOK_ALIKES = {ord(char): twin.lower() for char, twin in TWINS.items() if twin.isalpha()} | str.maketrans("ḍ", "d")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_INVISIBLE = re.compile(
    r"(?<=[A-Za-z])[\u200d\ufe0f]|[\u200d\ufe0f](?=[A-Za-z])"
    r"|[\u00ad\u034f\u180e\u200b\u200c\u2060-\u2064\ufeff\U000e0000-\U000e007f]"
)

_LETTERS = re.compile(r"[^\W\d_]+")
_WRITTEN = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")

MARK_MESSAGE = "a verification mark is printed by a check, never typed"
MARK_HINT = "remove it; bind the words to a fact and set cite = true in facts.toml"


def slips(prose: Prose, *, observed: bool) -> Iterator[Slip]:
    """Yield the marks and the hidden characters of a block, code spans and titles too. In an Observed passage a
    character that shows nothing is one."""
    for text, source in _texts(prose):
        for offset, word in disguised(text) if observed else ():
            message = f"{word!r} only looks as if it were typed in Latin letters"
            yield Slip("hidden-character", source(offset), message, "type it again: a check reads other letters")
        for offset in typed_marks(text):
            yield Slip("typed-mark", source(offset), MARK_MESSAGE, MARK_HINT)
        if (found := hidden(text, observed=observed)) is not None:
            yield Slip(
                "hidden-character", source(found), named(text[found]), "remove it: reader and check see other text"
            )


def typed_marks(text: str) -> Iterator[int]:
    """Yield where a text holds what a reader would take for a printed mark."""
    if not _MARK.search(folded(text)):
        return
    kept = [(char, offset) for offset, original in enumerate(text) for char in folded(original)]
    for found in _MARK.finditer("".join(char for char, _ in kept)):
        yield kept[found.start()][1]


def disguised(text: str) -> Iterator[tuple[int, str]]:
    """Yield (offset, word) for Latin words with other letters among theirs, and comparing words in other letters."""
    if text.isascii():
        return
    for found in _LETTERS.finditer(text):
        word, read = found[0], folded(found[0])
        if word.isascii() or not read.isascii():
            continue
        foreign = any(unicodedata.name(char, "").startswith(_WRITTEN) for char in word)
        if (foreign and sum(map(str.isascii, word)) > 1) or next(find_words(read), None):
            yield found.start(), word


def hidden(text: str, *, observed: bool) -> int | None:
    """Return where a text holds a character that a reader does not see, or that changes the order she reads in."""
    found = _CONTROL.search(text) or (_INVISIBLE.search(text) if observed else None)
    return found.start() if found else None


def named(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, 'control character')}"


def folded(text: str) -> str:
    """Return a text in lower case, each letter as the Latin one that it looks like, brackets as round ones."""
    return _OTHER.sub(_shown, text).lower().translate(_ROUND)


def _shown(found: str | re.Match[str]) -> str:
    """Return the letters that a reader takes a character for that is not ASCII; "" for one that shows nothing, and a
    round bracket for any other one."""
    char = found if isinstance(found, str) else found[0]
    match unicodedata.category(char):
        case "Cf" | "Mn" | "Me":
            return ""
        case "Ps" if char not in "„‚":
            return "("
        case "Pe":
            return ")"
    return unicodedata.normalize("NFKC", char).lower().translate(_LOOK_ALIKES)


def _texts(prose: Prose) -> Iterator[tuple[str, Callable[[int], int]]]:
    yield prose.shown, prose.shown_source
    tags = ((token.meta["at"], token.content) for token, _ in prose.tags)
    for at, text in (*prose.titles, *tags):
        yield text, lambda _, at=at: at  # type: ignore[misc]
