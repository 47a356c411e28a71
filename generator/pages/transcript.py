"""A run's events as its page shows them. Everything that a model, a tool or a harness said is text and stays text."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from clawpub.causes import CAUSES
from clawpub.pack.events import (
    CallFailed,
    Graded,
    ModelAsked,
    ModelCalled,
    Prompted,
    RunEvent,
    RunResumed,
    RunStarted,
    RunStopped,
    ToolCall,
    ToolCalled,
    WorkspaceKept,
)
from clawpub.pack.tables import spell
from generator.pages.contexts import SourceLink
from generator.pages.run_contexts import AttemptView, Happening, KindFilter, TextBlock
from generator.tables import short

FOLDED_CHARACTERS = 900
FOLDED_LINES = 14
"""Beyond either, a text is folded."""
MOST_CHARACTERS = 60_000
"""Of one text; the transcript's file has the rest."""
MOST_EVENTS = 2_000
"""Of one attempt; the transcript's file has the rest."""

KINDS = {
    "instructions": "Instructions",
    "model": "Model",
    "tools": "Tool calls",
    "faults": "Faults",
    "journal": "Bookkeeping",
}
"""What a reader may hide. `outcome` is not among them."""

STOPS = {
    "answered": "the model gave its answer",
    "length": "its last answer was cut off at the most tokens that one may have",
    "turns": "its turns were spent",
    "tokens": "its tokens were spent",
    "cost": "its US dollars were spent",
    "seconds": "its seconds were spent",
    "repeats": "it made the same call over and over",
    "context": "its context was full",
    "error": "something broke that was not the model",
}


def attempt_views(events: Sequence[RunEvent], counted: int | None) -> tuple[AttemptView, ...]:
    """Return a run's attempts in the order in which they began; `counted` is the number of the one that counts."""
    attempts: dict[int, list[RunEvent]] = {}
    for event in events:
        attempts.setdefault(event.attempt, []).append(event)
    several = len(attempts) > 1
    return tuple(_attempt(number, happened, several, counted) for number, happened in attempts.items())


def _attempt(number: int, events: Sequence[RunEvent], several: bool, counted: int | None) -> AttemptView:
    prefix = f"a{number}-" if several else ""
    words = ""
    if several and counted is not None:
        words = "This attempt is the run’s outcome." if number == counted else "This attempt does not count."
    note = f"The first {MOST_EVENTS:,} of {len(events):,} events; the transcript’s file has all."
    return AttemptView(
        id=f"attempt-{number}",
        title=f"Attempt {number}" if several else "What happened",
        words=words,
        events=tuple(_happenings(events[:MOST_EVENTS], prefix)),
        note=note if len(events) > MOST_EVENTS else "",
    )


def filters_of(attempts: Iterable[AttemptView]) -> tuple[KindFilter, ...]:
    """Return the kinds of events that there are; bookkeeping is hidden at first."""
    counts = Counter(event.kind for attempt in attempts for event in attempt.events)
    return tuple(
        KindFilter(kind, label, counts[kind], shown=kind != "journal") for kind, label in KINDS.items() if counts[kind]
    )


def _happenings(events: Sequence[RunEvent], prefix: str) -> Iterator[Happening]:
    """Yield what a reader sees of each event. A run's start is several: its messages, and the tools that it offered."""
    began = events[0].at if events else None
    dispatched = _dispatched(events, prefix)
    for place, event in enumerate(events, start=1):
        for part, happening in enumerate(_shown(event, dispatched)):
            when = _offset(event.at, began)
            anchor = f"{prefix}e{place}" + (f"-{part}" if part else "")
            yield replace(happening, id=anchor, facts=(*happening.facts, *when))


