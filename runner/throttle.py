"""How many calls a provider gets at once: fewer as soon as it asks for fewer, more again while it answers.

All workers of a campaign share one throttle, so a refusal of one slows them all. A cut multiplies the calls allowed at
once by 0.8 and happens once a wait, however many calls were refused together; every full round of answers adds one.
(Additive increase, multiplicative decrease, as TCP does; Inspect AI uses the same factor.)
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from clawpub.errors import ProviderError

CUT = 0.8


@dataclass(frozen=True)
class Patience:
    """How often a call that failed is made again, and how long to wait: twice as long each time, with jitter."""

    tries: int = 6
    """Of a call that the server failed."""
    throttled_s: float = 1800.0
    """How long one call may go on being told to come back later."""
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random
    """Between 0 and 1."""

    def wait_s(self, failures: int, wished_s: float | None) -> float:
        """Return the seconds to wait after so many failures: at least what the server asked for, if that is bearable,
        and a little more, so that not everybody comes back at once."""
        if wished_s is not None:
            return min(wished_s, self.longest_wait_s) * (1 + 0.1 * self.random())
        ceiling = min(self.first_wait_s * 2.0 ** min(failures - 1, 30), self.longest_wait_s)
        return float(ceiling * (0.5 + 0.5 * self.random()))

    def again(self, error: ProviderError, failures: int, waited_s: float) -> bool:
        """Whether to make a call again that has failed so often, after waiting so long for it in all."""
        if not error.retryable:
            return False
        if error.cause in ("throttled", "overloaded"):
            return waited_s < self.throttled_s
        return failures < self.tries


class Throttle:
    """`most` calls at once, or fewer while the provider asks for that."""

    def __init__(
        self,
        most: int,
        patience: Patience,
        monotonic: Callable[[], float] = time.monotonic,
        stopping: asyncio.Event | None = None,
    ) -> None:
        self.most = most
        self.patience = patience
        self.stopping = stopping or asyncio.Event()
        """Once set, nobody waits any more."""
        self._monotonic = monotonic
        self._allowed = float(most)
        self._calling = 0
        self._answers = 0
        self._not_before = 0.0
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def allowed(self) -> int:
        """How many calls may be going on at once now."""
        return max(1, int(self._allowed))

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait until a call may be made; it is over when the context is left."""
        await self._enter()
        try:
            yield
        finally:
            self._calling -= 1
            self._wake()

    async def _enter(self) -> None:
        while (pause := self._not_before - self._monotonic()) > 0 and not self.stopping.is_set():
            await self.nap(pause * (1 + 0.25 * self.patience.random()))
        if self._calling >= self.allowed or self._queue:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._queue.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():  # the slot was given to us in that very moment
                    self._calling -= 1
                    self._wake()
                raise
        else:
            self._calling += 1

    async def nap(self, seconds: float) -> None:
        """Wait so long, or until everybody is to stop."""
        sleep = asyncio.ensure_future(self.patience.sleep(seconds))
        stop = asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait((sleep, stop), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            stop.cancel()

    def _wake(self) -> None:
        while self._queue and self._calling < self.allowed:
            turn = self._queue.popleft()
            if not turn.done():
                self._calling += 1
                turn.set_result(None)

    def answered(self) -> None:
        """A call was answered; after a round of answers one more is allowed."""
        if self._allowed >= self.most:
            return
        self._answers += 1
        if self._answers >= self.allowed:
            self._answers = 0
            self._allowed = min(self.most, self._allowed + 1)
            self._wake()

    def refused(self, wait_s: float) -> None:
        """The provider asked for fewer calls: nobody calls for `wait_s` seconds, and fewer call at once after that."""
        now = self._monotonic()
        if now >= self._not_before:
            self._allowed = max(1.0, self._allowed * CUT)
            self._answers = 0
        self._not_before = max(self._not_before, now + wait_s)
