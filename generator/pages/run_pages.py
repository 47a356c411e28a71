"""Contexts of the pages of runs: one for each run, and the list of a pack's runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from clawpub.pack.events import RunEvent
from clawpub.pack.runs import attempts_of, counted
from clawpub.pack.schema import RUN_METRICS
from clawpub.pack.tables import Row, spell
from generator.cells import missing_reason, shown_column
from generator.pages.assembly import made_on, meta
from generator.pages.contexts import Labelled, Meta, Publication, SourceLink
from generator.pages.output import Payload
from generator.pages.places import Places
from generator.pages.render import Theme, render_page
from generator.pages.run_contexts import RunMark, RunPage, RunsPage, TaskRuns
from generator.pages.runs import Key, PackRuns
from generator.pages.suites import results_of, suite_of
from generator.pages.transcript import attempt_views, filters_of
from generator.project import Site
from generator.tables import harness_of, model_of
from generator.urls import CAMPAIGNS, pack_url, task_anchor

OUTCOMES = {"passed": "Passed", "failed": "Failed", "unscored": "Not scored", "": "Outcome not stated"}
_METRICS = (
    ("model_calls", "Model calls"),
    ("tool_calls", "Tool calls"),
    ("tokens_in", "Tokens in"),
    ("tokens_out", "Tokens out"),
    ("latency_s", "Latency"),
    ("cost_usd", "Cost"),
)


def run_files(
    theme: Theme, publication: Publication, site: Site, runs: PackRuns, places: Places, *, made_here: bool = False
) -> dict[str, Payload]:
    """Return the pages of a pack's runs, each made when it is written, and their list."""

    def written(key: Key) -> Payload:
        return lambda: render_page(theme, run_page(publication, site, runs, key, places, made_here=made_here))

    if not runs.files:
        return {}
    listed = render_page(theme, runs_page(publication, site, runs, made_here=made_here))
    return {runs.index_url: listed, **{runs.url(*key): written(key) for key in runs.order}}


def run_page(
    publication: Publication, site: Site, runs: PackRuns, key: Key, places: Places, *, made_here: bool
) -> RunPage:
    """Return the page of one run, its transcript read now. Raises: PackError where that cannot be done."""
    events = runs.events(key)
    attempts = attempt_views(events, _counted(events))
    row = runs.outcomes.get(key)
    before, after = _neighbours(runs, key)
    return RunPage(
        publication=publication,
        page=_run_meta(site, runs, key, made_here),
        title=_title(runs, key),
        made_here=(made_on(runs.pack) or "date unknown") if made_here else "",
        outcome=runs.outcome(key),
        outcome_words=_outcome_words(runs, key),
        reason=spell(row["checker_reason"]) if row else "",
        lines=tuple(_lines(runs, key, places, pack_url(runs.pack, made_here=made_here))),
        filters=filters_of(attempts),
        attempts=attempts,
        files=tuple(SourceLink(file.path, "../../data/" + quote(file.path)) for file in runs.files[key]),
        before=before,
        after=after,
    )


def _run_meta(site: Site, runs: PackRuns, key: Key, made_here: bool) -> Meta:
    title = f"{key[0]}, run {key[1]}: {model_of(runs.pack)}"
    description = f"Every message, tool call and result of run {key[1]} of {key[0]} by {model_of(runs.pack)}."
    page = meta(site, runs.url(*key), title, description, indexed=not made_here)
    return replace(page, crumbs=(*pack_crumbs(runs, made_here), SourceLink("Runs", runs.index_url)))


def pack_crumbs(runs: PackRuns, made_here: bool) -> tuple[SourceLink, ...]:
    """Return what leads from the front page to a pack's own."""
    top = SourceLink("This machine", "demo/index.html") if made_here else SourceLink("Campaigns", CAMPAIGNS)
    return (top, SourceLink(runs.pack.id, pack_url(runs.pack, made_here=made_here)))


def _counted(events: list[RunEvent]) -> int | None:
    attempts = attempts_of(events)
    return counted(attempts).attempt if attempts else None


