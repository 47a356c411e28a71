"""The pages of editions and of sections, and what other pages say of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from generator.pages.assembly import digests_of, evidence_of, lowered_rules, meta, waivers_of
from generator.pages.body import Body, render_body
from generator.pages.boxes import long_date
from generator.pages.contents import Contents
from generator.pages.contexts import EditionEntry, Publication, SourceLink, WriteupEntry
from generator.pages.edition_contexts import EditionPage, EditionPart, EditionsPage, EditionYear, SectionPage
from generator.pages.frame import Frame
from generator.pages.linked_data import issue
from generator.pages.runs import PackRuns
from generator.pages.sharing import edition_image
from generator.pages.sources import source_links
from generator.project import Site
from generator.urls import EDITIONS, edition_url, section_url
from generator.views import View, has_charts
from generator.weeks import Week, words_of
from generator.writeup import CheckedEdition, Edition


def edition_entry(edition: Edition, carried: Sequence[WriteupEntry]) -> EditionEntry:
    """Return an edition as lists show it; `carried` are the writeups that it carries, in its order."""
    text = edition.text
    return EditionEntry(
        slug=text.slug,
        year=edition.week.year,
        title=text.title,
        url=edition_url(text.slug),
        description=text.description,
        week=words_of(edition.week),
        date=long_date(text.date),
        iso_date=text.date.isoformat(),
        draft=text.draft,
        writeups=tuple(SourceLink(entry.title, entry.url) for entry in carried),
        authors=text.authors,
        future=text.future,
    )


def edition_link(week: Week, title: str) -> SourceLink:
    """Return a link to an edition that says which week it is of."""
    return SourceLink(f"{words_of(week)}: {title}", edition_url(str(week).lower()))


def edition_page(
    frame: Frame,
    checked: CheckedEdition,
    views: Mapping[str, View],
    carried: Sequence[WriteupEntry],
    neighbours: tuple[SourceLink | None, SourceLink | None],
    names: Sequence[str],
    runs: Mapping[str, PackRuns],
) -> EditionPage:
    """Return the page of an edition. `neighbours` are the edition before it and the one after."""
    site, text, entry = frame.site, checked.edition.text, edition_entry(checked.edition, carried)
    image, _ = frame.share(entry.url, edition_image(site, checked.edition, carried))
    described = entry.description or "; ".join(link.label for link in entry.writeups)
    page = meta(site, entry.url, entry.title, described, indexed=not text.draft)
    body = Body(frame.theme, checked.text.packs, views, page.root, live=frame.about.charts is not None)
    return EditionPage(
        publication=frame.about,
        page=replace(
            page,
            kind="article",
            published=entry.iso_date,
            authors=text.authors,
            crumbs=(SourceLink("Editions", EDITIONS),),
            linked_data=issue(site, checked.edition, carried),
            image=image,
        ),
        edition=entry,
        authors=text.authors,
        claims=sum(each.claims for each in carried),
        body=render_body(checked.text.tokens, body, text.lead_tag, frame.renderer),
        has_charts=has_charts(views),
        parts=tuple(parts_of(site, checked, carried)),
        earlier=neighbours[0],
        later=neighbours[1],
        evidence=evidence_of(checked.text, runs),
        waivers=waivers_of(checked.text),
        coverage=checked.text.coverage,
        lowered=lowered_rules(site),
        packs=digests_of(checked.text),
        sources=source_links(frame.project, text),
        recheck=frame.recheck(checked.text, names, page.root),
    )


def parts_of(site: Site, checked: CheckedEdition, listed: Sequence[WriteupEntry]) -> Iterator[EditionPart]:
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


def edition_lists(contents: Contents, about: Publication) -> Iterator[tuple[str, EditionsPage | SectionPage]]:
    """Yield the list of all editions, and the page of each section that a writeup names."""
    site = contents.project.site
    if contents.editions:
        page = meta(site, EDITIONS, "Editions", f"Every edition of {site.title}, by year.")
        years = groupby(contents.editions, key=lambda edition: edition.year)
        yield EDITIONS, EditionsPage(about, page, tuple(EditionYear(str(year), tuple(some)) for year, some in years))
    for section, path in sections_of((entry.section for entry in contents.entries), site).items():
        entries = tuple(entry for entry in contents.entries if entry.section_url == path)
        page = meta(site, path, section, f"Everything that {site.title} published under {section}.")
        yield path, SectionPage(about, page, section, entries)


def sections_of(sections: Iterable[str], site: Site) -> dict[str, str]:
    """Return the sections that writeups name with their pages: those of site.toml in its order, then any others."""
    named = set(filter(None, sections))
    pages: dict[str, str] = {}
    for section in (*(section for section in site.sections if section in named), *sorted(named)):
        if section_url(section) not in pages.values():
            pages[section] = section_url(section)
    return pages
