"""What a corrected pack makes of writeups: which sentences change, how they are to read, and an erratum that passes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from clawpub.errors import ContentError, PackError
from clawpub.pack.model import PackInfo
from clawpub.pack.reader import Pack, open_pack
from clawpub.pack.schema import RUN_SUMMARY, Column, Schema
from clawpub.pack.tables import Row, Table, table
from clawpub.pack.writer import seal_pack
from generator.publication import check_publication
from generator.truth.diff import Truth, WriteupTruth, diff_truth
from generator.truth.quoting import said_plainly
from generator.truth.tables import Grid, compare_grids
from generator.truth.wording import apply_edits, corrected_source
from tests.generator.builders import campaign_tables, make_pack, make_writeup, one_row
from tests.generator.publication import DENSE, PRICE, SITE, seal_campaign, write_publication, write_writeup

TODAY = date(2026, 11, 24)
KEYED = Schema("keyed", "keyed", (Column("k", "string"), Column("share", "integer")), ("k",), recorded=True)
OBSERVED = "[Observed — data pack run_summary, per_task_results, task_outcomes]\n\n"


def publication(tmp_path: Path, *, tables: Sequence[Table] | None = None) -> Pack:
    """Return the only pack of a publication, `dense-enough`, of 23 passes unless tables are given."""
    pack = make_pack(tmp_path, tables=tables)
    (tmp_path / "content" / "site.toml").write_text(SITE)
    return pack


def correction(tmp_path: Path, old: Pack, tables: Sequence[Table], pack_id: str = "dense-enough-2") -> Path:
    """Return the folder of a pack that names the old one as its parent; it lies outside the publication."""
    folder = tmp_path / "corrections" / pack_id
    folder.parent.mkdir(exist_ok=True)
    info = PackInfo(format=2, origin="imported", parent=old.digest)
    seal_pack(folder, title="Corrected", info=info, tables=list(tables))
    return folder


def summary(passes: int = 24, **cells: str | int | Decimal | None) -> list[Table]:
    """Return the tables of a campaign with some cells of its summary replaced."""
    tables = campaign_tables(passes)
    changed = table(RUN_SUMMARY, [{**tables[3].rows[0], **cells}])
    return [*tables[:3], changed, *tables[4:]]


def compare(tmp_path: Path, old: Pack, new: Path) -> Truth:
    return diff_truth(tmp_path, old.path, new, today=TODAY)


def only(truth: Truth) -> WriteupTruth:
    assert len(truth.writeups) == 1
    return truth.writeups[0]


def kinds(found: WriteupTruth) -> list[tuple[str, str]]:
    """Return (words, kind) of each claim in a sentence that changes."""
    return [(claim.before.text, claim.kind) for each in found.sentences for claim in each.claims]


def corrected(found: WriteupTruth) -> list[str]:
    return [corrected_source(sentence, edits) for sentence, edits in found.corrections.items()]


def publish(tmp_path: Path, truth: Truth, new: Path) -> list[str]:
    """Do what an author does with an erratum; return the errors of the publication then, as `rule line`.

    The new pack is put into the publication and pinned, the wordings are put in, the erratum and its facts appended.
    """
    shutil.copytree(new, tmp_path / "content" / "packs" / new.name, dirs_exist_ok=True)
    for found in truth.writeups:
        writeup = found.writeup
        edits = [edit for each in found.corrections.values() for edit in each]
        body = apply_edits(writeup.body, writeup.body_line, edits)
        assert body is not None
        head = writeup.path.read_text(encoding="utf-8").removesuffix(writeup.body)
        for line in found.pin_lines:
            alias = line.partition(":")[0]
            head = "\n".join(f"  {line}" if row.startswith(f"  {alias}:") else row for row in head.split("\n"))
        draft = found.erratum
        writeup.path.write_text(f"{head}{body}\n\n{draft.markdown if draft else ''}", encoding="utf-8")
        with writeup.ledger_path.open("a", encoding="utf-8") as ledger:
            ledger.write(f"\n{draft.facts if draft else ''}")
    findings = check_publication(tmp_path, drafts=True).findings
    return [f"{finding.rule} {finding.line}" for finding in findings if finding.severity == "error"]


# --- sentences ---


def test_a_sentence_that_is_false_now_is_listed_with_its_place_values_and_wording(tmp_path: Path) -> None:
    old = publication(tmp_path)
    body = OBSERVED + "Some tasks.\n\nIt was fine. Total: [23/30 (76.67%)]{fact=score}. Then it ended.\n"
    make_writeup(
        tmp_path,
        body,
        facts='[score]\nis = ["run_summary.score", "run_summary.pass_rate"]',
        packs=[old],
    )
    truth = compare(tmp_path, old, correction(tmp_path, old, campaign_tables(24)))
    found = only(truth)
    change = found.sentences[0]
    assert truth.changed
    assert change.was.text == "Total: 23/30 (76.67%)."
    line = found.writeup.path.read_text().split("\n")[change.sentence.at[0] - 1]
    assert line[change.sentence.at[1] - 1 :].startswith("Total: ")
    claim = change.claims[0]
    assert (claim.before.verdict, claim.after.verdict, claim.kind) == ("verified", "refuted", "now-false")
    assert claim.values == "23/30 -> 24/30, 0.766667 -> 0.8"
    assert line[claim.binding.column - 1 :].startswith("[23/30")
    assert corrected(found) == ["Total: [24/30 (80%)]{fact=score}."]


def test_the_same_tables_change_nothing(tmp_path: Path) -> None:
    old = publication(tmp_path)
    make_writeup(
        tmp_path, OBSERVED + "[23]{fact=p} runs passed.\n", facts='[p]\nis = "run_summary.passes"', packs=[old]
    )
    truth = compare(tmp_path, old, correction(tmp_path, old, campaign_tables(23)))
    assert not truth.changed
    assert only(truth).same == 1
    assert only(truth).erratum is None
    assert only(truth).pin_lines == (f"this: dense-enough-2@{truth.new.digest}",)


def test_a_value_that_changes_under_words_that_stay_true_is_reported_apart(tmp_path: Path) -> None:
    old = publication(tmp_path)
    facts = '[rate]\nis = "run_summary.pass_rate"'
    make_writeup(tmp_path, OBSERVED + "It passed [about 77%]{fact=rate} of the runs.\n", facts=facts, packs=[old])
    truth = compare(tmp_path, old, correction(tmp_path, old, summary(23, pass_rate=Decimal("0.7701"))))
    assert not truth.changed
    assert [claim.values for claim in only(truth).still] == ["0.766667 -> 0.7701"]


def test_a_printed_value_changes_though_its_verdict_does_not(tmp_path: Path) -> None:
    old = publication(tmp_path)
    facts = '[p]\nis = "run_summary.passes"'
    make_writeup(tmp_path, OBSERVED + 'There were {{ fact("p") }} passes.\n', facts=facts, packs=[old])
    new = correction(tmp_path, old, campaign_tables(24))
    truth = compare(tmp_path, old, new)
    change = only(truth).sentences[0]
    assert kinds(only(truth)) == [("23", "prints")]
    assert (change.was.text, change.sentence.text) == ("There were 23 passes.", "There were 24 passes.")
    draft = only(truth).erratum
    assert draft
    assert 'It says now: “There were {{ fact("p") }} passes.”' in draft.markdown
    assert publish(tmp_path, truth, new) == []


def test_a_claim_that_comes_true_changes_its_sentence_and_wants_no_erratum(tmp_path: Path) -> None:
    old = publication(tmp_path)
    make_writeup(
        tmp_path, OBSERVED + "[24]{fact=p} runs passed.\n", facts='[p]\nis = "run_summary.passes"', packs=[old]
    )
    truth = compare(tmp_path, old, correction(tmp_path, old, campaign_tables(24)))
    assert kinds(only(truth)) == [("24", "now-true")]
    assert only(truth).erratum is None
    assert any("1 error over the old pack already" in note for note in only(truth).notes)


def test_what_failed_before_and_fails_still_is_no_news(tmp_path: Path) -> None:
    old = publication(tmp_path)
    facts = '[p]\nis = "run_summary.passes"'
    make_writeup(
        tmp_path, OBSERVED + "[29]{fact=p} runs passed. [3]{fact=nowhere} did not.\n", facts=facts, packs=[old]
    )
    truth = compare(tmp_path, old, correction(tmp_path, old, campaign_tables(24)))
    assert not truth.changed
    assert [claim.before.text for claim in only(truth).failing] == ["29", "3"]


def test_a_sentence_in_a_table_cell_names_its_row(tmp_path: Path) -> None:
    old = publication(tmp_path)
    body = OBSERVED + "| Model | Score |\n|---|---:|\n| dense | [23/30]{fact=s} |\n"
    make_writeup(tmp_path, body, facts='[s]\nis = "run_summary.score"', packs=[old])
    new = correction(tmp_path, old, campaign_tables(24))
    truth = compare(tmp_path, old, new)
    assert only(truth).sentences[0].sentence.row == "dense"
    assert corrected(only(truth)) == ["[24/30]{fact=s}"]
    assert publish(tmp_path, truth, new) == []


def test_an_error_that_only_the_new_pack_brings_makes_its_sentence_change(tmp_path: Path) -> None:
    old = publication(tmp_path)
    facts = '[s]\nis = "per_task_results[task_03].score"'
    make_writeup(tmp_path, "[Observed — data pack costs]\n\nIt says [3/3]{fact=s}.\n", facts=facts, packs=[old])
    truth = compare(tmp_path, old, correction(tmp_path, old, [*campaign_tables(23), one_row("costs", usd=3)]))
    assert [finding.rule for each in only(truth).sentences for finding in each.findings] == ["evidence-reach"]
    draft = only(truth).erratum
    assert draft
    assert "It is not said any more." in draft.markdown
    assert truth.changed


# --- what a pack may have lost ---


@pytest.mark.parametrize(
    ("fact", "tables", "message"),
    [
        ("cost_breakdown[task_03].share", campaign_tables(23)[:4], "no table"),
        ("gone.share", [*campaign_tables(23), one_row("gone", other=1)], "no column"),
        ("keyed[b].share", [*campaign_tables(23), table(KEYED, [{"k": "a", "share": 5}])], "no row"),
        ("run_summary.cost_usd", summary(23, cost_usd=None), "no value"),
    ],
    ids=["table", "column", "key", "null"],
)  # fmt: skip
def test_what_the_new_pack_does_not_hold_is_undecidable_now(
    tmp_path: Path, fact: str, tables: list[Table], message: str
) -> None:
    more: list[Row] = [{"k": "a", "share": 5}, {"k": "b", "share": 5}]
    old = publication(tmp_path, tables=[*campaign_tables(23), one_row("gone", share=5), table(KEYED, more)])
    value = {"cost_breakdown[task_03].share": "27.7%", "run_summary.cost_usd": "$0.0220"}.get(fact, "5")
    make_writeup(tmp_path, f"[Observed]\n\nIt was [{value}]{{fact=f}}.\n", facts=f'[f]\nis = "{fact}"', packs=[old])
    found = only(compare(tmp_path, old, correction(tmp_path, old, tables)))
    assert kinds(found) == [(value, "now-false")]
    claim = found.sentences[0].claims[0]
    assert claim.after.verdict == "undecidable"
    assert message in claim.after.message
    assert not found.corrections
    assert found.erratum and "taken back" in found.erratum.markdown


def test_a_query_that_takes_too_long_over_the_new_pack_is_undecidable(tmp_path: Path) -> None:
    count = Schema("many", "many", (Column("n", "integer"),), (), recorded=True)
    query = "select min(a.n + b.n + c.n + d.n + e.n) from many a, many b, many c, many d, many e"
    old = publication(tmp_path, tables=[table(count, [{"n": 1}])])
    make_writeup(tmp_path, "[Observed]\n\nThe least is [5]{fact=f}.\n", facts=f'[f]\nis = "{query}"', packs=[old])
    new = correction(tmp_path, old, [table(count, [{"n": n} for n in range(1, 60)])])
    claim = only(compare(tmp_path, old, new)).sentences[0].claims[0]
    assert "takes too long" in claim.after.message


def test_tables_that_expressions_print_are_compared_cell_by_cell(tmp_path: Path) -> None:
    old = publication(tmp_path)
    body = '[Observed]\n\n{{ table("per_task_results") }}\n\n{{ table("cost_breakdown") }}\n'
    make_writeup(tmp_path, body, packs=[old])
    tables = campaign_tables(23)
    rows: list[Row] = [
        {**row, "passes": 1, "score": "1/3"} if row["task_id"] == "task_08" else row for row in tables[2].rows
    ]
    new = correction(tmp_path, old, [*tables[:2], replace(tables[2], rows=tuple(rows[:9])), tables[3]])
    found = only(compare(tmp_path, old, new))
    first, second = found.tables
    assert [(cell.row, cell.before[:3], cell.after[:3]) for cell in first.cells if "/3" in cell.after] == [
        ("task_08", "0/3", "1/3")
    ]
    assert first.rows_gone == ("task_10",)
    assert "no table" in second.broken
    assert found.changed


# --- the publication ---


def test_every_writeup_on_the_old_pack_is_found_drafts_too(tmp_path: Path) -> None:
    old = publication(tmp_path)
    other = make_pack(tmp_path, "other", tables=campaign_tables(11))
    facts = '[p]\nis = "run_summary.passes"'
    for slug, pack, front in (("a", old, ""), ("b", old, "draft: true"), ("c", other, "")):
        make_writeup(tmp_path, OBSERVED + "[23]{fact=p}.\n", facts=facts, packs=[pack], slug=slug, front=front)
    truth = compare(tmp_path, old, correction(tmp_path, old, campaign_tables(24)))
    assert [(each.writeup.slug, each.writeup.draft, each.changed) for each in truth.writeups] == [
        ("a", False, True),
        ("b", True, True),
    ]
    assert [each.erratum is None for each in truth.writeups] == [False, True]  # nobody has read a draft


def test_the_same_id_sealed_again_elsewhere_takes_the_place(tmp_path: Path) -> None:
    old = publication(tmp_path)
    make_writeup(tmp_path, OBSERVED + "[23]{fact=p}.\n", facts='[p]\nis = "run_summary.passes"', packs=[old])
    truth = compare(tmp_path, old, correction(tmp_path, old, campaign_tables(24), old.id))
    assert corrected(only(truth)) == ["[24]{fact=p}."]
    assert only(truth).pin_lines == (f"this: {old.id}@{truth.new.digest}",)


def test_both_packs_in_one_writeup_stay_two(tmp_path: Path) -> None:
    """A writeup that compares the old pack with another of the new one's id still reads that other."""
    old = publication(tmp_path)
    other = make_pack(tmp_path, "dense-enough-2", tables=campaign_tables(11))
    facts = '[p]\nis = "run_summary.passes"\n[q]\nis = "that.run_summary.passes"'
    body = "[Observed — data pack run_summary, that run_summary]\n\n[23]{fact=p} against [11]{fact=q}.\n"
    make_writeup(tmp_path, body, facts=facts, packs=[old, other])
    found = only(compare(tmp_path, old, correction(tmp_path, old, campaign_tables(24))))
    assert kinds(found) == [("23", "now-false"), ("11", "same")]


