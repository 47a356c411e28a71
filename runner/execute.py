"""Executing a campaign: every run of every task once, some at a time, each in a box of its own, every event journaled
as it happens. A run that has its verdict is never executed again; one that was cut off goes on where it stands."""

from __future__ import annotations

import asyncio
import platform
import traceback
from collections import deque
from dataclasses import asdict
from decimal import Decimal
from typing import Literal

from clawpub import __version__
from clawpub.causes import Cause
from clawpub.errors import ClawpubError, ConfigError, HarnessError, ProviderError, SandboxError
from clawpub.pack.events import Event, RunEvent, RunStopped
from clawpub.pack.model import ModelInfo
from runner.asking import Asker, Interrupted
from runner.attempt import Job
from runner.budget import Budget, BudgetSpent
from runner.campaign import Campaign
from runner.engine import Engine, open_engine
from runner.events import CampaignEvent, CampaignFinished, CampaignStarted, SessionStarted
from runner.frozen import digests, refuse_changed
from runner.journal import Journal, open_journal
from runner.past import Past
from runner.preflight import preflight
from runner.providers import Provider
from runner.session import Session
from runner.standing import Standing, standing
from runner.suite import Suite, Task
from runner.throttle import Throttle
from runner.tools import tools_of

ATTEMPTS = 3
"""How often a session takes up a run when something breaks that is not the model."""
BROKEN_IN_A_ROW = 2
"""After this many broken runs in a row the session stops: the fault is not the run's."""

Broke = ProviderError | SandboxError | HarnessError
"""What can break in a run that is not the model."""

Ended = Literal["finished", "interrupted", "budget", "time"]
"""Why a session ended: every run has its verdict; it was asked to stop; the campaign's money is spent, or the session's
time. All but the first can be gone on from."""


async def execute(session: Session) -> Ended:
    """Execute every run of the campaign that has no verdict in its journal yet, and say why that ended.

    Raises: ConfigError where the journal was begun with another campaign file, suite or predictions; ProviderError
    where runs broke one after the other. What was journaled stays, and a later session goes on from it.
    """
    past = Past(session.price)

    def replay(event: CampaignEvent | RunEvent) -> None:
        past.add(event)
        if isinstance(event, Event):
            session.replay(event)

    with open_journal(session.journal, replay) as journal:
        _begin(session, journal, past)
        runs = planned(session.campaign, session.suite)
        mine = [(task, run) for place, (task, run) in enumerate(runs) if session.shard.holds(place)]
        pending = [(task, run) for task, run in mine if (task.id, run) not in past.graded]
        session.ready(len(pending), len(mine))
        ended: Ended = "finished"
        if pending:
            async with open_engine(session.engine) as engine, session.provider() as provider:
                session.calling.set()
                ended = await _Execution(session, journal, engine, provider, past, deque(pending)).run()
        if ended == "finished" and not past.finished:
            journal.append(CampaignFinished(at=session.clock.now()))
    return ended


