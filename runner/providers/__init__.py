"""Where a model's answers come from. Each provider is one file; `PROVIDERS` finds it by name.

A provider is opened by a function of its own, because each needs other things: `open_openai_compatible`,
`open_local`, `open_scripted`. Their modules are imported only when asked for, so that `clawpub --help` loads no SDK.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol, cast

from clawpub.errors import ConfigError, ProviderError
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
    failed: Callable[[ProviderError], None] = lambda error: None
    """Told of each failure that the provider is about to try again."""


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


class ContextFull(ProviderError):
    """The conversation and the answer asked for are longer than the model's context."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


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

PROVIDERS: Mapping[str, str] = {
    "openai-compatible": "runner.providers.openai_compatible:open_openai_compatible",
    "local": "runner.providers.local:open_local",
    "scripted": "runner.providers.scripted:open_scripted",
}
"""A provider's name in a campaign, and the function that opens it."""


def provider_opener(name: str) -> Callable[..., OpenProvider]:
    """Return the function that opens a provider.

    Raises: ConfigError with the names there are.
    """
    if name not in PROVIDERS:
        raise ConfigError(f"no provider is called {name!r}", hint=f"there are: {', '.join(sorted(PROVIDERS))}")
    module, _, function = PROVIDERS[name].partition(":")
    return cast(Callable[..., OpenProvider], getattr(import_module(module), function))
