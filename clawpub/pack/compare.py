"""Campaigns side by side: scores with their intervals, differences with their tests, what the design could have shown.

    packs -> Sheet for each (totals, counts by task) -> Comparison: sheets, pairs, tasks

Two estimands are kept apart, since they have different answers: *these tasks* (run again, would it show?) and *tasks
like these* (would other tasks of the kind show it?). See `clawpub.differences`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from clawpub.differences import (
    ALPHA,
    BestCase,
    Count,
    Detectable,
    PairedT,
    best_case,
    detectable,
    exchange_within_tasks,
    fisher,
    holm,
    paired_t,
    pass_at,
    pass_every,
    sign_flip,
)
from clawpub.errors import PackError
from clawpub.pack.model import DESCRIPTOR
from clawpub.pack.reader import Pack
from clawpub.pack.schema import PER_TASK_RESULTS, RUN_SUMMARY, is_standard
from clawpub.pack.tables import Cell, Row
from clawpub.stats import Interval, clustered_interval, wilson

MOST_RUNS = 50_000
"""Of one pack; exact tests grow with them."""


@dataclass(frozen=True)
class Sheet:
    """What a comparison needs of one pack."""

    pack: Pack
    label: str
    total: Count
    tasks: Mapping[str, Count]
    """By task; empty where the pack holds only totals, or tasks that do not add up to them."""
    task_count: int | None
    """None where the pack says nothing of its tasks."""
    wilson: Interval
    """95 % of the pass rate, as if all runs were independent."""
    clustered: Interval | None
    """95 %, runs clustered by task; None without results by task."""
    pass_at: tuple[float, ...]
    """pass@1, pass@2, ... up to the fewest runs of a task."""
    pass_every: tuple[float, ...]
    """pass^1, pass^2, ..."""
    cost_usd: Decimal | None
    cost_per_pass_usd: Decimal | None
    latency_p50_s: Decimal | None
    latency_p95_s: Decimal | None
    unscored: int
    """Runs that broke for reasons outside the model."""

    @property
    def score(self) -> str:
        return f"{self.total[0]}/{self.total[1]}"

    @property
    def rate(self) -> Fraction:
        return Fraction(*self.total)


@dataclass(frozen=True)
class ByTask:
    """A difference between two packs with results by task, on the tasks that both ran."""

    tasks: int
    mean: float
    """Of the differences of pass rates by task."""
    these_tasks: float | None
    """p-value for these tasks: runs exchanged within each task, exact; None where there are too many ways."""
    t: PairedT
    """For tasks like these."""
    sign_flip: float | None
    """p-value for tasks like these, exact."""
    t_adjusted: float | None = None
    """p-values after Holm, for as many pairs as are compared."""
    sign_flip_adjusted: float | None = None
    these_tasks_adjusted: float | None = None


@dataclass(frozen=True)
class Pair:
    """The second pack against the first."""

    first: int
    second: int
    """Places of the packs, from 0."""
    passes: int
    """The second's passes less the first's."""
    rate: float
    """The second's pass rate less the first's."""
    fisher: float
    """p-value as if all runs of both were independent."""
    by_task: ByTask | None
    best: BestCase | None
    """Where one of them holds only totals: the smallest p-values that any split over the tasks could have."""
    detectable: Detectable | None
    """The smallest difference in passes that the design could have shown at 5 %; None where the two designs differ."""

    @property
    def verdict(self) -> str:
        """What may be said of it: `difference`, `these tasks only`, `none shown`, `none could be shown`, or `untested`
        where nothing tells how the runs spread over tasks."""
        if self.by_task:
            likely = [p for p in (self.by_task.t_adjusted, self.by_task.sign_flip_adjusted) if p is not None]
            if likely and max(likely) <= ALPHA:
                return "difference"
            here = self.by_task.these_tasks_adjusted
            return "these tasks only" if here is not None and here <= ALPHA else "none shown"
        if self.best is None:
            return "untested"
        if (self.best.t is None or self.best.t > ALPHA) and self.best.sign_flip > ALPHA:
            return "none could be shown"
        return "none shown"


@dataclass(frozen=True)
class TaskRow:
    task_id: str
    title: str
    counts: tuple[Count | None, ...]
    """One for each pack; None where it did not run the task."""


@dataclass(frozen=True)
class PackComparison:
    sheets: tuple[Sheet, ...]
    tasks: tuple[TaskRow, ...]
    pairs: tuple[Pair, ...]
    notes: tuple[str, ...]


def compare_packs(packs: Sequence[Pack]) -> PackComparison:
    """Return a comparison of two packs or more, every later one against every earlier one.

    Raises: PackError naming every pack that says nothing of passes and runs.
    """
    _refuse([pack for pack in packs if not _counts(pack)[1]])
    sheets = tuple(_sheet(pack, label) for pack, label in zip(packs, _labels(packs), strict=True))
    pairs = [_pair(sheets, first, second) for first, second in combinations(range(len(sheets)), 2)]
    return PackComparison(sheets, _tasks(sheets), _adjusted(pairs), tuple(_notes(sheets)))


def sheet_of(pack: Pack) -> Sheet | None:
    """Return what a pack's counts say of its pass rate, None where it says nothing of passes and runs.

    Raises: PackError where its counts cannot be counts.
    """
    return _sheet(pack, pack.id) if _counts(pack)[1] else None


def _labels(packs: Sequence[Pack]) -> list[str]:
    """Return the shortest names that tell the packs apart: model, harness, both, or the packs' own."""
    told = [pack.info.campaign for pack in packs]
    models = [campaign.model.id if campaign else "" for campaign in told]
    harnesses = [campaign.harness.name if campaign else "" for campaign in told]
    both = [f"{model}, {harness}" for model, harness in zip(models, harnesses, strict=True)]
    for names in (models, harnesses if len(set(models)) == 1 else both, both):
        if all(told) and len(set(names)) == len(names):
            return names
    return [pack.id for pack in packs]


