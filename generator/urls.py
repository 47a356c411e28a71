"""Where everything stands in the site, and what it is called from outside."""

from __future__ import annotations

from urllib.parse import quote

from clawpub.pack.reader import Pack
from generator.project import Site


def absolute(site: Site, path: str) -> str:
    """Return the address of a page, given its file in the site: `x/index.html` is `<base>/x/`."""
    return site.base_url.rstrip("/") + "/" + quote(path.removesuffix("index.html"))


def pack_url(pack: Pack, *, made_here: bool = False) -> str:
    return f"{'demo/' if made_here else ''}packs/{pack.id}/index.html"


def writeup_url(slug: str) -> str:
    return f"writeups/{quote(slug)}/index.html"


def table_anchor(name: str) -> str:
    """Return the id of a table on its pack's page; any name gives one without spaces."""
    return "table-" + quote(name, safe="").replace("%", ".")
