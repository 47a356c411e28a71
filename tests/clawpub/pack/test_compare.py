"""Campaigns side by side: each test by name, both estimands apart, and nothing claimed that totals cannot show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clawpub.cli import cli
from clawpub.errors import PackError
from clawpub.pack.compare import compare_packs
from clawpub.pack.model import PackInfo
from clawpub.pack.reader import Pack
from clawpub.pack.schema import PER_TASK_RESULTS, RUN_SUMMARY
from clawpub.pack.tables import table
from clawpub.pack.writer import seal_pack
from tests.builders import make_run, seal_runs
from tests.clawpub.pack.test_sealing import reseal
from tests.generator.publication import seal_transcribed

TASKS = [f"task_{number:02}" for number in range(1, 11)]


def campaign(folder: Path, id: str, passes: list[int], runs: int = 3) -> Pack:
    """A pack of as many tasks as `passes` names, each run `runs` times."""
    events = [
        event
        for task, count in zip(TASKS, passes, strict=False)
        for run in range(1, runs + 1)
        for event in make_run(task, run, verdict="passed" if run <= count else "wrong")
    ]
    return seal_runs(folder, events, id=id, tasks=TASKS[: len(passes)])


def test_a_difference_is_tested_by_task_for_both_questions(tmp_path: Path) -> None:
    worse = campaign(tmp_path, "worse", [0] * 6 + [3] * 4)
    better = campaign(tmp_path, "better", [2] * 5 + [3] * 5)
    found = compare_packs([worse, better])
    assert [sheet.score for sheet in found.sheets] == ["12/30", "25/30"]
    (pair,) = found.pairs
    assert pair.passes == 13 and pair.by_task and pair.by_task.tasks == 10
    assert pair.by_task.sign_flip == pytest.approx(2 / 2**6)
    assert (pair.by_task.these_tasks or 0) < 0.001
    assert pair.verdict == "difference" and pair.best is None
    assert pair.detectable and (pair.detectable.t, pair.detectable.sign_flip) == (4, 6)
    assert found.sheets[0].pass_at == pytest.approx((0.4, 0.4, 0.4))
    assert found.sheets[1].pass_every == pytest.approx((25 / 30, (5 + 5 / 3) / 10, 0.5))


def test_a_difference_on_one_task_says_nothing_of_other_tasks(tmp_path: Path) -> None:
    one = campaign(tmp_path, "one", [0, 5, 5], runs=5)
    other = campaign(tmp_path, "other", [5, 5, 5], runs=5)
    (pair,) = compare_packs([one, other]).pairs
    assert pair.by_task and pair.by_task.these_tasks == pytest.approx(2 / 252)
    assert pair.by_task.sign_flip == 1 and pair.verdict == "these tasks only"


def test_one_pass_more_is_no_difference(tmp_path: Path) -> None:
    (pair,) = compare_packs(
        [campaign(tmp_path, "a", [3] * 7 + [1, 0, 0]), campaign(tmp_path, "b", [3] * 7 + [2, 0, 0])]
    ).pairs
    assert pair.verdict == "none shown" and pair.by_task and round(pair.by_task.t.p or 0, 3) == 0.343


def test_totals_are_given_their_best_case(tmp_path: Path) -> None:
    """23 against 22 and 21 of 30, as published: not significant, and could not have been."""
    packs = [seal_transcribed(tmp_path, f"p{passes}", model=f"m{passes}", passes=passes) for passes in (23, 22, 15)]
    found = compare_packs(packs)
    assert all(not sheet.tasks and sheet.task_count == 10 for sheet in found.sheets)
    first, second, _ = found.pairs
    assert first.best and round(first.best.t or 0, 3) == 0.343 and first.verdict == "none could be shown"
    assert round(first.fisher, 2) == 1.0
    assert second.passes == -8 and second.verdict == "none shown", "some split of eight would have shown it"
    assert "m22: holds only totals, so tasks cannot be paired" in found.notes
    assert "m22: transcribed, not executed by us" in found.notes


def test_several_pairs_are_adjusted(tmp_path: Path) -> None:
    packs = [campaign(tmp_path, name, passes) for name, passes in
             (("a", [0] * 10), ("b", [1] * 10), ("c", [1] * 8 + [0] * 2))]  # fmt: skip
    found = compare_packs(packs)
    adjusted = [pair.by_task.sign_flip_adjusted for pair in found.pairs if pair.by_task]
    raw = [pair.by_task.sign_flip for pair in found.pairs if pair.by_task]
    assert raw == pytest.approx([2 / 2**10, 2 / 2**8, 0.5])
    assert adjusted == pytest.approx([3 * 2 / 2**10, 2 * 2 / 2**8, 0.5])


def test_a_pack_without_passes_is_refused(tmp_path: Path) -> None:
    pack = seal_transcribed(tmp_path, "empty")
    raw = json.loads((pack.path / "datapackage.json").read_bytes())
    reseal(pack, resources=[])
    with pytest.raises(PackError, match="says nothing of passes and runs"):
        compare_packs(
            [Pack(pack.path, pack.digest, type(pack.descriptor).model_validate({**raw, "resources": []}))] * 2
        )


def test_all_packs_without_passes_are_named(tmp_path: Path) -> None:
    silent = [
        seal_pack(tmp_path / name, title="", info=PackInfo(format=2, origin="imported"), tables=[])
        for name in ("posts", "trades")
    ]
    with pytest.raises(PackError, match="posts and trades say nothing of passes and runs"):
        compare_packs([silent[0], campaign(tmp_path, "a", [3, 0]), silent[1]])


def test_the_command_prints_text_json_and_markdown(tmp_path: Path) -> None:
    paths = [str(campaign(tmp_path, name, passes).path) for name, passes in (("a", [3, 0]), ("b", [3, 1]))]
    text = CliRunner().invoke(cli, ["compare", *paths], catch_exceptions=False)
    assert text.exit_code == 0 and "These tasks: runs exchanged" in text.output
    assert "b against a: not significant: these runs cannot tell it from zero." in text.output
    found = json.loads(CliRunner().invoke(cli, ["compare", "--json", *paths]).output)
    assert found["pairs"][0]["verdict"] == "none shown" and found["packs"][1]["passes"] == 4
    assert found["by_task"][1]["counts"] == [[0, 3], [1, 3]]
    markdown = CliRunner().invoke(cli, ["compare", "--format", "markdown", *paths]).output
    assert "| task\\_02 | 0/3 | 1/3 | Title of task\\_02 |" in markdown
    assert CliRunner().invoke(cli, ["compare", "--format", "md", *paths]).output == markdown
    assert CliRunner().invoke(cli, ["compare", paths[0]]).exit_code == 2


def test_tasks_that_a_source_does_not_state_leave_its_totals(tmp_path: Path) -> None:
    rows = [
        {"task_id": task, "passes": 3 if at < 7 else None, "runs": 3, "score": None} for at, task in enumerate(TASKS)
    ]
    tables = [table(PER_TASK_RESULTS, rows), table(RUN_SUMMARY, [{"tasks": 10, "passes": 21, "runs": 30}])]
    stated = seal_pack(tmp_path / "stated", title="", info=PackInfo(format=2, origin="transcribed"), tables=tables)
    other = seal_transcribed(tmp_path, "other", passes=23)
    (sheet, _) = compare_packs([stated, other]).sheets
    assert sheet.tasks == {} and sheet.score == "21/30", "what is stated by task does not add up to it"
