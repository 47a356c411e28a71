"""A letter: one edition as an e-mail's text and HTML, before it has a reader's name on it.

generator/mail/edition.py makes it: `letter_of(root, "2026-W48", today=…) -> LetterReport`.
"""

from __future__ import annotations

import base64
import quopri
from dataclasses import dataclass

from clawpub.findings import Finding

UNSUBSCRIBE = "{{unsubscribe}}"
"""Stands in a letter's text and HTML where the reader's own address for unsubscribing goes; no content can write it."""


@dataclass(frozen=True)
class Image:
    """One picture of a letter, shown by the HTML part as `cid:<cid>`."""

    cid: str
    """Its Content-ID without the angle brackets; equal pictures have equal ones."""
    png: bytes
    alt: str


@dataclass(frozen=True)
class Letter:
    """One edition as a letter, the same for every reader."""

    week: str
    """`2026-W48`."""
    subject: str
    """On one line."""
    preheader: str
    """What a list of letters shows after the subject."""
    text: str
    """Plain text, its lines ended by `\\n` and shorter than 998 bytes; holds `UNSUBSCRIBE`."""
    html: str
    """A whole document whose styles are inlined; holds `UNSUBSCRIBE` inside an `href`."""
    images: tuple[Image, ...]
    web_url: str
    """The edition's page on the web."""

    @property
    def html_bytes(self) -> int:
        return len(self.html.encode())

    @property
    def text_bytes(self) -> int:
        return len(self.text.encode())

    @property
    def image_bytes(self) -> int:
        """Of the pictures as files; on the wire they are a third larger."""
        return sum(len(image.png) for image in self.images)

    @property
    def sent_bytes(self) -> int:
        """Of the whole message on the wire, without its headers: text as quoted-printable, pictures as base64."""
        words = sum(len(quopri.encodestring(part.encode())) for part in (self.text, self.html))
        return words + sum(len(base64.encodebytes(image.png)) for image in self.images)


@dataclass(frozen=True)
class LetterReport:
    """What became of an edition that was to be a letter."""

    letter: Letter | None
    """None where the check found an error in the edition or in what it carries."""
    findings: tuple[Finding, ...]
    """Of the same check as `clawpub check` makes."""
    shortened: bool = False
    """Whether the writeups were too long together, so that each only begins in the letter and goes on on the web."""

    @property
    def passed(self) -> bool:
        return self.letter is not None
