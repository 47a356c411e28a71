"""Rule `unbound-word`, inside spans: a word that compares is bound only where its fact compares.

"The best task had [3 passes]" over one cell says nothing of the others, and "cheaper" over `passes >= 0` nothing of the
cost. A superlative takes the end of something; a comparative and a multiple set two cells against each other, or read a
column that is a ratio by its name. Either may be asked by `holds`. What is "cheaper" is so by a cost, what is "faster"
by a time; and "nothing" is said of what was counted, not of what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from clawpub.pack.query import TEXT, is_query
from generator.statement import Remark, Statement
from generator.statement.direct import column_of
from generator.statement.units import unit_of
from generator.statement.universe import families
from generator.writeup import FactEntry

_END = re.compile(r"\b(?:max|min|rank|dense_rank|row_number|first_value|last_value)\s*\(|\border\s+by\b", re.IGNORECASE)
_RATIO = re.compile(
    r"ratio|factor|times|multiple|speedup|change|growth|delta|diff|gain|gap|margin|lift|lead", re.IGNORECASE
)
_MEASURED = {
    "cost": "cheaper cheapest dearer dearest costlier costliest",
    "time": "faster fastest slower slowest quicker quickest",
}
"""Words that compare one thing only; "longer" may be said of an answer."""
_IS_NULL = re.compile(r"\b(?P<column>\w+)\)*\s+(?:is\s+null|isnull)\b", re.IGNORECASE)
_NOTHING = re.compile(r"\b(?:costs?|spent|spends|took|takes|used|uses|needed|needs) nothing\b|\bfree\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_]\w*")


def comparing(statement: Statement) -> Sequence[Remark]:
    if statement.verdict != "verified" or statement.rule == "words":
        return ()
    entry = statement.entry
    columns = {column.lower() for _, column in statement.columns}
    asked = [entry.holds] if entry.holds else []
    for word in statement.words:
        if word.kind == "universal":
            if absent := _absent(statement.text[: word.end], word.text, entry):
                return (absent,)
            continue
        facts = [*asked, *(fact for fact in entry.facts if is_query(fact) or not asked)]
        good = _takes_an_end(facts) if word.kind == "superlative" else False
        if not good and not _compares(facts, columns):
            return (_remark(word.text, word.kind, entry.id),)
        if other := _measures_other(word.text, statement):
            return (other,)
    for quantity in statement.quantities:
        if quantity.kind in ("change", "multiple") and not _compares([*asked, *entry.facts], columns):
            return (_remark(quantity.text, "comparison", entry.id),)
    return ()


def _absent(text: str, word: str, entry: FactEntry) -> Remark | None:
    """Return what is wrong where a text ends in "cost nothing" or "free", over a cost that is missing."""
    found = _IS_NULL.search(entry.holds or "")
    if found is None or unit_of(found["column"]) is None or not _ends(_NOTHING, text):
        return None
    message = f"{word!r}, and [{entry.id}] asks whether {found['column']} is missing: missing is not zero"
    return Remark("undecidable", message, "say that it was not recorded")


def _ends(pattern: re.Pattern[str], text: str) -> bool:
    return any(found.end() == len(text) for found in pattern.finditer(text, max(0, len(text) - 40)))


def _measures_other(word: str, statement: Statement) -> Remark | None:
    """Return what is wrong where something is "cheaper" and no cost was read, or "faster" and no time."""
    read = families(statement.columns)
    for family, words in _MEASURED.items():
        if word.lower() in words.split() and read and family not in read:
            message = f"{word!r} compares {family}, and [{statement.entry.id}] reads {', '.join(sorted(read))}"
            return Remark("unit", message, f"read the {family}, or say what was compared")
    return None


def _remark(word: str, kind: str, entry: str) -> Remark:
    hint = (
        "a superlative takes max(), min() or order by; a comparison sets two cells against each other; or add `holds`"
    )
    return Remark("unbound-word", f"{word!r} is a {kind}, and [{entry}] compares nothing", hint)


def _takes_an_end(facts: Iterable[str]) -> bool:
    return any(_END.search(fact) for fact in facts if is_query(fact))


def _compares(facts: Iterable[str], columns: set[str]) -> bool:
    """Whether one of the facts reads two cells, or a column that is itself a comparison."""
    for fact in facts:
        if _RATIO.search(column_of(fact) or ""):
            return True
        read = [word for word in _WORD.findall(TEXT.sub("''", fact)) if word.lower() in columns]
        if is_query(fact) and (len(read) > 1 or _END.search(fact)):
            return True
    return False
