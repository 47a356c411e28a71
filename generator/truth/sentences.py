"""The sentences of a checked writeup: as a reader sees them, as their author typed them, and what is bound in each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from markdown_it.token import Token

from generator.markdown.passages import Block, read_passages
from generator.markdown.prose import OBJECT, Span
from generator.markdown.source_map import Locator, Place
from generator.sentences import BETWEEN
from generator.writeup import CheckedWriteup, Claim


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence of a block of prose; `start` and `end` are offsets in the block's text."""

    block: Block
    start: int
    end: int
    place: Place = field(repr=False)
    row: str = ""
    """For a cell of a table: what its row begins with."""

    @property
    def text(self) -> str:
        """Its words as a reader sees them, code between backticks."""
        words = "".join(self.shown(at) for at in range(self.start, self.end))
        return " ".join(words.split())

    def shown(self, at: int) -> str:
        """Return a character of the block's text, or what stands in its place: code, a value that is printed."""
        char = self.block.prose.text[at]
        if char != OBJECT:
            return char
        thing = self.objects.get(at)
        if isinstance(thing, str):
            return f"`{thing}`"
        claim = thing.meta.get("claim") if thing else None
        return claim.text if isinstance(claim, Claim) else ""

    @cached_property
    def objects(self) -> dict[int, str | Token]:
        """Code by its words and expressions by their token, by offset in the block's text."""
        prose = self.block.prose
        code = dict(prose.code)
        found: dict[int, str | Token] = {start: token for token, start in prose.expressions}
        for at in range(self.start, self.end):
            if prose.text[at] == OBJECT and at not in found and (words := code.get(prose.source(at))) is not None:
                found[at] = words
        return found

    @property
    def source_start(self) -> int:
        """Where it begins in the block's source, with the markup before its first word."""
        prose = self.block.prose
        if not self.start:
            return 0
        if prose.text[self.start - 1].isspace():
            return prose.source(self.start - 1) + 1
        opening = [span.at for span in prose.spans if span.start == self.start]
        return min([prose.source(self.start), *opening])

    @property
    def source_end(self) -> int:
        prose = self.block.prose
        return prose.source(self.end) if self.end < len(prose.text) else len(prose.content)

    @property
    def at(self) -> tuple[int, int]:
        """Line and column of its first word."""
        return self.place(self.block.prose.source(self.start))

    @property
    def lines(self) -> range:
        last = self.place(max(self.source_end - 1, self.source_start))[0]
        return range(self.at[0], max(last, self.at[0]) + 1)


@dataclass(frozen=True, eq=False)
class Binding:
    """A span or an expression in its sentence; what became of it is the claim of its token."""

    sentence: Sentence
    token: Token
    span: Span | None
    start: int
    line: int
    column: int

    @property
    def claim(self) -> Claim | None:
        claim = self.token.meta.get("claim")
        return claim if isinstance(claim, Claim) else None

    @property
    def words(self) -> str:
        """The words of a span; of an expression its source."""
        return self.span.whole if self.span else f"{{{{ {self.token.content} }}}}"


def bindings_of(checked: CheckedWriteup) -> list[Binding]:
    """Return what is bound in a writeup, in its order: the same number of it for every check of the same body."""
    locator = Locator(checked.writeup.body, checked.writeup.body_line)
    found: list[Binding] = []
    row_line, row = -1, ""
    for block in read_passages(checked.tokens, checked.writeup.lead_tag):
        cell = block.container == "cell"
        place = locator.of(block.inline, cell=cell)
        line = block.inline.map[0] if block.inline.map else 0
        if cell and line != row_line:
            row_line, row = line, block.prose.text.replace(OBJECT, "").strip()
        sentences = list(_sentences(block, place, row if cell else ""))
        found += _in_block(block, sentences)
    return found


def _in_block(block: Block, sentences: list[Sentence]) -> Iterator[Binding]:
    prose = block.prose
    things: list[tuple[int, Token, Span | None, int]] = [
        (span.start, span.token, span, span.at) for span in prose.spans if not span.in_span
    ]
    things += [(start, token, None, token.meta["at"]) for token, start in prose.expressions]
    for start, token, span, at in sorted(things, key=lambda thing: thing[0]):
        sentence = next((each for each in sentences if start < each.end or each is sentences[-1]), None)
        if sentence is not None:
            yield Binding(sentence, token, span, start, *sentence.place(at))


def _sentences(block: Block, place: Place, row: str) -> Iterator[Sentence]:
    """Yield a block's sentences; where a span goes over the border of two, they are one."""
    prose = block.prose
    tags = [at for _, at in prose.tags]
    start = max(tags, default=-1) + 1 if not prose.text[: max(tags, default=0)].strip() else 0
    start += len(prose.text[start:]) - len(prose.text[start:].lstrip())
    for border in BETWEEN.finditer(prose.text, start):
        if any(span.start < border.end() and border.start() < span.end for span in prose.spans):
            continue
        yield Sentence(block, start, border.start(), place, row)
        start = border.end()
    if prose.text[start:].strip():
        yield Sentence(block, start, len(prose.text.rstrip()), place, row)
