"""What a site is made of: artifacts, each some files with a digest of all that they are made of.

    writeup/<slug>    its page, the files beside it, the image that is shown where it is shared
    edition/<week>    its page and such an image
    text/<slug>       a plain page
    source            what all texts share, as it was written; with each text's page goes its own source
    pack/<id>         its page, its files as sealed, their archive
    runs/<id>         the pages of its runs
    local/<id>        the same for a pack made on this machine; demo is the page of them all
    views             the same for the pack that the publication's views make
    lists             front page, campaigns, models, tasks, tags, comparison, method
    assets            stylesheet and scripts, the image of all other pages

An artifact whose digest and files are what they were is not made again (generator/pages/memory.py); the rest is made
by one function each. Feeds, sitemap and the check of links need every artifact's answer, and are made at the end.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it.token import Token

from clawpub.findings import Finding
from clawpub.pack.model import DESCRIPTOR, SEAL
from clawpub.pack.reader import Pack
from generator.local import newest_first
from generator.pages.assembly import index_page, not_found_page, pack_page, text_page, writeup_entry, writeup_page
from generator.pages.body import Body, render_body
from generator.pages.catalogue import Catalogue, catalogue_files
from generator.pages.contents import Contents
from generator.pages.contexts import EditionEntry, PackPage, SourceLink, WriteupEntry
from generator.pages.demo import PAGE as DEMO_PAGE
from generator.pages.demo import demo_page
from generator.pages.editions import edition_entry, edition_page
from generator.pages.feeds import FEED, JSON_FEED, SitemapPage, feed, json_feed, render_feed, render_sitemap, robots
from generator.pages.frame import Frame
from generator.pages.memory import Link, Made
from generator.pages.output import Payload
from generator.pages.render import Theme, render_page
from generator.pages.run_pages import run_files
from generator.pages.runs import PackRuns, pack_runs
from generator.pages.sharing import FRONT, edition_image, site_image, writeup_image
from generator.pages.sources import attached_files, shared_sources, source_links, source_url, text_sources
from generator.texts import Text
from generator.urls import absolute, pack_url, writeup_url
from generator.views import View, has_charts
from generator.writeup import CheckedEdition, CheckedWriteup


class Runs(Mapping[str, PackRuns]):
    """The runs of each pack by its id, read when they are asked for."""

    def __init__(self, packs: Mapping[str, Pack]) -> None:
        self._packs = packs
        self._read: dict[str, tuple[PackRuns, list[Finding]]] = {}

    def __getitem__(self, name: str) -> PackRuns:
        return self.read(name)[0]

    def read(self, name: str) -> tuple[PackRuns, list[Finding]]:
        """Return a pack's runs, and what is wrong with its transcripts."""
        if name not in self._read:
            self._read[name] = pack_runs(self._packs[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._packs)

    def __len__(self) -> int:
        return len(self._packs)


def make_writeup(
    frame: Frame,
    checked: CheckedWriteup,
    views: Mapping[str, View],
    names: Sequence[str],
    runs: Mapping[str, PackRuns],
    edition: SourceLink | None = None,
) -> Made:
    """Return a writeup's page and what lies beside it.

    `names` are those of the publication (Library.known_names); `edition` is the one that carries the writeup.
    """
    writeup, path = checked.writeup, writeup_url(checked.writeup.slug)
    body = Body(frame.theme, checked.packs, views, "../" * path.count("/"), live=frame.about.charts is not None)
    text = render_body(checked.tokens, body, writeup.lead_tag, frame.renderer)
    sources = source_links(frame.project, writeup)
    page = writeup_page(frame.about, frame.site, checked, text, sources, runs, frame.places)
    recheck = frame.recheck(checked, names, body.root)
    image, drawn = frame.share(path, writeup_image(frame.site, checked))
    page = replace(page, page=replace(page.page, image=image))
    page = replace(page, has_charts=has_charts(views), recheck=recheck, edition=edition)
    files: dict[str, Payload] = {path: render_page(frame.theme, page), **drawn, **text_sources(frame.project, writeup)}
    for name, file in attached_files(writeup.path.parent).items():
        files[path.removesuffix("index.html") + name] = files[source_url(frame.project, file)] = file.read_bytes
    links = tuple(links_of(checked.tokens, path, writeup.body_line))
    return Made(files, links=links, entry=vars(writeup_entry(checked)))


def make_edition(
    frame: Frame,
    checked: CheckedEdition,
    views: Mapping[str, View],
    carried: Sequence[WriteupEntry],
    neighbours: tuple[SourceLink | None, SourceLink | None],
    names: Sequence[str],
    runs: Mapping[str, PackRuns],
) -> Made:
    """Return an edition's page; see generator/pages/editions.py."""
    page = edition_page(frame, checked, views, carried, neighbours, names, runs)
    text, entry = checked.edition.text, edition_entry(checked.edition, carried)
    links = tuple(links_of(checked.text.tokens, entry.url, text.body_line))
    _, drawn = frame.share(entry.url, edition_image(frame.site, checked.edition, carried))
    files = {entry.url: render_page(frame.theme, page), **drawn, **text_sources(frame.project, text)}
    return Made(files, links=links, entry=vars(entry))


def make_text(frame: Frame, text: Text) -> Made:
    words = render_body(text.tokens, Body(frame.theme, {}, {}, "../" * text.url.count("/")))
    page = render_page(frame.theme, text_page(frame.about, frame.site, text.url, text.title, words))
    files: dict[str, Payload] = {text.url: page, source_url(frame.project, text.path): text.path.read_bytes()}
    return Made(files, links=tuple(links_of(text.tokens, text.url, 1)))


def make_sources(frame: Frame) -> Made:
    """Return what all texts share, as it was written; a text's own sources are made with its page."""
    return Made(shared_sources(frame.project))


def make_pack(frame: Frame, contents: Contents, runs: PackRuns, findings: Sequence[Finding] = ()) -> Made:
    """Return a pack's page and its files as they were sealed."""
    page = pack_page(frame.about, frame.site, runs, contents.cards, frame.places)
    return Made(_pack_files(frame.theme, runs.pack, page), tuple(findings))


def make_runs(frame: Frame, runs: PackRuns) -> Made:
    """Return the pages of a pack's runs, and their list."""
    return Made(run_files(frame.theme, frame.about, frame.site, runs, frame.places))


def make_views(frame: Frame, contents: Contents) -> Made:
    """Return the page and files of the pack that the publication's views make."""
    return make_pack(frame, contents, PackRuns(contents.library.across, ""))


def make_local(frame: Frame, contents: Contents, pack: Pack) -> Made:
    """Return all that there is of a pack made on this machine."""
    here, findings = pack_runs(pack, made_here=True)
    page = pack_page(frame.about, frame.site, here, contents.cards, frame.places, made_here=True)
    files = _pack_files(frame.theme, pack, page)
    files |= run_files(frame.theme, frame.about, frame.site, here, frame.places, made_here=True)
    return Made(files, tuple(findings))


def make_demo(frame: Frame, contents: Contents) -> Made:
    page = demo_page(frame.about, frame.site, contents.local, contents.packs)
    return Made({DEMO_PAGE: render_page(frame.theme, page)})


def make_lists(frame: Frame, catalogue: Catalogue, runs: Mapping[str, PackRuns]) -> Made:
    """Return the pages that list and compare."""
    contents = catalogue.contents
    newest = next(iter(contents.editions), None)
    front = index_page(frame.about, frame.site, contents.entries, newest_first(contents.packs), newest)
    files: dict[str, Payload] = {"index.html": render_page(frame.theme, front)}
    files["404.html"] = render_page(frame.theme, not_found_page(frame.about, frame.site))
    return Made(files | catalogue_files(frame.theme, frame.about, catalogue, runs))


def make_assets(frame: Frame) -> Made:
    _, drawn = frame.share(FRONT, site_image(frame.site))
    return Made({frame.theme.stylesheet_path: frame.theme.stylesheet, **frame.scripts.files, **drawn})


def make_feeds(
    frame: Frame, entries: Sequence[WriteupEntry], editions: Sequence[EditionEntry], pages: Sequence[str]
) -> dict[str, Payload]:
    """Return what machines read. `pages` are those that are no writeups, no editions and no runs."""
    site, published = frame.site, [entry for entry in entries if not entry.draft]
    weekly = [edition for edition in editions if not edition.draft]
    listed = [SitemapPage(absolute(site, "index.html"))]
    listed += [SitemapPage(absolute(site, entry.url), entry.iso_date) for entry in published]
    listed += [SitemapPage(absolute(site, edition.url), edition.iso_date) for edition in weekly]
    listed += [SitemapPage(absolute(site, path)) for path in pages]
    made = feed(site, published, weekly)
    return {
        FEED: render_feed(frame.theme, made),
        JSON_FEED: json_feed(site, made),
        "sitemap.xml": render_sitemap(frame.theme, site, listed),
        "robots.txt": robots(site),
    }


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


def dead_links(source: Path, links: Sequence[Link], files: Container[str]) -> Iterator[Finding]:
    """Yield the links and images of a body that lead to no file of the site."""
    for link in links:
        if link.path not in files and f"{link.path}/index.html" not in files:
            yield Finding(
                "dead-link",
                f"{link.target!r} leads to no file of the site",
                source,
                link.line,
                hint="from its page the site’s root is ../../; files beside index.md go by their names",
            )


def links_of(tokens: Sequence[Token], url: str, first_line: int) -> Iterator[Link]:
    """Yield the relative links and images of a body, given its page and the line on which it starts."""
    folder = posixpath.dirname(url)
    for target, line in _targets(tokens):
        parts = urlsplit(target)
        if not (parts.scheme or parts.netloc) and parts.path:
            yield Link(posixpath.normpath(posixpath.join(folder, unquote(parts.path))), target, first_line + line)


def _targets(tokens: Sequence[Token], line: int = 0) -> Iterator[tuple[str, int]]:
    for token in tokens:
        here = token.map[0] if token.map else line
        for name in ("href", "src"):
            if token.attrs.get(name):
                yield str(token.attrs[name]), here
        yield from _targets(token.children or (), here)