def _refuse(silent: Sequence[Pack]) -> None:
    """Raises: PackError where there is any."""
    ids = list(dict.fromkeys(pack.id for pack in silent))
    if ids:
        names = f"{', '.join(ids[:-1])} and {ids[-1]} say" if len(ids) > 1 else f"{ids[0]} says"
        raise PackError(
            f"{names} nothing of passes and runs",
            at=silent[0].path / DESCRIPTOR if len(ids) == 1 else None,
            hint="a comparison needs per_task_results (task_id, passes, runs), or run_summary (passes, runs, or score)",
        )


def _counts(pack: Pack) -> Count:
    """Return passes and scored runs; no runs where the pack does not say."""
    tasks = _by_task(pack)
    return _total(pack, _summary(pack)) or (sum(k for k, _ in tasks.values()), sum(n for _, n in tasks.values()))


def _sheet(pack: Pack, label: str) -> Sheet:
    summary = _summary(pack)
    tasks = _by_task(pack)
    total = _counts(pack)
    if total != (sum(k for k, _ in tasks.values()), sum(n for _, n in tasks.values())):
        tasks = {}
    if total[1] > MOST_RUNS:
        raise PackError(f"{total[1]:,} runs, more than the {MOST_RUNS:,} that are compared", at=pack.path / DESCRIPTOR)
    counts = list(tasks.values())
    each = range(1, min((n for _, n in counts), default=0) + 1)
    return Sheet(
        pack=pack,
        label=label,
        total=total,
        tasks=tasks,
        task_count=len(tasks) or _whole(summary.get("tasks")) or _task_count(pack, total[1]),
        wilson=wilson(*total),
        clustered=clustered_interval([k for k, _ in counts], [n for _, n in counts]) if counts else None,
        pass_at=tuple(found for k in each if (found := pass_at(k, counts)) is not None),
        pass_every=tuple(found for k in each if (found := pass_every(k, counts)) is not None),
        cost_usd=_decimal(summary.get("cost_usd")),
        cost_per_pass_usd=_decimal(summary.get("cost_per_pass_usd")),
        latency_p50_s=_decimal(summary.get("latency_p50_s")),
        latency_p95_s=_decimal(summary.get("latency_p95_s")),
        unscored=_whole(summary.get("infrastructure_errors")) or 0,
    )


def _summary(pack: Pack) -> Row:
    name = RUN_SUMMARY.name
    return pack.table(name).rows[0] if name in pack.table_names and pack.table(name).rows else {}


def _by_task(pack: Pack) -> dict[str, Count]:
    """Return passes and scored runs by task; tasks without a scored run are left out."""
    name = PER_TASK_RESULTS.name
    if name not in pack.table_names:
        return {}
    table = pack.table(name)
    if not is_standard(table.schema, PER_TASK_RESULTS) and not {"task_id", "passes", "runs"} <= set(
        table.schema.column_names
    ):
        return {}
    found: dict[str, Count] = {}
    for row in table.rows:
        passes, runs = _whole(row["passes"]), _whole(row["runs"])
        if row["passes"] is None or row["runs"] is None:
            continue  # not stated by the source
        if passes is None or runs is None or not 0 <= passes <= runs:
            raise PackError(f"{name}: {row['task_id']} has no count of passes and runs", at=pack.path)
        if runs:
            found[str(row["task_id"])] = passes, runs
    return found


def _task_count(pack: Pack, runs: int) -> int | None:
    """Return how many tasks there were, where each was run equally often."""
    campaign = pack.info.campaign
    each = campaign.runs_per_task if campaign else 0
    return runs // each if each > 0 and runs % each == 0 else None


