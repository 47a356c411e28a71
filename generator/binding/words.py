"""English around a number: stems, clauses, and which names of the packs (keys, values, models) a sentence says."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from clawpub.quantity import Quantity
from generator.sentences import sentence_around

_WORD = re.compile(r"[^\W_]+(?:\.\d+)?", re.UNICODE)
_CLAUSE = re.compile(r"[,;:()\u2013\u2014\ufffc]|\b(?:and|but|while|whereas|or|against)\b|[.!?](?=\s|$)", re.IGNORECASE)
_ENDINGS = ("ures", "ure", "ations", "ation", "ings", "ing", "edly", "ies", "ed", "es", "s", "ly")
STOP = frozenset(
    "a an the of in on at by for to from with and or but as is are was were be been it its this that these those he "
    "she we they i you their our his her all each per than then so not no nor which who what where when while if into "
    "out up had has have did does do also more most less least over under".split()
)
MOST_NAMES = 20_000


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return what `passes`, `passed` and `pass` have in common; no more than that."""
    word = word.lower()
    if len(word) <= 3 or not word.isalpha():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)] + ("y" if ending == "ies" else "")
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def words_of(text: str) -> list[str]:
    """Return the words of a name or a text in lower case: `task_05` is task and 05."""
    return [word.lower() for word in _WORD.findall(text)]


def stems_of(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in words_of(text))


@dataclass(frozen=True)
class Mention:
    """A name of the packs where a text says it."""

    name: str
    start: int
    end: int


class Names:
    """What the packs call their rows, values and models, to be found in prose however it is punctuated.

    A name is said whole, or by a beginning of it that no other name has (`Gemini 2.0 Pro` for `Gemini 2.0 Pro
    exp-02-05`). Where one name is part of another, the longer one was said.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.complete = True
        self._whole: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self._begun: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self._longest = 1
        self._said: dict[str, list[Mention]] = {}
        for count, name in enumerate(names):
            if count >= MOST_NAMES:
                self.complete = False
                break
            words = tuple(words_of(name))
            if not 1 <= len(words) <= 12 or len(name) < 2:
                continue
            self._whole[words].add(name)
            self._longest = max(self._longest, len(words))
            for length in range(1, len(words)):
                if length >= 2 and any(not word.isdigit() for word in words[:length]):
                    self._begun[words[:length]].add(name)

    def said(self, text: str) -> list[Mention]:
        """Return the names that a text says, in order; of those that overlap the longest."""
        if text not in self._said:
            self._said[text] = self._found(text)
        return self._said[text]

    def _found(self, text: str) -> list[Mention]:
        places = [(match[0].lower(), match.start(), match.end(), match[0]) for match in _WORD.finditer(text)]
        found: list[Mention] = []
        at = 0
        while at < len(places):
            length, names = self._at(places, at)
            found += [Mention(name, places[at][1], places[at + length - 1][2]) for name in sorted(names)]
            at += max(length, 1)
        return found

    def _at(self, places: list[tuple[str, int, int, str]], at: int) -> tuple[int, set[str]]:
        for length in range(min(self._longest, len(places) - at), 0, -1):
            words = tuple(place[0] for place in places[at : at + length])
            names = self._whole.get(words, set())
            if length == 1:  # `verified` is not the board that is called Verified
                names = {name for name in names if name == places[at][3] or not name.isalpha()}
            if names:
                return length, names
            if len(names := self._begun.get(words, set())) == 1:
                return length, names
        return 0, set()


@dataclass(frozen=True)
class Around:
    """A quantity's surroundings: the stems of the words near it, each with how near, from 0 to 1."""

    near: Mapping[str, float]
    noun: tuple[str, ...]
    """Stems of the words right behind it, up to the first that says nothing (`30 runs in all`: run)."""
    of_these: bool
    """`24 of those runs`: the noun is what is counted out of, not what is counted."""
    clause: tuple[int, int]
    """Offsets in the block's text."""
    sentence: tuple[int, int]


def around(text: str, quantity: Quantity, above: str = "", names: Sequence[Mention] = ()) -> Around:
    """Return what stands around a quantity of a block; what stands inside of `names` parts no clauses."""
    start, end = quantity.outer_start, quantity.outer_end
    sentence = sentence_around(text, start, end)
    clause = _clause(text, start, end, sentence, names)
    near: dict[str, float] = {}
    for words, weight in ((above, 0.15), (text[: sentence[0]], 0.15), (text[slice(*sentence)], 0.4)):
        near |= {stem(word): weight for word in words_of(words)}
    near |= {
        stem(word): 0.75 for low, high in ((clause[0], start), (end, clause[1])) for word in words_of(text[low:high])
    }
    near |= {stem(word): 0.75 for word in words_of(text[start:end]) if word.isalpha()}
    for phrase, word in (("the most", "max"), ("the least", "min")):
        if re.search(rf"\b{phrase}\b(?! of\b)", text[slice(*clause)], re.IGNORECASE):
            near[word] = 0.75  # not the "most" of "in most runs"
    behind = words_of(text[end : clause[1]])
    of_these = len(behind) > 1 and behind[0] == "of"
    noun = [] if of_these else _until_stop(behind)
    if of_these and quantity.kind == "number":
        near |= {stem(word): 0.2 for word in behind}
    near |= dict.fromkeys(noun, 1.0)
    return Around(near, tuple(noun), of_these, clause, sentence)


def _until_stop(words: list[str]) -> list[str]:
    noun: list[str] = []
    for word in words[:3]:
        if word in STOP:
            break
        noun.append(stem(word))
    return noun


def _clause(text: str, start: int, end: int, sentence: tuple[int, int], names: Sequence[Mention]) -> tuple[int, int]:
    marks = [
        (match.start(), match.end())
        for match in _CLAUSE.finditer(text, *sentence)
        if not any(name.start <= match.start() <= name.end for name in names)
    ]
    low = max((behind for _, behind in marks if behind <= start), default=sentence[0])
    return low, min((first for first, _ in marks if first >= end), default=sentence[1])
