"""Contexts out of packs and checked writeups. What a layout places is made here or in generator/tables.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from markupsafe import Markup

import clawpub
from clawpub.pack.model import DESCRIPTOR, SEAL, Resource
from clawpub.pack.reader import Pack
from clawpub.pack.schema import PREDICTIONS_SCORING, is_standard
from clawpub.pack.tables import Table, spell
from generator import findings
from generator.cards import ModelCard
from generator.charts.outcomes import failure_chart, has_outcomes
from generator.charts.view import ChartView
from generator.library import ALIAS
from generator.pages.boxes import campaign_box, card_of, days, long_date, scores
from generator.pages.contexts import (
    ChartScripts,
    EditionEntry,
    EvidenceView,
    FileRow,
    IndexPage,
    LoweredRules,
    Meta,
    NotFoundPage,
    PackDigest,
    PackEntry,
    PackLink,
    PackPage,
    PackTable,
    Predictions,
    Publication,
    ReadingView,
    SourceLink,
    TextPage,
    WaiverView,
    WriteupEntry,
    WriteupPage,
)
from generator.pages.linked_data import article, dataset
from generator.pages.places import Places
from generator.pages.run_evidence import RunEvidence
from generator.pages.runs import PackRuns
from generator.pages.suites import suite_of
from generator.project import Site
from generator.tables import ORIGINS, TableView, model_of, short, summary_of, table_view
from generator.urls import CAMPAIGNS, absolute, pack_url, section_url, table_anchor, tag_url, writeup_url
from generator.writeup import CheckedWriteup, Claim

RULES = {
    "point": "rounded to the digits that are printed",
    "exact": "the same, to the last digit",
    "ratio": "numerator and denominator each the same",
    "grim": "a percentage that the number of runs can give",
    "range": "both ends, each rounded to its digits",
    "hedge": "about: within 5 % of the stored value",
    "bound": "the inequality, on the stored value",
    "multiple": "so many times, within 5 %",
    "fraction": "a fraction in words, to the whole percent",
    "change": "the difference over what it is compared with",
    "holds": "the query answers 1 where the statement is true",
    "words": "the same words as the stored text",
    "value": "printed from the pack by the build itself",
}
"""Comparison rules in words; docs/claims.md has them in full."""


MOST_PACKS = 12
"""On the front page, the newest; the list of campaigns has all."""


def publication_of(
    site: Site,
    stylesheet: str,
    scripts: Sequence[str],
    *,
    texts: Sequence[SourceLink] = (),
    has_demo: bool = False,
    head: Sequence[SourceLink] = (),
    foot: Sequence[SourceLink] = (),
    charts: ChartScripts | None = None,
) -> Publication:
    return Publication(
        title=site.title,
        tagline=site.tagline,
        description=site.description,
        author=site.author,
        language=site.language,
        locale=_locale(site.language),
        stylesheet=stylesheet,
        scripts=tuple(scripts),
        texts=tuple(texts),
        has_demo=has_demo,
        head=tuple(head),
        foot=tuple(foot),
        version=clawpub.__version__,
        charts=charts,
    )


def _locale(language: str) -> str:
    parts = language.split("-")
    return f"{parts[0].lower()}_{parts[-1].upper()}" if len(parts) > 1 and len(parts[-1]) == 2 else ""


def meta(site: Site, path: str, title: str, description: str, *, indexed: bool = True) -> Meta:
    return Meta(title, description, absolute(site, path), "../" * path.count("/"), indexed=indexed)


def writeup_entry(checked: CheckedWriteup) -> WriteupEntry:
    writeup = checked.writeup
    first = next(iter(checked.packs.values()), None)
    summary = summary_of(first) if first else None
    return WriteupEntry(
        slug=writeup.slug,
        title=writeup.title,
        url=writeup_url(writeup.slug),
        description=writeup.description,
        date=long_date(writeup.date),
        iso_date=writeup.date.isoformat(),
        section=writeup.section,
        section_url=section_url(writeup.section) if writeup.section else "",
        draft=writeup.draft,
        model=model_of(first) if first else "",
        score=scores(summary),
        origin=first.info.origin if first else "",
        claims=sum(claim.verdict == "verified" for claim in checked.claims),
        authors=writeup.authors,
        tags=writeup.tags,
        packs=tuple(pack.id for pack in checked.packs.values()),
        future=writeup.future,
    )


def writeup_page(
    publication: Publication,
    site: Site,
    checked: CheckedWriteup,
    body: Markup,
    sources: tuple[SourceLink, ...],
    runs: Mapping[str, PackRuns],
    places: Places,
) -> WriteupPage:
    writeup = checked.writeup
    path = writeup_url(writeup.slug)
    page = meta(site, path, writeup.title, writeup.description, indexed=not writeup.draft)
    return WriteupPage(
        publication=publication,
        page=replace(
            page,
            kind="article",
            published=writeup.date.isoformat(),
            section=writeup.section,
            tags=writeup.tags,
            authors=writeup.authors,
            linked_data=article(site, checked),
        ),
        entry=writeup_entry(checked),
        authors=writeup.authors,
        tags=tuple({url: SourceLink(tag, url) for tag in reversed(writeup.tags) if (url := tag_url(tag))}.values())[
            ::-1
        ],
        boxes=tuple(
            campaign_box(pack, alias=alias, url=pack_url(pack), places=places)
            for alias, pack in checked.packs.items()
            if alias != ALIAS
        ),
        body=body,
        evidence=evidence_of(checked, runs),
        waivers=waivers_of(checked),
        coverage=checked.coverage,
        lowered=lowered_rules(site),
        packs=digests_of(checked),
        sources=sources,
        has_charts=False,
    )


def evidence_of(checked: CheckedWriteup, runs: Mapping[str, PackRuns]) -> tuple[EvidenceView, ...]:
    behind = RunEvidence(checked.packs, runs)
    return tuple(_evidence(claim, checked, behind) for claim in checked.claims if claim.verdict != "waived")


def waivers_of(checked: CheckedWriteup) -> tuple[WaiverView, ...]:
    return tuple(WaiverView(c.number, c.text, c.message) for c in checked.claims if c.verdict == "waived")


def lowered_rules(site: Site) -> LoweredRules:
    """Return the rules that weigh less in a publication than they do elsewhere."""
    weights = {
        rule: (known.severity, findings.severity_of(rule, site.severity)) for rule, known in findings.RULES.items()
    }
    return LoweredRules(
        off=tuple(rule for rule, (_, here) in weights.items() if here is None),
        warning=tuple(rule for rule, weight in weights.items() if weight == ("error", "warning")),
    )


def digests_of(checked: CheckedWriteup) -> tuple[PackDigest, ...]:
    return tuple(PackDigest(alias, pack.id, pack.digest, pack_url(pack)) for alias, pack in checked.packs.items())


def _tags(tags: Sequence[str]) -> tuple[SourceLink, ...]:
    links: dict[str, SourceLink] = {}
    for tag in tags:
        links.setdefault(tag_url(tag), SourceLink(tag, tag_url(tag)))
    return tuple(links.values())


def _evidence(claim: Claim, checked: CheckedWriteup, behind: RunEvidence) -> EvidenceView:
    readings = []
    for reading in claim.readings:
        sources = tuple(
            SourceLink(
                f"{source.pack}.{source}" if len(checked.packs) > 1 else str(source),
                f"{pack_url(checked.packs[source.pack])}#{table_anchor(source.table)}",
            )
            for source in reading.sources
            if source.pack in checked.packs
        )
        packs = dict.fromkeys(source.pack for source in reading.sources if source.pack in checked.packs)
        named = tuple(_pack_link(checked.packs[alias]) for alias in packs)
        readings.append(ReadingView(spell(reading.value), reading.query, sources, named, behind.links(reading)))
    return EvidenceView(
        claim.number,
        claim.text,
        claim.verdict,
        claim.rule,
        RULES.get(claim.rule, claim.rule),
        claim.message,
        tuple(readings),
    )


def _pack_link(pack: Pack) -> PackLink:
    return PackLink(pack.id, pack_url(pack), short(pack.digest))


def pack_entry(pack: Pack) -> PackEntry:
    summary = summary_of(pack)
    return PackEntry(
        id=pack.id,
        url=pack_url(pack),
        title=pack.descriptor.title,
        model=model_of(pack) if pack.info.campaign else "",
        score=scores(summary),
        origin=pack.info.origin,
        date=days(pack.info.campaign) if pack.info.campaign else "",
    )


def made_on(pack: Pack) -> str:
    """Return the day on which a pack's campaign ended; empty where it has none."""
    return long_date(pack.info.campaign.ended_at.date()) if pack.info.campaign else ""


