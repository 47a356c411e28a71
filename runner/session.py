"""What one session of a campaign stands on: its provider, harness, box, clock and the places where it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from clawpub.errors import ConfigError, Place
from clawpub.pack.events import RunEvent
from runner.campaign import Campaign, load_campaign
from runner.harness import Clock, Harness, open_harness
from runner.providers import Provider, provider_opener
from runner.sandbox import Limits, Sandbox, probe
from runner.suite import Suite, load_suite, suite_folder

FetchProgress = Callable[[str, int, int], None]
"""What is being done to get the model ready, bytes done, bytes in all."""


@dataclass(frozen=True)
class Home:
    """Where a publication keeps what git does not: `<publication>/.clawpub`."""

    path: Path
    models: Path
    """Model files; shared by everything in the publication."""

    def journal(self, campaign_id: str) -> Path:
        return self.path / "campaigns" / campaign_id / "journal.jsonl"

    @property
    def scratch(self) -> Path:
        return self.path / "scratch"


def home_of(root: Path) -> Home:
    return Home(root / ".clawpub", root / ".clawpub" / "models")


@dataclass(frozen=True)
class Session:
    campaign: Campaign
    suite: Suite
    harness: Harness
    provider: Callable[[], AbstractAsyncContextManager[Provider]]
    sandbox: Sandbox
    limits: Limits
    journal: Path
    scratch: Path
    clock: Clock
    observe: Callable[[RunEvent], None]
    """Called with each event behind the journal, for a progress display."""
    ready: Callable[[int, int], None] = lambda pending, total: None
    """Called once before the first run: how many runs are to be done, of how many."""


def open_session(
    path: Path,
    home: Home,
    *,
    clock: Clock,
    sandbox: str = "auto",
    model_file: Path | None = None,
    observe: Callable[[RunEvent], None] = lambda event: None,
    ready: Callable[[int, int], None] = lambda pending, total: None,
    fetching: FetchProgress = lambda stage, done, total: None,
) -> Session:
    """Return a session of the campaign in a file; nothing is started yet.

    Raises: ConfigError; SandboxError where this machine cannot isolate what a model runs.
    """
    campaign = load_campaign(path)
    with _placed(campaign.place("suite")):
        suite = load_suite(_suite_name(campaign))
    with _placed(campaign.place("harness", "name")):
        harness = open_harness(campaign.config.harness.name)
    return Session(
        campaign=campaign,
        suite=suite,
        harness=harness,
        provider=_provider(campaign, home, model_file, fetching),
        sandbox=probe(sandbox, scratch=home.scratch),
        limits=Limits(),
        journal=home.journal(campaign.id),
        scratch=home.scratch,
        clock=clock,
        observe=observe,
        ready=ready,
    )


@contextmanager
def _placed(place: Place) -> Iterator[None]:
    """Give an error without a place the line of the campaign file that caused it."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(error.message, at=error.at or place, hint=error.hint) from None


def _suite_name(campaign: Campaign) -> str | Path:
    """A suite is named by its id, or by a folder beside the campaign file."""
    beside = campaign.path.parent / campaign.config.suite
    return beside if "/" in campaign.config.suite or beside.is_dir() else campaign.config.suite


def _provider(
    campaign: Campaign, home: Home, model_file: Path | None, fetching: FetchProgress
) -> Callable[[], AbstractAsyncContextManager[Provider]]:
    model = campaign.config.model
    with _placed(campaign.place("model", "provider")):
        opener = provider_opener(model.provider)
    own: dict[str, Any] = dict(model.options)
    match model.provider:
        case "local":
            own |= {"cache": home.models, "model_path": model_file, "progress": fetching}
        case "scripted":
            return partial(opener, partial(_script, suite_folder(_suite_name(campaign)), model.id))
        case _:
            if model.endpoint is None:
                raise ConfigError(
                    f"provider {model.provider} needs an endpoint",
                    at=campaign.place("model"),
                    hint='under [model]: endpoint = "http://127.0.0.1:8000/v1"',
                )
            own |= {"endpoint": model.endpoint, "api_key_env": model.api_key_env}
    return partial(opener, model.id, **own)


def _script(suite: Path, agent: str, task_id: str, run: int) -> Path:
    found = sorted(suite.glob(f"{task_id}_*/agents/{agent}.toml"))
    return found[0] if found else suite / task_id / "agents" / f"{agent}.toml"
