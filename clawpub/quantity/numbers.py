"""Numbers, in digits and in words: sign, currency, scale, unit, ratio and range. The grammar stands in `scan`."""

from __future__ import annotations

from decimal import Decimal

from clawpub.quantity import words
from clawpub.quantity.model import Kind
from clawpub.quantity.parts import Part, Stream
from clawpub.quantity.tokens import ODD, TYPOGRAPHY, WIDE_SPACES, Token

MAX_DIGITS = 40
DASHES = {"–", "-", "‑", "‒", "−"}
SIGNS = {"-", "−", "–", "+"}
LOOK_ALIKES = set("OolI")
ZERO, ONE = Decimal(0), Decimal(1)
_SUFFIX_SIGNS = {"%", "‰", "×", "¢", "-", "‑"}


class Numbers(Stream):
    def operand(self, index: int) -> Part | None:
        single = self.single(index)
        if single is None or not single.countable:
            return single
        j = single.after
        slash = self.sym(j) == "/" and self.tokens[j + 1].kind == "num" and self.glued(j) == self.glued(j + 1)
        below = None
        if slash or (self.low(j) == "of" and not self.glued(j)):
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
                return self.word_part(index, index + 1, value, kind="multiple", unit="times", exact=False)
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
        if self.sym(i) in ("#", "×"):
            return self.prefixed(index)
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

    def prefixed(self, index: int) -> Part | None:
        """Return `#2`, or `×10` where no number stands before."""
        token, rank = self.tokens[index + 1], self.sym(index) == "#"
        if token.kind != "num" or not self.glued(index + 1):
            return None
        if not rank and index and self.tokens[index - 1].kind == "num":
            return None
        value, step, odd = _read(token.text)
        start = self.tokens[index].start
        kind: Kind = "ordinal" if rank else "multiple"
        unit = "ordinal" if rank else "times"
        return Part(index, index + 2, start, token.end, token.text, value, step, kind, unit, exact=rank, odd=odd)

    def glyph(self, first: int, index: int, start: int, whole: Decimal) -> Part:
        above, below = words.GLYPHS[self.tokens[index].text]
        value = whole + Decimal(above) / Decimal(below)
        end = self.tokens[index].end
        text = self.text[start:end]
        unit = self.sym(index + 1) in ("%", "‰") or (self.glued(index + 1) and self.tokens[index + 1].kind == "word")
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
            odd=unit,
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
            if rest is not None and not (k > j and self.low(k) == "zero"):
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
        if first is None or (k > index and self.low(k) == "zero"):
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
            elif token.kind == "sym" and token.text == "×" and self.tokens[j + 1].kind != "num":
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
        elif token.text in words.SPACED_SCALES and part.power == 0 and part.form == "digits" and not self.glued(j):
            power = words.SPACED_SCALES[token.text]
            part = self.scaled(part, power)._replace(after=j + 1, end=token.end)
            j += 1
        elif self.low(j) == "dozen" and part.form == "digits":
            value, step = 12 * part.value, 12 * part.step
            part = part._replace(value=value, step=step, after=j + 1, end=self.tokens[j].end)
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
            if token.low == "bps":
                return self.scaled(self.with_unit(part, after, "points", "points"), -4)
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
        if low == "basis" and self.low(j + 1) in ("points", "point"):
            return self.scaled(self.with_unit(part, j + 2, "points", "points"), -4)
        if low == "bps":
            return self.scaled(self.with_unit(part, j + 1, "points", "points"), -4)
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
