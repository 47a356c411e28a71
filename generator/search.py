"""Full-text search: Pagefind's index over the finished pages. Only this module knows Pagefind.

    pages that are marked for it -> a folder of their own -> `pagefind` -> its files, for the site's folder pagefind/

Layouts mark what is found: `data-pagefind-body` on a page's text, filters (kind, section, model, tag) and what a
result shows (date, score) beside it. Runs are left out: what models said at work is most of a site (of this publication
six pages of seven, and 2.6 of 3.1 MB of index), and a sentence that one said on its way is no finding.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from clawpub.errors import ConfigError
from generator.search_order import in_order

FOLDER = "pagefind"
SCRIPT = f"{FOLDER}/pagefind.js"
"""What the search page loads; the site's own search page is its face."""

MARK = b"data-pagefind-body"
_FACES = ("pagefind-ui", "pagefind-modular-ui", "pagefind-component-ui", "pagefind-highlight")
"""Pagefind's own user interfaces, which the site does without."""

_COMMAND = (
    "--site",
    "pages",
    "--output-path",
    "index",
    "--keep-index-url",
    "--quiet",
    "--exclude-selectors",
    "figure, .mark, .tag, .permalink",
)
"""Tables, charts and provenance are left out of what is read: words around them say what they are."""

INSTALL = "`make extra NAME=search` installs it; `--no-search` builds without"


def search_index(pages: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """Return the index of those pages that are marked for it, by path in the site; equal pages give equal bytes.

    `pages`: path and bytes, one after the other, for all of them at once are more than memory should hold.

    Raises: ConfigError where Pagefind is not installed, or does not make an index.
    """
    program = find_pagefind()
    with tempfile.TemporaryDirectory(prefix="clawpub-search-") as folder:
        index = Path(folder, "index")
        _write(Path(folder, "pages"), ((path, page) for path, page in pages if MARK in page))
        _run([str(program), *_COMMAND], folder)
        ordered = in_order({path: (index / path).read_bytes() for path in _parts(index)})
    return {f"{FOLDER}/{path}": data for path, data in sorted(ordered.items())}


def find_pagefind() -> Path:
    """Return the program. Raises: ConfigError where it is not installed."""
    try:
        from pagefind_bin import get_executable  # type: ignore[import-untyped,import-not-found,unused-ignore]

        return Path(get_executable())
    except (ImportError, FileNotFoundError):
        raise ConfigError("the search index is made by Pagefind, which is not installed", hint=INSTALL) from None


def _write(folder: Path, pages: Iterable[tuple[str, bytes]]) -> None:
    folder.mkdir()
    for path, page in pages:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(page)


def _run(command: list[str], folder: str) -> None:
    """Run Pagefind. It reads settings from its folder and its environment too, where there are none of ours."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAGEFIND")}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
    except OSError as error:
        raise ConfigError(f"Pagefind cannot be started: {error.strerror}", at=Path(command[0]), hint=INSTALL) from None
    if done.returncode:
        words = (done.stderr.strip() or done.stdout.strip())[-300:]
        raise ConfigError(f"Pagefind made no index: {words or done.returncode}", hint=INSTALL)


def _parts(index: Path) -> list[str]:
    found = (file.relative_to(index).as_posix() for file in index.rglob("*") if file.is_file())
    return sorted(path for path in found if not path.startswith(_FACES))
