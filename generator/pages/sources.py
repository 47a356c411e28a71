"""What a site's pages were made of, as files of the site: `source/` holds what stands under the same paths in the
publication, so that a reader can check every text and print every page again.

Only of what is published: no drafts. The packs stand whole under `packs/<id>/data/`, and are not here a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from generator.pages.contexts import SourceLink
from generator.pages.output import Payload
from generator.project import SITE_FILE, Project
from generator.verdict_store import digest_of
from generator.weeks import edition_ledger
from generator.writeup import Writeup

FOLDER = "source"
ATTACHED = frozenset(".png .jpg .jpeg .gif .webp .avif .csv .json .jsonl .txt .zip".split())
"""Files beside index.md that go onto the site with it."""


def source_url(project: Project, file: Path) -> str:
    """Return where a file of a publication stands in the site, as a source."""
    return f"{FOLDER}/{file.relative_to(project.root).as_posix()}"


def source_links(project: Project, text: Writeup) -> tuple[SourceLink, ...]:
    """Return links to what a text was written in: its own file, and its facts where it has any."""
    files = [text.path, *([text.ledger_path] if text.ledger_path.is_file() else [])]
    return tuple(SourceLink(file.relative_to(project.root).as_posix(), source_url(project, file)) for file in files)


def text_sources(project: Project, text: Writeup) -> dict[str, Payload]:
    """Return a text's sources by their paths in the site, as they are now: its page is made of them at this moment."""
    files: dict[str, Payload] = {
        link.url: (project.root / link.label).read_bytes() for link in source_links(project, text)
    }
    return files


def attached_files(folder: Path) -> dict[str, Path]:
    """Return the files that go onto the site with a writeup, by their names in its folder; a link is none."""
    return {
        file.relative_to(folder).as_posix(): file
        for file in sorted(folder.rglob("*"))
        if file.suffix.lower() in ATTACHED and file.is_file() and not file.is_symlink()
    }


def shared_files(project: Project) -> tuple[Path, ...]:
    """Return what all texts of a publication share: its settings, model cards and views."""
    return (project.content / SITE_FILE, *sorted(project.models.glob("*.toml")), *sorted(project.views.glob("*.sql")))


def shared_sources(project: Project) -> dict[str, Payload]:
    return {source_url(project, file): file.read_bytes() for file in shared_files(project)}


def digest_of_sources(project: Project) -> str:
    """Return a digest of every source of a publication as it is now."""
    parts: list[str | bytes] = []
    for path, file in sorted(every_source(project).items()):
        parts += [path, file.read_bytes()]
    return digest_of(*parts)


def every_source(project: Project) -> dict[str, Path]:
    """Return every file that can be a source by its path in the site, drafts too: what a preview shows."""
    return {source_url(project, file): file for file in _files(project) if file.is_file()}


def _files(project: Project) -> Iterator[Path]:
    yield from shared_files(project)
    yield from project.pages.glob("*.md")
    for folder in project.writeups:
        yield from (folder / "index.md", folder / "facts.toml", *attached_files(folder).values())
    for edition in project.editions:
        yield from (edition, edition_ledger(edition))
