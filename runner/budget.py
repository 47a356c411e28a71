"""A campaign's money, or its tokens. The most that a call can take is set aside before it is sent: no bound is passed.

What a call may have taken without our knowing (its answer never came) stays set aside as if it had taken the most.
"""

from __future__ import annotations

import asyncio
from decimal import Decimal

ZERO = Decimal(0)


class BudgetSpent(Exception):
    """The next call could pass the budget. A clean stop, not an error: nothing is lost."""


class Budget:
    """US dollars, or tokens. `limit` None: unbounded, only counted. `spent`: what earlier sessions may have taken."""

    def __init__(self, limit: Decimal | None, spent: Decimal = ZERO) -> None:
        self.limit = limit
        self.spent = spent
        """What was certainly taken, and what may have been by calls whose answer never came."""
        self._reserved = ZERO
        self._settled = asyncio.Event()

    async def reserve(self, most: Decimal | None) -> None:
        """Set aside the most that a call can take, waiting for other calls to come out cheaper where that can help.

        Raises: BudgetSpent.
        """
        most = most or ZERO
        while self.limit is not None and self.spent + self._reserved + most > self.limit:
            if not self._reserved or self.spent + most > self.limit:
                raise BudgetSpent
            self._settled.clear()
            await self._settled.wait()
        self._reserved += most

    def settle(self, reserved: Decimal | None, taken: Decimal | None) -> None:
        """Replace what was set aside for a call by what it took; None: unknown, so it counts in full."""
        reserved = reserved or ZERO
        self._reserved -= reserved
        self.spent += reserved if taken is None else taken
        self._settled.set()
