"""Campaigns of one suite side by side: scores with intervals, by task, cost against score, latency, what was tested."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from clawpub.errors import PackError
from clawpub.pack.across import current
from clawpub.pack.compare import Pair, compare_packs
from clawpub.pack.reader import Pack
from clawpub.pack.schema import PER_TASK_RESULTS, RUN_SUMMARY
from clawpub.pack.tables import Cell, Row, spell
from generator.cells import Heading, Shown, number
from generator.pages.campaigns import by_model, campaign_table, labels_of
from generator.pages.catalogue_contexts import (
    HeatCell,
    HeatColumn,
    HeatMap,
    HeatRow,
    Plot,
    Point,
    RangeRow,
    Ranges,
    SuiteComparison,
    Tick,
)
from generator.pages.contexts import SourceLink
from generator.pages.runs import PackRuns
from generator.pages.suites import by_suite, results_of
from generator.tables import Line, Provenance, TableView, interval_chart, interval_of, provenance, summary_of
from generator.urls import TASKS, pack_url, suite_anchor, task_url

MOST_CAMPAIGNS = 40
"""Of one suite on the page, the newest."""
MOST_TASKS = 200
"""Rows of the map; each task's own page has its scores."""
MOST_TESTED = 12
"""Campaigns of one suite that are tested pair by pair."""
MOST_RUNS = 300
"""Runs of one campaign up to which it is tested: exact tests grow with them."""

LEVELS = {
    "none": "no run passed",
    "few": "fewer than half passed",
    "half": "half passed",
    "most": "more than half passed",
    "all": "every run passed",
    "missing": "not stated",
}
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
        chart=interval_chart(shown, pack_url),
        table=campaign_table(shown, "Totals", Heading("model", "Campaign"), by_model),
        heat=_heat(suite, shown, runs, tasks),
        cost=_cost(shown, names),
        latency=_latency(shown, names),
        differences=differences,
        notes=(*notes, *tested),
    )


def _notes(packs: Sequence[Pack]) -> Iterator[str]:
    if len(packs) > MOST_CAMPAIGNS:
        yield f"The newest {MOST_CAMPAIGNS} of {len(packs)} campaigns."
    if len({pack.info.campaign.suite.digest for pack in packs if pack.info.campaign}) > 1:
        yield "Not all of these ran the same version of the suite: a difference may be the tasks’."
    if others := [pack.id for pack in packs if pack.info.origin != "executed"]:
        yield f"Not executed by us: {', '.join(others)}."


def _heat(suite: str, packs: Sequence[Pack], runs: Mapping[str, PackRuns], tasks: set[str]) -> HeatMap:
    results = [results_of(pack) for pack in packs]
    titles: dict[str, str] = {}
    for rows in results:
        for task, row in rows.items():
            titles[task] = titles.get(task) or spell(row.get("title"))
    columns = tuple(
        HeatColumn(label, note, pack_url(pack)) for (label, note), pack in zip(labels_of(packs), packs, strict=True)
    )
    return HeatMap(
        "Runs passed, by task",
        _provenances(packs, PER_TASK_RESULTS.name),
        columns,
        tuple(
            HeatRow(
                SourceLink(task, task_url(suite, task) if task in tasks else ""),
                titles[task],
                tuple(_heat_cell(rows.get(task), runs[pack.id]) for pack, rows in zip(packs, results, strict=True)),
            )
            for task in sorted(titles)[:MOST_TASKS]
        ),
        (
            "Each cell says how many of a task’s scored runs passed; its shape and shade say the same.",
            *([f"The first {MOST_TASKS} of {len(titles):,} tasks."] if len(titles) > MOST_TASKS else []),
        ),
    )


def _heat_cell(row: Row | None, runs: PackRuns) -> HeatCell:
    if row is None or row["runs"] == 0:
        return HeatCell("", "missing", "not run or not scored here", "")
    passes, count = row["passes"], row["runs"]
    if not isinstance(passes, int) or not isinstance(count, int) or not 0 <= passes <= count:
        return HeatCell("", "missing", LEVELS["missing"], "")
    level = _level(passes, count)
    return HeatCell(f"{passes}/{count}", level, LEVELS[level], runs.task_url(str(row["task_id"])))


def _level(passes: int, count: int) -> str:
    if passes in (0, count):
        return "all" if passes else "none"
    return "half" if 2 * passes == count else "few" if 2 * passes < count else "most"


def _provenances(packs: Sequence[Pack], table: str) -> tuple[Provenance, ...]:
    return tuple(provenance(pack, pack_url(pack), (table,)) for pack in packs)


# --- cost and latency -------------------------------------------------------------------------------------------------


