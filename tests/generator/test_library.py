"""What a writeup reads across campaigns: views over all packs, and model cards."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from clawpub.errors import ContentError
from clawpub.pack.across import compute_across, load_view
from clawpub.pack.reader import Pack
from generator.build import build
from generator.claims import check_writeup
from generator.content import load_writeup
from generator.library import Library, load_views
from generator.publication import check_publication
from generator.writeup import CheckedWriteup
from tests.generator.builders import make_writeup
from tests.generator.publication import SPARSE, seal_campaign, seal_transcribed

BOARD = """\
-- title: Every campaign
-- key: campaign
-- score: passes over runs
select campaigns.campaign, model, passes, runs, score, cost_per_pass_usd
from run_summary join campaigns using (campaign) order by passes desc
"""
NINE = "-- key: campaign\nselect campaign, score, passes from per_task_results where task_id = 'task_09'\n"
CARD = """\
name = "Dense 32B"
publisher = "Acme"
family = "Acme"
architecture = "dense"
licence = "MIT"

[sources.page]
title = "A page"
url = "https://example.org/dense"
read = 2026-11-01

[facts.parameters]
value = 32_000_000_000
source = "page"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a publication with three packs, two views and a card."""
    packs = tmp_path / "content" / "packs"
    seal_campaign(packs, "dense")
    seal_campaign(packs, "sparse", model="acme.sparse-30b", failures=SPARSE, seed=4)
    seal_transcribed(packs, "next")
    write(tmp_path / "content" / "views" / "board.sql", BOARD)
    write(tmp_path / "content" / "views" / "nine.sql", NINE)
    write(tmp_path / "content" / "models" / "acme.dense-32b.toml", CARD)
    write(tmp_path / "content" / "site.toml", 'title = "T"\nbase_url = "https://example.org"\n')
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def library(root: Path) -> Library:
    return check_publication(root).library


def check(root: Path, body: str, facts: str, *, views: tuple[str, ...] = ()) -> CheckedWriteup:
    shared = library(root)
    pins = "".join(f"  {name}: {shared.across.resources[name].hash}\n" for name in views)
    packs = {alias: f"{alias}@{shared.packs[alias].digest}" for alias in ("dense",)}
    folder = make_writeup(root, body, facts=facts, packs=packs, front=f"views:\n{pins}" if pins else "")
    return check_writeup(load_writeup(folder), shared.packs, None, shared)


def rules(checked: CheckedWriteup) -> list[str]:
    return [finding.rule for finding in checked.findings]


def test_a_view_reads_every_pack(root: Path) -> None:
    across = library(root).across
    rows = across.table("board").rows
    assert [(row["campaign"], row["score"]) for row in rows] == [
        ("dense", "23/30"),
        ("sparse", "23/30"),
        ("next", "21/30"),
    ]
    assert across.table("board").schema.primary_key == ("campaign",)
    assert across.table("campaigns").column("digest")[0] == library(root).packs["dense"].digest
    assert across.table("model_facts").rows[0]["value"] == Decimal(32_000_000_000)


def test_the_same_packs_give_the_same_bytes(root: Path) -> None:
    assert library(root).across.digest == library(root).across.digest


def test_a_claim_may_read_a_view_that_is_pinned(root: Path) -> None:
    body = "[Observed — cross-campaign nine view]\n\ntask_09 went [0/3]{fact=nine}."
    facts = '[nine]\nis = "cross.nine[dense].score"\ncite = true\n'
    checked = check(root, body, facts, views=("nine",))
    assert rules(checked) == []
    assert [str(source) for source in checked.claims[0].sources] == ["nine.score"]
    assert rules(check(root, body, facts)) == ["unpinned"]


def test_a_pack_that_changes_a_view_makes_its_pin_stale_and_no_other(root: Path) -> None:
    body = "[Observed — cross-campaign]\n\ntask_09 went [0/3]{fact=nine}."
    facts = '[nine]\nis = "cross.nine[dense].score"\n'
    assert rules(check(root, body, facts, views=("nine",))) == []
    folder = root / "content" / "writeups" / "dense-enough"
    seal_campaign(root / "content" / "packs", "later", failures=SPARSE)
    shared = library(root)
    checked = check_writeup(load_writeup(folder), shared.packs, None, shared)
    assert rules(checked) == ["stale-view"] and checked.passed and "nine" in checked.findings[0].message


def test_a_passage_may_name_model_cards(root: Path) -> None:
    body = "[Observed — model card acme.dense-32b]\n\nIt has [32 billion]{fact=size} parameters."
    facts = '[size]\nis = "cross.model_facts[acme.dense-32b, parameters].value"\n'
    assert rules(check(root, body, facts)) == []
    assert rules(check(root, body.replace("32 b", "30 b"), facts)) == ["refuted"]
    assert rules(check(root, body.replace("acme.dense-32b]", "acme.other]"), facts)) == ["unresolved-source"]


def test_a_view_lies_outside_a_tag_that_does_not_name_it(root: Path) -> None:
    body = "[Observed — data pack run_summary]\n\ntask_09 went [0/3]{fact=nine}."
    found = check(root, body, '[nine]\nis = "cross.nine[dense].score"\n', views=("nine",)).findings
    assert [finding.rule for finding in found] == ["evidence-reach"]
    assert "cross-campaign nine" in (found[0].hint or "")


def test_praise_of_a_difference_read_from_a_view_is_noise(root: Path) -> None:
    body = "[Observed — cross-campaign board]\n\ndense did [two passes better]{fact=gap} than next."
    query = "select a.passes - b.passes from cross.board a, cross.board b"
    query += " where a.campaign = 'dense' and b.campaign = 'next'"
    checked = check(root, body, f'[gap]\nis = "{query}"\n', views=("board",))
    assert rules(checked) == ["noise"]


def test_the_site_has_a_page_for_what_was_computed(root: Path, tmp_path: Path) -> None:
    body = "[Observed — cross-campaign nine]\n\ntask_09 went [0/3]{fact=nine} (verified: cross-campaign nine view).\n"
    body += '\n{{ table("cross.board") }}\n'
    check(root, body, '[nine]\nis = "cross.nine[dense].score"\n', views=("nine",))
    report = build(root, root / "site")
    assert [(finding.rule, finding.message) for finding in report.findings] == []
    page = (root / "site" / "writeups" / "dense-enough" / "index.html").read_text()
    assert '<a href="../../packs/cross-campaign/index.html#table-nine">' in page
    assert "(verified: cross-campaign " in page and "computed" in page
    folder = root / "site" / "packs" / "cross-campaign"
    assert (folder / "data" / "tables" / "board.csv").read_text().startswith("campaign,model,passes")
    assert (folder / "data" / "views" / "nine.sql").read_text() == NINE


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select absent from run_summary", "no such column"),
        ("delete from run_summary", "neither a cell path nor a query"),
        ("-- key: campaign\nselect score from run_summary", "no column 'campaign'"),
        ("select score, score from run_summary", "gives the columns score, score"),
        ("select count(campaign) from run_summary", "gives the columns count(campaign)"),
        ("-- key: runs\nselect runs from run_summary", "two rows have the key '30'"),
        ("select campaign from sqlite_master", "no such column"),
        ("select 'x' as campaign, 29 as passes", "reads no cell"),
        ("select campaign, passes from run_summary union all select 'x', 29", "though the packs are empty"),
        ("select campaign, max(29, passes) as passes from run_summary group by campaign", "29 in the column passes"),
        (
            "select campaign, case when campaign = 'dense' then 29 else passes end as p from run_summary",
            "29 in the column p",
        ),
        ("select campaign, 28 + 1 + 0 * passes as p from run_summary", "would change the column p"),
        ("select campaign, iif(score > '', '29/30', score) as score from run_summary", "'29/30' in the column score"),
    ],
)
def test_a_view_that_cannot_be_computed_names_its_file(root: Path, sql: str, message: str) -> None:
    write(root / "content" / "views" / "bad.sql", sql)
    found = [finding for finding in check_publication(root).findings if finding.severity == "error"]
    assert [finding.path.name for finding in found] == ["bad.sql"] and message in found[0].message


def test_a_rate_of_one_is_no_typed_number(root: Path) -> None:
    """1.0 stands in the query, and in the cell of a campaign that passed everything."""
    seal_campaign(root / "content" / "packs", "perfect", failures={})
    sql = "-- key: campaign\nselect campaign, 1.0 * passes / runs as rate, 'all' as kind from run_summary"
    write(root / "content" / "views" / "rates.sql", sql)
    counts = "-- key: campaign\nselect campaign, count(*) as tasks from per_task_results group by campaign"
    write(root / "content" / "views" / "counts.sql", counts)
    across = library(root).across
    assert across.table("rates").rows[-1]["kind"] == "all" and across.table("counts").column("tasks") == [10, 7, 10, 10]


def test_a_view_may_not_be_called_as_a_table(tmp_path: Path) -> None:
    write(tmp_path / "run_summary.sql", BOARD)
    with pytest.raises(ContentError, match="cannot name a view"):
        load_view(tmp_path / "run_summary.sql")
    assert load_views(tmp_path)[1][0].rule == "unreadable"


def test_without_packs_the_views_are_empty(tmp_path: Path) -> None:
    write(tmp_path / "board.sql", BOARD)
    packs: list[Pack] = []
    assert compute_across(packs, [load_view(tmp_path / "board.sql")]).table("board").rows == ()


def test_a_view_that_cannot_be_computed_is_said_once_and_no_card_or_view_is_called_missing(root: Path) -> None:
    """Everything that would come of it stays unsaid: it is no news, and most of it is not so."""
    body = (
        "[Observed — cross-campaign board view]\n\nIt scored [23/30]{fact=a}.\n\n"
        "[Observed — model card acme.dense-32b]\n\nIt has [32 billion]{fact=b} parameters.\n\n"
        '[Observed — cross-campaign]\n\nAgain [23/30]{fact=a}.\n\n{{ table("cross.board") }}\n'
    )
    facts = '[a]\nis = "cross.board[dense].score"\n[b]\nis = "cross.model_facts[acme.dense-32b,parameters].value"\n'
    assert rules(check(root, body, facts, views=("board",))) == []
    pack = library(root).packs["dense"]
    folder = make_writeup(root, body, facts=facts, packs=[pack], front=f"views:\n  board: sha256:{'0' * 64}\n")
    write(root / "content" / "views" / "nine.sql", "-- key: campaign\nselect campaign, nosuch from run_summary\n")
    found = [f for f in check_publication(root, drafts=True).findings if f.path.parent == folder]
    assert [finding.rule for finding in found] == ["missing-pack"]
    assert "cannot be computed: view nine" in found[0].message
