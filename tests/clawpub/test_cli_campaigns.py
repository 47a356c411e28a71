"""A campaign's life from the command line: what was frozen, what counts as begun, and what is sealed stays so."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from clawpub.cli.output import shown
from clawpub.cli.progress import pace
from runner.campaign import load_campaign
from runner.events import CampaignStarted
from runner.frozen import digests
from runner.harness.install import Installed, lock_digest
from runner.journal import open_journal, read_journal
from runner.suite import load_suite
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


def _frozen_with(journal: Path, campaign: Path) -> None:
    """Write a journal anew, line by line in its chain, as if it had been begun with the campaign file as it is now."""
    began, *rest = read_journal(journal)
    assert isinstance(began, CampaignStarted)
    journal.unlink()
    frozen = digests(load_campaign(campaign), load_suite("agentic-core-v1"))
    with open_journal(journal) as anew:
        for event in (began.model_copy(update=frozen), *rest):
            anew.append(event)


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
    assert clawpub("resume", campaign).returncode == 2
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


def test_a_plan_refuses_what_a_run_would_refuse(campaign: Path) -> None:
    text = campaign.read_text()
    for old, new, said in [
        ('"reference"', '"refrence"', "no scripted agent 'refrence'"),
        ('"scripted"', '"bedrock"', "needs a region"),
        ('"scripted"', '"martian"', "no provider is called 'martian'"),
    ]:
        campaign.write_text(text.replace(old, new))
        for command in ("plan", "run"):
            done = clawpub(command, campaign)
            assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_a_metric_that_no_pack_could_answer_is_refused_before_anything_is_frozen(campaign: Path) -> None:
    text = campaign.read_text()
    campaign.write_text(text.replace("run_summary.passes", "run_summary.pases"))
    line = next(n for n, line in enumerate(text.splitlines(), 1) if line.startswith("metric"))
    for command in ("plan", "run"):
        done = clawpub(command, campaign)
        assert done.returncode == 2 and f"mine.toml:{line}: prediction P1, metric 'run_summary.pases'" in done.stderr
        assert "no column 'pases'" in done.stderr and "did you mean 'passes'?" in done.stderr
    assert not list(campaign.parent.rglob("journal*")), "nothing was frozen"
    second = text.replace("run_summary.passes", "select 1") + text[text.index("[[predictions]]") :].replace("P1", "P2")
    campaign.write_text(second.replace("run_summary.passes", "per_task_results[task_01].passes"))
    said = clawpub("plan", campaign).stderr
    assert "reads no column" in said and "P2" in said and "no row 'task_01'" in said, "all that is wrong, at once"


def test_predictions_that_were_frozen_with_runs_are_gone_on_with_as_they_are(campaign: Path) -> None:
    """A journal of an earlier clawpub may hold a metric that is refused today: its runs are not lost for that."""
    assert clawpub("run", "--no-seal", campaign).returncode == 0
    (journal,) = campaign.parent.rglob("journal.jsonl")
    campaign.write_text(campaign.read_text().replace("run_summary.passes", "run_summary.pases"))
    _frozen_with(journal, campaign)
    done = clawpub("resume", campaign)
    assert done.returncode == 0, done.stderr
    pack = campaign.parent / "content" / "packs" / "mine"
    assert (
        json.loads(clawpub("pack", "show", "--json", pack, "predictions_scoring").stdout)[0]["result"] == "Undecidable"
    )


def test_a_shard_says_which_journal_it_writes_and_is_never_written_twice(campaign: Path) -> None:
    campaign.write_text(CAMPAIGN.format(runs=2, expected=0))
    journal = campaign.parent / ".clawpub" / "campaigns" / "mine" / "journal-2-of-2.jsonl"
    with open_journal(journal):
        refused = clawpub("run", "--shard", "2/2", campaign)
        assert refused.returncode == 2 and "another clawpub is running this campaign" in refused.stderr
    done = clawpub("run", "--shard", "2/2", campaign)
    assert done.returncode == 0 and f"shard 2/2: its journal is {shown(journal)}" in done.stderr
    assert f"bring their journals together in {shown(journal.parent)}" in done.stderr
    again = clawpub("run", "--shard", "2/2", campaign)
    assert again.returncode == 2 and "begun already" in again.stderr and journal.name in again.stderr


def test_a_harness_that_needs_a_box_is_refused_without_one_before_anything_is_frozen(
    campaign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is needed of openclaw to be looked at stands here, and nothing of it is started."""
    found = Installed("openclaw", "2026.4.22", lock_digest("openclaw", "2026.4.22"), "22.0.0", "0" * 64)
    monkeypatch.setenv("CLAWPUB_HARNESS_HOME", str(campaign.parent / "harness"))
    folder = found.folder(campaign.parent / "harness")
    folder.mkdir(parents=True)
    (folder / "installed.json").write_text(json.dumps(asdict(found)))
    campaign.write_text(campaign.read_text() + '[harness]\nname = "openclaw"\n')
    line = len(campaign.read_text().splitlines())
    for command in ("run", "resume"):
        refused = clawpub(command, "--sandbox", "none", campaign)
        assert refused.returncode == 2 and f"mine.toml:{line}: this harness needs a box" in refused.stderr
    assert not list(campaign.parent.rglob("journal*")), "nothing was frozen"


