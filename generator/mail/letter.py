"""A letter: one edition as an e-mail's text and HTML, before it has a reader's name on it."""

from __future__ import annotations

from dataclasses import dataclass

UNSUBSCRIBE = "{{unsubscribe}}"
"""Stands in a letter's text and HTML where the reader's own address for unsubscribing goes; no content can write it."""


@dataclass(frozen=True)
class Image:
    """One picture of a letter, shown by the HTML part as `cid:<cid>`."""

    cid: str
    """Its Content-ID without the angle brackets; one content, one name."""
    png: bytes
    alt: str


@dataclass(frozen=True)
class Letter:
    """One edition as a letter, the same for every reader."""

    week: str
    """`2026-W48`."""
    subject: str
    preheader: str
    """What a list of letters shows after the subject."""
    text: str
    """Plain text, lines ended by `\\n` and shorter than 998 characters; holds `UNSUBSCRIBE`."""
    html: str
    """A whole document whose styles are inlined; holds `UNSUBSCRIBE` inside an `href`."""
    images: tuple[Image, ...]
    web_url: str
    """The edition's page on the web."""
