"""A claim leads to the very runs behind it, where its query says which rows it read; else to the pack alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from clawpub.pack.query import Database
from clawpub.pack.reader import Pack
from generator.build import build
from generator.pages.run_evidence import MOST_LINKS, RunEvidence, rows_of
from generator.pages.runs import pack_runs
from generator.writeup import Reading
from tests.builders import seal_runs, tiny_events
from tests.generator.publication import PRICE, SITE, seal_campaign, write_writeup
from tests.generator.test_render import first, words


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return seal_runs(tmp_path / "content" / "packs", tiny_events())


def behind(pack: Pack, fact: str) -> list[str]:
    """Return what the links of a fact's runs are called."""
    database = Database({"this": pack.tables()})
    answer = database.ask(fact)
    found = RunEvidence({"this": pack}, {pack.id: pack_runs(pack)[0]})
    links = found.links(Reading(fact, answer.query, answer.value(), answer.sources))
    found.close()
    database.close()
    return [link.label for link in links]


@pytest.mark.parametrize(
    ("fact", "runs"),
    [
        ("task_outcomes[task_02, 3].failure_mode", ["task_02, run 3"]),
        ("tool_calls[task_01, 2, 1].status", ["task_01, run 2"]),
        ("per_task_results[task_02].score", [f"task_02, run {run}" for run in (1, 2, 3)]),
        ("select count(*) from task_outcomes where not passed", ["task_02, run 2", "task_02, run 3"]),
        ("select count(failure_mode) from this.task_outcomes where failure_mode = 'timeout'", ["task_02, run 3"]),
        ("select count(*) from task_outcomes where failure_mode in ('from', 'timeout')", ["task_02, run 3"]),
        ("select max(latency_s) from run_metrics", ["task_01, run 3"]),
        ("select min(latency_s) from run_metrics where task_id = 'task_01'", ["task_01, run 1"]),
        ("select max(coalesce(tool_calls, 0)) from run_metrics where run = 2", ["task_01, run 2", "task_02, run 2"]),
    ],
)
def test_a_query_over_one_table_names_the_runs_of_its_rows(pack: Pack, fact: str, runs: list[str]) -> None:
    assert behind(pack, fact) == runs


@pytest.mark.parametrize(
    "fact",
    [
        "run_summary.score",
        "select count(*) from task_outcomes",
        "select sum(passed) from task_outcomes where task_id in (select task_id from per_task_results)",
        "select count(*) from task_outcomes a join run_metrics b using (task_id, run) where a.passed",
        "select passes from run_summary where passes > 1",
        "select count(*) filter (where passed) from task_outcomes where run = 1",
        "select passed from task_outcomes where run = 1 order by task_id limit 1",
        "with t as (select passed from task_outcomes) select count(*) from t where passed",
    ],
)
def test_any_other_query_names_none(pack: Pack, fact: str) -> None:
    assert behind(pack, fact) == []


def test_many_runs_are_named_up_to_a_dozen(tmp_path: Path) -> None:
    pack = seal_campaign(tmp_path, "dense", price=PRICE)
    labels = behind(pack, "select count(*) from task_outcomes where passed")
    assert len(labels) == MOST_LINKS + 1
    assert labels[-1] == "and 11 more"


def test_braces_in_a_query_are_text() -> None:
    sql = rows_of("select count(a) from t where a = '{0} }{'", 1)
    assert sql and sql.format(columns="b") == "select distinct b from t where (a = '{0} }{')"


def test_the_evidence_of_a_writeup_links_them(tmp_path: Path, pack: Pack) -> None:
    (tmp_path / "content" / "site.toml").write_text(SITE)
    body = "[Observed — data pack task_outcomes]\n\n[Two]{fact=lost} runs failed.\n"
    ledger = '[lost]\nis = "select count(*) from task_outcomes where not passed"\n'
    write_writeup(tmp_path, "tiny", body=body, ledger=ledger, packs={"this": pack})
    assert build(tmp_path, tmp_path / "site").passed
    evidence = first(HTMLParser((tmp_path / "site/writeups/tiny/index.html").read_text()), "#claim-1")
    links = [a.attributes["href"] for a in evidence.css("dd a") if "/runs/" in str(a.attributes["href"])]
    assert links == [f"../../packs/tiny/runs/task_02.{run}/index.html" for run in (2, 3)]
    assert "task_02, run 2; task_02, run 3" in words(evidence)
