"""A pack's page says plainly where its tables come from; what a pack says of itself is never trusted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from clawpub.errors import PackError
from clawpub.pack.importers.description import Description
from clawpub.pack.importers.importing import read_import, seal_import
from clawpub.pack.reader import Pack, open_pack
from clawpub.pack.verify import verify_pack
from generator.build import build
from tests.clawpub.pack.test_sealing import reseal


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "site.toml").write_text('title = "T"\nbase_url = "https://example.org"\n')
    (tmp_path / "trades.csv").write_text("id,pnl\n1,1.5\n2,NA\n")
    (tmp_path / "prices.csv").write_text("a\n1\n")
    tables = {"prices": {"source": "An exchange", "licence": "not stated", "notes": "Closing prices."}}
    said = Description.model_validate(
        {"source": "The bot's log, https://example.org/log", "licence": "CC-BY-4.0", "tables": tables}
    )
    made = read_import(said, [tmp_path / "trades.csv", tmp_path / "prices.csv"], base=tmp_path)
    return seal_import(made, tmp_path / "content" / "packs" / "bot")


def page_of(tmp_path: Path) -> LexborHTMLParser:
    assert build(tmp_path, tmp_path / "site").passed
    return LexborHTMLParser((tmp_path / "site" / "packs" / "bot" / "index.html").read_text())


def only(page: LexborHTMLParser, selector: str) -> LexborNode:
    (found,) = page.css(selector)
    return found


def test_source_and_licence_of_pack_and_tables_are_on_the_page(tmp_path: Path, pack: Pack) -> None:
    page = page_of(tmp_path)
    section = only(page, 'section[aria-labelledby="source-heading"]')
    assert [link.attributes["href"] for link in section.css("a")] == ["https://example.org/log"]
    assert "The bot's log" in section.text() and "CC-BY-4.0" in section.text()
    prices, trades = only(page, "#table-prices").text(), only(page, "#table-trades").text()
    assert "Source: An exchange." in prices and "Licence: not stated." in prices and "Closing prices." in prices
    assert "Source:" not in trades and "1 cell “NA” read as missing" in trades and "Read from trades.csv" in trades


def test_an_address_that_is_no_web_page_is_never_a_link(tmp_path: Path, pack: Pack) -> None:
    hostile = [{"title": "<script>alert(1)</script>", "path": "javascript:alert(1)"}, {"path": "../../etc/passwd"}, {}]
    reseal(pack, sources=hostile, licenses=[{"name": "x", "path": "data:text/html,x"}, {"title": 5}])
    section = only(page_of(tmp_path), 'section[aria-labelledby="source-heading"]')
    assert section.css("a") == [] and section.css("script") == []
    assert "<script>alert(1)</script>" in section.text() and "../../etc/passwd" in section.text()


@pytest.mark.parametrize("changes", [{"sources": "me"}, {"licenses": [1]}, {"sources": {"title": "x"}}])
def test_a_descriptor_whose_sources_are_none_is_refused_by_name(pack: Pack, changes: dict[str, object]) -> None:
    reseal(pack, **changes)
    with pytest.raises(PackError, match=next(iter(changes))):
        open_pack(pack.path)
    assert [finding.rule for finding in verify_pack(pack.path)] == ["descriptor"]


def test_a_tables_own_member_is_held_to_its_shape(pack: Pack) -> None:
    raw = json.loads((pack.path / "datapackage.json").read_bytes())
    raw["resources"][0]["clawpub"] = {"file": ["x"]}
    reseal(pack, **raw)
    with pytest.raises(PackError, match=r"resources\.0\.clawpub"):
        open_pack(pack.path)
