"""What is left of one run's turns, time, tokens and money, whatever the harness."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from clawpub.pack.events import Message, ModelCalled, StopReason, ToolCall
from runner.asking import TEMPLATE_TOKENS, Call, tokens_of
from runner.harness import Attempt
from runner.providers import Request


class Bounds:
    """Counts what a run spends, and says when it is over. Time that goes into queues and refusals is not the run's."""

    def __init__(self, attempt: Attempt) -> None:
        self.a = attempt
        self.turn = 0
        """Answers of the model so far, the one that is being asked for too."""
        self.tokens = 0
        self.cost_usd = Decimal(0)
        self.calls: list[tuple[str, str]] = []
        """Name and raw arguments of every tool call, in order."""
        self.tokens_bound = 0
        """The most tokens that the next prompt can have."""
        self.waited_s = 0.0
        self._began = attempt.clock.monotonic()

    @property
    def turns(self) -> int:
        """How many answers the run may have."""
        return min(self.a.task.turns, self.a.limits.turns or self.a.task.turns)

    def elapsed_s(self) -> float:
        """Return the seconds of the run that its model, its tools and its harness took."""
        return self.a.clock.monotonic() - self._began - self.waited_s

    def left_s(self) -> float:
        """Return the seconds that the run still has; not above 0 where they are over."""
        return (self.a.limits.seconds or self.a.task.seconds) - self.elapsed_s()

    def left(self) -> float:
        """The same. Raises: TimeoutError where there are none."""
        left = self.left_s()
        if left <= 0:
            raise TimeoutError
        return left

    async def ask(self, request: Request) -> ModelCalled:
        """Return the model's answer to this turn, recorded.

        Raises: as `runner.asking.Asker.ask` does.
        """
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

    def called(self, call: ToolCall) -> None:
        self.calls.append((call.name, call.arguments))

    def injected(self, call: ToolCall) -> str | None:
        """Return the error that the task puts in the place of the result of the call that was counted last."""
        inject = self.a.task.inject
        return inject.output_for(call.arguments) if inject and inject.call == len(self.calls) else None

    def over(self) -> StopReason | None:
        """Return why no further turn may begin, None where one may."""
        limits = self.a.limits
        last = self.calls[-limits.repeats :]
        if len(last) == limits.repeats and len(set(last)) == 1:
            return "repeats"
        if limits.tokens and self.tokens >= limits.tokens:
            return "tokens"
        if limits.cost_usd and self.cost_usd >= limits.cost_usd:
            return "cost"
        return "turns" if self.turn >= self.turns else None

    def stamp(self) -> dict[str, Any]:
        a = self.a
        return {"at": a.clock.now(), "task_id": a.task.id, "run": a.run, "attempt": a.attempt}

    def stamp_turn(self) -> dict[str, Any]:
        return {**self.stamp(), "turn": self.turn}
