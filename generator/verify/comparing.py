"""What was served against what its sources make: byte for byte, or by words where other code or templates made it.

Bytes must agree where the site was made by this very code, and where the version is ours and most pages agree: what
then differs was changed. Of the search index and of share images, which other versions of what makes them make
otherwise, it is only told which ones could not be made the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import clawpub
from clawpub.findings import Finding
from generator.release.statement import PUBLIC_KEY, ReleasedText, Statement
from generator.search import FOLDER as SEARCH
from generator.urls import edition_url, writeup_url
from generator.verdicts import Kind, Verdict, checker_digest
from generator.verify.reprint import Reprint, is_card
from generator.verify.words import missing_blocks

AROUND = 60
"""Signs of a line that are shown from where it differs."""
NAMED = 5
"""Files that a note names."""
How = Literal["bytes", "words", "nothing"]


@dataclass(frozen=True)
class Comparison:
    how: How = "nothing"
    pages: int = 0
    """That the sources make and the release names."""
    equal: int = 0
    """Pages that are, byte for byte, what their sources make."""
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    differences: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """Of damaged files: the first line that is not what the sources make, and how."""


NOT_COMPARED = Comparison()


def compare(site: Path, statement: Statement, made: Reprint, damaged: Sequence[str]) -> Comparison:
    """Return how a site compares with what its sources make; `site` is the copy, `damaged` what the digests name."""
    digests = {name: digest for name, digest in statement.digests.items() if name != PUBLIC_KEY}
    others = [name for name in sorted({*digests, *made.files}) if not _is_same(name, digests, made)]
    index = [name for name in others if name.startswith(f"{SEARCH}/") and statement.predicate.made_with.search]
    cards = [name for name in others if is_card(name) and name in made.files and made.read(name) == b""]
    changed = [name for name in others if name not in index and name not in cards]
    pages = [name for name in made.files if name.endswith(".html") and name in digests]
    equal = len(set(pages) - set(changed))
    strict = _is_strict(statement, equal, len(pages))
    findings = [*_texts(statement, made, strict=strict)]
    if strict:
        findings += [_finding(site, name, digests, made) for name in changed]
    else:
        findings += _words(site, digests, made, changed)
    return Comparison(
        how="bytes" if strict else "words",
        pages=len(pages),
        equal=equal,
        findings=tuple(findings),
        notes=tuple(_notes(statement, made, changed=() if strict else changed, index=index, cards=cards)),
        differences={name: found for name in damaged if name in made.files and (found := _line(site, name, made))},
    )


def _is_same(name: str, digests: Mapping[str, str], made: Reprint) -> bool:
    return name in made.files and hashlib.sha256(made.read(name)).hexdigest() == digests.get(name)


def _is_strict(statement: Statement, equal: int, pages: int) -> bool:
    told = statement.predicate
    if told.made_with.own_templates:
        return False
    return told.checker.code == checker_digest() or (told.checker.version == clawpub.__version__ and 2 * equal >= pages)


# --- byte for byte ---


def _finding(site: Path, name: str, digests: Mapping[str, str], made: Reprint) -> Finding:
    if name not in digests:
        return Finding("reprint", "the sources make this file, and the release does not name it", Path(name))
    if name not in made.files:
        return Finding("reprint", "nothing in source/ and packs/ makes this file", Path(name))
    line, words = _line(site, name, made) or (None, "its bytes are others")
    hint = "whoever made the release changed it after it was made of its sources, or changed these"
    return Finding("reprint", f"not what its sources make: {words}", Path(name), line, hint=hint)


def _line(site: Path, name: str, made: Reprint) -> tuple[int, str] | None:
    """Return the first line of a text that is not what the sources make, and how; None for what is no such text."""
    try:
        theirs, ours = (site / name).read_bytes().decode(), made.read(name).decode()
    except (OSError, UnicodeDecodeError):
        return None
    for number, (one, other) in enumerate(zip(_lines(theirs), _lines(ours), strict=False), 1):
        if one != other:
            at = next((at for at, signs in enumerate(zip(one, other, strict=False)) if signs[0] != signs[1]), 0)
            at = at or min(len(one), len(other)) * (one.startswith(other) or other.startswith(one))
            return number, f"it says {_excerpt(one, at)}, and they {_excerpt(other, at)}"
    return None


def _lines(text: str) -> list[str]:
    return [*text.split("\n"), "\0"]


def _excerpt(line: str, at: int) -> str:
    if line == "\0":
        return "nothing more"
    start = max(0, at - AROUND // 3)
    return f"{'…' if start else ''}{line[start : start + AROUND]!r}"


# --- by words ---


def _words(site: Path, digests: Mapping[str, str], made: Reprint, changed: Sequence[str]) -> Iterator[Finding]:
    for verdict in (*made.verdicts.writeups, *made.verdicts.editions):
        name = _page_of(verdict)
        if name not in changed:
            continue
        if name not in digests:
            yield Finding("words", "the sources make this page, and the release does not name it", Path(name))
            continue
        try:
            theirs = (site / name).read_bytes().decode("utf-8", "replace")
        except OSError:
            continue  # it is missing, which was said
        for words in missing_blocks(made.read(name).decode(), theirs):
            cut = words if len(words) <= 4 * AROUND else f"{words[: 4 * AROUND]}…"
            message = f"these words around a claim are not on the page as its source has them: {cut!r}"
            yield Finding("words", message, Path(name), hint="there they are other, or where no reader sees them")


def _page_of(verdict: Verdict) -> str:
    """Return where the page of a text stands, whatever the statement says."""
    return writeup_url(verdict.slug) if verdict.path.name == "index.md" else edition_url(verdict.slug.lower())


# --- what the statement says of texts ---


def _texts(statement: Statement, made: Reprint, *, strict: bool) -> Iterator[Finding]:
    """Yield the writeups and editions of which the statement says something else than what was found."""
    told: dict[tuple[Kind, str], ReleasedText] = {(text.kind, text.slug): text for text in statement.predicate.texts}
    found: dict[tuple[Kind, str], Verdict] = {("writeup", verdict.slug): verdict for verdict in made.verdicts.writeups}
    found |= {("edition", verdict.slug): verdict for verdict in made.verdicts.editions}
    if len(told) < len(statement.predicate.texts):
        yield _of_statement("release.json names a writeup or an edition twice", "release.json")
    for key in sorted(told.keys() | found.keys()):
        said = told.get(key)
        if said is None:
            yield _of_statement(f"release.json does not name the {key[0]} {key[1]!r}, whose source is here", "source")
        elif key not in found:
            yield _of_statement(f"there is no {key[0]} {key[1]!r} in source/, which release.json names", said.source)
        else:
            yield from _claims(said, found[key], strict=strict)


def _claims(said: ReleasedText, found: Verdict, *, strict: bool) -> Iterator[Finding]:
    if found.verified < said.verified or (strict and found.verified != said.verified):
        words = f"release.json says that {said.verified} of its claims are verified, and {found.verified} are"
        yield _of_statement(words, said.source)
    if said.page != _page_of(found):
        yield _of_statement(f"its page is {_page_of(found)}, release.json says {said.page}", said.source)
    if dict(said.packs) != dict(found.packs):
        yield _of_statement("release.json names other packs for it than it names itself", said.source)
    if strict and dict(said.coverage) != dict(found.coverage):
        yield _of_statement(f"its coverage is {dict(found.coverage)}, release.json says {said.coverage}", said.source)


def _of_statement(message: str, name: str) -> Finding:
    return Finding("statement", message, Path(name))


# --- what could not be compared ---


def _notes(
    statement: Statement, made: Reprint, *, changed: Sequence[str], index: Sequence[str], cards: Sequence[str]
) -> Iterator[str]:
    yield from made.notes
    checker = statement.predicate.checker
    if statement.predicate.made_with.own_templates:
        yield "the publication has templates of its own, which nobody runs here: its pages were compared by words"
    elif changed:
        made_by = f"clawpub {checker.version} with other code made this site, here is {clawpub.__version__}"
        yield f"{made_by}: {len(changed)} files are not, byte for byte, what their sources make: {_some(changed)}"
        yield "pages were compared by the words around their claims, which is weaker than byte for byte"
    if index and not made.notes:
        yield f"the search index comes out otherwise when it is made here, as with another Pagefind: {_some(index)}"
    if cards:
        yield f"{len(cards)} share images were drawn by other versions of Pillow or its letters, and were not compared"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"
