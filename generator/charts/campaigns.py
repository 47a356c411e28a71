"""Charts of campaigns: one row for each, or one for each of their tasks."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from clawpub.errors import PackError
from clawpub.pack.compare import sheet_of
from clawpub.pack.reader import Pack
from clawpub.pack.schema import RUN_SUMMARY
from clawpub.pack.tables import Row as PackRow
from clawpub.pack.tables import spell
from generator.cells import missing
from generator.charts.amounts import TOO_LARGE, amount_of, campaign_row, drawn, provenances, text_of
from generator.charts.axis import Axis, linear, logarithmic
from generator.charts.model import Amount, Chart, Measure
from generator.tables import PackUrl, interval_of, names_of, the_summary

Names = Sequence[str] | None
"""What to call each campaign; else what tells them apart."""


def interval_chart(packs: Sequence[Pack], url: PackUrl, *, marked: Sequence[Pack] = (), names: Names = None) -> Chart:
    """Return pass rates with their intervals on one axis."""
    rows = []
    notes: dict[str, list[str]] = {}
    for pack, name in zip(packs, names or names_of(packs), strict=True):
        summary, how = _with_interval(pack, the_summary(pack))
        if how:
            notes.setdefault(how, []).append(name)
        columns = ("pass_rate", "pass_rate_low", "pass_rate_high")
        rates = [amount_of(summary[column], 1, pack, column, percent=True) for column in columns]
        said = ", ".join(filter(None, (f"{rates[0].shown.text} %", spell(summary["score"]), interval_of(summary))))
        amounts = (*rates, text_of(summary["score"], pack, "score"))
        rows.append(campaign_row(pack, name, url, marked, amounts, said))
    return Chart(
        kind="interval",
        title="Pass rate",
        names=(RUN_SUMMARY.name,),
        provenance=provenances(packs, url, RUN_SUMMARY.name),
        what="Campaign",
        measures=(
            Measure("Pass rate", "%"),
            Measure("95 % interval from", "%"),
            Measure("95 % interval to", "%"),
            Measure("Score"),
        ),
        rows=tuple(rows),
        across=linear("Pass rate", "%", drawn(rows, 3), high=100),
        notes=(
            "Dot: passes over scored runs. Line: 95 % interval, runs of one task counted as a cluster.",
            *(
                f"Computed here of the counts that the source states, {how}: {'; '.join(of)}."
                for how, of in notes.items()
            ),
        ),
    )


def _with_interval(pack: Pack, summary: PackRow) -> tuple[PackRow, str]:
    """Return the summary of a campaign of others with the interval that its source does not state, and how that was
    computed; as it is, and nothing, where it has one or its counts give none."""
    if pack.info.origin == "executed" or summary["pass_rate_low"] is not None or summary["pass_rate_high"] is not None:
        return summary, ""
    try:
        sheet = sheet_of(pack)
    except PackError:
        sheet = None
    if sheet is None:
        return summary, ""
    found, how = (sheet.clustered, _CLUSTERED) if sheet.clustered else (sheet.wilson, _INDEPENDENT)
    ends = {"pass_rate_low": Decimal(str(found.low)), "pass_rate_high": Decimal(str(found.high))}
    rate = summary["pass_rate"] if summary["pass_rate"] is not None else Decimal(str(float(sheet.rate)))
    return {**summary, "pass_rate": rate, **ends}, how


_CLUSTERED = "runs of one task counted as a cluster"
_INDEPENDENT = "which are totals only, so that runs had to be taken as independent and the line is too short"


def latency_chart(packs: Sequence[Pack], url: PackUrl, *, marked: Sequence[Pack] = (), names: Names = None) -> Chart:
    """Return the seconds of each campaign's median run, and of its 95th percentile."""
    rows = []
    for pack, name in zip(packs, names or names_of(packs), strict=True):
        summary = the_summary(pack)
        median, late = (amount_of(summary[c], 1, pack, c) for c in ("latency_p50_s", "latency_p95_s"))
        said = " to ".join(f"{amount.shown.text} s" for amount in (median, late) if amount.at is not None)
        rows.append(campaign_row(pack, name, url, marked, (median, late), said))
    return Chart(
        kind="range",
        title="Seconds a run takes",
        names=(RUN_SUMMARY.name,),
        provenance=provenances(packs, url, RUN_SUMMARY.name),
        what="Campaign",
        measures=(Measure("Median latency", "s"), Measure("95th percentile latency", "s")),
        rows=tuple(rows),
        across=linear("Latency of a run", "s", drawn(rows, 2)),
        notes=("Dot: the median run. Line: to the 95th percentile. Model, tools and harness together.",),
    )


# --- cost against score -----------------------------------------------------------------------------------------------


def cost_chart(packs: Sequence[Pack], url: PackUrl, *, marked: Sequence[Pack] = (), names: Names = None) -> Chart:
    """Return what a pass costs against the share of runs that passed; campaigns without a price are named."""
    rows, unknown = [], dict[str, list[str]]()
    for pack, name in zip(packs, names or names_of(packs), strict=True):
        summary = the_summary(pack)
        cost = amount_of(summary["cost_per_pass_usd"], 6, pack, "cost_per_pass_usd")
        rate = amount_of(summary["pass_rate"], 1, pack, "pass_rate", percent=True)
        if why := _why_not_drawn(summary, cost, rate):
            unknown.setdefault(why, []).append(name)
            cost = cost if cost.at is not None else Amount(None, missing(why))
        said = why or f"${cost.shown.text} a pass, {spell(summary['score']) or rate.shown.text + ' %'} passed"
        rows.append(campaign_row(pack, name, url, marked, (cost, rate), said))
    there = [row for row in rows if row.amounts[0].at is not None and row.amounts[1].at is not None]
    return Chart(
        kind="dots",
        title="What a pass costs, against the share of runs that passed",
        names=(RUN_SUMMARY.name,),
        provenance=provenances(packs, url, RUN_SUMMARY.name),
        what="Campaign",
        measures=(Measure("Cost a pass", "US$"), Measure("Pass rate", "%")),
        rows=tuple(rows),
        across=_cost_axis(drawn(there, 1)),
        up=linear("Pass rate", "%", [share for row in there if (share := row.amounts[1].at) is not None], high=100),
        notes=tuple(
            f"Not drawn, because {why}: {'every campaign' if len(left_out) == len(rows) else '; '.join(left_out)}."
            for why, left_out in unknown.items()
        ),
    )


def _why_not_drawn(summary: PackRow, cost: Amount, rate: Amount) -> str:
    if cost.at is not None and rate.at is not None:
        return ""
    if cost.at is None and summary.get("cost_usd") is not None and summary.get("passes") == 0:
        return "no run passed"
    if rate.at is None:
        return "no pass rate is stated"
    return TOO_LARGE if cost.shown.note == TOO_LARGE else "no price is known"


def _cost_axis(costs: Sequence[Decimal]) -> Axis:
    """Powers of ten where costs are far apart, else from zero."""
    if costs and 0 < 10 * min(costs) <= max(costs):
        return logarithmic("Cost a pass", "US$", costs)
    return linear("Cost a pass", "US$", costs)
