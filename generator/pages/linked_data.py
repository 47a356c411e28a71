"""What search engines read of a page: schema.org's words for a writeup, an edition and a data pack, as JSON-LD.

The JSON goes into the page as a data block, which no browser runs. In it every character that could end the block, or
that a reader could not see, is an escape of JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from clawpub.pack.reader import Pack
from generator.pages.contexts import WriteupEntry
from generator.project import Site
from generator.urls import absolute, edition_url, pack_url, writeup_url
from generator.writeup import CheckedWriteup, Edition

_CONTEXT = "https://schema.org"


def data_block(said: Mapping[str, Any]) -> Markup:
    """Return JSON that can stand between the tags of a data block, whatever its texts hold."""
    text = json.dumps(said, ensure_ascii=True, allow_nan=False)
    for character in "<>&\x7f":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def article(site: Site, checked: CheckedWriteup) -> Markup:
    """Return a writeup as an Article that is based on its packs."""
    writeup, url = checked.writeup, absolute(site, writeup_url(checked.writeup.slug))
    said = {
        "@context": _CONTEXT,
        "@type": "Article",
        "headline": writeup.title,
        "description": writeup.description,
        "url": url,
        "mainEntityOfPage": url,
        "datePublished": writeup.date.isoformat(),
        "inLanguage": site.language,
        "articleSection": writeup.section,
        "keywords": list(writeup.tags),
        "author": [{"@type": "Person", "name": author} for author in writeup.authors] or _publisher(site),
        "publisher": _publisher(site),
        "isBasedOn": [absolute(site, pack_url(pack)) for pack in checked.packs.values()],
    }
    return data_block(_known(said))


def issue(site: Site, edition: Edition, carried: Sequence[WriteupEntry]) -> Markup:
    """Return a weekly edition as an issue of the publication, with the writeups that it carries."""
    said = {
        "@context": _CONTEXT,
        "@type": "PublicationIssue",
        "name": edition.text.title,
        "description": edition.text.description,
        "issueNumber": str(edition.week),
        "url": absolute(site, edition_url(edition.text.slug)),
        "datePublished": edition.text.date.isoformat(),
        "inLanguage": site.language,
        "isPartOf": {"@type": "Periodical", "name": site.title, "url": absolute(site, "index.html")},
        "publisher": _publisher(site),
        "hasPart": [
            {"@type": "Article", "headline": entry.title, "url": absolute(site, entry.url)} for entry in carried
        ],
    }
    return data_block(_known(said))


def dataset(site: Site, pack: Pack, description: str, archive_url: str) -> Markup:
    """Return a data pack as a Dataset with its archive to download."""
    campaign, url = pack.info.campaign, absolute(site, pack_url(pack))
    said = {
        "@context": _CONTEXT,
        "@type": "Dataset",
        "name": pack.descriptor.title or pack.id,
        "description": description,
        "url": url,
        "identifier": [pack.id, pack.digest],
        "inLanguage": site.language,
        "isAccessibleForFree": True,
        "license": _addresses(pack.descriptor.licenses),
        "isBasedOn": _addresses(pack.descriptor.sources),
        "creator": _publisher(site) if pack.info.origin in ("executed", "computed") else None,
        "publisher": _publisher(site),
        "dateCreated": campaign.ended_at.date().isoformat() if campaign else "",
        "measurementTechnique": campaign.suite.title if campaign else "",
        "distribution": [{"@type": "DataDownload", "encodingFormat": "application/zip", "contentUrl": archive_url}],
    }
    return data_block(_known(said))


def _publisher(site: Site) -> dict[str, str]:
    return {"@type": "Organization", "name": site.author or site.title, "url": absolute(site, "index.html")}


def _addresses(parts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the web addresses of sources or licences; a pack is not trusted, so anything else is left out."""
    found = (str(part.get("path") or "") for part in parts)
    return [address for address in found if address.startswith(("https://", "http://"))]


def _known(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that say something."""
    return {name: value for name, value in said.items() if value not in ("", [], None)}
