"""What of a sentence counts as a quantity, and that nothing which looks like a number slips by."""

from __future__ import annotations

import itertools
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clawpub.quantity import Quantity, scan

FIXTURE = Path(__file__).parent.parent / "fixtures" / "scanning.json"
SENTENCES: list[dict[str, Any]] = json.loads(FIXTURE.read_text())
HIDDEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u0336"


@pytest.mark.parametrize("case", SENTENCES, ids=[case["sentence"][:40] for case in SENTENCES])
def test_sentence(case: dict[str, Any]) -> None:
    assert [described(quantity) for quantity in scan(case["sentence"])] == case["quantities"]


def described(quantity: Quantity) -> dict[str, Any]:
    value = format(quantity.value, "f")
    if quantity.kind == "fraction":
        value = f"{quantity.numerator}/{quantity.denominator}"
    found: dict[str, Any] = {"text": quantity.text, "value": value, "kind": quantity.kind}
    if quantity.kind == "ratio" and quantity.denominator is not None:
        found["of"] = format(quantity.denominator, "f")
    if quantity.ends:
        found["high"] = format(quantity.ends[1].value, "f")
    for name in ("hedge", "bound", "quantifier"):
        if getattr(quantity, name):
            found[name] = getattr(quantity, name)
    return found if quantity.plain else found | {"plain": False}


def test_fixture_is_large_enough_and_holds_sentences_without_quantities() -> None:
    assert len(SENTENCES) >= 120
    assert sum(not case["quantities"] for case in SENTENCES) >= 40


def test_offsets_lead_back_to_the_source() -> None:
    text = (
        "Total: at least 23/30 (76.67%), s\u00adeven runs\u200b and about 3\u201327K, no more than ten times as many."
    )
    for quantity in scan(text):
        assert text[quantity.start : quantity.end] == quantity.text
        assert quantity.outer_start <= quantity.start < quantity.end <= quantity.outer_end


@pytest.mark.parametrize(
    ("text", "outer"),
    [
        ("It took about 40K tokens.", "about 40K"),
        ("There were at least three runs.", "at least three"),
        ("All three runs failed.", "All three"),
        ("It has 60% more parameters.", "60% more"),
        ("It ran three or more times.", "three or more"),
        ("It took between 3 and 6 seconds.", "between 3 and 6"),
        ("It used no more than about 40 calls.", "no more than about 40"),
        ("It made 3 runs or fewer.", "3 runs or fewer"),
        ("It never took more than 7 s.", "never took more than 7"),
        ("It couldn't exceed 7 s.", "couldn't exceed 7"),
        ("It took no longer than 7 s.", "no longer than 7"),
    ],
)
def test_outer_span_holds_the_words_that_change_the_claim(text: str, outer: str) -> None:
    (quantity,) = scan(text)
    assert text[quantity.outer_start : quantity.outer_end] == outer


def test_known_names_are_never_taken_apart() -> None:
    text = "Claude Opus 4 beats Llama 3.1 8B by 2 passes; Claude Opus 41 is another."
    assert [quantity.text for quantity in scan(text, names=["Claude Opus 4", "Llama 3.1 8B"])] == ["2", "41"]


def test_a_paragraph_break_parts_a_hedge_from_a_number() -> None:
    (quantity,) = scan("What is it about\n\n40 runs failed.")
    assert quantity.hedge is None


def test_bidirectional_overrides_make_every_number_unreadable() -> None:
    assert not scan("\u202e32 runs\u202c")[0].plain


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_ordered_spans(text: str) -> None:
    end = 0
    for quantity in scan(text):
        assert end <= quantity.start < quantity.end <= len(text)
        assert text[quantity.start : quantity.end] == quantity.text
        end = quantity.end


PIECES = [
    "23",
    "/30",
    "%",
    " ",
    "-",
    "–",
    "one",
    "of",
    "K",
    "$",
    "~",
    "at least",
    "1,000",
    ".5",
    "x",
    "second",
    "a",
    "no",
    "to",
]


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([*PIECES, "2026-05-21", "½", "²", "\u00ad", "3e5", "half", "times", "B", "Qwen3", "#"]),
        max_size=30,
    )
)
def test_any_mixture_of_number_parts_is_read_without_failing(pieces: list[str]) -> None:
    text = "".join(pieces)
    for quantity in scan(text):
        assert text[quantity.start : quantity.end] == quantity.text


@settings(deadline=None)
@given(
    st.integers(0, 10**9),
    st.sampled_from(["scored {} today", "({})", "failed {}.", "{}% of it", "{} runs", "\u2014{}\u2014"]),
)
def test_no_number_slips_by(number: int, template: str) -> None:
    (quantity,) = scan(template.format(number))
    scale = 100 if "%" in template else 1
    assert Fraction(quantity.value) * scale == number
    assert quantity.plain


@settings(deadline=None)
@given(st.integers(10, 10**6), st.sampled_from(HIDDEN), st.data())
def test_hidden_characters_inside_a_number_are_seen(number: int, hidden: str, data: st.DataObject) -> None:
    digits = str(number)
    at = data.draw(st.integers(1, len(digits) - 1))
    (quantity,) = scan(f"scored {digits[:at]}{hidden}{digits[at:]} runs")
    assert quantity.value == number
    assert not quantity.plain


@settings(deadline=None)
@given(st.integers(0, 10**6), st.sampled_from("٠०௦๐០０𝟎𝟘"))
def test_foreign_digits_are_seen(number: int, zero: str) -> None:
    text = "".join(chr(ord(zero) + int(digit)) for digit in str(number))
    (quantity,) = scan(f"scored {text} runs")
    assert (quantity.plain, quantity.value) == (
        False,
        number if str(number)[0] != "0" or number == 0 else quantity.value,
    )


HOSTILE = {
    "digits": "1" * 100_000,
    "hyphens": "1-" * 20_000,
    "ands": "one hundred and " * 8_000,
    "names": "a.1-" * 20_000,
    "ratios": "2/" * 20_000,
    "separators": "1,111" * 20_000,
    "dots": "1." * 20_000,
    "bounds": "no more than " * 8_000,
    "hidden": "1\u00ad" * 50_000,
    "marks": "1" + "\u0336" * 100_000,
    "spaces": " \n" * 50_000,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_prose_is_scanned_to_its_end(text: str) -> None:
    """A quadratic pass would not come back: the time limit is the test's, a hundred times what one pass takes."""
    found = scan(text)
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))
    assert not found or found[-1].end <= len(text)
