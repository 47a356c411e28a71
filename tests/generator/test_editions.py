"""Weekly editions: read, checked and remembered as writeups are, and shown where readers look for them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from clawpub.errors import ContentError
from clawpub.findings import Finding
from generator.build import BuildOptions, BuildReport, build
from generator.content import load_edition
from generator.publication import check_publication
from generator.verdicts import Verdicts, find_verdicts
from generator.weeks import Week, read_week, week_of
from tests.generator.publication import SITE, seal_campaign, write_edition, write_writeup

SCORE = '[score]\nis = "run_summary.score"\n'
OBSERVED = "[Observed — data pack run_summary]\n\nIt passed [23/30]{fact=score}.\n"
SECTIONS = 'sections = ["AI benchmarks", "Trading bots", "Security research"]'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A publication of three sections, with two writeups of the first, one of the last, and a draft."""
    packs = tmp_path / "content" / "packs"
    packs.mkdir(parents=True)
    (tmp_path / "content" / "site.toml").write_text(SITE.replace('sections = ["AI benchmarks"]', SECTIONS))
    pack = seal_campaign(packs, "dense")
    write_writeup(tmp_path, "one", body=OBSERVED, ledger=SCORE, packs={"this": pack}, title="Of models")
    write_writeup(tmp_path, "two", body="[Context] Words.\n", title="Of bots", day="2026-11-24")
    write_writeup(tmp_path, "locks", body="Words.\n", title="Of locks", section="Security research", day="2026-11-25")
    write_writeup(tmp_path, "unfinished", body="Words.\n", title="Not yet", draft=True)
    return tmp_path


def built(root: Path, options: BuildOptions = BuildOptions()) -> BuildReport:  # noqa: B008  (frozen)
    return build(root, root / "site", options=options)


def page(root: Path, path: str) -> LexborHTMLParser:
    return LexborHTMLParser((root / "site" / path).read_text())


def text(node: LexborNode | None) -> str:
    assert node is not None
    return " ".join(node.text(deep=True, separator=" ").split())


def texts(tree: LexborHTMLParser, selector: str) -> list[str]:
    return [text(node) for node in tree.css(selector)]


def told(findings: tuple[Finding, ...]) -> list[str]:
    return [f"{finding.rule} {finding.path.name}:{finding.line} {finding.message}" for finding in findings]


def checked(root: Path) -> list[str]:
    """Return what a check says, after making sure that a build, a check with a memory and one without say the same."""
    remembered, again = find_verdicts(root), find_verdicts(root, remember=False)
    assert remembered == again == find_verdicts(root)
    report = built(root)
    assert [f for f in report.findings if f.rule != "dead-link"] == list(remembered.findings)
    assert report.passed == remembered.passed
    return told(remembered.findings)


# --- weeks ---


@given(st.dates(min_value=date(1000, 1, 1), max_value=date(9998, 12, 31)))
def test_every_day_lies_in_the_week_that_its_name_reads_as(day: date) -> None:
    week = week_of(day)
    assert read_week(str(week)) == week
    assert day in week
    assert week.first_day <= day < week.first_day + timedelta(days=7)


@pytest.mark.parametrize(
    "name", ["2026-W54", "2025-W53", "2026-W00", "2026-w48", "2026-48", "0000-W01", "2026-W481", "٢٠٢٦-W48"]
)
def test_what_is_no_week_is_said(name: str) -> None:
    with pytest.raises(ValueError, match="week"):
        read_week(name)


def test_a_year_may_have_53_weeks() -> None:
    assert read_week("2026-W53") == Week(2026, 53)


# --- what an edition says ---


