"""Names that a cell path and SQLite can read, made out of whatever stands in a header or a file's name."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Sequence
from contextlib import closing

LEGAL = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_OTHER = re.compile(r"\W+", re.ASCII)
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "ı": "i"})
_MOST = 60
"""Characters of a name that was made."""


def table_name(text: str) -> str:
    """Return a legal table name, "" where nothing of the text can be one: `aider-edit.v2` is `aider_edit_v2`."""
    name = _made(text).lower()
    return f"t_{name}" if name.startswith("sqlite_") else name


def column_names(header: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return a legal and unique name for each column of a header, and notes on those that are not as they were."""
    names: list[str] = []
    notes: list[str] = []
    taken: set[str] = set()
    for place, original in enumerate(header, start=1):
        bare = " ".join(original.split())
        name = bare if LEGAL.fullmatch(bare) else _made(bare) or f"column_{place}"
        unique, count = name, 1
        while unique.casefold() in taken:
            count += 1
            unique = f"{name}_{count}"
        taken.add(unique.casefold())
        names.append(unique)
        if unique != bare:
            notes.append(f"column {place}, “{bare[:80]}”, is named {unique}" if bare else f"column {place} has no name")
    return names, notes


def sql_words(names: Sequence[str]) -> list[str]:
    """Return those of some legal names that SQLite takes for words of its own, as `order` and `when`."""
    with closing(sqlite3.connect(":memory:")) as connection:
        return [name for name in names if not _is_plain(connection, name)]


def _is_plain(connection: sqlite3.Connection, name: str) -> bool:
    try:
        return bool(connection.execute(f'select {name} = 1234567 from (select 1234567 as "{name}")').fetchone()[0])
    except sqlite3.Error:
        return False


def _made(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).replace("%", " percent ")
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    name = _OTHER.sub("_", plain).strip("_")[:_MOST].rstrip("_")
    return f"_{name}" if name[:1].isdigit() else name
