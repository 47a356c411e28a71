"""What earlier builds made, in the publication's cache: artifacts whose digest and files are what they were are kept.

A row for each artifact of each output folder: the digest of all that it was made of, its files with their states in
that folder (size, time, inode), and what its maker found. A file that was touched since is made again. Rows are sealed
as verdicts are (generator/verdict_store.py); where anything is wrong with them, everything is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clawpub.findings import Finding
from generator.pages.output import Kept, State, Written, states_of
from generator.verdict_store import Remembered, Store, told, untold


@dataclass(frozen=True)
class Link:
    """A relative link of a body, and the file of the site that it needs."""

    path: str
    target: str
    """As written."""
    line: int
    """Of the body's file."""


@dataclass(frozen=True)
class Made:
    """What an artifact came to."""

    files: Mapping[str, Any]
    """Path -> generator.pages.output.Payload."""
    findings: tuple[Finding, ...] = ()
    links: tuple[Link, ...] = ()
    """Of a body."""
    entry: Mapping[str, Any] = field(default_factory=dict)
    """The fields of a writeup's generator.pages.contexts.WriteupEntry."""


class Memory:
    """What is remembered of one output folder, and what this build adds to it."""

    def __init__(self, store: Store, root: Path, output: Path) -> None:
        self._store = store
        self._root = root
        self._kind = f"made {hashlib.sha256(os.fsencode(output.absolute())).hexdigest()[:16]}"
        self._rows = store.recall(self._kind)
        self._states = states_of(output) if self._rows else {}
        self._made: dict[str, tuple[str, Made]] = {}

    def settle(self, name: str, key: str, make: Callable[[], Made]) -> Made:
        """Return what was made or is remembered of an artifact, else what is made now, and remember that."""
        if name in self._made:
            return self[name]
        made = self.recall(name, key) or make()
        self.put(name, key, made)
        return made

    def put(self, name: str, key: str, made: Made) -> None:
        self._made[name] = key, made

    def has(self, name: str, key: str) -> bool:
        return name in self._made or self.recall(name, key) is not None

    def recall(self, name: str, key: str) -> Made | None:
        """Return an artifact as it stands in the output; None where it is another one now, or not whole."""
        row = self._rows.get(name)
        if row is None or row.key != key:
            return None
        said = json.loads(row.value)
        files: dict[str, Kept] = {}
        for path, state in said["files"].items():
            if self._states.get(path) != tuple(state):
                return None
            files[path] = Kept(tuple(state))
        return Made(
            files, untold(said["findings"], self._root), tuple(Link(*each) for each in said["links"]), said["entry"]
        )

    def __getitem__(self, name: str) -> Made:
        """Return an artifact of this build."""
        return self._made[name][1]

    @property
    def made(self) -> Iterable[Made]:
        """Every artifact of this build."""
        return (made for _, made in self._made.values())

    def keep(self, written: Written) -> None:
        """Remember this build's artifacts, now that their files are in the output."""
        rows = [self._row(name, key, made, written.states) for name, (key, made) in self._made.items()]
        changed = [row for row in rows if self._rows.get(row.name) != row]
        gone = [(self._kind, name) for name in self._rows if name not in self._made]
        if changed or gone:
            self._store.keep(changed, gone=gone)

    def _row(self, name: str, key: str, made: Made, states: Mapping[str, State]) -> Remembered:
        said = {
            "files": {path: states[path] for path in made.files},
            "findings": told(made.findings, self._root),
            "links": [[link.path, link.target, link.line] for link in made.links],
            "entry": dict(made.entry),
        }
        return Remembered(self._kind, name, key, json.dumps(said, default=vars))
