"""A chart's values as a table: each row, each measure, each gap with its reason."""

from __future__ import annotations

from generator.cells import Heading, Shown, aligned
from generator.charts.model import Chart
from generator.tables import Line, TableView


def values_table(chart: Chart) -> TableView:
    columns = [aligned([row.amounts[place].shown for row in chart.rows]) for place in range(len(chart.measures))]
    names = [Shown("code" if row.code else "text", row.label, note=row.note, url=row.url) for row in chart.rows]
    headings = [
        Heading(measure.label, measure.label[:1].upper() + measure.label[1:], measure.unit, numeric=True)
        for measure in chart.measures
    ]
    return TableView(
        caption=chart.title,
        names=chart.names,
        provenance=chart.provenance,
        headings=(Heading(chart.what, chart.what), *headings),
        lines=tuple(
            Line(cells, marked=row.marked)
            for row, cells in zip(chart.rows, zip(names, *columns, strict=True), strict=True)
        ),
        notes=chart.notes,
    )
