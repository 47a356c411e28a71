"""A literal of the prose against the value of its fact: rules 1-9, 11 and 13-15 of docs/claims.md, in exact arithmetic.

Let v be the literal, u the unit of its last printed digit after scaling, x the fact.

| rule | holds when |
|---|---|
| point | abs(v - x) <= u/2, both ends closed |
| exact | v == x: counts in digits against whole values, counting words, ordinals, "exactly", list prices |
| ratio | numerator and denominator each equal, unreduced |
| grim | a percentage of n things is some k/n, rounded to its digits |
| range | both ends by `point` against two facts, or every value of a set within the ends |
| hedge | abs(v - x) <= min(max(u/2, 5% of x), 10% of x); "nearly", "just under", "just over" from one side |
| bound | the inequality on raw values, against the true extreme |
| multiple | abs(v - x) <= min(u/2, 5% of v): ten times is [9.5, 10.5], twice is [1.9, 2.1] |
| fraction | abs(v - x) <= u/2: a fraction in words reads to the whole percent, "four in ten" to the nearest in ten |
| change | `60% more` is (a-b)/b, `40% fewer` is -0.40, both by `point` |
| excess | never: more digits than the pack stores |
| truncated | never: x cut off instead of rounded |
| missing, type | undecidable: no value, or one that cannot answer (text, a truth value, a share for k/n) |
| unreadable | never: what a reader sees may not be what a program reads |

Percentages and points are compared with a *share*: 76.67% with 0.7667. A fact that is stored in percent says so
(`fact_unit="percent"`); nothing is tried both ways.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal, cast

from clawpub.quantity import words
from clawpub.quantity.format import plain, round_to, spell, spell_range, spell_ratio
from clawpub.quantity.model import Quantity
from clawpub.quantity.scan import scan
from clawpub.quantity.tokens import clean

Verdict = Literal["verified", "refuted", "undecidable"]
FactUnit = Literal["percent"]
Value = Decimal | int | float | str | bool | None | tuple[int, int]
"""A cell, or (k, n). A text may be `23/30`, `0.7667` or `76.67%`."""

MAX_TEXT = 60
MAX_EXPONENT = 60
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_PAIR = re.compile(r"(\d{1,18})/(\d{1,18})")
_SURROUNDINGS = {
    "multiple": ("", " as many"),
    "fraction": ("", " of"),
    "ordinal": ("ranked ", " run"),
    "range": ("between ", ""),
}
SHARES = ("percent", "points", "change")


@dataclass(frozen=True)
class Comparison:
    verdict: Verdict
    rule: str
    """The rule that decided; see the table above."""
    message: str = ""
    """Why not, or a note on a verified claim. Empty when there is nothing to say."""
    suggestion: str | None = None
    """The shortest correct wording, to stand where `Quantity.text` stands."""
    rounded: bool = False
    """Verified, and true only thanks to rounding: the printed value is not the stored one."""
    warning: bool = False
    """Verified, but the message deserves an author's look (a bound slack by more than half)."""


@dataclass(frozen=True)
class Fact:
    value: Fraction
    pair: tuple[int, int] | None = None
    step: Fraction | None = None
    """The last stored digit; None where the store keeps whatever there is (integers, k/n)."""
    counted: bool = False
    """Whether it is a whole number by type: a count, which is no share of anything."""
    declared: bool = False
    """Whether `step` is what the column keeps, so that even trailing zeros beyond it are excess."""

    @property
    def shown(self) -> str:
        return f"{self.pair[0]}/{self.pair[1]}" if self.pair else plain(self.value)


