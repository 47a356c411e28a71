"""Quantities in code: `29 of 30 runs` between backticks is prose that nobody checks, `line_count: 1` is a program's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clawpub.quantity import Quantity, scan, words

_SHARES = ("ratio", "percent", "points", "change", "multiple", "fraction")
_MACHINE = re.compile(
    r"[=(){}\[\];<>&\\]|(?:^|\s)--?[a-z]|[^\W\d]/|/[^\W\d]|\b(?:select|where|insert|update|width|height)\b",
    re.IGNORECASE,
)
"""What a sentence does not hold: brackets, assignments, flags, paths, SQL and CSS."""
_COUNTED = words.COUNTED - words.SPANS - {"times", "line", "lines", "token", "tokens"}
"""`sleep 10 seconds` and `top 5 lines` are commands."""


def code_quantity(code: str, names: Sequence[str] = ()) -> str:
    """Return what a code span says of quantities; "" where it is a program's, or holds a claim span."""
    code = code.strip()
    found = [] if "]{" in code else scan(code, names=names)
    if len(found) == 1 and found[0].outer_end - found[0].outer_start == len(code):
        return code
    told = (q.text for q in found if q.kind in (*_SHARES, "money") or q.noun in _COUNTED)
    return "" if _MACHINE.search(code) else next(told, "")


def share_in_code(code: str, names: Sequence[str] = ()) -> str:
    """Return the first ratio or percentage of a code block that no machine reads; "" where there is none."""
    for line in code.splitlines():
        if not _MACHINE.search(line) and (share := next(filter(_is_share, scan(line, names=names)), None)):
            return share.text
    return ""


def _is_share(quantity: Quantity) -> bool:
    return quantity.kind in ("ratio", "percent")
