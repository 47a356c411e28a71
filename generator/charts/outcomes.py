"""How runs ended: passed, not scored, or by failure mode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import cast

from clawpub.errors import FactError
from clawpub.pack.reader import Pack
from clawpub.pack.schema import PER_TASK_RESULTS, TASK_OUTCOMES, is_standard
from clawpub.pack.tables import spell
from generator.cells import Shown, missing
from generator.charts.amounts import lengths, provenances
from generator.charts.axis import linear
from generator.charts.campaigns import Names
from generator.charts.model import Amount, Chart, Measure, Row, Tone
from generator.tables import PackUrl, is_marked, names_of, standard_table

MOST_TASKS = 60
"""Rows of a drawing; the pack's page has a table of all."""
MOST_MODES = 6
"""Failure modes with a colour of their own, the commonest; the others share one bar."""
TONES: tuple[Tone, ...] = ("1", "2", "3", "4", "5", "6")

Ends = dict[str, Counter[str]]
"""How often the runs of each task ended how: passed, unscored, or a failure mode."""


def failure_chart(packs: Sequence[Pack], url: PackUrl, *, marked: Sequence[Pack] = (), names: Names = None) -> Chart:
    """Return how runs ended, by failure mode: of one campaign for each task, of several for each of them.

    Raises: FactError where no pack holds outcomes of ours.
    """
    ends = [_ends(pack) for pack in packs]
    if not any(ends):
        standard_table(packs[0], TASK_OUTCOMES)
        raise FactError(f"pack {packs[0].id} has no runs")
    parts = _Parts(sum((count for each in ends for count in (each or {}).values()), Counter()))
    notes: tuple[str, ...] = ()
    if len(packs) == 1:
        by_task = ends[0] or {}
        rows = tuple(_task_rows(packs[0], by_task, parts))
        if len(by_task) > len(rows):
            notes = (f"The first {len(rows)} of {len(by_task):,} tasks; the pack has all.",)
    else:
        named = zip(packs, names or names_of(packs), ends, strict=True)
        rows = tuple(_campaign_row(pack, name, each, parts, url, marked) for pack, name, each in named)
    return Chart(
        kind="bars",
        title="How runs ended, by task" if len(packs) == 1 else "How runs ended, by campaign",
        names=(TASK_OUTCOMES.name,),
        provenance=provenances(packs, url, TASK_OUTCOMES.name),
        what="Task" if len(packs) == 1 else "Campaign",
        measures=parts.measures,
        rows=rows,
        across=linear("Runs", "", lengths(rows), whole=True),
        notes=notes,
    )


def has_outcomes(pack: Pack) -> bool:
    """Whether a pack holds how at least one run ended."""
    return bool(_ends(pack))


def _ends(pack: Pack) -> Ends | None:
    """Return how a pack's runs ended, None where it does not hold that."""
    name = TASK_OUTCOMES.name
    if name not in pack.table_names or not is_standard((table := pack.table(name)).schema, TASK_OUTCOMES):
        return None
    found: Ends = {}
    for row in table.rows:
        verdict = cast("bool | None", row["passed"])
        mode = "unscored" if verdict is None else "passed" if verdict else spell(row["failure_mode"]) or "failed"
        found.setdefault(str(row["task_id"]), Counter())[mode] += 1
    return found


def _task_rows(pack: Pack, by_task: Ends, parts: _Parts) -> Iterator[Row]:
    titles = _titles(pack)
    for task in list(by_task)[:MOST_TASKS]:
        amounts, said = parts.amounts(by_task[task])
        yield Row(task, amounts, said, note=titles.get(task, ""), code=True)


def _campaign_row(pack: Pack, name: str, ends: Ends | None, parts: _Parts, url: PackUrl, marked: Sequence[Pack]) -> Row:
    if ends:
        amounts, said = parts.amounts(sum(ends.values(), Counter()))
    else:
        said = "the source does not state runs" if pack.info.origin == "transcribed" else "the pack holds no outcomes"
        amounts = tuple(Amount(None, missing(said)) for _ in parts.measures)
    return Row(name, amounts, said, url=url(pack), marked=is_marked(pack, marked))


def _titles(pack: Pack) -> dict[str, str]:
    name = PER_TASK_RESULTS.name
    if name not in pack.table_names or not is_standard((table := pack.table(name)).schema, PER_TASK_RESULTS):
        return {}
    return {str(row["task_id"]): spell(row["title"]) for row in table.rows}


class _Parts:
    """The parts that every bar of a chart is made of, in one order: passed, failure modes, not scored."""

    def __init__(self, total: Counter[str]) -> None:
        modes = sorted(total.keys() - {"passed", "unscored"}, key=lambda mode: (-total[mode], mode))
        own = modes if len(modes) <= MOST_MODES else modes[: MOST_MODES - 1]
        rest = tuple(modes[len(own) :])
        parts: list[tuple[Measure, tuple[str, ...]]] = [(Measure("passed", tone="passed"), ("passed",))]
        parts += [(Measure(mode.replace("_", " "), tone=tone), (mode,)) for mode, tone in zip(own, TONES, strict=False)]
        if rest:
            parts.append((Measure(f"{len(rest)} other failure modes", tone=TONES[-1]), rest))
        if total["unscored"]:
            parts.append((Measure("not scored", tone="unscored"), ("unscored",)))
        self.measures = tuple(measure for measure, _ in parts)
        self._outcomes = tuple(outcomes for _, outcomes in parts)

    def amounts(self, count: Counter[str]) -> tuple[tuple[Amount, ...], str]:
        """Return the parts of one bar, and what it says."""
        runs = [sum(count[outcome] for outcome in outcomes) for outcomes in self._outcomes]
        amounts = tuple(Amount(Decimal(each), Shown("number", f"{each:,}")) for each in runs)
        said = [f"{each:,} {measure.label}" for each, measure in zip(runs, self.measures, strict=True) if each]
        return amounts, ", ".join(said)
