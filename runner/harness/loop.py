"""The built-in agent loop: ask the model, dispatch its calls, show it the results, until it answers or is stopped."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from clawpub.pack.events import (
    Message,
    ModelCalled,
    Prompted,
    RunResumed,
    RunStarted,
    RunStopped,
    StopReason,
    ToolCall,
    ToolCalled,
    WorkspaceKept,
)
from runner.asking import TEMPLATE_TOKENS, Call, clean, tokens_of
from runner.harness import Attempt
from runner.providers import ContextFull, Request
from runner.standing import Standing, changes, message_of
from runner.tools import Dispatched, dispatch

TOOL_SECONDS = 60.0


class Loop:
    name = "loop"
    version = "2"
    resumable = True

    def describe(self) -> dict[str, Any]:
        return {"tool_seconds": TOOL_SECONDS}

    async def run(self, attempt: Attempt) -> str | None:
        return await _Conversation(attempt).run()


class _Conversation:
    """One run: the messages so far, and what is left of its budgets."""

    def __init__(self, attempt: Attempt) -> None:
        self.a = attempt
        self.turn = 0
        self.tokens = 0
        self.cost_usd = Decimal(0)
        self.calls: list[tuple[str, str]] = []
        self.messages = [
            Message(role="system", content=attempt.system),
            Message(role="user", content=attempt.task.prompt),
        ]
        self.tokens_bound = TEMPLATE_TOKENS + tokens_of(tuple(self.messages), attempt.tools)
        self.changed = False
        """Whether the workspace may differ from the one last kept."""
        self.answer: ModelCalled | None = None
        """An answer that came before the run was interrupted, and is not asked for again."""
        self.waited_s = 0.0
        """What queues and refusals took: not the run's time."""
        self.began = attempt.clock.monotonic()

    async def run(self) -> str | None:
        if self.a.standing:
            self.go_on(self.a.standing)
        else:
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
        await self.keep_workspace()
        self.a.record(RunStopped(**self.stamp(), reason=reason, answer=answer, latency_s=round(self.elapsed_s(), 6)))
        return answer

    def go_on(self, standing: Standing) -> None:
        """Take up the conversation where it was cut off."""
        for event in standing.events:
            if message := message_of(event):
                self.messages.append(message)
            if isinstance(event, ModelCalled):
                self.count(event)
            elif isinstance(event, ToolCalled):
                self.calls.append((event.tool, event.arguments))
        self.turn = standing.turn
        self.answer = standing.answer
        self.waited_s = -standing.elapsed_s
        self.tokens_bound = TEMPLATE_TOKENS + tokens_of(tuple(self.messages), self.a.tools)
        self.a.record(RunResumed(**self.stamp(), turn=self.turn, elapsed_s=round(standing.elapsed_s, 6)))

    async def converse(self) -> tuple[str | None, StopReason]:
        while self.turn < min(self.a.task.turns, self.a.limits.turns or self.a.task.turns):
            self.turn += 1
            said = await self.ask()
            if not said.tool_calls and said.finish == "length":
                self.prompt(
                    f"Your message was cut off after {self.a.sampling.max_tokens} tokens. Make one short tool call."
                )
            elif not said.tool_calls:
                return said.text, "answered"
            for call in said.tool_calls:
                if (answer := _submitted(call)) is not None:
                    return answer, "answered"
                await self.use(call)
            await self.keep_workspace()
            if self.repeating():
                return None, "repeats"
            if self.spent():
                return None, "tokens"
        return None, "turns"

    async def ask(self) -> ModelCalled:
        """Return the model's next message, part of the conversation."""
        if self.answer:
            said, self.answer = self.answer, None
        else:
            said = await self.ask_model()
        self.count(said)
        if message := message_of(said):
            self.messages.append(message)
        return said

    async def ask_model(self) -> ModelCalled:
        request = Request(tuple(self.messages), self.a.tools, self.a.sampling, self.a.task.id, self.a.run)
        began = self.a.clock.monotonic()
        call = Call(request, self.tokens_bound, self.left(), self.a.dispatch_text, self.stamp_turn, self.a.record)
        asked = await self.a.asker.ask(call)
        self.waited_s += self.a.clock.monotonic() - began - asked.called_s
        return asked.said

    def count(self, said: ModelCalled) -> None:
        """Add an answer to what the run has spent, and bound the next prompt by it."""
        self.tokens += (said.tokens_in or 0) + (said.tokens_out or 0)
        self.cost_usd += self.a.asker.cost(said) or 0
        if said.tokens_in is not None and said.tokens_out is not None:
            self.tokens_bound = said.tokens_in + said.tokens_out + TEMPLATE_TOKENS
        else:
            self.tokens_bound += tokens_of((Message(role="assistant", content=said.text, tool_calls=said.tool_calls),))

    def spent(self) -> bool:
        """Whether the run's own tokens or money are spent."""
        limits = self.a.limits
        return bool(
            (limits.tokens and self.tokens >= limits.tokens) or (limits.cost_usd and self.cost_usd >= limits.cost_usd)
        )

    async def use(self, call: ToolCall) -> None:
        self.calls.append((call.name, call.arguments))
        inject = self.a.task.inject
        if inject and inject.call == len(self.calls):
            result = Dispatched("injected", inject.output_for(call.arguments), None, 0.0)
        else:
            timeout_s = min(TOOL_SECONDS, self.left())
            result = await dispatch(self.a.box, call.name, call.arguments, timeout_s=timeout_s, offered=self.a.tools)
        shown = shorten(clean(result.output), self.a.limits.tool_output_chars)
        used = ToolCalled(
            **self.stamp_turn(),
            call_id=call.id,
            tool=call.name,
            arguments=call.arguments,
            status=result.status,
            output=shown,
            output_bytes=result.output_bytes,
            duration_s=round(result.duration_s, 6),
        )
        self.changed = self.changed or changes(used)
        self.say(used)

    def prompt(self, text: str) -> None:
        self.say(Prompted(**self.stamp_turn(), text=text))

    def say(self, event: ToolCalled | Prompted) -> None:
        """Record what the model is told next, and tell it."""
        self.a.record(event)
        if message := message_of(event):
            self.messages.append(message)
            self.tokens_bound += tokens_of((message,))

    async def keep_workspace(self) -> None:
        if self.changed:
            digest = self.a.keep(await self.a.box.files())
            self.a.record(WorkspaceKept(**self.stamp_turn(), digest=digest))
            self.changed = False

    def elapsed_s(self) -> float:
        """Return the seconds of the run that its model and tools took."""
        return self.a.clock.monotonic() - self.began - self.waited_s

    def left(self) -> float:
        """Return the seconds left of the run's budget. Raises: TimeoutError where there are none."""
        budget = self.a.limits.seconds or self.a.task.seconds
        left = budget - self.elapsed_s()
        if left <= 0:
            raise TimeoutError
        return left

    def repeating(self) -> bool:
        last = self.calls[-self.a.limits.repeats :]
        return len(last) == self.a.limits.repeats and len(set(last)) == 1

    def stamp(self) -> dict[str, Any]:
        a = self.a
        return {"at": a.clock.now(), "task_id": a.task.id, "run": a.run, "attempt": a.attempt}

    def stamp_turn(self) -> dict[str, Any]:
        return {**self.stamp(), "turn": self.turn}


def _submitted(call: ToolCall) -> str | None:
    """Return the answer of a well-formed `submit` call, None for any other call."""
    if call.name != "submit":
        return None
    try:
        answer = json.loads(call.arguments)["answer"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return clean(answer) if isinstance(answer, str) else json.dumps(answer)


def shorten(text: str, limit: int) -> str:
    """Return the text's head and tail where it is longer than `limit` characters, and say how much is left out."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters left out ...]\n{text[-half:]}"
