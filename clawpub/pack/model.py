"""What `datapackage.json` says: a Data Package v2 descriptor with a `clawpub` member.

Parsed once, here; everything behind this border trusts the types. A descriptor may carry members that we do not
know (any Data Package may), but its `clawpub` member must be one that this version understands.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

FORMAT = 2
"""The pack format that this version writes."""

DESCRIPTOR = "datapackage.json"
SEAL = "SEAL"
CAMPAIGN_FILE = "campaign.toml"
SUITE_FILE = "suite.json"
EVENTS_FILE = "events.jsonl"

Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
PackId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,120}$")]
"""Also a folder name and a URL segment, so: lower case, digits, dot, dash, underscore."""


def _relative(path: str) -> str:
    parts = path.split("/")
    if not path or path.startswith("/") or "\\" in path or any(part in ("", ".", "..") for part in parts):
        raise ValueError("expected a relative path with forward slashes and without '..'")
    return path


RelativePath = Annotated[str, AfterValidator(_relative)]


Usd = Annotated[Decimal, Field(ge=0, le=1_000_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Open(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False, populate_by_name=True)


class ModelInfo(_Strict):
    id: str
    provider: str
    region: str | None = None
    tier: str | None = None
    details: dict[str, Any] = {}
    """What the provider said of itself: server software, model file digest, grammar, context."""


class HarnessInfo(_Strict):
    name: str
    version: str
    details: dict[str, Any] = {}


class SuiteInfo(_Strict):
    id: str
    title: str
    digest: Digest | None = None
    """None where a source names the suite and not which version of it: it cannot then be known to be ours."""


class PredictionsInfo(_Strict):
    digest: Digest
    frozen_at: datetime


class Price(_Strict):
    """US dollars per million tokens."""

    input_usd_per_1m: Usd
    output_usd_per_1m: Usd
    cached_usd_per_1m: Usd | None = None
    """For tokens read from a prompt cache; None: billed as any other input."""
    cache_write_usd_per_1m: Usd | None = None
    """For tokens written into a prompt cache; None: billed as any other input."""
    source: str = ""
    date: str = ""


class Scoring(_Strict):
    """What a campaign said beforehand of its headline score."""

    denominator: Literal["valid", "planned"] = "valid"
    """Runs with a verdict, or all that were planned."""
    coverage: Annotated[Decimal, Field(ge=0, le=1)] = Decimal(0)
    """The least share of planned runs with a verdict; below it there is no headline score."""


class CampaignInfo(_Strict):
    """The campaign that made the pack."""

    id: PackId
    model: ModelInfo
    harness: HarnessInfo
    suite: SuiteInfo
    runs_per_task: int
    planned_runs: int | None = None
    scoring: Scoring = Scoring()
    engine: dict[str, Any] = {}
    """How many runs at once, and where."""
    limits: dict[str, Any] = {}
    sampling: dict[str, Any] = {}
    price: Price | None = None
    predictions: PredictionsInfo | None = None
    sandbox: dict[str, Any] = {}
    software: dict[str, str] = {}
    started_at: datetime
    ended_at: datetime


class PackInfo(_Strict):
    """The `clawpub` member of the descriptor."""

    format: Literal[1, 2]
    """2 has the ledger of attempts, and packs what is long."""
    origin: Literal["executed", "transcribed", "imported", "computed"]
    """`executed`: made by a campaign of ours. `transcribed`: typed in from a published source. `imported`: somebody
    else's table. `computed`: by a publication, over its other packs."""
    campaign: CampaignInfo | None = None
    parent: Digest | None = None
    """The pack that this one corrects."""
    views: str = "1"
    classifier: str = "1"
    """Versions of the view definitions and of the failure classifier that computed the tables."""
    notes: tuple[str, ...] = ()


class Field_(_Open):
    name: str
    type: str = "string"
    description: str = ""


class TableSchema(_Open):
    fields: tuple[Field_, ...]
    primary_key: tuple[str, ...] | str = Field(default=(), alias="primaryKey")
    missing_values: tuple[str, ...] = Field(default=("",), alias="missingValues")

    @property
    def key(self) -> tuple[str, ...]:
        return (self.primary_key,) if isinstance(self.primary_key, str) else self.primary_key


class ImportedFrom(_Open):
    """The `clawpub` member of an imported table: the file that it was read from, and what was decided in reading it."""

    file: str
    """Its name, without a folder."""
    hash: Digest
    notes: tuple[str, ...] = ()


class Resource(_Open):
    name: str
    path: RelativePath
    bytes: int
    hash: Digest
    title: str = ""
    type: str | None = None
    table_schema: TableSchema | None = Field(default=None, alias="schema")
    description: str = ""
    sources: tuple[dict[str, Any], ...] = ()
    """Where it comes from, as Data Package has it: title, path."""
    licenses: tuple[dict[str, Any], ...] = ()
    """What may be done with it: name, path, title."""
    imported: ImportedFrom | None = Field(default=None, alias="clawpub")


class Descriptor(_Open):
    name: PackId
    title: str = ""
    sources: tuple[dict[str, Any], ...] = ()
    licenses: tuple[dict[str, Any], ...] = ()
    resources: tuple[Resource, ...]
    clawpub: PackInfo


def named(part: Mapping[str, Any]) -> str:
    """Return a source or a licence of a descriptor in a line: its title, else its name, and its address."""
    words = str(part.get("title") or part.get("name") or "")
    address = str(part.get("path") or "")
    return f"{words}, {address}" if words and address and words != address else words or address
