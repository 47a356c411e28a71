"""Parquet through pyarrow, an extra: `clawpub[parquet]`. Loaded only when a Parquet file is imported."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

from clawpub.errors import ConfigError
from clawpub.extras import install_hint
from clawpub.pack.importers.raw import INFINITY, MINUS_INFINITY, NAN, Raw, RawTable, check_size, read_bytes, too_large
from clawpub.pack.reader import MAX_FILE


def read_parquet(path: Path, name: str) -> list[RawTable]:
    """Return the one table of a file. Raises: ConfigError where it is none, or pyarrow is not installed."""
    read_bytes(path)
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ConfigError(
            "Parquet needs pyarrow, which is not installed",
            at=path,
            hint=f"{install_hint('parquet')} (about 55 MB); or save the table as CSV",
        ) from None
    try:
        with parquet.ParquetFile(path) as file:
            about = file.metadata
            check_size(path, about.num_rows, len(file.schema_arrow.names))
            size = sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups))
            if size > MAX_FILE:
                raise too_large(path, f"{size / (1 << 20):,.0f} MB unpacked")
            read = file.read()
        notes: list[str] = []
        columns = tuple(
            _cells(pyarrow, column, field, notes) for column, field in zip(read.columns, read.schema, strict=True)
        )
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
        first = str(error).partition("\n")[0][:200]
        raise ConfigError(f"not Parquet that can be read: {first}", at=path, hint="save the table as CSV") from None
    if not columns:
        raise ConfigError("a table without columns", at=path, hint="expected at least one")
    return [RawTable(name, path, tuple(read.schema.names), columns, typed=True, notes=tuple(notes))]


def _cells(pyarrow: Any, column: Any, field: Any, notes: list[str]) -> list[Raw]:
    kind = field.type
    if pyarrow.types.is_dictionary(kind):
        kind = kind.value_type
    if pyarrow.types.is_timestamp(kind):
        column = _in_microseconds(pyarrow, column, kind)
    if pyarrow.types.is_nested(kind):
        notes.append(f"{field.name}: lists and structures are stored as JSON text")
    convert = _float32 if pyarrow.types.is_float32(kind) else _converter(kind, pyarrow.types, field.name)
    return [None if value is None else convert(value) for value in column.to_pylist()]


def _in_microseconds(pyarrow: Any, column: Any, kind: Any) -> Any:
    """Return times as Python holds them; as text where they are finer than that."""
    try:
        return column.cast(pyarrow.timestamp("us", kind.tz))
    except pyarrow.ArrowInvalid:
        return column.cast(pyarrow.string())


def _converter(kind: Any, types: Any, name: str) -> Callable[[Any], Raw]:
    if types.is_boolean(kind) or types.is_integer(kind) or types.is_string(kind) or types.is_large_string(kind):
        return _same
    if types.is_floating(kind):
        return _float
    if types.is_decimal(kind):
        return _same
    if types.is_timestamp(kind):
        return _time
    if types.is_nested(kind):
        return _nested
    if types.is_date(kind) or types.is_null(kind) or types.is_time(kind) or types.is_duration(kind):
        return str
    raise ValueError(f"column {name} is {kind}, which no cell of a pack holds: leave it out, or make it text")


def _same(value: Any) -> Raw:
    return value  # type: ignore[no-any-return]


def _float(value: float) -> Raw:
    """Return the shortest decimal that reads back as the same binary number."""
    number = Decimal(repr(value))
    if number.is_finite():
        return number
    return NAN if number.is_nan() else INFINITY if number > 0 else MINUS_INFINITY


def _float32(value: float) -> Raw:
    for digits in range(6, 10):
        text = f"{value:.{digits}g}"
        with suppress(OverflowError):
            if struct.pack("f", float(text)) == struct.pack("f", value) and isfinite(value):
                return Decimal(text)
    return _float(value)


def _time(value: datetime | str) -> Raw:
    if isinstance(value, str):
        return value
    if value.tzinfo is None or value.microsecond:
        return value.isoformat()
    return value.astimezone(UTC)


def _nested(value: Any) -> Raw:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
