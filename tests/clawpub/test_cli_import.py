"""`clawpub pack import` as its user meets it: what would be sealed is shown, options and file say the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clawpub.cli import cli
from clawpub.errors import ConfigError
from clawpub.pack.reader import open_pack
from tests.clawpub.test_cli import clawpub

TRADES = "id,side,price,win,when\n1,buy,1.10,12%,2026-01-02T03:04:05Z\n2,sell,NA,3.5%,\n"
SAID = ("--source", "The bot's log, https://example.org/log", "--licence", "CC-BY-4.0")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "site.toml").write_text('title = "T"\nbase_url = "https://example.org"\n')
    (tmp_path / "trades.csv").write_text(TRADES)
    (tmp_path / "scan.json").write_text('[{"host": "a", "open": 2}]')
    return tmp_path


def test_a_dry_run_shows_the_schema_and_what_was_noticed_and_writes_nothing(here: Path) -> None:
    done = clawpub("pack", "import", "trades.csv", "--dry-run", cwd=here)
    assert done.returncode == 0, done.stderr
    for said in (
        "price  number    1 missing",
        "“NA” read as missing",
        "--percent win",
        "--key trades=id",
        "missing: the",
    ):
        assert said in done.stdout
    assert not (here / "content" / "packs").exists()
    told = json.loads(clawpub("pack", "import", "trades.csv", "--dry-run", "--json", cwd=here).stdout)
    kinds = [column["type"] for column in told["tables"][0]["columns"]]
    assert kinds == ["integer", "string", "number", "string", "datetime"]


def test_tables_are_sealed_into_the_publication_verified_and_shown_with_their_source(here: Path) -> None:
    options = (
        "--id",
        "my-bot",
        "--title",
        "My bot",
        "--key",
        "trades=id",
        "--percent",
        "trades.win",
        "--note",
        "Paper.",
    )
    done = clawpub("pack", "import", "trades.csv", "scan.json", *options, *SAID, cwd=here)
    assert done.returncode == 0, done.stderr
    pack = open_pack(here / "content" / "packs" / "my-bot")
    assert f"this: my-bot@{pack.digest}" in done.stdout
    assert pack.info.origin == "imported" and pack.info.notes == ("Paper.",)
    assert [table.schema.primary_key for table in pack.tables()] == [("id",), ()]
    assert clawpub("pack", "verify", pack.path).returncode == 0
    shown = clawpub("pack", "show", pack.path).stdout
    assert "source     The bot's log, https://example.org/log" in shown and "licence    CC-BY-4.0" in shown
    assert "read from trades.csv, sha256:" in shown and "files" not in shown
    assert json.loads(clawpub("pack", "show", "--json", pack.path).stdout)["licenses"] == [{"name": "CC-BY-4.0"}]
    again = clawpub("pack", "import", "trades.csv", "scan.json", *options, *SAID, "--json", cwd=here)
    assert json.loads(again.stdout)["digest"] == pack.digest
    changed = clawpub("pack", "import", "trades.csv", *options, *SAID, cwd=here)
    assert changed.returncode == 2 and "another pack is sealed here" in changed.stderr


def test_a_description_file_says_what_options_say(here: Path) -> None:
    (here / "import").mkdir()
    (here / "import" / "bot.toml").write_text(
        'id = "my-bot"\ntitle = "My bot"\nsource = "The bot\'s log, https://example.org/log"\nlicence = "CC-BY-4.0"\n'
        '[tables.deals]\nfile = "../trades.csv"\nkey = "id"\n[tables.deals.columns]\nwin = { type = "percent" }\n'
    )
    described = clawpub("pack", "import", "--describe", "import/bot.toml", "--json", "-o", "one", cwd=here)
    assert described.returncode == 0, described.stderr
    options = (
        "--name",
        "trades.csv=deals",
        "--key",
        "id",
        "--type",
        "win=percent",
        "--id",
        "my-bot",
        "--title",
        "My bot",
    )
    typed = clawpub("pack", "import", "trades.csv", *options, *SAID, "--json", "-o", "other", cwd=here)
    assert typed.returncode == 0, typed.stderr
    assert json.loads(typed.stdout)["digest"] == json.loads(described.stdout)["digest"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no file to import"),
        (["trades.csv"], "a pack needs an id"),
        (["trades.csv", "--id", "My Bot", *SAID], "id: "),
        (["trades.csv", "--id", "b"], "no source is said of trades"),
        (["trades.csv", "--id", "b", "--source", "x"], "no licence is said of trades"),
        (["nowhere.csv", "--dry-run"], "nowhere.csv: no such file"),
        (["trades.csv", "trades.csv", "--key", "trades=nope", "--dry-run"], "table trades has no column nope"),
        (["trades.csv", "--type", "price=money", "--dry-run"], "no such type"),
        (["trades.csv", "scan.json", "--type", "price=number", "--dry-run"], "price of which table?"),
        (["trades.csv", "--type", "price", "--dry-run"], "is not understood"),
        (["trades.csv", "--key", "=", "--dry-run"], "is not understood"),
        (["trades.csv", "--name", "x.csv=y", "--dry-run"], "no such file is imported"),
        (["trades.csv", "--name", "trades.csv=1 2", "--dry-run"], "cannot name a table"),
        (["trades.csv", "--key", "deals=id", "--dry-run"], "tables.deals is described, and no file holds it"),
        (["trades.csv", "--encoding", "klingon", "--dry-run"], "no encoding 'klingon'"),
        (["trades.csv", "--encoding", "hex", "--dry-run"], "hex"),
        (["scan.json", "--delimiter", ";", "--dry-run"], "for CSV and TSV"),
        (["trades.csv", "--delimiter", "::", "--dry-run"], "cannot separate cells"),
        (["trades.csv", "--delimiter", '"', "--dry-run"], "cannot separate"),
        (["--describe", "nowhere.toml"], "nowhere.toml: no such file"),
        (["--describe", "trades.csv"], "not TOML"),
    ],
)
def test_what_is_not_understood_is_one_message_with_a_next_step(
    here: Path, arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(here)
    with pytest.raises(ConfigError) as caught:
        cli(["pack", "import", *arguments], standalone_mode=False)
    assert said in str(caught.value) and caught.value.hint
    assert not (here / "content" / "packs").exists()


def test_a_description_names_the_line_of_what_it_does_not_understand(here: Path) -> None:
    (here / "bad.toml").write_text('id = "x"\n[tables.trades]\nfile = "trades.csv"\nkeys = ["id"]\n')
    done = clawpub("pack", "import", "--describe", "bad.toml", cwd=here)
    assert done.returncode == 2 and "bad.toml:4: tables.trades.keys: unknown key" in done.stderr


def test_without_a_publication_a_place_must_be_named(tmp_path: Path) -> None:
    """The root has no publication above it; a temporary folder may stand within one."""
    file, packs = tmp_path / "t.csv", tmp_path / "packs"
    file.write_text("a\n1\n")
    done = clawpub("pack", "import", str(file), "--id", "t", *SAID, cwd=Path("/"))
    assert done.returncode == 2 and "clawpub init" in done.stderr
    assert clawpub("pack", "import", str(file), "--id", "t", *SAID, "-o", str(packs), cwd=Path("/")).returncode == 0
    assert (packs / "t" / "SEAL").is_file()


def test_names_and_cells_never_steer_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\x1b[31m,b\nx\x1b]0;owned\x07,NA\n,1\n")
    done = clawpub("pack", "import", "t.csv", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0 and "\x1b" not in done.stdout and "\x07" not in done.stdout
