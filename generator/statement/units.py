"""Rule `unit`: what the words count or measure against what the column does: its name says its unit.

latency_s  seconds      cost_usd  US dollars      tokens_in  tokens      passes, failures, runs, tasks, tool_calls
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clawpub.quantity import Quantity
from generator.statement import CLAUSE, Remark, Statement
from generator.statement.direct import column_of, facts_by_quantity

_NOUNS: dict[str, str] = {
    noun: unit
    for unit, nouns in {
        "seconds": "s sec secs second seconds",
        "milliseconds": "ms millisecond milliseconds msec",
        "minutes": "min mins minute minutes",
        "hours": "h hr hrs hour hours",
        "days": "day days",
        "tokens": "token tokens",
        "runs": "run runs",
        "passes": "pass passes",
        "failures": "failure failures",
        "tasks": "task tasks",
        "calls": "call calls",
        "turns": "turn turns",
        "dollars": "dollar dollars usd",
        "euros": "euro euros eur",
    }.items()
    for noun in nouns.split()
}
_SUFFIXES = {
    "_s": "seconds", "_seconds": "seconds", "_ms": "milliseconds", "_min": "minutes", "_minutes": "minutes",
    "_h": "hours", "_hours": "hours", "_days": "days", "_usd": "dollars", "_eur": "euros", "_tokens": "tokens",
}  # fmt: skip
_COLUMNS = {
    "tokens": "tokens", "passes": "passes", "failures": "failures", "runs": "runs", "tasks": "tasks",
    "tool_calls": "calls", "model_calls": "calls", "lost_calls": "calls", "planned": "runs",
}  # fmt: skip
_ALSO = {"passes": {"runs"}, "failures": {"runs"}, "runs": {"passes", "failures"}, "calls": {"turns"}}
"""What else a column's values may be called: a pass is a run, a model call is a turn."""
_SHARE = re.compile(r"(?:^|_)(?:pass|win|hit|success|error|failure)_rate(?:_|$)|(?:^|_)(?:share|accuracy)$")
_CURRENCIES = {"USD": "dollars", "EUR": "euros", "GBP": "pounds", "JPY": "yen"}
_VERBS = {
    "tokens_in": re.compile(r"\b(?:wrote|written|writes?|generated?|produced?)\b", re.IGNORECASE),
    "tokens_out": re.compile(r"\b(?:read|reads|took in|consumed|prompted)\b", re.IGNORECASE),
}
"""What is said of the other side: what a model reads goes in, what it writes comes out."""
_RELATIVE = re.compile(r"\(\s*(?P<left>[\w.]+)\s*-\s*(?P<right>[\w.]+)\s*\)\s*/\s*(?:(?P=left)|(?P=right))(?![\w.])")
"""(a - b) / b is a change in percent; points are a - b."""


def unit(statement: Statement) -> Sequence[Remark]:
    if statement.verdict != "verified":
        return ()
    remarks = []
    for quantity, facts in facts_by_quantity(statement.entry.facts, statement.quantities):
        remarks += [remark for fact in facts for remark in _counted(statement, fact, quantity)][:1]
        if quantity.kind == "points" and any(_RELATIVE.search(fact) for fact in facts):
            message = (
                f"{quantity.text!r} are points, and [{statement.entry.id}] divides the difference: a change in percent"
            )
            remarks.append(Remark("unit", message, "say % more or % fewer, or subtract the one rate from the other"))
    if statement.entry.inside and statement.quantities:
        remarks += _counted(statement, statement.entry.inside, statement.quantities[0])
    return remarks or list(_other_side(statement))


def _counted(statement: Statement, fact: str, quantity: Quantity) -> list[Remark]:
    """Hold what the words count against what a column counts."""
    column = column_of(fact)
    share = "a share" if _SHARE.search((column or "").lower()) else None
    stored, said = unit_of(column or "") or share, _said(statement, quantity)
    if not (column and stored and said) or said == stored or said in _ALSO.get(stored, ()):
        return []
    message = f"{quantity.text!r} counts {said}, and {column} is {share or f'in {stored}'}"
    computed = f"; or compute it: select {column} / 60.0 from … gives minutes of seconds"
    return [Remark("unit", message, f"say {stored}{computed if said in ('minutes', 'hours') else ''}")]


def unit_of(column: str) -> str | None:
    """Return what a column measures or counts, as its name says; None where it does not."""
    low = column.lower()
    if low in _COLUMNS:
        return _COLUMNS[low]
    counted, per, _ = low.partition("_per_")
    if per and (rate := unit_of(f"_{counted}") or _COLUMNS.get(counted)):
        return rate  # usd_per_1m_tokens is in dollars, tokens_per_s in tokens
    if low.startswith("tokens_") or low.endswith("_tokens"):
        return "tokens"
    return next((unit for suffix, unit in _SUFFIXES.items() if low.endswith(suffix)), None)


def _said(statement: Statement, quantity: Quantity) -> str | None:
    """Return what the words right behind a quantity, or its sign of currency, say that it counts."""
    if quantity.unit in _CURRENCIES:
        return _CURRENCIES[quantity.unit]
    if quantity.kind in ("percent", "ratio", "multiple", "fraction", "ordinal", "change", "points"):
        return None
    following = re.match(r"\s+([a-z]+)", statement.text[quantity.end :])
    noun = (quantity.noun or (following[1] if following else "")).lower()
    if noun in ("tool", "model", "scored", "planned", "passing", "failing", "more", "fewer"):
        following = re.match(rf"\W*{re.escape(noun)}\W+(\w+)", statement.text[quantity.end :], re.IGNORECASE)
        noun = following[1].lower() if following else noun
    return _NOUNS.get(noun) or _heads(statement)


def _heads(statement: Statement) -> str | None:
    """Return what the header of the column says that a table's cell counts: the one unit among its words."""
    found = {_NOUNS[word] for word in re.findall(r"[a-z]+", statement.around.header.lower()) if word in _NOUNS}
    return found.pop() if len(found) == 1 and statement.text.strip() == statement.whole.strip() else None


def _other_side(statement: Statement) -> Iterator[Remark]:
    """What a model read over the tokens that it wrote, and the other way round."""
    columns = {column for _, column in statement.columns}
    for column, pattern in _VERBS.items():
        other = "tokens_out" if column == "tokens_in" else "tokens_in"
        if column in columns and other not in columns:
            low, high = statement.sentence
            before = CLAUSE.split(statement.text[low : statement.start])[-1]
            behind = CLAUSE.split(statement.text[statement.end : high])[0]
            found = pattern.search(before) or pattern.search(behind)
            if found and not _VERBS[other].search(before + behind):
                yield Remark("unit", f"{found[0]!r} is said of {column}", "tokens in are read, tokens out are written")
