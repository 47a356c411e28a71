"""The journal of a campaign: an append-only file of events, one a line, each line chained to the one before it.

    {"n": 7, "prev": "sha256:...", "event": {"type": "model_called", ...}}

`prev` is the digest of the line before, newline included. A crash can tear the last line; a reader leaves it out and
the next writer cuts it off. Anything else that does not chain was changed by somebody, and is refused.

A line is written when its event happens, and is on the disk when `kept` returns: runs that wait at the same time share
one sync. Neither writer nor reader holds more than a line, however long the campaign.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from pydantic import ValidationError

from clawpub.errors import ConfigError, Place
from clawpub.pack.events import Event, RunEvent
from clawpub.pack.reader import digest_of
from runner.events import CampaignEvent, journal_event

START = "sha256:" + "0" * 64


@dataclass(frozen=True)
class Line:
    """One line of a journal: its event, and the event's own text, as transcripts keep it."""

    event: CampaignEvent | RunEvent
    text: bytes
    """JSON in ASCII, without the newline."""
    head: int
    """Bytes of the line before `text`; two come after it."""


class Journal:
    """An open journal with the only writer's lock on it."""

    def __init__(self, path: Path, file: FileIO, lines: int, prev: str, size: int) -> None:
        self.path = path
        self._file = file
        self._lines, self._prev, self._size = lines, prev, size
        self._kept = lines
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._keeper: asyncio.Task[None] | None = None

    def append(self, event: CampaignEvent | RunEvent) -> None:
        """Add an event; it is on the disk when `keep` or `kept` returns.

        Raises: ConfigError where it cannot be written; then nothing of it stays.
        """
        body = event.model_dump_json(ensure_ascii=True, exclude_none=True)
        line = f'{{"n":{self._lines},"prev":"{self._prev}","event":{body}}}\n'.encode()
        try:
            written = 0
            while written < len(line):
                written += self._file.write(line[written:])
        except OSError as error:
            self._file.truncate(self._size)
            self._file.seek(self._size)
            raise self._unwritable(error) from None
        self._size += len(line)
        self._lines += 1
        self._prev = digest_of(line)

    def keep(self) -> None:
        """Return when everything appended is on the disk."""
        try:
            os.fdatasync(self._file.fileno())
        except OSError as error:
            raise self._unwritable(error) from None
        self._kept = self._lines

    async def kept(self) -> None:
        """Return when everything that was appended before this call is on the disk."""
        if self._kept >= self._lines:
            return
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        self._waiting.append((self._lines, ready))
        if self._keeper is None or self._keeper.done():
            self._keeper = loop.create_task(self._keep_for_all())
        await ready

    async def _keep_for_all(self) -> None:
        """Sync for as long as somebody waits; whoever comes during a sync shares the next."""
        while self._waiting:
            lines = self._lines
            try:
                await asyncio.to_thread(os.fdatasync, self._file.fileno())
            except OSError as error:
                waiting, self._waiting = self._waiting, []
                for _, ready in waiting:
                    if not ready.done():
                        ready.set_exception(self._unwritable(error))
                return
            self._kept = max(self._kept, lines)
            for until, ready in self._waiting:
                if until <= lines and not ready.done():
                    ready.set_result(None)
            self._waiting = [(until, ready) for until, ready in self._waiting if until > lines]

    def _unwritable(self, error: OSError) -> ConfigError:
        hint = "make room, then go on with: clawpub resume; what was journaled before is kept"
        return ConfigError(f"cannot be written: {error.strerror}", at=self.path, hint=hint)


@contextmanager
def open_journal(
    path: Path, replay: Callable[[CampaignEvent | RunEvent], None] = lambda event: None
) -> Iterator[Journal]:
    """Open a campaign's journal for writing, made where there is none; each event that it holds is given to `replay`.

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
        lines, prev, size = 0, START, 0
        for raw, line in _lines(path):
            replay(line.event)
            lines, prev, size = lines + 1, digest_of(raw), size + len(raw)
        file.truncate(size)
        file.seek(size)
        journal = Journal(path, file, lines, prev, size)
        try:
            yield journal
        finally:
            journal.keep()


def read_lines(path: Path) -> Iterator[Line]:
    """Yield the lines of a journal, each checked against the chain.

    Raises: ConfigError where there is none, or a line was changed.
    """
    return (line for _, line in _lines(path))


def was_begun(path: Path) -> bool:
    """Whether a journal is there and a run was ever started in it. Raises: ConfigError as `read_lines`."""
    return path.exists() and any(isinstance(line.event, Event) for line in read_lines(path))


def read_journal(path: Path) -> list[CampaignEvent | RunEvent]:
    """Return the events of a journal. Raises: ConfigError as `read_lines`."""
    return [line.event for line in read_lines(path)]


def _lines(path: Path) -> Iterator[tuple[bytes, Line]]:
    """Yield each whole line, raw and read; a torn last one is left out."""
    prev = START
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                if not raw.endswith(b"\n"):
                    return
                yield raw, _read(raw, number, prev, path)
                prev = digest_of(raw)
    except FileNotFoundError:
        raise ConfigError("no journal here", at=path, hint="start the campaign with: clawpub run") from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", at=path) from None


def _read(raw: bytes, number: int, prev: str, path: Path) -> Line:
    at = Place(path, number)
    head = f'{{"n":{number - 1},"prev":"{prev}","event":'.encode()
    if raw.startswith(head) and raw.endswith(b"}\n"):
        text = raw[len(head) : -2]
        try:
            return Line(journal_event.validate_json(text), text, len(head))
        except ValidationError as error:
            raise _no_line(at, str(error.errors()[0]["msg"])) from None
    try:
        record = json.loads(raw)
        found = record["n"], record["prev"], record["event"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _no_line(at, str(error)) from None
    del found
    hint = "restore the journal from a copy; without one, start over under a new id: what was changed cannot be told"
    raise ConfigError("the chain is broken: this line or the one before it was changed", at=at, hint=hint)


def _no_line(at: Place, why: str) -> ConfigError:
    hint = "journals are written by clawpub only; restore the file, or start over under a new id"
    return ConfigError(f"no journal line: {why.splitlines()[0] if why else 'empty'}", at=at, hint=hint)
