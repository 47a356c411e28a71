"""Where a model's answers come from. Each provider is one file; `open_provider` finds it by name."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from clawpub.pack.events import Message, ToolCall


@dataclass(frozen=True)
class ToolSpec:
    """A tool as a model is told of it."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """A JSON Schema of type object."""


@dataclass(frozen=True)
class Sampling:
    """How a model is asked; part of the run config and of the pack."""

    max_tokens: int
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Request:
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...]
    sampling: Sampling
    task_id: str
    run: int
    """Task and run are for scripted and recorded answers and for logs; they are never sent to a model."""


@dataclass(frozen=True)
class Completion:
    """One answer of a model."""

    text: str
    tool_calls: tuple[ToolCall, ...]
    finish: str
    latency_s: float
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_cached: int | None = None
    retries: int = 0
    raw: Mapping[str, Any] = field(default_factory=dict)


class Provider(Protocol):
    """An open connection to a model. Opened with `async with`, so that a server it started is stopped with it."""

    async def complete(self, request: Request) -> Completion:
        """Return the model's next message.

        Raises: ProviderError (`retryable` for throttling, timeouts, 5xx, broken connections); a subclass
        `ContextFull` where the server says that the prompt no longer fits.
        """
        ...

    def describe(self) -> Mapping[str, Any]:
        """Return what the pack should record: server software and version, model file digest, grammar, quantisation."""
        ...


OpenProvider = AbstractAsyncContextManager[Provider]
