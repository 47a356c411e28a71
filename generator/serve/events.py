"""What open pages are told: each asks once, and hears of every change that concerns it until it goes.

page         its text changed: load it again
stylesheet   only the stylesheet did: its new path, as JSON
panel        only findings did: the new band and panel, as JSON
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

from generator.serve.overlay import Overlay

ALIVE_S = 15.0
"""How often a page that hears nothing is told so; a line to one that is gone breaks then."""


class Hub:
    """Wakes everybody who waits for the next change. Lives in one event loop."""

    def __init__(self) -> None:
        self.changes = 0
        self.closed = False
        self._changed = asyncio.Condition()

    async def tell(self, *, closing: bool = False) -> None:
        async with self._changed:
            self.changes += 1
            self.closed = self.closed or closing
            self._changed.notify_all()

    async def after(self, seen: int) -> int:
        """Return the number of changes as soon as it is not the one that was seen.

        Raises: TimeoutError after a while without one.
        """
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: self.changes != seen or self.closed), ALIVE_S)
            return self.changes


async def page_events(hub: Hub, stamp: str, look: Callable[[], Awaitable[Overlay]]) -> AsyncIterator[str]:
    """Yield what a page that shows `stamp` is to be told; `look` gives its overlay as it is now."""
    yield "retry: 300\n\n"
    seen = -1
    while True:
        try:
            seen = await hub.after(seen)
        except TimeoutError:
            yield ": still here\n\n"
            continue
        if hub.closed:
            return
        now = await look()
        for event in news(stamp, now):
            yield event
        stamp = str(now.stamp)


def news(stamp: str, now: Overlay) -> list[str]:
    """Return the events for a page that shows `stamp`."""
    body, _, rest = stamp.partition(" ")
    panel, _, stylesheet = rest.partition(" ")
    if body != now.stamp.body:
        return [_event("page", None)]
    told = []
    if stylesheet != now.stamp.stylesheet:
        told.append(_event("stylesheet", now.stamp.stylesheet))
    if panel != now.stamp.panel:
        told.append(_event("panel", {"band": now.band, "panel": now.panel}))
    return told


def _event(name: str, data: object) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
