"""Facts: cells by path and read-only SQL, whose lineage is SQLite's own word."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clawpub.errors import FactError
from clawpub.pack.query import Database, Source
from tests.builders import seal_runs, tiny_events


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    folder: Path = tmp_path_factory.mktemp("packs")
    this = seal_runs(folder, tiny_events())
    other = seal_runs(folder, tiny_events()[:6], id="other", tasks=["task_01", "task_02"])
    return Database({"this": this.tables(), "other": other.tables()})


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("run_summary.score", "4/6"),
        ("this.run_summary.passes", 4),
        ("other.run_summary.score", "1/1"),
        ("per_task_results[task_02].score", "1/3"),
        ("task_outcomes[task_02,3].failure_mode", "timeout"),
        ("task_outcomes[ task_02 , 3 ].passed", False),
        ("task_outcomes[task_01,1].failure_mode", None),
        ("run_summary.cost_usd", None),
        ("select count(*) from task_outcomes where not passed", 2),
        ("select this.run_summary.passes - other.run_summary.passes from this.run_summary, other.run_summary", 3),
        ("WITH t AS (SELECT avg(latency_s) AS a FROM run_metrics) SELECT round(a, 3) FROM t", Decimal("4.5")),
        ("select 0.1 + 0.2 from run_summary", Decimal("0.3")),
        ("select group_concat(distinct failure_mode) from task_outcomes", "wrong_answer,timeout"),
    ],
)
def test_a_fact_is_what_the_tables_say(database: Database, fact: str, value: object) -> None:
    assert database.ask(fact).value() == value


def test_a_cell_and_its_query_are_the_same(database: Database) -> None:
    answer = database.ask("task_outcomes[task_02,3].failure_mode")
    again = database.ask(answer.query)
    assert again.value() == answer.value()
    assert answer.sources == (Source("this", "task_outcomes", "failure_mode"),)
    assert set(answer.sources) <= set(again.sources)


def test_lineage_names_every_column_that_was_read(database: Database) -> None:
    answer = database.ask("select max(latency_s) from run_metrics where task_id = 'task_01'")
    assert [str(source) for source in answer.sources] == ["run_metrics.latency_s", "run_metrics.task_id"]
    assert database.ask("select 23").sources == ()


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("run_summary.nothing", "no column 'nothing'"),
        ("nowhere.score", "no table 'nowhere'"),
        ("mars.run_summary.score", "no table 'mars.run_summary'"),
        ("task_outcomes.passed", "has 6 rows"),
        ("task_outcomes[task_09,1].passed", "no row"),
        ("task_outcomes[task_01].passed", "1 key values"),
        ("task_outcomes[task_01,x].passed", "is no key"),
        ("run_summary", "neither a cell path nor a query"),
        ("", "neither a cell path nor a query"),
        ("select passes, failures from run_summary", "2 columns"),
        ("select passed from task_outcomes", "6 rows"),
        ("select absent from run_summary", "no such column"),
        ("select 1; select 2", "one statement"),
        ("select * from sqlite_master", "may not use"),
        ("select load_extension('x')", "may not use"),
        ("select randomblob(100000000)", "may not use"),
        ("select random() from run_summary", "may not use"),
        ("select zeroblob(1000000000)", "may not use"),
        ("select * from pragma_table_info('run_summary')", "may not use"),
        ("with x as (select 1) delete from run_summary", "may not use"),
        ("select readfile('/etc/passwd')", "SQLite says"),
        ("with recursive r(n) as (select 1 union all select n + 1 from r) select count(*) from r", "too long"),
        ("select hex(x'00') || replace(hex(printf('%.*c', 30000, 'x')), '7', 'yyyyyyyy')", "SQLite says"),
        ("select x'00ff'", "binary data"),
        ("select 'a\x00b", "SQLite says|null character"),
    ],
)
def test_what_a_fact_may_not_do_is_an_error_that_says_so(database: Database, fact: str, said: str) -> None:
    with pytest.raises(FactError, match=said):
        database.ask(fact).value()
    assert database.ask("run_summary.passes").value() == 4


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_a_fact_or_a_fact_error(database: Database, text: str) -> None:
    for fact in (text, "select " + text, f"task_outcomes[{text}].passed"):
        try:
            database.ask(fact)
        except FactError:
            continue


def test_too_many_packs_are_refused_by_name() -> None:
    with pytest.raises(FactError, match="at most 10"):
        Database({f"p{number}": [] for number in range(11)})
    with pytest.raises(FactError, match="cannot name a pack"):
        Database({"main": []})
