"""Rule `rank`: a rank with ties is one only where it is the same however ties are counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from clawpub.pack.query import is_query
from clawpub.pack.tables import Cell
from generator.statement import Remark, Statement

_RANK = re.compile(r"\b(?:rank|dense_rank|row_number)\s*\(\s*\)", re.IGNORECASE)
WAYS = ("rank()", "dense_rank()")


def rank(statement: Statement, ask: Callable[[str], Cell]) -> Sequence[Remark]:
    if statement.verdict != "verified" or not any(
        q.kind == "ordinal" or q.text.startswith("#") for q in statement.quantities
    ):
        return ()
    for reading in statement.readings:
        if is_query(reading.fact) and _RANK.search(reading.fact):
            values = [ask(_RANK.sub(way, reading.fact)) for way in WAYS]
            if any(value != reading.value for value in values):
                counted = " or ".join(dict.fromkeys(map(str, [reading.value, *values])))
                message = f"a tie makes the rank {counted}, by how ties are counted"
                return (Remark("rank", message, "say that it is tied, and with what"),)
    return ()
