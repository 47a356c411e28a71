"""SES over HTTP: a real client, and a server that speaks its protocol."""

from __future__ import annotations

import email
import json
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from clawpub.errors import PublishError
from generator.mail.message import Envelope, message_for
from generator.mail.recipients import Recipient
from generator.mail.sender import InDoubt, NotNow, NotTaken, Refused
from generator.mail.ses import Ses
from generator.publish.s3 import sdk
from tests.awsserver import aws_server
from tests.generator.mail.letters import SETTINGS, small_letter

ENVELOPE = Envelope(SETTINGS, b"key", datetime(2026, 11, 25, tzinfo=UTC))
MESSAGE = message_for(small_letter(), Recipient("ada@example.org"), ENVELOPE)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with aws_server() as address:
        yield address


def client(endpoint: str) -> Any:
    return sdk("sesv2", region="eu-west-1", endpoint_url=endpoint, attempts=1)


def test_the_same_bytes_go_as_by_smtp(aws: str) -> None:
    client(aws).create_email_identity(EmailIdentity="weekly@clawworks.example")
    ses = Ses(client(aws), SETTINGS)
    ses.send("ada@example.org", MESSAGE)
    (stored,) = _kept(aws)["ses"]["RawMessage"]
    assert "ada@example.org" in str(stored) and "List-Unsubscribe=One-Click" in str(stored)
    assert email.message_from_bytes(MESSAGE)["Message-ID"] in str(stored)


def test_what_an_account_does_not_tell_is_not_known(aws: str) -> None:
    """The server here knows neither quota nor held-back addresses, as an account without the permission to ask."""
    ses = Ses(client(aws), SETTINGS)
    assert ses.quota() is None and ses.suppressed() is None


def test_nobody_answers(aws: str) -> None:
    """`aws` for its credentials alone."""
    with pytest.raises(NotTaken, match="Could not connect"):
        Ses(client("http://127.0.0.1:9"), SETTINGS).send("ada@example.org", MESSAGE)


def _kept(aws: str) -> Any:
    with urllib.request.urlopen(f"{aws}/moto-api/data.json", timeout=30) as answer:
        return json.load(answer)


class Answers(BaseHTTPRequestHandler):
    """Says what a test tells it to."""

    status, body = 200, b"{}"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if not self.status:
            return
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *words: object) -> None:
        pass


def error(code: str, words: str = "so it is") -> bytes:
    return json.dumps({"__type": code, "message": words}).encode()


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (429, error("TooManyRequestsException"), NotNow),
        (400, error("ThrottlingException"), NotNow),
        (400, error("LimitExceededException"), NotNow),
        (400, error("MessageRejected", "Address blacklisted"), Refused),
        (400, error("MessageRejected", "Email address is not verified"), PublishError),
        (400, error("BadRequestException", "Illegal address"), Refused),
        (404, error("NotFoundException", "Configuration set x does not exist"), PublishError),
        (400, error("AccountSuspendedException"), PublishError),
        (400, error("SendingPausedException"), PublishError),
        (403, error("ExpiredTokenException"), PublishError),
        (500, error("InternalServerError"), InDoubt),
        (503, b"<html>no</html>", InDoubt),
        (200, b"{}", InDoubt),
        (200, b"<html>welcome to the hotel</html>", InDoubt),
        (200, b"", InDoubt),
        (0, b"", InDoubt),
    ],
)
def test_what_an_answer_of_ses_means(
    monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, meaning: type[Exception]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    handler = type("Handler", (Answers,), {"status": status, "body": body})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with pytest.raises(meaning) as raised:
            Ses(client(f"http://127.0.0.1:{server.server_port}"), SETTINGS).send("ada@example.org", MESSAGE)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert type(raised.value) is meaning