def _dispatched(events: Sequence[RunEvent], prefix: str) -> dict[tuple[int, str], str]:
    """Return the anchor of each tool call that was made, by its turn and id; the first where one was made twice."""
    found: dict[tuple[int, str], str] = {}
    for place, event in enumerate(events, start=1):
        if isinstance(event, ToolCalled):
            found.setdefault((event.turn, event.call_id), f"#{prefix}e{place}")
    return found


def _offset(at: datetime, began: datetime | None) -> tuple[str, ...]:
    if began is None:
        return ()
    seconds = (at - began).total_seconds()
    return (f"{seconds:+.1f} s".replace("-", "\N{MINUS SIGN}"),) if seconds else ()


def _shown(event: RunEvent, dispatched: Mapping[tuple[int, str], str]) -> Iterator[Happening]:
    match event:
        case RunStarted():
            yield from _start(event)
        case ModelAsked():
            reserved = (f"at most ${_dollars(event.reserved_usd)}",) if event.reserved_usd is not None else ()
            yield Happening("", "journal", f"Call sent, turn {event.turn}", facts=reserved)
        case CallFailed():
            yield _failed(event)
        case ModelCalled():
            yield _answer(event, dispatched)
        case ToolCalled():
            yield _tool(event)
        case Prompted():
            yield Happening("", "instructions", "Said by the harness", blocks=_blocks(("", event.text)))
        case WorkspaceKept():
            yield Happening("", "journal", f"Workspace kept, turn {event.turn}", facts=(f"{short(event.digest)}…",))
        case RunResumed():
            yield _resumed(event)
        case RunStopped():
            yield _stopped(event)
        case Graded():
            yield _graded(event)


def _dollars(amount: Decimal) -> str:
    """Return an amount in full, unless a stranger's exponent would make that a book."""
    return spell(amount) if abs(amount.adjusted()) < 30 else str(amount)


def _start(event: RunStarted) -> Iterator[Happening]:
    titles = {"system": "System prompt", "user": "Prompt", "assistant": "Said for the model", "tool": "Tool result"}
    for message in event.messages:
        asked = [(f"asks for {call.name}", call.arguments) for call in message.tool_calls]
        yield Happening("", "instructions", titles[message.role], blocks=_blocks(("", message.content), *asked))
    if event.tools:
        text = json.dumps(event.tools, ensure_ascii=False, indent=1, default=str)
        names = ", ".join(str(tool.get("name", "")) for tool in event.tools if tool.get("name"))
        blocks = tuple(replace(block, folded=True) for block in _blocks((names or "as declared", text)))
        yield Happening("", "instructions", f"Tools offered: {len(event.tools)}", blocks=blocks)


def _failed(event: CallFailed) -> Happening:
    cause = CAUSES[event.cause]
    facts = [f"after {event.latency_s:.1f} s"]
    facts.append(f"made again after {event.wait_s:.1f} s" if event.again else "given up")
    if cause.paid:
        facts.append("the server may have billed it")
    title = f"Call failed, turn {event.turn}"
    return Happening("", "faults", title, "", event.cause, False, tuple(facts), _blocks(("", event.message)))


def _answer(event: ModelCalled, dispatched: Mapping[tuple[int, str], str]) -> Happening:
    links, never = [], []
    for call in event.tool_calls:
        anchor = dispatched.get((event.turn, call.id), "")
        links.append(SourceLink(call.name or "(no name)", anchor))
        if not anchor:
            never.append(call)
    blocks = [*_reasoning(event.reasoning), ("", event.text), *(pair for call in never for pair in _undispatched(call))]
    return Happening(
        "",
        "model",
        f"Model, turn {event.turn}",
        facts=tuple(_tokens(event)),
        blocks=_blocks(*blocks),
        calls=tuple(links),
    )