def compare(
    literal: Quantity,
    value: Value | Sequence[Value],
    *,
    fact_unit: FactUnit | None = None,
    n: int | None = None,
    inside: bool = False,
    exact: bool = False,
    stored_digits: int | None = None,
) -> Comparison:
    """Return whether the literal says what the fact says.

    A list gives several facts: the two ends of a range, or with `inside` the set that a range or a bound speaks about.
    `n` is the denominator where it is known: an integer fact then answers k/n, and percentages are held to k/n.
    `exact` allows no rounding (list prices). `stored_digits` is the number of decimals that the fact's column keeps.
    """
    several = isinstance(value, list)
    values = cast("list[Value]", value) if several else [cast(Value, value)]
    in_percent = fact_unit == "percent"

    def decide(words: Quantity) -> Comparison:
        facts = [_fact(each, fact_unit, stored_digits, words, n) for each in values]
        if several or inside:
            return _several(words, facts, inside=inside, n=n, exact=exact)
        return _single(words, facts[0], n=n, exact=exact, in_percent=in_percent)

    try:
        result = decide(literal)
    except _UndecidableError as reason:
        return Comparison("undecidable", reason.rule, str(reason))
    if not literal.plain:
        message = f"{literal.text!r} is not typed in plain digits, so a reader may see another number than was checked"
        result = Comparison("refuted", "unreadable", message, result.suggestion)
    if result.verdict == "verified" and not result.warning:
        return result
    facts = [_fact(each, fact_unit, stored_digits, literal, n) for each in values]
    return replace(result, suggestion=_first_true(literal, _candidates(literal, facts, result), decide))


def _candidates(literal: Quantity, facts: list[Fact], result: Comparison) -> list[str]:
    """Return wordings to try, the shortest first: the author's form, then with more digits, then plain digits."""
    if result.suggestion is None and literal.plain:
        return []
    typed = [] if literal.plain else [clean(literal.text).text]
    first = [*typed, *([result.suggestion] if result.suggestion else [])]
    if literal.kind in ("ratio", "range", "ordinal"):
        return first
    x = _extreme(literal, facts).value
    if literal.bound:
        return [*first, *(_nearest_bound(literal, x, digits) for digits in (1, 2, 3))]
    longer = [spell(x, literal, more_digits=digits) for digits in (1, 2, 3)] if literal.kind != "fraction" else []
    bare = [plain(x)] if literal.kind in ("number", "multiple") else []
    return [wording for wording in (*first, *longer, *bare) if x == 0 or re.search(r"[1-9]|[a-z]{3}", wording.lower())]


def _first_true(literal: Quantity, candidates: list[str], decide: Callable[[Quantity], Comparison]) -> str | None:
    """Return the first wording that, standing where the literal stands, is verified."""
    before, after = _SURROUNDINGS.get(literal.kind, ("", " runs"))
    if literal.kind == "change":
        after = f" {literal.noun}"
    for wording in candidates:
        found = scan(f"{before}{wording}{after}")
        if wording == literal.text or len(found) != 1 or found[0].text != wording or not found[0].plain:
            continue
        free = not literal.hedge and not literal.bound
        exact = (found[0].exact and free) or literal.quantifier == "exactly"
        quantity = replace(
            found[0], hedge=literal.hedge, bound=literal.bound, quantifier=literal.quantifier, exact=exact
        )
        try:
            if decide(quantity).verdict == "verified":
                return wording
        except _UndecidableError:
            continue
    return None


class _UndecidableError(Exception):
    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


# --- reading a fact ---


def _fact(
    value: Value, fact_unit: FactUnit | None, stored_digits: int | None, literal: Quantity, n: int | None
) -> Fact:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise _UndecidableError("missing", "the pack holds no value here; missing is not zero")
    if isinstance(value, bool):
        raise _UndecidableError("type", f"the fact is {str(value).lower()}, which says nothing about {literal.text}")
    if isinstance(value, tuple):
        fact = _pair(*value)
    elif isinstance(value, str):
        fact = _text(value.strip(), literal)
    elif isinstance(value, int):
        fact = Fact(Fraction(value), counted=fact_unit is None and n is None)
    else:
        fact = _number(str(value) if isinstance(value, Decimal) else repr(value))
    if stored_digits is not None and fact.pair is None:
        fact = Fact(fact.value, None, Fraction(1, 10**stored_digits), declared=True)
    if fact_unit == "percent":
        if fact.pair:
            raise _UndecidableError("type", f"{fact.shown} is a ratio, not a number in percent")
        fact = Fact(fact.value / 100, None, fact.step / 100 if fact.step else None, fact.declared)
    if n is not None and fact.pair is None and literal.kind == "ratio" and fact.value.denominator == 1:
        fact = _pair(int(fact.value), n)
    return fact


