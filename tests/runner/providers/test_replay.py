"""What was recorded is said again, byte for byte, and a campaign on it passes and fails as it did."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from clawpub.errors import ConfigError, ProviderError
from clawpub.pack.events import Message
from clawpub.pack.reader import open_pack
from runner.execute import execute
from runner.providers import Completion, Request, Sampling
from runner.providers.replay import open_replay
from runner.record import Record
from runner.seal import seal_campaign
from runner.suite import suite_folder
from tests.runner.sessions import make_session

PACKS = Path(__file__).parents[3] / "content" / "packs"
MODEL = PACKS / "2026-11-23-qwen2.5-coder-1.5b-agentic-core-v1"
REFERENCE = PACKS / "2026-11-23-reference-agentic-core-v1"


def ask(recording: Path, task: str = "task_01", run: int = 1, turn: int = 1) -> Completion:
    async def run_it() -> Completion:
        async with open_replay("m", recording=recording) as replay:
            before = tuple(Message(role="assistant", content="x") for _ in range(turn - 1))
            return await replay.complete(Request(before, (), Sampling(10), task, run))

    return asyncio.run(run_it())


def test_an_answer_is_the_recorded_one() -> None:
    from clawpub.pack.runs import runs_of
    from clawpub.pack.transcripts import read_transcripts

    for run in runs_of(read_transcripts(open_pack(MODEL)))[:6]:
        for said in run.model_calls:
            answer = ask(MODEL, run.task_id, run.run, said.turn)
            assert (answer.text, answer.tool_calls, answer.finish) == (said.text, said.tool_calls, said.finish)
            assert (answer.tokens_in, answer.tokens_out) == (said.tokens_in, said.tokens_out)


def test_a_replayed_campaign_ends_as_the_recorded_one_did(tmp_path: Path) -> None:
    session = make_session(tmp_path, script=lambda task_id, run: suite_folder("agentic-core-v1"), concurrency=4)
    session = replace(session, provider=partial(open_replay, "m", recording=REFERENCE))
    asyncio.run(execute(session))
    pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path)
    assert pack.table("run_summary").rows[0]["score"] == "10/10"
    recorded = {
        (call["task_id"], call["step"]): call["arguments_digest"]
        for call in open_pack(REFERENCE).table("tool_calls").rows
        if call["run"] == 1
    }
    assert {(c["task_id"], c["step"]): c["arguments_digest"] for c in pack.table("tool_calls").rows} == recorded


def test_a_journal_is_a_recording_too(tmp_path: Path) -> None:
    script = next(suite_folder("agentic-core-v1").glob("task_09_*/agents/reference.toml"))
    session = make_session(tmp_path, script=lambda task_id, run: script, tasks=["task_09"])
    asyncio.run(execute(session))
    assert ask(session.journal, "task_09").tool_calls


@pytest.mark.parametrize(("task", "turn", "said"), [("task_99", 1, "no such run"), ("task_01", 99, "ends at turn")])
def test_what_was_not_recorded_is_said_to_be_missing(task: str, turn: int, said: str) -> None:
    with pytest.raises(ProviderError, match=said):
        ask(REFERENCE, task, 1, turn)


def test_no_recording_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="recording ="):
        ask(tmp_path / "nothing")
