"""Whether anything that a site is made of changed since it was built: the quickest answer, from files' states alone.

Nothing is read and nothing is parsed; two folders are the same where every file in them has its size, its times and
its inode. Where that cannot be said, a build looks closer (generator/verdicts.py, generator/pages/memory.py).
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from importlib.util import find_spec
from pathlib import Path

from generator.verdict_store import Remembered, Store, digest_of
from generator.verdicts import checker_digest, signature_of

_KIND = "standing"
_TICK_S = 0.012
"""Longer than the step in which a file system counts time: two changes in one step may look like one."""


class Standing:
    """What a build stands on, as it was before the build looked at it."""

    def __init__(self, store: Store, root: Path, output: Path, options: str) -> None:
        self._store = store
        self._output = output
        self._name = hashlib.sha256(os.fsencode(output.absolute())).hexdigest()
        self._clock = store.now_ns()
        self._sources = self._key_of(root, options) if self._clock else None

    def recall(self) -> str | None:
        """Return what the build that made this very site of these very sources said; None where this is another."""
        row = self._store.recall(_KIND, self._name).get(self._name) if self._sources else None
        if row is None or self._sources is None:
            return None
        told = json.loads(row.value)
        if told["sources"] != self._sources or told["output"] != signature_of(self._output)[0]:
            return None
        report: str = told["report"]
        return report

    def keep(self, report: str) -> None:
        """Remember what a build said, now that the site is written."""
        if self._sources is None:
            return
        time.sleep(_TICK_S)
        signature, newest = signature_of(self._output)
        if signature and newest < self._store.now_ns():
            told = {"sources": self._sources, "output": signature, "report": report}
            self._store.keep([Remembered(_KIND, self._name, "", json.dumps(told))])

    def _key_of(self, root: Path, options: str) -> str | None:
        """Return a digest of the code, the options and the states of all sources; None where that is unknown."""
        parts = [checker_digest(), options]
        parts.append(_fetched(root))
        for folder in (root / "content", root / "templates", _theme(), root / ".clawpub/demo/packs"):
            if not folder.exists():
                parts.append("")
                continue
            signature, newest = signature_of(folder)
            if signature is None or newest >= self._clock:
                return None
            parts.append(signature)
        return digest_of(*parts)


def _theme() -> Path:
    """Return the folder of the default theme, without importing what finds it for pages."""
    spec = find_spec("templates")
    return Path(spec.origin).parent if spec and spec.origin else Path()


def _fetched(root: Path) -> str:
    """Return the state of the lock of what pages load in browsers: whoever fetches that puts the folder there whole."""
    try:
        found = (root / ".clawpub/browser/package-lock.json").stat()
    except OSError:
        return ""
    return f"{found.st_ino} {found.st_mtime_ns} {found.st_ctime_ns}"
