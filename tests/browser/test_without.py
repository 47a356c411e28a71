"""Every kind of page under its policy, and without scripts: nothing is refused, and nothing is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from tests.browser.chromium import Chromium, Page
from tests.browser.whole_site import PAGES

EVERY = pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
# The search form cannot work without scripts, so it is not there: the list of all writeups is.
NOT_SHOWN = "script, .search, [hidden], [popover], details:not([open]) > :not(summary), svg title, svg desc"


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()


def shown(page: Page) -> str:
    """Return all text that the browser lays out, without blanks."""
    found = page.send("DOMSnapshot.captureSnapshot", computedStyles=[])
    strings = found["strings"]
    return squeezed("".join(strings[index] for index in found["documents"][0]["layout"]["text"] if index >= 0))


def texts(html: str) -> Iterator[str]:
    """Yield each piece of text in a page's main part that a reader should see at once."""
    tree = HTMLParser(html)
    unchecked = [box.id or "" for box in tree.css(".filters input:not([checked])")]
    filtered = [f".event--{name.removeprefix('show-')}" for name in unchecked]
    for node in tree.css(", ".join([NOT_SHOWN, *filtered])):
        node.decompose()
    (main,) = tree.css("main")
    for node in main.traverse(include_text=True):
        if node.tag == "-text" and (text := squeezed(node.text(deep=False))):
            yield text


@EVERY
@pytest.mark.parametrize("over", ["http", "file"])
def test_no_page_asks_for_what_its_policy_refuses(
    browser: Chromium, whole: Path, whole_served: str, path: str, over: str
) -> None:
    if over == "file" and path == "404.html":
        pytest.skip("shown by hosts at any address, so its own addresses begin at the host")
    page = browser.page()
    page.open((whole_served if over == "http" else f"file://{whole}/") + path)
    page.run("scrollTo(0, document.documentElement.scrollHeight)")
    page.run("new Promise((done) => setTimeout(done, 100))")
    assert page.complaints() == []
    page.close()


def test_a_refusal_would_be_heard(browser: Chromium, whole_served: str) -> None:
    page = browser.page(whole_served + PAGES["method"])
    page.run("document.body.append(Object.assign(new Image(), {src: 'https://other.example/pixel.gif'}))")
    page.run("document.querySelector('h1').setAttribute('style', 'color: red')")
    page.run("new Promise((done) => setTimeout(done, 100))")
    said = " ".join(page.complaints())
    assert "img-src" in said and "style-src" in said
    page.close()


@EVERY
def test_a_page_is_complete_without_scripts(browser: Chromium, whole: Path, path: str) -> None:
    page = browser.page(f"file://{whole}/{path}", scripts=False)
    laid_out = shown(page)
    expected = list(texts((whole / path).read_text()))
    assert len(expected) > 3
    assert [text for text in expected if text not in laid_out] == []
    page.close()


def test_long_texts_of_a_run_open_and_its_filters_work_without_scripts(browser: Chromium, whole: Path) -> None:
    path = whole / PAGES["run-own"]
    tree = HTMLParser(path.read_text())
    folded = squeezed(tree.css("details:not([open]) pre")[0].text())[:200]
    page = browser.page(f"file://{path}", scripts=False)
    page.show(prefers_reduced_motion="reduce")
    assert folded not in shown(page)
    click(page, "details > summary")
    assert folded in shown(page)
    (asked,) = {squeezed(node.text()) for node in tree.css(".event--model .event__title")[:1]}
    before = shown(page).count(asked)
    click(page, "#show-model")
    assert shown(page).count(asked) < before
    page.close()


def click(page: Page, selector: str) -> None:
    """Click as a hand would: where the element is."""
    root = page.send("DOM.getDocument")["root"]["nodeId"]
    node = page.send("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
    page.send("DOM.scrollIntoViewIfNeeded", nodeId=node)
    x, y = page.send("DOM.getContentQuads", nodeId=node)["quads"][0][:2]
    for kind in ("mousePressed", "mouseReleased"):
        page.send("Input.dispatchMouseEvent", type=kind, x=x + 5, y=y + 5, button="left", clickCount=1)
