"""Binding: what a number may mean, when that is beyond doubt, and that nothing is written which the check refuses."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from clawpub.errors import ContentError
from clawpub.pack.model import PackInfo
from clawpub.pack.reader import Pack, open_pack
from clawpub.pack.schema import Column, Schema
from clawpub.pack.tables import Row, Table, table
from clawpub.pack.writer import seal_pack
from generator.binding import Changes, Draft, Found, Ranked, find_proposals, open_draft, prepare
from generator.claims import check_writeup
from generator.content import load_writeup
from generator.writeup import CheckedWriteup
from tests.generator.builders import campaign_tables, make_pack, make_writeup

ROOT = Path(__file__).parents[2]
SITE = 'title = "T"\nbase_url = "https://e.example"\n'
SPAN = re.compile(r"\[([^\[\]]*)\]\{fact=[\w:-]+\}")

BOARD = Schema(
    "board",
    "The leaderboard",
    (
        Column("model", "string"),
        Column("edit_format", "string"),
        Column("pass_rate_2", "number", "percent of the cases"),
        Column("cases_passed", "integer"),
        Column("cases", "integer"),
        Column("total_cost", "number", "US dollars"),
        Column("seconds_per_case", "number"),
        Column("open_weights", "boolean"),
    ),
    ("model",),
    recorded=True,
)
MODELS: list[tuple[str, str, str, int, str, str, bool]] = [
    ("Nordic 3.1 Pro (high)", "diff", "84.9", 191, "146.32", "449.0", False),
    ("gpt-9 (low)", "diff", "81.3", 183, "10.37", "62.4", False),
    ("Falken V2.5", "whole", "17.8", 40, "0.51", "184.0", True),
    ("quaint-7b", "whole", "3.6", 8, "0.32", "17.3", True),
    ("quaint-70b-it", "diff-fenced", "35.1", 79, "4.55", "34.8", True),
]


def board() -> Table:
    """Return a table that no campaign made, in somebody else's words, with percentages stored as percent."""
    rows: list[Row] = [
        {
            "model": model,
            "edit_format": form,
            "pass_rate_2": Decimal(rate),
            "cases_passed": passed,
            "cases": 225,
            "total_cost": Decimal(cost),
            "seconds_per_case": Decimal(seconds),
            "open_weights": weights,
        }
        for model, form, rate, passed, cost, seconds, weights in MODELS
    ]
    return table(BOARD, rows)


PASSED = '[p]\nis = "run_summary.passes"\n'


def draft(tmp_path: Path, body: str, *, facts: str = "", packs: tuple[Pack, ...] = ()) -> Draft:
    """Return a writeup's draft in a publication; its packs are pinned as `this`, `that`, `third`."""
    folder = make_writeup(tmp_path, body, facts=facts, packs=packs or (make_pack(tmp_path),))
    (tmp_path / "content" / "site.toml").write_text(SITE)
    return open_draft(tmp_path, folder)


def ranked(tmp_path: Path, sentence: str, *, packs: tuple[Pack, ...] = (), tag: str = "[Observed]") -> Ranked:
    """Return what the only quantity of a sentence may mean."""
    (only,) = find_proposals(draft(tmp_path, f"{tag} {sentence}\n", packs=packs)).ranked
    return only


def taken(found: Found) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.target.text, each.proposals[0].facts) for each in found.ranked if each.unambiguous]


def accept(made: Draft) -> Changes:
    """Return the changes of --accept-unique."""
    found = find_proposals(made)
    chosen = [(each.target, each.proposals[0]) for each in found.ranked if each.unambiguous]
    return prepare(made, found.checked, chosen, found.targets)


def body_of(text: str) -> str:
    return text.split("---\n", 2)[2]


# --- what there is to bind ---


def test_only_what_the_check_calls_unbound_is_to_be_bound(tmp_path: Path) -> None:
    body = (
        "[Context] We ran 10 tasks.\n\n[Observed] [30]{fact=runs} runs, of which 23 passed and about 7 did not, in "
        '[10]{waive="no"} days, `12` and task_08.\n\n# A [9]{fact=nothing} and 5\n\nSome 4 more.\n'
    )
    found = find_proposals(draft(tmp_path, body, facts='[runs]\nis = "run_summary.runs"\n'))
    assert [target.text for target in found.targets] == ["23", "about 7"]
    first = found.checked.writeup.body_line
    assert [(target.line - first + 1, target.column) for target in found.targets] == [(3, 43), (3, 57)]


