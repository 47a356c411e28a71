"""The letters of an edition, sent one after the other: each reader at most once, whatever ends in the middle.

for each reader: passed over? -> rate -> written down -> sent -> what became of it written down
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from clawpub.errors import PublishError
from generator.mail.letter import Letter
from generator.mail.message import Envelope, message_for
from generator.mail.outbox import Outbox
from generator.mail.recipients import Recipient
from generator.mail.sender import InDoubt, NotTaken, Refused, Sender
from generator.progress import Progress, silent

PAUSES_S = (1.0, 4.0, 15.0, 60.0)
"""Before a message is offered again that the server did not take."""
MOST_IN_A_ROW = 10
"""Readers for whom it does not go well, after which something else must be wrong."""


@dataclass(frozen=True)
class Clock:
    """The time, and how to wait for it; the command line gives the real one."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    stopping: Callable[[], bool] = lambda: False
    """Whether somebody wants to stop; the running message is finished first."""


@dataclass
class Delivered:
    """What became of the letters of a run, in readers."""

    sent: int = 0
    before: int = 0
    """Who had it from an earlier run, or was refused then."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Addresses and what the server said."""
    not_taken: list[tuple[str, str]] = field(default_factory=list)
    """The same; another run tries again."""
    in_doubt: int = 0
    """Of this run and of earlier ones."""
    waiting: int = 0
    """Who was not reached, because the run ended."""
    stopped: str = ""
    """Why it ended early."""


@dataclass(frozen=True)
class Again:
    """What else a run may do."""

    in_doubt: bool = False
    """Send to those too who may have it already."""
    changed: bool = False
    """Send a letter to the rest that is another than the others had."""


def digest_of(letter: Letter) -> str:
    parts = (letter.subject, letter.text, letter.html)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def require_letter(outbox: Outbox, letter: Letter, again: Again) -> None:
    """Raises: PublishError where others had another letter of this edition."""
    if outbox.letter not in (None, digest_of(letter)) and not again.changed:
        raise PublishError(
            "the letter is another than the one that went out already",
            hint="--changed-letter sends this one to the rest; who had the other gets no second one",
        )


def left(outbox: Outbox, readers: Sequence[Recipient], again: Again) -> list[Recipient]:
    """Return the readers to whom a run would send."""
    wanted = (None, "again", "sending") if again.in_doubt else (None, "again")
    return [reader for reader in readers if outbox.state(reader) in wanted]


def deliver(
    letter: Letter,
    readers: Sequence[Recipient],
    envelope: Envelope,
    sender: Sender,
    outbox: Outbox,
    clock: Clock,
    *,
    rate_per_s: float,
    again: Again | None = None,
    progress: Progress = silent,
) -> Delivered:
    """Send a letter to each reader who has not had it, and say what became of it.

    Raises: PublishError where others had another letter, or where nothing can go by this way.
    """
    again = again or Again()
    require_letter(outbox, letter, again)
    wanted = left(outbox, readers, again)
    done = Delivered(waiting=len(wanted))
    states = [outbox.state(reader) for reader in readers]
    done.before = sum(state in ("sent", "refused") for state in states)
    done.in_doubt = 0 if again.in_doubt else states.count("sending")
    if wanted:
        outbox.letter = digest_of(letter)
    pace = _Pace(clock, rate_per_s)
    unlucky = 0
    for number, reader in enumerate(wanted):
        progress("sending", number, len(wanted))
        if clock.stopping():
            done.stopped = "interrupted"
            break
        well = _send(letter, reader, envelope, sender, outbox, pace, done)
        done.waiting -= 1
        unlucky = 0 if well else unlucky + 1
        if unlucky >= MOST_IN_A_ROW:
            done.stopped = f"{unlucky} readers in a row did not get it"
            break
    return done


def _send(
    letter: Letter,
    reader: Recipient,
    envelope: Envelope,
    sender: Sender,
    outbox: Outbox,
    pace: _Pace,
    done: Delivered,
) -> bool:
    """Send one message; return whether the server took it. What becomes of it is on the disk before it can be asked."""
    now = pace.clock.now
    message = message_for(letter, reader, envelope)
    for pause_s in (*PAUSES_S, None):
        pace.wait()
        outbox.record(reader, "sending", now())
        try:
            sender.send(reader.address, message)
        except NotTaken as error:
            outbox.record(reader, "again", now(), str(error))
            if pause_s is None or pace.clock.stopping():
                done.not_taken.append((reader.address, str(error)))
                return False
            pace.clock.sleep(pause_s)
        except Refused as error:
            outbox.record(reader, "refused", now(), str(error))
            done.refused.append((reader.address, str(error)))
            return False
        except InDoubt:
            done.in_doubt += 1
            return False
        except PublishError:
            outbox.record(reader, "again", now(), "nothing could go")
            raise
        else:
            outbox.record(reader, "sent", now())
            done.sent += 1
            return True
    return False


class _Pace:
    """So many messages a second, and no burst after a pause."""

    def __init__(self, clock: Clock, rate_per_s: float) -> None:
        self.clock = clock
        self._step_s = 1 / rate_per_s
        self._next = clock.monotonic()

    def wait(self) -> None:
        if (early_s := self._next - self.clock.monotonic()) > 0:
            self.clock.sleep(early_s)
        self._next = max(self._next, self.clock.monotonic()) + self._step_s
