"""Reading a built site as a browser would: where its links lead, and whether its pages are put together soundly.

    folder -> pages, parsed once each -> ids and links -> findings; addresses of other sites are only listed

It knows nothing of how the site was made, so any folder can be checked; `python -m tests.sitecheck FOLDER` does.
"""

from __future__ import annotations

import contextlib
import posixpath
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from clawpub.findings import Finding

_LINKS = {"href", "src", "poster", "data", "action", "cite"}
_REFERENCES = {"for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "headers", "popovertarget"}
"""Attributes whose words are ids of the same page."""

_FETCHED = (".js", ".json", ".wasm", ".svg", ".png")
"""What a script loads later, by the ending that a data attribute names it with."""

_IMAGES = {"og:image", "twitter:image"}
_DATA = {"application/json", "application/ld+json"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


@dataclass(frozen=True)
class Link:
    target: str
    line: int


@dataclass
class ParsedPage:
    """What one page holds of ids, links and structure."""

    ids: Counter[str] = field(default_factory=Counter)
    links: list[Link] = field(default_factory=list)
    references: list[Link] = field(default_factory=list)
    headings: list[Link] = field(default_factory=list)
    """Tags with their lines, in order."""
    inline: list[Link] = field(default_factory=list)
    """Scripts and styles in the page itself, which its policy would stop."""
    tags: Counter[str] = field(default_factory=Counter)
    language: str = ""
    canonical: str = ""


@dataclass(frozen=True)
class SiteCheck:
    pages: int
    links: int
    findings: tuple[Finding, ...]
    external: dict[str, int]
    """Addresses of other sites, with how many links lead there. Nobody asked whether they answer."""


def check_site(folder: Path, known: Set[str] = frozenset()) -> SiteCheck:
    """Return what is wrong with the links and the structure of all pages below a folder; `known` are files that a link
    may lead to besides those that are there."""
    here = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    pages = {
        path: parse_page((folder / path).read_text("utf-8", "replace"))
        for path in sorted(here)
        if path.endswith(".html")
    }
    files = here | known
    base = pages["index.html"].canonical if "index.html" in pages else ""
    findings: list[Finding] = []
    external: Counter[str] = Counter()
    leads: dict[str, set[str]] = {path: set() for path in pages}
    for path, page in pages.items():
        findings += _structure(folder / path, page)
        for link in page.links:
            found = _resolved(path, link.target, base)
            if found is None:
                external[link.target] += link.target.lower().startswith(("http:", "https:"))
                continue
            leads[path].add(found[0])
            if wrong := _wrong(*found, files, pages):
                findings.append(Finding("dead-link", f"{link.target!r} {wrong}", folder / path, link.line))
    findings += _machine_links(folder, files, pages, base)
    findings += (Finding("orphan", "no page leads to this one", folder / path) for path in _orphans(leads))
    links = sum(len(page.links) for page in pages.values())
    return SiteCheck(
        len(pages), links, tuple(findings), {url: count for url, count in sorted(external.items()) if count}
    )


def _resolved(page: str, target: str, base: str) -> tuple[str, str] | None:
    """Return file and fragment that a link leads to; None where it leads to another site, or to none."""
    if base and target.startswith(base):
        page, target = "index.html", target[len(base) :]
    try:
        parts = urlsplit(target)
    except ValueError:  # such as http://[
        return None
    if parts.scheme or parts.netloc:
        return None
    path = unquote(parts.path)
    if path.startswith("/"):
        path = path.removeprefix(urlsplit(base).path or "/").lstrip("/")
    elif path:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) + "/" * path.endswith("/")
    else:
        path = page
    return (f"{path}index.html" if path == "" or path.endswith("/") else path), unquote(parts.fragment)


def _wrong(path: str, fragment: str, files: set[str], pages: dict[str, ParsedPage]) -> str:
    """Return why nothing is there; empty where something is."""
    if path not in files:
        return (
            "leads to a folder, which opens nothing from a disk" if f"{path}/index.html" in files else "leads nowhere"
        )
    if fragment and path in pages and fragment not in pages[path].ids:
        return f"leads to a place that {path} does not have"
    return ""


def _orphans(leads: Mapping[str, set[str]]) -> list[str]:
    """Return the pages that a reader who begins at the front page cannot reach; 404.html is for those who are lost."""
    reached, waiting = {"404.html"}, ["index.html"]
    while waiting:
        path = waiting.pop()
        if path not in reached and path in leads:
            reached.add(path)
            waiting += leads[path] - {path}
    return sorted(leads.keys() - reached)


def _machine_links(folder: Path, files: set[str], pages: dict[str, ParsedPage], base: str) -> Iterator[Finding]:
    """Yield the addresses of sitemap and feed that lead nowhere in this site."""
    for name in ("sitemap.xml", "feed.xml"):
        if not base or not (folder / name).is_file():
            continue
        try:
            elements = list(ET.parse(folder / name).iter())
        except ET.ParseError as error:
            yield Finding("not-xml", f"no XML: {error}", folder / name)
            continue
        for element in elements:
            target = (element.text or "") if element.tag.endswith("}loc") else element.get("href", "")
            if not target.startswith(base):
                continue
            found = _resolved(name, target, base)
            if found and (wrong := _wrong(*found, files, pages)):
                yield Finding("dead-link", f"{target!r} {wrong}", folder / name)


def _structure(file: Path, page: ParsedPage) -> Iterator[Finding]:
    """Yield what a reader with a screen reader, or a strict policy, would trip over."""
    for name, count in page.ids.items():
        if count > 1:
            yield Finding("duplicate-id", f"the id {name!r} stands {count} times", file)
    for link in page.references:
        if link.target not in page.ids:
            yield Finding("dead-reference", f"no element has the id {link.target!r}", file, link.line)
    if not page.language:
        yield Finding("no-language", "<html> has no lang", file, 1)
    for tag in ("title", "h1", "main"):
        if page.tags[tag] != 1:
            yield Finding("no-landmark", f"one <{tag}> was expected, {page.tags[tag]} found", file)
    yield from _heading_order(file, page)
    for link in page.inline:
        yield Finding(
            "inline-code", f"{link.target} stands in the page itself, where its policy stops it", file, link.line
        )


def _heading_order(file: Path, page: ParsedPage) -> Iterator[Finding]:
    before = 0
    for heading in page.headings:
        level = _HEADINGS[heading.target]
        if level > before + 1:
            yield Finding(
                "heading-order",
                f"<{heading.target}> after <h{before}>" if before else f"begins with <{heading.target}>",
                file,
                heading.line,
            )
        before = level


def parse_page(text: str) -> ParsedPage:
    """Return what a page holds, up to where it is no HTML at all."""
    reader = _Reader()
    with contextlib.suppress(AssertionError):  # what the parser of Python says of `<![x`
        reader.feed(text)  # and no `close`: it would read a comment that never ends once for each sign in it
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = ParsedPage()
        self._drawing = 0
        """How many `<svg>` stand open: a `<title>` in one is not the page's."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        page, line = self.page, self.getpos()[0]
        given = {name: value or "" for name, value in attrs}
        self._drawing += tag == "svg"
        if not self._drawing:
            page.tags[tag] += 1
        if tag in _HEADINGS:
            page.headings.append(Link(tag, line))
        if tag == "html":
            page.language = given.get("lang", "")
        if tag == "link" and given.get("rel") == "canonical":
            page.canonical = given.get("href", "").removesuffix("index.html")
        if tag == "meta" and given.get("property", given.get("name")) in _IMAGES:
            page.links.append(Link(given.get("content", ""), line))
        if "id" in given:
            page.ids[given["id"]] += 1
        self._inline(tag, given, line)
        for name, value in given.items():
            if name in _LINKS:
                page.links.append(Link(value.strip(), line))
            elif name == "srcset":
                page.links += [Link(each.split()[0], line) for each in value.split(",") if each.strip()]
            elif name.startswith("data-") and value.endswith(_FETCHED):
                page.links.append(Link(value, line))
            elif name in _REFERENCES:
                page.references += [Link(each, line) for each in value.split()]

    def handle_endtag(self, tag: str) -> None:
        self._drawing -= tag == "svg"

    def _inline(self, tag: str, given: dict[str, str], line: int) -> None:
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type", "") not in _DATA):
            self.page.inline.append(Link(f"<{tag}>", line))
        for name in given:
            if name == "style" or name.startswith("on"):
                self.page.inline.append(Link(f"the attribute {name}", line))
