"""A first writeup about packs of a publication: opened, asked, written, proven."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from clawpub.errors import ConfigError, PackError
from clawpub.findings import Finding
from clawpub.pack.query import MAX_PACKS
from clawpub.pack.reader import Pack
from clawpub.pack.schema import PER_TASK_RESULTS, RUN_SUMMARY, TASK_OUTCOMES
from clawpub.toml_source import nearest_hint
from generator.cards import ModelCard, load_cards
from generator.draft import phrases, tables
from generator.draft.campaign import campaign_sections, closing_sections
from generator.draft.comparison import aliases_for, comparison_section
from generator.draft.desk import Desk
from generator.draft.page import Front
from generator.draft.placing import check_slug
from generator.draft.proof import LeftOut, Prover
from generator.draft.sentences import Section, paragraph, passage, section
from generator.draft.subject import Subject
from generator.project import Project, load_project
from generator.publication import open_whole
from generator.shelf import Shelf, shared_library
from generator.writeup import Coverage

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}-")
CAMPAIGN = (RUN_SUMMARY, PER_TASK_RESULTS, TASK_OUTCOMES)
"""A pack with one of these tables holds a campaign."""


@dataclass(frozen=True)
class Draft:
    """A writeup that nobody has written yet, and that passes."""

    slug: str
    index: str
    ledger: str
    title: str
    packs: Mapping[str, str]
    """By alias: id and digest."""
    sections: tuple[str, ...]
    claims: int
    coverage: Coverage
    left_out: tuple[LeftOut, ...]
    findings: tuple[Finding, ...]
    """Warnings on a title that was asked for."""


def draft_writeup(
    root: Path,
    named: Sequence[Path],
    *,
    day: date,
    slug: str | None = None,
    title: str | None = None,
    section_name: str | None = None,
) -> Draft:
    """Return a first writeup about the packs named, the first one its subject.

    Raises: ConfigError, ContentError, PackError where a pack is not one of the publication or is damaged, or a name
    cannot be used.
    """
    project = load_project(root)
    if slug is not None:
        check_slug(slug)
    packs = _packs(project, named)
    slug = slug or _slug(packs[0])
    cards = load_cards(project.models).by_model
    by_alias = dict(zip(aliases_for(packs), packs, strict=True))
    front = Front(
        title=title if title is not None else _title(packs, cards, project.site.names),
        date=day,
        section=section_name if section_name is not None else _section(project, packs[0]),
        tags=_tags(packs),
        packs=by_alias,
    )
    desk = Desk(by_alias)
    try:
        written = list(_sections(desk, by_alias, cards))
    finally:
        desk.database.close()
    proven = Prover(slug, dict(project.site.severity), shared_library(project, Shelf(project.packs))).prove(
        front, written
    )
    return Draft(
        slug=slug,
        index=proven.pages.index,
        ledger=proven.pages.ledger,
        title=front.title,
        packs={alias: f"{pack.id}@{pack.digest}" for alias, pack in by_alias.items()},
        sections=tuple(section.heading or "Lead" for section in written),
        claims=len(proven.checked.claims),
        coverage=proven.checked.coverage,
        left_out=proven.left_out,
        findings=proven.findings,
    )


# --- packs ------------------------------------------------------------------------------------------------------------


def _packs(project: Project, named: Sequence[Path]) -> list[Pack]:
    """Return the packs, every byte compared with its digest."""
    if len(named) > MAX_PACKS:
        raise ConfigError(f"{len(named)} packs, at most {MAX_PACKS}", hint="compare fewer at a time")
    found: list[Pack] = []
    for path in named:
        pack, findings = open_whole(_place(project, path))
        if pack is None:
            raise PackError(findings[0].message, at=findings[0].path, hint=findings[0].hint)
        if pack.id not in [other.id for other in found]:
            found.append(pack)
    return found


def _place(project: Project, path: Path) -> Path:
    """Return where a pack of the publication is, which may be named by its folder or its id."""
    by_id = {place.name: place for place in project.packs}
    if path.name in by_id and (str(path) == path.name or path.resolve() == by_id[path.name].resolve()):
        return by_id[path.name]
    if path.is_dir():
        raise ConfigError(
            "this pack is not one of the publication",
            at=path,
            hint="a writeup reads packs of content/packs: put it there",
        )
    hint = nearest_hint(path.name, by_id) or "`clawpub run` or `clawpub pack import` makes one"
    raise ConfigError(f"no pack {str(path)!r} in content/packs", at=project.content / "packs", hint=hint)


# --- front matter -----------------------------------------------------------------------------------------------------


def _slug(pack: Pack) -> str:
    """Return the pack's id without its date: an address says what a page is about."""
    return _DATED.sub("", pack.id) or pack.id


