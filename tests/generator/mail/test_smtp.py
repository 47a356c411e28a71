"""What becomes of a message at a server that goes away, lies, stalls, or is none: certainly not taken, or in doubt."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from clawpub.errors import ConfigError, PublishError
from generator.mail.sender import InDoubt, NotNow, NotTaken, Refused
from generator.mail.smtp import Dkim, Server, Smtp, _quoted
from tests.generator.mail.bare import END, GREETING, TO_DATA, bare_server
from tests.generator.mail.letters import Taken, mail_server

MESSAGE = b"From: a@clawworks.example\r\nSubject: x\r\n\r\nwords\r\n"


def offer(port: int, times: int = 1, timeout_s: float = 5, **server: object) -> None:
    settings = Server(**{"host": "127.0.0.1", "port": port, "encrypted": False} | server)  # type: ignore[arg-type]
    with closing(Smtp(settings, "weekly@clawworks.example", timeout_s=timeout_s)) as sender:
        for _ in range(times):
            sender.send("ada@example.org", MESSAGE)


@pytest.mark.parametrize("stage", range(len(TO_DATA)))
@pytest.mark.parametrize(
    "answer", [END, b"421 going down\r\n", b"garbage\r\n", b"999 what\r\n", b"x" * 70_000 + b"\r\n"]
)
def test_a_server_that_fails_before_it_has_the_message_has_not_taken_it(stage: int, answer: bytes) -> None:
    with bare_server([*TO_DATA[:stage], answer]) as port, pytest.raises(NotNow):
        offer(port, timeout_s=1)


@pytest.mark.parametrize("stage", range(len(TO_DATA)))
def test_a_server_that_stalls_before_it_has_the_message_has_not_taken_it(stage: int) -> None:
    with bare_server(TO_DATA[:stage]) as port, pytest.raises(NotNow, match="timed out"):
        offer(port, timeout_s=0.2)


@pytest.mark.parametrize(
    "answer",
    [END, b"garbage\r\n", b"354 go on\r\n", b"120 hm\r\n", b"999 what\r\n", b"x" * 70_000 + b"\r\n", b"250-more\r\n"],
)
def test_a_server_that_has_the_message_and_says_no_yes_and_no_no_leaves_a_doubt(answer: bytes) -> None:
    with bare_server([*TO_DATA, answer]) as port, pytest.raises(InDoubt):
        offer(port, timeout_s=2)


def test_a_server_that_has_the_message_and_stalls_leaves_a_doubt() -> None:
    with bare_server(TO_DATA) as port, pytest.raises(InDoubt, match="timed out"):
        offer(port, timeout_s=2)


@pytest.mark.parametrize(
    "answer", [b"250 OK\r\n", b"250-OK\r\n250 queued\r\n", b"251 will forward\r\n", b"200 fine\r\n"]
)
def test_any_yes_is_one(answer: bytes) -> None:
    with bare_server([*TO_DATA, answer]) as port:
        offer(port)


@pytest.mark.parametrize(
    ("answers", "meaning", "said"),
    [
        ((b"450 busy\r\n",), NotNow, "450 busy"),
        ((b"553 not you\r\n",), PublishError, "refuses the sender: 553 not you"),
        ((b"530 log in\r\n",), PublishError, "CLAWPUB_SMTP_USER"),
        ((b"250 OK\r\n", b"450 full\r\n", b"250 reset\r\n"), NotTaken, "450 full"),
        ((b"250 OK\r\n", b"550 nobody\r\n", b"250 reset\r\n"), Refused, "550 nobody"),
        ((b"250 OK\r\n", b"530 log in\r\n", b"250 reset\r\n"), PublishError, "530 log in"),
        ((b"250 OK\r\n", b"250 OK\r\n", b"554 no\r\n", b"250 reset\r\n"), Refused, "554 no"),
        ((b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n", b"451 later\r\n"), NotTaken, "451 later"),
        ((b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n", b"421 gone\r\n"), NotNow, "421 gone"),
        ((b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n", b"552 too large\r\n"), Refused, "552 too large"),
    ],
)
def test_what_a_no_means(answers: Sequence[bytes], meaning: type[Exception], said: str) -> None:
    with bare_server([GREETING, b"250 bare\r\n", *answers]) as port, pytest.raises(meaning) as error:
        offer(port)
    assert type(error.value) is meaning and said in str(error.value)


def test_after_a_connection_that_ended_there_is_another() -> None:
    taken = Taken()
    with mail_server(taken) as port:
        sender = Smtp(Server("127.0.0.1", port, False), "weekly@clawworks.example")
        with closing(sender):
            taken.on_rcpt = lambda address: "421 too many messages in one connection"
            with pytest.raises(NotNow):
                sender.send("ada@example.org", MESSAGE)
            taken.on_rcpt = lambda address: "550 nobody"
            with pytest.raises(Refused):
                sender.send("bo@example.org", MESSAGE)
            taken.on_rcpt = lambda address: "250 OK"
            sender.send("cy@example.org", MESSAGE)
    assert taken.readers == ["cy@example.org"]


def test_a_server_that_knows_no_ehlo_is_one() -> None:
    with bare_server([GREETING, b"502 what\r\n", b"250 bare\r\n", *TO_DATA[2:], b"250 OK\r\n"]) as port:
        offer(port)


def test_nothing_goes_in_the_open_to_another_machine() -> None:
    """A server that offers no STARTTLS, or somebody between who cuts the offer out. The name leads here and is not one
    of this machine's, as that of another one is not."""
    taken = Taken()
    with mail_server(taken) as port, pytest.raises(PublishError, match="offers no encryption"):
        offer(port, host="127.1")
    assert not taken.messages


