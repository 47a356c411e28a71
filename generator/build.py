"""`clawpub build`: check, print, write. A publication with one error in it writes nothing.

publication -> verdicts, and the page of each writeup that passed -> [any error: stop] -> all other pages -> the folder,
exchanged whole. What did not change since the last build is neither checked nor printed again (generator/verdicts.py,
generator/pages/memory.py); without a memory everything is, every byte of every pack included. A release has none; it
passes a gate of its own and states what is in it (generator/release).
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from clawpub.errors import ConfigError, PublishError
from clawpub.findings import Finding
from generator.progress import Progress, silent
from generator.standing import Standing
from generator.verdict_store import Store, open_store, told, untold
from generator.verdicts import Asked, Check, Verdicts, folders_in

if TYPE_CHECKING:
    from generator.pages.output import Payload
    from generator.pages.press import Press
    from generator.release.gate import Inspection
    from generator.release.signing import SigningKey


@dataclass(frozen=True)
class BuildOptions:
    """What a build makes besides the pages of what is published.

    Raises: ConfigError where drafts are asked for in a release.
    """

    drafts: bool = False
    release: bool = False
    """For readers: no drafts, nothing that the gate refuses, and everything that an author at work can do without."""
    today: date | None = None
    """A release leaves out what is dated later; None leaves out nothing."""
    allow_dirty: bool = False
    """Let a release hold packs that git does not have as they are; its statement says which."""
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
class Released:
    """What became of a release besides its pages."""

    files: int
    """That its statement names."""
    statement_bytes: int
    signed_by: str
    """The key's fingerprint; empty where there was no key."""
    uncommitted: tuple[str, ...]
    """Packs in it that git does not have as they are, by id."""
    waiting: tuple[tuple[str, str], ...]
    """Writeups and editions left out because they are dated later, each with its date."""
    local: tuple[str, ...]
    """Packs left out because they were made on this machine, by id."""


@dataclass(frozen=True)
class BuildReport:
    pages: int
    written: int
    unchanged: int
    removed: int
    """Files."""
    findings: tuple[Finding, ...]
    seconds: float
    release: Released | None = None
    """None where this was none, or did not pass."""

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
    key: SigningKey | None = None,
) -> BuildReport:
    """Write a publication's site and report on it; on any error finding nothing is written.

    A release relies on no memory: every byte is read and every claim is checked. With a key it is signed.

    Raises: ConfigError where site.toml or a template cannot be used, or git does not say whether packs are committed;
    PublishError where the output cannot be written, or a release's sources changed after they were checked.
    """
    started = time.perf_counter()
    store = open_store(root) if remember and not options.release else Store()
    try:
        standing = Standing(store, root, output, repr(options))
        if (said := standing.recall()) is not None:
            report = BuildReport.read(said, root)
        else:
            with tempfile.TemporaryDirectory(prefix="clawpub-") as spool:
                report = _build(_Work(root, output, store, Path(spool), options, processes, progress or silent, key))
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
    key: SigningKey | None


def _build(work: _Work) -> BuildReport:
    from generator.pages.press import Press

    before = _sources(work)
    options, release = work.options, work.options.release
    press = Press(
        work.output,
        work.spool,
        work.progress,
        images=options.makes_cards,
        search=options.makes_search,
        local=not release,
    )
    asked = Asked(options.drafts, today=options.today if release else None)
    verdicts = Check(work.root, work.store, asked, work.processes, press, work.progress).run()
    inspection = _inspect(work, verdicts, press) if release else None
    report = BuildReport(0, 0, 0, 0, (*verdicts.findings, *(inspection.findings if inspection else ())), 0.0)
    if not report.passed:
        return report
    files, found = press.finish(verdicts, _more(work))
    report = replace(report, findings=(*report.findings, *found))
    if not report.passed:
        return report
    if _sources(work) != before:
        hint = "let nobody write into content/ while a release is made, and make it again"
        raise PublishError("this changed after it was checked", at=work.root / "content", hint=hint)
    if options.makes_search:
        files |= _search(work, files)
    if inspection is None:
        return _write(work, press, files, report)
    return _release(work, press, files, report, verdicts, inspection.dirty)


def _search(work: _Work, files: Mapping[str, Payload]) -> dict[str, bytes]:
    from generator.pages.output import read_payload
    from generator.search import search_index

    work.progress("indexing", 0, len(files))
    pages = ((path, read_payload(files[path], work.output / path)) for path in sorted(files) if path.endswith(".html"))
    return search_index(pages)


def _write(work: _Work, press: Press, files: Mapping[str, Payload], report: BuildReport) -> BuildReport:
    from generator.pages.output import write_site

    work.progress("writing", 0, len(files))
    written = write_site(work.output, files)
    press.memory.keep(written)
    count = sum(path.endswith(".html") for path in files)
    return replace(report, pages=count, written=written.written, unchanged=written.unchanged, removed=written.removed)


# --- what a release has besides ---


def _sources(work: _Work) -> str:
    """Return a digest of what a release publishes as its sources, which are to be the very ones that were checked."""
    from generator.pages.sources import digest_of_sources
    from generator.project import load_project

    return digest_of_sources(load_project(work.root)) if work.options.release else ""


def _inspect(work: _Work, verdicts: Verdicts, press: Press) -> Inspection:
    from generator.release.gate import inspect

    return inspect(verdicts, press.packs, allow_dirty=work.options.allow_dirty)


def _more(work: _Work) -> list[str]:
    """Return the paths of the files that come last."""
    from generator.release.making import paths_of

    return paths_of(work.key) if work.options.release else []


def _release(
    work: _Work,
    press: Press,
    files: Mapping[str, Payload],
    report: BuildReport,
    verdicts: Verdicts,
    dirty: Collection[str],
) -> BuildReport:
    from clawpub.pack.model import DESCRIPTOR
    from generator.release.making import predicate_of, with_statement
    from generator.release.statement import STATEMENT

    options = work.options
    predicate = predicate_of(
        press.frame.project, verdicts, press.packs, dirty=dirty, cards=options.makes_cards, search=options.makes_search
    )
    released = with_statement(files, work.output, predicate, work.key)
    report = _write(work, press, released, report)
    local = folders_in(work.root / ".clawpub/demo/packs", holding=DESCRIPTOR)
    return replace(
        report,
        release=Released(
            files=len(files) + bool(work.key),
            statement_bytes=(work.output / STATEMENT).stat().st_size,
            signed_by=work.key.public.fingerprint if work.key else "",
            uncommitted=tuple(sorted(dirty)),
            waiting=tuple((verdict.slug, verdict.date) for verdict in verdicts.waiting),
            local=tuple(folder.name for folder in local),
        ),
    )
