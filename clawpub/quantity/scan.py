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

- *one*: before a noun ("one pass"), "one above", "by one", "only one.", "one of three". Not "this one", "one of the".
- *no*: when a countable noun follows within four words, before any function word: "no infrastructure errors",
  "No gave_up_mid_plan". Not "no longer", "no doubt", "no adversarial input". Where a bound of the same clause follows,
  "no run took more than 7" is that bound alone, turned round.
- *second*: an ordinal before a noun ("the second call"), never after a number, "per", "a" ("3–6 second average") and
  not as "Second, ...". *third* and so on likewise; "a third of" is a fraction. *first* only as a rank ("ranked
  first", "first of ten").
- *half*: in "half of/the/a/as", "by half", "more than half". Not "the second half", "half-life".
- *double*: before "the", "that", "what", "its"; *doubled*, *twice*, *halved* always. *both*, *none* always.
- *single*: in "a single run". *pair*: in "a pair of". *once*: in "exactly once", "only once". *several*, *few*, *many*,
  *most*: never.
- *over* is a bound at the start of a clause or after a verb or preposition ("took over 30"), else "across".
- A bare year is a number, exact; "May 2026", "21 May" and all other dates, clock times and versions are nothing.
- A number behind *Table*, *Figure*, *version*, *Python*, *arXiv* is a name; "run 2" counts, as "#2" does, and so does
  "in this release 29 runs". "May 29" is a date, "in May 29 of the runs" none; "pass-29" is an identifier.
- "four in ten", "one entry in seven" are shares; "from one release to the next" and "a scale of 1 to 5" are nothing.
- A clock time is a quantity only where it says how much ("scored 22:30", "took 1:02:03"), and then it is never plain.
- 32B behind a name with a digit or a capital ("Qwen3 32B") is the name's, unless parameters or tokens follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from clawpub.quantity import words
from clawpub.quantity.around import outer
from clawpub.quantity.model import Quantity
from clawpub.quantity.names import is_name
from clawpub.quantity.numbers import ONE, SIGNS, ZERO, Numbers
from clawpub.quantity.parts import Outer, Part
from clawpub.quantity.tokens import ODD, TYPOGRAPHY, clean, tokens


def scan(text: str, *, names: Sequence[str] = ()) -> list[Quantity]:
    """Return every quantity of `text` in order; `names` (models, tasks) are never taken apart."""
    cleaned = clean(text)
    parser = _Parser(cleaned.text, list(tokens(cleaned.text, names)))
    return [_place(text, cleaned.where, part, outer, cleaned.bidi) for part, outer in parser.parts()]


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


class _Parser(Numbers):
    def parts(self) -> Iterator[tuple[Part, Outer]]:
        """Yield each part with what is around it. "No run" waits for a bound behind it: `no run took more than 7` is
        one bound."""
        index, floor = 0, 0
        held: tuple[Part, Outer] | None = None
        while index < self.count:
            part = self.core(index)
            if part is None:
                index += 1
                continue
            if self.low(part.first - 1) in ("minus", "negative"):
                part = part._replace(odd=True)
            if not is_name(self, part):
                around = outer(self, part, floor, held[0].first if held else floor)
                if held and around.start > held[0].start:
                    yield held
                held = (part, around) if part.quantifier == "no" else None
                if not held:
                    yield part, around
                floor = part.after
            index = max(part.after, index + 1)
        if held:
            yield held

    def core(self, index: int) -> Part | None:
        token = self.tokens[index]
        if token.kind == "word":
            if token.low in words.COMPOUNDS and self.compound(index):
                return None
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
        elif token.kind == "skip":
            return self.skipped(index)
        elif token.kind != "num":
            return None
        operand = self.operand(index)
        if operand is None:
            return None
        share = self.share(operand)
        if share is not None:
            return share
        if operand.form == "words" and operand.number.lower() == "one" and operand.kind == "number":
            ranged = self.ranged(operand)
            if ranged is not operand:
                return ranged
            return operand if self.one_counts(operand) else None
        return self.ranged(operand)

    def skipped(self, index: int) -> Part | None:
        """A time or a hexadecimal number that says how much: `scored 22:30`, `0x1D runs`. Nobody need read it right."""
        token = self.tokens[index]
        clock = token.text[-3:-2] == ":" and self.low(index - 1) in words.BEFORE_CLOCK
        hexadecimal = token.text.startswith("0x") and self.low(index + 1) in words.COUNTED
        if not clock and not hexadecimal:
            return None
        return Part(index, index + 1, token.start, token.end, token.text, ZERO, ONE, odd=True, exact=True)

    def share(self, above: Part) -> Part | None:
        """`four in ten`, `one run in seven`: a share to the nearest k in n, and one in n to the nearest n."""
        j, noun = above.after, self.low(above.after)
        one = above.form == "words" and above.value == 1
        if noun and one and noun not in words.FUNCTION and self.low(j + 1) == "in":
            j += 1
        else:
            noun = ""
        if self.low(j) != "in" or not above.countable or above.odd or is_name(self, above):
            return None
        below = self.single(j + 1)
        if below is None or not below.countable or below.odd or below.noun in words.SPANS:
            return None
        if self.sym(below.after) in ("-", "‑") and self.glued(below.after):
            return None
        n = below.value
        if n != n.to_integral_value() or not 1 <= above.value < n <= 100 or above.value % 1:
            return None
        if (noun and below.noun in words.COUNTED) or (
            above.form == "digits" and above.value != 1 and n not in words.SHARED
        ):
            return None
        wide = 10_000 // int(n * n) if above.value == 1 else min(10_000 // int(n), 1000)
        return above._replace(
            after=below.after,
            end=below.end,
            value=above.value / n,
            step=Decimal(wide).scaleb(-4),
            kind="fraction",
            form="words",
            noun=below.noun or noun or None,
            exact=False,
            numerator=above.value,
            denominator=n,
        )

    # --- words that count only sometimes ---

    def one_counts(self, part: Part) -> bool:
        before, after = self.low(part.first - 1), self.low(part.after)
        if before in words.NOT_BEFORE_ONE or self.sym(part.after) in ("'", "’"):
            return False
        if self.sym(part.after) in ("-", "‑") and self.glued(part.after):
            return self.glued(part.after + 1)
        if after in words.AFTER_ONE and after != "of":
            return after != "in" or bool(self.single(part.after + 1))
        if after == "or":
            return self.low(part.after + 1) in ("more", "fewer", "less") or bool(self.single(part.after + 1))
        if not after:
            kind = self.tokens[part.after].kind
            return kind == "name" or (before in words.BEFORE_ONE and kind == "sym")
        if after in words.FUNCTION or after in words.NOT_AFTER_ONE or (before == "at" and after == "point"):
            return False
        if self.succession(part.after):
            return False
        if after.endswith(("ed", "ing")) or after in ("ran", "made", "took", "won", "lost", "fell", "gave"):
            return self.low(part.after + 1) in words.COUNTED
        return True

    def succession(self, index: int) -> bool:
        """Whether "to the next" or "after another" follows: `from one release to the next`."""
        for j in range(index, index + 4):
            if self.low(j) in ("to", "after", "by"):
                return self.low(j + 1) == "another" or (
                    self.low(j + 1) == "the" and self.low(j + 2) in ("next", "other")
                )
            if not self.low(j):
                break
        return False

    def compound(self, index: int) -> bool:
        """Whether the word opens a term that counts nothing: zero-shot, two-sided, second half."""
        low = self.low(index)
        if self.glued(index + 1):
            return self.sym(index + 1) in ("-", "‑") and self.low(index + 2) in words.COMPOUNDS[low]
        return self.low(index + 1) in words.SPACED_COMPOUNDS.get(low, ())

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

    def not_one(self, index: int) -> Part | None:
        """`Not one run`, `not a single run`, where a clause begins."""
        if not (self.starts_clause(index) or self.low(index - 1) in words.CLAUSES):
            return None
        single = self.low(index + 1) == "a" and self.low(index + 2) == "single"
        if not single and (self.low(index + 1) != "one" or self.low(index + 2) in ("but", "or", "and", "")):
            return None
        return self.word_part(index, index + 3 if single else index + 2, ZERO, quantifier="no")

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
        if before in ("first", "second", "other", "latter", "top", "bottom", "upper", "lower", "last", "final"):
            return None
        if after in words.AFTER_HALF or before in words.BEFORE_HALF or after.endswith("ed"):
            return self.fraction_part(index, index + 1, 1, 2)
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
        return part._replace(numerator=Decimal(above), denominator=Decimal(below), odd=self.of_percent(after))

    def of_percent(self, index: int) -> bool:
        """Whether "half" is followed by "a percent", "of one percentage point": nobody need read that right."""
        j = index + 1 if self.low(index) == "of" else index
        return self.low(j) in ("a", "an", "one", "1") and self.low(j + 1) in ("percent", "percentage", "point", "per")

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
        """`a third of`, `a dozen`, `a single run`, `a couple of`, `a pair of`."""
        following = self.low(index + 1)
        if following in words.PARTS:
            return self.fraction(index)
        if following == "single":
            return self.single_word(index, index + 2)
        of = self.low(index + 2) == "of"
        if following == "couple" or (following == "pair" and of):
            return self.word_part(index, index + (3 if of else 2), Decimal(2))
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
        if before in ("a", "an", "one") or after == "to":
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
        if self.low(index + 1) in words.AFTER_DOUBLE or before in ("than", "nearly", "almost"):
            value = words.MULTIPLE_ADJECTIVES[self.low(index)]
            return self.word_part(index, index + 1, value, kind="multiple", unit="times", exact=False)
        return None

    def once(self, index: int) -> Part | None:
        if self.low(index - 1) in ("exactly", "only", "just", "than"):
            return self.word_part(index, index + 1, ONE)
        return None


def _special() -> dict[str, Handler]:
    handlers: dict[str, Handler] = {
        "no": _Parser.no,
        "none": _Parser.none,
        "not": _Parser.not_one,
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
_OPENERS = {*SIGNS, *words.CURRENCIES, *words.GLYPHS, ODD, "#", "×"}
_NUMBER_WORDS = {*words.UNITS, *words.TENS}
