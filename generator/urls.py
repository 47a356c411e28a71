"""Where everything stands in the site, and what it is called from outside."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote

from clawpub.pack.reader import Pack
from generator.project import Site


def absolute(site: Site, path: str) -> str:
    """Return the address of a page, given its file in the site: `x/index.html` is `<base>/x/`."""
    return site.base_url.rstrip("/") + "/" + quote(path.removesuffix("index.html"))


def address(site: Site, url: str) -> str:
    """Return the address of a page, or of a place in one, as pages are linked to from the site's root."""
    path, mark, fragment = url.partition("#")
    return absolute(site, path) + mark + fragment


def pack_url(pack: Pack, *, made_here: bool = False) -> str:
    return f"{'demo/' if made_here else ''}packs/{pack.id}/index.html"


def writeup_url(slug: str) -> str:
    return f"writeups/{quote(slug)}/index.html"


def pack_folder(pack: Pack, *, made_here: bool = False) -> str:
    return pack_url(pack, made_here=made_here).removesuffix("index.html")


def run_url(folder: str, task_id: str, run: int) -> str:
    """Return the page of one run, given the folder of its pack's page."""
    return f"{folder}runs/{segment(f'{task_id}.{run}')}/index.html"


CAMPAIGNS = "campaigns/index.html"
MODELS = "models/index.html"
TASKS = "tasks/index.html"
COMPARE = "compare/index.html"
TAGS = "tags/index.html"
METHOD = "method/index.html"
EDITIONS = "editions/index.html"
SEARCH = "search/index.html"


def edition_url(slug: str) -> str:
    """Return the page of an edition, given its week in lower case."""
    return f"editions/{slug}/index.html"


def section_url(section: str) -> str:
    """Return a section's page; sections that differ in case or blanks alone share one."""
    return f"sections/{_folded(section)}/index.html"


def model_url(model_id: str) -> str:
    return f"models/{segment(model_id)}/index.html"


def task_url(suite: str, task_id: str) -> str:
    return f"tasks/{segment(suite)}/{segment(task_id)}/index.html"


def task_anchor(task_id: str) -> str:
    """Return the id of a task in the list of a pack's runs."""
    return f"task-{segment(task_id)}"


def suite_anchor(suite: str) -> str:
    return f"suite-{segment(suite)}"


def tag_url(tag: str) -> str:
    """Return a tag's page; tags that differ in case or blanks alone share one."""
    return f"tags/{_folded(tag)}/index.html"


def _folded(text: str) -> str:
    return segment("-".join(text.casefold().split()))


_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 100


def segment(text: str) -> str:
    """Return any text as one part of a path and of an address; equal parts mean equal texts."""
    safe = _UNSAFE.sub(
        lambda match: "".join(f"~{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass")), text
    )
    if safe.lower() in ("", ".", "..", "index.html"):
        return f"~.{safe}"
    if len(safe) <= _LONGEST:
        return safe
    return f"{safe[:_LONGEST]}~.{hashlib.sha256(safe.encode()).hexdigest()[:16]}"


def _spelt_out(match: re.Match[str]) -> str:
    return "".join(f"~{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass"))


def table_anchor(name: str) -> str:
    """Return the id of a table on its pack's page; any name gives one without spaces."""
    return "table-" + quote(name, safe="").replace("%", ".")
