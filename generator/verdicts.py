"""What `clawpub check` says of each writeup and edition, found out once: what did not change is not checked again.

A verdict depends on the bytes of the text and of its facts, on the packs that they name, on site.toml's rules and
names, on all packs, views and cards where the text reads across them, and on the checker's own code. It is remembered
with all of these, and believed only where all of them are still what they were.

Packs are compared with their sealed digests before anything of them is used. A pack whose files all have the sizes,
inodes and times that they had when every byte was compared counts as compared; a release does not rely on that.

This module imports nothing that parses, so that a check in which nothing changed need not wait for it.
"""

from __future__ import annotations

import gc
import json
import os
import sqlite3
import stat
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from clawpub.findings import Finding
from generator.editions import Carrying, by_week, carrying_findings, edition_files
from generator.progress import Progress, silent
from generator.verdict_store import Remembered, Store, digest_of, open_store
from generator.weeks import edition_ledger

if TYPE_CHECKING:
    from generator.checking import Checking
    from generator.views import View
    from generator.writeup import CheckedWriteup

MAX_TEXT = 8 << 20
"""Bytes of a file that a person writes."""
MAX_FILES = 100_000
"""Of a pack whose state is remembered."""
MANY = 12
"""Writeups that are checked in several processes: about half a second of work."""


Kind = Literal["writeup", "edition"]
CLAIMS_OF: Mapping[Kind, str] = {"writeup": "claims", "edition": "edition claims"}
"""What the claims of each kind of text are remembered as."""


_TOLD = ("date", "draft", "checked", "verified", "coverage", "packs", "shared", "title", "section", "tagged")


def name_of(kind: Kind, source: Path) -> str:
    """Return what a text is called: a writeup after its folder, an edition after its week."""
    return source.stem if kind == "edition" else source.name


@dataclass(frozen=True)
class Verdict:
    """What a check says of one writeup, or of one edition."""

    slug: str
    """Of an edition, its week."""
    path: Path
    """Of index.md, or of the edition's file."""
    findings: tuple[Finding, ...]
    date: str = ""
    """As 2026-05-21; empty where the writeup could not be read."""
    draft: bool = False
    checked: bool = False
    """False for a draft that nobody asked for, and for a writeup that could not be read."""
    verified: int = 0
    """Claims."""
    coverage: Mapping[str, int] = field(default_factory=dict)
    """The fields of generator.writeup.Coverage."""
    packs: Mapping[str, str | None] = field(default_factory=dict)
    """The digest of each pack that it names, by id; None for one that was not there."""
    shared: bool = False
    """Whether it reads across the publication's packs."""
    loose: tuple[tuple[str, str, int], ...] = ()
    """The packs that it names without the digest that they have: alias, id and line."""
    carries: tuple[tuple[str, int], ...] = ()
    """The writeups that an edition carries, each with its line."""
    title: str = ""
    section: str = ""
    tagged: bool = False
    """Whether it has tags."""
    claims: str = "[]"
    """JSON: what `clawpub check --json` prints of each."""
    page: str = ""
    """What the press made of it, where there is one and the page was not there already."""

    @property
    def passed(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True)
class Front:
    """What all pages of a site depend on, of what a writeup's front matter says."""

    section: str
    tagged: bool


class Press(Protocol):
    """Who makes a writeup's page while its check has it at hand: the build (generator/pages/press.py)."""

    def begin(
        self, check: Check, packs: Mapping[str, str], fronts: Iterable[Front], editions: Sequence[Verdict]
    ) -> None:
        """Get ready; `packs` are the digests of those that can be trusted, by id."""

    def prepare(self, *, many: bool) -> None:
        """Get ready to print, in this process and in those that will be forked off where there are `many`."""

    def has(self, verdict: Verdict, key: str | None) -> bool:
        """Return whether the page of a writeup that passed is there already. `key` is that of its verdict."""

    def print(self, checked: CheckedWriteup, views: Mapping[str, View]) -> str:
        """Make a page, perhaps in another process, and return what `take` needs to find it."""

    def take(self, verdict: Verdict, key: str | None) -> None:
        """Accept what `print` returned, which is the verdict's `page`."""


