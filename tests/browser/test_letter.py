"""This publication's own letter as a mail program shows it: valid, readable, whole on a phone and in a dark room."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.mail.edition import letter_of
from generator.mail.letter import Letter
from generator.mail.setting import MOST_HTML, MOST_SENT
from tests.browser.chromium import Chromium, Page
from tests.browser.npm import REASON, axe_core
from tests.browser.test_accessibility import COLOURS, TAGS, violations
from tests.sitecheck import OF_LETTERS, html_faults

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Letter:
    root = tmp_path_factory.mktemp("own")
    shutil.copytree(ROOT / "content", root / "content")
    report = letter_of(root, "2026-W48")
    assert report.letter is not None and report.shortened, report.findings
    return report.letter


@pytest.fixture(scope="module")
def file(letter: Letter, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the letter as a page with its pictures beside it."""
    folder = tmp_path_factory.mktemp("letter")
    html = letter.html
    for image in letter.images:
        (folder / f"{image.cid}.png").write_bytes(image.png)
        html = html.replace(f"cid:{image.cid}", f"{image.cid}.png")
    (folder / "index.html").write_text(html)
    return folder / "index.html"


@pytest.fixture
def page(browser: Chromium) -> Iterator[Page]:
    page = browser.page()
    yield page
    page.close()


def test_our_own_edition_is_no_heavier_than_it_may_be_and_has_its_charts(letter: Letter) -> None:
    assert letter.html_bytes < MOST_HTML and letter.sent_bytes < MOST_SENT
    assert letter.images


def test_a_letter_is_valid_html(file: Path) -> None:
    faults = html_faults(file.parent, OF_LETTERS)
    if faults is None:
        pytest.skip(f"html-validate does not check letters here: {REASON}")
    assert faults == []


@pytest.mark.parametrize("pictures", [True, False], ids=["pictures", "blocked"])
def test_axe_finds_nothing_in_a_letter(page: Page, file: Path, tmp_path: Path, pictures: bool) -> None:
    """WCAG 2.2 AA and best practice, light and dark, on a phone and at a desk; with its pictures and without."""
    script = axe_core()
    if script is None:
        pytest.skip(f"axe-core does not check letters here: {REASON}")
    shown = file
    if not pictures:
        shown = tmp_path / "index.html"
        shown.write_text(file.read_text())
    page.open(shown.as_uri())
    page.run(script + "; 1")
    for width in (390, 600, 1440):
        page.show(width=width, prefers_color_scheme="light")
        assert violations(page, "tag", TAGS) == [], (width, "light")
        page.show(width=width, prefers_color_scheme="dark")
        assert violations(page, "rule", COLOURS) == [], (width, "dark")


WIDER = """
[...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > innerWidth + 1
  && !each.closest("div[tabindex]")).map((each) => each.nodeName)
"""


@pytest.mark.parametrize("width", [320, 390, 600, 1440])
def test_a_letter_fits_its_window_and_the_eye(page: Page, file: Path, width: int) -> None:
    page.show(width=width)
    page.open(file.as_uri())
    assert page.run(WIDER) == []
    assert page.run("document.documentElement.scrollWidth") <= width
    assert page.run("document.querySelector('table').getBoundingClientRect().width") <= 640
    assert page.run("[...document.images].every((each) => each.complete && each.naturalWidth > 0)")


def test_a_dark_room_gets_a_dark_letter(page: Page, file: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    page.show(prefers_color_scheme="light")
    page.open(file.as_uri())
    light = page.run(ground)
    page.show(prefers_color_scheme="dark")
    assert page.run(ground) != light == "rgb(253, 252, 248)"
