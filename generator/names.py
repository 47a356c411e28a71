"""Names with digits in them: "Claude 3.5 Sonnet", "RTX 4090". The digits of a name are no quantity."""

from __future__ import annotations

import re

from clawpub.quantity import scan, words

_FIRST = re.compile(r"(?P<word>[^\W\d_][\w+]*)(?P<rest>.*)", re.DOTALL)
_HEDGING = frozenset(
    "about around roughly nearly almost approximately over under exactly only total score scores task run runs".split()
)


_DONE = frozenset(
    "took won lost made ran got cost costs spent hit beat fell rose kept held led met gave saw came went had has did "
    "was is takes wins loses makes runs gets spends hits beats falls rises passes fails scores reaches solves needs "
    "uses passed failed scored reached solved needed used ranked".split()
)
"""What a sentence says of a model: "Coder Took 29". At the beginning, so does anything that ends in -ed."""
_SMALL = frozenset("of the and de la von van".split())


def is_name(text: str) -> bool:
    """Whether a text holds no quantity, or is a few capitalised words and numbers that neither count nor hedge."""
    if not scan(text):
        return True
    found = _FIRST.fullmatch(text.strip())
    if not found or not found["word"][0].isupper() or len(text) > 60 or re.search(r"[$€£¥%/=]", text):
        return False
    first, *others = re.findall(r"[^\W\d_][^\W_]*(?:-[^\W_]+)*|\d[\w.]*", text)
    if re.fullmatch(r"[A-Z][a-z]{2,}ed", first) or any(_DONE & _parts(word) for word in (first, *others)):
        return False
    counts = first.lower() in (words.UNITS | words.TENS) or first.lower() in words.FUNCTION | words.COUNTED | _HEDGING
    return len(first) > 1 and not counts and all(_belongs(word) for word in others)


def _belongs(word: str) -> bool:
    """Whether a word may stand in a name: it has a capital or a digit, and it is nothing that is counted."""
    return word in _SMALL or word[0].isdigit() or (word[0].isupper() and not words.COUNTED & _parts(word))


def _parts(word: str) -> set[str]:
    return set(word.lower().split("-"))
