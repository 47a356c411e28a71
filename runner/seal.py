"""From a finished campaign's journal to its sealed pack. The same journal always gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from clawpub.errors import ConfigError, PackError
from clawpub.pack.events import RunStarted
from clawpub.pack.failures import CLASSIFIER, classify, scored
from clawpub.pack.model import (
    CAMPAIGN_FILE,
    EVENTS_FILE,
    FORMAT,
    SUITE_FILE,
    CampaignInfo,
    HarnessInfo,
    PackInfo,
    PredictionsInfo,
    Scoring,
    SuiteInfo,
)
from clawpub.pack.predictions import PREDICTIONS_FILE, print_predictions
from clawpub.pack.preflights import preflights_of
from clawpub.pack.reader import Pack, digest_of
from clawpub.pack.runs import Run, attempts_of, counted
from clawpub.pack.views import VIEWS, Tabulator, TaskTitle, Terms
from clawpub.pack.writer import PackFile, packed, seal_pack
from runner.campaign import Campaign
from runner.events import CampaignEvent, CampaignFinished, CampaignStarted, SessionStarted
from runner.execute import planned
from runner.frozen import refuse_changed
from runner.past import RunKey
from runner.record import Record
from runner.suite import Suite

SHARD_RUNS = 250
"""Runs in one packed file of transcripts, where there are more than that."""


def seal_campaign(
    campaign: Campaign,
    suite: Suite,
    record: Record,
    destination: Path,
    *,
    accept_plumbing: bool = False,
    accept_partial: bool = False,
) -> Pack:
    """Return the pack of a finished campaign, sealed at `destination`/<campaign id>.

    Raises: ConfigError where campaign file, predictions or suite are not those that were frozen before the first run,
    or where runs are still to be done and `accept_partial` does not say to seal without them;
    PackError where no tool call ever reached a tool and `accept_plumbing` does not say to seal it all the same.
    """
    started = record.started
    if started is None or not record.runs:
        raise ConfigError("no run was begun yet", at=campaign.path, hint=f"clawpub run {campaign.path}")
    refuse_changed(started, campaign, suite)
    price = started.price or campaign.config.price  # journals from before the ledger do not name it
    tabulator = Tabulator([TaskTitle(task.id, task.title) for task in suite.tasks], price)
    survey, done = _Survey(), set()
    transcripts = _Transcripts(len(record.runs))
    for key, events, text in record.transcripts():
        attempts = attempts_of(events)
        if not attempts:
            continue
        tabulator.add(attempts)
        survey.add(attempts)
        transcripts.add(key, text)
        if counted(attempts).finished:
            done.add(key)
    notes = _refuse_unfinished(campaign, suite, done, accept_partial)
    fault = survey.plumbing_fault()
    if fault and not accept_plumbing:
        raise PackError(
            f"a plumbing failure, not a result: {fault}",
            at=campaign.path,
            hint="mend the harness or provider; --accept-plumbing seals it with that note",
        )
    predictions = print_predictions(campaign.predictions)
    info = _info(campaign, suite, record.campaign_events, started, survey, digest_of(predictions))
    info = info.model_copy(update={"notes": (*info.notes, *notes, *([fault] if fault else []))})
    assert info.campaign is not None
    terms = Terms(info.campaign.planned_runs, info.campaign.scoring, preflights_of(record.campaign_events))
    config = campaign.config
    return seal_pack(
        destination / campaign.id,
        title=config.title or f"{config.model.id} on {suite.id}",
        info=info,
        tables=tabulator.tables(campaign.predictions, terms),
        files=[
            PackFile("campaign", CAMPAIGN_FILE, campaign.data, "The campaign file", "application/toml"),
            PackFile("predictions", PREDICTIONS_FILE, predictions, "The predictions as frozen", "application/json"),
            PackFile("suite", SUITE_FILE, _suite_file(suite), "The suite as run", "application/json"),
            PackFile(
                "events", EVENTS_FILE, _print(record.campaign_events), "The campaign's events", "application/jsonl"
            ),
            *transcripts.files(),
        ],
    )


class _Survey:
    """What all runs of a campaign say together of its plumbing and its faults."""

    def __init__(self) -> None:
        self.runs = self.answers = self.as_text = self.made = self.unknown = self.broken = self.dispatched_text = 0
        self.last: datetime | None = None
        self.prompts: dict[str, set[str]] = {}
        """By task: digests of what a harness of its own told the model before it, system prompt and tools."""

    def add(self, attempts: Sequence[Run]) -> None:
        run = counted(attempts)
        self.runs += 1
        self.broken += not scored(classify(run))
        self.last = max(filter(None, [self.last, *(end for attempt in attempts for _, end in attempt.spans)]))
        for call in run.model_calls:
            self.answers += 1
            self.as_text += call.text_tool_calls
            self.dispatched_text += call.text_tool_calls if call.text_dispatched else 0
            self.made += len(call.tool_calls)
        for started in (attempt.started for attempt in attempts if attempt.started.tools):
            self.prompts.setdefault(started.task_id, set()).add(prompt_digest(started))
        self.unknown += sum(call.status == "unknown_tool" for call in run.tool_calls)

    def plumbing_fault(self) -> str | None:
        """Return why these runs measure the plumbing and not the model, None where they measure the model."""
        undispatched = self.as_text - self.dispatched_text
        if not self.answers:
            return "no model call was ever answered"
        if undispatched and undispatched >= self.made:
            return f"{undispatched} tool calls came as plain text and were not dispatched"
        if not self.made:
            return "no tool was ever called"
        if self.made == self.unknown:
            return f"none of {self.made} tool calls named a tool that there is"
        return None

    def prompt_digests(self) -> dict[str, list[str]]:
        """Return each digest of the harness's own prompt with the tasks that it stood before."""
        found: dict[str, list[str]] = {}
        for task, digests in sorted(self.prompts.items()):
            for digest in sorted(digests):
                found.setdefault(digest, []).append(task)
        return found

    def notes(self) -> list[str]:
        notes = []
        if changing := [task for task, digests in sorted(self.prompts.items()) if len(digests) > 1]:
            notes.append(f"the harness's own prompt was not the same in all runs of {', '.join(changing)}")
        if self.broken:
            notes.append(f"{self.broken} of {self.runs} runs broke for reasons outside the model and are not scored")
        if self.dispatched_text:
            notes.append(f"{self.dispatched_text} tool calls came as plain text and were dispatched by the adapter")
        elif self.as_text:
            notes.append(f"{self.as_text} tool calls came as plain text and were not dispatched")
        return notes


