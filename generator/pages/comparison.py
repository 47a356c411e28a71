"""Campaigns of one suite side by side: scores with intervals, by task, cost against score, latency, what was tested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from clawpub.errors import PackError
from clawpub.pack.across import current
from clawpub.pack.compare import Pair, compare_packs
from clawpub.pack.reader import Pack
from clawpub.pack.schema import PER_TASK_RESULTS
from clawpub.pack.tables import spell
from generator.cells import Heading, Shown, number
from generator.charts.campaigns import cost_chart, interval_chart, latency_chart
from generator.charts.model import Measure
from generator.charts.task_map import task_map
from generator.charts.view import ChartView
from generator.pages.campaigns import by_model, campaign_table, labels_of
from generator.pages.catalogue_contexts import SuiteComparison
from generator.pages.runs import PackRuns
from generator.pages.suites import by_suite
from generator.tables import Line, TableView, interval_of, summary_of
from generator.urls import TASKS, pack_url, suite_anchor, task_url

MOST_CAMPAIGNS = 40
"""Of one suite on the page, the newest."""
MOST_TASKS = 200
"""Rows of the map; each task's own page has its scores."""
MOST_TESTED = 12
"""Campaigns of one suite that are tested pair by pair."""
MOST_RUNS = 300
"""Runs of one campaign up to which it is tested: exact tests grow with them."""

VERDICTS = {
    "difference": "a difference that other tasks of the kind would be expected to show too",
    "these tasks only": "a difference on these very tasks; whether others would show it, nothing here tells",
}


def comparable(packs: Sequence[Pack]) -> dict[str, list[Pack]]:
    """Return the campaigns that can be put side by side, by suite: those with totals that no other pack corrects."""
    suites = by_suite([pack for pack in current(packs) if summary_of(pack)])
    return {suite: found for suite, found in suites.items() if len(found) > 1}


def compare_suite(suite: str, packs: Sequence[Pack], runs: Mapping[str, PackRuns], tasks: set[str]) -> SuiteComparison:
    """Return a suite's campaigns, the newest first, side by side. `tasks` are those that have a page."""
    shown = list(packs[:MOST_CAMPAIGNS])
    notes = list(_notes(packs))
    campaign = shown[0].info.campaign
    names = [f"{label}, {note}" if note else label for label, note in labels_of(shown)]
    differences, tested = _differences(shown, names)
    return SuiteComparison(
        id=suite,
        title=campaign.suite.title if campaign else suite,
        anchor=suite_anchor(suite),
        url=f"{TASKS}#{suite_anchor(suite)}",
        chart=ChartView(interval_chart(shown, pack_url, names=names)),
        table=campaign_table(shown, "Totals", Heading("model", "Campaign"), by_model),
        heat=_heat(suite, shown, runs, tasks),
        cost=ChartView(cost_chart(shown, pack_url, names=names)),
        latency=ChartView(latency_chart(shown, pack_url, names=names)),
        differences=differences,
        notes=(*notes, *tested),
    )


def _notes(packs: Sequence[Pack]) -> Iterator[str]:
    if len(packs) > MOST_CAMPAIGNS:
        yield f"The newest {MOST_CAMPAIGNS} of {len(packs)} campaigns."
    versions = {pack.info.campaign.suite.digest for pack in packs if pack.info.campaign}
    if None in versions:
        yield "Not every source states which version of the suite was run: a difference may be the tasks’."
    if len(versions - {None}) > 1:
        yield "Not all of these ran the same version of the suite: a difference may be the tasks’."
    if others := [pack.id for pack in packs if pack.info.origin != "executed"]:
        yield f"Not executed by us: {', '.join(others)}."


def _heat(suite: str, packs: Sequence[Pack], runs: Mapping[str, PackRuns], tasks: set[str]) -> ChartView:
    columns = [
        Measure(label, note=note, url=pack_url(pack))
        for (label, note), pack in zip(labels_of(packs), packs, strict=True)
    ]
    return ChartView(
        task_map(
            packs,
            pack_url,
            columns=columns,
            cell_url=lambda pack, task: runs[pack.id].task_url(task),
            task_url=lambda task: task_url(suite, task) if task in tasks else "",
            most=MOST_TASKS,
        )
    )


# --- what was tested --------------------------------------------------------------------------------------------------


def _differences(packs: Sequence[Pack], names: Sequence[str]) -> tuple[TableView | None, list[str]]:
    """Return the pairs of campaigns that differ by more than chance, and in words how many were tested."""
    counted = [pair for pair in zip(packs, names, strict=True) if _states_runs(pair[0])]
    if len(counted) < 2:
        return None, []
    packs, names = [pack for pack, _ in counted], [name for _, name in counted]
    if len(packs) > MOST_TESTED:
        return None, [f"More than {MOST_TESTED} campaigns are not tested pair by pair here; `clawpub compare` does."]
    if any(runs > MOST_RUNS for pack in packs if isinstance(runs := (summary_of(pack) or {}).get("runs"), int)):
        return None, [f"Campaigns of more than {MOST_RUNS:,} runs are not tested here; `clawpub compare` does."]
    try:
        found = compare_packs(packs)
    except PackError as error:
        return None, [f"Not tested pair by pair: {error.message}."]
    telling = [pair for pair in found.pairs if pair.verdict in VERDICTS]
    tested = "1 pair of campaigns was" if len(found.pairs) == 1 else f"{len(found.pairs)} pairs of campaigns were"
    words = (
        f"{tested} tested by task, with p-values adjusted after Holm; "
        f"{len(found.pairs) - len(telling)} of them cannot be told from no difference."
    )
    return (_pairs(telling, packs, names) if telling else None), [words]


def _states_runs(pack: Pack) -> bool:
    row = summary_of(pack) or {}
    return isinstance(row.get("passes"), int) and isinstance(runs := row.get("runs"), int) and runs > 0


def _pairs(pairs: Sequence[Pair], packs: Sequence[Pack], names: Sequence[str]) -> TableView:
    def scored(place: int) -> Shown:
        summary = summary_of(packs[place]) or {}
        note = ", ".join(filter(None, (spell(summary.get("score")), interval_of(summary) if summary else "")))
        return Shown("text", names[place], note=note, url=pack_url(packs[place]))

    lines = []
    for pair in pairs:
        better, worse = (pair.second, pair.first) if pair.passes > 0 else (pair.first, pair.second)
        points = number(abs(round(Decimal(pair.rate) * 100, 1)), 1).text
        lines.append(
            Line((scored(better), scored(worse), Shown("number", f"{points}"), Shown("text", VERDICTS[pair.verdict])))
        )
    headings = (
        Heading("more", "Passed more"),
        Heading("fewer", "Passed fewer"),
        Heading("rate", "Difference", unit="points", numeric=True),
        Heading("verdict", "What it is"),
    )
    return TableView("Pairs that differ", (PER_TASK_RESULTS.name,), (), headings, tuple(lines))
