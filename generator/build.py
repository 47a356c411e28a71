"""`clawpub build`: check, print, write. A publication with one error in it writes nothing.

publication -> verdicts, and the page of each writeup that passed -> [any error: stop] -> all other pages -> the folder,
exchanged whole. What did not change since the last build is neither checked nor printed again (generator/verdicts.py,
generator/pages/memory.py); without a memory everything is, every byte of every pack included.
"""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from clawpub.errors import ConfigError
from clawpub.findings import Finding
from generator.progress import Progress, silent
from generator.standing import Standing
from generator.verdict_store import Store, open_store, told, untold
from generator.verdicts import Asked, Check


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

    def told(self, root: Path) -> str:
        """Return what `read` gives back when nothing changed since."""
        return json.dumps([self.pages, self.written + self.unchanged, told(self.findings, root)])

    @classmethod
    def read(cls, said: str, root: Path) -> BuildReport:
        pages, files, findings = json.loads(said)
        return cls(pages, 0, files, 0, untold(findings, root), 0.0)


def build(
    root: Path,
    output: Path,
    *,
    options: BuildOptions = NO_OPTIONS,
    remember: bool = True,
    processes: int | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Write a publication's site and report on it; on any error finding nothing is written.

    A release relies on no memory: every byte is read and every claim is checked.

    Raises: ConfigError where site.toml or a template cannot be used, PublishError where the output cannot be written.
    """
    started = time.perf_counter()
    store = open_store(root) if remember and not options.release else Store()
    try:
        standing = Standing(store, root, output, repr(options))
        if (said := standing.recall()) is not None:
            report = BuildReport.read(said, root)
        else:
            with tempfile.TemporaryDirectory(prefix="clawpub-") as spool:
                report = _build(_Work(root, output, store, Path(spool), options, processes, progress or silent))
            if report.passed:
                standing.keep(report.told(root))
    finally:
        store.close()
    return replace(report, seconds=time.perf_counter() - started)


@dataclass(frozen=True)
class _Work:
    root: Path
    output: Path
    store: Store
    spool: Path
    options: BuildOptions
    processes: int | None
    progress: Progress


def _build(work: _Work) -> BuildReport:
    from generator.pages.output import read_payload, write_site
    from generator.pages.press import Press
    from generator.search import search_index

    options = work.options
    press = Press(work.output, work.spool, work.progress, images=options.makes_cards, search=options.makes_search)
    verdicts = Check(work.root, work.store, Asked(options.drafts), work.processes, press, work.progress).run()
    report = BuildReport(0, 0, 0, 0, verdicts.findings, 0.0)
    if not report.passed:
        return report
    files, found = press.finish(verdicts)
    report = replace(report, findings=(*verdicts.findings, *found))
    if not report.passed:
        return report
    if work.options.makes_search:
        work.progress("indexing", 0, len(files))
        pages = (
            (path, read_payload(files[path], work.output / path)) for path in sorted(files) if path.endswith(".html")
        )
        files |= search_index(pages)
    work.progress("writing", 0, len(files))
    written = write_site(work.output, files)
    press.memory.keep(written)
    count = sum(path.endswith(".html") for path in files)
    return BuildReport(count, written.written, written.unchanged, written.removed, report.findings, 0.0)
