"""The beginning of a text, for a letter that has no room for all of it."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token

MOST_BLOCKS = 8
"""Paragraphs, lists and the like that a beginning has, should no heading end it before."""


def beginning_of(tokens: Sequence[Token]) -> tuple[list[Token], bool]:
    """Return what stands before the first heading, then the first chart or table; and whether anything is left out."""
    end = _end_of_lead(tokens)
    lead = list(tokens[:end])
    if not any(map(_is_figure, lead)):
        lead += [token for token in tokens[end:] if _is_figure(token)][:1]
    return lead, len(lead) < len(tokens)


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


def _is_figure(token: Token) -> bool:
    """Whether a token is a chart or table out of a pack, which says itself what it stands on."""
    return token.type == "expression" and token.block and token.meta.get("claim") is None
