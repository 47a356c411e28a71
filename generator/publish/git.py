"""A branch of a git repository, as GitHub Pages serves one: a commit whose tree is the site, pushed in one step.

Nothing is checked out. The commit is made in a repository of its own in a temporary folder, on top of the branch as the
remote has it, and a push that would lose somebody else's commit is refused by the remote.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clawpub.errors import ConfigError, PublishError
from generator.progress import Progress, silent
from generator.publish.released import Released

KEPT = "CNAME"
"""What the branch may hold besides the site: the name under which GitHub serves it."""
PLAIN = ".nojekyll"
"""Tells GitHub to serve files as they are, those too whose names begin with an underscore."""
PROTOCOLS = "file:https:ssh"
TIMEOUT_S = 600
_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_AUTHOR = "clawpub <clawpub@localhost>"
_NEW = "refs/heads/new"
_BASE = "refs/heads/base"


@dataclass(frozen=True)
class Pushed:
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    commit: str
    """Empty where the branch held the release already, or where nothing was to be pushed."""


def without_password(address: str) -> str:
    """Return an address as it may be shown."""
    return re.sub(r"//[^@/\s]*@", "//", address)


def parse_remote(said: str) -> tuple[str, str]:
    """Return the remote and the branch of `REMOTE#BRANCH`.

    Raises: ConfigError.
    """
    remote, _, branch = said.partition("#")
    if not remote or remote.startswith("-") or not _BRANCH.fullmatch(branch) or ".." in branch:
        raise ConfigError(
            f"{without_password(said)!r} names no branch of a repository",
            hint="such as git:origin#gh-pages, or git:/srv/site.git#main",
        )
    return remote, branch


def into_branch(
    released: Released, remote: str, branch: str, root: Path, now: datetime, *, push: bool, progress: Progress = silent
) -> Pushed:
    """Make a branch hold a release. `root` is where a remote that goes by a name is known.

    Raises: PublishError where git cannot, or the branch was pushed to meanwhile.
    """
    with _repository(remote, root) as git:
        progress("asking the remote", 0, len(released.files))
        base = _fetched(git, branch)
        name = git.run("show", f"{_BASE}:{KEPT}", fails=True) if base else None
        progress("writing a commit", 0, len(released.files))
        git.run("fast-import", "--quiet", "--force", data=_stream(released, base, name, now))
        changed, removed = _difference(git, base)
        if not (changed or removed) or not push:
            return Pushed(changed, removed, "")
        progress("pushing", 0, len(changed))
        git.run("push", "--quiet", "--", git.remote, f"{_NEW}:refs/heads/{branch}")
        return Pushed(changed, removed, git.run("rev-parse", _NEW).decode().strip())


@dataclass(frozen=True)
class _Git:
    folder: Path
    remote: str
    config: tuple[str, ...]
    """Options that lend it the publication's own remotes and their credentials."""

    def run(self, *arguments: str, data: Iterator[bytes] | None = None, fails: bool = False) -> bytes:
        """Return what git says; where it `fails` and may, nothing."""
        command = ["git", f"--git-dir={self.folder}", *self.config, "-c", "core.hooksPath=/dev/null", *arguments]
        return _output(command, data, arguments[0], fails=fails)


def _output(command: Sequence[str], data: Iterator[bytes] | None, verb: str, *, fails: bool = False) -> bytes:
    with tempfile.TemporaryFile() as given:
        for piece in data or ():
            given.write(piece)
        given.seek(0)
        try:
            done = subprocess.run(
                command, stdin=given, capture_output=True, env=_environment(), timeout=TIMEOUT_S, check=False
            )
        except FileNotFoundError:
            raise PublishError("git is not installed", hint="apt install git") from None
        except subprocess.TimeoutExpired:
            raise PublishError(f"git {verb} did not end in {TIMEOUT_S} s", hint="publish again") from None
    if done.returncode and not fails:
        raise _trouble(verb, done.stderr.decode("utf-8", "replace"))
    return b"" if done.returncode else done.stdout


def _environment() -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or "SSH" in name}
    return {**kept, "GIT_ALLOW_PROTOCOL": PROTOCOLS, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def _trouble(verb: str, said: str) -> PublishError:
    words = " ".join(without_password(said).split())[:400]
    if "fetch first" in said or "non-fast-forward" in said or "stale info" in said:
        return PublishError("the branch was pushed to meanwhile", hint="publish again")
    hint = "look at the remote and at its credentials; git asks for no password here"
    return PublishError(f"git {verb}: {words or 'failed'}", hint=hint)


@contextmanager
def _repository(remote: str, root: Path) -> Iterator[_Git]:
    config: tuple[str, ...] = ()
    if _NAME.fullmatch(remote):
        common = _output(["git", "-C", str(root), "rev-parse", "--git-common-dir"], None, "rev-parse", fails=True)
        if not common:
            raise PublishError(f"{remote!r} is a remote's name, and no repository is here", at=root)
        config = ("-c", f"include.path={(root / os.fsdecode(common.strip()) / 'config').resolve()}")
    with tempfile.TemporaryDirectory(prefix="clawpub-git-") as folder:
        _output(["git", "init", "--quiet", "--bare", folder], None, "init")
        yield _Git(Path(folder), remote, config)


def _fetched(git: _Git, branch: str) -> str:
    """Return the commit of the branch at the remote, which is here then; empty where there is no such branch."""
    if not git.run("ls-remote", "--", git.remote, f"refs/heads/{branch}").strip():
        return ""
    git.run("fetch", "--quiet", "--depth=1", "--no-tags", "--", git.remote, f"+refs/heads/{branch}:{_BASE}")
    return git.run("rev-parse", _BASE).decode().strip()


def _difference(git: _Git, base: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not base:
        return tuple(os.fsdecode(git.run("ls-tree", "-r", "-z", "--name-only", _NEW)).split("\0")[:-1]), ()
    told = os.fsdecode(git.run("diff-tree", "-r", "-z", "--no-renames", "--name-status", base, _NEW)).split("\0")[:-1]
    pairs = list(zip(told[::2], told[1::2], strict=True))
    return tuple(path for how, path in pairs if how != "D"), tuple(path for how, path in pairs if how == "D")


def _stream(released: Released, base: str, name: bytes | None, now: datetime) -> Iterator[bytes]:
    """Yield what fast-import reads: one commit with exactly these files."""
    message = f"Publish release {released.digest[:16]}\n\nrelease.json sha256:{released.digest}\n".encode()
    yield f"commit {_NEW}\ncommitter {_AUTHOR} {int(now.timestamp())} +0000\n".encode()
    yield b"data %d\n%b\n" % (len(message), message)
    if base:
        yield f"from {base}\n".encode()
    yield b"deleteall\n"
    paths = {file.path for file in released.files}
    for path, data in ((KEPT, name), (PLAIN, b"")):
        if data is not None and path not in paths and (data or path == PLAIN):
            yield from _file(path, data)
    for file in released.files:
        yield from _file(file.path, file.read())


def _file(path: str, data: bytes) -> Iterator[bytes]:
    quoted = path.replace("\\", "\\\\").replace('"', '\\"')
    yield b'M 100644 inline "%b"\ndata %d\n' % (quoted.encode(), len(data))
    yield data
    yield b"\n"