def test_an_edition_is_a_text_and_the_writeups_it_carries(root: Path) -> None:
    path = write_edition(
        root, "2026-W48", "sections:\n  Trading bots: [two]\n  AI benchmarks:\n    - one\n    - locks\n"
    )
    edition = load_edition(path)
    assert (edition.week, edition.text.slug, edition.text.title) == (Week(2026, 48), "2026-w48", "The week")
    assert [(c.slug, c.section, c.line) for c in edition.carried] == [
        ("two", "Trading bots", 5),
        ("one", "AI benchmarks", 7),
        ("locks", "AI benchmarks", 8),
    ]
    assert edition.section_lines == {"Trading bots": 5, "AI benchmarks": 6}


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("writeups: []\n", "carries no writeup"),
        ("", "carries no writeup"),
        ("sections:\n  AI benchmarks: []\n", "carries no writeup"),
        ("writeups: [one]\nsections:\n  AI benchmarks: [two]\n", "found both"),
        ("writeups: [one]\ntags: [a]\n", "unknown key"),
        ("writeups:\n  AI benchmarks: [one]\n", "tuple"),
        ("sections: [one]\n", "dictionary"),
    ],
)
def test_front_matter_that_no_edition_has(root: Path, front: str, message: str) -> None:
    path = write_edition(root, "2026-W48", front)
    with pytest.raises(Exception, match=message) as caught:
        load_edition(path)
    assert (caught.value.at.path, isinstance(caught.value.at.line, int)) == (path, True)  # type: ignore[attr-defined]
    assert [line.split()[0] for line in checked(root)] == ["unreadable"]


def test_a_file_that_is_no_week_is_not_loaded(root: Path) -> None:
    with pytest.raises(ContentError, match="no week 54"):
        load_edition(root / "content" / "editions" / "2026-W54.md")


# --- what is wrong with one ---


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("writeups: [one, two, locks]\n", []),
        ("writeups:\n- one\n- tow\n", ["edition-writeup 2026-W48.md:6 there is no writeup 'tow'"]),
        ("writeups: [one, unfinished]\n", ["edition-writeup 2026-W48.md:4 'unfinished' is a draft"]),
        (
            "writeups: [one, two, one]\n",
            ["edition-writeup 2026-W48.md:4 'one' is carried once: it is in the list twice"],
        ),
        (
            "sections:\n  AI benchmark: [one]\n",
            ["unknown-section 2026-W48.md:5 site.toml has no section 'AI benchmark'"],
        ),
        (
            "writeups: [../one, '']\n",
            ["unreadable 2026-W48.md:4 writeups[1]: String should have at least 1 character, found ''"],
        ),
    ],
)
def test_what_an_edition_may_not_carry(root: Path, front: str, expected: list[str]) -> None:
    write_edition(root, "2026-W48", front)
    assert checked(root) == expected


def test_a_writeup_is_in_one_edition(root: Path) -> None:
    write_edition(root, "2026-W48", "writeups: [one]\n")
    write_edition(root, "2026-W49", "writeups: [two, one]\n", day="2026-12-01")
    assert checked(root) == ["edition-writeup 2026-W49.md:4 'one' is carried once: 2026-W48.md has it"]


def test_an_edition_does_not_come_out_before_its_week(root: Path) -> None:
    write_edition(root, "2026-W48", "writeups: [one]\n", day="2026-11-22")
    assert checked(root) == [
        "edition-week 2026-W48.md:3 2026-11-22 is before the week 2026-W48, which begins on 2026-11-23"
    ]


@pytest.mark.parametrize("name", ["2026-W54", "draft", "2026-w48"])
def test_the_name_of_an_edition_is_a_week(root: Path, name: str) -> None:
    write_edition(root, name, "writeups: [one]\n")
    assert [line.split()[:2] for line in checked(root)] == [["edition-week", f"{name}.md:None"]]


def test_files_that_are_set_aside_are_passed_over(root: Path) -> None:
    write_edition(root, "_notes", "writeups: [nothing]\n")
    write_edition(root, ".hidden", "writeups: [nothing]\n")
    assert checked(root) == []


def test_its_words_are_checked_as_a_writeups_are(root: Path) -> None:
    pack = check_publication(root).packs[0]
    front = f"writeups: [one]\npacks:\n  this: {pack.id}@{pack.digest}\n"
    path = write_edition(root, "2026-W48", front, body=OBSERVED + "\nThe rest, 7 runs, failed.\n", ledger=SCORE)
    assert checked(root) == ["unbound 2026-W48.md:12 '7' is bound to no fact"]
    path.write_text(path.read_text().replace("23/30", "24/30").replace("The rest, 7 runs, failed.", ""))
    assert [line.split()[0] for line in checked(root)] == ["refuted"]
    assert find_verdicts(root).editions[0].coverage["bound"] == 1


