"""`clawpub run` and `clawpub resume`: a campaign file becomes a sealed data pack."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from clawpub.cli.output import find_root, monotonic, print_json, root_option, shown, utc_now
from clawpub.cli.progress import CampaignProgress
from clawpub.errors import ConfigError
from clawpub.pack.reader import Pack
from runner.campaign import Campaign, load_campaign
from runner.execute import Ended, execute, planned
from runner.harness import Clock
from runner.journal import was_begun
from runner.predictions import refuse_unanswerable
from runner.record import Record
from runner.seal import seal_campaign
from runner.session import Home, Session, Shard, home_of, open_session, suite_name
from runner.suite import load_suite

_campaign = click.argument("campaign", type=click.Path(path_type=Path, dir_okay=False, exists=True))
_packs = click.option(
    "--packs", type=click.Path(path_type=Path, file_okay=False), help="Where the pack goes; default content/packs."
)
_sandbox = click.option(
    "--sandbox",
    type=click.Choice(["auto", "bwrap+cgroup", "bwrap+rlimits", "none"]),
    default="auto",
    show_default=True,
    help="How tool commands are boxed; 'none' is printed on every page made from the pack.",
)
_model_file = click.option(
    "--model-file", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="A GGUF file for provider local."
)


class _Usd(click.ParamType[Decimal]):
    name = "USD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            usd = Decimal(str(value).removeprefix("$"))
        except InvalidOperation:
            self.fail(f"{value!r} is no amount of dollars, e.g. 2.50", param, ctx)
        if not usd.is_finite() or usd <= 0:
            self.fail("a budget is more than 0", param, ctx)
        return usd


class _ShardParam(click.ParamType[Shard]):
    name = "i/N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Shard:
        index, _, count = str(value).partition("/")
        if not (index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count) <= 10_000):
            self.fail(f"{value!r} is no shard; the second of four is 2/4", param, ctx)
        return Shard(int(index), int(count))


def _execution_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--concurrency", type=click.IntRange(1, 1024), help="Runs at once; before the campaign file's."),
        click.option("--budget", type=_Usd(), help="What the campaign may cost in all; before the campaign file's."),
        click.option("--engine", default="local", show_default=True, help="local, ray, or ray://HEAD:10001."),
        click.option("--shard", type=_ShardParam(), help="Execute only this part of the runs; then: clawpub seal."),
        click.option("--no-preflight", is_flag=True, help="Begin without one tiny tool call there and back."),
        click.option("--no-seal", is_flag=True, help="Leave sealing to: clawpub seal."),
    ):
        command = option(command)
    return command


_accept = click.option("--accept-plumbing", is_flag=True, help="Seal even where no tool call reached a tool.")
_partial = click.option("--accept-partial", is_flag=True, help="Seal although runs are still to be done.")


@click.command()
@_campaign
@root_option
@_packs
@_sandbox
@_model_file
@_accept
@_execution_options
@click.option("--dry-run", is_flag=True, help="Print what would be run, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def run(
    campaign: Path,
    root: Path | None,
    packs: Path | None,
    dry_run: bool,
    accept_plumbing: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Run a campaign and seal what happened into a data pack.

    Every call to the model is journaled before it is sent. Ctrl-C lets calls under way be answered, then stops; an
    interrupted campaign goes on with `clawpub resume` where it stands.

    \b
    clawpub run content/campaigns/2026-11-23-local.toml
    clawpub run --dry-run content/campaigns/2026-11-23-local.toml
    clawpub run --concurrency 16 --budget 2.50 content/campaigns/bedrock.toml
    clawpub run --engine ray://head:10001 content/campaigns/bedrock.toml
    clawpub run --shard 2/4 content/campaigns/bedrock.toml
    """
    root = find_root(root, campaign.resolve().parent)
    with CampaignProgress() as progress:
        packs = packs or root / "content" / "packs"
        session = _open(campaign, home_of(root), packs, progress, how)
        if dry_run:
            _print_plan(session)
            return
        if was_begun(session.journal):
            raise ConfigError("this campaign was begun already", at=session.journal, hint=session.go_on)
        _finish(session, execute_session(session, progress))
    _seal(session, home_of(root), packs, how, accept_plumbing, as_json)


