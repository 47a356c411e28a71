"""The feed and the sitemap."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from selectolax.lexbor import LexborHTMLParser

from generator.build import BuildOptions, build
from generator.pages.linked_data import data_block
from tests.generator.publication import SITE, write_publication, write_writeup


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_publication(tmp_path_factory.mktemp("publication"))
    write_writeup(root, "older", body="Words.\n", title="'Less <b>&amp; more'", day="2026-01-05")
    write_writeup(root, "draft", body="Words.\n", title="Not yet", day="2026-12-05", draft=True)
    assert build(root, root / "site", options=BuildOptions(drafts=True)).passed
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
    assert "https://weekly.example/site/tasks/agentic-core-v1/task_01/" in places
    assert len(places) == len(set(places))
    for place in places:
        assert (site / str(place).removeprefix("https://weekly.example/site/") / "index.html").is_file(), place


def test_the_json_feed_says_what_the_atom_feed_says(site: Path) -> None:
    said = json.loads((site / "feed.json").read_bytes())
    assert said["version"] == "https://jsonfeed.org/version/1.1"
    assert (said["title"], said["language"]) == ("Test Weekly", "en")
    assert (said["home_page_url"], said["feed_url"]) == (
        "https://weekly.example/site/",
        "https://weekly.example/site/feed.json",
    )
    atom = feedparser.parse((site / "feed.xml").read_bytes())
    assert [item["url"] for item in said["items"]] == [entry.link for entry in atom.entries]
    newest = said["items"][0]
    assert newest["id"] == newest["url"]
    assert newest["date_published"] == "2026-11-02T00:00:00Z"
    assert newest["content_text"] == "What a dense model does better, and what it does not."
    assert newest["authors"] == [{"name": "A. Tester"}]
    assert said["items"][1]["title"] == "Less <b>&amp; more"
    assert "draft" not in (site / "feed.json").read_text()


def linked(page: Path) -> dict[str, Any]:
    """Return the JSON-LD of a page."""
    (block,) = LexborHTMLParser(page.read_text()).css("script[type='application/ld+json']")
    found: dict[str, Any] = json.loads(block.text())
    return found


def test_a_writeup_is_an_article_that_is_based_on_its_packs(site: Path) -> None:
    said = linked(site / "writeups" / "dense-enough" / "index.html")
    assert (said["@context"], said["@type"]) == ("https://schema.org", "Article")
    assert said["url"] == "https://weekly.example/site/writeups/dense-enough/"
    assert (said["datePublished"], said["articleSection"]) == ("2026-11-02", "AI benchmarks")
    assert said["author"] == [{"@type": "Person", "name": "A. Tester"}]
    assert said["isBasedOn"] == [f"https://weekly.example/site/packs/{name}/" for name in ("dense", "sparse", "next")]
    older = linked(site / "writeups" / "older" / "index.html")
    assert older["headline"] == "Less <b>&amp; more"


def test_a_pack_is_a_dataset_with_its_archive(site: Path) -> None:
    said = linked(site / "packs" / "dense" / "index.html")
    assert (said["@type"], said["name"]) == ("Dataset", "acme.dense-32b on Agentic Core")
    assert said["identifier"][1].startswith("sha256:")
    (archive,) = said["distribution"]
    assert archive["contentUrl"] == "https://weekly.example/site/packs/dense/dense.zip"
    assert (site / "packs" / "dense" / "dense.zip").is_file()
    assert "creator" not in linked(site / "packs" / "next" / "index.html")


def test_a_data_block_cannot_be_left(tmp_path: Path) -> None:
    evil = "</script><!-- <script>alert(1)</script> & \u2028 \u202e \x7f"
    block = data_block({"name": evil})
    assert json.loads(block) == {"name": evil}
    assert not set(block) & set("<>&\u2028\u202e\x7f")


def test_a_page_says_to_others_what_it_is(site: Path) -> None:
    tree = LexborHTMLParser((site / "writeups" / "dense-enough" / "index.html").read_text())
    said = {str(m.attributes["property"]): str(m.attributes["content"]) for m in tree.css("meta[property]")}
    assert said["og:type"] == "article"
    assert said["article:published_time"] == "2026-11-02"
    assert (said["article:author"], said["article:section"]) == ("A. Tester", "AI benchmarks")
    assert said["og:url"] == "https://weekly.example/site/writeups/dense-enough/"
    feeds = {link.attributes["type"]: link.attributes["href"] for link in tree.css("link[rel=alternate]")}
    assert feeds == {"application/atom+xml": "../../feed.xml", "application/feed+json": "../../feed.json"}
