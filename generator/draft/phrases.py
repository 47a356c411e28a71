"""How a draft writes numbers and names: what a pack says stays data, whatever it looks like.

A name or a text of a pack goes into a code span, or is escaped, so that it can be neither Markdown nor a tag nor an
expression; in a code span its digits are no quantity either.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from clawpub.pack.tables import spell
from clawpub.quantity import scan
from clawpub.quantity.format import in_words
from generator.markdown.typed import hidden, typed_marks

LONGEST_NAME = 80
"""Characters of a name; a longer one is cut."""
DOZEN = 12
"""The largest count that prose writes as a word."""

_MARKUP = re.compile(r"([\\`*_\[\]{}<>&|~!#])")
_PLAIN_NAME = re.compile(r"[a-z]{2,20}_\d{1,4}")
_BRACKETS = re.compile(r"[\[\](){}:;|`\u3010\u3011\uff3b\uff3d\uff08\uff09\uff5b\uff5d]")


def one_line(text: str, longest: int = LONGEST_NAME) -> str:
    """Return a text without line breaks and without characters that a reader does not see."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(shown.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def code(text: str) -> str:
    """Return a name as a code span: what is in it is shown as it is, and never read."""
    name = one_line(text)
    if not _is_harmless(name) or re.search(r"[`|]|\]\{|\{\{", name):
        name = one_line(_BRACKETS.sub(" ", name))
    if not name or not _is_harmless(name):
        return "`…`"
    return f'`"{name}"`' if _is_number(name) else f"`{name}`"


def row_name(column: str, text: str) -> str:
    """Return what a row is called: its text, or a number with the name of its column, `post_id 1247448632015128`."""
    return code(f"{column} {text}") if _is_number(text) else code(text)


def _is_harmless(text: str) -> bool:
    """Whether a text neither looks like a mark of the check nor hides anything."""
    return next(typed_marks(text), None) is None and hidden(text, observed=True) is None


def _is_number(text: str) -> bool:
    """Whether a text is nothing but a quantity: in quotation marks it is seen to be a name."""
    found = scan(text)
    return len(found) == 1 and found[0].outer_end - found[0].outer_start == len(text)


def name(text: str) -> str:
    """Return a name for prose: `task_08` as it is, anything else as a code span."""
    return text if _PLAIN_NAME.fullmatch(text) else code(text)


def escaped(text: str, longest: int = 1_000) -> str:
    """Return a text as Markdown that shows just this text."""
    return _MARKUP.sub(r"\\\1", one_line(text, longest))


def is_quiet(text: str, names: Sequence[str] = ()) -> bool:
    """Whether a text counts nothing, hides nothing and marks nothing: fit for a title, which nobody checks."""
    return bool(text.strip()) and not scan(text, names=names) and _is_harmless(text)


def counted(number: int, *, first: bool = False) -> str:
    """Return a count as the newsletter writes it: words up to twelve, and where a sentence begins with it."""
    if 0 <= number <= (99 if first else DOZEN):
        words = in_words(number)
        return words.capitalize() if first else words
    return f"{number:,}"


def figure(value: int | Decimal, digits: int = 3) -> str:
    """Return a measured number in about so many digits, and never in more than it has."""
    number = Decimal(value)
    if number == 0:
        return "0"
    places = max(0, digits - 1 - number.adjusted())
    places = min(places, max(0, -int(number.normalize().as_tuple().exponent)))
    return f"{round(number, places):,f}"


def whole_or_figure(value: int | Decimal, *, years: bool = False) -> str:
    """Return a cell of a table: whole numbers in full, others in four digits."""
    if years or isinstance(value, int):
        return spell(value) if years else f"{value:,}"
    return figure(value, 4)


def percent(share: int | Decimal) -> str:
    """Return a share of 1 in percent: 76.7%, 50%, 0.04%."""
    value = Decimal(share) * 100
    places = 1
    while places < 6 and value not in (0, 100) and round(value, places) in (0, 100):
        places += 1
    places = min(places, max(0, -int(value.normalize().as_tuple().exponent)))
    return f"{round(value, places):,f}%"


def dollars(value: int | Decimal) -> str:
    """Return US dollars: cents from a dollar up, three digits below."""
    number = Decimal(value)
    shown = figure(number)
    return f"${number:,.2f}" if number >= 1 or len(shown.partition(".")[2]) < 2 else f"${shown}"


def listed(words: list[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def plural(noun: str, number: int) -> str:
    """Return a noun for so many: run, runs; pass, passes; try, tries."""
    if number == 1:
        return noun
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"


def slug(text: str, otherwise: str) -> str:
    """Return a text as the id of an entry."""
    plain = "-".join("".join(char if char.isascii() and char.isalnum() else " " for char in text.lower()).split())
    return plain[:60].strip("-") or otherwise
