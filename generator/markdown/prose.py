"""A block's text as a reader sees it, with the way back to the source.

Markup is gone (`**2**3/30` reads `23/30`), entities and escapes are what they stand for, a line break is a space, an
image is its description. Code, tags and expressions are one object character each: they are not prose, and what
stands on both sides of one does not touch.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from markdown_it.token import Token

OBJECT = "\ufffc"


@dataclass(frozen=True)
class Slip:
    """Something that was meant to be markup, at an offset of its block."""

    rule: str
    at: int
    message: str
    hint: str | None = None


@dataclass
class Span:
    """A bracketed span. `start` and `end` are offsets in the text that a reader sees, `at` in the source."""

    token: Token
    start: int
    at: int
    end: int = 0
    in_span: bool = False
    in_link: bool = False
    in_image: bool = False
    tag_inside: bool = False
    whole: str = ""
    """Its words as a reader sees them, code included."""


@dataclass
class Prose:
    content: str
    """The block's source."""
    text: str = ""
    """What a reader sees."""
    shown: str = ""
    """The same with the words of code in it."""
    spans: list[Span] = field(default_factory=list)
    tags: list[tuple[Token, int]] = field(default_factory=list)
    """Provenance tags and where they stand in the text."""
    expressions: list[tuple[Token, int]] = field(default_factory=list)
    marks: list[tuple[Token, int]] = field(default_factory=list)
    """Typed marks and where they stand in the text."""
    code: list[tuple[int, str]] = field(default_factory=list)
    """(offset in the source, content) of code spans."""
    coded: list[int] = field(default_factory=list)
    """Where code spans stand in the text."""
    titles: list[tuple[int, str]] = field(default_factory=list)
    """(offset in the source, text) of link and image titles, which a reader sees on hovering."""
    links: list[tuple[int, int]] = field(default_factory=list)
    """Ranges of the text that are links."""
    _starts: list[int] = field(default_factory=list, repr=False)
    _sources: list[tuple[int, bool]] = field(default_factory=list, repr=False)
    _shown_starts: list[int] = field(default_factory=list, repr=False)

    def source(self, offset: int) -> int:
        """Return the offset in the source of a character of the text."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return 0
        at, verbatim = self._sources[index]
        return at + offset - self._starts[index] if verbatim else at

    def shown_source(self, offset: int) -> int:
        """Return the offset in the source of a character of `shown`; of code, where it begins."""
        index = bisect_right(self._shown_starts, offset) - 1
        if index < 0:
            return 0
        at, verbatim = self._sources[index]
        return at + offset - self._shown_starts[index] if verbatim else at

    def is_typed(self, offset: int) -> bool:
        """True where a character stands in the source as itself, False where it is escaped or an entity."""
        index = bisect_right(self._starts, offset) - 1
        return index >= 0 and self._sources[index][1]


class _Reader:
    def __init__(self, content: str) -> None:
        self.prose = Prose(content)
        self.texts: list[str] = []
        self.shown: list[str] = []
        self.length = self.shown_length = 0
        self.open: list[Span] = []
        self.words: list[list[str]] = []
        self.link_starts: list[int] = []
        self.autolink = 0
        self.image = 0
        self.struck = 0

    def add(self, text: str, at: int, verbatim: bool, words: str | None = None) -> None:
        self.prose._starts.append(self.length)
        self.prose._sources.append((at, verbatim))
        self.prose._shown_starts.append(self.shown_length)
        self.texts.append(text)
        self.shown.append(text if words is None else words)
        self.length += len(text)
        self.shown_length += len(self.shown[-1])
        for span_words in self.words:
            span_words.append(self.shown[-1])

    def read(self, tokens: list[Token]) -> None:
        for token in tokens:
            self.token(token)

    def token(self, token: Token) -> None:
        at = token.meta.get("at", 0)
        match token.type:
            case "text" if self.autolink:
                self.add(OBJECT, at, False)
            case "text":
                pieces = token.meta["pieces"]
                ends = [start for start, _, _ in pieces[1:]] + [len(token.content)]
                for (start, source, verbatim), end in zip(pieces, ends, strict=True):
                    self.add(token.content[start:end], source, verbatim)
            case "softbreak" | "hardbreak":
                self.add(" ", at, False)
            case "code_inline":
                self.prose.code.append((at, token.content))
                self.prose.coded.append(self.length)
                self.add(OBJECT, at, False, token.content)
            case "mark":
                self.prose.marks.append((token, self.length))
                self.add(OBJECT, at, False, "")
            case "provenance":
                token.meta["struck"] = self.struck > 0
                self.prose.tags.append((token, self.length))
                for span in self.open:
                    span.tag_inside = True
                self.add(OBJECT, at, False)
            case "expression":
                self.prose.expressions.append((token, self.length))
                self.add(OBJECT, at, False)
            case "image":
                self.title(token, at)
                self.add(OBJECT, at, False, "")
                self.image += 1
                self.read(token.children or [])
                self.image -= 1
                self.add(OBJECT, at, False, "")
            case "s_open" | "s_close":
                self.struck += token.nesting
            case "link_open":
                self.autolink += token.markup == "autolink"
                self.link_starts.append(self.length)
                self.title(token, at)
            case "link_close":
                self.autolink -= token.markup == "autolink"
                if self.link_starts:
                    self.prose.links.append((self.link_starts.pop(), self.length))
            case "span_open":
                self.span_open(token, at)
            case "span_close" if self.open:
                span = self.open.pop()
                span.end = self.length
                span.whole = " ".join("".join(self.words.pop()).split())

    def span_open(self, token: Token, at: int) -> None:
        span = Span(
            token,
            start=self.length,
            at=max(at - 1, 0),
            in_span=bool(self.open),
            in_link=bool(self.link_starts),
            in_image=self.image > 0,
        )
        self.prose.spans.append(span)
        self.open.append(span)
        self.words.append([])

    def title(self, token: Token, at: int) -> None:
        if title := token.attrGet("title"):
            self.prose.titles.append((at, str(title)))


def read_prose(inline: Token) -> Prose:
    """Return the prose of an inline token, or of an expression that is a block of its own."""
    block = inline.type == "expression"
    reader = _Reader(inline.meta["content"] if block else inline.content)
    reader.read([inline] if block else inline.children or [])
    reader.prose.text = "".join(reader.texts)
    reader.prose.shown = "".join(reader.shown)
    return reader.prose
