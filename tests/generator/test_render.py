"""Pages: whole, linked, checked against what they say, and deaf to what a pack would like to say in HTML."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

from clawpub.pack.model import CampaignInfo, HarnessInfo, ModelInfo, PackInfo, SuiteInfo
from clawpub.pack.reader import Pack
from clawpub.pack.schema import PER_TASK_RESULTS, RUN_SUMMARY, Column, Schema
from clawpub.pack.tables import Row, table
from clawpub.pack.writer import PackFile, seal_pack
from generator.build import build
from generator.pages.body import slug_of
from generator.visible import visible
from tests.builders import NOON, ZERO_DIGEST
from tests.generator.publication import SITE, seal_campaign, write_publication, write_writeup

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "{% include 'base.html' %}",
    "javascript:alert(1)",
    "[click](javascript:alert(1))",
    "invoice\u202egnp.exe",
    "zero\u200bwidth \u2066isolate\u2069",
    "' onmouseover='alert(1)",
    "</td></table></main>",
    "&lt;b&gt; &amp; <!-- -->",
    "]]> <![CDATA[",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_publication(tmp_path_factory.mktemp("publication"), local=True)
    report = build(root, root / "site")
    assert report.findings == ()
    return root / "site"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    pack = seal_hostile(root / "content" / "packs")
    seal_hostile(root / ".clawpub" / "demo" / "packs")
    (root / "content" / "site.toml").write_text(SITE)
    body = '\n[Observed — data pack per_task_results]\n\n{{ table("per_task_results") }}\n\n{{ table("words") }}\n'
    body += "\n{{ compare_tasks() }}\n\n{{ compare_runs() }}\n\n{{ interval_chart() }}\n"
    write_writeup(root, "hostile", body=body, packs={"this": pack})
    report = build(root, root / "site")
    assert report.passed, report.findings
    return root / "site"


def seal_hostile(folder: Path) -> Pack:
    """Return a pack in which every text that may be anything is an attack."""
    script, image, *_ = HOSTILE
    everything = " ".join(HOSTILE)
    words = Schema(
        "words",
        everything,
        (Column("n", "integer", image), Column('<i onclick=x>"', "string", everything), Column("{{ 7*7 }}", "string")),
        ("n",),
        recorded=True,
    )
    rows: list[Row] = [{"n": n, '<i onclick=x>"': text, "{{ 7*7 }}": text} for n, text in enumerate(HOSTILE)]
    results: list[Row] = [
        {"task_id": text, "title": text, "passes": 0, "runs": 3, "score": image, "failure_modes": text}
        for text in HOSTILE
    ]
    columns = tuple(Column(name.replace('"', ""), kind.type, kind.description) for name, kind in _named(words))
    words = Schema(words.name, words.title, columns, words.primary_key, recorded=True)
    rows = [{column.name: row[key] for column, key in zip(columns, row, strict=True)} for row in rows]
    summary: Row = {"runs": 3, "passes": 0, "score": script}
    folder.mkdir(parents=True)
    return seal_pack(
        folder / "hostile",
        title=everything,
        info=PackInfo(
            format=1,
            origin="imported",
            notes=HOSTILE,
            campaign=CampaignInfo(
                id="hostile",
                model=ModelInfo(id=image, provider=script, region=everything),
                harness=HarnessInfo(name=image, version=script),
                suite=SuiteInfo(id=script, title=everything, digest=ZERO_DIGEST),
                runs_per_task=3,
                started_at=NOON,
                ended_at=NOON,
            ),
        ),
        tables=[table(words, rows), table(PER_TASK_RESULTS, results), table(RUN_SUMMARY, [summary])],
        files=[
            PackFile("a", 'files/"><img src=x onerror=alert(1)>.txt', b"a", everything, "text/plain"),
            PackFile("b", "javascript:alert(1).txt", b"b", image, "text/plain"),
            PackFile("c", "files/50%25 off?#x.txt", b"c", script, "text/plain"),
            PackFile("d", "files/\u202etxt.gnp.txt", b"d", script, "text/plain"),
        ],
    )


def _named(schema: Schema) -> Iterator[tuple[str, Column]]:
    for column in schema.columns:
        yield column.name, column


def pages(site: Path) -> dict[str, HTMLParser]:
    return {file.relative_to(site).as_posix(): HTMLParser(file.read_text()) for file in sorted(site.rglob("*.html"))}


def href_targets(page: str, tree: HTMLParser) -> Iterator[tuple[str, str]]:
    """Yield (path in the site, fragment) of everything that a page points at."""
    for node in tree.css("[href], [src]"):
        target = node.attributes.get("href") or node.attributes.get("src") or ""
        parts = urlsplit(target)
        if parts.scheme in ("https", "data"):
            continue
        assert not parts.scheme, f"{page}: {target}"
        path = parts.path
        if page == "404.html" and not target.startswith("#"):
            assert path.startswith("/site/"), target
            path = path.removeprefix("/site/")
        else:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
        yield unquote(path), unquote(parts.fragment)


@pytest.mark.parametrize("which", ["site", "hostile"])
def test_every_link_and_fragment_leads_somewhere(which: str, request: pytest.FixtureRequest) -> None:
    site: Path = request.getfixturevalue(which)
    trees = pages(site)
    ids = {page: {node.attributes["id"] for node in tree.css("[id]")} for page, tree in trees.items()}
    for page, tree in trees.items():
        for path, fragment in href_targets(page, tree):
            assert (site / path).is_file(), f"{page}: {path}"
            if fragment:
                assert fragment in ids[path], f"{page}: {path}#{fragment}"


@pytest.mark.parametrize("which", ["site", "hostile"])
def test_ids_are_there_once(which: str, request: pytest.FixtureRequest) -> None:
    for page, tree in pages(request.getfixturevalue(which)).items():
        ids = [node.attributes["id"] for node in tree.css("[id]")]
        assert len(ids) == len(set(ids)), page


OURS = ", ".join(f"[src*='assets/{name}.'][defer]" for name in ("site", "recheck"))
SCRIPT = f"script:not([type='application/ld+json'], [type='application/json'], {OURS})"
"""A script in the page: neither data nor the site's own script, loaded from a file."""
DATA_OR_SITE = '<script (type="application/ld[+]json"|src="[./a-z]*assets/site[.][0-9a-f]+[.]js" defer)>'
"""What a browser would run; a data block is none."""
VOID = {"meta", "link", "img", "br", "hr", "input"}


