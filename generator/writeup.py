"""What passes between the rooms of the generator: a writeup as written, and a writeup as checked.

content.load_writeup -> Writeup -> claims.check_writeup -> CheckedWriteup -> contexts, render
content.load_edition -> Edition -> publication.check_edition -> CheckedEdition -> the same
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from markdown_it.token import Token

from clawpub.findings import Finding
from clawpub.pack.query import Database, Source
from clawpub.pack.reader import Pack
from clawpub.pack.tables import Cell
from generator.weeks import Week

TagKind = Literal["observed", "speculation", "context"]

Verdict = Literal["verified", "refuted", "undecidable", "waived"]
"""An unbound quantity is no claim; it is counted in `Coverage` and reported as a finding."""


@dataclass(frozen=True)
class Pin:
    """A pack that a writeup stands on: the alias it is called by, its id, and the digest it was written against."""

    alias: str
    pack_id: str
    digest: str
    line: int


@dataclass(frozen=True)
class ViewPin:
    """A cross-campaign view that a writeup reads, and the digest of its rows when the writeup was written."""

    name: str
    digest: str
    line: int


@dataclass(frozen=True)
class FactEntry:
    """One entry of a ledger."""

    id: str
    line: int
    facts: tuple[str, ...] = ()
    """`is`: cell paths or queries, one for each quantity of the span, in order."""
    holds: str | None = None
    """A query that gives 1 where the statement is true and 0 where it is false."""
    inside: str | None = None
    """A query that gives a set of values, all of which must lie within the range or bound of the span."""
    cite: bool = False
    """Print the mark behind the span."""
    unit: Literal["percent"] | None = None
    """`percent`: the fact is stored in percent already, not as a share of 1."""
    note: str = ""

    @property
    def queries(self) -> tuple[str, ...]:
        """Every fact that the entry asks for."""
        return (*self.facts, *filter(None, (self.holds, self.inside)))


@dataclass(frozen=True)
class Writeup:
    """A writeup as its author left it: `content/writeups/<slug>/index.md` and `facts.toml`."""

    slug: str
    path: Path
    """Of index.md."""
    title: str
    date: date
    description: str
    section: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    draft: bool
    lead_tag: TagKind | None
    """What the passage before the first tag is, where the front matter says so."""
    pins: tuple[Pin, ...]
    body: str
    body_line: int
    """The line of index.md on which the body starts, from 1."""
    ledger: Mapping[str, FactEntry]
    ledger_path: Path
    views: tuple[ViewPin, ...] = ()
    names: tuple[str, ...] = ()
    """What the front matter calls names: the digits in them are no quantities."""
    front_lines: Mapping[str, int] = field(default_factory=dict)
    """The lines of index.md on which the keys of the front matter stand."""
    future: bool = False
    """Dated after today. Only a preview knows what day it is: the clock has no part in a build."""


@dataclass(frozen=True)
class Carried:
    """A writeup that an edition carries."""

    slug: str
    line: int
    """Of the edition's file."""
    section: str = ""
    """Where the edition places it; empty where it leaves that to the writeup's own section."""


@dataclass(frozen=True)
class Edition:
    """A week's edition as its author left it: `content/editions/2026-W48.md`, and its ledger beside it."""

    week: Week
    text: Writeup
    """What it says itself: a title and a body that are checked as a writeup's are."""
    carried: tuple[Carried, ...]
    section_lines: Mapping[str, int] = field(default_factory=dict)
    """The sections that it names, and the lines of its file on which they stand."""


@dataclass(frozen=True)
class Reading:
    """One fact as it was read: what was asked, what the pack says, where it stands."""

    fact: str
    """The cell path or query, as the ledger gives it."""
    query: str
    """SQL over the packs' tables that gives the same value."""
    value: Cell
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Claim:
    """A span of prose and what became of it."""

    number: int
    """1, 2, ... on the page; `#claim-3` is its evidence."""
    fact_id: str
    """The ledger entry; empty for a waiver."""
    text: str
    """The span's words as a reader sees them."""
    line: int
    column: int
    verdict: Verdict
    rule: str
    """The comparison rule that decided, e.g. `point`, `ratio`, `holds`; `waived` for a waiver."""
    message: str
    """One sentence for the reader: what was compared with what, or the reason of the waiver."""
    readings: tuple[Reading, ...] = ()
    cite: bool = False

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(sorted({source for reading in self.readings for source in reading.sources}))


@dataclass(frozen=True)
class Coverage:
    """Quantities of Observed passages: each is bound to a fact that was checked, waived with a reason, or unbound."""

    quantities: int
    bound: int
    waived: int
    unbound: int
    outside: int = 0
    """Quantities in passages that are not Observed; nobody checked them and the page says so."""
    words: int = 0
    """Comparatives, superlatives and universals of Observed passages."""
    words_bound: int = 0
    words_waived: int = 0


@dataclass(frozen=True)
class CheckedWriteup:
    writeup: Writeup
    tokens: tuple[Token, ...]
    """The parsed body. `token.meta["claim"]` on a span's opening token is its Claim; a provenance tag and an expression
    are tokens of their own (see generator/markdown)."""
    claims: tuple[Claim, ...]
    coverage: Coverage
    findings: tuple[Finding, ...]
    packs: Mapping[str, Pack]
    """By alias, in the order of the front matter; `cross` is that of the views, where the writeup reads any."""
    database: Database | None

    @property
    def passed(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True)
class CheckedEdition:
    edition: Edition
    text: CheckedWriteup
    findings: tuple[Finding, ...]
    """Those of its text too."""
