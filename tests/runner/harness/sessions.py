"""Sessions of campaigns through the real openclaw."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from clawpub.cli.output import monotonic, utc_now
from clawpub.pack.events import Event, RunEvent
from clawpub.pack.reader import Pack
from runner.execute import execute
from runner.harness import Clock, Setup
from runner.harness.install import harness_home
from runner.journal import read_journal
from runner.providers import Sampling
from runner.providers.openai_compatible import open_openai_compatible
from runner.record import Record
from runner.seal import seal_campaign
from runner.session import Session
from tests.runner.harness.scripts import Step, model_server
from tests.runner.sessions import make_session

Script = Callable[[str, int], list[Step]]
FORWARD = Clock(utc_now, monotonic)


def setup(**more: Any) -> Setup:
    return Setup("openclaw", home=harness_home(), sampling=Sampling(max_tokens=2048), **more)


def session_with(folder: Path, url: str, *, told: Setup | None = None, **more: Any) -> Session:
    more.setdefault("seconds", 300)  # openclaw starts for many seconds on a machine that has other work
    session = make_session(folder, script=lambda task, run: Path(), clock=FORWARD, **more)
    provider = partial(open_openai_compatible, "the-model", endpoint=url)
    return replace(session, provider=provider, setup=told or setup())


def run(folder: Path, script: Script, **more: Any) -> tuple[Session, list[RunEvent], list[dict[str, Any]]]:
    """Execute a campaign; return its session, its runs' events, and what the model was asked."""
    with model_server(script) as server:
        session = session_with(folder, server.url, **more)
        assert asyncio.run(execute(session)) == "finished"
        return session, events_of(session), server.requests


def events_of(session: Session) -> list[RunEvent]:
    return [event for event in read_journal(session.journal) if isinstance(event, Event)]


def sealed(session: Session, folder: Path) -> Pack:
    record = Record([session.journal])
    return seal_campaign(session.campaign, session.suite, record, folder / "packs", accept_plumbing=True)