def pack_page(
    publication: Publication,
    site: Site,
    runs: PackRuns,
    cards: Mapping[str, ModelCard],
    places: Places,
    *,
    made_here: bool = False,
) -> PackPage:
    pack, path = runs.pack, pack_url(runs.pack, made_here=made_here)
    title = pack.descriptor.title or pack.id
    description = f"The data pack {pack.id}: every table, every file and its digest, and how to check it again."
    archive = f"{pack.id}.zip"
    archive_url = absolute(site, path.removesuffix("index.html") + archive)
    page = meta(site, path, title, description, indexed=not made_here)
    if not made_here:
        page = replace(page, linked_data=dataset(site, pack, description, archive_url), crumbs=_crumbs(pack))
    return PackPage(
        publication=publication,
        page=page,
        id=pack.id,
        title=title,
        origin=pack.info.origin,
        origin_words=ORIGINS[pack.info.origin],
        made_here=(made_on(pack) or "date unknown") if made_here else "",
        box=campaign_box(pack, url="", places=places) if pack.info.campaign else None,
        digest=pack.digest,
        parent=pack.info.parent or "",
        sources=links_of(pack.descriptor.sources),
        licences=links_of(pack.descriptor.licenses),
        notes=pack.info.notes,
        card=card_of(pack, cards),
        predictions=predictions_of(pack, path),
        chart=_outcomes(pack, path),
        runs=SourceLink(runs.words, runs.index_url) if runs.files else None,
        contents=tuple(_pack_table(runs, name, path, places) for name in pack.table_names),
        files=_file_rows(pack),
        archive=archive,
        archive_url=archive_url,
    )


