"""What a hostile site can hold: each thing is a finding or one message, in bounded time, and never a traceback."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from clawpub.errors import PublishError
from generator.release.statement import MAX_FILES, STATEMENT
from generator.verify.words import claimed_blocks, missing_blocks, visible_text
from tests.generator.verify.forging import PAGE, SOURCE, errors, proved, restate, said

FACTS = "source/content/writeups/dense-enough/facts.toml"
HEAD = "---\ntitle: x\ndate: 2026-11-02\n---\n"
BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12)
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("source/content/site.toml", b"title = 1"),
        ("source/content/site.toml", b"\xff\xfe"),
        ("source/content/site.toml", b"a = " + b"[" * 5000),
        ("source/content/site.toml", b'title = "x"\nbase_url = "https://[x"\n'),
        (SOURCE, b"\x00" * 100),
        (SOURCE, HEAD.encode() + b">" * 5000 + b" x"),
        (SOURCE, HEAD.encode() + b"[" * 20_000),
        (SOURCE, b"---\na: &a [x, x]\nb: &b [*a, *a]\ntitle: *b\n---\n"),
        (SOURCE, HEAD.encode() + b"x " * (5 << 20)),
        (
            FACTS,
            b'[score]\nis = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"',
        ),
        (FACTS, b"[score]\nholds = \"attach '/etc/passwd' as x\"\n"),
        ("source/content/pages/about.md", b"no title"),
        ("source/content/editions/2026-W48.md", HEAD.encode() + b"[10]{fact=none}"),
    ],
)
def test_hostile_sources_are_findings(site: Path, name: str, content: bytes) -> None:
    (site / name).write_bytes(content)
    restate(site)
    report = proved(site)
    assert not report.passed
    assert all(not finding.path.is_absolute() for finding in report.findings), report.findings


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("source/content/models/evil.toml", b"id = 1"),
        (
            "source/content/views/evil.sql",
            b"with recursive n(i) as (select 1 union all select i + 1 from n) select i from n",
        ),
        ("source/content/packs/evil/datapackage.json", b"{}"),
        ("source/.clawpub/cache", b"x"),
        ("source/content/writeups/evil/index.md", b"x"),
        ("source/content/editions/evil.md", b"x"),
    ],
)
def test_hostile_additions_are_findings(site: Path, name: str, content: bytes) -> None:
    (site / name).parent.mkdir(parents=True, exist_ok=True)
    (site / name).write_bytes(content)
    restate(site)
    report = proved(site)
    assert not report.passed
    assert all(not finding.path.is_absolute() for finding in report.findings), report.findings


def test_sources_that_are_not_there_are_findings(site: Path) -> None:
    (site / "source/content/site.toml").unlink()
    restate(site)
    assert said(proved(site)) == {("sources", "source/content/site.toml")}


@pytest.mark.parametrize(
    "content",
    [b"", b"[" * 100_000, b"{}", b'{"name": "dense", "resources": [{"path": "/etc/passwd"}]}', b'{"resources": NaN}'],
)
def test_hostile_packs_are_findings(site: Path, content: bytes) -> None:
    (site / "packs/dense/data/datapackage.json").write_bytes(content)
    restate(site)
    report = proved(site)
    assert any(rule.startswith("pack-") for rule, _ in said(report))
    assert all(not finding.path.is_absolute() for finding in report.findings), report.findings


def test_an_archive_is_compared_and_never_unpacked(site: Path) -> None:
    (site / "packs/dense/dense.zip").write_bytes(gzip.compress(b"\0" * (64 << 20)))
    restate(site)
    assert said(proved(site)) == {("reprint", "packs/dense/dense.zip")}


@pytest.mark.parametrize(
    "page",
    [
        "<![x",
        "<!--" * 20_000,
        "<div>" * 20_000,
        "<a href='http://[x'>a</a><a href='//[y'>b</a><a href='\x00'>c</a>",
        "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
        "<" * 50_000,
    ],
)
def test_hostile_pages_are_findings(site: Path, page: str) -> None:
    (site / PAGE).write_text(page)
    restate(site)
    assert ("reprint", PAGE) in said(proved(site))


def test_a_feed_of_nested_entities_is_a_finding(site: Path) -> None:
    (site / "feed.xml").write_text(f"{BOMB}]><x>&m;</x>")
    restate(site)
    assert ("reprint", "feed.xml") in said(proved(site))


# --- statements ---


def _told(site: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((site / STATEMENT).read_bytes())
    return told


@pytest.mark.parametrize(
    "names",
    [
        ["../x"],
        ["/etc/passwd"],
        ["C:/x"],
        ["a\\b"],
        ["a//b"],
        ["a", "a"],
        ["a", "a/b"],
        [STATEMENT],
        [1],
        [None],
        ["x" * 5000],
        ["a\u202eb"],
        [f"n{number}" for number in range(MAX_FILES + 1)],
    ],
    ids=lambda names: str(names[0])[:8],
)
def test_a_statement_with_hostile_names_is_one_message(tiny: Path, names: list[Any]) -> None:
    told = _told(tiny)
    told["subject"] = [{"name": name, "digest": {"sha256": "0" * 64}} for name in names]
    (tiny / STATEMENT).write_text(json.dumps(told))
    with pytest.raises(PublishError, match=r"release\.json"):
        proved(tiny)


@pytest.mark.parametrize("content", ["", "[]", "1", "[" * 100_000, '{"_type": 1}', '{"a": 1, "a": 2}'])
def test_what_is_no_statement_is_one_message(tiny: Path, content: str) -> None:
    (tiny / STATEMENT).write_text(content)
    with pytest.raises(PublishError, match=r"release\.json"):
        proved(tiny)


def test_a_name_below_the_statement_is_missing(tiny: Path) -> None:
    told = _told(tiny)
    told["subject"] = [{"name": f"{STATEMENT}/x", "digest": {"sha256": "0" * 64}}]
    (tiny / STATEMENT).write_text(json.dumps(told))
    assert ("missing", f"{STATEMENT}/x") in said(proved(tiny))


def test_packs_and_texts_that_are_not_there_are_findings(site: Path) -> None:
    def edit(told: dict[str, Any]) -> None:
        told["packs"].append({**told["packs"][0], "id": "ghost", "url": "packs/ghost/"})
        told["packs"].append(told["packs"][0])
        told["texts"].append({**told["texts"][0], "slug": "ghost", "page": "release.json"})
        told["texts"].append(told["texts"][0])

    restate(site, edit=edit)
    messages = [finding.message for finding in errors(proved(site))]
    assert any("no writeup 'ghost'" in each for each in messages)
    assert any("twice" in each for each in messages)
    assert ("pack-unreadable", "packs/ghost/data/datapackage.json") in said(proved(site))


# --- words ---

OURS = """<p>It scored <a id="ref-1">23/30</a> <span class="mark">(verified: <a>x.y</a>)</span>, as <code>x</code>
 &amp; all.</p>
