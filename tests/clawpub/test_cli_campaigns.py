"""A campaign's life from the command line: what was frozen, what counts as begun, and what is sealed stays so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clawpub.test_cli import ROOT, clawpub

CAMPAIGN = """\
id = "mine"
tasks = ["task_09"]
runs = {runs}
[model]
id = "reference"
provider = "scripted"
[[predictions]]
id = "P1"
statement = "All pass"
metric = "run_summary.passes"
expected = {expected}
unit = "pass"
"""


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "site.toml").write_text((ROOT / "content" / "site.toml").read_text())
    file = tmp_path / "mine.toml"
    file.write_text(CAMPAIGN.format(runs=1, expected=0))
    return file


def test_predictions_cannot_be_rewritten_between_the_runs_and_the_seal(campaign: Path) -> None:
    assert clawpub("run", "--no-seal", campaign).returncode == 0
    campaign.write_text(CAMPAIGN.format(runs=1, expected=1))
    refused = clawpub("seal", campaign)
    assert refused.returncode == 2 and "the predictions changed after the first run" in refused.stderr
    campaign.write_text("# a remark\n" + CAMPAIGN.format(runs=1, expected=0))
    assert "the campaign file changed after the first run" in clawpub("seal", campaign).stderr
    campaign.write_text(CAMPAIGN.format(runs=1, expected=0))
    assert clawpub("seal", campaign).returncode == 0


def test_a_start_that_failed_before_the_first_run_leaves_the_campaign_free(campaign: Path) -> None:
    """Nobody listens there, so the preflight fails: nothing was begun, and the file may still be changed."""
    good = campaign.read_text()
    campaign.write_text(
        good.replace('"scripted"', '"openai-compatible"\nendpoint = "http://127.0.0.1:9/v1"')
        + "[budget]\nseconds = 5\n"
    )
    failed = clawpub("run", campaign)
    assert failed.returncode == 2 and "Traceback" not in failed.stderr
    unbegun = clawpub("resume", campaign)
    assert unbegun.returncode == 2 and "clawpub run" in unbegun.stderr
    assert "clawpub run" in clawpub("seal", campaign).stderr
    campaign.write_text(good)
    done = clawpub("run", campaign)
    assert done.returncode == 0, done.stderr
    pack = campaign.parent / "content" / "packs" / "mine"
    assert clawpub("pack", "verify", pack).returncode == 0
    events = [json.loads(line)["type"] for line in (pack / "events.jsonl").read_text().splitlines()]
    assert events.count("campaign_started") == 2, "the first attempt to start is not hidden"


def test_a_sealed_campaign_is_not_executed_again(campaign: Path) -> None:
    assert clawpub("run", campaign).returncode == 0
    for journal in campaign.parent.rglob("journal.jsonl"):
        journal.unlink()
    again = clawpub("run", campaign)
    assert again.returncode == 2 and "sealed already" in again.stderr and "new id" in again.stderr
    assert "task_09 run 1" not in again.stderr, "no run was executed"
    (journal,) = campaign.parent.rglob("journal.jsonl")
    assert b'"run_started"' not in journal.read_bytes()


def test_a_campaign_that_goes_on_counts_what_was_done_before(campaign: Path) -> None:
    campaign.write_text(CAMPAIGN.format(runs=2, expected=0))
    assert clawpub("run", "--no-seal", "--concurrency", "1", campaign).returncode == 0
    (journal,) = campaign.parent.rglob("journal.jsonl")
    lines = journal.read_bytes().splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if b'"graded"' in line)
    asked = [number for number, line in enumerate(lines) if b'"model_called"' in line and number > first]
    cut = asked[1] + 2  # in the second run, after its second answer and the result of its call
    journal.write_bytes(b"".join(lines[:cut]))
    done = clawpub("resume", campaign)
    assert done.returncode == 0, done.stderr
    assert "1 of 2 runs are done, 1 of them passed; 1 to go" in done.stderr
    rows = json.loads(clawpub("pack", "show", "--json", campaign.parent / "content/packs/mine", "run_metrics").stdout)
    assert f"task_09 run 2  {rows[1]['model_calls']:>2} turns" in done.stderr, "all turns, those before the cut too"