@pytest.mark.parametrize("which", ["site", "hostile"])
def test_every_element_is_closed_where_it_was_opened(which: str, request: pytest.FixtureRequest) -> None:
    for page in sorted(request.getfixturevalue(which).rglob("*.html")):
        opened: list[str] = []
        for found in re.finditer(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\"[^\"]*\"|[^\">])*?)(/?)>", page.read_text()):
            close, name, _, alone = found.groups()
            if close:
                assert opened.pop() == name, f"{page}: {found[0]} at {found.start()}"
            elif not alone and name not in VOID:
                opened.append(name)
        assert opened == [], page


@pytest.mark.parametrize("which", ["site", "hostile"])
def test_every_page_has_its_head_and_landmarks(which: str, request: pytest.FixtureRequest) -> None:
    for page, tree in pages(request.getfixturevalue(which)).items():
        assert first(tree, "html").attributes["lang"] == "en"
        for selector in (
            "title",
            "meta[name=description]",
            "link[rel=canonical]",
            "meta[name=viewport]",
            "a.skip-link",
        ):
            assert len(tree.css(selector)) == 1, f"{page}: {selector}"
        for landmark in ("header.masthead", "main", "nav.masthead__nav", "footer", "h1"):
            assert len(tree.css(landmark)) == 1, f"{page}: {landmark}"
        navs = [node.attributes.get("aria-label") for node in tree.css("nav")]
        assert all(navs) and len(navs) == len(set(navs)), f"{page}: {navs}"
        levels = [int(str(node.tag)[1]) for node in tree.css("h1, h2, h3, h4, h5, h6")]
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels)), f"{page}: {levels}"


def test_the_policy_allows_no_script_but_the_sites_own_and_pages_hold_none(site: Path) -> None:
    for page, tree in pages(site).items():
        policy = first(tree, "meta[http-equiv=Content-Security-Policy]").attributes["content"] or ""
        assert policy.startswith("default-src 'none';"), page
        transcript = bool(tree.css(".transcript"))
        assert ("script-src 'self'" in policy) is not transcript, f"{page}: where a model speaks, no script may run"
        assert bool(tree.css("script[src]")) is not transcript, page
        assert "wasm-unsafe-eval" not in policy, "this site was built without SQLite for browsers"
        assert "'unsafe-inline'" not in policy and "'unsafe-eval'" not in policy, page
        assert not [node for node in tree.css("script[src]") if node.text()], page
        assert not tree.css(f"{SCRIPT}, style, iframe, form, [style]"), page


