"""What a campaign as a whole does, beside the events of its runs (clawpub.pack.events): the journal holds both."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from clawpub.pack.events import (
    Graded,
    ModelCalled,
    Prompted,
    Record,
    RunEvent,
    RunStarted,
    RunStopped,
    ToolCalled,
)
from clawpub.pack.model import Digest, ModelInfo


class CampaignStarted(Record):
    """The journal's first line: everything that must not change once a model was asked."""

    type: Literal["campaign_started"] = "campaign_started"
    at: datetime
    campaign: str
    campaign_digest: Digest
    suite_digest: Digest
    predictions_digest: Digest
    harness: dict[str, Any]
    software: dict[str, str]


class SessionStarted(Record):
    """Runs are about to be executed; a resumed campaign has several of these."""

    type: Literal["session_started"] = "session_started"
    at: datetime
    model: ModelInfo
    sandbox: dict[str, Any]


class CampaignFinished(Record):
    """Every run has its outcome."""

    type: Literal["campaign_finished"] = "campaign_finished"
    at: datetime


CampaignEvent = CampaignStarted | SessionStarted | CampaignFinished
JournalEvent = Annotated[
    CampaignStarted
    | SessionStarted
    | CampaignFinished
    | RunStarted
    | ModelCalled
    | ToolCalled
    | Prompted
    | RunStopped
    | Graded,
    Field(discriminator="type"),
]
journal_event: TypeAdapter[CampaignEvent | RunEvent] = TypeAdapter(JournalEvent)