def _total(pack: Pack, summary: Row) -> Count | None:
    """Return passes and scored runs as the pack's summary has them, None where it says nothing of them."""
    passes, runs = _whole(summary.get("passes")), _whole(summary.get("runs"))
    if passes is None or runs is None:
        before, _, after = str(summary.get("score") or "").partition("/")
        if before.isdecimal() and after.isdecimal():
            passes, runs = int(before), int(after)
    if passes is None or runs is None:
        return None
    if not 0 <= passes <= runs:
        raise PackError(f"{passes} passes of {runs} runs", at=pack.path / DESCRIPTOR)
    return passes, runs


def _whole(cell: Cell) -> int | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, Decimal) and cell.is_finite() and cell == cell.to_integral_value():
        return int(cell)
    return cell if isinstance(cell, int) else None


def _decimal(cell: Cell) -> Decimal | None:
    if isinstance(cell, bool):
        return None
    return Decimal(cell) if isinstance(cell, int | Decimal) else None


def _pair(sheets: Sequence[Sheet], first: int, second: int) -> Pair:
    one, other = sheets[first], sheets[second]
    common = sorted(one.tasks.keys() & other.tasks.keys())
    passes = other.total[0] - one.total[0]
    same = one.total[1] == other.total[1] and one.task_count == other.task_count and one.task_count
    totals_only = not (one.tasks and other.tasks)
    return Pair(
        first=first,
        second=second,
        passes=passes,
        rate=float(other.rate - one.rate),
        fisher=fisher(one.total, other.total),
        by_task=_differences([one.tasks[task] for task in common], [other.tasks[task] for task in common])
        if common
        else None,
        best=best_case(passes, one.task_count) if totals_only and same and one.task_count else None,
        detectable=detectable(one.task_count, one.total[1]) if same and one.task_count else None,
    )


def _differences(ones: Sequence[Count], others: Sequence[Count]) -> ByTask:
    differences = [Fraction(*other) - Fraction(*one) for one, other in zip(ones, others, strict=True)]
    return ByTask(
        tasks=len(differences),
        mean=float(sum(differences, Fraction(0)) / len(differences)),
        these_tasks=exchange_within_tasks(ones, others),
        t=paired_t(differences),
        sign_flip=sign_flip(differences),
    )


def _adjusted(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """Return the pairs with p-values adjusted for there being as many."""
    known = [pair.by_task for pair in pairs if pair.by_task]
    columns = zip(
        known,
        holm([each.t.p for each in known]),
        holm([each.sign_flip for each in known]),
        holm([each.these_tasks for each in known]),
        strict=True,
    )
    adjusted = {
        id(each): replace(each, t_adjusted=t, sign_flip_adjusted=flip, these_tasks_adjusted=here)
        for each, t, flip, here in columns
    }
    return tuple(replace(pair, by_task=adjusted[id(pair.by_task)]) if pair.by_task else pair for pair in pairs)


def _tasks(sheets: Sequence[Sheet]) -> tuple[TaskRow, ...]:
    ids = sorted({task for sheet in sheets for task in sheet.tasks})
    titles: dict[str, str] = {}
    for sheet in sheets:
        if sheet.tasks:
            for row in sheet.pack.table(PER_TASK_RESULTS.name).rows:
                titles.setdefault(str(row["task_id"]), str(row.get("title") or ""))
    return tuple(TaskRow(task, titles.get(task, ""), tuple(sheet.tasks.get(task) for sheet in sheets)) for task in ids)


def _notes(sheets: Sequence[Sheet]) -> list[str]:
    notes = []
    suites = {c.suite.digest for sheet in sheets if (c := sheet.pack.info.campaign)}
    ids = {c.suite.id for sheet in sheets if (c := sheet.pack.info.campaign)}
    if len(ids) > 1:
        notes.append(f"these packs are of different suites: {', '.join(sorted(ids))}")
    elif None in suites:
        notes.append("not every source states the version of the suite: a difference may be the tasks'")
    elif len(suites) > 1:
        notes.append("these packs are of different versions of the suite: a difference may be the tasks'")
    harnesses = {(c.harness.name, c.harness.version) for sheet in sheets if (c := sheet.pack.info.campaign)}
    models = {c.model.id for sheet in sheets if (c := sheet.pack.info.campaign)}
    if len(harnesses) > 1 and len(models) > 1:
        notes.append("both models and harnesses differ: a difference may be either's")
    for sheet in sheets:
        if sheet.unscored:
            runs, are = ("run", "is") if sheet.unscored == 1 else ("runs", "are")
            notes.append(f"{sheet.label}: {sheet.unscored} {runs} broke outside the model and {are} not scored")
        if not sheet.tasks:
            notes.append(f"{sheet.label}: holds only totals, so tasks cannot be paired")
        if sheet.pack.info.origin != "executed":
            notes.append(f"{sheet.label}: {sheet.pack.info.origin}, not executed by us")
    return notes