class _Execution:
    """One session at work: its workers share the runs that are left, the way to the model, and the reason to stop."""

    def __init__(
        self,
        session: Session,
        journal: Journal,
        engine: Engine,
        provider: Provider,
        past: Past,
        pending: deque[tuple[Task, int]],
    ) -> None:
        self.session = session
        self.journal = journal
        self.engine = engine
        self.past = past
        self.pending = pending
        self.ended: Ended = "finished"
        self.fault: ClawpubError | None = None
        self.broken = 0
        """Runs that broke, one after the other."""
        self.total = len(pending)
        config = session.campaign.config
        spent_usd, spent_tokens = past.spent()
        most_tokens = config.budget.tokens
        self.asker = Asker(
            provider=provider,
            throttle=Throttle(session.concurrency, session.patience, session.clock.monotonic, session.stopping),
            budget=Budget(session.budget_usd, spent_usd),
            tokens=Budget(Decimal(most_tokens // session.shard.count) if most_tokens else None, Decimal(spent_tokens)),
            price=past.price,
            kept=journal.kept,
            monotonic=session.clock.monotonic,
        )
        self.tools = tools_of(session.suite.tools)
        self.dispatch_text = config.harness.text_tool_calls == "dispatch"

    async def run(self) -> Ended:
        self.journal.append(_session_started(self.session, self.engine, self.asker.provider))
        if self.session.preflight:
            try:
                await preflight(self.asker, self.journal.append, self.session.clock, self.dispatch_text)
            except Interrupted:
                return "interrupted"
            except BudgetSpent:
                return "budget"
        workers = min(self.session.concurrency, len(self.pending))
        async with asyncio.TaskGroup() as group:
            clockwatch = group.create_task(self._watch_the_time())
            async with asyncio.TaskGroup() as working:
                for _ in range(workers):
                    working.create_task(self._work())
            clockwatch.cancel()
        if self.fault:
            raise self.fault
        if self.session.stopping.is_set() and self.ended == "finished" and self.pending:
            return "interrupted"
        return self.ended

    async def _watch_the_time(self) -> None:
        seconds = self.session.campaign.config.budget.seconds
        if seconds:
            await asyncio.sleep(seconds)
            self._stop("time")

    def _stop(self, why: Ended) -> None:
        """Let no further call be sent; calls under way are still answered and journaled."""
        if self.ended == "finished":
            self.ended = why
        self.session.stopping.set()

    async def _work(self) -> None:
        while self.pending and not self.session.stopping.is_set():
            task, run = self.pending.popleft()
            try:
                broke = await self._run(task, run)
            except Interrupted:
                self._stop("interrupted")
                return
            except BudgetSpent:
                self._stop("budget")
                return
            except ClawpubError as error:
                self.fault = self.fault or error
                self._stop("interrupted")
                return
            self.broken = self.broken + 1 if broke else 0
            if broke and not self.fault and self.broken >= min(BROKEN_IN_A_ROW, self.total):
                hint = f"mend it, then: {self.session.go_on}"
                which = "the run broke" if self.broken == 1 else f"{self.broken} runs in a row broke"
                self.fault = ProviderError(f"{which}: {broke.message}", cause=_cause(broke), hint=hint)
                self._stop("interrupted")

    def _job(self, task: Task, run: int, attempt: int, stands: Standing | None) -> Job:
        session, config = self.session, self.session.campaign.config
        return Job(
            task=task,
            system=session.suite.system,
            run=run,
            attempt=attempt,
            harness=session.setup,
            sampling=config.sampling.for_run(run),
            limits=config.limits,
            tools=self.tools,
            dispatch_text=self.dispatch_text,
            sandbox=session.sandbox,
            box=session.limits,
            scratch=session.scratch,
            standing=stands,
        )

    async def _run(self, task: Task, run: int) -> Broke | None:
        """Execute one run until it has a verdict; return what broke where it has none after all attempts."""
        session, key = self.session, (task.id, run)
        events = self.past.last(key)
        workspaces = session.workspaces(task.id, run)

        def record(event: RunEvent) -> None:
            self.journal.append(event)
            events.append(event)
            session.observe(event)

        broke: Broke | None = None
        cause: Cause = "bug"
        last = self.past.last_attempt.get(key, 0)
        for _ in range(ATTEMPTS):
            stands = standing(events, task.workspace, workspaces) if session.harness.resumable else None
            if stands is None:
                last, events = last + 1, []
            began = session.clock.monotonic()
            try:
                job = self._job(task, run, last, stands)
                await self.engine.carry_out(job, self.asker, record, workspaces.keep, session.clock)
                await self.journal.kept()
                workspaces.forget()
                return None
            except (ProviderError, SandboxError, HarnessError) as error:
                broke, cause, text = error, _cause(error), str(error)
            except (ClawpubError, Interrupted, BudgetSpent):
                raise
            except Exception as error:  # noqa: BLE001 - a bug must not take the other runs with it; it is journaled whole
                broke, cause = SandboxError(f"a bug in clawpub: {error!r}"), "bug"
                text = traceback.format_exc()
            record(
                RunStopped(
                    at=session.clock.now(),
                    task_id=task.id,
                    run=run,
                    attempt=last,
                    reason="error",
                    latency_s=round(session.clock.monotonic() - began, 6),
                    error=text[-2000:],
                    cause=cause,
                )
            )
            if isinstance(broke, ProviderError) and not broke.retryable:
                break
        return broke


def _cause(error: Broke) -> Cause:
    match error:
        case ProviderError():
            return error.cause
        case HarnessError():
            return "harness"
        case SandboxError():
            return "sandbox"


def planned(campaign: Campaign, suite: Suite) -> list[tuple[Task, int]]:
    """Return every (task, run) of a campaign in the order of execution: first every task's run 1, then run 2.

    Raises: ConfigError where the campaign names a task that the suite does not have.
    """
    ids = sorted(task.id for task in suite.tasks)
    for number, name in enumerate(campaign.config.tasks):
        if name not in ids:
            meant = next((task for task in ids if name.startswith(f"{task}_")), None)
            hint = f"did you mean {meant!r}?" if meant else f"tasks: {', '.join(ids)}"
            raise ConfigError(f"no task {name!r} in {suite.id}", at=campaign.place("tasks", number), hint=hint)
    tasks = [task for task in suite.tasks if not campaign.config.tasks or task.id in campaign.config.tasks]
    return [(task, run) for run in range(1, campaign.config.runs + 1) for task in tasks]


def _begin(session: Session, journal: Journal, past: Past) -> None:
    """Freeze the campaign, or hold it to what was frozen. Before its first run it is frozen anew where it changed."""
    campaign = session.campaign
    now = CampaignStarted(
        at=session.clock.now(),
        campaign=campaign.id,
        **digests(campaign, session.suite),
        harness={"name": session.harness.name, "version": session.harness.version, **session.harness.describe()},
        software={"clawpub": __version__, "python": platform.python_version(), "system": platform.platform()},
        price=session.price,
    )
    began = past.started
    if began is None and not past.empty:
        raise ConfigError("this journal does not begin with its campaign", at=journal.path)
    if began and past.begun:
        refuse_changed(began, campaign, session.suite)
    elif began != now.model_copy(update={"at": began.at if began else now.at}):
        journal.append(now)
        journal.keep()
        past.add(now)


def _session_started(session: Session, engine: Engine, provider: Provider) -> SessionStarted:
    model = session.campaign.config.model
    info = ModelInfo(
        id=model.id, provider=model.provider, region=model.region, tier=model.tier, details=dict(provider.describe())
    )
    return SessionStarted(
        at=session.clock.now(),
        model=info,
        sandbox=describe_sandbox(session),
        engine={**engine.describe(), "concurrency": session.concurrency, "shard": str(session.shard)},
        budget_usd=session.budget_usd,
    )


def describe_sandbox(session: Session) -> dict[str, object]:
    return {**asdict(session.sandbox), "limits": asdict(session.limits)}
