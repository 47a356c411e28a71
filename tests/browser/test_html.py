"""The whole built site, this publication's own pages in it: every link leads somewhere, every page is sound HTML."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.pages.links import check_site
from tests.browser.npm import REASON
from tests.browser.whole_site import PAGES
from tests.sitecheck import html_faults


def test_every_link_leads_somewhere_and_every_page_is_put_together_soundly(whole: Path) -> None:
    check = check_site(whole)
    assert [f"{finding.place}: {finding.rule}: {finding.message}" for finding in check.findings] == []
    assert check.pages > 400 and check.links > 20_000
    assert all((whole / path).is_file() for path in PAGES.values())


def test_every_page_is_valid(whole: Path) -> None:
    faults = html_faults(whole)
    if faults is None:
        pytest.skip(f"html-validate does not check pages here: {REASON}")
    assert faults == []


def test_a_fault_in_html_is_found(tmp_path: Path) -> None:
    page = '<!doctype html>\n<html lang="en"><head><title>x</title></head><body><p><div>x</div></p></body></html>\n'
    (tmp_path / "index.html").write_text(page)
    faults = html_faults(tmp_path)
    if faults is None:
        pytest.skip(f"html-validate does not check pages here: {REASON}")
    assert any("<div>" in fault and "index.html:2:" in fault for fault in faults)
