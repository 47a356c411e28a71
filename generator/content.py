"""A writeup's folder, read: `index.md` (YAML front matter, then Markdown) and its ledger `facts.toml`.

    ---
    title: Dense enough
    date: 2026-05-21
    packs:
      this: 2026-05-21-qwen3-32b-agentic-core-v1@sha256:...
    ---
    The body.

Front matter is YAML with every scalar read as the text that was typed: `no` stays "no" and `1.10` stays "1.10" until
the field that holds it says what it is. Anchors, aliases and tags are refused. Every problem has a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from clawpub.errors import ConfigError, ContentError
from clawpub.pack.model import PackId
from clawpub.toml_source import TomlSource, load_toml, validate
from generator.front_matter import YamlSource, read_with_front_matter
from generator.names import is_name
from generator.weeks import edition_ledger, read_week
from generator.writeup import Carried, Edition, FactEntry, Pin, TagKind, ViewPin, Writeup

INDEX_FILE = "index.md"
LEDGER_FILE = "facts.toml"

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,120}")
_FACT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:-]{0,80}")


# --- the models of what a person types --------------------------------------------------------------------------------


def _iso_date(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value) if len(value) == 10 else _not_a_date()
        except ValueError:
            raise ValueError("expected a date such as 2026-05-21") from None
    return value


def _not_a_date() -> date:
    raise ValueError


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else () if value is None else value


def _alias(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", value) or value in ("main", "temp", "cross"):
        raise ValueError("expected an alias of lower-case letters, digits and underscores, not main, temp or cross")
    return value


def _pack(value: Any) -> Any:
    if isinstance(value, str):
        pack_id, at, digest = value.partition("@")
        return {"id": pack_id, "digest": digest} if at else {"id": pack_id}
    return value


def _name(value: str) -> str:
    """A name holds a word with a capital: nothing that is only a number, or reads as one, may be called a name."""
    if not is_name(value):
        raise ValueError("expected a name with a capital letter in it, such as Claude 3.5 Sonnet")
    return value


_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
_MaybeDigest = Annotated[str, StringConstraints(pattern=r"^(sha256:[0-9a-f]{64})?$")]
_Day = Annotated[date, BeforeValidator(_iso_date)]
_Many = Annotated[tuple[_Words, ...], BeforeValidator(_one_or_many)]
_Alias = Annotated[str, AfterValidator(_alias)]
_Names = Annotated[tuple[Annotated[_Words, AfterValidator(_name)], ...], BeforeValidator(_one_or_many)]


class _PackPin(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: PackId = Field(description="the pack's id, which is its folder's name under content/packs")
    digest: _MaybeDigest = Field("", description='write digest: "sha256:..." as `clawpub pack show` prints it')


class _FrontMatter(BaseModel):
    """What every text may say of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: _Words = Field(description="write title: ... in the front matter")
    date: _Day = Field(description="write date: 2026-05-21")
    description: str = ""
    authors: _Many = ()
    draft: bool = False
    lead: TagKind | None = None
    names: _Names = Field((), description="names with digits in them: names: [Claude 3.5 Sonnet]")
    views: dict[str, Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]] = Field(
        default={}, description="write views: and below it, indented, name: sha256:..."
    )
    packs: dict[_Alias, Annotated[_PackPin, BeforeValidator(_pack)]] = Field(
        default={}, description="write packs: and below it, indented, alias: id@sha256:..."
    )


class _WriteupFrontMatter(_FrontMatter):
    section: str = ""
    tags: _Many = ()


class _EditionFrontMatter(_FrontMatter):
    writeups: _Many = Field((), description="write writeups: [slug, slug]")
    sections: dict[_Words, _Many] = Field(
        default={}, description="write sections: and below it, indented, AI benchmarks: [slug, slug]"
    )

    @model_validator(mode="after")
    def _carries_something(self) -> _EditionFrontMatter:
        if self.writeups and self.sections:
            raise ValueError("expected `writeups` or `sections`, found both")
        if not self.writeups and not any(self.sections.values()):
            raise ValueError("carries no writeup: expected `writeups: [slug, slug]`, or `sections` with such lists")
        return self


