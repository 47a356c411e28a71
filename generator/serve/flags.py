"""Findings put where they stand in a body: the tokens of a writeup with a flag around what each finding is about.

A finding says line and column of the source. The block that holds the place is found through the same source map that
the check used, and in it the span, the expression or the words. Findings at one place share a flag. What stands in no
block of prose (front matter, facts.toml) has no flag; the list of findings has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from clawpub.findings import Finding, Severity
from generator.markdown.passages import Block, read_passages
from generator.markdown.source_map import Locator
from generator.pages.body import Body, BodyRenderer
from generator.writeup import Writeup

_QUOTED = re.compile(r"'((?:[^'\\]|\\.)+)'|\"([^\"]+)\"")
_WORD = re.compile(r"\S+")
Key = tuple[int, int | None]
"""Line and column."""
_OBJECTS = ("expression", "code_inline", "image", "mark")


@dataclass(frozen=True)
class Flag:
    """What stands around words that a check found something about."""

    number: int
    """1, 2, ... on the page; `#flag-3` is the place."""
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        return "error" if any(each.severity == "error" for each in self.findings) else "warning"

    @property
    def word(self) -> str:
        """What a reader sees beside the words: the rule of the finding that weighs most."""
        first = next((each for each in self.findings if each.severity == self.severity), self.findings[0])
        more = len({each.rule for each in self.findings}) - 1
        return f"{first.rule} +{more}" if more else first.rule


def put_flags(
    tokens: Sequence[Token], writeup: Writeup, findings: Sequence[Finding]
) -> tuple[list[Token], tuple[Flag, ...]]:
    """Return a body with flags, and the flags. The tokens that are given stay as they are."""
    placed = _Placing(writeup, findings)
    for block in read_passages(list(tokens), writeup.lead_tag):
        placed.look(block)
    return placed.result(tokens)


@dataclass(frozen=True)
class _Found:
    """Where a flag goes in a block: around some of its children, or around words of one of them."""

    child: int
    last: int
    start: int = 0
    end: int | None = None
    """Of the child's text; None where whole children are meant."""


class _Placing:
    def __init__(self, writeup: Writeup, findings: Sequence[Finding]) -> None:
        self.locator = Locator(writeup.body, writeup.body_line)
        self.first = writeup.body_line
        self.waiting: dict[Key, list[Finding]] = {}
        for each in findings:
            if each.path == writeup.path and each.line is not None and each.line >= writeup.body_line:
                self.waiting.setdefault((each.line, each.column), []).append(each)
        self.flags: list[Flag] = []
        self.changed: dict[int, Token] = {}
        """By the identity of an inline token: what takes its place."""

    def look(self, block: Block) -> None:
        """Put the flags of one block; the locator must see every block in order."""
        inline = block.inline
        place = self.locator.of(inline, cell=block.container == "cell")
        if not inline.map or inline.type != "inline":
            return
        low, high = self.first + inline.map[0], self.first + inline.map[1]
        wanted = [key for key in self.waiting if low <= key[0] < high]
        if not wanted:
            return
        offsets: dict[Key, int] = {place(at): at for at in range(len(inline.content), -1, -1)}
        found = [(where, key) for key in wanted if (where := self._find(inline, offsets.get(key), key))]
        if found:
            self.changed[id(inline)] = self._with_flags(inline, sorted(found, key=_order))

    def _find(self, inline: Token, at: int | None, key: Key) -> _Found | None:
        children = inline.children or []
        if at is None:
            return self._target(children, key)
        for number, child in enumerate(children):
            if child.type == "span_open" and child.meta.get("at") in (at, at + 1):
                return _Found(number, _closing(children, number))
            if child.meta.get("at") != at:
                continue
            if child.type in _OBJECTS:
                return _Found(number, number)
        for number, child in enumerate(children):
            if child.type == "text" and (start := _offset(child, at)) is not None:
                return _Found(number, number, start, start + self._length(child.content, start, key))
        return None

    def _target(self, children: Sequence[Token], key: Key) -> _Found | None:
        """Return the link or image that a finding names by its address, and by no column."""
        quoted = {found[1] or found[2] for each in self.waiting[key] if (found := _QUOTED.match(each.message))}
        for number, child in enumerate(children):
            if key[1] is None and child.attrs.get("href", child.attrs.get("src")) in quoted:
                return _Found(number, _closing(children, number) if child.nesting else number)
        return None

    def _length(self, text: str, start: int, key: Key) -> int:
        """Return how much of a text a finding names: what its message quotes, or else a word."""
        for finding in self.waiting[key]:
            quoted = _QUOTED.match(finding.message)
            words = (quoted[1] or quoted[2]) if quoted else ""
            if words and text.startswith(words, start):
                return len(words)
        word = _WORD.match(text, start)
        return word.end() - start if word else 1

    def _with_flags(self, inline: Token, found: Sequence[tuple[_Found, Key]]) -> Token:
        before: dict[int, list[Token]] = {}
        behind: dict[int, list[Token]] = {}
        cuts: dict[int, list[tuple[int, int, Flag]]] = {}
        for where, key in found:
            flag = self._flag(key)
            if where.end is None:
                before.setdefault(where.child, []).append(_token("flag_open", flag))
                behind.setdefault(where.last, []).insert(0, _token("flag_close", flag))
            else:
                cuts.setdefault(where.child, []).append((where.start, where.end, flag))
        children: list[Token] = []
        for number, child in enumerate(inline.children or ()):
            children += before.get(number, ())
            children += _cut(child, cuts[number]) if number in cuts else [child]
            children += behind.get(number, ())
        changed = copy(inline)
        changed.children = children
        return changed

    def _flag(self, key: Key) -> Flag:
        flag = Flag(len(self.flags) + 1, tuple(self.waiting.pop(key)))
        self.flags.append(flag)
        return flag

    def result(self, tokens: Sequence[Token]) -> tuple[list[Token], tuple[Flag, ...]]:
        """Return the body; a finding that names only a line stands before the block that holds the line."""
        made: list[Token] = []
        for token in tokens:
            if token.level == 0 and token.nesting >= 0 and token.map:
                low, high = self.first + token.map[0], self.first + token.map[1]
                keys = [key for key in self.waiting if low <= key[0] < high]
                keys.sort(key=lambda key: (key[0], key[1] or 0))
                made += [_token("flag_line", self._flag(key), block=True) for key in keys]
            made.append(self.changed.get(id(token), token))
        return made, tuple(self.flags)


