"""Writing a value in the form of a literal: the same digits, scale, unit, sign of currency, words and capitals."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from clawpub.quantity import words
from clawpub.quantity.model import Quantity
from clawpub.quantity.tokens import WIDE_SPACES

Rounding = str
"""`nearest` (ties to even), `up` or `down` on the number line."""

_NUMBER = re.compile(rf"[\d.,{WIDE_SPACES}]*\d(?:[eE][+-]?\d+)?")
_ORDINALS = {number: word for word, number in words.SMALL_ORDINALS.items()}
_UNITS = {number: word for word, number in words.UNITS.items()}
_TENS = {number: word for word, number in words.TENS.items()}
_WORD_LIMIT = 10_000
MAX_SHOWN = 60


def spell(
    value: Decimal | Fraction | int, like: Quantity, *, rounding: Rounding = "nearest", more_digits: int = 0
) -> str:
    """Return `value` (after scaling, as `Quantity.value`) as the author of `like` would have typed it.

    `more_digits` prints so many digits more than `like` does; words then turn to digits: `3.4 billion`.
    """
    exact = Fraction(value)
    if like.kind == "ratio":
        return spell_ratio(exact, Fraction(like.denominator or 1), like)
    if like.kind == "range" and like.ends:
        return spell_range(exact, exact, like)
    if like.kind == "fraction":
        return _fraction(exact, like)
    if like.kind == "ordinal":
        return _ordinal(int(_round(exact, Fraction(1), rounding)), like)
    if like.kind == "multiple" and like.form == "words":
        return _multiple(exact, like)
    if like.form == "words":
        return _words(exact, like, rounding, more_digits)
    if like.form == "glyph":
        return plain(_round(exact, Fraction(1), rounding))
    return _digits(exact, like, rounding, more_digits)


def spell_ratio(numerator: Fraction, denominator: Fraction, like: Quantity) -> str:
    """Return k/n, or "eight of ten" where the author wrote words."""
    parts = re.split(r"(\s*/\s*|\s+of\s+|\s+out\s+of\s+)", like.text, maxsplit=1, flags=re.IGNORECASE)
    joiner = parts[1] if len(parts) == 3 else "/"
    if like.form == "words" and len(parts) == 3:
        above, below = _cardinal(numerator, parts[0]), _cardinal(denominator, parts[2])
        if parts[2][:1].isdigit():
            below = plain(denominator)
        return f"{above}{joiner}{below}"
    below = _cardinal(denominator, parts[2]) if len(parts) == 3 and parts[2][:1].isalpha() else plain(denominator)
    return f"{plain(numerator)}{joiner}{below}"


def spell_range(low: Fraction, high: Fraction, like: Quantity, *, outward: bool = False) -> str:
    """Return "low–high" in the form of the range `like`, each end with its own digits."""
    if not like.ends:
        return spell(Decimal(0), like)
    first, last = like.ends
    joiner = like.text[first.end - like.start : last.start - like.start]
    down, up = ("down", "up") if outward else ("nearest", "nearest")
    if last.kind == "ratio":
        below = f"/{plain(Fraction(last.denominator or 1))}"
        numerator = plain(low) + (below if "/" in first.text else "")
        return f"{plain(high)}{below}" if low == high else f"{numerator}{joiner}{plain(high)}{below}"
    return f"{spell(low, first, rounding=down)}{joiner}{spell(high, last, rounding=up)}"


def plain(value: Fraction) -> str:
    """Return a value for messages: exact where it is a short decimal, else six significant digits."""
    if value.denominator == 1:
        return str(value.numerator)
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1 and value.denominator < 10**MAX_SHOWN:
        digits = 0
        while (value * 10**digits).denominator != 1:
            digits += 1
        return fixed(value, digits)
    digits = 6 - min(len(str(abs(value.numerator) // value.denominator)), 5) if abs(value) >= 1 else 6
    while abs(value) * 10 ** (digits - 5) < 1 and digits < MAX_SHOWN:
        digits += 1
    return fixed(_round(value, Fraction(1, 10**digits), "nearest"), digits).rstrip("0").rstrip(".") + "…"


def fixed(value: Fraction, places: int) -> str:
    """Return exactly `places` decimals; `value` must be a multiple of that unit."""
    scaled = value * 10**places
    digits = str(abs(scaled.numerator // scaled.denominator)).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def round_to(value: Fraction, step: Fraction, rounding: Rounding = "nearest") -> Fraction:
    return _round(value, step, rounding)


def _round(value: Fraction, step: Fraction, rounding: Rounding) -> Fraction:
    quotient = value / step
    if rounding == "up":
        whole = -((-quotient.numerator) // quotient.denominator)
    elif rounding == "down":
        whole = quotient.numerator // quotient.denominator
    else:
        whole = round(quotient)
    return whole * step


def _digits(value: Fraction, like: Quantity, rounding: Rounding, more_digits: int) -> str:
    match = _NUMBER.search(_ascii(like.text))
    if match is None:
        return plain(value)
    rounded = _round(value, Fraction(like.step) / 10**more_digits, rounding)
    typed = match[0]
    unscaled = _unscaled(rounded, like, typed)
    mantissa, _, exponent = typed.lower().partition("e")
    if exponent:
        unscaled = unscaled / Fraction(10) ** int(exponent)
    places = len(mantissa.partition(".")[2]) + more_digits
    body = _grouped(fixed(abs(unscaled), places), mantissa)
    if mantissa.startswith(".") and body.startswith("0."):
        body = body[1:]
    if exponent:
        body += typed[len(mantissa) :]
    prefix, suffix = like.text[: match.start()], like.text[match.end() :]
    negative_before = prefix.lstrip("$€£¥")[:1] in ("-", "−", "–") or prefix[:1] in ("-", "−", "–")
    if like.kind == "change":
        return prefix + body + suffix
    if unscaled < 0 and not negative_before:
        prefix = "-" + prefix.replace("+", "")
    elif unscaled >= 0 and negative_before:
        prefix = re.sub("[-−–]", "", prefix)
    return prefix + body + suffix


def _unscaled(rounded: Fraction, like: Quantity, typed: str) -> Fraction:
    """Undo K, %, billion: the factor is the literal's own step over the step of its digits."""
    mantissa, _, exponent = typed.lower().partition("e")
    places = len(mantissa.partition(".")[2])
    step = Fraction(10) ** (int(exponent or 0) - places)
    return rounded * step / Fraction(like.step)


