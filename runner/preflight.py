"""One tiny tool call there and back, before money is spent on many: most plumbing faults show here, for little.

Its calls are asked as every call is (`runner.asking`): set aside, journaled, sent, journaled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from clawpub.errors import ProviderError
from clawpub.pack.events import CallFailed, Message, ModelAsked, ModelCalled, RunEvent
from clawpub.pack.preflights import PreflightAsked, Preflighted, PreflightEvent, PreflightFailed
from runner.asking import Asker, Call
from runner.harness import Clock
from runner.providers import Request, Sampling, ToolSpec
from runner.standing import message_of
from runner.throttle import Throttle

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
"""Of a call that the server failed: whoever starts a campaign is waiting."""
SECONDS = 600.0
"""How long an answer may take."""
PROMPT_TOKENS = 4096
"""More than the whole exchange can have."""
SAMPLING = Sampling(max_tokens=256)


async def preflight(asker: Asker, record: Callable[[PreflightEvent], None], clock: Clock, dispatch_text: bool) -> None:
    """Ask the model for one tool call, and show it a result.

    A model that answers without a call passes: that is its own doing, and the runs will show it.

    Raises: ProviderError where an endpoint refuses the call or the result, or where the call came as plain text that
    would not be dispatched; BudgetSpent; Interrupted.
    """
    patience = replace(asker.throttle.patience, tries=TRIES)
    asker = replace(asker, throttle=Throttle(1, patience, asker.monotonic, asker.throttle.stopping))
    said = await _ask(asker, record, clock, OPENING)
    answer = message_of(said)
    if said.tool_calls and answer:
        call = said.tool_calls[0]
        answer = answer.model_copy(update={"tool_calls": (call,)})
        result = Message(role="tool", content="ok", tool_call_id=call.id)
        await _ask(asker, record, clock, (*OPENING, answer, result))
    elif said.text_tool_calls and not dispatch_text:
        raise ProviderError(
            "the model's tool call came as plain text, so no run could ever use a tool",
            cause="setup",
            hint='switch the server\'s tool parser on, or adapt the harness: [harness] text_tool_calls = "dispatch"',
        )


async def _ask(
    asker: Asker, record: Callable[[PreflightEvent], None], clock: Clock, messages: tuple[Message, ...]
) -> ModelCalled:
    def stamp() -> dict[str, Any]:
        return {"at": clock.now(), "task_id": "preflight", "run": 1, "turn": 1}

    request = Request(messages, (TOOL,), SAMPLING, "preflight", 1)
    call = Call(request, PROMPT_TOKENS, SECONDS, False, stamp, lambda event: record(of_campaign(event)))
    try:
        return (await asker.ask(call)).said
    except TimeoutError:
        hint = "is the model loaded, and does it answer at all?"
        raise ProviderError(f"no answer to one tiny call in {SECONDS:g} s", cause="timeout", hint=hint) from None


def of_campaign(event: RunEvent) -> PreflightEvent:
    """Return what happened to a call as the campaign's own event: it is no run's."""
    match event:
        case ModelAsked():
            kept = {"reserved_usd", "reserved_tokens"}
            return PreflightAsked(at=event.at, **event.model_dump(include=kept))
        case CallFailed():
            kept = {"cause", "message", "latency_s", "again", "wait_s"}
            return PreflightFailed(at=event.at, **event.model_dump(include=kept))
        case ModelCalled():
            kept = {"tokens_in", "tokens_out", "tokens_cached", "tokens_cache_written", "latency_s"}
            return Preflighted(at=event.at, **event.model_dump(include=kept), tool_called=bool(event.tool_calls))
    raise AssertionError(f"no call is asked in a {event.type}")
