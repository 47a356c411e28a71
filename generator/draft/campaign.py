"""The sections of a writeup about a campaign, in the newsletter's order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from clawpub.pack.reader import Pack
from clawpub.pack.schema import (
    COST_BREAKDOWN,
    PER_TASK_RESULTS,
    PREDICTIONS_SCORING,
    RUN_METRICS,
    RUN_SUMMARY,
    TASK_OUTCOMES,
    TOOL_CALLS,
)
from clawpub.pack.tables import Row, Table, spell
from generator.draft import phrases
from generator.draft.desk import Desk, literal
from generator.draft.sentences import (
    Bound,
    Expression,
    Paragraph,
    Section,
    Sentence,
    bullets,
    paragraph,
    passage,
    say,
    section,
    sections,
)

OUTLIER = 3
"""A run is worth a sentence when it took so many times the median."""
MOST_NAMED = 6
"""Tasks, failure modes or predictions that are named one by one."""
LONG_S = 180
"""Seconds from which on minutes are said."""

RESULTS = ("task_id", "score", "failure_modes")
PREDICTIONS = ("id", "statement", "expected", "actual", "result", "miss", "brier")


@dataclass(frozen=True)
class Subject:
    """The campaign at hand: its pack's own tables, and how it is called."""

    desk: Desk
    pack: Pack
    name: str
    """Markdown: a model card's name, or the model's id as code."""

    def table(self, schema_name: str) -> Table | None:
        schema = {
            schema.name: schema
            for schema in (
                RUN_SUMMARY, PER_TASK_RESULTS, TASK_OUTCOMES, RUN_METRICS, TOOL_CALLS, COST_BREAKDOWN, PREDICTIONS_SCORING
            )
        }[schema_name]  # fmt: skip
        return self.desk.standard(schema)

    def fact(self, *candidates: str) -> str | None:
        """Return the first fact for which the pack holds a value."""
        return next((fact for fact in candidates if self.desk.value(fact) is not None), None)

    @property
    def passes(self) -> str | None:
        return self.fact(
            "run_summary.passes", _sum("passes", "per_task_results"), "select sum(passed) from task_outcomes"
        )

    @property
    def runs(self) -> str | None:
        return self.fact(
            "run_summary.runs", _sum("runs", "per_task_results"), "select count(passed) from task_outcomes"
        )

    @property
    def failures(self) -> str | None:
        return self.fact(
            "run_summary.failures",
            "select count(passed) - sum(passed) from task_outcomes",
            "select case when count(passes) = count(*) and count(runs) = count(*) then sum(runs) - sum(passes) end "
            "from per_task_results",
        )

    @property
    def tasks(self) -> str | None:
        return self.fact("run_summary.tasks", "select count(task_id) from per_task_results")

    @property
    def unscored(self) -> str | None:
        return self.fact("run_summary.infrastructure_errors", "select count(*) - count(passed) from task_outcomes")


def _sum(column: str, table: str) -> str:
    """A sum over a missing value is missing."""
    return f"select case when count({column}) = count(*) then sum({column}) end from {table}"


def campaign_sections(it: Subject) -> list[Section]:
    """Return what can be said of a campaign."""
    return sections(_lead(it), _asked(it), _results(it), _failures(it), _notable(it), _predictions(it), _cost(it))


def closing_sections(it: Subject) -> list[Section]:
    """Return what stands at the end, behind comparisons and other tables."""
    return sections(_unknown(it), _builders(it))


# --- the lead ---------------------------------------------------------------------------------------------------------


def _lead(it: Subject) -> Section | None:
    told = it.pack.info.campaign
    if told:
        through = f", through the harness {phrases.code(f'{told.harness.name}@{told.harness.version}')}"
        opening = say(f"This is a campaign of {it.name}{through}, on the suite {phrases.code(told.suite.id)}.")
    else:
        opening = say(f"The data pack {phrases.code(it.pack.id)} holds the results of a campaign.")
    return section("", passage("observed", paragraph(opening, *_score(it), *_apart(it)), paragraph(*_failed(it))))


