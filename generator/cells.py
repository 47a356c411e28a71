"""How one value of a table is shown: never rounded to more digits than it has, never 0 where it is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from clawpub.pack.schema import Column, Schema, is_standard
from clawpub.pack.tables import Cell, Row, spell

MAX_TEXT = 300
"""Characters of the longest text that a table shows; the file has the rest."""

Kind = Literal["text", "code", "number", "moment", "missing", "none"]
"""`none`: empty because there is nothing to say (the failure mode of a run that passed). `missing`: not known."""


@dataclass(frozen=True)
class Shown:
    """One cell as a reader sees it."""

    kind: Kind
    text: str = ""
    exact: str = ""
    """The stored value where `text` is rounded or says it otherwise; of a moment, as ISO 8601 writes it."""
    pad: str = ""
    """What would follow, unseen, for decimal points to stand below each other."""
    note: str = ""
    """Smaller and grey behind the text; for a missing value, why it is missing."""
    dots: tuple[str, ...] = ()
    """`passed`, `failed` or `unscored` for each run, drawn before the text."""
    url: str = ""
    """Where the text leads, from the site's root."""
    bar: int = 0
    """Length of the bar behind a number, in percent of the cell's width; 0 for none."""

    @property
    def width(self) -> int:
        """Characters, about; what is drawn counts as two."""
        return max(len(self.text) + len(self.pad) + 2 * len(self.dots), len(self.note) if self.kind == "number" else 0)


@dataclass(frozen=True)
class Heading:
    """A column as a reader sees it."""

    name: str
    """As stored."""
    label: str
    unit: str = ""
    about: str = ""
    numeric: bool = False


_LABELS = {
    "task_id": "Task",
    "failure_mode": "Failure mode",
    "checker_reason": "What the checker found",
    "latency_p50_s": "Median latency",
    "latency_p95_s": "95th percentile latency",
    "cost_per_pass_usd": "Cost a pass",
    "wall_s": "Wall clock",
    "id": "Prediction",
    "infrastructure_errors": "Infrastructure errors",
    "arguments_digest": "Digest of the arguments",
    "token_share": "Share of tokens",
    "share": "Share of cost",
    "pass_rate_low": "95 % interval from",
    "pass_rate_high": "95 % interval to",
    "brier": "Brier score",
}
_PERCENT = {"pass_rate": 2, "pass_rate_low": 1, "pass_rate_high": 1, "share": 1, "token_share": 1}
"""Columns of the standard tables that hold a share of 1, and the digits of percent that are shown."""
_UNITS = {"_s": ("s", 2), "_usd": ("US$", 6)}
_CODE = {"task_id", "failure_mode", "tool", "arguments_digest", "status", "stop_reason", "metric"}
_NOTHING = {
    "failure_mode": ("passed", "the run passed"),
    "failure_modes": ("passes", "no run failed"),
    "miss": ("result", "nothing was missed"),
}


def heading(column: Column, schema: Schema) -> Heading:
    name, standard = column.name, is_standard(schema)
    unit = ("%" if name in _PERCENT else _suffix(name)[1]) if standard else ""
    stem = name.removesuffix(_suffix(name)[0]) if unit and unit != "%" else name
    label = _LABELS.get(name) if standard else None
    numeric = column.type in ("integer", "number") or (standard and name == "score")
    return Heading(name, label or stem.replace("_", " ").capitalize(), unit, column.description, numeric)


def shown_column(column: Column, schema: Schema, rows: Sequence[Row], *, origin: str) -> list[Shown]:
    """Return a column's cells, its numbers aligned at the decimal point."""
    cells = [_shown(row[column.name], column, schema, row, origin) for row in rows]
    return aligned(cells) if column.type in ("integer", "number") else cells


def _shown(cell: Cell, column: Column, schema: Schema, row: Row, origin: str) -> Shown:
    standard = is_standard(schema)
    match cell:
        case None:
            return _empty(column.name, row, origin, standard)
        case Decimal() if standard and column.name in _PERCENT:
            return number(cell * 100, _PERCENT[column.name], exact=spell(cell))
        case Decimal():
            return number(cell, _suffix(column.name)[2] if standard else None)
        case bool():
            return Shown("text", "yes" if cell else "no")
        case int():
            return Shown("number", f"{cell:,}" if standard else str(cell))
        case datetime():
            return Shown("moment", cell.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"), exact=spell(cell))
        case str():
            kind: Kind = "code" if standard and column.name in _CODE else "text"
            return text(cell, kind)


def text(cell: str, kind: Kind = "text") -> Shown:
    """Return a text, cut where it is very long."""
    return (
        Shown(kind, cell)
        if len(cell) <= MAX_TEXT
        else Shown(kind, cell[:MAX_TEXT] + " …", note="cut; the file has all")
    )


def number(value: Decimal, digits: int | None = None, *, exact: str = "", note: str = "") -> Shown:
    """Return a number with `digits` decimals at most, and what it was rounded from.

    A value too small for them keeps two digits that count, for it is not zero.
    """
    stored = spell(value)
    if digits is None or (places := max(0, -int(value.as_tuple().exponent))) <= digits:
        return Shown("number", _grouped(stored), exact=exact if exact else "", note=note)
    if value and abs(value) < Decimal(1).scaleb(-digits):
        digits = min(places, 1 - value.adjusted())
    rounded = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
    return Shown("number", _grouped(format(rounded, "f")), exact=exact or stored, note=note)


def missing(reason: str) -> Shown:
    return Shown("missing", note=reason)


def _grouped(digits: str) -> str:
    whole, point, rest = digits.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.lstrip("-").isdigit() and whole != "-0" else digits


def _empty(name: str, row: Row, origin: str, standard: bool) -> Shown:
    if standard and name in _NOTHING:
        decides, why = _NOTHING[name]
        settled = row.get(decides)
        if settled is True or settled == "Correct" or (decides == "passes" and settled == row.get("runs")):
            return Shown("none", note=why)
    return missing(missing_reason(name, origin))


def missing_reason(name: str, origin: str) -> str:
    """Return why a cell of a column is empty, as far as the pack's origin tells."""
    if origin == "transcribed":
        return "not stated by the source"
    if origin == "imported":
        return "empty in the imported table"
    if name == "passed":
        return "the run was not scored"
    return "the campaign names no price" if "usd" in name or name == "share" else "not recorded"


def _suffix(name: str) -> tuple[str, str, int | None]:
    for suffix, (unit, digits) in _UNITS.items():
        if name.endswith(suffix):
            return suffix, unit, digits
    return "", "", None


def aligned(cells: Sequence[Shown]) -> list[Shown]:
    """Return cells padded so that their decimal points stand below each other."""
    tails = [_tail(cell.text) if cell.kind == "number" else "" for cell in cells]
    longest = max(tails, key=len, default="")
    unseen = "." + "0" * (len(longest) - 1) if longest else ""
    return [
        replace(cell, pad=unseen[len(tail) :]) if cell.kind == "number" else cell
        for cell, tail in zip(cells, tails, strict=True)
    ]


def _tail(digits: str) -> str:
    _, point, rest = digits.partition(".")
    return point + rest
