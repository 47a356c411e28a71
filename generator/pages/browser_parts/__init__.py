"""What pages load in the reader's browser and we did not write: fetched by npm, checked against the lock here.

    python -m generator.pages.browser_parts [FOLDER]     fetches it for a publication, 2.5 MB in its .clawpub/browser

    SQLite          sqlite.org's own WebAssembly build, for queries that are asked again
    plotly basic    the smallest bundle of plotly.js, for charts that a reader wants to explore: bar, scatter, pie

A site that is built without them compares what a query gives with the value that is stored in the page, and says so;
its charts stay the drawings that they are. Each becomes one script, so that a page which was opened from a folder can
load it too: browsers let such a page run scripts that lie beside it, and fetch nothing.
"""

from __future__ import annotations

import base64
from pathlib import Path

from generator.npm import fetch_locked, is_fetched, read_lock

FOLDER = Path(".clawpub/browser")
PLOTLY_TRACES = frozenset({"bar", "scatter", "pie"})
"""Types of trace that plotly's basic bundle draws."""
_SQLITE = "node_modules/@sqlite.org/sqlite-wasm/sqlite-wasm/jswasm"
_PLOTLY = "node_modules/plotly.js-basic-dist-min/plotly-basic.min.js"


def sqlite_script(root: Path) -> bytes | None:
    """Return the script that gives a page SQLite; None where it was not fetched for the publication, by this lock."""
    glue, wasm = _read(root, f"{_SQLITE}/sqlite3.js"), _read(root, f"{_SQLITE}/sqlite3.wasm")
    if glue is None or wasm is None:
        return None
    return b"".join((b"globalThis.clawpubSqlite = (() => {\n", glue, _ENDING % base64.b64encode(wasm)))


_ENDING = b"""
const wasmBinary = Uint8Array.from(atob("%s"), (char) => char.charCodeAt(0));
globalThis.sqlite3ApiConfig = { warn() {} }; // it keeps no files, and need not say so
return () => globalThis.sqlite3InitModule({ wasmBinary });
})();
"""


def plotly_script(root: Path) -> bytes | None:
    """Return the script that gives a page `Plotly`; None where it was not fetched for the publication, by this lock."""
    return _read(root, _PLOTLY)


def _read(root: Path, path: str) -> bytes | None:
    home = root / FOLDER
    if not is_fetched(home, read_lock(__name__)):
        return None
    try:
        return (home / path).read_bytes()
    except OSError:
        return None


def fetch(root: Path) -> str | None:
    """Fetch it, unless that was done; return why it could not be, None where it is there."""
    return fetch_locked(root / FOLDER, read_lock(__name__))
