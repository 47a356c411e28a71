"""Flags stand around what a finding is about, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clawpub.findings import Finding
from generator.pages.body import Body, render_body
from generator.pages.render import load_theme
from generator.serve.flags import Flag, FlaggedBody, put_flags
from generator.writeup import CheckedWriteup
from tests.generator.builders import check, make_pack

OBSERVED = "[Observed — data pack run_summary]\n\n"
LEDGER = '[passes]\nis = "run_summary.passes"\n'


def checked(tmp_path: Path, body: str, ledger: str = LEDGER) -> CheckedWriteup:
    return check(tmp_path, body, facts=ledger, packs=[make_pack(tmp_path)])


def shown(writeup: CheckedWriteup, *more: Finding) -> tuple[str, tuple[Flag, ...]]:
    """Return the HTML of a flagged body, and its flags."""
    tokens, flags = put_flags(writeup.tokens, writeup.writeup, (*writeup.findings, *more))
    body = Body(load_theme(), writeup.packs, {}, "../../")
    return str(render_body(tokens, body, writeup.writeup.lead_tag, FlaggedBody)), flags


def marked(html: str) -> list[str]:
    """Return the words in each flag, without their markup."""
    return [re.sub(r"<[^>]+>", "", words) for words in re.findall(r'<mark class="flag[^>]*>(.*?)</mark>', html)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("It passed [24]{fact=passes} runs.", ["24"]),
        ("It passed [**24**]{fact=passes} runs.", ["24"]),
        ("It took 17 hours and 18 more.", ["17", "18"]),
        ("It took **17** hours.", ["17"]),
        ("It took &#49;7 hours.", ["17"]),
        ("> - It took 17 hours.", ["17"]),
        ("| a | b |\n|---|---|\n| 17 | x |\n| 17 | 18 |\n", ["17", "17", "18"]),
        ("It took 17 hours, and it\nprobably passed [24]{fact=passes}.", ["17", "probably", "24"]),
        ("It passed [23]{fact=pases}.", ["23"]),
        ("It passed [23]{fact=passes} runs.", []),
    ],
)
def test_a_flag_stands_around_the_words(tmp_path: Path, body: str, words: list[str]) -> None:
    assert marked(shown(checked(tmp_path, OBSERVED + body))[0]) == words


def test_a_flag_says_what_was_found_in_a_word_and_a_shape(tmp_path: Path) -> None:
    html, flags = shown(checked(tmp_path, OBSERVED + "It passed [24]{fact=passes} runs and probably more."))
    assert [(flag.word, flag.severity) for flag in flags] == [("refuted", "error"), ("hedge", "warning")]
    assert 'class="flag flag--error" id="flag-1"' in html
    assert 'class="flag flag--warning" id="flag-2"' in html
    assert re.search(r'<button [^>]*popovertarget="told-1"><svg .*?</svg>.*?refuted</button>', html)


def test_what_names_a_line_stands_before_its_block(tmp_path: Path) -> None:
    writeup = checked(tmp_path, OBSERVED + "Words.\n\n- Words\n- Others\n")
    line = writeup.writeup.body_line + 5
    html, _ = shown(writeup, Finding("expression", "something", writeup.writeup.path, line))
    assert re.search(r'<p class="flag-line" id="flag-1">.*?expression</button></p>\s*<ul>', html)


def test_a_link_that_leads_nowhere_is_found_by_its_address(tmp_path: Path) -> None:
    writeup = checked(tmp_path, "Words and [a link](../../nowhere/) and [another](../../there/).\n")
    found = Finding(
        "dead-link", "'../../nowhere/' leads to no file of the site", writeup.writeup.path, writeup.writeup.body_line
    )
    html, _ = shown(writeup, found)
    assert marked(html) == ["a link"]


def test_what_stands_in_no_prose_has_no_flag(tmp_path: Path) -> None:
    writeup = checked(tmp_path, "Words.\n", LEDGER)
    assert [finding.rule for finding in writeup.findings] == ["unused-fact"]
    assert shown(writeup)[1] == ()


def test_the_tokens_that_are_given_stay_as_they_are(tmp_path: Path) -> None:
    writeup = checked(tmp_path, OBSERVED + "It took 17 hours and passed [24]{fact=passes}.")
    body = Body(load_theme(), writeup.packs, {}, "../../")
    before = render_body(writeup.tokens, body)
    put_flags(writeup.tokens, writeup.writeup, writeup.findings)
    assert render_body(writeup.tokens, Body(load_theme(), writeup.packs, {}, "../../")) == before


def test_without_findings_the_body_is_that_of_a_build(tmp_path: Path) -> None:
    writeup = checked(tmp_path, OBSERVED + "It passed [23]{fact=passes} of its runs.\n\n[Context] Words of 2024.\n")
    assert writeup.findings == ()
    assert shown(writeup)[0] == str(render_body(writeup.tokens, Body(load_theme(), writeup.packs, {}, "../../")))


def test_what_an_author_wrote_comes_out_as_text(tmp_path: Path) -> None:
    html, _ = shown(checked(tmp_path, OBSERVED + 'It took 17 <b onclick="x">hours</b> {{ table("<i>") }}'))
    assert "<b " not in html
    assert "<i>" not in html