def test_a_pin_of_another_version_is_noted_and_compared(tmp_path: Path) -> None:
    old = publication(tmp_path)
    pins = {"this": f"{old.id}@sha256:{'0' * 64}"}
    make_writeup(tmp_path, OBSERVED + "[23]{fact=p}.\n", facts='[p]\nis = "run_summary.passes"', packs=pins)
    found = only(compare(tmp_path, old, correction(tmp_path, old, campaign_tables(24))))
    assert any("another version" in note for note in found.notes)
    assert kinds(found) == [("23", "now-false")]


def test_a_pack_that_no_writeup_stands_on_changes_nothing(tmp_path: Path) -> None:
    old = publication(tmp_path)
    truth = compare(tmp_path, old, correction(tmp_path, old, campaign_tables(24)))
    assert not truth.changed
    assert "no writeup stands on dense-enough; none pins any pack" in truth.notes


def test_where_no_writeup_stands_on_the_old_pack_those_that_they_pin_are_named(tmp_path: Path) -> None:
    old = publication(tmp_path)
    other = make_pack(tmp_path, "dense-enough-2", tables=campaign_tables(11))
    make_writeup(tmp_path, OBSERVED + "[11]{fact=p}.\n", facts='[p]\nis = "run_summary.passes"', packs=[other])
    truth = compare(tmp_path, old, correction(tmp_path, old, campaign_tables(24)))
    assert "no writeup stands on dense-enough; they pin dense-enough-2" in truth.notes


