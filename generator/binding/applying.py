"""Bindings written down: a span around the quantity in index.md, an entry of facts.toml, both checked first.

A change that the check would not call verified, or that brings a finding that was not there, is dropped and said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from clawpub.errors import ClawpubError
from clawpub.quantity import FactUnit
from generator.binding.draft import Draft, inserted
from generator.binding.ranking import Proposal
from generator.binding.targets import At, Target
from generator.binding.words import words_of
from generator.writeup import CheckedWriteup, Claim, FactEntry

MOST_OF_ID = 40
"""Characters."""


@dataclass(frozen=True)
class Change:
    """One span with its entry: a new span around one quantity, or the entry that a span of several lacks."""

    targets: tuple[Target, ...]
    facts: tuple[str, ...]
    unit: FactUnit | None
    fact_id: str
    new_entry: bool
    edges: tuple[At, At] | None = None
    """Where the span goes; None where it is there."""


@dataclass(frozen=True)
class Dropped:
    targets: tuple[Target, ...]
    why: str


@dataclass(frozen=True)
class Changes:
    """What will be written, and what not."""

    index: str
    ledger: str | None
    applied: tuple[Change, ...] = ()
    dropped: tuple[Dropped, ...] = ()


def prepare(
    draft: Draft, checked: CheckedWriteup, chosen: Sequence[tuple[Target, Proposal]], targets: Sequence[Target]
) -> Changes:
    """Return the files with chosen bindings in them, as far as the check verifies them.

    `targets` are all that there is to bind; a span of several quantities takes all of them or none.
    """
    changes, dropped = _changes(chosen, checked.writeup.ledger, checked.writeup.pins[0].alias, targets)
    before = Counter((finding.rule, finding.message) for finding in checked.findings)
    accepted, refused = _Trial(draft, before).accept([], changes)
    index, ledger = _written(draft, accepted)
    return Changes(index, ledger, tuple(accepted), (*dropped, *refused))


# --- what to change ---------------------------------------------------------------------------------------------------


def _changes(
    chosen: Sequence[tuple[Target, Proposal]], ledger: Mapping[str, FactEntry], default: str, targets: Sequence[Target]
) -> tuple[list[Change], list[Dropped]]:
    known = {(entry.facts, entry.unit): entry.id for entry in ledger.values() if entry.holds is None}
    taken = set(ledger) | {target.fact_id for target in targets if target.fact_id}
    changes: list[Change] = []
    dropped: list[Dropped] = []
    for target, proposal in chosen:
        if target.fact_id:
            continue
        if not target.edges:
            dropped.append(Dropped((target,), target.closed))
            continue
        unit = proposal.candidate.unit
        fact_id = known.get((proposal.facts, unit), "")
        if not fact_id:
            fact_id = known[proposal.facts, unit] = _new_id(proposal, default, taken)
            taken.add(fact_id)
        changes.append(Change((target,), proposal.facts, unit, fact_id, fact_id not in ledger, target.edges[0]))
    of_spans, left = _of_spans([pair for pair in chosen if pair[0].fact_id])
    return changes + of_spans, dropped + left


def _of_spans(chosen: Sequence[tuple[Target, Proposal]]) -> tuple[list[Change], list[Dropped]]:
    """Return a change for each fact id that spans name and the ledger lacks, where all its quantities are chosen."""
    changes: list[Change] = []
    dropped: list[Dropped] = []
    for fact_id in dict.fromkeys(target.fact_id for target, _ in chosen):
        pairs = [pair for pair in chosen if pair[0].fact_id == fact_id]
        spans: dict[tuple[int, tuple[int, ...]], list[tuple[Target, Proposal]]] = {}
        for target, proposal in pairs:
            spans.setdefault((id(target.block), target.together), []).append((target, proposal))
        targets = tuple(target for target, _ in pairs)
        facts = {tuple(fact for _, proposal in span for fact in proposal.facts) for span in spans.values()}
        units = {proposal.candidate.unit for _, proposal in pairs}
        if any(len(span) < len(together) for (_, together), span in spans.items()):
            dropped.append(Dropped(targets, f"its span [{fact_id}] has other quantities, which are not bound yet"))
        elif len(facts) > 1 or len(units) > 1:
            dropped.append(Dropped(targets, f"the spans of [{fact_id}] would need one entry each"))
        else:
            changes.append(Change(targets, facts.pop(), units.pop(), fact_id, True))
    return changes, dropped


def _new_id(proposal: Proposal, default: str, taken: Collection[str]) -> str:
    candidate = proposal.candidate
    pack = "" if candidate.packs[0] == default or len(candidate.packs) > 1 else candidate.packs[0]
    words = [word for word in words_of(f"{pack} {candidate.label}".replace("_", " ")) if word.isascii()]
    parts: list[str] = []
    for word in words:
        parts += re.findall(r"[a-z0-9]+", word)
    stem = "-".join(parts)[:MOST_OF_ID].strip("-") or "fact"
    number, made = 1, stem
    while made in taken:
        number += 1
        made = f"{stem}-{number}"
    return made


# --- trying it --------------------------------------------------------------------------------------------------------


@dataclass
class _Trial:
    draft: Draft
    before: Counter[tuple[str, str]]
    """Findings that there were: (rule, message)."""

    def accept(self, accepted: list[Change], changes: Sequence[Change]) -> tuple[list[Change], list[Dropped]]:
        """Return what of `changes` holds beside `accepted`, and what does not: all at once, else half by half."""
        if not changes:
            return accepted, []
        why = self.problem([*accepted, *changes])
        if not why:
            return [*accepted, *changes], []
        if len(changes) == 1:
            return self.one(accepted, changes[0], why)
        half = len(changes) // 2
        accepted, first = self.accept(accepted, changes[:half])
        accepted, second = self.accept(accepted, changes[half:])
        return accepted, [*first, *second]

    def one(self, accepted: list[Change], change: Change, why: str) -> tuple[list[Change], list[Dropped]]:
        """Try a change with the span at the other places where it may stand."""
        for edges in change.targets[0].edges[1:]:
            other = replace(change, edges=edges)
            if not self.problem([*accepted, other]):
                return [*accepted, other], []
        return accepted, [Dropped(change.targets, why)]

    def problem(self, changes: Sequence[Change]) -> str:
        """Return why the check would not take these changes; "" where each is verified and nothing else is new."""
        index, ledger = _written(self.draft, changes)
        try:
            checked = self.draft.check(index, ledger)
        except ClawpubError as error:
            return error.message
        if checked.database:
            checked.database.close()
        after = Counter((finding.rule, finding.message) for finding in checked.findings)
        if new := list((after - self.before).elements()):
            return f"{new[0][0]}: {new[0][1]}"
        missing = _unverified(changes, checked.claims)
        return f"{missing.targets[0].text!r} would not be verified" if missing else ""


def _unverified(changes: Iterable[Change], claims: Iterable[Claim]) -> Change | None:
    """Return the first change that became no verified claim around just its words."""
    there = Counter((claim.fact_id, claim.text) for claim in claims if claim.verdict == "verified")
    ids = {fact_id for fact_id, _ in there}
    for change in changes:
        key = (change.fact_id, " ".join(change.targets[0].text.split()))
        if change.edges is None:
            if change.fact_id not in ids:
                return change
        elif not there[key]:
            return change
        else:
            there[key] -= 1
    return None


def _written(draft: Draft, changes: Sequence[Change]) -> tuple[str, str | None]:
    entries = [change for change in _once(changes) if change.new_entry]
    return inserted(draft.index, _pieces(changes)), _with_entries(draft.ledger, entries)


def now_at(place: At, changes: Iterable[Change], *, opens: bool = False) -> At:
    """Return where a place of index.md is once changes are made; `opens` for a span's own place, its bracket."""
    line, column = place
    added = sum(
        len(piece)
        for (on, at), piece in _pieces(changes)
        if on == line and (at < column or (at == column and not opens))
    )
    return line, column + added


