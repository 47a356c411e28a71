"""The shortest wording with which a claim holds over the new pack, put into its sentence and tried there.

A wording is what the comparison suggests for each quantity of the span, or the words of the pack. It replaces
characters of index.md only where a reader sees exactly what was typed; what stands in markup or entities is left to
the author.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from clawpub.errors import FactError
from clawpub.pack.tables import Cell, spell
from clawpub.quantity import Quantity, compare
from clawpub.quantity.compare import Value
from generator import coverage
from generator.facts import cell_text, pair_up
from generator.markdown.prose import OBJECT, Prose, Span
from generator.truth.changes import ClaimChange
from generator.truth.sentences import Sentence
from generator.writeup import CheckedWriteup

MOST_WORDS = 200
"""Characters of the longest text of a pack that is offered as a wording."""
_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>&~|!#])")


@dataclass(frozen=True)
class Edit:
    """New characters for some of a sentence. `start` and `end` are offsets in the block's text, `at` in its source."""

    start: int
    end: int
    words: str
    """As a reader will see them."""
    at: int
    typed: str
    """What stands in the source now."""
    new: str
    """What is to stand there."""
    line: int
    column: int


def edits_of(change: ClaimChange, checked: CheckedWriteup, names: Sequence[str]) -> list[Edit] | None:
    """Return the edits after which a claim that does not hold over the new pack does; None where none are known."""
    span, claim, entry = change.binding.span, change.binding.claim, change.entry
    if span is None or claim is None or entry is None or claim.rule in ("fact-error", "vacuous", "missing", "holds"):
        return None
    inside = coverage.count(change.binding.sentence.block, names).inside(span)
    if not inside:
        value = claim.readings[0].value if len(entry.facts) == 1 and claim.readings else None
        edit = _words(span, value, change.binding.sentence)
        return [edit] if edit else None
    edits = []
    for quantity, values in _pairs(inside, change, checked):
        found = compare(quantity, values, fact_unit=entry.unit, inside=entry.inside is not None)
        if found.verdict == "verified":
            continue
        edit = _quantity(quantity, found.suggestion, change.binding.sentence)
        if edit is None:
            return None
        edits.append(edit)
    return edits or None


def _pairs(
    inside: Sequence[Quantity], change: ClaimChange, checked: CheckedWriteup
) -> Iterator[tuple[Quantity, Value | list[Value]]]:
    """Yield each quantity of a span with what it is compared with."""
    claim, entry = change.binding.claim, change.entry
    assert claim and entry
    if entry.inside is not None:
        yield inside[0], [_plain(value) for value in _set(checked, entry.inside)]
        return
    for quantity, values in pair_up(inside, claim.readings[: len(entry.facts)]):
        plain = [_plain(value) for value in values]
        yield quantity, plain if len(plain) > 1 else plain[0]


def _set(checked: CheckedWriteup, query: str) -> list[Cell]:
    try:
        return [row[0] for row in checked.database.ask(query.rstrip().rstrip(";")).rows] if checked.database else []
    except FactError:
        return []


def _plain(value: Cell) -> Value:
    return spell(value) if isinstance(value, datetime) else value


def _quantity(quantity: Quantity, wording: str | None, sentence: Sentence) -> Edit | None:
    return _edit(sentence, quantity.start, quantity.end, wording, wording) if wording else None


def _words(span: Span, value: Cell, sentence: Sentence) -> Edit | None:
    """Return the edit that puts the pack's words in place of a span's, in code where they are."""
    words = " ".join(cell_text(value).split()) if value is not None else ""
    if not words or len(words) > MOST_WORDS:
        return None
    prose = sentence.block.prose
    if prose.text[span.start : span.end] != OBJECT:
        return _edit(sentence, span.start, span.end, words, escaped(words))
    at = prose.source(span.start)
    code = _CODE.match(prose.content, at)
    if code is None or "`" in words:
        return None
    return Edit(span.start, span.end, words, at, code[0], f"`{words}`", *sentence.place(at))


def _edit(sentence: Sentence, start: int, end: int, words: str | None, new: str | None) -> Edit | None:
    """Return an edit of characters that stand in the source as a reader sees them; None where they do not."""
    prose: Prose = sentence.block.prose
    at = prose.source(start)
    typed = prose.text[start:end]
    verbatim = all(prose.is_typed(offset) for offset in range(start, end))
    if not words or new is None or not verbatim or prose.content[at : at + len(typed)] != typed:
        return None
    return Edit(start, end, words, at, typed, new, *sentence.place(at))


def escaped(text: str) -> str:
    """Return text so that Markdown shows exactly it."""
    return _SPECIAL.sub(r"\\\1", text)


def corrected_source(sentence: Sentence, edits: Iterable[Edit]) -> str:
    """Return a sentence as its author would type it after some edits, on one line."""
    content, start, end = sentence.block.prose.content, sentence.source_start, sentence.source_end
    parts, at = [], start
    for edit in sorted(edits, key=lambda edit: edit.at):
        parts += [content[at : edit.at], edit.new]
        at = edit.at + len(edit.typed)
    parts.append(content[at : max(end, at)])
    return " ".join("".join(parts).split())


def apply_edits(body: str, first_line: int, edits: Iterable[Edit]) -> str | None:
    """Return a body after some edits; None where one of them does not find what it is to replace."""
    lines = body.split("\n")
    for edit in sorted(edits, key=lambda edit: (edit.line, edit.column), reverse=True):
        number, at = edit.line - first_line, edit.column - 1
        if not 0 <= number < len(lines) or not lines[number].startswith(edit.typed, at):
            return None
        lines[number] = lines[number][:at] + edit.new + lines[number][at + len(edit.typed) :]
    return "\n".join(lines)
