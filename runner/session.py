"""What one session of a campaign stands on: its provider, harness, box, clock and the places where it writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from clawpub.errors import ConfigError, Place, SandboxError
from clawpub.pack.events import RunEvent
from clawpub.pack.model import Price
from runner.campaign import Campaign, CampaignConfig, load_campaign
from runner.costs import price_for
from runner.harness import Clock, Harness, Setup, open_harness
from runner.harness.install import harness_home
from runner.providers import Provider, provider_opener
from runner.sandbox import Limits, Sandbox, probe, refuse_unfitted
from runner.suite import Suite, load_suite, suite_folder
from runner.throttle import Patience
from runner.workspaces import Workspaces

REMOTE = frozenset({"bedrock", "openai-compatible"})
"""Providers whose calls leave this machine, and may cost money."""
CONCURRENCY = {"bedrock": 8, "openai-compatible": 8, "replay": 4, "scripted": 4}
"""Runs at once where nobody says; a local model has this machine's processors to itself."""
PATIENCE = Patience()
FetchProgress = Callable[[str, int, int], None]
"""What is being done to get the model ready, bytes done, bytes in all."""


@dataclass(frozen=True)
class Shard:
    """Which runs of a campaign are this machine's: each `count`-th, from the `index`-th (1, 2, ...) on."""

    index: int = 1
    count: int = 1

    def holds(self, place: int) -> bool:
        """Whether the run at a place (0, 1, ...) in the order of execution is of this shard."""
        return place % self.count == self.index - 1

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


@dataclass(frozen=True)
class Home:
    """Where a publication keeps what git does not: `<publication>/.clawpub`."""

    path: Path
    models: Path
    """Model files; shared by everything in the publication."""

    def journal(self, campaign_id: str, shard: Shard | None = None) -> Path:
        name = f"journal-{shard.index}-of-{shard.count}.jsonl" if shard and shard.count > 1 else "journal.jsonl"
        return self.path / "campaigns" / campaign_id / name

    def journals(self, campaign_id: str) -> list[Path]:
        """Return the journals of a campaign, of its shards too."""
        return sorted((self.path / "campaigns" / campaign_id).glob("journal*.jsonl"))

    @property
    def scratch(self) -> Path:
        return self.path / "scratch"


def home_of(root: Path) -> Home:
    return Home(root / ".clawpub", root / ".clawpub" / "models")


@dataclass(frozen=True)
class Session:
    campaign: Campaign
    suite: Suite
    provider: Callable[[], AbstractAsyncContextManager[Provider]]
    sandbox: Sandbox
    limits: Limits
    journal: Path
    scratch: Path
    clock: Clock
    observe: Callable[[RunEvent], None]
    """Called with each event behind the journal, for a progress display."""
    replay: Callable[[RunEvent], None] = lambda event: None
    """Called before that with each event that the journal held already."""
    ready: Callable[[int, int], None] = lambda pending, total: None
    """Called once before the first run: how many runs are to be done, of how many."""
    setup: Setup = field(default_factory=Setup)
    """Of the harness."""
    concurrency: int = 1
    """Runs at once."""
    patience: Patience = PATIENCE
    price: Price | None = None
    budget_usd: Decimal | None = None
    """What the campaign may cost in all."""
    preflight: bool = False
    engine: str = "local"
    """`local`, `ray`, or the address of a Ray cluster."""
    shard: Shard = Shard()
    go_on: str = "clawpub resume"
    """The command that goes on with the campaign where this session stops, for hints."""
    calling: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the provider is open and runs begin."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by whoever wants the session to end soon: calls under way are answered, none is sent any more."""

    @cached_property
    def harness(self) -> Harness:
        return open_harness(self.setup)

    def workspaces(self, task_id: str, run: int) -> Workspaces:
        return Workspaces(self.journal.parent / "workspaces" / f"{task_id}.{run}")