def test_a_host_that_nobody_could_be_called() -> None:
    with pytest.raises(PublishError, match=r"ASCII|no mail server"):
        offer(25, host="a" * 70 + ".example")


def test_certificates_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("nothing")
    for file in ("none.pem", "nowhere.pem"):
        with pytest.raises(PublishError, match="holds no certificates"):
            offer(25, trusted=str(tmp_path / file), encrypted=True)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    folder = tmp_path_factory.mktemp("tls")
    made = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost"
    made += " -addext subjectAltName=DNS:localhost"
    subprocess.run(made.split(), cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return folder / "cert.pem", context


@pytest.mark.parametrize("encrypted", [False, True], ids=["STARTTLS", "TLS from the first byte"])
def test_an_encrypted_connection_needs_no_user(trusted: tuple[Path, ssl.SSLContext], *, encrypted: bool) -> None:
    taken = Taken()
    more = {"ssl_context": trusted[1]} if encrypted else {"tls_context": trusted[1], "require_starttls": True}
    with mail_server(taken, **more) as port:
        offer(port, times=2, host="localhost", encrypted=encrypted, trusted=str(trusted[0]))
    assert taken.readers == ["ada@example.org"] * 2


def test_tls_to_a_server_that_speaks_none_is_not_taken() -> None:
    with bare_server([GREETING]) as port, pytest.raises(NotNow):
        offer(port, encrypted=True)


def test_a_dkim_key_that_is_none_is_known_before_anything_goes(tmp_path: Path) -> None:
    for key in (b"", b"-----BEGIN PRIVATE KEY-----\nbm8=\n-----END PRIVATE KEY-----\n", b"\xff" * 100):
        with pytest.raises(ConfigError, match="cannot sign"):
            Smtp(Server("127.0.0.1", 25, False), "weekly@clawworks.example", Dkim("news", "clawworks.example", key))


@pytest.mark.parametrize(
    "body", [b".", b"..", b".\r\n", b"\r\n.\r\n", b"a\n.\nb", b"a\r\n.", b"\r\n.\r\nMAIL FROM:<x@y.example>\r\n", b""]
)
def test_no_words_end_a_message(body: bytes) -> None:
    taken = Taken()
    with mail_server(taken) as port, closing(Smtp(Server("127.0.0.1", port, False), "w@clawworks.example")) as sender:
        sender.send("ada@example.org", b"Subject: x\r\n\r\n" + body)
    wanted = (b"Subject: x\r\n\r\n" + body).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    ((_, came),) = taken.messages
    assert came.removesuffix(b"\r\n") == wanted.removesuffix(b"\r\n") and _quoted(body).endswith(b".\r\n")
