"""Values of packs as charts hold them, and rows that campaigns become."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from clawpub.pack.reader import Pack
from clawpub.pack.tables import Cell, spell
from generator.cells import Shown, missing, missing_reason, number
from generator.charts.model import Amount, Row, drawable
from generator.tables import PackUrl, Provenance, is_marked, provenance

TOO_LARGE = "too large to draw"


def amount_of(cell: Cell, digits: int, pack: Pack, column: str, *, percent: bool = False) -> Amount:
    """Return a number of one of our tables, shown with `digits` decimals; `percent` of a share of 1."""
    if isinstance(cell, bool) or not isinstance(cell, Decimal | int):
        return Amount(None, missing(missing_reason(column, pack.info.origin)))
    value = Decimal(cell) * (100 if percent else 1)
    if not drawable(value):
        return Amount(None, missing(TOO_LARGE))
    return Amount(value, number(value, digits, exact=spell(cell)))


def text_of(cell: Cell, pack: Pack, column: str) -> Amount:
    """Return what is only said and not drawn."""
    if cell is None:
        return Amount(None, missing(missing_reason(column, pack.info.origin)))
    return Amount(None, Shown("number", spell(cell)))


def campaign_row(
    pack: Pack, name: str, url: PackUrl, marked: Sequence[Pack], amounts: tuple[Amount, ...], said: str
) -> Row:
    """Return a campaign's row; where its first amount is not there, it says why."""
    gap = amounts[0].shown.note if amounts[0].at is None else ""
    return Row(name, amounts, gap or said, url=url(pack), marked=is_marked(pack, marked))


def drawn(rows: Sequence[Row], count: int) -> list[Decimal]:
    """Return the first `count` amounts of each row, those that are there."""
    return [amount.at for row in rows for amount in row.amounts[:count] if amount.at is not None]


def lengths(rows: Sequence[Row]) -> list[Decimal]:
    """Return how long each row's bars are, one behind the other."""
    return [sum((amount.at or Decimal(0) for amount in row.amounts), Decimal(0)) for row in rows]


def provenances(packs: Sequence[Pack], url: PackUrl, table: str) -> tuple[Provenance, ...]:
    return tuple(provenance(pack, url(pack), (table,)) for pack in packs)
