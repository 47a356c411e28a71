"""Rule `entity`, of failure modes: "timed out" over a count of loops, "only two failed" over a count of wrong answers.

A fact that counts one failure mode names it in its condition. The words around its number may say which mode they
count, by its own name or in plain words; runs that merely "failed" are the runs of every mode, so "only" two of them
are more than those of one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.statement import CLAUSE, Remark, Statement
from generator.statement.direct import facts_by_quantity

_PLAIN = {
    "wrong_answer": r"wrong answers?|answered wrong(?:ly)?|(?:were|was|are|is|went) wrong",
    "partial_complete": r"partial(?:ly)? (?:complet\w+|done|solved)|half done",
    "gave_up_mid_plan": r"gave up|g[ia]ven? up|giving up|quit",
    "tool_call_hallucinated": r"hallucinat\w+|invented (?:a )?tools?",
    "tool_call_redundancy": r"loop(?:s|ed|ing)?|repeat(?:s|ed|ing)?|redundan\w+",
    "context_exhausted": r"ran out of context|context (?:overflow\w*|exhaust\w+)",
    "turn_budget_exhausted": r"ran out of turns|turn (?:limit|budget)s?",
    "timeout": r"tim(?:e|ed|es|ing)[ -]?outs?|ran out of time",
    "infrastructure_error": r"infrastructure errors?",
}
_MODE = {mode: re.compile(rf"\b(?:{mode}|{words})\b(?! through\b)", re.IGNORECASE) for mode, words in _PLAIN.items()}
"""How prose says each: by the name, or plainly."""
_LOOP = re.compile(r"\b(?:the|our|its own|through a|short) loop\b(?! of\b)", re.IGNORECASE)
"""A harness."""
_HEAD = re.compile(r"(?: *:| +(?:were|was|are|came to|numbered|only|just|exactly|in|about))* *$", re.IGNORECASE)
_COUNTED = re.compile(r"\bfailure_mode\s*=\s*'([^']+)'", re.IGNORECASE)
_OTHER = re.compile(r"\bfailure_mode\b(?!\s*(?:=\s*'|\)))", re.IGNORECASE)
_FAILED = re.compile(
    r"^(?: +(?:of|the|all|its|runs?|tasks?|times|attempts?|[\w-]*\d)\b)* +fail(?:ed|ures?)\b", re.IGNORECASE
)


def modes(statement: Statement) -> Sequence[Remark]:
    if statement.verdict != "verified" or statement.entry.holds:
        return ()
    for quantity, facts in facts_by_quantity(statement.entry.facts, statement.quantities):
        counted = {mode for fact in facts for mode in _COUNTED.findall(fact)}
        if len(counted) != 1 or any(_OTHER.search(fact) for fact in facts):
            continue
        mode = counted.pop()
        low, high = statement.sentence
        behind = CLAUSE.split(statement.text[quantity.outer_end : high])[0]
        said = _said(behind) or _heading(statement.text[low : quantity.outer_start])
        if said and mode not in said:
            word = min(said.values(), key=lambda found: found.start())[0]
            message = f"{word!r} is said of {quantity.text!r}, and [{statement.entry.id}] counts {mode}"
            return (Remark("entity", message, "name the failure mode that the fact counts"),)
        if not said and quantity.quantifier in ("only", "exactly") and _FAILED.match(behind):
            message = f"{statement.whole!r} failed, and [{statement.entry.id}] counts {mode} alone"
            return (Remark("entity", message, "count every failure, or name the failure mode"),)
    return ()


def _heading(before: str) -> dict[str, re.Match[str]]:
    """Return the modes that a text names whose last words stand right by the number: "Timeouts: [2]", "gave up [2]"."""
    text = _LOOP.sub(lambda found: "_" * len(found[0]), _HEAD.sub("", before))
    ends = {
        mode: [found for found in pattern.finditer(text) if found.end() == len(text)] for mode, pattern in _MODE.items()
    }
    return {mode: found[0] for mode, found in ends.items() if found}


def _said(text: str) -> dict[str, re.Match[str]]:
    """Return the failure modes that a text names, each with where."""
    text = _LOOP.sub(lambda found: "_" * len(found[0]), text)
    return {mode: found for mode, pattern in _MODE.items() if (found := pattern.search(text))}