def _title(packs: Sequence[Pack], cards: Mapping[str, ModelCard], names: Sequence[str]) -> str:
    """Return the first title that says no number: nobody checks a title."""
    known = (*names, *(card.name for card in cards.values()))
    candidates = [*_titles(packs, cards), packs[0].id, "A campaign" if packs[0].info.campaign else "A data pack"]
    return next(text for text in map(phrases.one_line, candidates) if phrases.is_quiet(text, known))


def _titles(packs: Sequence[Pack], cards: Mapping[str, ModelCard]) -> Iterator[str]:
    first, *others = [pack.info.campaign for pack in packs]
    if first is None:
        yield packs[0].descriptor.title
        return
    model, *models = [_plain_name(pack, cards) for pack in packs]
    if others and others[0] and models[0] != model:
        yield f"{model} beside {models[0]}"
    elif others and others[0] and others[0].harness.name != first.harness.name:
        yield f"{model} through {first.harness.name} and {others[0].harness.name}"
    yield packs[0].descriptor.title
    yield f"{model} on {first.suite.id}"
    yield f"A campaign on {first.suite.id}"


def _plain_name(pack: Pack, cards: Mapping[str, ModelCard]) -> str:
    told = pack.info.campaign
    if told is None:
        return pack.descriptor.title or pack.id
    return cards[told.model.id].name if told.model.id in cards else told.model.id


def _section(project: Project, pack: Pack) -> str:
    """Return the section of campaigns, which is a publication's first; tables belong to whichever an author says."""
    return project.site.sections[0] if project.site.sections and _is_campaign(pack) else ""


def _tags(packs: Sequence[Pack]) -> tuple[str, ...]:
    told = [pack.info.campaign for pack in packs if pack.info.campaign]
    names = [name for each in told for name in (each.suite.id, each.harness.name)]
    return tuple(dict.fromkeys(text for text in map(phrases.one_line, names) if text))


def _is_campaign(pack: Pack) -> bool:
    own = {table.name for table in tables.own_tables(pack)}
    return any(schema.name in pack.table_names and schema.name not in own for schema in CAMPAIGN)


# --- sections ---------------------------------------------------------------------------------------------------------


def _sections(desk: Desk, packs: Mapping[str, Pack], cards: Mapping[str, ModelCard]) -> Iterator[Section]:
    first = packs[desk.first]
    own = tables.own_tables(first)
    names = _names(packs, cards)
    subject = Subject(desk, first, _model_name(first, cards))
    if _is_campaign(first):
        yield from campaign_sections(subject)
        yield from tables.table_sections(desk, desk.first, own)
    else:
        lead = tables.opening(desk, first, own)
        yield from [lead] if lead else []
        yield from tables.table_sections(desk, desk.first, own, counted=True)
    compared = comparison_section(desk, names)
    yield from [compared] if compared else []
    yield from _of_others(desk, packs, names, compared is not None)
    yield from closing_sections(subject) if _is_campaign(first) else tables.closing(first)


def _of_others(desk: Desk, packs: Mapping[str, Pack], names: Mapping[str, str], compared: bool) -> Iterator[Section]:
    """Yield what is in further packs that no comparison shows."""
    for alias, pack in packs.items():
        if alias == desk.first:
            continue
        own = tables.own_tables(pack)
        if not own and compared:
            continue
        context = section(
            f"The data pack {phrases.code(pack.id)}", passage("context", paragraph(*tables.provenance(pack, own)))
        )
        yield from [context] if context else []
        yield from tables.table_sections(desk, alias, own)


def _names(packs: Mapping[str, Pack], cards: Mapping[str, ModelCard]) -> dict[str, str]:
    """Return what prose calls each pack, in Markdown: its model, its harness too, or its id: what tells them apart."""
    models = {alias: _model_name(pack, cards) for alias, pack in packs.items()}
    both = {
        alias: f"{models[alias]} through {phrases.code(told.harness.name)}"
        if (told := pack.info.campaign)
        else models[alias]
        for alias, pack in packs.items()
    }
    ids = {alias: f"the pack {phrases.code(pack.id)}" for alias, pack in packs.items()}
    return next((names for names in (models, both) if len(set(names.values())) == len(names)), ids)


def _model_name(pack: Pack, cards: Mapping[str, ModelCard]) -> str:
    """Return a model's name in Markdown: its card's, else its id as code."""
    told = pack.info.campaign
    if told is None:
        return phrases.code(pack.id)
    return phrases.escaped(cards[told.model.id].name) if told.model.id in cards else phrases.code(told.model.id)