def _pair(k: int, n: int) -> Fact:
    if n <= 0:
        raise _UndecidableError("missing", f"{k}/{n} has no value: there is nothing to count")
    return Fact(Fraction(k, n), (k, n))


def _text(text: str, literal: Quantity) -> Fact:
    pair = _PAIR.fullmatch(text)
    if pair:
        return _pair(int(pair[1]), int(pair[2]))
    if text.endswith("%"):
        inner = _number(text[:-1].strip(), text)
        return Fact(inner.value / 100, None, inner.step / 100 if inner.step else None)
    return _number(text, text)


def _number(text: str, shown: str | None = None) -> Fact:
    """Read a decimal as it is written; its last digit is what the pack stores."""
    shown = shown or text
    if len(text) > MAX_TEXT or not _DECIMAL.fullmatch(text) or not text.isascii():
        raise _UndecidableError("type", f"the fact is {shown[:MAX_TEXT]!r}, which is no number")
    number = Decimal(text)
    exponent = int(number.as_tuple().exponent)
    if abs(exponent) > MAX_EXPONENT:
        raise _UndecidableError("type", f"the fact is {shown!r}, out of the range that prose can print")
    step = Fraction(10) ** exponent if exponent < 0 else None
    return Fact(Fraction(number), None, step)


# --- comparing ---


def _single(literal: Quantity, fact: Fact, *, n: int | None, exact: bool, in_percent: bool) -> Comparison:
    if literal.kind == "range":
        raise _UndecidableError("range", f"{literal.text} has two ends: give two facts, or a set that lies inside")
    if literal.kind == "ratio":
        return _ratio(literal, fact)
    if fact.pair and not _wants_share(literal):
        message = f"the fact is {fact.shown}: {literal.text} could be its numerator or its share; bind one of them"
        raise _UndecidableError("type", message)
    if fact.counted and literal.kind in SHARES:
        message = f"the fact is {fact.shown}, a count; {literal.text} is of a share: divide, as in 1.0 * a / b"
        raise _UndecidableError("type", message)
    if literal.bound:
        return _bound(literal, [fact])
    if (
        exact
        or literal.quantifier == "exactly"
        or (literal.exact and (literal.form != "digits" or fact.value.denominator == 1))
    ):
        return _exact(literal, fact)
    if literal.hedge:
        return _hedge(literal, fact)
    return _point(literal, fact, n=n, in_percent=in_percent)


def _wants_share(literal: Quantity) -> bool:
    if literal.kind in ("percent", "fraction", "points", "change", "multiple"):
        return True
    return literal.kind == "number" and literal.step < 1


def _exact(literal: Quantity, fact: Fact) -> Comparison:
    if Fraction(literal.value) == fact.value:
        return Comparison("verified", "exact")
    message = f"{literal.text} is exact, and the fact is {_shown(fact, literal)}"
    return Comparison("refuted", "exact", message, _suggest(literal, fact))


def _ratio(literal: Quantity, fact: Fact) -> Comparison:
    if fact.pair is None:
        message = f"the fact is {fact.shown}: bind {literal.text} to a k/n text, such as select passes || '/' || runs"
        raise _UndecidableError("type", message)
    k, n = fact.pair
    suggestion = spell_ratio(Fraction(k), Fraction(n), literal)
    same = Fraction(literal.denominator or 0) == n
    if literal.bound and same:
        return _bound(literal, [Fact(Fraction(k))])
    if literal.hedge and same:
        return _hedge(literal, Fact(Fraction(k)))
    if same and Fraction(literal.numerator or 0) == k:
        return Comparison("verified", "ratio")
    if Fraction(literal.numerator or 0) * n == Fraction(literal.denominator or 0) * k:
        message = f"{literal.text} is {k}/{n} reduced; a score keeps its denominator"
    else:
        message = f"{literal.text} does not hold: the fact is {k}/{n}"
    return Comparison("refuted", "ratio", message, suggestion)


