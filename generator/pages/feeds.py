"""What machines read: the Atom and JSON feeds, the sitemap, robots.txt. Every address in them is absolute."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import clawpub
from generator.pages.contexts import EditionEntry, WriteupEntry
from generator.pages.render import Theme, render_template
from generator.project import Site
from generator.urls import absolute

FEED = "feed.xml"
JSON_FEED = "feed.json"
FEED_LENGTH = 50
"""Entries in the feed, the newest first."""
EDITION = "Edition"
"""The category of editions, for readers that sort by it; see docs/decisions/0008-editions-in-the-feed.md."""


@dataclass(frozen=True)
class FeedEntry:
    id: str
    """Its address."""
    title: str
    updated: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    summary: str


@dataclass(frozen=True)
class Feed:
    """What templates/feeds/atom.xml receives as `feed`."""

    id: str
    self_url: str
    title: str
    subtitle: str
    language: str
    author: str
    updated: str
    """Of the newest entry; 1970 where there is none, for the clock has no part in a build."""
    version: str
    entries: tuple[FeedEntry, ...]


@dataclass(frozen=True)
class SitemapPage:
    url: str
    date: str = ""


def feed(site: Site, writeups: Sequence[WriteupEntry], editions: Sequence[EditionEntry] = ()) -> Feed:
    """Return the feed of published writeups and editions: newest first, an edition before what it carries."""
    listed = [*(_edition(site, each) for each in editions), *(_entry(site, each) for each in writeups)]
    entries = tuple(sorted(listed, key=lambda entry: entry.updated, reverse=True)[:FEED_LENGTH])
    return Feed(
        id=absolute(site, "index.html"),
        self_url=absolute(site, FEED),
        title=site.title,
        subtitle=site.tagline or site.description,
        language=site.language,
        author=site.author or site.title,
        updated=max((entry.updated for entry in entries), default="1970-01-01T00:00:00Z"),
        version=clawpub.__version__,
        entries=entries,
    )


def _entry(site: Site, writeup: WriteupEntry) -> FeedEntry:
    return FeedEntry(
        id=absolute(site, writeup.url),
        title=writeup.title,
        updated=f"{writeup.iso_date}T00:00:00Z",
        authors=writeup.authors,
        tags=tuple(dict.fromkeys(filter(None, (writeup.section, *writeup.tags)))),
        summary=writeup.description or writeup.title,
    )


def _edition(site: Site, edition: EditionEntry) -> FeedEntry:
    return FeedEntry(
        id=absolute(site, edition.url),
        title=edition.title,
        updated=f"{edition.iso_date}T00:00:00Z",
        authors=edition.authors,
        tags=(EDITION,),
        summary=edition.description or edition.title,
    )


def render_feed(theme: Theme, made: Feed) -> bytes:
    return render_template(theme, "feeds/atom.xml", {"feed": made})


def json_feed(site: Site, made: Feed) -> bytes:
    """Return the same feed as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    said = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": made.title,
        "home_page_url": made.id,
        "feed_url": absolute(site, JSON_FEED),
        "description": made.subtitle,
        "language": made.language,
        "authors": [{"name": made.author}],
        "items": [_item(entry) for entry in made.entries],
    }
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def _item(entry: FeedEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.id,
        "title": entry.title,
        "content_text": entry.summary,
        "date_published": entry.updated,
        "authors": [{"name": author} for author in entry.authors],
        "tags": list(entry.tags),
    }


def render_sitemap(theme: Theme, site: Site, pages: Sequence[SitemapPage]) -> bytes:
    return render_template(theme, "feeds/sitemap.xml", {"pages": pages})


def robots(site: Site) -> bytes:
    """Return robots.txt, which keeps what was made on this machine out of search engines."""
    lines = ("User-agent: *", "Disallow: /demo/", f"Sitemap: {absolute(site, 'sitemap.xml')}", "")
    return "\n".join(lines).encode()
