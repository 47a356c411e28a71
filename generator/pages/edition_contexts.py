"""What the pages of editions and sections receive. See generator/pages/contexts.py.

edition.html EditionPage   editions.html EditionsPage   section.html SectionPage
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from generator.pages.contexts import (
    EditionEntry,
    EvidenceView,
    LoweredRules,
    Meta,
    PackDigest,
    Publication,
    Recheck,
    SourceLink,
    WaiverView,
    WriteupEntry,
)
from generator.writeup import Coverage


@dataclass(frozen=True)
class EditionPart:
    """The writeups that an edition carries in one section."""

    title: str
    """Empty for those of no section."""
    url: str
    """The section's page, from the site's root; empty where it has none."""
    writeups: tuple[WriteupEntry, ...]


@dataclass(frozen=True)
class EditionPage:
    publication: Publication
    page: Meta
    edition: EditionEntry
    authors: tuple[str, ...]
    claims: int
    """Verified statements of the writeups that it carries."""
    body: Markup
    """What the edition says itself; empty where that is nothing."""
    has_charts: bool
    """Whether its body has a chart that can be explored."""
    parts: tuple[EditionPart, ...]
    earlier: SourceLink | None
    later: SourceLink | None
    evidence: tuple[EvidenceView, ...]
    """Of its own body, as for a writeup; so are the next."""
    waivers: tuple[WaiverView, ...]
    coverage: Coverage
    lowered: LoweredRules
    packs: tuple[PackDigest, ...]
    sources: tuple[SourceLink, ...]
    """What it was written in: its own file, named from the publication's root, and its facts where it has any."""
    recheck: Recheck | None = None


@dataclass(frozen=True)
class EditionYear:
    year: str
    editions: tuple[EditionEntry, ...]
    """Newest first."""


@dataclass(frozen=True)
class EditionsPage:
    publication: Publication
    page: Meta
    years: tuple[EditionYear, ...]


@dataclass(frozen=True)
class SectionPage:
    publication: Publication
    page: Meta
    section: str
    writeups: tuple[WriteupEntry, ...]
