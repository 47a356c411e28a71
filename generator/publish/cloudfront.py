"""CloudFront: the copies of pages near their readers, forgotten where a deploy changed what is behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from generator.publish.s3 import told

MOST = 1000
"""Addresses of one invalidation: each is paid for beyond that many a month, and `/*` counts as one."""


class CloudFront:
    """A distribution before a site whose addresses begin with `base_url`."""

    def __init__(self, client: Any, distribution: str, base_url: str = "") -> None:
        self._client = client
        self._distribution = distribution
        self._base = quote(urlsplit(base_url).path.rstrip("/"), safe="/%")

    @told
    def invalidate(self, addresses: Sequence[str], reference: str) -> None:
        """Forget what is kept under these addresses; the same reference again asks for nothing new."""
        some = addresses if len(addresses) <= MOST else ("/*",)
        paths = [self._base + address for address in some]
        self._client.create_invalidation(
            DistributionId=self._distribution,
            InvalidationBatch={"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": reference},
        )
