"""A run as its transcript tells it: events grouped by task, run and attempt. Every table starts here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from pydantic import ValidationError

from clawpub.errors import PackError, Place
from clawpub.pack.events import Graded, ModelCalled, RunEvent, RunStarted, RunStopped, ToolCalled, run_event


@dataclass(frozen=True)
class Run:
    """One attempt at one run of one task. `stopped` and `graded` are None where it was cut off before."""

    task_id: str
    run: int
    attempt: int
    started: RunStarted
    model_calls: tuple[ModelCalled, ...]
    tool_calls: tuple[ToolCalled, ...]
    stopped: RunStopped | None
    graded: Graded | None

    @property
    def finished(self) -> bool:
        """Whether the run has its outcome: it was graded, or something broke that was not the model."""
        return self.graded is not None or (self.stopped is not None and self.stopped.reason == "error")


def runs_of(events: Iterable[RunEvent]) -> list[Run]:
    """Return the outcome-bearing attempt of each run (the last finished one, else the last), by task and run."""
    ordered = sorted(events, key=lambda e: (e.task_id, e.run, e.attempt))
    runs = []
    for _, of_run in groupby(ordered, key=lambda e: (e.task_id, e.run)):
        attempts = [_attempt(list(group)) for _, group in groupby(of_run, key=lambda e: e.attempt)]
        known = [attempt for attempt in attempts if attempt]
        if known:
            runs.append(next((attempt for attempt in reversed(known) if attempt.finished), known[-1]))
    return runs


def _attempt(events: list[RunEvent]) -> Run | None:
    started = next((event for event in events if isinstance(event, RunStarted)), None)
    if started is None:
        return None
    graded = next((event for event in events if isinstance(event, Graded)), None)
    stops = [event for event in events if isinstance(event, RunStopped)]
    if graded is None:  # where grading broke, a second stop says so
        stops.reverse()
    return Run(
        task_id=started.task_id,
        run=started.run,
        attempt=started.attempt,
        started=started,
        model_calls=tuple(event for event in events if isinstance(event, ModelCalled)),
        tool_calls=tuple(event for event in events if isinstance(event, ToolCalled)),
        stopped=next(iter(stops), None),
        graded=graded,
    )


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
