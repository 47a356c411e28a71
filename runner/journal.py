"""The journal of a campaign: an append-only file of events, one a line, each line chained to the one before it.

    {"n": 7, "prev": "sha256:...", "event": {"type": "model_called", ...}}

`prev` is the digest of the line before, newline included. A crash can tear the last line; a reader leaves it out and
the next writer cuts it off. Anything else that does not chain was changed by somebody, and is refused.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from pydantic import ValidationError

from clawpub.errors import ConfigError, Place
from clawpub.pack.events import RunEvent
from clawpub.pack.reader import digest_of
from runner.events import CampaignEvent, journal_event

START = "sha256:" + "0" * 64


class Journal:
    """An open journal with the only writer's lock on it."""

    def __init__(self, path: Path, file: FileIO) -> None:
        self.path = path
        self._file = file
        self.events, kept = _parse(path, file.read())
        self._prev = digest_of(kept.splitlines(keepends=True)[-1]) if kept else START
        self._size = len(kept)
        file.truncate(self._size)
        file.seek(self._size)

    def append(self, event: CampaignEvent | RunEvent) -> None:
        """Add an event; when this returns, it is on the disk.

        Raises: ConfigError where it cannot be written; then nothing of it stays.
        """
        body = event.model_dump_json(ensure_ascii=True, exclude_none=True)
        line = f'{{"n":{len(self.events)},"prev":"{self._prev}","event":{body}}}\n'.encode()
        try:
            written = 0
            while written < len(line):
                written += self._file.write(line[written:])
            os.fsync(self._file.fileno())
        except OSError as error:
            self._file.truncate(self._size)
            self._file.seek(self._size)
            hint = "make room, then go on with: clawpub resume; what was journaled before is kept"
            raise ConfigError(f"cannot be written: {error.strerror}", at=self.path, hint=hint) from None
        self._size += len(line)
        self._prev = digest_of(line)
        self.events.append(event)


@contextmanager
def open_journal(path: Path) -> Iterator[Journal]:
    """Open a campaign's journal for writing, made where there is none.

    Raises: ConfigError where it cannot be opened, another process writes it, or a line was changed.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        opened = path.open("r+b", buffering=0)
    except OSError as error:
        hint = "a campaign writes its journal below .clawpub of the publication"
        raise ConfigError(f"cannot be opened: {error.strerror}", at=path, hint=hint) from None
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError(
                "another clawpub is running this campaign", at=path, hint="wait for it, or stop it first"
            ) from None
        yield Journal(path, file)


def read_journal(path: Path) -> list[CampaignEvent | RunEvent]:
    """Return the events of a journal.

    Raises: ConfigError where there is none, or a line was changed.
    """
    try:
        return _parse(path, path.read_bytes())[0]
    except FileNotFoundError:
        raise ConfigError("no journal here", at=path, hint="start the campaign with: clawpub run") from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", at=path) from None


def _parse(path: Path, data: bytes) -> tuple[list[CampaignEvent | RunEvent], bytes]:
    """Return the events, and the bytes up to the end of the last whole line."""
    events: list[CampaignEvent | RunEvent] = []
    prev = START
    whole = data[: data.rfind(b"\n") + 1]
    for number, line in enumerate(whole.splitlines(keepends=True), start=1):
        at = Place(path, number)
        try:
            record = json.loads(line)
            n, chained, event = record["n"], record["prev"], journal_event.validate_python(record["event"])
        except (ValueError, TypeError, KeyError, RecursionError, ValidationError) as error:
            hint = "journals are written by clawpub only; restore the file, or start over under a new id"
            raise ConfigError(f"no journal line: {str(error).splitlines()[0]}", at=at, hint=hint) from None
        if (n, chained) != (number - 1, prev):
            raise ConfigError("the chain is broken: this line or the one before it was changed", at=at)
        events.append(event)
        prev = digest_of(line)
    return events, whole
