"""What a person says of an import: on the command line, or in a file, so that it can be repeated exactly.

id = "2026-11-24-my-bot"
title = "Trades of my bot, November 2026"
source = "The bot's own log, https://example.org/log"    # a list of several; or { title = "…", url = "…" }
licence = "CC-BY-4.0"                                     # an SPDX id, or words
origin = "imported"                                       # or "transcribed": typed in from a publication
notes = ["Paper trades: no order reached a market."]
missing = ["n.a."]                                        # spellings of missing, in any column
parent = "sha256:…"                                       # the digest of the pack that this one corrects, if any

[campaign]                       # where the tables are what a campaign of others gave: what its source states of it
model = "acme.dense-32b"         # also provider, region and tier; [campaign.price] as in a campaign file
provider = "bedrock"
harness = "openclaw"
harness_version = "2026.4.22"
suite = "agentic-core-v1"        # also suite_title
runs_per_task = 3
started = 2026-05-21             # a day; `ended` too, where it was another

[tables.trades]                  # by default: the file's name, made legal
file = "export (3).csv"          # beside this file; `member` names one table of a JSON file with several
title = "Every trade"
key = ["trade_id"]
notes = ["Times are those of the exchange."]

[tables.trades.columns.win_rate]
type = "percent"                 # string, integer, number, percent (stored as a share of 1), boolean, datetime
description = "of closed trades"
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from clawpub.pack.importers.inference import Declared
from clawpub.pack.model import CampaignInfo, Digest, HarnessInfo, ModelInfo, PackId, Price, SuiteInfo
from clawpub.toml_source import load_toml, validate

_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_LICENCE_ID = re.compile(r"[-A-Za-z0-9._]+")


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str | dict) else value


def _split(value: Any) -> Any:
    """Return words and address apart, as in "The log, https://…"; an address amid words stays among them too."""
    if not isinstance(value, str):
        return value
    value = value.strip()
    found = _URL.search(value)
    if found is None:
        return {"title": value}
    before, after = value[: found.start()].rstrip(), value[found.end() :]
    if after.strip(" .") or (before and before[-1] not in ",;:"):
        return {"title": value, "url": found[0]}
    return {"title": before.rstrip(" ,;:"), "url": found[0]}


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
_Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,100}$")]
_Url = Annotated[str, StringConstraints(pattern=r"^(https?://\S+)?$")]
_Texts = Annotated[tuple[_Text, ...], BeforeValidator(_one_or_many)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Part):
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    url: _Url = ""

    def standard(self) -> dict[str, str]:
        """Return it as Data Package has sources."""
        named = {"title": self.title or self.url}
        return named | ({"path": self.url} if self.url else {})


class Licence(_Part):
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    url: _Url = ""

    def standard(self) -> dict[str, str]:
        """Return it as Data Package has licenses: a name by SPDX where it is one, else a title; and an address."""
        name = self.title.replace(" ", "-") if len(self.title) <= 40 else ""
        known = {"name": name} if _LICENCE_ID.fullmatch(name) else {}
        titled = {"title": self.title} if self.title and self.title != name else {}
        path = {"path": self.url} if self.url else {}
        return (known if known or path else {"name": "other"}) | path | titled


Sources = Annotated[tuple[Annotated[Source, BeforeValidator(_split)], ...], BeforeValidator(_one_or_many)]
Licences = Annotated[tuple[Annotated[Licence, BeforeValidator(_split)], ...], BeforeValidator(_one_or_many)]


class ColumnDescription(_Part):
    type: Declared | None = Field(default=None, description="string, integer, number, percent, boolean or datetime")
    description: str = ""


class TableDescription(_Part):
    file: str | None = Field(default=None, description="the file's name, from the folder of this description")
    member: str | None = None
    title: str = ""
    key: Annotated[tuple[_Name, ...], BeforeValidator(_one_or_many)] = ()
    source: Sources = ()
    licence: Licences = ()
    notes: _Texts = ()
    encoding: str = ""
    delimiter: Annotated[str, StringConstraints(max_length=1)] = ""
    columns: dict[_Name, ColumnDescription] = {}


class StatedCampaign(_Part):
    """The campaign of others that made the tables, as far as its source states it."""

    model: _Text = Field(description='the model\'s id, as its source has it: "acme.dense-32b"')
    provider: _Text = Field(description='who served it: "bedrock"')
    region: _Text | None = None
    tier: _Text | None = None
    harness: _Text = Field(description='what stood between the model and its tools: "openclaw"')
    harness_version: _Text = Field(description='such as "2026.4.22"')
    suite: _Text = Field(description='the suite\'s id: "agentic-core-v1"')
    suite_title: str = ""
    runs_per_task: int = Field(ge=1, le=10_000)
    started: date = Field(description="the day: 2026-05-21")
    ended: date | None = Field(default=None, description="the day, where it was another")
    price: Price | None = None

    @model_validator(mode="after")
    def _in_order(self) -> StatedCampaign:
        if self.ended is not None and self.ended < self.started:
            raise ValueError("ended before it started")
        return self

    def standard(self, pack_id: str) -> CampaignInfo:
        """Return it as packs have campaigns: at the midnight of its day, since a source seldom states the hour, and
        with no digest of the suite, so that nothing takes it for a version that we know."""
        return CampaignInfo(
            id=pack_id,
            model=ModelInfo(id=self.model, provider=self.provider, region=self.region, tier=self.tier),
            harness=HarnessInfo(name=self.harness, version=self.harness_version),
            suite=SuiteInfo(id=self.suite, title=self.suite_title or self.suite),
            runs_per_task=self.runs_per_task,
            price=self.price,
            started_at=datetime.combine(self.started, time(), UTC),
            ended_at=datetime.combine(self.ended or self.started, time(), UTC),
        )


class Description(_Part):
    id: PackId | None = Field(
        default=None, description="lower case, digits, dots, dashes, underscores: 2026-11-24-my-bot"
    )
    title: str = ""
    origin: Literal["imported", "transcribed"] = Field(
        default="imported", description="imported, or transcribed: typed in from a publication"
    )
    source: Sources = Field(default=(), description='words, an address, or both: "The bot\'s log, https://…"')
    licence: Licences = Field(default=(), description="an SPDX id such as CC-BY-4.0, or words")
    notes: _Texts = ()
    missing: tuple[str, ...] = ()
    parent: Digest | None = Field(default=None, description="the digest of the pack that this one corrects")
    campaign: StatedCampaign | None = None
    tables: dict[_Name, TableDescription] = {}


def load_description(path: Path) -> Description:
    """Return a description file. Raises: ConfigError naming file, line, what was expected and what to do."""
    return validate(Description, load_toml(path))
