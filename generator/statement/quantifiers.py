"""Rule `universal`: "all three runs" is a count of three *and* that all of them did so; the second needs `holds`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from generator.statement import Remark, Statement

POSITIVE = frozenset("all every everything everyone always both entirely each".split())
"""`none` and `no` are counts of zero, `only` and `exactly` belong to their numbers: those need nothing more."""

_CHOOSES = re.compile(r"\b(?:where|having|limit)\b", re.IGNORECASE)
_WHOLE = re.compile(r"\b(?:of|over|across|out of)\s+(?:\w+\s+)?$", re.IGNORECASE)
_EXCEPT = re.compile(r"(?:\s+[\w-]+){0,4}?\s+(?:but|except(?:\s+for)?|save)\s+(?:the\s+)?", re.IGNORECASE)
_IN_ALL = re.compile(r"\bin\s+$", re.IGNORECASE)


Falsified = Callable[[str, int], int]
"""Gives how many single rows would make a query false, up to so many."""


def universal(statement: Statement, falsified: Falsified) -> Sequence[Remark]:
    entry = statement.entry
    if statement.rule == "words" or statement.verdict != "verified":
        return ()
    for start, end, text in _universals(statement):
        if _names_the_whole(statement.text, start, end) or _counts_the_rest(statement, end):
            continue
        if entry.inside:
            if _CHOOSES.search(entry.inside) and not entry.holds:
                message = f"{text!r}, and `inside` of [{entry.id}] leaves rows out"
                return (Remark("universal", message, "ask all rows, or say which ones are left out"),)
            continue
        if not entry.holds:
            message = f"{text!r} says that it holds of each, and [{entry.id}] only counts"
            return (Remark("universal", message, "add `holds`: a query that gives 1 where it holds of every one"),)
        many = _how_many(statement)
        if (found := falsified(entry.holds, many)) < many:
            message = (
                f"{text!r}, and `holds` of [{entry.id}] would be false for {found} of {many} rows, were they otherwise"
            )
            return (Remark("universal", message, "ask each row: select min(passed) from …, count(*) … where not …"),)
    return ()


def _how_many(statement: Statement) -> int:
    """Return how many rows the words speak of; two where they do not say."""
    counts = [int(q.value) for q in statement.quantities if q.kind == "number" and q.value == int(q.value) and q.exact]
    return max(1, min(counts[0], 50)) if counts else 2


def _universals(statement: Statement) -> list[tuple[int, int, str]]:
    found = [(word.start, word.end, word.text) for word in statement.words if word.text.lower() in POSITIVE]
    for quantity in statement.quantities:
        if quantity.quantifier in ("all", "both"):
            found.append(
                (quantity.outer_start, quantity.outer_end, statement.text[quantity.outer_start : quantity.outer_end])
            )
    return sorted(found)


def _counts_the_rest(statement: Statement, end: int) -> bool:
    """Whether a number in the span says how many are left out: "all entries but one", "all except seven runs"."""
    for quantity in statement.quantities:
        between = statement.text[end : quantity.outer_start]
        if quantity.outer_start >= end and _EXCEPT.fullmatch(between):
            return True
    return False


def _names_the_whole(text: str, start: int, end: int) -> bool:
    """Whether it says of what something is a share or a count: "of all tokens", "thirty in all"."""
    before = text[:start]
    return bool(_WHOLE.search(before) or (_IN_ALL.search(before) and not re.match(r"\s+\w", text[end:])))
