"""What a campaign will come to, before anything is asked: calls, tokens, US dollars; low, likely and high.

Where packs of the same suite are at hand, a run is reckoned by what runs of it took (10th, 50th and 90th percentile,
task by task). Else by the suite alone, with what is assumed said.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from clawpub.errors import PackError
from clawpub.pack.costs import call_cost
from clawpub.pack.events import Message
from clawpub.pack.model import Price
from clawpub.pack.reader import Pack, open_pack
from clawpub.stats import percentile
from runner.asking import TEMPLATE_TOKENS, tokens_of
from runner.campaign import Campaign
from runner.costs import most_call_cost
from runner.execute import planned
from runner.preflight import PROMPT_TOKENS
from runner.session import REMOTE, harness_setup
from runner.suite import Suite, Task
from runner.tools import tools_of

LEVELS = {"low": 10, "likely": 50, "high": 90}
"""Percentiles of what earlier runs took."""
LOW_TURNS = 2
TURN_TOKENS_OUT = 150
"""What a turn writes, where nothing is known."""
TURN_TOKENS_ADDED = 500
"""What a turn adds to the next prompt: the call and the tool's result."""
BYTES_A_TOKEN = 4
OWN_PROMPTS = {"openclaw": 13_000}
"""Bytes that a harness of its own puts before the task: its prompt and tools, as 2026.4.22 was seen to."""
PREFLIGHT_CALLS = 2
PREFLIGHT_ANSWER = 256
"""Tokens; see runner/preflight.py."""
HISTORY = ("model_calls", "tokens_in", "tokens_out", "latency_s")


@dataclass(frozen=True)
class Estimate:
    """Of the whole campaign."""

    calls: int
    tokens_in: int
    tokens_out: int
    cost_usd: Decimal | None
    """None without a price."""
    run_s: float | None = None
    """Seconds of all runs, one after the other; None where nothing is known."""


@dataclass(frozen=True)
class Opening:
    """What a budget must hold for anything to be asked: the most that calls can come to is set aside beforehand."""

    any_tokens: int
    any_usd: Decimal | None
    """With less, not one call of a run is sent. None without a price."""
    every_tokens: int
    every_usd: Decimal | None
    """With this, each task's first call can be sent, behind a preflight where there is one."""


@dataclass(frozen=True)
class Plan:
    runs: int
    tasks: int
    levels: Mapping[str, Estimate]
    """Low, likely and high."""
    basis: str
    """What they rest on, in a sentence."""
    most: Estimate
    """Every turn of every run used, with the longest answers: no campaign can cost more."""
    opening: Opening


def plan_campaign(campaign: Campaign, suite: Suite, price: Price | None, packs: Iterable[Path]) -> Plan:
    """Return what a campaign will come to, given folders of packs that may know its suite."""
    runs = planned(campaign, suite)
    history, names, others = measured(campaign, suite, packs)
    known = {task.id for task, _ in runs} <= set(history)
    levels = {}
    for level, rank in LEVELS.items():
        each = [
            _from_history(history[task.id], rank) if known else _from_suite(campaign, suite, task, level)
            for task, _ in runs
        ]
        levels[level] = _sum(each, price)
    if known:
        count = sum(len(rows["model_calls"]) for rows in history.values())
        basis = f"{count} runs of this suite in {len(names)} pack{'s' * (len(names) > 1)}: {', '.join(names)}"
    else:
        but = f" ({', '.join(f'{count} {why}' for why, count in others.items())})" if others else ""
        basis = (
            f"no pack of this suite{but}: assumed {LOW_TURNS} turns, half of the turns, or all of them; a turn writes "
            f"{TURN_TOKENS_OUT} tokens (high: all that it may) and adds {TURN_TOKENS_ADDED} to the next prompt"
        )
    most = _sum([_most(campaign, suite, task) for task, _ in runs], price)
    cost = sum((_most_usd(campaign, suite, task, price) or Decimal(0) for task, _ in runs), Decimal(0))
    most = Estimate(most.calls, most.tokens_in, most.tokens_out, cost if price else None)
    tasks = list({task.id: task for task, _ in runs}.values())
    return Plan(len(runs), len(tasks), levels, basis, most, _opening(campaign, suite, tasks, price))


def _opening(campaign: Campaign, suite: Suite, tasks: Sequence[Task], price: Price | None) -> Opening:
    config = campaign.config
    prompts = [_opening_tokens(campaign, suite, task) for task in tasks]
    fewest, most, answer = min(prompts), max(prompts), config.sampling.max_tokens
    any_usd, every_usd = (most_call_cost(price, prompt, answer) for prompt in (fewest, most))
    tested = config.execution.preflight and config.model.provider in REMOTE
    preflight = most_call_cost(price, PROMPT_TOKENS, PREFLIGHT_ANSWER) if tested else None
    if any_usd is not None and every_usd is not None and preflight is not None:
        any_usd, every_usd = max(any_usd, preflight), every_usd + PREFLIGHT_CALLS * preflight
    return Opening(fewest + answer, any_usd, most + answer, every_usd)


def _opening_tokens(campaign: Campaign, suite: Suite, task: Task) -> int:
    """Return the most tokens that a task's first prompt can have, as they are set aside for it."""
    if own := OWN_PROMPTS.get(campaign.config.harness.name):
        return own + len(task.prompt.encode()) + TEMPLATE_TOKENS
    messages = Message(role="system", content=suite.system), Message(role="user", content=task.prompt)
    return TEMPLATE_TOKENS + tokens_of(messages, tools_of(suite.tools))


