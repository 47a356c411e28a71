"""A site in a folder: plain files only, and nothing that lies outside it."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from clawpub.errors import PublishError
from generator.pages.output import MARKER
from generator.progress import Progress
from generator.verify.copying import CHUNK, Budget, Copy, TooLarge
from generator.verify.origin import LIMITS, Got, Limits

_OF_HOSTS = frozenset({MARKER, ".nojekyll", "CNAME"})
"""Files at the top that builds and hosts keep for themselves."""
_OF_DEPLOYS = frozenset({".clawpub", ".git"})
"""Folders at the top that hold no page."""


class Folder:
    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        """Raises: PublishError where there is no such folder."""
        if not path.is_dir():
            raise PublishError("no such folder", at=path, hint="name a built site, or its address with https://")
        self._path = path
        self._limits = limits
        self._budget = Budget(limits)

    @property
    def shown(self) -> str:
        return str(self._path)

    def copy(self, names: Sequence[str], into: Path, progress: Progress, *, most: int = 0) -> Mapping[str, Got]:
        got: dict[str, Got] = {}
        for number, name in enumerate(names):
            progress("reading", number, len(names))
            got[name] = self._copy(name, into / name, most or self._limits.file)
        return got

    def _copy(self, name: str, target: Path, most: int) -> Got:
        try:
            handle = self._open(name)
            with os.fdopen(handle, "rb") as file:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    return Got(trouble="it is no plain file")
                with Copy(target, most, self._budget) as copy:
                    while chunk := file.read(CHUNK):
                        copy.write(chunk)
                    return copy.got()
        except (FileNotFoundError, NotADirectoryError):
            return Got(trouble="it is not there", missing=True)
        except TooLarge as error:
            return Got(trouble=str(error))
        except OSError as error:
            return Got(trouble=f"it cannot be read: {error.strerror}")

    def _open(self, name: str) -> int:
        """Return a handle of a file, each folder on the way opened without following a link."""
        *folders, last = name.split("/")
        plain = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        here = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for folder in folders:
                inner = os.open(folder, plain | os.O_DIRECTORY, dir_fd=here)
                os.close(here)
                here = inner
            return os.open(last, plain | os.O_NONBLOCK, dir_fd=here)
        finally:
            os.close(here)

    def unlisted(self, names: Collection[str]) -> Sequence[str]:
        known = set(names) | _OF_HOSTS
        return sorted(name for name in _files(self._path, "") if name not in known)


def _files(folder: Path | str, below: str) -> Iterator[str]:
    """Yield all that is no folder; a link to one is none."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield below + entry.name
            elif below or entry.name not in _OF_DEPLOYS:
                yield from _files(entry.path, f"{below}{entry.name}/")
