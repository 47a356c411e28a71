"""A small letter, and a mail server that does as it is told and remembers what it took."""

from __future__ import annotations

import email
import email.policy
import gc
import socket
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from generator.mail.letter import UNSUBSCRIBE, Image, Letter
from generator.mail.settings import MailSettings

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
SETTINGS = MailSettings(
    sender="ClawWorks Weekly <weekly@clawworks.example>",
    list_id="weekly.clawworks.example",
    unsubscribe="https://clawworks.example/off?who={token}",
    unsubscribe_mailto="off@clawworks.example",
)


def small_letter(words: str = "23 of 30 runs passed.") -> Letter:
    return Letter(
        week="2026-W48",
        subject="Nothing passed — and here is how",
        preheader="Small models",
        text=f"{words}\n.\n..dots\nOff the list: {UNSUBSCRIBE}\n",
        html=f'<!doctype html><p>{words}</p><img src="cid:one@x"><a href="{UNSUBSCRIBE}">off</a>' + "ü" * 900,
        images=(Image("one@x", PNG, "a chart"),),
        web_url="https://clawworks.example/editions/2026-w48/index.html",
    )


def parsed(message: bytes) -> EmailMessage:
    found = email.message_from_bytes(message, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


@dataclass
class Taken:
    """What a server took, and how it answers."""

    messages: list[tuple[str, bytes]] = field(default_factory=list)
    on_mail: Callable[[str], str] = lambda address: "250 OK"
    on_rcpt: Callable[[str], str] = lambda address: "250 OK"
    on_data: Callable[[str], str] = lambda address: "250 OK"
    """Gets the reader's address when the whole message is there; what it returns is the answer, and only with 250 has
    the server taken it."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def readers(self) -> list[str]:
        return [address for address, _ in self.messages]

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        return self.on_mail(address)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = self.on_rcpt(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        (address,) = envelope.rcpt_tos
        answer = self.on_data(address)
        with self.lock:
            if answer.startswith(("250", "taken")):
                self.messages.append((address, envelope.content))
        if answer == "taken, and the line goes dead":
            server.transport.abort()
        return answer


@contextmanager
def mail_server(taken: Taken, **more: Any) -> Iterator[int]:
    """Give the port of a server that answers as `taken` says."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    controller = _Controller(taken, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield port
    finally:
        controller.hang_up()
        controller.stop()
        with warnings.catch_warnings():  # what the server's encrypted connections leave behind
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


class _Controller(Controller):
    """Knows its connections, to end them before its loop stops."""

    def __init__(self, *args: Any, **more: Any) -> None:
        self._connections: list[SMTP] = []
        super().__init__(*args, **more)

    def factory(self) -> SMTP:
        connection: SMTP = super().factory()  # type: ignore[no-untyped-call]
        self._connections.append(connection)
        return connection

    def hang_up(self) -> None:
        done = threading.Event()
        for connection in self._connections:
            if connection.transport is not None:
                self.loop.call_soon_threadsafe(connection.transport.close)
        self.loop.call_soon_threadsafe(lambda: self.loop.call_soon(done.set))
        done.wait(10)
