"""What a fact's SQL may not do, and what it may not cost: a ledger comes from anybody."""

from __future__ import annotations

import resource
import time
from decimal import Decimal
from pathlib import Path

import pytest

from clawpub.errors import FactError
from clawpub.pack.mutation import vacuous
from clawpub.pack.query import Database
from clawpub.pack.schema import Column, Schema
from clawpub.pack.tables import Row, Table, table

LONG = "printf('%.*c', 1000000, 'x')"
AS_LONG_AS_MAY_BE = "replace(printf('%.*c', 60000, 'x'), 'x', 'x')"
RUNS = "runs a, runs b, runs c, runs d, runs e, runs f"


def runs() -> Table:
    columns = (Column("task", "string"), Column("run", "integer"), Column("latency_s", "number"))
    rows: list[Row] = [{"task": f"task_{n:02}", "run": n, "latency_s": Decimal(n) / 7} for n in range(60)]
    return table(Schema("runs", "Runs", columns, ("run",), recorded=True), rows)


@pytest.fixture(scope="module")
def database() -> Database:
    return Database({"this": [runs()], "that": [runs()]})


@pytest.mark.parametrize(
    "query",
    [
        "with x as (select 1) insert into runs values ('a', 1, 1)",
        "with x as (select 1) update runs set run = 1",
        "with x as (select 1) delete from that.runs",
        "with x as (select 1) replace into runs values ('a', 1, 1)",
        "select * from sqlite_schema",
        "select * from that.sqlite_master",
        "select sql from sqlite_temp_master",
        "select * from pragma_table_list",
        "select * from pragma_database_list",
        "select * from pragma_function_list",
        "select * from dbstat",
        "select * from json_each('[1]')",
        "select load_extension('x') from runs",
        "select readfile('/etc/passwd')",
        "select writefile('/tmp/x', 'y')",
        "select edit('x') from runs",
        "select fts3_tokenizer('x') from runs",
        "select sqlite_source_id() from runs",
        "select random() from runs",
        "select date('now') from runs",
        "select current_timestamp from runs",
        "select last_insert_rowid() from runs",
        "select zeroblob(1000000) from runs",
    ],
)
def test_a_fact_reads_tables_and_nothing_else(database: Database, query: str) -> None:
    with pytest.raises(FactError, match=r"may not|SQLite says"):
        database.ask(query)
    assert database.ask("select sum(run) from runs").value() == 1770


@pytest.mark.parametrize(
    "statement",
    [
        "attach '/tmp/x' as x",
        "detach that",
        "pragma table_info(runs)",
        "vacuum into '/tmp/x'",
        "create table x (a)",
        "begin",
    ],
)
def test_what_is_no_select_is_no_query(database: Database, statement: str) -> None:
    with pytest.raises(FactError, match="neither a cell path nor a query"):
        database.ask(statement)
    with pytest.raises(FactError):
        database.ask(f"select 1; {statement}")
    with pytest.raises(FactError):
        database.ask(f"with x as (select 1) {statement}")


@pytest.mark.parametrize(
    "query",
    [
        f"select count(*) from {RUNS}",
        f"select sum(a.latency_s * b.latency_s) from {RUNS}",
        f"select count(distinct a.latency_s * b.latency_s * c.latency_s * d.latency_s) from {RUNS}",
        f"select max(s) from (select a.task || b.task || c.task || d.task s from {RUNS} order by s)",
        f"select max(s) from (select {AS_LONG_AS_MAY_BE} || a.run s from {RUNS} order by s)",
        f"select sum(length({AS_LONG_AS_MAY_BE} || a.run || b.run || c.run)) from {RUNS}",
        f"select sum(length(hex(printf('%.*c', 30000, 'x') || a.run || b.run))) from {RUNS}",
        f"select sum(length(replace({AS_LONG_AS_MAY_BE} || a.run || b.run, 'x', 'y'))) from {RUNS}",
        f"select sum(instr({AS_LONG_AS_MAY_BE} || a.run, printf('%.*c', 30000, 'x') || b.run)) from {RUNS}",
        f"select length(replace({AS_LONG_AS_MAY_BE} || max(run), printf('%.*c', 30000, 'x') || 'y', 'y')) from runs",
        f"select length(trim({AS_LONG_AS_MAY_BE} || max(run), printf('%.*c', 60000, 'y') || 'x')) from runs",
        f"select sum({AS_LONG_AS_MAY_BE} || a.run like '%x%x%x%x%x%x%x%x%x%y') from {RUNS}",
        f"select sum({AS_LONG_AS_MAY_BE} || a.run glob '*x*x*x*x*x*x*x*x*x*y') from {RUNS}",
        f"select max(length({LONG} || a.run)) from {RUNS}",
        f"select length(group_concat({AS_LONG_AS_MAY_BE} || a.run)) from {RUNS}",
        f"select max(n) from (select max(a.run) over (order by a.run, b.run rows between 20000 preceding and "
        f"20000 following exclude current row) n from {RUNS})",
        "with recursive r(n) as (select 1 union all select n + 1 from r) select count(*) from r",
        "with recursive r(n) as (select 1 union select n + 1 from r) select max(n) from r",
        "with recursive r(s) as (select 'x' union all select s || s from r) select sum(length(s)) from r",
        f"with recursive r(n, s) as (select 1, {AS_LONG_AS_MAY_BE} union all select n + 1, s || '' from r) "
        "select count(*) from r",
        f"with recursive r(n, s) as (select 1, {AS_LONG_AS_MAY_BE} union select n + 1, substr(s, 2) || 'y' from r) "
        "select count(*) from r",
        f"with t as materialized (select {AS_LONG_AS_MAY_BE} || a.run s from {RUNS}) select count(*) from t, t u",
        "select " + ", ".join([f"{AS_LONG_AS_MAY_BE} || a.run"] * 50) + f" from {RUNS}",
    ],
)
def test_no_query_takes_long_or_much(database: Database, query: str) -> None:
    """Processor time, which does not depend on what else the machine does; twice what is allowed, for slow machines."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.thread_time()
    try:
        database.ask(query)
    except FactError as error:
        assert (
            "too long" in error.message
            or "too much" in error.message
            or "too big" in error.message
            or "rows" in error.message
        )
    assert time.thread_time() - began < 3
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 << 10
    assert database.ask("select sum(run) from runs").value() == 1770


def test_long_cells_are_read_and_changed_or_left_alone(tmp_path: Path) -> None:
    columns = (Column("k", "string"), Column("n", "integer"), Column("s", "string"), Column("t", "string"))
    rows: list[Row] = [
        {"k": "a", "n": 1, "s": "x" * 600_000, "t": "y" * 600_000},
        {"k": "b", "n": 2, "s": "x", "t": "y"},
    ]
    database = Database({"this": [table(Schema("long", "Long", columns, ("k",), recorded=True), rows)]})
    for query, value in (("select sum(n) from long", 3), ("select length(s) from long where k = 'a'", 600_000)):
        answer = database.ask(query)
        assert answer.value() == value
        assert vacuous(database, answer) is None
