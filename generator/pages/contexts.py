"""What each layout receives: one frozen dataclass a layout, everything in it ready to be placed.

    index.html IndexPage    writeup.html WriteupPage    pack.html PackPage    demo.html DemoPage
    page.html TextPage      not_found.html NotFoundPage

`tests/generator/test_templates.py` compares each one's fields with the variables that its layout uses.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from generator.charts.view import ChartView
from generator.tables import TableView
from generator.writeup import Coverage


@dataclass(frozen=True)
class ImageLink:
    """The image that is shown where a page is shared."""

    url: str
    """Absolute."""
    alt: str


@dataclass(frozen=True)
class Publication:
    """What every page knows of the site it belongs to."""

    title: str
    tagline: str
    description: str
    author: str
    language: str
    locale: str
    """As Open Graph writes it, en_GB; empty where the language names no country."""
    stylesheet: str
    """From the site's root."""
    scripts: tuple[str, ...]
    """What every page runs that may run anything, from the site's root."""
    texts: tuple[SourceLink, ...]
    """The plain pages, from the site's root."""
    has_demo: bool
    """Whether there is a page of what was made on this machine."""
    head: tuple[SourceLink, ...]
    """Lists of the site that its masthead leads to, from the site's root; only those that there are."""
    foot: tuple[SourceLink, ...]
    """Those that its foot leads to."""
    version: str
    """Of clawpub."""
    charts: ChartScripts | None = None
    """What makes charts interactive; None where plotly was not fetched, and charts stay drawings."""
    image: ImageLink | None = None
    """Of every page that has none of its own; None where the site was built without such images."""


@dataclass(frozen=True)
class ChartScripts:
    """Paths from the site's root."""

    script: str
    plotly: str
    """What the script loads when a reader asks for it."""


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
    crumbs: tuple[SourceLink, ...] = ()
    """The pages above this one, from the site's root."""
    section: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    """Of an article."""
    linked_data: Markup | None = None
    """JSON-LD, escaped for a data block by generator/pages/linked_data.py; None where the page has none."""
    image: ImageLink | None = None
    """Its own; see `Publication.image`."""


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
    harness: str
    """Name and version, as openclaw@2026.4.22; empty where there is no campaign."""
    score: str
    rate: str
    """The pass rate's interval, empty where it is not stored."""
    origin: str
    lines: tuple[Labelled, ...]


@dataclass(frozen=True)
class WriteupEntry:
    """A writeup in a list: all that lists and feeds say of it, so that its text need not be at hand."""

    slug: str
    title: str
    url: str
    description: str
    date: str
    iso_date: str
    section: str
    section_url: str
    """Its page, from the site's root; empty without a section."""
    draft: bool
    model: str
    score: str
    origin: str
    """Of the first pack it stands on: executed, transcribed or imported; empty where it stands on none."""
    claims: int
    """Verified ones."""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    """The ids of those that it stands on."""
    future: bool = False
    """Dated after today, in a preview; no build says so."""


@dataclass(frozen=True)
class EditionEntry:
    """A weekly edition in a list."""

    slug: str
    year: int
    title: str
    url: str
    description: str
    week: str
    """In words."""
    date: str
    iso_date: str
    draft: bool
    writeups: tuple[SourceLink, ...]
    """Those that it carries, from the site's root."""
    authors: tuple[str, ...] = ()
    future: bool = False
    """Dated after today, in a preview; no build says so."""


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
class PackLink:
    id: str
    url: str
    """From the site's root."""
    short_digest: str


@dataclass(frozen=True)
class ReadingView:
    """One value that a claim was compared with."""

    value: str
    """As stored; empty where the pack does not hold it."""
    query: str
    sources: tuple[SourceLink, ...]
    packs: tuple[PackLink, ...]
    """The packs it was read from."""
    runs: tuple[SourceLink, ...] = ()
    """The pages of the very runs that it was read from, from the site's root, where its query says which."""


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
class LoweredRules:
    """Rules of the check that a publication takes less seriously than others do."""

    off: tuple[str, ...]
    """It does not apply them."""
    warning: tuple[str, ...]
    """They are errors elsewhere, and here stop no release."""


@dataclass(frozen=True)
class PackDigest:
    """A pack that a page stands on."""

    alias: str
    id: str
    digest: str
    url: str


@dataclass(frozen=True)
class Recheck:
    """What a page is checked again with in the reader's browser."""

    data: Markup
    """JSON, see generator/pages/recheck.py."""
    script: str
    """From the site's root."""
    sqlite: str
    """The script that answers queries, from the site's root; empty where the site has none."""


@dataclass(frozen=True)
class IndexPage:
    publication: Publication
    page: Meta
    edition: EditionEntry | None
    """The newest."""
    writeups: tuple[WriteupEntry, ...]
    packs: tuple[PackEntry, ...]


@dataclass(frozen=True)
class WriteupPage:
    publication: Publication
    page: Meta
    entry: WriteupEntry
    authors: tuple[str, ...]
    tags: tuple[SourceLink, ...]
    """From the site's root."""
    boxes: tuple[CampaignBox, ...]
    """Of the packs in the order of the front matter: the first is the campaign at hand."""
    body: Markup
    """Rendered by generator/pages/render.py from checked tokens: text in it is escaped."""
    evidence: tuple[EvidenceView, ...]
    waivers: tuple[WaiverView, ...]
    coverage: Coverage
    lowered: LoweredRules
    packs: tuple[PackDigest, ...]
    sources: tuple[SourceLink, ...]
    """What it was written in: its own file, named from the publication's root, and its facts where it has any."""
    has_charts: bool
    """Whether its body has a chart that can be explored."""
    edition: SourceLink | None = None
    """That carries it."""
    recheck: Recheck | None = None
    """What the reader's browser needs to check the page again; None where nothing was claimed."""


@dataclass(frozen=True)
class FileRow:
    """A file of a pack, as its descriptor lists it."""

    path: str
    url: str
    """From the pack's page; percent-encoded, and always below data/."""
    title: str
    size: str
    bytes: int | None
    """None where the pack does not say it of itself."""
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
    sources: tuple[SourceLink, ...] = ()
    """Its own, where they are not the pack's."""
    licences: tuple[SourceLink, ...] = ()
    """Its own, where they are not the pack's."""
    notes: tuple[str, ...] = ()
    """What it says of itself, and how it was read from its file."""


@dataclass(frozen=True)
class CardRow:
    """A fact of a model card."""

    label: str
    value: str
    note: str
    source: SourceLink
    """Its address is empty where the source is a file."""
    source_note: str
    """The file's digest or the day on which a page was read."""


@dataclass(frozen=True)
class Card:
    """What is known of the model besides its runs."""

    name: str
    sentence: str
    rows: tuple[CardRow, ...]


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
    sources: tuple[SourceLink, ...]
    """Where the pack's tables come from, where somebody else made them."""
    licences: tuple[SourceLink, ...]
    notes: tuple[str, ...]
    card: Card | None
    """Of the model, where the publication has one."""
    predictions: Predictions | None
    chart: ChartView | None
    """How runs ended, by task; None where the pack does not hold that."""
    runs: SourceLink | None
    """The list of its runs, and in words which of them have a page; None where none do."""
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
