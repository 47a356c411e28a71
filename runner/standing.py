"""Where an interrupted run stands, read from its events: the conversation, the budgets, the workspace to go on in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from clawpub.pack.events import (
    Graded,
    Message,
    ModelCalled,
    Prompted,
    RunEvent,
    RunStarted,
    RunStopped,
    ToolCalled,
    WorkspaceKept,
)
from clawpub.pack.runs import effective
from runner.text_calls import prose_before

READING = frozenset({"read_file", "list_dir", "search", "sql", "submit"})
"""Tools that leave the workspace as it is."""
UNDISPATCHED = frozenset({"unknown_tool", "bad_arguments", "injected"})


class Kept(Protocol):
    def load(self, digest: str) -> Mapping[str, bytes] | None:
        """Return a kept workspace; None where it is not whole."""
        ...


@dataclass(frozen=True)
class Standing:
    """An attempt that can go on."""

    attempt: int
    turn: int
    """The last turn that is whole: its answer, its tools' results, and the workspace behind them."""
    events: tuple[RunEvent, ...]
    """What still counts of it, from run_started on, nothing after `turn`."""
    answer: ModelCalled | None
    """The model's answer in the turn after, where it came: it is not asked for again."""
    stopped: RunStopped | None
    """Where the run was over, and only its grade is missing."""
    workspace: Mapping[str, bytes]
    elapsed_s: float


def standing(events: Sequence[RunEvent], original: Mapping[str, bytes], kept: Kept) -> Standing | None:
    """Return where the last attempt of a run stands, given its events in order; None where it must begin again."""
    happened = effective(events)
    started = next((event for event in happened if isinstance(event, RunStarted)), None)
    if started is None or any(isinstance(event, Graded) for event in happened):
        return None
    stopped = next((e for e in reversed(happened) if isinstance(e, RunStopped) and e.reason != "error"), None)
    turn = last_whole_turn(happened)
    until = [event for event in happened if stopped or getattr(event, "turn", 0) <= turn]
    snapshots = [event for event in until if isinstance(event, WorkspaceKept)]
    workspace = kept.load(snapshots[-1].digest) if snapshots else original
    if workspace is None:
        return None
    answers = (event for event in happened if isinstance(event, ModelCalled) and event.turn == turn + 1)
    return Standing(
        attempt=started.attempt,
        turn=turn,
        events=tuple(event for event in until if not isinstance(event, RunStopped)),
        answer=None if stopped else next(answers, None),
        stopped=stopped,
        workspace=workspace,
        elapsed_s=sum(spent_s(event) for event in until),
    )


def last_whole_turn(events: Sequence[RunEvent]) -> int:
    """Return the last turn of which everything is there, 0 where there is none."""
    called = {event.turn: event for event in events if isinstance(event, ModelCalled)}
    snapshots = {event.turn for event in events if isinstance(event, WorkspaceKept)}
    whole = 0
    while (answer := called.get(whole + 1)) is not None:
        turn = whole + 1
        used = [event for event in events if isinstance(event, ToolCalled) and event.turn == turn]
        prompted = any(isinstance(event, Prompted) and event.turn == turn for event in events)
        if len(used) < len(answer.tool_calls) or not (used or prompted):
            break
        if any(changes(event) for event in used) and turn not in snapshots:
            break
        whole = turn
    return whole


def changes(call: ToolCalled) -> bool:
    """Whether a tool call may have changed the workspace."""
    return call.tool not in READING and call.status not in UNDISPATCHED


def spent_s(event: RunEvent) -> float:
    """Return the seconds of a run's time that an event took."""
    match event:
        case ModelCalled():
            return event.latency_s
        case ToolCalled():
            return event.duration_s
        case _:
            return 0.0


def message_of(event: RunEvent) -> Message | None:
    """Return what an event adds to the conversation, None where that is nothing."""
    match event:
        case ModelCalled():
            text = prose_before(event.text) if event.text_dispatched else event.text
            return Message(role="assistant", content=text, tool_calls=event.tool_calls, reasoning=event.reasoning)
        case ToolCalled():
            return Message(role="tool", content=event.output, tool_call_id=event.call_id)
        case Prompted():
            return Message(role="user", content=event.text)
        case _:
            return None
