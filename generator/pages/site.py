"""Every file of a site: pages, stylesheet, feed, and the packs themselves, so that a reader can check them again."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from markdown_it.token import Token

from clawpub.findings import Finding
from clawpub.pack.model import DESCRIPTOR, SEAL
from clawpub.pack.reader import Pack
from generator.local import newest_first
from generator.pages.assembly import (
    index_page,
    not_found_page,
    pack_page,
    publication_of,
    text_page,
    writeup_entry,
    writeup_page,
)
from generator.pages.body import Body, render_body
from generator.pages.catalogue import catalogue_files, catalogue_of, navigation
from generator.pages.contexts import PackPage, Publication, SourceLink
from generator.pages.demo import PAGE as DEMO_PAGE
from generator.pages.demo import demo_page
from generator.pages.editions import carriers, edition_entries, edition_pages
from generator.pages.feeds import FEED, JSON_FEED, SitemapPage, feed, json_feed, render_feed, render_sitemap, robots
from generator.pages.output import Payload
from generator.pages.places import Places
from generator.pages.policy import HEADERS, headers_file
from generator.pages.recheck import Scripts, load_scripts, recheck_of
from generator.pages.render import Theme, load_theme, render_page
from generator.pages.run_pages import run_files
from generator.pages.runs import PackRuns, pack_runs
from generator.publication import CheckedPublication, Progress
from generator.urls import absolute, edition_url, pack_url, writeup_url
from generator.writeup import CheckedWriteup

ATTACHED = frozenset(".png .jpg .jpeg .gif .webp .avif .csv .json .jsonl .txt .zip".split())
"""Files beside index.md that go onto the site with it."""


@dataclass(frozen=True)
class Rendered:
    files: dict[str, Payload]
    findings: tuple[Finding, ...]


def render_site(publication: CheckedPublication, progress: Progress) -> Rendered:
    """Return the site's files by path, and what only shows when all of them are known: links that lead nowhere."""
    site = publication.project.site
    theme = load_theme(publication.project.templates)
    links = [SourceLink(text.title, text.url) for text in publication.texts]
    catalogue = catalogue_of(publication)
    head, foot = navigation(catalogue)
    places = catalogue.places
    about = publication_of(
        site, theme.stylesheet_path, texts=links, has_demo=bool(publication.local), head=head, foot=foot
    )
    scripts = load_scripts(publication.project)
    files: dict[str, Payload] = {theme.stylesheet_path: theme.stylesheet, **scripts.files}
    runs, findings = _all_runs(publication, progress)
    carried_by = carriers(publication)
    for number, checked in enumerate(publication.writeups):
        progress("rendering", number, len(publication.writeups))
        files |= _writeup_files(publication, theme, about, checked, runs, places, scripts, carried_by)
    for path, page in edition_pages(publication, theme, about, runs, scripts):
        files[path] = render_page(theme, page)
    for pack in publication.packs:
        files |= _pack_files(theme, pack, pack_page(about, site, runs[pack.id], publication.cards, places))
        files |= run_files(theme, about, site, runs[pack.id], places)
    if publication.library.views:
        across = PackRuns(publication.library.across, "")
        files |= _pack_files(theme, across.pack, pack_page(about, site, across, publication.cards, places))
    for pack in publication.local:
        here, found = pack_runs(pack, made_here=True)
        findings += found
        files |= _pack_files(theme, pack, pack_page(about, site, here, publication.cards, places, made_here=True))
        files |= run_files(theme, about, site, here, places, made_here=True)
    if publication.local:
        files[DEMO_PAGE] = render_page(theme, demo_page(about, site, publication.local, publication.packs))
    for text in publication.texts:
        words = render_body(text.tokens, Body(theme, {}, {}, "../" * text.url.count("/")))
        files[text.url] = render_page(theme, text_page(about, site, text.url, text.title, words))
    lists = catalogue_files(theme, about, catalogue, runs)
    files |= lists
    entries = [writeup_entry(checked) for checked in publication.writeups]
    newest = next(iter(edition_entries(publication)), None)
    files["index.html"] = render_page(theme, index_page(about, site, entries, newest_first(publication.packs), newest))
    files["404.html"] = render_page(theme, not_found_page(about, site))
    files |= _machine_files(publication, theme, lists)
    files[HEADERS] = headers_file(files)
    return Rendered(files, (*findings, *_dead_links(publication, files)))


def _all_runs(publication: CheckedPublication, progress: Progress) -> tuple[dict[str, PackRuns], list[Finding]]:
    """Return the runs of each published pack by its id, and what is wrong with transcripts."""
    runs: dict[str, PackRuns] = {}
    findings: list[Finding] = []
    for number, pack in enumerate(publication.packs):
        progress("reading transcripts", number, len(publication.packs))
        runs[pack.id], found = pack_runs(pack)
        findings += found
    return runs, findings


