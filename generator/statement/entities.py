"""Rules `entity` and `unknown-name`: whether the words around a claim name what its fact reads.

"task_01 went [0/3]" over the score of task_08 misleads, so does "Qwen 0.5B took [51 s]" over the pack of Qwen 1.5B.
Names are the texts of the packs' key columns, such as `task_08` or "gpt-5 (high)", and what tells packs of a writeup
apart: words of their models' ids, their harnesses. A fact is about what its keys, its texts and its packs are, or where
it names none, about the rows that a simple query reads.

Where the clause around the claim has exactly one name, that one decides. Else the sentence has to name what the fact
reads, or the nearest text that names any: the sentences before it in the paragraph, the cells that head its row and
column, the list item around it, the headings above. What stands behind "than" or "unlike" is what the claim is compared
with, and no name of its own.

A name in the shape of a known one that nothing bears, such as `task_17` or openclaw@2026.4.32, is a slip of the pen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from clawpub.pack.reader import Pack
from clawpub.quantity import scan
from generator.library import ALIAS, Library
from generator.sentences import sentence_around
from generator.statement import Statement
from generator.statement.keys import Rows, keys_of

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
_CUT = re.compile(r"[,;:.!?()](?:\s|$)|\s[(—–-]|\b(?:but|while|whereas)\b")
_ASIDE = re.compile(
    r"\b(?:after|before|besides?|except(?: for)?|including|included|without|with|then|to|by)\s+(?:the\s+)?$", re.I
)
"""What stands before a name that is not the one spoken of, besides what is compared."""
_CAME_FROM = re.compile(r"\bfrom\b[^,;:]*\bto (?:the )?$", re.IGNORECASE)
"""What stands before the second number of "fell from [3] in the reference to [2]" is about the first one."""

_SPACED = re.compile(r"[\s_]+")

SHOWN = 3
"""Names that a message lists."""


def _none(_: str) -> Sequence[tuple[object, ...]]:
    return ()


@dataclass(frozen=True)
class Apart:
    """One thing in which the packs of a writeup differ, such as the model: each pack's own words for it."""

    words: Mapping[str, frozenset[str]]
    """By alias."""

    def another(self, read: Iterable[str], said: Iterable[str]) -> tuple[str, str] | None:
        """Return (what the words name, what was read) where they name this of other packs only."""
        read = list(read)
        if not all(alias in self.words for alias in read):
            return None  # a table that no campaign made may be of any model
        own = frozenset[str]().union(*(self.words[alias] for alias in read))
        all_words = frozenset[str]().union(*self.words.values())
        named = [word for word in said if word in all_words]
        return (named[-1], ", ".join(sorted(own)) or "no such") if named and not own & set(named) else None

    def named(self, said: Iterable[str]) -> frozenset[str]:
        """Return the words that name this of any pack."""
        return frozenset[str]().union(*self.words.values()) & set(said)

    def only(self, read: Iterable[str], said: Sequence[str]) -> tuple[str, str] | None:
        """Return the same where the words name this of one other pack."""
        of = [alias for alias, words in self.words.items() if words & set(said)]
        return self.another(read, said) if len(of) == 1 else None


