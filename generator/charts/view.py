"""A chart ready to be placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from generator.charts.drawing import Drawing, drawing_of, named_dots
from generator.charts.figure import figure_data
from generator.charts.model import Amount, Chart, Measure, Row
from generator.charts.task_map import LEVELS, level
from generator.charts.values import values_table
from generator.charts.words import chart_words, gap_words
from generator.tables import TableView


@dataclass(frozen=True)
class ChartView:
    """What templates/macros/chart.html places: a chart, and what follows from it."""

    chart: Chart

    @cached_property
    def drawing(self) -> Drawing:
        return drawing_of(self.chart)

    @cached_property
    def words(self) -> str:
        """What it shows, for whoever does not see it."""
        return chart_words(self.chart)

    @property
    def gaps(self) -> str:
        """What is missing in it, and why."""
        return gap_words(self.chart) or "There is nothing to draw."

    @cached_property
    def table(self) -> TableView:
        return values_table(self.chart)

    @property
    def named(self) -> Sequence[Row]:
        """The dots that the list below the drawing names."""
        return named_dots(self.chart)

    @property
    def legend(self) -> tuple[Measure, ...]:
        """What the colours of a bar's parts mean, those that it has; of one part, nothing."""
        chart = self.chart
        if chart.kind != "bars" or len(chart.measures) < 2:
            return ()
        return tuple(
            measure for place, measure in enumerate(chart.measures) if any(row.amounts[place].at for row in chart.rows)
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all can be drawn."""
        return all(map(self.chart.is_gap, self.chart.rows))

    @cached_property
    def figure(self) -> Markup:
        """Its figure for plotly, as JSON. Only a site that serves plotly asks for it."""
        return figure_data(self.chart)

    def level(self, amount: Amount) -> str:
        """Return the shade of a map's cell."""
        return level(amount)

    def level_words(self, amount: Amount) -> str:
        return amount.shown.note if amount.at is None else LEVELS[level(amount)]
