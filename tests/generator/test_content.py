"""Reading a writeup's folder: what is there becomes data, what is wrong has a line and a way out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clawpub.errors import ClawpubError
from generator.content import load_writeup
from generator.writeup import FactEntry, Pin, Writeup
from tests.generator.builders import make_writeup

DIGEST = "sha256:" + "ab" * 32
GOOD = "title: Dense enough\ndate: 2026-05-21\n"


def load(tmp_path: Path, front: str = GOOD, body: str = "Body.\n", facts: str | None = None) -> Writeup:
    folder = tmp_path / "a-slug"
    folder.mkdir(exist_ok=True)
    (folder / "index.md").write_bytes(f"---\n{front}---\n{body}".encode())
    if facts is not None:
        (folder / "facts.toml").write_text(facts, encoding="utf-8")
    return load_writeup(folder)


def refused(tmp_path: Path, front: str = GOOD, **kwargs: str) -> ClawpubError:
    with pytest.raises(ClawpubError) as caught:
        load(tmp_path, front, **kwargs)
    return caught.value


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    front = f"""title: "Dense: enough"
date: 2026-05-21
description: >
  One line
  and more
section: Benchmarks
authors: [Ann, "Bo B."]
tags: moe
draft: yes
lead: context
packs:
  this: one@{DIGEST}
  coder:
    id: two
    digest: {DIGEST}
  open: three