def measured(
    campaign: Campaign, suite: Suite, packs: Iterable[Path]
) -> tuple[dict[str, dict[str, list[float]]], list[str], Counter[str]]:
    """Return what runs of the suite through the campaign's harness took, by task and column, the names of the packs
    that say so, and why how many others of the suite do not."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    names: list[str] = []
    others: Counter[str] = Counter()
    for path in packs:
        try:
            pack = open_pack(path)
            told = pack.info.campaign
            if told is None or told.suite.id != suite.id or told.model.provider == "scripted":
                continue
            if not asks_the_same(pack, suite):
                others["of another version of it"] += 1
            elif told.harness.name != campaign.config.harness.name:
                others[f"through {told.harness.name}"] += 1
            else:
                _add(found, pack)
                names.append(pack.id)
        except PackError:
            continue  # `clawpub pack verify` says what is wrong with it; an estimate does without
    return found, names, others


def asks_the_same(pack: Pack, suite: Suite) -> bool:
    """Whether a pack's runs were asked what the suite asks now. How they were graded makes no difference to what they
    took, so a mended checker leaves them a measure.

    Raises: PackError where the pack's own suite cannot be read.
    """
    try:
        return _asked(json.loads(pack.read("suite"))) == _asked(json.loads(json.dumps(suite.spec())))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise PackError(f"no suite: {error!r}", at=pack.path) from None


def _asked(spec: Mapping[str, Any]) -> object:
    """Return of a harness spec what a model and its tools meet."""
    parts = ("prompt", "turns", "seconds", "inject", "workspace_digest")
    tasks = {task["id"]: [task.get(part) for part in parts] for task in spec["tasks"]}
    return spec["system"], spec.get("tools"), tasks


def _add(found: dict[str, dict[str, list[float]]], pack: Pack) -> None:
    for row in pack.table("run_metrics").rows:
        values = [row[name] for name in HISTORY]
        if all(value is not None for value in values):
            for name, value in zip(HISTORY, values, strict=True):
                found[str(row["task_id"])][name].append(float(str(value)))


def _from_history(rows: Mapping[str, Sequence[float]], rank: int) -> Estimate:
    at = {name: percentile(rows[name], rank) for name in HISTORY}
    return Estimate(round(at["model_calls"]), round(at["tokens_in"]), round(at["tokens_out"]), None, at["latency_s"])


def _from_suite(campaign: Campaign, suite: Suite, task: Task, level: str) -> Estimate:
    turns = _turns(campaign, task)
    turns = {"low": min(LOW_TURNS, turns), "likely": max(1, (turns + 1) // 2), "high": turns}[level]
    most = campaign.config.sampling.max_tokens
    out = most if level == "high" else min(most, TURN_TOKENS_OUT)
    opening = _opening_bytes(campaign, suite, task) // BYTES_A_TOKEN
    added = TURN_TOKENS_ADDED + (out if level == "high" else 0)
    tokens_in = turns * opening + added * turns * (turns - 1) // 2
    return Estimate(turns, tokens_in, turns * out, None)


def _most(campaign: Campaign, suite: Suite, task: Task) -> Estimate:
    turns, limits = _turns(campaign, task), campaign.config.limits
    added = limits.tool_output_chars * 4 + campaign.config.sampling.max_tokens
    opening = _opening_bytes(campaign, suite, task) + TEMPLATE_TOKENS
    tokens_in = turns * opening + added * turns * (turns - 1) // 2
    if campaign.config.harness.name in OWN_PROMPTS:  # what its tools return has bounds of its own
        tokens_in = turns * harness_setup(campaign.config).context
    if limits.tokens:
        tokens_in = min(tokens_in, limits.tokens + opening + turns * added)
    return Estimate(turns, tokens_in, turns * campaign.config.sampling.max_tokens, None)


def _most_usd(campaign: Campaign, suite: Suite, task: Task, price: Price | None) -> Decimal | None:
    most = _most(campaign, suite, task)
    return most_call_cost(price, most.tokens_in, most.tokens_out)


def _turns(campaign: Campaign, task: Task) -> int:
    return min(task.turns, campaign.config.limits.turns or task.turns)


def _opening_bytes(campaign: Campaign, suite: Suite, task: Task) -> int:
    """Return the size of the first prompt: system prompt, task and what the model is told of its tools."""
    if own := OWN_PROMPTS.get(campaign.config.harness.name):
        return own + len(task.prompt.encode())
    tools = sum(len(tool.name) + len(tool.description) + len(repr(tool.parameters)) for tool in tools_of(suite.tools))
    return len(suite.system.encode()) + len(task.prompt.encode()) + tools


def _sum(each: Sequence[Estimate], price: Price | None) -> Estimate:
    calls, tokens_in, tokens_out = (
        sum(getattr(estimate, name) for estimate in each) for name in ("calls", "tokens_in", "tokens_out")
    )
    seconds = [estimate.run_s for estimate in each]
    run_s = None if any(value is None for value in seconds) else sum(value for value in seconds if value is not None)
    return Estimate(calls, tokens_in, tokens_out, call_cost(price, tokens_in, tokens_out, None, None), run_s)
