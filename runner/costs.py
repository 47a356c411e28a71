"""What a campaign's calls cost, before and after."""

from __future__ import annotations

from decimal import Decimal

from clawpub.pack.model import Price
from runner.campaign import CampaignConfig


def price_for(config: CampaignConfig) -> Price | None:
    return config.price


def most_call_cost(price: Price | None, tokens_in_bound: int, max_tokens: int) -> Decimal | None:
    """Return the most US dollars that a call can cost; None without a price."""
    if price is None:
        return None
    dearest = max(price.input_usd_per_1m, price.cache_write_usd_per_1m or Decimal(0))
    return (tokens_in_bound * dearest + max_tokens * price.output_usd_per_1m) / 1_000_000
