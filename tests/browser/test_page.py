"""A published page before its reader: it checks itself, shows what was changed, and says nothing that is not so."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.build import build
from generator.pages.browser_parts import FOLDER, sqlite_script
from generator.publication import CheckedPublication, check_publication
from tests.browser.chromium import Chromium, Page
from tests.generator.builders import make_pack, one_row
from tests.generator.publication import BODY, LEDGER, SITE, write_publication, write_writeup

ROOT = Path(__file__).parents[2]
MORE = """
## And more

[Observed — data pack task_outcomes, run_metrics, per_task_results, run_summary, sparse run_summary]

`task_09` passed [0 of 3]{fact=nine}, the median took [<MEDIAN> s]{fact=median}. [All three runs]{fact=three} of it
failed.
The interval of the pass rate begins at [<LOW>%]{fact=low}. It ends at [<HIGH>%]{fact=high}. But for that one, the runs
took [3–7 seconds]{fact=span}. The test gives [<P>]{fact=p}.
"""
FACTS = '''
[nine]
is = "per_task_results[task_09].score"
[median]
is = "select median(latency_s) from run_metrics"
[three]
is = "select count(*) from task_outcomes where task_id = 'task_09' and not passed"
holds = "select max(passed) = 0 from task_outcomes where task_id = 'task_09'"
[low]
is = "select clustered_low(passes, runs) from per_task_results"
[high]
is = "select clustered_high(passes, runs) from per_task_results"
[span]
inside = "select latency_s from run_metrics where not (task_id = 'task_04' and run = 2)"
[p]
is = """select fisher_p(a.passes, a.runs, b.passes, b.runs) from this.run_summary a, sparse.run_summary b"""
'''


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small publication, built: cells, queries, sets and statistics among its claims; with SQLite if it is here."""
    root = tmp_path_factory.mktemp("browser")
    numbers = {"MEDIAN": "4.8", "LOW": "1", "HIGH": "1", "P": "0.5"}
    body = BODY + MORE
    for name, value in numbers.items():
        body = body.replace(f"<{name}>", value)
    write_publication(root, body=body, ledger=LEDGER + FACTS)
    if sqlite_script(ROOT) is not None:
        shutil.copytree(ROOT / FOLDER, root / FOLDER)
    _correct(root)
    report = build(root, root / "site")
    assert report.passed, [finding.message for finding in report.findings]
    return root


def _correct(root: Path) -> None:
    """Write the numbers that the check itself says are right."""
    index = root / "content/writeups/dense-enough/index.md"
    for claim in check_publication(root).writeups[0].claims:
        if claim.verdict == "refuted":
            value = float(str(claim.readings[0].value))
            right = f"{100 * value:.1f}%" if claim.text.endswith("%") else re.sub(r"[\d.]+", f"{value:.2f}", claim.text)
            index.write_text(
                index.read_text().replace(
                    f"[{claim.text}]{{fact={claim.fact_id}}}", f"[{right}]{{fact={claim.fact_id}}}"
                )
            )


@pytest.fixture(scope="session")
def served(publication: Path) -> Iterator[str]:
    """Yield the address of the built site."""
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


PAGE = "writeups/dense-enough/index.html"
STATUS = "document.getElementById('recheck_status').textContent"


def checked(page: Page) -> str:
    page.run("document.getElementById('recheck_run').click()")
    page.until(f"/claims? holds?\\./.test({STATUS})")
    return str(page.run(STATUS))


def assert_all_hold(page: Page, count: int, *, sql: bool) -> None:
    status = checked(page)
    differing = page.run("[...document.querySelectorAll('.evidence__recheck--differs')].map((e) => e.textContent)")
    assert status.startswith(f"{count} of {count} claims hold."), (status, differing)
    assert differing == []
    page.run("globalThis.told = []; document.addEventListener('clawpub-checked', (e) => { told = e.detail; })")
    checked(page)
    rules = "JSON.parse(document.getElementById('recheck_data').textContent).claims.map((c) => [c.verdict, c.rule])"
    page.until("told.length")
    assert page.run("told.map((each) => [each.verdict, each.rule])") == page.run(rules)
    assert ("only as stored" in status) is not sql, status
    assert page.complaints() == []


