"""By which way a message goes, and what can become of it there.

returned      the server took it
NotTaken      it did certainly not, and may another time
Refused       it will never take this one
InDoubt       nobody knows: the answer did not come
PublishError  nothing can go by this way at all
"""

from __future__ import annotations

from typing import Protocol


class NotTaken(Exception):
    """The server did not take the message this time."""


class NotNow(NotTaken):
    """The server takes no message now, whoever is to read it."""


class Refused(Exception):
    """The server refuses this message to this reader."""


class InDoubt(Exception):
    """The server may have taken the message."""


class Sender(Protocol):
    def send(self, address: str, message: bytes) -> None:
        """Raises: NotTaken, Refused, InDoubt; PublishError where no message can go."""

    def close(self) -> None: ...