def test_a_span_whose_entry_is_missing_is_to_be_bound(tmp_path: Path) -> None:
    found = find_proposals(draft(tmp_path, "[Observed] Total score: [23/30 (76.67%)]{fact=score}.\n"))
    assert [(target.text, target.fact_id) for target in found.targets] == [("23/30", "score"), ("76.67%", "score")]


def test_what_no_span_can_mend_is_told_apart(tmp_path: Path) -> None:
    body = '[Observed]\n\n23. We saw [a page](https://e.example "30 runs") and about [40K]{fact=t} tokens.\n'
    found = find_proposals(draft(tmp_path, body, facts='[t]\nis = "run_summary.tokens_in"\n'))
    (cut,) = found.ranked
    assert cut.target.cut and cut.target.text == "about 40K" and "take all of 'about 40K'" in cut.target.closed
    assert cut.proposals[0].facts == ("run_summary.tokens_in",) and not cut.unambiguous
    told = [finding.message for finding in found.others]
    assert told == ["a list that starts at 23", "'30' in a title"]


def test_a_writeup_without_packs_says_what_is_missing(tmp_path: Path) -> None:
    folder = make_writeup(tmp_path, "[Observed] 23 passed.\n")
    (tmp_path / "content" / "site.toml").write_text(SITE)
    with pytest.raises(ContentError, match="no pack to search"):
        find_proposals(open_draft(tmp_path, folder))


def test_what_the_publication_shares_is_known(tmp_path: Path) -> None:
    """A name that site.toml declares has no quantity in it, here as in the check."""
    folder = make_writeup(
        tmp_path, "[Observed] The RTX 4090 ran [23]{fact=p}.\n", facts=PASSED, packs=(make_pack(tmp_path),)
    )
    (tmp_path / "content" / "site.toml").write_text(SITE)
    assert [each.target.text for each in find_proposals(open_draft(tmp_path, folder)).ranked] == ["4090"]
    (tmp_path / "content" / "site.toml").write_text(SITE + 'names = ["RTX 4090"]\n')
    assert len(find_proposals(open_draft(tmp_path, folder)).ranked) == 0


# --- what it may mean ---


@pytest.mark.parametrize(
    ("sentence", "fact"),
    [
        ("The campaign had 30 runs.", "run_summary.runs"),
        ("It scored 23/30.", "run_summary.score"),
        ("The pass rate was 76.67%.", "run_summary.pass_rate"),
        ("It read 39,482 tokens.", "run_summary.tokens_in"),
        ("It read about 40K tokens.", "run_summary.tokens_in"),
        ("task_08 went 0/3.", "per_task_results[task_08].score"),
        (
            "7 of them ended in wrong_answer.",
            "select count(failure_mode) from task_outcomes where failure_mode = 'wrong_answer'",
        ),
        ("The longest run took 67 seconds.", "select max(latency_s) from run_metrics"),
        ("The median run took 4.5 seconds.", "select median(latency_s) from run_metrics"),
    ],
)
def test_what_the_words_name_is_unambiguous(tmp_path: Path, sentence: str, fact: str) -> None:
    found = ranked(tmp_path, sentence)
    assert (found.proposals[0].facts, found.unambiguous) == ((fact,), True)


