"""The scanner and the comparison in the reader's browser against those in Python: one grammar, read twice."""

from __future__ import annotations

import dataclasses
import json
import random
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from clawpub.quantity import Comparison, Quantity, compare, scan
from tests.browser.conftest import Call

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES: list[dict[str, Any]] = json.loads((FIXTURES / "comparison.json").read_text())
SENTENCES: list[dict[str, Any]] = json.loads((FIXTURES / "scanning.json").read_text())
OPTIONS = {"fact_unit": "factUnit", "n": "n", "inside": "inside", "exact": "exact", "stored_digits": "storedDigits"}
TEXTS = 4000


def told(quantity: Quantity) -> dict[str, Any]:
    """Return a quantity as the browser tells one; offsets there count UTF-16, so texts stand for them."""
    fields = {field.name: getattr(quantity, field.name) for field in dataclasses.fields(quantity)}
    for name in ("start", "end", "outer_start", "outer_end"):
        del fields[name]
    if quantity.kind == "fraction":
        del fields["value"]  # a third has no end in Python's decimals
    return {name: plain(value) for name, value in fields.items()}


def plain(value: Any) -> Any:
    match value:
        case Decimal():
            exact = Fraction(value)
            return f"{exact.numerator}/{exact.denominator}"
        case tuple():
            return [told(each) for each in value]
        case _:
            return value


def cut(quantity: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in quantity.items() if name not in ("start", "end", "outerStart", "outerEnd")}
    if kept["kind"] == "fraction":
        del kept["value"]
    return kept | ({"ends": [cut(each) for each in kept["ends"]]} if kept["ends"] else {})


def as_sent(value: Any, kind: Any) -> Any:
    """Return a value of the fixture as the browser takes it."""
    if isinstance(kind, list):
        return [as_sent(each, its_kind) for each, its_kind in zip(value, kind, strict=True)]
    match kind:
        case "missing":
            return None
        case "boolean":
            return value == "true"
        case "integer":
            return {"integer": value}
        case "decimal":
            return {"number": value}
        case "float":
            return {"number": repr(float(value))}
        case "pair":
            return {"pair": value.split("/")}
    return {"text": value}


def read(value: Any, kind: Any) -> Any:
    if isinstance(kind, list):
        return [read(each, its_kind) for each, its_kind in zip(value, kind, strict=True)]
    match kind:
        case "missing":
            return None
        case "boolean":
            return value == "true"
        case "integer" | "decimal" | "float":
            return {"integer": int, "decimal": Decimal, "float": float}[kind](value)
        case "pair":
            k, n = value.split("/")
            return int(k), int(n)
    return value


def test_every_sentence_of_the_fixture_is_read_alike(modules: Call) -> None:
    texts = [case["sentence"] for case in SENTENCES]
    assert len(texts) >= 120
    for text, found in zip(texts, modules("scanned", texts), strict=True):
        assert list(map(cut, found)) == [told(quantity) for quantity in scan(text)], text


def test_every_case_of_the_fixture_is_compared_alike(modules: Call) -> None:
    """Verdict, rule, message and suggestion are those of Python, and the first two those of the fixture."""
    sent = []
    for case in CASES:
        options = {name: case[own] for own, name in OPTIONS.items() if own in case}
        sent.append([case["text"], 0, as_sent(case["value"], case["kind"]), options])
    assert len(sent) >= 400
    wrong = []
    for case, found in zip(CASES, modules("compared", sent), strict=True):
        options = {name: case[name] for name in OPTIONS if name in case}
        result = compare(scan(case["text"])[0], read(case["value"], case["kind"]), **options)
        assert (found["verdict"], found["rule"]) == (case["verdict"], case["rule"]), case
        if found != in_words(result, case["text"]):
            wrong.append((case["id"], found, result))
    assert not wrong


def in_words(result: Comparison, text: str) -> dict[str, Any]:
    """Return a comparison as the browser tells it. Of a hedged range Python forgets the hedge when it says what is
    wrong with an end; the browser says it."""
    hedge = scan(text)[0].hedge
    return dataclasses.asdict(result) | {
        "message": re.sub(r"\bNone (?=\S+ does not hold)", f"{hedge} ", result.message)
    }