def _score(it: Subject) -> Iterator[Sentence | None]:
    """Yield what the score is, by the denominator that the campaign declared."""
    desk = it.desk
    if desk.is_so("select headline_score is null and coverage is not null from run_summary"):
        yield say(
            "It has ",
            desk.stated("no headline score", "no-headline", "select headline_score is null from run_summary"),
            ": the runs with a verdict are ",
            desk.percent("coverage", "run_summary.coverage"),
            " of the planned runs, which is not what the campaign had declared as enough.",
        )
        yield say("Of the runs with a verdict, ", _ratio(it, "of-valid"), " passed.")
        return
    headline = desk.value("run_summary.headline_score")
    planned = headline is not None and desk.value("run_summary.denominator") == "planned"
    fact = "run_summary.headline_score" if headline is not None else "run_summary.score"
    rate = "run_summary.pass_rate_of_planned" if planned else "run_summary.pass_rate"
    yield say(
        "It scored ",
        _scored(it, fact, rate) or _ratio(it, "score"),
        ", counted over the planned runs." if planned else ".",
    )


def _scored(it: Subject, score: str, rate: str) -> Bound | None:
    words, share = it.desk.value(score), it.desk.number(rate)
    if not isinstance(words, str) or not _is_score(words):
        return None
    if share is None:
        return it.desk.bound(words, "score", score)
    return it.desk.bound(f"{words} ({round(Decimal(share) * 100, 2):.2f}%)", "score", score, rate)


def _is_score(text: str) -> bool:
    k, slash, n = text.partition("/")
    return bool(slash) and k.isdecimal() and n.isdecimal() and text.isascii() and int(k) <= int(n) != 0


def _ratio(it: Subject, id: str) -> Bound | None:
    return it.desk.ratio(id, it.passes, it.runs, slash=True) if it.passes and it.runs else None


def _apart(it: Subject) -> Iterator[Sentence | None]:
    """Yield what is said of runs that broke outside the model, with the score out of all planned runs."""
    desk, fact = it.desk, it.unscored
    number = desk.whole(fact)
    if not number:
        yield say(desk.count("unscored", fact, "run"), " broke for reasons outside the model.")
        return
    yield say(
        desk.count("unscored", fact, "run"), " broke for reasons outside the model and ",
        f"{'is' if number == 1 else 'are'} not in that count.",
    )  # fmt: skip
    if desk.value("run_summary.denominator") == "planned":
        yield say("Out of the runs with a verdict, the score is ", _ratio(it, "of-valid"), ".")
        return
    of_planned = desk.value("run_summary.score_of_planned")
    if isinstance(of_planned, str) and _is_score(of_planned):
        found: Bound | None = desk.bound(of_planned, "of-planned", "run_summary.score_of_planned")
    else:
        found = desk.ratio(
            "of-planned", it.passes or "", "select runs + infrastructure_errors from run_summary", slash=True
        )
    yield say("Out of the planned runs, with those counted as not passed, the score is ", found, ".")


def _failed(it: Subject) -> Iterator[Sentence | None]:
    desk = it.desk
    number, modes = desk.whole(it.failures), failure_modes(it)
    if number == 0:
        yield say(_all_passed(it), ".")
    elif number and len(modes) == 1 and modes[0][1] == number > 1:
        yield say(desk.count("failures", it.failures, "run"), " failed, ", _one_mode(it, modes[0][0]), ".")
    else:
        mode = modes[0][0] if modes else None
        yield say(desk.count("failures", it.failures, "run"), " failed.")
        yield (
            say(desk.count(mode_id(mode), mode_fact(mode), "failed run"), " ended as ", phrases.code(mode), ".")
            if mode is not None
            else None
        )


def _all_passed(it: Subject) -> Bound | None:
    if it.table("task_outcomes") is not None:
        return it.desk.stated("Every run with a verdict passed", "every-run", "select min(passed) from task_outcomes")
    if it.passes == "run_summary.passes" and it.runs == "run_summary.runs":
        return it.desk.stated("Every run with a verdict passed", "every-run", "select passes = runs from run_summary")
    return None


def _one_mode(it: Subject, mode: str) -> Bound | None:
    holds = f"select min(failure_mode = {literal(mode)}) from task_outcomes where not passed"
    return it.desk.stated(f"all of them as {phrases.code(mode)}", "one-mode", holds)


