"""Each failure mode, from the events alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import pytest

from clawpub.errors import Place
from clawpub.pack.events import StopReason, ToolStatus, Verdict
from clawpub.pack.failures import FailureMode, classify
from clawpub.pack.runs import Run, parse_transcript, runs_of
from tests.builders import make_run

READ: tuple[str, str, ToolStatus] = ("read_file", '{"path": "a"}', "ok")
OTHER: tuple[str, str, ToolStatus] = ("read_file", '{"path": "b"}', "ok")
STRAY: tuple[str, str, ToolStatus] = ("open_browser", "{}", "unknown_tool")
GARBLED: tuple[str, str, ToolStatus] = ("read_file", "{", "bad_arguments")


@pytest.mark.parametrize(
    ("verdict", "stop", "calls", "mode"),
    [
        ("passed", "answered", [READ], None),
        ("passed", "turns", [READ], None),
        ("wrong", "answered", [READ], "wrong_answer"),
        ("wrong", "answered", [], "wrong_answer"),
        ("partial", "answered", [READ], "partial_complete"),
        ("missing", "answered", [READ], "gave_up_mid_plan"),
        ("missing", "answered", [STRAY], "tool_call_hallucinated"),
        ("wrong", "turns", [STRAY, GARBLED, READ, OTHER], "tool_call_hallucinated"),
        ("wrong", "answered", [STRAY, READ, OTHER], "wrong_answer"),
        ("missing", "repeats", [READ, READ, READ], "tool_call_redundancy"),
        ("missing", "turns", [READ, OTHER, READ, OTHER], "tool_call_redundancy"),
        ("missing", "turns", [READ, OTHER], "turn_budget_exhausted"),
        ("partial", "turns", [READ, OTHER], "turn_budget_exhausted"),
        ("missing", "context", [READ], "context_exhausted"),
        ("missing", "tokens", [READ], "context_exhausted"),
        ("wrong", "seconds", [READ], "timeout"),
        ("missing", "cost", [READ, OTHER], "turn_budget_exhausted"),
        ("missing", "cost", [READ, OTHER, READ, OTHER], "tool_call_redundancy"),
        ("partial", "length", [READ], "turn_budget_exhausted"),
        ("missing", "length", [READ, OTHER, READ, OTHER], "turn_budget_exhausted"),
        ("wrong", "length", [STRAY], "tool_call_hallucinated"),
        ("passed", "length", [], None),
        (None, "error", [READ], "infrastructure_error"),
        (None, "answered", [READ], "infrastructure_error"),
    ],
)
def test_failure_mode(
    verdict: Verdict | None, stop: StopReason, calls: Sequence[tuple[str, str, ToolStatus]], mode: str | None
) -> None:
    (run,) = runs_of(make_run(verdict=verdict, stop=stop, calls=calls))
    assert classify(run) == mode


def test_the_last_finished_attempt_is_the_outcome() -> None:
    events = [*make_run(attempt=1, verdict=None, stop="error"), *make_run(attempt=2), *make_run(attempt=3)[:2]]
    (run,) = runs_of(events)
    assert (run.attempt, classify(run)) == (2, None)


TRANSCRIPTS = Path(__file__).parents[2] / "fixtures" / "transcripts"
MODES = [folder.name for folder in sorted(TRANSCRIPTS.iterdir())]
NEAR = {
    "context_exhausted": None,
    "gave_up_mid_plan": "wrong_answer",
    "infrastructure_error": "wrong_answer",
    "partial_complete": "turn_budget_exhausted",
    "timeout": "gave_up_mid_plan",
    "tool_call_hallucinated": "wrong_answer",
    "tool_call_redundancy": "turn_budget_exhausted",
    "turn_budget_exhausted": None,
    "wrong_answer": "partial_complete",
}
"""Where each mode's near miss belongs instead; None: it passed."""


def read(path: Path) -> Run:
    (run,) = runs_of(parse_transcript(path.read_bytes(), Place(path)))
    return run


def test_every_failure_mode_has_transcripts_of_its_own() -> None:
    assert set(MODES) == set(get_args(FailureMode)) == set(NEAR)


@pytest.mark.parametrize("mode", MODES)
def test_a_transcript_made_by_hand_lands_where_it_was_made_to(mode: str) -> None:
    files = sorted((TRANSCRIPTS / mode).glob("*.jsonl"))
    hits = [file for file in files if not file.stem.startswith("near-")]
    assert len(hits) >= 2 and len(files) > len(hits)
    assert {file.stem: classify(read(file)) for file in hits} == {file.stem: mode for file in hits}
    assert {classify(read(file)) for file in files if file not in hits} == {NEAR[mode]}
