"""release.json: read back as it was printed, in equal bytes each time, and nothing unsafe comes out of one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clawpub.errors import PublishError
from generator.release.statement import (
    MAX_FILES,
    MAX_NAME,
    MAX_STATEMENT,
    OWN,
    About,
    Checker,
    MadeWith,
    Predicate,
    ReleasedPack,
    ReleasedText,
    Statement,
    check_names,
    print_statement,
    read_statement,
    subjects_of,
    wrong_with,
)

DIGEST = "0" * 64


def statement(*names: str) -> Statement:
    pack = ReleasedPack(id="dense", digest=f"sha256:{DIGEST}", origin="executed", url="packs/dense/")
    text = ReleasedText(
        kind="writeup",
        slug="one",
        page="writeups/one/index.html",
        source="source/content/writeups/one/index.md",
        date=date(2026, 11, 25),
        packs={"dense": f"sha256:{DIGEST}"},
        verified=3,
        coverage={"quantities": 3, "bound": 3, "waived": 0, "unbound": 0},
    )
    return Statement(
        subject=subjects_of(dict.fromkeys(names or ("index.html", "writeups/one/index.html"), DIGEST)),
        predicate=Predicate(
            publication=About(title="Weekly “Ünïcode”", base_url="https://weekly.example"),
            checker=Checker(version="0.1.0", code="c0de"),
            made_with=MadeWith(cards=True, search=False, own_templates=False),
            packs=(pack,),
            texts=(text,),
        ),
    )


def altered(change: Callable[[dict[str, Any]], object]) -> bytes:
    told = json.loads(print_statement(statement()))
    change(told)
    return json.dumps(told).encode()


def test_it_is_an_in_toto_statement() -> None:
    told = json.loads(print_statement(statement("b.html", "a.html")))
    assert list(told) == ["_type", "subject", "predicateType", "predicate"]
    assert (told["_type"], told["predicateType"]) == ("https://in-toto.io/Statement/v1", "urn:clawpub:release:1")
    assert told["subject"] == [{"name": name, "digest": {"sha256": DIGEST}} for name in ("a.html", "b.html")]
    assert told["predicate"]["texts"][0]["date"] == "2026-11-25"


def test_it_reads_back_the_same_and_prints_equal_bytes() -> None:
    data = print_statement(statement())
    assert read_statement(data) == statement()
    assert print_statement(read_statement(data)) == data
    assert read_statement(data).digests["index.html"] == DIGEST


def test_what_a_later_version_adds_is_passed_over() -> None:
    def add(told: dict[str, Any]) -> None:
        told["more"] = told["subject"][0]["annotations"] = told["predicate"]["witnesses"] = {"x": 1}

    assert read_statement(altered(add)) == statement()


UNSAFE = [
    "",
    "/etc/passwd",
    "../up.html",
    "a/../../up.html",
    "a/./b",
    "a//b",
    "a/",
    "..",
    "a\\b",
    "C:/x",
    "a\nb",
    "a\x00b",
    "a\x7fb",
    "a\u202eb",
    "a\ud800b",
    "x" * (MAX_NAME + 1),
    "x" * 256,
    "é" * 200,
]


@pytest.mark.parametrize("name", UNSAFE, ids=lambda name: ascii(name[:12]))
def test_an_unsafe_name_is_neither_printed_nor_read(name: str) -> None:
    assert wrong_with(name)
    with pytest.raises(PublishError) as refused:
        check_names(["index.html", name])
    assert refused.value.hint
    with pytest.raises(PublishError, match=r"subject\.0\.name"):
        read_statement(altered(lambda told: told["subject"][0].update(name=name)))
    with pytest.raises(PublishError, match=r"texts\.0\.page"):
        read_statement(altered(lambda told: told["predicate"]["texts"][0].update(page=name)))


@pytest.mark.parametrize(
    "name", ["index.html", "a/b c.png", "assets/ü/ß.css", ".well-known/clawpub-key.pem", "a..b/...c"]
)
def test_any_other_name_is_fine(name: str) -> None:
    assert wrong_with(name) == ""
    assert name in read_statement(print_statement(statement(name))).digests


@pytest.mark.parametrize(("names", "said"), [(("a", "a"), "twice"), (("a", "a/b"), "as a file and as a folder")])
def test_no_two_names_are_one_place(names: tuple[str, str], said: str) -> None:
    subjects = [{"name": name, "digest": {"sha256": DIGEST}} for name in names]
    with pytest.raises(PublishError, match=said):
        read_statement(altered(lambda told: told.update(subject=subjects)))


@pytest.mark.parametrize("name", sorted(OWN))
def test_it_does_not_speak_of_itself(name: str) -> None:
    with pytest.raises(PublishError, match="no file that a statement can speak of"):
        read_statement(altered(lambda told: told["subject"][0].update(name=name)))


BROKEN: dict[str, bytes | Callable[[dict[str, Any]], object]] = {
    "no JSON": b"{",
    "no UTF-8": b'{"_type": "\xff"}',
    "a list": b"[]",
    "too deep": b"[" * 200_000,
    "NaN": b'{"_type": NaN}',
    "a key twice": b'{"_type": "a", "_type": "b"}',
    "another type": lambda told: told.update(_type="https://in-toto.io/Statement/v0.1"),
    "another predicate": lambda told: told.update(predicateType="urn:clawpub:release:2"),
    "no subject": lambda told: told.pop("subject"),
    "a digest in capitals": lambda told: told["subject"][0]["digest"].update(sha256="A" * 64),
    "a digest too short": lambda told: told["subject"][0]["digest"].update(sha256="0" * 63),
    "a digest and a newline": lambda told: told["subject"][0]["digest"].update(sha256="0" * 64 + "\n"),
    "a pack elsewhere": lambda told: told["predicate"]["packs"][0].update(url="packs/../x/"),
    "a pack id that is a path": lambda told: told["predicate"]["packs"][0].update(id="../x", url="packs/../x/"),
    "a count below zero": lambda told: told["predicate"]["texts"][0].update(verified=-1),
    "a count in words": lambda told: told["predicate"]["texts"][0].update(verified="3"),
    "a kind of its own": lambda told: told["predicate"]["texts"][0].update(kind="advertisement"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_statement_is_an_error_that_says_so(what: str) -> None:
    broken = BROKEN[what]
    with pytest.raises(PublishError, match=r"release\.json"):
        read_statement(broken if isinstance(broken, bytes) else altered(broken))


def test_one_that_nobody_could_read_is_not_made() -> None:
    with pytest.raises(PublishError, match="at most"):
        check_names(range(MAX_FILES + 1))  # type: ignore[arg-type]
    wide = [f"{number:06}/{'x' * 255}/{'y' * 255}/{'z' * 255}" for number in range(80_000)]
    with pytest.raises(PublishError, match="is read up to"):
        print_statement(statement(*wide))


def test_one_that_is_too_large_is_not_even_parsed() -> None:
    with pytest.raises(PublishError, match="at most"):
        read_statement(b" " * (MAX_STATEMENT + 1))


@given(st.binary(max_size=200) | st.text().map(lambda text: json.dumps({"_type": text}).encode()))
def test_no_bytes_at_all_give_anything_but_a_statement_or_an_error(data: bytes) -> None:
    with pytest.raises(PublishError):
        read_statement(data)


@given(st.text(max_size=40))
def test_a_safe_name_stays_inside_whatever_it_is_joined_to(name: str) -> None:
    if not wrong_with(name):
        assert not name.startswith("/") and ".." not in name.split("/") and "" not in name.split("/")
        assert name.encode().decode() == name and not any(sign in name for sign in "\\\0\r\n")
