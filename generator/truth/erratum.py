"""The draft of an erratum: what a writeup said, what holds now, over which packs. Its own numbers are claims too.

The old numbers stand in waived spans, the new ones in spans that name facts of the ledger; where only a query says that
something does not hold any more, the draft brings the query's opposite as a fact of its own. A draft is tried at the
end of the writeup before anybody sees it; an item that does not pass there is said without numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from clawpub.findings import Finding
from clawpub.pack.query import Source
from clawpub.pack.reader import Pack
from generator.evidence import Evidence
from generator.tables import short
from generator.truth.changes import ClaimChange, SentenceChange
from generator.truth.quoting import said, said_plainly, said_whole, says
from generator.truth.sentences import Sentence
from generator.truth.tables import TableChange
from generator.truth.wording import Edit
from generator.writeup import CheckedWriteup, FactEntry


@dataclass(frozen=True)
class Draft:
    """Markdown for the end of index.md, and entries for the end of facts.toml."""

    markdown: str
    entries: tuple[FactEntry, ...]
    remaining: tuple[Finding, ...] = ()
    """Errors that are left when it is appended and everything known is corrected: the author's to mend."""

    @property
    def facts(self) -> str:
        """The entries as TOML."""
        return "\n".join(f"[{entry.id}]\nholds = {_toml(entry.holds or '')}\n" for entry in self.entries)


BROUGHT = 0
"""The line of an entry that is in no ledger yet."""

Attempt = Callable[[Draft], tuple[tuple[Finding, ...], int]]
"""Returns the errors of a writeup with a draft at its end, and the line on which the draft begins."""


@dataclass(frozen=True)
class Item:
    """One line of the list, what it reads, and the facts it brings."""

    text: str
    sources: frozenset[Source] = frozenset()
    entries: tuple[FactEntry, ...] = ()
    observed: bool = True
    """Whether what it is about stands in an Observed passage; nothing else may be said under that tag."""


