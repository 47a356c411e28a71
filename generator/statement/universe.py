"""Rules `universe` and `bare-share`: a share is of something. "28% of total spend" over a share of the tokens is wrong;
a share that does not say of what it is one says little."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clawpub.pack.query import is_query
from clawpub.quantity import Quantity
from generator.sentences import sentence_around
from generator.statement import Remark, Statement
from generator.statement.direct import facts_by_quantity
from generator.statement.keys import about
from generator.statement.polarity import WHOLES, counts, wholes

_SKIPPED = (
    "all the its their our those these them total whole entire overall scored planned campaign's campaigns' of that "
    "every this each model's tool model prompt generated scored"
).split()
_OF = re.compile(
    rf"^\W{{0,2}}\s*(?:\([^)]*\)\s*)?(?:of|in)\s+"
    rf"(?:(?:{'|'.join(map(re.escape, _SKIPPED))}|\d[\d,]*|(?:task|test|agent)(?= (?:runs?|attempts?)\b))\s+)*"
    r"(?P<noun>[a-z]+)",
    re.IGNORECASE,
)
_FAMILIES = {
    noun: family
    for family, nouns in {
        "tokens": "token tokens",
        "cost": "spend spending cost costs money budget bill dollars price",
        "time": "time seconds minutes hours latency duration wall clock",
        "runs": "run runs attempts",
        "calls": "call calls",
        "tasks": "task tasks",
        "predictions": "prediction predictions",
        "failures": "failure failures",
        "passes": "pass passes",
    }.items()
    for noun in nouns.split()
}
_BY_COLUMN = (
    ("tokens", re.compile(r"token", re.IGNORECASE)),
    ("cost", re.compile(r"_usd$|_eur$|cost|price|spend|spent|^share$", re.IGNORECASE)),
    ("time", re.compile(r"_s$|_ms$|latency|duration|seconds|minutes|hours|wall|time", re.IGNORECASE)),
    ("calls", re.compile(r"calls?$|^tool$|^step$", re.IGNORECASE)),
    ("runs", re.compile(r"^run|runs?$|pass|fail|score|planned|attempt|stop_reason", re.IGNORECASE)),
    ("tasks", re.compile(r"^task", re.IGNORECASE)),
)
_BY_TABLE = {
    "tool_calls": "calls", "task_outcomes": "runs", "run_metrics": "runs", "attempts": "runs",
    "per_task_results": "tasks", "predictions_scoring": "predictions",
}  # fmt: skip
_SHARE = re.compile(r"/|share\b|\bavg\s*\(", re.IGNORECASE)
_TAKEN = re.compile(r"\s+(?:a|an|per)\s+[a-z]+|\s+of the time\b", re.IGNORECASE)
"""What stands behind a share that is one of nothing that could be named: 0.1% a trade."""
_MODE = re.compile(r"\bfailure_mode\s*(?:=|<>|!=|\bin\b|\blike\b)\s*(?:'[^']*'|\([^()]*\))", re.IGNORECASE)
"""It says what k counts, not of which runs."""
_SPENT = re.compile(
    r"\b(?:took|takes|taking|spent|spends|used|uses|needed|needs|consumed|accounts? for|accounted for)\s+$",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|none)\b", re.IGNORECASE)
_WHOLE = re.compile(r"\bof\b|\bin\b|\bper\b|\brate\b|\binterval\b|\bbetween\b|/", re.IGNORECASE)


def universe(statement: Statement) -> Sequence[Remark]:
    facts = statement.entry.facts
    if statement.verdict != "verified":
        return ()
    remarks = _two_wholes(statement)
    if len(facts) != len(statement.quantities):
        return remarks
    for quantity in statement.quantities:
        if quantity.kind in ("percent", "fraction"):
            remarks += _of_what(statement, quantity)
    return remarks


def _of_what(statement: Statement, quantity: Quantity) -> list[Remark]:
    low, high = statement.sentence
    said = _OF.match(statement.text[quantity.end : high])
    family = _FAMILIES.get(said["noun"].lower()) if said else None
    known = families(statement.columns)
    if said and family in ("failures", "passes"):
        return _of_outcomes(statement, family)
    spent = _SPENT.search(statement.text, low, quantity.outer_start)
    often = family == "time" and "runs" in known and not spent  # "failed 23% of the time"
    if said and family and known and family not in known and not often:
        reads = ", ".join(sorted(f"{table}.{column}" for table, column in statement.columns))
        message = f"a share of {said['noun']}, and [{statement.entry.id}] reads {reads}"
        return [
            Remark("universe", message, "name the whole that the fact divides by, or divide by what the words name")
        ]
    if not said and _is_share(statement) and not _is_whole_near(statement, quantity, low, high):
        return [
            Remark("bare-share", f"{quantity.text!r} is a share, and the sentence does not say of what", "say of what")
        ]
    return []


def _is_whole_near(statement: Statement, quantity: Quantity, low: int, high: int) -> bool:
    """Whether the sentence says of what something is a share, or counts it, or the one before names what is counted."""
    text = statement.text
    if _WHOLE.search(text[low:high]) or _TAKEN.match(text, quantity.end):
        return True
    if _COUNTED.search(text[low : quantity.outer_start]) or _COUNTED.search(text[quantity.outer_end : high]):
        return True
    before = sentence_around(text, low - 2, low - 2) if low else (0, 0)
    return any(word.lower() in _FAMILIES for word in re.findall(r"[A-Za-z]+", text[slice(*before)]))


def _of_outcomes(statement: Statement, family: str) -> list[Remark]:
    """A share "of failures" divides by failures, or reads them alone."""
    wanted = "bad" if family == "failures" else "good"
    signs = {sign for fact in statement.entry.facts for sign in wholes(fact)}
    if not signs or wanted in signs:
        return []
    message = f"a share of {family}, and [{statement.entry.id}] is one of {WHOLES[signs.pop()]}"
    return [Remark("universe", message, "name the whole that the fact divides by, or divide by what the words name")]


def _two_wholes(statement: Statement) -> list[Remark]:
    """A ratio whose k is of one thing and whose n of another: the passes of a task out of all runs."""
    for quantity, facts in facts_by_quantity(statement.entry.facts, statement.quantities):
        if quantity.kind != "ratio" or len(facts) != 2:
            continue
        k, n = (counts(fact) for fact in facts)
        hint = "take k and n of the same runs"
        if {k, n} == {"good", "bad"}:
            message = f"{quantity.text!r}: [{statement.entry.id}] sets {WHOLES[str(k)]} over {WHOLES[str(n)]}"
            return [Remark("universe", message, hint)]
        mine, whole = (set(about(_MODE.sub(" ", fact))) for fact in facts)
        if k in ("good", "bad") and n == "all" and mine and not whole:
            message = f"{quantity.text!r}: its k is of {', '.join(sorted(mine))}, its n of all"
            return [Remark("universe", message, hint)]
    return []


def families(columns: frozenset[tuple[str, str]]) -> frozenset[str]:
    """Return what the cells that a fact reads are about: tokens, cost, time, runs, calls, tasks, predictions."""
    found = {_BY_TABLE[table] for table, _ in columns if table in _BY_TABLE}
    return frozenset(found | {family for _, column in columns for family, like in _BY_COLUMN if like.search(column)})


def _is_share(statement: Statement) -> bool:
    return any(_SHARE.search(fact) for fact in statement.entry.facts if is_query(fact) or fact.endswith("share"))
