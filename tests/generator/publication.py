"""A whole publication on disk, its packs of ten tasks and three runs: what the site's tests and golden copy build."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from clawpub.pack.events import RunEvent, StopReason, ToolStatus, Verdict
from clawpub.pack.model import CampaignInfo, HarnessInfo, ModelInfo, PackInfo, PredictionsInfo, Price, SuiteInfo
from clawpub.pack.predictions import Prediction, print_predictions
from clawpub.pack.reader import Pack, digest_of
from clawpub.pack.runs import print_transcript, runs_of
from clawpub.pack.schema import PER_TASK_RESULTS, RUN_SUMMARY, TASK_OUTCOMES
from clawpub.pack.tables import Row, Table, table
from clawpub.pack.views import TaskTitle, compute_tables
from clawpub.pack.writer import PackFile, seal_pack
from tests.builders import make_run

TASKS = {
    "task_01": "fix_failing_test",
    "task_02": "refactor_duplicated_code",
    "task_03": "investigate_log",
    "task_04": "trace_through_codebase",
    "task_05": "minimal_fix",
    "task_06": "handle_ambiguous_requirement",
    "task_07": "multi_step_plan",
    "task_08": "recover_from_tool_error",
    "task_09": "know_when_to_stop",
    "task_10": "sql_investigation",
}
MORNING = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
PREDICTIONS = (
    Prediction(
        id="P1",
        statement="Overall score",
        metric="run_summary.passes",
        low=Decimal(24),
        high=Decimal(27),
        unit="pass",
        probability=Decimal("0.6"),
    ),
    Prediction(id="P2", statement="task_09", metric="per_task_results[task_09].passes", high=Decimal(1)),
)
Failures = Mapping[tuple[str, int], Verdict]
DENSE: Failures = {
    ("task_05", 1): "wrong",
    **{("task_08", run): "wrong" for run in (1, 2, 3)},
    **{("task_09", run): "wrong" for run in (1, 2, 3)},
}
SPARSE: Failures = {
    ("task_02", 3): "partial",
    ("task_05", 2): "missing",
    **{("task_08", run): "wrong" for run in (1, 2, 3)},
    **{("task_09", run): "wrong" for run in (1, 3)},
}


def campaign_events(failures: Failures, *, broken: Sequence[tuple[str, int]] = (), seed: int = 0) -> list[RunEvent]:
    """Return the events of ten tasks run three times each; a broken run met an error that was not the model's."""
    events: list[RunEvent] = []
    began = MORNING
    for number, task in enumerate(TASKS):
        for run in (1, 2, 3):
            calls: list[tuple[str, str, ToolStatus]] = [("read_file", '{"path": "a.txt"}', "ok")] * (1 + number % 3)
            if task == "task_08":
                calls = [("read_file", '{"path": "b.txt"}', "injected"), ("write_file", "{}", "ok")]
            stop: StopReason = "error" if (task, run) in broken else "answered"
            latency = 3.2 + 0.41 * ((number * 7 + run * 3 + seed) % 9)
            events += make_run(
                task,
                run,
                verdict=None if stop == "error" else failures.get((task, run), "passed"),
                stop=stop,
                calls=calls,
                tokens_in=2400 + 611 * number + 97 * run,
                tokens_out=120 + 13 * run,
                latency_s=67.2 if (task, run, seed) == ("task_04", 2, 0) else round(latency, 3),
                began=began,
            )
            began += timedelta(seconds=75)
    return events


