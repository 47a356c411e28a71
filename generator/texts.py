"""Plain pages, `content/pages/<slug>.md`: who publishes, how to write in. A heading, then text that stands on no pack.

Nobody checks such a page, so it may not look as if somebody had: a tag, a claim or an expression in it is a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it.token import Token

from clawpub.errors import ClawpubError, Place
from clawpub.findings import Finding
from clawpub.toml_source import read_text
from generator.markdown import parser

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,120}")
_CHECKED = {"mark": "a verification mark", "provenance": "a tag", "span_open": "a claim", "expression": "an expression"}


@dataclass(frozen=True)
class Text:
    """A plain page. `tokens` come after its heading, which is the title."""

    slug: str
    path: Path
    title: str
    tokens: tuple[Token, ...]

    @property
    def url(self) -> str:
        return f"pages/{self.slug}/index.html"


def load_texts(folder: Path) -> tuple[list[Text], list[Finding]]:
    """Return the plain pages of a publication, by file name, and what is wrong with the others."""
    texts, findings = [], []
    for path in sorted(folder.glob("*.md")) if folder.is_dir() else ():
        try:
            tokens = parser().parse(read_text(path))
        except ClawpubError as error:
            place = error.at or Place(path)
            findings.append(Finding("unreadable", error.message, place.path, place.line, place.column, error.hint))
            continue
        wrong = list(_wrong(path, tokens))
        findings += wrong
        if not wrong:
            title = " ".join(child.content for child in tokens[1].children or () if child.content)
            texts.append(Text(path.stem, path, title, tuple(tokens[3:])))
    return texts, findings


def _wrong(path: Path, tokens: list[Token]) -> Iterator[Finding]:
    if not _SLUG.fullmatch(path.stem):
        hint = "name the file with lower-case letters, digits and hyphens"
        yield Finding("unreadable", f"{path.stem!r} cannot be part of an address", path, hint=hint)
    if not tokens or tokens[0].tag != "h1":
        yield Finding("unreadable", "a page begins with its title", path, 1, hint="write # The title")
    for token in tokens:
        for child in (token, *(token.children or ())):
            if child.type in _CHECKED:
                line = (token.map or [0])[0] + 1
                what = _CHECKED[child.type]
                yield Finding(
                    "unchecked-page", f"{what} on a page that nothing checks", path, line, hint="say it in a writeup"
                )
