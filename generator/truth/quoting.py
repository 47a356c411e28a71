"""Sentences as Markdown of their own, to stand in an erratum: what they said, waived, and what they say now, bound.

A sentence is put together again from what a reader sees: links and emphasis go, code and values that are printed stay.
Whatever a check would count in it and no fact was compared with, is waived.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from clawpub.quantity import scan
from generator.markdown.prose import OBJECT, Span
from generator.truth.sentences import Sentence
from generator.truth.wording import Edit, escaped
from generator.wording import find_words

PRINTED = "as printed before the correction"
UNCHECKED = "in the corrected sentence too, where nothing checks it"

_MARK = re.compile(r"\s*\(verified:[^()\ufffc]*\)", re.IGNORECASE)
"""A mark typed by hand, which only a passing claim beside it allows; it is printed by the claim itself."""


@dataclass
class _Piece:
    """Some text as a reader sees it, code in it as object characters; what stands around it in Markdown."""

    text: str
    code: Sequence[str] = ()
    """What the object characters are, in order."""
    attributes: str = ""
    """Of the span that it is; empty where it is none."""
    raw: str = ""
    """Markdown that stands for all of it."""


def said(sentence: Sentence, names: Sequence[str], start: int | None = None, end: int | None = None) -> str:
    """Return Markdown for what a sentence said, or a part of it: each quantity and comparing word of it waived."""
    text, code = _read(sentence, sentence.start if start is None else start, sentence.end if end is None else end)
    return _markdown([_Piece(text, code)], names, PRINTED)


def said_whole(sentence: Sentence) -> str:
    """Return Markdown for what a sentence said, all of it waived at once."""
    text, code = _read(sentence, sentence.start, sentence.end)
    return _markdown([_Piece(_MARK.sub("", text), code, attributes=f'{{waive="{PRINTED}"}}')], (), PRINTED)


def said_plainly(text: str, names: Sequence[str]) -> str:
    """Return Markdown for a text without markup, all that counts in it waived."""
    return _markdown([_Piece(text.replace(OBJECT, ""))], names, PRINTED)


def says(
    sentence: Sentence,
    names: Sequence[str],
    edits: Sequence[Edit] = (),
    start: int | None = None,
    end: int | None = None,
) -> str:
    """Return Markdown for what a sentence says after some edits, or a part of it: its claims name their facts."""
    low, high = sentence.start if start is None else start, sentence.end if end is None else end
    return _markdown(list(_pieces(sentence, edits, low, high)), names, UNCHECKED)


def _pieces(sentence: Sentence, edits: Sequence[Edit], low: int, high: int) -> Iterator[_Piece]:
    prose = sentence.block.prose
    things: list[tuple[int, int, Span | Token]] = [
        (span.start, span.end, span) for span in prose.spans if not span.in_span and low <= span.start < high
    ]
    things += [(at, at + 1, token) for token, at in prose.expressions if low <= at < high]
    at = low
    for start, end, thing in sorted(things, key=lambda each: each[0]):
        if start < at:
            continue  # an expression in a span
        yield _Piece(*_read(sentence, at, start))
        if isinstance(thing, Span):
            yield _Piece(*_read(sentence, start, end, edits), attributes=_attributes(thing.token))
        else:
            yield _Piece(OBJECT, raw=f"{{{{ {thing.content} }}}}")
        at = end
    yield _Piece(*_read(sentence, at, high))


def _attributes(token: Token) -> str:
    if "fact" in token.attrs:
        return f"{{fact={token.attrs['fact']}}}"
    reason = re.sub(r'["\\{}]', "'", str(token.attrs.get("waive", UNCHECKED)))
    return f'{{waive="{reason}"}}'


def _read(sentence: Sentence, start: int, end: int, edits: Sequence[Edit] = ()) -> tuple[str, list[str]]:
    """Return the text between two offsets after some edits, and the code in it; printed values are text."""
    parts: list[str] = []
    code: list[str] = []
    at = start
    while at < end:
        edit = next((edit for edit in edits if edit.start == at), None)
        thing = sentence.objects.get(at)
        if edit is not None:
            as_code = edit.typed.startswith("`")
            parts.append(OBJECT if as_code else edit.words)
            code += [edit.words] if as_code else []
        elif isinstance(thing, str):
            parts.append(OBJECT)
            code.append(thing)
        else:
            parts.append(sentence.shown(at).replace(OBJECT, ""))
        at = edit.end if edit is not None and edit.end > at else at + 1
    return "".join(parts), code


def _markdown(pieces: Sequence[_Piece], names: Sequence[str], reason: str) -> str:
    for piece in pieces:
        if not piece.attributes and not piece.raw:
            piece.text = _MARK.sub("", piece.text)
    whole = "".join(piece.text for piece in pieces)
    counted = list(_counted(whole, names))
    parts, at = [], 0
    for piece in pieces:
        end = at + len(piece.text)
        code = iter(piece.code)
        if piece.raw:
            parts.append(piece.raw)
        elif piece.attributes:
            parts.append(f"[{_escaped(piece.text, code)}]{piece.attributes}")
        else:
            inside = [(low - at, high - at) for low, high in counted if at <= low and high <= end]
            parts.append(_with_waivers(piece.text, code, inside, reason))
        at = end
    return " ".join("".join(parts).split())


def _counted(text: str, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield what a check counts in a text: quantities, and the comparing words outside them."""
    taken = [(quantity.outer_start, quantity.outer_end) for quantity in scan(text, names=names)]
    words = [(word.start, word.end) for word in find_words(text)]
    taken += [word for word in words if not any(word[0] < end and start < word[1] for start, end in taken)]
    yield from sorted(taken)


def _with_waivers(text: str, code: Iterator[str], counted: Sequence[tuple[int, int]], reason: str) -> str:
    parts, at = [], 0
    for start, end in counted:
        if start >= at:
            parts += [_escaped(text[at:start], code), f'[{_escaped(text[start:end], code)}]{{waive="{reason}"}}']
            at = end
    return "".join((*parts, _escaped(text[at:], code)))


def _escaped(text: str, code: Iterator[str]) -> str:
    pieces = text.split(OBJECT)
    return "".join((escaped(pieces[0]), *(f"{_code(next(code, ''))}{escaped(piece)}" for piece in pieces[1:])))


def _code(words: str) -> str:
    """Return words as a code span; one backtick more around it than there are in it."""
    longest = max((len(run) for run in re.findall("`+", words)), default=0)
    fence = "`" * (longest + 1)
    space = " " if words.startswith("`") or words.endswith("`") else ""
    return f"{fence}{space}{words}{space}{fence}" if words else ""