def test_a_damaged_pack_is_an_error(tmp_path: Path) -> None:
    old = publication(tmp_path)
    new = correction(tmp_path, old, campaign_tables(24))
    with (new / "tables" / "run_summary.csv").open("a") as file:
        file.write("1\n")
    with pytest.raises(PackError, match="changed after sealing"):
        compare(tmp_path, old, new)


def test_a_writeup_that_cannot_be_read_is_a_finding_and_an_error_where_it_was_asked_for(tmp_path: Path) -> None:
    old = publication(tmp_path)
    folder = tmp_path / "content" / "writeups" / "broken"
    folder.mkdir(parents=True)
    (folder / "index.md").write_text("no front matter")
    new = correction(tmp_path, old, campaign_tables(24))
    truth = compare(tmp_path, old, new)
    assert [finding.rule for finding in truth.findings] == ["unreadable"]
    assert truth.changed
    with pytest.raises(ContentError):
        diff_truth(tmp_path, old.path, new, today=TODAY, only=[folder])


def test_a_view_over_all_packs_changes_with_one_of_them(tmp_path: Path) -> None:
    old = publication(tmp_path)
    views = tmp_path / "content" / "views"
    views.mkdir()
    (views / "best.sql").write_text("-- title: The best\nselect max(passes) as passes from run_summary")
    facts = '[best]\nis = "cross.best.passes"'
    body = "[Observed — cross-campaign best]\n\nThe leader has [23]{fact=best}.\n"
    make_writeup(tmp_path, body, facts=facts, front=f"views:\n  best: sha256:{'0' * 64}")
    new = correction(tmp_path, old, campaign_tables(24))
    truth = compare(tmp_path, old, new)
    found = only(truth)
    assert corrected(found) == ["The leader has [24]{fact=best}."]
    assert any("view over all packs" in note for note in found.notes)
    shutil.rmtree(old.path)
    assert publish(tmp_path, truth, new) == []


