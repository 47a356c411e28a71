"""The sections of a writeup about a campaign, in the newsletter's order; here those that introduce it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from clawpub.pack.tables import spell
from generator.draft import phrases
from generator.draft.costs import cost_section
from generator.draft.desk import literal
from generator.draft.ending import builders_section, unknown_section
from generator.draft.outcomes import failures_section, notable_section, results_section
from generator.draft.predictions import predictions_section
from generator.draft.sentences import (
    Bound,
    Expression,
    Section,
    Sentence,
    call,
    paragraph,
    passage,
    say,
    section,
    sections,
)
from generator.draft.subject import Subject, failure_modes, is_score, mode_fact, mode_id, ratio


def campaign_sections(it: Subject) -> list[Section]:
    """Return what can be said of a campaign."""
    return sections(
        _lead(it),
        _asked(it),
        results_section(it),
        failures_section(it),
        notable_section(it),
        predictions_section(it),
        cost_section(it),
    )


def closing_sections(it: Subject) -> list[Section]:
    """Return what stands at the end, behind comparisons and other tables."""
    return sections(unknown_section(it), builders_section(it))


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
        yield say("Of the runs with a verdict, ", ratio(it, "of-valid"), " passed.")
        return
    headline = desk.value("run_summary.headline_score")
    planned = desk.is_so("select denominator = 'planned' and headline_score is not null from run_summary")
    fact = "run_summary.headline_score" if headline is not None else "run_summary.score"
    rate = "run_summary.pass_rate_of_planned" if planned else "run_summary.pass_rate"
    yield say(
        "It scored ",
        _scored(it, fact, rate) or ratio(it, "score"),
        ", counted over the planned runs." if planned else ".",
    )


def _scored(it: Subject, score: str, rate: str) -> Bound | None:
    words, share = it.desk.value(score), it.desk.number(rate)
    if not isinstance(words, str) or not is_score(words):
        return None
    if share is None:
        return it.desk.bound(words, "score", score)
    return it.desk.bound(f"{words} ({round(Decimal(share) * 100, 2):.2f}%)", "score", score, rate)


def _apart(it: Subject) -> Iterator[Sentence | None]:
    """Yield what is said of runs that broke outside the model, with the score out of all planned runs."""
    desk, fact = it.desk, it.unscored
    number = desk.whole(fact)
    if not number:
        yield say(desk.count("unscored", fact, "run"), " broke for reasons outside the model.")
        return
    planned = desk.is_so("select denominator = 'planned' and headline_score is not null from run_summary")
    yield say(
        desk.count("unscored", fact, "run"),
        " broke for reasons outside the model and ",
        ("counts" if number == 1 else "count") + " there as not passed." if planned else "",
        "" if planned else ("is" if number == 1 else "are") + " not in that count.",
    )
    if planned:
        yield say("Out of the runs with a verdict, the score is ", ratio(it, "of-valid"), ".")
        return
    of_planned = desk.value("run_summary.score_of_planned")
    if isinstance(of_planned, str) and is_score(of_planned):
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
