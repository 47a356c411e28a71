"""Builders with defaults: say only what a test is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clawpub.pack.events import (
    Graded,
    Message,
    ModelCalled,
    RunEvent,
    RunStarted,
    RunStopped,
    StopReason,
    ToolCall,
    ToolCalled,
    ToolStatus,
    Verdict,
)
from clawpub.pack.model import FORMAT, CampaignInfo, HarnessInfo, ModelInfo, PackInfo, PredictionsInfo, Price, SuiteInfo
from clawpub.pack.predictions import Prediction, print_predictions
from clawpub.pack.reader import Pack, digest_of
from clawpub.pack.runs import attempts_of, print_transcript
from clawpub.pack.views import VIEWS, TaskTitle, compute_tables
from clawpub.pack.writer import PackFile, seal_pack

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
ZERO_DIGEST = "sha256:" + "0" * 64


def make_run(
    task_id: str = "task_01",
    run: int = 1,
    *,
    verdict: Verdict | None = "passed",
    stop: StopReason = "answered",
    calls: Sequence[tuple[str, str, ToolStatus]] = (("read_file", '{"path": "a.txt"}', "ok"),),
    attempt: int = 1,
    tokens_in: int | None = 1000,
    tokens_out: int | None = 50,
    latency_s: float = 4.0,
    began: datetime = NOON,
    reason: str = "the total is 7, as expected",
    answer: str | None = "done",
) -> list[RunEvent]:
    """Return the events of one run: one model call a tool call, then the stop and, with a verdict, the grade."""
    who = {"task_id": task_id, "run": run, "attempt": attempt}
    step = timedelta(seconds=latency_s / (len(calls) + 1))
    opening = (Message(role="system", content="You are an agent."), Message(role="user", content="Do it."))
    events: list[RunEvent] = [RunStarted(at=began, messages=opening, **who)]
    for turn, (tool, arguments, status) in enumerate(calls, start=1):
        call = ToolCall(id=f"call_{turn}", name=tool, arguments=arguments)
        at = began + step * turn
        events.append(
            ModelCalled(
                at=at,
                turn=turn,
                text="",
                tool_calls=(call,),
                finish="tool_calls",
                tokens_in=tokens_in,
                tokens_out=tokens_out,
                tokens_cached=0 if tokens_in is not None else None,
                latency_s=1.0,
                **who,
            )
        )
        events.append(
            ToolCalled(
                at=at,
                turn=turn,
                call_id=call.id,
                tool=tool,
                arguments=arguments,
                status=status,
                output="some output",
                duration_s=0.01,
                **who,
            )
        )
    end = began + timedelta(seconds=latency_s)
    error = "the server went away" if stop == "error" else None
    events.append(RunStopped(at=end, reason=stop, answer=answer, latency_s=latency_s, error=error, **who))
    if verdict is not None:
        events.append(Graded(at=end, verdict=verdict, reason=reason, duration_s=0.1, **who))
    return events


def make_campaign_info(
    *, id: str = "tiny", price: Price | None = None, predictions_digest: str = ZERO_DIGEST
) -> CampaignInfo:
    return CampaignInfo(
        id=id,
        model=ModelInfo(id="test-model", provider="scripted"),
        harness=HarnessInfo(name="loop", version="1"),
        suite=SuiteInfo(id="tiny-suite", title="A tiny suite", digest=ZERO_DIGEST),
        runs_per_task=3,
        price=price,
        predictions=PredictionsInfo(digest=predictions_digest, frozen_at=NOON),
        sandbox={"name": "bwrap+cgroup"},
        software={"clawpub": "0.1.0"},
        started_at=NOON,
        ended_at=NOON + timedelta(minutes=5),
    )


def seal_runs(
    folder: Path,
    events: Iterable[RunEvent],
    *,
    id: str = "tiny",
    tasks: Sequence[str] = ("task_01", "task_02"),
    predictions: Sequence[Prediction] = (),
    price: Price | None = None,
) -> Pack:
    """Return an executed pack sealed from run events, with everything that `pack verify` computes again."""
    events = list(events)
    frozen = print_predictions(predictions)
    titles = [TaskTitle(task, f"Title of {task}") for task in tasks]
    suite = '{"tasks": [' + ", ".join(f'{{"id": "{t.id}", "title": "{t.title}"}}' for t in titles) + "]}"
    files = [
        PackFile("predictions", "predictions.json", frozen, "The predictions as frozen", "application/json"),
        PackFile("suite", "suite.json", suite.encode(), "The suite as run", "application/json"),
    ]
    for key in sorted({(event.task_id, event.run) for event in events}):
        of_run = [event for event in events if (event.task_id, event.run) == key]
        name = f"{key[0].replace('_', '-')}-{key[1]}"
        path = f"transcripts/{key[0]}.{key[1]}.jsonl"
        files.append(PackFile(f"transcript-{name}", path, print_transcript(of_run), name, "application/jsonl"))
    folder.mkdir(parents=True, exist_ok=True)
    return seal_pack(
        folder / id,
        title="A tiny campaign",
        info=PackInfo(
            format=FORMAT,
            origin="executed",
            views=VIEWS,
            campaign=make_campaign_info(id=id, price=price, predictions_digest=digest_of(frozen)),
        ),
        tables=compute_tables(attempts_of(events), titles, predictions, price),
        files=files,
    )


def tiny_events() -> list[RunEvent]:
    """Two tasks, three runs each: task_01 passes all, task_02 passes one, answers wrongly once and times out once."""
    events: list[RunEvent] = []
    for run in (1, 2, 3):
        began = NOON + timedelta(seconds=20 * run)
        events += make_run("task_01", run, began=began, latency_s=3.0 + run)
        stop: StopReason = "seconds" if run == 3 else "answered"
        verdict: Verdict = "passed" if run == 1 else "wrong"
        events += make_run("task_02", run, verdict=verdict, stop=stop, began=began + timedelta(seconds=10))
    return events