@click.command()
@_campaign
@root_option
@_packs
@_sandbox
@_model_file
@_accept
@_execution_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def resume(
    campaign: Path, root: Path | None, packs: Path | None, accept_plumbing: bool, as_json: bool, **how: Any
) -> None:
    """Go on with a campaign that was interrupted.

    A run that has its verdict is never executed again; one that was cut off goes on after its last whole turn.

    \b
    clawpub resume content/campaigns/2026-11-23-local.toml
    clawpub resume --budget 5 content/campaigns/bedrock.toml
    """
    root = find_root(root, campaign.resolve().parent)
    with CampaignProgress() as progress:
        packs = packs or root / "content" / "packs"
        session = _open(campaign, home_of(root), packs, progress, how)
        if not session.journal.exists():
            raise ConfigError("no journal here", at=session.journal, hint=session.go_on.replace("resume", "run", 1))
        _finish(session, execute_session(session, progress))
    _seal(session, home_of(root), packs, how, accept_plumbing, as_json)


@click.command()
@_campaign
@root_option
@_packs
@_accept
@_partial
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def seal(
    campaign: Path, root: Path | None, packs: Path | None, accept_plumbing: bool, accept_partial: bool, as_json: bool
) -> None:
    """Seal what a campaign's journals say, those of all its shards together. Starts nothing.

    \b
    clawpub seal content/campaigns/bedrock.toml
    clawpub seal --accept-partial content/campaigns/bedrock.toml
    """
    root = find_root(root, campaign.resolve().parent)
    read = load_campaign(campaign)
    pack = seal_campaign(
        read,
        load_suite(suite_name(read)),
        Record(journals_of(home_of(root), read)),
        packs or root / "content" / "packs",
        accept_plumbing=accept_plumbing,
        accept_partial=accept_partial,
    )
    print_sealed(pack, as_json)


def journals_of(home: Home, campaign: Campaign) -> list[Path]:
    """Raises: ConfigError where the campaign has none."""
    if not (found := home.journals(campaign.id)):
        hint = f"clawpub run {shown(campaign.path)}"
        raise ConfigError("no journal of this campaign", at=home.journal(campaign.id), hint=hint)
    return found


def _open(campaign: Path, home: Home, packs: Path, progress: CampaignProgress, how: dict[str, Any]) -> Session:
    def ready(pending: int, total: int) -> None:
        sealed = packs / session.campaign.id
        if pending and sealed.exists():
            raise ConfigError(
                "this campaign is sealed already, and a sealed pack is never overwritten",
                at=sealed,
                hint="to run it once more, copy its file under a new id; to go on with it, move the pack away first",
            )
        progress.ready(pending, total)

    session = open_session(
        campaign,
        home,
        clock=Clock(utc_now, monotonic),
        sandbox=how["sandbox"],
        model_file=how["model_file"],
        observe=progress.observe,
        replay=progress.observe,
        ready=ready,
        fetching=progress.fetching,
        concurrency=how["concurrency"],
        budget_usd=how["budget"],
        preflight=not how["no_preflight"],
        shard=how["shard"],
        engine=how["engine"],
        go_on=_resume(campaign, how["shard"]),
    )
    progress.price = session.price
    begun = any(was_begun(journal) for journal in home.journals(session.campaign.id))
    if not begun:  # what was begun is frozen, and goes on as it is
        refuse_unanswerable(session.campaign, session.suite)
    return session


def _finish(session: Session, ended: Ended) -> None:
    """Say why a session ended before its campaign did, and leave."""
    if ended == "finished":
        return
    more = session.go_on.replace("resume", "resume --budget USD", 1)
    why = {
        "budget": f"the next call could pass the budget{_amount(session)}. Go on with more: {more}",
        "time": f"the session's time is over. Go on: {session.go_on}",
        "interrupted": f"stopped; what is done is kept. Go on: {session.go_on}",
    }[ended]
    click.echo(why, err=True)
    if was_begun(session.journal):
        click.echo(f"Or seal what there is: clawpub seal --accept-partial {shown(session.campaign.path)}", err=True)
    sys.exit(130 if ended == "interrupted" else 1)


