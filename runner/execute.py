"""Executing a campaign: every run of every task once, each in a box of its own, every event journaled as it happens."""

from __future__ import annotations

import platform
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import partial

from clawpub import __version__
from clawpub.errors import ClawpubError, ConfigError, ProviderError, SandboxError
from clawpub.pack.events import Event, Graded, RunEvent, RunStopped
from clawpub.pack.model import ModelInfo
from clawpub.pack.predictions import print_predictions
from clawpub.pack.reader import digest_of
from clawpub.pack.runs import runs_of
from runner.campaign import Campaign
from runner.events import CampaignFinished, CampaignStarted, SessionStarted
from runner.harness import Attempt
from runner.journal import Journal, open_journal
from runner.providers import Provider
from runner.sandbox import open_box
from runner.session import Session
from runner.suite import Suite, Task, grade

ATTEMPTS = 3
"""How often a run is begun when something breaks that is not the model."""
BROKEN_IN_A_ROW = 2
"""After this many broken runs in a row the session stops: the fault is not the run's."""


async def execute(session: Session) -> None:
    """Execute every run of the campaign that has no verdict in its journal yet.

    Raises: ConfigError where the journal was begun with another campaign file, suite or predictions; ProviderError
    where runs broke one after the other. What was journaled stays, and a later session goes on from it.
    """
    with open_journal(session.journal) as journal:
        _begin(session, journal)
        events = [event for event in journal.events if isinstance(event, Event)]
        graded = {(run.task_id, run.run) for run in runs_of(events) if run.graded}
        pending = [
            (task, run) for task, run in planned(session.campaign, session.suite) if (task.id, run) not in graded
        ]
        session.ready(len(pending), len(planned(session.campaign, session.suite)))
        if pending:
            async with session.provider() as provider:
                journal.append(_session_started(session, provider))
                await _execute_runs(session, journal, provider, pending, _attempts_begun(events))
        if not isinstance(journal.events[-1], CampaignFinished):
            journal.append(CampaignFinished(at=session.clock.now()))


def planned(campaign: Campaign, suite: Suite) -> list[tuple[Task, int]]:
    """Return every (task, run) of a campaign in the order of execution: first every task's run 1, then run 2.

    Raises: ConfigError where the campaign names a task that the suite does not have.
    """
    ids = {task.id for task in suite.tasks}
    if unknown := [name for name in campaign.config.tasks if name not in ids]:
        raise ConfigError(
            f"no task {unknown[0]!r} in {suite.id}", at=campaign.path, hint=f"tasks: {', '.join(sorted(ids))}"
        )
    tasks = [task for task in suite.tasks if not campaign.config.tasks or task.id in campaign.config.tasks]
    return [(task, run) for run in range(1, campaign.config.runs + 1) for task in tasks]


def _attempts_begun(events: Iterable[RunEvent]) -> dict[tuple[str, int], int]:
    """Return the last attempt of each run, cut off or not: the next one must not share its number."""
    begun: dict[tuple[str, int], int] = {}
    for event in events:
        key = event.task_id, event.run
        begun[key] = max(begun.get(key, 0), event.attempt)
    return begun


def _begin(session: Session, journal: Journal) -> None:
    campaign = session.campaign
    started = CampaignStarted(
        at=session.clock.now(),
        campaign=campaign.id,
        campaign_digest=campaign.digest,
        suite_digest=session.suite.digest,
        predictions_digest=digest_of(print_predictions(campaign.predictions)),
        harness={"name": session.harness.name, "version": session.harness.version, **session.harness.describe()},
        software={"clawpub": __version__, "python": platform.python_version(), "system": platform.platform()},
    )
    if not journal.events:
        journal.append(started)
        return
    first = journal.events[0]
    if not isinstance(first, CampaignStarted):
        raise ConfigError("this journal does not begin with its campaign", at=journal.path)
    for what, then, now in (
        ("predictions", first.predictions_digest, started.predictions_digest),
        ("campaign file", first.campaign_digest, started.campaign_digest),
        ("suite", first.suite_digest, started.suite_digest),
    ):
        if then != now:
            raise ConfigError(
                f"the {what} changed after the first run",
                at=campaign.path,
                hint=f"restore it ({then[:19]} was frozen at {first.at:%Y-%m-%d %H:%M} UTC), or use a new campaign id",
            )


def _session_started(session: Session, provider: Provider) -> SessionStarted:
    model = session.campaign.config.model
    info = ModelInfo(
        id=model.id, provider=model.provider, region=model.region, tier=model.tier, details=dict(provider.describe())
    )
    return SessionStarted(at=session.clock.now(), model=info, sandbox=describe_sandbox(session))


def describe_sandbox(session: Session) -> dict[str, object]:
    return {**asdict(session.sandbox), "limits": asdict(session.limits)}


async def _execute_runs(
    session: Session,
    journal: Journal,
    provider: Provider,
    pending: list[tuple[Task, int]],
    begun: Mapping[tuple[str, int], int],
) -> None:
    broken = 0
    for task, run in pending:
        error = await _execute_run(session, journal, provider, task, run, begun.get((task.id, run), 0))
        broken = broken + 1 if error else 0
        if error and (broken >= BROKEN_IN_A_ROW or broken == len(pending)):
            hint = f"mend it, then: clawpub resume {session.campaign.path}"
            which = "the run broke" if broken == 1 else f"{broken} runs in a row broke"
            raise ProviderError(f"{which}: {error.message}", retryable=True, hint=hint) from error


async def _execute_run(
    session: Session, journal: Journal, provider: Provider, task: Task, run: int, done: int
) -> ProviderError | SandboxError | None:
    """Execute one run until it has a verdict; return what broke where it has none after all attempts."""

    def record(event: RunEvent) -> None:
        journal.append(event)
        session.observe(event)

    broke: ProviderError | SandboxError | None = None
    for attempt in range(done + 1, done + ATTEMPTS + 1):
        began = session.clock.monotonic()
        try:
            await _attempt(session, provider, task, run, attempt, record)
            return None
        except (ProviderError, SandboxError) as error:
            broke, text = error, str(error)
        except ClawpubError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug must not take the other runs with it; it is journaled whole
            broke, text = SandboxError(f"a bug in clawpub: {error!r}"), traceback.format_exc()
        took = round(session.clock.monotonic() - began, 6)
        at = session.clock.now()
        record(
            RunStopped(
                at=at, task_id=task.id, run=run, attempt=attempt, reason="error", latency_s=took, error=text[-2000:]
            )
        )
        if isinstance(broke, ProviderError) and not broke.retryable:
            break
    return broke


async def _attempt(
    session: Session,
    provider: Provider,
    task: Task,
    run: int,
    attempt: int,
    record: Callable[[RunEvent], None],
) -> None:
    config = session.campaign.config
    opened = partial(open_box, limits=session.limits, sandbox=session.sandbox, scratch=session.scratch)
    async with opened(task.workspace) as box:
        answer = await session.harness.run(
            Attempt(
                task=task,
                system=session.suite.system,
                run=run,
                attempt=attempt,
                provider=provider,
                sampling=config.sampling.for_run(run),
                limits=config.limits,
                box=box,
                record=record,
                clock=session.clock,
            )
        )
        files = await box.files()
    found = await grade(task, files, answer, open_box=opened)
    at = session.clock.now()
    record(
        Graded(
            at=at,
            task_id=task.id,
            run=run,
            attempt=attempt,
            verdict=found.verdict,
            reason=found.reason,
            duration_s=round(found.duration_s, 6),
        )
    )
