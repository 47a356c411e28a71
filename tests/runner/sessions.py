"""A session of a scripted campaign in a real box, with everything else said by default."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from clawpub.pack.events import RunEvent
from clawpub.pack.model import Price
from runner.harness import Clock
from runner.providers.scripted import open_scripted
from runner.sandbox import Limits, probe
from runner.session import Session
from runner.suite import Suite, load_suite
from runner.throttle import Patience
from tests.builders import NOON

SANDBOX = probe()
CAMPAIGN = """\
id = "scripted"
suite = "agentic-core-v1"
runs = {runs}
tasks = {tasks}
[model]
id = "reference"
provider = "scripted"
[limits]
seconds = {seconds}
{more}
"""


QUICK_PATIENCE = Patience(first_wait_s=0.01, longest_wait_s=0.05)


def ticking() -> Clock:
    """A clock whose date moves on by a millisecond with every look, so that two executions of one script are equal."""
    ticks = itertools.count()
    return Clock(lambda: NOON + timedelta(milliseconds=next(ticks)), time.monotonic)


def make_session(
    folder: Path,
    *,
    script: Callable[[str, int], Path],
    suite: Suite | None = None,
    runs: int = 1,
    tasks: list[str] | None = None,
    seconds: int = 30,
    more: str = "",
    observe: Callable[[RunEvent], None] = lambda event: None,
    clock: Clock | None = None,
    concurrency: int = 1,
    price: Price | None = None,
    budget_usd: Decimal | None = None,
) -> Session:
    from runner.campaign import load_campaign

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "campaign.toml"
    text = CAMPAIGN.format(runs=runs, tasks=tasks or [], seconds=seconds, more=more)
    if not path.exists():
        path.write_text(text)
    return Session(
        campaign=load_campaign(path),
        suite=suite or load_suite("agentic-core-v1"),
        provider=partial(open_scripted, script),
        sandbox=SANDBOX,
        limits=Limits(),
        journal=folder / "journal.jsonl",
        scratch=folder / "scratch",
        clock=clock or ticking(),
        observe=observe,
        concurrency=concurrency,
        patience=QUICK_PATIENCE,
        price=price,
        budget_usd=budget_usd,
    )
