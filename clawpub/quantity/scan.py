"""Every quantity of a text, with its place.

    quantity  = [hedge | bound | quantifier]... core [bound-after]
    core      = range | ratio | single | special
    range     = operand ("–" | "-" | "to") operand | "between" operand "and" operand      low end <= high end
    operand   = ratio | single
    ratio     = integer ("/" | "of" | "out of") integer                                   neither has a unit
    single    = [sign] [currency] [sign] (digits | glyph) suffix | cardinal suffix
    suffix    = [K M B T | thousand...] [% | percent | points | p | x | × | times | st nd rd th | unit]
    cardinal  = zero ... ninety-nine, hundred, thousand..., a hundred, a dozen, two and a half
    special   = ordinal | fraction | half | double | twice | no | none | both | a single | a couple

Doubtful words are quantities only where they clearly count:

- *one*: before a noun ("one pass"), "one above", "by one", "one of three". Not "this one", "one of the", "one can".
- *no*: when a countable noun follows within four words, before any function word: "no infrastructure errors",
  "No gave_up_mid_plan". Not "no longer", "no doubt", "no adversarial input".
- *second*: an ordinal before a noun ("the second call"), never after a number, "per", "a" ("3–6 second average") and
  not as "Second, ...". *first* only as a rank ("ranked first", "first of ten"). *third* and so on as *second*; "a third of" is
  a fraction.
- *half*: in "half of/the/a/as", "by half", "more than half". Not "the second half", "half-life".
- *double*: before "the", "that", "what", "its"; *doubled*, *twice*, *halved* always. *both*, *none* always.
- *single*: in "a single run". *once*: in "exactly once", "only once". *several*, *few*, *many*, *most*: never.
- *over* is a bound at the start of a clause or after a verb or preposition ("took over 30"), else "across".
- A bare year is a number, exact; "May 2026", "21 May" and all other dates, clock times and versions are nothing.
- A number behind *Table*, *Figure*, *version*, *Python*, *arXiv* is a name; "run 2" counts, as "#2" does.
- 32B behind a name with a digit or a capital ("Qwen3 32B") is the name's, unless parameters or tokens follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from clawpub.quantity import words
from clawpub.quantity.model import Bound, Form, Kind, Quantity
from clawpub.quantity.tokens import ODD, TYPOGRAPHY, WIDE_SPACES, Token, clean, tokens

MAX_DIGITS = 40
DASHES = {"–", "-", "‑", "‒", "−"}
SIGNS = {"-", "−", "–", "+"}
SENTENCE_ENDS = {".", "!", "?", ":", ";", "\n\n"}
LOOK_ALIKES = set("OolI")
ZERO, ONE = Decimal(0), Decimal(1)


class Part(NamedTuple):
    """A core before it is placed in the source: offsets are those of the clean text, `first` and `after` count tokens."""

    first: int
    after: int
    start: int
    end: int
    number: str
    value: Decimal
    step: Decimal
    kind: Kind = "number"
    unit: str | None = None
    noun: str | None = None
    form: Form = "digits"
    power: int = 0
    exact: bool = False
    odd: bool = False
    quantifier: str | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    ends: tuple[Part, Part] | None = None

    @property
    def countable(self) -> bool:
        """Whether it may stand in a ratio: a bare number without scale or unit."""
        return self.kind == "number" and self.unit is None and self.power == 0 and self.value >= 0


def scan(text: str, *, names: Sequence[str] = ()) -> list[Quantity]:
    """Return every quantity of `text` in order; `names` (models, tasks) are never taken apart."""
    cleaned = clean(text)
    parser = _Parser(cleaned.text, list(tokens(cleaned.text, names)))
    return [_place(text, cleaned.where, part, outer, cleaned.bidi) for part, outer in parser.parts()]


class Outer(NamedTuple):
    start: int
    end: int
    hedge: str | None = None
    bound: Bound | None = None
    quantifier: str | None = None


def _place(text: str, where: list[int] | None, part: Part, outer: Outer, bidi: bool) -> Quantity:
    def to(offset: int) -> int:
        return where[offset] if where else offset

    def until(offset: int) -> int:
        return where[offset - 1] + 1 if where else offset

    start, end = to(part.start), until(part.end)
    if where and to(part.end) > end and part.end:
        end = to(part.end)
    typed = text[start:end]
    plain = not (part.odd or bidi) and (typed.isascii() or all(char in _PLAIN for char in typed))
    bound, hedge = outer.bound, outer.hedge
    exact = (part.exact and not hedge and not bound) or outer.quantifier == "exactly"
    ends = None
    if part.ends:
        low, high = (_place(text, where, end_, Outer(end_.start, end_.end), bidi) for end_ in part.ends)
        ends = (low, high)
    return Quantity(
        text=typed,
        start=start,
        end=end,
        kind=part.kind,
        number=part.number,
        value=part.value,
        step=part.step,
        unit=part.unit,
        noun=part.noun,
        form=part.form,
        hedge=hedge,
        bound=bound,
        quantifier=outer.quantifier or part.quantifier,
        exact=exact,
        numerator=part.numerator,
        denominator=part.denominator,
        ends=ends,
        plain=plain,
        outer_start=min(start, to(outer.start)),
        outer_end=max(end, until(outer.end)),
    )


class _Parser:
    def __init__(self, text: str, found: list[Token]) -> None:
        self.text = text
        end = len(text)
        pad = Token("sym", "\n\n", "\n\n", end, end)
        self.tokens = [*found, *[pad] * 8]
        self.count = len(found)

    # --- looking around ---

    def low(self, index: int) -> str:
        """The token's word in lower case, or "" for anything else."""
        if index < 0:
            return ""
        token = self.tokens[index]
        return token.low if token.kind == "word" else ""

    def sym(self, index: int) -> str:
        if index < 0:
            return ""
        token = self.tokens[index]
        return token.text if token.kind == "sym" else ""

    def glued(self, index: int) -> bool:
        """Whether the token touches the one before it."""
        return index > 0 and self.tokens[index].start == self.tokens[index - 1].end

    def starts_clause(self, index: int) -> bool:
        return index == 0 or self.tokens[index - 1].kind == "sym"

    # --- the pass ---

    def parts(self) -> Iterator[tuple[Part, Outer]]:
        index, floor = 0, 0
        while index < self.count:
            part = self.core(index)
            if part is None:
                index += 1
                continue
            if not self.is_name(part):
                yield part, self.outer(part, floor)
                floor = part.after
            index = max(part.after, index + 1)

    def core(self, index: int) -> Part | None:
        token = self.tokens[index]
        if token.kind == "word":
            handler = _SPECIAL.get(token.low)
            if handler is not None:
                part = handler(self, index)
                if part is not None:
                    return part
            elif token.low not in _NUMBER_WORDS and not token.low.endswith("fold"):
                return None
        elif token.kind == "sym":
            if token.text[0] not in _OPENERS:
                return None
        elif token.kind != "num":
            return None
        operand = self.operand(index)
        if operand is None:
            return None
        if operand.form == "words" and operand.number.lower() == "one" and operand.kind == "number":
            ranged = self.ranged(operand)
            if ranged is not operand:
                return ranged
            return operand if self.one_counts(operand) else None
        return self.ranged(operand)

    # --- numbers ---

    def operand(self, index: int) -> Part | None:
        single = self.single(index)
        if single is None or not single.countable:
            return single
        j = single.after
        below = None
        if self.sym(j) == "/" and self.tokens[j + 1].kind == "num" and self.glued(j) == self.glued(j + 1):
            below = self.single(j + 1)
        elif self.low(j) == "of" and not self.glued(j):
            below = self.single(j + 1)
        elif self.low(j) == "out" and self.low(j + 1) == "of":
            below = self.single(j + 2)
        if below is None or not below.countable or below.odd or below.value != below.value.to_integral_value():
            return single
        return single._replace(
            after=below.after,
            end=below.end,
            kind="ratio",
            numerator=single.value,
            denominator=below.value,
            noun=below.noun,
            exact=True,
            number=single.number,
        )

    def single(self, index: int) -> Part | None:
        token = self.tokens[index]
        if token.kind == "word":
            if token.low.endswith("fold") and token.low[:-4] in words.UNITS | words.TENS | {"hundred": 100}:
                value = Decimal((words.UNITS | words.TENS | {"hundred": 100})[token.low[:-4]])
                return self.word_part(index, index + 1, value, kind="multiple", unit="times")
            part = self.cardinal(index)
        else:
            part = self.digits(index)
        return None if part is None else self.suffixed(part)

    def digits(self, index: int) -> Part | None:
        """Return sign, currency and digits, or a glyph such as ½, or an odd character standing alone."""
        i, start, negative, currency = index, self.tokens[index].start, False, None
        if self.sym(i) in SIGNS and self.glued(i + 1):
            before = self.text[start - 1] if start else " "
            if before.isalnum() or before in ")%]_" or before in DASHES:
                return None
            negative, i = self.sym(i) != "+", i + 1
        if self.sym(i) == "#":
            return self.numbered(index)
        if self.sym(i) in words.CURRENCIES and (self.glued(i + 1) or self.tokens[i + 1].kind == "num"):
            currency, i = words.CURRENCIES[self.sym(i)], i + 1
            if self.sym(i) in SIGNS and self.glued(i + 1):
                negative, i = self.sym(i) != "+", i + 1
        elif self.sym(i) == "¢":
            return None
        token = self.tokens[i]
        if token.kind == "sym" and token.text[0] in words.GLYPHS and len(token.text) == 1:
            return self.glyph(index, i, start, ZERO)
        if token.kind == "sym" and token.text[0] == ODD:
            return Part(index, i + 1, start, token.end, token.text, ZERO, ONE, odd=True, form="glyph", exact=True)
        if token.kind != "num":
            return None
        value, step, odd = _read(token.text)
        following = self.sym(i + 1)
        if self.glued(i + 1) and following[:1] in words.GLYPHS and len(following) == 1:
            return self.glyph(index, i + 1, start, value)
        end, after = token.end, i + 1
        if self.glued(i + 1) and following[:1] == ODD:
            odd, end, after = True, self.tokens[i + 1].end, i + 2
        if negative:
            value = -value
        whole = step == 1
        return Part(
            index,
            after,
            start,
            end,
            token.text,
            value,
            step,
            kind="money" if currency else "number",
            unit=currency,
            exact=whole and not currency,
            odd=odd,
        )

    def numbered(self, index: int) -> Part | None:
        """Return `#2`."""
        token = self.tokens[index + 1]
        if token.kind != "num" or not self.glued(index + 1):
            return None
        value, step, odd = _read(token.text)
        start = self.tokens[index].start
        return Part(
            index,
            index + 2,
            start,
            token.end,
            token.text,
            value,
            step,
            kind="ordinal",
            unit="ordinal",
            exact=True,
            odd=odd,
        )

    def glyph(self, first: int, index: int, start: int, whole: Decimal) -> Part:
        above, below = words.GLYPHS[self.tokens[index].text]
        value = whole + Decimal(above) / Decimal(below)
        end = self.tokens[index].end
        text = self.text[start:end]
        return Part(
            first,
            index + 1,
            start,
            end,
            text,
            value,
            Decimal("0.01"),
            kind="fraction",
            form="glyph",
            numerator=whole * below + above,
            denominator=Decimal(below),
        )

    def word_part(
        self,
        first: int,
        after: int,
        value: Decimal,
        *,
        kind: Kind = "number",
        unit: str | None = None,
        exact: bool = True,
        step: Decimal = ONE,
        quantifier: str | None = None,
    ) -> Part:
        start, end = self.tokens[first].start, self.tokens[after - 1].end
        text = self.text[start:end]
        return Part(
            first,
            after,
            start,
            end,
            text,
            value,
            step,
            kind=kind,
            unit=unit,
            form="words",
            exact=exact,
            quantifier=quantifier,
        )

    def cardinal(self, index: int) -> Part | None:
        low, j = self.low(index), index
        value: int
        if low in ("a", "an"):
            article = self.low(index + 1)
            if article not in ("hundred", "thousand", "million", "billion", "dozen"):
                return None
            value, j = 1, index + 1
        else:
            small = self.below_hundred(index)
            if small is None:
                return None
            value, j = small
        if self.low(j) == "dozen":
            return self.word_part(index, j + 1, Decimal(12 * value))
        if self.low(j) == "hundred":
            value, j = 100 * value, j + 1
            k = j + 1 if self.low(j) == "and" else j
            rest = self.below_hundred(k)
            if rest is not None and not (k > j and self.low(k) in ("one", "zero")):
                value, j = value + rest[0], rest[1]
        power = words.SCALES.get(self.low(j), 0)
        if power == 3:
            tail = self.below_thousand(j + 1)
            if tail is not None:
                return self.word_part(index, tail[1], Decimal(1000 * value + tail[0]))
        if power:
            part = self.word_part(index, j + 1, Decimal(value).scaleb(power), step=ONE.scaleb(power))
            return part._replace(power=power, exact=False)
        if self.low(j) == "and" and self.low(j + 1) in ("a", "one") and self.low(j + 2) in ("half", "quarter"):
            extra = Decimal("0.5") if self.low(j + 2) == "half" else Decimal("0.25")
            return self.word_part(
                index, j + 3, value + extra, exact=False, step=Decimal("0.1") if extra * 2 == 1 else Decimal("0.01")
            )
        return self.word_part(index, j, Decimal(value))

    def below_hundred(self, index: int) -> tuple[int, int] | None:
        low = self.low(index)
        if low in words.UNITS:
            return words.UNITS[low], index + 1
        if low not in words.TENS:
            return None
        hyphen = self.sym(index + 1) in ("-", "‑") and self.glued(index + 1) and self.glued(index + 2)
        unit = words.UNITS.get(self.low(index + 2 if hyphen else index + 1), 0)
        if 1 <= unit <= 9:
            return words.TENS[low] + unit, index + (3 if hyphen else 2)
        return words.TENS[low], index + 1

    def below_thousand(self, index: int) -> tuple[int, int] | None:
        k = index + 1 if self.low(index) == "and" else index
        first = self.below_hundred(k)
        if first is None or (k > index and self.low(k) in ("one", "zero")):
            return None
        value, j = first
        if self.low(j) != "hundred":
            return (value, j) if k > index else None
        rest = self.below_hundred(j + 2 if self.low(j + 1) == "and" else j + 1)
        return (100 * value + rest[0], rest[1]) if rest else (100 * value, j + 1)

    # --- what follows a number ---

    def suffixed(self, part: Part) -> Part:
        j = part.after
        token = self.tokens[j]
        if token.kind == "sym" and token.text not in _SUFFIX_SIGNS:
            return part
        if part.form == "digits" and self.glued(j):
            if token.kind == "word":
                part = self.tail(part, token)
                j = part.after
            elif token.kind == "sym" and token.text == "×" and not self.tokens[j + 1].kind == "num":
                return self.with_unit(part, j + 1, "multiple", "times")
            elif token.kind == "sym" and token.text == "¢":
                return self.scaled(self.with_unit(part, j + 1, "money", "USD"), -2)
        if part.kind in ("ordinal", "multiple", "fraction") or part.unit in ("times", "points", "percent"):
            return self.noted(part)
        hyphen = self.sym(j) in ("-", "‑") and self.glued(j) and self.glued(j + 1) and self.tokens[j + 1].kind == "word"
        if hyphen:
            j += 1
        if self.low(j) in words.SCALES and part.power == 0 and part.form == "digits":
            power = words.SCALES[self.low(j)]
            part = self.scaled(part, power)._replace(after=j + 1, end=self.tokens[j].end)
            j += 1
        elif self.low(j) == "hundred" and part.power == 0 and part.form == "digits":
            part = self.scaled(part, 2)._replace(after=j + 1, end=self.tokens[j].end)
            j += 1
        if part.kind == "number":
            part = self.measured(part, j)
        return self.noted(part)

    def tail(self, part: Part, token: Token) -> Part:
        """The letters that touch the digits: 32B, 10x, 2nd, 67s."""
        after, text = part.after + 1, token.text
        if text in words.SUFFIX_SCALES:
            return self.scaled(part, words.SUFFIX_SCALES[text])._replace(after=after, end=token.end)
        if part.kind == "number":
            if token.low == "x":
                return self.with_unit(part, after, "multiple", "times")
            if token.low in ("p", "pp", "pts", "ppt"):
                return self.scaled(self.with_unit(part, after, "points", "points"), -2)
            if token.low in words.ORDINAL_SUFFIXES:
                return self.with_unit(part, after, "ordinal", "ordinal")
            if token.low == "percent":
                return self.scaled(self.with_unit(part, after, "percent", "percent"), -2)
            if token.low == "fold":
                return self.with_unit(part, after, "multiple", "times")
        odd = part.odd or text in LOOK_ALIKES or not (text.isascii() or set(text) <= TYPOGRAPHY | set("ms"))
        return part._replace(after=after, end=token.end if odd else part.end, noun=text, odd=odd)

    def measured(self, part: Part, j: int) -> Part:
        """Percent, points, times, dollars: the words that change what a number means."""
        low, symbol = self.low(j), self.sym(j)
        if symbol in ("%", "‰"):
            changed = self.with_unit(part, j + 1, "percent", "percent")
            return self.changed(self.scaled(changed, -2 if symbol == "%" else -3))
        if low in ("percent", "percents", "pct"):
            return self.changed(self.scaled(self.with_unit(part, j + 1, "percent", "percent"), -2))
        if low == "per" and self.low(j + 1) == "cent":
            return self.changed(self.scaled(self.with_unit(part, j + 2, "percent", "percent"), -2))
        if low in ("percentage", "percentage-point"):
            k = j + 2 if self.sym(j + 1) in ("-", "‑") else j + 1
            if self.low(k) in ("points", "point"):
                return self.scaled(self.with_unit(part, k + 1, "points", "points"), -2)
        if low in ("points", "point", "pp", "pts", "ppts"):
            return self.scaled(self.with_unit(part, j + 1, "points", "points"), -2)
        if low == "times" and (self.low(j + 1) in words.AFTER_TIMES or self.glued(j)):
            return self.with_unit(part, j + 1, "multiple", "times")
        if low in ("x", "fold") or (symbol == "×" and self.low(j + 1) in words.AFTER_TIMES):
            return self.with_unit(part, j + 1, "multiple", "times")
        if low in words.CURRENCY_WORDS and part.noun is None:
            currency, power = words.CURRENCY_WORDS[low]
            return self.scaled(self.with_unit(part, j + 1, "money", currency), power)
        return part

    def changed(self, part: Part) -> Part:
        low = self.low(part.after)
        if low in words.DOWN and not (low == "below" and self.low(part.after + 1) in ("the",)):
            return part._replace(kind="change", value=-part.value, noun=low, exact=False)
        if low in words.UP | words.NEUTRAL:
            return part._replace(kind="change", noun=low)
        return part

    def with_unit(self, part: Part, after: int, kind: Kind, unit: str) -> Part:
        exact = kind == "ordinal"
        return part._replace(after=after, end=self.tokens[after - 1].end, kind=kind, unit=unit, exact=exact)

    def scaled(self, part: Part, power: int) -> Part:
        return part._replace(
            power=part.power + power,
            value=_scaleb(part.value, power),
            step=_scaleb(part.step, power),
            exact=False,
        )

    def noted(self, part: Part) -> Part:
        if part.noun is not None:
            return part
        j = part.after
        if self.sym(j) in ("-", "‑") and self.glued(j) and self.glued(j + 1):
            j += 1
        low = self.low(j)
        return part._replace(noun=low) if low and low not in words.FUNCTION else part

    # --- ranges ---

    def ranged(self, low: Part) -> Part:
        if low.kind in ("ordinal", "change", "fraction"):
            return low
        j = self.range_sign(low)
        high = self.operand(j) if j else None
        if high is None or high.kind in ("ordinal", "fraction") or low.odd or high.odd:
            return low
        low = self.inherit(low, high, words_between=self.tokens[j - 1].kind == "word")
        if low.kind == "number" and high.kind == "money":
            return low
        if low.kind == "money" and high.kind == "number":
            high = high._replace(kind="money", unit=low.unit)
        kind = "percent" if high.kind == "change" and low.kind == "percent" else high.kind
        if low.kind != kind or low.unit != high.unit or low.denominator != high.denominator or low.value > high.value:
            return low
        return low._replace(
            after=high.after,
            end=high.end,
            kind="range",
            ends=(low, high),
            noun=high.noun,
            exact=False,
            number=self.text[low.start : high.end],
            numerator=None,
        )

    def range_sign(self, low: Part) -> int:
        """Return the index where the high end would start, or 0."""
        j = low.after
        symbol = self.sym(j)
        if symbol in DASHES:
            if self.glued(j) and self.glued(j + 1):
                if self.low(j + 1) == "to" and symbol == "-":
                    return j + 3 if self.sym(j + 2) == "-" else 0
                return j + 1 if self.tokens[j + 1].kind != "word" or symbol == "–" else 0
            spaced = symbol == "–" and not self.glued(j) and not self.glued(j + 1)
            return j + 1 if spaced and self.tokens[j + 1].kind != "word" else 0
        if self.low(j) == "to":
            return j + 1
        if self.low(j) == "and" and self.low(low.first - 1) == "between":
            return j + 1
        return 0

    def inherit(self, low: Part, high: Part, *, words_between: bool) -> Part:
        """The low end takes the unit of the high end: 5–10%, 39–41K, 3 to 5 million, 24–27/30."""
        if low.kind not in ("number", "money") or (low.kind == "money" and high.kind != "money"):
            return low
        if high.kind == "ratio" and low.countable:
            return low._replace(kind="ratio", numerator=low.value, denominator=high.denominator)
        unit_power = {"percent": -2, "points": -2, "change": -2}.get(high.kind, 0)
        spelled = self.tokens[high.after - 1].low in words.SCALES
        scale = high.power - unit_power
        if low.power == 0 and scale > 0 and (not words_between or spelled):
            low = self.scaled(low, scale)
        if low.kind == "number" and high.kind in ("percent", "points", "multiple", "change"):
            kind: Kind = "percent" if high.kind == "change" else high.kind
            low = self.scaled(low._replace(kind=kind, unit=high.unit), unit_power)
        return low

    # --- words that count only sometimes ---

    def one_counts(self, part: Part) -> bool:
        before, after = self.low(part.first - 1), self.low(part.after)
        if before in words.NOT_BEFORE_ONE or self.sym(part.after) in ("'", "’"):
            return False
        if self.sym(part.after) in ("-", "‑") and self.glued(part.after):
            return self.glued(part.after + 1) and not self.compound(part.first)
        if after in words.AFTER_ONE and after != "of":
            return after != "in" or bool(self.single(part.after + 1))
        if not after:
            kind = self.tokens[part.after].kind
            return kind == "name" or (before == "by" and kind == "sym")
        if after in words.FUNCTION or after in words.NOT_AFTER_ONE or (before == "at" and after == "point"):
            return False
        if after.endswith(("ed", "ing")) or after in ("ran", "made", "took", "won", "lost", "fell", "gave"):
            return self.low(part.after + 1) in words.COUNTED
        return True

    def compound(self, index: int) -> bool:
        """Whether the word opens a term that counts nothing: zero-shot, two-sided."""
        j = index + 2 if self.sym(index + 1) in ("-", "‑") else index + 1
        return self.low(j) in words.COMPOUNDS.get(self.low(index), set())

    def no(self, index: int) -> Part | None:
        if self.low(index + 1) in words.NOT_AFTER_NO or self.glued(index + 1):
            return None
        for j in range(index + 1, index + 5):
            token = self.tokens[j]
            if token.kind in ("name", "skip") or "_" in self.text[token.start : token.end + 1]:
                return self.nothing(index)
            if token.kind == "sym" and token.text in ("-", "‑"):
                continue
            low = self.low(j)
            if not low or low in words.FUNCTION or low in _NUMBER_WORDS:
                return None
            if low in words.COUNTED or (low.endswith("s") and not low.endswith(("ss", "us", "is"))):
                return self.nothing(index)
        return None

    def nothing(self, index: int) -> Part:
        return self.word_part(index, index + 1, ZERO, quantifier="no")

    def none(self, index: int) -> Part | None:
        if self.low(index + 1) in ("the", "other", "too") or self.low(index - 1) == "to":
            return None
        return self.nothing(index)

    def both(self, index: int) -> Part | None:
        return self.word_part(index, index + 1, Decimal(2), quantifier="both")

    def half(self, index: int) -> Part | None:
        after, before = self.low(index + 1), self.low(index - 1)
        if self.sym(index + 1) in ("-", "‑") and self.glued(index + 1):
            if self.low(index + 2) == "a":
                index_after = index + 4 if self.sym(index + 3) in ("-", "‑") else index + 3
                return self.half_a(index, index_after)
            return None
        if after in ("a", "an"):
            return self.half_a(index, index + 2)
        first = index
        if before in ("one", "a") and self.low(index - 2) not in ("and",):
            first = index
        if after in ("million", "billion", "thousand"):
            return None
        if before in ("first", "second", "other", "latter", "top", "bottom", "upper", "lower", "last", "final"):
            return None
        wanted = {"of", "the", "as", "its", "their", "that", "this", "what", "these", "those", "more", "again"}
        leading = {"by", "in", "about", "nearly", "over", "than", "exactly", "almost", "roughly", "only", "under"}
        if after in wanted or before in leading:
            return self.fraction_part(first, index + 1, 1, 2)
        return None

    def half_a(self, index: int, j: int) -> Part | None:
        low = self.low(j)
        if low == "dozen":
            return self.word_part(index, j + 1, Decimal(6))
        if low in words.SCALES:
            power = words.SCALES[low]
            part = self.word_part(index, j + 1, Decimal(5).scaleb(power - 1), exact=False, step=ONE.scaleb(power - 1))
            return part._replace(power=power)
        if not low:
            return None
        return self.fraction_part(index, index + 1, 1, 2)._replace(noun=low)

    def fraction_part(self, first: int, after: int, above: int, below: int) -> Part:
        value = Decimal(above) / Decimal(below)
        part = self.word_part(first, after, value, kind="fraction", exact=False, step=Decimal("0.01"))
        return part._replace(numerator=Decimal(above), denominator=Decimal(below))

    def fraction(self, index: int) -> Part | None:
        """`two-thirds`, `three quarters`, `one third`, `a third of`."""
        low = self.low(index)
        hyphen = self.sym(index + 1) in ("-", "‑") and self.glued(index + 1) and self.glued(index + 2)
        j = index + 2 if hyphen else index + 1
        part = self.low(j)
        after = self.low(j + 1)
        if low in ("a", "an", "one"):
            below = words.PARTS.get(part)
            if below is None or (part == "half" and not (after == "of" or low == "one")):
                return None
            ends = self.tokens[j + 1].kind == "sym" and not self.glued(j + 2)
            if hyphen or after in ("of", "as", "the") or after in words.AFTER_TIMES or ends:
                return self.fraction_part(index, j + 1, 1, below)
            return None
        below = words.PARTS_PLURAL.get(part)
        if below is None or low not in words.UNITS:
            return None
        return self.fraction_part(index, j + 1, words.UNITS[low], below)

    def article(self, index: int) -> Part | None:
        """`a third of`, `a dozen`, `a single run`, `a couple of`."""
        following = self.low(index + 1)
        if following in words.PARTS:
            return self.fraction(index)
        if following == "single":
            return self.single_word(index, index + 2)
        if following == "couple":
            return self.word_part(index, index + (3 if self.low(index + 2) == "of" else 2), Decimal(2))
        return None

    def single_word(self, first: int, after: int) -> Part | None:
        following = self.low(after)
        if not following or following in words.FUNCTION or following in ("point", "source"):
            return None
        return self.word_part(first, after, ONE)

    def number_word(self, index: int) -> Part | None:
        part = self.fraction(index)
        if part is not None:
            return part
        if self.compound(index) and self.glued(index + 1):
            return None
        ordinal = self.low(index) in words.TENS and self.sym(index + 1) in ("-", "‑")
        if ordinal and 1 <= words.SMALL_ORDINALS.get(self.low(index + 2), 0) <= 9:
            value = words.TENS[self.low(index)] + words.SMALL_ORDINALS[self.low(index + 2)]
            return self.word_part(index, index + 3, Decimal(value), kind="ordinal", unit="ordinal")
        return None

    def ordinal(self, index: int) -> Part | None:
        low, before, after = self.low(index), self.low(index - 1), self.low(index + 1)
        value = words.SMALL_ORDINALS[low]
        part = self.word_part(index, index + 1, Decimal(value), kind="ordinal", unit="ordinal")
        ranked = before in words.RANKED
        if low == "first":
            place = after in ("place", "rank") or (after == "of" and self.single(index + 2) is not None)
            return part if ranked or place else None
        if ranked:
            return part
        if self.glued(index) and self.sym(index - 1) in ("-", "‑", "/"):
            return None
        previous = self.tokens[index - 1] if index else None
        if (previous and previous.kind == "num") or before in _NUMBER_WORDS | {"per", "every", "each", "split"}:
            return None
        if before in ("a", "an", "one"):
            return None
        if self.compound(index):
            return None
        if after == "" and self.tokens[index + 1].kind == "sym" and not self.glued(index + 2):
            return part if before in ("the", "is", "was") else None
        return part

    def multiple(self, index: int) -> Part | None:
        low = self.low(index)
        if low == "twice" or low == "thrice":
            after = self.low(index + 1)
            if after not in words.AFTER_TIMES:
                return self.word_part(index, index + 1, words.MULTIPLES[low])
        value = words.MULTIPLES[low]
        step = ONE if value == value.to_integral_value() else Decimal("0.1")
        return self.word_part(index, index + 1, value, kind="multiple", unit="times", exact=False, step=step)

    def adjective(self, index: int) -> Part | None:
        if self.glued(index + 1) and self.sym(index + 1) in ("-", "‑"):
            return None
        before = self.low(index - 1)
        if self.low(index + 1) in {"the", "that", "what", "its", "their", "this"} or before in {
            "than",
            "nearly",
            "almost",
        }:
            value = words.MULTIPLE_ADJECTIVES[self.low(index)]
            return self.word_part(index, index + 1, value, kind="multiple", unit="times", exact=False)
        return None

    def once(self, index: int) -> Part | None:
        if self.low(index - 1) in ("exactly", "only", "just", "than"):
            return self.word_part(index, index + 1, ONE)
        return None

    # --- names ---

    def is_name(self, part: Part) -> bool:
        """Whether digits belong to a date, a reference or a model's name."""
        if part.form != "digits":
            return False
        first = part.first
        return self.dated(part) or self.referenced(first) or self.sized(part)

    def dated(self, part: Part) -> bool:
        if part.power or part.kind not in ("number", "ordinal", "range"):
            return False
        after, before = part.after, self.tokens[part.first - 1] if part.first else None
        value = part.ends[1].value if part.ends else part.value
        if self.low(after) in ("am", "pm") or (part.noun in ("am", "pm") and part.kind == "number"):
            return 0 <= value <= 24
        if self.low(after) in ("a", "p") and self.text[self.tokens[after].end :][:2] == ".m":
            return 0 <= value <= 24
        day, year = 1 <= value <= 31, 1900 <= value <= 2100
        following = self.tokens[after]
        if day and following.kind == "word" and following.low in words.MONTHS and following.text[0].isupper():
            return True
        if before is None:
            return False
        if before.kind == "word" and before.low in words.MONTHS and before.text[0].isupper():
            if year:
                return True
            ends = following.kind == "sym" or following.low in words.AFTER_DATE
            return day and (ends or (following.kind == "num" and len(following.text) == 4))
        return year and self.ends_date(part.first)

    def ends_date(self, index: int) -> bool:
        """Whether `2026` at the index closes "May 21, 2026"."""
        j = index - 2 if self.sym(index - 1) == "," else index - 1
        if j < 1 or self.tokens[j].kind != "num":
            return False
        month = self.tokens[j - 1]
        return month.kind == "word" and month.low in words.MONTHS and month.text[0].isupper()

    def referenced(self, first: int) -> bool:
        j = first - 1
        while j >= 0 and first - j <= 2 and self.sym(j) in (".", ":", "#", "§"):
            if self.sym(j) == "§":
                return True
            j -= 1
        if j < 0 or self.tokens[j].kind != "word":
            return False
        token = self.tokens[j]
        if token.low in words.REFERENCES:
            return token.text[0].isupper() and (j == first - 1 or token.low in ("fig", "eq"))
        return token.low in words.VERSIONED

    def sized(self, part: Part) -> bool:
        first = part.first
        if first == 0 or self.glued(first) or part.kind != "number":
            return False
        token = self.tokens[first]
        if token.kind != "num" or not self.named(first - 1):
            return False
        if self.has_size(first):
            return self.low(part.after) not in words.SIZED
        return part.countable and self.has_size(part.after) and self.low(part.after + 2) not in words.SIZED

    def has_size(self, index: int) -> bool:
        return self.tokens[index].kind == "num" and self.tokens[index + 1].text in ("B", "M") and self.glued(index + 1)

    def named(self, index: int) -> bool:
        token = self.tokens[index]
        if token.kind == "name":
            return token.text[0].isupper()
        if token.kind != "word" or not token.text[0].isupper() or token.low in words.FUNCTION:
            return False
        return sum(char.isupper() for char in token.text) > 1 or (
            index > 0 and self.sym(index - 1) not in SENTENCE_ENDS
        )

    # --- what stands around ---

    def outer(self, part: Part, floor: int) -> Outer:
        """Read hedges, bounds and quantifiers leftwards from the core, then the bound that may follow it."""
        start, end, j = part.start, part.end, part.first - 1
        hedge: str | None = None
        bound: Bound | None = None
        quantifier: str | None = None
        if part.kind == "range" and self.low(j) == "between":
            start, j = self.tokens[j].start, j - 1
        for _ in range(3):
            phrase, first = self.phrase_before(j, floor)
            if not phrase:
                break
            if phrase in words.BOUNDS:
                bound = bound or words.BOUNDS[phrase]
            elif phrase in words.HEDGES:
                hedge = hedge or phrase
            else:
                quantifier = quantifier or words.QUANTIFIERS[phrase]
            start, j = self.tokens[first].start, first - 1
        if part.unit == "ordinal" and not hedge:
            bound = None if bound in (">", "<") else bound
        k = part.after
        if self.sym(k) == "+" and self.glued(k) and not (self.glued(k + 1) and self.tokens[k + 1].kind == "num"):
            return Outer(start, self.tokens[k].end, hedge, bound or ">=", quantifier)
        for k in (part.after, part.after + 1, part.after + 2):
            if self.sym(k) == "-" and self.glued(k) and self.low(k + 1) == "ish":
                return Outer(start, self.tokens[k + 1].end, hedge or "ish", bound, quantifier)
            phrase = f"{self.low(k)} {self.low(k + 1)}" if self.low(k) in _AFTER_STARTS else ""
            if phrase in words.BOUNDS_AFTER and not self.begins_number(k + 2):
                return Outer(start, self.tokens[k + 1].end, hedge, bound or words.BOUNDS_AFTER[phrase], quantifier)
            if phrase == "or so":
                return Outer(start, self.tokens[k + 1].end, hedge or phrase, bound, quantifier)
            if self.tokens[k].kind != "word" and not (self.sym(k) == "-" and self.glued(k)):
                break
        if part.kind == "change":
            end = self.tokens[part.after].end
        return Outer(start, end, hedge, bound, quantifier)

    def begins_number(self, index: int) -> bool:
        token = self.tokens[index]
        return token.kind == "num" or token.low in _NUMBER_WORDS or token.low in ("a", "an", "half", "twice")

    def phrase_before(self, j: int, floor: int) -> tuple[str, int]:
        """Return the longest known phrase that ends at token j, and where it starts; ("", j) when there is none."""
        if j < floor:
            return "", j
        token = self.tokens[j]
        if token.kind == "sym":
            symbol = token.text
            if symbol in words.BOUNDS or symbol in words.HEDGES:
                return symbol, j
            if symbol in ("-", "‑") and self.glued(j) and self.glued(j + 1) and self.low(j - 1) in _HYPHENATED:
                return self.low(j - 1), j - 1
            if symbol == "." and self.low(j - 1) == "approx":
                return "approx", j - 1
            return "", j
        if token.kind != "word" or token.low not in _PHRASE_ENDS:
            return "", j
        phrase, best = "", ("", j)
        for k in range(j, max(floor, j - 4, 0) - 1, -1):
            if self.tokens[k].kind != "word" or (k < j and self.tokens[k].end == self.tokens[k + 1].start):
                break
            phrase = f"{self.tokens[k].low} {phrase}" if phrase else self.tokens[k].low
            if phrase in _PHRASES:
                best = (phrase, k)
        if best[0] in ("over", "up to", "some") and not self.plausible(best[0], best[1]):
            return "", j
        return best

    def plausible(self, phrase: str, index: int) -> bool:
        before = self.low(index - 1)
        if phrase == "over":
            return self.starts_clause(index) or before in words.OVER_AFTER
        if phrase == "some":
            return before not in ("in", "for", "to")
        return before not in ("add", "adds", "adding", "sum", "sums", "come", "comes", "added")


