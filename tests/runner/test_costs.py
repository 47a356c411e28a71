"""Prices are pinned, sourced, and reckoned with to the last digit."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from clawpub.errors import ConfigError
from clawpub.pack.costs import call_cost
from clawpub.pack.model import Price
from runner.campaign import load_campaign
from runner.costs import most_call_cost, price_for, price_list

FACTORS = {"default": Decimal(1), "flex": Decimal("0.5"), "priority": Decimal("1.75")}
PRICE = Price(
    input_usd_per_1m=Decimal("3"),
    output_usd_per_1m=Decimal("15"),
    cached_usd_per_1m=Decimal("0.3"),
    cache_write_usd_per_1m=Decimal("3.75"),
)


def campaign(folder: Path, model: str, more: str = "", price: str = "") -> Path:
    path = folder / "campaign.toml"
    path.write_text(f'id = "c"\n[model]\nid = "{model}"\nprovider = "bedrock"\n{more}\n{price}\n')
    return path


def test_every_listed_price_is_the_one_of_its_source() -> None:
    from genai_prices import data_snapshot

    (aws,) = (provider for provider in data_snapshot.get_snapshot().providers if provider.id == "aws")
    known = {model.id: model.prices for model in aws.models}
    entries = price_list().price
    assert len(entries) > 80
    for entry in entries:
        factor, theirs = FACTORS[entry.tier], known[entry.model]
        assert not isinstance(theirs, list)
        figures = (theirs.input_mtok, theirs.output_mtok, theirs.cache_read_mtok, theirs.cache_write_mtok)
        expected = tuple(None if figure is None else Decimal(str(figure)) * factor for figure in figures)
        assert (entry.input, entry.output, entry.cached, entry.cache_write) == expected, entry.model


@pytest.mark.parametrize(
    ("model", "more", "figures"),
    [
        ("qwen.qwen3-32b-v1:0", 'region = "us-east-1"', ("0.15", "0.6")),
        ("qwen.qwen3-32b-v1:0", 'region = "us-east-1"\ntier = "flex"', ("0.075", "0.3")),
        ("openai.gpt-oss-20b-1:0", 'region = "us-west-2"\ntier = "priority"', ("0.1225", "0.525")),
        ("us.anthropic.claude-sonnet-4-6-v1:0", 'region = "us-east-1"', ("3.3", "16.5")),
        ("global.anthropic.claude-sonnet-4-6-v1:0", 'region = "eu-west-1"', ("3", "15")),
        ("eu.amazon.nova-2-lite-v1:0", 'region = "eu-west-1"', ("0.33", "2.75")),
    ],
)
def test_a_model_is_found_by_id_profile_region_and_tier(
    tmp_path: Path, model: str, more: str, figures: tuple[str, str]
) -> None:
    price = price_for(load_campaign(campaign(tmp_path, model, more)).config)
    assert price and (price.input_usd_per_1m, price.output_usd_per_1m) == tuple(map(Decimal, figures))
    assert "genai-prices" in price.source and price.date


@pytest.mark.parametrize(
    ("model", "more"),
    [
        ("qwen.qwen9-1t", 'region = "us-east-1"'),
        ("qwen.qwen3-32b-v1:0", 'region = "eu-north-1"'),
        ("amazon.nova-lite-v1:0", 'region = "us-east-1"\ntier = "flex"'),
    ],
)
def test_a_model_without_a_price_fails_loudly(tmp_path: Path, model: str, more: str) -> None:
    with pytest.raises(ConfigError, match=r"no price is known for .*\n.*\[price\] input_usd_per_1m"):
        price_for(load_campaign(campaign(tmp_path, model, more)).config)


def test_the_campaigns_own_price_wins(tmp_path: Path) -> None:
    own = '[price]\ninput_usd_per_1m = "9"\noutput_usd_per_1m = "10"'
    config = load_campaign(campaign(tmp_path, "qwen.qwen3-32b-v1:0", 'region = "us-east-1"', own)).config
    assert config.price and price_for(config) == config.price and config.price.input_usd_per_1m == 9


def test_a_call_costs_what_its_kinds_of_tokens_cost() -> None:
    # 100 fresh at 3, 600 read at 0.3, 300 written at 3.75, 50 out at 15
    assert call_cost(PRICE, 1000, 50, 600, 300) == Decimal("0.002355")
    plain = Price(input_usd_per_1m=Decimal("3"), output_usd_per_1m=Decimal("15"))
    assert call_cost(plain, 1000, 50, 600, 300) == Decimal("0.00375")
    assert call_cost(PRICE, None, 50, None, None) is None and call_cost(None, 1, 1, None, None) is None


def test_no_call_costs_more_than_the_most_it_can() -> None:
    most = most_call_cost(PRICE, 1000, 50)
    assert most is not None
    for cached in range(0, 1001, 100):
        for written in range(0, 1001 - cached, 100):
            cost = call_cost(PRICE, 1000, 50, cached, written)
            assert cost is not None and cost <= most
