"""A draft passes its check as it is, whatever the packs hold; what the packs do not hold, it does not say."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clawpub.errors import ConfigError, ContentError
from clawpub.pack.model import ImportedFrom, PackInfo
from clawpub.pack.reader import Pack, open_pack
from clawpub.pack.schema import RUN_SUMMARY, Column, ColumnType, Schema
from clawpub.pack.tables import Cell, Row, Table, table
from clawpub.pack.writer import About, seal_pack
from generator.build import BuildOptions, build
from generator.draft.drafting import Draft, draft_writeup
from generator.draft.placing import free_place, place_draft
from generator.publication import check_publication
from tests.generator.builders import campaign_tables, make_pack
from tests.generator.publication import (
    PRICE,
    SITE,
    SPARSE,
    TASKS,
    seal_campaign,
    seal_transcribed,
)

HERE = Path(__file__).parents[2]
DAY = date(2026, 11, 24)
OURS = sorted(path.name for path in (HERE / "content" / "packs").iterdir() if path.is_dir())
EXECUTED = [name for name in OURS if open_pack(HERE / "content" / "packs" / name).info.origin == "executed"]
GOLDEN = sorted(path.name for path in (HERE / "tests" / "golden" / "packs").iterdir())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A publication without packs."""
    (tmp_path / "content" / "packs").mkdir(parents=True)
    (tmp_path / "content" / "site.toml").write_text(SITE)
    return tmp_path


def draft(root: Path, *packs: Pack, title: str | None = None) -> Draft:
    return draft_writeup(root, [pack.path for pack in packs], day=DAY, title=title)


def written(root: Path, *packs: Pack) -> Draft:
    """Return a draft that stands in its publication, checked there by the check itself: nothing at all is found."""
    made = draft(root, *packs)
    place_draft(free_place(root, made.slug), made.index, made.ledger)
    checked = check_publication(root, drafts=True)
    assert [str(finding.message) for finding in checked.findings] == []
    assert [each.coverage for each in checked.writeups] == [made.coverage]
    assert made.coverage.unbound == 0
    assert made.findings == ()
    return made


def take(root: Path, source: Path, pack_id: str) -> Path:
    return Path(shutil.copytree(source, root / "content" / "packs" / pack_id))


def words_of(made: Draft) -> str:
    """Return a draft's text without its spans' ends."""
    return re.sub(r"\[([^\[\]]*)\]\{fact=[^}]*\}", r"\1", made.index)


# --- packs that there are ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OURS)
def test_every_pack_of_ours_is_drafted_without_a_sentence_left_out(root: Path, name: str) -> None:
    take(root, HERE / "content" / "packs" / name, name)
    made = draft_writeup(root, [Path(name)], day=DAY)
    place_draft(free_place(root, made.slug), made.index, made.ledger)

    assert check_publication(root, drafts=True).findings == ()
    assert made.left_out == ()
    least = 20 if name in EXECUTED else 1  # a typed-in pack may state a score and nothing else
    assert made.coverage.quantities == made.coverage.bound >= least
    assert made.sections[-1] == "What it means for builders"


@pytest.mark.parametrize("name", GOLDEN)
def test_packs_of_every_format_are_drafted(root: Path, name: str) -> None:
    golden = HERE / "tests" / "golden" / "packs" / name
    pack_id = open_pack(golden).id
    take(root, golden, pack_id)

    made = draft_writeup(root, [Path(pack_id)], day=DAY)

    assert made.coverage.unbound == 0
    assert made.left_out == ()


def test_our_packs_are_compared(root: Path) -> None:
    for name in EXECUTED:
        take(root, HERE / "content" / "packs" / name, name)

    made = draft_writeup(root, [Path(name) for name in EXECUTED], day=DAY)

    assert made.coverage.unbound == 0
    assert made.left_out == ()
    assert "{{ compare_tasks(" in made.index


