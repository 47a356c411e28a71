"""What became of each claim in two checks of the same body, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from clawpub.findings import Finding
from clawpub.pack.tables import Cell
from generator.facts import cell_text, shortened
from generator.markdown.expression import facts_named, syntax_error
from generator.truth.sentences import Binding, Sentence, bindings_of
from generator.writeup import CheckedWriteup, FactEntry

Kind = Literal["now-false", "now-true", "prints", "still-holds", "fails-still", "same"]
"""What the new pack does to a claim. `prints`: the page shows another value. `still-holds`: another value, and the
words stay true. `fails-still`: it was an error before."""

CHANGES = ("now-false", "now-true", "prints")
"""Those by which the truth of a sentence changes."""

PIN_RULES = frozenset({"stale-pin", "unpinned"})
"""What follows from the pins alone, which the erratum's own pins mend."""
CLAIM_RULES = frozenset({"refuted", "undecidable", "fact-error", "vacuous", "wrong-arity"})
"""What a claim's verdict says already."""


@dataclass(frozen=True)
class Standing:
    """What became of a binding in one check."""

    verdict: str
    """As a claim's; `undecidable` too where no fact of it could be compared."""
    message: str
    hint: str
    values: tuple[Cell, ...]
    text: str
    """What the page shows."""

    @property
    def holds(self) -> bool:
        return self.verdict == "verified"


@dataclass(frozen=True, eq=False)
class ClaimChange:
    """A claim over the old pack and over the new one."""

    binding: Binding
    """In the check over the new pack."""
    kind: Kind
    entry: FactEntry | None
    before: Standing
    after: Standing

    @property
    def rule(self) -> str:
        """The comparison rule that decided over the new pack; empty where nothing could be compared."""
        return self.binding.claim.rule if self.binding.claim else ""

    @property
    def values(self) -> str:
        """What changed among its values, old -> new; empty where nothing did."""
        if len(self.before.values) != len(self.after.values):
            return f"{_listed(self.before.values)} -> {_listed(self.after.values)}"
        pairs = zip(self.before.values, self.after.values, strict=True)
        return ", ".join(f"{_told(old)} -> {_told(new)}" for old, new in pairs if old != new)


@dataclass(frozen=True)
class SentenceChange:
    """A sentence in which something changed."""

    sentence: Sentence
    """In the check over the new pack."""
    was: Sentence
    """The same in the check over the old pack."""
    claims: tuple[ClaimChange, ...]
    """All of the sentence, those that stay the same too."""
    findings: tuple[Finding, ...] = ()
    """Errors at its claims that the new pack brings, other than their verdicts: praise of noise, another key named."""

    @property
    def changed(self) -> tuple[ClaimChange, ...]:
        return tuple(claim for claim in self.claims if claim.kind in CHANGES)


def claim_changes(before: CheckedWriteup, after: CheckedWriteup) -> list[tuple[Binding, ClaimChange]]:
    """Return each claim that is not waived with its binding over the old pack, in the order of the page."""
    pairs = zip(bindings_of(before), bindings_of(after), strict=True)
    return [(old, change) for old, new in pairs if (change := _change(old, new, before, after)) is not None]


def _change(old: Binding, new: Binding, before: CheckedWriteup, after: CheckedWriteup) -> ClaimChange | None:
    fact_id = _fact_id(new) or (old.claim.fact_id if old.claim else "")
    if not fact_id:
        return None  # a waiver; or a table, which is compared whole
    entry = after.writeup.ledger.get(fact_id)
    was, now = _standing(old, entry, before), _standing(new, entry, after)
    return ClaimChange(new, _kind(was, now, new), entry, was, now)


def _fact_id(binding: Binding) -> str:
    if binding.claim:
        return binding.claim.fact_id
    return str(binding.token.attrs.get("fact", "")) if binding.span else _printed(binding)


def _printed(binding: Binding) -> str:
    source = binding.token.content
    return "" if syntax_error(source) else next((name for name, whole in facts_named(source) if whole), "")


def _kind(was: Standing, now: Standing, binding: Binding) -> Kind:
    if was.holds and not now.holds:
        return "now-false"
    if not was.holds:
        return "now-true" if now.holds else "fails-still"
    if binding.span is None and was.text != now.text:
        return "prints"
    return "still-holds" if was.values != now.values else "same"


def _standing(binding: Binding, entry: FactEntry | None, checked: CheckedWriteup) -> Standing:
    claim = binding.claim
    values = tuple(reading.value for reading in claim.readings) if claim else ()
    finding = _finding(binding, entry, checked)
    known = claim and claim.rule not in ("fact-error", "vacuous")
    message = claim.message if claim and known else finding.message if finding else "it could not be compared"
    return Standing(
        claim.verdict if claim else "undecidable",
        message,
        _bare(finding.hint) if finding and finding.hint else "",
        values,
        claim.text if claim else binding.words,
    )


def _finding(binding: Binding, entry: FactEntry | None, checked: CheckedWriteup) -> Finding | None:
    """Return what a check says against a binding: at its place, or at its entry in the ledger."""
    here = (checked.writeup.path, binding.line, binding.column)
    ledger = (checked.writeup.ledger_path, entry.line, None) if entry else None
    for rule in (*sorted(CLAIM_RULES), "unknown-fact", "unbound", "span-syntax"):
        for finding in checked.findings:
            if finding.rule == rule and (finding.path, finding.line, finding.column) in (here, ledger):
                return finding
    return None


def _bare(hint: str) -> str:
    """Return a hint without the place of the fact, which the change names itself."""
    return hint.partition("the fact is [")[0].rstrip("; ")


def sentence_changes(changes: Iterable[tuple[Binding, ClaimChange]], news: Sequence[Finding]) -> list[SentenceChange]:
    """Return the sentences in which a claim changed, or at a claim of which a new finding stands."""
    by_sentence: dict[Sentence, list[tuple[Binding, ClaimChange]]] = {}
    for old, change in changes:
        by_sentence.setdefault(change.binding.sentence, []).append((old, change))
    found = []
    for sentence, members in by_sentence.items():
        claims = tuple(change for _, change in members)
        places = {(claim.binding.line, claim.binding.column) for claim in claims}
        here = tuple(finding for finding in news if (finding.line, finding.column) in places)
        if here or any(claim.kind in CHANGES for claim in claims):
            found.append(SentenceChange(sentence, members[0][0].sentence, claims, here))
    return found


def new_errors(before: Sequence[Finding], after: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the errors that only the new pack brings, those left out that a claim's verdict or a pin says."""
    known = {_key(finding) for finding in before}
    return tuple(
        finding
        for finding in after
        if finding.severity == "error" and finding.rule not in CLAIM_RULES | PIN_RULES and _key(finding) not in known
    )


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.path, finding.line, finding.column


def old_errors(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the errors that a writeup has over the pack it was written against."""
    return (finding for finding in findings if finding.severity == "error" and finding.rule not in PIN_RULES)


def _listed(values: Sequence[Cell]) -> str:
    return ", ".join(map(_told, values)) or "no value"


def _told(value: Cell) -> str:
    return shortened(cell_text(value))
