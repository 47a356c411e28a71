"""`clawpub build`: load, check, render, write. A publication with one error in it writes nothing.

project -> packs -> writeups, checked -> [any error: stop] -> path -> bytes -> the folder, exchanged whole
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from clawpub.findings import Finding
from generator.pages.output import write_site
from generator.pages.site import render_site
from generator.publication import Progress, check_publication, silent


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


def build(root: Path, output: Path, *, drafts: bool = False, progress: Progress | None = None) -> BuildReport:
    """Write a publication's site and report on it; on any error finding nothing is written.

    Raises: ConfigError where site.toml or a template cannot be used, PublishError where the output cannot be written.
    """
    started = time.perf_counter()
    progress = progress or silent
    publication = check_publication(root, drafts=drafts, progress=progress)
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