def _ascii(text: str) -> str:
    return "".join(str(int(char)) if char.isdecimal() and not char.isascii() else char for char in text)


def _grouped(digits: str, typed: str) -> str:
    """Group thousands as the author does; where the old number was too short to tell, by commas."""
    whole, dot, rest = digits.partition(".")
    typed_whole = typed.partition(".")[0]
    separators = [char for char in typed_whole if not char.isdigit()]
    if not separators and len(typed_whole) > 3:
        return digits
    separator = separators[0] if separators else ","
    groups: list[str] = []
    while len(whole) > 3:
        groups.insert(0, whole[-3:])
        whole = whole[:-3]
    return separator.join([whole, *groups]) + dot + rest


def _cardinal(value: Fraction, like: str) -> str:
    if value.denominator == 1 and 0 <= value < _WORD_LIMIT:
        return _capital(in_words(int(value)), like)
    return plain(value)


def _words(value: Fraction, like: Quantity, rounding: Rounding, more_digits: int) -> str:
    """Words beside words: `Seven` to `Eight`, `three billion` to `four billion`, `two percent` to `three percent`."""
    lowered = like.text.lower()
    tail = ""
    for scale, power in words.SCALES.items():
        if re.search(rf"\b{scale}$", lowered) and like.step >= Decimal(1).scaleb(power):
            tail, value = like.text[-len(scale) - 1 :], value / 10**power
    found = re.search(r"[\s-]+(?:per\s*cent|percent|percentage[\s-]points?|points?|dollars?|euros?)$", lowered)
    if found:
        tail = like.text[found.start() :]
        value = value * 100 if like.kind in ("percent", "points", "change") else value
    step = Fraction(1, 10) if like.step < 1 and not found else Fraction(1, 10**more_digits)
    rounded = _round(value, step, rounding)
    if rounded.denominator == 1 and 0 <= rounded < _WORD_LIMIT:
        spelled = in_words(int(rounded)) + tail
        if lowered.startswith("no") and rounded == 0:
            spelled = lowered
        return _capital(spelled, like.text)
    return _grouped(plain(rounded), "0") + tail


