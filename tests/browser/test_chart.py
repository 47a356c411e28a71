"""A chart before its reader: a drawing at first, and plotly's figure in its place when she asks for it."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.build import build
from generator.pages.browser_parts import FOLDER, plotly_script
from tests.browser.chromium import Chromium, Page
from tests.generator.builders import make_pack
from tests.generator.publication import SITE, write_publication, write_writeup

ROOT = Path(__file__).parents[2]
BODY = """
[Observed — data pack per_task_results, run_summary, task_outcomes, run_metrics]

{{ failure_chart() }}

{{ interval_chart() }}

{{ cost_chart() }}

{{ scatter_chart("run_metrics", x="tokens_in", y="latency_s") }}

{{ task_chart("this", "sparse") }}
"""
PAGE = "writeups/dense-enough/index.html"
CHARTS = "document.querySelectorAll('figure.chart').length"
LIVE = "document.querySelectorAll('.chart__live .main-svg').length"
SIZES = "[...document.querySelectorAll('figure')].map((e) => [e.offsetTop, e.offsetHeight, e.offsetWidth])"
LOADED = "performance.getEntriesByType('resource').map((e) => e.name)"


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small publication with every kind of chart, and plotly."""
    if plotly_script(ROOT) is None:
        pytest.skip("plotly was not fetched from npm's registry: `python -m generator.pages.browser_parts` does")
    root = tmp_path_factory.mktemp("charts")
    write_publication(root, body=BODY, ledger="")
    shutil.copytree(ROOT / FOLDER, root / FOLDER)
    report = build(root, root / "site")
    assert report.passed, [finding.message for finding in report.findings]
    return root


