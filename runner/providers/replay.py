"""Answers as they were recorded, byte for byte: from a sealed pack's transcripts, or from a journal.

A replayed campaign costs nothing and meets the world of today: where a tool now says something else than it did, the
recorded answers go on regardless, and the turn is counted as diverged.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clawpub.errors import ConfigError, ProviderError
from clawpub.pack.events import Event, ModelCalled, RunEvent
from clawpub.pack.reader import open_pack
from clawpub.pack.runs import runs_of
from clawpub.pack.transcripts import read_transcripts
from runner.journal import read_journal
from runner.providers import Completion, Request

Recorded = Mapping[tuple[str, int], Mapping[int, tuple[ModelCalled, tuple[str, ...]]]]
"""By task and run, then by turn: the answer, and what the tools had said before it."""


@dataclass
class Replay:
    """A model that says again what was recorded."""

    recording: Path
    answers: Recorded
    diverged: int = field(default=0)
    """Turns before which a tool said something else than in the recording."""

    async def complete(self, request: Request) -> Completion:
        turn = 1 + sum(message.role == "assistant" for message in request.messages)
        turns = self.answers.get((request.task_id, request.run))
        if turns is None or turn not in turns:
            there = f"it ends at turn {max(turns)}" if turns else "there is no such run"
            raise ProviderError(
                f"no recorded answer for {request.task_id} run {request.run} turn {turn}: {there}",
                cause="setup",
                hint=f"the recording is {self.recording}",
            )
        said, heard = turns[turn]
        now = tuple(message.content for message in request.messages if message.role == "tool")
        self.diverged += now[-len(heard) :] != heard if heard else False
        return Completion(
            text=said.text,
            tool_calls=() if said.text_dispatched else said.tool_calls,
            finish=said.finish,
            latency_s=0.0,
            tokens_in=said.tokens_in,
            tokens_out=said.tokens_out,
            tokens_cached=said.tokens_cached,
            tokens_cache_written=said.tokens_cache_written,
            tokens_reasoning=said.tokens_reasoning,
            reasoning=said.reasoning,
        )

    def describe(self) -> Mapping[str, Any]:
        return {"software": "replay", "recording": self.recording.name}


def read_recording(path: Path) -> list[RunEvent]:
    """Return the run events of a sealed pack's folder, or of a journal file.

    Raises: ConfigError where there is neither; PackError where the pack cannot be trusted.
    """
    if path.is_dir():
        return list(read_transcripts(open_pack(path)))
    if not path.is_file():
        hint = 'name a sealed pack or a journal: [model] options = { recording = "../packs/..." }'
        raise ConfigError("no recording here", at=path, hint=hint)
    return [event for event in read_journal(path) if isinstance(event, Event)]


def answers_of(events: Iterable[RunEvent]) -> Recorded:
    found: dict[tuple[str, int], dict[int, tuple[ModelCalled, tuple[str, ...]]]] = {}
    for run in runs_of(events):
        outputs: dict[int, list[str]] = {}
        for call in run.tool_calls:
            outputs.setdefault(call.turn, []).append(call.output)
        found[run.task_id, run.run] = {
            said.turn: (said, tuple(outputs.get(said.turn - 1, ()))) for said in run.model_calls
        }
    return found


@asynccontextmanager
async def open_replay(model_id: str, *, recording: Path) -> AsyncIterator[Replay]:
    """Open a recording. `model_id` is whose answers they are.

    Raises: ConfigError; PackError.
    """
    yield Replay(recording, answers_of(read_recording(recording)))
