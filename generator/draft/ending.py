"""The end of a writeup about a campaign: what its pack cannot tell, and what it means for builders."""

from __future__ import annotations

from collections.abc import Iterator

from generator.draft import phrases
from generator.draft.desk import Desk
from generator.draft.sentences import (
    Section,
    Sentence,
    paragraph,
    passage,
    say,
    section,
)
from generator.draft.subject import Subject, failure_modes


def unknown_section(it: Subject) -> Section | None:
    """Return what this pack cannot tell, as questions for the author."""
    desk = it.desk
    return section(
        "What we don't know yet",
        passage("speculation", paragraph(*_open_causes(it)), paragraph(*_open_reach(desk, it))),
    )


def _open_causes(it: Subject) -> Iterator[Sentence | None]:
    failures = it.desk.whole(it.failures)
    if failures:
        yield say("A failure mode says how a run ended, and not why.")
        has_transcripts = any(r.path.startswith("transcripts/") for r in it.pack.descriptor.resources)
        yield say(
            "What the transcripts of the failed runs show is still to be read, and to be told here."
            if has_transcripts
            else "This pack holds no transcripts, so the cause stays open."
        )
    elif failures == 0:
        yield say("A suite that a model passes whole does not say how much it could have failed.")
    modes = failure_modes(it)
    if len(modes) > 1:
        yield say(
            f"Whether {phrases.code(modes[0][0])} belongs to the model or to the set-up around it is not settled by "
            "one campaign."
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


def builders_section(it: Subject) -> Section | None:
    desk = it.desk
    known = "select case when count(passes) = count(*) and count(runs) = count(*) then"
    in_zero = f"{known} sum(case when passes = 0 then runs else 0 end) end from per_task_results"
    together = f"{known} sum(runs) - sum(passes) end from per_task_results"
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
