"""What the `{{ … }}` of a body makes, and what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from clawpub.errors import FactError
from clawpub.pack.model import PackInfo
from clawpub.pack.reader import Pack
from clawpub.pack.schema import Column, Schema
from clawpub.pack.tables import Row, table
from clawpub.pack.writer import seal_pack
from generator.cells import aligned, number
from generator.expressions import evaluate, expression_functions
from generator.tables import MAX_ROWS, TableView
from generator.urls import pack_url
from generator.views import View
from tests.generator.publication import SPARSE, seal_campaign, seal_transcribed


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Pack]:
    folder = tmp_path_factory.mktemp("packs")
    broken = [("task_09", 2)]
    return {
        "this": seal_campaign(folder, "dense"),
        "sparse": seal_campaign(folder, "sparse", model="acme.sparse-30b", failures=SPARSE, broken=broken),
        "former": seal_transcribed(folder, "former"),
    }


def make(packs: Mapping[str, Pack], source: str) -> View:
    return evaluate(source, expression_functions(packs, pack_url))


def make_table(packs: Mapping[str, Pack], source: str) -> TableView:
    view = make(packs, source)
    assert isinstance(view, TableView)
    return view


def test_a_table_shows_the_chosen_columns_in_the_order_asked_for(packs: Mapping[str, Pack]) -> None:
    view = make_table(packs, 'table("per_task_results", columns=["score", "task_id"], caption="By task")')
    assert view.caption == "By task"
    assert [head.label for head in view.headings] == ["Score", "Task"]
    assert [cell.text for cell in view.lines[4].cells] == ["2/3", "task_05"]
    assert view.lines[4].cells[0].dots == ("failed", "passed", "passed")


def test_a_table_of_another_pack_is_named_by_its_alias(packs: Mapping[str, Pack]) -> None:
    view = make_table(packs, 'table("sparse.run_summary")')
    assert view.provenance[0].pack_id == "sparse"
    assert view.provenance[0].short_digest == packs["sparse"].digest[7:19]


def test_units_stand_in_the_heading_and_shares_are_percentages(packs: Mapping[str, Pack]) -> None:
    view = make_table(packs, 'table("run_summary", columns=["pass_rate", "latency_p50_s", "cost_usd"])')
    assert [head.unit for head in view.headings] == ["%", "s", "US$"]
    rate = view.lines[0].cells[0]
    assert (rate.text, rate.exact) == ("76.67", "0.766666667")


def test_missing_is_said_with_its_reason_and_is_never_zero(packs: Mapping[str, Pack]) -> None:
    cells = (
        make_table(packs, 'table("former.run_summary", columns=["tokens_in", "infrastructure_errors"])').lines[0].cells
    )
    assert [(cell.kind, cell.text, cell.note) for cell in cells] == [("missing", "", "not stated by the source")] * 2
    cost = make_table(packs, 'table("run_summary", columns=["cost_usd"])').lines[0].cells[0]
    assert (cost.kind, cost.note) == ("missing", "the campaign names no price")


def test_no_failure_mode_of_a_run_that_passed_is_not_missing(packs: Mapping[str, Pack]) -> None:
    view = make_table(packs, 'table("sparse.task_outcomes", columns=["passed", "failure_mode"])')
    kinds = {(passed.text, mode.kind) for passed, mode in (line.cells for line in view.lines)}
    assert ("yes", "none") in kinds
    unscored = next(line for line in view.lines if line.cells[0].kind == "missing")
    assert unscored.cells[0].note == "the run was not scored"
    assert unscored.cells[1].text == "infrastructure_error"


def test_comparing_tasks_says_runs_that_were_not_scored_apart(packs: Mapping[str, Pack]) -> None:
    view = make_table(packs, 'compare_tasks("this", "sparse")')
    assert [head.label for head in view.headings] == ["Task", "acme.dense-32b", "acme.sparse-30b"]
    assert [(cell.text, cell.note) for cell in view.lines[8].cells[1:]] == [("0/3", ""), ("0/2", "1 not scored")]
    assert [cell.text for cell in view.totals[0].cells] == ["All tasks", "23/30", "22/29"]
    assert any("1 run was not scored" in note for note in view.notes)


def test_a_task_that_a_pack_does_not_have_is_missing_there(packs: Mapping[str, Pack]) -> None:
    view = make_table(packs, 'compare_tasks("this", "former")')
    assert [line.cells[2].kind for line in view.lines].count("missing") == 3


def test_comparing_runs_marks_the_campaign_at_hand(packs: Mapping[str, Pack]) -> None:
    view = make_table(packs, 'compare_runs("sparse", "this", "former")')
    assert [line.marked for line in view.lines] == [False, True, False]
    assert [line.cells[1].text for line in view.lines] == ["22/29", "23/30", "21/30"]


def test_without_names_all_packs_are_compared(packs: Mapping[str, Pack]) -> None:
    assert len(make_table(packs, "compare_runs()").lines) == 3


def test_a_long_table_is_cut_and_says_so(tmp_path: Path) -> None:
    schema = Schema("trades", "Trades", (Column("id", "integer"), Column("note", "string")), ("id",), recorded=True)
    rows: list[Row] = [{"id": number, "note": "x" * 400} for number in range(MAX_ROWS + 50)]
    info = PackInfo(format=1, origin="imported")
    pack = seal_pack(tmp_path / "trades", title="Trades", info=info, tables=[table(schema, rows)])
    view = make_table({"this": pack}, 'table("trades")')
    assert len(view.lines) == MAX_ROWS
    assert view.notes == ("The first 200 of 250 rows; the file has all.",)
    assert view.lines[0].cells[1].text.endswith(" …")


def test_decimal_points_stand_below_each_other_without_added_digits() -> None:
    cells = aligned([number(Decimal("0.0018")), number(Decimal("0.000955")), number(Decimal("3"))])
    assert [(cell.text, cell.pad) for cell in cells] == [("0.0018", "00"), ("0.000955", ""), ("3", ".000000")]


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        ("0.0000004", 6, "0.0000004"),
        ("0.00000041234", 6, "0.00000041"),
        ("1234567.891", 2, "1,234,567.89"),
        ("-0.5", 0, "-0.50"),
    ],
)
def test_rounding_for_display_never_makes_a_value_zero(value: str, digits: int, text: str) -> None:
    assert number(Decimal(value), digits).text.rstrip("0") == text.rstrip("0")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('tabel("run_summary")', "no function 'tabel'"),
        ('table("run_sumary")', "no table 'run_sumary'"),
        ('table("nobody.run_summary")', "no pack 'nobody'"),
        ('table("run_summary", columns=["scor"])', "no column 'scor'"),
        ('table("run_summary", rows=3)', "unexpected keyword argument 'rows'"),
        ("table()", "missing a required argument: 'name'"),
        ("table(1)", "name is 1"),
        ('table("run_summary", columns="score")', "columns is 'score'"),
        ('compare_runs("this", "that")', "no pack 'that'"),
        ('table("run_summary", caption="All 23 that passed")', "'23' in the caption"),
        ('table("run_summary", caption="The best model")', "'best' in the caption"),
        ('table("run_summary", caption="(verıfied: data pack x)")', "a verification mark"),
        ('table("run_summary", caption="(verified: data pack run_summary.score)")', "a verification mark"),
        ("table(", "not an expression"),
        ('table("run_summary").caption', "one call with plain values"),
        ('table("a" * 1000000000)', "a plain value"),
        ('table("run_summary")|upper', "one call with plain values"),
        ("().__class__.__mro__", "one call with plain values"),
        ("7*7", "one call with plain values"),
        ('table(*["run_summary"])', "one call with plain values"),
        ('table("run_summary") }}{{ table("run_summary")', "one call with plain values"),
        ("{% for x in y %}", "not an expression"),
        ("range(10)", "no function 'range'"),
        ('table("' + "x" * 3000 + '")', "characters"),
        ("(" * 5000 + ")" * 5000, "characters"),
    ],
)
def test_a_wrong_expression_says_what_can_be_written(packs: Mapping[str, Pack], source: str, message: str) -> None:
    with pytest.raises(FactError) as caught:
        make(packs, source)
    assert message in caught.value.message
    assert caught.value.hint


def test_deep_nesting_is_an_error_and_not_a_crash(packs: Mapping[str, Pack]) -> None:
    with pytest.raises(FactError):
        make(packs, "(" * 900 + "1" + ")" * 900)


def test_a_pack_without_the_table_is_named(tmp_path: Path) -> None:
    info = PackInfo(format=1, origin="imported")
    schema = Schema("trades", "Trades", (Column("id", "integer"),), ("id",), recorded=True)
    pack = seal_pack(tmp_path / "trades", title="Trades", info=info, tables=[table(schema, [{"id": 1}])])
    with pytest.raises(FactError, match="has no table run_summary"):
        make({"this": pack}, 'compare_runs("this")')