def handlers(tree: HTMLParser) -> list[str]:
    return [name for node in tree.css("*") for name in node.attributes if name.startswith("on")]


def test_what_a_pack_says_is_never_markup(hostile: Path) -> None:
    for page, tree in pages(hostile).items():
        assert not tree.css(f"{SCRIPT}, style, iframe, form, object, main img, i"), page
        assert handlers(tree) == [], page
        for node in tree.css("[href], [src]"):
            target = (node.attributes.get("href") or node.attributes.get("src") or "").strip().lower()
            assert not target.startswith(("javascript:", "vbscript:")), page
        text = (hostile / page).read_text()
        assert not re.search("[\u200b\u202a-\u202e\u2066-\u2069]", text), page
        assert ">49<" not in text, page
        assert "<script" not in re.sub(DATA_OR_SITE, "", text), page


def test_what_a_pack_says_is_shown_all_the_same(hostile: Path) -> None:
    text = first(HTMLParser((hostile / "writeups/hostile/index.html").read_text()), "main").text()
    for attack in HOSTILE[:5]:
        assert attack in text
    assert "invoice⟨U+202E⟩gnp.exe" in text


def test_files_with_hostile_names_are_there_to_be_downloaded(hostile: Path) -> None:
    data = hostile / "packs" / "hostile" / "data"
    assert (data / "javascript:alert(1).txt").read_bytes() == b"b"
    assert (data / "files" / "50%25 off?#x.txt").read_bytes() == b"c"


def writeup(site: Path) -> HTMLParser:
    return HTMLParser((site / "writeups" / "dense-enough" / "index.html").read_text())


def first(tree: HTMLParser | Node, selector: str) -> Node:
    node = tree.css_first(selector)
    assert node is not None, selector
    return node


def words(node: Node) -> str:
    return " ".join(node.text().split())


def test_a_claim_leads_to_its_evidence_and_back(site: Path) -> None:
    tree = writeup(site)
    claim = first(tree, "#ref-1")
    assert claim.attributes["class"] == "claim claim--verified"
    evidence = first(tree, str(claim.attributes["href"]))
    assert "23/30 (76.67%)" in words(evidence)
    assert "verified" in words(evidence)
    assert "numerator and denominator each the same" in words(evidence)
    assert 'select "pass_rate" from "this"."run_summary"' in words(evidence)
    assert re.search(r"Pack\s*dense sha256:[0-9a-f]{12}…", words(evidence))
    assert first(evidence, ".evidence__number").attributes["href"] == "#ref-1"
    assert first(evidence, "dd a").attributes["href"] == "../../packs/dense/index.html#table-run_summary"


def test_a_passing_claim_prints_the_mark_where_its_entry_asks_for_it(site: Path) -> None:
    marks = [words(mark) for mark in writeup(site).css(".mark")]
    assert marks[0] == "(verified: data pack run_summary.pass_rate, run_summary.score)"
    assert len(marks) == 2


def test_a_waiver_is_listed_with_its_reason(site: Path) -> None:
    tree = writeup(site)
    assert first(tree, "#ref-4").attributes["href"] == "#claim-4"
    assert words(first(tree, "#claim-4")) == "10-day: part of the task's name"


def test_the_colophon_counts_what_was_checked(site: Path) -> None:
    tally = [(words(first(item, "dd")), words(first(item, "dt"))) for item in writeup(site).css(".tally__item")]
    assert tally[0] == ("7", "quantities in Observed passages")
    assert tally[3] == ("0", "unbound")
    assert "clawpub pack verify content/packs/sparse" in first(writeup(site), "#colophon").text()


def test_rules_that_a_publication_lowers_are_named_where_it_says_what_was_checked(site: Path, tmp_path: Path) -> None:
    assert "Rules" not in first(writeup(site), "#colophon").text()
    root = write_publication(tmp_path)
    with (root / "content" / "site.toml").open("a") as file:
        file.write('\n[severity]\ndirection = "off"\nhedge = "off"\nentity = "warning"\nslack = "error"\n')
    assert build(root, root / "site").passed
    told = words(first(writeup(root / "site"), "#colophon"))
    assert "Rules switched off here: hedge, direction. Rules that only warn here: entity." in told