PIECES = (
    "23 /30 % - – one of K $ € ~ at.least 1,000 .5 x × second a no to and between seven ² ½ \u00ad Qwen3 # 2026-05-21 "
    "3e5 half times B M thousand million percent points pp bps cents third two-thirds twice doubled no.more.than "
    "exactly only all both none about roughly or.more runs tasks errors failures , . ; ( ) \n\n ' ’ the is was than "
    "more fewer higher faster ranked first May 21 2026 v1.2.3 12:30 us-east-1 0x1f Table Python "
    "32B 39,482 0,123 \u00a0 ٣ 三 Ⅷ ѕeven _ @ : https://a.b/1 gave_up 1_000 +5 −4 10x 5p 3rd 10-fold tenfold "
    "dozen hundred ½% not exceed "
    "nobody none not.one not.a.single neither nor without rarely hardly.any no.run took did and which at.any.time in "
    "seven just.under a.little.more.than nearly scored version March ﬁve ꜱeven to.the.next scale.of 12:34:56 of 3.in.4 "
    "ten minus single couple a.pair.of quintupled once per each 1990s 5am $0.15/$0.60 24–27/30 ş É 🙂 1️⃣ \u202e"
).split(" ")


def mixtures(count: int, seed: int) -> list[str]:
    """Return texts of parts of numbers and the words around them, with spaces between them or without."""
    dice = random.Random(seed)

    def piece() -> str:
        found = dice.choice(PIECES)
        return found.replace(".", " ") if dice.random() < 0.3 else found

    def joiner() -> str:
        return dice.choice(["", " ", " "]) if dice.random() < 0.3 else " "

    return [joiner().join(piece() for _ in range(dice.randint(1, 14))) for _ in range(count)]


def gibberish(count: int, seed: int) -> list[str]:
    """Return texts of characters of many scripts."""
    dice = random.Random(seed)
    blocks = [*[(0x20, 0x7F)] * 3, (0xA0, 0x24F), (0x370, 0x4FF), (0x2000, 0x206F), (0x2070, 0x218F), (0x3000, 0x30FF)]
    blocks += [(0x660, 0x669), (0x1D7CE, 0x1D7FF)]
    lengths = (dice.randint(1, 40) for _ in range(count))
    return ["".join(chr(dice.randint(*dice.choice(blocks))) for _ in range(length)) for length in lengths]


@pytest.mark.parametrize(
    "names", [[], ["Claude 3.5 Sonnet", "RTX 4090", "a+b (2)", "Qwen2.5-Coder 0.5B, Q4_K_M"]], ids=["plain", "names"]
)
def test_random_texts_are_read_alike(modules: Call, names: list[str]) -> None:
    texts = mixtures(TEXTS, 1) + gibberish(TEXTS // 4, 2)
    texts += [
        f"{text} Claude 3.5 Sonnet beats RTX 4090 by 2, a+b (2) too, Qwen2.5-Coder 0.5B, Q4_K_M"
        for text in mixtures(50, 3)
    ]
    texts = [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in texts]
    wrong = []
    for text, found in zip(texts, modules("scanned", texts, names), strict=True):
        if list(map(cut, found)) != [told(quantity) for quantity in scan(text, names=names)]:
            wrong.append((text, [q["text"] for q in found], [q.text for q in scan(text, names=names)]))
    assert not wrong, wrong[:5]


def test_random_comparisons_come_out_alike(modules: Call) -> None:
    dice = random.Random(4)
    texts = sorted({case["text"] for case in CASES})
    sent, expected = [], []
    for _ in range(TEXTS):
        text = dice.choice(texts)
        many = dice.random() < 0.2
        values = [random_value(dice) for _ in range(dice.randint(1, 3) if many else 1)]
        options = {"inside": dice.random() < 0.2, "n": dice.choice([None, 30, 7])}
        unit = dice.choice([None, None, "percent"])
        of_python = [value for _, value in values] if many else values[0][1]
        result = compare(scan(text)[0], of_python, fact_unit=unit, **options)  # type: ignore[arg-type]
        sent.append([text, 0, [s for s, _ in values] if many else values[0][0], options | {"factUnit": unit}])
        expected.append(in_words(result, text))
    found = modules("compared", sent)
    wrong = [(s, f, e) for s, f, e in zip(sent, found, expected, strict=True) if f != e]
    assert not wrong, (len(wrong), wrong[:5])


def random_value(dice: random.Random) -> tuple[Any, Any]:
    """Return a value as the browser takes it and as Python does."""
    k, n = dice.randint(0, 40), dice.randint(-1, 40)
    number = Decimal(dice.randint(-(10**7), 10**7)).scaleb(-dice.randint(0, 7))
    return dice.choice(
        [
            (None, None),
            (True, True),
            ({"integer": str(k)}, k),
            ({"integer": str(k * 1000)}, k * 1000),
            ({"pair": [str(k), str(n)]}, (k, n)),
            ({"number": str(number)}, number),
            ({"number": str(abs(number) / 10**7)}, abs(number) / 10**7),
            ({"text": f"{k}/{n}"}, f"{k}/{n}"),
            ({"text": f"{number}%"}, f"{number}%"),
            ({"text": "it's"}, "it's"),
        ]
    )
