"""Asking a model so that nothing is lost: set money aside, journal, ask, journal, try again.

Every call is on the disk before it is sent, and its answer before anything is done with it. Whatever time goes into
queueing, being refused and trying again is the provider's, never the run's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from clawpub.causes import CAUSES
from clawpub.errors import ProviderError
from clawpub.pack.costs import call_cost
from clawpub.pack.events import CallFailed, Message, ModelAsked, ModelCalled, RunEvent, ToolCall
from clawpub.pack.model import Price
from runner.budget import Budget
from runner.costs import most_call_cost
from runner.providers import Completion, ContextFull, Provider, Request, ToolSpec
from runner.text_calls import as_tool_calls, find_text_calls
from runner.throttle import Throttle

MESSAGE_TOKENS = 16
"""What a chat template puts around one message, at most."""
TEMPLATE_TOKENS = 512
"""What it puts around a whole conversation, at most."""


class Interrupted(Exception):
    """The campaign was asked to stop. The run goes on later from where it stands."""


@dataclass(frozen=True)
class Asked:
    said: ModelCalled
    """The answer as it was journaled."""
    called_s: float
    """Seconds that the answered call took, of all that passed."""


@dataclass(frozen=True)
class Call:
    """One turn's question, and where what happens to it is recorded."""

    request: Request
    tokens_bound: int
    """The most tokens that the prompt can have."""
    left_s: float
    """Seconds that the run may still spend on its model and tools."""
    dispatch_text: bool
    """Whether tool calls that come as plain text are to be dispatched."""
    stamp: Callable[[], dict[str, Any]]
    """Returns when, which run and which turn, for an event."""
    record: Callable[[RunEvent], None]


@dataclass
class Asker:
    """What all runs of a session share on their way to the model."""

    provider: Provider
    throttle: Throttle
    budget: Budget
    """Of US dollars."""
    tokens: Budget
    price: Price | None
    kept: Callable[[], Awaitable[None]]
    """Returns when everything recorded so far is on the disk."""
    monotonic: Callable[[], float]

    async def ask(self, call: Call) -> Asked:
        """Return the model's answer, recorded, after as many tries as it takes.

        Raises: TimeoutError where the run's time is over before the answer; ProviderError where none comes;
        ContextFull; BudgetSpent; Interrupted.
        """
        patience, failures, began = self.throttle.patience, 0, self.monotonic()
        while True:
            try:
                async with self.throttle.slot():
                    sent = self.monotonic()
                    completion = await self._once(call)
                    took = self.monotonic() - sent
                self.throttle.answered()
                said = answer_event(call, completion, failures)
                call.record(said)
                return Asked(said, took)
            except ProviderError as error:
                failures += 1
                now = self.monotonic()
                again = not isinstance(error, ContextFull) and patience.again(error, failures, now - began)
                wait_s = patience.wait_s(failures, error.retry_after_s) if again else 0.0
                call.record(_failed(call, error, now - sent, again, wait_s))
                if not again:
                    error.message += f" (tried {failures} times)" if failures > 1 else ""
                    raise
                if error.cause == "throttled":
                    self.throttle.refused(wait_s)
            await self.throttle.nap(wait_s)

    async def _once(self, call: Call) -> Completion:
        max_tokens = call.request.sampling.max_tokens
        reserved = most_call_cost(self.price, call.tokens_bound, max_tokens)
        most_tokens = Decimal(call.tokens_bound + max_tokens)
        await self.tokens.reserve(most_tokens)
        paid: Decimal | None = Decimal(0)
        tokens: Decimal | None = Decimal(0)
        try:
            await self.budget.reserve(reserved)
        except BaseException:
            self.tokens.settle(most_tokens, tokens)
            raise
        try:
            if self.throttle.stopping.is_set():
                raise Interrupted
            call.record(ModelAsked(**call.stamp(), reserved_usd=reserved, reserved_tokens=int(most_tokens)))
            await self.kept()
            paid = tokens = None  # from here on the provider may bill it, whatever we hear
            async with asyncio.timeout(call.left_s):
                completion = await self.provider.complete(call.request)
            paid, tokens = self.cost(completion), tokens_taken(completion)
            return completion
        except ProviderError as error:
            if not CAUSES[error.cause].paid:
                paid = tokens = Decimal(0)
            raise
        finally:
            self.budget.settle(reserved, paid)
            self.tokens.settle(most_tokens, tokens)

    def cost(self, c: Completion | ModelCalled) -> Decimal | None:
        """Return US dollars of an answer; None without a price, or where the server does not count."""
        return call_cost(self.price, c.tokens_in, c.tokens_out, c.tokens_cached, c.tokens_cache_written)


def tokens_taken(completion: Completion) -> Decimal | None:
    """Return the tokens of an answer, None where the server does not count."""
    if completion.tokens_in is None or completion.tokens_out is None:
        return None
    return Decimal(completion.tokens_in + completion.tokens_out)


def _failed(call: Call, error: ProviderError, took_s: float, again: bool, wait_s: float) -> CallFailed:
    return CallFailed(
        **call.stamp(),
        cause=error.cause,
        message=error.message[:500],
        latency_s=round(took_s, 6),
        again=again,
        wait_s=round(wait_s, 3),
    )


def answer_event(call: Call, completion: Completion, failures: int) -> ModelCalled:
    """Return an answer as it is journaled; calls that came as plain text are counted, and dispatched where asked."""
    completion = cleaned(completion)
    written = [] if completion.tool_calls else find_text_calls(completion.text)
    dispatched = bool(written) and call.dispatch_text
    return ModelCalled(
        **call.stamp(),
        text=completion.text,
        tool_calls=as_tool_calls(written) if dispatched else completion.tool_calls,
        finish=completion.finish,
        tokens_in=completion.tokens_in,
        tokens_out=completion.tokens_out,
        tokens_cached=completion.tokens_cached,
        tokens_cache_written=completion.tokens_cache_written,
        tokens_reasoning=completion.tokens_reasoning,
        latency_s=round(completion.latency_s, 6),
        retries=failures,
        text_tool_calls=len(written),
        text_dispatched=dispatched,
        reasoning=tuple(dict(block) for block in completion.reasoning),
    )


def cleaned(completion: Completion) -> Completion:
    calls = tuple(
        ToolCall(id=clean(call.id), name=clean(call.name), arguments=clean(call.arguments))
        for call in completion.tool_calls
    )
    return replace(completion, text=clean(completion.text), tool_calls=calls, finish=clean(completion.finish))


def clean(text: str) -> str:
    """Return the text with lone surrogates escaped, so that it can be written as UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


def tokens_of(messages: tuple[Message, ...], tools: tuple[ToolSpec, ...] = ()) -> int:
    """Return the most tokens that messages and tools can be: no tokenizer makes more tokens than there are bytes."""
    return sum(_message_bytes(message) + MESSAGE_TOKENS for message in messages) + sum(
        len(tool.name) + len(tool.description.encode()) + len(repr(tool.parameters)) + MESSAGE_TOKENS for tool in tools
    )


def _message_bytes(message: Message) -> int:
    calls = sum(len(call.name.encode()) + len(call.arguments.encode()) + len(call.id) for call in message.tool_calls)
    return len(message.content.encode()) + calls + sum(len(repr(block)) for block in message.reasoning)