# --- campaigns --------------------------------------------------------------------------------------------------------


def test_a_campaign_gets_the_sections_of_the_newsletter(root: Path) -> None:
    made = written(root, seal_campaign(root / "content" / "packs", "dense", price=PRICE))

    assert made.sections == (
        "Lead",
        "What the harness asks",
        "The results",
        "How it fails",
        "Tasks worth a look",
        "The predictions",
        "Cost and latency",
        "What we don't know yet",
        "What it means for builders",
    )
    text = words_of(made)
    assert "It scored 23/30 (76.67%)." in text
    assert "Seven runs failed, all of them as `wrong_answer`." in text
    assert "task_08 (`recover_from_tool_error`) went 0/3, each failed run as `wrong_answer`." in text
    assert "the slowest, run 2 of task_04, took 67.2 seconds" in text
    assert "Two predictions were frozen before the first run; one held." in text
    assert "is Wrong: 1 pass below range." in text
    assert "of the campaign's cost, the largest share of a task." in text
    assert made.left_out == ()


def test_the_site_builds_with_a_draft_in_it(root: Path) -> None:
    made = written(root, seal_campaign(root / "content" / "packs", "dense", price=PRICE))

    report = build(root, root / "site", options=BuildOptions(drafts=True))

    assert report.findings == ()
    page = (root / "site" / "writeups" / made.slug / "index.html").read_text()
    assert "23/30 (76.67%)</a>" in page
    assert "claim--refuted" not in page
    assert "{fact=" not in page


def test_drafting_twice_gives_the_same_text(root: Path) -> None:
    dense = seal_campaign(root / "content" / "packs", "dense", price=PRICE)
    sparse = seal_campaign(root / "content" / "packs", "sparse", model="acme.sparse-30b", failures=SPARSE, seed=4)

    assert draft(root, dense, sparse) == draft(root, dense, sparse)


def test_no_price_is_said_and_is_not_zero(root: Path) -> None:
    made = written(root, seal_campaign(root / "content" / "packs", "free"))

    assert "No price is known: the cost cells are empty, which is not the same as free." in words_of(made)
    assert "$" not in made.index
    assert "of the campaign's tokens, the largest share of a task." in words_of(made)


def test_what_was_spent_beyond_the_runs_is_said(root: Path) -> None:
    summary: Row = {
        "runs": 3, "passes": 1, "failures": 2, "score": "1/3", "cost_usd": Decimal("0.5"), "spent_usd": Decimal("0.75"),
        "cost_per_pass_usd": Decimal("0.5"), "lost_calls": 2, "lost_usd": Decimal("0.011"),
    }  # fmt: skip

    text = words_of(written(root, make_pack(root, "spent", tables=[table(RUN_SUMMARY, [summary])])))

    assert "The runs cost $0.50. That is $0.50 a pass." in text
    assert "With the attempts that do not count as runs, $0.75 were spent." in text
    assert "Two calls stayed without an answer." in text
    assert "What was lost with them can have cost $0.011" in text


def test_runs_that_broke_are_said_with_both_denominators(root: Path) -> None:
    pack = seal_campaign(root / "content" / "packs", "broken", failures=SPARSE, broken=[("task_09", 2)], seed=4)

    text = words_of(written(root, pack))

    assert "It scored 22/29" in text
    assert "One run broke for reasons outside the model and is not in that count." in text
    assert "Out of the planned runs, with those counted as not passed, the score is 22/30." in text


def test_a_campaign_without_a_pass_has_no_cost_of_one(root: Path) -> None:
    wrong = {(task, run): "wrong" for task in TASKS for run in (1, 2, 3)}
    pack = seal_campaign(root / "content" / "packs", "nothing", failures=wrong, price=PRICE)  # type: ignore[arg-type]

    text = words_of(written(root, pack))

    assert "There is no cost of a pass to give, since nothing passed." in text
    assert " a pass." not in text.replace("cost of a pass", "").replace("without a pass.", "")
    assert "It scored 0/30 (0.00%)." in text


