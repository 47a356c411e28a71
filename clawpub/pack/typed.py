"""Numbers typed into a query where they become part of what it says: `passes + 6`, `28 + (passes > 0)`, `'9/' || runs`.

A fact is computed from cells. A literal may choose (`where run = 2`, `limit 1`), compare (`passes > 2`), round, or turn
one unit into another (`/ 60`, `* 100`); it may not be added to a cell, joined to one, or stand in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_TOKEN = re.compile(
    r"(?P<space>\s+|--[^\n]*|/\*.*?\*/)|(?P<text>'(?:[^']|'')*')|(?P<name>\"[^\"]*\"|`[^`]*`|\[[^\]]*\]|[A-Za-z_]\w*)"
    r"|(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(?P<sign>\|\||[<>=!]=|<>|.)",
    re.DOTALL,
)
UNITS = frozenset(map(Decimal, "1 10 12 24 60 100 365 1000 1024 3600 10000 86400 1000000 1000000000".split()))
"""What a cell may be multiplied with or divided by: it turns one unit into another."""
_STANDS_IN = frozenset(
    "coalesce ifnull iif max min nullif wilson_low wilson_high fisher_p clustered_low clustered_high paired_p "
    "paired_low paired_high sign_flip_p exchange_p best_t_p best_signs_p detectable_t detectable_signs abs sum avg "
    "total".split()
)
"""Functions whose arguments become what they give; `round(x, 2)` and `percentile(x, 90)` only say how."""


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def typed_number(query: str) -> str | None:
    """Return a number of a query that becomes part of its value, as it is used; None where there is none."""
    tokens = list(_tokens(query))
    inside: list[str] = []
    """The functions whose brackets are open, "" for none."""
    for at, token in enumerate(tokens):
        before = tokens[at - 1] if at else _Token("", "")
        after = tokens[at + 1] if at + 1 < len(tokens) else _Token("", "")
        if token.text == "(":
            inside.append(before.text.lower() if before.kind == "name" else "")
        elif token.text == ")" and inside:
            inside.pop()
        elif token.kind == "number" and (used := _used(tokens, at, before, after, inside[-1] if inside else "")):
            return used
        elif token.kind == "text" and (joined := _joined(token, before, after, inside[-1] if inside else "")):
            return joined
    return None


def _tokens(query: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(query):
        if match.lastgroup != "space":
            yield _Token(str(match.lastgroup), match[0])


def _used(tokens: list[_Token], at: int, before: _Token, after: _Token, function: str) -> str | None:
    number = tokens[at].text
    value = Decimal(number)
    behind = tokens[at - 2] if at > 1 else _Token("", "")
    if before.text == "-" and behind.kind not in ("name", "number") and behind.text != ")":
        before = behind  # a sign, not a difference
    if before.text.lower() in ("then", "else") and after.text not in ("*", "/") and value not in (0, 1):
        return f"{before.text} {number}"
    for sign, shown in ((before.text, f"{before.text} {number}"), (after.text, f"{number} {after.text}")):
        if sign in ("+", "-", "||") and value not in (0, 1) and not (sign == "-" and value == 100):
            return shown
        if sign in ("*", "/") and value not in UNITS and value not in (0, Decimal("0.01"), Decimal("0.001")):
            return shown
    if function in _STANDS_IN and before.text in ("(", ",") and after.text in (",", ")") and value not in (0, 1):
        return f"{function}(… {number} …)"
    return None


def _joined(token: _Token, before: _Token, after: _Token, function: str) -> str | None:
    """Return a text with digits in it that is joined to a cell, or that a function builds one of."""
    if "||" in (before.text, after.text) and re.search(r"\d", token.text):
        return f"|| {token.text}" if before.text == "||" else f"{token.text} ||"
    if function in ("printf", "format") and re.search(
        r"\d", re.sub(r"%[-+ 0#,!]*\d*(?:\.\d+)?[a-zA-Z%]", "", token.text)
    ):
        return f"{function}({token.text} …)"
    if function in ("length", "octet_length") and len(token.text) > 2:
        return f"{function}(… {token.text} …)"
    if before.text.lower() in ("then", "else") and re.search(r"\d", token.text):
        return f"{before.text} {token.text}"
    return None