@dataclass(frozen=True)
class Verdicts:
    """What a check says of a publication."""

    writeups: tuple[Verdict, ...]
    """Newest first; what could not be read is in the findings alone."""
    findings: tuple[Finding, ...]
    editions: tuple[Verdict, ...] = ()
    """Newest first, as the writeups."""
    waiting: tuple[Verdict, ...] = ()
    """Writeups and editions that a release leaves out, because they are dated later than its day."""
    fresh: tuple[str, ...] = field(default=(), compare=False)
    """The slugs of those that were checked now, because nothing true was remembered of them."""

    @property
    def passed(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)


def find_verdicts(
    root: Path,
    *,
    drafts: bool = False,
    only: Collection[Path] | None = None,
    remember: bool = True,
    with_claims: bool = True,
    processes: int | None = None,
) -> Verdicts:
    """Return what a check finds in packs, writeups, claims and expressions; the same with and without a memory.

    `only` names the folders of the writeups and the files of the editions that are to be checked, drafts among them
    too; with an edition goes what it carries. Without `with_claims` the verdicts' `claims` are left empty where they
    are not at hand.

    `processes` is how many check what is not remembered; by itself as many as the machine has processors, where there
    is enough to do.

    Raises: ConfigError where there is no publication.
    """
    store = open_store(root) if remember else Store()
    try:
        return Check(root, store, Asked(drafts or only is not None, only, with_claims), processes).run()
    finally:
        store.close()


@dataclass(frozen=True)
class Asked:
    """What a check is to find."""

    drafts: bool
    only: Collection[Path] | None = None
    claims: bool = False
    today: date | None = None
    """The day of a release: what is dated later is left out of it, as drafts are."""

    def accepts(self, verdict: Verdict) -> bool:
        """Whether a remembered verdict answers what is asked now."""
        return verdict.checked or not verdict.date or (verdict.draft and not self.drafts)

    def shows(self, verdict: Verdict) -> bool:
        return bool(verdict.date) and (self.drafts or not verdict.draft) and not self.waits(verdict)

    def waits(self, verdict: Verdict) -> bool:
        return self.today is not None and not verdict.draft and verdict.date > self.today.isoformat()


@dataclass(frozen=True)
class _PackState:
    digest: str | None
    """None for a pack that cannot be trusted."""
    findings: tuple[Finding, ...]