def test_a_campaign_without_a_failure_has_no_section_on_how_it_fails(root: Path) -> None:
    text = words_of(written(root, seal_campaign(root / "content" / "packs", "whole", failures={})))

    assert "Every run with a verdict passed." in text
    assert "ended as" not in text


def test_a_transcribed_pack_says_no_more_than_its_source(root: Path) -> None:
    made = written(root, seal_transcribed(root / "content" / "packs", "next"))

    text = words_of(made)
    assert "It scored 21/30 (70.00%)." in text
    assert "A pass cost $0.00122." in text
    assert "The predictions" not in made.sections
    assert "seconds" not in text
    assert "it is transcribed" in text


def test_results_without_a_campaign_around_them(root: Path) -> None:
    made = written(root, make_pack(root, "loose", tables=campaign_tables()))

    assert "It scored 23/30 (76.67%)." in words_of(made)


def test_results_without_a_summary_are_counted_by_task(root: Path) -> None:
    tables = [each for each in campaign_tables() if each.name in ("task_outcomes", "per_task_results")]

    text = words_of(written(root, make_pack(root, "loose", tables=tables)))

    assert "It scored 23/30." in text
    assert "Seven runs failed" in text


@pytest.mark.parametrize("coverage", ["0.9", "0"])
def test_below_the_declared_coverage_there_is_no_headline_score(root: Path, coverage: str) -> None:
    summary: Row = {
        "tasks": 10, "runs": 20, "passes": 12, "failures": 8, "score": "12/20", "pass_rate": Decimal("0.6"),
        "infrastructure_errors": 10, "planned": 30, "coverage": Decimal("0.666666667"), "score_of_planned": "12/30",
        "pass_rate_of_planned": Decimal("0.4"), "denominator": "valid",
        "headline_score": None if coverage == "0.9" else "12/20",
    }  # fmt: skip
    text = words_of(written(root, make_pack(root, "thin", tables=[table(RUN_SUMMARY, [summary])])))

    assert ("It has no headline score: " in text) == (coverage == "0.9")
    assert ("It scored 12/20 (60.00%)." in text) == (coverage == "0")
    assert "the score is 12/30." in text


def test_a_score_of_planned_runs_is_said_to_be_one(root: Path) -> None:
    summary: Row = {
        "runs": 20, "passes": 12, "failures": 8, "score": "12/20", "pass_rate": Decimal("0.6"),
        "infrastructure_errors": 10, "planned": 30, "coverage": Decimal("0.666666667"), "score_of_planned": "12/30",
        "pass_rate_of_planned": Decimal("0.4"), "denominator": "planned", "headline_score": "12/30",
    }  # fmt: skip

    text = words_of(written(root, make_pack(root, "planned", tables=[table(RUN_SUMMARY, [summary])])))

    assert "It scored 12/30 (40.00%), counted over the planned runs." in text
    assert "Ten runs broke for reasons outside the model and count there as not passed." in text
    assert "Out of the runs with a verdict, the score is 12/20." in text


# --- comparisons ------------------------------------------------------------------------------------------------------


def test_scores_alike_are_called_alike(root: Path) -> None:
    packs = root / "content" / "packs"
    dense = seal_campaign(packs, "dense", price=PRICE)
    sparse = seal_campaign(packs, "sparse", model="acme.sparse-30b", failures=SPARSE, seed=4)

    made = written(root, dense, sparse)

    text = words_of(made)
    assert list(made.packs) == ["this", "sparse_30b"]
    assert "Against `acme.sparse-30b`, the number of passes is the same." in text
    assert "better" not in text
    assert made.left_out == ()


