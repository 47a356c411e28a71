"""Where everything of a chart stands: across in percent of the drawing's width, down in pixels.

So the drawing is as wide as there is room, its text is as large as the text around it, on a phone too, and its height
is known before anything is loaded. A label stands above its bar, where the whole width is free for it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from generator.charts.axis import Axis, percent, tick_label
from generator.charts.model import Chart, Row, Tone

LINE = 18
"""Height of a line of text."""
BAR = 14
GAP = 10
"""Below a row."""
SCALE = 44
"""Height of the ticks and the title of the axis below."""
DOTS = 240
"""Height of the field that dots stand in."""
MOST_CHARACTERS = 45
"""That fit beside each other on a phone: of a label and what its row says, or of one line of that."""
TICK_CHARACTERS = 40
"""That fit below an axis on a phone, with three between two of its ticks."""
MOST_NUMBERED = 12
"""Dots up to which each has a number, and is named below."""


@dataclass(frozen=True)
class Part:
    """A stretch of a bar or line."""

    start: str
    width: str
    end: str
    tone: Tone


@dataclass(frozen=True)
class Written:
    """A line of text, and where its letters stand."""

    y: int
    text: str


@dataclass(frozen=True)
class DrawnRow:
    label: tuple[Written, ...]
    """Cut where it is very long; the table has all of it."""
    note: str
    """Smaller, behind the label; empty where it would not fit there."""
    said: tuple[Written, ...]
    """What the row says, line by line; the first beside the label where both fit."""
    middle: int
    """Of the bar."""
    parts: tuple[Part, ...]
    line: Part | None
    dot: str | None
    code: bool
    marked: bool
    gap: bool
    """Whether there is nothing to draw: then `said` is why, and not even a zero is drawn."""


@dataclass(frozen=True)
class Dot:
    x: str
    y: int
    tone: Tone
    number: str
    """What names it in the list below, with those that stand on the same spot; empty where there are too many."""


@dataclass(frozen=True)
class Tick:
    at: str
    label: str
    """Empty where there is no room for it."""
    anchor: str
    """start, middle or end."""


@dataclass(frozen=True)
class LevelTick:
    y: int
    label: str


@dataclass(frozen=True)
class Drawing:
    height: int
    field: int
    """Height of what stands above the axis."""
    title: str
    """Of the axis across."""
    ticks: tuple[Tick, ...]
    zero: str
    """Where the axis is zero."""
    rows: tuple[DrawnRow, ...] = ()
    dots: tuple[Dot, ...] = ()
    levels: tuple[LevelTick, ...] = ()
    """Ticks of the axis up."""
    up: str = ""
    """Its title."""


def drawing_of(chart: Chart) -> Drawing:
    """Return a chart's drawing; a map has none, for it is a table."""
    if chart.kind == "dots" and chart.up:
        return _field(chart, chart.up)
    rows = tuple(_rows(chart))
    field = rows[-1].middle + BAR // 2 + GAP if rows else LINE
    return Drawing(field + SCALE, field, chart.across.title, _ticks(chart.across), _zero(chart.across), rows)


def _zero(axis: Axis) -> str:
    return axis.place(max(axis.low, min(axis.high, Decimal(0)))) if not axis.logarithmic else "0.00"