class Check:
    """One check of a publication, on its way."""

    def __init__(
        self,
        root: Path,
        store: Store,
        asked: Asked,
        processes: int | None,
        press: Press | None = None,
        progress: Progress = silent,
    ) -> None:
        self.root = root
        self.store = store
        self.asked = asked
        self.processes = processes
        self.press = press
        self.progress = progress
        self.code = checker_digest()
        self.new: list[Remembered] = []
        self.fresh: list[str] = []
        self.clock = store.now_ns()
        """Files that changed at this very tick may change again without a trace; their state is not remembered."""

    @cached_property
    def checking(self) -> Checking:
        """The checker itself, loaded when the first thing is found that is not remembered."""
        gc.disable()  # a tenth of the time that the imports take, and they leave no garbage
        try:
            from generator.checking import Checking
        finally:
            gc.enable()
        gc.freeze()
        return Checking(self.root, self.processes, self.press)

    def run(self) -> Verdicts:
        content = self.root / "content"
        rules = self.rules(content)
        states = {path.name: self.pack(path) for path in folders_in(content / "packs", holding="datapackage.json")}
        folders = folders_in(content / "writeups")
        files, misnamed = by_week(edition_files(content / "editions"))
        if self.asked.only is not None:
            files = [file for file in files if file.resolve() in self.asked.only]
        editions = self.texts("edition", files, rules, states)
        carrying = [Carrying(e.path, e.draft, e.carries) for e in editions if self.asked.shows(e)]
        if self.asked.only is not None:
            carried = {slug for each in carrying for slug, _ in each.slugs}
            folders = [f for f in folders if f.name in carried or f.resolve() in self.asked.only]
        verdicts = self.texts("writeup", folders, rules, states, self.shown(editions))
        findings = [finding for state in states.values() for finding in state.findings]
        findings += [finding for each in (*verdicts, *editions) for finding in each.findings if self.told(each)]
        findings += misnamed if self.asked.only is None else ()
        findings += carrying_findings(carrying, {verdict.slug: verdict.draft for verdict in verdicts})
        findings += self.rest(content, states)
        self.store.keep(self.new, gone=self.gone("writeup", folders) + self.gone("edition", files))
        waiting = tuple(verdict for verdict in (*verdicts, *editions) if self.asked.waits(verdict))
        return Verdicts(self.shown(verdicts), tuple(findings), self.shown(editions), waiting, tuple(self.fresh))

    def shown(self, verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
        shown = sorted((v for v in verdicts if self.asked.shows(v)), key=lambda v: v.slug)
        return tuple(sorted(shown, key=lambda verdict: verdict.date, reverse=True))

    def told(self, verdict: Verdict) -> bool:
        return not verdict.date or self.asked.shows(verdict)

    # --- what all writeups depend on ---

    def rules(self, content: Path) -> str:
        """Return a digest of the weights of rules, and of the names whose digits are no quantities."""
        key = self.key_of(content / "site.toml", *files_in(content / "models", ".toml"))
        if key and (known := self.recalled("rules", "", key)):
            return known
        rules = self.checking.rules
        self.keep("rules", "", key, rules)
        return rules

    def pack(self, path: Path) -> _PackState:
        signature, newest = signature_of(path)
        key = signature and digest_of(self.code, signature)
        if key and (known := self.recalled("pack", path.name, key)):
            digest, findings = json.loads(known)
            return _PackState(digest, self.findings_in(findings))
        digest, found = self.checking.open(path)
        if digest and newest < self.clock and (told := self.findings_out(found)) is not None:
            self.keep("pack", path.name, key, json.dumps([digest, told]))
        return _PackState(digest, tuple(found))

    def rest(self, content: Path, states: Mapping[str, _PackState]) -> tuple[Finding, ...]:
        """Return what is wrong with plain pages, model cards, views and the packs made on this machine."""
        local = [signature_of(path) for path in folders_in(self.root / ".clawpub/demo/packs", hidden=True)]
        key = self.key_of(
            *files_in(content / "pages", ".md"),
            *files_in(content / "models", ".toml"),
            *files_in(content / "views", ".sql"),
            more=[*(signature for signature, _ in local), *sorted(f"{n}@{s.digest}" for n, s in states.items())],
        )
        if key and (known := self.recalled("rest", "", key)):
            return self.findings_in(json.loads(known))
        found = self.checking.rest()
        if (told := self.findings_out(found)) is not None and all(newest < self.clock for _, newest in local):
            self.keep("rest", "", key, json.dumps(told))
        return found

    # --- texts ---

    def texts(
        self,
        kind: Kind,
        sources: list[Path],
        rules: str,
        states: Mapping[str, _PackState],
        editions: Sequence[Verdict] = (),
    ) -> list[Verdict]:
        """Return the verdict on each writeup or edition, in order: those that are still true, and those found now."""
        packs = {name: state.digest for name, state in states.items() if state.digest}
        across = self.across(packs)
        remembered = self.by_kind(kind)
        claims = self.by_kind(CLAIMS_OF[kind]) if self.asked.claims else {}
        keys = {source: self.text_key(kind, source, rules) for source in sources}
        verdicts: dict[Path, Verdict] = {}
        for source in sources:
            known, key = remembered.get(name_of(kind, source)), keys[source]
            if (
                known
                and key
                and known.key == key
                and (verdict := self.verdict_in(known.value, kind, source, packs, across))
            ):
                listed = claims.get(verdict.slug)
                if listed and listed.key == key:
                    verdict = replace(verdict, claims=listed.value)
                if not self.asked.claims or (listed and listed.key == key):
                    verdicts[source] = verdict
        missing = [source for source in sources if source not in verdicts]
        if self.press and kind == "writeup":
            self.press.begin(self, packs, self.fronts(verdicts.values(), missing), editions)
            missing = [each for each in sources if each not in verdicts or self.unprinted(verdicts[each], keys[each])]
        for number, (source, verdict) in enumerate(zip(missing, self.found_now(kind, missing), strict=True), 1):
            self.progress("checking", number, len(missing))
            verdicts[source] = verdict
            self.fresh.append(verdict.slug)
            if keys[source] == self.text_key(kind, source, rules):  # else it was edited under our hands
                self.keep_verdict(kind, keys[source], verdict, packs, across)
            else:
                keys[source] = None
            if self.press and verdict.page and self.asked.shows(verdict):
                self.press.take(verdict, keys[source])
        return [verdicts[source] for source in sources]

    def fronts(self, known: Iterable[Verdict], missing: Iterable[Path]) -> Iterator[Front]:
        """Yield what the front matter of each writeup that is shown says, its text checked or not yet."""
        for verdict in (*known, *(self.checking.front(folder) for folder in missing)):
            if self.asked.shows(verdict):
                yield Front(verdict.section, verdict.tagged)

    def unprinted(self, verdict: Verdict, key: str | None) -> bool:
        """Return whether a writeup must be read again for its page alone."""
        if self.press is None or not (verdict.checked and verdict.passed and self.asked.shows(verdict)):
            return False
        return not self.press.has(verdict, key)

    def found_now(self, kind: Kind, missing: list[Path]) -> Iterable[Verdict]:
        if not missing:
            return ()
        if kind == "writeup":
            if self.press:
                self.press.prepare(many=len(missing) > MANY)
            return self.checking.check(missing, drafts=self.asked.drafts)
        return (self.checking.edition(file, drafts=self.asked.drafts) for file in missing)

    def text_key(self, kind: Kind, source: Path, rules: str) -> str | None:
        """Return a digest of all that a text's check depends on, but for the packs; None where that is unknown."""
        place = str(source)
        files = (
            (place, str(edition_ledger(source))) if kind == "edition" else (f"{place}/index.md", f"{place}/facts.toml")
        )
        try:
            texts = [content_of(file) for file in files]
        except OSError:
            return None
        return digest_of(self.code, rules, *texts)

    def across(self, packs: Mapping[str, str]) -> str | None:
        """Return a digest of what a writeup may read besides its own packs; None where that is unknown."""
        content = self.root / "content"
        files = (*files_in(content / "views", ".sql"), *files_in(content / "models", ".toml"))
        return self.key_of(*files, more=[f"{name}@{digest}" for name, digest in sorted(packs.items())])

    def verdict_in(
        self, value: str, kind: Kind, source: Path, packs: Mapping[str, str], across: str | None
    ) -> Verdict | None:
        """Return a remembered verdict; None where it is not true any more, or is not what is asked for."""
        told = json.loads(value)
        if any(packs.get(name) != digest for name, digest in told["packs"].items()):
            return None
        if told["shared"] and (across is None or told["across"] != across):
            return None
        if None in told["packs"].values() and told["found"] != digest_of(*sorted(packs)):
            return None  # the hint names what is there
        verdict = Verdict(
            slug=name_of(kind, source),
            path=source / "index.md" if kind == "writeup" else source,
            findings=self.findings_in(told["findings"]),
            carries=tuple((slug, line) for slug, line in told["carries"]),
            loose=tuple((alias, name, line) for alias, name, line in told["loose"]),
            **{name: told[name] for name in _TOLD},
        )
        return verdict if self.asked.accepts(verdict) else None

    def keep_verdict(
        self, kind: Kind, key: str | None, verdict: Verdict, packs: Mapping[str, str], across: str | None
    ) -> None:
        told = {name: value for name, value in vars(verdict).items() if name not in ("slug", "path", "claims", "page")}
        told |= {"findings": self.findings_out(verdict.findings), "across": across, "found": digest_of(*sorted(packs))}
        if told["findings"] is not None:
            self.keep(kind, verdict.slug, key, json.dumps(told))
            self.keep(CLAIMS_OF[kind], verdict.slug, key, verdict.claims)

    # --- the memory ---

    def recalled(self, kind: str, name: str, key: str) -> str | None:
        known = self.by_kind(kind).get(name)
        return known.value if known and known.key == key else None

    def by_kind(self, kind: str) -> dict[str, Remembered]:
        if kind not in self._kinds:
            self._kinds[kind] = self.store.recall(kind)
        return self._kinds[kind]

    @cached_property
    def _kinds(self) -> dict[str, dict[str, Remembered]]:
        return {}

    def keep(self, kind: str, name: str, key: str | None, value: str) -> None:
        if key and name.isascii():
            self.new.append(Remembered(kind, name, key, value))

    def gone(self, kind: Kind, sources: Iterable[Path]) -> list[tuple[str, str]]:
        if self.asked.only is not None or not self.new:
            return []
        there = {name_of(kind, source) for source in sources}
        return [(each, name) for name in self.by_kind(kind) if name not in there for each in (kind, CLAIMS_OF[kind])]

    def key_of(self, *files: Path, more: Iterable[str | None] = ()) -> str | None:
        """Return a digest of files, absent ones too, and of the checker; None where one cannot be read."""
        parts: list[str | bytes | None] = [self.code]
        for part in more:
            if part is None:
                return None
            parts.append(part)
        try:
            for file in files:
                parts += [file.name, content_of(file)]
        except OSError:
            return None
        return digest_of(*parts)

    def findings_out(self, findings: Iterable[Finding]) -> list[list[Any]] | None:
        """Return findings as JSON holds them; None where one is about a file outside the publication."""
        told = []
        start = f"{self.root}{os.sep}"
        for each in findings:
            path = str(each.path)
            if self.root != Path() and not path.startswith(start):
                return None
            inside = path if self.root == Path() else path[len(start) :]
            told.append([each.rule, each.message, inside, each.line, each.column, each.hint, each.severity])
        return told

    def findings_in(self, told: Iterable[list[Any]]) -> tuple[Finding, ...]:
        return tuple(Finding(rule, message, self.root / path, *rest) for rule, message, path, *rest in told)


# --- what is there ---


def folders_in(parent: Path, *, holding: str | None = None, hidden: bool = False) -> list[Path]:
    """Return the folders in a folder as generator/project.py does: sorted, without hidden ones and half-made ones."""
    try:
        with os.scandir(parent) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir())
    except OSError:
        return []
    paths = [parent / name for name in names if hidden or not name.startswith((".", "_"))]
    return [path for path in paths if holding is None or (path / holding).is_file()]