def _tolerance(literal: Quantity) -> tuple[str, Fraction]:
    half, size = Fraction(literal.step) / 2, abs(Fraction(literal.value))
    if literal.kind == "multiple":
        return "multiple", min(half, size / 20)
    if literal.kind == "fraction":
        return "fraction", half
    return ("change" if literal.kind == "change" else "point"), half


def _literal_value(literal: Quantity) -> Fraction:
    if literal.kind == "fraction" and literal.numerator is not None and literal.denominator:
        return Fraction(literal.numerator) / Fraction(literal.denominator)
    return Fraction(literal.value)


def _point(literal: Quantity, fact: Fact, *, n: int | None, in_percent: bool) -> Comparison:
    v, x, step = _literal_value(literal), fact.value, Fraction(literal.step)
    rule, tolerance = _tolerance(literal)
    suggestion = _suggest(literal, fact)
    off = abs(v - x)
    finer = fact.step is not None and step < fact.step and off < fact.step
    if rule in ("point", "change") and finer and (v != x or fact.declared):
        message = f"{literal.text} has more digits than the pack stores: {_shown(fact, literal)}"
        return Comparison("refuted", "excess", message, suggestion and _stored(literal, fact))
    if off > tolerance:
        return _wrong(literal, fact, rule, n=n, in_percent=in_percent)
    if literal.kind == "percent":
        total = n if n is not None else fact.pair[1] if fact.pair else None
        if total is not None and not _is_share_of(v, step, total):
            message = f"no count out of {total} gives {literal.text}"
            return Comparison("refuted", "grim", message, suggestion)
    if v == x:
        return Comparison("verified", rule)
    return Comparison("verified", rule, f"true by rounding: the fact is {_shown(fact, literal)}", rounded=True)


def _wrong(literal: Quantity, fact: Fact, rule: str, *, n: int | None, in_percent: bool) -> Comparison:
    v, x, step = _literal_value(literal), fact.value, Fraction(literal.step)
    suggestion = _suggest(literal, fact)
    shown = _shown(fact, literal)
    total = n if n is not None else fact.pair[1] if fact.pair else None
    if rule == "point" and v == _truncate(x, step):
        message = f"{literal.text} was cut off, not rounded: the fact is {shown}"
        return Comparison("refuted", "truncated", message, suggestion)
    if literal.kind == "percent" and total is not None and not _is_share_of(v, step, total):
        message = f"no count out of {total} gives {literal.text}; the fact is {shown}"
        return Comparison("refuted", "grim", message, suggestion)
    message = f"{literal.text} does not hold: the fact is {shown}"
    if literal.kind in SHARES and not in_percent and abs(v * 100 - x) <= step * 50 and x != 0:
        message += "; if it is stored in percent, the ledger must say so"
        suggestion = None
    elif literal.kind == "number" and literal.unit is None and abs(v / 100 - x) <= step / 200 and x != 0:
        message += "; if the literal means percent, it must say so"
        suggestion = None
    elif literal.kind == "change" and v == -x:
        message += "; more and fewer are the wrong way round"
        suggestion = None
    elif abs(v + x) <= step / 2 and x < 0 and literal.text.lstrip("$€£¥")[0].isdigit():
        message += (
            "; where the words say that it is less than nothing (lost, fell), ask for it without its sign: -min(…)"
        )
        suggestion = None
    return Comparison("refuted", rule, message, suggestion)


def _truncate(x: Fraction, step: Fraction) -> Fraction:
    return round_to(x, step, "down") if x >= 0 else round_to(x, step, "up")


