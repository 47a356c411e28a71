"""Names with digits in them: "Claude 3.5 Sonnet", "RTX 4090". The digits of a name are no quantity."""

from __future__ import annotations

import re

from clawpub.quantity import scan, words

_FIRST = re.compile(r"(?P<word>[^\W\d_][\w+]*)(?P<rest>.*)", re.DOTALL)
_HEDGING = frozenset(
    "about around roughly nearly almost approximately over under exactly only total score scores task run runs".split()
)


def is_name(text: str) -> bool:
    """Whether a text holds no quantity, or begins with a capitalised word that neither counts nor hedges."""
    if not scan(text):
        return True
    found = _FIRST.fullmatch(text.strip())
    if not found or not found["word"][0].isupper() or len(text) > 80:
        return False
    word = found["word"].lower()
    counts = word in words.UNITS or word in words.TENS or word in words.FUNCTION or word in words.COUNTED
    return len(word) > 1 and not counts and word not in _HEDGING