def failure_modes(it: Subject) -> list[tuple[str, int]]:
    """Return the failure modes of failed runs with their counts, the most frequent first."""
    table = it.table("task_outcomes")
    counts: dict[str, int] = {}
    for row in table.rows if table else ():
        if row["passed"] is False and isinstance(row["failure_mode"], str):
            counts[row["failure_mode"]] = counts.get(row["failure_mode"], 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def mode_fact(mode: str) -> str:
    return f"select count(failure_mode) from task_outcomes where failure_mode = {literal(mode)} and not passed"


def mode_id(mode: str | None) -> str:
    return slug(mode or "", "mode")


def slug(text: str, otherwise: str) -> str:
    """Return a text as the id of an entry."""
    plain = "-".join("".join(char if char.isascii() and char.isalnum() else " " for char in text.lower()).split())
    return plain[:60].strip("-") or otherwise


# --- what was asked ---------------------------------------------------------------------------------------------------


def _asked(it: Subject) -> Section | None:
    desk = it.desk
    each = desk.count(
        "runs-a-task",
        "select max(runs) from per_task_results",
        "run",
        after="of each with a verdict",
        holds="select min(runs) = max(runs) and count(runs) = count(*) from per_task_results",
    )
    several = say(desk.count("tasks", it.tasks, "task"), ", ", each, ", ", desk.count("runs", it.runs), " in total.")
    plain = say(desk.count("tasks", it.tasks, "task"), ", ", desk.count("runs", it.runs, "run"), " with a verdict.")
    results = it.table("per_task_results")
    titled = results is not None and any(row["title"] for row in results.rows)
    tasks = Expression(
        call("table", "per_task_results", columns=["task_id", "title"]), frozenset({desk.place("per_task_results")})
    )
    return section(
        "What the harness asks",
        passage("observed", paragraph(several or plain), tasks if titled else None),
        passage("context", paragraph(*_setting(it))),
    )


def _setting(it: Subject) -> Iterator[Sentence | None]:
    told = it.pack.info.campaign
    if told is None:
        return
    model = told.model
    where = [f"the provider {phrases.code(model.provider)}"]
    where += [f"region {phrases.code(model.region)}"] if model.region else []
    where += [f"tier {phrases.code(model.tier)}"] if model.tier else []
    yield say(f"The model is {phrases.code(model.id)}, reached through {phrases.listed(where)}.")
    began, ended = (spell(at)[:10] for at in (told.started_at, told.ended_at))
    yield say(f"The campaign ran on {began}." if began == ended else f"The campaign ran from {began} to {ended}.")
    if it.pack.info.origin != "executed":
        yield say(f"Its numbers were not measured here: the pack says that it is {it.pack.info.origin}.")
    for note in it.pack.info.notes:
        yield say(f"A note of the pack says: “{phrases.escaped(note)}”")


def call(function: str, *arguments: str, **named: Sequence[str]) -> str:
    """Return an expression of the body."""
    texts = [json.dumps(argument, ensure_ascii=False) for argument in arguments]
    texts += [f"{key}={json.dumps(list(values), ensure_ascii=False)}" for key, values in named.items()]
    return f"{{{{ {function}({', '.join(texts)}) }}}}"


# --- the results ------------------------------------------------------------------------------------------------------


def _results(it: Subject) -> Section | None:
    desk = it.desk
    results = it.table("per_task_results")
    place = desk.place("per_task_results")
    columns = [name for name in RESULTS if results and any(row[name] is not None for row in results.rows)]
    shown = (
        Expression(call("table", "per_task_results", columns=columns), frozenset({place})) if len(columns) > 1 else None
    )
    chart = (
        Expression(call("interval_chart"), frozenset({desk.place("run_summary")}))
        if desk.value("run_summary.pass_rate_low") is not None
        else None
    )
    numbers = paragraph(
        say(desk.count("passes", it.passes, "pass"), ", ", desk.count("failures", it.failures, "failure"), "."),
        _by_task(it),
    )
    return section("The results", passage("observed", shown, numbers, chart, paragraph(_interval(it))))


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


def _failures(it: Subject) -> Section | None:
    return section("How it fails", passage("observed", paragraph(*_modes(it)), paragraph(*_tool_calls(it))))


def _modes(it: Subject) -> Iterator[Sentence | None]:
    desk, modes = it.desk, failure_modes(it)
    for place, (mode, count) in enumerate(modes[:MOST_NAMED]):
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


def _notable(it: Subject) -> Section | None:
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
    if fact is None or not isinstance(score, str) or not _is_score(score):
        return None
    title = f" ({phrases.code(str(row['title']))})" if row["title"] else ""
    modes = [_mode_of(it, task)]
    return say(
        f"{phrases.name(task)}{title} went ", desk.bound(score, slug(f"{task}-score", "task-score"), fact), *modes, "."
    )


def _mode_of(it: Subject, task: str) -> Bound | str:
    """Return how the failed runs of a task ended, where they ended alike; else an empty text."""
    table = it.table("task_outcomes")
    rows = [row for row in table.rows if row["task_id"] == task and row["passed"] is False] if table else []
    modes = {row["failure_mode"] for row in rows}
    if len(modes) != 1 or not isinstance(mode := next(iter(modes)), str):
        return ""
    holds = (
        f"select min(failure_mode = {literal(mode)}) from task_outcomes where task_id = {literal(task)} and not passed"
    )
    words = f", {'each failed run' if len(rows) > 1 else 'its failed run'} as {phrases.code(mode)}"
    return it.desk.stated(words, slug(f"{task}-mode", "task-mode"), holds) or ""


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
    words = f"the slowest, run {run} of {phrases.name(task)}, took {phrases.figure(slowest['latency_s'])} seconds"  # type: ignore[arg-type]
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


# --- predictions ------------------------------------------------------------------------------------------------------


def _predictions(it: Subject) -> Section | None:
    table, desk = it.table("predictions_scoring"), it.desk
    if table is None:
        return None
    columns = [name for name in PREDICTIONS if any(row[name] is not None for row in table.rows)]
    shown = Expression(
        call("table", "predictions_scoring", columns=columns), frozenset({desk.place("predictions_scoring")})
    )
    told = it.pack.info.campaign
    frozen = " frozen before the first run" if told and told.predictions else ""
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
                say("There are ", count, f"{frozen}; ", held, " held."),
                say(undecided, " cannot be decided, since the pack does not hold the fact.")
                if any(row["result"] == "Undecidable" for row in table.rows)
                else None,
                say(
                    "The mean Brier score is ", desk.figure("brier", "select avg(brier) from predictions_scoring"), "."
                ),
            ),
            *bullets(_wrong(it, table, row) for row in wrong[:MOST_NAMED]),
        ),
    )


