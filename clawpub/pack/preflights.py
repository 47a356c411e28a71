"""What a campaign asked the model before its runs, one tiny tool call there and back, as `events.jsonl` keeps it.

    preflight_asked -> (preflight_failed | preflighted)

Each call is on the disk before it is sent, as a run's are, so that what it cost or may have cost is in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from clawpub.causes import CAUSES, Cause
from clawpub.pack.events import Record

Count = Annotated[int, Field(strict=True, ge=0, lt=10**12)]
Usd = Annotated[Decimal, Field(ge=0, lt=10**12)]


class PreflightAsked(Record):
    """A call is about to be sent, and is on the disk before it is: one without an outcome was lost in flight."""

    type: Literal["preflight_asked"] = "preflight_asked"
    at: datetime
    reserved_usd: Usd | None = None
    """The most that the call can cost; None without a price."""
    reserved_tokens: Count | None = None
    """The most tokens that prompt and answer can have."""


class PreflightFailed(Record):
    """A call came back without an answer."""

    type: Literal["preflight_failed"] = "preflight_failed"
    at: datetime
    cause: Cause
    message: str
    latency_s: float
    again: bool
    """Whether the same call was to be made again."""
    wait_s: float = 0


class Preflighted(Record):
    """A call was answered; it is paid for like any other."""

    type: Literal["preflighted"] = "preflighted"
    at: datetime
    tokens_in: Count | None = None
    tokens_out: Count | None = None
    tokens_cached: Count | None = None
    tokens_cache_written: Count | None = None
    latency_s: float
    tool_called: bool
    """Whether the model answered with a tool call."""


PreflightEvent = PreflightAsked | PreflightFailed | Preflighted
preflight_event: TypeAdapter[PreflightEvent] = TypeAdapter(Annotated[PreflightEvent, Field(discriminator="type")])
PREFLIGHT_TYPES = frozenset({"preflight_asked", "preflight_failed", "preflighted"})


@dataclass(frozen=True)
class Preflights:
    """All calls of a campaign's preflights."""

    answered: tuple[Preflighted, ...] = ()
    lost: tuple[PreflightAsked, ...] = ()
    """Those whose answer never came although the server may have worked on them, and billed them."""

    @property
    def lost_usd(self) -> tuple[Decimal | None, ...]:
        """The most that each lost call can have cost; None where that is not known."""
        return tuple(call.reserved_usd for call in self.lost)


def preflights_of(events: Iterable[object]) -> Preflights:
    """Return the preflights' calls among a campaign's events, given in their order. One call is made at a time."""
    answered: list[Preflighted] = []
    lost: list[PreflightAsked] = []
    sent: PreflightAsked | None = None
    for event in events:
        match event:
            case PreflightAsked():
                lost += [sent] if sent else []
                sent = event
            case PreflightFailed():
                lost += [sent] if sent and CAUSES[event.cause].paid else []
                sent = None
            case Preflighted():
                answered.append(event)
                sent = None
    lost += [sent] if sent else []
    return Preflights(tuple(answered), tuple(lost))
