"""The pages of editions and of sections, and what other pages say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from markupsafe import Markup

from generator.pages.assembly import digests_of, evidence_of, meta, waivers_of, writeup_entry
from generator.pages.body import Body, render_body
from generator.pages.boxes import long_date
from generator.pages.contexts import EditionEntry, Publication, SourceLink, WriteupEntry
from generator.pages.edition_contexts import EditionPage, EditionPart, EditionsPage, EditionYear, SectionPage
from generator.pages.linked_data import issue
from generator.pages.recheck import Scripts, recheck_of
from generator.pages.render import Theme
from generator.pages.runs import PackRuns
from generator.project import Site
from generator.publication import CheckedPublication
from generator.urls import EDITIONS, edition_url, section_url, writeup_url
from generator.weeks import Week
from generator.writeup import CheckedEdition, CheckedWriteup


def words_of(week: Week) -> str:
    return f"Week {week.number}, {week.year}"


def edition_entry(checked: CheckedEdition, titles: Mapping[str, str]) -> EditionEntry:
    """Return an edition as lists show it; `titles` are those of the writeups, by slug."""
    edition, text = checked.edition, checked.edition.text
    return EditionEntry(
        title=text.title,
        url=edition_url(text.slug),
        description=text.description,
        week=words_of(edition.week),
        date=long_date(text.date),
        iso_date=text.date.isoformat(),
        draft=text.draft,
        writeups=tuple(SourceLink(titles[c.slug], writeup_url(c.slug)) for c in edition.carried),
    )


def edition_entries(publication: CheckedPublication) -> tuple[EditionEntry, ...]:
    titles = {checked.writeup.slug: checked.writeup.title for checked in publication.writeups}
    return tuple(edition_entry(checked, titles) for checked in publication.editions)


def carriers(publication: CheckedPublication) -> dict[str, SourceLink]:
    """Return by slug the edition that carries a writeup."""
    return {
        carried.slug: SourceLink(f"{words_of(checked.edition.week)}: {checked.edition.text.title}", _url(checked))
        for checked in publication.editions
        for carried in checked.edition.carried
    }


def _url(checked: CheckedEdition) -> str:
    return edition_url(checked.edition.text.slug)


def edition_pages(
    publication: CheckedPublication, theme: Theme, about: Publication, runs: Mapping[str, PackRuns], scripts: Scripts
) -> Iterator[tuple[str, EditionPage]]:
    """Yield the page of each edition."""
    writeups = {checked.writeup.slug: checked for checked in publication.writeups}
    entries = edition_entries(publication)
    later: SourceLink | None = None
    for number, checked in enumerate(publication.editions):
        before = entries[number + 1] if number + 1 < len(entries) else None
        text, entry = checked.text, entries[number]
        root = "../" * entry.url.count("/")
        body = Body(theme, text.packs, publication.edition_views[text.writeup.slug], root)
        page = _page(publication, about, checked, entry, [writeups[c.slug] for c in checked.edition.carried], runs)
        yield (
            entry.url,
            replace(
                page,
                body=render_body(text.tokens, body, text.writeup.lead_tag),
                earlier=_link(before) if before else None,
                later=later,
                recheck=recheck_of(text, publication.library.known_names, root, scripts),
            ),
        )
        later = _link(entry)


def _link(entry: EditionEntry) -> SourceLink:
    return SourceLink(f"{entry.week}: {entry.title}", entry.url)


def _page(
    publication: CheckedPublication,
    about: Publication,
    checked: CheckedEdition,
    entry: EditionEntry,
    carried: Sequence[CheckedWriteup],
    runs: Mapping[str, PackRuns],
) -> EditionPage:
    site, text = publication.project.site, checked.edition.text
    page = meta(
        site,
        entry.url,
        entry.title,
        entry.description or "; ".join(link.label for link in entry.writeups),
        indexed=not text.draft,
    )
    listed = [writeup_entry(each) for each in carried]
    return EditionPage(
        publication=about,
        page=replace(
            page,
            kind="article",
            published=entry.iso_date,
            authors=text.authors,
            crumbs=(SourceLink("Editions", EDITIONS),),
            linked_data=issue(site, checked.edition, carried),
        ),
        edition=entry,
        authors=text.authors,
        claims=sum(each.claims for each in listed),
        body=Markup(),
        parts=tuple(_parts(site, checked, listed)),
        earlier=None,
        later=None,
        evidence=evidence_of(checked.text, runs),
        waivers=waivers_of(checked.text),
        coverage=checked.text.coverage,
        packs=digests_of(checked.text),
        source_path=text.path.relative_to(publication.project.root).as_posix(),
    )


def _parts(site: Site, checked: CheckedEdition, listed: Sequence[WriteupEntry]) -> Iterator[EditionPart]:
    """Yield an edition's writeups by section: in its own order where it names sections, else in that of site.toml."""
    found: dict[str, list[WriteupEntry]] = {}
    if not checked.edition.section_lines:
        found = {section: [] for section in site.sections}
    for carried, entry in zip(checked.edition.carried, listed, strict=True):
        found.setdefault(carried.section or entry.section, []).append(entry)
    for section, entries in sorted(found.items(), key=lambda pair: not pair[0]):
        if entries:
            named = any(entry.section == section for entry in entries)
            yield EditionPart(section, section_url(section) if section and named else "", tuple(entries))


# --- lists ---


def edition_lists(
    publication: CheckedPublication, about: Publication
) -> Iterator[tuple[str, EditionsPage | SectionPage]]:
    """Yield the list of all editions, and the page of each section that a writeup names."""
    site = publication.project.site
    if publication.editions:
        page = meta(site, EDITIONS, "Editions", f"Every edition of {site.title}, by year.")
        entries = zip(publication.editions, edition_entries(publication), strict=True)
        years = [
            EditionYear(str(year), tuple(entry for _, entry in group))
            for year, group in groupby(entries, key=lambda pair: pair[0].edition.week.year)
        ]
        yield EDITIONS, EditionsPage(about, page, tuple(years))
    for section, path in sections_of(publication).items():
        entries_in = tuple(writeup_entry(c) for c in publication.writeups if section_url(c.writeup.section) == path)
        page = meta(site, path, section, f"Everything that {site.title} published under {section}.")
        yield path, SectionPage(about, page, section, entries_in)


def sections_of(publication: CheckedPublication) -> dict[str, str]:
    """Return the sections that writeups name with their pages: those of site.toml in its order, then any others."""
    named = dict.fromkeys(checked.writeup.section for checked in publication.writeups if checked.writeup.section)
    order = [*(section for section in publication.project.site.sections if section in named), *sorted(named)]
    pages: dict[str, str] = {}
    for section in order:
        if section_url(section) not in pages.values():
            pages[section] = section_url(section)
    return pages
