"""Rule `direction`: more over a fact that says less, the highest over a minimum, "beats" over a tie.

A superlative is held against the end that its query takes; a comparative against the order of the two things that its
query subtracts or compares, where the words name one of them:

    select this.passes - coder.passes from this.run_summary this, coder.run_summary coder       above coder
    select (select cost_usd from this.run_summary) < (select cost_usd from coder.run_summary)   cheaper than coder
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from clawpub.pack.query import is_query
from clawpub.pack.tables import Cell
from generator.statement import Remark, Statement

GREATEST = frozenset("highest largest biggest longest greatest slowest dearest oldest most".split())
LEAST = frozenset("lowest smallest shortest fewest least fastest cheapest newest".split())
GOOD, BAD = frozenset("best strongest easiest".split()), frozenset("worst weakest hardest".split())
UP = frozenset(
    "above more higher ahead greater larger bigger longer slower dearer over exceeds exceeded exceed outscores "
    "outscored tops topped later".split()
)
DOWN = frozenset(
    "below fewer less lower behind smaller shorter faster cheaper under trails trailed lags lagged earlier".split()
)
BETTER = frozenset("better stronger superior beats beat beaten outperforms outperformed".split())
WORSE = frozenset("worse weaker inferior".split())
_MORE_IS_BETTER = re.compile(r"pass|score|rate|accuracy|correct|solved|held", re.IGNORECASE)
_LESS_IS_BETTER = re.compile(r"fail|error|cost|_usd|latency|_s\b|tokens|duration|loops|price|brier|miss", re.IGNORECASE)
_MAX, _MIN = re.compile(r"\bmax\s*\(|\bdesc\b", re.IGNORECASE), re.compile(r"\bmin\s*\(|\basc\b", re.IGNORECASE)

_OPERAND = r"(?:\w+\.){1,2}\w+|\(\s*select\b[^()]*(?:\([^()]*\)[^()]*)*\)"
_COMPARED = re.compile(
    rf"\s*select\s+(?:abs\s*\(\s*)?(?P<left>{_OPERAND})\s*(?P<operator>-|>=|<=|>|<)\s*(?P<right>{_OPERAND})(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_FROM = re.compile(
    r"(?:\bfrom\b|\bjoin\b|,)\s*(?P<pack>\w+)(?:\.(?P<table>\w+))?(?:\s+(?:as\s+)?(?P<alias>(?!where\b|join\b|on\b|using\b)\w+))?",
    re.IGNORECASE,
)
_WHERE = re.compile(r"\b(?:(?P<alias>\w+)\.)?\w+\s*=\s*'(?P<text>(?:[^']|'')*)'", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[._][^\W_]+)*")
_CLAUSE = re.compile(r"[,;:.!?()](?:\s|$)|\b(?:but|while|whereas)\b")

FIRST = ""
"""Stands for the alias of the pack whose tables need none."""
Ask = Callable[[str], Cell]
"""Gives a query's single value; None where there is none."""


@dataclass(frozen=True)
class Comparison:
    """Two things that a query subtracts or compares, each with the words that may name it."""

    operator: str
    left: frozenset[str]
    right: frozenset[str]
    column: str


def direction(statement: Statement, names: Mapping[str, frozenset[str]], ask: Ask) -> Sequence[Remark]:
    """`names` are the words that tell the packs apart, by alias."""
    if statement.verdict != "verified":
        return ()
    remarks = [*_negated(statement), *_superlative(statement), *_comparative(statement, names), *_tie(statement, ask)]
    return remarks[:1]


_NEGATES = re.compile(
    r"\b(?:nobody|no one|none|neither|not (?:one|a single|any)|hardly|scarcely|barely|rarely|seldom|without|nothing|"
    r"no)\b",
    re.IGNORECASE,
)


