"""The site made again, here, from what it says its pages were made of: sources and packs of the copy, our own code and
the default theme. It is not written anywhere: its files are bytes to compare with.

What is not made of sources is taken as it was served, for it is compared elsewhere: the scripts of others by the
digests that this package knows, the names of share images because they hold the versions of what drew them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from clawpub.errors import ClawpubError, ConfigError
from clawpub.findings import Finding
from generator.pages.contexts import ImageLink
from generator.pages.frame import Frame
from generator.pages.output import Payload, read_payload
from generator.pages.press import Press
from generator.pages.recheck import Scripts, scripts_of
from generator.pages.sharing import ShareImage, ShareImages
from generator.pages.sources import FOLDER
from generator.progress import Progress
from generator.project import Project
from generator.release.statement import ENVELOPE, PUBLIC_KEY, STATEMENT, Statement
from generator.search import search_index
from generator.urls import absolute
from generator.verdict_store import Store
from generator.verdicts import Asked, Check, Verdicts, checker_digest
from generator.verify.packs import data_of

_SOURCES = f"{FOLDER}/content/"
_KINDS = ("site.toml", "writeups/", "editions/", "models/", "views/", "pages/", "campaigns/")
"""What a publication's content is, besides packs."""
_SQLITE = re.compile(r"assets/sqlite\.[0-9a-f]{8}\.js")
_PLOTLY = re.compile(r"assets/plotly-basic\.[0-9a-f]{8}\.js")
_CARD = re.compile(r"(cards/.+)\.[0-9a-f]{8}\.png")


@dataclass(frozen=True)
class Reprint:
    """What the sources of a site come to."""

    verdicts: Verdicts
    files: Mapping[str, Payload]
    """Of the whole site but its statement, signature and key; empty where a claim does not hold."""
    findings: tuple[Finding, ...]
    """What does not hold, each at its place in the site."""
    notes: tuple[str, ...] = ()
    """What could not be made here."""

    @property
    def passed(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)

    def read(self, path: str) -> bytes:
        return read_payload(self.files[path], Path())


def _is_source(name: str) -> bool:
    return name.startswith(_SOURCES) and name.removeprefix(_SOURCES).startswith(_KINDS)


def reprint(site: Path, statement: Statement, work: Path, progress: Progress, processes: int | None = None) -> Reprint:
    """Check every claim of a site again and make its files again; `site` is the copy, `work` an empty folder.

    What is wrong with the sources is a finding, whatever they are.
    """
    root, spool = work / "publication", work / "spool"
    spool.mkdir(parents=True)
    try:
        _put_together(site, statement, root)
        made = _made(_Making(site, statement, root, spool, progress, processes))
    except ClawpubError as error:
        at = error.at
        place = _place_of(at.path, root) if at else Path(FOLDER)
        line, column = (at.line, at.column) if at else (None, None)
        finding = Finding("sources", f"no site can be made of them: {error.message}", place, line, column, error.hint)
        return Reprint(Verdicts((), ()), {}, (finding,))
    except RecursionError:
        finding = Finding("sources", "no site can be made of them: something is nested too deeply", Path(FOLDER))
        return Reprint(Verdicts((), ()), {}, (finding,))
    return replace(made, findings=tuple(replace(each, path=_place_of(each.path, root)) for each in made.findings))


@dataclass(frozen=True)
class _Making:
    site: Path
    statement: Statement
    root: Path
    spool: Path
    progress: Progress
    processes: int | None


def _put_together(site: Path, statement: Statement, root: Path) -> None:
    """Make a publication out of sources and packs; templates, caches and whatever else is in source/ stay out."""
    for name in filter(_is_source, statement.digests):
        _link(site / name, root / name.removeprefix(f"{FOLDER}/"))
    for pack in statement.predicate.packs:
        folder = data_of(pack)
        for name in statement.digests:
            if name.startswith(folder):
                _link(site / name, root / "content" / "packs" / pack.id / name.removeprefix(folder))


