"""SES over HTTP: a real client, and a server that speaks its protocol."""

from __future__ import annotations

import email
import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from generator.mail.message import Envelope, message_for
from generator.mail.recipients import Recipient
from generator.mail.sender import NotTaken
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
