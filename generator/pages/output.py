"""Writing a whole site at once: the folder a reader sees is the old site or the new one, never a mixture.

    lock -> mend what a killed build left -> stage beside the output -> exchange the two folders

The folder `.<name>.previous` beside the output is the site before the last build. The next build makes the new site
out of it: what did not change is a hard link to the current site's file, so that writing costs what changed, however
large the site is. The exchange is one system call (renameat2 with RENAME_EXCHANGE) where the file system has it.
Elsewhere it is two renames through `.<name>.old`; a build that is killed between them is mended by the next.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from clawpub.errors import PublishError

MARKER = ".clawpub-site"
"""Stands in every folder that a build made; only such a folder is ever replaced."""

_MARKER_TEXT = b"This folder is made by `clawpub build`, which replaces it whole. Nothing in it is edited by hand.\n"

State = tuple[int, int, int]
"""A file's size, time of last change in nanoseconds, and inode: two of the same state hold the same bytes."""


@dataclass(frozen=True)
class Kept:
    """A file that is there already: the current site holds it, in this state."""

    state: State


Payload = bytes | Kept | Callable[[], bytes]
"""A file's bytes, or what gives them when they are needed: large files are not kept in memory."""

Files = Mapping[str, Payload]
"""A site: relative path with forward slashes -> bytes."""


def read_payload(payload: Payload, current: Path) -> bytes:
    """Return a file's bytes; `current` is its place in the site as it stands."""
    if isinstance(payload, Kept):
        return current.read_bytes()
    return payload if isinstance(payload, bytes) else payload()


@dataclass(frozen=True)
class Written:
    written: int
    unchanged: int
    removed: int
    states: Mapping[str, State]
    """Of every file, by its path."""


def write_site(output: Path, files: Files) -> Written:
    """Make `output` hold exactly these files, and say what that took. Their bytes are asked for in their order, once.

    Raises: PublishError where the folder is not ours, another build is writing it, or the disk refuses.
    """
    output = output.absolute() if not output.is_symlink() else output.resolve()
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with _locked(output):
            _mend(output)
            refuse_foreign(output)
            return _replace(output, {MARKER: _MARKER_TEXT, **files})
    except OSError as error:
        raise PublishError(
            f"the site could not be written: {error.strerror}", at=Path(error.filename or output)
        ) from None


def states_of(folder: Path) -> dict[str, State | None]:
    """Return the state of each file of a site by its path; None for what is no plain file, such as a link."""
    return dict(_files(os.fspath(folder), ""))


def _files(folder: str, below: str) -> Iterator[tuple[str, State | None]]:
    try:
        entries = os.scandir(folder)
    except FileNotFoundError:
        return
    with entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, f"{below}{entry.name}/")
            else:
                plain = entry.is_file(follow_symlinks=False)
                yield below + entry.name, _state(entry.stat(follow_symlinks=False)) if plain else None


def _state(found: os.stat_result) -> State:
    return found.st_size, found.st_mtime_ns, found.st_ino


def _replace(output: Path, files: Files) -> Written:
    _refuse_overlap(files)
    before = states_of(output)
    staging = _previous(output)
    states, unchanged = _stage(staging, output, files, before)
    result = Written(len(files) - unchanged, unchanged, len(before.keys() - files.keys()), states)
    if result.written or result.removed:
        _exchange(staging, output)
    return result


def _refuse_overlap(files: Files) -> None:
    folders = {path.rpartition("/")[0] for path in files}
    folders |= {folder[:at] for folder in folders for at, sign in enumerate(folder) if sign == "/"}
    for path in folders & files.keys():
        raise PublishError(f"{path!r} would be a file and a folder of the site")


def _stage(
    staging: Path, output: Path, files: Files, before: Mapping[str, State | None]
) -> tuple[dict[str, State], int]:
    """Make the staging folder the new site; return the files' states, and how many are the current site's."""
    staging.mkdir(exist_ok=True)
    there = states_of(staging)
    _prune(staging, there.keys() - files.keys())
    states: dict[str, State] = {}
    folders = {staging}
    for path, payload in files.items():
        state, data = before.get(path), None
        if isinstance(payload, Kept):
            if state != payload.state:
                raise PublishError("changed while the site was built", at=output / path, hint="build again")
        else:
            data = payload if isinstance(payload, bytes) else payload()
            if state and state[0] == len(data) and (output / path).read_bytes() == data:
                data = None
        if data is None and state is not None:
            states[path] = state
            if there.get(path) == state:
                continue
        target = _inside(staging, path)
        if target.parent not in folders:
            _make_room(staging, target.parent)
            folders.add(target.parent)
        _clear(target)
        if data is None:
            os.link(output / path, target)
        else:
            with target.open("xb") as file:
                file.write(data)
            states[path] = _state(target.stat())
    return states, sum(before.get(path) == state for path, state in states.items())


def _prune(folder: Path, gone: Iterable[str]) -> None:
    """Remove files, and the folders that they leave empty."""
    for path in gone:
        target = folder / path
        target.unlink()
        parent = target.parent
        while parent != folder:
            try:
                parent.rmdir()
            except OSError:
                break
            parent = parent.parent


def _make_room(staging: Path, folder: Path) -> None:
    """Make a folder; whatever else has the name of one on the way there gives way."""
    for parent in (*reversed(folder.relative_to(staging).parents), folder.relative_to(staging)):
        place = staging / parent
        if not place.is_dir() or place.is_symlink():
            place.unlink(missing_ok=True)
            place.mkdir()


def _clear(target: Path) -> None:
    """Make sure that nothing has a name: a file is never written through a hard link that the current site shares."""
    try:
        found = target.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISDIR(found.st_mode):
        shutil.rmtree(target)
    else:
        target.unlink()


def _inside(folder: Path, path: str) -> Path:
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\x00" in part for part in parts):
        raise PublishError(f"{path!r} is no path inside the site")
    return folder.joinpath(*parts)


def refuse_foreign(output: Path) -> None:
    """Raises: PublishError where a folder holds what no build of ours made."""
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
    for leftover in (old, _previous(output)):
        if leftover.exists() and not _is_ours(leftover):
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


def _previous(output: Path) -> Path:
    return output.with_name(f".{output.name}.previous")


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