def _outcomes(pack: Pack, url: str) -> ChartView | None:
    """Return how a campaign's runs ended, None where its pack does not hold that."""
    if not has_outcomes(pack):
        return None
    return ChartView(failure_chart([pack], lambda _: url))


def _crumbs(pack: Pack) -> tuple[SourceLink, ...]:
    return (SourceLink("Campaigns", CAMPAIGNS),) if pack.info.origin != "computed" else ()


def _pack_table(runs: PackRuns, name: str, path: str, places: Places) -> PackTable:
    pack, resource, whole = runs.pack, runs.pack.resources[name], runs.pack.descriptor
    return PackTable(
        id=table_anchor(name),
        name=name,
        recorded=pack.table(name).schema.recorded and pack.info.origin != "computed",
        view=_with_links(table_view(pack, name, path, machine=True), pack.table(name), runs, places),
        sources=links_of(resource.sources) if resource.sources != whole.sources else (),
        licences=links_of(resource.licenses) if resource.licenses != whole.licenses else (),
        notes=tuple(_table_notes(resource)),
    )


def _with_links(view: TableView, table: Table, runs: PackRuns, places: Places) -> TableView:
    """Return a table of ours whose rows lead to the runs or tasks that they are about; any other as it is."""
    key = table.schema.primary_key
    if not is_standard(table.schema) or key[:1] != ("task_id",):
        return view
    suite, by_run = suite_of(runs.pack), key[1:2] == ("run",)
    urls = (
        runs.url(row["task_id"], row["run"]) if by_run else places.task(suite, str(row["task_id"]))
        for row in table.rows
    )
    lines = (
        replace(line, cells=(replace(line.cells[0], url=url), *line.cells[1:]))
        for line, url in zip(view.lines, urls, strict=False)
    )
    return replace(view, lines=tuple(lines))


