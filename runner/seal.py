"""From a finished campaign's journal to its sealed pack. The same journal always gives the same bytes."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path

from clawpub.errors import ConfigError, PackError
from clawpub.pack.events import Event, RunEvent
from clawpub.pack.failures import CLASSIFIER, classify
from clawpub.pack.model import (
    CAMPAIGN_FILE,
    EVENTS_FILE,
    FORMAT,
    SUITE_FILE,
    CampaignInfo,
    HarnessInfo,
    PackInfo,
    PredictionsInfo,
    SuiteInfo,
)
from clawpub.pack.predictions import PREDICTIONS_FILE, print_predictions
from clawpub.pack.reader import Pack, digest_of
from clawpub.pack.runs import Run, print_transcript, runs_of
from clawpub.pack.views import VIEWS, TaskTitle, compute_tables
from clawpub.pack.writer import PackFile, seal_pack
from runner.campaign import Campaign
from runner.events import CampaignEvent, CampaignFinished, CampaignStarted, SessionStarted
from runner.execute import planned
from runner.suite import Suite


def seal_campaign(
    campaign: Campaign,
    suite: Suite,
    events: list[CampaignEvent | RunEvent],
    destination: Path,
    *,
    accept_plumbing: bool = False,
) -> Pack:
    """Return the pack of a finished campaign, sealed at `destination`/<campaign id>.

    Raises: ConfigError where runs are still to be done; PackError where no tool call ever reached a tool and
    `accept_plumbing` does not say to seal it all the same.
    """
    run_events = [event for event in events if isinstance(event, Event)]
    runs = runs_of(run_events)
    _refuse_unfinished(campaign, suite, runs)
    fault = plumbing_fault(runs)
    if fault and not accept_plumbing:
        raise PackError(
            f"a plumbing failure, not a result: {fault}",
            at=campaign.path,
            hint="mend the harness or provider; --accept-plumbing seals it with that note",
        )
    predictions = print_predictions(campaign.predictions)
    tables = compute_tables(
        runs, [TaskTitle(task.id, task.title) for task in suite.tasks], campaign.predictions, campaign.config.price
    )
    config = campaign.config
    return seal_pack(
        destination / campaign.id,
        title=config.title or f"{config.model.id} on {suite.id}",
        info=_info(campaign, suite, events, runs, digest_of(predictions), [fault] if fault else []),
        tables=tables,
        files=[
            PackFile("campaign", CAMPAIGN_FILE, campaign.data, "The campaign file", "application/toml"),
            PackFile("predictions", PREDICTIONS_FILE, predictions, "The predictions as frozen", "application/json"),
            PackFile("suite", SUITE_FILE, _suite_file(suite), "The suite as run", "application/json"),
            PackFile("events", EVENTS_FILE, _campaign_events(events), "The campaign's events", "application/jsonl"),
            *_transcripts(run_events),
        ],
    )


def plumbing_fault(runs: list[Run]) -> str | None:
    """Return why these runs measure the plumbing and not the model, None where they measure the model."""
    calls = [call for run in runs for call in run.model_calls]
    if not calls:
        return "no model call was ever answered"
    as_text = sum(call.text_tool_calls for call in calls)
    made = sum(len(call.tool_calls) for call in calls)
    if as_text and as_text >= made:
        return f"{as_text} tool calls came as plain text and were not dispatched"
    if not made:
        return "no tool was ever called"
    if made == sum(call.status == "unknown_tool" for run in runs for call in run.tool_calls):
        return f"none of {made} tool calls named a tool that there is"
    return None


def _refuse_unfinished(campaign: Campaign, suite: Suite, runs: list[Run]) -> None:
    done = {(run.task_id, run.run) for run in runs if run.finished}
    left = [(task.id, run) for task, run in planned(campaign, suite) if (task.id, run) not in done]
    if left:
        raise ConfigError(
            f"{len(left)} runs are still to be done", at=campaign.path, hint=f"clawpub resume {campaign.path}"
        )


def _info(
    campaign: Campaign,
    suite: Suite,
    events: list[CampaignEvent | RunEvent],
    runs: list[Run],
    predictions_digest: str,
    notes: list[str],
) -> PackInfo:
    config = campaign.config
    started = next(event for event in events if isinstance(event, CampaignStarted))
    sessions = [event for event in events if isinstance(event, SessionStarted)]
    boxes = {str(session.sandbox.get("name")): session.sandbox for session in sessions}
    ended = [event for event in events if isinstance(event, CampaignFinished)]
    harness = dict(started.harness)
    broken = sum(classify(run) == "infrastructure_error" for run in runs)
    if broken:
        notes = [*notes, f"{broken} of {len(runs)} runs broke for reasons outside the model and are not scored"]
    if len(boxes) > 1:
        notes = [*notes, f"sessions ran in different boxes: {', '.join(sorted(boxes))}; the weakest is named"]
    return PackInfo(
        format=FORMAT,
        origin="executed",
        campaign=CampaignInfo(
            id=campaign.id,
            model=sessions[-1].model,
            harness=HarnessInfo(name=harness.pop("name"), version=harness.pop("version"), details=harness),
            suite=SuiteInfo(id=suite.id, title=suite.title, digest=suite.digest),
            runs_per_task=config.runs,
            limits=config.limits.model_dump(mode="json", exclude_none=True),
            sampling=config.sampling.model_dump(mode="json", exclude_none=True),
            price=config.price,
            predictions=PredictionsInfo(digest=predictions_digest, frozen_at=started.at)
            if campaign.predictions
            else None,
            sandbox=max(boxes.values(), key=lambda box: int(box.get("tier", 0))),
            software=started.software,
            started_at=started.at,
            ended_at=(ended[-1] if ended else events[-1]).at,
        ),
        views=VIEWS,
        classifier=CLASSIFIER,
        notes=(*config.notes, *notes),
    )


def _suite_file(suite: Suite) -> bytes:
    return (json.dumps(suite.spec(), indent=1, ensure_ascii=True) + "\n").encode()


def _campaign_events(events: list[CampaignEvent | RunEvent]) -> bytes:
    own = [event for event in events if not isinstance(event, Event)]
    return b"".join(event.model_dump_json(ensure_ascii=True, exclude_none=True).encode() + b"\n" for event in own)


def _transcripts(events: list[RunEvent]) -> list[PackFile]:
    """Return one file a run, all of its attempts in the order in which they happened."""
    files = []
    ordered = sorted(events, key=lambda event: (event.task_id, event.run))
    for (task_id, run), group in groupby(ordered, key=lambda event: (event.task_id, event.run)):
        name = f"transcript-{task_id.replace('_', '-')}-{run}"
        title = f"Transcript of {task_id} run {run}"
        path = f"transcripts/{task_id}.{run}.jsonl"
        files.append(PackFile(name, path, print_transcript(group), title, "application/jsonl"))
    return files
