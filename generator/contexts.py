"""What each layout receives: one frozen dataclass a layout, everything in it ready to be placed.

    index.html IndexPage    writeup.html WriteupPage    pack.html PackPage    demo.html DemoPage
    page.html TextPage      not_found.html NotFoundPage

`tests/generator/test_templates.py` compares each one's fields with the variables that its layout uses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from markupsafe import Markup

import clawpub
from clawpub.pack.model import DESCRIPTOR, SEAL, CampaignInfo
from clawpub.pack.reader import Pack
from clawpub.pack.schema import PREDICTIONS_SCORING
from clawpub.pack.tables import spell
from generator.project import Site
from generator.tables import ORIGINS, TableView, interval_of, model_of, short, summary_of, table_view
from generator.writeup import CheckedWriteup, Claim, Coverage

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


@dataclass(frozen=True)
class Publication:
    """What every page knows of the site it belongs to."""

    title: str
    tagline: str
    description: str
    author: str
    language: str
    stylesheet: str
    """From the site's root."""
    texts: tuple[SourceLink, ...]
    """The plain pages, from the site's root."""
    has_demo: bool
    """Whether there is a page of what was made on this machine."""
    version: str
    """Of clawpub."""


@dataclass(frozen=True)
class Meta:
    """What a page says of itself in its head."""

    title: str
    description: str
    canonical: str
    """Its absolute address."""
    root: str
    """What leads from the page to the site's root: "", "../../", or an absolute path."""
    kind: str = "website"
    """As Open Graph names it: website or article."""
    published: str = ""
    """ISO date of an article."""
    indexed: bool = True
    """False asks search engines to leave the page out."""


@dataclass(frozen=True)
class Labelled:
    """One line of a box: what it is called, what it is."""

    label: str
    value: str
    url: str = ""
    """From the site's root."""
    note: str = ""
    code: bool = False


@dataclass(frozen=True)
class CampaignBox:
    """The campaign behind a page, in lines."""

    alias: str
    """What the writeup calls its pack; empty elsewhere."""
    model: str
    score: str
    rate: str
    """The pass rate's interval, empty where it is not stored."""
    origin: str
    lines: tuple[Labelled, ...]


@dataclass(frozen=True)
class WriteupEntry:
    """A writeup in a list."""

    title: str
    url: str
    description: str
    date: str
    iso_date: str
    section: str
    draft: bool
    model: str
    score: str
    claims: int
    """Verified ones."""


@dataclass(frozen=True)
class PackEntry:
    """A pack in a list."""

    id: str
    url: str
    title: str
    model: str
    score: str
    origin: str
    date: str


@dataclass(frozen=True)
class SourceLink:
    label: str
    url: str


@dataclass(frozen=True)
class ReadingView:
    """One value that a claim was compared with."""

    value: str
    """As stored; empty where the pack does not hold it."""
    query: str
    sources: tuple[SourceLink, ...]
    packs: tuple[str, ...]
    """The packs it was read from, each with the beginning of its digest."""


@dataclass(frozen=True)
class EvidenceView:
    """A claim with all that a reader needs to check it again."""

    number: int
    text: str
    verdict: str
    rule: str
    rule_words: str
    """What the comparison asks for."""
    message: str
    readings: tuple[ReadingView, ...]


@dataclass(frozen=True)
class WaiverView:
    number: int
    text: str
    reason: str


@dataclass(frozen=True)
class PackDigest:
    """A pack that a page stands on."""

    alias: str
    id: str
    digest: str
    url: str


@dataclass(frozen=True)
class IndexPage:
    publication: Publication
    page: Meta
    writeups: tuple[WriteupEntry, ...]
    packs: tuple[PackEntry, ...]


@dataclass(frozen=True)
class WriteupPage:
    publication: Publication
    page: Meta
    entry: WriteupEntry
    authors: tuple[str, ...]
    boxes: tuple[CampaignBox, ...]
    """Of the packs in the order of the front matter: the first is the campaign at hand."""
    body: Markup
    """Rendered by generator/render.py from checked tokens: text in it is escaped."""
    evidence: tuple[EvidenceView, ...]
    waivers: tuple[WaiverView, ...]
    coverage: Coverage
    packs: tuple[PackDigest, ...]
    source_path: str
    """Of index.md, from the publication's root."""


@dataclass(frozen=True)
class FileRow:
    """A file of a pack, as its descriptor lists it."""

    path: str
    url: str
    """From the pack's page; percent-encoded, and always below data/."""
    title: str
    size: str
    digest: str


@dataclass(frozen=True)
class Predictions:
    table: TableView
    frozen_at: str
    """Empty where the pack does not say when they were frozen."""
    digest: str


@dataclass(frozen=True)
class PackTable:
    """A table on a pack's page; `id` is its anchor."""

    id: str
    name: str
    recorded: bool
    view: TableView


