"""What a chart shows, in words, for whoever does not see it. Every number in them is printed from the chart."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from generator.charts.axis import Axis, tick_label
from generator.charts.model import Chart, Row

MOST_ROWS = 8
"""Rows that are said one by one; of more, only the ends. The table beside the chart has all."""


def chart_words(chart: Chart) -> str:
    """Return sentences: how it is drawn, what the rows say, what is missing and why."""
    sentences = [f"{_sentence(chart.title)} {_drawn(chart)}"]
    if not chart.rows:
        return f"{sentences[0]} It has no rows."
    there = [row for row in chart.rows if not chart.is_gap(row)]
    if len(there) <= MOST_ROWS:
        sentences += [_sentence(f"{row.label}: {row.said}") for row in there]
    elif chart.kind == "dots" and chart.up:
        sentences.append(f"{len(there)} dots: {_span(there, 0, chart)}; {_span(there, 1, chart)}.")
    else:
        sentences += _ends(chart, there)
    if len(there) < len(chart.rows):
        sentences.append(gap_words(chart))
    return " ".join(sentences)


def gap_words(chart: Chart) -> str:
    """Return sentences that say what is missing, and why; empty where nothing is."""
    reasons: dict[str, list[str]] = {}
    for row in filter(chart.is_gap, chart.rows):
        reasons.setdefault(row.said, []).append(row.label)
    all_of_them = len(reasons) == 1 and all(map(chart.is_gap, chart.rows))
    return " ".join(
        f"Nothing is drawn{'' if all_of_them else f' for {_listed(labels)}'}: {_sentence(why)}"
        for why, labels in reasons.items()
    )


def _drawn(chart: Chart) -> str:
    across = _axis(chart.across)
    match chart.kind:
        case "interval":
            return f"A dot and the line of its interval for each {_lower(chart.what)}, on an axis {across}."
        case "range":
            return f"A dot and a line for each {_lower(chart.what)}, on an axis {across}."
        case "bars":
            parts = ", ".join(measure.label for measure in chart.measures)
            made = f", made of {parts}" if len(chart.measures) > 1 else ""
            return f"A bar for each {_lower(chart.what)}{made}, on an axis {across}."
        case "dots":
            up = f" Up: {_axis(chart.up)}." if chart.up else ""
            return f"A dot for each {_lower(chart.what)}. Across: {across}.{up}"
        case "map":
            return f"A row for each {_lower(chart.what)}, a column for each of {len(chart.measures)} campaigns."


def _axis(axis: Axis) -> str:
    powers = ", in powers of ten" if axis.logarithmic else ""
    return f"of {axis.title} from {tick_label(axis, axis.low)} to {tick_label(axis, axis.high)}{powers}"


def _ends(chart: Chart, rows: Sequence[Row]) -> list[str]:
    """Return which rows are the longest and which the shortest, by their first amount."""
    measure = chart.measures[0]
    ordered = sorted(rows, key=lambda row: row.amounts[0].at or Decimal(0))
    found = [f"{len(rows)} rows. By {measure.label[:1].lower()}{measure.label[1:]},"]
    for which, end in (("most", ordered[-1].amounts[0]), ("least", ordered[0].amounts[0])):
        alike = [row.label for row in rows if row.amounts[0].at == end.at]
        value = f"{end.shown.text} {measure.unit}".strip()
        found.append(f"{which} with {value}: {_listed(alike)}" + (";" if which == "most" else "."))
    return [" ".join(found)]


def _span(rows: Sequence[Row], place: int, chart: Chart) -> str:
    ordered = sorted((row.amounts[place] for row in rows), key=lambda amount: amount.at or Decimal(0))
    unit = f" {chart.measures[place].unit}".rstrip()
    low, high = ordered[0].shown.text, ordered[-1].shown.text
    return f"{chart.measures[place].label} from {low} to {high}{unit}"


def _listed(labels: Sequence[str]) -> str:
    if len(labels) > MOST_ROWS:
        return f"{', '.join(labels[:3])} and {len(labels) - 3} others"
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
