"""A writeup against its packs: verdicts, evidence, findings with places. Rule by rule: tests/fixtures/dialect."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clawpub.errors import ClawpubError
from clawpub.pack.query import Source
from clawpub.pack.reader import Pack, open_pack
from generator.claims import check_writeup
from generator.content import load_writeup
from generator.findings import RULES, Setting, severity_of
from generator.writeup import CheckedWriteup, Claim
from tests.generator.builders import campaign_tables, check, make_pack, make_writeup, one_row, told

OBSERVED = "[Observed — data pack run_summary]\n\n"
TOTAL = '[total]\nis = "run_summary.score"\ncite = true\n'


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return make_pack(tmp_path_factory.mktemp("packs"))


def claim_of(checked: CheckedWriteup) -> Claim:
    (claim,) = checked.claims
    return claim


def test_claim_carries_its_evidence_and_sits_on_its_token(tmp_path: Path, pack: Pack) -> None:
    checked = check(tmp_path, f"{OBSERVED}It passed [23/30]{{fact=total}}.", facts=TOTAL, packs=[pack])
    claim = claim_of(checked)
    assert (claim.number, claim.fact_id, claim.text, claim.cite) == (1, "total", "23/30", True)
    assert (claim.verdict, claim.rule) == ("verified", "ratio")
    assert (claim.line - checked.writeup.body_line + 1, claim.column) == (3, 11)
    (reading,) = claim.readings
    assert (reading.fact, reading.value) == ("run_summary.score", "23/30")
    assert reading.query == 'select "score" from "this"."run_summary"'
    assert claim.sources == (Source("this", "run_summary", "score"),)
    spans = [child for token in checked.tokens for child in token.children or [] if child.type == "span_open"]
    assert [span.meta["claim"] for span in spans] == [claim]
    assert checked.passed and checked.packs == {"this": pack}


def test_printed_value_is_a_claim_of_its_own(tmp_path: Path, pack: Pack) -> None:
    checked = check(tmp_path, OBSERVED + '{{ fact("total") }}', facts=TOTAL, packs=[pack])
    claim = claim_of(checked)
    assert (claim.text, claim.verdict, claim.rule, claim.cite) == ("23/30", "verified", "value", True)
    assert [token.meta["claim"] for token in checked.tokens if token.type == "expression"] == [claim]


def test_refuted_claim_gives_the_true_wording_and_where_the_fact_lives(tmp_path: Path, pack: Pack) -> None:
    checked = check(tmp_path, f"{OBSERVED}[24/30]{{fact=total}}", facts="\n\n" + TOTAL, packs=[pack])
    (finding,) = checked.findings
    assert finding.hint == "write 23/30; the fact is [total] at facts.toml:3"
    assert not checked.passed


def test_share_and_percent_are_told_apart_by_the_ledger(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, tables=[one_row("rates", share=Decimal("0.7667"), percent=Decimal("76.67"))])
    facts = (
        '[share]\nis = "rates.share"\n[percent]\nis = "rates.percent"\nunit = "percent"\n[bare]\nis = "rates.percent"\n'
    )
    body = "[Observed]\n\n[76.67%]{fact=share} [76.67%]{fact=percent} [76.67%]{fact=bare}"
    checked = check(tmp_path, body, facts=facts, packs=[pack])
    assert [claim.verdict for claim in checked.claims] == ["verified", "verified", "refuted"]


def test_is_and_holds_must_both_be_true(tmp_path: Path, pack: Pack) -> None:
    facts = '[all]\nis = "run_summary.failures"\nholds = "select passes > 25 from run_summary"\n'
    checked = check(tmp_path, f"{OBSERVED}[seven failures, yet good]{{fact=all}}", facts=facts, packs=[pack])
    assert (claim_of(checked).verdict, claim_of(checked).rule) == ("refuted", "holds")
    assert len(claim_of(checked).readings) == 2


@pytest.mark.parametrize(
    ("query", "verdict"),
    [
        ("select passes > 20 from run_summary", "verified"),
        ("select passes > 25 from run_summary", "refuted"),
        ("select pass_rate_low > 0 from run_summary", "undecidable"),
        ("select passes from run_summary", "undecidable"),
        ("select score from run_summary", "undecidable"),
        ("select 1.0 * (passes > 20) from run_summary", "verified"),
        ("select passed from task_outcomes where task_id = 'task_01' and run = 1", "verified"),
        ("task_outcomes[task_01, 1].passed", "verified"),
        ("task_outcomes[task_05, 1].passed", "refuted"),
    ],
)
def test_holds_is_one_or_nought(query: str, verdict: str, tmp_path: Path, pack: Pack) -> None:
    body = "[Observed]\n\n[it is so]{fact=so}"
    checked = check(tmp_path, body, facts=f'[so]\nholds = "{query}"\n', packs=[pack])
    assert claim_of(checked).verdict == verdict
    assert checked.passed is (verdict == "verified")


def test_text_of_the_pack_is_quoted_word_by_word(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, tables=[one_row("scoring", result="Wrong (one pass below range)", model="Qwen3 32B")])
    facts = '[result]\nis = "scoring.result"\n[model]\nis = "scoring.model"\n'
    body = (
        "[Observed]\n\n[Wrong (one  pass *below* range)]{fact=result} [Qwen3 32B]{fact=model} "
        "[Wrong (two passes below range)]{fact=result} [Qwen3 30B]{fact=model}"
    )
    checked = check(tmp_path, body, facts=facts, packs=[pack])
    assert [claim.verdict for claim in checked.claims] == ["verified", "verified", "undecidable", "refuted"]


def test_constant_proves_nothing_even_where_it_agrees(tmp_path: Path, pack: Pack) -> None:
    body = OBSERVED + '[23]{fact=a} {{ fact("a") }} [yes]{fact=b}'
    facts = '[a]\nis = "select 23 from run_summary"\n[b]\nholds = "select 1"\n'
    checked = check(tmp_path, body, facts=facts, packs=[pack])
    assert [(claim.verdict, claim.rule) for claim in checked.claims] == [("undecidable", "vacuous")] * 3
    assert told(checked) == ["facts.toml vacuous 1", "facts.toml vacuous 3"]


def test_first_pack_is_meant_where_no_alias_stands(tmp_path: Path, pack: Pack) -> None:
    other = make_pack(tmp_path, "coder", tables=campaign_tables(22))
    facts = '[one]\nis = "run_summary.passes"\n[two]\nis = "that.run_summary.passes"\n'
    body = "[Observed — data pack run_summary, that run_summary]\n\n[23]{fact=one} and [22]{fact=two}"
    assert [c.verdict for c in check(tmp_path, body, facts=facts, packs=[pack, other]).claims] == ["verified"] * 2
    assert [c.verdict for c in check(tmp_path, body, facts=facts, packs=[other, pack]).claims] == ["refuted"] * 2


def test_missing_first_pack_is_not_replaced_by_the_second(tmp_path: Path, pack: Pack) -> None:
    pins = {"gone": "gone@sha256:" + "0" * 64, "this": f"{pack.id}@{pack.digest}"}
    folder = make_writeup(tmp_path, f"{OBSERVED}[23/30]{{fact=total}}", facts=TOTAL, packs=pins)
    checked = check_writeup(load_writeup(folder), {pack.id: pack})
    assert claim_of(checked).verdict == "undecidable"
    assert [finding.rule for finding in checked.findings] == ["missing-pack"]
    assert not checked.passed


def test_damaged_pack_is_a_finding(tmp_path: Path) -> None:
    pack = make_pack(tmp_path)
    (pack.path / "tables" / "run_summary.csv").write_text("tampered")
    checked = check(tmp_path, f"{OBSERVED}[23/30]{{fact=total}}", facts=TOTAL, packs=[open_pack(pack.path)])
    assert told(checked) == ["missing-pack front"]
    assert "changed after sealing" in checked.findings[0].message
    assert claim_of(checked).verdict == "undecidable"


def test_too_many_packs_are_a_finding(tmp_path: Path, pack: Pack) -> None:
    pins = {f"p{number}": f"{pack.id}@{pack.digest}" for number in range(11)}
    folder = make_writeup(tmp_path, "Text.", packs=pins)
    checked = check_writeup(load_writeup(folder), {pack.id: pack})
    assert [finding.rule for finding in checked.findings] == ["missing-pack"]


def test_pin_findings_stand_on_the_pin_s_line_with_the_digest_to_paste(tmp_path: Path, pack: Pack) -> None:
    folder = make_writeup(tmp_path, "[Observed]\n\nText.", packs={"a": pack.id, "b": f"{pack.id}@sha256:{'0' * 64}"})
    checked = check_writeup(load_writeup(folder), {pack.id: pack})
    unpinned, stale = checked.findings
    assert (unpinned.rule, unpinned.line, unpinned.hint) == ("unpinned", 5, f"write a: {pack.id}@{pack.digest}")
    assert (stale.rule, stale.line) == ("stale-pin", 6)
    assert f"pin b: {pack.id}@{pack.digest}" in (stale.hint or "")


def test_writeup_without_packs_has_nothing_to_ask(tmp_path: Path) -> None:
    checked = check(tmp_path, f"{OBSERVED}[23/30]{{fact=total}}", facts=TOTAL)
    assert told(checked) == ["unresolved-source 1:1", "facts.toml fact-error 1"]
    assert checked.database is None


def test_plain_prose_without_tags_passes(tmp_path: Path) -> None:
    checked = check(tmp_path, "# Hello\n\nWords.")
    assert checked.passed and not checked.findings and not checked.claims


def test_findings_come_in_the_order_of_the_file_and_all_of_them(tmp_path: Path, pack: Pack) -> None:
    body = "9\n\n" + OBSERVED + "[24/30]{fact=total} 8 [so]{fact=nope}\n\n7"
    checked = check(tmp_path, body, facts=TOTAL + '[spare]\nis = "run_summary.passes"\n', packs=[pack])
    assert told(checked) == [
        "untagged-quantity 1:1",
        "refuted 5:1",
        "unbound 5:21",
        "unknown-fact 5:23",
        "unbound 7:1",
        "facts.toml unused-fact 4",
    ]


def test_broken_fact_is_reported_once_and_its_spans_are_undecidable(tmp_path: Path, pack: Pack) -> None:
    body = OBSERVED + "[3]{fact=bad} [4]{fact=bad}"
    checked = check(tmp_path, body, facts='[bad]\nis = "run_summary.pases"\n', packs=[pack])
    assert told(checked) == ["facts.toml fact-error 1"]
    assert [claim.verdict for claim in checked.claims] == ["undecidable"] * 2


def test_endless_query_is_a_finding(tmp_path: Path, pack: Pack) -> None:
    facts = (
        '[slow]\nis = "with recursive c(x) as (select passes from run_summary union all select x + 1 from c) '
        'select max(x) from c"\n'
    )
    checked = check(tmp_path, f"{OBSERVED}[3]{{fact=slow}}", facts=facts, packs=[pack])
    assert told(checked) == ["facts.toml fact-error 1"]
    assert "too long" in checked.findings[0].message


def test_publication_may_weigh_rules(tmp_path: Path, pack: Pack) -> None:
    body = f"4\n\n{OBSERVED}[23/30]{{fact=total}}"
    facts = TOTAL + '[spare]\nis = "run_summary.passes"\n'
    checked = check(
        tmp_path, body, facts=facts, packs=[pack], severities={"unused-fact": "error", "untagged-quantity": "off"}
    )
    assert [(finding.rule, finding.severity) for finding in checked.findings] == [("unused-fact", "error")]
    assert not checked.passed


@pytest.mark.parametrize("rule", ["refuted", "undecidable", "unbound", "typed-mark", "tag-syntax"])
def test_what_the_mark_stands_on_cannot_be_lowered(rule: str) -> None:
    assert RULES[rule].fixed
    assert severity_of(rule, {rule: "off"}) == "error"
    assert severity_of(rule, {rule: "warning"}) == "error"


@pytest.mark.parametrize(
    ("body", "fact"),
    [
        ("[29/30]{fact=nope}", "run_summary.score"),
        ("[29/30 (99%)]{fact=a}", "run_summary.score"),
        ("[29/30]{fact=a waive=why}", "run_summary.score"),
        ("[29/30]{fact=a}", "run_summary.nope"),
        ("[29/30]{fact=a}", "select '29/30' from run_summary"),
    ],
)
def test_no_setting_lets_a_number_pass_that_was_not_compared(body: str, fact: str, tmp_path: Path, pack: Pack) -> None:
    off: dict[str, Setting] = {rule: "off" for rule in RULES if not RULES[rule].fixed}
    checked = check(tmp_path, OBSERVED + body, facts=f'[a]\nis = "{fact}"\n', packs=[pack], severities=off)
    assert not checked.passed


def test_no_setting_lets_a_number_pass_whose_pack_is_missing(tmp_path: Path) -> None:
    off: dict[str, Setting] = {rule: "off" for rule in RULES if not RULES[rule].fixed}
    gone = {"this": f"gone@sha256:{'0' * 64}"}
    folder = make_writeup(tmp_path, OBSERVED + "[29/30]{fact=total}", facts=TOTAL, packs=gone)
    assert not check_writeup(load_writeup(folder), {}, off).passed


def test_whole_numbers_divided_are_not_taken_for_a_share(tmp_path: Path, pack: Pack) -> None:
    facts = '[share]\nis = "select passes / runs from run_summary"\n'
    (finding,) = check(tmp_path, OBSERVED + "[77%]{fact=share}", facts=facts, packs=[pack]).findings
    assert finding.rule == "undecidable"
    assert "1.0 * a / b" in finding.message and "write 0%" not in (finding.hint or "")


def test_a_rate_may_be_stored_in_percent_and_seconds_may_not(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, tables=[one_row("board", pass_rate_2=Decimal("88.0"), latency_s=Decimal("67.0"))])
    facts = '[rate]\nis = "board.pass_rate_2"\nunit = "percent"\n[time]\nis = "board.latency_s"\nunit = "percent"\n'
    checked = check(
        tmp_path, "[Observed]\n\n[88%]{fact=rate} of cases, [67%]{fact=time} of runs.", facts=facts, packs=[pack]
    )
    assert [claim.verdict for claim in checked.claims] == ["verified", "undecidable"]


def test_missing_pack_says_where_packs_are(tmp_path: Path) -> None:
    folder = make_writeup(tmp_path, "Text.", packs={"this": "gone"})
    (finding,) = check_writeup(load_writeup(folder), {}).findings
    assert (finding.rule, finding.hint) == ("missing-pack", "content/packs holds no pack that can be read")


def test_hidden_text_in_the_front_matter(tmp_path: Path, pack: Pack) -> None:
    checked = check(
        tmp_path, "Text.", packs=[pack], title='"a \\u202E b"', front='description: "(verified: data pack x)"'
    )
    assert told(checked, with_body_lines=False) == ["hidden-character", "typed-mark"]
    assert [finding.line for finding in checked.findings] == [2, 4]


def test_injected_values_are_never_read_as_markup(tmp_path: Path) -> None:
    """A cell that looks like the dialect is text: it opens no passage, makes no claim, prints no mark."""
    cell = "[Speculation] [99]{fact=total} {{ fact('total') }} <script>"
    pack = make_pack(tmp_path, tables=[one_row("notes", text=cell, n=23)])
    facts = '[text]\nis = "notes.text"\n[total]\nis = "notes.n"\n'
    checked = check(tmp_path, '[Observed]\n\n{{ fact("text") }} [23]{fact=total}', facts=facts, packs=[pack])
    assert checked.passed
    assert [claim.text for claim in checked.claims] == [cell, "23"]


def test_a_cell_that_looks_like_a_mark_is_not_printed(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, tables=[one_row("notes", text="(verified: data pack a.b)")])
    body, facts = '[Observed]\n\n{{ fact("text") }}', '[text]\nis = "notes.text"\n'
    assert told(check(tmp_path, body, facts=facts, packs=[pack]), with_body_lines=False) == ["typed-mark"]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ('It passed {{ fact("n") }} runs.', []),
        ('It took {{ fact("s") }} seconds ({{ fact("n") }}).', []),
        ('{{ fact("n") }}% of them.', ["unbound"]),
        ('{{ fact("n") }}{{ fact("n") }} runs.', ["unbound", "unbound"]),
        ('-{{ fact("n") }} and ${{ fact("n") }}.', ["unbound", "unbound"]),
        ('It passed under {{ fact("n") }} runs.', ["unbound"]),
        ('It passed {{ fact("n") }} million runs.', ["unbound"]),
        ('It took {{ fact("s") }} minutes.', ["unit"]),
        ('{{ fact("built") }}', ["vacuous"]),
    ],
)
def test_what_stands_around_a_printed_value_is_held_to_it(
    tmp_path: Path, pack: Pack, text: str, rules: list[str]
) -> None:
    facts = """
