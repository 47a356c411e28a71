"""One tiny tool call there and back, before money is spent on many: most plumbing faults show here, for little."""

from __future__ import annotations

from collections.abc import Callable

from clawpub.errors import ProviderError
from clawpub.pack.events import Message
from runner.asking import Asker
from runner.costs import most_call_cost
from runner.events import Preflighted
from runner.harness import Clock
from runner.providers import Completion, Request, Sampling, ToolSpec
from runner.text_calls import find_text_calls

TOOL = ToolSpec(
    "report_ready",
    "Report that tool calls work.",
    {
        "type": "object",
        "properties": {"status": {"type": "string", "description": "One word."}},
        "required": ["status"],
        "additionalProperties": False,
    },
)
OPENING = (
    Message(role="system", content="You test a connection."),
    Message(role="user", content="Call the tool report_ready once with the status ok. Say nothing else."),
)
TRIES = 3
PROMPT_TOKENS = 4096
"""More than the whole exchange can have."""


async def preflight(asker: Asker, record: Callable[[Preflighted], None], clock: Clock, dispatch_text: bool) -> None:
    """Ask the model for one tool call, and show it a result.

    A model that answers without a call passes: that is its own doing, and the runs will show it.

    Raises: ProviderError where an endpoint refuses the call or the result, or where the call came as plain text that
    would not be dispatched; BudgetSpent.
    """
    said = await _ask(asker, record, clock, OPENING)
    if said.tool_calls:
        call = said.tool_calls[0]
        answer = Message(role="assistant", content=said.text, tool_calls=(call,), reasoning=_reasoning(said))
        result = Message(role="tool", content="ok", tool_call_id=call.id)
        await _ask(asker, record, clock, (*OPENING, answer, result))
    elif not dispatch_text and find_text_calls(said.text):
        raise ProviderError(
            "the model's tool call came as plain text, so no run could ever use a tool",
            cause="setup",
            hint='switch the server\'s tool parser on, or adapt the harness: [harness] text_tool_calls = "dispatch"',
        )


async def _ask(
    asker: Asker, record: Callable[[Preflighted], None], clock: Clock, messages: tuple[Message, ...]
) -> Completion:
    sampling = Sampling(max_tokens=256)
    reserved = most_call_cost(asker.price, PROMPT_TOKENS, sampling.max_tokens)
    request = Request(messages, (TOOL,), sampling, "preflight", 1)
    for tries in range(1, TRIES + 1):
        await asker.budget.reserve(reserved)
        paid = None
        try:
            said = await asker.provider.complete(request)
            paid = asker.cost(said)
            break
        except ProviderError as error:
            if tries == TRIES or not error.retryable:
                raise
            await asker.throttle.nap(asker.throttle.patience.wait_s(tries, error.retry_after_s))
        finally:
            asker.budget.settle(reserved, paid)
    record(
        Preflighted(
            at=clock.now(),
            tokens_in=said.tokens_in,
            tokens_out=said.tokens_out,
            latency_s=round(said.latency_s, 6),
            tool_called=bool(said.tool_calls),
        )
    )
    return said


def _reasoning(said: Completion) -> tuple[dict[str, object], ...]:
    return tuple(dict(block) for block in said.reasoning)
