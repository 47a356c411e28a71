"""What a campaign cost, and what it took: dollars, tokens, seconds."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from generator.draft import phrases
from generator.draft.desk import literal
from generator.draft.sentences import (
    Section,
    Sentence,
    paragraph,
    passage,
    say,
    section,
)
from generator.draft.subject import Subject

LONG_S = 180
"""Seconds from which on minutes are said."""


def cost_section(it: Subject) -> Section | None:
    return section(
        "Cost and latency",
        passage(
            "observed", paragraph(*_price(it)), paragraph(*_tokens(it)), paragraph(*_latency(it)), paragraph(*_lost(it))
        ),
    )


def _price(it: Subject) -> Iterator[Sentence | None]:
    desk = it.desk
    cost, a_pass = desk.value("run_summary.cost_usd"), desk.value("run_summary.cost_per_pass_usd")
    if cost is None and a_pass is None:
        yield _no_price(it)
    if cost is None:
        yield say("A pass cost ", desk.dollars("cost-a-pass", "run_summary.cost_per_pass_usd"), ".")
        yield _largest_share(it, "token_share", "tokens")
        return
    yield say("The runs cost ", desk.dollars("cost", "run_summary.cost_usd"), ".")
    yield say("That is ", desk.dollars("cost-a-pass", "run_summary.cost_per_pass_usd"), " a pass.")
    if a_pass is None and desk.value("run_summary.passes") == 0:
        nothing = desk.stated("nothing passed", "nothing-passed", "select passes = 0 from run_summary")
        yield say("There is no cost of a pass to give, since ", nothing, ".")
    if desk.is_so("select spent_usd > cost_usd from run_summary"):
        spent = desk.dollars("spent", "run_summary.spent_usd")
        yield say("With the attempts that do not count as runs, ", spent, " were spent.")
    yield _largest_share(it, "share", "cost")


def _no_price(it: Subject) -> Sentence | None:
    """Return that there is no cost, and, where the campaign names no price, why."""
    told = it.pack.info.campaign
    empty = it.desk.stated(
        "the cost cells are empty",
        "no-cost",
        "select cost_usd is null and cost_per_pass_usd is null from run_summary",
    )
    unpriced = "" if told and told.price else "No price is known: "
    return say(unpriced, empty, ", which is not the same as free.") if unpriced else say(empty, ", which is not free.")


def _largest_share(it: Subject, column: str, what: str) -> Sentence | None:
    desk, table = it.desk, it.table("cost_breakdown")
    known = [row for row in table.rows if isinstance(row[column], Decimal | int)] if table else []
    if table is None or len(known) < 2 or len(known) < len(table.rows):
        return None
    top = max(known, key=lambda row: row[column])  # type: ignore[arg-type,return-value]
    if sum(row[column] == top[column] for row in known) > 1:
        return None
    task = str(top["task_id"])
    fact = desk.cell(table, top, column)
    of_task = f"select {column} from cost_breakdown where task_id = {literal(task)}"
    holds = f"select ({of_task}) = max({column}) from cost_breakdown"
    return say(
        f"{phrases.name(task)} took ", desk.percent(f"{what}-share", fact), f" of the campaign's {what}, ",
        desk.stated("the largest share of a task", f"largest-{what}", holds), ".",
    )  # fmt: skip


def _tokens(it: Subject) -> Iterator[Sentence | None]:
    desk = it.desk
    tokens_in = desk.count("tokens-in", "run_summary.tokens_in", "token")
    yield say("The model read ", tokens_in, " and wrote ", desk.count("tokens-out", "run_summary.tokens_out"), ".")
    cached = "select 1.0 * tokens_cached / tokens_in from run_summary where tokens_cached > 0"
    yield say(desk.percent("cached-share", cached), " of the tokens that it read came from the prompt cache.")


def _latency(it: Subject) -> Iterator[Sentence | None]:
    desk = it.desk
    yield say("The median run took ", desk.seconds("median-s", "run_summary.latency_p50_s"), ".")
    low, high = (
        desk.number("select min(latency_s) from run_metrics"),
        desk.number("select max(latency_s) from run_metrics"),
    )
    if low is not None and high is not None and low < high:
        words = f"from {phrases.figure(low)} to {phrases.figure(high)} seconds"
        span = desk.bound(
            words, "spread-s", "select min(latency_s) from run_metrics", "select max(latency_s) from run_metrics"
        )
        yield say("The runs took ", span, ".")
    wall = desk.number("run_summary.wall_s")
    if wall is not None and wall >= LONG_S:
        minutes = desk.number("select wall_s / 60 from run_summary")
        if minutes is not None:
            found = desk.bound(
                f"{phrases.figure(minutes)} minutes", "wall-minutes", "select wall_s / 60 from run_summary"
            )
            yield say("The whole campaign took ", found, ", pauses left out.")
    else:
        yield say("The whole campaign took ", desk.seconds("wall-s", "run_summary.wall_s"), ", pauses left out.")


def _lost(it: Subject) -> Iterator[Sentence | None]:
    desk = it.desk
    if desk.whole("run_summary.lost_calls"):
        yield say(
            desk.count("lost-calls", "run_summary.lost_calls", "call"),
            " stayed without an answer.",
        )
        yield say(
            "What was lost with them can have cost ", desk.dollars("lost-usd", "run_summary.lost_usd"),
            ", which is not in the cost above.",
        )  # fmt: skip
