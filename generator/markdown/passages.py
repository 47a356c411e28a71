"""Which tag covers which block.

A tag alone in a paragraph opens a passage. It runs to the next tag, to the next heading of the same or a higher level
than the heading it stands under, or to the end of the list item or quote it stands in. A tag at the start of a
paragraph covers that paragraph; then the passage around it goes on. A heading belongs to the passage that a tag right
below it opens: a reader takes the two for one. The front matter's `lead` covers what comes before the first heading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from generator.markdown.prose import OBJECT, Prose, Slip, read_prose
from generator.markdown.sections import number_sections
from generator.writeup import TagKind

_CONTAINERS = {"blockquote", "list_item"}
_DEEPEST = 6


@dataclass(frozen=True)
class Passage:
    """A stretch of text under one tag; `kind` is None where there is no tag."""

    kind: TagKind | None = None
    sources: tuple[str, ...] = ()
    """As the tag names them; () where it names none."""
    level: int = _DEEPEST
    """Of the heading it stands under; a heading of this level or a higher one (a smaller number) ends it."""


UNTAGGED = Passage()


@dataclass
class Block:
    """A block of prose: a paragraph, a heading, a table cell, or an expression in a paragraph's place."""

    inline: Token
    prose: Prose
    passage: Passage = UNTAGGED
    container: str = "paragraph"
    """`paragraph`, `heading`, `cell`."""
    opened: Passage | None = None
    """The passage of a tag that stands in this block."""
    tag_alone: bool = False
    slips: list[Slip] = field(default_factory=list)
    numbered: int = 0
    """Where a heading's own words begin, behind its section's number."""

    @property
    def words(self) -> str:
        return self.prose.text

    @property
    def observed(self) -> bool:
        return self.passage.kind == "observed"


def read_passages(tokens: Sequence[Token], lead: TagKind | None) -> list[Block]:
    """Return the blocks of a body in order, each with the passage that covers it."""
    blocks = _Walk(lead).read(tokens)
    number_sections([block for block in blocks if block.container == "heading"])
    return blocks


class _Walk:
    def __init__(self, lead: TagKind | None) -> None:
        self.passage = Passage(lead)
        self.level = _DEEPEST
        self.around: list[tuple[Passage, int]] = []
        """For each list item or quote that is open: the passage and the heading level it stands in."""
        self.blocks: list[Block] = []
        self.heading: Block | None = None
        """The heading right above, until something else comes."""

    def read(self, tokens: Sequence[Token]) -> list[Block]:
        container = "paragraph"
        for token in tokens:
            name, _, side = token.type.rpartition("_")
            if name in _CONTAINERS:
                if side == "open":
                    self.around.append((self.passage, self.level))
                else:
                    self.passage, self.level = self.around.pop()
            elif token.type == "heading_open":
                container = "heading"
                self.enter(int(token.tag[1:]))
            elif token.type in ("fence", "code_block"):
                token.meta["observed"] = self.passage.kind == "observed"
            elif token.type in ("td_open", "th_open"):
                container = "cell"
            elif side == "close":
                container = "paragraph"
            elif token.type in ("inline", "expression"):
                self.block(Block(token, read_prose(token), container=container))
            if side != "close" and token.type not in ("inline", "heading_open", "paragraph_open"):
                self.heading = None
        return self.blocks

    def enter(self, level: int) -> None:
        """Begin a section. A heading in a list item or a quote ends no passage that began outside it."""
        outside = self.around[-1][0] if self.around else UNTAGGED
        self.level = level
        if level <= self.passage.level:
            self.passage = outside

    def block(self, block: Block) -> None:
        block.passage = self.passage
        self.tags(block)
        if block.opened and block.tag_alone:
            self.passage = block.opened
            if self.heading:
                self.heading.passage = block.opened
        if block.opened:
            block.passage = block.opened
        self.heading = block if block.container == "heading" else None
        self.blocks.append(block)

    def tags(self, block: Block) -> None:
        """Find the tag that opens a block; every other one is a slip."""
        text = block.prose.text
        for number, (token, start) in enumerate(block.prose.tags):
            if block.container != "paragraph":
                problem = f"a tag in a {'table' if block.container == 'cell' else 'heading'}"
            elif token.meta["struck"]:
                problem = "a tag that is struck out"
            elif number:
                problem = "a second tag in one paragraph"
            elif text[:start].strip():
                problem = "a tag in the middle of a paragraph"
            else:
                block.opened = Passage(token.meta["kind"], token.meta["sources"], self.level)
                block.tag_alone = not text[start + len(OBJECT) :].strip()
                continue
            block.slips.append(
                Slip(
                    "tag-syntax",
                    token.meta["at"],
                    f"{problem} says nothing",
                    "put it at the start of a paragraph, or alone in one below the heading",
                )
            )
