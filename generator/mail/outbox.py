"""What was sent of an edition to whom, so that nobody gets it twice: one SQLite file, written before each message and
after it.

    state      meaning                                                       in the next run
    sending    the message may have gone: something ended in the middle      in doubt; sent only when asked to
    sent       the server took it                                            passed over
    refused    the server will never take it                                 passed over
    again      the server did certainly not take it this time                sent

Addresses are not in the file, only digests of them with a salt that is.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from clawpub.errors import PublishError
from generator.mail.recipients import Recipient

State = Literal["sending", "sent", "refused", "again"]

_TABLES = """
create table if not exists about (name text primary key, value text not null);
create table if not exists reader (digest text primary key, state text not null, at text not null, detail text not null)
"""


class Outbox:
    """The journal of one edition. Made by `open_outbox`."""

    def __init__(self, database: sqlite3.Connection, salt: str) -> None:
        self._database = database
        self._salt = salt

    def state(self, reader: Recipient) -> State | None:
        """Return what became of the message to a reader; None where there was none."""
        row = self._database.execute("select state from reader where digest = ?", (self._digest(reader),)).fetchone()
        return row[0] if row else None

    def record(self, reader: Recipient, state: State, at: datetime, detail: str = "") -> None:
        """Write down, on the disk, what becomes of the message to a reader."""
        with self._database:
            self._database.execute(
                "insert or replace into reader values (?, ?, ?, ?)",
                (self._digest(reader), state, at.isoformat(), detail[:500]),
            )

    @property
    def went(self) -> bool:
        """Whether somebody has a letter of this edition, or may have."""
        found = self._database.execute("select 1 from reader where state in ('sent', 'sending') limit 1")
        return found.fetchone() is not None

    @property
    def letter(self) -> str | None:
        """The digest of the letter that was sent last; None where none was."""
        row = self._database.execute("select value from about where name = 'letter'").fetchone()
        return row[0] if row else None

    @letter.setter
    def letter(self, digest: str) -> None:
        with self._database:
            self._database.execute("insert or replace into about values ('letter', ?)", (digest,))

    def _digest(self, reader: Recipient) -> str:
        return hashlib.sha256(f"{self._salt}\0{reader.key}".encode()).hexdigest()


@contextmanager
def open_outbox(path: Path, salt: str) -> Iterator[Outbox]:
    """Give the journal of an edition, for one run at a time. `salt` is that of a new one.

    Raises: PublishError where another run has it, or it cannot be read.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise PublishError(f"cannot be written: {error.strerror}", at=path) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        database = sqlite3.connect(path)
        try:
            yield _opened(database, salt)
        finally:
            database.close()
    except BlockingIOError:
        raise PublishError("this edition is being sent already", at=path, hint="wait until that is done") from None
    except sqlite3.Error as error:
        raise PublishError(
            f"the journal of what was sent cannot be used: {error}",
            at=path,
            hint="without it nobody knows who has the letter: mend the disk, or send the rest by a shorter list",
        ) from None
    finally:
        os.close(lock)


def _opened(database: sqlite3.Connection, salt: str) -> Outbox:
    database.execute("pragma journal_mode = wal")
    database.execute("pragma synchronous = full")
    database.executescript(_TABLES)
    with database:
        database.execute("insert or ignore into about values ('salt', ?)", (salt,))
    (known,) = database.execute("select value from about where name = 'salt'").fetchone()
    return Outbox(database, known)