def test_a_draft_edition_is_left_out_unless_asked_for(root: Path) -> None:
    write_edition(root, "2026-W48", "draft: true\nwriteups: [one, unfinished]\n")
    assert checked(root) == []
    assert not (root / "site/editions").exists()
    assert built(root, BuildOptions(drafts=True)).passed
    assert "Draft" in texts(page(root, "editions/2026-w48/index.html"), ".headline__line .draft")
    assert "2026-w48" not in (root / "site/sitemap.xml").read_text() + (root / "site/feed.xml").read_text()


# --- what a check remembers ---


def fresh(root: Path) -> list[str]:
    """Return what was checked now."""
    found = find_verdicts(root)
    assert found == find_verdicts(root, remember=False)
    return list(found.fresh)


def test_an_edition_is_checked_again_when_it_changes_and_only_then(root: Path) -> None:
    path = write_edition(root, "2026-W48", "writeups: [one]\n")
    find_verdicts(root)
    assert fresh(root) == []
    path.write_text(path.read_text() + "\nMore words.\n")
    assert fresh(root) == ["2026-W48"]
    path.with_suffix(".facts.toml").write_text(SCORE)
    assert fresh(root) == ["2026-W48"]
    assert told(find_verdicts(root).findings) == ["unused-fact 2026-W48.facts.toml:1 no span names [score]"]


def test_a_writeup_that_becomes_a_draft_is_missed_without_checking_the_edition_again(root: Path) -> None:
    write_edition(root, "2026-W48", "writeups: [one]\n")
    find_verdicts(root)
    index = root / "content/writeups/one/index.md"
    index.write_text(index.read_text().replace("draft: false", "draft: true"))
    assert fresh(root) == ["one"]
    assert told(find_verdicts(root).findings) == ["edition-writeup 2026-W48.md:4 'one' is a draft"]


def test_with_an_edition_goes_what_it_carries(root: Path) -> None:
    path = write_edition(root, "2026-W48", "writeups: [one, two]\n")

    def shown(found: Verdicts) -> tuple[list[str], list[str]]:
        return [v.slug for v in found.writeups], [v.slug for v in found.editions]

    assert shown(find_verdicts(root, only=[path.resolve()])) == (["two", "one"], ["2026-W48"])
    assert shown(find_verdicts(root, only=[(root / "content/writeups/locks").resolve()])) == (["locks"], [])
    assert shown(find_verdicts(root)) == (["locks", "two", "one"], ["2026-W48"])


# --- pages ---


def test_an_edition_shows_its_writeups_by_section(root: Path) -> None:
    write_edition(root, "2026-W48", "writeups: [locks, two, one]\n", body="[Context] A greeting.\n")
    assert built(root).passed
    tree = page(root, "editions/2026-w48/index.html")
    assert texts(tree, ".edition__part h2") == ["AI benchmarks", "Security research"]
    assert texts(tree, ".teaser__title") == ["Of bots", "Of models", "Of locks"]
    assert text(tree.css_first(".teaser__facts")) == "acme.dense-32b 23/30 executed 1 verified statement"
    assert text(tree.css_first(".headline__byline")) == "25 November 2026 · 3 writeups · 1 verified statement in them"
    assert "A greeting." in text(tree.css_first(".prose"))


def test_an_edition_may_say_the_order_and_places_itself(root: Path) -> None:
    write_edition(root, "2026-W48", "sections:\n  Security research: [locks]\n  Trading bots: [one]\n")
    assert built(root).passed
    tree = page(root, "editions/2026-w48/index.html")
    assert texts(tree, ".edition__part h2") == ["Security research", "Trading bots"]
    assert [node.attributes["href"] for node in tree.css(".edition__part h2 a")] == [
        "../../sections/security-research/index.html"
    ]


