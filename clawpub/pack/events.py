"""What happened in a run, as the journal records it and a pack's transcripts keep it: one JSON object a line.

    run_started -> (model_asked -> call_failed* -> model_called -> (tool_called | prompted)* -> workspace_kept?)*
                -> run_stopped -> graded

An attempt that was cut off goes on after a `run_resumed`, from the last turn whose answer was kept.

Everything that a table of the pack says about a run is computed from these events, so a reader can do it again.
Text from a model or a tool is kept as it came (lone surrogates and control characters are escaped by JSON) and is
never trusted: it is data, never markup, never a path, never a command line of ours.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from clawpub.causes import Cause
from clawpub.pack.model import Digest

StopReason = Literal["answered", "length", "turns", "tokens", "cost", "seconds", "repeats", "context", "error"]
"""Why a run ended: the model gave its answer; its last answer was cut off at the most tokens that one may have
(`length`); its turns, tokens, US dollars or seconds were spent; it made the same call over and over; its context was
full; or something broke that was not the model (`error`)."""

ToolStatus = Literal["ok", "error", "timeout", "unknown_tool", "bad_arguments", "injected"]
"""`error`: the tool ran and reported a failure. `unknown_tool`, `bad_arguments`: the model called something that does
not exist or whose arguments do not fit the tool's schema. `injected`: the suite put an error in the result's place."""

Verdict = Literal["passed", "wrong", "partial", "missing"]
"""A checker's finding. `partial`: some of the required output is right. `missing`: the output was never produced."""


class Record(BaseModel):
    """A frozen record that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, ser_json_inf_nan="null")


class ToolCall(Record):
    id: str
    name: str
    arguments: str
    """The raw text of the arguments as the model wrote them; usually a JSON object, not always."""


class Message(Record):
    """One message of a conversation, in no provider's dialect."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    """On a `tool` message: the call that it answers."""
    reasoning: tuple[dict[str, Any], ...] = ()
    """On an `assistant` message: reasoning blocks as the provider sent them, which it wants back word for word."""


class Event(Record):
    at: datetime
    """When it happened, UTC."""
    task_id: str
    run: int
    """1, 2, ... within the task."""
    attempt: int = 1
    """Counts up when an interrupted or broken run is done again; the last graded attempt is the run's outcome."""


class RunStarted(Event):
    type: Literal["run_started"] = "run_started"
    messages: tuple[Message, ...]
    """The opening messages: system and user."""
    tools: tuple[dict[str, Any], ...] = ()
    """Name, description and parameters of each tool that a harness of its own offers."""
    seed: int | None = None


class ModelAsked(Event):
    """A call is about to be sent, and is on the disk before it is: one without an answer was lost in flight."""

    type: Literal["model_asked"] = "model_asked"
    turn: int
    """1, 2, ... within the run."""
    reserved_usd: Decimal | None = None
    """The most that the call can cost, set aside from the campaign's budget; None without a price."""
    reserved_tokens: int | None = None
    """The most tokens that prompt and answer can have."""


class CallFailed(Event):
    """A call to the model came back without an answer."""

    type: Literal["call_failed"] = "call_failed"
    turn: int
    cause: Cause
    message: str
    latency_s: float
    again: bool
    """Whether the same call was to be made again."""
    wait_s: float = 0
    """Seconds waited before that."""


class ModelCalled(Event):
    type: Literal["model_called"] = "model_called"
    turn: int
    """1, 2, ... within the run."""
    text: str
    tool_calls: tuple[ToolCall, ...]
    finish: str
    """The provider's own word for why the answer ended."""
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_cached: int | None = None
    """Of `tokens_in`, those read from a prompt cache. None where the server does not say."""
    tokens_cache_written: int | None = None
    """Of `tokens_in`, those written into a prompt cache, where that is billed by itself."""
    tokens_reasoning: int | None = None
    """Of `tokens_out`, those of the model's reasoning, where the server counts them."""
    latency_s: float
    retries: int = 0
    """Calls that failed before this one was answered."""
    text_tool_calls: int = 0
    """Tool calls that came as plain text: a plumbing fault, never the model's."""
    text_dispatched: bool = False
    """Whether those were dispatched, because the campaign asked for it: `tool_calls` then holds them."""
    reasoning: tuple[dict[str, Any], ...] = ()
    """Reasoning blocks as the provider sent them."""


class ToolCalled(Event):
    type: Literal["tool_called"] = "tool_called"
    turn: int
    call_id: str
    tool: str
    arguments: str
    status: ToolStatus
    output: str
    """What the model was shown."""
    output_bytes: int | None = None
    """The output's whole size where `output` was cut."""
    duration_s: float


class Prompted(Event):
    """The harness said something to the model that was no tool's result, such as that its answer was cut off."""

    type: Literal["prompted"] = "prompted"
    turn: int
    text: str


class WorkspaceKept(Event):
    """The workspace as it was at the end of a turn is on the disk, so that an interrupted run can go on from there."""

    type: Literal["workspace_kept"] = "workspace_kept"
    turn: int
    digest: Digest


class RunResumed(Event):
    """An attempt that was cut off goes on: all that it did after `turn` is done again, but for an answer of the model
    that came in that time, which is not asked for twice."""

    type: Literal["run_resumed"] = "run_resumed"
    turn: int
    """The last turn that is kept whole."""
    elapsed_s: float
    """Seconds of the run's time budget that were spent before."""


class RunStopped(Event):
    type: Literal["run_stopped"] = "run_stopped"
    reason: StopReason
    answer: str | None = None
    """The final answer, None where the run ended without one. With `length`: as far as it came."""
    latency_s: float
    error: str | None = None
    """With `error`: what broke."""
    cause: Cause | None = None
    """With `error`: the kind of fault, see `clawpub.causes`."""


class Graded(Event):
    type: Literal["graded"] = "graded"
    verdict: Verdict
    reason: str
    """One sentence of the checker: what it found and what it expected."""
    duration_s: float


RunEvent = Annotated[
    RunStarted
    | ModelAsked
    | CallFailed
    | ModelCalled
    | ToolCalled
    | Prompted
    | WorkspaceKept
    | RunResumed
    | RunStopped
    | Graded,
    Field(discriminator="type"),
]
run_event: TypeAdapter[RunEvent] = TypeAdapter(RunEvent)
