"""What a file's reader gives: cells as they stand in the file, before anybody says what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from clawpub.errors import ConfigError, Place
from clawpub.pack.reader import MAX_FILE

Raw = str | int | Decimal | bool | datetime | None

NAN = Decimal("NaN")
INFINITY = Decimal("Infinity")
MINUS_INFINITY = Decimal("-Infinity")
"""A format's own marks for what is no number; one object each, so that they can be told by identity."""

MAX_CELLS = 20_000_000
"""Of one table: what a machine of a few gigabytes can hold while it seals."""


@dataclass(frozen=True)
class RawTable:
    name: str
    """As the file calls it: its own name without endings, or a member's."""
    path: Path
    header: tuple[str, ...]
    columns: tuple[Sequence[Raw], ...]
    typed: bool
    """Whether the format itself tells text from numbers: JSON and Parquet do, CSV does not."""
    lines: Sequence[int] = ()
    """The line on which each row begins; nothing where the format has no lines."""
    notes: tuple[str, ...] = ()
    """What was noticed while reading."""

    @property
    def rows(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def place(self, row: int) -> Place:
        """Return where a row stands in the file, rows counted from 0."""
        return Place(self.path, self.lines[row] if self.lines else None)

    def where(self, row: int) -> str:
        """Return the same in words."""
        return f"line {self.lines[row]}" if self.lines else f"row {row + 1}"


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes. Raises: ConfigError where there is no such file, or it is larger than any pack's file."""
    try:
        if not path.is_file():
            found = "a folder" if path.is_dir() else "no such file"
            raise ConfigError(found, at=path, hint="name a table's file: .csv, .tsv, .json, .jsonl or .parquet")
        size = path.stat().st_size
        if size > MAX_FILE:
            raise too_large(path, f"{size / (1 << 20):,.0f} MB")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot be read: {error}", at=path) from None


def too_large(path: Path, found: str) -> ConfigError:
    return ConfigError(
        f"{found}, and a file of a pack holds at most {MAX_FILE >> 20} MB",
        at=path,
        hint="import what the writeup stands on: aggregate the table first, or split it by month, market or run",
    )


def whole(text: str) -> str:
    """Return text as UTF-8 can hold it: half of a surrogate pair, which is no character, becomes its escape."""
    return text.encode("utf-8", "backslashreplace").decode()


def check_size(path: Path, rows: int, columns: int) -> None:
    """Raises: ConfigError for a table of more cells than can be sealed."""
    if rows * columns > MAX_CELLS:
        raise ConfigError(
            f"{rows:,} rows of {columns:,} columns, and a table of a pack has at most {MAX_CELLS:,} cells",
            at=path,
            hint="import what the writeup stands on: aggregate the table first, or split it",
        )