def _amount(session: Session) -> str:
    return f" of ${session.budget_usd}" if session.budget_usd else " of tokens"


def _resume(campaign: Path, shard: Shard | None) -> str:
    part = f"--shard {shard} " if shard and shard.count > 1 else ""
    return f"clawpub resume {part}{shown(campaign)}"


def _print_plan(session: Session) -> None:
    config = session.campaign.config
    runs = planned(session.campaign, session.suite)
    click.echo(f"{session.campaign.id}: {len(runs)} runs, {len(runs) // config.runs} tasks of {session.suite.id}")
    click.echo(f"model      {config.model.id} through {config.model.provider}")
    click.echo(f"harness    {session.harness.name} {session.harness.version}")
    click.echo(f"sandbox    {session.sandbox.name}: {session.sandbox.sentence}")
    click.echo(f"at once    {session.concurrency} runs")
    turns = sum(min(task.turns, config.limits.turns or task.turns) for task, _ in runs)
    click.echo(f"at most    {turns} model calls of {config.sampling.max_tokens} tokens")
    click.echo(f"cost       clawpub plan {shown(session.campaign.path)}")
    for prediction in session.campaign.predictions:
        click.echo(f"predicted  {prediction.id} {prediction.statement}: {prediction.expected}")


def _seal(session: Session, home: Home, packs: Path, how: dict[str, Any], accept_plumbing: bool, as_json: bool) -> None:
    if session.shard.count > 1 or how["no_seal"]:
        together = f"when all shards are, bring their journals together in {shown(session.journal.parent)} and seal"
        when = together if session.shard.count > 1 else "seal"
        click.echo(f"done; {when}: clawpub seal {shown(session.campaign.path)}", err=True)
        return
    record = Record(journals_of(home, session.campaign))
    print_sealed(
        seal_campaign(session.campaign, session.suite, record, packs, accept_plumbing=accept_plumbing), as_json
    )


def execute_session(session: Session, progress: CampaignProgress) -> Ended:
    """Execute a session to its end. The first interrupt lets calls under way be answered, the second does not."""
    told = session.sandbox.sentence if session.sandbox.name == "none" else "clawpub doctor says what it keeps out"
    progress.note(f"sandbox: {session.sandbox.name}; {told}")
    if session.shard.count > 1:
        progress.note(f"shard {session.shard}: its journal is {shown(session.journal)}")
    try:
        return asyncio.run(_interruptible(session, progress))
    except (KeyboardInterrupt, asyncio.CancelledError):
        progress.interrupted(f"stopped; what is done is kept. Go on: {session.go_on}")
        raise KeyboardInterrupt from None


async def _interruptible(session: Session, progress: CampaignProgress) -> Ended:
    loop, work = asyncio.get_running_loop(), asyncio.current_task()
    assert work is not None

    def interrupt() -> None:
        if session.stopping.is_set() or not session.calling.is_set():
            work.cancel()
            return
        session.stopping.set()
        progress.interrupted("stopping when the calls under way are answered; once more to stop at once")

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    return await execute(session)


def print_sealed(pack: Pack, as_json: bool) -> None:
    summary = pack.table("run_summary").rows[0]
    if as_json:
        print_json({"pack": shown(pack.path), "digest": pack.digest, "summary": dict(summary)})
        return
    broken, spent = summary["infrastructure_errors"], summary.get("spent_usd")
    cost = f", ${spent}" if spent is not None else ""
    click.echo(f"{summary['score']} passed, {broken} not scored, {summary['wall_s']} s{cost}")
    if (planned := summary.get("planned")) is not None and summary["coverage"] != 1:
        click.echo(f"{summary['score_of_planned']} of all {planned} planned runs")
    click.echo(f"sealed {shown(pack.path)}")
    click.echo(f"digest {pack.digest}")
