"""Digits that count nothing: dates, clock times, `Table 3`, `Python 3.11`, the 32B of "Qwen3 32B"."""

from __future__ import annotations

from clawpub.quantity import words
from clawpub.quantity.parts import Part, Stream

SENTENCE_ENDS = {".", "!", "?", ":", ";", "\n\n"}


def is_name(stream: Stream, part: Part) -> bool:
    """Whether digits belong to a date, a reference or a model's name, or a range to "a scale of 1 to 5"."""
    first = part.first
    if part.kind == "range" and stream.low(first - 1) in ("of", "from") and stream.low(first - 2) == "scale":
        return True
    if part.form != "digits":
        return False
    return dated(stream, part) or referenced(stream, part) or sized(stream, part)


def dated(stream: Stream, part: Part) -> bool:
    if part.power or part.kind not in ("number", "ordinal", "range"):
        return False
    after, before = part.after, stream.tokens[part.first - 1] if part.first else None
    value = part.ends[1].value if part.ends else part.value
    if 1000 <= value <= 2990 and value % 10 == 0 and stream.low(part.first + 1) == "s" and stream.glued(part.first + 1):
        return True  # the 1990s
    if stream.low(after) in ("am", "pm") or (part.noun in ("am", "pm") and part.kind == "number"):
        return 0 <= value <= 24
    if stream.low(after) in ("a", "p") and stream.text[stream.tokens[after].end :][:2] == ".m":
        return 0 <= value <= 24
    day, year = 1 <= value <= 31, 1900 <= value <= 2100
    following = stream.tokens[after]
    if day and following.kind == "word" and following.low in words.MONTHS and following.text[0].isupper():
        return stream.low(after + 1) not in words.COUNTED or stream.low(part.first - 1) in words.BEFORE_DATE
    if before is None:
        return False
    if before.kind == "word" and before.low in words.MONTHS and before.text[0].isupper():
        if year:
            return True
        ends = following.kind == "sym" or following.low in words.AFTER_DATE
        return day and (ends or (following.kind == "num" and len(following.text) == 4))
    return year and ends_date(stream, part.first)


def ends_date(stream: Stream, index: int) -> bool:
    """Whether `2026` at the index closes "May 21, 2026"."""
    j = index - 2 if stream.sym(index - 1) == "," else index - 1
    if j < 1 or stream.tokens[j].kind != "num":
        return False
    month = stream.tokens[j - 1]
    return month.kind == "word" and month.low in words.MONTHS and month.text[0].isupper()


def referenced(stream: Stream, part: Part) -> bool:
    first = part.first
    j = first - 1
    while j >= 0 and first - j <= 2 and stream.sym(j) in (".", ":", "#", "§"):
        if stream.sym(j) == "§":
            return True
        j -= 1
    if j < 0 or stream.tokens[j].kind != "word":
        return False
    token = stream.tokens[j]
    if token.low in words.REFERENCES:
        return token.text[0].isupper() and (j == first - 1 or token.low in ("fig", "eq"))
    counts = token.low in words.PLAIN_VERSIONED and part.step == 1 and part.noun in words.COUNTED
    return token.low in words.VERSIONED and not counts


def sized(stream: Stream, part: Part) -> bool:
    """Whether it is the 32B of "Qwen3 32B", or the 3 or the 30B of "Nemotron Nano 3 30B"."""
    first = part.first
    if first == 0 or stream.glued(first) or part.kind != "number" or stream.tokens[first].kind != "num":
        return False
    if has_size(stream, first):
        bare = stream.tokens[first - 1].kind == "num" and first > 1
        after = part.after
        return named(stream, first - 2 if bare else first - 1) and uncounted(stream, after)
    return (
        part.countable
        and has_size(stream, part.after)
        and named(stream, first - 1)
        and uncounted(stream, part.after + 2)
    )


def uncounted(stream: Stream, index: int) -> bool:
    return stream.low(index) not in words.SIZED and stream.low(index + 1) not in words.SIZED


def has_size(stream: Stream, index: int) -> bool:
    return (
        stream.tokens[index].kind == "num" and stream.tokens[index + 1].text in ("B", "M") and stream.glued(index + 1)
    )


def named(stream: Stream, index: int) -> bool:
    token = stream.tokens[index]
    if token.kind == "name":
        return token.text[0].isupper()
    if token.kind != "word" or not token.text[0].isupper() or token.low in words.FUNCTION:
        return False
    return sum(char.isupper() for char in token.text) > 1 or (index > 0 and stream.sym(index - 1) not in SENTENCE_ENDS)
