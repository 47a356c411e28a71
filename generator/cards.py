"""Model cards, `content/models/<model id>.toml`: what is known of a model besides its runs, each fact with its source.

name = "Qwen2.5-Coder 1.5B Instruct, Q4_K_M"
publisher = "Qwen team, Alibaba Cloud"
family = "Qwen2.5-Coder"
architecture = "dense"          # or "moe"
licence = "Apache-2.0"

[sources.file]                  # a source is a page (url) or a file (sha256), and the day on which it was read
title = "The weights' own header"
sha256 = "..."
read = 2026-11-24

[facts.layers]
value = 28
unit = "layers"
source = "file"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from clawpub.errors import ClawpubError, ConfigError, Place
from clawpub.findings import Finding
from clawpub.toml_source import load_toml, validate

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CardSource(_Part):
    """Where facts were read: a page, or a file that is known by its digest."""

    title: _Text
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    read: date = Field(description="the day on which somebody read it")

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.url is None and self.sha256 is None:
            raise ValueError("a source needs a url or a sha256")
        return self


class CardFact(_Part):
    value: Decimal | _Text
    unit: str = ""
    source: _Text
    note: str = ""


class ModelCard(_Part):
    model: str = ""
    """The model's id, where no file can be called so, as qwen.qwen3-32b-v1:0; else the file's name."""
    name: _Text
    publisher: _Text
    family: _Text
    architecture: Literal["dense", "moe"]
    licence: _Text
    sources: dict[str, CardSource]
    facts: dict[str, CardFact]

    @model_validator(mode="after")
    def _is_cited(self) -> Self:
        for name, fact in self.facts.items():
            if fact.source not in self.sources:
                known = ", ".join(self.sources) or "none"
                raise ValueError(f"facts.{name} cites {fact.source!r}, which is no source here; sources: {known}")
        return self


@dataclass(frozen=True)
class Cards:
    by_model: Mapping[str, ModelCard]
    findings: tuple[Finding, ...]


def load_cards(folder: Path) -> Cards:
    """Return the cards of a publication by model id, and what is wrong with the others."""
    cards: dict[str, ModelCard] = {}
    findings = []
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        try:
            card = load_card(path)
            if (card.model or path.stem) in cards:
                raise ConfigError(f"a second card of {card.model or path.stem}", at=path, hint="keep one of them")
            cards[card.model or path.stem] = card
        except ClawpubError as error:
            place = error.at or Place(path)
            findings.append(Finding("unreadable", error.message, place.path, place.line, place.column, error.hint))
    return Cards(cards, tuple(findings))


def load_card(path: Path) -> ModelCard:
    """Return a card. Raises: ConfigError naming file, line, what was expected and what to do."""
    source = load_toml(path)
    card = validate(ModelCard, source)
    for name, fact in card.facts.items():
        if isinstance(fact.value, Decimal) and not fact.value.is_finite():
            raise ConfigError(f"facts.{name}.value is no number", at=source.place("facts", name, "value"))
    return card
