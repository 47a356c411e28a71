"""A campaign file: which model, in which harness, on which suite, within which limits, and what is expected of it.

id = "2026-11-24-qwen2.5-coder-1.5b-agentic-core-v1"
suite = "agentic-core-v1"
runs = 3
[model]         # id, provider; endpoint, region, tier, api_key_env as the provider needs them; [model.options]
[harness]       # name, version, text_tool_calls, submit, context
[sampling]      # max_tokens, temperature, top_p, seed
[limits]        # of a run: turns, tokens, seconds, cost_usd, repeats, tool_output_chars
[budget]        # of the whole campaign: cost_usd, tokens, seconds
[execution]     # concurrency, preflight
[scoring]       # denominator, coverage
[price]         # input_usd_per_1m, output_usd_per_1m, cached_usd_per_1m, cache_write_usd_per_1m, source, date
[[predictions]] # id, statement, metric, expected, unit, probability
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from clawpub.errors import ConfigError, Place
from clawpub.pack.model import PackId, Price
from clawpub.pack.predictions import Prediction
from clawpub.pack.reader import digest_of
from clawpub.toml_source import TomlSource, load_toml, validate
from runner.providers import Sampling


class _Config(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _endpoint(url: str) -> str:
    """The address is published with the campaign file, so it may hold no password."""
    if not re.fullmatch(r"https?://[^\s/@]+(/\S*)?", url):
        raise ValueError("expected http:// or https://, a host and a path, without user or password")
    return url


class RemoteOptions(_Config):
    tool_choice: Literal["auto", "required"] = "auto"
    timeout_s: Annotated[float, Field(gt=0)] = 600


class LocalOptions(_Config):
    context: Annotated[int, Field(ge=512)] = 8192
    threads: Annotated[int, Field(ge=1)] | None = None
    think: Annotated[int, Field(ge=0)] = 160
    tool_choice: Literal["auto", "required"] = "required"
    timeout_s: Annotated[float, Field(gt=0)] = 900
    start_s: Annotated[float, Field(gt=0)] = 120


class BedrockOptions(_Config):
    timeout_s: Annotated[float, Field(gt=0)] = 600
    cache: bool = False
    """Whether cache points are set behind the system prompt, the tools and the conversation so far."""


class ReplayOptions(_Config):
    recording: str
    """A sealed pack or a journal, beside the campaign file or absolute."""


class NoOptions(_Config):
    pass


OPTIONS: Mapping[str, type[_Config]] = {
    "bedrock": BedrockOptions,
    "replay": ReplayOptions,
    "local": LocalOptions,
    "openai-compatible": RemoteOptions,
    "scripted": NoOptions,
}
"""What `[model] options` may hold, by provider."""


class ModelConfig(_Config):
    id: str = Field(description='under [model], write id = "..." as the provider calls the model')
    provider: str = Field(
        description='under [model], write provider = "local", or bedrock, openai-compatible, replay, scripted'
    )
    endpoint: Annotated[str, AfterValidator(_endpoint)] | None = None
    region: str | None = None
    tier: str | None = None
    api_key_env: str | None = None
    """The environment variable that holds the key; the key itself never stands in a file."""
    options: dict[str, str | int | float | bool] = {}
    """The provider's own: `context`, `threads`, `think` for `local`; `tool_choice` for `openai_compatible`."""


class HarnessConfig(_Config):
    name: str = "loop"
    version: str | None = None
    text_tool_calls: Literal["count", "dispatch"] = "count"
    """What becomes of tool calls that a model writes as plain text. They are counted either way; `dispatch` adapts the
    harness to such a model, and is recorded in the pack."""
    submit: bool = False
    """Whether a harness of its own offers the tool `submit` too, for models that are made to call a tool every turn."""
    context: Annotated[int, Field(ge=1024)] | None = None
    """Tokens of context that a harness of its own is told the model has."""


class SamplingConfig(_Config):
    max_tokens: Annotated[int, Field(ge=16, le=200_000)] = 2048
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    seed: int | None = None
    """Of run 1; run 2 gets seed + 1 and so on."""

    def for_run(self, run: int) -> Sampling:
        seed = None if self.seed is None else self.seed + run - 1
        return Sampling(self.max_tokens, self.temperature, self.top_p, seed)


class LimitsConfig(_Config):
    """Bounds of one run. What is left out is the suite's own, or unbounded."""

    turns: Annotated[int, Field(ge=1)] | None = None
    tokens: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[float, Field(gt=0)] | None = None
    """Of waiting for the model and its tools; what a refusing server takes is not the run's."""
    cost_usd: Annotated[Decimal, Field(gt=0)] | None = None
    repeats: Annotated[int, Field(ge=2)] = 5
    """The same call with the same arguments, this often in a row, ends the run."""
    tool_output_chars: Annotated[int, Field(ge=200)] = 16_000
    """What the model is shown of one tool's output, head and tail."""


