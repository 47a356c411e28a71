"""`clawpub verify`: the whole proof, each step on the copy that the first one made."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from clawpub.errors import PublishError
from clawpub.findings import Finding
from generator.pages.links import check_site
from generator.pages.sources import FOLDER
from generator.progress import Progress, silent
from generator.release.signing import MAX_ENVELOPE, MAX_KEY, PublicKey
from generator.release.statement import ENVELOPE, MAX_STATEMENT, OWN, PUBLIC_KEY, STATEMENT, Statement, read_statement
from generator.verdicts import checker_digest
from generator.verify.comparing import NOT_COMPARED, Comparison, compare
from generator.verify.digests import damage, unlisted
from generator.verify.fetching import Remote
from generator.verify.folder import Folder
from generator.verify.origin import LIMITS, Got, Limits, Origin
from generator.verify.others import strange_scripts
from generator.verify.packs import check_packs, data_of
from generator.verify.reprint import Reprint, reprint
from generator.verify.signature import Signature, check_signature

MAX_PAGE = 32 << 20
"""Bytes of a page whose links are read."""


@dataclass(frozen=True)
class VerifyReport:
    place: str
    statement: Statement
    signature: Signature
    files: int
    """That are what the statement says."""
    size: int
    """Of all files that were got, in bytes."""
    links: int
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    packs: int = 0
    """That were computed again."""
    texts: int = 0
    claims: int = 0
    """That were verified again."""
    comparison: Comparison = NOT_COMPARED
    digests_only: bool = False
    seconds: float = 0

    @property
    def passed(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)


def origin_of(place: str, limits: Limits = LIMITS) -> Origin:
    """Return where a site is read from: a server, or a folder. Raises: PublishError where it is neither."""
    return Remote(place, limits) if "://" in place else Folder(Path(place), limits)


def verify(
    origin: Origin,
    *,
    pinned: PublicKey | None = None,
    digests_only: bool = False,
    keep: Path | None = None,
    progress: Progress = silent,
    processes: int | None = None,
) -> VerifyReport:
    """Return what holds of a published site and what does not. `keep` is a new folder for the copy.

    Raises: PublishError where there is no release, or its statement cannot be read.
    """
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="clawpub-verify-") as folder, _copy_at(keep, Path(folder)) as site:
        own = _own_files(origin, site)
        statement = read_statement(own[STATEMENT])
        got = origin.copy(list(statement.digests), site, progress)
        report = _held(origin, site, statement, own, pinned, got)
        if digests_only:
            report = replace(report, digests_only=True)
        else:
            report = _proved(report, site, Path(folder) / "work", progress, processes)
    return replace(report, seconds=time.perf_counter() - started)


@contextmanager
def _copy_at(keep: Path | None, folder: Path) -> Iterator[Path]:
    """Yield the folder of the copy. Raises: PublishError where there is something in the one that was named."""
    site = keep or folder / "site"
    try:
        site.mkdir(parents=True, exist_ok=True)
        if any(site.iterdir()):
            raise PublishError("this folder is not empty", at=site, hint="name a new one for the copy")
    except OSError as error:
        raise PublishError(f"no copy can be kept here: {error.strerror}", at=site) from None
    yield site


def _own_files(origin: Origin, site: Path) -> Mapping[str, bytes]:
    """Return what there is of statement, envelope and key.

    Raises: PublishError where there is no statement, or one of them cannot be had.
    """
    read: dict[str, bytes] = {}
    for name, most in ((STATEMENT, MAX_STATEMENT), (ENVELOPE, MAX_ENVELOPE), (PUBLIC_KEY, MAX_KEY)):
        got = origin.copy([name], site, silent, most=most)[name]
        if not got.trouble:
            read[name] = (site / name).read_bytes()
        elif got.missing and name != STATEMENT:
            continue
        elif got.missing:
            raise PublishError(
                f"{origin.shown}: no release here: {STATEMENT}: {got.trouble}",
                hint="name the site's root; `clawpub build --release` makes what can be verified",
            )
        else:
            raise PublishError(f"{origin.shown}: {name}: {got.trouble}")
    return read


# --- what holds of the files ---


def _held(
    origin: Origin,
    site: Path,
    statement: Statement,
    own: Mapping[str, bytes],
    pinned: PublicKey | None,
    got: Mapping[str, Got],
) -> VerifyReport:
    signature = check_signature(own[STATEMENT], own.get(ENVELOPE), own.get(PUBLIC_KEY), pinned)
    damaged = list(damage(statement.digests, got))
    links, dead = _links(site, statement, damaged)
    strange = strange_scripts(statement.digests, same_code=statement.predicate.checker.code == checker_digest())
    return VerifyReport(
        place=origin.shown,
        statement=statement,
        signature=signature,
        files=len(statement.digests) - len(damaged),
        size=sum(each.size for each in got.values()),
        links=links,
        findings=(
            *signature.findings,
            *damaged,
            *unlisted(origin.unlisted(statement.digests.keys() | OWN)),
            *strange,
            *dead,
        ),
        notes=tuple(_about(origin, statement)),
    )


def _links(site: Path, statement: Statement, damaged: Sequence[Finding]) -> tuple[int, list[Finding]]:
    """Return how many links there are, and those that lead to no file of the release."""
    large = [name for name in statement.digests if name.endswith(".html") and _size(site / name) > MAX_PAGE]
    if large:
        return 0, [Finding("page-size", "too large a page: links were not followed", Path(name)) for name in large]
    missing = {finding.path for finding in damaged if not (site / finding.path).is_file()}
    check = check_site(site, known={path.as_posix() for path in missing})
    found = [each for each in check.findings if each.rule == "dead-link"]
    return check.links, [replace(each, path=each.path.relative_to(site)) for each in found]


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _about(origin: Origin, statement: Statement) -> Iterator[str]:
    """Yield what a reader should know of where the site stands and what it holds."""
    home = statement.predicate.publication.base_url.rstrip("/")
    if isinstance(origin, Remote) and origin.shown.rstrip("/") != home:
        yield f"the publication says that it stands at {home}: this is a copy, or it moved"
    loose = [pack.id for pack in statement.predicate.packs if pack.uncommitted]
    if loose:
        yield f"the release says that its maker had not committed: {', '.join(loose)}"


# --- what follows from packs and sources ---


def _proved(report: VerifyReport, site: Path, work: Path, progress: Progress, processes: int | None) -> VerifyReport:
    statement = report.statement
    wrong = list(check_packs(site, statement, progress))
    bad = {pack.id for pack in statement.predicate.packs if any(_inside(each, data_of(pack)) for each in wrong)}
    report = replace(
        report, findings=(*report.findings, *wrong), packs=len({p.id for p in statement.predicate.packs} - bad)
    )
    folders = [f"{FOLDER}/", *(data_of(pack) for pack in statement.predicate.packs)]
    if any(_inside(each, folder) for each in report.findings for folder in folders if each.rule in _GONE):
        note = "claims were not checked and pages not printed again: sources or packs are not those of the release"
        return replace(report, notes=(*report.notes, note))
    return _compared(report, site, reprint(site, statement, work, progress, processes))


_GONE = frozenset({"digest", "missing", "unreachable"})


def _inside(finding: Finding, folder: str) -> bool:
    return finding.path.as_posix().startswith(folder)


def _compared(report: VerifyReport, site: Path, made: Reprint) -> VerifyReport:
    texts = (*made.verdicts.writeups, *made.verdicts.editions)
    errors = tuple(each for each in made.findings if each.severity == "error")
    report = replace(
        report,
        findings=(*report.findings, *errors),
        texts=len(texts),
        claims=sum(verdict.verified for verdict in texts),
    )
    if not made.passed:
        note = "pages were not printed again: no site can be made of these sources and packs"
        return replace(report, notes=(*report.notes, note))
    damaged = [each.path.as_posix() for each in report.findings if each.rule == "digest"]
    found = compare(site, report.statement, made, damaged)
    told = tuple(_with_line(each, found.differences) for each in report.findings)
    return replace(report, findings=(*told, *found.findings), notes=(*report.notes, *found.notes), comparison=found)


def _with_line(finding: Finding, differences: Mapping[str, tuple[int, str]]) -> Finding:
    name = finding.path.as_posix()
    if finding.rule != "digest" or name not in differences:
        return finding
    line, words = differences[name]
    return replace(finding, line=line, message=f"{finding.message}; in its first line that differs {words}")
