"""A message as mail programs and providers read it."""

from __future__ import annotations

import base64
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from generator.mail.message import Envelope, message_for
from generator.mail.recipients import Recipient, _reader
from generator.mail.settings import MailSettings
from generator.mail.smtp import Dkim, _signer
from generator.mail.tokens import make_token, read_token
from tests.generator.mail.letters import PNG, SETTINGS, parsed, small_letter

KEY = b"a key for tests"
ENVELOPE = Envelope(SETTINGS, KEY, datetime(2026, 11, 25, 6, 0, tzinfo=UTC))
READER = Recipient("ada@example.org", "Ada")


def test_the_parts_are_text_then_html_with_its_pictures() -> None:
    message = parsed(message_for(small_letter(), READER, ENVELOPE))
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    picture = list(message.walk())[-1]
    assert picture["Content-ID"] == "<one@x>" and picture.get_content() == PNG
    plain = message.get_body(("plain",))
    assert plain is not None and "23 of 30 runs passed.\r\n.\r\n..dots\r\n" in plain.get_content()


def test_a_reader_gets_off_the_list_with_one_click() -> None:
    raw = message_for(small_letter(), READER, ENVELOPE)
    message = parsed(raw)
    ways = message["List-Unsubscribe"]
    token = ways.partition("who=")[2].partition(">")[0]
    assert ways == f"<https://clawworks.example/off?who={token}>, <mailto:off@clawworks.example?subject=unsubscribe>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert read_token(KEY, SETTINGS.list_id, token) == "ada@example.org"
    assert b"\r\nList-Unsubscribe: <https://" in raw
    page, plain = message.get_body(("html",)), message.get_body(("plain",))
    assert page is not None and plain is not None
    assert f'href="https://clawworks.example/off?who={token}"' in page.get_content()
    assert f"Off the list: https://clawworks.example/off?who={token}" in plain.get_content()


def test_a_long_way_off_stays_on_one_line() -> None:
    long = SETTINGS.model_copy(update={"unsubscribe": "https://clawworks.example/" + "off/" * 60 + "{token}"})
    raw = message_for(small_letter(), READER, replace(ENVELOPE, settings=long))
    line = raw.partition(b"\r\nList-Unsubscribe: ")[2].partition(b"\r\n")[0]
    assert line.count(b"<") == line.count(b">") == 2 and line.endswith(b"?subject=unsubscribe>")


def test_its_headers_name_list_sender_and_message() -> None:
    message = parsed(message_for(small_letter(), READER, ENVELOPE))
    assert message["List-Id"] == "<weekly.clawworks.example>" and message["To"] == "Ada <ada@example.org>"
    assert message["From"] == "ClawWorks Weekly <weekly@clawworks.example>"
    assert message["Subject"] == "Nothing passed — and here is how"
    assert message["Date"] == "Wed, 25 Nov 2026 06:00:00 +0000" and "ada" not in message["Message-ID"]
    assert message["Archived-At"] == "<https://clawworks.example/editions/2026-w48/index.html>"


def test_a_message_keeps_its_name_and_each_reader_has_another() -> None:
    def name(reader: Recipient, words: str = "a", *, proof: bool = False) -> str:
        return str(parsed(message_for(small_letter(words), reader, replace(ENVELOPE, proof=proof)))["Message-ID"])

    assert name(READER) == name(Recipient("ADA@example.org"), "other words") != name(Recipient("bo@example.org"))
    assert name(READER, proof=True) != name(READER)
    assert message_for(small_letter(), READER, ENVELOPE) == message_for(small_letter(), READER, ENVELOPE)


def test_a_proof_says_so() -> None:
    message = parsed(message_for(small_letter(), READER, replace(ENVELOPE, proof=True)))
    assert message["Subject"].startswith("[Proof] ")


def test_where_ses_keeps_the_list_it_writes_the_headers() -> None:
    settings = SETTINGS.model_copy(update={"contact_list": "weekly"})
    message = parsed(message_for(small_letter(), READER, replace(ENVELOPE, settings=settings)))
    page = message.get_body(("html",))
    assert message["List-Unsubscribe"] is None and page is not None
    assert 'href="{{amazonSESUnsubscribeUrl}}"' in page.get_content()


@pytest.mark.parametrize("before", range(76))
def test_no_line_is_broken_within_what_ses_looks_for(before: int) -> None:
    settings = SETTINGS.model_copy(update={"contact_list": "weekly"})
    raw = message_for(small_letter("x" * before), READER, replace(ENVELOPE, settings=settings))
    assert raw.count(b"{{amazonSESUnsubscribeUrl}}") == 2


