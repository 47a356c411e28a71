"""Plain text in columns: how wide letters are, lines that are wrapped, tables that are aligned or told row by row."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Sequence

WIDTH = 72
"""Columns of a letter's plain text (RFC 5322 asks for no more than 78)."""
_LONGEST_LINE = 990
"""Bytes of a line; RFC 5322 allows 998."""
_GAP = 2
_ADDRESS = re.compile(r"<?(?:https?|mailto):\S+")


def columns(text: str) -> int:
    """Return how many columns a text takes: letters of East Asia take two, marks on letters none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def wrapped(text: str, width: int = WIDTH) -> list[str]:
    """Return a text in lines of so many columns; addresses stay whole."""
    lines: list[str] = []
    line = ""
    for word in (piece for whole in text.split() for piece in _pieces(whole, width)):
        longer = f"{line} {word}" if line else word
        if line and columns(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines


def _pieces(word: str, width: int) -> list[str]:
    if _ADDRESS.match(word) or len(word) <= width:
        return [word]
    return textwrap.wrap(word, width, break_on_hyphens=False)


def aligned_rows(
    headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool], width: int
) -> list[str] | None:
    """Return a table's lines with its columns aligned; None where it is wider than there is room."""
    every = [headings, *rows]
    widths = [max(columns(row[place]) for row in every) for place in range(len(headings))]
    if sum(widths) + _GAP * (len(widths) - 1) > width:
        return None
    lines = [
        (" " * _GAP).join(_padded(text, wide, side) for text, wide, side in zip(row, widths, right, strict=True))
        for row in every
    ]
    lines.insert(1, (" " * _GAP).join("-" * wide for wide in widths))
    return [line.rstrip() for line in lines]


def _padded(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - columns(text))
    return blanks + text if right else text + blanks


def records(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return a table's lines, each row told for itself: its first cell, and below it what the others are."""
    lines: list[str] = []
    for row in rows:
        lines += wrapped(row[0] or "-", width)
        said = [f"{heading}: {text}" for heading, text in zip(headings[1:], row[1:], strict=True) if text]
        lines += [f"  {line}" for line in wrapped("; ".join(said), width - 2)]
    return lines


def sendable(text: str) -> str:
    """Return a text no line of which is longer than mail allows."""
    return "\n".join(piece for line in text.split("\n") for piece in _cut(line))


def _cut(line: str) -> list[str]:
    pieces = []
    while len(line.encode()) > _LONGEST_LINE:
        piece = line.encode()[:_LONGEST_LINE].decode(errors="ignore")
        pieces.append(piece)
        line = line[len(piece) :]
    return [*pieces, line]
