"""What the templates of a letter receive, each one frozen dataclass, as generator/pages/contexts.py has it for pages.

    email/edition.html HtmlLetter    email/edition.txt TextLetter    email/picture.svg PictureDrawing (picture.py)

Every address is absolute. `body` is HTML in the one and plain text in the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.pages.contexts import EditionEntry, WriteupEntry


@dataclass(frozen=True)
class LetterWriteup:
    entry: WriteupEntry
    url: str
    evidence: str
    """Where its statements stand with what they were compared with; empty where it makes none."""
    body: str
    cut: bool
    """Whether this is only its beginning."""


@dataclass(frozen=True)
class LetterPart:
    """The writeups of one section."""

    title: str
    """Empty for those of no section."""
    url: str
    """The section's page; empty where it has none."""
    writeups: tuple[LetterWriteup, ...]


@dataclass(frozen=True)
class LetterHome:
    """The publication."""

    title: str
    tagline: str
    url: str
    language: str


@dataclass(frozen=True)
class TextLetter:
    home: LetterHome
    edition: EditionEntry
    url: str
    """Of the edition's page."""
    evidence: str
    """Of its own statements; empty where it makes none."""
    claims: int
    """Verified statements, its own and those of all that it carries."""
    body: str
    """What it says itself."""
    parts: tuple[LetterPart, ...]
    unsubscribe: str
    """Stands for the reader's own address."""


@dataclass(frozen=True)
class HtmlLetter(TextLetter):
    preheader: str