@tries(deadline=None)
@given(name=st.text(max_size=300), token=st.text(max_size=60))
def test_no_name_and_no_token_of_a_list_reaches_another_header(name: str, token: str) -> None:
    reader = _reader({"email": "ada@example.org", "name": name, "token": token})
    message = parsed(message_for(small_letter(), reader, ENVELOPE))
    wanted = "From To Subject Date Message-ID List-Id Archived-At List-Unsubscribe List-Unsubscribe-Post".split()
    assert set(wanted) | {"MIME-Version", "Content-Type"} == set(message.keys())
    assert message["To"].addresses[0].addr_spec == "ada@example.org" and len(message["To"].addresses) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"sender": "nobody"},
        {"sender": "A <a@b.example>\nBcc: c@d.example"},
        {"list_id": "no domain"},
        {"unsubscribe": "http://clawworks.example/{token}"},
        {"unsubscribe": "https://clawworks.example/"},
        {"unsubscribe": "https://clawworks.example/ {token}"},
        {"rate_per_s": 0},
    ],
)
def test_settings_that_cannot_be_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"mail|expected|pattern|greater|control|holds"):
        MailSettings.model_validate(SETTINGS.model_dump() | change)


@tries(deadline=None)
@given(st.text(max_size=80))
def test_only_our_own_tokens_are_read(said: str) -> None:
    assert read_token(KEY, "list", said) is None
    token = make_token(KEY, "list", "ada@example.org")
    assert read_token(KEY, "list", token) == "ada@example.org"
    assert read_token(KEY, "other", token) is None and read_token(b"other", "list", token) is None


def test_dkim_signs_both_headers_of_unsubscribing(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    openssl("genrsa", "-traditional", "-out", key, "2048")
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(openssl("rsa", "-in", key, "-pubout", "-outform", "DER"))
    signed = _signer(Dkim("news", "clawworks.example", key.read_bytes()))(message_for(small_letter(), READER, ENVELOPE))
    signature = signed.split(b"\r\nFrom:")[0]
    assert b"list-unsubscribe" in signature and b"list-unsubscribe-post" in signature
    assert dkim.verify(signed, dnsfunc=lambda name, timeout=5: record)
    assert not dkim.verify(signed.replace(b"One-Click", b"No-Click"), dnsfunc=lambda name, timeout=5: record)


def openssl(*arguments: str | Path) -> bytes:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout


LABEL = st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True)
LOCAL = st.from_regex(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}){0,2}", fullmatch=True
)


@tries(deadline=None, max_examples=50)
@given(
    subject=st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=300),
    name=st.text(max_size=200),
    address=st.builds("{}@{}.{}".format, LOCAL, LABEL, LABEL),
    path=st.from_regex(r"[a-z/]{0,350}", fullmatch=True),
)
def test_headers_keep_to_the_line_and_say_what_they_said(subject: str, name: str, address: str, path: str) -> None:
    """Encoded words end at 75 letters (RFC 2047), lines at 998 bytes (RFC 5322), and addresses are never encoded."""
    subject = " ".join(subject.split()) or "x"
    letter = replace(small_letter(), subject=subject, web_url=f"https://clawworks.example/{path}")
    settings = SETTINGS.model_copy(update={"unsubscribe": f"https://clawworks.example/{path}?who={{token}}"})
    raw = message_for(letter, _reader({"email": address, "name": name}), replace(ENVELOPE, settings=settings))
    head = raw.partition(b"\r\n\r\n")[0]
    assert max(map(len, raw.split(b"\r\n"))) <= 998 and raw.isascii()
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^?]+\?[bqBQ]\?[^?]*\?=", head))
    message = parsed(raw)
    assert " ".join(message["Subject"].split()) == subject
    assert [to.addr_spec for to in message["To"].addresses] == [address]
    assert message["Archived-At"] == f"<https://clawworks.example/{path}>"
    assert message["List-Unsubscribe"].startswith(f"<https://clawworks.example/{path}?who=")
    assert message["Message-ID"].endswith("@clawworks.example>") and b"=?" not in head.partition(b"\r\nMessage-ID:")[2]


def test_the_longest_way_off_has_its_lines() -> None:
    long = {"unsubscribe": f"https://clawworks.example/{'o' * 460}/{{token}}"}
    long["unsubscribe_mailto"] = f"{'o' * 60}@{'o' * 60}.{'o' * 60}.example"
    settings = MailSettings.model_validate(SETTINGS.model_dump() | long)
    reader = Recipient(f"{'a' * 64}@{'.'.join(['b' * 60] * 3)}.org", token='"' * 128)
    raw = message_for(small_letter(), reader, replace(ENVELOPE, settings=settings))
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    ways = parsed(raw)["List-Unsubscribe"].split(",")
    assert len(ways) == 2 and all(re.fullmatch(r" *<\S+>", way) for way in ways)
