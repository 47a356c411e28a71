"""The evidence of a claim beside the claim: by pointer, keyboard and touch, and never in the reader's way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.chromium import Chromium, Page
from tests.browser.npm import REASON, axe_core
from tests.browser.test_accessibility import TAGS, violations
from tests.browser.whole_site import PAGES

BOX = "document.querySelector('.popover:popover-open')"
OPEN = f"!!{BOX}"
TEXT = f"({BOX}?.innerText ?? '')"
CLAIM = "a.claim[href='#claim-{}']"
FOCUSED = "document.activeElement.id || document.activeElement.className"
SCORE = CLAIM.format(1)


@pytest.fixture
def page(browser: Chromium, whole_served: str) -> Iterator[Page]:
    page = browser.page()
    page.show(prefers_reduced_motion="reduce")
    page.open(whole_served + PAGES["writeup"])
    page.send("Page.bringToFront")
    yield page
    assert page.complaints() == []
    page.close()


def rest(page: Page, seconds: float = 0.8) -> None:
    """Wait longer than anything here takes to open or to close."""
    page.run(f"new Promise((done) => setTimeout(done, {seconds * 1000}))")


def test_a_pointer_that_rests_on_a_claim_opens_its_evidence(page: Page) -> None:
    """Verdict, stored value, rule, column, query, pack with its digest: what the footnote says, with its links."""
    page.point(SCORE)
    page.until(OPEN)
    said = page.run(TEXT)
    for part in ("verified", "23/30", "0.766666667", "run_summary.pass_rate", 'select "pass_rate"', "dense", "sha256:"):
        assert part in said, part
    links = page.run(f"[...{BOX}.querySelectorAll('a')].map((each) => each.getAttribute('href'))")
    assert "../../packs/dense/index.html" in links and "../../packs/dense/index.html#table-run_summary" in links
    assert "#claim-1" in links


def test_the_runs_behind_a_claim_are_one_click_away(page: Page) -> None:
    claims = (
        "[...document.querySelectorAll('.evidence__item')].filter((each) => each.querySelector('[href*=\"/runs/\"]'))"
    )
    number = page.run(f"{claims}[0].id.replace('claim-', '')")
    page.click(CLAIM.format(number))
    assert page.until(f"{BOX}.querySelectorAll('a[href*=\"/runs/\"]').length") > 0


def test_a_pointer_that_only_crosses_a_claim_opens_nothing(page: Page) -> None:
    page.point(SCORE)
    page.point("h1")
    rest(page)
    assert not page.run(OPEN)


def test_what_opened_can_be_pointed_at_stays_there_and_goes_when_left(page: Page) -> None:
    """WCAG 1.4.13: hoverable and persistent."""
    page.point(SCORE)
    page.until(OPEN)
    page.run("globalThis.box = document.querySelector('.popover').getBoundingClientRect().toJSON()")
    x, y = page.run("[box.left + 40, box.top + 60]")
    page.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    rest(page)
    assert page.run(OPEN)
    page.send("Input.dispatchMouseEvent", type="mouseMoved", x=x + 700 if x < 700 else 5, y=5)
    page.until(f"!{BOX}")


def test_escape_closes_it_without_moving_the_pointer(page: Page) -> None:
    """WCAG 1.4.13: dismissible."""
    page.point(SCORE)
    page.until(OPEN)
    page.press("Escape")
    assert not page.run(OPEN)
    rest(page)
    assert not page.run(OPEN)


def test_the_keyboard_previews_enters_and_returns(page: Page) -> None:
    """Focus shows it; Tab goes on to the next claim, not through its links; Enter goes in, Escape comes back."""
    page.run(f"""document.querySelector("{SCORE}").focus({{ focusVisible: true }})""")
    page.until(OPEN)
    expanded = f"""document.querySelector("{SCORE}").getAttribute("aria-expanded")"""
    assert page.run(expanded) == "true"
    page.press("Tab")
    assert not page.run("document.querySelector('.popover')?.contains(document.activeElement)")
    assert not page.run(OPEN) and page.run(expanded) == "false"
    page.run(f"""document.querySelector("{SCORE}").focus({{ focusVisible: true }})""")
    page.press("Enter")
    page.until(f"{BOX} === document.activeElement")
    assert page.run("document.activeElement.getAttribute('role')") == "dialog"
    assert page.run("document.activeElement.getAttribute('aria-label')") == "Evidence of “23/30 (76.67%)”"
    page.press("Tab")
    assert page.run(FOCUSED) == "popover__close"
    page.press("Tab")
    assert page.run("document.activeElement.closest('.popover') && document.activeElement.nodeName") == "A"
    page.press("Escape")
    assert page.run(FOCUSED) == "ref-1"
    rest(page)
    assert not page.run(OPEN), "focus that comes back opens nothing"


def test_focus_that_leaves_by_tab_closes_it_and_goes_on_from_there(page: Page) -> None:
    page.run(f"""document.querySelector("{SCORE}").focus({{ focusVisible: true }})""")
    page.press("Enter")
    page.until(f"{BOX} === document.activeElement")
    stops = page.run(f"{BOX}.querySelectorAll('a, button').length")
    for _ in range(stops):
        page.press("Tab")
    assert page.run(OPEN)
    page.press("Tab")
    assert not page.run(OPEN)
    after = f"""document.querySelector("{SCORE}").compareDocumentPosition(document.activeElement) === 4"""
    assert page.run(after) and page.run("document.activeElement !== document.body")


def test_a_tap_opens_it_and_a_tap_elsewhere_closes_it(page: Page) -> None:
    page.show(width=390, height=844)
    page.send("Emulation.setTouchEmulationEnabled", enabled=True)
    page.tap(SCORE)
    page.until(OPEN)
    left, right = page.run(f"(({{ left, right }}) => [left, right])({BOX}.getBoundingClientRect())")
    assert 0 <= left < right <= 390
    assert page.run("location.hash") == ""
    page.tap(".popover__close")
    assert not page.run(OPEN)
    page.tap(SCORE)
    page.until(OPEN)
    page.tap("#colophon-heading")
    page.until(f"!{BOX}")


def test_a_press_keeps_it_open_and_another_press_closes_it(page: Page) -> None:
    page.click(SCORE)
    page.until(OPEN)
    page.send("Input.dispatchMouseEvent", type="mouseMoved", x=5, y=5)
    rest(page)
    assert page.run(OPEN)
    page.click(SCORE)
    assert not page.run(OPEN)


def test_only_one_is_open_and_no_id_stands_twice(page: Page) -> None:
    for number in (1, 2, 1):
        page.run(f"""document.querySelector("{CLAIM.format(number)}").focus()""")
        page.press("Enter")
        words = page.run(f"""document.querySelector("{CLAIM.format(number)}").textContent""")
        assert page.until(f"{BOX}?.getAttribute('aria-label')") == f"Evidence of “{words}”"
        assert page.run("document.querySelectorAll('.popover').length") == 1
        ids = page.run("[...document.querySelectorAll('[id]')].map((each) => each.id)")
        assert len(ids) == len(set(ids))


def test_a_waived_claim_says_why_it_is_not_checked(page: Page) -> None:
    page.click(".claim--waived")
    page.until(OPEN)
    assert "waived" in page.run(TEXT) and "part of the task's name" in page.run(TEXT)


def test_it_leads_to_its_footnote_and_closes(page: Page) -> None:
    page.click(SCORE)
    page.until(OPEN)
    page.click(".popover__foot a")
    page.until("location.hash === '#claim-1'")
    assert not page.run(OPEN)


def test_a_statement_that_is_being_edited_opens_nothing(page: Page) -> None:
    """`Change a statement` has the claims to itself, and gives them back."""
    page.run("document.getElementById('recheck_edit').click()")
    page.click("#ref-1")
    rest(page)
    assert not page.run(OPEN) and page.run("document.querySelector('.claim').isContentEditable")
    assert page.run("document.querySelectorAll('.claim[aria-expanded]').length") == 0
    page.run("document.getElementById('recheck_edit').click()")
    page.click(SCORE)
    page.until(OPEN)


def test_what_was_checked_again_shows_in_it(page: Page) -> None:
    page.run("document.getElementById('recheck_run').click()")
    page.until("document.activeElement.id === 'recheck_run'")
    page.click(SCORE)
    assert "Checked again here: it holds" in page.until(TEXT)


def test_the_text_does_not_move_when_it_opens(page: Page) -> None:
    where = "[...document.querySelectorAll('.claim')].map((each) => JSON.stringify(each.getBoundingClientRect()))"
    page.click(SCORE)
    page.press("Escape")
    before = page.run(where)
    page.click(SCORE)
    page.until(OPEN)
    assert page.run(where) == before


def test_it_is_not_printed(page: Page) -> None:
    page.click(SCORE)
    page.until(OPEN)
    page.send("Emulation.setEmulatedMedia", media="print")
    assert page.run("getComputedStyle(document.querySelector('.popover')).display") == "none"


def test_without_scripts_a_claim_is_a_link_to_its_footnote(browser: Chromium, whole_served: str) -> None:
    page = browser.page(whole_served + PAGES["writeup"], scripts=False)
    page.click(SCORE)
    assert page.run("location.hash") == "#claim-1"
    page.close()


def test_axe_finds_nothing_while_it_is_open_or_a_statement_is_edited(page: Page) -> None:
    axe = axe_core()
    if axe is None:
        pytest.skip(f"axe-core does not check pages here: {REASON}")
    page.run(axe + "; 1")
    page.click(SCORE)
    page.until(OPEN)
    for scheme in ("light", "dark"):
        page.show(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
        assert violations(page, "tag", TAGS) == [], scheme
    page.run("document.getElementById('recheck_edit').click()")
    page.until(f"!{BOX}")
    assert violations(page, "tag", TAGS) == []
