"""Lists and comparisons: campaigns, models, tasks, tags, the method, and how the reader gets there."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from clawpub.pack.model import PackInfo, Price
from clawpub.pack.reader import Pack
from clawpub.pack.writer import PackFile, seal_pack
from generator.build import build
from generator.pages.suites import FrozenTask, frozen_suite
from tests.builders import NOON, make_campaign_info
from tests.generator.publication import (
    SITE,
    SPARSE,
    TASKS,
    seal_campaign,
    seal_transcribed,
    write_publication,
    write_writeup,
)
from tests.generator.test_render import HOSTILE, first, handlers, pages, words

CARD = """\
name = "Dense 32B"
publisher = "Acme"
family = "Dense"
architecture = "dense"
licence = "MIT"
[sources.page]
title = "Its page"
url = "https://acme.example/dense"
read = 2026-11-01
[facts.layers]
value = 64
unit = "layers"
source = "page"
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_publication(tmp_path_factory.mktemp("publication"), local=True)
    models = root / "content" / "models"
    models.mkdir()
    (models / "acme.dense-32b.toml").write_text(CARD)
    (models / "acme.waiting-1b.toml").write_text(CARD.replace("Dense 32B", "Waiting 1B"))
    seal_campaign(
        root / "content" / "packs",
        "dear",
        model="acme.dear-400b",
        failures=SPARSE,
        price=Price(input_usd_per_1m=Decimal(30), output_usd_per_1m=Decimal(60)),
    )
    folder = write_writeup(root, "tagged", body="Words.\n", title="Tagged")
    index = folder / "index.md"
    index.write_text(index.read_text().replace("draft:", "tags: [Local Models, local models, 'a/b <i>']\ndraft:"))
    report = build(root, root / "site")
    assert report.findings == ()
    return root / "site"


def tree(site: Path, path: str) -> HTMLParser:
    return HTMLParser((site / path).read_text())


def rows(page: HTMLParser, selector: str = "table") -> list[list[str]]:
    return [[words(cell) for cell in row.css("th, td")] for row in first(page, selector).css("tr")]


def test_every_list_is_reached_from_every_page_and_only_those_that_there_are(site: Path, tmp_path: Path) -> None:
    for page, parsed in pages(site).items():
        head = [words(link) for link in parsed.css(".masthead__nav a")]
        assert head == ["Writeups", "Campaigns", "Compare", "Method", "This machine", "Feed"], page
        foot = [words(link) for link in parsed.css(".footer__links a")]
        assert foot == ["Campaigns", "Compare", "Method", "AI benchmarks", "Models", "Tasks", "Tags"], page
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "site.toml").write_text(SITE)
    assert build(tmp_path, tmp_path / "site").passed
    assert [words(a) for a in tree(tmp_path / "site", "index.html").css(".masthead__nav a")] == [
        "Writeups",
        "Method",
        "Feed",
    ]


def test_campaigns_are_listed_with_their_intervals_and_what_is_missing_has_a_reason(site: Path) -> None:
    table = {row[0]: row for row in rows(tree(site, "campaigns/index.html"))}
    dense = table["acme.dense-32b through loop@1"]
    assert dense[1:4] == ["agentic-core-v1", "23/30", "76.67 43–93 %"]
    assert dense[-1] == "1 November 2026"
    assert table["acme.sparse-30b through loop@1"][2] == "22/29 22/30 of planned"
    assert table["acme.sparse-30b through loop@1"][4] == "—amissing: the campaign names no price"
    notes = [note.text() for note in tree(site, "campaigns/index.html").css(".figure__notes li")]
    assert notes[:2] == ["—a the campaign names no price", "—b not stated by the source"]
    assert table["acme.sparse-80b through openclaw@2026.4.22"][5] == "—bmissing: not stated by the source"


def test_a_models_page_has_its_cited_facts_its_campaigns_and_the_writeups_on_them(site: Path) -> None:
    page = tree(site, "models/acme.dense-32b/index.html")
    assert words(first(page, "h1")) == "Dense 32B"
    assert rows(page)[1] == ["Layers", "64 layers", "Its page read 2026-11-01"]
    assert first(page, "tbody td a").attributes["href"] == "https://acme.example/dense"
    assert words(first(page, ".chart__said")) == "76.7 %, 23/30, 43–93 %"
    assert [words(title) for title in page.css(".chart > figcaption .figure__title")] == [
        "Pass rate",
        "How runs ended, by task",
    ]
    assert [words(title) for title in page.css(".teaser__title")] == ["Size is not everything"]
    assert "loop@1 dense" in [row[0] for row in rows(page, "table.table:has(.moment)")]
    waiting = tree(site, "models/acme.waiting-1b/index.html")
    assert "No campaign of it is published yet." in first(waiting, "main").text()
    listed = [words(item) for item in tree(site, "models/index.html").css(".plain-list li")]
    assert "Dense 32B 1 campaign · Dense, by Acme · acme.dense-32b" in listed
    assert "acme.sparse-30b 1 campaign" in listed


