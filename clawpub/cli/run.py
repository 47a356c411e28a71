"""`clawpub run` and `clawpub resume`: a campaign file becomes a sealed data pack."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from clawpub.cli.output import find_root, monotonic, print_json, root_option, shown, utc_now
from clawpub.cli.progress import CampaignProgress
from clawpub.errors import ConfigError
from clawpub.pack.reader import Pack
from runner.execute import execute, planned
from runner.harness import Clock
from runner.journal import read_journal
from runner.seal import seal_campaign
from runner.session import Home, Session, home_of, open_session

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
_accept = click.option("--accept-plumbing", is_flag=True, help="Seal even where no tool call reached a tool.")


@click.command()
@_campaign
@root_option
@_packs
@_sandbox
@_model_file
@_accept
@click.option("--dry-run", is_flag=True, help="Print what would be run, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def run(
    campaign: Path,
    root: Path | None,
    packs: Path | None,
    sandbox: str,
    model_file: Path | None,
    accept_plumbing: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Run a campaign and seal what happened into a data pack.

    Every event is journaled as it happens; an interrupted campaign goes on with `clawpub resume`.

    \b
    clawpub run content/campaigns/2026-11-23-local.toml
    clawpub run --dry-run content/campaigns/2026-11-23-local.toml
    """
    root = find_root(root, campaign.resolve().parent)
    home = home_of(root)
    with CampaignProgress() as progress:
        session = _open(campaign, home, sandbox, model_file, progress)
        if dry_run:
            _print_plan(session)
            return
        if session.journal.exists() and session.journal.stat().st_size:
            raise ConfigError(
                "this campaign was begun already", at=session.journal, hint=f"clawpub resume {shown(campaign)}"
            )
        execute_session(session)
    _seal(session, packs or root / "content" / "packs", accept_plumbing, as_json)


@click.command()
@_campaign
@root_option
@_packs
@_sandbox
@_model_file
@_accept
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def resume(
    campaign: Path,
    root: Path | None,
    packs: Path | None,
    sandbox: str,
    model_file: Path | None,
    accept_plumbing: bool,
    as_json: bool,
) -> None:
    """Go on with a campaign that was interrupted; a run that has its verdict is never executed again.

    \b
    clawpub resume content/campaigns/2026-11-23-local.toml
    """
    root = find_root(root, campaign.resolve().parent)
    home = home_of(root)
    with CampaignProgress() as progress:
        session = _open(campaign, home, sandbox, model_file, progress)
        read_journal(session.journal)
        execute_session(session)
    _seal(session, packs or root / "content" / "packs", accept_plumbing, as_json)


def _open(campaign: Path, home: Home, sandbox: str, model_file: Path | None, progress: CampaignProgress) -> Session:
    return open_session(
        campaign,
        home,
        clock=Clock(utc_now, monotonic),
        sandbox=sandbox,
        model_file=model_file,
        observe=progress.observe,
        ready=progress.ready,
        fetching=progress.fetching,
    )


def _print_plan(session: Session) -> None:
    config = session.campaign.config
    runs = planned(session.campaign, session.suite)
    click.echo(f"{session.campaign.id}: {len(runs)} runs, {len(runs) // config.runs} tasks of {session.suite.id}")
    click.echo(f"model      {config.model.id} through {config.model.provider}")
    click.echo(f"harness    {session.harness.name} {session.harness.version}")
    click.echo(f"sandbox    {session.sandbox.name}: {session.sandbox.sentence}")
    turns = sum(min(task.turns, config.limits.turns or task.turns) for task, _ in runs)
    click.echo(f"at most    {turns} model calls of {config.sampling.max_tokens} tokens")
    for prediction in session.campaign.predictions:
        click.echo(f"predicted  {prediction.id} {prediction.statement}: {prediction.expected}")


def _seal(session: Session, packs: Path, accept_plumbing: bool, as_json: bool) -> None:
    pack = seal_campaign(
        session.campaign, session.suite, read_journal(session.journal), packs, accept_plumbing=accept_plumbing
    )
    print_sealed(pack, as_json)


def execute_session(session: Session) -> None:
    """Execute a session to its end; an interrupt leaves the journal whole and says how to go on."""
    click.echo(f"sandbox: {session.sandbox.name} ({session.sandbox.sentence})", err=True)
    try:
        asyncio.run(execute(session))
    except KeyboardInterrupt:
        click.echo(f"stopped; what is done is kept. Go on: clawpub resume {shown(session.campaign.path)}", err=True)
        raise


def print_sealed(pack: Pack, as_json: bool) -> None:
    summary = pack.table("run_summary").rows[0]
    if as_json:
        print_json({"pack": shown(pack.path), "digest": pack.digest, "summary": dict(summary)})
        return
    click.echo(f"{summary['score']} passed, {summary['infrastructure_errors']} not scored, {summary['wall_s']} s")
    click.echo(f"sealed {shown(pack.path)}")
    click.echo(f"digest {pack.digest}")