def _results_of(result: str) -> str:
    return f"select count(id) from predictions_scoring where result = '{result}'"


def _wrong(it: Subject, table: Table, row: Row) -> Sentence | None:
    desk, id = it.desk, str(row["id"])
    statement = f" ({phrases.code(str(row['statement']))})" if row["statement"] else ""
    start = f"Prediction {phrases.code(id)}{statement} is "
    result = desk.quote(slug(f"{id}-result", "result"), desk.cell(table, row, "result"))
    miss = desk.quote(slug(f"{id}-miss", "miss"), desk.cell(table, row, "miss"))
    return say(start, result, ": ", miss, ".") or say(start, result, ".")


# --- cost and latency -------------------------------------------------------------------------------------------------


def _cost(it: Subject) -> Section | None:
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
        empty = "select cost_usd is null and cost_per_pass_usd is null from run_summary"
        yield say(
            "No price is known: ",
            desk.stated("the cost cells are empty", "no-cost", empty),
            ", which is not the same as free.",
        )
    yield say("The campaign cost ", desk.dollars("cost", "run_summary.cost_usd"), ".")
    yield (
        say("That is ", desk.dollars("cost-a-pass", "run_summary.cost_per_pass_usd"), " a pass.")
        if cost is not None
        else say("A pass cost ", desk.dollars("cost-a-pass", "run_summary.cost_per_pass_usd"), ".")
    )
    if cost is not None and a_pass is None and desk.value("run_summary.passes") == 0:
        yield say(
            "There is no cost of a pass to give, since ",
            desk.stated("nothing passed", "nothing-passed", "select passes = 0 from run_summary"), ".",
        )  # fmt: skip
    share = "share" if cost is not None else "token_share"
    yield _largest_share(it, share, "cost" if cost is not None else "tokens")


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
    holds = f"select (select {column} from cost_breakdown where task_id = {literal(task)}) = max({column}) from cost_breakdown"
    return say(
        f"{phrases.name(task)} took ", desk.percent(f"{what}-share", fact), f" of the campaign's {what}, ",
        desk.stated("the largest share of a task", f"largest-{what}", holds), ".",
    )  # fmt: skip


