"""What came out: the results, how runs failed, the tasks worth a look."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from clawpub.pack.tables import Row, Table
from generator.draft import phrases
from generator.draft.desk import literal
from generator.draft.phrases import slug
from generator.draft.sentences import (
    Bound,
    Expression,
    Paragraph,
    Section,
    Sentence,
    bullets,
    call,
    paragraph,
    passage,
    say,
    section,
)
from generator.draft.subject import MOST_NAMED, Subject, failure_modes, is_score, mode_fact, mode_id

OUTLIER = 3
"""A run is worth a sentence when it took so many times the median."""
RESULTS = ("task_id", "score", "failure_modes")


# --- the results ------------------------------------------------------------------------------------------------------


def results_section(it: Subject) -> Section | None:
    desk = it.desk
    results = it.table("per_task_results")
    place = desk.place("per_task_results")
    columns = [name for name in RESULTS if results and any(row[name] is not None for row in results.rows)]
    shown = (
        Expression(call("table", "per_task_results", columns=columns), frozenset({place})) if len(columns) > 1 else None
    )
    interval = paragraph(_interval(it))
    chart = Expression(call("interval_chart", desk.first), frozenset({desk.place("run_summary")})) if interval else None
    numbers = paragraph(
        say(desk.count("passes", it.passes, "pass"), ", ", desk.count("failures", it.failures, "failure"), "."),
        _by_task(it),
    )
    return section("The results", passage("observed", shown, numbers, chart, interval))


def _by_task(it: Subject) -> Sentence | None:
    """Return how many tasks passed whole, not at all, and in part; those of which there are none are not named."""
    desk = it.desk
    if not desk.is_so("select count(passes) = count(*) and count(runs) = count(*) from per_task_results"):
        return None
    kinds = (
        ("full-tasks", "passes = runs", "with a full score"),
        ("zero-tasks", "passes = 0", "without a pass"),
        ("part-tasks", "passes > 0 and passes < runs", "in between"),
    )
    found: list[Bound | str | None] = []
    for id, kind, words in kinds:
        fact = f"select count(task_id) from per_task_results where runs > 0 and {kind}"
        if desk.whole(fact):
            found += [", " if found else "By task: ", desk.count(id, fact, "task", after=words)]
    return say(*found, ".") if found else None


def _interval(it: Subject) -> Sentence | None:
    desk = it.desk
    low, high = desk.number("run_summary.pass_rate_low"), desk.number("run_summary.pass_rate_high")
    if low is None or high is None or not 0 <= low <= high <= 1:
        return None
    found = desk.bound(
        f"{phrases.percent(low)} to {phrases.percent(high)}",
        "interval",
        "run_summary.pass_rate_low",
        "run_summary.pass_rate_high",
    )
    return say(
        "The interval around the pass rate, with runs of the same task counted as a cluster, is ",
        found,
        " of the runs.",
    )


# --- how it fails -----------------------------------------------------------------------------------------------------


def failures_section(it: Subject) -> Section | None:
    return section("How it fails", passage("observed", paragraph(*_modes(it)), paragraph(*_tool_calls(it))))


def _modes(it: Subject) -> Iterator[Sentence | None]:
    desk, modes = it.desk, failure_modes(it)
    for place, (mode, _) in enumerate(modes[:MOST_NAMED]):
        ended = desk.count(mode_id(mode), mode_fact(mode), "run")
        if place == 0 and len(modes) > 1:
            share = (
                f"select 1.0 * sum(failure_mode = {literal(mode)}) / count(passed) from task_outcomes where not passed"
            )
            yield say(
                ended, f" ended as {phrases.code(mode)}: ",
                desk.percent(f"{mode_id(mode)}-share", share), " of the failed runs.",
            )  # fmt: skip
        else:
            yield say(ended, f" ended as {phrases.code(mode)}.")
    if len(modes) > MOST_NAMED:
        names = ", ".join(literal(mode) for mode, _ in modes[:MOST_NAMED])
        rest = f"select count(failure_mode) from task_outcomes where not passed and failure_mode not in ({names})"
        yield say(desk.count("other-modes", rest, "run"), " ended in other ways.")


def _tool_calls(it: Subject) -> Iterator[Sentence | None]:
    desk = it.desk
    if it.table("tool_calls") is None:
        yield say(desk.count("tool-calls", "run_summary.tool_calls", "tool call", after="were made."))
        return
    yield say("The model made ", desk.count("tool-calls", "select count(step) from tool_calls", "tool call"), ".")
    if desk.is_so("select count(status) = count(*) from tool_calls"):
        errors = desk.count("tool-errors", "select count(step) from tool_calls where status = 'error'", "call")
        bad = "select count(step) from tool_calls where status in ('unknown_tool', 'bad_arguments')"
        yield say(errors, " came back as an error.")
        yield say(
            desk.count("bad-calls", bad, "call"),
            " named a tool that does not exist, or brought arguments that it does not take.",
        )
    if desk.is_so("select count(arguments_digest) = count(*) and count(tool) = count(*) from tool_calls"):
        repeated = (
            "select count(step) - count(distinct task_id || '/' || run || '/' || tool || '/' || arguments_digest) "
            "from tool_calls"
        )
        yield say(
            desk.count("repeated-calls", repeated, "call"),
            " repeated, to the letter, a call that the same run had made before.",
        )


# --- notable tasks ----------------------------------------------------------------------------------------------------


def notable_section(it: Subject) -> Section | None:
    found = [*_zero_tasks(it)]
    slow = paragraph(*_slowest(it))
    return section("Tasks worth a look", passage("observed", *found, slow))


def _zero_tasks(it: Subject) -> Iterator[Paragraph | None]:
    """Yield what is said of tasks without a pass, and of those that passed in some runs."""
    table = it.table("per_task_results")
    if table is None:
        return
    rated = [
        row for row in table.rows if isinstance(row["passes"], int) and isinstance(row["runs"], int) and row["runs"]
    ]
    zero = [row for row in rated if row["passes"] == 0]
    part = [row for row in rated if 0 < row["passes"] < row["runs"]]  # type: ignore[operator]
    for rows in (zero, part):
        if len(rows) <= MOST_NAMED and not (rows is zero and len(zero) == len(rated)):
            yield from bullets(_task(it, table, row) for row in rows)


def _task(it: Subject, table: Table, row: Row) -> Sentence | None:
    desk = it.desk
    task = str(row["task_id"])
    fact = desk.cell(table, row, "score")
    score = desk.value(fact)
    if fact is None or not isinstance(score, str) or not is_score(score):
        return None
    title = f" ({phrases.code(str(row['title']))})" if row["title"] else ""
    mode = _mode_of(it, task)
    how: tuple[str | Bound, ...] = (", ", mode) if mode else ()
    return say(
        f"{phrases.name(task)}{title} went ", desk.bound(score, slug(f"{task}-score", "task-score"), fact), *how, "."
    )


def _mode_of(it: Subject, task: str) -> Bound | None:
    """Return how the failed runs of a task ended, where they ended alike."""
    table = it.table("task_outcomes")
    rows = [row for row in table.rows if row["task_id"] == task and row["passed"] is False] if table else []
    modes = {row["failure_mode"] for row in rows}
    if len(modes) != 1 or not isinstance(mode := next(iter(modes)), str):
        return None
    holds = (
        f"select min(failure_mode = {literal(mode)}) from task_outcomes where task_id = {literal(task)} and not passed"
    )
    words = f"{'each failed run' if len(rows) > 1 else 'its failed run'} as {phrases.code(mode)}"
    return it.desk.stated(words, slug(f"{task}-mode", "task-mode"), holds)


def _slowest(it: Subject) -> Iterator[Sentence | None]:
    desk = it.desk
    table = it.table("run_metrics")
    timed = [row for row in table.rows if isinstance(row["latency_s"], Decimal)] if table else []
    median = desk.number("select median(latency_s) from run_metrics")
    if len(timed) < 5 or not median:
        return
    slowest = min(timed, key=lambda row: (-row["latency_s"], row["task_id"], row["run"]))  # type: ignore[operator]
    if slowest["latency_s"] < OUTLIER * median:  # type: ignore[operator]
        return
    task, run = str(slowest["task_id"]), slowest["run"]
    order = "from run_metrics order by latency_s desc, task_id, run limit 1"
    seconds = phrases.figure(slowest["latency_s"])  # type: ignore[arg-type]
    words = f"the slowest, run {run} of {phrases.name(task)}, took {seconds} seconds"
    found = desk.bound(
        words,
        "slowest",
        f"select run {order}",
        f"select latency_s {order}",
        holds=f"select (select task_id {order}) = {literal(task)}",
    )
    multiple = desk.number("select max(latency_s) / median(latency_s) from run_metrics")
    if multiple is None or multiple > 1000:
        return
    times = desk.bound(
        f"{phrases.figure(multiple, 2)} times",
        "slowest-times",
        "select max(latency_s) / median(latency_s) from run_metrics",
    )
    yield say("Of the runs, ", found, ", which is ", times, " the median.")
