"""Campaigns in a table, whatever their packs hold: what a pack does not say is a dash with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from clawpub.pack.across import current
from clawpub.pack.reader import Pack
from clawpub.pack.schema import RUN_SUMMARY
from generator.bars import with_bars
from generator.cells import Heading, Shown, aligned, heading, missing, missing_reason, shown_column
from generator.pages.boxes import both_scores, days
from generator.tables import Line, TableView, harness_of, interval_of, model_of, summary_of
from generator.urls import pack_url

_FIGURES = (("pass_rate", "Pass rate"), ("cost_per_pass_usd", "Cost a pass"), ("latency_p50_s", "Median latency"))


def by_model(pack: Pack) -> Shown:
    """Return a campaign as a table's first cell names it where models differ."""
    harness = harness_of(pack)
    return Shown("text", model_of(pack), note=f"through {harness}" if harness else "", url=pack_url(pack))


def by_harness(pack: Pack) -> Shown:
    """Return a campaign as a table's first cell names it where there is one model."""
    return Shown("text", harness_of(pack) or pack.id, note=pack.id, url=pack_url(pack))


def campaign_table(packs: Sequence[Pack], caption: str, first: Heading, name: Callable[[Pack], Shown]) -> TableView:
    """Return one row for each pack: its name, suite, score, pass rate with interval, cost a pass, latency and date."""
    latest = current(packs)
    columns = [
        [name(pack) for pack in packs],
        [_suite(pack) for pack in packs],
        [_score(pack, corrected=not any(pack is other for other in latest)) for pack in packs],
        *(_figures(packs, column) for column, _ in _FIGURES),
        [date_cell(pack) for pack in packs],
    ]
    known = {column.name: heading(column, RUN_SUMMARY) for column in RUN_SUMMARY.columns}
    figures = [replace(known[column], label=label) for column, label in _FIGURES]
    headings = (first, Heading("suite", "Suite"), Heading("score", "Score", numeric=True), *figures)
    return TableView(
        caption,
        (RUN_SUMMARY.name,),
        (),
        (*headings, Heading("date", "Date")),
        tuple(Line(cells) for cells in zip(*columns, strict=True)),
        notes=("Small below a pass rate: its 95 % interval, runs of one task counted as a cluster.",),
    )


def _suite(pack: Pack) -> Shown:
    return Shown("text", pack.info.campaign.suite.id) if pack.info.campaign else missing("no campaign")


def _score(pack: Pack, *, corrected: bool) -> Shown:
    summary = summary_of(pack)
    said, of_planned = both_scores(summary)
    if not said:
        return missing(missing_reason("score", pack.info.origin) if summary else "the pack holds no totals")
    notes = [of_planned, "another pack corrects this one" if corrected else ""]
    return Shown("number", said, note="; ".join(filter(None, notes)))


def _figures(packs: Sequence[Pack], name: str) -> list[Shown]:
    column = next(column for column in RUN_SUMMARY.columns if column.name == name)
    cells = []
    for pack in packs:
        summary = summary_of(pack)
        if summary is None:
            cells.append(missing("the pack holds no totals"))
            continue
        cell = shown_column(column, RUN_SUMMARY, [summary], origin=pack.info.origin)[0]
        if name == "cost_per_pass_usd" and summary["cost_usd"] is not None and not summary["passes"]:
            cell = missing("no run passed")
        cells.append(
            replace(cell, note=interval_of(summary)) if name == "pass_rate" and cell.kind == "number" else cell
        )
    return with_bars(name, aligned(cells))


def date_cell(pack: Pack) -> Shown:
    """Return the days of a campaign."""
    campaign = pack.info.campaign
    if campaign is None:
        return missing("no campaign")
    return Shown("moment", days(campaign), exact=campaign.started_at.date().isoformat())


def labels_of(packs: Sequence[Pack]) -> list[tuple[str, str]]:
    """Return what tells campaigns apart: the model, and in small the harness, the day or the pack where needed."""
    harnesses = [harness_of(pack) for pack in packs]
    notes = harnesses if len(set(harnesses)) > 1 else [""] * len(packs)
    names = [(model_of(pack), note) for pack, note in zip(packs, notes, strict=True)]
    for more in (_day, lambda pack: pack.id):
        if len(set(names)) == len(names):
            break
        names = [
            (name, ", ".join(filter(None, (note, more(pack))))) for (name, note), pack in zip(names, packs, strict=True)
        ]
    return names


def _day(pack: Pack) -> str:
    return days(pack.info.campaign) if pack.info.campaign else ""