@dataclass(frozen=True)
class PackPage:
    publication: Publication
    page: Meta
    id: str
    title: str
    origin: str
    """executed, transcribed or imported."""
    origin_words: str
    made_here: str
    """The date for a pack made on this machine, which is not part of the publication; else empty."""
    box: CampaignBox | None
    digest: str
    parent: str
    notes: tuple[str, ...]
    predictions: Predictions | None
    contents: tuple[PackTable, ...]
    files: tuple[FileRow, ...]
    archive: str
    """File name of the pack as one archive, beside the page."""
    archive_url: str
    """Its absolute address."""


@dataclass(frozen=True)
class DemoRun:
    """A pack made on this machine, as its part of the demo page shows it."""

    id: str
    url: str
    made: str
    box: CampaignBox | None
    results: TableView | None
    metrics: TableView | None
    tools: TableView | None
    predictions: Predictions | None


@dataclass(frozen=True)
class DemoPage:
    publication: Publication
    page: Meta
    runs: tuple[DemoRun, ...]
    comparison: TableView | None
    """These runs beside the publication's packs."""


@dataclass(frozen=True)
class TextPage:
    publication: Publication
    page: Meta
    body: Markup


@dataclass(frozen=True)
class NotFoundPage:
    publication: Publication
    page: Meta


Page = IndexPage | WriteupPage | PackPage | DemoPage | TextPage | NotFoundPage


def publication(
    site: Site, stylesheet: str, *, texts: Sequence[SourceLink] = (), has_demo: bool = False
) -> Publication:
    return Publication(
        title=site.title,
        tagline=site.tagline,
        description=site.description,
        author=site.author,
        language=site.language,
        stylesheet=stylesheet,
        texts=tuple(texts),
        has_demo=has_demo,
        version=clawpub.__version__,
    )


def absolute(site: Site, path: str) -> str:
    """Return the address of a page, given its file in the site: `x/index.html` is `<base>/x/`."""
    return site.base_url.rstrip("/") + "/" + quote(path.removesuffix("index.html"))


def meta(site: Site, path: str, title: str, description: str, *, indexed: bool = True) -> Meta:
    return Meta(title, description, absolute(site, path), "../" * path.count("/"), indexed=indexed)


def long_date(day: date) -> str:
    """Return e.g. "21 May 2026"; the same in every locale."""
    months = "January February March April May June July August September October November December".split()
    return f"{day.day} {months[day.month - 1]} {day.year}"


def pack_url(pack: Pack, *, made_here: bool = False) -> str:
    return f"{'demo/' if made_here else ''}packs/{pack.id}/index.html"


def writeup_url(slug: str) -> str:
    return f"writeups/{quote(slug)}/index.html"


def table_anchor(name: str) -> str:
    """Return the id of a table on its pack's page; any name gives one without spaces."""
    return "table-" + quote(name, safe="").replace("%", ".")


def campaign_box(pack: Pack, *, alias: str = "", url: str) -> CampaignBox:
    summary = summary_of(pack)
    return CampaignBox(
        alias=alias,
        model=model_of(pack),
        score=spell(summary["score"]) if summary else "",
        rate=interval_of(summary) if summary else "",
        origin=pack.info.origin,
        lines=(*_campaign_lines(pack, pack.info.campaign), *_pack_lines(pack, url)),
    )


def _campaign_lines(pack: Pack, campaign: CampaignInfo | None) -> list[Labelled]:
    if campaign is None:
        return []
    model, harness = campaign.model, campaign.harness
    return [
        Labelled("Campaign", campaign.id, code=True),
        Labelled("Model", model.id, code=True),
        Labelled("Provider", ", ".join(filter(None, (model.provider, model.region, model.tier)))),
        Labelled("Harness", f"{harness.name}@{harness.version}", code=True),
        Labelled(
            "Suite", campaign.suite.title, note=campaign.suite.id if campaign.suite.id != campaign.suite.title else ""
        ),
        Labelled("Runs", _runs(pack, campaign)),
        Labelled("Date", _days(campaign)),
    ]


def _runs(pack: Pack, campaign: CampaignInfo) -> str:
    summary = summary_of(pack)
    each = f"{campaign.runs_per_task} of each task"
    if not summary or summary["runs"] is None:
        return each
    text = f"{summary['runs']} scored"
    if summary["tasks"] is not None:
        text += f" ({summary['tasks']} tasks, {each})"
    errors = summary["infrastructure_errors"]
    return f"{text}; {errors} not scored: something broke that was not the model" if errors else text


def _days(campaign: CampaignInfo) -> str:
    first, last = campaign.started_at.date(), campaign.ended_at.date()
    return long_date(first) if first == last else f"{long_date(first)} to {long_date(last)}"


def _pack_lines(pack: Pack, url: str) -> list[Labelled]:
    return [
        Labelled("Origin", ORIGINS[pack.info.origin]),
        Labelled("Data pack", pack.id, url=url, note=f"sha256:{short(pack.digest)}…", code=True),
    ]


def writeup_entry(checked: CheckedWriteup) -> WriteupEntry:
    writeup = checked.writeup
    first = next(iter(checked.packs.values()), None)
    summary = summary_of(first) if first else None
    return WriteupEntry(
        title=writeup.title,
        url=writeup_url(writeup.slug),
        description=writeup.description,
        date=long_date(writeup.date),
        iso_date=writeup.date.isoformat(),
        section=writeup.section,
        draft=writeup.draft,
        model=model_of(first) if first else "",
        score=spell(summary["score"]) if summary else "",
        claims=sum(claim.verdict == "verified" for claim in checked.claims),
    )