def test_a_tasks_page_has_every_campaigns_score_and_leads_to_the_runs(site: Path) -> None:
    page = tree(site, "tasks/agentic-core-v1/task_08/index.html")
    assert words(first(page, "h1")) == "recover_from_tool_error"
    table = {row[0]: row for row in rows(page)}
    assert table["acme.dense-32b through loop@1"][2:] == ["0/3", "wrong_answer (all 3)"]
    assert "acme.sparse-80b through openclaw@2026.4.22" not in table  # its source states seven tasks
    link = next(a for a in page.css(".number a") if "/dense/" in str(a.attributes["href"]))
    assert link.attributes["href"] == "../../../packs/dense/runs/index.html#task-task_08"
    assert [words(a) for a in page.css(".crumbs a")] == ["Test Weekly", "Tasks", "agentic-core-v1"]
    passed = {row[0]: row for row in rows(tree(site, "tasks/agentic-core-v1/task_01/index.html"))}
    assert passed["acme.dense-32b through loop@1"][2:] == ["3/3", "no run failed"]
    assert passed["acme.sparse-80b through openclaw@2026.4.22"][2:] == ["3/3", "no run failed"]


def test_the_prompt_is_the_one_frozen_in_the_newest_pack_and_other_versions_are_named(tmp_path: Path) -> None:
    packs = tmp_path / "content" / "packs"
    packs.mkdir(parents=True)
    (tmp_path / "content" / "site.toml").write_text(SITE)
    seal_campaign(packs, "older")
    task = {"id": "task_01", "title": "A title", "prompt": "Do <b>this</b>.", "turns": 13, "seconds": "x"}
    suite = json.dumps({"system": "You are.", "tasks": [task, {"id": 5}, 7]}).encode()
    older = seal_campaign(tmp_path / "elsewhere", "newer", model="acme.new")
    campaign = older.info.campaign
    assert campaign
    changed = campaign.suite.model_copy(update={"digest": "sha256:" + "1" * 64})
    info = older.info.model_copy(
        update={"campaign": campaign.model_copy(update={"ended_at": NOON.replace(year=2027), "suite": changed})}
    )
    files = [PackFile("suite", "suite.json", suite, "The suite", "application/json")]
    seal_pack(packs / "newer", title="Newer", info=info, tables=older.tables(), files=files)
    assert build(tmp_path, tmp_path / "site").passed
    page = tree(tmp_path / "site", "tasks/agentic-core-v1/task_01/index.html")
    assert [block.text().strip() for block in page.css("pre.said__text")] == ["Do <b>this</b>.", "You are."]
    text = words(first(page, "main"))
    assert "At most 13 turns." in text
    assert "newest data pack that holds it, newer sha256:" in text
    assert "These campaigns ran another version of the suite, whose task may differ: older." in text


@pytest.mark.parametrize(
    "data", [b"[]", b"not json", b'{"tasks": 7}', b'{"tasks": [[], {"id": ["x"]}]}', b"[" * 200_000]
)
def test_a_suite_that_cannot_be_read_is_no_suite(tmp_path: Path, data: bytes) -> None:
    files = [PackFile("suite", "suite.json", data, "", "application/json")]
    pack = seal_pack(tmp_path / "x", title="", info=PackInfo(format=1, origin="imported"), tables=[], files=files)
    assert frozen_suite(pack).tasks == {}
    assert FrozenTask("x").prompt == ""


def test_a_comparison_says_each_cell_in_words_shape_and_shade(site: Path) -> None:
    page = tree(site, "compare/index.html")
    heat = rows(page, "table.heat")
    assert heat[0][1:] == [
        "acme.dear-400b loop@1",
        "acme.dense-32b loop@1",
        "acme.sparse-30b loop@1",
        "acme.sparse-80b openclaw@2026.4.22",
    ]
    by_task = {row[0]: row[1:] for row in heat[1:]}
    assert by_task["task_08 recover_from_tool_error"][1:] == [
        "0/3, no run passed",
        "0/3, no run passed",
        "—missing: not run or not scored here",
    ]
    assert by_task["task_05 minimal_fix"][1] == "2/3, more than half passed"
    cell = first(page, ".heat__cell--most")
    assert cell.css_first(".pie__part") is not None
    assert len(page.css(".heat tbody tr")) == len(TASKS)


