"""A built folder that may go out: one whose every file is what its `release.json` says."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clawpub.errors import PublishError
from generator.pages.output import MARKER
from generator.progress import Progress, silent
from generator.release.statement import ENVELOPE, STATEMENT, Statement, read_statement

REBUILD = "build it again: clawpub build --release"
MOST_NAMED = 5


@dataclass(frozen=True)
class LocalFile:
    path: str
    """In the site, with forward slashes."""
    file: Path
    sha256: str
    size: int

    def md5(self) -> str:
        """Return the digest that object stores give as the ETag of what was put in one piece."""
        with self.file.open("rb") as data:
            return hashlib.file_digest(data, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


@dataclass(frozen=True)
class Released:
    folder: Path
    statement: Statement
    files: tuple[LocalFile, ...]
    """Every file that goes out, in the order of their paths: the statement and its envelope among them."""

    @property
    def digest(self) -> str:
        """The SHA-256 of `release.json`, in hex: what the release is called."""
        return next(each.sha256 for each in self.files if each.path == STATEMENT)


def open_release(folder: Path, progress: Progress = silent) -> Released:
    """Return a release whose every byte was compared.

    Raises: PublishError where the folder is no release, or holds what was not released, or other bytes.
    """
    try:
        data = (folder / STATEMENT).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise PublishError(
            "no release: only a folder with release.json goes out", at=folder, hint="make one: clawpub build --release"
        ) from None
    except OSError as error:
        raise PublishError(f"cannot be read: {error.strerror}", at=folder / STATEMENT) from None
    statement = read_statement(data)
    known = statement.digests
    there = dict(_plain_files(folder))
    _refuse(known.keys() - there, "is not there, though release.json names it", folder)
    _refuse(there.keys() - known.keys() - {STATEMENT, ENVELOPE, MARKER}, "was not released", folder)
    files, wrong = [], []
    for number, path in enumerate(sorted(there.keys() - {MARKER})):
        progress("comparing", number, len(there))
        file = there[path]
        with file.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
            size = os.fstat(opened.fileno()).st_size
        if sha256 != known.get(path, sha256):
            wrong.append(path)
        files.append(LocalFile(path, file, sha256, size))
    _refuse(wrong, "has other bytes than were released", folder)
    return Released(folder, statement, tuple(files))


def _plain_files(folder: Path) -> Iterator[tuple[str, Path]]:
    for parent, folders, names in os.walk(folder):
        here = Path(parent)
        linked = [name for name in (*folders, *names) if (here / name).is_symlink()]
        _refuse(linked, "is a link; a release has none", here)
        for name in names:
            yield (here / name).relative_to(folder).as_posix(), here / name


def _refuse(paths: Iterable[str], why: str, folder: Path) -> None:
    if wrong := sorted(paths):
        more = f" (and {len(wrong) - MOST_NAMED} more)" if len(wrong) > MOST_NAMED else ""
        raise PublishError(f"{', '.join(wrong[:MOST_NAMED])}{more}: {why}", at=folder, hint=REBUILD)