def _title(runs: PackRuns, key: Key) -> str:
    name = titles_of(runs).get(key[0], "")
    return f"{name}, run {key[1]}" if name else f"{key[0]}, run {key[1]}"


def titles_of(runs: PackRuns) -> dict[str, str]:
    """Return the titles of a pack's tasks, as far as it says them."""
    return {task: spell(row.get("title")) for task, row in results_of(runs.pack).items()}


def _outcome_words(runs: PackRuns, key: Key) -> str:
    row, words = runs.outcomes.get(key), OUTCOMES[runs.outcome(key)]
    mode = spell(row["failure_mode"]) if row else ""
    return f"{words}: {mode}" if mode else words


def _lines(runs: PackRuns, key: Key, places: Places, url: str) -> Iterator[Labelled]:
    pack, row = runs.pack, runs.metrics.get(key)
    yield Labelled("Model", model_of(pack), url=places.model(model_of(pack)), code=True)
    if harness := harness_of(pack):
        yield Labelled("Harness", harness, code=True)
    title, page = titles_of(runs).get(key[0], ""), places.task(suite_of(pack), key[0])
    yield Labelled("Task", key[0], url=page, note=title, code=True)
    yield Labelled("Run", str(key[1]))
    for name, label in _METRICS:
        yield _metric(name, label, row, pack.info.origin)
    if row:
        yield Labelled("Stopped by", spell(row["stop_reason"]) or "—", code=True)
    yield Labelled("Data pack", pack.id, url=url, code=True)


def _metric(name: str, label: str, row: Row | None, origin: str) -> Labelled:
    column = next(column for column in RUN_METRICS.columns if column.name == name)
    if row is None:
        return Labelled(label, "—", note="the pack has no run_metrics of this run")
    cell = shown_column(column, RUN_METRICS, [row], origin=origin)[0]
    if cell.kind == "missing":
        return Labelled(label, "—", note=missing_reason(name, origin))
    unit = " s" if name.endswith("_s") else ""
    return Labelled(label, f"${cell.text}" if name.endswith("_usd") else cell.text + unit)


def _neighbours(runs: PackRuns, key: Key) -> tuple[SourceLink | None, SourceLink | None]:
    keys, place = runs.order, runs.places[key]
    before = keys[place - 1] if place else None
    after = keys[place + 1] if place + 1 < len(keys) else None
    return _near(runs, before), _near(runs, after)


def _near(runs: PackRuns, key: Key | None) -> SourceLink | None:
    return SourceLink(f"{key[0]}, run {key[1]}", runs.url(*key)) if key else None


def runs_page(publication: Publication, site: Site, runs: PackRuns, *, made_here: bool) -> RunsPage:
    """Return the list of a pack's runs by task, each with its outcome."""
    title = f"Runs of {model_of(runs.pack)}"
    description = f"The runs of {runs.pack.id}, each with its transcript."
    page = meta(site, runs.index_url, title, description, indexed=not made_here)
    by_task: dict[str, list[int]] = {}
    for task, run in runs.order:
        by_task.setdefault(task, []).append(run)
    results = results_of(runs.pack)
    return RunsPage(
        publication=publication,
        page=replace(page, crumbs=pack_crumbs(runs, made_here)),
        title=title,
        made_here=(made_on(runs.pack) or "date unknown") if made_here else "",
        pack_url=pack_url(runs.pack, made_here=made_here),
        words=runs.words,
        tasks=tuple(_task_runs(runs, task, numbers, results.get(task)) for task, numbers in by_task.items()),
    )


def _task_runs(runs: PackRuns, task: str, numbers: list[int], row: Row | None) -> TaskRuns:
    marks = tuple(
        RunMark(str(run), runs.url(task, run), runs.outcome((task, run)), _outcome_words(runs, (task, run)))
        for run in numbers
    )
    title, score = (spell(row.get("title")), spell(row.get("score"))) if row else ("", "")
    return TaskRuns(task_anchor(task), task, title, score, marks)