def _order(found: tuple[_Found, Key]) -> tuple[int, int, int]:
    where, _ = found
    return where.child, -where.last, where.start


def _closing(children: Sequence[Token], opening: int) -> int:
    """Return where what opens at a place is closed."""
    kind = children[opening].type.removesuffix("_open")
    depth = 0
    for number in range(opening, len(children)):
        depth += {f"{kind}_open": 1, f"{kind}_close": -1}.get(children[number].type, 0)
        if not depth:
            return number
    return len(children) - 1


def _offset(text: Token, at: int) -> int | None:
    """Return where in a text token the character at an offset of the source stands; None where it is elsewhere."""
    pieces: list[tuple[int, int, bool]] = text.meta.get("pieces", [])
    for number, (start, source, verbatim) in enumerate(pieces):
        end = pieces[number + 1][0] if number + 1 < len(pieces) else len(text.content)
        if source == at or (verbatim and source <= at < source + end - start):
            return start + at - source if verbatim else start
    return None


def _cut(text: Token, cuts: Sequence[tuple[int, int, Flag]]) -> Iterator[Token]:
    """Yield a text in pieces, with flags around some; one that would begin inside another begins behind it."""
    done = 0
    for start, end, flag in sorted(cuts, key=lambda cut: cut[:2]):
        start, end = max(start, done), max(min(end, len(text.content)), done)
        yield _text(text, done, start)
        yield _token("flag_open", flag)
        yield _text(text, start, end)
        yield _token("flag_close", flag)
        done = end
    yield _text(text, done, len(text.content))


def _text(token: Token, start: int, end: int) -> Token:
    piece = copy(token)
    piece.content = token.content[start:end]
    return piece


def _token(kind: str, flag: Flag, *, block: bool = False) -> Token:
    return Token(kind, "", 0, block=block, meta={"flag": flag})


class FlaggedBody(BodyRenderer):
    """The renderer of a preview: flags, and expressions that make nothing as they were written."""

    def flag_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        flag: Flag = tokens[idx].meta["flag"]
        return f'<mark class="flag flag--{flag.severity}" id="flag-{flag.number}">'

    def flag_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</mark>" + _word(tokens[idx].meta["flag"], env["body"])

    def flag_line(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        flag: Flag = tokens[idx].meta["flag"]
        return f'<p class="flag-line" id="flag-{flag.number}">{_word(flag, env["body"])}</p>\n'

    def expression(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token, body = tokens[idx], env["body"]
        if token.meta.get("claim") is None and token.content not in body.views:
            shown = f'<code class="flag-gap">{{{{ {escapeHtml(token.content)} }}}}</code>'
            return f"<p>{shown}</p>\n" if token.block else shown
        return super().expression(tokens, idx, options, env)


def _word(flag: Flag, body: Body) -> str:
    """Return the word beside a flag, which opens its findings; inside a link or a claim it is only a word."""
    inside = bool(body.links or any(body.claims))
    module = body.theme.environment.get_template("preview/flag.html").module
    return str(module.word(_said(flag), inside))  # type: ignore[attr-defined]


def _said(flag: Flag) -> Mapping[str, object]:
    return {"number": flag.number, "severity": flag.severity, "word": flag.word}
