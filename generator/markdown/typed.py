"""What no author may type: the mark that only a check prints, and characters that hide what stands there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from clawpub.quantity.tokens import TWINS
from generator.markdown.prose import Prose, Slip

_MARK = re.compile(
    r"[(\[{❨⟨«]\W{0,4}verified\b|\([^()]{0,60}(?:data pack|cross-campaign)[^()]{0,60}\bverified\b"
    r"|\bverified\s*:\s*(?:data|cross|harness|[a-z_]+\.[a-z_]+)"
    r"|\(\s*(?:checked|certified|confirmed|validated)\s*:\s*(?:data|cross|harness)"
)
_OTHER = re.compile(r"[^\x00-\x7f]")
_LOOK_ALIKES = {ord(char): twin.lower() for char, twin in TWINS.items() if twin.isalpha()} | str.maketrans("ḍ", "d")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_INVISIBLE = re.compile(
    r"(?<=[A-Za-z])[\u200d\ufe0f]|[\u200d\ufe0f](?=[A-Za-z])"
    r"|[\u00ad\u034f\u180e\u200b\u200c\u2060-\u2064\ufeff\U000e0000-\U000e007f]"
)

MARK_MESSAGE = "a verification mark is printed by a check, never typed"
MARK_HINT = "remove it; bind the words to a fact and set cite = true in facts.toml"


def slips(prose: Prose, *, observed: bool) -> Iterator[Slip]:
    """Yield the marks and the hidden characters of a block, code spans and titles too. In an Observed passage a
    character that shows nothing is one."""
    for text, source in _texts(prose):
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
    kept = [
        (char, offset)
        for offset, original in enumerate(text)
        for char in (original.lower() if original.isascii() else _shown(original))
    ]
    for found in _MARK.finditer("".join(char for char, _ in kept)):
        yield kept[found.start()][1]


def hidden(text: str, *, observed: bool) -> int | None:
    """Return where a text holds a character that a reader does not see, or that changes the order she reads in."""
    found = _CONTROL.search(text) or (_INVISIBLE.search(text) if observed else None)
    return found.start() if found else None


def named(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, 'control character')}"


def folded(text: str) -> str:
    """Return a text in lower case, each letter as the Latin one that it looks like."""
    return _OTHER.sub(_shown, text).lower()


def _shown(found: str | re.Match[str]) -> str:
    """Return the letters that a reader takes a character for that is not ASCII; "" for one that shows nothing."""
    char = found if isinstance(found, str) else found[0]
    if unicodedata.category(char) in ("Cf", "Mn", "Me"):
        return ""
    return unicodedata.normalize("NFKC", char).lower().translate(_LOOK_ALIKES)


def _texts(prose: Prose) -> Iterator[tuple[str, Callable[[int], int]]]:
    yield prose.text, prose.source
    for at, text in (*prose.code, *prose.titles):
        yield text, lambda _, at=at: at  # type: ignore[misc]