class Entities:
    """The names that the packs of a writeup know, and those that every writeup may use."""

    def __init__(
        self, packs: Mapping[str, Pack], library: Library, names: Iterable[str] = (), rows: Rows = _none
    ) -> None:
        self.keys = keys_of(packs.values())
        self._rows = rows
        own = {alias: pack for alias, pack in packs.items() if alias != ALIAS}
        self.apart = [Apart(words) for words in (_models(own), _harnesses(own)) if len(own) > 1 and any(words.values())]
        self._known = frozenset(_coined(packs, library, names) | self.keys.kinds.keys())
        self._shapes = frozenset(map(_shape, self._known))

    def another(self, statement: Statement, read: Iterable[str]) -> tuple[str, str] | None:
        """Return (what the words name, what the facts read) where those differ, else None.

        `read` are the aliases of the packs that were read.
        """
        return self._other_key(statement) or self._other_pack(frozenset(read) - {ALIAS}, statement)

    def unknown(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield (offset, name) for what has the shape of a name that is known here, and is none of them."""
        for match in _COINED.finditer(text):
            if _shape(match[0].lower()) in self._shapes and match[0].lower() not in self._known:
                yield match.start(), match[0]

    def _other_key(self, statement: Statement) -> tuple[str, str] | None:
        entry = statement.entry
        wanted, extreme = self.keys.named_by(entry.facts or entry.queries), False
        if not wanted:
            wanted, extreme = self.keys.read_by(statement.entry.facts, self._rows)
        if not wanted or any(str(reading.value).lower() in self.keys.kinds for reading in statement.readings):
            return None  # the fact is a name itself
        few = len(wanted) <= SHOWN
        read = ", ".join(sorted(self.keys.spelled[name] for name in wanted)) if few else f"{len(wanted)} others"
        if each := self._respectively(statement, wanted):
            return (each, read) if not _among(each, wanted) else None
        alone = self._alone(statement, wanted)
        if alone or extreme:
            return (alone, read) if alone and not _among(alone, wanted) else None
        for text in self._nearest(statement):
            said = [text[n.start : n.end] for n in self.keys.find(text) if self.keys.alike([n.text], wanted)]
            if said:
                return None if any(_among(name, wanted) for name in said) else (said[-1], read)
        return None

    def _alone(self, statement: Statement, wanted: Set[str]) -> str | None:
        """Return the one name in the clause around a claim, where it is what the clause speaks of."""
        low, high = statement.sentence
        if "respectively" in statement.text[low:high]:
            return None
        start, end = clause_around(statement)
        clause = statement.text[start:end]
        names = [name for name in self.keys.find(clause) if self.keys.alike([name.text], wanted)]
        if len({name.text for name in names}) != 1:
            return None
        before = clause[: names[0].start]
        listed = not before.strip() and any(n.end >= start - low - 2 for n in self.keys.find(statement.text[low:start]))
        if listed or _OBJECT.search(before) or _ASIDE.search(before):
            return None
        return clause[names[0].start : names[0].end]

    def _respectively(self, statement: Statement, wanted: Set[str]) -> str | None:
        """Return the name whose turn it is at a claim: the second of "task_01 and task_02 took [3 s] and [4 s]
        respectively" is the second's. None where names and numbers are not as many."""
        low, high = statement.sentence
        sentence = statement.text[low:high]
        if "respectively" not in sentence:
            return None
        names = [name for name in self.keys.find(sentence) if self.keys.alike([name.text], wanted)]
        numbers = [low + found.start for found in scan(sentence, names=[sentence[n.start : n.end] for n in names])]
        mine = [at for at, start in enumerate(numbers) if statement.start <= start < statement.end]
        if len(names) != len(numbers) or len(mine) != 1:
            return None
        return sentence[names[mine[0]].start : names[mine[0]].end]

    def _nearest(self, statement: Statement) -> Iterator[str]:
        """Yield what may name what a claim is about: its sentence, those before it, what is around its block."""
        at = statement.start
        while at >= 0:
            start, end = sentence_around(statement.text, at, at)
            yield statement.text[start:end]
            at = start - 2
        yield from statement.around.above

    def _other_pack(self, read: frozenset[str], statement: Statement) -> tuple[str, str] | None:
        if not read or not self.apart:
            return None
        text, (start, end) = statement.text, statement.sentence
        if came := _CAME_FROM.search(text, start, statement.start):
            text = text[: came.start()] + " " * len(came[0]) + text[came.end() :]
        clause = text[slice(*clause_around(statement))]
        if start and _PRONOUN.match(text, start):
            start, _ = sentence_around(text, start - 2, start - 2)
        sentence = text[start:end]
        for apart in self.apart:
            every = _said(sentence)
            if (other := apart.another(read, _subjects(sentence))) and apart.another(read, every):
                return other
            if (other := apart.only(read, _subjects(clause))) and "respectively" not in sentence:
                return other
            if not apart.named(every):
                above = next((near for near in statement.around.above if apart.named(_said(near))), "")
                if other := apart.another(read, _said(above)):
                    return other
        return None


def clause_around(statement: Statement) -> tuple[int, int]:
    """Return where the clause around a claim begins and ends: between commas, colons, brackets, "but" and "while"."""
    low, high = statement.sentence
    start = max((match.end() for match in _CUT.finditer(statement.text, low, statement.start)), default=low)
    behind = _CUT.search(statement.text, statement.end, high)
    return start, behind.start() if behind else high


def _among(name: str, wanted: Iterable[str]) -> bool:
    """Whether a name is one of those wanted: GPT-OSS 20B is gpt-oss-20b, however a source spells it."""
    return _SPACED.sub("-", name.lower()) in {_SPACED.sub("-", each) for each in wanted}


def _said(text: str) -> list[str]:
    return [match[0].lower() for match in _WORD.finditer(text)]


def _subjects(text: str) -> list[str]:
    """Return the words of names that are not what something is compared with."""
    names = (name for name in _NAME.finditer(text) if not _OBJECT.search(text[: name.start()]))
    return [word for name in names for word in _WORD.findall(name[0].lower())]


def _models(packs: Mapping[str, Pack]) -> dict[str, frozenset[str]]:
    ids = {alias: pack.info.campaign.model.id for alias, pack in packs.items() if pack.info.campaign}
    return _telling({alias: frozenset(_WORD.findall(model.lower())) for alias, model in ids.items()})


def _harnesses(packs: Mapping[str, Pack]) -> dict[str, frozenset[str]]:
    names = {alias: pack.info.campaign.harness.name for alias, pack in packs.items() if pack.info.campaign}
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
