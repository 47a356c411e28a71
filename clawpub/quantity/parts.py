"""What passes between the scanner's modules: a core before it is placed in the source, and the tokens around it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from clawpub.quantity.model import Bound, Form, Kind
from clawpub.quantity.tokens import Token


class Part(NamedTuple):
    """A core before it is placed in the source: offsets are the clean text's, `first` and `after` count tokens."""

    first: int
    after: int
    start: int
    end: int
    number: str
    value: Decimal
    step: Decimal
    kind: Kind = "number"
    unit: str | None = None
    noun: str | None = None
    form: Form = "digits"
    power: int = 0
    exact: bool = False
    odd: bool = False
    quantifier: str | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    ends: tuple[Part, Part] | None = None

    @property
    def countable(self) -> bool:
        """Whether it may stand in a ratio: a bare number without scale or unit."""
        return self.kind == "number" and self.unit is None and self.power == 0 and self.value >= 0


class Outer(NamedTuple):
    start: int
    end: int
    hedge: str | None = None
    bound: Bound | None = None
    quantifier: str | None = None


class Stream:
    """The tokens of a text, and what stands at an index. Past the end stand paragraph breaks."""

    def __init__(self, text: str, found: list[Token]) -> None:
        self.text = text
        end = len(text)
        pad = Token("sym", "\n\n", "\n\n", end, end)
        self.tokens = [*found, *[pad] * 12]
        self.count = len(found)

    def low(self, index: int) -> str:
        """The token's word in lower case, or "" for anything else."""
        if index < 0:
            return ""
        token = self.tokens[index]
        return token.low if token.kind == "word" else ""

    def sym(self, index: int) -> str:
        if index < 0:
            return ""
        token = self.tokens[index]
        return token.text if token.kind == "sym" else ""

    def glued(self, index: int) -> bool:
        """Whether the token touches the one before it. The end of the text touches nothing."""
        return 0 < index < self.count and self.tokens[index].start == self.tokens[index - 1].end

    def starts_clause(self, index: int) -> bool:
        return index == 0 or self.tokens[index - 1].kind == "sym"