@pytest.mark.parametrize(
    ("sentence", "fact", "unit"),
    [
        ("The board lists 5 models.", "select count(model) from board", None),
        ("gpt-9 (low) has a pass rate 2 of 81.3%.", 'board["gpt-9 (low)"].pass_rate_2', "percent"),
        (
            "Falken V2.5 passed 40 of 225 cases.",
            "select cases_passed || '/' || cases from board where model = 'Falken V2.5'",
            None,
        ),
        ("Its total cost: Nordic 3.1 Pro (high) took $146.32.", 'board["Nordic 3.1 Pro (high)"].total_cost', None),
        ("3 models have open weights.", "select sum(open_weights) from board", None),
        ("The highest pass rate 2 is 84.9%.", "select max(pass_rate_2) from board", "percent"),
        ("quaint-70b-it is at 34.8 seconds per case.", "board[quaint-70b-it].seconds_per_case", None),
        (
            "Nordic 3.1 Pro (high) has a total cost of 14.1 times that of gpt-9 (low).",
            "select 1.0 * a.total_cost / b.total_cost from board a, board b where a.model = 'Nordic 3.1 Pro (high)' "
            "and b.model = 'gpt-9 (low)'",
            None,
        ),
        (
            "gpt-9 (low) has a pass rate 2 that is 3.6 points lower than Nordic 3.1 Pro (high).",
            "select a.pass_rate_2 - b.pass_rate_2 from board a, board b where a.model = 'Nordic 3.1 Pro (high)' "
            "and b.model = 'gpt-9 (low)'",
            "percent",
        ),
    ],
)
def test_a_table_of_somebody_else_is_searched_in_its_own_words(
    tmp_path: Path, sentence: str, fact: str, unit: str | None
) -> None:
    packs = (make_pack(tmp_path, tables=[board()], suite=None),)
    found = find_proposals(draft(tmp_path, f"[Observed — data pack board] {sentence}\n", packs=packs)).ranked
    (chosen,) = [each for each in found if each.unambiguous]
    assert (chosen.proposals[0].facts, chosen.proposals[0].candidate.unit) == ((fact,), unit)


@pytest.mark.parametrize(
    "sentence",
    [
        "It took 3 of them.",  # dozens of facts are 3
        "There were 3 in all.",
        "30 of those runs ended early.",  # the runs are what is counted out of
        "task_01 and task_08 went 0/3 and 3/3.",  # who went what?
        "It took 3 minutes.",  # nothing is in minutes here
        "The gap is 23 runs.",
        "In most tasks it needed 3 runs.",
    ],
)
def test_what_the_words_do_not_name_is_left_to_the_author(tmp_path: Path, sentence: str) -> None:
    found = find_proposals(draft(tmp_path, f"[Observed] {sentence}\n"))
    assert found.ranked and not taken(found)


def test_a_number_in_a_name_is_no_number_to_bind(tmp_path: Path) -> None:
    packs = (make_pack(tmp_path, tables=[board()], suite=None),)
    body = "[Observed] Nordic 3.1 Pro (high) has a pass rate 2 of 84.9%.\n"
    named, column, rate = find_proposals(draft(tmp_path, body, packs=packs)).ranked
    assert (named.part_of, column.part_of, rate.part_of) == ("Nordic 3.1 Pro (high)", "pass_rate_2", "")
    assert not named.unambiguous and not column.unambiguous and rate.unambiguous


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("30 runs", "31 runs"),
        ("23/30", "24/30"),
        ("76.67%", "76.66%"),
        ("39,482", "39,842"),
        ("67 seconds", "69 seconds"),
    ],
)
def test_a_wrong_number_finds_nothing_that_is_beyond_doubt(tmp_path: Path, before: str, after: str) -> None:
    text = "It scored 23/30 at a pass rate of 76.67%. There were 30 runs. "
    text += "The longest took 67 seconds. It read 39,482 tokens."
    made = draft(tmp_path, f"[Observed] {text.replace(before, after)}\n")
    assert after.split()[0] not in [said for said, _ in taken(find_proposals(made))]


def test_of_two_packs_the_sentence_has_to_name_one(tmp_path: Path) -> None:
    packs = (make_pack(tmp_path, "dense"), make_pack(tmp_path, "sparse", tables=campaign_tables(22)))
    assert not ranked(tmp_path, "There were 30 runs.", packs=packs).unambiguous
    named = ranked(tmp_path, "The sparse pack has 30 runs.", packs=packs)
    assert (named.proposals[0].facts, named.unambiguous) == (("that.run_summary.runs",), True)


def test_a_fact_outside_the_tag_ranks_below_and_says_so(tmp_path: Path) -> None:
    found = ranked(tmp_path, "There were 30 runs.", tag="[Observed — data pack task_outcomes]")
    assert found.proposals[0].facts == ("select count(run) from task_outcomes",) and found.unambiguous
    outside = [proposal for proposal in found.proposals if not proposal.within_reach]
    assert ("run_summary.runs",) in [proposal.facts for proposal in outside]
    assert all("outside what the tag names" in proposal.why for proposal in outside)
    places = [proposal.within_reach for proposal in found.proposals if proposal.supported]
    assert places == sorted(places, reverse=True)


