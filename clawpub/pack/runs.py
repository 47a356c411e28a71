"""A run as its transcript tells it: events grouped by task, run and attempt. Every table starts here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from pydantic import ValidationError

from clawpub.causes import CAUSES
from clawpub.errors import PackError, Place
from clawpub.pack.events import (
    CallFailed,
    Graded,
    ModelAsked,
    ModelCalled,
    Prompted,
    RunEvent,
    RunResumed,
    RunStarted,
    RunStopped,
    ToolCalled,
    WorkspaceKept,
    run_event,
)


@dataclass(frozen=True)
class Run:
    """One attempt at one run of one task. `stopped` and `graded` are None where it was cut off before.

    Where an attempt was cut off and went on, what it did twice counts once: `tool_calls` are those that its end rests
    on. Every call to the model counts, whatever came of it.
    """

    task_id: str
    run: int
    attempt: int
    started: RunStarted
    model_calls: tuple[ModelCalled, ...]
    tool_calls: tuple[ToolCalled, ...]
    stopped: RunStopped | None
    graded: Graded | None
    asked: tuple[ModelAsked, ...] = ()
    failed: tuple[CallFailed, ...] = ()
    resumed: int = 0
    """How often it went on after being cut off."""
    spans: tuple[tuple[datetime, datetime], ...] = ()
    """From when to when something was going on; more than one where it was resumed."""

    @property
    def finished(self) -> bool:
        """Whether the run has its outcome: it was graded, or something broke that was not the model."""
        return self.graded is not None or (self.stopped is not None and self.stopped.reason == "error")

    @property
    def lost(self) -> tuple[ModelAsked | CallFailed, ...]:
        """The calls whose answer never came although the server may have worked on them, and billed them."""
        failed = [call for call in self.failed if CAUSES[call.cause].paid]
        return *failed, *self._in_flight()

    def _in_flight(self) -> list[ModelAsked]:
        """Return the calls that were sent and of which nothing was heard: the turn's last ones without an outcome."""
        heard = Counter([*(call.turn for call in self.model_calls), *(call.turn for call in self.failed)])
        lost = []
        for call in self.asked:
            if heard[call.turn]:
                heard[call.turn] -= 1
            else:
                lost.append(call)
        return lost

    @property
    def lost_usd(self) -> Decimal | None:
        """The most that lost calls can have cost; None where that is not known."""
        reserved = {call.turn: call.reserved_usd for call in self.asked}
        most = [reserved.get(call.turn) for call in self.lost]
        return None if any(usd is None for usd in most) else sum((usd for usd in most if usd is not None), Decimal(0))

    @property
    def lost_tokens(self) -> int:
        """The most tokens that lost calls can have taken, as far as that is known."""
        reserved = {call.turn: call.reserved_tokens for call in self.asked}
        return sum(reserved.get(call.turn) or 0 for call in self.lost)


def runs_of(events: Iterable[RunEvent]) -> list[Run]:
    """Return the outcome-bearing attempt of each run (the last finished one, else the last), by task and run."""
    attempts = attempts_of(events)
    by_run = (list(group) for _, group in groupby(attempts, key=lambda run: (run.task_id, run.run)))
    return [counted(attempts) for attempts in by_run]


def counted(attempts: Sequence[Run]) -> Run:
    """Return the attempt, of those at one run, that counts."""
    return next((attempt for attempt in reversed(attempts) if attempt.finished), attempts[-1])


def attempts_of(events: Iterable[RunEvent]) -> list[Run]:
    """Return every attempt at every run, by task, run and attempt."""
    ordered = sorted(events, key=lambda e: (e.task_id, e.run, e.attempt))
    groups = (list(group) for _, group in groupby(ordered, key=lambda e: (e.task_id, e.run, e.attempt)))
    return [attempt for attempt in map(_attempt, groups) if attempt]


def effective(events: Sequence[RunEvent]) -> list[RunEvent]:
    """Return the events of one attempt without those that a resumption did again: what was done after its turn.

    Calls to the model and their answers stay, for they were made and paid for.
    """
    kept: list[RunEvent] = []
    for event in events:
        if isinstance(event, RunResumed):
            kept = [earlier for earlier in kept if not _superseded(earlier, event.turn)]
        kept.append(event)
    return kept


def _superseded(event: RunEvent, turn: int) -> bool:
    if isinstance(event, RunStopped):
        return event.reason == "error"
    return isinstance(event, ToolCalled | Prompted | WorkspaceKept) and event.turn > turn


def _attempt(events: list[RunEvent]) -> Run | None:
    started = next((event for event in events if isinstance(event, RunStarted)), None)
    if started is None:
        return None
    happened = effective(events)
    graded = next((event for event in happened if isinstance(event, Graded)), None)
    stops = [event for event in happened if isinstance(event, RunStopped)]
    if graded is None:  # where grading broke, a second stop says so
        stops.reverse()
    return Run(
        task_id=started.task_id,
        run=started.run,
        attempt=started.attempt,
        started=started,
        model_calls=tuple(event for event in happened if isinstance(event, ModelCalled)),
        tool_calls=tuple(event for event in happened if isinstance(event, ToolCalled)),
        stopped=next(iter(stops), None),
        graded=graded,
        asked=tuple(event for event in happened if isinstance(event, ModelAsked)),
        failed=tuple(event for event in happened if isinstance(event, CallFailed)),
        resumed=sum(isinstance(event, RunResumed) for event in happened),
        spans=tuple(_spans(events)),
    )


def _spans(events: Iterable[RunEvent]) -> Iterator[tuple[datetime, datetime]]:
    """Yield from when to when the attempt was going: a resumption begins a new span."""
    began = ended = None
    for event in events:
        if began is None or ended is None or isinstance(event, RunResumed):
            if began is not None and ended is not None:
                yield began, ended
            began = ended = event.at
        ended = max(ended, event.at)
    if began is not None and ended is not None:
        yield began, ended


def parse_transcript(data: bytes, at: Place) -> list[RunEvent]:
    """Return the events of one transcript file.

    Raises: PackError naming the first line that is no event.
    """
    events = []
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            events.append(run_event.validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise PackError(f"no run event: {where}: {first['msg']}", at=Place(at.path, number)) from None
    return events


def print_transcript(events: Iterable[RunEvent]) -> bytes:
    """Return the events as JSON lines, ASCII only: what a model wrote survives, and nothing of it can break a line."""
    return b"".join(print_event(event) for event in events)


def print_event(event: RunEvent) -> bytes:
    return event.model_dump_json(ensure_ascii=True, exclude_none=True).encode() + b"\n"