class BudgetConfig(_Config):
    """Bounds of the whole campaign. What a call can cost at most is set aside before it is sent, so none is passed."""

    cost_usd: Annotated[Decimal, Field(gt=0)] | None = None
    tokens: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[float, Field(gt=0)] | None = None
    """Of one session."""


class ExecutionConfig(_Config):
    concurrency: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Runs at once; 8 where the provider is remote, 1 where it is this machine, if not said."""
    preflight: bool = True
    """Whether one tiny tool call makes the round trip before the first run."""


class ScoringConfig(_Config):
    denominator: Literal["valid", "planned"] = "valid"
    """What the headline score is out of: runs that have a verdict, or all that were planned."""
    coverage: Annotated[Decimal, Field(ge=0, le=1)] = Decimal("0.9")
    """The least share of planned runs with a verdict; below it there is no headline score."""


def _bounds(expected: Any) -> tuple[Any, Any]:
    """Return (low, high) of `[24, 27]`, `0`, `">= 2"` or `"<= 2"`."""
    match expected:
        case [low, high]:
            return low, high
        case str() if expected.startswith(">="):
            return expected[2:].strip(), None
        case str() if expected.startswith("<="):
            return None, expected[2:].strip()
        case bool() | str() | list() | dict():
            raise ValueError('expected [low, high], a number, ">= number" or "<= number"')
        case _:
            return expected, expected


Bound = Annotated[Decimal | None, BeforeValidator(lambda value: value if value is None else str(value))]


class PredictionConfig(_Config):
    id: str = Field(description='write id = "P1"')
    statement: str = Field(description='write statement = "what is expected, in words"')
    metric: str = Field(description='write metric = "run_summary.passes", or another cell or query of the pack')
    expected: Annotated[tuple[Bound, Bound], BeforeValidator(_bounds)] = Field(
        description='write expected = [24, 27], or a number, or ">= 2", or "<= 2"'
    )
    unit: str = ""
    probability: Annotated[Bound, Field(ge=0, le=1)] = None

    def frozen(self) -> Prediction:
        low, high = self.expected
        return Prediction(
            id=self.id,
            statement=self.statement,
            metric=self.metric,
            low=low,
            high=high,
            unit=self.unit,
            probability=self.probability,
        )


class CampaignConfig(_Config):
    id: PackId = Field(description='write id = "2026-11-24-my-model-agentic-core-v1"; the pack is called so too')
    title: str = ""
    suite: Annotated[str, Field(min_length=1, max_length=200)] = "agentic-core-v1"
    runs: Annotated[int, Field(ge=1, le=1000)] = 3
    """Runs of each task."""
    tasks: tuple[str, ...] = ()
    """Only these tasks of the suite; all where none is named."""
    model: ModelConfig = Field(
        description="write [model] and below it id and provider; docs/campaigns.md shows all that a campaign can say"
    )
    harness: HarnessConfig = HarnessConfig()
    sampling: SamplingConfig = SamplingConfig()
    limits: LimitsConfig = LimitsConfig()
    budget: BudgetConfig = BudgetConfig()
    execution: ExecutionConfig = ExecutionConfig()
    scoring: ScoringConfig = ScoringConfig()
    price: Price | None = None
    predictions: tuple[PredictionConfig, ...] = ()
    notes: tuple[str, ...] = ()


class Campaign:
    """A campaign file as read: its parsed config, and the bytes whose digest a journal starts with."""

    def __init__(self, source: TomlSource, config: CampaignConfig, predictions: tuple[Prediction, ...]) -> None:
        self.place = source.place
        self.path = source.path
        self.data = source.path.read_bytes()
        self.digest = digest_of(self.data)
        self.config = config
        self.predictions = predictions

    @property
    def id(self) -> str:
        return self.config.id


def load_campaign(path: Path) -> Campaign:
    """Return the campaign in a file.

    Raises: ConfigError naming file, line, what was expected and what to do.
    """
    source = load_toml(path)
    config = validate(CampaignConfig, source)
    if config.model.options and config.model.provider in OPTIONS:
        validate(OPTIONS[config.model.provider], source, "model", "options")
    predictions = []
    for number, prediction in enumerate(config.predictions):
        try:
            predictions.append(prediction.frozen())
        except ValueError as error:
            at = Place(path, source.line("predictions", number))
            raise ConfigError(f"prediction {prediction.id}: {_first(error)}", at=at) from None
    seen: set[str] = set()
    for number, prediction in enumerate(config.predictions):
        if prediction.id in seen:
            at = Place(path, source.line("predictions", number, "id"))
            raise ConfigError(f"a second prediction with the id {prediction.id!r}", at=at, hint="ids must be unique")
        seen.add(prediction.id)
    return Campaign(source, config, tuple(predictions))


def _first(error: ValueError) -> str:
    errors = getattr(error, "errors", None)
    return str(errors()[0]["msg"]).removeprefix("Value error, ") if errors else str(error)