<p>No claim.</p><ul><li><b>Seven</b> <i id="ref-2">fell</i></li></ul>"""


def test_blocks_with_claims_are_read_in_pieces() -> None:
    assert claimed_blocks(OURS) == [("It scored 23/30", ", as x & all."), ("Seven fell",)]


@pytest.mark.parametrize(
    "theirs",
    [
        OURS,
        "<article>It scored <q>23/30</q> [1], as x &amp; all.<br>Seven&nbsp;fell</article>",
        "<div>It\nscored 23/30</div><div>, as x & all.</div><!-- c --><td>Seven fell",
    ],
)
def test_words_stand_in_other_markup(theirs: str) -> None:
    assert not list(missing_blocks(OURS, f"{theirs}<end>"))


@pytest.mark.parametrize(
    "theirs",
    [
        OURS.replace("23/30", "29/30"),
        OURS.replace(", as", f"{'x' * 700}, as"),
        OURS.replace("<p>It", "<p hidden>It"),
        OURS.replace("<p>It", '<p style="Display : NONE">It'),
        OURS.replace("<p>It", "<template>It"),
        OURS.replace("<p>It", "<!-- It"),
        "",
    ],
)
def test_changed_or_hidden_words_do_not(theirs: str) -> None:
    assert list(missing_blocks(OURS, theirs))


def test_only_what_is_seen_is_read() -> None:
    page = (
        "<head><title>t</title></head><body>a<script>b</script><svg><text>c</text></svg><p>d<br>e</p>f<i hidden>g<end>"
    )
    assert visible_text(page) == "a d e f"