def files_in(folder: Path, suffix: str) -> list[Path]:
    """Return what is in a folder under a name with a suffix, sorted."""
    try:
        with os.scandir(folder) as entries:
            return [folder / name for name in sorted(entry.name for entry in entries) if name.endswith(suffix)]
    except OSError:
        return []


def content_of(file: Path | str) -> bytes | None:
    """Return a file's bytes; None where there is none. Raises: OSError where it is too large, or no plain file."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_TEXT:
            raise OSError
        content = os.read(handle, found.st_size + 1)
        if len(content) != found.st_size:
            raise OSError  # it is being written
        return content
    finally:
        os.close(handle)


def signature_of(folder: Path) -> tuple[str | None, int]:
    """Return a digest of all files' sizes, inodes and times, and the newest change, in nanoseconds.

    None for a folder that holds anything but files and folders, or cannot be read.
    """
    lines: list[str] = []
    newest = 0
    try:
        for name, found in _walk(folder, ""):
            lines.append(
                f"{name}\0{found.st_dev} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"
            )
            newest = max(newest, found.st_ctime_ns)
            if len(lines) > MAX_FILES:
                return None, 0
    except OSError:
        return None, 0
    return digest_of(*sorted(lines)), newest


def _walk(folder: Path | str, below: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield every file. Raises: OSError where something is neither a file nor a folder."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{below}{entry.name}/")
            elif entry.is_file(follow_symlinks=False):
                yield below + entry.name, entry.stat(follow_symlinks=False)
            else:
                raise OSError


def checker_digest() -> str:
    """Return a digest of the code that checks: ours byte by byte, the packages it stands on by their versions."""
    home = Path(__file__).parents[1]
    parts: list[str | bytes | None] = [sys.version, sqlite3.sqlite_version]
    for package in ("clawpub", "generator"):
        for name, _ in sorted(_walk(home / package, f"{package}/")):
            if name.endswith(".py") and not name.startswith("clawpub/cli/"):
                parts += [name, content_of(home / name)]
    for folder in sys.path:
        try:
            with os.scandir(folder or ".") as entries:
                parts += sorted(entry.name for entry in entries if entry.name.endswith((".dist-info", ".egg-info")))
        except OSError:
            continue
    return digest_of(*parts)
