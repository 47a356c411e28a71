"""The letters of an edition, sent one after the other: each reader at most once, whatever ends in the middle.

for each reader: passed over? -> rate -> written down -> sent -> what became of it written down

What a server did not take is offered again after the others, and after a pause that grows while it takes nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from clawpub.errors import PublishError
from generator.mail.letter import Letter
from generator.mail.message import Envelope, message_for
from generator.mail.outbox import Outbox, State
from generator.mail.recipients import Recipient
from generator.mail.sender import InDoubt, NotNow, NotTaken, Refused, Sender
from generator.progress import Progress, silent

PAUSES_S = (1.0, 4.0, 15.0, 60.0)
"""After the first message that the server did not take, the second in a row, and so on."""
OFFERS = len(PAUSES_S) + 1
"""How often a run offers a message; and after how many in a row to which the server says "not now" it ends."""
MOST_IN_A_ROW = 10
"""Readers for whom it does not go well, after which something else must be wrong."""
MOST_IN_DOUBT = 3
"""Messages in a row without an answer, after which the server must be: each leaves a reader in doubt."""


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
    refused: bool = False
    """Send to those too whom the server refused."""
    changed: bool = False
    """Send a letter to the rest that is another than the others had."""


def digest_of(letter: Letter) -> str:
    parts = (letter.subject, letter.text, letter.html)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def require_letter(outbox: Outbox, letter: Letter, again: Again) -> None:
    """Raises: PublishError where others had another letter of this edition."""
    if outbox.letter not in (None, digest_of(letter)) and outbox.went and not again.changed:
        raise PublishError(
            "the letter is another than the one that went out already",
            hint="--changed-letter sends this one to the rest; who had the other gets no second one",
        )


def left(outbox: Outbox, readers: Sequence[Recipient], again: Again) -> list[Recipient]:
    """Return the readers to whom a run would send: first those to whom none did, so that each run gets further."""
    wanted: list[str | None] = [None, "again"]
    wanted += ["refused"] if again.refused else []
    wanted += ["sending"] if again.in_doubt else []
    states = [(reader, outbox.state(reader)) for reader in readers]
    return [reader for state in wanted for reader, known in states if known == state]


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

    Raises: PublishError where others had another letter, or where nothing at all can go by this way.
    """
    again = again or Again()
    require_letter(outbox, letter, again)
    wanted = left(outbox, readers, again)
    if wanted:
        outbox.letter = digest_of(letter)
    states = [outbox.state(reader) for reader in readers]
    before = sum(state == "sent" or (state == "refused" and not again.refused) for state in states)
    run = _Run(Delivered(before=before), deque(wanted))
    pace = _Pace(clock, rate_per_s)
    while run.queue and not run.done.stopped:
        if clock.stopping():
            run.done.stopped = "interrupted"
            break
        progress("sending", run.over, len(wanted))
        reader = run.queue.popleft()
        try:
            _offer(reader, message_for(letter, reader, envelope), sender, outbox, pace)
        except PublishError as error:
            run.queue.appendleft(reader)
            if not run.done.sent:
                raise
            run.done.stopped = str(error)
        except (NotTaken, Refused, InDoubt) as error:
            run.failed(reader, error)
            if isinstance(error, NotTaken) and run.queue and not run.done.stopped:
                clock.sleep(PAUSES_S[min(run.put_off, len(PAUSES_S)) - 1])
        else:
            run.went(reader)
    return run.ended([outbox.state(reader) for reader in readers].count("sending"))


@dataclass
class _Run:
    done: Delivered
    queue: deque[Recipient]
    offers: Counter[str] = field(default_factory=Counter)
    not_taken: dict[str, tuple[str, str]] = field(default_factory=dict)
    unlucky: int = 0
    """Readers in a row who did not get it; of them, to the last ones the server said nothing, or put them off."""
    in_doubt: int = 0
    put_off: int = 0
    shut: int = 0

    @property
    def over(self) -> int:
        """Readers who are done with."""
        return self.done.sent + len(self.done.refused)

    def went(self, reader: Recipient) -> None:
        self.done.sent += 1
        self.not_taken.pop(reader.key, None)
        self.unlucky = self.in_doubt = self.put_off = self.shut = 0

    def failed(self, reader: Recipient, error: Exception) -> None:
        self.unlucky += 1
        self.in_doubt = self.in_doubt + 1 if isinstance(error, InDoubt) else 0
        self.put_off = self.put_off + 1 if isinstance(error, NotTaken) else 0
        self.shut = self.shut + 1 if isinstance(error, NotNow) else 0
        self.not_taken.pop(reader.key, None)
        if isinstance(error, Refused):
            self.done.refused.append((reader.address, str(error)))
        elif isinstance(error, NotTaken):
            self.not_taken[reader.key] = (reader.address, str(error))
            self.offers[reader.key] += 1
            if self.offers[reader.key] < OFFERS:
                self.queue.append(reader)
        if self.shut >= OFFERS:
            self.done.stopped = f"the server takes nothing now: {error}"
        elif self.in_doubt >= MOST_IN_DOUBT:
            self.done.stopped = f"{self.in_doubt} letters in a row got no answer: {error}"
        elif self.unlucky >= MOST_IN_A_ROW:
            self.done.stopped = f"{self.unlucky} readers in a row did not get it: {error}"

    def ended(self, in_doubt: int) -> Delivered:
        self.done.not_taken = list(self.not_taken.values())
        self.done.waiting = sum(reader.key not in self.not_taken for reader in self.queue)
        self.done.in_doubt = in_doubt
        return self.done


def _offer(reader: Recipient, message: bytes, sender: Sender, outbox: Outbox, pace: _Pace) -> None:
    """Send one message; what becomes of it is on the disk before anybody can ask.

    Raises: NotTaken, Refused, InDoubt, PublishError, as the sender does.
    """
    now = pace.clock.now
    pace.wait()
    not_gone: State = "sending" if outbox.state(reader) == "sending" else "again"  # what was in doubt stays so
    outbox.record(reader, "sending", now())
    try:
        sender.send(reader.address, message)
    except Refused as error:
        outbox.record(reader, "refused", now(), str(error))
        raise
    except (NotTaken, PublishError) as error:
        outbox.record(reader, not_gone, now(), str(error))
        raise
    outbox.record(reader, "sent", now())


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
