"""The words around a number that change what it claims: hedges, bounds, quantifiers."""

from __future__ import annotations

from clawpub.quantity import words
from clawpub.quantity.model import Bound
from clawpub.quantity.parts import Outer, Part, Stream

_NUMBER_WORDS = {*words.UNITS, *words.TENS}
_HYPHENATED = {"sub", "under", "over", "near", "nearly", "about", "roughly", "almost"}
_AFTER_STARTS = {phrase.split()[0] for phrase in words.BOUNDS_AFTER}
_PHRASES = set(words.BOUNDS) | words.HEDGES | set(words.QUANTIFIERS)
_PHRASE_ENDS = {phrase.split()[-1] for phrase in _PHRASES}


def outer(stream: Stream, part: Part, floor: int) -> Outer:
    """Read hedges, bounds and quantifiers leftwards from the core, then the bound that may follow it."""
    start, end, j = part.start, part.end, part.first - 1
    hedge: str | None = None
    bound: Bound | None = None
    quantifier: str | None = None
    if part.kind == "range" and stream.low(j) == "between":
        start, j = stream.tokens[j].start, j - 1
    for _ in range(3):
        phrase, first = phrase_before(stream, j, floor)
        if not phrase:
            break
        if phrase in words.BOUNDS:
            negation = negation_before(stream, first, floor)
            meant = words.OPPOSITE[words.BOUNDS[phrase]] if negation >= 0 else words.BOUNDS[phrase]
            bound, first = bound or meant, negation if negation >= 0 else first
        elif phrase in words.HEDGES:
            hedge = hedge or phrase
        else:
            quantifier = quantifier or words.QUANTIFIERS[phrase]
        start, j = stream.tokens[first].start, first - 1
    if part.unit == "ordinal" and not hedge:
        bound = None if bound in (">", "<") else bound
    k = part.after
    if stream.sym(k) == "+" and stream.glued(k) and not (stream.glued(k + 1) and stream.tokens[k + 1].kind == "num"):
        return Outer(start, stream.tokens[k].end, hedge, bound or ">=", quantifier)
    for k in (part.after, part.after + 1, part.after + 2):
        if stream.sym(k) == "-" and stream.glued(k) and stream.low(k + 1) == "ish":
            return Outer(start, stream.tokens[k + 1].end, hedge or "ish", bound, quantifier)
        phrase = f"{stream.low(k)} {stream.low(k + 1)}" if stream.low(k) in _AFTER_STARTS else ""
        if phrase in words.BOUNDS_AFTER and not begins_number(stream, k + 2):
            return Outer(start, stream.tokens[k + 1].end, hedge, bound or words.BOUNDS_AFTER[phrase], quantifier)
        if phrase == "or so":
            return Outer(start, stream.tokens[k + 1].end, hedge or phrase, bound, quantifier)
        if stream.tokens[k].kind != "word" and not (stream.sym(k) == "-" and stream.glued(k)):
            break
    if part.kind == "change":
        end = stream.tokens[part.after].end
    return Outer(start, end, hedge, bound, quantifier)


def begins_number(stream: Stream, index: int) -> bool:
    token = stream.tokens[index]
    return token.kind == "num" or token.low in _NUMBER_WORDS or token.low in ("a", "an", "half", "twice")


def phrase_before(stream: Stream, j: int, floor: int) -> tuple[str, int]:
    """Return the longest known phrase that ends at token j, and where it starts; ("", j) when there is none."""
    if j < floor:
        return "", j
    token = stream.tokens[j]
    if token.kind == "sym":
        symbol = token.text
        if symbol in words.BOUNDS or symbol in words.HEDGES:
            return symbol, j
        if symbol in ("-", "‑") and stream.glued(j) and stream.glued(j + 1) and stream.low(j - 1) in _HYPHENATED:
            return stream.low(j - 1), j - 1
        if symbol == "." and stream.low(j - 1) == "approx":
            return "approx", j - 1
        return "", j
    if token.kind != "word" or token.low not in _PHRASE_ENDS:
        return "", j
    phrase, best = "", ("", j)
    for k in range(j, max(floor, j - 4, 0) - 1, -1):
        if stream.tokens[k].kind != "word" or (k < j and stream.tokens[k].end == stream.tokens[k + 1].start):
            break
        phrase = f"{stream.tokens[k].low} {phrase}" if phrase else stream.tokens[k].low
        if phrase in _PHRASES:
            best = (phrase, k)
    if best[0] in ("over", "up to", "some") and not plausible(stream, best[0], best[1]):
        return "", j
    return best


def negation_before(stream: Stream, bound: int, floor: int) -> int:
    """Return where the negation stands that turns a bound round, -1 where there is none: `never exceeded 7`, `did not
    take more than 7`, `no longer than 7`. One verb may stand between, with its auxiliaries."""
    if stream.low(bound - 1) == "no" and bound > floor:
        return bound - 1
    verbs = 0
    for j in range(bound - 1, max(floor, bound - 6, 0) - 1, -1):
        low = stream.low(j)
        if low in words.NEGATIONS:
            return j
        if low == "t" and stream.sym(j - 1) in ("'", "’") and stream.low(j - 2).endswith("n") and j - 2 >= floor:
            return j - 2
        verbs += low not in words.AUXILIARIES
        if not low or verbs > 1 or (low in words.FUNCTION and low not in words.AUXILIARIES):
            break
    return -1


def plausible(stream: Stream, phrase: str, index: int) -> bool:
    before = stream.low(index - 1)
    if phrase == "over":
        return stream.starts_clause(index) or before in words.OVER_AFTER or before in words.NEGATIONS
    if phrase == "some":
        return before not in ("in", "for", "to")
    return before not in ("add", "adds", "adding", "sum", "sums", "come", "comes", "added")