def test_searching_is_deterministic(tmp_path: Path) -> None:
    body = "[Observed] 30 runs, 23 passed; task_08 went 0/3, and 7 failed.\n"
    made = draft(tmp_path, body)
    assert [each.proposals for each in find_proposals(made).ranked] == [
        each.proposals for each in find_proposals(made).ranked
    ]


# --- writing it down ---


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("It had 30 runs.", "It had [30]{fact=runs} runs."),
        ("It had **30** runs.", "It had **[30]{fact=runs}** runs."),
        ("It had **3**0 runs.", "It had [**3**0]{fact=runs} runs."),
        ("It had &#51;0 runs.", "It had [&#51;0]{fact=runs} runs."),
        ("It had 3&#48; runs.", "It had [3&#48;]{fact=runs} runs."),
        ("It read about\n40K tokens.", "It read [about\n40K]{fact=tokens-in} tokens."),
        ("> It read about\n> 40K tokens.", "> It read [about\n> 40K]{fact=tokens-in} tokens."),
        ("- one\n- it had 30 runs\n", "- one\n- it had [30]{fact=runs} runs\n"),
        (
            "| a | b |\n|---|---|\n| 30 runs | 30 runs |",
            "| a | b |\n|---|---|\n| [30]{fact=runs} runs | [30]{fact=runs} runs |",
        ),
        ("It scored 23/30 (76.67%).", "It scored [23/30]{fact=score} (76.67%)."),
        ("* It had *exactly 30 runs*", "* It had *[exactly 30]{fact=runs} runs*"),
    ],
)
def test_a_span_goes_around_just_the_quantity(tmp_path: Path, body: str, expected: str) -> None:
    tag = "[Observed]\n\n"
    changes = accept(draft(tmp_path, f"{tag}{body}\n"))
    assert body_of(changes.index) == f"{tag}{expected}\n"
    assert not changes.dropped


def test_the_files_keep_their_line_ends_and_their_last_line(tmp_path: Path) -> None:
    made = draft(tmp_path, "[Observed] It had 30 runs.", facts='[a]\nis = "run_summary.passes"')
    folder = made.folder
    for name in ("index.md", "facts.toml"):
        file = folder / name
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    made = open_draft(tmp_path, folder)
    changes = accept(made)
    made.write(changes.index, changes.ledger)
    index, ledger = (folder / "index.md").read_bytes(), (folder / "facts.toml").read_bytes()
    assert index.endswith(b"It had [30]{fact=runs} runs.") and b"\n" not in index.replace(b"\r\n", b"")
    assert ledger == b'[a]\r\nis = "run_summary.passes"\r\n\r\n[runs]\r\nis = "run_summary.runs"'
    assert sorted(path.name for path in folder.iterdir()) == ["facts.toml", "index.md"]


def test_ids_never_collide_and_an_entry_that_says_the_same_is_used_again(tmp_path: Path) -> None:
    facts = '[runs]\nis = "run_summary.passes"\n\n[whole]\nis = "run_summary.score"\n'
    changes = accept(draft(tmp_path, "[Observed] There were 30 runs. It scored 23/30.\n", facts=facts))
    assert "[30]{fact=runs-2} runs. It scored [23/30]{fact=whole}." in changes.index
    assert changes.ledger == facts + '\n[runs-2]\nis = "run_summary.runs"\n'


def test_a_span_that_waits_for_its_entry_gets_one_for_all_its_quantities(tmp_path: Path) -> None:
    made = draft(tmp_path, "[Observed] With a pass rate of [76.67%; it scored 23/30]{fact=total}.\n")
    changes = accept(made)
    assert changes.ledger == '[total]\nis = ["run_summary.pass_rate", "run_summary.score"]\n'
    assert changes.index == made.index


def test_a_span_of_which_one_quantity_is_open_is_left_alone(tmp_path: Path) -> None:
    changes = accept(draft(tmp_path, "[Observed] It scored [23/30 in 5 days]{fact=total}.\n"))
    assert not changes.applied and "other quantities" in changes.dropped[0].why


def test_what_the_check_would_not_take_is_dropped_and_said(tmp_path: Path) -> None:
    """A link holds no span; a fact of another task than the sentence names is refused by the check itself."""
    found = find_proposals(made := draft(tmp_path, "[Observed] [30 runs](https://e.example) and task_01 went 3/3.\n"))
    linked, task = found.ranked
    assert linked.target.closed
    other = next(p for p in find_proposals(made).ranked[1].proposals if "task_02" in p.facts[0])
    chosen = [(linked.target, linked.proposals[0]), (task.target, other)]
    changes = prepare(made, found.checked, chosen, found.targets)
    assert [dropped.why.partition(":")[0] for dropped in changes.dropped] == ["it is part of a link", "entity"]
    assert (changes.index, changes.ledger) == (made.index, made.ledger)


