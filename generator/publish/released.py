"""A built folder that may go out: one whose every file is what its `release.json` says."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from clawpub.errors import PublishError
from generator.pages.output import MARKER
from generator.progress import Progress, silent
from generator.release.signing import read_envelope, read_public_key
from generator.release.statement import ENVELOPE, PUBLIC_KEY, STATEMENT, Statement, read_statement

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
        try:
            with self.file.open("rb") as data:
                return hashlib.file_digest(data, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        except OSError as error:
            raise self._trouble(error) from None

    def read(self) -> bytes:
        """Return the bytes that were compared.

        Raises: PublishError where they are others by now, as where a build went on meanwhile.
        """
        try:
            data = self.file.read_bytes()
        except OSError as error:
            raise self._trouble(error) from None
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise PublishError("changed while it went out", at=self.file, hint=REBUILD)
        return data

    def _trouble(self, error: OSError) -> PublishError:
        return PublishError(f"cannot be read: {error.strerror}", at=self.file, hint=REBUILD)


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

    Raises: PublishError where the folder is no release, or holds what was not released, or other bytes, or a signature
    that is not over this statement.
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
        file = _looked_at(path, there[path])
        if file.sha256 != known.get(path, file.sha256):
            wrong.append(path)
        files.append(file)
    if hashlib.sha256(data).hexdigest() != next(file.sha256 for file in files if file.path == STATEMENT):
        wrong.append(STATEMENT)
    _refuse(wrong, "has other bytes than were released", folder)
    _check_signature({file.path: file for file in files}, data)
    return Released(folder, statement, tuple(files))


def _looked_at(path: str, file: Path) -> LocalFile:
    try:
        with file.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
            return LocalFile(path, file, sha256, os.fstat(opened.fileno()).st_size)
    except OSError as error:
        raise PublishError(f"cannot be read: {error.strerror}", at=file) from None


def _check_signature(files: Mapping[str, LocalFile], statement: bytes) -> None:
    """The envelope is the one file that the statement cannot name."""
    if ENVELOPE not in files:
        return
    envelope = read_envelope(files[ENVELOPE].read())
    if PUBLIC_KEY not in files:
        raise PublishError(f"is there, and {PUBLIC_KEY} is not", at=files[ENVELOPE].file, hint=REBUILD)
    key = read_public_key(files[PUBLIC_KEY].read(), at=files[PUBLIC_KEY].file)
    if envelope.content != statement or not envelope.signed_by(key):
        raise PublishError("is no signature of this release", at=files[ENVELOPE].file, hint=REBUILD)


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
