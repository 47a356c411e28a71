"""The built-in agent loop: ask the model, dispatch its calls, show it the results, until it answers or is stopped."""

from __future__ import annotations

from collections.abc import Mapping
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
from runner.asking import TEMPLATE_TOKENS, clean, tokens_of
from runner.harness import Attempt, Setup
from runner.harness.bounds import Bounds
from runner.providers import ContextFull, Request
from runner.sandbox import Fittings
from runner.standing import Standing, changes, message_of
from runner.tools import Dispatched, dispatch, submitted

TOOL_SECONDS = 60.0


class Loop:
    name = "loop"
    version = "3"
    resumable = True
    fittings: Fittings | None = None
    readonly: Mapping[str, Mapping[str, bytes]] = {}

    def __init__(self, setup: Setup | None = None) -> None: ...

    def describe(self) -> dict[str, Any]:
        return {"tool_seconds": TOOL_SECONDS}

    async def run(self, attempt: Attempt) -> str | None:
        return await _Conversation(attempt).run()


class _Conversation:
    """One run: the messages so far, and what is left of its bounds."""

    def __init__(self, attempt: Attempt) -> None:
        self.a = attempt
        self.bounds = Bounds(attempt)
        self.messages = [
            Message(role="system", content=attempt.system),
            Message(role="user", content=attempt.task.prompt),
        ]
        self.bounds.tokens_bound = TEMPLATE_TOKENS + tokens_of(tuple(self.messages), attempt.tools)
        self.changed = False
        """Whether the workspace may differ from the one last kept."""
        self.answer: ModelCalled | None = None
        """An answer that came before the run was interrupted, and is not asked for again."""

    async def run(self) -> str | None:
        bounds = self.bounds
        if self.a.standing:
            self.go_on(self.a.standing)
        else:
            self.a.record(RunStarted(**bounds.stamp(), messages=tuple(self.messages), seed=self.a.sampling.seed))
        answer: str | None = None
        reason: StopReason = "answered"
        try:
            answer, reason = await self.converse()
        except TimeoutError:
            reason = "seconds"
        except ContextFull:
            reason = "context"
        await self.keep_workspace()
        took_s = round(bounds.elapsed_s(), 6)
        self.a.record(RunStopped(**bounds.stamp(), reason=reason, answer=answer, latency_s=took_s))
        return answer

    def go_on(self, standing: Standing) -> None:
        """Take up the conversation where it was cut off."""
        bounds = self.bounds
        for event in standing.events:
            if message := message_of(event):
                self.messages.append(message)
            if isinstance(event, ModelCalled):
                bounds.count(event)
            elif isinstance(event, ToolCalled):
                bounds.calls.append((event.tool, event.arguments))
        bounds.turn = standing.turn
        self.answer = standing.answer
        bounds.waited_s = -standing.elapsed_s
        bounds.tokens_bound = TEMPLATE_TOKENS + tokens_of(tuple(self.messages), self.a.tools)
        self.a.record(RunResumed(**bounds.stamp(), turn=bounds.turn, elapsed_s=round(standing.elapsed_s, 6)))

    async def converse(self) -> tuple[str | None, StopReason]:
        while True:
            if over := self.bounds.over():
                return None, over
            self.bounds.turn += 1
            said = await self.ask()
            cut = not said.tool_calls and said.finish == "length"
            if cut and self.bounds.over() == "turns":
                return said.text or None, "length"
            if cut:
                self.prompt(
                    f"Your message was cut off after {self.a.sampling.max_tokens} tokens. Make one short tool call."
                )
            elif not said.tool_calls:
                return said.text, "answered"
            for call in said.tool_calls:
                if (answer := submitted(call)) is not None:
                    return clean(answer), "answered"
                await self.use(call)
            await self.keep_workspace()

    async def ask(self) -> ModelCalled:
        """Return the model's next message, part of the conversation."""
        if self.answer:
            said, self.answer = self.answer, None
        else:
            request = Request(tuple(self.messages), self.a.tools, self.a.sampling, self.a.task.id, self.a.run)
            said = await self.bounds.ask(request)
        self.bounds.count(said)
        if message := message_of(said):
            self.messages.append(message)
        return said

    async def use(self, call: ToolCall) -> None:
        self.bounds.called(call)
        if (error := self.bounds.injected(call)) is not None:
            result = Dispatched("injected", error, None, 0.0)
        else:
            timeout_s = min(TOOL_SECONDS, self.bounds.left())
            result = await dispatch(self.a.box, call.name, call.arguments, timeout_s=timeout_s, offered=self.a.tools)
        shown = shorten(clean(result.output), self.a.limits.tool_output_chars)
        used = ToolCalled(
            **self.bounds.stamp_turn(),
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
        self.say(Prompted(**self.bounds.stamp_turn(), text=text))

    def say(self, event: ToolCalled | Prompted) -> None:
        """Record what the model is told next, and tell it."""
        self.a.record(event)
        if message := message_of(event):
            self.messages.append(message)
            self.bounds.tokens_bound += tokens_of((message,))

    async def keep_workspace(self) -> None:
        if self.changed:
            digest = self.a.keep(await self.a.box.files())
            self.a.record(WorkspaceKept(**self.bounds.stamp_turn(), digest=digest))
            self.changed = False


def shorten(text: str, limit: int) -> str:
    """Return the text's head and tail where it is longer than `limit` characters, and say how much is left out."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters left out ...]\n{text[-half:]}"
