"""A writeup's two files as they are on the disk, and what the check says of them once they are changed."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from clawpub.errors import ClawpubError, ContentError, PackError
from clawpub.pack.reader import Pack, open_pack
from clawpub.pack.writer import sync_folder
from generator.binding.targets import At
from generator.claims import check_writeup
from generator.content import INDEX_FILE, LEDGER_FILE, load_writeup
from generator.findings import Setting
from generator.library import Library
from generator.project import load_project
from generator.shelf import Shelf, shared_library
from generator.writeup import CheckedWriteup

_LINE_END = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")


@dataclass(frozen=True)
class Draft:
    """`index` and `ledger` hold the files' text, line ends as they are; `ledger` is None where there is none."""

    folder: Path
    index: str
    ledger: str | None
    packs: Mapping[str, Pack]
    """Those that the writeup pins and that can be read, by id."""
    severities: Mapping[str, Setting]
    library: Library = field(default_factory=Library)

    def check(self, index: str | None = None, ledger: str | None = None) -> CheckedWriteup:
        """Return the writeup checked, with other text where it is given. The caller closes its database.

        Raises: ContentError or ConfigError where it cannot be read.
        """
        index = self.index if index is None else index
        ledger = self.ledger if ledger is None else ledger
        with tempfile.TemporaryDirectory(prefix="clawpub-bind-") as place:
            folder = Path(place) / self.folder.name
            folder.mkdir()
            (folder / INDEX_FILE).write_bytes(index.encode())
            if ledger is not None:
                (folder / LEDGER_FILE).write_bytes(ledger.encode())
            try:
                return check_writeup(load_writeup(folder), self.packs, self.severities, self.library)
            except ClawpubError as error:
                if error.at:
                    error.at = type(error.at)(self.folder / error.at.path.name, error.at.line, error.at.column)
                raise

    def write(self, index: str, ledger: str | None) -> None:
        """Replace both files, the ledger first: what an interruption leaves is at most an entry that no span names.

        Raises: ContentError where a file was changed meanwhile, or cannot be written.
        """
        if (_read(self.folder / INDEX_FILE), _read(self.folder / LEDGER_FILE)) != (self.index, self.ledger):
            raise ContentError(
                "changed while this ran; nothing was written", at=self.folder, hint="save it, then run bind again"
            )
        if ledger is not None and ledger != self.ledger:
            _replace(self.folder / LEDGER_FILE, ledger)
        if index != self.index:
            _replace(self.folder / INDEX_FILE, index)


def open_draft(root: Path, folder: Path) -> Draft:
    """Return a writeup's files with the packs that it pins.

    Raises: ConfigError or ContentError where they cannot be read.
    """
    project = load_project(root)
    index = _read(folder / INDEX_FILE)
    if index is None:
        raise ContentError("no writeup here", at=folder, hint="a writeup is a folder with index.md in it")
    pinned = {pin.pack_id for pin in load_writeup(folder).pins}
    packs = {}
    for path in project.packs:
        if path.name in pinned:
            with suppress(PackError):  # the check says that it is missing, and why
                pack = open_pack(path)
                packs[pack.id] = pack
    library = shared_library(project, Shelf(project.packs))
    return Draft(folder, index, _read(folder / LEDGER_FILE), packs, project.site.severity, library)


def inserted(text: str, pieces: Iterable[tuple[At, str]]) -> str:
    """Return a file's text with pieces put in at lines and columns; those at one place keep their order."""
    lines = _LINE_END.split(text)
    for (line, column), piece in sorted(pieces, key=lambda each: each[0], reverse=True):
        before = lines[line - 1]
        lines[line - 1] = before[: column - 1] + piece + before[column - 1 :]
    return "".join(lines)


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise ContentError("not UTF-8", at=path, hint="save it as UTF-8") from None
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}", at=path) from None


def _replace(path: Path, text: str) -> None:
    """Put a file in another's place, whole or not at all; a link stays a link."""
    path = path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(text.encode())
                out.flush()
                os.fsync(out.fileno())
            if path.exists():
                shutil.copymode(path, name)
            else:
                Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise ContentError(f"cannot be written: {error.strerror}", at=path) from None