# --- the erratum ---


def test_an_erratum_passes_the_check_it_is_about(tmp_path: Path) -> None:
    """Appended with its facts, the new pin and the corrected sentences, nothing is left to find."""
    old = publication(tmp_path)
    body = OBSERVED + (
        "Total: **[23/30 (76.67%)]{fact=score}**, in *mode* [`wrong_answer`]{fact=mode}.\n"
        "[Seven]{fact=failures} failures of `task_08` and others; see [the suite](../x.json).\n\n"
        "- The [most expensive]{fact=cheap} at [under $0.03]{fact=cost}.\n\n"
        "[Context] In 2025 there were 4 others, and here [23]{fact=passes}.\n"
    )
    facts = """\
[score]
is = ["run_summary.score", "run_summary.pass_rate"]
cite = true
[mode]
is = "select min(failure_mode) from task_outcomes"
[failures]
is = "run_summary.failures"
[cheap]
holds = "select cost_usd > 0.01 from run_summary"
[cost]
is = "run_summary.cost_usd"
[passes]
is = "run_summary.passes"
"""
    make_writeup(tmp_path, body, facts=facts, packs=[old])
    assert [each for each in check_publication(tmp_path).findings if each.severity == "error"] == []
    tables = summary(24, cost_usd=Decimal("0.05"))
    outcomes: list[Row] = [
        {**row, "failure_mode": "timeout" if row["failure_mode"] else None} for row in tables[0].rows
    ]
    new = correction(tmp_path, old, [replace(tables[0], rows=tuple(outcomes)), *tables[1:]])
    truth = compare(tmp_path, old, new)
    assert corrected(only(truth)) == [
        "Total: **[24/30 (80%)]{fact=score}**, in *mode* [`timeout`]{fact=mode}.",
        "[Six]{fact=failures} failures of `task_08` and others; see [the suite](../x.json).",
        "The [most expensive]{fact=cheap} at [under $0.06]{fact=cost}.",
        "In 2025 there were 4 others, and here [24]{fact=passes}.",
    ]
    draft = only(truth).erratum
    assert draft and not draft.remaining
    assert '[23/30]{waive="as printed before the correction"}' in draft.markdown
    assert "[24/30 (80%)]{fact=score}" in draft.markdown
    assert publish(tmp_path, truth, new) == []


