"""`clawpub compare`: campaigns side by side, with what may and what may not be concluded."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from clawpub.cli.output import print_json, printable, shown
from clawpub.differences import ALPHA
from clawpub.pack.compare import PackComparison, Pair, Sheet, compare_packs
from clawpub.pack.reader import open_pack
from clawpub.stats import Interval

VERDICTS = {
    "difference": "a difference that other tasks of the kind would be expected to show too",
    "these tasks only": "a difference on these very tasks; whether others of the kind would, nothing here tells",
    "none shown": "not significant: these runs cannot tell it from zero",
    "none could be shown": "not significant, and could not have been: no split over the tasks would have made it so",
    "untested": "not tested: the packs do not say how their runs spread over tasks",
}
MINUS = "\N{MINUS SIGN}"


@click.command()
@click.argument("paths", metavar="PACK PACK...", type=click.Path(path_type=Path, exists=True), nargs=-1, required=True)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown", "md"]), default="text", show_default=True
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
def compare(paths: tuple[Path, ...], form: str) -> None:
    """Compare campaigns by task: intervals, paired tests, and the smallest difference that could have been seen.

    Two questions are answered apart. "These tasks": would the same tasks, run again, show the difference? "Tasks like
    these": would others of the kind? All p-values are two-sided; those of several pairs are adjusted after Holm.

    \b
    clawpub compare content/packs/*-loop-* content/packs/*-openclaw-*
    clawpub compare --format markdown content/packs/a content/packs/b
    """
    if len(paths) < 2:
        raise click.UsageError("two packs or more are needed, e.g. clawpub compare content/packs/a content/packs/b")
    found = compare_packs([open_pack(path) for path in paths])
    if form == "json":
        print_json(_json(found))
    else:
        blocks = list(_blocks(found))
        click.echo("\n".join(_markdown(blocks) if form in ("markdown", "md") else _text(blocks)))


Block = str | tuple[str, list[list[str]]]
"""A sentence; or a table: its caption, and its rows, headings first."""


def _blocks(found: PackComparison) -> Iterator[Block]:
    yield "Scores", [["", *(sheet.label for sheet in found.sheets)], *_score_rows(found.sheets)]
    if found.tasks:
        cells = [[row.task_id, *(f"{c[0]}/{c[1]}" if c else "—" for c in row.counts), row.title] for row in found.tasks]
        yield "By task", [["Task", *(sheet.label for sheet in found.sheets), ""], *cells]
    for pair in found.pairs:
        yield from _pair(found, pair)
    for note in found.notes:
        yield f"Note: {note}."


def _score_rows(sheets: Sequence[Sheet]) -> Iterator[list[str]]:
    yield ["Pack", *(sheet.pack.id for sheet in sheets)]
    yield ["Score", *(sheet.score for sheet in sheets)]
    yield ["Pass rate", *(f"{float(sheet.rate):.1%}" for sheet in sheets)]
    yield ["95 % by task", *(_interval(sheet.clustered) for sheet in sheets)]
    yield ["95 % Wilson", *(_interval(sheet.wilson) for sheet in sheets)]
    for k in range(2, max(len(sheet.pass_at) for sheet in sheets) + 1):
        yield [f"pass@{k}", *(_chance(sheet.pass_at, k) for sheet in sheets)]
        yield [f"pass^{k}", *(_chance(sheet.pass_every, k) for sheet in sheets)]
    for label, unit, name in (
        ("Cost", "$", "cost_usd"),
        ("Cost a pass", "$", "cost_per_pass_usd"),
        ("Median run", " s", "latency_p50_s"),
        ("95th percentile", " s", "latency_p95_s"),
    ):
        values = [getattr(sheet, name) for sheet in sheets]
        if any(value is not None for value in values):
            yield [label, *(_amount(value, unit) for value in values)]


def _pair(found: PackComparison, pair: Pair) -> Iterator[Block]:
    one, other = found.sheets[pair.first], found.sheets[pair.second]
    runs = f" of {one.total[1]} runs" if one.total[1] == other.total[1] else ""
    rows = [["Difference", f"{pair.passes:+d} passes{runs}, {100 * pair.rate:+.1f} points".replace("-", MINUS)]]
    if by_task := pair.by_task:
        if by_task.t.interval:
            low, high = 100 * by_task.t.interval.low, 100 * by_task.t.interval.high
            rows.append(["95 % of it by task", f"{low:+.1f} to {high:+.1f} points".replace("-", MINUS)])
        several = len(found.pairs) > 1
        rows += [
            ["These tasks: runs exchanged", _p(by_task.these_tasks, by_task.these_tasks_adjusted, several)],
            ["Tasks like these: paired t", _p(by_task.t.p, by_task.t_adjusted, several)],
            ["Tasks like these: signs flipped", _p(by_task.sign_flip, by_task.sign_flip_adjusted, several)],
        ]
    if best := pair.best:
        rows.append(["Best case of any split: paired t", _p(best.t)])
        rows.append(["Best case of any split: signs flipped", _p(best.sign_flip)])
    rows.append(["Fisher, runs taken as independent", _p(pair.fisher)])
    if least := pair.detectable:
        rows.append(
            ["Smallest difference this design could show", f"{_runs(least.t)} (t), {_runs(least.sign_flip)} (signs)"]
        )
    yield f"{other.label} against {one.label}", [["", ""], *rows]
    yield f"{other.label} against {one.label}: {VERDICTS[pair.verdict]}."


def _interval(interval: Interval | None) -> str:
    return f"{interval.low:.1%} to {interval.high:.1%}" if interval else "—"


def _chance(chances: Sequence[float], k: int) -> str:
    return f"{chances[k - 1]:.1%}" if k <= len(chances) else "—"


def _amount(value: Decimal | None, unit: str) -> str:
    if value is None:
        return "—"
    return f"{unit}{value}" if unit == "$" else f"{value}{unit}"


def _p(p: float | None, adjusted: float | None = None, several: bool = False) -> str:
    if p is None:
        return "not to be had from these counts"
    return f"{_small(p)}, after Holm {_small(adjusted)}" if several and adjusted is not None else _small(p)


def _small(p: float) -> str:
    return f"p = {p:.3f}" if p >= 0.0005 else "p < 0.001"


def _runs(count: int | None) -> str:
    return "none" if count is None else f"+{count} passes"


def _markdown(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, str):
            yield f"{_escaped(block)}\n"
            continue
        caption, rows = block
        yield f"**{_escaped(caption)}**\n"
        head, *body = [[_escaped(cell) for cell in row] for row in rows]
        for row in (head, ["---"] * len(head), *body):
            yield f"| {' | '.join(row)} |"
        yield ""


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_[]<>|" else char for char in printable(text))


def _text(blocks: Sequence[Block]) -> Iterator[str]:
    console = Console(width=None if sys.stdout.isatty() else 100_000)
    for block in blocks:
        if isinstance(block, str):
            yield printable(block)
            continue
        caption, (head, *body) = block[0], block[1]
        table = RichTable(title=Text(printable(caption), style="bold"), title_justify="left", show_header=any(head))
        for place, name in enumerate(head):
            table.add_column(Text(printable(name)), overflow="fold", justify="left" if place == 0 else "default")
        for row in body:
            table.add_row(*(Text(printable(cell)) for cell in row))
        with console.capture() as taken:
            console.print(table)
        yield taken.get().rstrip("\n")


def _json(found: PackComparison) -> dict[str, Any]:
    return {
        "alpha": ALPHA,
        "packs": [
            {
                "id": sheet.pack.id,
                "digest": sheet.pack.digest,
                "path": shown(sheet.pack.path),
                "label": sheet.label,
                "passes": sheet.total[0],
                "runs": sheet.total[1],
                "tasks": sheet.task_count,
                "pass_rate": float(sheet.rate),
                "wilson": [sheet.wilson.low, sheet.wilson.high],
                "clustered": [sheet.clustered.low, sheet.clustered.high] if sheet.clustered else None,
                "pass_at": list(sheet.pass_at),
                "pass_every": list(sheet.pass_every),
                "cost_usd": sheet.cost_usd,
                "cost_per_pass_usd": sheet.cost_per_pass_usd,
                "latency_p50_s": sheet.latency_p50_s,
                "latency_p95_s": sheet.latency_p95_s,
                "unscored": sheet.unscored,
            }
            for sheet in found.sheets
        ],
        "by_task": [{"task_id": row.task_id, "title": row.title, "counts": row.counts} for row in found.tasks],
        "pairs": [
            {
                "first": found.sheets[pair.first].pack.id,
                "second": found.sheets[pair.second].pack.id,
                "passes": pair.passes,
                "rate": pair.rate,
                "verdict": pair.verdict,
                "these_tasks": pair.by_task
                and {"p": pair.by_task.these_tasks, "holm": pair.by_task.these_tasks_adjusted},
                "tasks_like_these": pair.by_task
                and {
                    "tasks": pair.by_task.tasks,
                    "mean": pair.by_task.mean,
                    "interval": pair.by_task.t.interval and [pair.by_task.t.interval.low, pair.by_task.t.interval.high],
                    "t": {"p": pair.by_task.t.p, "holm": pair.by_task.t_adjusted},
                    "sign_flip": {"p": pair.by_task.sign_flip, "holm": pair.by_task.sign_flip_adjusted},
                },
                "best_case": pair.best and {"t": pair.best.t, "sign_flip": pair.best.sign_flip},
                "fisher": pair.fisher,
                "detectable": pair.detectable and {"t": pair.detectable.t, "sign_flip": pair.detectable.sign_flip},
            }
            for pair in found.pairs
        ],
        "notes": list(found.notes),
    }
