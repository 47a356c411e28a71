"""CSV and TSV, plain or gzipped: encoding and delimiter found out and said, every row as long as the header.

encoding    the one named; else a byte order mark; else UTF-16 by its zero bytes; else UTF-8; else Windows-1252
delimiter   the one named; else a tab in .tsv; else a comma, or in a header without commas a semicolon or tab
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from pathlib import Path

from clawpub.errors import ConfigError, Place
from clawpub.pack.importers.raw import MAX_CELLS, RawTable, check_size, read_bytes, too_large
from clawpub.pack.reader import MAX_FILE
from clawpub.pack.tables import MAX_CELL

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", ""),
    (codecs.BOM_UTF32_LE, "utf-32", "read as UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "read as UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "read as UTF-16"),
)
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")


def read_delimited(path: Path, name: str, *, encoding: str = "", delimiter: str = "") -> list[RawTable]:
    """Return the one table of a file. Raises: ConfigError with file and line."""
    data = read_bytes(path)
    if path.name.lower().endswith(".gz"):
        data = _unzipped(data, path)
    text, notes = _decode(data, path, encoding)
    if not text.strip():
        raise ConfigError("the file is empty", at=path, hint="expected a header row with the columns' names, then rows")
    if delimiter in ('"', "\r", "\n") or len(delimiter) > 1 or delimiter.isalnum():
        raise ConfigError(f"{delimiter!r} cannot separate cells", at=path, hint="such as ; or | or a tab")
    if not delimiter:
        delimiter, said = _delimiter(text, path)
        notes += said
    return [_parse(text, path, name, delimiter, notes)]


def _unzipped(data: bytes, path: Path) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as file:
            content = file.read(MAX_FILE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigError(f"not gzip: {error}", at=path, hint="the name ends in .gz; unpack it, or rename it") from None
    if len(content) > MAX_FILE:
        raise too_large(path, f"more than {MAX_FILE >> 20} MB unpacked")
    return content


def _decode(data: bytes, path: Path, encoding: str) -> tuple[str, list[str]]:
    if encoding:
        return _decode_as(data, path, encoding), []
    for mark, codec, note in _MARKS:
        if data.startswith(mark):
            return _decode_as(data, path, codec), [note] if note else []
    for codec, zeros in (("utf-16-le", data[1:1000:2]), ("utf-16-be", data[:1000:2])):
        if zeros.count(0) > 0.4 * len(zeros):
            return _decode_as(data, path, codec), ["read as UTF-16, by its zero bytes"]
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise ConfigError(
                f"not UTF-8: byte 0x{data[error.start]:02x}",
                at=Place(path, line),
                hint="save the file as UTF-8, or name its encoding with --encoding",
            ) from None
        return text, [f"read as Windows-1252 (Latin-1), since line {line} is not UTF-8; --encoding names another"]


def _decode_as(data: bytes, path: Path, encoding: str) -> str:
    try:
        if "utf8" in encoding.lower().replace("-", "").replace("_", ""):
            encoding = "utf-8-sig"
        return data.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        raise ConfigError(f"no encoding {encoding!r}", hint="such as utf-8, latin-1, cp1252, utf-16") from None
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = data.count(b"\n", 0, start) + 1
        raise ConfigError(f"not {encoding}: {error}", at=Place(path, line), hint="save the file as UTF-8") from None
    except (ValueError, TypeError, AssertionError):  # codecs such as "hex" and "undefined", which are no encodings
        raise ConfigError(f"{encoding!r} does not decode text", hint="such as utf-8, latin-1, cp1252") from None


def _delimiter(text: str, path: Path) -> tuple[str, list[str]]:
    if path.name.lower().endswith((".tsv", ".tsv.gz")):
        return "\t", []
    first = text.lstrip("\r\n").partition("\n")[0]
    for mark, called in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if "," not in first and mark in first:
            return mark, [f"cells are separated by {called}: the header has no comma"]
    return ",", []


def _parse(text: str, path: Path, name: str, delimiter: str, notes: list[str]) -> RawTable:
    csv.field_size_limit(MAX_CELL)
    rows: list[list[str]] = []
    lines: list[int] = []
    cells = blank = trailing = 0
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    began = 1
    try:
        for row in reader:
            if not row or (not any(row) and len(row) == 1):
                trailing += 1
            else:
                blank, trailing = blank + trailing, 0
                rows.append(row)
                lines.append(began)
                cells += len(row)
                if cells > MAX_CELLS + len(rows[0]):
                    check_size(path, MAX_CELLS, len(rows[0]))
                if len(row) != len(rows[0]):
                    raise _ragged(path, began, row, rows[0])
            began = reader.line_num + 1
    except csv.Error as error:
        raise _not_csv(path, began, reader.line_num, error) from None
    header = tuple(rows[0])
    if blank:
        notes.append(f"blank lines left out: {blank}")
    if sum(_NUMBER.fullmatch(cell.strip()) is not None for cell in header) * 2 > len(header):
        notes.append("the first row reads like data: is there a header row with the columns' names?")
    columns = tuple(zip(*rows[1:], strict=True)) if len(rows) > 1 else tuple(() for _ in header)
    return RawTable(name, path, header, columns, typed=False, lines=lines[1:], notes=tuple(notes))


def _ragged(path: Path, line: int, row: list[str], header: list[str]) -> ConfigError:
    expected = f"{len(row)} cell{'' if len(row) == 1 else 's'}, expected {len(header)} as in the header"
    if len(row) > len(header):
        hint = f"a cell with a comma in it stands in quotes; beyond the header: {row[len(header)][:40]!r}"
    else:
        hint = f"nothing under {header[len(row)][:40]!r}; a line for a title or a total does not belong into a table"
    return ConfigError(expected, at=Place(path, line), hint=hint)


def _not_csv(path: Path, began: int, line: int, error: csv.Error) -> ConfigError:
    if "field larger" in str(error):
        said, hint = f"a cell of more than {MAX_CELL:,} characters", "is there a quote that nothing closes?"
    elif "unexpected end" in str(error):
        said, hint = "the row that begins here never ends: a quote is not closed", 'close it, or write a quote as ""'
    else:
        said, hint = f"not CSV: {error}", 'a cell with a quote in it stands in quotes, each of its quotes as ""'
        began = line
    return ConfigError(said, at=Place(path, began), hint=hint)