def test_sentences_over_lines_in_lists_and_quotes_and_in_ranges_are_corrected(tmp_path: Path) -> None:
    old = publication(tmp_path)
    body = OBSERVED.replace("task_outcomes", "run_metrics") + (
        "> First this. There were\n> [23]{fact=passes} passes,\n> and more.\n\n"
        "1. A run took [4–67 seconds]{fact=latency}, said\n   [about 39K]{fact=tokens} tokens.\n"
        "   - It cost [less than $0.03]{fact=cost}.\n"
    )
    facts = """\
[passes]
is = "run_summary.passes"
[latency]
inside = "select latency_s from run_metrics"
[tokens]
is = "run_summary.tokens_in"
[cost]
is = "run_summary.cost_usd"
"""
    folder = make_writeup(tmp_path, body, facts=facts, packs=[old])
    (folder / "index.md").write_bytes((folder / "index.md").read_bytes().replace(b"\n", b"\r\n"))
    assert [each for each in check_publication(tmp_path).findings if each.severity == "error"] == []
    tables = summary(24, tokens_in=52_000, cost_usd=Decimal("0.041"))
    metrics: list[Row] = [{**row, "latency_s": Decimal(80)} if row["run"] == 3 else row for row in tables[1].rows]
    new = correction(tmp_path, old, [tables[0], replace(tables[1], rows=tuple(metrics)), *tables[2:]])
    truth = compare(tmp_path, old, new)
    assert corrected(only(truth)) == [
        "There were [24]{fact=passes} passes, and more.",
        "A run took [4–80 seconds]{fact=latency}, said [about 52K]{fact=tokens} tokens.",
        "It cost [less than $0.05]{fact=cost}.",
    ]
    draft = only(truth).erratum
    assert draft and not draft.remaining