def _negated(statement: Statement) -> Iterator[Remark]:
    """A bound behind "nobody" or "without" says the opposite of what was compared."""
    low, _ = statement.sentence
    for quantity in statement.quantities:
        if quantity.bound:
            clause = _CLAUSE.split(statement.text[low : quantity.outer_start])[-1]
            if found := _NEGATES.search(clause):
                message = f"{found[0]!r} turns {quantity.text!r} round, and it was compared as it stands"
                yield Remark("direction", message, "say it without: at most, at least; or `never more than`")


def _superlative(statement: Statement) -> Iterator[Remark]:
    query = "\n".join(fact for fact in statement.entry.facts if is_query(fact))
    takes_most, takes_least = bool(_MAX.search(query)), bool(_MIN.search(query))
    if takes_most == takes_least:
        return
    takes = "the greatest" if takes_most else "the least"
    for word in re.findall(r"[a-z]+", re.sub(r"\bat (?:least|most)\b", "", statement.whole.lower())):
        if word in _wrong_ends(takes_most, query):
            hint = "take the end that the words name: max(), min(), or order by ... desc"
            yield Remark("direction", f"{word!r}, and [{statement.entry.id}] takes {takes}", hint)
            return


def _wrong_ends(takes_most: bool, query: str) -> frozenset[str]:
    wrong = LEAST if takes_most else GREATEST
    taken = re.search(r"(?:max|min)\s*\(\s*(?:\w+\.)*(\w+)|order\s+by\s+(?:\w+\.)*(\w+)", query, re.IGNORECASE)
    better = _more_is_better((taken[1] or taken[2]) if taken else "")
    if better is None:
        return wrong
    return wrong | (BAD if takes_most == better else GOOD)


def _more_is_better(column: str) -> bool | None:
    if _LESS_IS_BETTER.search(column):
        return False
    return True if _MORE_IS_BETTER.search(column) else None


def _comparative(statement: Statement, names: Mapping[str, frozenset[str]]) -> Iterator[Remark]:
    word, at = _compares(statement)
    if not word:
        return
    for query in statement.entry.queries:
        found = compared(query, names)
        if found is None:
            continue
        up = _is_up(word, found.column)
        first = _first_named(statement, at, found)
        if up is None or first is None:
            continue
        left_is_more = found.operator in ("-", ">", ">=")
        if (first == "left") != (up == left_is_more):
            message = f"{word!r} is the other way round: [{statement.entry.id}] has {_said(found)}"
            yield Remark("direction", message, "turn the words round, or the two sides of the query")


def _compares(statement: Statement) -> tuple[str, int]:
    """Return the comparing word of a span, and where it ends in the text; ("", 0) where it has none or several."""
    known = UP | DOWN | BETTER | WORSE
    inside = [
        match for match in _WORD.finditer(statement.text, statement.start, statement.end) if match[0].lower() in known
    ]
    if not inside:  # "[one pass]{...} above Coder"
        match = re.compile(r"\s*(\w+)").match(statement.text, statement.end)
        return (match[1].lower(), match.end()) if match and match[1].lower() in known else ("", 0)
    return (inside[0][0].lower(), inside[0].end()) if len(inside) == 1 else ("", 0)


def _is_up(word: str, column: str) -> bool | None:
    if word in UP or word in DOWN:
        return word in UP
    better = _more_is_better(column)
    return None if better is None else (word in BETTER) == better


def _first_named(statement: Statement, at: int, found: Comparison) -> str | None:
    """Return which side the sentence compares with the other: the one before the word, or not the one behind it."""
    low, high = statement.sentence
    cut = _CLAUSE.search(statement.text, at, high)
    said = statement.text[at : cut.start() if cut else high]
    behind = _side(said, found)
    if behind:
        return "right" if behind == "left" else "left"
    before = _side(_CLAUSE.split(statement.text[low : statement.start])[-1], found)
    if before is None and _SIBLING.search(said) and ("this" in found.left) != ("this" in found.right):
        return "left" if "this" in found.left else "right"  # the writeup's own, where no name is said
    return before