def writeup_page(
    publication: Publication, site: Site, checked: CheckedWriteup, body: Markup, source: str
) -> WriteupPage:
    writeup = checked.writeup
    path = writeup_url(writeup.slug)
    page = meta(site, path, writeup.title, writeup.description, indexed=not writeup.draft)
    return WriteupPage(
        publication=publication,
        page=Meta(**{**vars(page), "kind": "article", "published": writeup.date.isoformat()}),
        entry=writeup_entry(checked),
        authors=writeup.authors,
        boxes=tuple(campaign_box(pack, alias=alias, url=pack_url(pack)) for alias, pack in checked.packs.items()),
        body=body,
        evidence=tuple(_evidence(claim, checked) for claim in checked.claims if claim.verdict != "waived"),
        waivers=tuple(
            WaiverView(claim.number, claim.text, claim.message) for claim in checked.claims if claim.verdict == "waived"
        ),
        coverage=checked.coverage,
        packs=tuple(PackDigest(alias, pack.id, pack.digest, pack_url(pack)) for alias, pack in checked.packs.items()),
        source_path=source,
    )


def _evidence(claim: Claim, checked: CheckedWriteup) -> EvidenceView:
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
        named = tuple(f"{checked.packs[a].id}, sha256:{short(checked.packs[a].digest)}…" for a in packs)
        readings.append(ReadingView(spell(reading.value), reading.query, sources, named))
    return EvidenceView(
        claim.number,
        claim.text,
        claim.verdict,
        claim.rule,
        RULES.get(claim.rule, claim.rule),
        claim.message,
        tuple(readings),
    )


def pack_entry(pack: Pack) -> PackEntry:
    summary = summary_of(pack)
    return PackEntry(
        id=pack.id,
        url=pack_url(pack),
        title=pack.descriptor.title,
        model=model_of(pack) if pack.info.campaign else "",
        score=spell(summary["score"]) if summary else "",
        origin=pack.info.origin,
        date=_days(pack.info.campaign) if pack.info.campaign else "",
    )


def made_on(pack: Pack) -> str:
    """Return the day on which a pack's campaign ended; empty where it has none."""
    return long_date(pack.info.campaign.ended_at.date()) if pack.info.campaign else ""


def pack_page(publication: Publication, site: Site, pack: Pack, *, made_here: bool = False) -> PackPage:
    path = pack_url(pack, made_here=made_here)
    title = pack.descriptor.title or pack.id
    description = f"The data pack {pack.id}: every table, every file and its digest, and how to check it again."
    archive = f"{pack.id}.zip"
    return PackPage(
        publication=publication,
        page=meta(site, path, title, description, indexed=not made_here),
        id=pack.id,
        title=title,
        origin=pack.info.origin,
        origin_words=ORIGINS[pack.info.origin],
        made_here=(made_on(pack) or "date unknown") if made_here else "",
        box=campaign_box(pack, url="") if pack.info.campaign else None,
        digest=pack.digest,
        parent=pack.info.parent or "",
        notes=pack.info.notes,
        predictions=predictions_of(pack, path),
        contents=tuple(
            PackTable(
                table_anchor(name), name, pack.table(name).schema.recorded, table_view(pack, name, path, machine=True)
            )
            for name in pack.table_names
        ),
        files=_file_rows(pack),
        archive=archive,
        archive_url=absolute(site, path.removesuffix("index.html") + archive),
    )


def predictions_of(pack: Pack, url: str) -> Predictions | None:
    """Return a pack's predictions, None where nobody made any."""
    name = PREDICTIONS_SCORING.name
    if name not in pack.table_names or not pack.table(name).rows:
        return None
    columns = ("id", "statement", "expected", "actual", "result", "miss", "probability")
    standard = pack.table(name).schema is PREDICTIONS_SCORING
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
            resource.hash,
        )
        for resource in pack.descriptor.resources
    ]
    own = FileRow(
        DESCRIPTOR, f"data/{DESCRIPTOR}", "What the pack holds, with the digest of every file", "", pack.digest
    )
    return (own, FileRow(SEAL, f"data/{SEAL}", "The digest of the descriptor", "", ""), *listed)


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
    publication: Publication, site: Site, writeups: Sequence[WriteupEntry], packs: Sequence[Pack]
) -> IndexPage:
    description = site.description or site.tagline or site.title
    return IndexPage(
        publication,
        meta(site, "index.html", site.title, description),
        tuple(writeups),
        tuple(pack_entry(pack) for pack in packs),
    )


def not_found_page(publication: Publication, site: Site) -> NotFoundPage:
    """Return the page for any address that is none: its links start at the site's absolute path."""
    page = meta(site, "404.html", "No such page", "There is no page at this address.", indexed=False)
    path = "/" + site.base_url.split("://", 1)[1].partition("/")[2].strip("/")
    return NotFoundPage(publication, Meta(**{**vars(page), "root": path.rstrip("/") + "/"}))