def test_one_bad_binding_does_not_take_the_good_ones_with_it(tmp_path: Path) -> None:
    made = draft(tmp_path, "[Observed] There were 30 runs. It scored 23/30. task_01 went 3/3. It read 39,482 tokens.\n")
    found = find_proposals(made)
    wrong = next(p for p in found.ranked[2].proposals if "task_02" in p.facts[0])
    chosen = [(each.target, wrong if n == 2 else each.proposals[0]) for n, each in enumerate(found.ranked)]
    changes = prepare(made, found.checked, chosen, found.targets)
    assert [change.fact_id for change in changes.applied] == ["runs", "score", "tokens-in"]
    assert len(changes.dropped) == 1


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    made = draft(tmp_path, "[Observed] It had 30 runs.\n")
    changes = accept(made)
    (made.folder / "index.md").write_text(made.index + "More.\n")
    with pytest.raises(ContentError, match="changed while this ran"):
        made.write(changes.index, changes.ledger)
    assert (made.folder / "facts.toml").read_text() == ""


def test_the_ledger_is_written_first(tmp_path: Path) -> None:
    """Where the text cannot be replaced the ledger has an entry too many, which is a warning, and no broken span."""
    made = draft(tmp_path, "[Observed] It had 30 runs.\n")
    changes = accept(made)
    made.write(made.index, changes.ledger)
    checked = check_writeup(load_writeup(made.folder), made.packs)
    assert {finding.rule for finding in checked.findings} == {"unused-fact", "unbound"}


# --- how good it is ---


def stripped(tmp_path: Path, slug: str) -> tuple[Draft, CheckedWriteup]:
    """Return a copy of a published writeup without its spans and its ledger, and the writeup as its author bound it."""
    source = ROOT / "content" / "writeups" / slug
    folder = tmp_path / "content" / "writeups" / slug
    folder.mkdir(parents=True)
    (folder / "index.md").write_text(SPAN.sub(r"\1", (source / "index.md").read_text()))
    writeup = load_writeup(source)
    packs = {pin.pack_id: open_pack(ROOT / "content" / "packs" / pin.pack_id) for pin in writeup.pins}
    index = (folder / "index.md").read_text()
    return Draft(folder, index, None, packs, {}), check_writeup(writeup, packs)


@pytest.mark.parametrize(("slug", "least"), [("the-same-call-again", 15), ("another-harness", 1)])
def test_a_published_writeup_is_bound_as_its_author_bound_it(tmp_path: Path, slug: str, least: int) -> None:
    """Unambiguous is never another value, and never another table: each quantity is one of the author's own claims."""
    made, author = stripped(tmp_path, slug)
    changes = accept(made)
    assert len(changes.applied) >= least and not changes.dropped
    checked = made.check(changes.index, changes.ledger)
    for claim in checked.claims:
        if claim.verdict == "waived":
            continue
        theirs = [each for each in author.claims if each.line == claim.line and claim.text in each.text]
        values = [reading.value for each in theirs for reading in each.readings]
        tables = {(source.pack, source.table) for each in theirs for source in each.sources}
        assert claim.readings[0].value in values
        assert {(source.pack, source.table) for source in claim.sources} <= tables


def test_a_large_table_is_searched_in_part_and_that_is_said(tmp_path: Path) -> None:
    columns = (Column("name", "string"), *(Column(f"c{number}", "integer") for number in range(60)))
    schema = Schema("wide", "Wide", columns, ("name",), recorded=True)
    rows: list[Row] = [
        {"name": f"row-{number}", **{column.name: number + place for place, column in enumerate(columns[1:])}}
        for number in range(20_000)
    ]
    folder = tmp_path / "content" / "packs" / "wide"
    folder.parent.mkdir(parents=True)
    info = PackInfo(format=2, origin="imported")
    pack = seal_pack(folder, title="Wide", info=info, tables=[table(schema, rows)])
    found = find_proposals(draft(tmp_path, "[Observed] The c7 of row-12345 is 12,352.\n", packs=(pack,)))
    (only,) = found.ranked
    assert (only.proposals[0].facts, only.unambiguous) == (("wide[row-12345].c7",), True)
    assert any("single cells" in note for note in found.left_out)
    assert any("of its 61 columns" in note for note in found.left_out)


