"""The pages that list and compare: campaigns, models, tasks, tags, the comparison, the method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from clawpub.pack.across import current
from clawpub.pack.reader import Pack
from clawpub.pack.schema import PER_TASK_RESULTS
from clawpub.pack.tables import Row, spell
from generator.cards import ModelCard
from generator.cells import Heading, Shown, missing, missing_reason
from generator.charts.campaigns import interval_chart
from generator.charts.outcomes import failure_chart, has_outcomes
from generator.charts.view import ChartView
from generator.local import newest_first
from generator.pages.assembly import meta, pack_entry
from generator.pages.boxes import card_fields
from generator.pages.campaigns import by_harness, by_model, campaign_table, date_cell
from generator.pages.catalogue_contexts import (
    CampaignsPage,
    ComparePage,
    MethodPage,
    ModelEntry,
    ModelPage,
    ModelsPage,
    SuiteEntry,
    TagEntry,
    TagPage,
    TagsPage,
    TaskEntry,
    TaskPage,
    TasksPage,
)
from generator.pages.comparison import comparable, compare_suite
from generator.pages.contents import Contents
from generator.pages.contexts import Meta, Publication, SourceLink, WriteupEntry
from generator.pages.editions import edition_lists, sections_of
from generator.pages.output import Payload
from generator.pages.places import Places
from generator.pages.render import AnyPage, Theme, render_page
from generator.pages.runs import PackRuns
from generator.pages.suites import FrozenSuite, FrozenTask, by_suite, frozen_suite, results_of
from generator.pages.transcript import text_block
from generator.project import Site
from generator.tables import Line, TableView, harness_of, model_of, outcomes_of, short, summary_of
from generator.urls import (
    CAMPAIGNS,
    COMPARE,
    EDITIONS,
    METHOD,
    MODELS,
    TAGS,
    TASKS,
    model_url,
    pack_url,
    suite_anchor,
    tag_url,
    task_url,
)
from generator.verdicts import Front

MOST_TASKS = 1000
"""Tasks of one suite that have a page."""


@dataclass(frozen=True)
class Catalogue:
    """What the lists of a publication are made of, arranged once."""

    contents: Contents
    packs: tuple[Pack, ...]
    """Newest first."""
    suites: Mapping[str, list[Pack]]
    """Packs with results by task, newest first, by suite."""
    compared: Mapping[str, list[Pack]]
    models: Mapping[str, list[Pack]]
    """Campaigns by model; a model that only has a card has none."""
    tags: Mapping[str, tuple[str, list[WriteupEntry]]]
    """By page: the tag as first written, and its writeups."""

    def tasks(self, suite: str) -> list[str]:
        """Return the tasks of a suite that have a page."""
        return sorted({task for pack in self.suites[suite] for task in results_of(pack)})[:MOST_TASKS]

    @property
    def places(self) -> Places:
        return Places(frozenset(self.models), {suite: frozenset(self.tasks(suite)) for suite in self.suites})

    @property
    def has_method(self) -> bool:
        """Whether the page about the method is the theme's: a publication's own takes its place."""
        return not any(text.slug in ("about", "method") for text in self.contents.texts)


def catalogue_of(contents: Contents) -> Catalogue:
    packs = tuple(newest_first(contents.packs))
    campaigns = [pack for pack in packs if pack.info.campaign]
    models: dict[str, list[Pack]] = {model: [] for model in contents.cards}
    models |= {model_of(pack): [] for pack in campaigns}
    for pack in current(campaigns):
        models[model_of(pack)].append(pack)
    tags: dict[str, tuple[str, list[WriteupEntry]]] = {}
    for entry in contents.entries:
        for tag in entry.tags:
            _, found = tags.setdefault(tag_url(tag), (tag, []))
            if not found or found[-1] is not entry:
                found.append(entry)
    return Catalogue(
        contents=contents,
        packs=packs,
        suites=by_suite(current(packs)),
        compared=comparable(packs),
        models=dict(sorted(models.items())),
        tags=dict(sorted(tags.items())),
    )


def navigation(
    catalogue: Catalogue, fronts: Sequence[Front], *, editions: bool
) -> tuple[tuple[SourceLink, ...], tuple[SourceLink, ...]]:
    """Return the links of the masthead and those of the foot, from the site's root: only what is there.

    `fronts` are those of the writeups that are shown; `editions` says whether there are any.
    """
    sections = sections_of((front.section for front in fronts), catalogue.contents.project.site)
    head = [
        *([SourceLink("Editions", EDITIONS)] if editions else []),
        *([SourceLink("Campaigns", CAMPAIGNS)] if catalogue.packs else []),
        *([SourceLink("Compare", COMPARE)] if catalogue.compared else []),
        *([SourceLink("Method", METHOD)] if catalogue.has_method else []),
    ]
    foot = [
        *(SourceLink(section, path) for section, path in sections.items()),
        *([SourceLink("Models", MODELS)] if catalogue.models else []),
        *([SourceLink("Tasks", TASKS)] if catalogue.suites else []),
        *([SourceLink("Tags", TAGS)] if any(front.tagged for front in fronts) else []),
    ]
    return tuple(head), tuple(foot)


def catalogue_files(
    theme: Theme, about: Publication, catalogue: Catalogue, runs: Mapping[str, PackRuns]
) -> dict[str, Payload]:
    """Return every page that lists or compares, by its path."""
    site = catalogue.contents.project.site
    pages = [
        *_campaigns(about, site, catalogue),
        *_models(about, site, catalogue),
        *_tasks(about, site, catalogue, runs),
        *_comparison(about, site, catalogue, runs),
        *_tags(about, site, catalogue),
        *edition_lists(catalogue.contents, about),
    ]
    if catalogue.has_method:
        title, description = "Method", f"How {site.title} checks what it prints, and how to check it again."
        pages.append((METHOD, MethodPage(about, meta(site, METHOD, title, description))))
    return {path: render_page(theme, page) for path, page in pages}


Pages = Iterator[tuple[str, AnyPage]]


def _campaigns(about: Publication, site: Site, catalogue: Catalogue) -> Pages:
    if not catalogue.packs:
        return
    campaigns = [pack for pack in catalogue.packs if pack.info.campaign]
    others = tuple(pack_entry(pack) for pack in catalogue.packs if not pack.info.campaign)
    first = Heading("model", "Campaign")
    table = campaign_table(campaigns, "Every campaign, the newest first", first, by_model) if campaigns else None
    page = meta(site, CAMPAIGNS, "Campaigns", "Every campaign and every data pack of this publication.")
    yield CAMPAIGNS, CampaignsPage(about, page, table, others)


# --- models -----------------------------------------------------------------------------------------------------------


def _models(about: Publication, site: Site, catalogue: Catalogue) -> Pages:
    if not catalogue.models:
        return
    cards = catalogue.contents.cards
    page = meta(site, MODELS, "Models", "The models of this publication’s campaigns, with what is known of each.")
    entries = tuple(_model_entry(model, packs, cards.get(model)) for model, packs in catalogue.models.items())
    yield MODELS, ModelsPage(about, page, entries)
    for model, packs in catalogue.models.items():
        yield model_url(model), _model_page(about, site, catalogue, model, packs)


def _failures(packs: Sequence[Pack]) -> ChartView | None:
    """Return how runs of campaigns ended, None where none of their packs holds that."""
    shown = [pack for pack in packs if has_outcomes(pack)]
    if not shown:
        return None
    return ChartView(failure_chart(shown, pack_url, names=_harnesses(shown)))


def _harnesses(packs: Sequence[Pack]) -> list[str]:
    """Return what tells a model's campaigns apart: the harness, and where that does not, the pack."""
    names = [by_harness(pack).text for pack in packs]
    return [pack.id if names.count(name) > 1 else name for name, pack in zip(names, packs, strict=True)]