def _pieces(changes: Iterable[Change]) -> list[tuple[At, str]]:
    """Return what goes into index.md, and where it does."""
    pieces: list[tuple[At, str]] = []
    for change in changes:
        if change.edges:
            pieces += [(change.edges[0], "["), (change.edges[1], f"]{{fact={change.fact_id}}}")]
    return pieces


def _once(changes: Iterable[Change]) -> Iterable[Change]:
    """Yield each id's change once: two quantities may share an entry."""
    return {change.fact_id: change for change in changes}.values()


def _with_entries(ledger: str | None, changes: Sequence[Change]) -> str | None:
    if not changes:
        return ledger
    text = ledger or ""
    end = "\r\n" if "\r\n" in text else "\n"
    ended = not text.strip() or text.endswith("\n")
    blocks = [end.join(entry_lines(change)) for change in changes]
    joined = text.rstrip("\r\n") + (end * 2 if text.strip() else "") + (end * 2).join(blocks)
    return joined + (end if ended else "")


def entry_lines(change: Change) -> list[str]:
    """Return a ledger entry as it is written."""
    facts = [_basic(fact) for fact in change.facts]
    lines = [f"[{change.fact_id}]", f"is = {facts[0] if len(facts) == 1 else '[' + ', '.join(facts) + ']'}"]
    return [*lines, f'unit = "{change.unit}"'] if change.unit else lines


def _basic(text: str) -> str:
    """Return a TOML basic string."""
    named = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return (
        '"' + "".join(named.get(c) or (f"\\u{ord(c):04X}" if ord(c) < 32 or ord(c) == 127 else c) for c in text) + '"'
    )
