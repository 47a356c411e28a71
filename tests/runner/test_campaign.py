"""A broken campaign file is one message: file, line, what was expected, what to do."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from clawpub.errors import ConfigError
from runner.campaign import load_campaign

GOOD = """\
id = "mine"
runs = 3

[model]
id = "some-model"
provider = "local"

[[predictions]]
id = "P1"
statement = "Overall score"
metric = "run_summary.passes"
expected = [24, 27]
probability = 0.6
"""


def load(tmp_path: Path, text: str) -> object:
    path = tmp_path / "campaign.toml"
    path.write_text(text)
    return load_campaign(path)


def test_a_campaign_is_read_with_its_defaults(tmp_path: Path) -> None:
    path = tmp_path / "campaign.toml"
    path.write_text(GOOD)
    campaign = load_campaign(path)
    assert campaign.config.suite == "agentic-core-v1"
    assert campaign.config.harness.name == "loop"
    (prediction,) = campaign.predictions
    assert (prediction.low, prediction.high) == (Decimal(24), Decimal(27))
    assert prediction.probability == Decimal("0.6")
    assert prediction.expected == "24–27"


@pytest.mark.parametrize(
    ("expected", "low", "high"), [('">= 2"', 2, None), ('"<= 2.5"', None, Decimal("2.5")), ("0", 0, 0)]
)
def test_expectations_have_three_forms(tmp_path: Path, expected: str, low: object, high: object) -> None:
    path = tmp_path / "campaign.toml"
    path.write_text(GOOD.replace("[24, 27]", expected))
    (prediction,) = load_campaign(path).predictions
    assert (prediction.low, prediction.high) == (low, high)


@pytest.mark.parametrize(
    ("text", "said", "hints"),
    [
        ("", "id: missing; model: missing", ["write id =", "write [model]"]),
        ('id = "x"\n[model]\nid = "m"\n', "model.provider: missing", ["bedrock"]),
        (GOOD.replace("expected = [24, 27]\n", ""), "predictions[0].expected: missing", ["expected = [24, 27]"]),
        (GOOD.replace("metric", "metrik"), "metric: missing", ["did you mean 'metric'?"]),
    ],
)
def test_what_is_missing_is_said_with_how_to_write_it(tmp_path: Path, text: str, said: str, hints: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert said in caught.value.message
    assert all(hint in str(caught.value.hint) for hint in hints), caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("runs = 3", "runs = 0", 2, "runs"),
        ("runs = 3", "runs = ", 2, ""),
        ("runs = 3", "rnus = 3", 2, "rnus"),
        ('id = "mine"', 'id = "../mine"', 1, "id"),
        ('provider = "local"', "", 4, "provider"),
        ('provider = "local"', "provider = 3", 6, "provider"),
        ("[24, 27]", "[27, 24]", 8, "above the upper bound"),
        ("[24, 27]", '"many"', 12, "expected"),
        ("[24, 27]", "nan", 12, ""),
        ("probability = 0.6", "probability = 60", 13, "probability"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    text = str(caught.value)
    assert f"campaign.toml:{line}" in text, text
    assert said in text, text
    assert "\n" not in caught.value.message


def test_an_id_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a second prediction with the id 'P1'"):
        load(tmp_path, GOOD + GOOD[GOOD.index("[[pred") :])