def _is_share_of(v: Fraction, step: Fraction, n: int) -> bool:
    """GRIM: whether some k/n rounds to v, both ends closed."""
    if n <= 0:
        return False
    low, high = (v - step / 2) * n, (v + step / 2) * n
    return high.numerator // high.denominator >= -((-low.numerator) // low.denominator)


def _hedge(literal: Quantity, fact: Fact) -> Comparison:
    v, x = _literal_value(literal), fact.value
    _, half = _tolerance(literal)
    allowed = min(max(half, abs(x) / 20), abs(x) / 10)
    if side := _other_side(literal, v, x):
        message = f"{literal.hedge} {literal.text} says that it lies {side}: the fact is {_shown(fact, literal)}"
        return Comparison("refuted", "hedge", message, _suggest(literal, fact))
    if abs(v - x) <= allowed:
        if v == x:
            return Comparison("verified", "hedge")
        note = f"true by its hedge: the fact is {_shown(fact, literal)}"
        return Comparison("verified", "hedge", note, rounded=True)
    message = f"{literal.hedge} {literal.text} does not hold: the fact is {_shown(fact, literal)}"
    return Comparison("refuted", "hedge", message, _suggest(literal, fact))


def _other_side(literal: Quantity, v: Fraction, x: Fraction) -> str:
    """Return on which side of a number its hedge puts the fact, where the fact is not there; "" where all is well."""
    hedge = literal.hedge
    if (hedge in words.FROM_BELOW and x > v) or (hedge in words.UNDER and x >= v):
        return "below"
    return "above" if hedge in words.OVER and x <= v else ""


def _bound(literal: Quantity, facts: list[Fact]) -> Comparison:
    """`facts` is the set that the bound speaks about; its extreme decides."""
    v = _literal_value(literal)
    extreme = _extreme(literal, facts)
    x = extreme.value
    holds = {">=": x >= v, ">": x > v, "<=": x <= v, "<": x < v}[literal.bound or ">="]
    phrase = f"{literal.bound} {literal.text}"
    if not holds:
        message = f"{phrase} does not hold: the fact is {_shown(extreme, literal)}"
        return Comparison("refuted", "bound", message, _nearest_bound(literal, x))
    low, high = sorted((abs(v), abs(x)))
    if v != x and low * 2 < high:
        message = f"{phrase} holds, but is slack by more than half: the fact is {_shown(extreme, literal)}"
        return Comparison("verified", "bound", message, _nearest_bound(literal, x), warning=True)
    return Comparison("verified", "bound")


def _extreme(literal: Quantity, facts: list[Fact]) -> Fact:
    return (min if literal.bound in (">=", ">") else max)(facts, key=lambda fact: fact.value)


def _nearest_bound(literal: Quantity, x: Fraction, more_digits: int = 0) -> str:
    times = literal.kind == "multiple" and literal.form == "words"
    step = Fraction(1, 10) if times else Fraction(literal.step) / 10**more_digits
    at_least = literal.bound in (">=", ">")
    nearest = round_to(x, step, "down" if at_least else "up")
    if literal.bound == ">" and nearest == x:
        nearest -= step
    elif literal.bound == "<" and nearest == x:
        nearest += step
    if literal.kind == "ratio":
        return spell_ratio(nearest, Fraction(literal.denominator or 1), literal)
    return f"{plain(nearest)} times" if times else spell(nearest, literal, more_digits=more_digits)


def _several(literal: Quantity, facts: list[Fact], *, inside: bool, n: int | None, exact: bool) -> Comparison:
    if not facts:
        raise _UndecidableError("missing", "the pack holds no value here; missing is not zero")
    if literal.kind == "range":
        if literal.bound:
            raise _UndecidableError("range", f"{literal.bound} and the range {literal.text} together bound nothing")
        facts = [_numerator(literal, fact) for fact in facts]
        return _inside(literal, facts) if inside else _ends(literal, facts, n=n, exact=exact)
    if literal.bound:
        return _bound(literal, [_numerator(literal, fact) for fact in facts])
    raise _UndecidableError("type", f"{literal.text} is one number and the ledger gives {len(facts)}")


