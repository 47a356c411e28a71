"""What goes out first, and how a file is served.

    stage   files                                        why then
    1-3     new: assets, data, pages                     nobody is led to them yet
    4       new feeds                                    every page names them in its head
    5       changed assets                               the pages that show them follow
    6       changed data: packs, sources
    7       changed pages                                all that they lead to is there
    8       pages that list                              the front page, new or not; sections, models, ...
    9       feeds, site map, search                      programs that follow them find all
    10      the statement and its signature              now all that they name is there

A list that is new goes with the new pages, because changed pages lead to it (a first edition puts "Editions" into the
navigation of all). The front page is known by its address alone, and is never there before what it leads to.

Removed pages go when all else is in place; removed assets stay for a while, because a page that a reader has open asks
for those it was made with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from generator.pages.feeds import FEED, JSON_FEED
from generator.pages.policy import BRIEF, HEADERS, IMMUTABLE
from generator.release.statement import ENVELOPE, PUBLIC_KEY, STATEMENT
from generator.search import FOLDER as SEARCH

Kind = Literal["asset", "data", "page", "list", "feed", "statement"]

STAGES = (
    "new assets",
    "new data",
    "new pages",
    "new feeds",
    "changed assets",
    "changed data",
    "changed pages",
    "lists",
    "feeds",
    "statement",
)
_NEW: dict[Kind, int] = {"asset": 0, "data": 1, "page": 2, "list": 2, "feed": 3, "statement": 9}
_CHANGED: dict[Kind, int] = {"asset": 4, "data": 5, "page": 6, "list": 7, "feed": 8, "statement": 9}
FRONT = "index.html"

_FEEDS = frozenset({FEED, JSON_FEED, "sitemap.xml", "robots.txt", HEADERS, f"{SEARCH}/pagefind-entry.json"})
_STATEMENTS = frozenset({STATEMENT, ENVELOPE, PUBLIC_KEY})
_DATA = ("packs/", "source/")
_FRESH = "no-cache"

_READ = "text/plain; charset=utf-8"
"""Of what a browser shows to its reader rather than saves: transcripts, and the sources of pages."""
_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".jsonl": _READ,
    ".md": _READ,
    ".pem": "application/x-pem-file",
    ".png": "image/png",
    ".sql": _READ,
    ".svg": "image/svg+xml",
    ".toml": _READ,
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".zip": "application/zip",
}
_NAMED_TYPES = {
    FEED: "application/atom+xml; charset=utf-8",
    JSON_FEED: "application/feed+json; charset=utf-8",
    "sitemap.xml": "application/xml; charset=utf-8",
    HEADERS: "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class Served:
    """The headers with which a file is served."""

    content_type: str
    cache_control: str


def kind_of(path: str) -> Kind:
    if path in _STATEMENTS:
        return "statement"
    if path in _FEEDS:
        return "feed"
    if path.endswith(".html"):
        return "list" if path.count("/") < 2 and path.endswith("index.html") else "page"
    return "data" if path.startswith(_DATA) else "asset"


def stage_of(path: str, *, new: bool) -> int:
    """Return the number of a file's stage, from 0: its place in STAGES."""
    return (_NEW if new and path != FRONT else _CHANGED)[kind_of(path)]


def served(path: str) -> Served:
    """Return how a file of the site is served: the same types everywhere, whatever the machine that publishes knows."""
    ending = path[path.rfind(".") :].lower() if "." in path.rsplit("/", 1)[-1] else ""
    kind = _NAMED_TYPES.get(path) or _TYPES.get(ending) or "application/octet-stream"
    if path.startswith("assets/"):
        return Served(kind, IMMUTABLE)
    return Served(kind, _FRESH if kind_of(path) in ("feed", "statement") else BRIEF)


def addresses(path: str) -> tuple[str, ...]:
    """Return the paths under which readers ask for a file: a folder's page has two."""
    whole = "/" + quote(path)
    return (whole.removesuffix("index.html"), whole) if path.rsplit("/", 1)[-1] == "index.html" else (whole,)
