"""What the layout of the search page receives: search.html SearchPage."""

from __future__ import annotations

from dataclasses import dataclass

from generator.pages.contexts import Meta, Publication, WriteupEntry


@dataclass(frozen=True)
class Choice:
    """A filter that the index knows pages by."""

    name: str
    """As layouts write it in data-pagefind-filter."""
    label: str


@dataclass(frozen=True)
class SearchPage:
    publication: Publication
    page: Meta
    choices: tuple[Choice, ...]
    script: str
    """From the site's root."""
    bundle: str
    """Pagefind's script, from the site's root."""
    without: str
    """What a reader without scripts is told."""
    from_disk: str
    """What a reader is told who opened the page from a folder."""
    writeups: tuple[WriteupEntry, ...]