def open_session(
    path: Path,
    home: Home,
    *,
    clock: Clock,
    sandbox: str = "auto",
    model_file: Path | None = None,
    observe: Callable[[RunEvent], None] = lambda event: None,
    replay: Callable[[RunEvent], None] = lambda event: None,
    ready: Callable[[int, int], None] = lambda pending, total: None,
    fetching: FetchProgress = lambda stage, done, total: None,
    concurrency: int | None = None,
    budget_usd: Decimal | None = None,
    preflight: bool = True,
    shard: Shard | None = None,
    engine: str = "local",
    go_on: str = "clawpub resume",
) -> Session:
    """Return a session of the campaign in a file; nothing is started yet.

    `concurrency` and `budget_usd` come before what the campaign file says of them.

    Raises: ConfigError; SandboxError where this machine cannot isolate what a model runs.
    """
    campaign = load_campaign(path)
    with _placed(campaign.place("suite")):
        suite = load_suite(suite_name(campaign))
    config, shard = campaign.config, shard or Shard()
    with _placed(campaign.place("harness", "name")):
        setup = harness_setup(config)
        harness = open_harness(setup)
        refuse_unfitted(sandbox, harness.fittings)
    at_once = concurrency or config.execution.concurrency or CONCURRENCY.get(config.model.provider, 1)
    provider = provider_of(campaign, home, suite, model_file=model_file, fetching=fetching, concurrency=at_once)
    with _placed(campaign.place("model")):
        price = price_for(config)
    budget = budget_usd or config.budget.cost_usd
    if budget and price is None:
        raise ConfigError(
            "a budget in dollars, but no price to reckon with",
            at=campaign.place("budget", "cost_usd"),
            hint="give the model's [price] in the campaign file",
        )
    needs_box = suite.needs_processes or harness.fittings is not None or sandbox != "auto"
    return Session(
        campaign=campaign,
        suite=suite,
        setup=setup,
        provider=provider,
        sandbox=probe(sandbox if needs_box else "memory", scratch=home.scratch),
        limits=Limits(),
        journal=home.journal(campaign.id, shard),
        scratch=home.scratch,
        clock=clock,
        observe=observe,
        replay=replay,
        ready=ready,
        concurrency=at_once,
        price=price,
        budget_usd=budget / shard.count if budget else None,
        preflight=preflight and config.execution.preflight and config.model.provider in REMOTE,
        shard=shard,
        engine=engine,
        go_on=go_on,
    )


@contextmanager
def _placed(place: Place) -> Iterator[None]:
    """Give an error without a place the line of the campaign file that caused it."""
    try:
        yield
    except (ConfigError, SandboxError) as error:
        error.at = error.at or place
        raise


def harness_setup(config: CampaignConfig) -> Setup:
    """Return what a campaign says of its harness."""
    told = Setup(
        name=config.harness.name,
        version=config.harness.version,
        home=harness_home(),
        api="converse" if config.model.provider == "bedrock" else "chat",
        submit=config.harness.submit,
        sampling=config.sampling.for_run(1),
    )
    context = config.harness.context or config.model.options.get("context")
    return replace(told, context=int(context)) if context else told


def suite_name(campaign: Campaign) -> str | Path:
    """A suite is named by its id, or by a folder beside the campaign file."""
    beside = campaign.path.parent / campaign.config.suite
    return beside if "/" in campaign.config.suite or beside.is_dir() else campaign.config.suite


def provider_of(
    campaign: Campaign,
    home: Home,
    suite: Suite,
    *,
    model_file: Path | None = None,
    fetching: FetchProgress = lambda stage, done, total: None,
    concurrency: int = 1,
) -> Callable[[], AbstractAsyncContextManager[Provider]]:
    """Return what opens the campaign's provider; nothing is opened yet.

    Raises: ConfigError where the campaign file does not say what the provider needs.
    """
    model = campaign.config.model
    with _placed(campaign.place("model", "provider")):
        opener = provider_opener(model.provider)
    own: dict[str, Any] = dict(model.options)
    match model.provider:
        case "local":
            own |= {"cache": home.models, "model_path": model_file, "progress": fetching}
        case "scripted":
            folder = suite_folder(suite_name(campaign))
            agents = {file.stem for file in folder.glob("*/agents/*.toml")}
            if model.id not in agents:
                raise ConfigError(
                    f"no scripted agent {model.id!r} in {suite.id}",
                    at=campaign.place("model", "id"),
                    hint=f"agents: {', '.join(sorted(agents)) or 'it has none'}",
                )
            return partial(opener, partial(_script, folder, model.id))
        case "replay":
            own = {"recording": campaign.path.parent / str(own.get("recording", ""))}
        case "bedrock":
            if model.region is None:
                raise ConfigError(
                    "provider bedrock needs a region", at=campaign.place("model"), hint='region = "us-east-1"'
                )
            own |= {"region": model.region, "tier": model.tier, "endpoint": model.endpoint, "concurrency": concurrency}
        case _:
            if model.endpoint is None:
                raise ConfigError(
                    f"provider {model.provider} needs an endpoint",
                    at=campaign.place("model"),
                    hint='under [model]: endpoint = "http://127.0.0.1:8000/v1"',
                )
            own |= {"endpoint": model.endpoint, "api_key_env": model.api_key_env, "connections": concurrency}
    return partial(opener, model.id, **own)


def _script(suite: Path, agent: str, task_id: str, run: int) -> Path:
    found = sorted(suite.glob(f"{task_id}_*/agents/{agent}.toml"))
    return found[0] if found else suite / task_id / "agents" / f"{agent}.toml"
