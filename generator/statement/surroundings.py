"""What a reader sees around a block and takes for its subject: the row and column of a table's cell, the item that a
list stands under, the headings above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from generator.markdown.passages import Block


@dataclass(frozen=True)
class Surroundings:
    row: str = ""
    """The first cell of the row, where the block is another one of it."""
    header: str = ""
    """The header of the column."""
    items: tuple[str, ...] = ()
    """What the list items begin with that the block's own is nested in, the nearest first, and what leads it in."""
    headings: tuple[str, ...] = ()
    """The headings that the block stands under, the nearest first."""

    @property
    def above(self) -> tuple[str, ...]:
        """The texts that may name what the block is about, the nearest first."""
        cell = f"{self.row}\n{self.header}".strip()
        return tuple(text for text in (cell, *self.items, *self.headings) if text)


def surroundings(tokens: Sequence[Token], blocks: Sequence[Block]) -> dict[int, Surroundings]:
    """Return what is around each block, by the `id` of its inline token."""
    texts = {id(block.inline): block.prose.text for block in blocks}
    walk = _Walk(texts)
    for token in tokens:
        walk.step(token)
    return walk.around


@dataclass
class _Walk:
    texts: Mapping[int, str]
    around: dict[int, Surroundings] = field(default_factory=dict)
    headings: list[tuple[int, str]] = field(default_factory=list)
    level: int = 0
    """Of the heading that is open; 0 outside of headings."""
    items: list[str] = field(default_factory=list)
    """For each list item that is open: the text that it begins with."""
    leads: list[str] = field(default_factory=list)
    """For each list that is open: the paragraph right above, where it ends in a colon."""
    last: str = ""
    headers: list[str] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    in_head: bool = False

    def step(self, token: Token) -> None:
        match token.type:
            case "heading_open":
                self.level = int(token.tag[1:])
                self.headings = [each for each in self.headings if each[0] < self.level]
            case "heading_close":
                self.level, self.last = 0, ""
            case "bullet_list_open" | "ordered_list_open":
                self.leads.append(self.last if self.last.rstrip().endswith(":") else "")
            case "bullet_list_close" | "ordered_list_close":
                self.leads.pop()
            case "list_item_open":
                self.items.append("")
            case "list_item_close":
                self.items.pop()
            case "thead_open" | "thead_close":
                self.in_head = token.type == "thead_open"
            case "table_open":
                self.headers = []
            case "tr_open":
                self.row = []
            case "inline" | "expression" if id(token) in self.texts:
                self.block(id(token))
            case "table_close":
                self.headers, self.row = [], []

    def block(self, key: int) -> None:
        text = self.texts[key]
        row = header = ""
        if self.in_head:
            self.headers.append(text)
        elif self.headers:
            row = self.row[0] if self.row else ""
            header = self.headers[len(self.row)] if len(self.row) < len(self.headers) else ""
            self.row.append(text)
        outer = [item for item in reversed(self.items) if item] + [lead for lead in reversed(self.leads) if lead]
        headings = tuple(heading for _, heading in reversed(self.headings))
        self.around[key] = Surroundings(row, header, tuple(outer), headings)
        if self.level:
            self.headings.append((self.level, text))
        elif self.items and not self.items[-1]:
            self.items[-1] = text
        self.last = text