def _read(typed: str) -> tuple[Decimal, Decimal, bool]:
    """Return value, step, and whether a person might read it otherwise (`0,123`, forty digits, 1e99)."""
    if typed.isdecimal() and len(typed) <= MAX_DIGITS:
        return Decimal(typed), ONE, len(typed) > 1 and typed[0] == "0"
    digits = typed.replace("_", "").replace(",", "")
    for space in WIDE_SPACES:
        digits = digits.replace(space, "")
    odd = "_" in typed or (len(typed) > 1 and typed[0] == "0" and typed[1] not in ".eE")
    if len(digits) > MAX_DIGITS:
        return ZERO, ONE, True
    mantissa, _, exponent = digits.lower().partition("e")
    power = int(exponent or 0)
    if abs(power) > MAX_DIGITS:
        return ZERO, ONE, True
    places = len(mantissa.partition(".")[2])
    return _scaleb(Decimal(mantissa), power), _scaleb(ONE, power - places), odd


def _scaleb(value: Decimal, power: int) -> Decimal:
    """Return value times ten to the power, exact, whatever the context's precision."""
    sign, digits, exponent = value.as_tuple()
    return Decimal((sign, digits, int(exponent) + power))


def _special() -> dict[str, Handler]:
    handlers: dict[str, Handler] = {
        "no": _Parser.no,
        "none": _Parser.none,
        "both": _Parser.both,
        "half": _Parser.half,
        "a": _Parser.article,
        "an": _Parser.article,
        "once": _Parser.once,
    }
    handlers.update(dict.fromkeys(words.MULTIPLES, _Parser.multiple))
    handlers.update(dict.fromkeys(words.MULTIPLE_ADJECTIVES, _Parser.adjective))
    handlers.update(dict.fromkeys(words.SMALL_ORDINALS, _Parser.ordinal))
    handlers.update(dict.fromkeys([*words.UNITS, *words.TENS], _Parser.number_word))
    return handlers


Handler = Callable[[_Parser, int], Part | None]
_SPECIAL = _special()
_PLAIN = {*map(chr, range(128)), *TYPOGRAPHY}
_SUFFIX_SIGNS = {"%", "‰", "×", "¢", "-", "‑"}
_OPENERS = {*SIGNS, *words.CURRENCIES, *words.GLYPHS, ODD, "#"}
_NUMBER_WORDS = {*words.UNITS, *words.TENS}
_HYPHENATED = {"sub", "under", "over", "near", "nearly", "about", "roughly", "almost"}
_AFTER_STARTS = {phrase.split()[0] for phrase in words.BOUNDS_AFTER}
_PHRASES = set(words.BOUNDS) | words.HEDGES | set(words.QUANTIFIERS)
_PHRASE_ENDS = {phrase.split()[-1] for phrase in _PHRASES}
