"""Names with digits in them: "Claude 3.5 Sonnet", "RTX 4090". The digits of a name are no quantity."""

from __future__ import annotations

import re

from clawpub.quantity import scan, words

_FIRST = re.compile(r"(?P<word>[^\W\d_][\w+]*)(?P<rest>.*)", re.DOTALL)
_HEDGING = frozenset(
    "about around roughly nearly almost approximately over under exactly only total score scores task run runs".split()
)


_SMALL = frozenset("of the and de la von van".split())


def is_name(text: str) -> bool:
    """Whether a text holds no quantity, or is a few capitalised words and numbers that neither count nor hedge."""
    if not scan(text):
        return True
    found = _FIRST.fullmatch(text.strip())
    if not found or not found["word"][0].isupper() or len(text) > 60 or re.search(r"[$€£¥%/=]", text):
        return False
    first, *others = re.findall(r"[^\W\d_][^\W_]*|\d[\w.]*", text)
    counts = first.lower() in (words.UNITS | words.TENS) or first.lower() in words.FUNCTION | words.COUNTED | _HEDGING
    return len(first) > 1 and not counts and all(_belongs(word) for word in others)


def _belongs(word: str) -> bool:
    """Whether a word may stand in a name: it has a capital or a digit, and it is nothing that is counted."""
    return word in _SMALL or word[0].isdigit() or (word[0].isupper() and word.lower() not in words.COUNTED)
