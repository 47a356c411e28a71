"""Workspaces as they were at the end of a turn, so that an interrupted run can go on from there.

Beside the journal, one folder a run: each file under its own digest, and a listing under the digest that the journal
names. A snapshot that is not whole is not used. It holds regular files; file modes and what lies outside the workspace
are not part of it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clawpub.errors import ConfigError
from clawpub.pack.reader import digest_of


@dataclass(frozen=True)
class Listing:
    """What a workspace holds: each file's SHA-256 by its path, and the digest of that list."""

    files: dict[str, str]
    data: bytes
    digest: str


def listing_of(files: Mapping[str, bytes]) -> Listing:
    listed = {path: hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())}
    data = json.dumps(listed).encode()
    return Listing(listed, data, digest_of(data))


class Workspaces:
    """The kept workspaces of one run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, files: Mapping[str, bytes]) -> str:
        """Return the digest under which the workspace can be had again.

        Raises: ConfigError where it cannot be written.
        """
        listing = listing_of(files)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for path, name in listing.files.items():
                _write(self.folder / name, files[path])
            _write(self.folder / listing.digest.removeprefix("sha256:"), listing.data)
        except OSError as error:
            hint = "make room, then go on with: clawpub resume; what was journaled before is kept"
            raise ConfigError(f"cannot be written: {error.strerror}", at=self.folder, hint=hint) from None
        return listing.digest

    def load(self, digest: str) -> dict[str, bytes] | None:
        """Return a kept workspace; None where it is not there, or not as it was."""
        try:
            listing = json.loads(_read(self.folder, digest.removeprefix("sha256:")))
            return {path: _read(self.folder, name) for path, name in listing.items()}
        except (OSError, ValueError):
            return None

    def forget(self) -> None:
        """Remove all of it, once the run has its verdict."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    if not path.exists():
        draft = path.with_name(f"{path.name}.draft")
        draft.write_bytes(data)
        draft.rename(path)


def _read(folder: Path, name: str) -> bytes:
    data = (folder / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != name:
        raise ValueError("changed")
    return data
