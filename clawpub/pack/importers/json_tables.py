"""JSON: a list of objects, an object of such lists (several tables), or one object a line.

A number is kept as it was typed. A value that is itself a list or an object is stored as its JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from clawpub.errors import ConfigError, Place
from clawpub.pack.importers.raw import INFINITY, MINUS_INFINITY, NAN, Raw, RawTable, check_size, read_bytes, whole

_SHAPES = 'expected [{…}, …], {"table": [{…}, …]}, or one object a line'
_CONSTANTS = {"NaN": NAN, "Infinity": INFINITY, "-Infinity": MINUS_INFINITY}


def read_json(path: Path, name: str) -> list[RawTable]:
    """Return the tables of a file. Raises: ConfigError with file and line, or record where JSON has no line."""
    text = _text(path)
    if not text.strip():
        raise ConfigError("the file is empty", at=path, hint=_SHAPES)
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return [_lines(text, path, name)]
    try:
        value = _loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and text[: error.pos].strip().count("\n") == 0 and text.lstrip()[:1] == "{":
            return [_lines(text, path, name)]
        raise ConfigError(f"not JSON: {error.msg}", at=Place(path, error.lineno, error.colno), hint=_SHAPES) from None
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise _unreadable(error, Place(path)) from None
    if isinstance(value, list):
        return [_table(value, path, name)]
    if not isinstance(value, dict):
        raise ConfigError(f"{_called(value)} is no table", at=path, hint=_SHAPES)
    return _members(value, path)


def _unreadable(error: Exception, at: Place) -> ConfigError:
    match error:
        case RecursionError():
            said = "lists or objects nested too deep"
        case ArithmeticError():
            said = "a number beyond any range"
        case _:
            said = str(error).partition(" for integer string")[0]
    return ConfigError(f"not JSON that a table is made of: {said}", at=at, hint=_SHAPES)


def _text(path: Path) -> str:
    data = read_bytes(path)
    try:
        return data.decode(json.detect_encoding(data)).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError("not UTF-8", at=Place(path, line), hint="save the file as UTF-8: JSON is") from None


def _loads(text: str) -> Any:
    return json.loads(
        text, parse_float=Decimal, parse_constant=_CONSTANTS.__getitem__, object_pairs_hook=_without_repetition
    )


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    pairs = [(whole(name), value) for name, value in pairs]
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object names {twice[:60]!r} twice")
    return found


def _members(value: Mapping[str, Any], path: Path) -> list[RawTable]:
    tables = {name: rows for name, rows in value.items() if isinstance(rows, list) and rows and _is_record(rows[0])}
    if not tables:
        raise ConfigError("no member of this object is a list of objects", at=path, hint=_SHAPES)
    left = [name for name in value if name not in tables]
    notes = (f"left out, since no list of objects: {', '.join(left)[:200]}",) if left else ()
    return [_table(rows, path, name, notes=notes if not at else ()) for at, (name, rows) in enumerate(tables.items())]


def _is_record(value: Any) -> bool:
    return isinstance(value, dict)


def _lines(text: str, path: Path, name: str) -> RawTable:
    records, lines = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                records.append(_loads(line))
            except json.JSONDecodeError as error:
                at = Place(path, number, error.colno)
                raise ConfigError(f"not JSON: {error.msg}", at=at, hint="expected one object a line") from None
            except (ValueError, ArithmeticError, RecursionError) as error:
                raise _unreadable(error, Place(path, number)) from None
            lines.append(number)
    return _table(records, path, name, lines=lines)


def _table(
    records: list[Any], path: Path, name: str, *, lines: Sequence[int] = (), notes: tuple[str, ...] = ()
) -> RawTable:
    if not records:
        raise ConfigError("a list without a record", at=path, hint="a table's columns are the names in its records")
    names: dict[str, None] = {}
    for number, record in enumerate(records):
        if not _is_record(record):
            at = Place(path, lines[number] if lines else None)
            raise ConfigError(f"record {number + 1} of {name} is {_called(record)}", at=at, hint=_SHAPES)
        names |= dict.fromkeys(record)
    if not names:
        raise ConfigError("records without a member", at=path, hint="a table's columns are the names in its records")
    check_size(path, len(records), len(names))
    try:
        columns = tuple([_cell(record.get(column)) for record in records] for column in names)
    except RecursionError as error:
        raise _unreadable(error, Place(path)) from None
    said = list(notes)
    for column in names:
        if lacking := sum(column not in record for record in records):
            said.append(f"{column}: {lacking} of {len(records)} records do not have it: missing")
        if any(isinstance(record.get(column), list | dict) for record in records):
            said.append(f"{column}: lists and objects are stored as JSON text")
    return RawTable(name, path, tuple(names), columns, typed=True, lines=lines, notes=tuple(said))


def _cell(value: Any) -> Raw:
    if isinstance(value, list | dict):
        return whole(_json_text(value))
    return whole(value) if isinstance(value, str) else value


def _json_text(value: Any) -> str:
    """Return a value as JSON, its numbers as they were typed; NaN and infinities, which JSON has not, as null."""
    match value:
        case dict():
            return (
                "{" + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{_json_text(v)}" for k, v in value.items()) + "}"
            )
        case list():
            return "[" + ",".join(map(_json_text, value)) + "]"
        case Decimal():
            return str(value) if value.is_finite() else "null"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _called(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case list():
            return "a list"
        case str():
            return "a text"
        case dict():
            return "an object"
        case _:
            return "a number"
