"""A publication, loaded and checked: packs, writeups, claims, expressions. Every finding is collected."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from markdown_it.token import Token

from clawpub.errors import ClawpubError, FactError, PackError, Place
from clawpub.findings import Finding
from clawpub.pack.reader import Pack, open_pack
from clawpub.toml_source import nearest_hint
from generator.cards import ModelCard, load_cards
from generator.claims import check_writeup
from generator.content import load_edition, load_writeup
from generator.editions import Carrying, carrying_findings
from generator.expressions import evaluate, expression_functions
from generator.findings import Report, Setting
from generator.library import Library, bad_views, load_views
from generator.local import local_packs
from generator.markdown.expression import prints_fact
from generator.progress import Progress, silent
from generator.project import Project, load_project
from generator.texts import Text, load_texts
from generator.urls import pack_url
from generator.views import View
from generator.writeup import CheckedEdition, CheckedWriteup, Edition, Writeup


@dataclass(frozen=True)
class CheckedPublication:
    """A publication, loaded and checked: everything that pages are made of."""

    project: Project
    packs: tuple[Pack, ...]
    writeups: tuple[CheckedWriteup, ...]
    """Newest first."""
    views: Mapping[str, Mapping[str, View]]
    """By slug: what each expression of the body makes."""
    editions: tuple[CheckedEdition, ...]
    """Newest first."""
    edition_views: Mapping[str, Mapping[str, View]]
    """The same of editions, by their slugs."""
    texts: tuple[Text, ...]
    cards: Mapping[str, ModelCard]
    """By model id."""
    library: Library
    local: tuple[Pack, ...]
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)


def check_publication(root: Path, *, drafts: bool = False, progress: Progress | None = None) -> CheckedPublication:
    """Return a publication with all that its checks found, in packs, writeups, claims and expressions.

    It reads every byte and remembers nothing; what `clawpub check` says is generator/verdicts.py's.

    Raises: ConfigError where there is no publication.
    """
    progress = progress or silent
    project = load_project(root)
    packs, findings = _open_packs(project, progress)
    cards = load_cards(project.models)
    files, unread = load_views(project.views)
    damaged = {path.name for path in project.packs} - packs.keys()
    library = Library(packs, files, cards.by_model, project.site.names, project.site.sections, damaged)
    read = _Reading(project, packs, library, drafts=drafts)
    for number, folder in enumerate(project.writeups):
        progress("checking", number, len(project.writeups))
        read.writeup(folder)
    for path in project.editions:
        read.edition(path)
    findings += (*read.findings, *project.misnamed, *carrying_findings(read.carrying, read.drafts))
    texts, bad_texts = load_texts(project.pages)
    local, left_out = local_packs(root)
    findings += (*bad_texts, *left_out, *cards.findings, *unread, *bad_views(library))
    return CheckedPublication(
        project=project,
        packs=tuple(packs.values()),
        writeups=tuple(sorted(read.writeups, key=lambda c: (-c.writeup.date.toordinal(), c.writeup.slug))),
        views=read.views,
        editions=tuple(reversed(read.editions)),
        edition_views=read.edition_views,
        texts=tuple(texts),
        cards=cards.by_model,
        library=library,
        local=tuple(local),
        findings=tuple(findings),
    )


class _Reading:
    """Texts, loaded and checked one after the other, and what is wrong with them."""

    def __init__(self, project: Project, packs: Mapping[str, Pack], library: Library, *, drafts: bool) -> None:
        self.severity = project.site.severity
        self.packs = packs
        self.library = library
        self.with_drafts = drafts
        self.writeups: list[CheckedWriteup] = []
        self.editions: list[CheckedEdition] = []
        self.views: dict[str, dict[str, View]] = {}
        self.edition_views: dict[str, dict[str, View]] = {}
        self.drafts: dict[str, bool] = {}
        """Every writeup by its slug, those too that are not checked."""
        self.carrying: list[Carrying] = []
        self.findings: list[Finding] = []

    def writeup(self, folder: Path) -> None:
        self.drafts[folder.name] = False
        try:
            writeup = load_writeup(folder)
        except ClawpubError as error:
            self.findings.append(finding_of(error, "unreadable", folder))
            return
        self.drafts[folder.name] = writeup.draft
        if self.with_drafts or not writeup.draft:
            checked, views, found = check_one(writeup, self.packs, self.severity, self.library)
            self.writeups.append(checked)
            self.views[writeup.slug] = views
            self.findings += found

    def edition(self, path: Path) -> None:
        try:
            edition = load_edition(path)
        except ClawpubError as error:
            self.findings.append(finding_of(error, "unreadable", path))
            return
        if self.with_drafts or not edition.text.draft:
            checked, views = check_edition(edition, self.packs, self.severity, self.library)
            self.editions.append(checked)
            self.edition_views[edition.text.slug] = views
            self.carrying.append(carrying_of(edition))
            self.findings += checked.findings


def carrying_of(edition: Edition) -> Carrying:
    slugs = [(carried.slug, carried.line) for carried in edition.carried]
    return Carrying(edition.text.path, edition.text.draft, slugs)


def check_edition(
    edition: Edition, packs: Mapping[str, Pack], severities: Mapping[str, Setting], library: Library
) -> tuple[CheckedEdition, dict[str, View]]:
    """Return an edition, its text checked as a writeup's is, and what each expression of its body makes."""
    text, views, findings = check_one(edition.text, packs, severities, library)
    more = tuple(_edition_findings(edition, severities, library.sections))
    return CheckedEdition(edition, text, (*findings, *more)), views


