"""How a text begins that no pack is behind yet: a week's edition, and a writeup that says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from clawpub.errors import ClawpubError, ConfigError, ContentError
from generator.content import load_edition, load_writeup
from generator.draft.page import scalar
from generator.project import Project, load_project
from generator.weeks import Week
from generator.writeup import Writeup


@dataclass(frozen=True)
class EditionDraft:
    path: Path
    text: str
    slugs: tuple[str, ...]
    """Of the writeups that it carries."""
    left_out: tuple[str, ...]
    """Sentences on writeups that could not be read."""


def draft_edition(root: Path, week: Week, *, day: date, title: str | None = None) -> EditionDraft:
    """Return an edition of the writeups that are dated in a week and that no other edition carries: by section in the
    order of site.toml, the newest first. It is a draft, with the title of the first of them.

    Raises: ContentError where there is none or the edition is there already; what loading an edition raises.
    """
    project = load_project(root)
    path = project.content / "editions" / f"{week}.md"
    if path.exists():
        raise ContentError("there is an edition of this week already", at=path, hint="nothing is overwritten")
    carried = {each.slug for file in project.editions for each in load_edition(file).carried}
    writeups, left_out = _published(project)
    free = [writeup for writeup in writeups if writeup.date in week and writeup.slug not in carried]
    if not free:
        hint = "name another with --week; drafts, and what another edition carries, do not count"
        raise ContentError(f"nothing to carry was published in the week {week}", at=path, hint=hint)
    sections = {section: number for number, section in enumerate(project.site.sections)}
    free.sort(key=lambda w: (sections.get(w.section, len(sections)), -w.date.toordinal(), w.slug))
    lines = [
        "---",
        f"title: {scalar(title or free[0].title)}",
        f"date: {day.isoformat()}",
        "draft: true",
        "writeups:",
        *(f"  - {scalar(writeup.slug)}" for writeup in free),
        "---",
        "",
        "[Context] Say here what the week brought, and take this sentence out.",
        "",
    ]
    return EditionDraft(path, "\n".join(lines), tuple(writeup.slug for writeup in free), left_out)


def _published(project: Project) -> tuple[list[Writeup], tuple[str, ...]]:
    writeups, left_out = [], []
    for folder in project.writeups:
        try:
            writeup = load_writeup(folder)
        except ClawpubError as error:
            left_out.append(f"{folder.name}: {error.message}")
            continue
        if not writeup.draft:
            writeups.append(writeup)
    return writeups, tuple(left_out)


def begin_writeup(root: Path, slug: str, *, day: date, title: str | None = None, section: str | None = None) -> str:
    """Return index.md of a writeup that is a draft and says nothing yet.

    Raises: ConfigError where site.toml does not list the section.
    """
    sections = load_project(root).site.sections
    if section and sections and section not in sections:
        raise ConfigError(f"--section {section!r}", hint=f"the sections of site.toml: {', '.join(sections)}")
    named = section or (sections[0] if sections else "")
    lines = [
        "---",
        f"title: {scalar(title or slug.replace('-', ' ').capitalize())}",
        f"date: {day.isoformat()}",
        *([f"section: {scalar(named)}"] if named else []),
        "draft: true",
        "---",
        "",
        "[Context] Say here what was looked at, and take this sentence out.",
        "",
    ]
    return "\n".join(lines)


EMPTY_LEDGER = """\
# What the numbers of index.md stand on. A span of it, [23/30]{fact=score}, names an entry here:
#
# [score]
# is = "run_summary.score"
"""
