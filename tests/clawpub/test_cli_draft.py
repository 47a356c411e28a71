"""`clawpub draft` at the command line: what it prints, what it writes, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clawpub.cli import cli, main
from tests.generator.publication import PRICE, SITE, seal_campaign


@pytest.fixture
def root(tmp_path: Path) -> Path:
    packs = tmp_path / "content" / "packs"
    packs.mkdir(parents=True)
    (tmp_path / "content" / "site.toml").write_text(SITE)
    seal_campaign(packs, "2026-11-01-dense", price=PRICE)
    return tmp_path


def test_it_writes_what_check_passes_and_says_what_is_next(root: Path) -> None:
    pack = str(root / "content" / "packs" / "2026-11-01-dense")

    made = CliRunner().invoke(cli, ["draft", pack, "--date", "2026-11-24"])
    checked = CliRunner().invoke(cli, ["check", str(root / "content" / "writeups" / "dense"), "--root", str(root)])

    assert made.exit_code == 0
    assert "quantities bound" in made.output
    assert "clawpub check" in made.output
    assert "date: 2026-11-24\n" in (root / "content" / "writeups" / "dense" / "index.md").read_text()
    assert checked.exit_code == 0
    assert "0 errors, 0 warnings" in checked.output


def test_a_dry_run_prints_both_files_and_writes_nothing(root: Path) -> None:
    printed = CliRunner().invoke(cli, ["draft", "2026-11-01-dense", "--root", str(root), "--stdout"])

    assert printed.exit_code == 0
    assert printed.stdout.startswith("---\ntitle: ")
    assert "# --- facts.toml ---" in printed.stdout
    assert not (root / "content" / "writeups").exists()


def test_json_holds_what_a_program_needs(root: Path) -> None:
    arguments = ["draft", "2026-11-01-dense", "--root", str(root), "--slug", "mine", "--title", "A look", "--json"]

    told = json.loads(CliRunner().invoke(cli, arguments).stdout)

    assert told["written"] is True
    assert (told["slug"], told["title"], told["left_out"], told["findings"]) == ("mine", "A look", [], [])
    assert told["coverage"]["unbound"] == 0
    assert (root / "content" / "writeups" / "mine" / "facts.toml").read_text() == told["ledger"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["2026-11-01-dense", "--date", "tomorrow"], "expected a date"),
        (["2026-11-01-dense", "--slug", "../x"], "cannot be part of an address"),
        (["2026-11-01-danse"], "2026-11-01-dense"),
        (["2026-11-01-dense", "--title", ""], "title"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(
    root: Path,
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.argv", ["clawpub", "draft", "--root", str(root), *arguments])

    with pytest.raises(SystemExit) as stopped:
        main()

    assert stopped.value.code == 2
    assert said in capsys.readouterr().err
    assert not (root / "content" / "writeups").exists()


def test_a_damaged_pack_is_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = root / "content" / "packs" / "2026-11-01-dense" / "tables" / "run_summary.csv"
    table.write_text(table.read_text().replace("23", "24"))
    monkeypatch.setattr("sys.argv", ["clawpub", "draft", "--root", str(root), "2026-11-01-dense"])

    with pytest.raises(SystemExit) as stopped:
        main()

    assert stopped.value.code == 2
    assert "changed after sealing" in capsys.readouterr().err


def test_a_second_draft_of_the_same_name_is_refused(root: Path) -> None:
    arguments = ["draft", "2026-11-01-dense", "--root", str(root)]
    first = CliRunner().invoke(cli, arguments)
    before = (root / "content" / "writeups" / "dense" / "index.md").read_text()

    second = CliRunner().invoke(cli, arguments)

    assert first.exit_code == 0
    assert "a writeup here already" in str(second.exception)
    assert (root / "content" / "writeups" / "dense" / "index.md").read_text() == before