def test_a_difference_that_the_tests_show_is_said_with_them(root: Path) -> None:
    packs = root / "content" / "packs"
    wrong = {(task, run): "wrong" for task in TASKS for run in (1, 2, 3)}
    dense = seal_campaign(packs, "dense")
    none = seal_campaign(packs, "none", model="acme.tiny-1b", failures=wrong, seed=2)  # type: ignore[arg-type]

    made = written(root, dense, none)

    assert "the difference is 23 passes." in words_of(made)
    assert "that is a difference that other tasks of the kind would be expected to show too." in words_of(made)
    assert made.left_out == ()


def verdict_of(made: Draft) -> str:
    """Return the entry that says whether the campaigns can be told apart."""
    return next(block for block in made.ledger.split("\n\n") if "-verdict]" in block)


def test_what_the_tests_show_is_bound_so_that_other_packs_refute_it(root: Path) -> None:
    packs = root / "content" / "packs"
    wrong = {(task, run): "wrong" for task in TASKS for run in (1, 2, 3)}
    dense = seal_campaign(packs, "dense")
    none = seal_campaign(packs, "none", model="acme.tiny-1b", failures=wrong, seed=2)  # type: ignore[arg-type]
    made = written(root, dense, none)
    assert "paired_p(t.passes, t.runs, o.passes, o.runs) <= 0.05" in verdict_of(made)

    shutil.rmtree(none.path)
    seal_campaign(packs, "none", model="acme.tiny-1b", failures=SPARSE, seed=2)

    refuted = [f.message for f in check_publication(root, drafts=True).findings if f.rule == "refuted"]
    assert any("a difference that other tasks of the kind" in message for message in refuted)


def test_that_nothing_tells_the_campaigns_apart_is_bound_too(root: Path) -> None:
    packs = root / "content" / "packs"
    dense = seal_campaign(packs, "dense")
    broken = seal_campaign(packs, "broken", model="acme.sparse-30b", failures=SPARSE, broken=[("task_09", 2)])
    former = seal_transcribed(packs, "next", passes=20)

    by_task, totals = written(root, dense, broken), draft(root, dense, former)

    assert "exchange_p(t.passes, t.runs, o.passes, o.runs) > 0.05 and not (paired_p(" in verdict_of(by_task)
    assert "fisher_p(t.passes, t.runs, o.passes, o.runs) > 0.05" in verdict_of(totals)
    assert "[do not tell the campaigns apart]{fact=" in by_task.index and totals.left_out == ()


def test_packs_of_other_numbers_of_runs_are_compared_by_rate(root: Path) -> None:
    packs = root / "content" / "packs"
    dense = seal_campaign(packs, "dense")
    broken = seal_campaign(packs, "broken", model="acme.sparse-30b", failures=SPARSE, broken=[("task_09", 2)])
    former = seal_transcribed(packs, "next")

    made = written(root, dense, broken, former)

    assert "percentage points apart; the numbers of runs are not the same." in words_of(made)
    assert "These data do not tell the campaigns apart." in words_of(made)
    assert made.left_out == ()


# --- tables that no campaign made -------------------------------------------------------------------------------------


def sealed(
    root: Path,
    rows: Sequence[Row],
    columns: Mapping[str, ColumnType],
    *,
    key: tuple[str, ...] = (),
    name: str = "trades",
    about: About | None = None,
) -> Pack:
    schema = Schema(name, name, tuple(Column(each, kind) for each, kind in columns.items()), key, recorded=True)
    return seal_pack(
        root / "content" / "packs" / "imported",
        title="Trades of a bot",
        info=PackInfo(format=2, origin="imported"),
        tables=[table(schema, rows)],
        about=about or About(),
    )


TRADES: list[Row] = [
    {
        "trade": f"T{number}",
        "symbol": ("BTC", "ETH", "DOGE")[number % 3],
        "profit_usd": Decimal(number * 7 - 100) / 8,
        "held_s": None if number % 9 == 0 else Decimal(number) / 4,
        "won": number % 2 == 0,
        "closed_at": datetime(2026, 3, 1 + number % 28, 8, 0, tzinfo=UTC),
    }
    for number in range(60)
]
TRADE_COLUMNS: dict[str, ColumnType] = {
    "trade": "string",
    "symbol": "string",
    "profit_usd": "number",
    "held_s": "number",
    "won": "boolean",
    "closed_at": "datetime",
}