def test_speculation_and_context_look_like_what_they_are(site: Path) -> None:
    tree = writeup(site)
    passages = [str(node.attributes["class"]).split("--")[1] for node in tree.css(".passage")]
    assert passages == ["context", "observed", "observed", "speculation", "speculation"]
    assert "clean test" in words(first(tree, ".passage--speculation"))
    assert first(tree, ".passage--observed > .passage--speculation") is not None


def test_the_lead_of_a_writeup_carries_its_tag(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "site.toml").write_text(SITE)
    folder = write_writeup(tmp_path, "lead", body="Perhaps it is so.\n\n## Then\n\nMore.\n")
    index = folder / "index.md"
    index.write_text(index.read_text().replace("draft: false", "lead: speculation"))
    assert build(tmp_path, tmp_path / "site").passed
    passage = first(HTMLParser((tmp_path / "site/writeups/lead/index.html").read_text()), ".passage--speculation")
    assert words(passage) == "Speculation Perhaps it is so."


def test_a_tag_links_its_sources(site: Path) -> None:
    links = {words(a): a.attributes["href"] for a in writeup(site).css(".tag__sources a")}
    assert links["data pack per_task_results"] == "../../packs/dense/index.html#table-per_task_results"
    assert links["sparse run_summary"] == "../../packs/sparse/index.html#table-run_summary"


def test_a_cell_that_is_missing_says_why_and_shows_no_zero(site: Path) -> None:
    rows = (row for row in writeup(site).css("tr") if "acme.sparse-80b" in row.text() and len(row.css("td")) > 3)
    cell = next(cell for row in rows for cell in row.css(".missing"))
    assert words(cell).endswith("missing: not stated by the source") and "0" not in words(cell)


def test_the_packs_pages_say_where_they_come_from(site: Path) -> None:
    page = first(HTMLParser((site / "packs/next/index.html").read_text()), "main")
    assert "This pack was transcribed from a published source. We measured none of it" in words(page)
    assert "not measured by us, and not computed again from transcripts" in words(page)
    page = first(HTMLParser((site / "packs/dense/index.html").read_text()), "main")
    assert "Frozen 2026-11-01 07:56:00 UTC, before the first run" in words(page)
    assert "1 pass below range" in words(page)


def test_what_was_made_here_is_marked_and_apart(site: Path) -> None:
    for page in ("demo/index.html", "demo/packs/demo-tiny/index.html"):
        tree = HTMLParser((site / page).read_text())
        assert words(first(tree, ".band")) == "Made on this machine, 1 November 2026, not part of the publication."
        assert first(tree, "meta[name=robots]").attributes["content"] == "noindex"
    assert "demo" not in (site / "sitemap.xml").read_text()
    assert "demo-tiny" not in (site / "index.html").read_text()
    rows = [words(first(row, "th")) for row in HTMLParser((site / "demo/index.html").read_text()).css("tr.marked")]
    assert rows == ["tiny-135m through loop@1"]


def test_without_local_packs_there_is_no_page_and_no_link(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "site.toml").write_text(SITE)
    assert build(tmp_path, tmp_path / "site").passed
    assert not (tmp_path / "site" / "demo").exists()
    assert "This machine" not in (tmp_path / "site" / "index.html").read_text()


def test_a_local_pack_that_cannot_be_read_is_left_out_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "site.toml").write_text(SITE)
    pack = seal_campaign(tmp_path / ".clawpub/demo/packs", "demo-tiny")
    (pack.path / "tables" / "run_summary.csv").write_text("damaged")
    report = build(tmp_path, tmp_path / "site")
    assert report.passed
    assert [finding.rule for finding in report.findings] == ["local-pack"]
    assert not (tmp_path / "site" / "demo").exists()


def test_headings_get_ids_of_their_own() -> None:
    taken = {"evidence"}
    slugs = [slug_of(text, taken) for text in ("Evidence", "Cost & latency", "Cost & latency", "claim 3", "日本", "")]
    assert slugs == ["evidence-2", "cost-latency", "cost-latency-2", "on-claim-3", "section", "section-2"]


def test_hidden_characters_are_written_out() -> None:
    assert visible("a\u202eb\x00\ud800") == "a⟨U+202E⟩b⟨U+0000⟩⟨U+D800⟩"
    assert visible("fine – “quoted”\n\t日本") == "fine – “quoted”\n\t日本"
