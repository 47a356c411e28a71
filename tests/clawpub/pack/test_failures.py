"""Each failure mode, from the events alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from clawpub.pack.events import StopReason, ToolStatus, Verdict
from clawpub.pack.failures import classify
from clawpub.pack.runs import runs_of
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