def test_a_table_is_told_by_its_rows_ranges_and_values(root: Path) -> None:
    about = About(
        sources=[{"title": "The bot's own log", "path": "https://bot.example/log"}],
        licences=[{"name": "CC-BY-4.0"}],
        imported=ImportedFrom(file="trades.csv", hash="sha256:" + "0" * 64),
    )
    made = written(root, sealed(root, TRADES, TRADE_COLUMNS, key=("trade",), about=about))

    text = words_of(made)
    assert "The table `trades` has 60 rows." in text
    assert "As its source it names `The bot's own log, https://bot.example/log`." in text
    assert "As its licence it names `CC-BY-4.0`." in text
    assert "end at 14.75 seconds" in text
    assert "Seven cells of that column are empty." in text
    assert "- `T59`: " in text
    assert "`won` is true in 30 of 60 rows." in text
    assert "`BTC`: 20 rows, 33.3% of the rows." in text
    assert "2026-03-01T08:00:00Z" in text
    assert made.left_out == ()


POSTS: list[Row] = [
    {
        "post_id": 1247448632014855 + 7 * number,
        "page": ("Left Daily", "Right Daily", "The Middle")[number % 3],
        "shares": number * number,
        "error_pct": Decimal(number * 3) / 2,
        "win_rate": Decimal(number) / 40,
        "loss_usd": Decimal(-number) / 4,
        **{f"x_{letter}": number % 7 for letter in "abcd"},
        "debate": number % 5 == 0,
        **{sort: f"{sort} {number % 8}" for sort in ("sort_a", "sort_b", "sort_c", "sort_d")},
    }
    for number in range(40)
]
POST_COLUMNS: dict[str, ColumnType] = {
    "post_id": "integer",
    "page": "string",
    "shares": "integer",
    "error_pct": "number",
    "win_rate": "number",
    "loss_usd": "number",
    **{f"x_{letter}": "integer" for letter in "abcd"},
    "debate": "boolean",
    **dict.fromkeys(("sort_a", "sort_b", "sort_c", "sort_d"), "string"),
}


def test_rows_are_called_by_their_names_and_what_is_stored_in_percent_is_printed_so(root: Path) -> None:
    made = written(root, sealed(root, POSTS, POST_COLUMNS, key=("post_id",), name="posts"))

    text = words_of(made)
    assert "- `Left Daily` (`post_id 1247448632015128`): 1,521" in text
    assert "The values of `error_pct` begin at 0% and end at 58.5%; their median is 29.2%." in text
    assert "The values of `win_rate` begin at 0 and end at 0.975" in text
    assert "The values of `loss_usd` begin at -$9.75 and end at $0.00" in text
    assert '[error-pct-max]\nis = "select max(error_pct) from posts"\nunit = "percent"' in made.ledger
    assert "with a value" not in text
    assert made.left_out == ()


def test_what_a_draft_does_not_go_into_is_named(root: Path) -> None:
    text = words_of(written(root, sealed(root, POSTS, POST_COLUMNS, key=("post_id",), name="posts")))

    assert "This text leaves out the columns `x_c`, `x_d` and `sort_d`." in text
    assert text.count("Its other values are not listed here.") == 3


def test_names_that_tell_rows_apart_need_no_key(root: Path) -> None:
    rows: list[Row] = [{"n": n, "page": f"Page {'abcdefgh'[n]}", "shares": n * 3} for n in range(8)]
    columns: dict[str, ColumnType] = {"n": "integer", "page": "string", "shares": "integer"}

    text = words_of(written(root, sealed(root, rows, columns, key=("n",), name="posts")))

    assert "- `Page h`: 21" in text and "`n 7`" not in text


