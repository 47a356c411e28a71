"""`clawpub key`, and releases signed on the command line: made once, never printed, found in file or environment."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clawpub.cli import cli
from clawpub.errors import ConfigError
from generator.release.signing import read_envelope, read_public_key, read_signing_key
from tests.generator.publication import SITE, write_writeup
from tests.generator.release.test_history import git

PASSWORD = {"CLAWPUB_SIGNING_KEY_PASSWORD": "correct horse"}


def clawpub(*arguments: str | Path, env: dict[str, str | None] | None = None) -> Result:
    clean: dict[str, str | None] = {"CLAWPUB_SIGNING_KEY": None, "CLAWPUB_SIGNING_KEY_PASSWORD": None}
    return CliRunner().invoke(cli, [str(each) for each in arguments], env=clean | (env or {}))


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "keys" / "weekly.pem"
    assert clawpub("key", "new", file).exit_code == 0
    return file


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "publication"
    (root / "content").mkdir(parents=True)
    (root / "content" / "site.toml").write_text(SITE)
    write_writeup(root, "first", body="Words.\n", day="2026-01-01")
    write_writeup(root, "second", body="Words.\n", day="2999-01-01")
    return root


def release(root: Path, *more: str | Path, env: dict[str, str | None] | None = None) -> Result:
    return clawpub("build", "--release", "--no-cards", "--no-search", "--root", root, *more, env=env)


def signer(root: Path) -> str:
    site = root / "site"
    published = read_public_key((site / ".well-known" / "clawpub-key.pem").read_bytes())
    assert read_envelope((site / "release.dsse.json").read_bytes()).signed_by(published)
    return published.fingerprint


def test_a_new_key_is_for_its_owner_alone_and_is_not_printed(tmp_path: Path) -> None:
    file = tmp_path / "new" / "key.pem"
    done = clawpub("key", "new", file)
    made = read_signing_key(file.read_bytes())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made.public.fingerprint in done.output and "BEGIN PUBLIC KEY" in done.output
    assert "PRIVATE" not in done.output
    assert "clawpub build --release --sign-key " in done.output


def test_a_key_is_never_overwritten(key: Path) -> None:
    before = key.read_bytes()
    done = clawpub("key", "new", key)
    assert isinstance(done.exception, ConfigError) and "ever overwritten" in str(done.exception)
    assert key.read_bytes() == before
    hanging = key.with_name("hanging.pem")
    hanging.symlink_to(key.with_name("elsewhere.pem"))
    assert isinstance(clawpub("key", "new", hanging).exception, ConfigError)
    assert not key.with_name("elsewhere.pem").exists()


def test_a_password_encrypts_it(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    assert clawpub("key", "new", file, env={**PASSWORD}).exit_code == 0
    assert b"ENCRYPTED" in file.read_bytes()
    assert isinstance(clawpub("key", "show", file).exception, ConfigError)
    assert "fingerprint sha256:" in clawpub("key", "show", file, env={**PASSWORD}).output


def test_both_halves_show_the_same(key: Path) -> None:
    private = json.loads(clawpub("key", "show", key, "--json").output)
    public = key.with_suffix(".pub")
    public.write_text(private["public_key"])
    assert json.loads(clawpub("key", "show", public, "--json").output) == private
    assert clawpub("key", "show", public).output == clawpub("key", "show", key).output


def test_a_key_that_may_be_committed_is_warned_of(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("*.pem\n")
    assert "warning" not in clawpub("key", "new", tmp_path / "key.pem").stderr
    assert "does not ignore it" in clawpub("key", "new", tmp_path / "key.txt").stderr
    assert json.loads(clawpub("key", "new", tmp_path / "key", "--json").output)["exposed"] is True


@pytest.mark.parametrize("text", [None, "", "no key"])
def test_what_is_no_key_is_an_error(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "key.pem"
    if text is not None:
        file.write_text(text)
    assert isinstance(clawpub("key", "show", file).exception, ConfigError)


# --- signing ---


def test_a_release_is_signed_with_the_key_of_a_file(root: Path, key: Path) -> None:
    done = release(root, "--sign-key", key)
    assert done.exit_code == 0, done.output
    assert f"signed by {signer(root)}" in done.output


def test_a_release_is_signed_with_the_key_of_the_environment(root: Path, key: Path) -> None:
    secret = {"CLAWPUB_SIGNING_KEY": key.read_text().strip()}  # as those who store secrets trim them
    assert release(root, env={**secret}).exit_code == 0
    assert signer(root) == read_signing_key(key.read_bytes()).public.fingerprint
    other = key.with_name("other.pem")
    clawpub("key", "new", other)
    assert release(root, "--sign-key", other, env={**secret}).exit_code == 0
    assert signer(root) == read_signing_key(other.read_bytes()).public.fingerprint


def test_an_encrypted_key_of_the_environment_opens_with_its_password(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    clawpub("key", "new", file, env={**PASSWORD})
    secret: dict[str, str | None] = {"CLAWPUB_SIGNING_KEY": file.read_text()}
    assert isinstance(release(root, env=secret).exception, ConfigError)
    assert release(root, env={**secret, **PASSWORD}).exit_code == 0
    assert signer(root)


def test_an_empty_secret_is_no_key_and_the_output_says_so(root: Path) -> None:
    """As CI gives it to whoever may not have it."""
    done = release(root, env={"CLAWPUB_SIGNING_KEY": ""})
    assert done.exit_code == 0 and "not signed" in done.output
    assert not (root / "site" / "release.dsse.json").exists()


def test_a_key_that_cannot_be_used_stops_the_build_before_it_begins(root: Path) -> None:
    done = release(root, env={"CLAWPUB_SIGNING_KEY": "secret nonsense"})
    assert isinstance(done.exception, ConfigError) and "nonsense" not in str(done.exception)
    assert not (root / "site").exists()


def test_a_key_that_others_may_read_is_warned_of(root: Path, key: Path) -> None:
    key.chmod(0o644)
    assert "others may read" in release(root, "--sign-key", key).stderr
    key.chmod(0o600)
    assert "others may read" not in release(root, "--sign-key", key).stderr


def test_what_waits_is_said_and_the_day_may_be_given(root: Path) -> None:
    assert "1 left out until their day: second (2999-01-01)" in release(root).output
    assert "second" not in release(root, "--today", "2999-01-01").output
    told = json.loads(release(root, "--json").output)["release"]
    assert told["waiting"] == {"second": "2999-01-01"} and told["signed_by"] == ""
    assert told["statement_bytes"] == (root / "site" / "release.json").stat().st_size


@pytest.mark.parametrize("more", [["--today", "2026-11-25"], ["--allow-dirty"], ["--sign-key", "key.pem"]])
def test_what_is_of_a_release_is_refused_elsewhere(root: Path, more: list[str]) -> None:
    done = clawpub("build", "--root", root, *more)
    assert isinstance(done.exception, ConfigError) and done.exception.hint == "say --release too"


def test_a_day_that_is_none_is_refused(root: Path) -> None:
    assert isinstance(release(root, "--today", "tomorrow").exception, ConfigError)
