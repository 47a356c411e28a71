"""The doctor says what is here and how to get what is not; it never tells a secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clawpub.cli import cli


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_BEARER_TOKEN_BEDROCK", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)


def ask() -> dict[str, dict[str, object]]:
    done = CliRunner().invoke(cli, ["doctor", "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    return {check["name"]: check for check in json.loads(done.output)["checks"]}


def test_it_tries_everything_and_names_a_mend_for_what_is_missing() -> None:
    checks = ask()
    assert {"sandbox", "local models", "bedrock", "credentials", "openclaw", "browser", "ray", "disk"} <= set(checks)
    assert checks["sandbox"]["ok"] and checks["bedrock"]["ok"]
    assert not checks["credentials"]["ok"] and "AWS_ACCESS_KEY_ID" in str(checks["credentials"]["hint"])
    assert all(check["hint"] for check in checks.values() if not check["ok"])


def test_credentials_are_seen_and_not_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDSECRET")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "topsecret")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    done = CliRunner().invoke(cli, ["doctor"], catch_exceptions=False)
    assert "a key in the environment, region eu-west-1" in done.output
    assert "AKIDSECRET" not in done.output and "topsecret" not in done.output
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text("[default]\naws_access_key_id = AKIDSECRET\n")
    assert "profile default of" in str(ask()["credentials"]["detail"])


def test_a_machine_without_harness_and_browser_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CLAWPUB_HARNESS_HOME", str(tmp_path))
    checks = ask()
    assert not checks["browser"]["ok"] and not checks["git"]["ok"] and not checks["openclaw"]["ok"]
    assert checks["openclaw"]["hint"] == "clawpub harness install openclaw@2026.4.22"
