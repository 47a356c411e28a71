"""The built-in agent loop: ask the model, dispatch its calls, show it the results, until it answers or is stopped."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from typing import Any

from clawpub.errors import ProviderError
from clawpub.pack.events import Message, ModelCalled, Prompted, RunStarted, RunStopped, StopReason, ToolCall, ToolCalled
from runner.harness import Attempt
from runner.providers import Completion, ContextFull, Request
from runner.tools import TOOLS, Dispatched, dispatch

TOOL_SECONDS = 60.0
_JSON_CALL = r'\{\s*"(?:name|tool|function)"\s*:\s*"\w+"\s*,\s*"(?:arguments|parameters)"\s*:'
_TEXT_CALL = re.compile(rf"<tool_call>(?:\s*{_JSON_CALL})?|{_JSON_CALL}")


class Loop:
    name = "loop"
    version = "1"

    def describe(self) -> dict[str, Any]:
        return {"tools": [tool.name for tool in TOOLS]}

    async def run(self, attempt: Attempt) -> str | None:
        return await _Conversation(attempt).run()


class _Conversation:
    """One run: the messages so far, and what is left of its budgets."""

    def __init__(self, attempt: Attempt) -> None:
        self.a = attempt
        self.turn = 0
        self.tokens = 0
        self.calls: list[tuple[str, str]] = []
        self.messages = [
            Message(role="system", content=attempt.system),
            Message(role="user", content=attempt.task.prompt),
        ]
        self.began = attempt.clock.monotonic()

    async def run(self) -> str | None:
        seed = self.a.sampling.seed
        self.a.record(RunStarted(**self.stamp(), messages=tuple(self.messages), seed=seed))
        answer: str | None = None
        reason: StopReason = "answered"
        try:
            answer, reason = await self.converse()
        except TimeoutError:
            reason = "seconds"
        except ContextFull:
            reason = "context"
        latency = self.a.clock.monotonic() - self.began
        self.a.record(RunStopped(**self.stamp(), reason=reason, answer=answer, latency_s=round(latency, 6)))
        return answer

    async def converse(self) -> tuple[str | None, StopReason]:
        while self.turn < min(self.a.task.turns, self.a.limits.turns or self.a.task.turns):
            self.turn += 1
            completion = await self.ask()
            if not completion.tool_calls and completion.finish == "length":
                self.prompt(
                    f"Your message was cut off after {self.a.sampling.max_tokens} tokens. Make one short tool call."
                )
            elif not completion.tool_calls:
                return completion.text, "answered"
            for call in completion.tool_calls:
                if (answer := _submitted(call)) is not None:
                    return answer, "answered"
                await self.use(call)
            if self.repeating():
                return None, "repeats"
            if self.a.limits.tokens and self.tokens >= self.a.limits.tokens:
                return None, "tokens"
        return None, "turns"

    async def ask(self) -> Completion:
        failed: list[ProviderError] = []
        request = Request(tuple(self.messages), TOOLS, self.a.sampling, self.a.task.id, self.a.run, failed.append)
        try:
            async with asyncio.timeout(self.left()):
                completion = cleaned(await self.a.provider.complete(request))
        except TimeoutError:
            if failed:  # the time went to a server that refused, not to the model
                message = f"the run's time was over while the provider was trying again: {failed[-1].message}"
                raise ProviderError(message, retryable=True, hint=failed[-1].hint) from None
            raise
        text, calls = completion.text, completion.tool_calls
        self.a.record(
            ModelCalled(
                **self.stamp(),
                turn=self.turn,
                text=text,
                tool_calls=calls,
                finish=completion.finish,
                tokens_in=completion.tokens_in,
                tokens_out=completion.tokens_out,
                tokens_cached=completion.tokens_cached,
                latency_s=round(completion.latency_s, 6),
                retries=completion.retries,
                text_tool_calls=0 if calls else len(_TEXT_CALL.findall(text)),
            )
        )
        self.tokens += (completion.tokens_in or 0) + (completion.tokens_out or 0)
        self.messages.append(Message(role="assistant", content=text, tool_calls=calls))
        return completion

    async def use(self, call: ToolCall) -> None:
        self.calls.append((call.name, call.arguments))
        inject = self.a.task.inject
        if inject and inject.call == len(self.calls):
            result = Dispatched("injected", inject.output_for(call.arguments), None, 0.0)
        else:
            result = await dispatch(self.a.box, call.name, call.arguments, timeout_s=min(TOOL_SECONDS, self.left()))
        shown = shorten(clean(result.output), self.a.limits.tool_output_chars)
        self.a.record(
            ToolCalled(
                **self.stamp(),
                turn=self.turn,
                call_id=call.id,
                tool=call.name,
                arguments=call.arguments,
                status=result.status,
                output=shown,
                output_bytes=result.output_bytes,
                duration_s=round(result.duration_s, 6),
            )
        )
        self.messages.append(Message(role="tool", content=shown, tool_call_id=call.id))

    def prompt(self, text: str) -> None:
        self.a.record(Prompted(**self.stamp(), turn=self.turn, text=text))
        self.messages.append(Message(role="user", content=text))

    def left(self) -> float:
        """Return the seconds left of the run's budget. Raises: TimeoutError where there are none."""
        budget = self.a.limits.seconds or self.a.task.seconds
        left = budget - (self.a.clock.monotonic() - self.began)
        if left <= 0:
            raise TimeoutError
        return left

    def repeating(self) -> bool:
        last = self.calls[-self.a.limits.repeats :]
        return len(last) == self.a.limits.repeats and len(set(last)) == 1

    def stamp(self) -> dict[str, Any]:
        a = self.a
        return {"at": a.clock.now(), "task_id": a.task.id, "run": a.run, "attempt": a.attempt}


def _submitted(call: ToolCall) -> str | None:
    """Return the answer of a well-formed `submit` call, None for any other call."""
    if call.name != "submit":
        return None
    try:
        answer = json.loads(call.arguments)["answer"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return clean(answer) if isinstance(answer, str) else json.dumps(answer)


def cleaned(completion: Completion) -> Completion:
    calls = tuple(
        ToolCall(id=clean(call.id), name=clean(call.name), arguments=clean(call.arguments))
        for call in completion.tool_calls
    )
    return replace(completion, text=clean(completion.text), tool_calls=calls, finish=clean(completion.finish))


def clean(text: str) -> str:
    """Return the text with lone surrogates escaped, so that it can be written as UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


def shorten(text: str, limit: int) -> str:
    """Return the text's head and tail where it is longer than `limit` characters, and say how much is left out."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters left out ...]\n{text[-half:]}"
