"""Where attempts are executed. Each engine is one file; the journal, the model and the money stay with the driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Any, Protocol

from clawpub.errors import ConfigError
from clawpub.pack.events import RunEvent
from runner.asking import Asker
from runner.attempt import Job
from runner.harness import Clock

Record = Callable[[RunEvent], None]
Keep = Callable[[Mapping[str, bytes]], str]


class Engine(Protocol):
    def describe(self) -> Mapping[str, Any]:
        """Return what the pack should record of it."""
        ...

    async def carry_out(self, job: Job, asker: Asker, record: Record, keep: Keep, clock: Clock) -> None:
        """Execute an attempt; see `runner.attempt.carry_out`.

        Raises: SandboxError too, where the machine that executed it is gone.
        """
        ...


ENGINES = {"local": "runner.engine.local:open_local", "ray": "runner.engine.ray:open_ray"}


def open_engine(name: str) -> AbstractAsyncContextManager[Engine]:
    """Open an engine by its name, or by an address such as `ray://head:10001`.

    Raises: ConfigError naming the engines that there are, or what is not installed.
    """
    kind = name.partition("://")[0]
    if kind not in ENGINES:
        raise ConfigError(f"no engine {name!r}", hint=f"engines: {', '.join(ENGINES)}, ray://HOST:PORT")
    module, _, function = ENGINES[kind].partition(":")
    opened: AbstractAsyncContextManager[Engine] = getattr(import_module(module), function)(name)
    return opened
