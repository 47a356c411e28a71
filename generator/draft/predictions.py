"""What was predicted, and what became of it."""

from __future__ import annotations

from clawpub.pack.tables import Row, Table
from generator.draft import phrases
from generator.draft.phrases import slug
from generator.draft.sentences import (
    Bound,
    Expression,
    Section,
    Sentence,
    bullets,
    call,
    paragraph,
    passage,
    say,
    section,
)
from generator.draft.subject import MOST_NAMED, Subject

PREDICTIONS = ("id", "statement", "expected", "actual", "result", "miss", "brier")


def predictions_section(it: Subject) -> Section | None:
    table, desk = it.table("predictions_scoring"), it.desk
    if table is None:
        return None
    columns = [name for name in PREDICTIONS if any(row[name] is not None for row in table.rows)]
    shown = Expression(
        call("table", "predictions_scoring", columns=columns), frozenset({desk.place("predictions_scoring")})
    )
    told = it.pack.info.campaign
    what = "frozen before the first run" if told and told.predictions else "scored"
    were = f" {'was' if len(table.rows) == 1 else 'were'} {what}; "
    count = desk.count("predictions", "select count(id) from predictions_scoring", "prediction")
    held = desk.count("held", _results_of("Correct"))
    wrong = [row for row in table.rows if row["result"] == "Wrong"]
    undecided = desk.count("undecided", _results_of("Undecidable"))
    return section(
        "The predictions",
        passage(
            "observed",
            shown,
            paragraph(
                say(count, were, held, " held."),
                say(undecided, " cannot be decided, since the pack does not hold the fact.")
                if any(row["result"] == "Undecidable" for row in table.rows)
                else None,
                say(
                    "The mean Brier score is ", desk.measure("brier", "select avg(brier) from predictions_scoring"), "."
                ),
            ),
            *bullets(_wrong(it, table, row) for row in wrong[:MOST_NAMED]),
        ),
    )


def _results_of(result: str) -> str:
    return f"select count(id) from predictions_scoring where result = '{result}'"


def _wrong(it: Subject, table: Table, row: Row) -> Sentence | None:
    desk, id = it.desk, str(row["id"])
    said = desk.quote(slug(f"{id}-statement", "statement"), desk.cell(table, row, "statement"))
    start = f"Prediction {phrases.code(id)}"
    begun: tuple[str | Bound, ...] = (f"{start} (“", said, "”) is ") if said else (f"{start} is ",)
    result = desk.quote(slug(f"{id}-result", "result"), desk.cell(table, row, "result"))
    miss = desk.quote(slug(f"{id}-miss", "miss"), desk.cell(table, row, "miss"))
    return say(*begun, result, ": ", miss, ".") or say(*begun, result, ".")