def test_an_editions_own_claims_open_their_evidence(root: Path) -> None:
    pack = check_publication(root).packs[0]
    front = f"writeups: [one]\npacks:\n  this: {pack.id}@{pack.digest}\n"
    write_edition(root, "2026-W48", front, body=OBSERVED, ledger=SCORE)
    assert built(root).passed
    tree = page(root, "editions/2026-w48/index.html")
    assert texts(tree, ".evidence__words q") == ["23/30"]
    assert pack.digest in text(tree.css_first(".colophon"))
    assert "content/editions/2026-W48.md" in text(tree.css_first(".colophon"))


def test_a_plain_edition_has_no_evidence_to_show(root: Path) -> None:
    write_edition(root, "2026-W48", "writeups: [one]\n")
    assert built(root).passed
    tree = page(root, "editions/2026-w48/index.html")
    assert (tree.css_first(".evidence"), tree.css_first(".colophon")) == (None, None)


def test_everything_leads_to_an_edition(root: Path) -> None:
    write_edition(root, "2026-W48", "writeups: [one]\n", title="The week & <b>more</b>")
    write_edition(root, "2026-W49", "writeups: [two]\n", day="2026-12-01", title="The next")
    write_edition(root, "2027-W01", "writeups: [locks]\n", day="2027-01-08", title="A new year")
    assert built(root).passed
    front = page(root, "index.html")
    assert text(front.css_first("#edition .teaser__title")) == "A new year"
    assert "Editions" in texts(front, ".masthead__nav a")
    archive = page(root, "editions/index.html")
    assert texts(archive, "h2") == ["2027", "2026"]
    assert texts(archive, ".teaser__title") == ["A new year", "The next", "The week & <b>more</b>"]
    middle = page(root, "editions/2026-w49/index.html")
    neighbours = {node.attributes["rel"]: node.attributes["href"] for node in middle.css(".neighbours a")}
    assert neighbours == {"prev": "../../editions/2026-w48/index.html", "next": "../../editions/2027-w01/index.html"}
    writeup = page(root, "writeups/one/index.html")
    assert "Week 48, 2026: The week & <b>more</b>" in texts(writeup, ".headline__byline a")
    sitemap = (root / "site/sitemap.xml").read_text()
    assert "/editions/2026-w48/" in sitemap
    assert "<lastmod>2027-01-08</lastmod>" in sitemap


def test_an_edition_is_an_entry_of_both_feeds(root: Path) -> None:
    write_edition(root, "2026-W48", "writeups: [one, locks]\n")
    assert built(root).passed
    atom = feedparser.parse((root / "site/feed.xml").read_bytes())
    listed = [(entry.title, [tag.term for tag in entry.tags]) for entry in atom.entries]
    assert listed[:2] == [("The week", ["Edition"]), ("Of locks", ["Security research"])]
    assert json.loads((root / "site/feed.json").read_text())["items"][0]["tags"] == ["Edition"]
    issue = json.loads(page(root, "editions/2026-w48/index.html").css("script[type='application/ld+json']")[0].text())
    assert (issue["@type"], issue["issueNumber"]) == ("PublicationIssue", "2026-W48")
    assert [part["headline"] for part in issue["hasPart"]] == ["Of models", "Of locks"]


def test_a_dead_link_of_an_edition_is_found(root: Path) -> None:
    write_edition(root, "2026-W48", "writeups: [one]\n", body="See [one](../../writeups/one/) and [no](../no/).\n")
    report = built(root)
    assert [(f.rule, f.path.name, f.line) for f in report.findings] == [("dead-link", "2026-W48.md", 6)]


# --- sections ---


def test_a_section_has_a_page_that_kickers_lead_to(root: Path) -> None:
    assert built(root).passed
    tree = page(root, "sections/ai-benchmarks/index.html")
    assert texts(tree, ".teaser__title") == ["Of bots", "Of models"]
    assert not (root / "site/sections/trading-bots").exists()
    links = [
        page(root, "index.html").css_first("a.kicker").attributes["href"],  # type: ignore[union-attr]
        page(root, "writeups/one/index.html").css_first("a.kicker").attributes["href"],  # type: ignore[union-attr]
    ]
    assert links == ["sections/security-research/index.html", "../../sections/ai-benchmarks/index.html"]
    assert "/sections/ai-benchmarks/" in (root / "site/sitemap.xml").read_text()
