"""What git has of a folder, asked so that nothing of the repository runs.

A repository may be anybody's. `git status` would call the filters and the file system monitor that its configuration
names, so it is not asked: `git ls-tree` says which blobs the last commit has, and what is on the disk is hashed here.
A blob that points to Git LFS stands for the file whose digest it holds.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from clawpub.errors import ConfigError

PATIENCE_S = 60

_QUIET = ("--no-pager", "--no-optional-locks", "--no-replace-objects")
_INERT = ("core.fsmonitor=false", "core.hooksPath=/dev/null", "core.sshCommand=false", "protocol.allow=never")
"""Settings that a repository's own may not override: nothing is run, nothing is fetched."""
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n")
_MAX_POINTER = 1024


class Git:
    """The git repository that a folder stands in."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder

    def is_ignored(self, file: Path) -> bool:
        """Return whether git passes a file over, so that nobody commits it by mistake."""
        return self._run("check-ignore", "--quiet", "--", str(file.absolute())).returncode == 0

    def committed(self) -> Mapping[str, str] | None:
        """Return the blob of each file of the folder in the last commit, by its path there; None where this is no
        work tree after all.

        Raises: ConfigError where git does not say.
        """
        head = self._run("rev-parse", "--verify", "--quiet", "HEAD^{tree}")
        if head.returncode == 1 and not head.stderr:
            return {}  # nothing is committed yet
        listed = self._run("ls-tree", "-r", "-z", "HEAD")
        if listed.returncode:
            if b"not a git repository" in listed.stderr:
                return None
            raise ConfigError(
                f"git does not say what it has: {_first_line(listed.stderr)}",
                at=self._folder,
                hint="mend that, or release with --allow-dirty",
            )
        rows = (row.split(b"\t", 1) for row in listed.stdout.split(b"\0") if row)
        return {os.fsdecode(name): head.split()[2].decode() for head, name in rows if head.split()[1] == b"blob"}

    def is_as_committed(self, blob: str, data: bytes) -> bool:
        """Return whether a file's bytes are those of a blob, or those that a blob of Git LFS stands for."""
        hashed = hashlib.new("sha256" if len(blob) == 64 else "sha1", b"blob %d\0" % len(data), usedforsecurity=False)
        hashed.update(data)
        if hashed.hexdigest() == blob:
            return True
        size = self._run("cat-file", "-s", blob)
        if size.returncode or int(size.stdout) > _MAX_POINTER:
            return False
        pointer = _POINTER.match(self._run("cat-file", "blob", blob).stdout)
        return pointer is not None and pointer[1].decode() == hashlib.sha256(data).hexdigest()

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        settings = [part for setting in _INERT for part in ("-c", setting)]
        try:
            return subprocess.run(
                [self._program, *_QUIET, *settings, *arguments],
                cwd=self._folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE_S,
            )
        except subprocess.TimeoutExpired:
            hint = "mend that, or release with --allow-dirty"
            raise ConfigError(f"git gave no answer in {PATIENCE_S} s", at=self._folder, hint=hint) from None
        except OSError as error:
            raise ConfigError(f"git cannot be run: {error.strerror}", at=self._folder) from None


def git_of(folder: Path) -> Git | None:
    """Return the repository that a folder stands in; None where there is none, or no git."""
    place = folder.resolve()
    if not any((each / ".git").exists() for each in (place, *place.parents)):
        return None
    program = shutil.which("git")
    return Git(program, place) if program else None


def uncommitted(packs: Sequence[Path]) -> Mapping[Path, str]:
    """Return the packs whose folders the last commit does not have as they are, each with a file that shows it.

    None are outside a work tree, in a publication that the work tree as a whole ignores, and where there is no git.

    Raises: ConfigError where git does not say.
    """
    found: dict[Path, str] = {}
    known: dict[Path, tuple[Git, Mapping[str, str]] | None] = {}
    for pack in packs:
        parent = pack.parent
        if parent not in known:
            git = git_of(parent)
            blobs = git.committed() if git and not git.is_ignored(parent.parent.parent) else None
            known[parent] = (git, blobs) if git and blobs is not None else None
        if (history := known[parent]) and (file := _differing(pack, *history)):
            found[pack] = file
    return found


def _differing(pack: Path, git: Git, blobs: Mapping[str, str]) -> str:
    """Return the first file of a pack that is not as it was committed, by its path in the pack; "" where all are."""
    start = f"{pack.name}/"
    committed = {path.removeprefix(start): blob for path, blob in blobs.items() if path.startswith(start)}
    there = {file.relative_to(pack).as_posix(): file for file in pack.rglob("*") if not file.is_dir()}
    for path in sorted(there.keys() | committed.keys()):
        if path not in there or path not in committed or not there[path].is_file():
            return path
        if not git.is_as_committed(committed[path], there[path].read_bytes()):
            return path
    return ""


def _environment() -> dict[str, str]:
    """Return the environment without what steers git, in which it speaks English, asks nobody and fetches nothing."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}


def _first_line(words: bytes) -> str:
    return next(iter(words.decode("utf-8", "replace").strip().splitlines()), "it gave no reason")[:200]
