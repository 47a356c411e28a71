"""What a campaign predicts, held against what its pack will be able to say, before anything is frozen or spent."""

from __future__ import annotations

from clawpub.errors import ConfigError
from clawpub.pack.answerable import unanswerable
from runner.campaign import Campaign
from runner.execute import planned
from runner.suite import Suite

SHOWN = 200
"""Characters of a metric that an error repeats."""


def refuse_unanswerable(campaign: Campaign, suite: Suite) -> None:
    """Raises: ConfigError with every prediction whose metric no pack of the campaign could answer, placed at the
    first of them."""
    predictions = campaign.predictions
    if not predictions:
        return
    runs = [(task.id, run) for task, run in planned(campaign, suite)]
    found = list(unanswerable([prediction.metric for prediction in predictions], runs))
    if not found:
        return
    places = [campaign.place("predictions", number, "metric") for number, _ in found]
    message = "; ".join(
        ("" if place is places[0] else f"line {place.line}: ")
        + f"prediction {predictions[number].id}, metric {_cut(repr(predictions[number].metric))}: {_cut(error.message)}"
        for place, (number, error) in zip(places, found, strict=True)
    )
    raise ConfigError(message, at=places[0], hint=found[0][1].hint)


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
