"""What a campaign as a whole does, beside the events of its runs (clawpub.pack.events): the journal holds both."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from clawpub.pack.events import Record, RunEvent
from clawpub.pack.model import Digest, ModelInfo, Price
from clawpub.pack.preflights import PreflightAsked, Preflighted, PreflightFailed


class CampaignStarted(Record):
    """The journal's first line: everything that must not change once a run was begun.

    A campaign that was changed before its first run is frozen anew: the last of these counts."""

    type: Literal["campaign_started"] = "campaign_started"
    at: datetime
    campaign: str
    campaign_digest: Digest
    suite_digest: Digest
    predictions_digest: Digest
    harness: dict[str, Any]
    software: dict[str, str]
    price: Price | None = None
    """At which the campaign's tokens are billed, whatever a price list says later."""


class SessionStarted(Record):
    """Runs are about to be executed; a resumed campaign has several of these."""

    type: Literal["session_started"] = "session_started"
    at: datetime
    model: ModelInfo
    sandbox: dict[str, Any]
    engine: dict[str, Any] = Field(default_factory=dict)
    """How many runs at once, and where: `{"name": "local", "concurrency": 8}`."""
    budget_usd: Decimal | None = None
    """What the campaign may cost in all, sessions before this one included."""


class CampaignFinished(Record):
    """Every run has its outcome."""

    type: Literal["campaign_finished"] = "campaign_finished"
    at: datetime


CampaignEvent = CampaignStarted | SessionStarted | PreflightAsked | PreflightFailed | Preflighted | CampaignFinished
JournalEvent = Annotated[CampaignEvent | RunEvent, Field(discriminator="type")]
journal_event: TypeAdapter[CampaignEvent | RunEvent] = TypeAdapter(JournalEvent)
