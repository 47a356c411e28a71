"""How a model is turned into an agent. Each harness is one file; HARNESSES finds it by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from clawpub.errors import ConfigError
from clawpub.pack.events import ModelCalled, RunEvent
from runner.asking import Asked, Call
from runner.campaign import LimitsConfig
from runner.providers import Api, Completion, Sampling, ToolSpec
from runner.sandbox import Box, Fittings
from runner.standing import Standing
from runner.suite import Task

Record = Callable[[RunEvent], None]


@dataclass(frozen=True)
class Clock:
    """Time, as the command line hands it down."""

    now: Callable[[], datetime]
    """The date and time, UTC."""
    monotonic: Callable[[], float]
    """Seconds that never go back."""


class Asking(Protocol):
    """The way to the model; see `runner.asking.Asker`."""

    async def ask(self, call: Call) -> Asked: ...

    def cost(self, c: Completion | ModelCalled) -> Decimal | None: ...


@dataclass(frozen=True)
class Setup:
    """What a campaign says of its harness, and what a harness of its own must be told of the model."""

    name: str = "loop"
    version: str | None = None
    """None for the one that is known best."""
    home: Path = Path()
    """Where harnesses are installed."""
    api: Api = "chat"
    """What the harness is to speak with the model."""
    context: int = 131_072
    """Tokens that the harness is told the model can read."""
    submit: bool = False
    """Whether `submit` is offered beside the harness's own tools."""
    sampling: Sampling = field(default_factory=lambda: Sampling(max_tokens=2048))
    """As the campaign has it; the seed is a run's own."""


@dataclass(frozen=True)
class Attempt:
    """What a harness needs for one run."""

    task: Task
    system: str
    run: int
    attempt: int
    asker: Asking
    sampling: Sampling
    limits: LimitsConfig
    tools: tuple[ToolSpec, ...]
    """What the suite offers."""
    dispatch_text: bool
    """Whether tool calls that came as plain text are dispatched."""
    box: Box
    keep: Callable[[Mapping[str, bytes]], str]
    """Keeps a workspace on the disk and returns its digest, for `workspace_kept`."""
    record: Record
    """Called with each event as it happens; it is journaled when that returns."""
    clock: Clock
    standing: Standing | None = None
    """Where an interrupted attempt stands, if it is to go on."""


class Harness(Protocol):
    name: str
    version: str
    resumable: bool
    """Whether `run` can go on with an interrupted attempt."""
    fittings: Fittings | None
    """What its boxes must be fitted with."""
    readonly: Mapping[str, Mapping[str, bytes]]
    """Files of its own that are seen inside, by folder."""

    def describe(self) -> dict[str, Any]:
        """Return what the pack should record of the harness."""
        ...

    async def run(self, attempt: Attempt) -> str | None:
        """Execute one run, or go on with it, recording every event up to run_stopped; return the final answer.

        Raises: ProviderError or SandboxError where something broke that was not the model; Interrupted or BudgetSpent
        where it is to go on another time.
        """
        ...


HARNESSES = {"loop": "runner.harness.loop:Loop", "openclaw": "runner.harness.openclaw:OpenClaw"}


def open_harness(setup: Setup) -> Harness:
    """Return the harness that a campaign names.

    Raises: ConfigError naming the harnesses that there are, or saying how to install one that is not.
    """
    if setup.name not in HARNESSES:
        raise ConfigError(f"no harness {setup.name!r}", hint=f"harnesses: {', '.join(HARNESSES)}")
    module, _, cls = HARNESSES[setup.name].partition(":")
    harness: Harness = getattr(import_module(module), cls)(setup)
    return harness