def _ticks(axis: Axis) -> tuple[Tick, ...]:
    """Return the ticks, as many of them labelled as fit on a phone."""
    labels, last = [tick_label(axis, tick) for tick in axis.ticks], len(axis.ticks) - 1
    every = -(-sum(len(label) + 3 for label in labels) // TICK_CHARACTERS)
    return tuple(
        Tick(
            axis.place(tick),
            label if place % every == 0 else "",
            "start" if place == 0 else "end" if place == last else "middle",
        )
        for place, (tick, label) in enumerate(zip(axis.ticks, labels, strict=True))
    )


def _rows(chart: Chart) -> Iterator[DrawnRow]:
    top = 0
    for row in chart.rows:
        gap, labels = chart.is_gap(row), _wrapped(row.label, 2)
        room = MOST_CHARACTERS - len(labels[-1]) - (4 if row.marked else 0)  # bold letters are wider
        note = row.note if row.note and len(row.note) < room else ""
        said = _wrapped(f"— {row.said}" if gap else row.said, 3)
        beside = len(said) == 1 and len(note) + len(said[0]) < room
        label = _lines(labels, top)
        lines = _lines(said, top + LINE * (len(labels) - (1 if beside else 0)))
        middle = lines[-1].y + 6 + BAR // 2
        line, dot = _line(chart, row)
        parts = tuple(_parts(chart, row)) if chart.kind == "bars" else ()
        yield DrawnRow(label, note, lines, middle, parts, line, dot, row.code, row.marked, gap)
        top = middle + BAR // 2 + GAP


def _wrapped(text: str, lines: int) -> list[str]:
    """Return a text in as many lines as it takes on a phone, cut after the last that there is room for."""
    return textwrap.wrap(text, MOST_CHARACTERS, max_lines=lines, placeholder=" …", break_on_hyphens=False) or [""]


def _lines(texts: Sequence[str], top: int) -> tuple[Written, ...]:
    return tuple(Written(top + LINE * place - 5, text) for place, text in enumerate(texts, start=1))


def _parts(chart: Chart, row: Row) -> Iterator[Part]:
    """Yield the bars of a row behind each other; what is below zero goes the other way."""
    ends = {True: Decimal(0), False: Decimal(0)}
    for amount, measure in zip(row.amounts, chart.measures, strict=True):
        if not amount.at:
            continue
        begin = ends[amount.at > 0]
        ends[amount.at > 0] += amount.at
        tone: Tone = "accent" if row.marked and measure.tone == "plain" else measure.tone
        yield _part(chart.across, begin, begin + amount.at, tone)


def _part(axis: Axis, one: Decimal, other: Decimal, tone: Tone) -> Part:
    start, end = sorted((axis.share(one), axis.share(other)))
    return Part(percent(100 * start), percent(100 * (end - start)), percent(100 * end), tone)


def _line(chart: Chart, row: Row) -> tuple[Part | None, str | None]:
    """Return the line of a row and its dot, as far as it has them."""
    value = row.amounts[0].at
    if chart.kind not in ("interval", "range") or value is None:
        return None, None
    low, high = (row.amounts[1].at, row.amounts[2].at) if chart.kind == "interval" else (value, row.amounts[1].at)
    tone: Tone = "accent" if row.marked else "plain"
    line = _part(chart.across, low, high, tone) if low is not None and high is not None else None
    return line, chart.across.place(value)


def _field(chart: Chart, up: Axis) -> Drawing:
    """Return dots in a field; those on the same spot share their numbers."""
    top = LINE + 6
    spots: dict[tuple[int, int], list[int]] = {}
    places = []
    for number, (row, across, level) in enumerate(chart.points, start=1):
        x, y = chart.across.share(across), top + round((1 - up.share(level)) * DOTS)
        places.append((row, x, y))
        spots.setdefault((round(x * 40), y // 12), []).append(number)
    numbered = len(places) <= MOST_NUMBERED
    dots = []
    for number, (row, x, y) in enumerate(places, start=1):
        group = spots[round(x * 40), y // 12]
        said = ", ".join(map(str, group)) if numbered and group[0] == number else ""
        dots.append(Dot(percent(100 * x), y, "accent" if row.marked else "plain", said))
    levels = tuple(LevelTick(top + round((1 - up.share(tick)) * DOTS), tick_label(up, tick)) for tick in up.ticks)
    return Drawing(
        height=top + DOTS + SCALE,
        field=top + DOTS,
        title=chart.across.title,
        ticks=_ticks(chart.across),
        zero=_zero(chart.across),
        dots=tuple(dots),
        levels=levels,
        up=up.title,
    )


def named_dots(chart: Chart) -> Sequence[Row]:
    """Return the rows that the list below the dots names, in the order of their numbers; none where there are many."""
    named = [row for row, _, _ in chart.points] if chart.kind == "dots" else []
    return named if len(named) <= MOST_NUMBERED else []