def decided(publication: CheckedPublication, slug: str) -> int:
    writeup = next(each for each in publication.writeups if each.writeup.slug == slug)
    return sum(bool(claim.fact_id) for claim in writeup.claims)


@pytest.mark.parametrize("over", ["http", "file"])
def test_every_claim_holds_again_in_the_browser(browser: Chromium, publication: Path, served: str, over: str) -> None:
    """Over HTTP, and from a folder: cells and queries, with no complaint of the browser's."""
    page = browser.page(f"{served if over == 'http' else f'file://{publication}/site/'}{PAGE}")
    count = decided(check_publication(publication), "dense-enough")
    assert count >= 10
    assert_all_hold(page, count, sql=sqlite_script(publication) is not None)


def test_the_button_works_by_keyboard_and_the_answer_is_announced(browser: Chromium, served: str) -> None:
    page = browser.page(served + PAGE)
    assert page.run("document.getElementById('recheck_status').getAttribute('role')") == "status"
    page.run("document.getElementById('recheck_run').focus()")
    page.press("Enter")
    page.until(f"/hold\\./.test({STATUS})")
    assert page.run("document.activeElement.id") == "recheck_run"


def test_an_edited_number_turns_red_and_goes_back(browser: Chromium, served: str) -> None:
    page = browser.page(served + PAGE)
    page.run("document.getElementById('recheck_edit').click()")
    number = page.run("[...document.querySelectorAll('.claim')].find((e) => e.textContent.startsWith('Seven')).id")
    edit = f"const e = document.getElementById('{number}'); e.textContent = %s; e.dispatchEvent(new Event('input'));"
    edit = f"(() => {{ {edit} }})()"
    page.run(edit % "'Eight'")
    classes = f"document.getElementById('{number}').className"
    assert "claim--wrong" in page.run(classes)
    said = page.run(f"document.getElementById('said_{number.removeprefix('ref-')}').textContent")
    assert "Eight is exact, and the fact is 7" in said and "write Seven" in said
    assert page.run(f"document.getElementById('{number}').getAttribute('aria-invalid')") == "true"
    page.run(edit % "'Seven'")
    assert "claim--wrong" not in page.run(classes)
    page.run(edit % "'none'")
    page.run("document.getElementById('recheck_edit').click()")
    assert page.run(f"document.getElementById('{number}').textContent") == "Seven"
    assert page.run("document.querySelectorAll('.claim--wrong, .claim__said, [contenteditable]').length") == 0


def test_text_that_was_altered_after_the_build_is_found(browser: Chromium, publication: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(publication / "site", tmp_path / "site")
    page_file = copy / PAGE
    text = page_file.read_text()
    assert ">Seven</a>" in text
    page_file.write_text(text.replace(">Seven</a>", ">Six</a>"))
    page = browser.page(f"file://{page_file}")
    count = decided(check_publication(publication), "dense-enough")
    assert checked(page).startswith(f"{count - 1} of {count} claims hold.")


def test_a_cell_that_was_altered_after_the_build_is_found(browser: Chromium, publication: Path, tmp_path: Path) -> None:
    page_file = shutil.copytree(publication / "site", tmp_path / "site") / PAGE
    text = page_file.read_text()
    altered = text.replace('"23/30","', '"24/30","', 1)
    assert altered != text
    page_file.write_text(altered)
    page = browser.page(f"file://{page_file}")
    checked(page)
    assert page.run("document.querySelector('.evidence__recheck--differs').textContent").count("24/30")


PACK = "document.getElementById('recheck_pack').textContent"


def test_a_pack_of_the_readers_own_is_compared_and_read(browser: Chromium, publication: Path, served: str) -> None:
    page = browser.page(served + PAGE)
    page.choose_file("#recheck_file", publication / "site/packs/dense/dense.zip")
    count = decided(check_publication(publication), "dense-enough")
    page.until(f"/hold against it/.test({PACK})")
    assert f"as sealed: {count} of {count} claims hold" in page.run(PACK)
    assert page.complaints() == []


@pytest.mark.parametrize("over", ["http", "file"])
def test_a_pack_with_one_changed_byte_is_named(
    browser: Chromium, publication: Path, served: str, tmp_path: Path, over: str
) -> None:
    """From a folder the browser has no SHA-256 to lend: the page's own finds it too."""
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(publication / "site/packs/dense/dense.zip") as source, zipfile.ZipFile(damaged, "w") as out:
        for name in source.namelist():
            data = source.read(name)
            out.writestr(name, data.replace(b"wrong_answer", b"wrong_anzwer", 1) if "task_outcomes" in name else data)
    page = browser.page(f"{served if over == 'http' else f'file://{publication}/site/'}{PAGE}")
    page.choose_file("#recheck_file", damaged)
    said = page.until(f"/sealed/.test({PACK}) && {PACK}")
    assert "changed after it was sealed" in said and "task_outcomes" in said and "run_metrics" not in said


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"not a zip", "no zip archive"), (b"PK\x05\x06" + bytes(18), "no datapackage.json")],
    ids=["text", "empty"],
)
def test_a_file_that_is_no_pack_is_said_to_be_none(
    browser: Chromium, served: str, tmp_path: Path, content: bytes, expected: str
) -> None:
    file = tmp_path / "odd.zip"
    file.write_bytes(content)
    page = browser.page(served + PAGE)
    page.choose_file("#recheck_file", file)
    assert expected in page.until(f"/cannot be read/.test({PACK}) && {PACK}")


