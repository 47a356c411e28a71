"""A draft held against its packs, as `clawpub check` does; what does not pass is left out and named."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from clawpub.errors import ContentError
from clawpub.findings import Finding
from generator.content import INDEX_FILE, LEDGER_FILE, load_writeup
from generator.draft.page import Front, Pages, write_pages
from generator.draft.sentences import Entry, Expression, Paragraph, Passage, Section, Sentence
from generator.findings import Setting
from generator.library import Library
from generator.publication import check_one
from generator.writeup import CheckedWriteup


@dataclass(frozen=True)
class LeftOut:
    """Something that would not have passed the check."""

    text: str
    rule: str
    message: str


@dataclass(frozen=True)
class Proven:
    """A draft that passes."""

    pages: Pages
    checked: CheckedWriteup
    findings: tuple[Finding, ...]
    """What is left: warnings on the front matter, which an author asked for."""
    left_out: tuple[LeftOut, ...]


class Prover:
    """What a publication's check needs besides the writeup."""

    def __init__(self, slug: str, severities: dict[str, Setting], library: Library) -> None:
        self.slug = slug
        self.severities = severities
        self.library = library

    def prove(self, front: Front, sections: Sequence[Section]) -> Proven:
        """Return the draft without what does not pass.

        Raises: ContentError where what is left still has an error: a fault of ours, or of a title.
        """
        left_out: list[LeftOut] = []
        plain: list[Passage] = []
        left = list(sections)
        while True:  # each time around, a sentence, a tag's tables or a passage goes
            pages = write_pages(front, left, plain_tags=plain)
            checked, findings = self.check(front, pages)
            bad = _named(pages, findings)
            if not bad:
                return Proven(pages, checked, _bearable(findings), tuple(left_out))
            tags = [what for what, _ in bad if isinstance(what, Passage) and not _is_in(what, plain)]
            gone = [(what, finding) for what, finding in bad if not _is_in(what, tags)]
            left_out += [LeftOut(_words(what), finding.rule, finding.message) for what, finding in gone]
            left, plain = _without(left, [what for what, _ in gone], [*plain, *tags])

    def check(self, front: Front, pages: Pages) -> tuple[CheckedWriteup, tuple[Finding, ...]]:
        """Return the two files, checked in a folder of their own."""
        with tempfile.TemporaryDirectory(prefix="clawpub-draft-") as folder:
            place = Path(folder) / self.slug
            place.mkdir()
            (place / INDEX_FILE).write_text(pages.index, encoding="utf-8")
            (place / LEDGER_FILE).write_text(pages.ledger, encoding="utf-8")
            packs = {pack.id: pack for pack in front.packs.values()}
            checked, _, findings = check_one(load_writeup(place), packs, self.severities, self.library)
        return checked, findings


def _bearable(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return what is left to be said. Raises: ContentError where there is an error among it, as in a title."""
    for finding in findings:
        if finding.severity == "error":
            raise ContentError(finding.message, hint=finding.hint or "choose another --title")
    return findings


def _is_in(what: object, known: Sequence[object]) -> bool:
    return any(what is each for each in known)


def _named(pages: Pages, findings: Sequence[Finding]) -> list[tuple[Sentence | Expression | Passage, Finding]]:
    """Return what the findings are about; those on the front matter are about nothing here."""
    found: list[tuple[Sentence | Expression | Passage, Finding]] = []
    for finding in findings:
        if finding.path.name == LEDGER_FILE:
            found += [(sentence, finding) for sentence in _bearing(pages, finding.line)]
        elif (what := pages.at(finding.line, finding.column)) is not None:
            found.append((what, finding))
    return list({id(what): (what, finding) for what, finding in reversed(found)}.values())[::-1]


def _bearing(pages: Pages, line: int | None) -> list[Sentence]:
    """Return the sentences that stand on the entry at a line of the ledger."""
    entry = max((at for at in pages.entries if at <= (line or 0)), default=None)
    if entry is None:
        return []
    wanted: Entry = pages.entries[entry]
    sentences = (mark.what for mark in pages.marks if isinstance(mark.what, Sentence))
    return [sentence for sentence in sentences if any(bound.entry == wanted for bound in sentence.bound)]


def _without(
    sections: Sequence[Section], gone: Sequence[object], plain: Sequence[Passage]
) -> tuple[list[Section], list[Passage]]:
    """Return the sections without some sentences and expressions, nothing empty left; and the plain passages anew."""
    left: list[Section] = []
    still: list[Passage] = []
    for section in sections:
        passages = []
        for passage in section.passages:
            if _is_in(passage, gone):
                continue
            blocks = [block for block in (_block_without(block, gone) for block in passage.blocks) if block]
            kept = passage if len(blocks) == len(passage.blocks) and all(
                a is b for a, b in zip(blocks, passage.blocks, strict=True)
            ) else replace(passage, blocks=tuple(blocks))  # fmt: skip
            if blocks:
                passages.append(kept)
                still += [kept] if _is_in(passage, plain) else []
        if passages:
            left.append(replace(section, passages=tuple(passages)))
    return left, still


def _block_without(block: Paragraph | Expression, gone: Sequence[object]) -> Paragraph | Expression | None:
    if isinstance(block, Expression):
        return None if _is_in(block, gone) else block
    kept = tuple(sentence for sentence in block.sentences if not _is_in(sentence, gone))
    return block if len(kept) == len(block.sentences) else Paragraph(kept, block.bullet) if kept else None


def _words(what: Sentence | Expression | Passage) -> str:
    if isinstance(what, Passage):
        return f"a passage of {len(what.blocks)} paragraphs"
    if isinstance(what, Expression):
        return what.source
    return "".join(part if isinstance(part, str) else f"{part.words}{part.after}" for part in what.parts)