def _model_entry(model: str, packs: Sequence[Pack], card: ModelCard | None) -> ModelEntry:
    words = "no campaign yet" if not packs else f"{len(packs)} campaign" + ("s" if len(packs) > 1 else "")
    sentence = f"{card.family}, by {card.publisher}" if card else ""
    return ModelEntry(model, card.name if card else model, model_url(model), sentence, words)


def _model_page(about: Publication, site: Site, catalogue: Catalogue, model: str, packs: Sequence[Pack]) -> ModelPage:
    card = catalogue.contents.cards.get(model)
    name = card.name if card else model
    page = meta(site, model_url(model), name, f"What is known of {name}, and every campaign of it.")
    rated = [pack for pack in packs if (summary := summary_of(pack)) and summary["pass_rate"] is not None]
    ids = {pack.id for pack in packs}
    heading = Heading("harness", "Harness")
    return ModelPage(
        publication=about,
        page=replace(page, crumbs=(SourceLink("Models", MODELS),)),
        id=model,
        name=name,
        card=card_fields(card) if card else None,
        chart=ChartView(interval_chart(rated, pack_url, names=_harnesses(rated))) if rated else None,
        failures=_failures(packs),
        table=campaign_table(packs, "Campaigns, the newest first", heading, by_harness) if packs else None,
        writeups=tuple(entry for entry in catalogue.contents.entries if ids.intersection(entry.packs)),
    )


