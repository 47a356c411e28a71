"""Lists as people keep them."""

from __future__ import annotations

from pathlib import Path

import pytest

from clawpub.errors import ConfigError
from generator.mail.recipients import Recipient, load_recipients, load_suppressed


def listed(tmp_path: Path, text: str | bytes, suppressed: frozenset[str] = frozenset()) -> tuple[Recipient, ...]:
    path = tmp_path / "list"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_recipients(path, suppressed).readers


@pytest.mark.parametrize(
    "text",
    [
        "email,name,token\nada@example.org,Ada,t1\nbo@example.org,,\n",
        "\ufeffToken;Name;E-Mail\r\nt1;Ada;ada@example.org\r\n;;bo@example.org\r\n",
        '{"email": "ada@example.org", "name": "Ada", "token": "t1"}\n\n{"email": "bo@example.org"}',
        "email\tname\ttoken\nada@example.org\tAda\tt1\nbo@example.org\n",
    ],
)
def test_readers_are_read_from_what_spreadsheets_and_programs_write(tmp_path: Path, text: str) -> None:
    assert listed(tmp_path, text) == (Recipient("ada@example.org", "Ada", "t1"), Recipient("bo@example.org"))


def test_an_address_counts_once_however_it_is_spelled_and_bad_ones_by_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    lines = "email ada@example.org ADA@EXAMPLE.ORG - none x@y bo@exämple.org ä@example.org cy@example.org".split()
    path.write_text("\n".join(lines).replace("-", ""))
    found = load_recipients(path, {"cy@example.org"})
    assert [reader.address for reader in found.readers] == ["ada@example.org", "bo@xn--exmple-cua.org"]
    assert (found.twice, found.suppressed) == (1, 1)
    assert [(each.line, each.why) for each in found.unusable] == [
        (5, "no @"),
        (6, "'y' is no domain"),
        (8, "letters outside ASCII, which many servers refuse"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column `email`"),
        ("name,street\nx,y\n", "no column `email`; found name, street"),
        ('{"email": "a@b.example"}\n{"mail": 1}', r"list:2: expected"),
        ('{"email": "a@b.example"}\n{', r"list:2: is not JSON"),
        ('email\n"unclosed', "is not CSV"),
        (b"email\n\xff\n", "is not UTF-8 at byte 6"),
    ],
)
def test_a_list_that_cannot_be_read_says_where(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        listed(tmp_path, text)


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_recipients(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    "text",
    ["# who left\nADA@example.org\n\n", "date,email\n2026-01-01,ada@example.org\n", '{"email": "ada@example.org"}'],
)
def test_who_wants_no_more_is_held_back(tmp_path: Path, text: str) -> None:
    (tmp_path / "off").write_text(text)
    assert listed(tmp_path, "email\nAda@example.org\nbo@example.org\n", load_suppressed(tmp_path / "off")) == (
        Recipient("bo@example.org"),
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("ada@example.org,Lovelace, Ada,t1", "more cells than columns"),
        (f"ada@example.org,Ada,{'t' * 129}", "a token of more than 128 letters"),
        ("ada@example.org,Ada,tökén", "a token that is not printable ASCII"),
        ('ada@example.org,Ada,"t\n1"', "a token that is not printable ASCII"),
        ("ada@example.org>\x00,Ada,t1", "is no domain"),
        ('"ada@example.org\nBcc: bo@example.org",Ada,t1', "is no mailbox"),
        ("ada@example.org bo@example.org,Ada,t1", "is no mailbox"),
        (".ada@example.org,Ada,t1", "is no mailbox"),
        ("ada@[127.0.0.1],Ada,t1", "is no domain"),
        (f"{'a' * 65}@example.org,Ada,t1", "too long"),
    ],
)
def test_a_line_that_cannot_be_meant_is_shown_and_the_rest_goes_on(tmp_path: Path, line: str, why: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"email,name,token\n{line}\nbo@example.org,Bo,t2\n")
    found = load_recipients(path)
    assert [reader.address for reader in found.readers] == ["bo@example.org"]
    assert len(found.unusable) == 1 and why in found.unusable[0].why


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"email": "ada@example.org", "token": 7}', "a token that is no text"),
        ('{"email": "ada@example.org", "token": "\\ud800"}', "a token that is not printable ASCII"),
        ('{"email": "ad\\ud800a@example.org"}', "letters outside ASCII"),
        ('{"email": "ada@example.org\\r\\nBcc: bo@example.org"}', "is no mailbox"),
    ],
)
def test_a_line_of_json_that_cannot_be_meant_is_shown(tmp_path: Path, line: str, why: str) -> None:
    path = tmp_path / "list.jsonl"
    path.write_text(f'{line}\n{{"email": "bo@example.org", "name": "\\ud800 Bo\\u0000", "token": null}}\n')
    found = load_recipients(path)
    assert found.readers == (Recipient("bo@example.org", "Bo"),) and why in found.unusable[0].why


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Reason;Contact\nbounce;ada@example.org\n", 1),
        ("ada@example.org\nbo@example.org,bounce\n", 2),
        ("ada@example.org\nBo <bo@example.org>\n", 2),
        ("email\nada@example.org\nbo\n", 3),
        ('{"email": "ada@example.org"}\n{"email": "bo"}\n', 2),
    ],
)
def test_who_left_is_never_guessed(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "off").write_text(text)
    with pytest.raises(ConfigError, match=f"off:{line}: expected an address"):
        load_suppressed(tmp_path / "off")


def test_exports_of_others_are_understood(tmp_path: Path) -> None:
    (tmp_path / "off.csv").write_text("Email Address,Reason\nAda@example.org,left\n")
    assert load_suppressed(tmp_path / "off.csv") == {"ada@example.org"}
