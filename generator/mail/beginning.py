"""The beginning of a text, for a letter that has no room for all of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token

_CHART = re.compile(r"\s*\w+_chart\(")

MOST_BLOCKS = 8
"""Paragraphs, lists and the like that a beginning has, should no heading end it before."""


def beginning_of(tokens: Sequence[Token], *, chart: bool = True) -> tuple[list[Token], bool]:
    """Return what stands before the first heading, then the first table and, where wanted, the first chart, unless
    there was one before; and whether anything is left out."""
    end = _end_of_lead(tokens)
    firsts: dict[str, int] = {}
    for place, token in enumerate(tokens):
        if (kind := figure_of(token)) and (chart or kind != "chart"):
            firsts.setdefault(kind, place)
    kept = sorted({*range(end), *firsts.values()})
    return [tokens[place] for place in kept], len(kept) < len(tokens)


def _end_of_lead(tokens: Sequence[Token]) -> int:
    """Return where the lead ends; a heading right at the start begins it."""
    blocks = depth = 0
    for position, token in enumerate(tokens):
        if token.type == "heading_open" and depth == 0 and blocks:
            return position
        depth += token.nesting
        if depth == 0 and token.type != "heading_close":
            blocks += 1
            if blocks == MOST_BLOCKS:
                return position + 1
    return len(tokens)


def figure_of(token: Token) -> str:
    """Return what a token is out of a pack, which says itself what it stands on: a chart or a table; empty for else."""
    if token.type != "expression" or not token.block or token.meta.get("claim") is not None:
        return ""
    return "chart" if _CHART.match(token.content) else "table"
