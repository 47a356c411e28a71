"""Rule `unit`, its other half: a mean, a median, a percentile or a rate in the words, and something else in the fact.

    The average run took [67 s]{max}      The median took [4.84 s]{mean}      Each run cost [$0.0220]{the campaign's}

What a fact takes is read from the functions of its query, or from the name of its column; what the words say, from the
clause in which the number stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clawpub.pack.query import is_query
from generator.statement import CLAUSE, Remark, Statement
from generator.statement.direct import column_of, selected
from generator.wording import find_words

_TAKES = {
    "mean": re.compile(r"\bavg\s*\(|(?:^|_)(?:avg|mean|average|per)_|_(?:avg|mean|average)$", re.IGNORECASE),
    "median": re.compile(r"\bmedian\s*\(|(?:^|_)(?:p50|median)(?:_|$)", re.IGNORECASE),
    "maximum": re.compile(r"\bmax\s*\(|(?:^|_)max(?:_|$)", re.IGNORECASE),
    "minimum": re.compile(r"\bmin\s*\(|(?:^|_)min(?:_|$)", re.IGNORECASE),
    "total": re.compile(r"\b(?:sum|total)\s*\(|(?:^|_)total(?:_|$)", re.IGNORECASE),
}
_PERCENTILE = re.compile(
    r"\bpercentile\s*\([^,]*,\s*(?P<asked>\d+(?:\.\d+)?)\s*\)|(?:^|_)p(?P<named>\d\d)(?:_|$)", re.I
)
_SAYS = {
    "mean": re.compile(r"\baverages?\b|\bmean\b", re.IGNORECASE),
    "median": re.compile(r"\bmedian\b", re.IGNORECASE),
    "typical": re.compile(r"\btypical(?:ly)?\b", re.IGNORECASE),
    "total": re.compile(r"\bin total\b|\baltogether\b", re.IGNORECASE),
}
_MAY_BE = {"total": {"total"}, "mean": {"mean"}, "median": {"median"}, "typical": {"mean", "median"}}
_SAID_PERCENTILE = re.compile(r"\bp(\d\d)\b|\b(\d\d?)(?:st|nd|rd|th) percentile", re.IGNORECASE)
_ON_AVERAGE = re.compile(r"\s*(?:\w+\s+){0,4}on average\b", re.IGNORECASE)

_OF_CAMPAIGNS = frozenset({"run_summary"})
_OF_TASKS = frozenset({"per_task_results", "cost_breakdown"})
_SUMMED = re.compile(
    r"^(?:cost|spent|lost)_usd$|^tokens_|_calls$|^retries$|^wall_s$|^passes$|^failures$", re.IGNORECASE
)
_UNIT = r"(?P<of>run|task|pass|call|turn|step|attempt|trial)"
_EACH_BEHIND = re.compile(
    rf"\s*(?:(?:tokens|dollars|seconds|calls|passes|failures) )?(?:(?:a|an|per|each|every) {_UNIT}\b|apiece\b)", re.I
)
_EACH_BEFORE = re.compile(rf"\b(?:each|every|per|a single)\s+(?:\w+\s+)?{_UNIT}\b", re.IGNORECASE)


def statistic(statement: Statement) -> Sequence[Remark]:
    if statement.verdict != "verified" or len(statement.entry.facts) != 1:
        return ()
    return [*_other(statement), *_percentile(statement), *_each(statement)][:1]


def _words(statement: Statement) -> str:
    """Return the clause before a claim and the claim itself, with "on average" behind it."""
    low, high = statement.sentence
    words = CLAUSE.split(statement.text[low : statement.start])[-1] + statement.text[statement.start : statement.end]
    behind = _ON_AVERAGE.match(statement.text[statement.end : high])
    return words + (behind[0] if behind else "")


def takes(fact: str) -> set[str]:
    """Return the statistics that a fact takes, as its query or its column names them; empty where neither does."""
    column = column_of(fact)
    texts = [selected(fact) if is_query(fact) else "", fact if is_query(fact) else "", column or ""]
    return {name for name, pattern in _TAKES.items() if any(pattern.search(text) for text in texts)}


def _other(statement: Statement) -> Iterator[Remark]:
    fact, words = statement.entry.facts[0], _words(statement)
    taken = takes(fact)
    if _PERCENTILE.search(fact):
        taken.add("median" if "50" in _percentiles(fact) else "percentile")
    said = [name for name, pattern in _SAYS.items() if pattern.search(words)]
    if not said or not taken or "/" in fact or any(_MAY_BE[name] & taken for name in said):
        return
    if taken <= {"maximum", "minimum"} and any(word.kind == "superlative" for word in find_words(words)):
        return  # "the highest average score": the column may hold averages
    takes_what = ", ".join(sorted(taken))
    hint = f"say {takes_what}, or compute the {'mean or median' if said[0] == 'typical' else said[0]}"
    value = "value" if said[0] == "typical" else said[0]
    typical = "typical " if said[0] == "typical" else ""
    yield Remark("unit", f"a {typical}{value} in the words, and [{statement.entry.id}] takes the {takes_what}", hint)


def _percentiles(fact: str) -> set[str]:
    """Return the percentiles that a fact takes, of a hundred."""
    found = (match["asked"] or match["named"] for match in _PERCENTILE.finditer(fact))
    return {f"{float(each) * 100 if float(each) < 1 else float(each):g}" for each in found}


def _percentile(statement: Statement) -> Iterator[Remark]:
    fact = statement.entry.facts[0]
    said = {str(int(match[1] or match[2])) for match in _SAID_PERCENTILE.finditer(_words(statement))}
    taken = _percentiles(fact) | ({"50"} if _TAKES["median"].search(fact) else set())
    others = takes(fact)
    if said and not said & taken and (taken or others):
        what = f"the percentile {', '.join(sorted(taken))}" if taken else f"the {', '.join(sorted(others))}"
        message = f"the percentile {', '.join(sorted(said))} in the words, and [{statement.entry.id}] takes {what}"
        yield Remark("unit", message, "say what the fact takes, or take what the words say")


def _each(statement: Statement) -> Iterator[Remark]:
    """A total that is told of each of what it sums up."""
    low, high = statement.sentence
    fact = statement.entry.facts[0]
    behind = _EACH_BEHIND.match(statement.text[statement.end : high]) or _EACH_BEHIND.search(
        statement.text[statement.start : statement.end]
    )
    before = _EACH_BEFORE.search(CLAUSE.split(statement.text[low : statement.start])[-1])
    found = behind or before
    if found and _is_total(statement, fact, found["of"] or "run"):
        whole = "the whole campaign's" if not is_query(fact) and "run_summary" in fact else "the total"
        message = f"{found[0].strip()!r}, and {column_of(fact) if is_query(fact) else fact} is {whole}"
        yield Remark("unit", message, "say that it is the total, or divide it")


def _is_total(statement: Statement, fact: str, of: str) -> bool:
    column, tables = column_of(fact) or "", {table for table, _ in statement.columns}
    if not is_query(fact):
        whole = tables <= _OF_CAMPAIGNS or (tables <= _OF_TASKS and of != "task")
        return bool(tables) and whole and bool(_SUMMED.search(column))
    if re.search(r"\bwhere\b|\bgroup\b|/", fact, re.IGNORECASE):
        return False
    summed = "total" in takes(fact) or (tables <= _OF_CAMPAIGNS and not takes(fact))
    return bool(tables) and summed and bool(_SUMMED.search(column) or "total" in takes(fact))
