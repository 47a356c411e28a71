"""`clawpub diff-truth`, called as an author calls it: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from clawpub.pack.reader import Pack
from tests.generator.builders import campaign_tables, make_pack, make_writeup
from tests.generator.publication import SITE

FACTS = '[score]\nis = ["run_summary.score", "run_summary.pass_rate"]\n[cost]\nis = "run_summary.cost_usd"\n'
BODY = (
    "[Observed — data pack run_summary]\n\nTotal: [23/30 (76.67%)]{fact=score}. It cost [$0.0220]{fact=cost}.\n"
    '\n{{ table("run_summary", columns=["score"]) }}\n'
)


def diff_truth(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from clawpub.cli import main; main()", "diff-truth", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def packs(tmp_path: Path) -> tuple[Pack, Pack]:
    """Return the pack that a writeup stands on, and one of a pass more, both of the publication."""
    old, new = make_pack(tmp_path), make_pack(tmp_path, "corrected", tables=campaign_tables(24))
    (tmp_path / "content" / "site.toml").write_text(SITE)
    make_writeup(tmp_path, BODY, facts=FACTS, packs=[old])
    return old, new


def test_changes_are_printed_with_place_caret_values_and_wording(tmp_path: Path, packs: tuple[Pack, Pack]) -> None:
    done = diff_truth(packs[0].path, packs[1].path, cwd=tmp_path)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    place = "content/writeups/dense-enough/index.md:9:8: error[now-false]: "
    at = next(number for number, line in enumerate(lines) if line.startswith(place))
    assert "23/30 -> 24/30, 0.766667 -> 0.8; verified -> refuted" in lines[at]
    assert lines[at + 2].index("^") == lines[at + 1].index("[23/30")
    assert "write 24/30" in lines[at + 3]
    assert "  said: Total: 23/30 (76.67%)." in lines
    assert "  write: Total: [24/30 (80%)]{fact=score}." in lines
    assert f"    this: corrected@{packs[1].digest}" in lines
    assert "  row 1, score: 23/30 -> 24/30".casefold() in done.stderr.casefold()
    assert done.stdout == "1 sentence of 1 writeup changes, 1 table; 1 claim holds as before\n"


def test_nothing_that_changes_is_status_0(tmp_path: Path, packs: tuple[Pack, Pack]) -> None:
    done = diff_truth(packs[1].path, packs[0].path, cwd=tmp_path)
    assert done.returncode == 0
    assert "no writeup stands on corrected" in done.stderr
    same = diff_truth(packs[0].path, packs[0].path, cwd=tmp_path)
    assert same.returncode == 0
    assert "the same pack, byte for byte" in same.stderr


def test_an_erratum_goes_to_standard_output_and_the_rest_does_not(tmp_path: Path, packs: tuple[Pack, Pack]) -> None:
    done = diff_truth(packs[0].path, packs[1].path, "--erratum", "-", cwd=tmp_path)
    assert done.stdout.startswith("\n## Correction of 20")
    assert '[23/30]{waive="as printed before the correction"}' in done.stdout
    assert "[24/30 (80%)]{fact=score}" in done.stdout
    assert "1 sentence of 1 writeup changes" in done.stderr
    bare = diff_truth(packs[0].path, packs[1].path, "--erratum", cwd=tmp_path)
    assert bare.stdout == done.stdout


def test_an_erratum_is_written_into_a_new_file_and_over_none(tmp_path: Path, packs: tuple[Pack, Pack]) -> None:
    file = tmp_path / "erratum.md"
    first = diff_truth(packs[0].path, packs[1].path, "--erratum", file, cwd=tmp_path)
    assert first.returncode == 1
    assert file.read_text().startswith("\n## Correction of 20")
    file.write_text("mine")
    again = diff_truth(packs[0].path, packs[1].path, "--erratum", file, cwd=tmp_path)
    assert again.returncode == 2
    assert "no file is overwritten" in again.stderr
    assert file.read_text() == "mine"


def test_json_says_all_of_it(tmp_path: Path, packs: tuple[Pack, Pack]) -> None:
    done = diff_truth(packs[0].path, packs[1].path, "--json", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert (told["old"]["id"], told["new"]["id"], told["changed"]) == ("dense-enough", "corrected", True)
    (writeup,) = told["writeups"]
    (sentence,) = writeup["sentences"]
    assert sentence["write"] == "Total: [24/30 (80%)]{fact=score}."
    (claim,) = sentence["claims"]
    assert (claim["before"]["verdict"], claim["after"]["verdict"]) == ("verified", "refuted")
    assert [edit["new"] for edit in claim["write"]] == ["24/30", "80%"]
    assert writeup["tables"][0]["cells"] == [{"row": "row 1", "column": "Score", "before": "23/30", "after": "24/30"}]
    assert writeup["erratum"]["remaining"] == []


def test_writeups_can_be_named(tmp_path: Path, packs: tuple[Pack, Pack]) -> None:
    make_writeup(tmp_path, BODY, facts=FACTS, packs=[packs[0]], slug="another", front="draft: true")
    both = diff_truth(packs[0].path, packs[1].path, cwd=tmp_path)
    assert "2 sentences of 2 writeups change, 2 tables" in both.stdout
    assert "another/index.md (draft)" in both.stderr
    one = diff_truth(packs[0].path, packs[1].path, "--writeup", "another", cwd=tmp_path)
    assert "1 sentence of 1 writeup changes" in one.stdout
    none = diff_truth(packs[0].path, packs[1].path, "--writeup", "nowhere", cwd=tmp_path)
    assert none.returncode == 2
    assert "no writeup here" in none.stderr


def test_bad_packs_are_one_message_and_status_2(tmp_path: Path, packs: tuple[Pack, Pack]) -> None:
    missing = diff_truth(packs[0].path, tmp_path / "nowhere", cwd=tmp_path)
    assert (missing.returncode, "no such pack" in missing.stderr) == (2, True)
    (packs[1].path / "SEAL").write_text("broken")
    damaged = diff_truth(packs[0].path, packs[1].path, cwd=tmp_path)
    assert (damaged.returncode, "seal itself was changed" in damaged.stderr) == (2, True)
    assert "Traceback" not in missing.stderr + damaged.stderr
