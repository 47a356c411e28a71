"""What tokens cost at a price. Exact: US dollars are Decimal from the price list to the page."""

from __future__ import annotations

from decimal import Decimal

from clawpub.pack.model import Price

MILLION = 1_000_000


def call_cost(
    price: Price | None,
    tokens_in: int | None,
    tokens_out: int | None,
    tokens_cached: int | None,
    tokens_cache_written: int | None,
) -> Decimal | None:
    """Return US dollars for the tokens of a call or a run; None without a price or a count.

    `tokens_in` includes those read from a cache and written into one. They are billed at prices of their own where the
    price has them, else as any other input.
    """
    if price is None or tokens_in is None or tokens_out is None:
        return None
    cached = tokens_cached or 0 if price.cached_usd_per_1m is not None else 0
    written = tokens_cache_written or 0 if price.cache_write_usd_per_1m is not None else 0
    whole = (tokens_in - cached - written) * price.input_usd_per_1m + tokens_out * price.output_usd_per_1m
    extra = cached * (price.cached_usd_per_1m or 0) + written * (price.cache_write_usd_per_1m or 0)
    return (whole + extra) / MILLION