def _cost(packs: Sequence[Pack], names: Sequence[str]) -> Plot:
    """Return what a pass costs against the share of runs that passed; campaigns without a price are named."""
    known: list[tuple[Pack, str, Decimal, Decimal, Row]] = []
    unknown: dict[str, list[str]] = {}
    for pack, name in zip(packs, names, strict=True):
        row = summary_of(pack) or {}
        cost, rate = _figure(row.get("cost_per_pass_usd")), _figure(row.get("pass_rate"))
        if cost is not None and cost > 0 and rate is not None and 0 <= rate <= 1:
            known.append((pack, name, cost, rate, row))
        else:
            unknown.setdefault(_why_no_cost(row), []).append(name)
    notes = [
        f"Not in the plot, because {why}: {'every campaign' if len(left_out) == len(packs) else '; '.join(left_out)}."
        for why, left_out in unknown.items()
    ]
    scale = _CostAxis([cost for _, _, cost, _, _ in known])
    points = tuple(
        _point(place, pack, name, scale.at(cost), rate, row)
        for place, (pack, name, cost, rate, row) in enumerate(known, start=1)
    )
    return Plot(
        "What a pass costs, against the share of runs that passed",
        _provenances([pack for pack, *_ in known], RUN_SUMMARY.name),
        points,
        scale.ticks if points else (),
        tuple(notes),
    )


def _why_no_cost(row: Row) -> str:
    if row.get("cost_usd") is not None and row.get("passes") == 0:
        return "no run passed"
    return "no price is known" if _figure(row.get("pass_rate")) is not None else "no pass rate is stated"


def _figure(cell: Cell) -> Decimal | None:
    if isinstance(cell, bool) or not isinstance(cell, Decimal | int):
        return None
    return Decimal(cell) if Decimal(cell).is_finite() else None


class _CostAxis:
    """From dollars to percent of a plot's width: powers of ten where the costs are far apart, else from zero."""

    def __init__(self, costs: Sequence[Decimal]) -> None:
        self._costs = costs
        self._logarithmic = bool(costs) and max(costs) >= 10 * min(costs)
        if self._logarithmic:
            self._low = math.floor(math.log10(min(costs)))
            self._high = max(self._low + 1, math.ceil(math.log10(max(costs))))

    def at(self, cost: Decimal) -> float:
        if self._logarithmic:
            return 100 * (math.log10(cost) - self._low) / (self._high - self._low)
        return float(100 * cost / max(self._costs))

    @property
    def ticks(self) -> tuple[Tick, ...]:
        if self._logarithmic:
            powers = range(self._low, self._high + 1)
            return tuple(Tick(_percent(self.at(Decimal(10) ** p)), f"${Decimal(10) ** p:f}") for p in powers)
        most = max(self._costs)
        return (Tick("0", "$0"), Tick("100", f"${number(most, 6).text}"))


def _percent(value: float) -> str:
    return f"{min(max(value, 0), 100):.2f}"


def _point(place: int, pack: Pack, name: str, at: float, rate: Decimal, row: Row) -> Point:
    cost = number(Decimal(spell(row["cost_per_pass_usd"])), 6).text
    words = f"${cost} a pass, {spell(row['score'])} passed"
    return Point(
        place, name, pack_url(pack), _percent(at), _percent(float(100 - 100 * rate)), _percent(min(at, 95) + 1.5), words
    )


def _latency(packs: Sequence[Pack], names: Sequence[str]) -> Ranges:
    """Return each campaign's median run and its 95th percentile on one axis of seconds."""
    found = []
    for pack, name in zip(packs, names, strict=True):
        row = summary_of(pack) or {}
        found.append((pack, name, _figure(row.get("latency_p50_s")), _figure(row.get("latency_p95_s"))))
    most = max(
        (value for *_, median, late in found for value in (median, late) if value is not None), default=Decimal(0)
    )
    return Ranges(
        caption="Seconds a run takes",
        provenance=_provenances(packs, RUN_SUMMARY.name),
        heading="Median, 95th percentile",
        middle=number(most / 2, 1).text,
        end=f"{number(most, 1).text} s",
        rows=tuple(_range(pack, name, median, late, most) for pack, name, median, late in found),
        notes=("Dot: the median run. Line: to the 95th percentile. Model, tools and harness together.",),
    )


def _range(pack: Pack, name: str, median: Decimal | None, late: Decimal | None, most: Decimal) -> RangeRow:
    def at(value: Decimal | None) -> str | None:
        return _percent(float(100 * value / most)) if value is not None and most > 0 else None

    words = f"{number(median, 1).text} s" if median is not None else ""
    return RangeRow(
        name, pack_url(pack), at(median), at(late), words, f"{number(late, 1).text} s" if late is not None else ""
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
    if any((_figure((summary_of(pack) or {}).get("runs")) or 0) > MOST_RUNS for pack in packs):
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
