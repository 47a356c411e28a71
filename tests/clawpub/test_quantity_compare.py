"""The fifteen rules, as far as they are about one number: each holds where it should and fails where it should."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clawpub.quantity import Comparison, Quantity, Value, compare, scan

FIXTURE = Path(__file__).parent.parent / "fixtures" / "comparison.json"
CASES: list[dict[str, Any]] = json.loads(FIXTURE.read_text(), parse_float=pytest.fail, parse_int=int)
OPTIONS = ("fact_unit", "n", "inside", "exact", "stored_digits")


def read(value: Any, kind: Any) -> Any:
    """Read a value of the fixture; numbers are strings there, so that JSON does not blur them."""
    if isinstance(kind, list):
        return [read(each, its_kind) for each, its_kind in zip(value, kind, strict=True)]
    match kind:
        case "missing":
            return None
        case "boolean":
            return value == "true"
        case "integer":
            return int(value)
        case "decimal":
            return Decimal(value)
        case "float":
            return float(value)
        case "pair":
            k, n = value.split("/")
            return int(k), int(n)
        case "text":
            return value
        case _:
            raise AssertionError(f"unknown kind {kind}")


def first(text: str) -> Quantity:
    return scan(text)[0]


def test_a_ratio_against_a_count_says_how_to_bind_it() -> None:
    result = compare(scan("23/30 passed")[0], 23)
    assert result.verdict == "undecidable" and "select passes || '/' || runs" in result.message


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    options = {name: case[name] for name in OPTIONS if name in case}
    result = compare(first(case["text"]), read(case["value"], case["kind"]), **options)
    assert (result.verdict, result.rule) == (case["verdict"], case["rule"]), result.message
    assert result.suggestion == case.get("suggestion")
    assert (result.rounded, result.warning) == (case.get("rounded", False), case.get("warning", False))


def test_every_rule_has_a_passing_and_a_failing_case() -> None:
    verdicts: dict[str, set[str]] = defaultdict(set)
    for case in CASES:
        verdicts[case["id"].rpartition("-")[0]].add(case["verdict"])
    assert len(CASES) >= 400
    assert len({case["id"] for case in CASES}) == len(CASES)
    for group, found in verdicts.items():
        assert "verified" in found, group
        assert found & {"refuted", "undecidable"}, group


def test_every_message_of_a_refuted_claim_names_the_fact() -> None:
    assert compare(first("Seven failures"), 8).message == "Seven is exact, and the fact is 8"
    assert "73.33" in compare(first("76.67% of runs"), "22/30").message


def test_a_claim_true_only_by_rounding_says_so() -> None:
    result = compare(first("77% of runs"), Decimal("0.7667"))
    assert result == Comparison("verified", "point", "true by rounding: the fact is 76.67%", rounded=True)


def test_a_slack_bound_warns_and_offers_a_tighter_one() -> None:
    result = compare(first("within 7 seconds"), Decimal("2.1"))
    assert (result.verdict, result.warning, result.suggestion) == ("verified", True, "3")


def test_a_percentage_agrees_with_the_ratio_beside_it() -> None:
    ratio, percent = scan("23/30 (76.67%)")
    assert ratio.numerator is not None and ratio.denominator is not None
    pair = (int(ratio.numerator), int(ratio.denominator))
    assert compare(percent, pair).verdict == "verified"
    assert compare(percent, (22, 30)).verdict == "refuted"


VALUES = st.one_of(
    st.integers(-(10**12), 10**12),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.floats(),
    st.text(max_size=20),
    st.booleans(),
    st.none(),
    st.tuples(st.integers(-5, 40), st.integers(-5, 40)),
)
TEXTS = sorted({case["text"] for case in CASES})


@settings(deadline=None)
@given(
    st.sampled_from(TEXTS), st.one_of(VALUES, st.lists(VALUES, max_size=3)), st.booleans(), st.sampled_from([None, 30])
)
def test_nothing_makes_it_fail(text: str, value: Value | list[Value], inside: bool, n: int | None) -> None:
    result = compare(first(text), value, inside=inside, n=n)
    assert result.verdict in ("verified", "refuted", "undecidable")


@settings(deadline=None)
@given(st.sampled_from(TEXTS), st.decimals(-(10**6), 10**6, places=6))
def test_a_suggestion_is_always_true(text: str, value: Decimal) -> None:
    """What the message offers, typed in place of the literal, is verified."""
    quantity = first(text)
    result = compare(quantity, value)
    assume(result.suggestion is not None)
    assume(not (text.startswith("sub-") and value < 0))
    assume(not (quantity.kind == "ordinal" and value == 1))  # "the first call" counts nothing
    changed = text[: quantity.start] + str(result.suggestion) + text[quantity.end :]
    assert any(compare(each, value).verdict == "verified" for each in scan(changed)), changed


@settings(deadline=None)
@given(st.sampled_from(TEXTS))
def test_missing_is_never_decided(text: str) -> None:
    for missing in (None, "", "  "):
        assert compare(first(text), missing).verdict == "undecidable"


@settings(deadline=None)
@given(st.decimals(0, 1, places=9), st.integers(0, 4))
def test_a_percentage_rounded_to_nearest_is_verified(share: Decimal, places: int) -> None:
    literal = f"{share * 100:.{places}f}%"
    assert compare(first(f"{literal} of runs"), share).verdict == "verified"
    moved = Decimal(literal[:-1]) + 2 * Decimal(1).scaleb(-places)
    assert compare(first(f"{moved}% of runs"), share).verdict == "refuted"
