"""The check of a built site: each fault is found where it stands, and a sound site has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.pages.links import SiteCheck, check_site

PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title><link rel="canonical" href="https://x.example/at/{at}"></head>
<body><main><h1 id="top">{title}</h1>
{body}
</main></body>
</html>
"""
SOUND = """\
<h2 id="b">B</h2><svg><title>no title of the page</title></svg>
<p id="p"><a href="#b">b</a> <a href="">here</a> <a href="?q=1#top">asked</a>
<a href="https://x.example/at/two/">two</a> <a href="two/index.html#top">two</a> <a href="/at/two/index.html">two</a>
<a href="two/a%20b.csv">file</a> <a href="https://other.example/x">other</a> <a href="mailto:a@x.example">mail</a>
<img src="two/i.png" srcset="two/i.png 1x, two/i.png 2x" alt=""></p>
<section aria-labelledby="b top"></section>
<script type="application/json">{"x": 1}</script>
"""
BACK = '<p><a href="../index.html#p">back</a></p>'


def check(folder: Path, body: str = SOUND, *, back: str = BACK, front: str | None = None) -> SiteCheck:
    """Return the check of a site of two pages."""
    two = folder / "two"
    two.mkdir()
    (folder / "index.html").write_text(front or PAGE.format(title="One", at="", body=body))
    (two / "index.html").write_text(PAGE.format(title="Two", at="two/", body=back))
    for name in ("a b.csv", "i.png"):
        (two / name).write_bytes(b"")
    return check_site(folder)


def test_a_sound_site_has_no_findings_and_other_sites_are_only_listed(tmp_path: Path) -> None:
    found = check(tmp_path)
    assert found.findings == ()
    assert (found.pages, found.external) == (2, {"https://other.example/x": 1})


@pytest.mark.parametrize(
    ("more", "rule", "words"),
    [
        ('<a href="three/index.html">x</a>', "dead-link", "'three/index.html' leads nowhere"),
        ('<a href="https://x.example/at/three/">x</a>', "dead-link", "leads nowhere"),
        ('<a href="two">x</a>', "dead-link", "leads to a folder"),
        ('<a href="#nowhere">x</a>', "dead-link", "a place that index.html does not have"),
        ('<a href="two/index.html#p">x</a>', "dead-link", "a place that two/index.html does not have"),
        ('<img src="../i.png" alt="">', "dead-link", "'../i.png' leads nowhere"),
        ('<div data-figure="two/f.json"></div>', "dead-link", "'two/f.json' leads nowhere"),
        ('<meta property="og:image" content="https://x.example/at/card.png">', "dead-link", "leads nowhere"),
        ('<p id="b">x</p>', "duplicate-id", "'b' stands 2 times"),
        ('<p aria-describedby="b c">x</p>', "dead-reference", "no element has the id 'c'"),
        ("<h4>x</h4>", "heading-order", "<h4> after <h2>"),
        ("<h1>x</h1>", "no-landmark", "one <h1> was expected, 2 found"),
        ('<p style="color: red">x</p>', "inline-code", "the attribute style"),
        ('<p onclick="x()">x</p>', "inline-code", "the attribute onclick"),
        ("<style>p {}</style>", "inline-code", "<style>"),
        ("<script>1</script>", "inline-code", "<script>"),
    ],
)
def test_one_fault_is_found_in_its_line(tmp_path: Path, more: str, rule: str, words: str) -> None:
    (found,) = check(tmp_path, SOUND + more).findings
    assert found.rule == rule and words in found.message
    assert found.path == tmp_path / "index.html"
    assert found.line in (None, 5 + SOUND.count("\n"))


def test_a_page_without_language_title_or_reader_is_named(tmp_path: Path) -> None:
    front = "<html><head></head><body><h2>x</h2></body></html>"
    rules = [(finding.rule, finding.path.parent.name) for finding in check(tmp_path, front=front).findings]
    assert rules.count(("no-landmark", tmp_path.name)) == 3
    assert ("no-language", tmp_path.name) in rules and ("heading-order", tmp_path.name) in rules
    assert ("orphan", "two") in rules


@pytest.mark.parametrize(
    ("text", "rule"),
    [("<urlset>", "not-xml"), ('<f xmlns="x"><loc>https://x.example/at/gone/</loc></f>', "dead-link")],
)
def test_a_sitemap_leads_only_to_pages_that_there_are(tmp_path: Path, text: str, rule: str) -> None:
    (tmp_path / "sitemap.xml").write_text(text)
    assert [finding.rule for finding in check(tmp_path).findings] == [rule]


def test_hostile_pages_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    body = '<a href="http://[x">a</a><a href="nowhere.html">b</a><![x'
    (tmp_path / "index.html").write_text(PAGE.format(title="A", at="", body=body))
    found = [finding.message for finding in check_site(tmp_path).findings if finding.rule == "dead-link"]
    assert found == ["'nowhere.html' leads nowhere"]


def test_files_that_are_known_need_not_be_there(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(PAGE.format(title="A", at="", body='<a href="a.csv">a</a>'))
    assert [finding.rule for finding in check_site(tmp_path).findings] == ["dead-link"]
    assert not check_site(tmp_path, known={"a.csv"}).findings