def prompt_digest(started: RunStarted) -> str:
    """Return the digest of what a harness tells the model in every run: its system prompt and its tools, as JSON."""
    system = [message.content for message in started.messages if message.role == "system"]
    return digest_of(json.dumps([system, started.tools], sort_keys=True).encode())


def plumbing_fault(runs: Sequence[Run]) -> str | None:
    """Return why runs measure the plumbing and not the model, None where they measure the model."""
    survey = _Survey()
    for run in runs:
        survey.add([run])
    return survey.plumbing_fault()


class _Transcripts:
    """The transcripts on their way into the pack: a file a run, or packed files of many runs in a long campaign."""

    def __init__(self, runs: int) -> None:
        self._packed = runs > SHARD_RUNS
        self._files: list[PackFile] = []
        self._shard: list[bytes] = []

    def add(self, key: RunKey, text: bytes) -> None:
        task_id, run = key
        if self._packed:
            self._shard.append(text)
            if len(self._shard) == SHARD_RUNS:
                self._close()
            return
        name, title = f"transcript-{task_id.replace('_', '-')}-{run}", f"Transcript of {task_id} run {run}"
        self._files.append(PackFile(name, f"transcripts/{task_id}.{run}.jsonl", text, title, "application/jsonl"))

    def _close(self) -> None:
        number = len(self._files) + 1
        data = packed(b"".join(self._shard))
        title = f"Transcripts, part {number}"
        path = f"transcripts/{number:05}.jsonl.gz"
        self._files.append(PackFile(f"transcripts-{number}", path, data, title, "application/gzip"))
        self._shard = []

    def files(self) -> list[PackFile]:
        if self._shard:
            self._close()
        return self._files


def _refuse_unfinished(campaign: Campaign, suite: Suite, done: set[RunKey], accept_partial: bool) -> list[str]:
    """Return the note that says which runs are missing, if any."""
    plan = planned(campaign, suite)
    left = [(task.id, run) for task, run in plan if (task.id, run) not in done]
    if left and not accept_partial:
        raise ConfigError(
            f"{len(left)} runs are still to be done",
            at=campaign.path,
            hint=f"clawpub resume {campaign.path}, or seal what there is with --accept-partial",
        )
    return [f"sealed before its end: {len(left)} of {len(plan)} planned runs have no outcome"] if left else []


def _info(
    campaign: Campaign,
    suite: Suite,
    events: Sequence[CampaignEvent],
    started: CampaignStarted,
    survey: _Survey,
    predictions_digest: str,
) -> PackInfo:
    config = campaign.config
    sessions = [event for event in events if isinstance(event, SessionStarted)]
    boxes = {str(session.sandbox.get("name")): session.sandbox for session in sessions}
    ended = [event.at for event in events if isinstance(event, CampaignFinished)]
    harness = dict(started.harness)
    if survey.prompts:
        harness["prompt_digests"] = survey.prompt_digests()
    notes = survey.notes()
    if len(boxes) > 1:
        notes.append(f"sessions ran in different boxes: {', '.join(sorted(boxes))}; the weakest is named")
    return PackInfo(
        format=FORMAT,
        origin="executed",
        campaign=CampaignInfo(
            id=campaign.id,
            model=sessions[-1].model,
            harness=HarnessInfo(name=harness.pop("name"), version=harness.pop("version"), details=harness),
            suite=SuiteInfo(id=suite.id, title=suite.title, digest=suite.digest),
            runs_per_task=config.runs,
            planned_runs=len(planned(campaign, suite)),
            scoring=Scoring(**config.scoring.model_dump()),
            engine={**sessions[-1].engine, "sessions": len(sessions)},
            limits=config.limits.model_dump(mode="json", exclude_none=True),
            sampling=config.sampling.model_dump(mode="json", exclude_none=True),
            price=started.price or config.price,
            predictions=PredictionsInfo(digest=predictions_digest, frozen_at=started.at)
            if campaign.predictions
            else None,
            sandbox=max(boxes.values(), key=lambda box: int(box.get("tier", 0))),
            software=started.software,
            started_at=started.at,
            ended_at=max(ended) if ended else survey.last or started.at,
        ),
        views=VIEWS,
        classifier=CLASSIFIER,
        notes=(*config.notes, *notes),
    )


def _suite_file(suite: Suite) -> bytes:
    return (json.dumps(suite.spec(), indent=1, ensure_ascii=True) + "\n").encode()


def _print(events: Sequence[CampaignEvent]) -> bytes:
    return b"".join(event.model_dump_json(ensure_ascii=True, exclude_none=True).encode() + b"\n" for event in events)
