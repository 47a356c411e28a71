"""One attempt at one run, from an open box to a verdict, wherever it is executed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from clawpub.pack.events import Graded, RunEvent
from runner.campaign import LimitsConfig
from runner.harness import Asking, Attempt, Clock, Setup, open_harness
from runner.providers import Sampling, ToolSpec
from runner.sandbox import Limits, Sandbox, open_box
from runner.standing import Standing
from runner.suite import Task, grade


@dataclass(frozen=True)
class Job:
    """All that an attempt needs to know; it can be sent to another machine."""

    task: Task
    system: str
    run: int
    attempt: int
    harness: Setup
    sampling: Sampling
    limits: LimitsConfig
    tools: tuple[ToolSpec, ...]
    dispatch_text: bool
    sandbox: Sandbox
    box: Limits
    scratch: Path
    standing: Standing | None
    """Where an interrupted attempt stands, if it is to go on."""


async def carry_out(
    job: Job,
    asker: Asking,
    record: Callable[[RunEvent], None],
    keep: Callable[[Mapping[str, bytes]], str],
    clock: Clock,
) -> None:
    """Execute an attempt and grade it, recording every event up to the verdict.

    Raises: ProviderError or SandboxError where something broke that was not the model; Interrupted or BudgetSpent where
    it is to go on another time.
    """
    opened = partial(open_box, limits=job.box, sandbox=job.sandbox, scratch=job.scratch)
    stands = job.standing
    if stands and stands.stopped:
        files, answer = stands.workspace, stands.stopped.answer
    else:
        harness = open_harness(job.harness)
        workspace = stands.workspace if stands else job.task.workspace
        async with opened(workspace, fittings=harness.fittings, readonly=harness.readonly) as box:
            answer = await harness.run(
                Attempt(
                    task=job.task,
                    system=job.system,
                    run=job.run,
                    attempt=job.attempt,
                    asker=asker,
                    sampling=job.sampling,
                    limits=job.limits,
                    tools=job.tools,
                    dispatch_text=job.dispatch_text,
                    box=box,
                    keep=keep,
                    record=record,
                    clock=clock,
                    standing=stands,
                )
            )
            files = await box.files()
    found = await grade(job.task, files, answer, open_box=opened)
    record(
        Graded(
            at=clock.now(),
            task_id=job.task.id,
            run=job.run,
            attempt=job.attempt,
            verdict=found.verdict,
            reason=found.reason,
            duration_s=round(found.duration_s, 6),
        )
    )
