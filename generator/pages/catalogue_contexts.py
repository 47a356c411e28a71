"""What the pages that list and compare receive. See generator/pages/contexts.py.

campaigns.html CampaignsPage   models.html ModelsPage   model.html ModelPage   tasks.html TasksPage   task.html TaskPage
compare.html ComparePage       tags.html TagsPage       tag.html TagPage       method.html MethodPage
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.charts.view import ChartView
from generator.pages.contexts import Card, Meta, PackEntry, Publication, SourceLink, WriteupEntry
from generator.pages.run_contexts import TextBlock
from generator.tables import TableView


@dataclass(frozen=True)
class CampaignsPage:
    publication: Publication
    page: Meta
    table: TableView | None
    """Every campaign, the newest first; None where there is none."""
    others: tuple[PackEntry, ...]
    """Packs that no campaign made."""


@dataclass(frozen=True)
class ModelEntry:
    id: str
    name: str
    """As its card says; else its id."""
    url: str
    sentence: str
    """What its card says in short; empty without one."""
    campaigns: str
    """How many, in words."""


@dataclass(frozen=True)
class ModelsPage:
    publication: Publication
    page: Meta
    models: tuple[ModelEntry, ...]


@dataclass(frozen=True)
class ModelPage:
    publication: Publication
    page: Meta
    id: str
    name: str
    card: Card | None
    chart: ChartView | None
    """Pass rates with their intervals; None where no campaign states one."""
    failures: ChartView | None
    """How runs ended; None where no campaign holds that."""
    table: TableView | None
    writeups: tuple[WriteupEntry, ...]
    """That stand on a campaign of it."""


@dataclass(frozen=True)
class TaskEntry:
    id: str
    title: str
    url: str


@dataclass(frozen=True)
class SuiteEntry:
    id: str
    title: str
    anchor: str
    tasks: tuple[TaskEntry, ...]
    note: str
    """Where not every task has a page."""


@dataclass(frozen=True)
class TasksPage:
    publication: Publication
    page: Meta
    suites: tuple[SuiteEntry, ...]


@dataclass(frozen=True)
class TaskPage:
    publication: Publication
    page: Meta
    id: str
    title: str
    suite: str
    prompt: TextBlock | None
    """As frozen in `source`; None where no pack holds it."""
    system: TextBlock | None
    limits: tuple[str, ...]
    source: SourceLink | None
    source_note: str
    table: TableView
    notes: tuple[str, ...]


@dataclass(frozen=True)
class SuiteComparison:
    id: str
    title: str
    anchor: str
    url: str
    """Of the suite in the list of tasks."""
    chart: ChartView
    table: TableView
    heat: ChartView
    cost: ChartView
    latency: ChartView
    differences: TableView | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ComparePage:
    publication: Publication
    page: Meta
    suites: tuple[SuiteComparison, ...]


@dataclass(frozen=True)
class TagEntry:
    label: str
    url: str
    count: int


@dataclass(frozen=True)
class TagsPage:
    publication: Publication
    page: Meta
    tags: tuple[TagEntry, ...]


@dataclass(frozen=True)
class TagPage:
    publication: Publication
    page: Meta
    tag: str
    writeups: tuple[WriteupEntry, ...]


@dataclass(frozen=True)
class MethodPage:
    publication: Publication
    page: Meta
