"""SQLite for the reader's browser: sqlite.org's own WebAssembly build, fetched by npm, checked against the lock here.

    python -m generator.pages.sqlite_wasm [FOLDER]     fetches it for a publication, 1.3 MB in its .clawpub/sqlite

A site that is built without it compares what a query gives with the value that is stored in the page, and says so.
The build puts it into one script, so that a page which was opened from a folder can load it too: browsers let such a
page run scripts that lie beside it, and fetch nothing.
"""

from __future__ import annotations

import base64
from pathlib import Path

from generator.npm import fetch_locked, is_fetched, read_lock

FOLDER = Path(".clawpub/sqlite")
_BUILD = Path("node_modules/@sqlite.org/sqlite-wasm/sqlite-wasm/jswasm")


def sqlite_script(root: Path) -> bytes | None:
    """Return the script that gives a page SQLite; None where it was not fetched for the publication, by this lock."""
    home = root / FOLDER
    if not is_fetched(home, read_lock(__name__)):
        return None
    glue, wasm = (_read(home / _BUILD / name) for name in ("sqlite3.js", "sqlite3.wasm"))
    if glue is None or wasm is None:
        return None
    return b"".join((b"globalThis.clawpubSqlite = (() => {\n", glue, _ENDING % base64.b64encode(wasm)))


_ENDING = b"""
const wasmBinary = Uint8Array.from(atob("%s"), (char) => char.charCodeAt(0));
globalThis.sqlite3ApiConfig = { warn() {} }; // it keeps no files, and need not say so
return () => globalThis.sqlite3InitModule({ wasmBinary });
})();
"""


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def fetch(root: Path) -> str | None:
    """Fetch it, unless that was done; return why it could not be, None where it is there."""
    return fetch_locked(root / FOLDER, read_lock(__name__))
