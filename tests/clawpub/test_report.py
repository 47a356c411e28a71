"""Findings in every form: for a person with the line and a caret, for a pull request, for a code scanner."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from clawpub.cli.report import github, print_text, sarif
from clawpub.findings import Finding
from tests.clawpub.test_cli import ROOT, clawpub
from tests.generator.builders import make_pack, make_writeup

WRITEUP = ROOT / "content" / "writeups" / "the-same-call-again"


def finding(folder: Path, text: str, message: str, column: int = 1) -> Finding:
    path = folder / "a.md"
    path.write_text(f"first\n{text}\n")
    return Finding("refuted", message, path, 2, column, "write 0/30")


def printed(capsys: pytest.CaptureFixture[str], found: Finding) -> list[str]:
    print_text([found])
    return capsys.readouterr().err.splitlines()


def test_the_caret_stands_under_what_the_message_quotes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, finding(tmp_path, "It scored [1/30]{fact=score}.", "'1/30': the fact is 0/30", 11))
    assert lines[1] == "    2 | It scored [1/30]{fact=score}."
    assert lines[2] == "                  ^^^^^"
    assert lines[3] == "  hint: write 0/30"


def test_a_long_line_is_cut_around_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "a" * 500 + " [1/30]{fact=x} " + "b" * 500
    lines = printed(capsys, finding(tmp_path, text, "'1/30' does not hold", 502))
    assert lines[1].startswith("    2 | …") and lines[1].endswith("…") and len(lines[1]) < 130
    assert lines[1][len(lines[2]) - 5 : len(lines[2])] == "[1/30"


@pytest.mark.parametrize(
    ("text", "column"),
    [("日本 [1/30]{fact=x}", 4), ("a\t[1/30]{fact=x}", 3), ("\x1b[31m[1/30]", 6), ("x", 99), ("", 1)],
)
def test_odd_lines_do_no_harm(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, column: int) -> None:
    lines = printed(capsys, finding(tmp_path, text, "'1/30' does not hold", column))
    assert lines[0].endswith("'1/30' does not hold") and not any("\x1b" in line for line in lines)


def test_a_file_that_is_gone_is_named_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = Finding("missing-pack", "no pack", tmp_path / "gone.md", 3, 1)
    assert len(printed(capsys, gone)) == 1


def test_a_pull_request_gets_one_command_a_finding_that_no_text_can_break(tmp_path: Path) -> None:
    evil = Finding("refuted", "50% of\n::error::x\r", tmp_path / "a,b:c.md", 2, 3, "a, b")
    (line,) = github([evil])
    assert "\n" not in line and "\r" not in line and line.startswith("::error file=")
    assert "50%25 of%0A::error::x" in line and "line=2,col=3,title=refuted" in line
    assert "a%2Cb%3Ac.md" in line


def test_sarif_names_rule_place_and_level(tmp_path: Path) -> None:
    found = finding(tmp_path, "x", "'x' is wrong")
    told = sarif([found], {"refuted": "a claim that its fact contradicts", "hedge": "h"})
    (run,) = told["runs"]
    assert told["version"] == "2.1.0" and [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [
        "refuted",
        "hedge",
    ]
    (result,) = run["results"]
    assert result["level"] == "error" and result["ruleIndex"] == 0
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 2,
        "startColumn": 1,
        "endColumn": 2,
    }
    about = run["tool"]["driver"]["rules"][0]["help"]
    assert "A number that the pack contradicts" in about["text"] and "docs/rules/refuted.md" in about["markdown"]


@pytest.mark.parametrize(
    ("column", "message", "region"),
    [
        (5, "'[b]' is wrong", {"startLine": 2, "startColumn": 5, "endColumn": 8}),
        (5, "'b' is wrong", {"startLine": 2, "startColumn": 5, "endColumn": 7}),
        (5, "'z' is wrong", {"startLine": 2, "startColumn": 5}),
        (99, "'b' is wrong", {"startLine": 2, "startColumn": 99}),
        (None, "'b' is wrong", {"startLine": 2}),
    ],
)
def test_sarif_marks_the_words_that_a_finding_quotes_where_they_stand(
    tmp_path: Path, column: int | None, message: str, region: dict[str, int]
) -> None:
    found = replace(finding(tmp_path, "日本 a[b]", message), column=column)
    (run,) = sarif([found], {"refuted": "r"})["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == region


def test_sarif_of_a_rule_without_a_page_or_a_file_that_is_gone(tmp_path: Path) -> None:
    (run,) = sarif([Finding("no-such", "'b'", tmp_path / "gone.md", 3, 1)], {})["runs"]
    assert run["tool"]["driver"]["rules"] == [{"id": "no-such", "shortDescription": {"text": "no-such"}}]
    assert "endColumn" not in run["results"][0]["locations"][0]["physicalLocation"]["region"]


@pytest.mark.parametrize("named", [WRITEUP, WRITEUP / "index.md", Path(WRITEUP.name)], ids=["folder", "file", "slug"])
def test_one_writeup_is_checked_by_folder_file_or_slug(named: Path) -> None:
    done = clawpub("check", named, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0 and [Path(each["path"]).parent.name for each in told["writeups"]] == [WRITEUP.name]
    assert told["writeups"][0]["coverage"]["words"]["found"] >= 5


def test_a_claims_sources_name_the_pack_where_it_is_not_the_first(tmp_path: Path) -> None:
    facts = '[a]\nis = "run_summary.passes"\n[b]\nis = "that.run_summary.passes"\n[r]\nis = "run_summary.pass_rate"\n'
    body = (
        "[Observed — data pack run_summary, that run_summary]\n\n"
        "[23]{fact=a} passed, [76.67%]{fact=r} of the runs, against [23]{fact=b}.\n"
    )
    packs = (make_pack(tmp_path), make_pack(tmp_path, "other"))
    folder = make_writeup(tmp_path, body, facts=facts, packs=packs)
    (tmp_path / "content" / "site.toml").write_text('title = "T"\nbase_url = "https://e.example"\n')
    claims = json.loads(clawpub("check", folder, "--json").stdout)["writeups"][0]["claims"]
    assert [claim["sources"] for claim in claims] == [
        ["run_summary.passes"],
        ["run_summary.pass_rate"],
        ["that.run_summary.passes"],
    ]
    assert [claim["value"] for claim in claims] == [23, "0.766667", 23], "decimals keep their digits as text"


def test_a_writeup_that_is_none_says_so() -> None:
    done = clawpub("check", "nowhere")
    assert done.returncode == 2 and "no writeup here" in done.stderr
