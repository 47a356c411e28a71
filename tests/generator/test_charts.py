"""Charts out of packs: exact values, gaps with their reasons, the same in drawing, words, table and figure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from clawpub.errors import ConfigError, FactError
from clawpub.pack.model import PackInfo
from clawpub.pack.reader import Pack
from clawpub.pack.schema import PER_TASK_RESULTS, RUN_SUMMARY, TASK_OUTCOMES, Column, Schema
from clawpub.pack.tables import Row, Table, table
from clawpub.pack.writer import seal_pack
from generator.cells import Shown
from generator.charts.axis import Axis, linear, logarithmic, tick_label
from generator.charts.drawing import MOST_CHARACTERS, drawing_of
from generator.charts.figure import figure_data, require_traces
from generator.charts.model import Amount, Chart
from generator.charts.outcomes import MOST_MODES
from generator.charts.task_map import LEVELS, level
from generator.charts.view import ChartView
from generator.expressions import evaluate, expression_functions
from generator.pages.render import load_theme, render_view
from generator.urls import pack_url
from tests.builders import seal_runs, tiny_events
from tests.generator.builders import make_pack
from tests.generator.publication import PRICE, SPARSE, seal_campaign, seal_transcribed
from tests.generator.test_render import HOSTILE

THEME = load_theme()
DIALECT = Path(__file__).parents[2] / "docs" / "dialect.md"
EXAMPLES = re.findall(r"^    \{\{ (\w+_chart\(.*\)) \}\}", DIALECT.read_text(), re.MULTILINE)


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Pack]:
    """A campaign with a price, one with a run that was not scored and no price, one typed in from a source."""
    folder = tmp_path_factory.mktemp("packs")
    broken = [("task_09", 2)]
    return {
        "this": seal_campaign(folder, "dense", price=PRICE),
        "other": seal_campaign(folder, "sparse", model="acme.sparse-30b", failures=SPARSE, broken=broken),
        "former": seal_transcribed(folder, "former"),
    }


def make(packs: Mapping[str, Pack], source: str) -> Chart:
    chart = evaluate(source, expression_functions(packs, pack_url))
    assert isinstance(chart, Chart)
    return chart


def html_of(chart: Chart, *, live: bool = False) -> HTMLParser:
    return HTMLParser(f"<main>{render_view(THEME, chart, '../', live=live)}</main>")


def texts(page: HTMLParser, selector: str) -> list[str]:
    return [" ".join(node.text().split()) for node in page.css(selector)]


def imported(tmp_path: Path, name: str, rows: Sequence[Row], *columns: Column, key: tuple[str, ...] = ()) -> Pack:
    made = table(Schema(name, name, columns, key, recorded=True), rows)
    return seal_pack(tmp_path / name, title=name, info=PackInfo(format=1, origin="imported"), tables=[made])


# --- values -----------------------------------------------------------------------------------------------------------


def test_an_interval_stands_where_its_stored_values_are(tmp_path: Path) -> None:
    tiny = seal_runs(tmp_path, tiny_events())
    chart = make({"this": tiny}, "interval_chart()")
    stored = tiny.table("run_summary").rows[0]
    columns = ("pass_rate", "pass_rate_low", "pass_rate_high")
    assert [amount.at for amount in chart.rows[0].amounts[:3]] == [100 * Decimal(str(stored[c])) for c in columns]
    page = html_of(chart)
    dot, line = page.css_first(".chart__dot"), page.css_first(".chart__interval")
    assert dot is not None and line is not None
    assert dot.attributes["cx"] == "66.67%"
    low, high = Decimal(str(stored["pass_rate_low"])), Decimal(str(stored["pass_rate_high"]))
    assert (line.attributes["x1"], line.attributes["x2"]) == (f"{100 * low:.2f}%", f"{100 * high:.2f}%")
    assert texts(page, ".chart__said") == [f"66.7 %, 4/6, {round(low * 100)}–{round(high * 100)} %"]
    assert page.css_first("details data").attributes["value"] == str(stored["pass_rate"])  # type: ignore[union-attr]


def test_runs_are_counted_by_how_they_ended(tmp_path: Path) -> None:
    chart = make({"this": seal_runs(tmp_path, tiny_events())}, "failure_chart()")
    assert [measure.label for measure in chart.measures] == ["passed", "timeout", "wrong answer"]
    assert [[amount.at for amount in row.amounts] for row in chart.rows] == [[3, 0, 0], [1, 1, 1]]
    assert [row.said for row in chart.rows] == ["3 passed", "1 passed, 1 timeout, 1 wrong answer"]
    bars = [(rect.attributes["x"], rect.attributes["width"]) for rect in html_of(chart).css("rect.chart__part[x]")]
    assert bars == [("0.00%", "100.00%"), ("0.00%", "33.33%"), ("33.33%", "33.33%"), ("66.67%", "33.33%")]


def test_several_campaigns_are_a_bar_each_and_a_gap_says_why(packs: Mapping[str, Pack]) -> None:
    chart = make(packs, "failure_chart()")
    assert [row.label for row in chart.rows] == [
        "acme.dense-32b, loop@1",
        "acme.sparse-30b, loop@1",
        "acme.sparse-80b, openclaw@2026.4.22",
    ]
    assert chart.rows[1].said.endswith("1 not scored")
    assert chart.rows[2].said == "the source does not state runs"
    page = html_of(chart)
    assert texts(page, ".chart__said")[-1] == "— the source does not state runs"
    assert len(page.css(".chart__zero")) == 2  # a gap has no bar of length zero
    assert "missing: the source does not state runs" in page.css("details tbody tr")[-1].text()
    assert [row.marked for row in chart.rows] == [True, False, False]


def test_a_cost_that_is_not_known_is_no_dot_and_no_zero(packs: Mapping[str, Pack]) -> None:
    chart = make(packs, "cost_chart()")
    assert [row.label for row, _, _ in chart.points] == [chart.rows[0].label, chart.rows[2].label]
    assert chart.notes == ("Not drawn, because no price is known: acme.sparse-30b, loop@1.",)
    assert "Nothing is drawn for acme.sparse-30b, loop@1: no price is known." in ChartView(chart).words
    assert len(html_of(chart).css("circle.chart__dot")) == 2


def test_a_latency_without_its_end_is_a_dot_alone(packs: Mapping[str, Pack]) -> None:
    chart = make(packs, "latency_chart()")
    page = html_of(chart)
    assert (len(page.css("circle.chart__dot")), len(page.css(".chart__interval"))) == (2, 2)
    assert texts(page, ".chart__said")[2] == "— not stated by the source"


def test_a_zero_is_drawn_and_differs_from_what_is_missing(tmp_path: Path) -> None:
    rows: list[Row] = [{"name": "none", "count": 0}, {"name": "unknown", "count": None}, {"name": "some", "count": -2}]
    pack = imported(tmp_path, "counts", rows, Column("name", "string"), Column("count", "integer"))
    page = html_of(make({"this": pack}, 'bar_chart("counts", x="name", y="count")'))
    assert texts(page, ".chart__said") == ["0", "— empty in the imported table", "-2"]
    assert len(page.css(".chart__zero")) == 2
    assert [bar.attributes["x"] for bar in page.css("rect.chart__part")] == ["0.00%"]


def test_a_column_of_ours_is_shown_with_its_unit_and_a_share_in_percent(packs: Mapping[str, Pack]) -> None:
    chart = make(packs, 'bar_chart("cost_breakdown", x="task_id", y="share")')
    assert (chart.title, chart.across.title) == ("Share of cost, by task", "Share of cost (%)")
    stored = [row["share"] for row in packs["this"].table("cost_breakdown").rows]
    assert [row.amounts[0].at for row in chart.rows] == [100 * share for share in stored]  # type: ignore[operator]
    assert chart.rows[0].code


def test_an_estimate_is_a_dot_on_the_line_of_its_interval(tmp_path: Path) -> None:
    rows: list[Row] = [{"name": "sure", "gain": Decimal(2), "low": Decimal("-1.5"), "high": Decimal(5)}]
    rows += [{"name": "alone", "gain": Decimal(1), "low": None, "high": None}]
    rows += [{"name": "unknown", "gain": None, "low": Decimal(0), "high": Decimal(1)}]
    numbers = [Column(name, "number") for name in ("gain", "low", "high")]
    pack = imported(tmp_path, "gains", rows, Column("name", "string"), *numbers)
    chart = make({"this": pack}, 'estimate_chart("gains", x="name", y="gain", low="low", high="high")')
    page = html_of(chart)
    assert (chart.title, chart.notes) == ("Gain, by name", ("Dot: Gain. Line: from Low to High.",))
    assert texts(page, ".chart__said") == ["2, -1.5 to 5", "1", "— empty in the imported table"]
    assert (len(page.css("circle.chart__dot")), len(page.css(".chart__interval"))) == (2, 1)


def test_bars_that_one_column_does_not_tell_apart_are_named_by_the_key(tmp_path: Path) -> None:
    rows: list[Row] = [{"market": "up", "bot": "a", "gain": 1}, {"market": "down", "bot": "a", "gain": 2}]
    columns = (Column("market", "string"), Column("bot", "string"), Column("gain", "integer"))
    pack = imported(tmp_path, "bots", rows, *columns, key=("market", "bot"))
    bars = make({"this": pack}, 'bar_chart("bots", x="bot", y="gain")')
    assert [row.label for row in bars.rows] == ["up, a", "down, a"]
    assert [row.label for row in make({"this": pack}, 'bar_chart("bots", x="market", y="gain")').rows] == ["up", "down"]


def test_dots_are_named_by_their_tables_key(packs: Mapping[str, Pack]) -> None:
    chart = make(packs, 'scatter_chart("run_metrics", x="tokens_in", y="latency_s", caption="Tokens, seconds")')
    assert chart.title == "Tokens, seconds"
    assert (chart.rows[0].label, len(chart.points)) == ("task_01, run 1", 30)
    words = ChartView(chart).words
    assert "30 dots: Tokens in from" in words and "Latency from" in words
    assert html_of(chart).css(".chart__number") == []


def test_a_map_says_each_share_in_words_shape_and_shade(packs: Mapping[str, Pack]) -> None:
    chart = make(packs, 'task_chart("this", "former")')
    page = html_of(chart)
    assert texts(page, ".heat tbody tr:nth-child(5) td") == ["2/3, more than half passed", "3/3, every run passed"]
    assert texts(page, ".heat tbody tr:last-child td") == [
        "3/3, every run passed",
        "—missing: not run or not scored here",
    ]
    shares = [Amount(None if share is None else Decimal(share), Shown("number")) for share in (None, 0, 1, 50, 99, 100)]
    assert {level(share) for share in shares} == set(LEVELS)


def test_dots_on_one_spot_share_their_numbers(tmp_path: Path) -> None:
    rows: list[Row] = [{"a": 1, "b": 1}, {"a": 1, "b": 1}, {"a": 9, "b": 9}]
    pack = imported(tmp_path, "spots", rows, Column("a", "integer"), Column("b", "integer"))
    page = html_of(make({"this": pack}, 'scatter_chart("spots", x="a", y="b")'))
    assert texts(page, ".chart__number") == ["1, 2", "3"]
    assert texts(page, ".chart__names li")[1].startswith("row 2 A 1, B 1")


# --- words and table --------------------------------------------------------------------------------------------------


def test_the_words_say_what_the_drawing_shows(packs: Mapping[str, Pack]) -> None:
    chart = make(packs, 'interval_chart("this", "former")')
    assert ChartView(chart).words == (
        "Pass rate. A dot and the line of its interval for each campaign, on an axis of Pass rate (%) from 0 to 100. "
        "acme.dense-32b, loop@1: 76.7 %, 23/30, 43–93 %. acme.sparse-80b, openclaw@2026.4.22: 70 %, 21/30, "
        "52–83 %."
    )
    assert chart.notes[1] == (
        "Computed here of the counts that the source states, which are totals only, so that runs had to be taken as "
        "independent and the line is too short: acme.sparse-80b, openclaw@2026.4.22."
    )
    picture = html_of(chart).css_first("[role=img]")
    assert picture is not None and picture.attributes["aria-label"] == ChartView(chart).words


def test_of_many_rows_the_words_say_the_ends(packs: Mapping[str, Pack]) -> None:
    words = ChartView(make(packs, 'bar_chart("per_task_results", x="task_id", y="passes")')).words
    assert "10 rows. By passes, most with 3: task_01, task_02," in words
    assert words.endswith("least with 0: task_08 and task_09.")


@pytest.mark.parametrize("source", EXAMPLES)
def test_the_examples_of_the_docs_make_charts(packs: Mapping[str, Pack], source: str) -> None:
    chart = make(packs, source)
    page = html_of(chart, live=True)
    assert page.css("table tbody tr") and page.css("figcaption")
    if chart.kind != "map":
        assert len(page.css("details tbody tr")) == len(chart.rows)
        json.loads(page.css_first("script").text())  # type: ignore[union-attr]


def test_the_docs_show_every_function_that_makes_a_chart(packs: Mapping[str, Pack]) -> None:
    made = {name for name in expression_functions(packs, pack_url) if name.endswith("_chart")}
    assert {source.split("(")[0] for source in EXAMPLES} == made


# --- the figure -------------------------------------------------------------------------------------------------------


def figure(chart: Chart) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(figure_data(chart))
    return made


def test_the_figure_holds_the_same_values_at_the_same_places(packs: Mapping[str, Pack]) -> None:
    chart = make(packs, "interval_chart()")
    drawing, made = drawing_of(chart), figure(chart)
    dots = made["data"][-1]
    assert dots["x"] == [float(row.amounts[0].at) for row in chart.rows if row.amounts[0].at is not None]
    assert dots["y"] == [row.middle for row in drawing.rows]
    assert [trace["mode"] for trace in made["data"]] == ["lines", "lines", "lines", "markers"]
    assert made["layout"]["height"] == drawing.height
    assert dots["meta"]["tones"] == ["accent", "plain", "plain"]
    assert len(figure_data(make(packs, 'interval_chart("this")'))) < 1500


def test_no_figure_holds_a_colour_a_template_or_a_gap(packs: Mapping[str, Pack]) -> None:
    for source in ("failure_chart()", "latency_chart()", "cost_chart()"):
        text = figure_data(make(packs, source))
        assert "#" not in text and "template" not in text and "null" not in text and "NaN" not in text


def test_a_trace_that_the_bundle_does_not_draw_stops_the_build() -> None:
    require_traces(["bar", "scatter"])
    with pytest.raises(ConfigError, match="heatmap"):
        require_traces(["bar", "heatmap"])


def test_equal_packs_give_equal_charts(packs: Mapping[str, Pack], tmp_path: Path) -> None:
    again = {"this": seal_campaign(tmp_path, "dense", price=PRICE)}
    for source in ("failure_chart()", "cost_chart()", "interval_chart()"):
        one, other = (
            render_view(THEME, make(each, source), "", live=True) for each in ({"this": packs["this"]}, again)
        )
        assert one == other


# --- axes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "whole", "labels"),
    [
        ([], False, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (["0"], True, ["0", "1"]),
        (["3"], True, ["0", "1", "2", "3"]),
        (["422.095"], False, ["0", "100", "200", "300", "400", "500"]),
        (["-1", "1"], False, ["-1", "-0.5", "0", "0.5", "1"]),
        (["4200000"], True, ["0", "1M", "2M", "3M", "4M", "5M"]),
        (["12345"], True, ["0", "5,000", "10,000", "15,000"]),
        (["0.0000000012"], False, ["0", "5e-10", "1e-9", "2e-9"]),
    ],
)
def test_ticks_are_round_and_hold_every_value(values: list[str], whole: bool, labels: list[str]) -> None:
    axis = linear("x", "", map(Decimal, values), whole=whole)
    assert [tick_label(axis, tick) for tick in axis.ticks] == labels
    assert all(axis.low <= Decimal(value) <= axis.high for value in values)


@pytest.mark.parametrize(
    ("costs", "places", "labels"),
    [
        (["0.001", "0.1", "1"], ["0.00", "66.67", "100.00"], ["0.001", "0.01", "0.1", "1"]),
        (["20", "400"], ["15.05", "80.10"], ["10", "100", "1,000"]),
        (["0.0000001", "100000"], ["0.00", "100.00"], ["1e-7", "0.0001", "0.1", "100", "100,000"]),
    ],
)
def test_what_is_far_apart_stands_on_powers_of_ten(costs: list[str], places: list[str], labels: list[str]) -> None:
    axis: Axis = logarithmic("x", "", map(Decimal, costs))
    assert [axis.place(Decimal(cost)) for cost in costs] == places
    assert [tick_label(axis, tick) for tick in axis.ticks] == labels


# --- hostile and odd packs --------------------------------------------------------------------------------------------


def odd_campaign(tmp_path: Path, *tables: Table) -> Pack:
    return make_pack(tmp_path, "odd", tables=tables)


def outcomes(count: int, modes: Sequence[str] = ("wrong_answer",)) -> Table:
    rows: list[Row] = [
        {"task_id": f"task_{n:05}", "run": 1, "passed": False, "failure_mode": modes[n % len(modes)]}
        for n in range(count)
    ]
    return table(TASK_OUTCOMES, rows)


def test_ten_thousand_tasks_are_cut_and_said_to_be(tmp_path: Path) -> None:
    rows: list[Row] = [
        {"task_id": f"task_{n:05}", "title": "t", "passes": n % 4, "runs": 3, "score": f"{n % 4}/3"}
        for n in range(10_000)
    ]
    pack = odd_campaign(tmp_path, outcomes(10_000), table(PER_TASK_RESULTS, rows))
    failures = make({"this": pack}, "failure_chart()")
    assert failures.notes == ("The first 60 of 10,000 tasks; the pack has all.",)
    bars = make({"this": pack}, 'bar_chart("per_task_results", x="task_id", y="passes")')
    assert bars.notes == ("The first 60 of 10,000 rows; the file has all.",)
    shares = make({"this": pack}, "task_chart()")
    assert shares.notes[1] == "The first 60 of 10,000 tasks."
    for chart in (failures, bars, shares):
        assert len(render_view(THEME, chart, "", live=True)) < 120_000


def test_many_failure_modes_share_a_colour_in_the_end(tmp_path: Path) -> None:
    modes = [f"mode_{number}" for number in range(20)]
    chart = make({"this": odd_campaign(tmp_path, outcomes(40, modes))}, "failure_chart()")
    assert len(chart.measures) == MOST_MODES + 1
    assert chart.measures[-1].label == "15 other failure modes"
    assert all(sum(amount.at or 0 for amount in row.amounts) == 1 for row in chart.rows)


def test_one_run_and_no_pass_are_charts(tmp_path: Path) -> None:
    summary: Row = {"runs": 1, "passes": 0, "failures": 1, "score": "0/1", "pass_rate": Decimal(0)}
    pack = odd_campaign(tmp_path, outcomes(1), table(RUN_SUMMARY, [{**summary, "cost_usd": Decimal("0.1")}]))
    assert len(html_of(make({"this": pack}, "interval_chart()")).css("circle.chart__dot")) == 1
    cost = make({"this": pack}, "cost_chart()")
    assert cost.notes == ("Not drawn, because no run passed: every campaign.",)
    page = html_of(cost, live=True)
    assert texts(page, ".chart__empty") == ["Nothing is drawn: no run passed."]
    assert page.css("svg, button, script") == []
    latency = html_of(make({"this": pack}, "latency_chart()"))
    assert texts(latency, ".chart__empty") == ["Nothing is drawn: empty in the imported table."]


@pytest.mark.parametrize("value", ["1e20", "-1e20", "123456789012345678901234567890.5"])
def test_numbers_that_no_axis_holds_are_gaps(tmp_path: Path, value: str) -> None:
    rows: list[Row] = [{"name": "odd", "x": Decimal(value)}, {"name": "fine", "x": Decimal(1)}]
    pack = imported(tmp_path, "numbers", rows, Column("name", "string"), Column("x", "number"))
    chart = make({"this": pack}, 'bar_chart("numbers", x="name", y="x")')
    assert [amount.at for row in chart.rows for amount in row.amounts] == [None, 1]
    assert chart.rows[0].said == "too large to draw"
    assert figure(chart)["data"][0]["x"] == [1.0]


def test_what_a_pack_says_never_becomes_markup(tmp_path: Path) -> None:
    rows: list[Row] = [{"name": evil, "x": 1 + n, "y": n} for n, evil in enumerate(HOSTILE)]
    pack = imported(
        tmp_path, "evil", rows, Column("name", "string"), Column("x", "integer"), Column("y", "integer"), key=("name",)
    )
    for source in ('bar_chart("evil", x="name", y="x")', 'scatter_chart("evil", x="x", y="y")'):
        chart = make({"this": pack}, source)
        page = html_of(chart, live=True)
        assert len(page.css("script")) == 1 and page.css("img, i, style, iframe, [onmouseover], [onerror]") == []
        made = figure(chart)
        told = [text for trace in made["data"] for text in trace["hovertext"]]
        told += [note["text"] for note in made["layout"]["annotations"]]
        assert not [text for text in told if "<" in text or ">" in text or re.search("[\u200b\u202e\u2066]", text)]
        assert any("&lt;script&gt;alert(1)&lt;/script&gt;" in text for text in told)


def test_long_names_are_cut_in_the_drawing_and_whole_in_the_table(tmp_path: Path) -> None:
    name = "a very long name " * 20
    pack = imported(tmp_path, "long", [{"name": name, "x": 1}], Column("name", "string"), Column("x", "integer"))
    page = html_of(make({"this": pack}, 'bar_chart("long", x="name", y="x")'))
    assert len(texts(page, ".chart__label")[0]) <= MOST_CHARACTERS
    assert "cut; the file has all" not in page.text() or name[:200] in page.text()
    assert name[:200].strip() in page.css_first("details tbody th").text()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('bar_chart("per_task_results", x="task_id", y="title")', "holds no numbers"),
        ('bar_chart("per_task_results", x="nothing", y="passes")', "no column 'nothing'"),
        ('bar_chart("nothing", x="a", y="b")', "no table 'nothing'"),
        ('bar_chart("per_task_results")', "missing a required argument"),
        ('bar_chart("per_task_results", x="task_id", y=3)', "y is 3"),
        ('bar_chart("per_task_results", x="task_id", y="passes", caption="23 passes")', "'23' in the caption"),
        ('scatter_chart("run_metrics", x="tokens_in", y="latency_s", caption="verified")', "verification mark"),
        ('failure_chart("former")', "has no table task_outcomes"),
        ('failure_chart("nobody")', "no pack 'nobody'"),
        ('bar_chart("per_task_results", x="task_id", y=passes)', "plain value"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(packs: Mapping[str, Pack], source: str, message: str) -> None:
    with pytest.raises(FactError, match=re.escape(message)):
        make(packs, source)