# --- tasks ------------------------------------------------------------------------------------------------------------


def _tasks(about: Publication, site: Site, catalogue: Catalogue, runs: Mapping[str, PackRuns]) -> Pages:
    if not catalogue.suites:
        return
    page = meta(site, TASKS, "Tasks", "The suites that campaigns ran, task by task, as the packs froze them.")
    entries = []
    for suite, packs in catalogue.suites.items():
        frozen = {pack.id: frozen_suite(pack) for pack in packs}
        tasks = catalogue.tasks(suite)
        entries.append(_suite_entry(suite, packs, tasks, frozen))
        for task in tasks:
            yield task_url(suite, task), _task_page(about, site, suite, task, packs, frozen, runs)
    yield TASKS, TasksPage(about, page, tuple(entries))


def _suite_entry(
    suite: str, packs: Sequence[Pack], tasks: Sequence[str], frozen: Mapping[str, FrozenSuite]
) -> SuiteEntry:
    campaign = packs[0].info.campaign
    count = len({task for pack in packs for task in results_of(pack)})
    note = f"The first {len(tasks):,} of {count:,} tasks have a page." if count > len(tasks) else ""
    links = tuple(TaskEntry(task, _title(task, packs, frozen), task_url(suite, task)) for task in tasks)
    return SuiteEntry(suite, campaign.suite.title if campaign else suite, suite_anchor(suite), links, note)


def _title(task: str, packs: Sequence[Pack], frozen: Mapping[str, FrozenSuite]) -> str:
    said = [known.title for pack in packs if (known := frozen[pack.id].tasks.get(task))]
    said += [spell(row.get("title")) for pack in packs if (row := results_of(pack).get(task))]
    return next(filter(None, said), "")


def _task_page(
    about: Publication,
    site: Site,
    suite: str,
    task: str,
    packs: Sequence[Pack],
    frozen: Mapping[str, FrozenSuite],
    runs: Mapping[str, PackRuns],
) -> TaskPage:
    title = _title(task, packs, frozen) or task
    page = meta(site, task_url(suite, task), title, f"{task} of {suite}: what it asks, and every campaign’s score.")
    source = next((pack for pack in packs if task in frozen[pack.id].tasks), None)
    said = frozen[source.id].tasks[task] if source else FrozenTask(task)
    system = frozen[source.id].system if source else ""
    crumbs = (SourceLink("Tasks", TASKS), SourceLink(suite, f"{TASKS}#{suite_anchor(suite)}"))
    ran = [pack for pack in packs if task in results_of(pack)]
    return TaskPage(
        publication=about,
        page=replace(page, crumbs=crumbs),
        id=task,
        title=title,
        suite=suite,
        prompt=replace(text_block("prompt", said.prompt), folded=False) if said.prompt else None,
        system=text_block("system prompt", system) if system else None,
        limits=said.limits,
        source=SourceLink(source.id, pack_url(source)) if source else None,
        source_note=f"sha256:{short(source.digest)}…" if source else "",
        table=_task_table(task, ran, runs),
        notes=tuple(_task_notes(source, ran)),
    )


