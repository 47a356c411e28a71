"""The front door. Each command is a thin layer over one function; its module is imported only when it is called."""

from __future__ import annotations

import sys
from importlib import import_module
from io import TextIOWrapper

import click

from clawpub.errors import ClawpubError

COMMANDS = {
    "init": ("clawpub.cli.init:init", "make a publication that builds at once"),
    "plan": ("clawpub.cli.plan:plan", "say what a campaign will come to: runs, calls, US dollars"),
    "run": ("clawpub.cli.run:run", "run a campaign and seal what happened into a data pack"),
    "resume": ("clawpub.cli.run:resume", "go on with a campaign that was interrupted"),
    "seal": ("clawpub.cli.run:seal", "seal what a campaign's journals say"),
    "demo": ("clawpub.cli.demo:demo", "run ten tasks on the embedded model, here and now"),
    "harness": ("clawpub.cli.harness:harness", "install and list harnesses that are programs of their own"),
    "pack": ("clawpub.cli.pack:pack", "show, verify and classify data packs; seal tables of others"),
    "compare": ("clawpub.cli.compare:compare", "compare campaigns by task, with intervals and paired tests"),
    "draft": ("clawpub.cli.draft:draft", "write a first writeup of packs, every number bound"),
    "new": ("clawpub.cli.new:new", "begin a weekly edition out of what was published, or a writeup"),
    "bind": ("clawpub.cli.bind:bind", "propose facts for the numbers that are bound to none"),
    "check": ("clawpub.cli.site:check", "check every claim of every writeup"),
    "diff-truth": ("clawpub.cli.truth:diff_truth", "list what a corrected pack makes false, and draft the erratum"),
    "build": ("clawpub.cli.site:build", "check everything, then build the site"),
    "serve": ("clawpub.cli.serve:serve", "show the publication while you write, with findings in place"),
    "key": ("clawpub.cli.key:key", "make and show the key that signs releases"),
    "publish": ("clawpub.cli.publish:publish", "put a release where readers are: S3, a folder, a git branch"),
    "verify": ("clawpub.cli.verify:verify", "prove or disprove a published site, from its address alone"),
    "mail": ("clawpub.cli.mail:mail", "send an edition as a letter, once to each reader"),
    "doctor": ("clawpub.cli.doctor:doctor", "say what works on this machine, and what would mend the rest"),
}
"""Where each command is and what it does, in the order of the flow: campaign, pack, claims, pages. `--help` prints the
words, so that it imports none of them."""


class LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clawpub")
def cli() -> None:
    """Run benchmark campaigns, seal what happened, publish only what was checked.

    \b
    clawpub run content/campaigns/mine.toml     run a campaign and seal its data pack
    clawpub pack verify content/packs/mine      compute every table of a pack again
    clawpub check                               check every claim of every writeup
    clawpub build                               check, then build the site
    """


def main() -> None:
    """Run a command: exit 0 when all is well, 1 with findings, 2 for bad input, 130 when interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that is not UTF-8 shows escapes, not a traceback
            stream.reconfigure(errors="backslashreplace")
    try:
        cli(standalone_mode=False)
    except ClawpubError as error:
        from clawpub.cli.output import printable

        click.echo(f"error: {printable(str(error))}", err=True)
        sys.exit(2)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
