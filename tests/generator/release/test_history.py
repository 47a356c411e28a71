"""What git has of packs: each difference from the last commit is found, and nothing of the repository runs."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from clawpub.errors import ConfigError
from generator.release import history
from generator.release.history import git_of, uncommitted

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git here")
WHO = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(folder: Path, *command: str) -> str:
    environment = {**os.environ, **WHO, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    done = subprocess.run(["git", *command], cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def packs(tmp_path: Path) -> list[Path]:
    """Two folders, committed."""
    folders = [tmp_path / "content" / "packs" / name for name in ("one", "two")]
    for folder in folders:
        (folder / "tables").mkdir(parents=True)
        (folder / "SEAL").write_text(f"the seal of {folder.name}\n")
        (folder / "tables" / "runs.csv").write_text("a,b\r\n1,2\r\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Packs")
    return folders


def test_what_was_committed_is_as_it_was(packs: list[Path]) -> None:
    assert uncommitted(packs) == {}


def edit(pack: Path) -> None:
    (pack / "SEAL").write_text("another seal\n")


def stage(pack: Path) -> None:
    edit(pack)
    git(pack, "add", ".")


def delete(pack: Path) -> None:
    (pack / "SEAL").unlink()


def link(pack: Path) -> None:
    (pack / "SEAL").unlink()
    (pack / "SEAL").symlink_to("tables/runs.csv")


def ignore(pack: Path) -> None:
    (pack.parents[2] / ".gitignore").write_text("*.tmp\n")
    (pack / "SEAL.tmp").write_text("ignored, and yet there")


def add(pack: Path) -> None:
    (pack / "SEAL.new").write_text("new")


def keep_state(pack: Path) -> None:
    """As git's own index has it: same size, same time."""
    file = pack / "SEAL"
    before = file.stat()
    file.write_text(file.read_text().replace("seal", "SEAL"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    git(pack, "update-index", "--assume-unchanged", "SEAL")


@pytest.mark.parametrize("change", [edit, stage, delete, link, ignore, add, keep_state], ids=lambda each: each.__name__)
def test_any_difference_is_found_in_the_pack_that_has_it(packs: list[Path], change: Callable[[Path], None]) -> None:
    change(packs[1])
    assert {pack.name: file.partition(".")[0] for pack, file in uncommitted(packs).items()} == {"two": "SEAL"}


def test_before_the_first_commit_nothing_is_committed(tmp_path: Path) -> None:
    pack = tmp_path / "packs" / "one"
    pack.mkdir(parents=True)
    (pack / "SEAL").write_text("x")
    git(tmp_path, "init", "--quiet")
    assert uncommitted([pack]) == {pack: "SEAL"}


def test_outside_a_repository_and_without_git_nobody_asks(
    packs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(packs[0])
    monkeypatch.setenv("PATH", "/nowhere")
    assert uncommitted(packs) == {}
    monkeypatch.undo()
    shutil.rmtree(tmp_path / ".git")
    assert uncommitted(packs) == {}


def test_a_repository_that_git_does_not_read_is_an_error_and_no_consent(packs: list[Path], tmp_path: Path) -> None:
    (tmp_path / ".git" / "config").write_text("[core\n")
    with pytest.raises(ConfigError, match="git does not say") as refused:
        uncommitted(packs)
    assert refused.value.hint and "--allow-dirty" in refused.value.hint


def test_a_folder_named_git_that_is_no_repository_is_none(tmp_path: Path) -> None:
    pack = tmp_path / "packs" / "one"
    pack.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    assert uncommitted([pack]) == {}


def test_a_file_in_git_lfs_is_held_to_the_digest_in_its_pointer(packs: list[Path]) -> None:
    seal = packs[0] / "SEAL"
    large = b"large" * 1000
    oid = hashlib.sha256(large).hexdigest()
    seal.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(large)}\n")
    git(packs[0], "add", ".")
    git(packs[0], "commit", "--quiet", "--message", "A pointer")
    seal.write_bytes(large)
    assert uncommitted(packs) == {}
    seal.write_bytes(large + b"!")
    assert uncommitted(packs) == {packs[0]: "SEAL"}


def test_a_repository_of_sha256_is_read_too(tmp_path: Path) -> None:
    pack = tmp_path / "packs" / "one"
    pack.mkdir(parents=True)
    (pack / "SEAL").write_text("x")
    git(tmp_path, "init", "--quiet", "--object-format=sha256")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "x")
    assert uncommitted([pack]) == {}
    edit(pack)
    assert uncommitted([pack]) == {pack: "SEAL"}


def test_nothing_that_a_repository_configures_runs(packs: list[Path], tmp_path: Path) -> None:
    """What `git status` itself would run is run here to see that the trap works."""
    ran, trap = tmp_path / "ran", tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\necho $0 $@ >> {ran}\ncat\n")
    trap.chmod(0o755)
    for name in (
        "core.fsmonitor",
        "filter.x.clean",
        "core.pager",
        "core.sshCommand",
        "alias.ls-tree",
        "alias.rev-parse",
    ):
        git(tmp_path, "config", name, str(trap))
    (tmp_path / ".gitattributes").write_text("SEAL filter=x\n")
    for hook in (tmp_path / ".git" / "hooks").iterdir():
        shutil.copy(trap, hook.with_suffix(""))
    edit(packs[0])
    assert uncommitted(packs) == {packs[0]: "SEAL"}
    repository = git_of(packs[0])
    assert repository and not repository.is_ignored(packs[0] / "SEAL")
    assert not ran.exists()
    git(tmp_path, "status")
    assert ran.exists()


def test_the_environment_steers_nothing(packs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(packs[0])
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    for name, value in {"GIT_DIR": str(other / ".git"), "GIT_WORK_TREE": str(other), "GIT_CONFIG_COUNT": "x"}.items():
        monkeypatch.setenv(name, value)
    assert uncommitted(packs) == {packs[0]: "SEAL"}


def test_a_git_that_hangs_is_given_up(packs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(history, "PATIENCE_S", 0.2)
    with pytest.raises(ConfigError, match="no answer"):
        uncommitted(packs)


def test_what_git_ignores_is_known(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("*.pem\n")
    repository = git_of(tmp_path)
    assert repository
    assert repository.is_ignored(tmp_path / "key.pem")
    assert not repository.is_ignored(tmp_path / "key.txt")
