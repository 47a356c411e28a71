"""What an expression of a writeup's body makes."""

from __future__ import annotations

from collections.abc import Mapping

from generator.charts.model import Chart
from generator.tables import TableView

View = TableView | Chart


def has_charts(views: Mapping[str, View]) -> bool:
    """Whether one of a body's views is a chart that can be explored; a map is a table."""
    return any(isinstance(view, Chart) and view.kind != "map" for view in views.values())
