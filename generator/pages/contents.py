"""What the pages of a site are made of, but for the writeups' own texts: those are at hand one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clawpub.pack.reader import Pack
from generator.cards import ModelCard
from generator.library import Library
from generator.pages.contexts import EditionEntry, WriteupEntry
from generator.project import Project
from generator.texts import Text


@dataclass(frozen=True)
class Contents:
    project: Project
    packs: tuple[Pack, ...]
    """By id."""
    entries: tuple[WriteupEntry, ...]
    """Of the writeups that are shown, newest first."""
    editions: tuple[EditionEntry, ...]
    """Newest first."""
    texts: tuple[Text, ...]
    cards: Mapping[str, ModelCard]
    """By model id."""
    library: Library
    local: tuple[Pack, ...]
    """Made on this machine, newest first."""
