"""What editions may carry, found out from what is known of every text: no file is read here.

`clawpub check` remembers what each text is and compares them anew each time: this module imports nothing that parses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clawpub.findings import Finding
from generator.weeks import read_week


@dataclass(frozen=True)
class Carrying:
    """An edition, as far as it matters here."""

    path: Path
    draft: bool
    slugs: Sequence[tuple[str, int]]
    """The writeups that it carries, each with its line."""


def edition_files(folder: Path) -> list[Path]:
    """Return the Markdown files of a folder; hidden ones and those that a program left half-made are passed over."""
    try:
        return [file for file in folder.iterdir() if file.suffix == ".md" and not file.name.startswith((".", "_"))]
    except OSError:
        return []


def by_week(paths: Iterable[Path]) -> tuple[list[Path], list[Finding]]:
    """Return the files whose names are weeks, in the order of the weeks, and what is wrong with the others."""
    named, findings = [], []
    for path in sorted(paths):
        try:
            read_week(path.stem)
        except ValueError as error:
            hint = "name the file after the week, such as 2026-W48.md"
            findings.append(Finding("edition-week", str(error), path, hint=hint))
        else:
            named.append(path)
    return named, findings


def carrying_findings(editions: Iterable[Carrying], drafts: Mapping[str, bool]) -> Iterator[Finding]:
    """Yield what editions, in the order of their weeks, carry and may not. `drafts` has every writeup by its slug."""
    carriers: dict[str, Path] = {}
    for edition in editions:
        for slug, line in edition.slugs:
            if slug not in drafts:
                yield _wrong(f"there is no writeup {slug!r}", edition.path, line, _nearest(slug, drafts))
            elif drafts[slug] and not edition.draft:
                hint = "take `draft: true` out of it, or out of the edition's list"
                yield _wrong(f"{slug!r} is a draft", edition.path, line, hint)
            if slug in carriers:
                where = "it is in the list twice" if carriers[slug] == edition.path else f"{carriers[slug].name} has it"
                yield _wrong(f"{slug!r} is carried once: {where}", edition.path, line, "take it out of one of them")
            carriers.setdefault(slug, edition.path)


def _wrong(message: str, path: Path, line: int, hint: str | None) -> Finding:
    return Finding("edition-writeup", message, path, line, hint=hint)


def _nearest(slug: str, known: Iterable[str]) -> str | None:
    from clawpub.toml_source import nearest_hint

    return nearest_hint(slug, known)
