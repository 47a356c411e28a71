"""Scores by task as a map: tasks down, campaigns across."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from clawpub.pack.reader import Pack
from clawpub.pack.schema import PER_TASK_RESULTS
from clawpub.pack.tables import Row as PackRow
from clawpub.pack.tables import spell
from generator.cells import Shown, missing
from generator.charts.amounts import provenances
from generator.charts.axis import linear
from generator.charts.model import Amount, Chart, Measure, Row
from generator.tables import PackUrl, names_of, standard_table

MOST_TASKS = 60
"""Rows of a map; each pack's page has a table of all."""
LEVELS = {
    "none": "no run passed",
    "few": "fewer than half passed",
    "half": "half passed",
    "most": "more than half passed",
    "all": "every run passed",
    "missing": "not stated",
}
"""Of its cells, by their shade."""
CellUrl = Callable[[Pack, str], str]
"""Gives where a task's runs in a campaign are, from the site's root; empty where nowhere."""
TaskUrl = Callable[[str], str]


def task_map(
    packs: Sequence[Pack],
    url: PackUrl,
    *,
    columns: Sequence[Measure] | None = None,
    cell_url: CellUrl = lambda pack, task: "",
    task_url: TaskUrl = lambda task: "",
    most: int = MOST_TASKS,
) -> Chart:
    """Return which share of each task's scored runs passed, a column for each campaign."""
    results = [{str(row["task_id"]): row for row in standard_table(pack, PER_TASK_RESULTS).rows} for pack in packs]
    titles: dict[str, str] = {}
    for found in results:
        for task, row in found.items():
            titles[task] = titles.get(task) or spell(row.get("title"))
    columns = columns or [Measure(name, url=url(pack)) for name, pack in zip(names_of(packs), packs, strict=True)]
    rows = tuple(
        Row(
            task,
            amounts := tuple(
                _share(found.get(task), cell_url(pack, task)) for pack, found in zip(packs, results, strict=True)
            ),
            said="; ".join(
                f"{column.label} {amount.shown.text or amount.shown.note}"
                for column, amount in zip(columns, amounts, strict=True)
            ),
            note=titles[task],
            url=task_url(task),
            code=True,
        )
        for task in sorted(titles)[:most]
    )
    notes = ["Each cell says how many of a task’s scored runs passed; its shape and shade say the same."]
    if len(titles) > most:
        notes.append(f"The first {most} of {len(titles):,} tasks.")
    return Chart(
        kind="map",
        title="Runs passed, by task",
        names=(PER_TASK_RESULTS.name,),
        provenance=provenances(packs, url, PER_TASK_RESULTS.name),
        what="Task",
        measures=tuple(columns),
        rows=rows,
        across=linear("Runs passed", "%", (), high=100),
        notes=tuple(notes),
    )


def _share(row: PackRow | None, url: str) -> Amount:
    if row is None or row["runs"] == 0:
        return Amount(None, missing("not run or not scored here"))
    passes, count = row["passes"], row["runs"]
    if not isinstance(passes, int) or not isinstance(count, int) or not 0 <= passes <= count:
        return Amount(None, missing(LEVELS["missing"]))
    return Amount(Decimal(100 * passes) / count, Shown("number", f"{passes}/{count}", url=url))


def level(amount: Amount) -> str:
    """Return the shade of a map's cell, one of `LEVELS`."""
    match amount.at:
        case None:
            return "missing"
        case share if share in (0, 100):
            return "all" if share else "none"
        case share:
            return "half" if share == 50 else "few" if share < 50 else "most"