# --- shares, signs, units ---


@pytest.mark.parametrize(
    "sentence",
    [
        "100% of the cases of gpt-9 (low) were well formed.",
        "100% of the models are there.",
        "It rose by 100 points for gpt-9 (low).",
        "The cases of gpt-9 (low) grew by 100%.",
    ],
)
def test_no_count_is_offered_for_a_share_or_a_change(tmp_path: Path, sentence: str) -> None:
    pack = make_pack(tmp_path, "board", tables=[board()])
    found = find_proposals(draft(tmp_path, f"[Observed] {sentence}\n", packs=(pack,)))
    (only,) = [each for each in found.ranked if each.target.text.startswith("100")]
    counted = [p for p in only.proposals if "count(model)" in p.facts[0] and "/" not in p.facts[0]]
    assert counted == [] and not only.unambiguous
    assert all(p.candidate.unit == "percent" or not isinstance(p.values[0], int) for p in only.proposals)


TRADES = Schema(
    "trades",
    "The bot's trades",
    (
        Column("n", "integer"),
        Column("market", "string"),
        Column("pnl", "number", "US dollars"),
        Column("fee", "number", "US dollars"),
        Column("hold_s", "number"),
    ),
    ("n",),
    recorded=True,
)
PNL = ["4.5", "-2.25", "0", "7.75", "-1", "3", "0.5", "-6", "0", "2.5", "-0.75"]


def trades() -> Table:
    rows: list[Row] = [
        {
            "n": n,
            "market": "ETH" if n % 3 else "BTC",
            "pnl": Decimal(pnl),
            "fee": Decimal("0.11") * n,
            "hold_s": Decimal(100 + 7 * n * n),
        }
        for n, pnl in enumerate(PNL, 1)
    ]
    return table(TRADES, rows)


@pytest.mark.parametrize(
    ("sentence", "fact"),
    [
        ("Five trades had a positive pnl.", "select count(pnl) from trades where pnl > 0"),
        ("Four trades had a negative pnl.", "select count(pnl) from trades where pnl < 0"),
        ("Two trades were flat in pnl.", "select count(pnl) from trades where pnl = 0"),
        ("45.5% of the trades had a positive pnl.", "select avg(pnl > 0) from trades"),
        ("5/11 trades had a positive pnl.", "select sum(pnl > 0) || '/' || count(pnl) from trades"),
        ("The positive pnl came to $18.25.", "select sum(pnl) from trades where pnl > 0"),
        (
            "Of the trades in BTC two were flat in pnl.",
            "select count(pnl) from trades where market = 'BTC' and pnl = 0",
        ),
        ("50% of the trades in ETH had a negative pnl.", "select avg(pnl < 0) from trades where market = 'ETH'"),
    ],
)
def test_rows_above_and_below_zero_are_counted_added_and_shared(tmp_path: Path, sentence: str, fact: str) -> None:
    only = ranked(tmp_path, sentence, packs=(make_pack(tmp_path, "bot", tables=[trades()]),))
    assert fact in [proposal.facts[0] for proposal in only.proposals]


def test_one_unit_by_another_is_offered_only_where_the_words_say_a_piece(tmp_path: Path) -> None:
    """48.86 seconds go to a dollar of fees: nobody means that who does not say so."""
    pack = make_pack(tmp_path, "bot", tables=[trades()])
    held = sum(100 + 7 * n * n for n in range(1, 12)) / float(sum(Decimal("0.11") * n for n in range(1, 12)))
    plain = ranked(tmp_path, f"It came to {held:.2f} in the end.", packs=(pack,))
    assert not any("hold_s) / sum(fee" in fact for p in plain.proposals for fact in p.facts)
    each = ranked(tmp_path, f"It held {held:.2f} seconds per dollar of fee.", packs=(pack,))
    assert any("sum(hold_s) / sum(fee)" in fact for p in each.proposals for fact in p.facts)
    share = ranked(tmp_path, f"That is {100 / held:.4f}% of them.", packs=(pack,))
    assert not any("sum(fee) / sum(hold_s)" in fact for p in share.proposals for fact in p.facts)