def test_columns_that_no_cell_path_can_name_are_asked_by_query(root: Path) -> None:
    columns: dict[str, ColumnType] = {
        "weird 'name'": "string",
        "größe in m": "number",
        "select": "integer",
        "|`x": "string",
    }
    rows: list[Row] = [
        {"weird 'name'": f"row [{n}]{{fact=x}}", "größe in m": Decimal(n) / 3, "select": n * n, "|`x": "ab"[n % 2]}
        for n in range(1, 40)
    ]

    made = written(root, sealed(root, rows, columns))

    assert '"größe in m"' in made.ledger.replace('\\"', '"')
    assert made.coverage.bound > 10
    assert made.left_out == ()


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_hardly_any_rows_are_enough(root: Path, rows: int) -> None:
    made = written(root, sealed(root, TRADES[:rows], TRADE_COLUMNS, key=("trade",)))

    assert ("is empty" in made.index) == (rows == 0)


def test_a_pack_without_tables_says_so(root: Path) -> None:
    pack = seal_pack(
        root / "content" / "packs" / "bare", title="", info=PackInfo(format=2, origin="imported"), tables=[]
    )

    assert "is without tables" in written(root, pack).index


def test_a_long_table_is_asked_little(root: Path) -> None:
    rows: list[Row] = [{"n": n, "kind": "abc"[n % 3], "x": n % 977} for n in range(25_000)]

    made = written(root, sealed(root, rows, {"n": "integer", "kind": "string", "x": "integer"}, key=("n",)))

    assert "25,000 rows" in words_of(made)


# --- what a pack says is data -----------------------------------------------------------------------------------------

HOSTILE = (
    "[23/30]{fact=score}",
    "{{ table('x') }}",
    "[Observed — data pack run_summary]",
    "<script>alert(1)</script>",
    "(verified: data pack run_summary.score)",
    "`code` **bold** [a](javascript:x)",
    "all 99 runs were better",
    "# heading\n\n- list | cell",
    "\u202egnihton\u202c\u200b",
    "{% raw %}{# x #}",
    "42",
    "",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_names(root: Path, text: str) -> None:
    packs = root / "content" / "packs"
    pack = seal_campaign(packs, "dense", model=text or " ", notes=(text,) if text else ())
    other = seal_campaign(packs, "other", model=f"{text} too", failures=SPARSE)

    made = written(root, pack, other)

    assert "It scored 23/30 (76.67%)." in words_of(made)
    report = build(root, root / "site", options=BuildOptions(drafts=True))
    assert report.findings == ()
    assert "<script>alert" not in (root / "site" / "writeups" / made.slug / "index.html").read_text()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_cells_stay_cells(root: Path, text: str) -> None:
    rows: list[Row] = [{"who": f"{text} {n}", "kind": (text or "x", "b")[n % 2], "x": n} for n in range(1, 40)]

    made = written(root, sealed(root, rows, {"who": "string", "kind": "string", "x": "integer"}, key=("who",)))

    assert "has 39 rows." in words_of(made)


def test_a_title_with_numbers_is_not_chosen(root: Path) -> None:
    pack = seal_campaign(root / "content" / "packs", "dense", model="40 of 50 models")

    assert "40" not in draft(root, pack).title


def test_a_title_that_is_asked_for_is_taken_with_its_warning(root: Path) -> None:
    made = draft(root, seal_campaign(root / "content" / "packs", "dense"), title="30 runs: a look")

    assert made.title == "30 runs: a look"
    assert [finding.rule for finding in made.findings] == ["untagged-quantity"]


def test_a_title_that_fails_the_check_is_refused(root: Path) -> None:
    pack = seal_campaign(root / "content" / "packs", "dense")

    with pytest.raises(ContentError, match="mark"):
        draft(root, pack, title="It holds (verified: data pack run_summary.score)")


# --- any table --------------------------------------------------------------------------------------------------------

names = st.text(st.characters(codec="utf-8", exclude_characters='\x00\r"'), min_size=1, max_size=12)
cells: dict[ColumnType, st.SearchStrategy[Cell]] = {
    "string": st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), min_size=1, max_size=20)
    | st.sampled_from([text for text in HOSTILE if text]),
    "integer": st.integers(-(10**15), 10**15) | st.integers(0, 5),
    "number": st.decimals(-(10**6), 10**6, places=4) | st.sampled_from([Decimal("1e-9"), Decimal("1e30"), Decimal(0)]),
    "boolean": st.booleans(),
    "datetime": st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)).map(
        lambda at: at.replace(microsecond=0, tzinfo=UTC)
    ),
}