def _link(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if file.is_file():
        shutil.copyfile(file, target)


def _made(making: _Making) -> Reprint:
    made_with = making.statement.predicate.made_with
    press = _Press(making, images=made_with.cards, search=made_with.search)
    check = Check(making.root, Store(), Asked(drafts=False), making.processes, press, making.progress)
    verdicts = check.run()
    made = Reprint(verdicts, {}, verdicts.findings)
    if not made.passed:
        return made
    files, found = press.finish(verdicts, _own_files(making.statement))
    made = replace(made, files=files, findings=(*verdicts.findings, *found))
    if not made_with.search or not made.passed:
        return made
    making.progress("indexing", 0, len(files))
    try:
        index = search_index((path, read_payload(files[path], Path())) for path in sorted(files) if _is_page(path))
    except ConfigError as error:
        return replace(made, notes=(f"the search index was not made again: {error.message}",))
    return replace(made, files=files | index)


def _is_page(path: str) -> bool:
    return path.endswith(".html")


def _own_files(statement: Statement) -> list[str]:
    return [STATEMENT, *([ENVELOPE, PUBLIC_KEY] if PUBLIC_KEY in statement.digests else [])]


def _place_of(path: Path, root: Path) -> Path:
    """Return where a file of the publication stands in the site."""
    try:
        inside = path.relative_to(root)
    except ValueError:
        return path
    parts = inside.parts
    if parts[:2] == ("content", "packs") and len(parts) > 2:
        return Path("packs", parts[2], "data", *parts[3:])
    return Path(FOLDER) / inside


class _Press(Press):
    """The press of a build, in the frame of another site."""

    def __init__(self, making: _Making, *, images: bool, search: bool) -> None:
        nowhere = making.spool / "nowhere"
        super().__init__(nowhere, making.spool, making.progress, images=images, search=search, local=False)
        self._making = making

    @cached_property
    def frame(self) -> Frame:
        made = self._making
        project: Project = self._check.checking.project
        return _Frame(project, self._outline, self._images, self._search, served=_Served(made.site, made.statement))


@dataclass(frozen=True)
class _Served:
    """What a site has that is not made of its sources."""

    site: Path
    statement: Statement

    def script(self, name: re.Pattern[str]) -> bytes | None:
        """Return the one script of a name; None where there is none."""
        found = [each for each in self.statement.digests if name.fullmatch(each)]
        return (self.site / found[0]).read_bytes() if len(found) == 1 and (self.site / found[0]).is_file() else None

    @cached_property
    def same_code(self) -> bool:
        return self.statement.predicate.checker.code == checker_digest()

    @cached_property
    def cards(self) -> Mapping[str, str]:
        """The paths of the share images, by what comes before the digest in them."""
        return {match[1]: name for name in self.statement.digests if (match := _CARD.fullmatch(name))}


@dataclass(frozen=True, kw_only=True)
class _Frame(Frame):
    served: _Served

    @cached_property
    def scripts(self) -> Scripts:
        return scripts_of(self.project, self.served.script(_SQLITE), self.served.script(_PLOTLY))

    @cached_property
    def images(self) -> ShareImages | None:
        return _Cards(self.project, self.theme.stylesheet, self.served) if self.with_images else None


class _Cards(ShareImages):
    """Share images as other versions of what draws them name them: empty, where they cannot be drawn here."""

    def __init__(self, project: Project, stylesheet: bytes, served: _Served) -> None:
        self._project = project
        self._served = served
        self._here: ShareImages | None
        try:
            self._here = ShareImages(project, stylesheet)
        except ConfigError:
            self._here = None

    def share(self, page: str, image: ShareImage) -> tuple[ImageLink, dict[str, Payload]]:
        link, drawn = self._here.share(page, image) if self._here else (None, {})
        path = self._served.cards.get(f"cards/{page.removesuffix('index.html').rstrip('/') or 'site'}")
        if link and (path is None or path in drawn or self._served.same_code):
            return link, drawn
        path = path or f"cards/{page.removesuffix('index.html').rstrip('/') or 'site'}.00000000.png"
        return ImageLink(absolute(self._project.site, path), image.alt), {path: b""}

    def forget(self, files: Iterable[str]) -> None:
        pass


def is_card(name: str) -> bool:
    return _CARD.fullmatch(name) is not None