def in_words(number: int) -> str:
    """Return 0 to 9,999 in English: `twenty-three`, `one hundred and five`, `two thousand and ten`."""
    if number < 20:
        return _UNITS[number]
    if number < 100:
        tens, unit = divmod(number, 10)
        return _TENS[10 * tens] + (f"-{_UNITS[unit]}" if unit else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{_UNITS[hundreds]} hundred" + (f" and {_tail(rest)}" if rest else "")
    thousands, rest = divmod(number, 1000)
    joiner = " and " if 0 < rest < 100 else " "
    return f"{_UNITS[thousands]} thousand" + (joiner + _tail(rest) if rest else "")


def _tail(rest: int) -> str:
    return in_words(rest)


def _ordinal(number: int, like: Quantity) -> str:
    if like.form == "words" and 1 <= number <= 99:
        if number in _ORDINALS:
            return _capital(_ORDINALS[number], like.text)
        tens, unit = divmod(number, 10)
        return _capital(f"{_TENS[10 * tens]}-{_ORDINALS[unit]}", like.text)
    if like.text.startswith("#"):
        return f"#{number}"
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _multiple(value: Fraction, like: Quantity) -> str:
    """Return `ten times` for `nine times`, `three times` for `twice`, `2.3 times` where no word fits."""
    verbs: dict[str, dict[Fraction | int, str]] = {
        "ed": {2: "doubled", 3: "tripled", 4: "quadrupled", Fraction(1, 2): "halved"},
        "es": {2: "doubles", 3: "triples", 4: "quadruples", Fraction(1, 2): "halves"},
        "ing": {2: "doubling", 3: "tripling", 4: "quadrupling", Fraction(1, 2): "halving"},
        "le": {2: "double", 3: "triple", 4: "quadruple"},
    }
    lowered = like.text.lower()
    rounded = _round(value, Fraction(1), "nearest")
    near = rounded if abs(value - rounded) <= Fraction(rounded) / 20 else _round(value, Fraction(1, 10), "nearest")
    for ending, table in verbs.items():
        if lowered.endswith(ending) and (lowered in words.MULTIPLES or lowered in words.MULTIPLE_ADJECTIVES):
            key = Fraction(1, 2) if abs(value - Fraction(1, 2)) <= Fraction(1, 40) else near
            if key in table:
                return _capital(table[key], like.text)
    verb = lowered in words.MULTIPLES and lowered not in ("twice", "thrice")
    if verb:
        whole = near.denominator == 1 and 2 <= near <= 20
        return f"{in_words(int(near))}fold" if whole else f"{plain(near)}-fold"
    if lowered == "twice" and near == 2:
        return like.text
    if near.denominator != 1 or near < 2 or near >= 100:
        return f"{plain(near)} times"
    number = in_words(int(near))
    found = re.search(r"[\s-]*(?:fold|times)$", lowered)
    return _capital(number + (like.text[found.start() :] if found else " times"), like.text)


def _fraction(value: Fraction, like: Quantity) -> str:
    """Return `a third`, `two-thirds` or `three quarters` where that reads to the same whole percent, else `37%`."""
    if like.form == "glyph":
        for glyph, (above, below) in words.GLYPHS.items():
            if abs(value - Fraction(above, below)) <= Fraction(1, 200):
                return glyph
    for below in (2, 3, 4, 5, 6, 8, 10):
        above = round(value * below)
        if 0 < above < below and abs(value - Fraction(above, below)) <= Fraction(1, 200):
            return _capital(_part(above, below, "-" in like.text), like.text)
    return f"{plain(_round(value * 100, Fraction(1), 'nearest'))}%"


def _part(above: int, below: int, hyphen: bool) -> str:
    singular = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth", 10: "tenth"}[below]
    if below == 2:
        return "half"
    joiner = "-" if hyphen or above > 1 else " "
    if above == 1:
        return f"one-{singular}" if hyphen else f"{'an' if below == 8 else 'a'} {singular}"
    return f"{_UNITS[above]}{joiner}{singular}s"


def _capital(text: str, like: str) -> str:
    return text[:1].upper() + text[1:] if like[:1].isupper() else text
