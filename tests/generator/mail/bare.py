"""Servers of bare sockets: an SMTP server that says what no honest one says, an HTTP server that ends too early."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

END = b""
"""In place of an answer: the connection ends."""
GREETING = b"220 bare\r\n"
TO_DATA = (GREETING, b"250 bare\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n")
"""Greeting, and answers to EHLO, MAIL, RCPT and DATA."""


@contextmanager
def bare_server(*scripts: Sequence[bytes]) -> Iterator[int]:
    """Give the port of a server that recites a script for each connection, the last one for all further ones: what it
    says at first, and then one answer for each line that it hears, or for each message, whose end is a single dot.
    When a script is over it is silent, with the connection open, until it hears QUIT."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_accept, args=(listener, scripts, over), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            thread.join(timeout=30)


def _accept(listener: socket.socket, scripts: Sequence[Sequence[bytes]], over: threading.Event) -> None:
    listener.settimeout(0.05)
    number = 0
    while not over.is_set():
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        with connection:
            connection.settimeout(0.05)
            _recite(connection, scripts[min(number, len(scripts) - 1)], over)
        number += 1


def _recite(connection: socket.socket, script: Sequence[bytes], over: threading.Event) -> None:
    for number, answer in enumerate(script):
        ending = b"" if number == 0 else b"\r\n.\r\n" if script[number - 1].startswith(b"354") else b"\r\n"
        if not _hear(connection, ending, over) or answer == END:
            return
        connection.sendall(answer)
    _hear(connection, b"quit\r\n", over)


def _hear(connection: socket.socket, ending: bytes, over: threading.Event) -> bool:
    """Return whether it came, before the other side went away or the test was over."""
    heard = b""
    while not heard.endswith(ending):
        try:
            if over.is_set() or not (came := connection.recv(65536)):
                return False
        except TimeoutError:
            continue
        except OSError:
            return False
        heard += came
    return True