def _task_notes(source: Pack | None, packs: Sequence[Pack]) -> Iterator[str]:
    if source is None or source.info.campaign is None:
        return
    versions = {pack.id: pack.info.campaign.suite.digest for pack in packs if pack.info.campaign}
    if unknown := [pack for pack, version in versions.items() if version is None]:
        named = ", ".join(unknown)
        yield f"Which version of the suite these campaigns ran is not stated, and its task may differ: {named}."
    digest = source.info.campaign.suite.digest
    if other := [pack for pack, version in versions.items() if version not in (digest, None)]:
        yield f"These campaigns ran another version of the suite, whose task may differ: {', '.join(other)}."


def _task_table(task: str, packs: Sequence[Pack], runs: Mapping[str, PackRuns]) -> TableView:
    headings = (
        Heading("model", "Campaign"),
        Heading("date", "Date"),
        Heading("score", "Runs passed", numeric=True),
        Heading("failure_modes", "Failure modes"),
    )
    lines = tuple(_task_line(task, pack, results_of(pack)[task], runs[pack.id]) for pack in packs)
    notes = ("A score leads to the runs that it counts, where their transcripts are in the pack.",)
    return TableView("Every campaign’s score", (PER_TASK_RESULTS.name,), (), headings, lines, notes=notes)


def _task_line(task: str, pack: Pack, row: Row, runs: PackRuns) -> Line:
    harness, origin = harness_of(pack), pack.info.origin
    name = Shown("text", model_of(pack), note=f"through {harness}" if harness else "", url=pack_url(pack))
    outcomes = outcomes_of(pack).get(task, [])
    dots = tuple(outcomes) if len(outcomes) <= 12 else ()
    score = Shown("number", spell(row["score"]), dots=dots, url=runs.task_url(task))
    if row["score"] is None:
        score = missing(missing_reason("score", origin))
    return Line((name, date_cell(pack), score, _modes(row, origin)))


def _modes(row: Row, origin: str) -> Shown:
    if row.get("failure_modes"):
        return Shown("text", spell(row["failure_modes"]))
    if row["passes"] is not None and row["passes"] == row["runs"]:
        return Shown("none", note="no run failed")
    return missing(missing_reason("failure_modes", origin))


# --- the comparison, tags ---------------------------------------------------------------------------------------------


def _comparison(about: Publication, site: Site, catalogue: Catalogue, runs: Mapping[str, PackRuns]) -> Pages:
    if not catalogue.compared:
        return
    page = meta(
        site, COMPARE, "Campaigns compared", "Every campaign of a suite side by side: score, tasks, cost, time."
    )
    suites = tuple(
        compare_suite(suite, packs, runs, set(catalogue.tasks(suite))) for suite, packs in catalogue.compared.items()
    )
    yield COMPARE, ComparePage(about, page, suites)


def _tags(about: Publication, site: Site, catalogue: Catalogue) -> Pages:
    if not catalogue.tags:
        return
    page = meta(site, TAGS, "Tags", f"What {site.title} writes about.")
    entries = tuple(TagEntry(tag, path, len(found)) for path, (tag, found) in catalogue.tags.items())
    yield TAGS, TagsPage(about, page, entries)
    for path, (tag, found) in catalogue.tags.items():
        yield path, TagPage(about, _tag_meta(site, path, tag), tag, tuple(found))


def _tag_meta(site: Site, path: str, tag: str) -> Meta:
    page = meta(site, path, f"Tagged {tag}", f"Writeups of {site.title} about {tag}.")
    return replace(page, crumbs=(SourceLink("Tags", TAGS),))
