"""What earlier checks found, on the disk: `.clawpub/cache/verdicts.sqlite` in a publication's folder.

    remembered    kind, name -> key, value, seal

A value is believed only where its seal is right: a digest over kind, name, key and value that also holds the device,
inode and change time of the file `stamp` beside it. Nobody can choose a change time, so what came with a repository,
out of an archive or from another machine is not believed, and neither is what was damaged. Whatever is wrong here, the
store then remembers nothing; it is never an error.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clawpub.findings import Finding

FOLDER = Path(".clawpub/cache")
FILE = "verdicts.sqlite"
STAMP = "stamp"
CLOCK = "clock"

MAX_FILE = 1 << 30
MAX_VALUE = 64 << 20
"""Bytes."""
PATIENCE_S = 2.0
"""For another check that writes at the same time."""

_TABLE = (
    "CREATE TABLE remembered (kind TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, "
    "seal BLOB NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID"
)


@dataclass(frozen=True)
class Remembered:
    """`key` says what the value was made of; who asks compares it with what is there now."""

    kind: str
    name: str
    key: str
    value: str


class Store:
    """What is remembered. Without a connection nothing is, and nothing is kept."""

    def __init__(
        self, connection: sqlite3.Connection | None = None, stamp: str = "", clock: Path | None = None
    ) -> None:
        self._connection = connection
        self._stamp = stamp
        self._clock = clock

    def recall(self, kind: str, name: str | None = None) -> dict[str, Remembered]:
        """Return what is believed of a kind, by name."""
        if self._connection is None:
            return {}
        query = "select kind, name, key, value, seal from remembered where kind = ?1 and (?2 is null or name = ?2)"
        try:
            rows = self._connection.execute(query, (kind, name)).fetchall()
        except (sqlite3.Error, MemoryError, UnicodeError, OverflowError):
            return {}
        return {row[1]: Remembered(*row[:4]) for row in rows if self._believed(row)}

    def keep(self, remembered: Iterable[Remembered], *, gone: Iterable[tuple[str, str]] = ()) -> None:
        """Write down what was found, all of it or nothing; `gone` names by (kind, name) what is no longer there."""
        if self._connection is None:
            return
        rows = [(each.kind, each.name, each.key, each.value, self._seal(each)) for each in remembered]
        try:
            with self._connection:
                self._connection.executemany("delete from remembered where kind = ? and name = ?", gone)
                self._connection.executemany("insert or replace into remembered values (?, ?, ?, ?, ?)", rows)
        except (sqlite3.Error, UnicodeError, OverflowError, MemoryError):
            return

    def now_ns(self) -> int:
        """Return the time by the clock that stamps files here; 0 where nothing can be written."""
        if self._clock is None:
            return 0
        try:
            self._clock.write_bytes(b"")
            return self._clock.stat().st_ctime_ns
        except OSError:
            return 0

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _believed(self, row: tuple[object, ...]) -> bool:
        kind, name, key, value, seal = row
        texts = (kind, name, key, value)
        if not all(isinstance(text, str) for text in texts):
            return False
        return seal == self._seal(Remembered(*map(str, texts)))

    def _seal(self, each: Remembered) -> bytes:
        return bytes.fromhex(digest_of(self._stamp, each.kind, each.name, each.key, each.value))


def told(findings: Iterable[Finding], root: Path) -> list[list[Any]]:
    """Return findings as JSON holds them; `untold` gives them back."""
    return [
        [each.rule, each.message, os.path.relpath(each.path, root), each.line, each.column, each.hint, each.severity]
        for each in findings
    ]


def untold(listed: Iterable[Sequence[Any]], root: Path) -> tuple[Finding, ...]:
    return tuple(Finding(rule, message, root / path, *rest) for rule, message, path, *rest in listed)


def open_store(root: Path) -> Store:
    """Return the store of a publication; one that remembers nothing where its folder cannot be used."""
    folder = root / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stamp = _stamp(folder / STAMP)
        file = folder / FILE
        if file.is_symlink() or (file.exists() and file.stat().st_size > MAX_FILE):
            file.unlink()
        connection = _connect(file) or _afresh(file)
    except (OSError, sqlite3.Error):
        return Store()
    return Store(connection, stamp, None if (folder / CLOCK).is_symlink() else folder / CLOCK)


def stamp_of(root: Path) -> str:
    """Return what the seals of a publication's cache hold, so that nothing from elsewhere is believed; empty where the
    folder cannot be used."""
    folder = root / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _stamp(folder / STAMP)
    except OSError:
        return ""


def digest_of(*parts: str | bytes | None) -> str:
    """Return a digest of some parts, of how many they are, and of where each ends."""
    told: list[bytes] = []
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        told += (b"-",) if data is None else (b"%d:" % len(data), data)
    return hashlib.sha256(b"".join(told)).hexdigest()


def _stamp(file: Path) -> str:
    if not file.is_file() or file.is_symlink():
        file.unlink(missing_ok=True)
        file.touch(exist_ok=True)
    stat = file.stat()
    return f"{stat.st_dev} {stat.st_ino} {stat.st_ctime_ns}"


def _connect(file: Path) -> sqlite3.Connection | None:
    """Return a connection; None where the file is no store of ours, or is damaged so that SQLite sees it."""
    connection = sqlite3.connect(file, timeout=PATIENCE_S)
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
        connection.execute("pragma trusted_schema = off")
        connection.execute("pragma synchronous = off")  # what a crash of the machine leaves has no seal
        if connection.execute("select count(*) from sqlite_master").fetchone() == (0,):
            connection.execute(_TABLE.replace("TABLE", "TABLE IF NOT EXISTS", 1))
            connection.commit()
        if connection.execute("select sql from sqlite_master").fetchall() == [(_TABLE,)]:
            return connection
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            connection.close()
            raise
    except (sqlite3.Error, UnicodeError):
        pass
    connection.close()
    return None


def _afresh(file: Path) -> sqlite3.Connection | None:
    file.unlink(missing_ok=True)
    return _connect(file)