def test_cost_against_score_and_latency_are_drawn_and_said(site: Path) -> None:
    page = tree(site, "compare/index.html")
    listed = [words(item) for item in page.css(".chart__names li")]
    assert [line.split(" $")[0] for line in listed] == [
        "acme.dear-400b, loop@1",
        "acme.dense-32b, loop@1",
        "acme.sparse-80b, openclaw@2026.4.22",
    ]
    assert listed[2].endswith("$0.00122 a pass, 21/30 passed")
    cost, latency = (
        next(figure for figure in page.css("figure.chart") if title in first(figure, ".figure__title").text())
        for title in ("What a pass costs", "Seconds a run takes")
    )
    across = [float(str(dot.attributes["cx"])[:-1]) for dot in cost.css(".chart__dot")]
    assert across[0] > across[1] > across[2]
    assert "Not drawn, because no price is known: acme.sparse-30b, loop@1." in cost.text()
    said = [words(line) for line in latency.css(".chart__said")]
    assert said.count("— not stated by the source") == 1
    assert [line.count(" s") for line in said if line[0] != "—"] == [2, 2, 2]


def test_pairs_that_differ_are_listed_and_the_rest_is_counted(tmp_path: Path) -> None:
    packs = tmp_path / "content" / "packs"
    packs.mkdir(parents=True)
    (tmp_path / "content" / "site.toml").write_text(SITE)
    seal_campaign(packs, "best", model="acme.best", failures={})
    seal_campaign(packs, "worst", model="acme.worst", failures={(t, r): "wrong" for t in TASKS for r in (1, 2, 3)})
    seal_campaign(packs, "again", model="acme.again", failures={})
    assert build(tmp_path, tmp_path / "site").passed
    page = tree(tmp_path / "site", "compare/index.html")
    assert "3 pairs of campaigns were tested by task" in first(page, "main").text()
    assert "1 of them cannot be told from no difference" in first(page, "main").text()
    pairs = next(table for table in page.css("table") if "Passed more" in table.text())
    assert [words(first(row, "th")) for row in pairs.css("tbody tr")] == [
        "acme.again 30/30, 72–100 %",
        "acme.best 30/30, 72–100 %",
    ]


def test_a_tag_is_a_page_whatever_it_is_called(site: Path) -> None:
    tags = [(words(a), a.attributes["href"]) for a in tree(site, "tags/index.html").css(".plain-list a")]
    assert tags == [
        ("a/b <i>", "../tags/a~2Fb-~3Ci~3E/index.html"),
        ("Local Models", "../tags/local-models/index.html"),
    ]
    page = tree(site, "tags/local-models/index.html")
    assert [words(title) for title in page.css(".teaser__title")] == ["Tagged"]
    writeup = tree(site, "writeups/tagged/index.html")
    assert [words(a) for a in writeup.css(".tags a")] == ["Local Models", "a/b <i>"]


def test_a_publications_own_page_takes_the_place_of_the_method(tmp_path: Path) -> None:
    (tmp_path / "content" / "pages").mkdir(parents=True)
    (tmp_path / "content" / "site.toml").write_text(SITE)
    assert build(tmp_path, tmp_path / "site").passed
    assert (tmp_path / "site" / "method" / "index.html").is_file()
    (tmp_path / "content" / "pages" / "about.md").write_text("# About us\n\nWords.\n")
    assert build(tmp_path, tmp_path / "site").passed
    assert not (tmp_path / "site" / "method").exists()


def test_the_method_states_no_quantity() -> None:
    from clawpub.quantity import scan
    from generator.pages.render import default_templates

    source = (default_templates() / "layouts" / "method.html").read_text()
    text = " ".join(node.text() for node in HTMLParser(source).css("p, h2"))
    digits = [found for found in scan(text) if any(char.isdigit() for char in text[found.start : found.end])]
    assert digits == []


