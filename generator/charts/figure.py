"""A chart as a figure of plotly, for readers who want to explore it: the one place that knows plotly.

The figure stands where the drawing stood, at the same height, each bar in its line. It says which role a colour has
(`meta`), not which colour: templates/assets/js/chart/explore.js paints it with the theme's, light or dark.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from clawpub.errors import ConfigError
from generator.charts.axis import Axis
from generator.charts.drawing import BAR, SCALE, Drawing, DrawnRow, drawing_of
from generator.charts.model import Chart, Row, Tone
from generator.pages.browser_parts import PLOTLY_TRACES
from generator.visible import visible

SIDE = 14
"""Pixels beside the axis across, as .chart__picture has them."""
UP = 52
"""Pixels for the axis up."""


def figure_data(chart: Chart) -> Markup:
    """Return a chart's figure as JSON that can stand in a script element; equal charts give equal bytes.

    Raises: ConfigError where the bundle that the site serves cannot draw it.
    """
    figure = figure_of(chart)
    require_traces(trace["type"] for trace in figure["data"])
    text = json.dumps(figure, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return Markup(text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026"))


def require_traces(types: Iterable[str]) -> None:
    """Raises: ConfigError naming a type of trace that plotly's basic bundle does not draw."""
    if unknown := sorted(set(types) - PLOTLY_TRACES):
        raise ConfigError(
            f"a chart needs plotly's trace {unknown[0]!r}, which the basic bundle does not draw",
            hint=f"it draws {', '.join(sorted(PLOTLY_TRACES))}; a larger bundle has to be locked in browser_parts",
        )


def figure_of(chart: Chart) -> dict[str, Any]:
    """Return a chart's figure, checked by plotly, its places those of the drawing."""
    import plotly.graph_objects  # type: ignore[import-untyped]  # a third of a second: only for sites that serve plotly

    drawing = drawing_of(chart)
    match chart.kind:
        case "dots":
            data, layout = [_dots(chart, drawing)], _field_layout(chart, drawing)
        case "bars":
            data, layout = list(_bars(chart, drawing)), _rows_layout(chart, drawing)
        case _:
            data, layout = list(_intervals(chart, drawing)), _rows_layout(chart, drawing)
    figure: dict[str, Any] = plotly.graph_objects.Figure(data=data, layout=layout).to_plotly_json()
    del figure["layout"]["template"]
    return figure


def _bars(chart: Chart, drawing: Drawing) -> Iterator[dict[str, Any]]:
    several = len(chart.measures) > 1
    for place, measure in enumerate(chart.measures):
        rows = [(row, drawn, at) for row, drawn in _placed(chart, drawing) if (at := row.amounts[place].at) is not None]
        unit = measure.label if several else measure.unit
        yield {
            "type": "bar",
            "x": [float(at) for _, _, at in rows],
            "y": [drawn.middle for _, drawn, _ in rows],
            "width": BAR,
            "orientation": "h",
            "hovertext": [_plain(f"{row.label}: {row.amounts[place].shown.text} {unit}".strip()) for row, _, _ in rows],
            "hoverinfo": "text",
            "meta": {"tones": [_tone(row, measure.tone) for row, _, _ in rows]},
        }


def _intervals(chart: Chart, drawing: Drawing) -> Iterator[dict[str, Any]]:
    rows = [(row, drawn, at) for row, drawn in _placed(chart, drawing) if (at := row.amounts[0].at) is not None]
    for row, drawn, _ in rows:
        ends = row.amounts[1:3] if chart.kind == "interval" else row.amounts[:2]
        x = [float(each.at) for each in ends if each.at is not None]
        if len(x) == 2:
            y = [drawn.middle] * 2
            tone = _tone(row, "plain")
            yield {"type": "scatter", "x": x, "y": y, "mode": "lines", "hoverinfo": "skip", "meta": {"line": tone}}
    yield _markers([(row, at, Decimal(drawn.middle)) for row, drawn, at in rows])


def _dots(chart: Chart, drawing: Drawing) -> dict[str, Any]:
    numbers = [dot.number for dot in drawing.dots]
    named = {"mode": "markers+text", "text": numbers, "textposition": "top center"} if any(numbers) else {}
    return _markers(chart.points) | named


def _markers(points: Sequence[tuple[Row, Decimal, Decimal]]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": [float(across) for _, across, _ in points],
        "y": [float(up) for _, _, up in points],
        "mode": "markers",
        "hovertext": [_plain(f"{row.label}: {row.said}") for row, _, _ in points],
        "hoverinfo": "text",
        "meta": {"tones": [_tone(row, "plain") for row, _, _ in points]},
    }


def _placed(chart: Chart, drawing: Drawing) -> Iterable[tuple[Row, DrawnRow]]:
    return zip(chart.rows, drawing.rows, strict=True)


def _tone(row: Row, tone: Tone) -> Tone:
    return "accent" if row.marked and tone == "plain" else tone


def _rows_layout(chart: Chart, drawing: Drawing) -> dict[str, Any]:
    """Return a layout that has no axis up: what a row is stands above its bar, as in the drawing."""
    notes = []
    for drawn in drawing.rows:
        role = "code" if drawn.code else "marked" if drawn.marked else "label"
        for line in drawn.label:
            note = f" {_plain(drawn.note)}" if drawn.note and line is drawn.label[-1] else ""
            notes.append(_note(_plain(line.text) + note, line.y, 0) | {"name": role})
        notes += [_note(_plain(said.text), said.y, 1) | {"name": "said"} for said in drawn.said]
    return _layout(drawing) | {
        "annotations": notes,
        "barmode": "relative",
        "margin": {"l": SIDE, "r": SIDE, "t": 0, "b": SCALE},
        "xaxis": _axis(chart.across),
        "yaxis": {"range": [drawing.field, 0], "visible": False, "fixedrange": True},
    }


def _note(text: str, y: int, x: int) -> dict[str, Any]:
    """Return a line of text at the left end, x 0, or the right; `y` is where its letters stand."""
    place = {"x": x, "xref": "paper", "xanchor": "right" if x else "left", "xshift": SIDE if x else -SIDE}
    return place | {"text": text, "y": y + 4, "yanchor": "bottom", "borderpad": 0, "showarrow": False}


def _field_layout(chart: Chart, drawing: Drawing) -> dict[str, Any]:
    top = min(tick.y for tick in drawing.levels)
    levels = _axis(chart.up) if chart.up else {}
    return _layout(drawing) | {
        "margin": {"l": UP, "r": SIDE, "t": top, "b": SCALE},
        "xaxis": _axis(chart.across),
        "yaxis": levels | {"title": {}},
        "annotations": [
            {"text": _plain(drawing.up), "x": 0, "xref": "paper", "xanchor": "left", "xshift": -UP}
            | {"y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 6, "showarrow": False, "name": "label"}
        ],
    }


def _layout(drawing: Drawing) -> dict[str, Any]:
    return {"template": "none", "height": drawing.height, "showlegend": False, "hovermode": "closest"}


def _axis(axis: Axis) -> dict[str, Any]:
    ends = [end.log10() if axis.logarithmic else end for end in (axis.low, axis.high)]
    return {
        "title": {"text": _plain(axis.title), "standoff": 6},
        "type": "log" if axis.logarithmic else "linear",
        "range": [float(end) for end in ends],
        "nticks": 6,
        "zeroline": not axis.logarithmic,
    }


def _plain(text: str) -> str:
    """Return text as plotly shows it letter by letter: it reads some markup in its own texts."""
    seen: str = visible(text)
    return seen.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
