"""Quantities in prose: `scan` finds them, `compare` holds one against a fact, `spell` writes one like another."""

from clawpub.quantity.compare import Comparison, FactUnit, Value, Verdict, compare
from clawpub.quantity.format import spell
from clawpub.quantity.model import Bound, Form, Kind, Quantity
from clawpub.quantity.pieces import pieces
from clawpub.quantity.scan import scan

__all__ = [
    "Bound",
    "Comparison",
    "FactUnit",
    "Form",
    "Kind",
    "Quantity",
    "Value",
    "Verdict",
    "compare",
    "pieces",
    "scan",
    "spell",
]