def hostile_pack(folder: Path, name: str) -> Pack:
    """Return an executed pack whose every name is an attack."""
    evil = " ".join(HOSTILE)
    whole = seal_campaign(folder.parent / "elsewhere" / name, name, model=f"../{evil}")
    campaign = make_campaign_info(id=name)
    campaign = campaign.model_copy(
        update={
            "model": campaign.model.model_copy(update={"id": f"../{evil}"}),
            "harness": campaign.harness.model_copy(update={"name": evil}),
            "suite": campaign.suite.model_copy(update={"id": f"/../{evil}", "title": evil}),
        }
    )
    suite = json.dumps({"system": evil, "tasks": [{"id": "task_01", "title": evil, "prompt": evil}]}).encode()
    files = [PackFile("suite", "suite.json", suite, "The suite", "application/json")]
    info = whole.info.model_copy(update={"campaign": campaign})
    return seal_pack(folder / name, title=evil, info=info, tables=whole.tables(), files=files)


def test_what_packs_are_called_is_text_and_no_path(tmp_path: Path) -> None:
    packs = tmp_path / "content" / "packs"
    packs.mkdir(parents=True)
    (tmp_path / "content" / "site.toml").write_text(SITE)
    hostile_pack(packs, "one")
    hostile_pack(packs, "two")
    seal_transcribed(packs, "next")
    assert build(tmp_path, tmp_path / "site").passed
    for page, parsed in pages(tmp_path / "site").items():
        assert not parsed.css(
            "script:not([type='application/ld+json'], [src]), style, iframe, form, main img, main i"
        ), page
        assert handlers(parsed) == [], page
    compared = first(tree(tmp_path / "site", "compare/index.html"), "main").text()
    assert HOSTILE[0] in compared


def test_pages_lead_to_the_model_and_the_tasks_that_they_are_about(site: Path) -> None:
    pack = tree(site, "packs/dense/index.html")
    links = {words(a): str(a.attributes["href"]) for a in pack.css(".campaign a")}
    assert links["acme.dense-32b"] == "../../models/acme.dense-32b/index.html"
    rows_of = [str(a.attributes["href"]) for a in pack.css("#table-per_task_results tbody th a")]
    assert rows_of[0] == "../../tasks/agentic-core-v1/task_01/index.html"
    page = tree(site, "packs/dense/runs/task_05.1/index.html")
    run = {words(a): str(a.attributes["href"]) for a in page.css(".campaign a")}
    assert run["task_05"] == "../../../../tasks/agentic-core-v1/task_05/index.html"
    assert run["acme.dense-32b"] == "../../../../models/acme.dense-32b/index.html"
    here = tree(site, "demo/packs/demo-tiny/index.html")
    assert not [a for a in here.css(".campaign a") if "models" in str(a.attributes["href"])]


def test_a_campaign_that_another_corrects_is_marked_and_left_out_of_comparisons(tmp_path: Path) -> None:
    packs = tmp_path / "content" / "packs"
    packs.mkdir(parents=True)
    (tmp_path / "content" / "site.toml").write_text(SITE)
    first_pack = seal_campaign(packs, "first", model="acme.one")
    other = seal_campaign(tmp_path / "elsewhere", "second", model="acme.two", failures=SPARSE)
    info = other.info.model_copy(update={"parent": first_pack.digest})
    seal_pack(packs / "second", title="Second", info=info, tables=other.tables(), files=[])
    assert build(tmp_path, tmp_path / "site").passed
    table = {row[0]: row for row in rows(tree(tmp_path / "site", "campaigns/index.html"))}
    assert "another pack corrects this one" in table["acme.one through loop@1"][2]
    assert "corrects" not in table["acme.two through loop@1"][2]
    assert not (tmp_path / "site" / "compare").exists()
    assert "No campaign of it" in first(tree(tmp_path / "site", "models/acme.one/index.html"), "main").text()


def test_what_a_campaign_is_compared_with_leads_to_one_pack(site: Path) -> None:
    others = tree(site, "writeups/dense-enough/index.html").css(".campaign__others li")
    assert [[words(a) for a in item.css("a")] for item in others] == [["data pack"], ["data pack"]]


def test_a_campaign_without_a_scored_run_keeps_no_other_from_being_tested(tmp_path: Path) -> None:
    packs = tmp_path / "content" / "packs"
    packs.mkdir(parents=True)
    (tmp_path / "content" / "site.toml").write_text(SITE)
    seal_campaign(packs, "one", model="acme.one")
    seal_campaign(packs, "two", model="acme.two", failures=SPARSE)
    seal_campaign(packs, "none", model="acme.none", broken=[(task, run) for task in TASKS for run in (1, 2, 3)])
    assert build(tmp_path, tmp_path / "site").passed
    page = tree(tmp_path / "site", "compare/index.html")
    assert "1 pair of campaigns was tested" in first(page, "main").text()
    assert "acme.none" in first(page, "table.heat").text()