@st.composite
def any_table(draw: st.DrawFn, name: str = "things") -> Table:
    """A table of a few columns of any names and types, with empty cells, with a key or without."""
    columns = draw(st.lists(names, min_size=1, max_size=5, unique_by=str.casefold))
    kinds = [draw(st.sampled_from(sorted(cells))) for _ in columns]
    keyed = draw(st.booleans()) and "key" not in map(str.casefold, columns)
    rows: list[Row] = [
        {column: draw(st.none() | cells[kind]) for column, kind in zip(columns, kinds, strict=True)}
        | ({"key": f"k_{number}"} if keyed else {})
        for number in range(draw(st.integers(0, 25)))
    ]
    found = tuple(Column(column, kind) for column, kind in zip(columns, kinds, strict=True))
    if keyed:
        found = (Column("key", "string", required=True), *found)
    return table(Schema(name, name, found, ("key",) if keyed else (), recorded=True), rows)


@given(st.data())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
def test_any_table_gives_a_draft_that_passes(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    root = tmp_path_factory.mktemp("any")
    (root / "content" / "packs").mkdir(parents=True)
    (root / "content" / "site.toml").write_text(SITE)
    pack = seal_pack(
        root / "content" / "packs" / "any",
        title="",
        info=PackInfo(format=2, origin="imported"),
        tables=[data.draw(any_table()), data.draw(any_table("others"))],
    )

    made = written(root, pack)

    assert draft(root, pack) == made


# --- packs and places -------------------------------------------------------------------------------------------------


def test_a_pack_outside_the_publication_is_refused(root: Path, tmp_path: Path) -> None:
    elsewhere = seal_campaign(tmp_path / "elsewhere", "dense")

    with pytest.raises(ConfigError, match="not one of the publication"):
        draft(root, elsewhere)


def test_a_pack_that_is_not_there_is_named_with_the_nearest(root: Path) -> None:
    seal_campaign(root / "content" / "packs", "dense")

    with pytest.raises(ConfigError, match="no pack 'dence'") as raised:
        draft_writeup(root, [Path("dence")], day=DAY)
    assert "dense" in str(raised.value)


def test_nothing_is_overwritten(root: Path) -> None:
    place = free_place(root, "mine")
    place_draft(place, "one", "two")

    with pytest.raises(ContentError, match="already"):
        free_place(root, "mine")
    with pytest.raises(ContentError, match="cannot be written"):
        place_draft(place, "three", "four")
    assert (place / "index.md").read_text() == "one"
    assert [path.name for path in place.parent.iterdir()] == ["mine"]


@pytest.mark.parametrize("slug", ["../up", "Upper", "", "a/b", ".hidden"])
def test_a_slug_is_part_of_an_address(root: Path, slug: str) -> None:
    pack = seal_campaign(root / "content" / "packs", "dense")
    before = sorted(root.rglob("*"))

    with pytest.raises(ConfigError, match="address"):
        free_place(root, slug)
    with pytest.raises(ConfigError, match="address"):
        draft_writeup(root, [pack.path], day=DAY, slug=slug)
    assert sorted(root.rglob("*")) == before
