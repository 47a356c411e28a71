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
