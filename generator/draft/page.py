"""A draft as its two files: index.md with every sentence at a known place, and facts.toml."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from clawpub.pack.reader import Pack
from generator.draft.sentences import Bound, Entry, Expression, Paragraph, Passage, Place, Section, Sentence

_PLAIN_YAML = re.compile(r"[A-Za-z][A-Za-z0-9 ,.'()-]*[A-Za-z0-9.)]")
_PLAIN_TABLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)
LONGEST_SOURCES = 380
"""Characters of what a tag may name."""


@dataclass(frozen=True)
class Front:
    title: str
    date: date
    section: str
    tags: tuple[str, ...]
    packs: Mapping[str, Pack]
    """By alias, the first one first."""


@dataclass(frozen=True)
class Mark:
    """Where something stands in index.md: line and columns from 1, the last column excluded."""

    line: int
    first: int
    last: int
    what: Sentence | Expression | Passage


@dataclass
class Pages:
    index: str
    ledger: str
    marks: list[Mark] = field(default_factory=list)
    entries: dict[int, Entry] = field(default_factory=dict)
    """By the line of facts.toml on which they begin."""

    def at(self, line: int | None, column: int | None) -> Sentence | Expression | Passage | None:
        """Return what stands at a place of index.md, the nearest on its line."""
        here = [mark for mark in self.marks if mark.line == line]
        within = [mark for mark in here if column is None or mark.first <= column < mark.last]
        return (within or here)[0].what if here else None


def write_pages(front: Front, sections: Sequence[Section], *, plain_tags: Iterable[Passage] = ()) -> Pages:
    """Return the two files; a passage of `plain_tags` gets a tag that names no tables."""
    pages = Pages("", "")
    ids = _Ids()
    lines = [*_front_matter(front), ""]
    plain = list(plain_tags)
    for section in sections:
        lines += [f"## {section.heading}", ""] if section.heading else []
        for passage in section.passages:
            _passage(passage, front, lines, pages, ids, plain=any(passage is each for each in plain))
    pages.index = "\n".join(lines).rstrip("\n") + "\n"
    pages.ledger = _ledger(sections, ids, pages)
    return pages


class _Ids:
    """The ids of entries: what wishes for the same id and says something else is numbered."""

    def __init__(self) -> None:
        self.taken: dict[str, Entry] = {}
        self.by_entry: dict[Entry, str] = {}

    def of(self, entry: Entry) -> str:
        if entry not in self.by_entry:
            id, number = entry.id, 1
            while id in self.taken:
                number += 1
                id = f"{entry.id}-{number}"
            self.taken[id] = entry
            self.by_entry[entry] = id
        return self.by_entry[entry]


# --- index.md ---------------------------------------------------------------------------------------------------------


def _front_matter(front: Front) -> Iterator[str]:
    yield "---"
    yield f"title: {scalar(front.title)}"
    yield f"date: {front.date.isoformat()}"
    if front.section:
        yield f"section: {scalar(front.section)}"
    if front.tags:
        yield f"tags: [{', '.join(map(_quoted, front.tags))}]"
    yield "draft: true"
    yield "packs:"
    for alias, pack in front.packs.items():
        yield f"  {alias}: {pack.id}@{pack.digest}"
    yield "---"


def scalar(text: str) -> str:
    """Return a text as front matter spells it."""
    return text if _PLAIN_YAML.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _passage(passage: Passage, front: Front, lines: list[str], pages: Pages, ids: _Ids, *, plain: bool) -> None:
    tag = f"[{passage.kind.capitalize()}{'' if plain else _sources(passage, front)}]"
    alone = passage.kind == "observed" or len(passage.blocks) > 1
    if alone:
        pages.marks.append(Mark(len(lines) + 1, 1, len(tag) + 1, passage))
        lines += [tag, ""]
    for place, block in enumerate(passage.blocks):
        if isinstance(block, Expression):
            pages.marks.append(Mark(len(lines) + 1, 1, len(block.source) + 1, block))
            lines += [block.source, ""]
            continue
        start = "- " if block.bullet else "" if alone else f"{tag} "
        lines.append(_line(block, start, len(lines) + 1, pages, ids))
        following = passage.blocks[place + 1] if place + 1 < len(passage.blocks) else None
        if not (block.bullet and isinstance(following, Paragraph) and following.bullet):
            lines.append("")


def _line(block: Paragraph, start: str, number: int, pages: Pages, ids: _Ids) -> str:
    text = start
    for sentence in block.sentences:
        if text != start:
            text += " "
        first = len(text) + 1
        text += "".join(_part(part, ids) for part in sentence.parts)
        pages.marks.append(Mark(number, first, len(text) + 1, sentence))
    return text


def _part(part: str | Bound, ids: _Ids) -> str:
    return part if isinstance(part, str) else f"[{part.words}]{{fact={ids.of(part.entry)}}}{part.after}"


def _sources(passage: Passage, front: Front) -> str:
    """Return the tables that a passage reads, as its tag names them."""
    if passage.kind != "observed":
        return ""
    read: set[Place] = set()
    for block in passage.blocks:
        if isinstance(block, Expression):
            read |= block.reads
        else:
            read |= {place for sentence in block.sentences for bound in sentence.bound for place in bound.reads}
    first = next(iter(front.packs))
    order = {
        (alias, name): number
        for number, (alias, name) in enumerate((a, n) for a, p in front.packs.items() for n in p.table_names)
    }
    names = [
        name if alias == first else f"{alias} {name}" for alias, name in sorted(read, key=lambda p: order.get(p, 0))
    ]
    if not names:
        return " — data pack"
    if len(", ".join(names)) > LONGEST_SOURCES or not all(_PLAIN_TABLE.fullmatch(name) for _, name in read):
        names = ["data pack" if alias == first else alias for alias in front.packs if any(a == alias for a, _ in read)]
        return f" — {', '.join(names)}"
    return f" — data pack {', '.join(names)}"


# --- facts.toml -------------------------------------------------------------------------------------------------------


def _ledger(sections: Sequence[Section], ids: _Ids, pages: Pages) -> str:
    lines: list[str] = []
    written: set[Entry] = set()
    for section in sections:
        entries = [bound.entry for sentence in sentences_of(section) for bound in sentence.bound]
        new = [entry for entry in dict.fromkeys(entries) if entry not in written]
        if not new:
            continue
        written |= set(new)
        lines += [f"# {_comment(section.heading)}", ""]
        for entry in new:
            pages.entries[len(lines) + 1] = entry
            lines += [f"[{ids.of(entry)}]", *_keys(entry), ""]
    return "\n".join(lines).rstrip("\n") + "\n" if lines else ""


def _comment(heading: str) -> str:
    return "".join(char for char in heading if char.isprintable()) or "The lead"


def _keys(entry: Entry) -> Iterator[str]:
    if len(entry.facts) == 1:
        yield f"is = {_toml(entry.facts[0])}"
    elif entry.facts:
        yield f"is = [{', '.join(map(_toml, entry.facts))}]"
    if entry.holds:
        yield f"holds = {_toml(entry.holds)}"
    if entry.unit:
        yield f"unit = {_toml(entry.unit)}"


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def sentences_of(section: Section) -> Iterator[Sentence]:
    for passage in section.passages:
        for block in passage.blocks:
            if isinstance(block, Paragraph):
                yield from block.sentences