_SIBLING = re.compile(
    r"\bthan (?:its|the) (?:\w+ )?(?:siblings?|others?|predecessor|rival|reference|twin)\b", re.IGNORECASE
)


def _side(text: str, found: Comparison) -> str | None:
    said = {match[0].lower() for match in _WORD.finditer(text)}
    left, right = bool(said & found.left), bool(said & found.right)
    return None if left == right else "left" if left else "right"


def _said(found: Comparison) -> str:
    left, right = ("/".join(sorted(side - {FIRST})) or "its own" for side in (found.left, found.right))
    return f"{left} {'−' if found.operator == '-' else found.operator} {right}"


def compared(query: str, names: Mapping[str, frozenset[str]]) -> Comparison | None:
    """Return what a query subtracts or compares; None where it does neither, or both sides go by the same words."""
    match = _COMPARED.match(_plain(query)) if is_query(query) else None
    if match is None:
        return None
    left, right = (_words(match[side], match["rest"], names) for side in ("left", "right"))
    if not left - right or not right - left:
        return None
    column = re.findall(r"\w+", re.sub(r"\bfrom\b.*", "", match["left"], flags=re.IGNORECASE | re.DOTALL))[-1]
    return Comparison(match["operator"], left - right, right - left, column)


_ROUNDED = re.compile(
    rf"\b(?:round|cast|coalesce|ifnull)\s*\(\s*({_OPERAND})\s*(?:,[^,()]*|\s+as\s+\w+)?\)", re.IGNORECASE
)
_ASKED = re.compile(
    r"^(\s*select\s+)(?:case\s+when\s+(?P<case>.*?)\s+then\s+1\s+else\s+0\s+end|iif\s*\((?P<iif>.*?),\s*1\s*,\s*0\s*\))",
    re.IGNORECASE | re.DOTALL,
)
_ABOVE_ZERO = re.compile(rf"\(?\s*({_OPERAND})\s*-\s*({_OPERAND})\s*\)?\s*(>=|<=|>|<)\s*0(?![\w.])", re.IGNORECASE)


def _plain(query: str) -> str:
    """Return a query without what only rounds or asks: round(a) > b, (a - b) > 0, case when a > b then 1 else 0 end."""
    query = _ROUNDED.sub(r"\1", query)
    query = _ASKED.sub(lambda match: match[1] + (match["case"] or match["iif"]), query)
    return _ABOVE_ZERO.sub(r"\1 \3 \2", query)


def _words(operand: str, rest: str, names: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the words that may name one side: its pack's, and the texts that its rows are chosen by."""
    subquery = operand.startswith("(")
    scope = operand if subquery else rest
    owner = None if subquery else operand.split(".")[0]
    packs = {
        match["pack"].lower() if match["table"] else FIRST
        for match in _FROM.finditer(scope)
        if owner in (match["alias"], match["pack"]) or (owner is None and (match["table"] or match[0][0] in "fFjJ"))
    }
    texts = {match["text"].lower() for match in _WHERE.finditer(scope) if subquery or match["alias"] == owner}
    return frozenset(texts | packs).union(*(names.get(pack, frozenset()) for pack in packs))


_OR_EQUAL = re.compile(r"(?P<operator>>=|<=)")


def _tie(statement: Statement, ask: Ask) -> Iterator[Remark]:
    """A strict word over >= or <=: where the two are equal, it is not so."""
    word, _ = _compares(statement)
    holds = statement.entry.holds
    if not word or holds is None or " or " in statement.whole or len(_OR_EQUAL.findall(holds)) != 1:
        return
    strict = _OR_EQUAL.sub(lambda match: match["operator"][0], holds)
    if not ask(strict):
        yield Remark(
            "direction", f"{word!r} over a tie: [{statement.entry.id}] holds only as equal", "say that they tie"
        )
