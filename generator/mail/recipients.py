"""Who gets a letter: a list of readers in CSV or JSONL, less those who want no more.

email,name,token                                  CSV with a heading; `;` or `,`; email alone is enough
{"email": "...", "name": "...", "token": "..."}   JSONL, one reader a line
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clawpub.errors import ConfigError, Place
from generator.mail.settings import ascii_domain, wrong_with

MAX_BYTES = 512 << 20
MAX_NAME = 200
"""Letters of a reader's name that are printed."""
MAX_TOKEN = 128
_EMAIL = ("email", "e-mail", "address", "mail", "email address", "emailaddress")
_WRONG = "WRONG"
"""Where a row says why nothing can be done with it; columns have names in small letters."""


@dataclass(frozen=True)
class Recipient:
    address: str
    name: str = ""
    token: str = ""
    """What the list's own keeper gave the reader for unsubscribing; empty where clawpub makes one."""

    @property
    def key(self) -> str:
        """The same for two spellings of one address."""
        return self.address.casefold()


@dataclass(frozen=True)
class Unusable:
    """A line of a list to which nothing can be sent."""

    line: int
    why: str


@dataclass(frozen=True)
class Recipients:
    readers: tuple[Recipient, ...]
    """Each address once, in the list's order."""
    twice: int
    """Lines that name an address again."""
    suppressed: int
    unusable: tuple[Unusable, ...]


def load_recipients(path: Path, suppressed: Iterable[str] = ()) -> Recipients:
    """Return the readers of a list, less those in `suppressed`, by their keys.

    Raises: ConfigError naming the line where the list cannot be read.
    """
    unwanted, seen = {key.casefold() for key in suppressed}, set()
    readers: list[Recipient] = []
    unusable: list[Unusable] = []
    twice = held_back = 0
    for line, row in _rows(path):
        reader = _reader(row)
        if wrong := row.get(_WRONG) or wrong_with(reader.address) or _wrong_with_token(reader.token):
            unusable.append(Unusable(line, wrong))
        elif reader.key in seen:
            twice += 1
        elif reader.key in unwanted:
            held_back += 1
            seen.add(reader.key)
        else:
            seen.add(reader.key)
            readers.append(reader)
    return Recipients(tuple(readers), twice, held_back, tuple(unusable))


def load_suppressed(path: Path) -> frozenset[str]:
    """Return the keys of addresses to which nothing goes: one a line, or a list as readers are listed.

    Raises: ConfigError.
    """
    text = _text(path)
    first = text.lstrip().split("\n", 1)[0].lower()
    listed = first.startswith("{") or any(name in _cells(first) for name in _EMAIL)
    found = ((line, _reader(row).address) for line, row in _rows(path)) if listed else _one_a_line(text)
    return frozenset(_suppressed(Place(path, line), address) for line, address in found if address)


def _one_a_line(text: str) -> Iterator[tuple[int, str]]:
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1))
    return ((number, line) for number, line in lines if not line.startswith("#"))


def _suppressed(at: Place, address: str) -> str:
    """Return an address's key. What is none is an error: to pass over it would be to write to somebody who left."""
    if "@" not in address or any(sign in address for sign in ' ,;<>\t"'):
        raise ConfigError(
            f"expected an address, found {address[:80]!r}",
            at=at,
            hint="one a line; or CSV whose first line names a column `email`; or JSONL",
        )
    return ascii_domain(address).casefold()


def _wrong_with_token(token: str) -> str:
    if len(token) > MAX_TOKEN:
        return f"a token of more than {MAX_TOKEN} letters"
    return "" if token.isascii() and token.isprintable() else "a token that is not printable ASCII"


def _reader(row: dict[str, str]) -> Recipient:
    address = next((row[name] for name in _EMAIL if name in row), "").strip()
    name = "".join(sign if sign.isprintable() else " " for sign in row.get("name", ""))
    return Recipient(ascii_domain(address), " ".join(name.split())[:MAX_NAME], row.get("token", "").strip())


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"has more than {MAX_BYTES:,} bytes", at=path)
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", at=path, hint="name a CSV or JSONL file") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not UTF-8 at byte {error.start}", at=path, hint="save it as UTF-8") from None


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each line's number and its cells by their names, in small letters."""
    text = _text(path)
    yield from _json_rows(text, path) if text.lstrip().startswith("{") else _csv_rows(text, path)


def _json_rows(text: str, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            raise ConfigError("is not JSON", at=Place(path, number), hint="one object a line") from None
        if not isinstance(told, dict) or not isinstance(told.get("email"), str):
            raise ConfigError('expected {"email": "..."}', at=Place(path, number), hint="one object a line")
        row = {name.lower(): value for name, value in told.items() if isinstance(value, str)}
        if told.get("token") is not None and "token" not in row:
            row[_WRONG] = "a token that is no text"
        yield number, row


def _csv_rows(text: str, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    heading = text.split("\n", 1)[0]
    names = _cells(heading)
    if not any(name in names for name in _EMAIL):
        raise ConfigError(
            f"no column `email`; found {', '.join(names) or 'nothing'}",
            at=Place(path, 1),
            hint="the first line names the columns, such as: email,name",
        )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(heading), strict=True)
    try:
        next(reader)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                row = dict(zip(names, cells, strict=False))
                if any(cell.strip() for cell in cells[len(names) :]):
                    row[_WRONG] = "more cells than columns: a comma outside of quotes?"
                yield reader.line_num, row
    except csv.Error as error:
        raise ConfigError(f"is not CSV: {error}", at=Place(path, reader.line_num)) from None


def _delimiter(heading: str) -> str:
    return max(",;\t", key=heading.count)


def _cells(heading: str) -> list[str]:
    return [cell.strip().strip('"').lower() for cell in heading.strip().split(_delimiter(heading))]