[n]
is = "run_summary.passes"
[s]
is = "select max(latency_s) from run_metrics"
[built]
is = "select 'better than all of ' || runs from run_summary"
"""
    checked = check(tmp_path, "[Observed]\n\n" + text, facts=facts, packs=[pack], severities={"unused-fact": "off"})
    assert [finding.rule for finding in checked.findings if finding.rule != "undecidable"] == rules


_PARTS = [
    "[Observed — data pack run_summary]", "[Observed]", "[Speculation]", "[", "]", "{fact=total}", "{fact=x}",
    '{waive="r"}', "{", "}", "{{", "}}", '{{ fact("total") }}', "23/30", "23", "\n", "\n\n", "> ", "- ", "1. ",
    "## ", "| a | b |\n|---|---|\n", "|", "**", "*", "_", "~~", "`", "```", "\\", "&#51;", "&", "<b>", "![",
    "](u)", "](", ": x", "(verified: data pack x.y)", "\u202e", "\u200b", "\x00", "\x0c", "\t", "    ", "text",
    "é", "𝟐", "\ud7ff", "---\n", "%", "#",
]  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(_PARTS) | st.text(max_size=5), max_size=40).map("".join))
def test_any_body_gives_findings_with_places(tmp_path: Path, pack: Pack, body: str) -> None:
    try:
        checked = check(tmp_path, body.encode("utf-8", "replace").decode(), facts=TOTAL, packs=[pack])
    except ClawpubError as error:
        assert error.at
        return
    lines = checked.writeup.path.read_bytes().count(b"\n") + checked.writeup.path.read_bytes().count(b"\r") + 1
    for finding in checked.findings:
        assert finding.rule in RULES
        assert finding.line is not None and 1 <= finding.line <= lines
        assert finding.column is None or finding.column >= 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_any_fact_gives_findings(tmp_path: Path, pack: Pack, fact: str) -> None:
    text = "".join(f"\\U{ord(char):08X}" for char in fact if char.isprintable())
    for kind in ("is", "holds"):
        try:
            check(tmp_path, f"{OBSERVED}[23]{{fact=x}}", facts=f'[x]\n{kind} = "{text}"\n', packs=[pack])
        except ClawpubError as error:
            assert error.at


def test_a_rate_is_in_the_unit_before_per(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, tables=[one_row("price", usd_per_1m_tokens=Decimal("0.15"), tokens_per_s=Decimal(40))])
    facts = '[price]\nis = "price.usd_per_1m_tokens"\n[speed]\nis = "price.tokens_per_s"\n'
    body = "[Observed]\n\nIt costs [$0.15]{fact=price} and writes [40 tokens]{fact=speed} or [40 seconds]{fact=speed}."
    (finding,) = check(tmp_path, body, facts=facts, packs=[pack]).findings
    assert (finding.rule, finding.message) == ("unit", "'40' counts seconds, and tokens_per_s is in tokens")
