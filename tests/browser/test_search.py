"""The search page before its reader: it finds, says how many, narrows, keeps what was asked, and works by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium, Page
from tests.browser.npm import REASON, axe_core
from tests.browser.test_accessibility import TAGS, violations
from tests.browser.whole_site import PAGES

STATUS = "document.getElementById('search_status').textContent"
LINKS = "[...document.querySelectorAll('#search_results a')].map((each) => each.href)"


@pytest.fixture
def page(browser: Chromium, whole_served: str) -> Iterator[Page]:
    page = browser.page(whole_served + PAGES["search"])
    yield page
    page.close()


def type_in(page: Page, words: str) -> None:
    page.run("document.getElementById('search_words').focus()")
    page.send("Input.insertText", text=words)


def test_what_is_typed_is_found_and_counted_aloud(page: Page, whole_served: str) -> None:
    assert page.run("document.getElementById('search_status').getAttribute('role')") == "status"
    type_in(page, "quarter size")
    page.until(f"/for “quarter size”/.test({STATUS})")
    links = page.run(LINKS)
    assert whole_served + PAGES["writeup"] in links
    assert page.run("document.querySelectorAll('#search_results mark').length") >= 1
    assert "q=quarter+size" in page.run("location.search")
    assert page.complaints() == []


def test_every_result_is_a_page_of_the_site_and_no_run(page: Page, whole: Path, whole_served: str) -> None:
    type_in(page, "task")
    page.until(f"/for “task”/.test({STATUS}) && !document.getElementById('search_more').hidden")
    page.run("document.getElementById('search_more').focus()")
    page.press("Enter")
    page.until(f"({LINKS}).length > 10")
    assert page.run("document.activeElement === document.querySelectorAll('#search_results a')[10]")
    for link in page.run(LINKS):
        path = link.removeprefix(whole_served)
        assert (whole / path).is_file() and "/runs/" not in path, link


def test_a_choice_narrows_what_is_found_and_stands_in_the_address(page: Page, browser: Chromium) -> None:
    type_in(page, "model")
    page.until(f"/for “model”/.test({STATUS})")
    kinds = page.run("[...document.getElementById('search_kind').options].map((each) => each.value)")
    assert {"", "Data pack", "Model", "Page", "Task", "Writeup"} <= set(kinds)
    page.run(
        "const kind = document.getElementById('search_kind'); kind.value = 'Model';"
        "kind.dispatchEvent(new Event('change', { bubbles: true }))"
    )
    shown = "[...document.querySelectorAll('#search_results .kicker')].map((each) => each.textContent)"
    page.until(f"({shown}).length > 0 && ({shown}).every((each) => each === 'Model')")
    address = page.run("location.href")
    assert "kind=Model" in address
    again = browser.page(address)
    again.until(f"({shown}).length > 0 && ({shown}).every((each) => each === 'Model')")
    assert again.run("document.getElementById('search_kind').value") == "Model"
    again.close()


def test_nothing_found_is_said(page: Page) -> None:
    type_in(page, "zzzzqqqq")
    page.until(f"{STATUS} === 'No pages for “zzzzqqqq”'")
    assert page.run(LINKS) == []


def test_results_are_as_accessible_as_the_page(page: Page) -> None:
    script = axe_core()
    if script is None:
        pytest.skip(f"axe-core does not check pages here: {REASON}")
    type_in(page, "model")
    page.until(f"({LINKS}).length > 3")
    page.run(script + "; 1")
    assert violations(page, "tag", TAGS) == []


def test_a_page_opened_from_a_folder_says_why_it_cannot_search(browser: Chromium, whole: Path) -> None:
    page = browser.page(f"file://{whole}/{PAGES['search']}")
    assert "needs a server" in page.run(STATUS)
    assert page.run("document.querySelectorAll('.search__all .teaser').length") > 0
    assert page.complaints() == []
    page.close()


def test_markup_in_what_was_indexed_stays_text(browser: Chromium, page: Page) -> None:
    """An excerpt is built of text and marks: whatever else the index holds does not become an element."""
    type_in(page, "model")
    page.until(f"({LINKS}).length > 3")
    names = page.run("[...new Set([...document.querySelectorAll('.search__excerpt *')].map((each) => each.nodeName))]")
    assert names == ["MARK"]