def test_an_item_that_says_something_else_without_its_paragraph_is_said_without_numbers(tmp_path: Path) -> None:
    """The sentence before says whose runs they are; quoted alone, they would seem to be those of the other model."""
    body = (
        "[Observed — data pack run_summary, sparse run_summary]\n\nSparse 30B went on. "
        "Its runs gave [22]{fact=others} passes, and Dense 32B had [23]{fact=passes}.\n"
    )
    ledger = '[passes]\nis = "run_summary.passes"\n[others]\nis = "sparse.run_summary.passes"\n'
    root = write_publication(tmp_path, body=body, ledger=ledger)
    with (root / "content" / "site.toml").open("a") as site:
        site.write('names = ["Sparse 30B", "Dense 32B"]\n')
    assert [each.message for each in check_publication(root).findings if each.severity == "error"] == []
    new = seal_campaign(tmp_path / "corrections", "sparse-2", model="acme.sparse-30b", failures=DENSE).path
    truth = diff_truth(root, root / "content" / "packs" / "sparse", new, today=TODAY)
    draft = only(truth).erratum
    assert draft
    assert "It stands corrected above." in draft.markdown
    assert "{fact=" not in draft.markdown
    assert publish(root, truth, new) == []


def test_what_stood_under_another_tag_is_not_put_under_observed(tmp_path: Path) -> None:
    old = publication(tmp_path)
    body = "[Speculation] It probably passed [23]{fact=p} because of luck, or 40.\n"
    make_writeup(tmp_path, body, facts='[p]\nis = "run_summary.passes"', packs=[old])
    new = correction(tmp_path, old, campaign_tables(24))
    truth = compare(tmp_path, old, new)
    draft = only(truth).erratum
    assert draft
    assert "[Observed" not in draft.markdown
    assert "It says now: “It probably passed [24]{fact=p} because of luck" in draft.markdown
    assert publish(tmp_path, truth, new) == []


def test_an_erratum_brings_the_opposite_of_a_query_that_does_not_hold_any_more(tmp_path: Path) -> None:
    root = write_publication(tmp_path)
    packs = root / "content" / "packs"
    failures = {**DENSE, ("task_01", 1): "partial"}
    new = seal_campaign(tmp_path / "corrections", "dense-2", failures=failures, price=PRICE).path
    truth = diff_truth(root, packs / "dense", new, today=TODAY)
    found = only(truth)
    draft = found.erratum
    assert draft and "[that does not hold]{fact=correction-1}" in draft.markdown
    assert "select not (select min(failure_mode = 'wrong_answer')" in draft.facts
    left = [finding.message.partition(":")[0] for finding in draft.remaining]
    assert left == ["'Seven'", "'all wrong_answer'"]  # the sentence that no wording mends
    body = found.writeup.path.read_text()
    sentence = "[Seven]{fact=failures} failures, [all `wrong_answer`]{fact=one-mode}."
    assert sentence in body
    errors = publish(root, truth, new)
    assert len(errors) == 2
    path = found.writeup.path
    path.write_text(path.read_text().replace(sentence, "", 1))
    assert [each.message for each in check_publication(root).findings if each.severity == "error"] == []