def _edition_findings(
    edition: Edition, severities: Mapping[str, Setting], sections: Collection[str]
) -> Iterator[Finding]:
    text, report = edition.text, Report(edition.text, severities)
    for section, line in edition.section_lines.items():
        if sections and section not in sections:
            message = f"site.toml has no section {section!r}"
            report("unknown-section", message, line, hint=nearest_hint(section, sections))
    yield from report.sorted()
    if text.date < edition.week.first_day:
        message = f"{text.date} is before the week {edition.week}, which begins on {edition.week.first_day}"
        yield Finding("edition-week", message, text.path, text.front_lines.get("date", 1), hint="mend the date")


def check_one(
    writeup: Writeup, packs: Mapping[str, Pack], severities: Mapping[str, Setting], library: Library
) -> tuple[CheckedWriteup, dict[str, View], tuple[Finding, ...]]:
    """Return a writeup, checked; what each expression of its body makes; and every finding, those of both."""
    checked = check_writeup(writeup, packs, severities, library)
    views, wrong = _expressions(checked)
    if checked.database:
        checked.database.close()
    return checked, views, (*checked.findings, *wrong)


def finding_of(error: ClawpubError, rule: str, fallback: Path) -> Finding:
    """Return a finding that says what an error says."""
    place = error.at or Place(fallback)
    return Finding(rule, error.message, place.path, place.line, place.column, error.hint)


def _open_packs(project: Project, progress: Progress) -> tuple[dict[str, Pack], list[Finding]]:
    """Return the packs by id, every byte of them compared with its digest, and what is wrong with the others."""
    packs: dict[str, Pack] = {}
    findings: list[Finding] = []
    for number, path in enumerate(project.packs):
        progress("opening packs", number, len(project.packs))
        pack, found = open_whole(path)
        findings += found
        if pack:
            packs[pack.id] = pack
    return packs, findings


def open_whole(path: Path) -> tuple[Pack | None, list[Finding]]:
    """Return a pack, every byte of it compared with its digest, and what is wrong with it; None for a damaged one."""
    try:
        pack = open_pack(path)
        if pack.id != path.name:
            raise PackError(f"this folder holds the pack {pack.id}", at=path, hint="name the folder after its pack")
        for resource in pack.descriptor.resources:
            pack.read(resource)
        pack.tables()
    except PackError as error:
        return None, [finding_of(error, "damaged-pack", path)]
    return pack, list(_active_files(pack))


ACTIVE = frozenset(
    ".htm .html .xht .xhtml .shtml .svg .svgz .xml .xsl .xslt .mht .mhtml .js .mjs .swf .pdf .wasm".split()
)
"""Files that a browser would run or render when a reader opens them from the site."""


def _active_files(pack: Pack) -> Iterator[Finding]:
    for resource in pack.descriptor.resources:
        if PurePosixPath(resource.path).suffix.lower() in ACTIVE:
            yield Finding(
                "active-file",
                "the site would serve this file, and a browser would run what is in it",
                pack.path / resource.path,
                hint="seal it as .txt, or compressed",
            )


def _expressions(checked: CheckedWriteup) -> tuple[dict[str, View], list[Finding]]:
    """Return what each expression of a body makes, and a finding for each that makes nothing."""
    functions = expression_functions(checked.packs, pack_url)
    views: dict[str, View] = {}
    findings = []
    for token, line in expression_tokens(checked.tokens):
        if token.meta.get("claim") is not None or token.content in views or prints_fact(token.content):
            continue  # what is wrong with a fact is a finding of the claims' check
        try:
            if not token.block:
                raise FactError(
                    "a table or chart in the middle of a text", hint="give the expression a paragraph of its own"
                )
            views[token.content] = evaluate(token.content, functions)
        except (FactError, PackError) as error:
            if any(finding.rule == "missing-pack" for finding in checked.findings):
                continue  # said already
            at = Place(checked.writeup.path, checked.writeup.body_line + line)
            findings.append(Finding("expression", error.message, at.path, at.line, hint=error.hint))
    return views, findings


def expression_tokens(tokens: tuple[Token, ...]) -> Iterator[tuple[Token, int]]:
    """Yield each expression with its line of the body, from 0."""
    for token in tokens:
        line = token.map[0] if token.map else 0
        if token.type == "expression":
            yield token, line
        for child in token.children or ():
            if child.type == "expression":
                yield child, line + token.content.count("\n", 0, child.meta.get("at", 0))
