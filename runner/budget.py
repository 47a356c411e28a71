"""The campaign's money. The most that a call can cost is set aside before the call is sent, so the sum is never passed.

What a call may have cost without our knowing (its answer never came) stays set aside as if it had cost the most.
"""

from __future__ import annotations

import asyncio
from decimal import Decimal

ZERO = Decimal(0)


class BudgetSpent(Exception):
    """The next call could pass the budget. A clean stop, not an error: nothing is lost."""


class Budget:
    """`limit_usd` None: unbounded, and only counted. `spent_usd`: what earlier sessions may have cost."""

    def __init__(self, limit_usd: Decimal | None, spent_usd: Decimal = ZERO) -> None:
        self.limit_usd = limit_usd
        self.spent_usd = spent_usd
        """What was certainly paid, and what may have been for calls whose answer never came."""
        self._reserved = ZERO
        self._settled = asyncio.Event()

    async def reserve(self, usd: Decimal | None) -> None:
        """Set the money for a call aside, waiting for other calls to come out cheaper where that can help.

        Raises: BudgetSpent.
        """
        usd = usd or ZERO
        while self.limit_usd is not None and self.spent_usd + self._reserved + usd > self.limit_usd:
            if not self._reserved or self.spent_usd + usd > self.limit_usd:
                raise BudgetSpent
            self._settled.clear()
            await self._settled.wait()
        self._reserved += usd

    def settle(self, reserved_usd: Decimal | None, paid_usd: Decimal | None) -> None:
        """Replace what was set aside for a call by what it cost; None: unknown, so it counts in full."""
        reserved = reserved_usd or ZERO
        self._reserved -= reserved
        self.spent_usd += reserved if paid_usd is None else paid_usd
        self._settled.set()
