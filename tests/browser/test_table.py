"""Tables before their reader: they sort by exact values, keep headings and first column in view, and move nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from clawpub.pack.model import PackInfo
from clawpub.pack.schema import Column, Schema
from clawpub.pack.tables import Row, table
from clawpub.pack.writer import seal_pack
from generator.build import build
from tests.browser.chromium import Chromium, Page
from tests.browser.whole_site import PAGES
from tests.generator.publication import SITE

Open = Callable[[str], Page]

CELLS = """(([id, place]) => [...document.querySelectorAll(`#table-${id} tbody tr`)].map((row) =>
  row.cells[place].textContent.trim()))(%s)"""
HEADINGS = "[...document.querySelectorAll('#table-{} thead th')]"
TIES = ["9007199254740993", "9007199254740992", "0.1", "0.10000000000000001", "-2", None, "-10"]
"""What the browser's own numbers cannot tell apart, numbers below zero, and one that is not there."""


@pytest.fixture
def opened(browser: Chromium) -> Iterator[Open]:
    pages = []

    def opening(url: str) -> Page:
        page = browser.page()
        pages.append(page)
        page.show(prefers_reduced_motion="reduce")
        page.open(url)
        return page

    yield opening
    for page in pages:
        assert page.complaints() == []
        page.close()


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the page of a pack with a table of odd values."""
    root = tmp_path_factory.mktemp("odd")
    (root / "content").mkdir()
    (root / "content/site.toml").write_text(SITE)
    columns = (Column("id", "integer"), Column("amount", "number"), Column("name", "string"))
    rows: list[Row] = [
        {"id": number, "amount": None if text is None else Decimal(text), "name": f"task_{number % 3 * 9 + 1}"}
        for number, text in enumerate(TIES)
    ]
    schema = Schema("odd", "Odd values", columns, ("id",), recorded=True)
    info = PackInfo(format=1, origin="imported")
    seal_pack(root / "content/packs/odd", title="Odd", info=info, tables=[table(schema, rows)])
    report = build(root, root / "site")
    assert report.passed, report.findings
    return f"file://{root}/site/packs/odd/index.html"


def column(page: Page, table_id: str, place: int) -> list[str]:
    found: list[str] = page.run(CELLS % f'["{table_id}", {place}]')
    return found


def sort(page: Page, table_id: str, place: int) -> str | None:
    """Press a heading; return how the browser then says the column is sorted."""
    page.run(f"{HEADINGS.format(table_id)}[{place}].querySelector('button').click()")
    told: str | None = page.run(f"{HEADINGS.format(table_id)}[{place}].getAttribute('aria-sort')")
    return told


def test_numbers_sort_by_their_exact_values_and_what_is_missing_stays_last(opened: Open, odd: str) -> None:
    page = opened(odd)
    printed = column(page, "odd", 0)
    assert sort(page, "odd", 1) == "descending"
    assert [int(each) for each in column(page, "odd", 0)] == [0, 1, 3, 2, 4, 6, 5]
    assert sort(page, "odd", 1) == "ascending"
    assert [int(each) for each in column(page, "odd", 0)] == [6, 4, 2, 3, 1, 0, 5]
    assert sort(page, "odd", 1) is None
    assert column(page, "odd", 0) == printed


def test_rows_that_are_alike_keep_their_order_and_numbers_in_words_count(opened: Open, odd: str) -> None:
    page = opened(odd)
    assert sort(page, "odd", 2) == "ascending"
    assert column(page, "odd", 2) == ["task_1"] * 3 + ["task_10"] * 2 + ["task_19"] * 2
    assert [int(each) for each in column(page, "odd", 0)] == [0, 3, 6, 1, 4, 2, 5]
    assert sort(page, "odd", 2) == "descending"
    assert [int(each) for each in column(page, "odd", 0)] == [2, 5, 1, 4, 0, 3, 6]


def test_only_one_heading_says_that_it_sorts(opened: Open, odd: str) -> None:
    page = opened(odd)
    sort(page, "odd", 1)
    sort(page, "odd", 2)
    assert page.run(f"{HEADINGS.format('odd')}.map((each) => each.getAttribute('aria-sort'))") == [
        None,
        None,
        "ascending",
    ]


def test_a_score_sorts_as_the_fraction_that_it_is(opened: Open, whole_served: str) -> None:
    page = opened(whole_served + PAGES["campaigns"])
    place = page.run("[...document.querySelectorAll('.table thead th')].findIndex((e) => /Score/.test(e.textContent))")
    page.run(f"document.querySelectorAll('.table thead th')[{place}].querySelector('button').click()")
    scores = f"[...document.querySelectorAll('.table tbody tr')].map((row) => row.cells[{place}].textContent.trim())"
    found = [each.split(" ")[0] for each in page.run(scores)]
    shares = [int(passes) / int(runs) for passes, _, runs in (each.partition("/") for each in found)]
    assert shares == sorted(shares, reverse=True) and len(set(shares)) > 2


def test_dates_sort_by_day_though_they_are_written_in_words(opened: Open, whole_served: str) -> None:
    page = opened(whole_served + PAGES["campaigns"])
    page.run("[...document.querySelectorAll('.table .sort')].find((e) => e.textContent === 'Date').click()")
    days = page.run("[...document.querySelectorAll('.table tbody time')].map((each) => each.dateTime)")
    assert days == sorted(days) and len(set(days)) > 1


def test_a_heading_sorts_by_keyboard_and_says_so(opened: Open, odd: str) -> None:
    page = opened(odd)
    page.run(f"{HEADINGS.format('odd')}[1].querySelector('button').focus()")
    page.press("Enter")
    told = "document.querySelector('p[role=status].visually-hidden').textContent"
    assert page.run(told) == "Sorted by amount, the largest first."
    page.press(" ")
    assert page.run(told) == "Sorted by amount, the smallest first."
    page.press("Enter")
    assert page.run(told) == "As the page came."
    assert page.run("document.activeElement.textContent") == "amount"


def test_a_press_anywhere_in_a_heading_sorts(opened: Open, odd: str) -> None:
    page = opened(odd)
    width, height = page.run(
        f"""(() => {{ const e = {HEADINGS.format("odd")}[1]; e.scrollIntoView({{block: 'center'}});
        const box = e.getBoundingClientRect(); return [box.left + 3, box.top + 3]; }})()"""
    )
    for kind in ("mousePressed", "mouseReleased"):
        page.send("Input.dispatchMouseEvent", type=kind, x=width, y=height, button="left", clickCount=1)
    assert page.run(f"{HEADINGS.format('odd')}[1].getAttribute('aria-sort')") == "descending"


SIZES = """[...document.querySelectorAll('.table :is(th, td), .figure, main')].map((each) =>
  JSON.stringify(each.getBoundingClientRect()))"""


@pytest.mark.parametrize("width", [390, 768, 1440])
@pytest.mark.parametrize("name", ["pack-executed", "campaigns", "writeup"])
def test_buttons_in_headings_move_nothing(browser: Chromium, whole_served: str, name: str, width: int) -> None:
    """Every cell is where it was and as large as before the script made buttons of its headings."""
    page = browser.page()
    page.show(width=width)
    page.open(whole_served + PAGES[name])
    page.run("document.fonts.ready")
    made = page.run("document.querySelectorAll('.sort').length")
    after = page.run(SIZES)
    page.run("document.querySelectorAll('.sort').forEach((each) => each.replaceWith(...each.childNodes))")
    assert made > 2
    assert page.run(SIZES) == after
    page.close()


def test_the_first_column_stays_and_leaves_most_of_a_phone(opened: Open, whole_served: str) -> None:
    page = opened(whole_served + PAGES["pack-executed"])
    page.show(width=390, height=844)
    box = "document.querySelector('#table-run_metrics .table-box')"
    page.run(f"{box}.scrollLeft = 200")
    cell = f"{box}.querySelector('tbody th').getBoundingClientRect()"
    assert page.run(f"{cell}.left - {box}.getBoundingClientRect().left") == 0
    for wide in ("packs/dense/index.html", PAGES["campaigns"], PAGES["pack-own"]):
        page.open(whole_served + wide)
        widths = page.run(
            """[...document.querySelectorAll('.table tbody tr:first-child > th')]
            .map((each) => each.getBoundingClientRect().width)"""
        )
        assert widths and max(widths) <= 390 * 0.4, wide


def test_a_long_table_keeps_its_headings_and_a_short_one_has_no_box_to_scroll(opened: Open, whole_served: str) -> None:
    page = opened(whole_served + PAGES["pack-executed"])
    long, short = (f"document.querySelector('#table-{name} .table-box')" for name in ("run_metrics", "cost_breakdown"))
    assert page.run(f"{long}.scrollHeight > {long}.clientHeight + 100")
    page.run(f"{long}.scrollTop = 300")
    assert (
        page.run(f"{long}.querySelector('thead th').getBoundingClientRect().top - {long}.getBoundingClientRect().top")
        <= 1
    )
    assert page.run(f"{short}.scrollHeight - {short}.clientHeight") == 0


def test_bars_are_as_long_as_their_numbers_and_drawn_under_the_policy(opened: Open, whole_served: str) -> None:
    page = opened(whole_served + PAGES["pack-executed"])
    bars = page.run(
        """[...document.querySelectorAll('#table-run_metrics td.bar')].map((each) => [
        Number(/bar--(\\d+)/.exec(each.className)[1]), getComputedStyle(each).backgroundSize, each.cellIndex,
        Number((each.querySelector('data')?.value ?? each.textContent).replaceAll(',', ''))])"""
    )
    assert len(bars) > 30
    for percent, size, _, _ in bars:
        assert size.startswith(f"{percent}% ")
    for place in {place for *_, place, _ in bars}:
        values = {value: percent for percent, _, at, value in bars if at == place}
        most = max(values)
        assert values[most] == 100
        assert all(abs(percent - 100 * value / most) <= 1 for value, percent in values.items())


def test_why_a_value_is_missing_can_be_read_without_a_pointer(opened: Open, whole_served: str) -> None:
    page = opened(whole_served + PAGES["pack-transcribed"])
    figure = "[...document.querySelectorAll('.figure')].find((each) => each.querySelector('.missing'))"
    reason = page.run(f"{figure}.querySelector('.missing').title")
    assert reason and reason in page.run(f"{figure}.querySelector('.figure__notes').innerText")
