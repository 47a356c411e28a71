"""`clawpub new` at the command line: what it begins, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clawpub.cli import cli
from clawpub.errors import ClawpubError
from generator.content import load_edition, load_writeup
from tests.generator.publication import SITE, write_edition, write_writeup


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "site.toml").write_text(
        SITE.replace('["AI benchmarks"]', '["AI benchmarks", "Security research"]')
    )
    locks, secure = "Of locks: a 'first' look", "Security research"
    write_writeup(tmp_path, "monday", body="Words.\n", title=json.dumps("Dense: & <b>"), day="2026-11-23")
    write_writeup(tmp_path, "sunday", body="Words.\n", day="2026-11-29")
    write_writeup(tmp_path, "before", body="Words.\n", day="2026-11-22")
    write_writeup(tmp_path, "locks", body="Words.\n", title=json.dumps(locks), section=secure, day="2026-11-29")
    write_writeup(tmp_path, "unfinished", body="Words.\n", day="2026-11-25", draft=True)
    return tmp_path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["new", *map(str, arguments)])


def test_an_edition_gathers_what_was_published_in_its_week(root: Path) -> None:
    done = run("edition", "--root", root, "--week", "2026-W48", "--date", "2026-11-30")
    assert done.exit_code == 0, done.output
    path = root / "content/editions/2026-W48.md"
    edition = load_edition(path)
    assert [carried.slug for carried in edition.carried] == ["sunday", "monday", "locks"]
    assert (edition.text.title, edition.text.date.isoformat()) == ("Size is not everything", "2026-11-30")
    assert edition.text.draft
    assert "clawpub check 2026-W48" in done.output
    assert CliRunner().invoke(cli, ["check", str(path), "--root", str(root)]).output.endswith("0 errors, 0 warnings\n")


def test_the_week_is_that_of_the_date(root: Path) -> None:
    done = run("edition", "--root", root, "--date", "2026-11-22", "--json")
    assert json.loads(done.stdout)["week"] == "2026-W47"
    assert json.loads(done.stdout)["writeups"] == ["before"]


def test_what_another_edition_carries_is_left_to_it(root: Path) -> None:
    write_edition(root, "2026-W47", "writeups: [monday, locks]\n")
    told = json.loads(run("edition", "--root", root, "--week", "2026-W48", "--title", "Ours: all", "--json").stdout)
    assert told["writeups"] == ["sunday"]
    assert load_edition(root / "content/editions/2026-W48.md").text.title == "Ours: all"


def test_a_writeup_that_cannot_be_read_is_named(root: Path) -> None:
    (root / "content/writeups/sunday/index.md").write_text("no front matter")
    done = run("edition", "--root", root, "--week", "2026-W48")
    assert done.exit_code == 0
    assert "left out, for it cannot be read: sunday: expected front matter" in done.stderr


@pytest.mark.parametrize(
    ("week", "message"),
    [
        ("2026-W54", "no week 54 in 2026"),
        ("next", "is no week"),
        ("2026-W50", "nothing to carry was published in the week 2026-W50"),
        ("2026-W40", "an edition of this week already"),
    ],
)
def test_an_edition_that_cannot_be_begun(root: Path, week: str, message: str) -> None:
    before = write_edition(root, "2026-W40", "writeups: [before]\n").read_text()
    done = run("edition", "--root", root, "--week", week)
    assert isinstance(done.exception, ClawpubError)
    assert message in str(done.exception)
    assert [file.name for file in (root / "content/editions").iterdir()] == ["2026-W40.md"]
    assert (root / "content/editions/2026-W40.md").read_text() == before


def test_a_writeup_begins_as_a_draft_that_passes(root: Path) -> None:
    done = run("writeup", "how-locks-fail", "--root", root, "--date", "2026-11-30", "--section", "Security research")
    assert done.exit_code == 0, done.output
    writeup = load_writeup(root / "content/writeups/how-locks-fail")
    assert (writeup.title, writeup.section, writeup.draft) == ("How locks fail", "Security research", True)
    checked = CliRunner().invoke(cli, ["check", "how-locks-fail", "--root", str(root)])
    assert checked.output.endswith("0 errors, 0 warnings\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["monday"], "there is a writeup here already"),
        (["../out"], "cannot be part of an address"),
        (["new-one", "--section", "Sport"], "--section 'Sport'"),
        (["new-one", "--date", "today"], "--date 'today'"),
    ],
)
def test_a_writeup_that_cannot_be_begun(root: Path, arguments: list[str], message: str) -> None:
    done = run("writeup", *arguments, "--root", root)
    assert message in str(done.exception)
    assert not (root / "content/writeups/new-one").exists()
    assert "Words." in (root / "content/writeups/monday/index.md").read_text()
