"""Rules `entity` and `unknown-name`: whether the words around a claim name what its fact reads.

"task_01 went [0/3]" over the score of task_08 misleads, and so does "Qwen 0.5B took [51 s]" over the pack of Qwen 1.5B.
Names are the values of the packs' key columns, such as `task_08`, and what tells the packs of a writeup apart: words of
their models' ids, their harnesses. A fact is about what its keys, its texts and its packs are; the sentence around the
claim, or for a key the nearest one before it in the paragraph that names any, has to name one of them. What stands
behind "than" or "unlike" is what the claim is compared with, and no name of its own.

A name in the shape of a known one that nothing bears, such as `task_17` or openclaw@2026.4.32, is a slip of the pen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from clawpub.pack.query import is_query, key_parts
from clawpub.pack.reader import Pack
from clawpub.pack.tables import Table
from generator.library import ALIAS, Library
from generator.sentences import sentence_around

_TEXT = re.compile(r"'((?:[^']|'')*)'")
_KEY = re.compile(r"""\[((?:"[^"]*"|[^\[\]"])*)\]""")
_WORD = re.compile(r"[^\W_]+(?:[._][^\W_]+)*")
_NAME = re.compile(r"[^\W_]+(?:[-._][^\W_]+)*")
_OBJECT = re.compile(
    r"\b(?:than|unlike|against|above|below|over|under|besides?|versus|vs|behind|ahead of|from|like|trails?|beats?|"
    r"beaten by|compared (?:with|to)|next to)\s+(?:[^\W\d_]+['’]s?\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)
_COINED = re.compile(r"(?<![\w.@/])(?:[A-Za-z][\w-]*@\d(?:[\w.]*\w)?|[A-Za-z]+_\d+|\d+(?:\.\d+)?[BM])(?![\w@])")
_PRONOUN = re.compile(r"(?:It|Its|They|Their|Both|There)\b")
"""How a sentence begins that is about what the one before it names."""
MOST_NAMES = 5_000


@dataclass(frozen=True)
class Apart:
    """One thing in which the packs of a writeup differ, such as the model: each pack's own words for it."""

    words: Mapping[str, frozenset[str]]
    """By alias."""

    def another(self, read: Iterable[str], said: Iterable[str]) -> tuple[str, str] | None:
        """Return (what the words name, what was read) where they name this of other packs only."""
        own = frozenset[str]().union(*(self.words.get(alias, frozenset()) for alias in read))
        all_words = frozenset[str]().union(*self.words.values())
        named = [word for word in said if word in all_words]
        return (named[-1], ", ".join(sorted(own)) or "no such") if named and not own & set(named) else None


class Entities:
    """The names that the packs of a writeup know, and those that every writeup may use."""

    def __init__(self, packs: Mapping[str, Pack], library: Library, names: Iterable[str] = ()) -> None:
        keys: set[str] = set()
        for pack in packs.values():
            for table in pack.tables():
                keys |= set(_names(table))
        self.names = frozenset(sorted(keys)[:MOST_NAMES])
        words = sorted(map(re.escape, self.names), key=len, reverse=True)
        self._pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])") if words else None
        own = {alias: pack for alias, pack in packs.items() if alias != ALIAS}
        self.apart = [Apart(words) for words in (_models(own), _harnesses(own)) if len(own) > 1 and any(words.values())]
        self._known = frozenset(_coined(packs, library, names) | {name.lower() for name in self.names})
        self._shapes = frozenset(map(_shape, self._known))

    def another(self, facts: Iterable[str], read: Iterable[str], text: str, at: int) -> tuple[str, str] | None:
        """Return (what the words name, what the facts read) where those differ, else None.

        `read` are the aliases of the packs that were read, `text` is the paragraph as a reader sees it, `at` where the
        claim stands in it.
        """
        return self._other_key(facts, text, at) or self._other_pack(frozenset(read) - {ALIAS}, text, at)

    def unknown(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield (offset, name) for what has the shape of a name that is known here, and is none of them."""
        for match in _COINED.finditer(text):
            if _shape(match[0].lower()) in self._shapes and match[0].lower() not in self._known:
                yield match.start(), match[0]

    def _other_key(self, facts: Iterable[str], text: str, at: int) -> tuple[str, str] | None:
        wanted = {name for fact in facts for name in about(fact) if name in self.names}
        if not wanted or self._pattern is None:
            return None
        while at >= 0:
            start, end = sentence_around(text, at, at)
            said = self._pattern.findall(text[start:end])
            if said:
                return None if wanted & set(said) else (said[-1], ", ".join(sorted(wanted)))
            at = start - 2
        return None

    def _other_pack(self, read: frozenset[str], text: str, at: int) -> tuple[str, str] | None:
        if not read:
            return None
        start, end = sentence_around(text, at, at)
        if start and _PRONOUN.match(text, start):
            start, _ = sentence_around(text, start - 2, start - 2)
        sentence = text[start:end]
        subjects = (name for name in _NAME.finditer(sentence) if not _OBJECT.search(sentence[: name.start()]))
        said = [word for name in subjects for word in _WORD.findall(name[0].lower())]
        every = [match[0].lower() for match in _WORD.finditer(sentence)]
        for apart in self.apart:
            if (other := apart.another(read, said)) and apart.another(read, every):
                return other
        return None


def _models(packs: Mapping[str, Pack]) -> dict[str, frozenset[str]]:
    ids = {alias: pack.info.campaign.model.id if pack.info.campaign else "" for alias, pack in packs.items()}
    return _telling({alias: frozenset(_WORD.findall(model.lower())) for alias, model in ids.items()})


def _harnesses(packs: Mapping[str, Pack]) -> dict[str, frozenset[str]]:
    names = {alias: pack.info.campaign.harness.name if pack.info.campaign else "" for alias, pack in packs.items()}
    return _telling({alias: frozenset({name.lower()} - {""}) for alias, name in names.items()})


def _telling(words: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Return the words of each that not all of them have; a number alone names nothing."""
    shared = frozenset.intersection(*words.values()) if words else frozenset()
    return {alias: frozenset(word for word in own - shared if not word.isdecimal()) for alias, own in words.items()}


def _coined(packs: Mapping[str, Pack], library: Library, names: Iterable[str]) -> set[str]:
    """Return the words with digits in them of models, harnesses, cards and declared names, in lower case."""
    texts = [*library.known_names, *library.cards, *names]
    for pack in packs.values():
        if campaign := pack.info.campaign:
            texts += [campaign.model.id, f"{campaign.harness.name}@{campaign.harness.version}", campaign.suite.id]
    coined = {match[0].lower() for text in texts for match in _COINED.finditer(text)}
    sizes = {word for text in texts for word in re.findall(r"(?<![\w.])\d+(?:\.\d+)?[bm](?!\w)", text.lower())}
    return coined | sizes


def _shape(name: str) -> str:
    return re.sub(r"\d+", "9", name)


def _names(table: Table) -> Iterable[str]:
    """Return the texts of a table's first key column that look like names: with a digit or an underscore."""
    if not table.schema.primary_key:
        return ()
    column = table.schema.primary_key[0]
    texts = (row[column] for row in table.rows)
    return (text for text in texts if isinstance(text, str) and re.fullmatch(r"\w*[a-z]\w*[_-]\w+", text))


def about(fact: str) -> list[str]:
    """Return the keys and texts that a fact names."""
    if is_query(fact):
        return [text.replace("''", "'") for text in _TEXT.findall(fact)]
    return [part for key in _KEY.findall(fact) for part in key_parts(key)]
