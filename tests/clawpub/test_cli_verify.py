"""`clawpub verify` as a reader starts it: a short report, findings, JSON, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clawpub.cli import cli, main
from generator.release.signing import new_key
from generator.release.statement import PUBLIC_KEY
from tests.generator.verify.forging import KEY, PAGE, change, flip, write_release
from tests.generator.verify.host import hosted


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_release(tmp_path / "made")


def verify(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["verify", *(str(each) for each in arguments)])


def test_what_was_proved_is_said_in_a_few_lines(site: Path) -> None:
    done = verify(site)
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == f"Test Weekly, {site}"
    assert "trust on first use" in lines[1] and KEY.public.fingerprint in lines[1]
    assert "2 verified again in 3 texts" in done.output and "byte for byte" in done.output
    assert lines[-1].startswith("verified in ")


def test_over_http_with_the_key_pinned_as_json(site: Path, tmp_path: Path) -> None:
    with hosted(site, prefix="at/") as (url, _):
        done = verify(url, "--key", site / PUBLIC_KEY, "--json", "--keep", tmp_path / "copy", "--timeout", "20")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["passed"] and told["signature"] == {"fingerprint": KEY.public.fingerprint, "pinned": True}
    assert told["files"]["listed"] == told["files"]["equal"] and told["claims"] == 2
    assert told["pages"]["compared_by"] == "bytes" and told["pages"]["made"] == told["pages"]["equal"]
    assert (tmp_path / "copy" / PAGE).read_bytes() == (site / PAGE).read_bytes()


def test_what_does_not_hold_is_listed_and_the_exit_status_is_1(site: Path, tmp_path: Path) -> None:
    change(site, PAGE, "4/6 (66.67%)</a>", "5/6 (83.33%)</a>")
    flip(site / "robots.txt")
    (tmp_path / "other.pem").write_bytes(new_key().public.pem)
    done = verify(site, "--key", tmp_path / "other.pem")
    assert done.exit_code == 1
    for words in (f"{PAGE}:", "error[digest]", "robots.txt", "error[signature]", "5/6", "NOT verified: 3 errors"):
        assert words in done.output
    told = json.loads(verify(site, "--json").stdout)
    assert not told["passed"] and {each["path"] for each in told["findings"]} == {PAGE, "robots.txt"}


def test_digests_only_says_what_it_did_not_do(site: Path) -> None:
    done = verify(site, "--digests-only")
    assert done.exit_code == 0 and "packs and claims were not looked at" in done.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "no such folder"),
        (["ftp://x.example/"], "no address of a site"),
        (["."], "no release here"),
        ([".", "--key", "nowhere.pem"], "cannot be read"),
        ([".", "--key", "README.md"], "no public key"),
    ],
)
def test_bad_usage_is_one_message_and_status_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    monkeypatch.setattr("sys.argv", ["clawpub", "verify", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2 and words in capsys.readouterr().err
