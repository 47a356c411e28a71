"""The page that searches: what asks Pagefind's index (generator/search.py), and a plain list of all writeups below."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from generator.pages.assembly import meta
from generator.pages.contexts import WriteupEntry
from generator.pages.frame import Frame
from generator.pages.output import Payload
from generator.pages.render import default_templates, render_page
from generator.pages.scripts import bundle, load_modules
from generator.pages.search_contexts import Choice, SearchPage
from generator.search import SCRIPT
from generator.urls import SEARCH

ENTRY = "search/page.js"
DESCRIPTION = "Writeups, models, tasks and data packs, by their words. Nothing that is typed here leaves the browser."
WITHOUT_SCRIPTS = "Searching needs scripts, which are off here. All writeups are listed below."
FROM_DISK = (
    "Searching needs a server: a page that was opened from a folder may load no index. All writeups are listed below."
)


CHOICES = (Choice("kind", "Kind"), Choice("section", "Section"), Choice("model", "Model"), Choice("tag", "Tag"))


def search_files(frame: Frame, writeups: Sequence[WriteupEntry]) -> dict[str, Payload]:
    """Return the page and what it runs, by path.

    Raises: ConfigError naming the script that is not there.
    """
    folders = [folder for folder in (frame.project.templates, default_templates()) if folder.is_dir()]
    content = bundle(load_modules(folders), ENTRY).encode()
    script = f"assets/search.{hashlib.sha256(content).hexdigest()[:8]}.js"
    page = SearchPage(
        publication=frame.about,
        page=meta(frame.site, SEARCH, "Search", DESCRIPTION),
        choices=CHOICES,
        script=script,
        bundle=SCRIPT,
        without=WITHOUT_SCRIPTS,
        from_disk=FROM_DISK,
        writeups=tuple(writeups),
    )
    return {script: content, SEARCH: render_page(frame.theme, page)}
