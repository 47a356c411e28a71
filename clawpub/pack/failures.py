"""Why a run failed, read from its events alone, so that a reader can classify again and disagree.

Classifier "1". The first that applies:

    infrastructure_error    something broke that was not the model; the run is not scored
    (passed)                the checker passed the final output, however the run stopped
    tool_call_hallucinated  at least half of the calls named no tool or had arguments that fit none
    tool_call_redundancy    the run was stopped for repeating one call, or ran out of turns or dollars with half its
                            calls repeats
    context_exhausted       the prompt no longer fitted, or the token budget was spent
    timeout                 the time budget was spent
    turn_budget_exhausted   a bound of the campaign's on what a run may do or say was spent: its turns, its US dollars,
                            or the tokens of the one answer that it ended on
    gave_up_mid_plan        the model ended the run and the required output was never produced
    partial_complete        some of the required output is right
    wrong_answer            the output is there and wrong
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from clawpub.pack.runs import Run

CLASSIFIER = "1"

FailureMode = Literal[
    "infrastructure_error",
    "tool_call_hallucinated",
    "tool_call_redundancy",
    "context_exhausted",
    "timeout",
    "turn_budget_exhausted",
    "gave_up_mid_plan",
    "partial_complete",
    "wrong_answer",
]


def classify(run: Run) -> FailureMode | None:
    """Return the failure mode of a run, None where it passed."""
    if run.stopped is None or run.stopped.reason == "error" or run.graded is None:
        return "infrastructure_error"
    if run.graded.verdict == "passed":
        return None
    calls = run.tool_calls
    stray = sum(call.status in ("unknown_tool", "bad_arguments") for call in calls)
    if calls and 2 * stray >= len(calls):
        return "tool_call_hallucinated"
    repeats = len(calls) - len({(call.tool, call.arguments) for call in calls})
    match run.stopped.reason:
        case "repeats":
            return "tool_call_redundancy"
        case "turns" | "cost" if calls and 2 * repeats >= len(calls):
            return "tool_call_redundancy"
        case "context" | "tokens":
            return "context_exhausted"
        case "seconds":
            return "timeout"
        case "turns" | "cost" | "length":
            return "turn_budget_exhausted"
        case "answered":
            pass
    match run.graded.verdict:
        case "missing":
            return "gave_up_mid_plan"
        case "partial":
            return "partial_complete"
        case _:
            return "wrong_answer"


CLASSIFIERS: Mapping[str, Callable[[Run], FailureMode | None]] = {"1": classify}
"""Every version there ever was, so that an old pack can be read with its own and with another."""


def scored(mode: FailureMode | None) -> bool:
    """Whether a run with this outcome counts in a score."""
    return mode != "infrastructure_error"
