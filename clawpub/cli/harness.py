"""`clawpub harness`: the programs that campaigns can name as their harness."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from clawpub.cli.output import json_option, print_json
from runner.harness.install import VERSIONS, harness_home, installed, known_version
from runner.harness.install import install as install_harness


@click.group()
def harness() -> None:
    """Install and list the harnesses that are programs of their own.

    \b
    clawpub harness install openclaw@2026.4.22
    clawpub harness list

    The built-in loop needs no installing.
    """


@harness.command()
@click.argument("what", metavar="NAME[@VERSION]")
@json_option
def install(what: str, as_json: bool) -> None:
    """Fetch a harness by its lock, once; afterwards campaigns run it without the network.

    \b
    clawpub harness install openclaw@2026.4.22
    """
    name, _, asked = what.partition("@")
    version = known_version(name, asked or None)
    home = harness_home()
    had = installed(name, version, home) is not None
    with _bar() as bar:
        task = bar.add_task(f"{name} {version}", total=None)
        found = install_harness(name, version, home, lambda done, total: bar.update(task, completed=done, total=total))
    if as_json:
        print_json({**asdict(found), "folder": str(found.folder(home)), "was_installed": had})
        return
    click.echo(f"{name} {version} {'was installed already' if had else 'installed'}: {found.folder(home)}")
    click.echo(f"node {found.node}, lock {found.lock}")


@harness.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the harnesses that can be installed, and which are."""
    home = harness_home()
    rows = [
        {"name": name, "version": version, "installed": asdict(found) if found else None, "home": str(home)}
        for name, versions in VERSIONS.items()
        for version in versions
        for found in [installed(name, version, home)]
    ]
    if as_json:
        print_json({"harnesses": rows})
        return
    click.echo("loop                   built in")
    for row in rows:
        what = f"{row['name']}@{row['version']}"
        click.echo(f"{what:<22} {'installed' if row['installed'] else f'clawpub harness install {what}'}")


def _bar() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