def _numerator(literal: Quantity, fact: Fact) -> Fact:
    """Against 24–27/30 a fact counts by its numerator, if its denominator is the same."""
    below = literal.ends[0].denominator if literal.ends else literal.denominator
    kind = literal.ends[0].kind if literal.ends else literal.kind
    if kind != "ratio":
        if fact.pair and kind == "number":
            raise _UndecidableError("type", f"the fact is {fact.shown}; bind its numerator or its share")
        return fact
    if fact.pair is None or Fraction(below or 0) != fact.pair[1]:
        raise _UndecidableError("type", f"the fact is {fact.shown}: it is not out of {plain(Fraction(below or 0))}")
    return Fact(Fraction(fact.pair[0]))


def _ends(literal: Quantity, facts: list[Fact], *, n: int | None, exact: bool) -> Comparison:
    if len(facts) != 2 or literal.ends is None:
        raise _UndecidableError("range", f"{literal.text} has two ends and the ledger gives {len(facts)}")
    if literal.hedge:
        results = [_hedge(end, fact) for end, fact in zip(literal.ends, facts, strict=True)]
    else:
        results = [
            _single(_counted(end), fact, n=n, exact=exact, in_percent=False)
            for end, fact in zip(literal.ends, facts, strict=True)
        ]
    wrong = [result for result in results if result.verdict != "verified"]
    if not wrong:
        rounded = any(result.rounded for result in results)
        note = "; ".join(result.message for result in results if result.message)
        return Comparison("verified", "range", note, rounded=rounded)
    low, high = sorted(fact.value for fact in facts)
    message = "; ".join(result.message for result in wrong)
    return Comparison("refuted", "range", message, spell_range(low, high, literal))


def _counted(end: Quantity) -> Quantity:
    """An end of 24–27/30 as a count, since its fact is one by now."""
    if end.kind != "ratio":
        return end
    return Quantity(end.text, end.start, end.end, "number", end.number, end.value, Decimal(1), exact=True)


def _inside(literal: Quantity, facts: list[Fact]) -> Comparison:
    assert literal.ends is not None
    low, high = (Fraction(end.value) for end in literal.ends)
    if literal.hedge:
        low, high = low - abs(low) / 20, high + abs(high) / 20
    least, most = min(fact.value for fact in facts), max(fact.value for fact in facts)
    if low <= least and most <= high:
        return Comparison("verified", "range")
    end = literal.ends[0]
    ends = f"{_shown(Fact(least), end)} to {_shown(Fact(most), end)}"
    message = f"not all values lie within {literal.text}: they run from {ends}"
    return Comparison("refuted", "range", message, spell_range(least, most, literal, outward=True))


# --- wording ---


def _shown(fact: Fact, literal: Quantity) -> str:
    """The true value as a reader of the literal would read it: 0.7333 beside a percentage is 73.33%."""
    if literal.kind in ("percent", "change"):
        percent = f"{plain(fact.value * 100)}%"
        return f"{fact.shown} ({percent})" if fact.pair else percent
    if literal.kind == "points":
        return f"{plain(fact.value * 100)} points"
    if literal.kind == "money":
        sign = re.match(r"[$€£¥]", literal.text)
        return f"{sign[0] if sign else ''}{plain(fact.value)}"
    return fact.shown


def _suggest(literal: Quantity, fact: Fact) -> str | None:
    if literal.kind == "change" and (fact.value < 0) != (literal.value < 0):
        return None
    return spell(fact.value, literal)


def _stored(literal: Quantity, fact: Fact) -> str | None:
    """The wording with the digits that the pack stores: 76.67% for 76.666667%."""
    if literal.form != "digits" or fact.step is None:
        return _suggest(literal, fact)
    places = 0
    factor = Fraction(100) if literal.kind in SHARES else Fraction(1)
    while fact.step * factor * 10**places < 1:
        places += 1
    body = f"{float(fact.value * factor):.{places}f}" if places < 12 else plain(fact.value * factor)
    return literal.text.replace(literal.number, body, 1)
