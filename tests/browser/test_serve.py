"""An author at work: the preview in a real browser while files are edited under it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from clawpub.pack.reader import open_pack
from tests.browser.chromium import Chromium, Page
from tests.generator.publication import BODY, write_publication, write_writeup
from tests.serving import Serving, serving

SLUG = "dense-enough"
TEXT = "document.querySelector('.prose')?.textContent ?? ''"
LIVE = "document.getElementById('preview_live')?.textContent === 'live'"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_publication(tmp_path)


@pytest.fixture
def server(root: Path) -> Iterator[Serving]:
    with serving(root) as running:
        yield running


@pytest.fixture
def page(browser: Chromium, server: Serving) -> Page:
    page = browser.page(f"{server.url}writeups/{SLUG}/")
    page.until(LIVE)
    return page


def edit(root: Path, old: str, new: str, slug: str = SLUG) -> None:
    index = root / "content" / "writeups" / slug / "index.md"
    text = index.read_text()
    assert old in text
    beside = index.with_name(f".{index.name}.swp")  # as editors do
    beside.write_text(text.replace(old, new))
    beside.replace(index)


def test_an_edit_shows_in_the_open_page_where_the_reader_was(root: Path, page: Page) -> None:
    page.run("document.documentElement.style.scrollBehavior = 'auto'; scrollTo(0, 700)")
    edit(root, "The dense model passed", "The model at hand passed")
    page.until(f"{TEXT}.includes('The model at hand passed')")
    assert page.until("scrollY") == 700
    assert page.run("!document.querySelector('.preview-band')")
    assert page.complaints() == []


def test_a_wrong_number_is_flagged_where_it_stands_until_it_is_mended(root: Path, page: Page) -> None:
    assert page.run("document.querySelectorAll('.flag').length") == 0
    edit(root, "[23]{fact=passes}", "[24]{fact=passes}")
    page.until("!!document.querySelector('.flag--error')")
    assert page.run("document.querySelector('.flag--error').textContent") == "24"
    assert "refuted" in page.run("document.querySelector('button.flag__word').textContent")
    assert "not checked for release" in page.run("document.querySelector('.preview-band').textContent")
    page.until(LIVE)
    page.run("document.querySelector('button.flag__word').focus()")
    page.press("Enter")
    page.until("!!document.querySelector('.told:popover-open')")
    told = page.run("document.querySelector('.told:popover-open').innerText")
    assert "24 is exact, and the fact is 23" in told
    assert "write 23" in told
    assert f"content/writeups/{SLUG}/index.md:" in told
    page.until(  # it is placed when the browser says that it is open
        "(() => { const told = document.querySelector('.told:popover-open').getBoundingClientRect(),"
        " word = document.querySelector('button.flag__word').getBoundingClientRect();"
        " return Math.min(Math.abs(told.top - word.bottom), Math.abs(word.top - told.bottom)) < 10; })()"
    )
    edit(root, "[24]{fact=passes}", "[23]{fact=passes}")
    page.until("document.querySelectorAll('.flag, .preview-band').length === 0")
    assert page.complaints() == []


def test_the_list_leads_to_the_words(root: Path, page: Page) -> None:
    edit(
        root,
        "## What nobody knows yet",
        "[Observed — data pack run_summary]\n\nIt took 17 hours.\n\n## What nobody knows",
    )
    page.until("!!document.querySelector('.flag--error')")
    page.until(LIVE)
    page.run("document.documentElement.style.scrollBehavior = 'auto'")  # nothing moves smoothly in a tab behind others
    page.run("document.querySelector('.preview__bar').click()")
    page.run("document.querySelector('.preview__go').click()")
    assert page.until("document.querySelector('.flag:target')?.textContent") == "17"
    page.until(
        "(() => { const at = document.querySelector('.flag').getBoundingClientRect().top;"
        " return at >= 0 && at < innerHeight; })()"
    )


def test_front_matter_that_breaks_gives_a_page_of_findings_and_comes_back(root: Path, page: Page) -> None:
    edit(root, "date: 2026-11-02", "date: soon")
    page.until("document.querySelector('.trouble')?.textContent.includes('found \\'soon\\'')")
    assert page.run("document.querySelector('.trouble__line--marked').textContent.trim()").endswith("date: soon")
    edit(root, "date: soon", "date: 2026-11-03")
    page.until("document.querySelector('time')?.textContent === '3 November 2026'")


def test_a_writeup_that_is_deleted_is_gone_and_a_new_one_is_there(
    root: Path, server: Serving, browser: Chromium, page: Page
) -> None:
    shutil.rmtree(root / "content" / "writeups" / SLUG)
    page.until("document.querySelector('h1')?.textContent === 'No such page'")
    assert server.get(f"/writeups/{SLUG}/")[0] == 404
    write_writeup(root, "another", body="Other words.\n", title="Another one", draft=True)
    front = browser.page(server.url)
    front.until("document.querySelector('.teaser')?.textContent.includes('Another one')")
    assert front.run("document.querySelector('.teaser .draft').textContent") == "Draft"


def test_a_stylesheet_changes_without_the_page(root: Path, server: Serving, page: Page) -> None:
    folder = root / "templates" / "assets" / "css"
    folder.mkdir(parents=True)
    page.run("window.kept = true")
    (folder / "zz_mine.css").write_text("@layer components { .headline__title { letter-spacing: 7px; } }")
    page.until("getComputedStyle(document.querySelector('.headline__title')).letterSpacing === '7px'")
    (folder / "zz_mine.css").write_text("@layer components { .headline__title { letter-spacing: 9px; } }")
    page.until("getComputedStyle(document.querySelector('.headline__title')).letterSpacing === '9px'")
    assert page.run("window.kept") is True
    assert page.complaints() == []


def test_a_template_that_breaks_names_itself_and_its_line(root: Path, server: Serving, page: Page) -> None:
    own = root / "templates" / "partials"
    own.mkdir(parents=True)
    (own / "_footer.html").write_text("<footer>\n{{ nothing.at_all }}\n</footer>\n")
    page.until("!!document.querySelector('.trouble')")
    told = page.run("document.querySelector('.trouble').innerText")
    assert "templates/partials/_footer.html:2" in told
    (own / "_footer.html").write_text("<footer>\n{{ publication.title / 2 }}\n</footer>\n")
    page.until("document.querySelector('.trouble')?.innerText.includes('unsupported operand')")
    assert server.get("/_clawpub/overlay.js")[0] == 200
    (own / "_footer.html").write_text("<footer>\nOur own foot\n</footer>\n")
    page.until("document.querySelector('footer')?.textContent.includes('Our own foot')")


def test_findings_elsewhere_reach_an_open_page_without_loading_it_again(root: Path, page: Page) -> None:
    page.run("window.kept = true")
    write_writeup(root, "another", body="[Observed — data pack run_summary]\n\nIt took 17 hours.\n")
    page.until("document.querySelector('.preview-band')?.textContent.includes('error')")
    assert page.run("window.kept") is True
    assert page.run("document.querySelector('.preview__lists').textContent.includes('writeups/another/index.md')")


def test_a_pack_that_changes_refutes_what_stood_on_it(root: Path, server: Serving, page: Page) -> None:
    """While it is being sealed it has a name with a dot, and no page minds."""
    packs = root / "content" / "packs"
    assert open_pack(packs / "dense").id == "dense"
    shutil.copytree(packs / "dense", packs / ".dense.staging")
    file = packs / "dense" / "tables" / "run_summary.csv"
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"23", b"24"))
    page.until("document.querySelector('.preview__lists')?.textContent.includes('damaged-pack')")
    file.write_bytes(whole)
    page.until("document.querySelectorAll('.preview-band').length === 0")
    server.end()
    assert any("run_summary.csv" in name for told in server.said for name in told.get("changed", ()))
    assert not any("staging" in name for told in server.said for name in told.get("changed", ()))


def test_an_open_page_outlives_its_server(root: Path, browser: Chromium) -> None:
    with serving(root) as first:
        page = browser.page(f"{first.url}writeups/{SLUG}/")
        page.until(LIVE)
        port = first.url.rstrip("/").rpartition(":")[2]
        first.end()
    page.until("document.getElementById('preview_live').textContent.startsWith('the server is gone')")
    edit(root, "The dense model passed", "After the pause it passed")
    with serving(root, "--port", port):
        page.until(f"{TEXT}.includes('After the pause it passed')")


def test_without_scripts_findings_are_there_and_open(root: Path, server: Serving, browser: Chromium) -> None:
    edit(root, "[23]{fact=passes}", "[24]{fact=passes}")
    while server.until("checked")["errors"] != 1:
        pass
    page = browser.page(f"{server.url}writeups/{SLUG}/", scripts=False)
    document = page.send("DOM.getDocument")["root"]["nodeId"]
    flagged = page.send("DOM.querySelector", nodeId=document, selector="mark.flag--error + button[popovertarget]")
    listed = page.send("DOM.querySelector", nodeId=document, selector="details .preview__item--error")
    assert flagged["nodeId"]
    assert listed["nodeId"]


def test_the_body_is_what_it_was_once_everything_holds(root: Path, server: Serving) -> None:
    assert BODY in (root / "content" / "writeups" / SLUG / "index.md").read_text()
    assert (
        "flag" not in server.get(f"/writeups/{SLUG}/")[1].partition('<div class="prose">')[2].partition("<section")[0]
    )
