"""A publication's writeups over an old pack and over the new one in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from clawpub.errors import ClawpubError
from clawpub.findings import Finding
from clawpub.pack.reader import Pack, open_pack
from generator.content import load_writeup
from generator.library import uses
from generator.project import load_project
from generator.publication import finding_of
from generator.shelf import Shelf
from generator.tables import short
from generator.truth.changes import (
    PIN_RULES,
    ClaimChange,
    SentenceChange,
    claim_changes,
    new_errors,
    old_errors,
    sentence_changes,
)
from generator.truth.erratum import Draft, Erratum
from generator.truth.sentences import Sentence, bindings_of
from generator.truth.swap import Swap, close
from generator.truth.tables import TableChange, table_changes
from generator.truth.wording import Edit, apply_edits, edits_of
from generator.writeup import CheckedWriteup, Writeup

MOST_PINNED = 8
"""Packs that are named where no writeup stands on the old one."""

Edits = dict[ClaimChange, list[Edit]]


@dataclass(frozen=True)
class WriteupTruth:
    """What a new pack makes of one writeup."""

    writeup: Writeup
    pin_lines: tuple[str, ...]
    """What the front matter is to say afterwards."""
    sentences: tuple[SentenceChange, ...]
    edits: Mapping[ClaimChange, Sequence[Edit]]
    """By claim that does not hold over the new pack: the shortest wording with which it does, where one is known."""
    corrections: Mapping[Sentence, Sequence[Edit]]
    """The sentences that such wordings mend, tried over the new pack."""
    still: tuple[ClaimChange, ...]
    """Claims that hold over another value."""
    same: int
    """Claims that hold over the same."""
    failing: tuple[ClaimChange, ...]
    """Claims that failed before."""
    tables: tuple[TableChange, ...]
    findings: tuple[Finding, ...]
    """Errors that only the new pack brings and that stand at no claim."""
    notes: tuple[str, ...]
    erratum: Draft | None = None

    @property
    def changed(self) -> bool:
        return bool(self.sentences or self.tables or self.findings)


@dataclass(frozen=True)
class Truth:
    """What a new pack makes of a publication."""

    old: Pack
    new: Pack
    writeups: tuple[WriteupTruth, ...]
    """Those that stand on the old pack."""
    findings: tuple[Finding, ...]
    """What could not be read, and so not compared."""
    notes: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return bool(self.findings) or any(each.changed for each in self.writeups)


def diff_truth(root: Path, old: Path, new: Path, *, today: date, only: Sequence[Path] | None = None) -> Truth:
    """Return what a new pack makes of each writeup that stands on an old one, drafts too, or of those of `only`.

    Raises: PackError where one of the two packs cannot be trusted whole; ConfigError where there is no publication;
    ContentError where a writeup of `only` cannot be read.
    """
    project = load_project(root)
    swap = Swap(project, _whole(old), _whole(new), Shelf(project.packs))
    findings: list[Finding] = []
    found: list[WriteupTruth] = []
    elsewhere = 0
    pinned: set[str] = set()
    for folder in project.writeups if only is None else only:
        try:
            writeup = load_writeup(folder)
        except ClawpubError as error:
            if only is not None:
                raise
            findings.append(finding_of(error, "unreadable", folder))
            continue
        pinned |= {pin.pack_id for pin in writeup.pins}
        elsewhere += any(pin.pack_id == swap.new.id != swap.old.id for pin in writeup.pins)
        if swap.touches(writeup):
            found.append(_compare(swap, writeup, today))
    notes = tuple(_notes(swap, found, elsewhere, sorted(pinned)))
    return Truth(swap.old, swap.new, tuple(found), (*findings, *swap.shelf.findings), notes)


def _whole(path: Path) -> Pack:
    """Return a pack, every byte of it compared with what was sealed. Raises: PackError."""
    pack = open_pack(path)
    for resource in pack.descriptor.resources:
        pack.read(resource)
    pack.tables()
    return pack


# --- one writeup ---


def _compare(swap: Swap, writeup: Writeup, today: date) -> WriteupTruth:
    before, after = swap.check(writeup, swap.old), swap.check(writeup, swap.new)
    try:
        return _compared(swap, writeup, before, after, today)
    finally:
        close(before)
        close(after)


def _compared(swap: Swap, writeup: Writeup, before: CheckedWriteup, after: CheckedWriteup, today: date) -> WriteupTruth:
    changes = claim_changes(before, after)
    claims = [change for _, change in changes]
    news = new_errors(before.findings, after.findings)
    sentences = tuple(sentence_changes(changes, news))
    at_claims = {finding for sentence in sentences for finding in sentence.findings}
    failing = [claim for claim in claims if not claim.after.holds]
    edits = {claim: made for claim in failing if (made := edits_of(claim, after, swap.names(writeup)))}
    found = WriteupTruth(
        writeup=writeup,
        pin_lines=swap.pin_lines(writeup, after),
        sentences=sentences,
        edits=edits,
        corrections=_corrections(swap, writeup, after, sentences, edits),
        still=tuple(claim for claim in claims if claim.kind == "still-holds"),
        same=sum(claim.kind == "same" for claim in claims),
        failing=tuple(claim for claim in claims if claim.kind == "fails-still"),
        tables=tuple(table_changes(before, after)),
        findings=tuple(finding for finding in news if finding not in at_claims),
        notes=tuple(_notes_on(swap, writeup, before)),
    )
    return replace(found, erratum=_erratum(swap, found, after, today))


def _corrections(
    swap: Swap, writeup: Writeup, after: CheckedWriteup, sentences: Sequence[SentenceChange], edits: Edits
) -> dict[Sentence, list[Edit]]:
    """Return the sentences that edits alone mend, with them; all were made together and the writeup checked again."""
    found: dict[Sentence, list[Edit]] = {}
    for change in sentences:
        failing = [edits.get(claim) for claim in change.claims if not claim.after.holds]
        if failing and not change.findings and all(failing):
            found[change.sentence] = [edit for each in failing for edit in each or ()]
    while found and (wrong := _wrong(swap, writeup, after, found)):
        found = {sentence: each for sentence, each in found.items() if sentence not in wrong}
    return found


def _wrong(
    swap: Swap, writeup: Writeup, after: CheckedWriteup, corrections: Mapping[Sentence, Sequence[Edit]]
) -> set[Sentence]:
    """Return the sentences that do not pass with their corrections over the new pack."""
    body = apply_edits(writeup.body, writeup.body_line, [edit for each in corrections.values() for edit in each])
    if body is None:
        return set(corrections)
    tried = swap.check(replace(writeup, body=body), swap.new)
    close(tried)
    then, now = bindings_of(after), bindings_of(tried)
    if len(then) != len(now):
        return set(corrections)
    pairs = zip(then, now, strict=True)
    failing = {old.sentence.at for old, new in pairs if not new.claim or new.claim.verdict not in _GOOD}
    more = _errors_by_line(tried.findings) - _errors_by_line(after.findings)
    lines = {line for _, line in more}
    return {each for each in corrections if each.at in failing or lines & set(each.lines)}


_GOOD = ("verified", "waived")


def _errors_by_line(findings: Sequence[Finding]) -> Counter[tuple[str, int | None]]:
    return Counter((finding.rule, finding.line) for finding in findings if finding.severity == "error")


def _erratum(swap: Swap, found: WriteupTruth, after: CheckedWriteup, today: date) -> Draft | None:
    """Return the draft of an erratum, tried: at the end of the writeup, with the corrections and the new pins.

    None where nothing changed that anybody has read: a writeup that is a draft itself is simply corrected.
    """
    writeup = found.writeup
    if writeup.draft:
        return None
    edits = [edit for each in found.corrections.values() for edit in each]
    body = (apply_edits(writeup.body, writeup.body_line, edits) or writeup.body).rstrip()
    first = writeup.body_line + body.count("\n") + 2

    def attempt(draft: Draft) -> tuple[tuple[Finding, ...], int]:
        ledger = {**writeup.ledger, **{entry.id: entry for entry in draft.entries}}
        text = f"{body}\n\n{draft.markdown}"
        tried = swap.findings(replace(writeup, body=text, ledger=ledger), swap.new)
        return tuple(each for each in tried if each.severity == "error" and each.rule not in PIN_RULES), first

    erratum = Erratum(
        old=swap.old,
        new=swap.new,
        today=today,
        after=after,
        names=swap.names(writeup),
        sentences=found.sentences,
        tables=found.tables,
        edits=found.edits,
        corrections=found.corrections,
    )
    return erratum.draft(attempt)


# --- notes ---


def _notes_on(swap: Swap, writeup: Writeup, before: CheckedWriteup) -> Iterator[str]:
    for pin in swap.pins(writeup):
        if pin.digest == swap.new.digest != swap.old.digest:
            yield f"line {pin.line}: {pin.alias} is pinned to the new pack already"
        elif pin.digest and pin.digest != swap.old.digest:
            yield (
                f"line {pin.line}: {pin.alias} is pinned to another version of the old pack, {pin.digest}; "
                "it was compared all the same"
            )
    if not swap.pins(writeup):
        yield "it pins neither pack; it reads a view over all packs"
    if swap.published and uses(writeup):
        yield f"its views are computed without {swap.old.id}; while that stays in content/packs, they count both"
    if failed := list(old_errors(before.findings)):
        errors = "1 error" if len(failed) == 1 else f"{len(failed)} errors"
        first = f"{failed[0].rule} on line {failed[0].line} of {failed[0].path.name}"
        yield f"it has {errors} over the old pack already, which {'is' if len(failed) == 1 else 'are'} no news: {first}"


def _pinned(ids: Sequence[str]) -> str:
    """Return which packs the writeups do stand on."""
    if not ids:
        return "none pins any pack"
    more = f" and {len(ids) - MOST_PINNED} more" if len(ids) > MOST_PINNED else ""
    return f"they pin {', '.join(ids[:MOST_PINNED])}{more}"


def _notes(swap: Swap, found: Sequence[WriteupTruth], elsewhere: int, pinned: Sequence[str]) -> Iterator[str]:
    old, new = swap.old, swap.new
    parent = new.info.parent
    if old.digest == new.digest:
        yield "both are the same pack, byte for byte"
    elif parent is None:
        yield f"{new.id} names no parent: a correction is sealed with the digest of what it corrects, {old.digest}"
    elif parent != old.digest:
        yield f"{new.id} corrects another pack, {parent}, not sha256:{short(old.digest)}…"
    if not found:
        yield f"no writeup stands on {old.id}; {_pinned(pinned)}"
    if elsewhere:
        yield f"{elsewhere} of the writeups pinned {new.id} already"