class _Entry(BaseModel):
    """One table of facts.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)

    facts: Annotated[tuple[_Words, ...], BeforeValidator(_one_or_many)] = Field(
        default=(), alias="is", description='a cell path or a query, or a list of them: is = "run_summary.score"'
    )
    holds: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] | None = Field(
        default=None, description="a query that gives 1 where the statement is true"
    )
    inside: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] | None = Field(
        default=None, description="a query whose values must all lie within the range or bound of the span"
    )
    cite: bool = Field(default=False, strict=True)
    unit: Literal["percent"] | None = Field(default=None, description='unit = "percent" is the only one')
    note: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> _Entry:
        if not self.facts and self.holds is None and self.inside is None:
            raise ValueError("expected `is`, `holds` or `inside`, found none of them")
        if self.facts and self.inside:
            raise ValueError("expected `is` or `inside`, found both")
        return self


# --- loading ----------------------------------------------------------------------------------------------------------


def load_writeup(folder: Path) -> Writeup:
    """Return the writeup in a folder.

    Raises: ContentError or ConfigError naming file and line of what cannot be read.
    """
    if not folder.is_dir():
        raise ContentError("no such writeup", at=folder, hint="a writeup is a folder with index.md in it")
    if not _SLUG.fullmatch(folder.name):
        raise ContentError(
            f"{folder.name!r} cannot be part of an address",
            at=folder,
            hint="name the folder with lower-case letters, digits and hyphens",
        )
    source, body, body_line = read_with_front_matter(folder / INDEX_FILE)
    front = validate(_WriteupFrontMatter, source)
    text = _text(source, front, body, body_line, slug=folder.name, ledger_path=folder / LEDGER_FILE)
    return replace(text, section=front.section.strip(), tags=front.tags)


def load_edition(path: Path) -> Edition:
    """Return the edition in a file, whose name is its week.

    Raises: ContentError or ConfigError naming file and line of what cannot be read.
    """
    try:
        week = read_week(path.stem)
    except ValueError as error:
        raise ContentError(str(error), at=path, hint="name the file after the week, such as 2026-W48.md") from None
    source, body, body_line = read_with_front_matter(path)
    front = validate(_EditionFrontMatter, source)
    text = _text(source, front, body, body_line, slug=path.stem.lower(), ledger_path=edition_ledger(path))

    def carried(slugs: Sequence[str], *keys: str) -> Iterator[Carried]:
        for number, slug in enumerate(slugs):
            yield Carried(slug, source.place(*keys, number).line or 1, section=keys[-1] if len(keys) > 1 else "")

    parts = [*carried(front.writeups, "writeups")]
    for section, slugs in front.sections.items():
        parts += carried(slugs, "sections", section)
    lines = {section: source.place("sections", section).line or 1 for section in front.sections}
    return Edition(week, text, tuple(parts), lines)


def _text(
    source: YamlSource, front: _FrontMatter, body: str, body_line: int, *, slug: str, ledger_path: Path
) -> Writeup:
    """Return what a writeup and an edition have in common: a body that is checked, and what it is checked with."""
    pins = tuple(
        Pin(alias, pin.id, pin.digest, source.place("packs", alias).line or 1) for alias, pin in front.packs.items()
    )
    return Writeup(
        slug=slug,
        path=source.path,
        title=front.title,
        date=front.date,
        description=front.description.strip(),
        section="",
        authors=front.authors,
        tags=(),
        draft=front.draft,
        lead_tag=front.lead,
        pins=pins,
        body=body,
        body_line=body_line,
        ledger=load_ledger(ledger_path),
        ledger_path=ledger_path,
        views=tuple(
            ViewPin(name, digest, source.place("views", name).line or 1) for name, digest in front.views.items()
        ),
        names=front.names,
        front_lines={str(keys[0]): line for keys, line in source.lines.items() if len(keys) == 1},
    )


def load_ledger(path: Path) -> dict[str, FactEntry]:
    """Return the facts of a writeup by id; none where it has no ledger.

    Raises: ConfigError naming every entry that cannot be used.
    """
    if not path.exists():
        return {}
    source = load_toml(path)
    return {name: _entry(source, name) for name in source.data}


def _entry(source: TomlSource, name: str) -> FactEntry:
    place = source.place(name)
    if not _FACT_ID.fullmatch(name):
        raise ConfigError(
            f"{name!r} cannot be written in a span", at=place, hint="fact ids are letters, digits, - and _"
        )
    if not isinstance(source.data[name], dict):
        raise ConfigError(f"{name}: expected a table", at=place, hint=f"write [{name}] and its keys on lines below it")
    entry = validate(_Entry, source, name)
    return FactEntry(
        id=name,
        line=source.line(name) or 1,
        facts=entry.facts,
        holds=entry.holds,
        inside=entry.inside,
        cite=entry.cite,
        unit=entry.unit,
        note=entry.note,
    )