def _table_notes(resource: Resource) -> Iterator[str]:
    if resource.description:
        yield resource.description
    if read := resource.imported:
        yield f"Read from {read.file}, sha256:{short(read.hash)}…"
        yield from read.notes


def links_of(parts: Sequence[Mapping[str, object]]) -> tuple[SourceLink, ...]:
    """Return sources or licences of a descriptor; a pack is not trusted, so only web addresses become links."""
    return tuple(
        SourceLink(
            str(part.get("title") or part.get("name") or part.get("path") or "not stated"),
            address if (address := str(part.get("path") or "")).startswith(("https://", "http://")) else "",
        )
        for part in parts
    )


def predictions_of(pack: Pack, url: str) -> Predictions | None:
    """Return a pack's predictions, None where nobody made any."""
    name = PREDICTIONS_SCORING.name
    if name not in pack.table_names or not pack.table(name).rows:
        return None
    columns = ("id", "statement", "expected", "actual", "result", "miss", "probability")
    standard = is_standard(pack.table(name).schema, PREDICTIONS_SCORING)
    view = table_view(pack, name, url, columns=columns if standard else None)
    frozen = pack.info.campaign.predictions if pack.info.campaign else None
    when = frozen.frozen_at.strftime("%Y-%m-%d %H:%M:%S UTC") if frozen else ""
    return Predictions(view, when, frozen.digest if frozen else "")


def _file_rows(pack: Pack) -> tuple[FileRow, ...]:
    listed = [
        FileRow(
            resource.path,
            "data/" + quote(resource.path),
            resource.title,
            size_of(resource.bytes),
            resource.bytes,
            resource.hash,
        )
        for resource in pack.descriptor.resources
    ]
    own = FileRow(
        DESCRIPTOR, f"data/{DESCRIPTOR}", "What the pack holds, with the digest of every file", "", None, pack.digest
    )
    return (own, FileRow(SEAL, f"data/{SEAL}", "The digest of the descriptor", "", None, ""), *listed)


def size_of(count: int) -> str:
    """Return a size in words, e.g. "512 B", "1.4 kB"; kilo is 1,000."""
    if count < 1000:
        return f"{count} B"
    for unit, scale in (("kB", 1000), ("MB", 1000**2)):
        if count < scale * 1000:
            return f"{count / scale:.1f} {unit}"
    return f"{count / 1000**3:.1f} GB"


def text_page(publication: Publication, site: Site, path: str, title: str, body: Markup) -> TextPage:
    return TextPage(publication, meta(site, path, title, f"{title}: {site.title}"), body)


def index_page(
    publication: Publication,
    site: Site,
    writeups: Sequence[WriteupEntry],
    packs: Sequence[Pack],
    edition: EditionEntry | None = None,
) -> IndexPage:
    description = site.description or site.tagline or site.title
    return IndexPage(
        publication,
        meta(site, "index.html", site.title, description),
        edition,
        tuple(writeups),
        tuple(pack_entry(pack) for pack in packs[:MOST_PACKS]),
    )


def not_found_page(publication: Publication, site: Site) -> NotFoundPage:
    """Return the page for any address that is none: its links start at the site's absolute path."""
    page = meta(site, "404.html", "No such page", "There is no page at this address.", indexed=False)
    path = "/" + site.base_url.split("://", 1)[1].partition("/")[2].strip("/")
    return NotFoundPage(publication, replace(page, root=path.rstrip("/") + "/"))
