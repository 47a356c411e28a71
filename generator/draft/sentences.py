"""What a draft is made of: sentences with the facts that bear them, in paragraphs, passages and sections.

A sentence of which the pack does not hold a part is no sentence: `say` gives None, and `paragraph` leaves it out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clawpub.quantity import FactUnit
from generator.draft.phrases import counted
from generator.writeup import TagKind

Place = tuple[str, str]
"""Alias and table."""


@dataclass(frozen=True)
class Entry:
    """An entry of the ledger; `id` is a wish, which the ledger may have to number."""

    id: str
    facts: tuple[str, ...] = ()
    holds: str | None = None
    unit: FactUnit | None = None


@dataclass(frozen=True)
class Bound:
    """Words of a sentence with the entry that they are compared with."""

    words: str
    entry: Entry
    after: str = ""
    """Words behind the span that go with it: the noun of a count."""
    count: int | None = None
    """Of a count that is all of the span, so that it can be written out at the start of a sentence."""
    reads: frozenset[Place] = frozenset()


@dataclass(frozen=True)
class Sentence:
    parts: tuple[str | Bound, ...]

    @property
    def bound(self) -> tuple[Bound, ...]:
        return tuple(part for part in self.parts if isinstance(part, Bound))


@dataclass(frozen=True)
class Paragraph:
    sentences: tuple[Sentence, ...]
    bullet: bool = False


@dataclass(frozen=True)
class Expression:
    """A table or chart, and the tables that it shows."""

    source: str
    reads: frozenset[Place]


@dataclass(frozen=True)
class Passage:
    kind: TagKind
    blocks: tuple[Paragraph | Expression, ...]


@dataclass(frozen=True)
class Section:
    heading: str
    """Empty for the lead."""
    passages: tuple[Passage, ...]


def say(*parts: str | Bound | None) -> Sentence | None:
    """Return a sentence, its first count written out; None where a part of it is missing."""
    present = [part for part in parts if part is not None]
    if len(present) < len(parts):
        return None
    first = present[0]
    if isinstance(first, Bound):
        words = (
            counted(first.count, first=True) if first.count is not None else first.words[:1].upper() + first.words[1:]
        )
        present[0] = Bound(words, first.entry, first.after, first.count, first.reads)
    return Sentence(tuple(present))


def paragraph(*sentences: Sentence | None, bullet: bool = False) -> Paragraph | None:
    """Return a paragraph of the sentences that there are; None where there is none."""
    present = tuple(sentence for sentence in sentences if sentence is not None)
    return Paragraph(present, bullet) if present else None


def passage(kind: TagKind, *blocks: Paragraph | Expression | None) -> Passage | None:
    present = tuple(block for block in blocks if block is not None)
    return Passage(kind, present) if present else None


def section(heading: str, *passages: Passage | None) -> Section | None:
    present = tuple(each for each in passages if each is not None)
    return Section(heading, present) if present else None


def sections(*found: Section | None) -> list[Section]:
    return [each for each in found if each is not None]


def bullets(sentences: Iterable[Sentence | None]) -> list[Paragraph]:
    return [Paragraph((sentence,), bullet=True) for sentence in sentences if sentence is not None]


def call(function: str, *arguments: str, **named: Sequence[str]) -> str:
    """Return an expression of the body."""
    texts = [json.dumps(argument, ensure_ascii=False) for argument in arguments]
    texts += [f"{key}={json.dumps(list(values), ensure_ascii=False)}" for key, values in named.items()]
    return f"{{{{ {function}({', '.join(texts)}) }}}}"