@dataclass(frozen=True)
class Erratum:
    """What an erratum is drafted from."""

    old: Pack
    new: Pack
    today: date
    after: CheckedWriteup
    names: Sequence[str]
    """Names whose digits are no quantities."""
    sentences: Sequence[SentenceChange]
    tables: Sequence[TableChange]
    edits: Mapping[ClaimChange, Sequence[Edit]]
    corrections: Mapping[Sentence, Sequence[Edit]]

    def draft(self, attempt: Attempt) -> Draft | None:
        """Return the draft, tried; None where nothing that was published changed."""
        ids = _new_ids(self.after.writeup.ledger)
        items = [(change, self.item(change, ids)) for change in self.sentences if _was_true(change)]
        if not items and not self.tables:
            return None
        draft = self.put_together([item for _, item in items])
        findings, first = attempt(draft)
        lines = draft.markdown.split("\n")
        wrong = {lines[(each.line or 0) - first] for each in findings if 0 <= (each.line or 0) - first < len(lines)}
        vacuous = any(each.line == BROUGHT and each.path == self.after.writeup.ledger_path for each in findings)
        kept = [
            self.plain(change) if f"- {item.text}" in wrong or (vacuous and item.entries) else item
            for change, item in items
        ]
        if kept != [item for _, item in items]:
            draft = self.put_together(kept)
            findings, _ = attempt(draft)
        return replace(draft, remaining=findings)

    def put_together(self, items: Sequence[Item]) -> Draft:
        observed = [item for item in items if item.observed]
        others = [item for item in items if not item.observed]
        default = next(iter(self.after.packs), "")
        read = {source for item in observed for source in item.sources}
        sources = sorted(read, key=lambda source: (source.pack != default, source))
        entries = tuple(entry for item in items for entry in item.entries)
        evidence = Evidence(self.after.packs, default, complete=True)
        tables = dict.fromkeys(evidence.name(source.pack, source.table) for source in sources)
        tag = f"[Observed — {_sources(tables)}]" if tables else "[Context]"
        lines = [f"## Correction of {self.today.isoformat()}", "", self.packs(), ""]
        for opening, listed in ((tag, observed), ("[Context]", others)):
            if listed:
                lines += [opening, "", *(f"- {item.text}" for item in listed), ""]
        if self.tables:
            lines += [f"[Context] {self.said_of_tables()}", ""]
        lines += ["[Speculation] Why the two packs differ is not known.", ""]
        return Draft("\n".join(lines), entries)

    def packs(self) -> str:
        old, new = (f"`{pack.id}` (`sha256:{short(pack.digest)}`)" for pack in (self.old, self.new))
        return f"[Context] This was written over the data pack {old}. It was corrected; what follows holds by {new}."

    def said_of_tables(self) -> str:
        captions = dict.fromkeys(change.caption for change in self.tables)
        named = ", ".join(f"“{said_plainly(caption, self.names)}”" for caption in captions)
        return f"What the page shows under {named} is other than before."

    # --- items ---

    def item(self, change: SentenceChange, ids: Iterator[str]) -> Item:
        return replace(self.changed(change, ids), observed=change.sentence.block.observed)

    def changed(self, change: SentenceChange, ids: Iterator[str]) -> Item:
        before = f"{self.where(change)} “{said(change.was, self.names)}”"
        if self.mended(change):
            now = says(change.sentence, self.names, self.corrections.get(change.sentence, ()))
            sources = (_sources_of(claim) for claim in change.claims)
            return Item(f"{before} It says now: “{now}”", frozenset().union(*sources))
        if change.findings:
            return self.plain(change)
        parts = [self.part(claim, ids) for claim in change.changed if claim.kind != "now-true"]
        return Item(
            " ".join((before, *(part.text for part in parts))),
            frozenset().union(*(part.sources for part in parts)),
            tuple(entry for part in parts for entry in part.entries),
        )

    def where(self, change: SentenceChange) -> str:
        row = change.sentence.row
        return f"In the row “{said_plainly(row, self.names)}” of a table it said:" if row else "It said:"

    def mended(self, change: SentenceChange) -> bool:
        """Whether wordings alone make a sentence true again, or the page prints what is true by itself."""
        holds = all(claim.after.holds for claim in change.claims)
        return not change.findings and (holds or change.sentence in self.corrections)

    def part(self, claim: ClaimChange, ids: Iterator[str]) -> Item:
        """Return what became of one claim of a sentence that no wording mends as a whole."""
        span, entry, sentence = claim.binding.span, claim.entry, claim.binding.sentence
        quoted = (
            said(sentence, self.names, span.start, span.end) if span else said_plainly(claim.before.text, self.names)
        )
        before = f"“{quoted}”"
        if entry and span is None and claim.after.holds:
            return Item(f'{before} is now “{{{{ fact("{entry.id}") }}}}”.', _sources_of(claim))
        if entry and span and (edits := self.edits.get(claim)):
            return Item(
                f"{before} is now “{says(sentence, self.names, edits, span.start, span.end)}”.", _sources_of(claim)
            )
        if entry and entry.holds and claim.after.verdict == "refuted" and claim.rule == "holds":
            query = entry.holds.strip().rstrip(";")
            opposite = FactEntry(next(ids), BROUGHT, holds=f"select not ({query}\n)")
            return Item(f"{before}: [that does not hold]{{fact={opposite.id}}}.", _sources_of(claim), (opposite,))
        return Item(f"{before} is taken back: the new pack does not bear it out.")

    def plain(self, change: SentenceChange) -> Item:
        """Return an item without numbers of its own, for a sentence that says something else outside its paragraph."""
        now = "It stands corrected above." if self.mended(change) else "It is not said any more."
        text = f"{self.where(change)} “{said_whole(change.was)}” {now}"
        return Item(text, observed=change.sentence.block.observed)


def _sources_of(claim: ClaimChange) -> frozenset[Source]:
    return frozenset(claim.binding.claim.sources if claim.binding.claim else ())


def _was_true(change: SentenceChange) -> bool:
    """Whether something of a sentence was published as true and is not so any more."""
    return bool(change.findings) or any(claim.kind in ("now-false", "prints") for claim in change.claims)


def _new_ids(ledger: Mapping[str, FactEntry]) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        if f"correction-{number}" not in ledger:
            yield f"correction-{number}"


def _sources(tables: Mapping[str, None]) -> str:
    names = list(tables)
    first = names[0] if names[0].startswith(("cross-campaign", "model cards")) else f"data pack {names[0]}"
    return ", ".join([first, *names[1:]])


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
