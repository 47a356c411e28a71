"""What a harness of its own says to a model and wants to hear: one file for each API.

A request is read into neutral messages, so that any provider can answer it, and kept word for word for a provider that
speaks the same API.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from clawpub.pack.events import Message, ModelCalled, ToolCall
from runner.providers import Api, ToolSpec

Body = dict[str, Any]


@dataclass(frozen=True)
class Heard:
    """A request of a harness."""

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...]

    @property
    def system(self) -> str:
        return "\n\n".join(message.content for message in self.messages if message.role == "system")

    @property
    def prompt(self) -> str:
        """What the user said last."""
        return next((message.content for message in reversed(self.messages) if message.role == "user"), "")


@dataclass(frozen=True)
class Reply:
    """What goes back over HTTP."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Dialect(Protocol):
    api: Api
    path: str
    """The route of a request, as aiohttp writes it."""
    alive: bytes
    """What can be sent while an answer is waited for, empty where nothing can."""
    headers: Mapping[str, str]
    """Of an answer."""

    def read(self, body: Body) -> Heard:
        """Raises: KeyError, TypeError, ValueError, AttributeError for anything that is no such request."""
        ...

    def results(self, body: Body) -> dict[str, str]:
        """Return what the harness says that tool calls came to, by the call's id. Raises: as `read`."""
        ...

    def rename(self, body: Body, calls: Mapping[str, ToolCall], results: Mapping[str, str]) -> None:
        """Put other calls in the place of those with these ids, and other results in the place of theirs."""
        ...

    def offer(self, body: Body, tool: ToolSpec) -> None:
        """Add a tool to those of the request."""
        ...

    def answer(self, said: ModelCalled, text: str, calls: tuple[ToolCall, ...]) -> bytes:
        """Return an answer as a stream: `text` and `calls` of what the model said."""
        ...

    def refusal(self, message: str, *, context: bool = False) -> Reply:
        """Return a refusal that a harness does not try again; `context`: because the prompt is too long."""
        ...


def open_dialect(api: Api) -> Dialect:
    from runner.harness.dialects.chat import Chat
    from runner.harness.dialects.converse import Converse

    return Chat() if api == "chat" else Converse()


def own(body: Body) -> Body:
    """Return a copy that can be changed."""
    return copy.deepcopy(body)
