"""What every writeup of a publication may draw on besides its own packs: views across campaigns, model cards, names.

The views are computed when the first writeup reads one; a publication whose writeups do not, pays nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from clawpub.errors import ClawpubError
from clawpub.findings import Finding
from clawpub.pack.across import ViewFile, compute_across, load_view
from clawpub.pack.compare import Pair
from clawpub.pack.reader import Pack
from clawpub.pack.schema import Column, Schema
from clawpub.pack.tables import Cell, Table, table
from generator.cards import ModelCard
from generator.names import is_name
from generator.writeup import Writeup

ALIAS = "cross"
"""What facts call the pack of the views: `cross.leaderboard[...]`; no writeup may give a pack this alias."""

_USES = re.compile(r"\bcross\b|\bcross-campaign\b|\bmodel cards?\b", re.IGNORECASE)

MODEL_CARDS = Schema(
    "model_cards",
    "Model cards",
    (
        Column("model", "string", "the model's id", required=True),
        Column("name", "string"),
        Column("publisher", "string"),
        Column("family", "string"),
        Column("architecture", "string", "dense or moe"),
        Column("licence", "string"),
    ),
    ("model",),
    recorded=True,
)
MODEL_FACTS = Schema(
    "model_facts",
    "What the model cards say, each fact with its source",
    (
        Column("model", "string", "the model's id", required=True),
        Column("fact", "string", required=True),
        Column("value", "number", "empty where the fact is words"),
        Column("words", "string", "empty where the fact is a number"),
        Column("unit", "string"),
        Column("source", "string", "a page's address, or a file's digest"),
        Column("note", "string"),
    ),
    ("model", "fact"),
    recorded=True,
)
CARD_TABLES = (MODEL_CARDS.name, MODEL_FACTS.name)


@dataclass(frozen=True)
class Library:
    packs: Mapping[str, Pack] = field(default_factory=dict)
    """Those that could be opened, by id."""
    views: tuple[ViewFile, ...] = ()
    cards: Mapping[str, ModelCard] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    """What site.toml calls names, so that the digits in them are none: "Claude 3.5 Sonnet"."""
    sections: tuple[str, ...] = ()
    """Those that a writeup may name; () where it may name any."""
    damaged: Set[str] = frozenset()
    """Packs that are there and cannot be read: what is wrong with them is a finding of their own."""

    pairs: dict[tuple[str, str], Pair | None] = field(default_factory=dict, compare=False, repr=False)
    """Two packs compared, by their digests: many writeups set the same two against each other."""

    @cached_property
    def across(self) -> Pack:
        """The pack of the views and cards. Raises: ContentError naming the view that cannot be computed."""
        return compute_across(list(self.packs.values()), self.views, card_tables(self.cards))

    @cached_property
    def known_names(self) -> tuple[str, ...]:
        """The names of site.toml and of the model cards."""
        return tuple(dict.fromkeys((*self.names, *(card.name for card in self.cards.values() if is_name(card.name)))))

    @cached_property
    def digest(self) -> str:
        """What the check of a writeup that `uses` it depends on, the names left out."""
        packs = (f"{pack.id}@{pack.digest}" for pack in self.packs.values())
        cards = (f"{model}={card.model_dump_json()}" for model, card in self.cards.items())
        return _digest((*packs, *(f"{view.name}:{view.text}" for view in self.views), *cards))


def bad_views(library: Library) -> list[Finding]:
    """Return what is wrong with the views of a publication once they are asked, though no writeup reads them."""
    try:
        if library.views:
            _ = library.across
    except ClawpubError as error:
        at = error.at
        path = at.path if at else library.views[0].path
        return [Finding("unreadable", error.message, path, at.line if at else None, None, error.hint)]
    return []


def uses(writeup: Writeup) -> bool:
    """Whether a writeup reads views or model cards, or says so."""
    facts = (text for entry in writeup.ledger.values() for text in entry.queries)
    return bool(writeup.views) or any(_USES.search(text) for text in (writeup.body, *facts))


def load_views(folder: Path) -> tuple[tuple[ViewFile, ...], list[Finding]]:
    """Return the views of a publication by name, and what is wrong with the other files."""
    views, findings = [], []
    for path in sorted(folder.glob("*.sql")) if folder.is_dir() else ():
        try:
            views.append(load_view(path))
        except ClawpubError as error:
            at = error.at
            line, column = (at.line, at.column) if at else (None, None)
            findings.append(Finding("unreadable", error.message, path, line, column, error.hint))
    return tuple(views), findings


def card_tables(cards: Mapping[str, ModelCard]) -> Sequence[Table]:
    """Return what the model cards say as tables."""
    return table(MODEL_CARDS, _card_rows(cards)), table(MODEL_FACTS, _fact_rows(cards))


def _card_rows(cards: Mapping[str, ModelCard]) -> Iterable[dict[str, Cell]]:
    for model, card in cards.items():
        yield {
            "model": model,
            "name": card.name,
            "publisher": card.publisher,
            "family": card.family,
            "architecture": card.architecture,
            "licence": card.licence,
        }


def _fact_rows(cards: Mapping[str, ModelCard]) -> Iterable[dict[str, Cell]]:
    for model, card in cards.items():
        for name, fact in card.facts.items():
            source = card.sources[fact.source]
            yield {
                "model": model,
                "fact": name,
                "value": fact.value if isinstance(fact.value, Decimal) else None,
                "words": None if isinstance(fact.value, Decimal) else fact.value,
                "unit": fact.unit or None,
                "source": source.url or f"sha256:{source.sha256}",
                "note": fact.note or None,
            }


def _digest(parts: Iterable[str]) -> str:
    return "sha256:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()
