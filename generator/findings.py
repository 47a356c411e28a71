"""The rules of the generator's checks: what each says, and how much it weighs. docs/dialect.md explains them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from clawpub.findings import Finding, Severity
from generator.writeup import FactEntry, Writeup

Setting = Literal["error", "warning", "off"]
"""What a publication may make of a rule, in `[severity]` of its site.toml."""


@dataclass(frozen=True)
class Rule:
    description: str
    severity: Severity = "error"
    fixed: bool = False
    """True where no publication may lower it: it stands for a number that was not compared, or a tag that is none."""


RULES: dict[str, Rule] = {
    "refuted": Rule("a claim that its fact contradicts", fixed=True),
    "undecidable": Rule("a claim over a value that the pack does not hold", fixed=True),
    "unbound": Rule("a quantity of an Observed passage that no fact was compared with", fixed=True),
    "unbound-word": Rule(
        "a comparative, superlative or universal of an Observed passage that no fact was compared with"
    ),
    "hedge": Rule("a word that hedges or explains in an Observed passage", "warning"),
    "noise": Rule("praise of a difference between two scores that the data cannot tell from zero"),
    "entity": Rule(
        "a sentence that names another task, model, harness or failure mode than the fact of its claim reads"
    ),
    "unknown-name": Rule("a name in the shape of known ones that no pack or model card here bears"),
    "direction": Rule("a comparative or superlative that says the other way round what its fact says"),
    "universal": Rule("a universal whose fact counts and does not say that it holds of each"),
    "polarity": Rule("a verb or noun of passing over a count of failures, or the other way round"),
    "unit": Rule("a unit that is not the one of the column that the fact reads"),
    "universe": Rule("a share of something else than its fact divides by"),
    "bare-share": Rule("a share that does not say of what it is one", "warning"),
    "order": Rule("values that a sentence compares and prints in another order than they have"),
    "rank": Rule("a rank that depends on how ties are counted"),
    "code-quantity": Rule("a quantity of an Observed passage that code keeps from being checked", "warning"),
    "typed-mark": Rule("a verification mark typed by hand", fixed=True),
    "unknown-fact": Rule("a span that names no entry of the ledger", fixed=True),
    "unused-fact": Rule("an entry of the ledger that no span names", "warning"),
    "fact-error": Rule("a fact that the tables do not answer", fixed=True),
    "vacuous": Rule("a fact that no change to a pack would change, or that repeats its own query", fixed=True),
    "wrong-arity": Rule("a span with more or fewer quantities than its entry has facts", fixed=True),
    "span-syntax": Rule("a claim span that Markdown does not read as one", fixed=True),
    "tag-syntax": Rule("a provenance tag that is mistyped or stands where it says nothing", fixed=True),
    "statement-syntax": Rule("a template statement, or an expression that cannot be read"),
    "unresolved-source": Rule("a tag's source that is no table of a pack of this writeup"),
    "evidence-reach": Rule("an Observed claim that reads a table its tag does not name"),
    "too-deep": Rule("lists and quotes nested deeper than Markdown reads: what is inside does not appear"),
    "hidden-character": Rule("a character that makes a reader see other text than was checked"),
    "slack": Rule("a bound that is true and says little", "warning"),
    "stale-pin": Rule("a pack that changed since the writeup was written"),
    "stale-view": Rule("a cross-campaign view whose rows changed since the writeup was written", "warning"),
    "missing-pack": Rule("a pack that is not there, or cannot be read", fixed=True),
    "unknown-section": Rule("a section that site.toml does not list"),
    "unpinned": Rule("a pack named without its digest"),
    "untagged-quantity": Rule("a quantity in a passage under no tag", "warning"),
}

EDITION_RULES: dict[str, Rule] = {
    "edition-week": Rule("an edition under a name that is no week, or dated before its week", fixed=True),
    "edition-writeup": Rule("a writeup that an edition cannot carry", fixed=True),
}
"""What is asked of editions besides; docs/editions.md explains them."""

RELEASE_RULES: dict[str, Rule] = {
    "release-pin": Rule("a pack that a published text does not name by the digest that it has", fixed=True),
    "unsealed-file": Rule("a file in a pack's folder that the pack was sealed without", fixed=True),
    "uncommitted": Rule("a pack that git does not have as it is", fixed=True),
    "early": Rule("a writeup that a published edition carries before its day", fixed=True),
}
"""What is asked of a release besides; docs/releases.md explains them."""


def severity_of(rule: str, settings: Mapping[str, Setting]) -> Severity | None:
    """Return how much a rule weighs in a publication; None where it is switched off."""
    known = RULES[rule]
    setting = settings.get(rule, known.severity)
    if known.fixed:
        return "error"
    return None if setting == "off" else setting


@dataclass
class Report:
    """Findings, weighed by the publication's settings."""

    writeup: Writeup
    settings: Mapping[str, Setting]
    findings: list[Finding] = field(default_factory=list)

    def __call__(
        self, rule: str, message: str, line: int | None, column: int | None = None, *, hint: str | None = None
    ) -> None:
        self._add(Finding(rule, message, self.writeup.path, line, column, hint))

    def ledger(self, rule: str, message: str, entry: FactEntry, *, hint: str | None = None) -> None:
        self._add(Finding(rule, message, self.writeup.ledger_path, entry.line, None, hint))

    def _add(self, finding: Finding) -> None:
        severity = severity_of(finding.rule, self.settings)
        if severity:
            self.findings.append(replace(finding, severity=severity))

    def sorted(self) -> tuple[Finding, ...]:
        def order(finding: Finding) -> tuple[Any, ...]:
            return (finding.path != self.writeup.path, finding.line or 0, finding.column or 0, finding.rule)

        return tuple(sorted(dict.fromkeys(self.findings), key=order))
