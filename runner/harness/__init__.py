"""How a model is turned into an agent. Each harness is one file; HARNESSES finds it by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol

from clawpub.errors import ConfigError
from clawpub.pack.events import RunEvent
from runner.campaign import LimitsConfig
from runner.providers import Provider, Sampling
from runner.sandbox import Box
from runner.suite import Task

Record = Callable[[RunEvent], None]


@dataclass(frozen=True)
class Clock:
    """Time, as the command line hands it down."""

    now: Callable[[], datetime]
    """The date and time, UTC."""
    monotonic: Callable[[], float]
    """Seconds that never go back."""


@dataclass(frozen=True)
class Attempt:
    """What a harness needs for one run."""

    task: Task
    system: str
    run: int
    attempt: int
    provider: Provider
    sampling: Sampling
    limits: LimitsConfig
    box: Box
    record: Record
    """Called with each event as it happens; when it returns, the event is kept."""
    clock: Clock


class Harness(Protocol):
    name: str
    version: str

    def describe(self) -> dict[str, Any]:
        """Return what the pack should record of the harness."""
        ...

    async def run(self, attempt: Attempt) -> str | None:
        """Execute one run, recording every event from run_started to run_stopped; return the final answer.

        Raises: ProviderError or SandboxError where something broke that was not the model.
        """
        ...


HARNESSES = {"loop": "runner.harness.loop:Loop"}


def open_harness(name: str) -> Harness:
    """Raises: ConfigError naming the harnesses that there are."""
    if name not in HARNESSES:
        raise ConfigError(f"no harness {name!r}", hint=f"harnesses: {', '.join(HARNESSES)}")
    module, _, cls = HARNESSES[name].partition(":")
    harness: Harness = getattr(import_module(module), cls)()
    return harness
