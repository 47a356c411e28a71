"""Packs and writeups with defaults, on disk as a person has them: say only what a test is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from clawpub.pack.model import SUITE_FILE, PackInfo
from clawpub.pack.reader import Pack
from clawpub.pack.schema import (
    COST_BREAKDOWN,
    PER_TASK_RESULTS,
    RUN_METRICS,
    RUN_SUMMARY,
    TASK_OUTCOMES,
    Column,
    Schema,
)
from clawpub.pack.tables import Row, Table, table
from clawpub.pack.writer import PackFile, seal_pack
from generator.claims import check_writeup
from generator.content import load_writeup
from generator.findings import Setting
from generator.writeup import CheckedWriteup

FAILURES = {
    ("task_05", 1),
    ("task_08", 1),
    ("task_08", 2),
    ("task_08", 3),
    ("task_09", 1),
    ("task_09", 2),
    ("task_09", 3),
}


def campaign_tables(passes: int = 23) -> list[Table]:
    """Return the tables of a campaign of 30 runs in which 23 passed and every failure was a wrong answer."""
    runs = [(f"task_{task:02}", run) for task in range(1, 11) for run in (1, 2, 3)]
    outcomes: list[Row] = [
        {
            "task_id": task,
            "run": run,
            "passed": (task, run) not in FAILURES,
            "failure_mode": "wrong_answer" if (task, run) in FAILURES else None,
        }
        for task, run in runs
    ]
    metrics: list[Row] = [
        {
            "task_id": task,
            "run": run,
            "tool_calls": 2,
            "latency_s": Decimal("67") if (task, run) == ("task_04", 2) else Decimal("4.5"),
            "cost_usd": None if task == "task_10" else Decimal("0.0007"),
        }
        for task, run in runs
    ]
    by_task: list[Row] = [
        {
            "task_id": task,
            "title": f"the {task} title",
            "passes": sum(1 for row in outcomes if row["task_id"] == task and row["passed"]),
            "runs": 3,
            "score": f"{sum(1 for row in outcomes if row['task_id'] == task and row['passed'])}/3",
        }
        for task in dict.fromkeys(task for task, _ in runs)
    ]
    summary: Row = {
        "tasks": 10,
        "runs": 30,
        "passes": passes,
        "failures": 30 - passes,
        "score": f"{passes}/30",
        "pass_rate": (Decimal(passes) / 30).quantize(Decimal("0.000001")),
        "pass_rate_low": None,
        "tokens_in": 39482,
        "cost_usd": Decimal("0.0220"),
        "cost_per_pass_usd": Decimal("0.000955"),
        "infrastructure_errors": 0,
    }
    costs: list[Row] = [
        {"task_id": "task_03", "tokens_in": 39482, "cost_usd": Decimal("0.0061"), "share": Decimal("0.277")}
    ]
    return [
        table(TASK_OUTCOMES, outcomes),
        table(RUN_METRICS, metrics),
        table(PER_TASK_RESULTS, by_task),
        table(RUN_SUMMARY, [summary]),
        table(COST_BREAKDOWN, costs),
    ]


def one_row(name: str, **cells: str | int | Decimal) -> Table:
    """Return a table of one row; types come from the values."""
    kinds = {str: "string", int: "integer", Decimal: "number"}
    columns = tuple(Column(column, kinds[type(value)]) for column, value in cells.items())  # type: ignore[arg-type]
    return table(Schema(name, name, columns, recorded=True), [cells])


def make_pack(
    tmp_path: Path,
    pack_id: str = "dense-enough",
    *,
    tables: Iterable[Table] | None = None,
    suite: bytes | None = b'{"id": "agentic-core-v1"}',
) -> Pack:
    """Return a sealed pack under `tmp_path/content/packs`."""
    folder = tmp_path / "content" / "packs" / pack_id
    folder.parent.mkdir(parents=True, exist_ok=True)
    info = PackInfo(format=1, origin="imported")
    files = [PackFile("suite", SUITE_FILE, suite, "The suite", "application/json")] if suite is not None else []
    sealed = list(campaign_tables() if tables is None else tables)
    return seal_pack(folder, title=f"Pack {pack_id}", info=info, tables=sealed, files=files)


def make_writeup(
    tmp_path: Path,
    body: str,
    *,
    facts: str = "",
    packs: Sequence[Pack] | Mapping[str, str] = (),
    title: str = "Dense enough",
    front: str = "",
    slug: str = "dense-enough",
) -> Path:
    """Return a writeup's folder. `packs`: packs to pin as `this`, `that`, `third`; or aliases with what to write."""
    names = ("this", "that", "third")
    pins = (
        packs
        if isinstance(packs, Mapping)
        else {alias: f"{pack.id}@{pack.digest}" for alias, pack in zip(names, packs, strict=False)}
    )
    lines = [f"title: {title}", "date: 2026-05-21", *front.splitlines()]
    if pins:
        lines += ["packs:", *(f"  {alias}: {pin}" for alias, pin in pins.items())]
    folder = tmp_path / "content" / "writeups" / slug
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.md").write_text("\n".join(["---", *lines, "---", body]), encoding="utf-8")
    (folder / "facts.toml").write_text(facts, encoding="utf-8")
    return folder


def check(
    tmp_path: Path,
    body: str,
    *,
    facts: str = "",
    packs: Sequence[Pack] = (),
    title: str = "Dense enough",
    front: str = "",
    severities: Mapping[str, Setting] | None = None,
) -> CheckedWriteup:
    """Return a writeup over packs, checked; its packs are pinned as `this`, `that`, `third`."""
    folder = make_writeup(tmp_path, body, facts=facts, packs=packs, title=title, front=front)
    return check_writeup(load_writeup(folder), {pack.id: pack for pack in packs}, severities)


def told(checked: CheckedWriteup, *, with_body_lines: bool = True) -> list[str]:
    """Return the findings as `rule line:column`, lines counted in the body, or `facts.toml rule line`."""
    first = checked.writeup.body_line
    out = []
    for finding in checked.findings:
        if finding.path.name == "facts.toml":
            out.append(f"facts.toml {finding.rule} {finding.line}")
        else:
            line = (finding.line or 0) - first + 1
            place = f"{line}:{finding.column}" if line > 0 else "front"
            out.append(f"{finding.rule} {place}" if with_body_lines else finding.rule)
    return out