def _tokens(it: Subject) -> Iterator[Sentence | None]:
    desk = it.desk
    tokens_in = desk.count("tokens-in", "run_summary.tokens_in", "token")
    yield say("The model read ", tokens_in, " and wrote ", desk.count("tokens-out", "run_summary.tokens_out"), ".")
    cached = "select 1.0 * tokens_cached / tokens_in from run_summary"
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
            " of the campaign had an answer that did not come.",
        )
        yield say(
            "What was lost with them can have cost ", desk.dollars("lost-usd", "run_summary.lost_usd"),
            ", which is not in the cost above.",
        )  # fmt: skip


# --- the end ----------------------------------------------------------------------------------------------------------


def _unknown(it: Subject) -> Section | None:
    """Return what this pack cannot tell, as questions for the author."""
    desk = it.desk
    return section(
        "What we don't know yet",
        passage("speculation", paragraph(*_open_causes(it)), paragraph(*_open_reach(desk, it))),
    )


def _open_causes(it: Subject) -> Iterator[Sentence | None]:
    if it.desk.whole(it.failures):
        yield say("A failure mode says how a run ended, and not why.")
        has_transcripts = any(r.path.startswith("transcripts/") for r in it.pack.descriptor.resources)
        yield say(
            "What the transcripts of the failed runs show is still to be read, and to be told here."
            if has_transcripts
            else "This pack holds no transcripts, so the cause stays open."
        )
    else:
        yield say("A suite that a model passes whole does not say how much it could have failed.")
    modes = failure_modes(it)
    if len(modes) > 1:
        yield say(
            f"Whether {phrases.code(modes[0][0])} belongs to the model or to the set-up around it is not settled by one campaign."
        )


def _open_reach(desk: Desk, it: Subject) -> Iterator[Sentence | None]:
    if it.table("run_summary") is not None and desk.value("run_summary.pass_rate_low") is not None:
        yield say("The interval is that of few tasks; other tasks of the kind might have gone otherwise.")
    if it.pack.info.origin != "executed":
        yield say("We did not run this campaign, and what its source does not state is left empty here.")
    empty = _empty_columns(it)
    if empty:
        yield say(f"The summary leaves these empty: {phrases.listed([phrases.code(name) for name in empty])}.")
    told = it.pack.info.campaign
    if told and it.pack.info.origin == "executed":
        yield say("One harness and one way of sampling were used; what others would change was not tried here.")
    yield say("What else a reader might take from these numbers, and should not, is the author's to add.")


def _empty_columns(it: Subject) -> list[str]:
    table = it.table("run_summary")
    names = ("cost_usd", "tokens_in", "tokens_out", "latency_p50_s", "pass_rate_low", "wall_s")
    return [name for name in names if table and len(table.rows) == 1 and table.rows[0][name] is None]


def _builders(it: Subject) -> Section | None:
    desk = it.desk
    in_zero = (
        "select case when count(passes) = count(*) and count(runs) = count(*) then "
        "sum(case when passes = 0 then runs else 0 end) end from per_task_results"
    )
    together = "select case when count(passes) = count(*) and count(runs) = count(*) then sum(runs) - sum(passes) end from per_task_results"
    some = desk.whole(in_zero) and desk.whole(it.passes)
    zero = say(desk.ratio("in-zero", in_zero, together), " failures fall on tasks without a pass.") if some else None
    return section(
        "What it means for builders",
        passage(
            "observed",
            paragraph(
                say("On this suite, ", it.desk.ratio("passed-of", it.passes or "", it.runs or ""), " runs passed."),
                zero,
            ),
        ),
        passage(
            "speculation",
            paragraph(
                say("Whether that is enough depends on what a failed run costs where the model is put to work."),
                say("What to do with it is the author's advice, and belongs here."),
            ),
        ),
    )
