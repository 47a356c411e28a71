"""Writing a whole site at once: the folder a reader sees is the old site or the new one, never a mixture.

    lock -> mend what a killed build left -> stage beside the output -> exchange the two folders -> remove the old one

The staging folder `.<name>.staging` gets a hard link for each file that did not change, so writing costs what changed.
The exchange is one system call (renameat2 with RENAME_EXCHANGE) where the file system has it. Elsewhere it is two
renames through `.<name>.old`; a build that is killed between them is mended by the next.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from clawpub.errors import PublishError

MARKER = ".clawpub-site"
"""Stands in every folder that a build made; only such a folder is ever replaced."""

_MARKER_TEXT = b"This folder is made by `clawpub build`, which replaces it whole. Nothing in it is edited by hand.\n"

Payload = bytes | Callable[[], bytes]
"""A file's bytes, or what gives them when they are needed: large files are not kept in memory."""

Files = Mapping[str, Payload]
"""A site: relative path with forward slashes -> bytes."""


@dataclass(frozen=True)
class Written:
    written: int
    unchanged: int
    removed: int


def write_site(output: Path, files: Files) -> Written:
    """Make `output` hold exactly these files, and say what that took.

    Raises: PublishError where the folder is not ours, another build is writing it, or the disk refuses.
    """
    output = output.absolute() if not output.is_symlink() else output.resolve()
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with _locked(output):
            _mend(output)
            _refuse_foreign(output)
            return _replace(output, {MARKER: _MARKER_TEXT, **files})
    except OSError as error:
        raise PublishError(
            f"the site could not be written: {error.strerror}", at=Path(error.filename or output)
        ) from None


def _replace(output: Path, files: Files) -> Written:
    before = _listing(output)
    staging = _staging(output)
    try:
        unchanged = _stage(staging, output, files, before)
        result = Written(len(files) - unchanged, unchanged, len(before - files.keys()))
        if result.written or result.removed:
            _exchange(staging, output)
    finally:
        _remove(staging)
    return result


def _stage(staging: Path, output: Path, files: Files, before: set[str]) -> int:
    """Fill the staging folder; return how many files are the ones of the current site."""
    staging.mkdir()
    unchanged, folders = 0, {staging}
    for path, payload in files.items():
        data = payload if isinstance(payload, bytes) else payload()
        target = _inside(staging, path)
        if target.parent not in folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            folders.add(target.parent)
        current = output / path
        if path in before and _holds(current, data):
            os.link(current, target)
            unchanged += 1
        else:
            with target.open("xb") as file:
                file.write(data)
    return unchanged


def _inside(folder: Path, path: str) -> Path:
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\x00" in part for part in parts):
        raise PublishError(f"{path!r} is no path inside the site")
    return folder.joinpath(*parts)


def _holds(file: Path, data: bytes) -> bool:
    return file.stat().st_size == len(data) and file.read_bytes() == data


def _listing(folder: Path) -> set[str]:
    """Return the plain files of a folder; a link in it is not one, so it is replaced or removed."""
    found = set()
    for place, _, names in os.walk(folder):
        for name in names:
            file = Path(place) / name
            if not file.is_symlink():
                found.add(file.relative_to(folder).as_posix())
    return found


def _refuse_foreign(output: Path) -> None:
    if not output.exists():
        return
    if not output.is_dir():
        raise PublishError("the output is a file", at=output, hint="name a folder")
    if any(output.iterdir()) and not (output / MARKER).is_file():
        raise PublishError(
            "this folder is not empty and no build of clawpub made it",
            at=output,
            hint="name another folder, or empty this one yourself",
        )


def _mend(output: Path) -> None:
    """Bring back a site that a killed build had half exchanged, and clear away what it left."""
    old = _old(output)
    if _is_ours(old):
        if output.exists():
            _remove(old)
        else:
            old.rename(output)
    if _is_ours(_staging(output)):
        _remove(_staging(output))
    for leftover in (old, _staging(output)):
        if leftover.exists():
            raise PublishError("in the way, and no build of clawpub made it", at=leftover, hint="move it elsewhere")


def _is_ours(folder: Path) -> bool:
    return folder.is_dir() and ((folder / MARKER).is_file() or not any(folder.iterdir()))


def _remove(folder: Path) -> None:
    """Remove a folder of ours, its marker last: one that is half removed is still known as ours."""
    if not folder.is_dir():
        return
    for child in folder.iterdir():
        if child.name == MARKER:
            continue
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()
    (folder / MARKER).unlink(missing_ok=True)
    folder.rmdir()


def _staging(output: Path) -> Path:
    return output.with_name(f".{output.name}.staging")


def _old(output: Path) -> Path:
    return output.with_name(f".{output.name}.old")


def _exchange(staging: Path, output: Path) -> None:
    """Put the staged site in the place of the current one, which is then at `staging`."""
    if not output.exists():
        staging.rename(output)
    elif not _exchange_at_once(staging, output):
        output.rename(_old(output))
        staging.rename(output)
        _old(output).rename(staging)


_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def _exchange_at_once(one: Path, other: Path) -> bool:
    """Return whether the system could exchange two names in one step; False where it has no such call."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM):
        return False
    raise OSError(code, os.strerror(code), str(other))


@contextlib.contextmanager
def _locked(output: Path) -> Iterator[None]:
    """Hold the output's lock; the kernel lets it go when the process ends, however it ends."""
    lock = output.with_name(f".{output.name}.lock")
    handle = _lock(lock, output)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _lock(lock: Path, output: Path) -> int:
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise PublishError("another build is writing this site", at=output, hint="wait until it is done") from None
        if _is_same(handle, lock):
            return handle
        os.close(handle)


def _is_same(handle: int, lock: Path) -> bool:
    """Whether the locked file is still the one of that name: a build that ended in between has removed it."""
    try:
        there, held = lock.stat(), os.fstat(handle)
    except FileNotFoundError:
        return False
    return (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)