"""
    read = load(tmp_path, front)
    assert (read.slug, read.title, read.date) == ("a-slug", "Dense: enough", date(2026, 5, 21))
    assert (read.description, read.section) == ("One line and more", "Benchmarks")
    assert (read.authors, read.tags, read.draft, read.lead_tag) == (("Ann", "Bo B."), ("moe",), True, "context")
    assert read.pins == (
        Pin("this", "one", DIGEST, 13),
        Pin("coder", "two", DIGEST, 14),
        Pin("open", "three", "", 17),
    )
    assert (read.body, read.body_line) == ("Body.\n", 19)
    assert read.ledger == {}
    assert read.front_lines["description"] == 4


def test_scalars_stay_as_typed(tmp_path: Path) -> None:
    read = load(tmp_path, "title: no\ndate: 2026-05-21\ntags: [1.10, on, 0x1F, null-ish, 1_000]\nsection: 010\n")
    assert (read.title, read.section, read.draft) == ("no", "010", False)
    assert read.tags == ("1.10", "on", "0x1F", "null-ish", "1_000")


def test_key_without_a_value_is_left_out(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD + "description:\nlead: ~\ntags:\n").description == ""


@pytest.mark.parametrize(
    ("front", "line", "message", "hint"),
    [
        ("date: 2026-05-21\n", 1, "title: missing", "title: ..."),
        ("title: x\n", 1, "date: missing", "2026-05-21"),
        ("title:\ndate: 2026-05-21\n", 2, "title: missing", ""),
        ("title: x\ndate: 21 May 2026\n", 3, "expected a date such as 2026-05-21, found '21 May 2026'", ""),
        ("title: x\ndate: 1747785600\n", 3, "expected a date", ""),
        ("title: x\ndate: 2026-13-01\n", 3, "expected a date", ""),
        ("title: x\ndate: 20260521\n", 3, "expected a date", ""),
        (GOOD + "draft: maybe\n", 4, "draft: expected a valid boolean", ""),
        (GOOD + "lead: opinion\n", 4, "lead: expected 'observed', 'speculation' or 'context', found 'opinion'", ""),
        (GOOD + "athors: x\n", 4, "athors: unknown key", "did you mean 'authors'?"),
        (GOOD + "tags: {a: b}\n", 4, "tags: expected a valid tuple", ""),
        (GOOD + "tags: [a, [b]]\n", 4, "tags[1]: expected a valid string", ""),
        (GOOD + "title: y\n", 4, "title is there twice", "line 2"),
        (GOOD + "packs:\n  a: x\n  a: y\n", 6, "a is there twice", "line 5"),
        (GOOD + "packs:\n  this: one@sha256:abc\n", 5, "packs.this.digest:", "sha256"),
        (GOOD + "packs:\n  this: {id: one, digst: x}\n", 5, "packs.this.digst: unknown key", "did you mean 'digest'?"),
        (GOOD + "packs:\n  this: ../../etc\n", 5, "packs.this.id:", ""),
        (GOOD + "packs:\n  This: one\n", 5, "packs.This: expected an alias of lower-case letters", ""),
        (GOOD + "packs:\n  main: one\n", 5, "packs.main: expected an alias", ""),
        (GOOD + "packs: one\n", 4, "packs: expected a valid dictionary", ""),
        (GOOD + "section: &a x\n", 4, "may not use an anchor", ""),
        (GOOD + "section: *a\n", 4, "may not use an alias", ""),
        (GOOD + "section: !!python/object/apply:os.system [ls]\n", 4, "may not use the tag", ""),
        (GOOD + "section: !!str x\n", 4, "may not use the tag", ""),
        (GOOD + "? [a, b]\n: x\n", 4, "may not use a list or mapping as a key", ""),
        (GOOD + "section: a: b\n", 4, "not YAML: mapping values are not allowed", "quotes"),
        (GOOD + 'section: "open\n', 5, "not YAML", ""),
        (GOOD + "\tsection: x\n", 4, "not YAML", ""),
        (GOOD + "section: " + "[" * 25 + "]" * 25 + "\n", 4, "may not use more than 20 levels", ""),
        (GOOD + "section: " + "[" * 30_000 + "\n", 4, "may not use more than 20 levels", ""),
        (GOOD + "section: a\x00b\n", 4, "holds the character U+0000", "remove"),
        ("- a\n- b\n", 2, "expected `key: value` lines", ""),
        ("just words\n", 2, "expected `key: value` lines", ""),
    ],
)
def test_front_matter_problems_have_a_line_an_expectation_and_a_hint(
    front: str, line: int, message: str, hint: str, tmp_path: Path
) -> None:
    error = refused(tmp_path, front)
    assert error.at is not None and error.at.path.name == "index.md"
    assert message in error.message
    assert error.at.line == line
    assert hint in (error.hint or "")


def test_all_problems_of_the_front_matter_come_at_once(tmp_path: Path) -> None:
    error = refused(tmp_path, "date: x\nathors: y\n")
    assert [part in error.message for part in ("title: missing", "date: expected", "athors: unknown key")] == [True] * 3


def test_alias_bomb_is_refused_at_once(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))
    assert "anchor" in refused(tmp_path, GOOD + bomb).message


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (b"", 1, "expected front matter"),
        (b"# Title\n", 1, "expected front matter"),
        (b"---\ntitle: x\n", 1, "not closed"),
        (b"---\ntitle: \xff\n---\n", 2, "not UTF-8"),
        (b"\xff\xfe-\x00-\x00", 1, "not UTF-8"),
        (b"---\n" + b"x" * 70_000 + b"\n---\n", 1, "longer than 64 KB"),
        (b"---\n" + b"\n---\n" + b"x" * (9 << 20), None, "larger than 8 MB"),
    ],
)
def test_unreadable_files_are_errors_with_a_place(text: bytes, line: int | None, message: str, tmp_path: Path) -> None:
    folder = tmp_path / "a-slug"
    folder.mkdir()
    (folder / "index.md").write_bytes(text)
    with pytest.raises(ClawpubError) as caught:
        load_writeup(folder)
    assert message in caught.value.message
    assert caught.value.at is not None and caught.value.at.line == line


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_byte_order_marks_and_line_ends_of_all_systems(end: str, mark: str, tmp_path: Path) -> None:
    folder = tmp_path / "a-slug"
    folder.mkdir()
    text = f"{mark}---\n{GOOD}---\none\x0ctwo\n\x00\u2028three\n".replace("\n", end)
    (folder / "index.md").write_bytes(text.encode())
    read = load_writeup(folder)
    assert read.body == "one\x0ctwo\n\x00\u2028three\n"
    assert read.body_line == 5


def test_empty_body_and_front_matter_closed_by_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "a-slug"
    folder.mkdir()
    (folder / "index.md").write_bytes(f"---\n{GOOD}---".encode())
    assert load_writeup(folder).body == ""


@pytest.mark.parametrize("name", ["A Slug", "ünïcode", "-x", "a" * 200])
def test_folder_name_must_fit_into_an_address(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(ClawpubError, match="cannot be part of an address"):
        load_writeup(tmp_path / name)


def test_missing_folder_and_missing_index(tmp_path: Path) -> None:
    with pytest.raises(ClawpubError, match="no such writeup"):
        load_writeup(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ClawpubError, match="no such file"):
        load_writeup(tmp_path / "empty")


def test_ledger_entries(tmp_path: Path) -> None:
    facts = (
        '# facts\n[score]\nis = ["a.b", "a.c"]\ncite = true\n\n[ok]\nholds = "select 1"\nnote = "why"\n'
        '[share]\nis = "a.d"\nunit = "percent"\n'
    )
    assert load(tmp_path, facts=facts).ledger == {
        "score": FactEntry("score", 2, ("a.b", "a.c"), cite=True),
        "ok": FactEntry("ok", 6, holds="select 1", note="why"),
        "share": FactEntry("share", 9, ("a.d",), unit="percent"),
    }


@pytest.mark.parametrize(
    ("facts", "line", "message", "hint"),
    [
        ('[a]\nis = "x.y"\ncites = true\n', 3, "a.cites: unknown key", "did you mean 'cite'?"),
        ('[a]\nfacts = "x.y"\n', 2, "a.facts: unknown key", ""),
        ("[a]\nis = 3\n", 2, "a.is: expected a valid tuple, found 3", "is ="),
        ("[a]\nis = []\n", 1, "expected `is`, `holds` or `inside`, found none of them", ""),
        ('[a]\nis = ["x.y", 3]\n', 2, "a.is[1]: expected a valid string, found 3", ""),
        ("[a]\n", 1, "expected `is`, `holds` or `inside`, found none of them", ""),
        ('[a]\nis = "x.y"\ncite = "yes"\n', 3, "a.cite: expected a valid boolean, found 'yes'", ""),
        ('[a]\nis = "x.y"\nunit = "share"\n', 3, "a.unit: expected 'percent', found 'share'", "only one"),
        ('[a]\nis = ""\n', 2, "a.is", ""),
        ('is = "x.y"\n', 1, "is: expected a table", "write [is]"),
        ('[a.b]\nis = "x.y"\n', 1, "a.b: unknown key", ""),
        ('["a b"]\nis = "x.y"\n', 1, "cannot be written in a span", ""),
        ('[a]\nis = "x.y"\n[a]\n', 3, "defined twice", ""),
        ("[a]\nis = x\n", 2, "not TOML", ""),
    ],
)
def test_ledger_problems_have_a_line(facts: str, line: int, message: str, hint: str, tmp_path: Path) -> None:
    error = refused(tmp_path, facts=facts)
    assert error.at is not None and error.at.path.name == "facts.toml"
    assert message in error.message
    assert error.at.line == line
    assert hint in (error.hint or "")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8") | st.sampled_from(":-[]{}#&*!|>'\"%@\n ?"), max_size=60))
def test_any_front_matter_is_read_or_refused_with_a_place(tmp_path: Path, text: str) -> None:
    try:
        load(tmp_path, GOOD + text + "\n")
    except ClawpubError as error:
        assert error.at is not None


def test_builder_writes_what_the_loader_reads(tmp_path: Path) -> None:
    assert load_writeup(make_writeup(tmp_path, "Body.")).body == "Body."