def _machine_files(publication: CheckedPublication, theme: Theme, lists: Iterable[str]) -> dict[str, Payload]:
    site = publication.project.site
    published = [checked for checked in publication.writeups if not checked.writeup.draft]
    pages = [SitemapPage(absolute(site, "index.html"))]
    pages += [SitemapPage(absolute(site, writeup_url(c.writeup.slug)), c.writeup.date.isoformat()) for c in published]
    editions = [checked for checked in publication.editions if not checked.edition.text.draft]
    pages += [
        SitemapPage(absolute(site, edition_url(e.text.writeup.slug)), e.text.writeup.date.isoformat()) for e in editions
    ]
    pages += [
        SitemapPage(absolute(site, path))
        for path in (*map(pack_url, publication.packs), *(t.url for t in publication.texts), *lists)
    ]
    made = feed(site, published, editions)
    return {
        FEED: render_feed(theme, made),
        JSON_FEED: json_feed(site, made),
        "sitemap.xml": render_sitemap(theme, site, pages),
        "robots.txt": robots(site),
    }


def _writeup_files(
    publication: CheckedPublication,
    theme: Theme,
    about: Publication,
    checked: CheckedWriteup,
    runs: Mapping[str, PackRuns],
    places: Places,
    scripts: Scripts,
    carried_by: Mapping[str, SourceLink],
) -> dict[str, Payload]:
    writeup, project = checked.writeup, publication.project
    path = writeup_url(writeup.slug)
    body = Body(theme, checked.packs, publication.views[writeup.slug], "../" * path.count("/"))
    text = render_body(checked.tokens, body, writeup.lead_tag)
    source = writeup.path.relative_to(project.root).as_posix()
    page = writeup_page(about, project.site, checked, text, source, runs, places)
    recheck = recheck_of(checked, publication.library.known_names, body.root, scripts)
    page = replace(page, recheck=recheck, edition=carried_by.get(writeup.slug))
    files: dict[str, Payload] = {path: render_page(theme, page)}
    for file in sorted(writeup.path.parent.rglob("*")):
        if file.suffix.lower() in ATTACHED and file.is_file() and not file.is_symlink():
            relative = file.relative_to(writeup.path.parent).as_posix()
            files[path.removesuffix("index.html") + relative] = file.read_bytes
    return files


def _pack_files(theme: Theme, pack: Pack, page: PackPage) -> dict[str, Payload]:
    """Return a pack's page, its files as they were sealed, and the same as one archive."""
    folder = pack_url(pack, made_here=bool(page.made_here)).removesuffix("index.html")
    sealed = _sealed_files(pack)
    files: dict[str, Payload] = {f"{folder}data/{path}": payload for path, payload in sealed.items()}
    files[folder + page.archive] = lambda: _archive(pack.id, sealed)
    files[folder + "index.html"] = render_page(theme, page)
    return files


def _sealed_files(pack: Pack) -> dict[str, Callable[[], bytes]]:
    """Return what reads each file that the descriptor lists, and the descriptor and seal themselves."""

    def reader(name: str) -> Callable[[], bytes]:
        return lambda: pack.sealed(name)

    files = {resource.path: reader(resource.name) for resource in pack.descriptor.resources}
    for name in (DESCRIPTOR, SEAL):
        files[name] = lambda name=name: pack.file(name)  # type: ignore[misc]
    return files


def _archive(name: str, files: dict[str, Callable[[], bytes]]) -> bytes:
    """Return a zip file of a pack's files in one folder; equal files give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{name}/{path}", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, files[path]())
    return out.getvalue()


def _dead_links(publication: CheckedPublication, files: dict[str, Payload]) -> Iterator[Finding]:
    """Yield the relative links and images of each body that lead to no file of the site."""
    bodies = [
        (c.writeup.path, c.writeup.body_line, writeup_url(c.writeup.slug), c.tokens) for c in publication.writeups
    ]
    bodies += [
        (e.text.writeup.path, e.text.writeup.body_line, edition_url(e.text.writeup.slug), e.text.tokens)
        for e in publication.editions
    ]
    bodies += [(text.path, 1, text.url, text.tokens) for text in publication.texts]
    for source, first_line, url, tokens in bodies:
        folder = posixpath.dirname(url)
        for target, line in _targets(tokens):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc or not parts.path:
                continue
            path = posixpath.normpath(posixpath.join(folder, unquote(parts.path)))
            if path not in files and f"{path}/index.html" not in files:
                yield Finding(
                    "dead-link",
                    f"{target!r} leads to no file of the site",
                    source,
                    first_line + line,
                    hint=f"from {folder}/ the site’s root is ../../; files beside index.md go by their names",
                )


def _targets(tokens: Sequence[Token], line: int = 0) -> Iterator[tuple[str, int]]:
    for token in tokens:
        here = token.map[0] if token.map else line
        for name in ("href", "src"):
            if token.attrs.get(name):
                yield str(token.attrs[name]), here
        yield from _targets(token.children or (), here)
