"""The feed and the sitemap."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import feedparser
import pytest

from generator.build import build
from tests.generator.publication import SITE, write_publication, write_writeup


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_publication(tmp_path_factory.mktemp("publication"))
    write_writeup(root, "older", body="Words.\n", title="'Less <b>&amp; more'", day="2026-01-05")
    write_writeup(root, "draft", body="Words.\n", title="Not yet", day="2026-12-05", draft=True)
    assert build(root, root / "site", drafts=True).passed
    return root / "site"


def test_the_feed_is_valid_and_its_addresses_are_absolute(site: Path) -> None:
    feed = feedparser.parse((site / "feed.xml").read_bytes())
    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.title == "Test Weekly"
    assert feed.feed.id == "https://weekly.example/site/"
    assert feed.feed.updated == "2026-11-02T00:00:00Z"
    assert [entry.link for entry in feed.entries] == [
        "https://weekly.example/site/writeups/dense-enough/",
        "https://weekly.example/site/writeups/older/",
    ]
    assert feed.entries[0].summary == "What a dense model does better, and what it does not."
    assert feed.entries[0].author == "A. Tester"


def test_a_title_is_text_in_the_feed(site: Path) -> None:
    root = ElementTree.fromstring((site / "feed.xml").read_bytes())
    titles = [title.text for title in root.iter("{http://www.w3.org/2005/Atom}title")]
    assert "Less <b>&amp; more" in titles


def test_a_draft_is_shown_where_asked_for_and_never_announced(site: Path) -> None:
    assert (site / "writeups" / "draft" / "index.html").is_file()
    for name in ("feed.xml", "sitemap.xml"):
        assert "draft" not in (site / name).read_text()


def test_the_feed_of_an_empty_publication_is_valid(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "site.toml").write_text(SITE)
    assert build(tmp_path, tmp_path / "site").passed
    assert not feedparser.parse((tmp_path / "site" / "feed.xml").read_bytes()).bozo


def test_the_sitemap_names_every_published_page(site: Path) -> None:
    root = ElementTree.fromstring((site / "sitemap.xml").read_bytes())
    places = [place.text for place in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert places[0] == "https://weekly.example/site/"
    assert "https://weekly.example/site/packs/dense/" in places
    assert "Sitemap: https://weekly.example/site/sitemap.xml" in (site / "robots.txt").read_text()