def test_the_page_is_complete_without_scripts(browser: Chromium, served: str) -> None:
    page = browser.page(served + PAGE, scripts=False)
    root = page.send("DOM.getDocument", depth=-1)["root"]["nodeId"]
    html = page.send("DOM.getOuterHTML", nodeId=root)["outerHTML"]
    assert "Check it again" in html and "clawpub check" in html and 'id="evidence"' in html
    assert re.search(r'<div class="recheck"[^>]*hidden', html)


def test_every_claim_of_this_publication_holds_again(browser: Chromium, tmp_path: Path) -> None:
    """ClawWorks Weekly itself: each writeup's page, opened from its folder."""
    (tmp_path / "content").symlink_to(ROOT / "content")
    if sqlite_script(ROOT) is not None:
        shutil.copytree(ROOT / FOLDER, tmp_path / FOLDER)
    report = build(tmp_path, tmp_path / "site")
    assert report.passed, [str(finding) for finding in report.findings if finding.severity == "error"][:3]
    publication = check_publication(tmp_path)
    for each in publication.writeups:
        count = decided(publication, each.writeup.slug)
        page = browser.page(f"file://{tmp_path}/site/writeups/{each.writeup.slug}/index.html")
        if count:
            assert_all_hold(page, count, sql=sqlite_script(tmp_path) is not None)


def test_a_site_without_sqlite_says_what_it_could_not_compute(browser: Chromium, tmp_path: Path) -> None:
    """Queries are then compared with the stored values, and the page says so and why."""
    write_publication(tmp_path)
    assert build(tmp_path, tmp_path / "site").passed
    page = browser.page(f"file://{tmp_path}/site/{PAGE}")
    status = checked(page)
    assert "only as stored in this page, for this site was built without SQLite for browsers" in status
    assert page.complaints() == []


def test_what_a_pack_says_cannot_end_the_data_of_a_page(browser: Chromium, tmp_path: Path) -> None:
    """A cell with markup in it stays a cell."""
    evil = "</script><script>document.title = 'taken'</script>"
    pack = make_pack(tmp_path, "odd", tables=[one_row("notes", words=evil, count=3)])
    (tmp_path / "content/site.toml").write_text(SITE)
    body = "[Observed — data pack notes]\n\nIt holds [3]{fact=count} rows. It says {{ fact('words') }} there.\n"
    ledger = '[count]\nis = "notes.count"\n[words]\nis = "notes.words"\n'
    write_writeup(tmp_path, "dense-enough", body=body, ledger=ledger, packs={"this": pack})
    report = build(tmp_path, tmp_path / "site")
    assert report.passed, [finding.message for finding in report.findings]
    page = browser.page(f"file://{tmp_path}/site/{PAGE}")
    assert checked(page).startswith("2 of 2 claims hold.")
    assert page.run("document.title") != "taken"
    assert page.run("document.querySelectorAll('script:not([type])').length") == 2
    assert page.complaints() == []