def test_what_must_be_fetched_first_is_in_the_plan(campaign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAWPUB_HARNESS_HOME", str(campaign.parent))
    text = campaign.read_text().replace('"reference"', '"smollm2-135m-instruct-q4_1"')
    campaign.write_text(text.replace('"scripted"', '"local"') + '[harness]\nname = "openclaw"\n')
    planned = clawpub("plan", campaign).stdout
    assert "model: 93 MB are fetched first" in planned
    assert "clawpub harness install openclaw@2026.4.22" in planned


@pytest.mark.parametrize(
    ("runs", "seconds", "said"),
    [
        (0, 10, ""),
        (1, 0, ""),
        (3, 15, "at 12 a minute"),
        (7, 60, "at 7.0 a minute"),
        (1, 61, "at 59 an hour"),
        (1, 1800, "at 2.0 an hour"),
        (300, 4.5, "at 4000 a minute"),
    ],
)
def test_the_pace_is_of_this_session_and_fits_its_unit(runs: int, seconds: float, said: str) -> None:
    assert pace(runs, seconds) == said


def test_a_terminal_shows_runs_done_pace_time_left_and_passes(campaign: Path) -> None:
    """Two of the four runs were done before, so the pace is that of the other two alone."""
    campaign.write_text(CAMPAIGN.format(runs=4, expected=0).replace("task_09", "task_07"))
    assert clawpub("run", "--no-seal", "--concurrency", "1", campaign).returncode == 0
    (journal,) = campaign.parent.rglob("journal.jsonl")
    lines = journal.read_bytes().splitlines(keepends=True)
    graded = [number for number, line in enumerate(lines) if b'"graded"' in line]
    journal.write_bytes(b"".join(lines[: graded[1] + 1]))
    command = f"stty cols 110 rows 24; {sys.executable} -c 'from clawpub.cli import main; main()' resume "
    told = command + f"--no-seal --concurrency 1 {campaign}"
    done = subprocess.run(["script", "-qec", told, "/dev/null"], capture_output=True, text=True, cwd=ROOT, check=True)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", done.stdout)
    assert re.search(r"3/4 runs, 0:00:\d\d gone, (0:00:\d\d|-:--:--) left at [\d.]+ a minute", text), text[-2000:]
    assert "3 passed (100%)" in text and re.search(r"2/4 runs, .* left *\n", text), "no pace before a run was finished"


def test_a_wide_table_is_shown_as_records_on_a_narrow_terminal() -> None:
    """What script prints is what a person sees at 80 columns: every value, none of them cut away."""
    pack = next((ROOT / "content" / "packs").glob("*-reference-*"))
    command = (
        f"stty cols 80 rows 24; {sys.executable} -c 'from clawpub.cli import main; main()' pack show {pack} run_summary"
    )
    done = subprocess.run(
        ["script", "-qec", command, "/dev/null"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert re.search(r"^score +30/30\r?$", done.stdout, re.M) and "┃" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_no_pack_where_none_is(tmp_path: Path) -> None:
    done = clawpub("pack", "verify", tmp_path / "nope")
    assert done.returncode == 2 and "no pack here" in done.stderr
