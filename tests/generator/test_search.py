"""The search index: equal pages give equal bytes, runs stay out of it, and without Pagefind there is no half of it."""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from clawpub.errors import ConfigError
from generator.build import BuildOptions, build
from generator.search import search_index
from generator.search_order import _packed, _unpacked, in_order
from tests.builders import seal_runs, tiny_events
from tests.generator.publication import SITE, write_writeup

FILTERED = (
    b'<i data-pagefind-filter="a:1"></i><i data-pagefind-filter="b[x]" x="%d"></i><i data-pagefind-filter="c:2"></i>'
)
PAGE = b'<html lang="en"><body><main%s><h1>Page %d</h1><p>Words of %d.</p></main></body></html>'


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A publication of one pack and one writeup."""
    packs = tmp_path / "content" / "packs"
    packs.mkdir(parents=True)
    (tmp_path / "content" / "site.toml").write_text(SITE)
    this = seal_runs(packs, tiny_events())
    write_writeup(tmp_path, "tiny", body="[Context] Two jobs.\n", packs={"this": this})
    return tmp_path


def tree_of(site: Path) -> dict[str, bytes]:
    return {file.relative_to(site).as_posix(): file.read_bytes() for file in site.rglob("*") if file.is_file()}


def test_equal_pages_give_equal_bytes_in_whatever_order_they_come() -> None:
    pages = {f"p/{number}/index.html": PAGE % (b" data-pagefind-body", number, number) for number in range(40)}
    first = search_index(pages.items())
    assert first == search_index(reversed(pages.items()))
    assert "pagefind/pagefind.js" in first and not any("ui" in path for path in first)
    assert json.loads(first["pagefind/pagefind-entry.json"])["languages"]["en"]["page_count"] == 40


def test_filters_and_their_values_stand_in_one_order() -> None:
    """Pagefind alone writes them as its hash maps have them: with forty values no two runs agree."""
    text = PAGE.replace(b"</main>", FILTERED + b"</main>")
    pages = {f"p/{number}/index.html": text % (b" data-pagefind-body", number, number, number) for number in range(40)}
    first = search_index(pages.items())
    assert first == search_index(pages.items())
    assert sum(path.endswith(".pf_filter") for path in first) == 3


@pytest.mark.parametrize(
    "value", [[], [0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32], ["", "ä" * 30, "x" * 300], [[1, ["y"]]] * 70]
)
def test_what_is_packed_is_unpacked_as_it_was(value: list[Any]) -> None:
    assert _unpacked(_packed(value)) == value


@pytest.mark.parametrize(
    "data",
    [b"", b"no gzip", gzip.compress(b"other"), gzip.compress(b"pagefind_dcd\xf6")],
    ids=["nothing", "no gzip", "other words", "no end"],
)
def test_an_index_of_another_make_is_refused(data: bytes) -> None:
    entry = json.dumps({"languages": {"en": {"hash": "x"}}}).encode()
    with pytest.raises(ConfigError, match="not known here"):
        in_order({"pagefind-entry.json": entry, "pagefind.x.pf_meta": data})


def test_only_marked_pages_are_found() -> None:
    marked, plain = PAGE % (b" data-pagefind-body", 1, 1), PAGE % (b"", 2, 2)
    entry = search_index([("a.html", marked), ("b.html", plain)])["pagefind/pagefind-entry.json"]
    assert json.loads(entry)["languages"]["en"]["page_count"] == 1


def test_tables_and_charts_are_not_read() -> None:
    figure = b"<figure><table><tr><td>hidden</td></tr></table></figure></main>"
    page = (PAGE % (b" data-pagefind-body", 1, 1)).replace(b"</main>", figure)
    found = search_index([("a.html", page)])
    (fragment,) = (data for path, data in found.items() if path.endswith(".pf_fragment"))
    assert b"Words of 1" in gzip.decompress(fragment) and b"hidden" not in gzip.decompress(fragment)


def test_settings_of_somebody_elses_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEFIND_EXCLUDE_SELECTORS", "p")
    pages = {"a.html": PAGE % (b" data-pagefind-body", 1, 1)}
    found = search_index(pages.items())
    monkeypatch.delenv("PAGEFIND_EXCLUDE_SELECTORS")
    assert found == search_index(pages.items())


def test_a_release_has_a_page_that_searches_and_twice_the_same_bytes(small: Path) -> None:
    release = BuildOptions(release=True)
    assert build(small, small / "one", options=release).passed
    assert build(small, small / "two", options=release).passed
    assert tree_of(small / "one") == tree_of(small / "two")
    page = HTMLParser((small / "one/search/index.html").read_text())
    assert [node.text() for node in page.css(".search__all .teaser__title")] == ["Size is not everything"]
    assert "/pagefind/*" in (small / "one/_headers").read_text()
    links = [node.text() for node in HTMLParser((small / "one/404.html").read_text()).css(".masthead__nav a")]
    assert "Search" in links


def test_an_author_at_work_has_none_and_no_link_to_it(small: Path) -> None:
    assert build(small, small / "site", options=BuildOptions(search=True)).passed
    assert (small / "site/pagefind/pagefind.js").is_file()
    assert build(small, small / "site").passed
    assert not (small / "site/pagefind").exists() and not (small / "site/search").exists()
    assert "search/index.html" not in (small / "site/index.html").read_text()
    assert build(small, small / "site", options=BuildOptions(release=True, search=False)).passed
    assert not (small / "site/pagefind").exists()


def test_without_pagefind_a_release_says_how_to_get_it_and_the_old_site_stays(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert build(small, small / "site").passed
    before = tree_of(small / "site")
    monkeypatch.setitem(sys.modules, "pagefind_bin", None)
    with pytest.raises(ConfigError, match="not installed") as raised:
        build(small, small / "site", options=BuildOptions(release=True))
    assert "make extra NAME=search" in str(raised.value.hint)
    assert tree_of(small / "site") == before


def test_a_pagefind_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "pagefind_bin.py"
    broken = tmp_path / "pagefind"
    broken.write_text("#!/bin/sh\necho it broke >&2\nexit 3\n")
    broken.chmod(0o755)
    package.write_text(f"def get_executable():\n    return {os.fspath(broken)!r}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "pagefind_bin", raising=False)
    with pytest.raises(ConfigError, match="it broke"):
        search_index([])
