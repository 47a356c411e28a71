"""A branch of a real repository: what a clone of it finds."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clawpub.errors import ConfigError, PublishError
from generator.publish.git import into_branch, parse_remote
from tests.generator.publish.sites import released, small_site

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ENV = {f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(*arguments: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run(
        ["git", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**ENV, "PATH": "/usr/bin:/bin:/usr/local/bin"},
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    git("init", "--quiet", "--bare", tmp_path / "remote.git")
    return tmp_path / "remote.git"


def cloned(remote: Path, folder: Path, branch: str = "gh-pages") -> dict[str, bytes]:
    git("clone", "--quiet", "--branch", branch, remote, folder)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def test_a_branch_holds_the_release_and_nothing_else(remote: Path, tmp_path: Path) -> None:
    files = small_site("one") | {'odd/name "q" \\ü.txt'.replace("\\", ""): b"x"}
    one = released(tmp_path / "1", files)
    done = into_branch(one, str(remote), "gh-pages", tmp_path, NOW, push=True)
    assert cloned(remote, tmp_path / "c1") == {file.path: file.file.read_bytes() for file in one.files} | {
        ".nojekyll": b""
    }
    assert done.commit == git("--git-dir", remote, "rev-parse", "gh-pages")
    assert f"sha256:{one.digest}" in git("--git-dir", remote, "log", "-1", "--format=%B", "gh-pages")
    two = released(tmp_path / "2", small_site("two"))
    done = into_branch(two, str(remote), "gh-pages", tmp_path, NOW, push=True)
    assert "writeups/page-one/index.html" in done.removed and "index.html" in done.changed
    assert cloned(remote, tmp_path / "c2").keys() == {*small_site("two"), "release.json", ".nojekyll"}
    assert git("--git-dir", remote, "rev-list", "--count", "gh-pages") == "2"


def test_nothing_is_pushed_where_nothing_changed_or_only_a_look_is_wanted(remote: Path, tmp_path: Path) -> None:
    one = released(tmp_path / "1", small_site("one"))
    look = into_branch(one, str(remote), "gh-pages", tmp_path, NOW, push=False)
    assert set(look.changed) >= set(small_site("one")) and not git("--git-dir", remote, "branch")
    into_branch(one, str(remote), "gh-pages", tmp_path, NOW, push=True)
    assert into_branch(one, str(remote), "gh-pages", tmp_path, NOW, push=True).commit == ""


def test_the_name_that_a_branch_is_served_under_stays(remote: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", remote, tmp_path / "work")
    (tmp_path / "work" / "CNAME").write_text("weekly.example\n")
    (tmp_path / "work" / "old.html").write_text("old")
    git("add", "-A", cwd=tmp_path / "work")
    git("commit", "--quiet", "-m", "by hand", cwd=tmp_path / "work")
    git("push", "--quiet", "origin", "HEAD:gh-pages", cwd=tmp_path / "work")
    done = into_branch(released(tmp_path / "1", small_site("one")), str(remote), "gh-pages", tmp_path, NOW, push=True)
    there = cloned(remote, tmp_path / "c")
    assert there["CNAME"] == b"weekly.example\n" and "old.html" not in there and done.removed == ("old.html",)


def test_a_remote_goes_by_the_name_that_the_publication_gives_it(remote: Path, tmp_path: Path) -> None:
    git("init", "--quiet", tmp_path / "publication")
    git("remote", "add", "origin", remote, cwd=tmp_path / "publication")
    one = released(tmp_path / "1", small_site("one"))
    into_branch(one, "origin", "gh-pages", tmp_path / "publication", NOW, push=True)
    assert git("--git-dir", remote, "rev-list", "--count", "gh-pages") == "1"
    with pytest.raises(PublishError, match="no-such-remote"):
        into_branch(one, "no-such-remote", "gh-pages", tmp_path / "publication", NOW, push=True)


def test_a_push_that_would_lose_a_commit_is_refused(remote: Path, tmp_path: Path) -> None:
    """Somebody else pushes between the look at the branch and the push."""
    into_branch(released(tmp_path / "1", small_site("one")), str(remote), "gh-pages", tmp_path, NOW, push=True)

    def meanwhile(what: str, done: int, of: int) -> None:
        if what == "writing a commit":
            git("clone", "--quiet", "--branch", "gh-pages", remote, tmp_path / "work")
            git("commit", "--quiet", "--allow-empty", "-m", "theirs", cwd=tmp_path / "work")
            git("push", "--quiet", cwd=tmp_path / "work")

    two = released(tmp_path / "2", small_site("two"))
    with pytest.raises(PublishError, match="was pushed to meanwhile"):
        into_branch(two, str(remote), "gh-pages", tmp_path, NOW, push=True, progress=meanwhile)
    assert git("--git-dir", remote, "log", "-1", "--format=%s", "gh-pages") == "theirs"
    assert into_branch(two, str(remote), "gh-pages", tmp_path, NOW, push=True).commit


@pytest.mark.parametrize("said", ["origin", "#main", "--upload-pack=x#main", "origin#-x", "origin#a..b", "origin#"])
def test_what_names_no_branch_is_refused(said: str) -> None:
    with pytest.raises(ConfigError, match="names no branch"):
        parse_remote(said)


def test_a_remote_that_would_run_a_program_is_refused(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    with pytest.raises(PublishError, match="not allowed"):
        into_branch(released(tmp_path / "1", small_site("one")), f"ext::touch {mark}", "main", tmp_path, NOW, push=True)
    assert not mark.exists()
