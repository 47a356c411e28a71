"""Predictions as a pack keeps them, and their scoring. The file's digest was journaled before the first run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from clawpub.errors import FactError, PackError, Place
from clawpub.pack.schema import PREDICTIONS_SCORING
from clawpub.pack.tables import Cell, Row, Table, spell, table

if TYPE_CHECKING:
    from clawpub.pack.query import Database

PREDICTIONS_FILE = "predictions.json"


class Prediction(BaseModel):
    """What somebody expected of a campaign: that a fact of its pack lies between two bounds, both included."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    id: Annotated[str, Field(min_length=1, max_length=40)]
    statement: str
    metric: str
    """A fact of the pack: a cell path or a query."""
    low: Decimal | None = None
    high: Decimal | None = None
    """None: unbounded on that side."""
    unit: str = ""
    """What one of the metric is called, for the miss: "pass", "s"."""
    probability: Annotated[Decimal, Field(ge=0, le=1)] | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Prediction:
        if self.low is None and self.high is None:
            raise ValueError("a prediction needs a lower or an upper bound")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"the lower bound {self.low} is above the upper bound {self.high}")
        return self

    @property
    def expected(self) -> str:
        match self.low, self.high:
            case None, high:
                return f"≤ {spell(high)}"
            case low, None:
                return f"≥ {spell(low)}"
            case low, high:
                return spell(low) if low == high else f"{spell(low)}–{spell(high)}"


_predictions: TypeAdapter[tuple[Prediction, ...]] = TypeAdapter(tuple[Prediction, ...])


def print_predictions(predictions: Iterable[Prediction]) -> bytes:
    """Return the bytes that are frozen: canonical JSON, one spelling for equal predictions."""
    rows = [prediction.model_dump(mode="json") for prediction in predictions]
    return (json.dumps(rows, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def parse_predictions(data: bytes, at: Place) -> tuple[Prediction, ...]:
    try:
        return _predictions.validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PackError(f"no predictions: {where}: {first['msg']}", at=at) from None


def score_predictions(predictions: Iterable[Prediction], tables: Iterable[Table]) -> Table:
    """Return the predictions_scoring view over the pack's other tables."""
    from clawpub.pack.query import Database  # where a campaign begins nothing is asked yet

    database = Database({"this": tables})
    try:
        return table(PREDICTIONS_SCORING, [_score(prediction, database) for prediction in predictions])
    finally:
        database.close()


def _score(prediction: Prediction, database: Database) -> Row:
    row: dict[str, Cell] = {
        "id": prediction.id,
        "statement": prediction.statement,
        "metric": prediction.metric,
        "expected": prediction.expected,
        "probability": prediction.probability,
        "result": "Undecidable",
    }
    try:
        actual = database.ask(prediction.metric).value()
    except FactError:
        return row
    if isinstance(actual, bool) or not isinstance(actual, int | Decimal):
        return row
    miss = _miss(prediction, Decimal(actual))
    row |= {"actual": spell(actual), "result": "Wrong" if miss else "Correct", "miss": miss}
    if prediction.probability is not None:
        row["brier"] = (prediction.probability - (0 if miss else 1)) ** 2
    return row


def _miss(prediction: Prediction, actual: Decimal) -> str | None:
    """Return how far outside the range the value lies, e.g. "1 pass below range"; None where it is inside."""
    below = prediction.low - actual if prediction.low is not None else Decimal(0)
    above = actual - prediction.high if prediction.high is not None else Decimal(0)
    if below <= 0 and above <= 0:
        return None
    off, side = (below, "below") if below > 0 else (above, "above")
    unit = prediction.unit and " " + (prediction.unit if off == 1 else _plural(prediction.unit))
    return f"{spell(off)}{unit} {side} range"


def _plural(unit: str) -> str:
    if len(unit) < 3:
        return unit
    return unit + ("es" if unit.endswith(("s", "x", "ch", "sh")) else "s")