def _tokens(event: ModelCalled) -> Iterator[str]:
    if event.tokens_in is not None:
        cached = f" ({event.tokens_cached:,} cached)" if event.tokens_cached else ""
        yield f"{event.tokens_in:,} tokens in{cached}"
    if event.tokens_out is not None:
        yield f"{event.tokens_out:,} out"
    yield f"took {event.latency_s:.1f} s"
    if event.finish not in ("", "stop", "tool_calls", "end_turn", "tool_use"):
        yield f"ended by {event.finish}"
    if event.retries:
        yield f"{event.retries} failed before"
    if event.text_tool_calls:
        sent = "dispatched all the same" if event.text_dispatched else "not dispatched"
        yield f"{event.text_tool_calls} tool calls came as plain text, {sent}"


def _undispatched(call: ToolCall) -> Iterator[tuple[str, str]]:
    yield f"{call.name or '(no name)'}, never dispatched", call.arguments


def _reasoning(blocks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield reasoning as text where its block says it in one member, and as JSON where not."""
    for block in blocks:
        said = next(
            (block[name] for name in ("text", "thinking", "reasoning") if isinstance(block.get(name), str)), None
        )
        yield "reasoning", said if said is not None else json.dumps(block, ensure_ascii=False, default=str)


def _tool(event: ToolCalled) -> Happening:
    arguments = _arguments(event.arguments)
    blocks = [*_blocks(*arguments), *_blocks(("result", event.output))]
    if event.output_bytes is not None and blocks:
        blocks[-1] = replace(blocks[-1], note=f"The model was shown this much of {event.output_bytes:,} bytes.")
    if not event.output:
        blocks.append(TextBlock("result", "", "empty", False))
    facts = (f"took {event.duration_s:.1f} s",)
    title = f"Tool call, turn {event.turn}"
    return Happening(
        "", "tools", title, event.tool or "(no name)", event.status, event.status == "ok", facts, tuple(blocks)
    )


def _arguments(raw: str) -> list[tuple[str, str]]:
    """Return each argument by its name where the raw text is an object of distinct names; else the text as it is."""
    try:
        parsed = json.loads(raw, object_pairs_hook=_distinct)
    except (ValueError, RecursionError):
        return [("arguments, as written", raw)]
    if not isinstance(parsed, dict) or not parsed:
        return [("arguments, as written", raw)]
    return [
        (name or "(no name)", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in parsed.items()
    ]


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("one name twice")
    return found


def _resumed(event: RunResumed) -> Happening:
    facts = (f"{event.elapsed_s:.1f} s of its time were spent",)
    return Happening("", "faults", f"Cut off, and gone on with after turn {event.turn}", facts=facts)


def _stopped(event: RunStopped) -> Happening:
    blocks = _blocks(("answer", event.answer or ""), ("what broke", event.error or ""))
    facts = [f"{event.latency_s:.1f} s in all"] + ([f"cause: {event.cause}"] if event.cause else [])
    title = f"Stopped: {STOPS[event.reason]}"
    return Happening("", "outcome", title, "", event.reason, event.reason == "answered", tuple(facts), blocks)


def _graded(event: Graded) -> Happening:
    facts = (f"took {event.duration_s:.1f} s",)
    good = event.verdict == "passed"
    return Happening("", "outcome", "Checked", "", event.verdict, good, facts, _blocks(("", event.reason)))


def _blocks(*texts: tuple[str, str]) -> tuple[TextBlock, ...]:
    return tuple(text_block(label, text) for label, text in texts if text)


def text_block(label: str, text: str) -> TextBlock:
    """Return a text as a page shows it: folded where it is long, cut where it is very long, its size in words."""
    lines = text.count("\n") + 1
    size = f"{len(text):,} characters" + (f", {lines:,} lines" if lines > 1 else "")
    folded = len(text) > FOLDED_CHARACTERS or lines > FOLDED_LINES
    if len(text) <= MOST_CHARACTERS:
        return TextBlock(label, text, size, folded)
    note = f"The first {MOST_CHARACTERS:,} characters; the transcript’s file has all."
    return TextBlock(label, text[:MOST_CHARACTERS], size, folded, note)
