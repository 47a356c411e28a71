"""What a campaign's calls cost: the price they are reckoned at, and the most that one of them can come to."""

from __future__ import annotations

import functools
import re
import tomllib
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from clawpub.errors import ConfigError
from clawpub.pack.costs import MILLION
from clawpub.pack.model import Price, Usd
from runner.campaign import CampaignConfig

PRICES = Path(__file__).parent / "prices.toml"
_PROFILE = re.compile(r"(?P<where>us-gov|us|eu|apac|jp|au|ca|sa|me|af)\.(?P<model>.+\..+)")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    regions: tuple[str, ...]
    tier: str = "default"
    input: Usd
    output: Usd
    cached: Usd | None = None
    cache_write: Usd | None = None


class PriceList(BaseModel):
    """The pinned prices of Bedrock's models."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    date: str
    price: tuple[_Entry, ...]

    def find(self, model: str, region: str | None, tier: str | None) -> Price | None:
        """Return the price of a model in a region, asked for by its id or an inference profile; None if not listed."""
        names = listed_names(model)
        for entry in self.price:
            here = "*" in entry.regions or region in entry.regions
            if entry.model in names and here and entry.tier == (tier or "default"):
                return Price(
                    input_usd_per_1m=entry.input,
                    output_usd_per_1m=entry.output,
                    cached_usd_per_1m=entry.cached,
                    cache_write_usd_per_1m=entry.cache_write,
                    source=f"{self.source}: {entry.model}" + (f", tier {tier}" if tier else ""),
                    date=self.date,
                )
        return None


def listed_names(model: str) -> tuple[str, ...]:
    """Return the names under which a model may be listed: `us.` and the like are profiles of one geography."""
    if profile := _PROFILE.fullmatch(model):
        return f"regional.{profile['model']}", profile["model"]
    return (model,)


@functools.cache
def price_list() -> PriceList:
    return PriceList.model_validate(tomllib.loads(PRICES.read_text(encoding="utf-8")))


def price_for(config: CampaignConfig) -> Price | None:
    """Return the price of a campaign's tokens: its own file's before the pinned list's; None where nothing is billed.

    Raises: ConfigError where a provider that bills has no price, so that no campaign spends without counting.
    """
    if config.price or config.model.provider != "bedrock":
        return config.price
    model = config.model
    if price := price_list().find(model.id, model.region, model.tier):
        return price
    raise ConfigError(
        f"no price is known for {model.id} in {model.region}, tier {model.tier or 'default'}",
        hint="give it in the campaign file: [price] input_usd_per_1m, output_usd_per_1m, source, date",
    )


def most_call_cost(price: Price | None, tokens_in_bound: int, max_tokens: int) -> Decimal | None:
    """Return the most US dollars that a call can cost, given the most tokens of its prompt; None without a price."""
    if price is None:
        return None
    dearest = max(price.input_usd_per_1m, price.cache_write_usd_per_1m or Decimal(0))
    return (tokens_in_bound * dearest + max_tokens * price.output_usd_per_1m) / MILLION
