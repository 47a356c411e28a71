"""The section that sets further packs beside the first: tables, differences, and what the data can tell of those."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from clawpub.differences import ALPHA
from clawpub.errors import PackError
from clawpub.pack.compare import Pair, compare_packs
from clawpub.pack.reader import Pack
from clawpub.pack.schema import PER_TASK_RESULTS, RUN_SUMMARY
from generator.draft import phrases
from generator.draft.desk import Desk
from generator.draft.sentences import (
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

FIRST = "this"
TAKEN = frozenset({"main", "temp", "cross", "data", "harness", "model", "the", FIRST})
_WORDS = re.compile(r"\d+(?:\.\d+)+[a-z]*|[a-z0-9]+")
LONGEST = 24
"""Characters of an alias, before its number."""


def aliases_for(packs: Sequence[Pack]) -> list[str]:
    """Return what the packs are called: `this`, and for each other the words that tell its campaign from the first."""
    found = [FIRST]
    names = {name for pack in packs for name in pack.table_names}
    for pack in packs[1:]:
        told = pack.info.campaign
        stem = _alias(_apart(pack, packs[0]), told.model.id if told else pack.id) or "other"
        harness = _alias(_WORDS.findall(told.harness.name.lower()), "") if told else ""
        wishes = [stem, *([f"{stem}_{harness}"] if harness and harness not in stem else [])]
        wishes += [f"{stem}_{number}" for number in range(2, len(packs) + len(names) + len(TAKEN) + 3)]
        found.append(next(alias for alias in wishes if alias not in TAKEN | names and alias not in found))
    return found


def _apart(pack: Pack, first: Pack) -> list[str]:
    """Return the words that tell a campaign from the first: its model's, or its harness's where they ran the same."""
    ours, theirs = first.info.campaign, pack.info.campaign
    if ours is None or theirs is None:
        return _WORDS.findall(pack.id)
    names = ((theirs.model.id, ours.model.id), (theirs.harness.name, ours.harness.name))
    told = (
        [word for word in _WORDS.findall(their.lower()) if word not in _WORDS.findall(our.lower())]
        for their, our in names
    )
    return next((words for words in told if words), [])


def _alias(words: Sequence[str], model: str) -> str:
    """Return the first two words as an alias, "" where there is none: `openclaw`, `smollm2_135m`, `qwen_1_5b`."""
    chosen = "_".join(words[:2]).replace(".", "_")
    if chosen[:1].isdigit():
        family = re.match(r"[a-z]+", model.lower())
        chosen = f"{family[0]}_{chosen}" if family else ""
    return chosen[:LONGEST].strip("_")


def comparison_section(desk: Desk, names: Mapping[str, str]) -> Section | None:
    """Return the section that compares the packs, by alias; `names` says in Markdown what each is called."""
    others = [alias for alias in desk.packs if alias != desk.first]
    scored = [alias for alias in desk.packs if desk.standard(RUN_SUMMARY, alias)]
    if not others or desk.first not in scored or len(scored) < 2:
        return None
    both = [alias for alias in scored if desk.standard(PER_TASK_RESULTS, alias)]
    summaries = frozenset((alias, RUN_SUMMARY.name) for alias in scored)
    results = frozenset((alias, table.name) for alias in both for table in (PER_TASK_RESULTS, RUN_SUMMARY))
    rates = [alias for alias in scored if desk.value(_summary(alias, desk, "pass_rate")) is not None]
    return section(
        "Beside other campaigns" if len(scored) > 2 else "Beside another campaign",
        passage(
            "observed",
            Expression(call("compare_runs", *scored), summaries),
            Expression(call("interval_chart", *rates), summaries) if len(rates) > 1 else None,
            *_scores(desk, scored, names),
            *(_pair(desk, alias, names) for alias in others if alias in scored),
        ),
        passage("observed", Expression(call("compare_tasks", *both), results)) if len(both) > 1 else None,
        passage("context", paragraph(*_notes(desk, [desk.first, *(a for a in others if a in scored)]))),
    )


def _summary(alias: str, desk: Desk, column: str) -> str:
    return f"{RUN_SUMMARY.name}.{column}" if alias == desk.first else f"{alias}.{RUN_SUMMARY.name}.{column}"


def _scores(desk: Desk, aliases: Sequence[str], names: Mapping[str, str]) -> list[Paragraph]:
    """Return a line for each campaign: a line of its own names one campaign and no other."""
    scores = {
        alias: desk.ratio(f"{alias}-score", _summary(alias, desk, "passes"), _summary(alias, desk, "runs"), slash=True)
        for alias in aliases
    }
    return bullets(say(f"{names[alias]}: ", score, " runs passed.") for alias, score in scores.items())


def _pair(desk: Desk, alias: str, names: Mapping[str, str]) -> Paragraph | None:
    """Return what is said of one pack against the first."""
    runs = [_summary(each, desk, "runs") for each in (desk.first, alias)]
    start = f"Against {names[alias]}"
    return paragraph(_difference(desk, alias, runs, start), *_tested(desk, alias))


def _difference(desk: Desk, alias: str, runs: Sequence[str], start: str) -> Sentence | None:
    between = f"from {desk.sql(RUN_SUMMARY.name, alias)} o, {desk.first}.{RUN_SUMMARY.name} t"
    if desk.value(runs[0]) == desk.value(runs[1]):
        if desk.is_so(f"select o.passes = t.passes {between}"):
            same = desk.stated(
                "the number of passes is the same", f"{alias}-same", f"select o.passes = t.passes {between}"
            )
            return say(f"{start}, ", same, ".")
        return say(
            f"{start} the difference is ",
            desk.count(f"{alias}-difference", f"select abs(o.passes - t.passes) {between}", "pass"),
            ".",
        )
    fact = f"select abs(1.0 * o.passes / o.runs - 1.0 * t.passes / t.runs) {between}"
    share = desk.number(fact)
    if share is None:
        return None
    points = desk.bound(f"{phrases.percent(share)[:-1]} percentage points", f"{alias}-points", fact)
    return say(f"{start}, the pass rates are ", points, " apart; the numbers of runs are not the same.")


def _tested(desk: Desk, alias: str) -> Iterator[Sentence | None]:
    """Yield what the tests say, in the words of `clawpub compare`: a difference is one only where they show it."""
    pair = _compared(desk, alias)
    if pair is None or pair.passes == pair.rate == 0:
        return
    here = desk.measure(f"{alias}-p-here", _by_task(desk, alias, _p("exchange_p"))) if pair.by_task else None
    like = desk.measure(f"{alias}-p-like", _by_task(desk, alias, _p("paired_p"))) if pair.by_task else None
    yield say("With the runs exchanged within each task, p is ", here, ".") if here else None
    yield say("With the tasks paired in a t-test, p is ", like, ".") if like else None
    match pair.verdict:
        case "difference":
            words = "a difference that other tasks of the kind would be expected to show too"
            judged = desk.stated(words, f"{alias}-verdict", _by_task(desk, alias, _likely(pair)))
            yield say("By tests paired over the tasks, that is ", judged, ".")
        case "these tasks only":
            words = "a difference on these very tasks; whether others of the kind would show it, the data do not tell"
            query = _by_task(desk, alias, f"{_p('exchange_p')} <= {ALPHA}{_and_not_likely(pair)}")
            yield say("That is ", desk.stated(words, f"{alias}-verdict", query), ".")
        case "untested":
            yield say(
                "The packs do not say how their runs spread over the tasks, so that the difference is not tested."
            )
        case _:
            words = "do not tell the campaigns apart"
            yield say("These data ", desk.stated(words, f"{alias}-verdict", _untold(desk, alias, pair)), ".")


def _p(test: str) -> str:
    return f"{test}(t.passes, t.runs, o.passes, o.runs)"


def _by_task(desk: Desk, alias: str, what: str) -> str:
    return (
        f"select {what} from {desk.first}.per_task_results t "
        f"join {desk.sql('per_task_results', alias)} o on o.task_id = t.task_id"
    )


def _likely(pair: Pair) -> str:
    """Return the condition that other tasks would show the difference: each test that has a value does."""
    found = pair.by_task
    tests = {"paired_p": found.t.p, "sign_flip_p": found.sign_flip} if found else {}
    return " and ".join(f"{_p(test)} <= {ALPHA}" for test, value in tests.items() if value is not None)


def _and_not_likely(pair: Pair) -> str:
    return f" and not ({likely})" if (likely := _likely(pair)) else ""


def _untold(desk: Desk, alias: str, pair: Pair) -> str:
    """Return the condition under which nothing is said of a difference: by task, or for totals by their best case."""
    if pair.by_task:
        here = f"{_p('exchange_p')} > {ALPHA}" if pair.by_task.these_tasks is not None else ""
        likely = f"not ({each})" if (each := _likely(pair)) else ""
        return _by_task(desk, alias, " and ".join(filter(None, (here, likely))))
    return (
        f"select {_p('fisher_p')} > {ALPHA} from {desk.first}.{RUN_SUMMARY.name} t, "
        f"{desk.sql(RUN_SUMMARY.name, alias)} o"
    )


def _compared(desk: Desk, alias: str) -> Pair | None:
    try:
        return compare_packs([desk.packs[desk.first], desk.packs[alias]]).pairs[0]
    except PackError:
        return None


def _notes(desk: Desk, aliases: Sequence[str]) -> Iterator[Sentence | None]:
    try:
        notes = compare_packs([desk.packs[alias] for alias in aliases]).notes
    except PackError:
        return
    for note in notes:
        yield say(f"To be kept in mind: {phrases.escaped(note)}.")
