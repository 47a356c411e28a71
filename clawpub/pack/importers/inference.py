"""What a column's cells are: as much as their spelling proves, and no more.

    integer    every cell: -12, 0, 7            at most 18 characters, so that SQLite holds it; no leading zero, no +
    number     every cell: 1.10, .5, 2e3        kept as the decimal that was typed
    boolean    every cell: true or false        also True/False and TRUE/FALSE
    datetime   every cell: 2026-01-02T03:04:05Z or +00:00
    string     everything else, to the letter

Missing: the empty cell, anywhere. The spellings of MISSING only in a column whose other cells are numbers, booleans or
times: in a column of text, "NA" may be Namibia. What a person declares (a type, a spelling) goes before all of this.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal

from clawpub.errors import ConfigError
from clawpub.pack.importers.raw import Raw, RawTable
from clawpub.pack.schema import ColumnType
from clawpub.pack.tables import Cell, parse_cell, spell

MISSING = ("NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "#N/A", "-", "–", "—")
"""Spellings of missing that people and programs write into columns of numbers. The empty cell is always missing."""

Declared = Literal["string", "integer", "number", "percent", "boolean", "datetime"]

_INTEGER = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_NUMBER = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?", re.ASCII)
_TIME = re.compile(r"([1-9]\d{3}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.0+)?(?:Z|\+00:?00)", re.ASCII)
_NAIVE = re.compile(r"([1-9]\d{3}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?", re.ASCII)
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", re.ASCII)
_LEADING = re.compile(r"[-+]?0[0-9]+", re.ASCII)
_CURRENCY = "$€£¥"
_NOT_FINITE = frozenset({"inf", "-inf", "+inf", "Inf", "-Inf", "Infinity", "-Infinity", "∞"})
_MOST_CHARACTERS = 40
"""Of a stored number; see tables.parse_cell."""
_EXACT_DIGITS = 15
"""Of a number that a query reads: SQLite reckons in binary."""

Kind = Literal["empty", "missing", "not finite", "integer", "number", "boolean", "datetime", "text"]
_TYPES: dict[frozenset[str], ColumnType] = {
    frozenset({"integer"}): "integer",
    frozenset({"number"}): "number",
    frozenset({"integer", "number"}): "number",
    frozenset({"boolean"}): "boolean",
    frozenset({"datetime"}): "datetime",
}


@dataclass(frozen=True)
class ReadColumn:
    type: ColumnType
    cells: list[Cell]
    notes: list[str]
    trailing: str = ""
    """A number that lost trailing zeros, as it was typed."""


def read_column(
    raw: RawTable, at: int, name: str, *, missing: Sequence[str], declared: Declared | None = None, otherwise: str = ""
) -> ReadColumn:
    """Return the column at place `at`. `missing` are spellings that somebody declared to be missing, in any column.

    Raises: ConfigError naming the first cell that does not fit the declared type; `otherwise` says what else to do.
    """
    cells = raw.columns[at]
    distinct: dict[tuple[type, Raw], Kind] = {}
    for cell in cells:
        if (key := (type(cell), cell)) not in distinct:
            distinct[key] = _kind(cell, raw.typed, missing)
    if declared is not None:
        return _declared(raw, at, name, declared, distinct, otherwise or f"leave {name} as text")
    kinds = set(distinct.values()) - {"empty"}
    type_ = _TYPES.get(frozenset(kinds - {"missing", "not finite"}), "string")
    if "not finite" in kinds and type_ not in ("integer", "number"):
        type_ = "number" if raw.typed and kinds == {"not finite"} else "string"
    values = {key: _value(key[1], kind, type_, missing) for key, kind in distinct.items()}
    column = [values[type(cell), cell] for cell in cells]
    if type_ == "string":
        return ReadColumn(type_, column, _why_text(raw, at, name, distinct))
    notes = [*_taken_for_missing(cells, name, distinct), *_precision(name, distinct, type_)]
    return ReadColumn(type_, column, notes, _trailing(distinct) if type_ == "number" else "")


def _kind(cell: Raw, typed: bool, missing: Sequence[str]) -> Kind:
    match cell:
        case None:
            return "empty"
        case bool():
            return "boolean"
        case int():
            return "integer" if len(str(cell)) <= 18 else "text"
        case Decimal():
            if not cell.is_finite():
                return "not finite"
            return "number" if _fits(cell) else "text"
        case datetime():
            return "datetime"
    return _kind_of_text(cell, typed, missing)


def _kind_of_text(text: str, typed: bool, missing: Sequence[str]) -> Kind:
    if not text or text in missing:
        return "empty"
    bare = text.strip()
    if bare in MISSING:
        return "missing"
    if _time(bare) is not None:
        return "datetime"
    if typed:
        return "text"
    if _INTEGER.fullmatch(bare):
        return "integer" if len(bare) <= 18 else "text"
    if _NUMBER.fullmatch(bare):
        return "number" if _fits(Decimal(bare)) else "text"
    if bare in _NOT_FINITE:
        return "not finite"
    return "boolean" if bare in _BOOLEANS else "text"


_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def _fits(number: Decimal) -> bool:
    """Whether a number can be stored as it is; one of a thousand digits could not be read back."""
    return abs(number.adjusted()) <= 300 and len(spell(number)) <= _MOST_CHARACTERS


def _time(text: str) -> datetime | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=UTC)
    except ValueError:
        return None


def _value(cell: Raw, kind: Kind, type_: ColumnType, missing: Sequence[str]) -> Cell:
    """Return what is stored for a cell of a kind in a column of a type."""
    if kind == "empty":
        return None
    if type_ == "string":
        return _as_text(cell)
    if kind in ("missing", "not finite"):
        return None
    if isinstance(cell, str):
        return _parse(cell.strip(), kind)
    return cell


def _parse(text: str, kind: Kind) -> Cell:
    match kind:
        case "integer":
            return int(text)
        case "number":
            return Decimal(text)
        case "boolean":
            return _BOOLEANS[text]
        case _:
            return _time(text)


def _as_text(cell: Raw) -> Cell:
    return str(cell) if isinstance(cell, Decimal) else spell(cell) or None


# --- what a person declared -------------------------------------------------------------------------------------------


def _declared(
    raw: RawTable, at: int, name: str, declared: Declared, distinct: Mapping[tuple[type, Raw], Kind], otherwise: str
) -> ReadColumn:
    type_: ColumnType = "number" if declared == "percent" else declared
    values: dict[tuple[type, Raw], Cell] = {}
    for key, kind in distinct.items():
        if kind == "empty" or (kind in ("missing", "not finite") and declared != "string"):
            values[key] = None
            continue
        try:
            values[key] = _DECLARED[declared](key[1])
        except (ValueError, InvalidOperation, KeyError):
            row = next(row for row, cell in enumerate(raw.columns[at]) if (type(cell), cell) == key)
            raise ConfigError(
                f"column {name} holds {str(key[1])[:60]!r}, expected {_EXPECTED[declared]}",
                at=raw.place(row),
                hint=f"mend the cell, declare what is missing with --missing, or {otherwise}",
            ) from None
    cells = raw.columns[at]
    notes = _taken_for_missing(cells, name, distinct) if declared != "string" else []
    notes += [f"{name}: in percent in the source, stored as shares of 1"] if declared == "percent" else []
    return ReadColumn(type_, [values[type(cell), cell] for cell in cells], notes)


def _declared_integer(cell: Raw) -> Cell:
    number = _declared_number(cell)
    if not isinstance(number, Decimal) or number != number.to_integral_value():
        raise ValueError
    return parse_cell(str(int(number)), "integer")


def _declared_number(cell: Raw) -> Cell:
    """Return a number; in text one with thousands separators, a currency sign before it or a plus is one too."""
    if isinstance(cell, bool | datetime):
        raise ValueError
    text = str(cell).strip()
    sign, text = ("-", text[1:]) if text[:1] in ("-", "−") else ("", text.removeprefix("+"))
    text = text.lstrip(_CURRENCY).strip() if text[:1] in _CURRENCY else text
    text = text.replace(",", "") if _GROUPED.fullmatch(text) else text
    return parse_cell(spell(parse_cell(sign + text, "number")), "number")


def _declared_percent(cell: Raw) -> Cell:
    """Return the share of 1 that "12%" says. A number without a sign is in percent too: the column is declared so."""
    number = _declared_number(str(cell).strip().removesuffix("%").rstrip() if isinstance(cell, str) else cell)
    if not isinstance(number, Decimal):
        raise ValueError
    return number.scaleb(-2)


def _declared_boolean(cell: Raw) -> Cell:
    words = {"yes": True, "no": False, "1": True, "0": False, "true": True, "false": False}
    return words[str(cell).strip().lower()]


def _declared_time(cell: Raw) -> Cell:
    """Return a time; one without a zone is UTC, since the column was declared."""
    if isinstance(cell, datetime):
        return cell
    text = str(cell).strip()
    found = _NAIVE.fullmatch(text)
    if found is not None and found[2]:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=UTC)
    when = datetime.fromisoformat(text)
    if when.tzinfo is None or when.microsecond or when.year < 1000:
        raise ValueError
    return when.astimezone(UTC)


_DECLARED: dict[str, Callable[[Raw], Cell]] = {
    "string": _as_text,
    "integer": _declared_integer,
    "number": _declared_number,
    "percent": _declared_percent,
    "boolean": _declared_boolean,
    "datetime": _declared_time,
}
_EXPECTED = {
    "string": "text",
    "integer": "a whole number of at most 18 digits",
    "number": "a number such as 1234.5, 1,234.5 or $1,234.50",
    "percent": "a percentage such as 12% or 12.5",
    "boolean": "true or false, yes or no, 1 or 0",
    "datetime": "a time such as 2026-05-21T08:00:00Z, without fractions of seconds",
}


# --- what was noticed -------------------------------------------------------------------------------------------------


def _taken_for_missing(cells: Sequence[Raw], name: str, distinct: Mapping[tuple[type, Raw], Kind]) -> list[str]:
    marks = {key: kind for key, kind in distinct.items() if kind in ("missing", "not finite")}
    if not marks:
        return []
    counts = Counter(key for cell in cells if (key := (type(cell), cell)) in marks)
    notes = []
    for key, count in counts.items():
        why = ": it is no number" if marks[key] == "not finite" else ""
        notes.append(f"{name}: {_cells(count)} “{key[1]}” read as missing{why}")
    return notes


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count:,} cells"


def _precision(name: str, distinct: Mapping[tuple[type, Raw], Kind], type_: ColumnType) -> list[str]:
    if type_ not in ("integer", "number"):
        return []
    for long in _numbers(distinct):
        if len(Decimal(long).normalize().as_tuple().digits) > _EXACT_DIGITS:
            return [f"{name}: {long} has more than {_EXACT_DIGITS} digits: stored whole, rounded in queries"]
    return []


def _numbers(distinct: Mapping[tuple[type, Raw], Kind]) -> list[str]:
    return [str(cell).strip() for (_, cell), kind in distinct.items() if kind in ("integer", "number")]


def _trailing(distinct: Mapping[tuple[type, Raw], Kind]) -> str:
    return next((t for t in _numbers(distinct) if "." in t and t.endswith("0") and "e" not in t.lower()), "")


def _why_text(raw: RawTable, at: int, name: str, distinct: Mapping[tuple[type, Raw], Kind]) -> list[str]:
    """Say why a column that is nearly one of numbers or times stays text, and how to have it otherwise."""
    texts = [(key[1], kind) for key, kind in distinct.items() if kind not in ("empty", "missing")]
    if not texts:
        only = next((str(cell) for (_, cell), kind in distinct.items() if kind == "missing"), "")
        why = f"since its cells say no more than “{only}”" if only else "since every cell is empty"
        return [f"{name}: text, {why}"]
    spelled = [str(cell).strip() for cell, _ in texts]
    for test, said in _REASONS:
        if (found := next((t for t in spelled if test(t)), None)) and all(
            test(t) or kind in ("integer", "number") for t, (_, kind) in zip(spelled, texts, strict=True)
        ):
            return [f"{name}: text, since “{found[:40]}” {said.format(name=name)}"]
    values = [kind for _, kind in texts if kind != "text"]
    others = [cell for cell, kind in texts if kind == "text"]
    if others and len(values) >= 4 * len(others):
        odd = others[0]
        row = next(row for row, cell in enumerate(raw.columns[at]) if cell == odd)
        return [f"{name}: text, because of “{str(odd)[:40]}” ({raw.where(row)}); --missing TEXT if it stands for none"]
    if not others and len(set(values)) > 1:
        return [f"{name}: text, since it mixes {' and '.join(sorted(set(values)))}"]
    return []


def _is_grouped(text: str) -> bool:
    return _GROUPED.fullmatch(text.lstrip(_CURRENCY)) is not None or (
        text.lstrip("-+")[:1] in _CURRENCY and _NUMBER.fullmatch(text.lstrip("-+" + _CURRENCY)) is not None
    )


def _is_long(text: str) -> bool:
    return (_INTEGER.fullmatch(text) is not None and len(text) > 18) or (
        _NUMBER.fullmatch(text) is not None and not _fits(Decimal(text))
    )


_REASONS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (
        lambda text: text.endswith("%") and _NUMBER.fullmatch(text[:-1].rstrip().removeprefix("+")) is not None,
        "has a percent sign; --percent {name} stores shares of 1",
    ),
    (_is_grouped, "has separators or a currency sign; --type {name}=number reads it"),
    (
        lambda text: _LEADING.fullmatch(text) is not None,
        "begins with a zero; --type {name}=integer reads it",
    ),
    (
        lambda text: text.startswith("+") and _NUMBER.fullmatch(text[1:]) is not None,
        "begins with a plus; --type {name}=number reads it",
    ),
    (_is_long, "has more digits than a number of a pack may have"),
    (
        lambda text: (found := _NAIVE.fullmatch(text)) is not None and found[2] is not None,
        "has no time zone; --type {name}=datetime takes it for UTC",
    ),
)
