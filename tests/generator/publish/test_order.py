"""What goes out first, and with which headers."""

from __future__ import annotations

import pytest

from generator.publish.order import STAGES, addresses, kind_of, served, stage_of


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("assets/main.12345678.css", "asset"),
        ("cards/writeups/x.12345678.png", "asset"),
        ("writeups/x/table.csv", "asset"),
        ("packs/x/data/run_summary.csv", "data"),
        ("packs/x/index.html", "page"),
        ("source/content/site.toml", "data"),
        ("writeups/x/index.html", "page"),
        ("404.html", "page"),
        ("index.html", "list"),
        ("models/index.html", "list"),
        ("feed.xml", "feed"),
        ("sitemap.xml", "feed"),
        ("release.json", "statement"),
        ("release.dsse.json", "statement"),
    ],
)
def test_a_file_has_its_kind(path: str, kind: str) -> None:
    assert kind_of(path) == kind


def test_new_files_go_before_changed_ones_and_the_statement_last() -> None:
    def stage(path: str, *, new: bool) -> str:
        return STAGES[stage_of(path, new=new)]

    assert stage("assets/a.css", new=True) == "new assets" and stage("assets/a.css", new=False) == "changed assets"
    assert stage("writeups/x/index.html", new=True) == "new pages"
    assert stage("index.html", new=True) == stage("index.html", new=False) == stage("writeups/index.html", new=False)
    assert stage("editions/index.html", new=True) == "new pages", "changed pages have it in their navigation"
    assert stage("feed.xml", new=True) == "new feeds" and stage("feed.xml", new=False) == "feeds"
    assert stage("release.json", new=True) == STAGES[-1]


def test_headers_are_the_same_on_every_machine() -> None:
    assert served("assets/site.abc.js").content_type == "text/javascript; charset=utf-8"
    assert served("a/b.unknown").content_type == served("a.b/c").content_type == "application/octet-stream"
    assert served("writeups/x/index.html").cache_control == "public, max-age=300"
    assert served("release.json").cache_control == "no-cache"


def test_a_folders_page_has_two_addresses() -> None:
    assert addresses("writeups/x y/index.html") == ("/writeups/x%20y/", "/writeups/x%20y/index.html")
    assert addresses("index.html") == ("/", "/index.html") and addresses("feed.xml") == ("/feed.xml",)
    assert addresses("a/myindex.html") == ("/a/myindex.html",)
