"""Where a model's answers come from. Each provider is one file; `PROVIDERS` finds it by name.

A provider is opened by a function of its own, because each needs other things: `open_bedrock`, `open_local`,
`open_openai_compatible`, `open_replay`, `open_scripted`. Their modules are imported only when asked for, so that
`clawpub --help` loads no SDK.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, Protocol, cast

from clawpub.errors import ConfigError, ProviderError
from clawpub.pack.events import Message, ToolCall

Api = Literal["chat", "converse"]
"""OpenAI's chat completions, or Bedrock's Converse."""


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
class Verbatim:
    """A request in the words of a harness of its own, for a provider that speaks the same."""

    api: Api
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...]
    sampling: Sampling
    task_id: str
    run: int
    """Task and run are for scripted and recorded answers and for logs; they are never sent to a model."""
    verbatim: Verbatim | None = None
    """What a provider that speaks its API sends instead of `messages` and `tools`, which say the same."""


@dataclass(frozen=True)
class Completion:
    """One answer of a model."""

    text: str
    tool_calls: tuple[ToolCall, ...]
    finish: str
    latency_s: float
    tokens_in: int | None = None
    """All of the prompt, cached or not."""
    tokens_out: int | None = None
    """All that was generated, reasoning too."""
    tokens_cached: int | None = None
    """Of `tokens_in`, those read from a prompt cache."""
    tokens_cache_written: int | None = None
    """Of `tokens_in`, those written into a prompt cache, where that is billed by itself."""
    tokens_reasoning: int | None = None
    """Of `tokens_out`, those of the model's reasoning, where the server counts them."""
    reasoning: tuple[Mapping[str, Any], ...] = ()
    """Reasoning blocks as the provider sent them. They go back with the message, word for word."""


class ContextFull(ProviderError):
    """The conversation and the answer asked for are longer than the model's context."""

    def __init__(self, message: str) -> None:
        super().__init__(message, cause="refused")


class Provider(Protocol):
    """An open connection to a model. Opened with `async with`, so that a server it started is stopped with it."""

    async def complete(self, request: Request) -> Completion:
        """Return the model's next message, asked for exactly once: trying again is `runner.asking`'s, which records it.

        Raises: ProviderError with its cause (`clawpub.causes`); a subclass `ContextFull` where the server says that the
        prompt no longer fits.
        """
        ...

    def describe(self) -> Mapping[str, Any]:
        """Return what the pack should record: server software and version, model file digest, grammar, quantisation."""
        ...


OpenProvider = AbstractAsyncContextManager[Provider]

PROVIDERS: Mapping[str, str] = {
    "bedrock": "runner.providers.bedrock:open_bedrock",
    "openai-compatible": "runner.providers.openai_compatible:open_openai_compatible",
    "local": "runner.providers.local:open_local",
    "replay": "runner.providers.replay:open_replay",
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
