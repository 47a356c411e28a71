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


def outer(stream: Stream, part: Part, floor: int, negations: int) -> Outer:
    """Read hedges, bounds and quantifiers leftwards from the core, then the bound that may follow it.

    Nothing before token `floor` belongs to it, but that the negation of a bound may begin at `negations`. A negation
    that stands still further left turns the bound round and stays where it is.
    """
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
            negation = negation_before(stream, first)
            meant = words.OPPOSITE[words.BOUNDS[phrase]] if negation >= 0 else words.BOUNDS[phrase]
            bound, first = bound or meant, negation if negation >= negations else first
        elif phrase in words.HEDGES:
            hedge = hedge or phrase
        else:
            quantifier = quantifier or words.QUANTIFIERS[phrase]
        start, j = stream.tokens[first].start, first - 1
    if part.unit == "ordinal" and not hedge:
        bound = None if bound in (">", "<") else bound
    behind, last, ending = bound_after(stream, part)
    if behind and not bound:
        negation = negation_before(stream, part.first)
        bound = words.OPPOSITE[behind] if negation >= 0 else behind
        start = min(start, stream.tokens[negation].start) if negation >= negations else start
    if part.kind == "change" and not last:
        last = part.after
    end = stream.tokens[last].end if last else end
    return Outer(start, end, hedge or ending, bound, quantifier)


def bound_after(stream: Stream, part: Part) -> tuple[Bound | None, int, str | None]:
    """Return the bound behind a number, or else the hedge there, with the token that it ends at: `7 or more`, `7+`,
    `7-ish`; (None, 0, None) where there is neither."""
    k = part.after
    if stream.sym(k) == "+" and stream.glued(k) and not (stream.glued(k + 1) and stream.tokens[k + 1].kind == "num"):
        return ">=", k, None
    for k in (part.after, part.after + 1, part.after + 2):
        if stream.sym(k) == "-" and stream.glued(k) and stream.low(k + 1) == "ish":
            return None, k + 1, "ish"
        phrase = f"{stream.low(k)} {stream.low(k + 1)}" if stream.low(k) in _AFTER_STARTS else ""
        if phrase in words.BOUNDS_AFTER and not begins_number(stream, k + 2):
            return words.BOUNDS_AFTER[phrase], k + 1, None
        if phrase == "or so":
            return None, k + 1, phrase
        if stream.tokens[k].kind != "word" and not (stream.sym(k) == "-" and stream.glued(k)):
            break
    return None, 0, None


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


def negation_before(stream: Stream, bound: int) -> int:
    """Return where the negation stands that turns round what begins at a token, -1 where there is none: `never exceeded
    7`, `no longer than 7`, `none of them took more than 7`."""
    if stream.low(bound - 1) == "no":
        return bound - 1
    near = negated_verb(stream, bound)
    return near if near >= 0 else negative_subject(stream, bound)


def negated_verb(stream: Stream, bound: int) -> int:
    """`did not take more than 7`: one verb may stand between, with its auxiliaries and "at any time"."""
    verbs, j = 0, bound - 1
    while j >= max(bound - 9, 0):
        low = stream.low(j)
        if low in words.NEGATIONS:
            return j
        if low == "t" and stream.sym(j - 1) in ("'", "’") and stream.low(j - 2).endswith("n"):
            return j - 2
        if stream.low(j - 1) == "any" and stream.low(j - 2) in words.FRONTED:
            j -= 3
            continue
        verbs += low not in words.AUXILIARIES
        if not low or verbs > 1 or (low in words.FUNCTION and low not in words.AUXILIARIES):
            return -1
        j -= 1
    return -1


def negative_subject(stream: Stream, bound: int) -> int:
    """`nobody`, `none of the runs`, `no run`, `not one`, `hardly any`: what begins the clause of a bound."""
    nor = -1
    for j in range(bound - 1, max(bound - 16, 0) - 1, -1):
        token, low = stream.tokens[j], stream.low(j)
        if token.kind == "sym" and token.text[0] in words.CLAUSE_SIGNS:
            break
        if low in words.CLAUSES and stream.low(j - 1) != "of":
            break
        if low == "nor":
            nor = j
        first = negator(stream, j, bound)
        if first >= 0:
            return first
    return nor


def negator(stream: Stream, j: int, bound: int) -> int:
    """Return where the negation begins whose last word stands at j; -1 where none does."""
    low, before = stream.low(j), stream.low(j - 1)
    if low in words.NOBODY or (low == "no" and fronted(stream, j, bound)):
        return j
    if low == "one" and before == "no":
        return j - 1
    if low in ("any", "ever") and before in words.BARELY:
        return j - 1
    if low in ("one", "once", "any", "single") and before in ("not", "even", "a"):
        for k in range(j - 1, j - 4, -1):
            if stream.low(k) == "not":
                return k
            if stream.low(k) not in ("even", "a"):
                break
    return -1


def fronted(stream: Stream, j: int, bound: int) -> bool:
    """Whether the "no" at j begins its clause, follows "there was", or stands right by the bound: `saw no run above 7`.
    In `it made no errors in more than 7 runs` it does none of that."""
    before = stream.low(j - 1)
    if stream.starts_clause(j) or before in words.CLAUSES:
        return True
    if before in words.FRONTED and (stream.starts_clause(j - 1) or stream.low(j - 2) in words.CLAUSES):
        return True
    if before in ("was", "were", "is", "are") and stream.low(j - 2) == "there":
        return True
    return all(stream.low(k) and stream.low(k) not in words.FUNCTION for k in range(j + 1, bound))


def plausible(stream: Stream, phrase: str, index: int) -> bool:
    before = stream.low(index - 1)
    if phrase == "over":
        return stream.starts_clause(index) or before in words.OVER_AFTER or before in words.NEGATIONS
    if phrase == "some":
        return before not in ("in", "for", "to")
    return before not in ("add", "adds", "adding", "sum", "sums", "come", "comes", "added")
