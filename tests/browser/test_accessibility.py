"""Every kind of page before readers with a keyboard, a screen reader, a small window, a dark room or no scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.browser.chromium import Chromium, Page
from tests.browser.npm import REASON, axe_core
from tests.browser.whole_site import PAGES

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules whose answer a change of colours alone can change."""

RUN_AXE = """
axe.run(document, {runOnly: {type: %s, values: %s}, resultTypes: ["violations"]}).then((found) =>
  found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.split("\\n").slice(1).join(" ").trim()}`)))
"""


def violations(page: Page, kind: str, values: tuple[str, ...]) -> list[str]:
    found: list[str] = page.run(RUN_AXE % (json.dumps(kind), json.dumps(values)))
    return found


EVERY = pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())


@pytest.fixture
def page(browser: Chromium) -> Iterator[Page]:
    page = browser.page()
    yield page
    page.close()


@pytest.fixture(scope="session")
def axe() -> str:
    script = axe_core()
    if script is None:
        pytest.skip(f"axe-core does not check pages here: {REASON}")
    return script


@EVERY
def test_axe_finds_nothing(page: Page, whole_served: str, axe: str, path: str) -> None:
    """WCAG 2.2 AA and best practice, light and dark, on a phone and at a desk."""
    page.show(width=390)
    page.open(whole_served + path)
    page.run(axe + "; 1")
    for width in (390, 1440):
        page.show(width=width, prefers_color_scheme="light")
        assert violations(page, "tag", TAGS) == [], (width, "light")
        page.show(width=width, prefers_color_scheme="dark")
        assert violations(page, "rule", COLOURS) == [], (width, "dark")


@pytest.mark.parametrize(
    ("opened", "seen"),
    [
        ("document.querySelector('.claim').click()", ".popover--pinned"),
        ("document.querySelector('.chart__values').open = true", ".chart__values[open] table"),
        ("document.querySelector('.chart__explore').click()", ".chart__live .main-svg"),
    ],
    ids=["evidence", "values", "explore"],
)
def test_axe_finds_nothing_in_what_a_reader_opens(
    page: Page, whole_served: str, axe: str, opened: str, seen: str
) -> None:
    page.show(width=390)
    page.open(whole_served + PAGES["writeup"])
    if "explore" in opened and page.run("document.querySelector('.chart__explore') === null"):
        pytest.skip("this site was built without plotly for browsers")
    page.run(f"{opened}; 1")
    page.until(f"document.querySelector('{seen}') !== null")
    page.run(axe + "; 1")
    assert violations(page, "tag", TAGS) == []
    page.show(width=390, prefers_color_scheme="dark")
    assert violations(page, "rule", COLOURS) == []


def test_axe_would_find_something(page: Page, whole_served: str, axe: str) -> None:
    page.open(whole_served + PAGES["method"])
    page.run(axe + "; 1")
    page.run("document.querySelector('h1').outerHTML = '<h4>late</h4><img src=x><p role=button>no</p>'; 1")
    found = {each.partition(":")[0] for each in violations(page, "tag", TAGS)}
    assert {"image-alt", "page-has-heading-one"} <= found


SHIFTS = """
new Promise((done) => {
  const shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      shifts.push(`${entry.value}: ${entry.sources.map((s) => s.node?.className || s.node?.nodeName).join(", ")}`);
  }).observe({ type: "layout-shift", buffered: true });
  const settle = () => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
  (async () => {
    document.documentElement.style.scrollBehavior = "auto";
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) { scrollTo(0, y); await settle(); }
    await settle();
    done(shifts);
  })();
})
"""


@EVERY
def test_nothing_moves_while_a_page_loads_and_is_scrolled(page: Page, whole_served: str, path: str) -> None:
    for width in (390, 1440):
        page.show(width=width)
        page.open(whole_served + path)
        assert page.run(SHIFTS) == [], width


WIDER = """
document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > innerWidth + 1
    && !each.closest(".table-box, pre, .visually-hidden, .skip-link"))
    .map((each) => `${each.nodeName}.${each.getAttribute("class")}`)
"""


@EVERY
def test_a_page_fits_a_window_of_320_pixels(page: Page, whole_served: str, path: str) -> None:
    """Reflow (WCAG 1.4.10): what is wider than the window, a table or code, scrolls in a box of its own."""
    page.show(width=320, height=256)
    page.open(whole_served + path)
    assert page.run(WIDER) == []
    assert page.run("document.documentElement.scrollWidth") <= 320


FOCUS = """
(() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const box = at.getBoundingClientRect(), style = getComputedStyle(at);
  const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const inside = box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0;
  return { what: `${at.nodeName} ${at.id || at.className || at.textContent.trim().slice(0, 30)}`, shown, inside,
           index: [...document.querySelectorAll("*")].indexOf(at) };
})()
"""


@EVERY
def test_tab_goes_through_a_page_in_order_and_shows_where_it_is(page: Page, whole_served: str, path: str) -> None:
    """The first stop skips to the text; each stop can be seen and has a ring; none holds the reader."""
    page.show(prefers_reduced_motion="reduce")
    page.open(whole_served + path)
    page.press("Tab")
    first = page.run(FOCUS)
    assert "skip-link" in first["what"] and first["inside"]
    seen = [first["index"]]
    for _ in range(60):
        page.press("Tab")
        here = page.run(FOCUS)
        if here is None or here["index"] == seen[0]:
            break
        assert here["shown"] and here["inside"], here
        assert here["index"] > seen[-1], here
        seen.append(here["index"])
    assert len(seen) > 5


def test_the_skip_link_leads_past_the_masthead(page: Page, whole_served: str) -> None:
    page.open(whole_served + PAGES["writeup"])
    page.press("Tab")
    page.press("Enter")
    page.until("document.activeElement.id === 'main'")
    page.press("Tab")
    assert page.run("document.querySelector('main').contains(document.activeElement)")


@EVERY
def test_a_page_moves_only_where_its_reader_lets_it(page: Page, whole_served: str, path: str) -> None:
    page.show(prefers_reduced_motion="reduce")
    page.open(whole_served + path)
    moving = """[...document.querySelectorAll("*")].filter((each) => { const style = getComputedStyle(each);
      return style.scrollBehavior === "smooth" || parseFloat(style.animationDuration) > 0
        || style.transitionDuration.split(",").some((time) => parseFloat(time) > 0); }).map((each) => each.nodeName)"""
    assert page.run(moving) == []


def test_marks_keep_their_shape_where_colours_are_forced(page: Page, whole_served: str) -> None:
    """In forced colours backgrounds go: what a colour said is said by a line, a shape or a word as well."""
    page.show(forced_colors="active")
    page.open(whole_served + PAGES["writeup"])
    assert page.run("matchMedia('(forced-colors: active)').matches")
    claim = "getComputedStyle(document.querySelector('.claim'))"
    assert "underline" in page.run(f"{claim}.textDecorationLine")
    passed, failed = (
        f"getComputedStyle(document.querySelector('.dot--{each}')).backgroundColor" for each in ("passed", "failed")
    )
    assert page.run(passed) != page.run(failed)