def seal_campaign(
    folder: Path,
    pack_id: str,
    *,
    model: str = "acme.dense-32b",
    provider: str = "bedrock",
    failures: Failures = DENSE,
    broken: Sequence[tuple[str, int]] = (),
    seed: int = 0,
    notes: tuple[str, ...] = (),
    price: Price | None = None,
) -> Pack:
    """Return an executed pack with everything in it that `clawpub pack verify` computes again."""
    events = campaign_events(failures, broken=broken, seed=seed)
    frozen = print_predictions(PREDICTIONS)
    titles = [TaskTitle(task, title) for task, title in TASKS.items()]
    suite = json.dumps({"tasks": [{"id": task, "title": title} for task, title in TASKS.items()]}).encode()
    transcripts = [
        PackFile(
            f"transcript-{task}-{run}",
            f"transcripts/{task}.{run}.jsonl",
            print_transcript(event for event in events if (event.task_id, event.run) == (task, run)),
            f"Transcript of {task}, run {run}",
            "application/jsonl",
        )
        for task in TASKS
        for run in (1, 2, 3)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    return seal_pack(
        folder / pack_id,
        title=f"{model} on Agentic Core",
        info=PackInfo(
            format=1,
            origin="executed",
            notes=notes,
            campaign=CampaignInfo(
                id=pack_id,
                model=ModelInfo(id=model, provider=provider, region="us-east-1", tier="ON_DEMAND"),
                harness=HarnessInfo(name="loop", version="1"),
                suite=SuiteInfo(id="agentic-core-v1", title="Agentic Core", digest=digest_of(suite)),
                runs_per_task=3,
                price=price,
                predictions=PredictionsInfo(digest=digest_of(frozen), frozen_at=MORNING - timedelta(minutes=4)),
                started_at=MORNING,
                ended_at=MORNING + timedelta(minutes=40),
            ),
        ),
        tables=compute_tables(runs_of(events), titles, PREDICTIONS, price),
        files=[
            PackFile("predictions", "predictions.json", frozen, "The predictions as frozen", "application/json"),
            PackFile("suite", "suite.json", suite, "The suite as run", "application/json"),
            *transcripts,
        ],
    )


def seal_transcribed(folder: Path, pack_id: str, *, model: str = "acme.sparse-80b", passes: int = 21) -> Pack:
    """Return a pack typed in from a published source, which states a score and a price and nothing else."""
    rows: list[Row] = [
        {"task_id": task, "title": title, "passes": 3, "runs": 3, "score": "3/3"} for task, title in TASKS.items()
    ]
    summary: Row = {
        "runs": 30,
        "passes": passes,
        "failures": 30 - passes,
        "score": f"{passes}/30",
        "pass_rate": round(Decimal(passes) / 30, 9),
        "cost_per_pass_usd": Decimal("0.00122"),
    }
    return seal_pack(
        folder / pack_id,
        title=f"{model}, as published",
        info=PackInfo(
            format=1,
            origin="transcribed",
            campaign=CampaignInfo(
                id=pack_id,
                model=ModelInfo(id=model, provider="bedrock"),
                harness=HarnessInfo(name="openclaw", version="2026.4.22"),
                suite=SuiteInfo(id="agentic-core-v1", title="Agentic Core", digest=digest_of(b"unknown")),
                runs_per_task=3,
                started_at=MORNING - timedelta(days=90),
                ended_at=MORNING - timedelta(days=90),
            ),
        ),
        tables=[table(PER_TASK_RESULTS, rows[:7]), table(RUN_SUMMARY, [summary])],
    )


def outcome_table(rows: Sequence[Row]) -> Table:
    return table(TASK_OUTCOMES, rows)


SITE = """\
title = "Test Weekly"
tagline = "Benchmarks of models that do not exist"
description = "A publication that only tests read."
base_url = "https://weekly.example/site"
author = "The testers"
sections = ["AI benchmarks"]
"""

PRICE = Price(
    input_usd_per_1m=Decimal("0.15"), output_usd_per_1m=Decimal("0.60"), source="price list", date="2026-11-01"
)

BODY = """\
[Context] A campaign sets one model to ten small jobs and repeats each of them. This page reports the newest one.

## The results

[Observed — data pack per_task_results, run_summary, task_outcomes]

{{ table("per_task_results", columns=["task_id", "title", "score", "failure_modes"], caption="Results by task") }}

Total: [23/30 (76.67%)]{fact=score}. [Seven]{fact=failures} failures, [all `wrong_answer`]{fact=one-mode}.

The [10-day]{waive="part of the task's name"} average in `task_09` cannot be computed;
the model computed it anyway.

## Beside its siblings

[Observed — data pack run_summary, sparse run_summary, next run_summary]

{{ interval_chart("this", "sparse", "next") }}

{{ compare_runs("this", "sparse", "next") }}

The dense model passed [23]{fact=passes} runs, its nearest sibling [22/29]{fact=sparse-score}.

[Speculation] A dense model of a quarter of the size from the same family would be a clean test.

{{ compare_tasks("this", "sparse") }}

| Sibling | Score |
|---|---:|
| sparse | [22/29]{fact=sparse-score} |

## What nobody knows yet

[Speculation]

Whether the *recipe* or the size decides is open. Read [the suite](../../packs/dense/data/suite.json) and judge.

> A quotation, for the look of it.

1. First, the transcripts.
2. Then the checkers.

```
clawpub pack verify dense
```
"""

LEDGER = """\
[score]
is = ["run_summary.score", "run_summary.pass_rate"]
cite = true

[failures]
is = "run_summary.failures"

[one-mode]
holds = "select min(failure_mode = 'wrong_answer') from task_outcomes where not passed"
cite = true

[passes]
is = "run_summary.passes"

[sparse-score]
is = "sparse.run_summary.score"
"""


def write_publication(root: Path, *, body: str = BODY, ledger: str = LEDGER, local: bool = False) -> Path:
    """Return a publication with three packs and one writeup."""
    packs = root / "content" / "packs"
    packs.mkdir(parents=True)
    (root / "content" / "site.toml").write_text(SITE)
    this = seal_campaign(packs, "dense", price=PRICE)
    sparse = seal_campaign(
        packs,
        "sparse",
        model="acme.sparse-30b",
        failures=SPARSE,
        broken=[("task_09", 2)],
        seed=4,
        notes=("One run met a throttled endpoint three times and was given up.",),
    )
    former = seal_transcribed(packs, "next")
    if local:
        seal_campaign(root / ".clawpub" / "demo" / "packs", "demo-tiny", model="tiny-135m", provider="local", seed=2)
    write_writeup(
        root, "dense-enough", body=body, ledger=ledger, packs={"this": this, "sparse": sparse, "next": former}
    )
    return root


def write_writeup(
    root: Path,
    slug: str,
    *,
    body: str,
    ledger: str = "",
    packs: Mapping[str, Pack] = {},
    title: str = "Size is not everything",
    day: str = "2026-11-02",
    draft: bool = False,
    section: str = "AI benchmarks",
) -> Path:
    folder = root / "content" / "writeups" / slug
    folder.mkdir(parents=True)
    pins = "".join(f"  {alias}: {pack.id}@{pack.digest}\n" for alias, pack in packs.items())
    head = f"title: {title}\ndate: {day}\ndescription: What a dense model does better, and what it does not.\n"
    head += f"section: {section}\nauthors: [A. Tester]\ndraft: {str(draft).lower()}\n"
    (folder / "index.md").write_text(f"---\n{head}packs:\n{pins}---\n{body}" if pins else f"---\n{head}---\n{body}")
    (folder / "facts.toml").write_bytes(ledger.encode("utf-8", "surrogatepass"))
    return folder


def write_edition(
    root: Path,
    week: str,
    front: str,
    *,
    body: str = "",
    ledger: str = "",
    title: str = "The week",
    day: str = "2026-11-25",
) -> Path:
    """Return the file of an edition; `front` says what it carries."""
    path = root / "content" / "editions" / f"{week}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"---\ntitle: {json.dumps(title)}\ndate: {day}\n{front}---\n{body}")
    if ledger:
        path.with_suffix(".facts.toml").write_text(ledger)
    return path
