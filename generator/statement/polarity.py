"""Rule `polarity`: runs that "failed" over a count of those that passed, and the other way round.

What a fact counts is read from the columns of its select list and of its conditions; what the words say of the number
is the verb or noun that stands right beside it, with nothing but small words and the thing counted in between:

    [23]{passes} of the runs failed        It passed [seven]{failures}        [23 runs]{passes} did not pass
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clawpub.pack.query import is_query
from clawpub.quantity import Quantity
from generator.statement import Remark, Statement
from generator.statement.direct import column_of, facts_by_quantity, selected

GOOD = frozenset("pass passes passed solved correct score success successes succeeded".split())
BAD = frozenset("fail fails failed failure failures error errors crash crashes crashed wrong missed".split())
"""Words of the names of columns, which are split at underscores."""
_ALL = frozenset("runs planned tasks".split())
"""Columns that count what passed and what failed alike."""

_SAYS_GOOD = (
    r"pass(?:es|ed|ing)?(?![\w@-])(?! +(?:through|over|on|by|away|along|up|out|down|into|rates?))|solve[sd]?\b"
    r"|succeed(?:s|ed)?\b|success(?:es)?\b(?! rate)|correct(?:ly)?\b|right(?= *(?:[.,;:!?)]|and\b|$))"
)
_SAYS_BAD = (
    r"fail(?:s|ed|ing|ures?)?(?![\w-])(?! rate)|crash(?:es|ed)?\b|missed\b|errors?\b(?! rate)|wrong\b|unsolved\b|"
    r"unsuccessful\b"
)
_VERB = rf"(?:(?P<good>{_SAYS_GOOD})|(?P<bad>{_SAYS_BAD}))"
_NOT = r"(?P<not>\b(?:not|never|cannot|without|(?:do|does|did|could|would|has|have|had|was|were)n['’]t))"
_BETWEEN = (
    r"of|the|all|its|their|our|them|these|those|out|runs?|tasks?|problems?|cases?|times|attempts?|tests?|questions?|"
    r"entries|models?|predictions?|that|which|were|was|are|is|have|has|had|been|did|does|do|could|only|just|also|went"
)
_BEHIND = re.compile(
    rf"(?: *\([^()]*\))?(?: +(?:{_BETWEEN})\b| *(?:%|percent\b)| +(?:of|in|by) (?:the |its |all )?[\w-]*\d\b)*"
    rf"(?: +{_NOT}\b)?"
    rf"(?: +(?:{_BETWEEN})\b)* +{_VERB}",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?:{_NOT} +|\b(?P<failed>fail(?:ed|s)? to) +(?:reach\b)?)?\b{_VERB}?"
    r"(?: +(?:only|just|exactly|about|the|all|of|its|in|on|nearly|almost|in all|some)\b)* *$",
    re.IGNORECASE,
)
_HEADED = re.compile(
    rf"(?:^|[.;,(—–-] *|\b(?:the|of|number of|total|its|all|and) +){_VERB}"
    r"(?: *:| +(?:were|was|are|is|came to|numbered|stayed at|stood at|remained at|reached)) *$",
    re.IGNORECASE,
)

_RATE = re.compile(
    r"\b(?:(?P<good>(?:pass|success|solve) rate)|(?P<bad>(?:fail|failure|error) rate))"
    r"(?: *:| +(?:of|was|is|were|at|came to|stood at|stayed at|reached|only|just|about))* *$",
    re.IGNORECASE,
)

_COUNT = re.compile(r"\bcount\s*\([^()]*\)", re.IGNORECASE)
_TAKEN_APART = re.compile(r" - |-\s*\(|\)\s*-|\bcase\b|\biif\b|\bexcept\b", re.IGNORECASE)
_CONDITION = re.compile(
    r"(?P<negated>\bnot\s+)?\b(?:\w+\.)?(?P<column>[a-z]\w*)\b(?!\s*[.(])"
    r"(?:\s*(?P<operator><>|!=|==?|\bis\s+not\b|\bis\b)\s*(?P<value>'(?:[^']|'')*'|\w+))?",
    re.IGNORECASE,
)


NEAR = 160
"""Characters within which a verb stands beside its number."""
WHOLES = {"good": "what passed", "bad": "what failed", "all": "both what passed and what failed"}


def polarity(statement: Statement) -> Sequence[Remark]:
    if statement.verdict != "verified" or statement.entry.holds:
        return ()
    for quantity, facts in facts_by_quantity(statement.entry.facts, statement.quantities):
        said, counted = _said(statement, quantity), counts(facts[0])
        if said is None or counted is None or counted == said[1]:
            continue
        message = f"{said[0]!r} is said of {quantity.text!r}, and [{statement.entry.id}] counts {WHOLES[counted]}"
        return (Remark("polarity", message, "say of the number what the fact counts, or count what the words say"),)
    return ()


def _said(statement: Statement, quantity: Quantity) -> tuple[str, str] | None:
    """Return (the words, `good` or `bad`) of what is said of a number right beside it; None where nothing is."""
    low, high = statement.sentence
    behind = _BEHIND.match(statement.text[quantity.outer_end : min(high, quantity.outer_end + NEAR)])
    before = statement.text[max(low, quantity.outer_start - NEAR) : quantity.outer_start]
    found = behind or _RATE.search(before) or _HEADED.search(before) or _BEFORE.search(before)
    if found is None:
        return None
    groups = found.groupdict()
    if groups.get("failed"):
        return groups["failed"], "bad"
    negated = bool(groups.get("not"))
    word = groups["good"] or groups["bad"]
    if not word or (negated and quantity.bound):
        return None  # "never passed more than 23" is a bound
    said = f"{groups['not']} … {word}" if negated else word
    return said, "good" if bool(groups["good"]) != negated else "bad"


def counts(fact: str) -> str | None:
    """Return whether a fact counts what went well (`good`), what did not (`bad`) or both (`all`); None where its text
    does not say so plainly."""
    if not is_query(fact):
        return _all_or(column_of(fact) or "")
    if _TAKEN_APART.search(fact):
        return None
    signs = {_sign(match) for match in _CONDITION.finditer(_COUNT.sub(" ", fact))} - {None}
    if signs:
        return signs.pop() if len(signs) == 1 else None
    return "all" if (column_of(fact) or "").lower() in _ALL else None


def wholes(fact: str) -> set[str]:
    """Return what a share divides by: `good`, `bad` or `all`; empty where its text does not say so plainly."""
    if not is_query(fact):
        return {"all"} if re.search(r"\bpass_rate\w*$", fact) else set()
    taken = selected(fact)
    if _TAKEN_APART.search(fact) or not taken or len(re.findall(r"\bselect\b", fact, re.IGNORECASE)) != 1:
        return set()
    behind = fact[fact.index(taken) + len(taken) :]
    _, divided, below = taken.rpartition("/")
    if not divided and not re.search(r"\bavg\s*\(", taken, re.IGNORECASE):
        return set()
    if re.search(r"\bcount\s*\(\s*(?:\w+\.)?failure_mode\s*\)", below, re.IGNORECASE):
        return {"bad"}
    below = re.sub(r"\bcount\s*\([^()]*\)|\btotal\s*\(", " ", below, flags=re.IGNORECASE) if divided else ""
    signs = {_sign(match) for match in _CONDITION.finditer(f"{below} {behind}")} - {None}
    return {str(sign) for sign in signs} or ({"all"} if re.search(r"\bcount\s*\(|\bruns\b", taken) else set())


def _all_or(column: str) -> str | None:
    return "all" if column.lower() in _ALL else _of_name(column)


def _of_name(column: str) -> str | None:
    if column.lower() == "failure_mode":
        return None  # what it counts, the text it is compared with says
    words = set(column.lower().split("_"))
    good, bad = bool(words & GOOD), bool(words & BAD)
    return None if good == bad else "good" if good else "bad"


def _sign(match: re.Match[str]) -> str | None:
    """Return what a column, as it stands in a query with its condition, counts."""
    column, operator, value = match["column"].lower(), (match["operator"] or "").lower(), (match["value"] or "").lower()
    if column == "failure_mode":
        if not operator:
            return None
        absent = value == "null"
        return "good" if absent and operator == "is" else "bad"
    sign = _of_name(column)
    if sign is None or value.startswith("'"):
        return None
    turned = bool(match["negated"]) != (operator in ("=", "==", "is") and value in ("0", "false"))
    return {"good": "bad", "bad": "good"}[sign] if turned else sign