@pytest.fixture(scope="module")
def served(publication: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(publication / "site"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def explore_all(page: Page) -> int:
    """Ask for every chart; return how many there are."""
    count = int(page.run("document.querySelectorAll('.chart__explore').length"))
    page.run("document.querySelectorAll('.chart__explore').forEach((button) => button.click())")
    page.until(f"document.querySelectorAll('.chart__explore[aria-pressed=true]').length === {count}")
    return count


@pytest.mark.parametrize("over", ["http", "file"])
def test_what_is_explored_comes_from_the_site_and_keeps_its_size(
    browser: Chromium, publication: Path, served: str, over: str
) -> None:
    """Nothing is loaded before; then one bundle for all charts, nothing moves, and the page's policy is kept."""
    page = browser.page(f"{served if over == 'http' else f'file://{publication}/site/'}{PAGE}")
    assert not [name for name in page.run(LOADED) if "plotly" in name]
    before = page.run(SIZES)
    assert explore_all(page) == page.run(CHARTS) == 4
    assert page.run(f"{LIVE} >= 4")
    assert page.run(SIZES) == before
    loaded = [name for name in page.run(LOADED) if "plotly" in name]
    assert over == "file" or (len(loaded) == 1 and loaded[0].startswith(f"{served}assets/plotly-basic."))
    assert page.run("document.querySelectorAll('script[src*=plotly-basic]').length") == 1
    assert page.complaints() == []


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_texts_stand_within_the_chart_and_are_no_smaller_than_on_paper(
    browser: Chromium, served: str, width: int
) -> None:
    page = browser.page()
    page.send("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
    page.open(served + PAGE)
    assert page.run("document.documentElement.scrollWidth") <= width
    sizes = (
        "[...document.querySelectorAll('.chart__drawing text')].map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(page.run(sizes)) >= 12
    outside = """[...document.querySelectorAll('.chart__drawing text')].filter((text) => {
        const box = text.getBoundingClientRect(), figure = text.closest('figure').getBoundingClientRect();
        return box.left < figure.left - 1 || box.right > figure.right + 1 || box.bottom > figure.bottom;
    }).map((text) => text.textContent)"""
    assert page.run(outside) == []
    crossing = """[...document.querySelectorAll('.chart__drawing')].flatMap((drawing) => {
        const texts = [...drawing.querySelectorAll('text')].map((text) => [text, text.getBoundingClientRect()]);
        return texts.flatMap(([one, a], at) => texts.slice(at + 1).filter(([, b]) => a.left < b.right - 1
            && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4)
            .map(([other]) => one.textContent + ' | ' + other.textContent));
    })"""
    assert page.run(crossing) == []


def test_a_chart_goes_back_to_its_drawing(browser: Chromium, served: str) -> None:
    page = browser.page(served + PAGE)
    drawing = "document.querySelector('.chart__picture').innerHTML"
    before = page.run(drawing)
    button = "document.querySelector('.chart__explore')"
    page.run(f"{button}.click()")
    page.until(f"{button}.getAttribute('aria-pressed') === 'true'")
    assert page.run(drawing) != before
    page.run(f"{button}.click()")
    assert page.run(drawing) == before
    assert page.run(f"{button}.textContent") == "Explore this chart"


def test_the_colours_follow_the_scheme(browser: Chromium, served: str) -> None:
    """Those of the drawing, those of the figure; also when the scheme changes while it is there."""
    page = browser.page()
    seen = []
    page.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
    page.open(served + PAGE)
    bar = "getComputedStyle(document.querySelector('.chart__part--passed')).fill"
    live = "document.querySelector('.chart__live .point path').style.fill"
    drawn = page.run(bar)
    explore_all(page)
    for scheme in ("light", "dark"):
        page.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        wanted = page.run(bar)  # the legend's, which stays where it is
        assert page.until(f"{live} === '{wanted}' && {live}") == wanted
        seen.append(wanted)
    assert seen[0] == drawn != seen[1]


def test_the_table_and_the_button_are_reached_by_keyboard(browser: Chromium, served: str) -> None:
    page = browser.page(served + PAGE)
    page.run("document.querySelector('.chart__explore').focus()")
    page.press("Enter")
    page.until("document.querySelector('.chart__explore').getAttribute('aria-pressed') === 'true'")
    assert page.run("document.activeElement.className") == "chart__explore"
    page.press("Tab")
    assert page.run("document.activeElement.tagName") == "SUMMARY"
    page.press("Enter")
    page.until("document.querySelector('.chart__values').open")
    assert page.run("document.querySelector('.chart__values table').offsetHeight") > 0
    page.press("Tab")
    assert page.run("!!document.activeElement.closest('.chart__values')")


def test_who_does_not_see_it_is_told_the_same_before_and_after(browser: Chromium, served: str) -> None:
    page = browser.page(served + PAGE)
    told = "[...document.querySelectorAll('.chart__picture')].map((e) => [e.getAttribute('role'), e.ariaLabel])"
    before = page.run(told)
    assert all(role == "img" and len(words) > 40 for role, words in before)
    explore_all(page)
    assert page.run(told) == before
    focusable = "document.querySelectorAll('.chart__picture :is(a[href], button, input, [tabindex])').length"
    assert page.run(focusable) == 0


def test_without_scripts_the_drawing_stays(browser: Chromium, served: str) -> None:
    page = browser.page(served + PAGE, scripts=False)
    root = page.send("DOM.getDocument")["root"]["nodeId"]
    drawings = page.send("DOM.querySelectorAll", nodeId=root, selector=".chart__drawing")["nodeIds"]
    buttons = page.send("DOM.querySelectorAll", nodeId=root, selector=".chart__explore:not([hidden])")["nodeIds"]
    assert (len(drawings), buttons) == (4, [])


def test_a_bundle_that_does_not_come_leaves_the_drawing(browser: Chromium, publication: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(publication / "site", tmp_path / "site")
    next((copy / "assets").glob("plotly-basic.*.js")).unlink()
    page = browser.page(f"file://{copy}/{PAGE}")
    button = "document.querySelector('.chart__explore')"
    page.run(f"{button}.click()")
    said = page.until(f"{button}.hasAttribute('aria-disabled') && {button}.textContent")
    assert said == "Not to be explored: it could not be loaded"
    assert page.run("document.querySelectorAll('.chart__drawing').length") == 4


def test_a_site_without_plotly_has_drawings_and_nothing_else(browser: Chromium, tmp_path: Path) -> None:
    write_publication(tmp_path, body=BODY, ledger="")
    assert build(tmp_path, tmp_path / "site").passed
    page = browser.page(f"file://{tmp_path}/site/{PAGE}")
    assert page.run(CHARTS) == 4
    assert page.run("document.querySelectorAll('.chart__explore, .chart__figure, script[data-plotly]').length") == 0
    assert page.complaints() == []


def test_what_a_pack_is_called_is_shown_letter_by_letter(browser: Chromium, publication: Path, tmp_path: Path) -> None:
    """Plotly reads some markup in its texts: a link there stays what it says."""
    from clawpub.pack.schema import Column, Schema
    from clawpub.pack.tables import table

    evil = '<a href="https://evil.example">gift</a> <b>&amp;'
    schema = Schema("odd", "Odd", (Column("name", "string"), Column("count", "integer")), (), recorded=True)
    pack = make_pack(tmp_path, "odd", tables=[table(schema, [{"name": evil, "count": 3}])])
    (tmp_path / "content/site.toml").write_text(SITE)
    body = '[Observed — data pack odd]\n\n{{ bar_chart("odd", x="name", y="count") }}\n'
    write_writeup(tmp_path, "dense-enough", body=body, packs={"this": pack})
    shutil.copytree(publication / FOLDER, tmp_path / FOLDER)
    report = build(tmp_path, tmp_path / "site")
    assert report.passed, [finding.message for finding in report.findings]
    page = browser.page(f"file://{tmp_path}/site/{PAGE}")
    explore_all(page)
    texts = page.run("[...document.querySelectorAll('.chart__live text')].map((e) => e.textContent)")
    assert any(evil[:30] in text for text in texts), texts
    assert page.run("document.querySelectorAll('.chart__live a').length") == 0
    assert page.complaints() == []
