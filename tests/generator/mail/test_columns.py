"""Plain text in columns: nothing is lost in wrapping, and what is aligned stands below each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.mail.columns import aligned_rows, columns, records, sendable, wrapped

WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=200)


@given(WORDS, st.integers(20, 80))
def test_wrapping_loses_no_letter_and_keeps_to_the_width(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert columns(line) <= width or len(line.split()) == 1


def test_an_address_stays_whole() -> None:
    address = "<https://weekly.example/" + "a" * 100 + ">"
    assert wrapped(f"Read on {address} today.", 30) == ["Read on", address, "today."]


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=3000))
def test_what_is_sent_is_all_of_it_in_lines_that_mail_allows(text: str) -> None:
    sent = sendable(text * 3)
    assert sent.replace("\n", "") == (text * 3).replace("\n", "")
    assert all(len(line.encode()) < 998 for line in sent.split("\n"))


@pytest.mark.parametrize(("text", "wide"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("", 0)])
def test_letters_take_the_columns_that_they_take(text: str, wide: int) -> None:
    assert columns(text) == wide


def test_a_table_is_aligned_where_it_fits_and_told_row_by_row_where_it_does_not() -> None:
    headings, rows = ["Model", "Passes"], [["日本", "3"], ["dense", "23"]]
    assert aligned_rows(headings, rows, [False, True], 40) == [
        "Model  Passes",
        "-----  ------",
        "日本        3",
        "dense      23",
    ]
    assert aligned_rows(headings, rows, [False, True], 10) is None
    assert records(headings, [["dense", ""], ["", "23"]], 40) == ["dense", "-", "  Passes: 23"]
