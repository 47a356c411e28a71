"""A score never stands without what it is out of."""

from __future__ import annotations

from pathlib import Path

from clawpub.pack.events import RunEvent
from clawpub.pack.reader import Pack
from generator.pages.boxes import campaign_box, headline, percent, scores
from generator.tables import compare_runs, summary_of
from tests.builders import make_run, seal_runs


def made(folder: Path, broken: int) -> Pack:
    """Six planned runs of one task; some broke."""
    events: list[RunEvent] = []
    for run in range(1, 7):
        if run <= broken:
            events += make_run(run=run, verdict=None, stop="error", answer=None)
        else:
            events += make_run(run=run, verdict="passed" if run % 2 else "wrong")
    return seal_runs(folder, events, tasks=["task_01"])


def test_where_every_planned_run_has_a_verdict_one_score_is_enough(tmp_path: Path) -> None:
    pack = made(tmp_path, 0)
    assert scores(summary_of(pack)) == headline(summary_of(pack)) == "3/6"
    lines = {line.label: (line.value, line.note) for line in campaign_box(pack, url="x").lines}
    assert lines["Of valid runs"] == ("3/6", "")
    assert lines["Of all planned"] == ("3/6", "100 % of planned runs have a verdict")


def test_where_some_broke_both_scores_are_said(tmp_path: Path) -> None:
    pack = made(tmp_path, 2)
    assert scores(summary_of(pack)) == "2/4 (2/6 of planned)"
    lines = {line.label: (line.value, line.note) for line in campaign_box(pack, url="x").lines}
    assert lines["Of valid runs"] == ("2/4", "")
    assert lines["Of all planned"] == ("2/6", "66.7 % of planned runs have a verdict")
    assert "test-model: 2/6 of all planned runs." in compare_runs([pack], lambda pack: "x").notes


def test_below_the_declared_coverage_there_is_no_headline(tmp_path: Path) -> None:
    row = {**(summary_of(made(tmp_path, 2)) or {}), "headline_score": None}
    assert headline(row) == ""
    assert scores(row) == "2/4, too few runs for a headline (2/6 of planned)"


def test_a_share_is_all_only_where_it_is() -> None:
    from decimal import Decimal

    assert [percent(Decimal(share)) for share in ("1", "0.99999", "0.5", "0")] == ["100 %", "99.9 %", "50 %", "0 %"]
