"""Where in the source an inline token stands. markdown-it's inline tokens have no places; these have.

Every inline token carries `meta["at"]`: the offset in its block's content at which it begins. A text token that was
joined of several carries `meta["pieces"]`: (offset in the token's text, offset in the block's content, verbatim) for
each; a piece that is not verbatim is an entity or an escape, whose characters all stand at one place. `Locator` then
turns a block's offsets into lines and columns of the file, prefixes of quotes, lists, headings and table cells left
out.

It rests on two facts about markdown-it: text that waits to become a token is a verbatim slice of the source, and a
rule pushes its tokens while `state.pos` is still at its own start (or, for a link's and a span's ends, at the label's).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

Piece = tuple[int, int, bool]
Place = Callable[[int], tuple[int, int]]
"""Line and column of an offset in a block's content."""


class PlacedInline(ParserInline):
    """The inline parser, writing down where each token begins."""

    def __init__(self, plain: ParserInline) -> None:
        super().__init__()
        self.ruler = plain.ruler
        self.ruler2 = plain.ruler2
        self.terminator_re = plain.terminator_re

    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        state = _PlacedState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _PlacedState(StateInline):
    def __init__(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> None:
        super().__init__(src, md, env, tokens)
        self._pending_at = 0
        self._pushed: tuple[Token, int] | None = None

    def append_pending(self, text: str) -> None:
        if not self._pending and not self._pending_buffer:
            self._pending_at = self.pos
        super().append_pending(text)

    def pushPending(self) -> Token:
        token = super().pushPending()
        token.meta["at"] = self._pending_at
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        before = self._pushed
        same_start = before is not None and before[1] == self.pos
        token.meta["at"] = before[0].meta["at"] + len(before[0].content) if before and same_start else self.pos
        self._pushed = token, self.pos
        return token


def place_tokens(md: MarkdownIt) -> None:
    """Make a parser write down places. The rules that join texts are replaced by one that keeps them."""
    md.inline = PlacedInline(md.inline)
    md.inline.ruler2.at("fragments_join", _levels)
    md.core.ruler.at("text_join", _join)


def _levels(state: StateInline) -> None:
    """What markdown-it's fragments_join does besides joining."""
    level = 0
    for token in state.tokens:
        level += min(token.nesting, 0)
        token.level = level
        level += max(token.nesting, 0)


def _join(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline":
            token.children = _joined(token.children or [], 0)


def _joined(tokens: list[Token], base: int) -> list[Token]:
    joined: list[Token] = []
    run: list[Token] = []
    for token in tokens:
        token.meta["at"] = token.meta.get("at", 0) + base
        if token.type in ("text", "text_special"):
            run.append(token)
            continue
        joined += _one_text(run)
        run = []
        if token.children:
            token.children = _joined(token.children, token.meta["at"] + len("!["))
        joined.append(token)
    return joined + _one_text(run)


def _one_text(run: list[Token]) -> list[Token]:
    pieces: list[Piece] = []
    texts: list[str] = []
    length = 0
    for token in run:
        if token.content:
            pieces.append((length, token.meta["at"], token.type == "text"))
            texts.append(token.content)
            length += len(token.content)
    if not texts:
        return []
    text = run[0]
    text.type, text.content = "text", "".join(texts)
    text.meta |= {"at": pieces[0][1], "pieces": pieces}
    return [text]


class Locator:
    """Lines and columns of a file for offsets in its blocks. Cells of a table are asked for from left to right."""

    def __init__(self, body: str, first_line: int) -> None:
        self._lines = body.replace("\0", "\ufffd").split("\n")
        self._first = first_line
        self._used: dict[int, int] = {}
        """By line: the column behind the table cell that was found there last."""

    def line_of(self, token: Token) -> int:
        """Return the line of a block token, in the file."""
        return self._first + (token.map[0] if token.map else 0)

    def of(self, inline: Token, *, cell: bool = False) -> Place:
        """Return what gives line and column, from 1, of an offset in an inline token's content."""
        first, behind = inline.map or (0, len(self._lines))
        return self._cell(inline.content, first) if cell else self._block(inline.content, first, behind)

    def _block(self, content: str, line: int, behind: int) -> Place:
        starts: list[int] = []
        places: list[tuple[int, int]] = []
        offset = 0
        for text in content.split("\n"):
            bare = text.lstrip(" \t")
            found, column = self._find(bare, line, behind)
            starts.append(offset + len(text) - len(bare))
            places.append((found, column))
            offset += len(text) + 1
            line = found + 1

        def place(at: int) -> tuple[int, int]:
            index = max(bisect_right(starts, at) - 1, 0)
            found, column = places[index]
            return self._first + found, column + max(at - starts[index], 0) + 1

        return place

    def _find(self, text: str, line: int, behind: int) -> tuple[int, int]:
        """Return the line, from `line` on, and the column at which a line of a block's content stands: at its end,
        behind the marks of quotes, lists and headings."""
        for here in range(line, min(behind, len(self._lines))):
            column = self._lines[here].rfind(text) if text else 0
            if column >= 0:
                return here, column
        return min(line, len(self._lines) - 1), 0

    def _cell(self, content: str, line: int) -> Place:
        column = self._lines[line].find(content.replace("|", "\\|"), self._used.get(line, 0))
        if column >= 0:
            self._used[line] = column + len(content) + content.count("|")

        def place(at: int) -> tuple[int, int]:
            return self._first + line, max(column, 0) + at + content.count("|", 0, at) + 1

        return place