@pytest.mark.parametrize(("evil", "left"), [("", []), ("{{ 1 }}", []), ("[Observed]", ["refuted"])])
def test_words_of_a_pack_cannot_write_markdown(tmp_path: Path, evil: str, left: list[str]) -> None:
    """A cell that looks like a claim, a tag or a template is shown as it is, or left to the author; never obeyed."""
    words = f"x]{{fact=p}} {{{{ a }}}} **b** `c` <b> &amp; {evil}"
    old = publication(tmp_path, tables=[one_row("said", word="calm", n=1)])
    facts = '[w]\nis = "said.word"\n[p]\nis = "said.n"'
    make_writeup(tmp_path, "[Observed]\n\nIt says [calm]{fact=w} and [1]{fact=p}.\n", facts=facts, packs=[old])
    new = correction(tmp_path, old, [one_row("said", word=words.strip(), n=1)])
    truth = compare(tmp_path, old, new)
    draft = only(truth).erratum
    assert draft
    assert [finding.rule for finding in draft.remaining] == left
    assert len(only(truth).corrections) == 1 - len(left)
    assert [each.partition(" ")[0] for each in publish(tmp_path, truth, new)] == left


def test_what_stands_in_entities_is_left_to_the_author(tmp_path: Path) -> None:
    old = publication(tmp_path)
    make_writeup(tmp_path, OBSERVED + "[2&#51;]{fact=p}.\n", facts='[p]\nis = "run_summary.passes"', packs=[old])
    found = only(compare(tmp_path, old, correction(tmp_path, old, campaign_tables(24))))
    assert kinds(found) == [("23", "now-false")]
    assert not found.corrections
    assert found.erratum


def test_several_writeups_each_get_their_own(tmp_path: Path) -> None:
    root = write_publication(tmp_path)
    packs = root / "content" / "packs"
    write_writeup(
        root,
        "second",
        body="[Observed — data pack run_summary]\n\nThere were [23]{fact=p}.\n",
        ledger='[p]\nis = "run_summary.passes"',
        packs={"this": open_pack(packs / "dense")},
    )
    failures = {key: value for key, value in DENSE.items() if key != ("task_05", 1)}
    new = seal_campaign(tmp_path / "corrections", "dense-2", failures=failures, price=PRICE).path
    truth = diff_truth(root, packs / "dense", new, today=TODAY)
    assert [each.writeup.slug for each in truth.writeups] == ["dense-enough", "second"]
    assert publish(root, truth, new) == []


# --- parts ---


def test_rows_are_matched_by_what_they_begin_with() -> None:
    old = Grid("t", ("task", "run", "score"), (("a", "1", "x"), ("a", "2", "y"), ("b", "1", "z")))
    new = Grid("t", ("task", "run", "score"), (("b", "1", "z"), ("a", "2", "Y"), ("c", "1", "z")))
    change = compare_grids(old, new, "table()", 1)
    assert change
    assert [(cell.row, cell.column, cell.before, cell.after) for cell in change.cells] == [("a, 2", "score", "y", "Y")]
    assert (change.rows_new, change.rows_gone) == (("c, 1",), ("a, 1",))
    assert compare_grids(old, old, "table()", 1) is None


@pytest.mark.parametrize(
    ("before", "after", "cells"),
    [
        (("Task", "dense", "dense"), ("Task", "sparse", "dense"), [("dense", "1", "3"), ("dense", "2", "4")]),
        (("Task", "x", "y"), ("Task", "y", "x"), [("x", "1", "4"), ("y", "2", "3")]),
        (("Task", "x", "y"), ("Task", "z", "y"), [("x", "1", "3"), ("y", "2", "4")]),
    ],
    ids=["two of one name", "in another order", "renamed"],
)
def test_columns_are_matched_by_heading(
    before: tuple[str, ...], after: tuple[str, ...], cells: list[tuple[str, str, str]]
) -> None:
    old, new = (
        Grid("t", before, (("a", "1", "2"), ("b", "0", "0"))),
        Grid("t", after, (("a", "3", "4"), ("b", "0", "0"))),
    )
    change = compare_grids(old, new, "table()", 1)
    assert change
    assert [(cell.column, cell.before, cell.after) for cell in change.cells] == cells


def test_a_quotation_waives_all_that_counts_in_it() -> None:
    waived = '{waive="as printed before the correction"}'
    assert said_plainly("All 3 (verified: data pack a.b) *won*", ()) == f"[All 3]{waived} \\*won\\*"
