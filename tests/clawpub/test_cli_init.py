"""`clawpub init`: a publication that checks and builds at once, or nothing at all."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from clawpub.cli.init import CAMPAIGN, WORKFLOW
from clawpub.pack.verify import verify_pack
from runner.campaign import load_campaign
from tests.clawpub.test_cli import clawpub


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_publication_checks_and_builds_at_once(tmp_path: Path) -> None:
    done = clawpub("init", "weekly", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.partition("next:\n")[2].split("\n")[:3] == ["  cd weekly", "  clawpub check", "  clawpub build"]
    weekly = tmp_path / "weekly"
    checked = clawpub("check", "--json", cwd=weekly)
    assert checked.returncode == 0, checked.stderr
    told = json.loads(checked.stdout)
    (coverage,) = [writeup["coverage"] for writeup in told["writeups"]]
    assert told["findings"] == [] and coverage["unbound"] == coverage["waived"] == 0 and coverage["bound"] >= 3
    built = clawpub("build", cwd=weekly)
    assert built.returncode == 0, built.stderr
    page = (weekly / "site" / "packs" / "example-first-files" / "index.html").read_text()
    assert "Source and licence" in page and "CC0-1.0" in page
    assert [path.name for path in tmp_path.iterdir()] == ["weekly"]
    assert not [path for path in weekly.iterdir() if path.name.startswith(".clawpub-init")]


def test_the_examples_numbers_are_those_of_the_files_that_were_written(tmp_path: Path) -> None:
    assert clawpub("init", ".", cwd=tmp_path).returncode == 0
    with (tmp_path / "content" / "tables" / "first-files.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    for row in rows:
        data = (tmp_path / row["file"]).read_bytes()
        assert (int(row["lines"]), int(row["bytes"])) == (data.count(b"\n"), len(data))
    assert verify_pack(tmp_path / "content" / "packs" / "example-first-files") == []
    again = clawpub("pack", "import", "--describe", "content/tables/first-files.toml", "--json", cwd=tmp_path)
    assert (
        again.returncode == 0
        and json.loads(again.stdout)["digest"]
        in (tmp_path / "content" / "writeups" / "a-first-writeup" / "index.md").read_text()
    )


def test_a_wrong_number_in_the_example_is_found(tmp_path: Path) -> None:
    clawpub("init", cwd=tmp_path)
    page = tmp_path / "content" / "writeups" / "a-first-writeup" / "index.md"
    page.write_text(re.sub(r"\[\d+ lines\]", "[7 lines]", page.read_text()))
    done = clawpub("build", cwd=tmp_path)
    assert done.returncode == 1 and "refuted" in done.stderr and not (tmp_path / "site").exists()


def test_the_campaign_can_be_planned_as_it_stands(tmp_path: Path) -> None:
    assert clawpub("init", cwd=tmp_path).returncode == 0
    campaign = load_campaign(tmp_path / CAMPAIGN)
    assert campaign.config.model.provider == "local" and re.match(r"\d{4}-\d\d-\d\d-smollm2", campaign.id)
    uncommented = (tmp_path / CAMPAIGN).read_text().replace("# [[", "[[")
    uncommented = re.sub(r"^# (\w+ = )", r"\1", uncommented, flags=re.MULTILINE)
    (tmp_path / "with.toml").write_text(uncommented)
    assert len(load_campaign(tmp_path / "with.toml").predictions) == 1
    assert clawpub("plan", CAMPAIGN, cwd=tmp_path).returncode == 0


def test_the_workflow_checks_and_builds(tmp_path: Path) -> None:
    clawpub("init", cwd=tmp_path)
    workflow = (tmp_path / WORKFLOW).read_text()
    assert "clawpub check --format github" in workflow and "clawpub build" in workflow and '"$CLAWPUB"' in workflow
    assert (tmp_path / ".gitignore").read_text() == "/site/\n/.site.*\n/.clawpub/\n/signing*.pem\n"


def test_a_title_is_kept_to_the_letter(tmp_path: Path) -> None:
    title = 'Say "hi" $x \\ é'
    told = json.loads(clawpub("init", "--title", title, "--json", cwd=tmp_path).stdout)
    assert set(told["written"]) == set(files_of(tmp_path)) and told["kept"] == []
    assert clawpub("build", cwd=tmp_path).returncode == 0
    assert "Say &#34;hi&#34; $x \\ é" in (tmp_path / "site" / "index.html").read_text()


@pytest.mark.parametrize("there", ["content/site.toml", "content/notes.txt", WORKFLOW])
def test_what_is_there_is_never_touched(tmp_path: Path, there: str) -> None:
    (tmp_path / there).parent.mkdir(parents=True)
    (tmp_path / there).write_text("mine")
    done = clawpub("init", cwd=tmp_path)
    assert done.returncode == 2 and Path(there).parts[0] in done.stderr and "hint:" in done.stderr
    assert files_of(tmp_path) == {there: b"mine"}


def test_in_a_repository_its_own_files_stay(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("/mine/\n")
    (tmp_path / "README.md").write_text("mine")
    done = clawpub("init", cwd=tmp_path)
    assert done.returncode == 0 and ".gitignore was there and stays as it is" in done.stdout
    assert (tmp_path / ".gitignore").read_text() == "/mine/\n" and (tmp_path / "README.md").read_text() == "mine"
    assert clawpub("build", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["file"], "file"),
        (["file/below"], "cannot be written"),
        (["--title", " "], "title"),
        (["--title", "a\nb"], "title"),
    ],
)
def test_what_cannot_be_made_leaves_nothing(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "file").write_text("mine")
    done = clawpub("init", *arguments, cwd=tmp_path)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
    assert files_of(tmp_path) == {"file": b"mine"}


def test_below_the_top_of_a_repository_it_says_where_workflows_are_read(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert "add --root weekly to its commands" in clawpub("init", "weekly", cwd=tmp_path).stdout
    assert "--root" not in clawpub("init", cwd=tmp_path).stdout
