"""`clawpub build`: load, check, render, write. A publication with one error in it writes nothing.

project -> packs -> writeups, checked -> [any error: stop] -> path -> bytes -> the folder, exchanged whole
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from clawpub.errors import ConfigError
from clawpub.findings import Finding
from generator.pages.output import write_site
from generator.pages.site import render_site
from generator.publication import Progress, check_publication, silent


@dataclass(frozen=True)
class BuildOptions:
    """What a build makes besides the pages of what is published.

    Raises: ConfigError where drafts are asked for in a release.
    """

    drafts: bool = False
    release: bool = False
    """For readers: no drafts, and everything that an author at work can do without."""
    cards: bool | None = None
    """Share images; None leaves it to `release`."""
    search: bool | None = None
    """The search index; None leaves it to `release`."""

    def __post_init__(self) -> None:
        if self.release and self.drafts:
            raise ConfigError("a release holds no drafts", hint="leave out --drafts or --release")

    @property
    def makes_cards(self) -> bool:
        return self.release if self.cards is None else self.cards

    @property
    def makes_search(self) -> bool:
        return self.release if self.search is None else self.search


NO_OPTIONS = BuildOptions()


@dataclass(frozen=True)
class BuildReport:
    pages: int
    written: int
    unchanged: int
    removed: int
    """Files."""
    findings: tuple[Finding, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)


def build(
    root: Path, output: Path, *, options: BuildOptions = NO_OPTIONS, progress: Progress | None = None
) -> BuildReport:
    """Write a publication's site and report on it; on any error finding nothing is written.

    Raises: ConfigError where site.toml or a template cannot be used, PublishError where the output cannot be written.
    """
    started = time.perf_counter()
    progress = progress or silent
    publication = check_publication(root, drafts=options.drafts, progress=progress)
    if not publication.passed:
        return BuildReport(0, 0, 0, 0, publication.findings, time.perf_counter() - started)
    rendered = render_site(publication, progress)
    findings = (*publication.findings, *rendered.findings)
    report = BuildReport(0, 0, 0, 0, findings, time.perf_counter() - started)
    if not report.passed:
        return report
    progress("writing", 0, len(rendered.files))
    written = write_site(output, rendered.files)
    pages = sum(path.endswith(".html") for path in rendered.files)
    seconds = time.perf_counter() - started
    return BuildReport(pages, written.written, written.unchanged, written.removed, findings, seconds)
