"""What checks built pages and is no Python: axe-core and html-validate, fetched by npm, at the versions of its lock.

python -m tests.browser.npm     fetches them, 22 MB in this checkout's .clawpub/page-checks
"""

from __future__ import annotations

from pathlib import Path

from generator.npm import fetch_locked, find_node, is_fetched, read_lock

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / ".clawpub" / "page-checks"
MODULES = FOLDER / "node_modules"
REASON = "it was not fetched from npm's registry: `python -m tests.browser.npm` does"


def fetch() -> str | None:
    """Fetch them, unless that was done; return why they could not be, None where they are there."""
    return fetch_locked(FOLDER, read_lock(__name__))


def axe_core() -> str | None:
    """Return the script of axe-core; None where it was not fetched."""
    if not is_fetched(FOLDER, read_lock(__name__)):
        return None
    return (MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def html_validate() -> list[str] | None:
    """Return what runs html-validate; None where it was not fetched, or Node is not here."""
    node = find_node()
    if node is None or not is_fetched(FOLDER, read_lock(__name__)):
        return None
    return [node, str(MODULES / "html-validate" / "bin" / "html-validate.mjs")]
