"""Writing a value like a literal: what was written reads back as the value, rounded to the literal's digits."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clawpub.quantity import Quantity, scan, spell
from clawpub.quantity.format import in_words


def first(text: str) -> Quantity:
    return scan(text)[0]


@pytest.mark.parametrize(
    ("like", "value", "expected"),
    [
        ("Seven failures", 8, "Eight"),
        ("76.67% of runs", Decimal("0.73333"), "73.33%"),
        ("39K tokens", 41_482, "41K"),
        ("39,482 tokens", 1_041_482, "1,041,482"),
        ("39482 tokens", 1_041_482, "1041482"),
        ("7 tokens", 41_482, "41,482"),
        ("23/30", 22, "22/30"),
        ("seven out of ten", 6, "six out of ten"),
        ("$0.0220 in all", Decimal("0.0314"), "$0.0314"),
        ("three billion parameters", 4 * 10**9, "four billion"),
        ("32 billion parameters", 7 * 10**9, "7 billion"),
        ("seven percent", Decimal("0.09"), "nine percent"),
        ("5 percentage points", Decimal("0.07"), "7 percentage points"),
        ("the second run", 12, "twelfth"),
        ("the 2nd run", 11, "11th"),
        ("the 2nd run", 23, "23rd"),
        ("#2", 4, "#4"),
        ("ten times as many", 4, "four times"),
        ("10× more", 4, "4×"),
        ("2.3x faster", Decimal("3.14"), "3.1x"),
        ("doubled", Decimal(3), "tripled"),
        ("twice the cost", Decimal("2.7"), "2.7 times"),
        ("half of the runs", Decimal("0.25"), "a quarter"),
        ("two-thirds of it", Decimal("0.75"), "three-quarters"),
        ("half of the runs", Decimal("0.43"), "43%"),
        ("-5.2 of drift", Decimal("5.2"), "5.2"),
        ("a gain of 5.2", Decimal("-5.2"), "-5.2"),
        (".25 of it", Decimal("0.5"), ".50"),
        ("No errors", 2, "Two"),
        ("a dozen runs", 13, "thirteen"),
    ],
)
def test_the_author_s_own_form_is_kept(like: str, value: int | Decimal, expected: str) -> None:
    assert spell(value, first(like)) == expected


FORMS = [
    "7 runs", "7,000 runs", "7.00 s", "76.67% of it", "5 points", "39K runs", "1.5M runs", "3.2 billion runs", "#2",
    "$0.0220 total", "€5.00 total", "-5.25 of it", ".250 of it", "5‰ of it", "0.6 cents", "2.3x more", "2nd run",
    "60% more", "1e3 runs",
]  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(FORMS), st.decimals(0, 10**9, places=4))
def test_parse_after_format_is_identity(form: str, value: Decimal) -> None:
    like = first(form)
    written = spell(value, like)
    (read,) = scan(f"{written} more" if like.kind in ("change", "multiple") else f"{written} runs")
    step = Fraction(like.step)
    assert Fraction(read.value) == round(Fraction(value) / step) * step
    assert (read.kind, read.unit, read.step) == (like.kind, like.unit, like.step)
    assert spell(read.value, read) == read.text


@settings(deadline=None)
@given(st.integers(0, 9_999))
def test_number_words_read_back(number: int) -> None:
    (read,) = scan(f"exactly {in_words(number)} runs")
    assert read.text == in_words(number)
    assert read.value == number


@settings(deadline=None)
@given(st.integers(1, 99), st.sampled_from(["the second run", "the 2nd run", "#2"]))
def test_ordinals_read_back(number: int, form: str) -> None:
    (read,) = scan(f"ranked {spell(number, first(form))} overall")
    assert read.kind == "ordinal"
    assert read.value == number


@settings(deadline=None)
@given(st.integers(0, 300), st.integers(1, 300), st.sampled_from(["23/30", "seven of ten", "seven out of 30"]))
def test_ratios_read_back(k: int, n: int, form: str) -> None:
    like = first(form)
    written = spell(k, like)
    (read,) = scan(written)
    assert read.numerator == Decimal(k)
    assert read.denominator == like.denominator
