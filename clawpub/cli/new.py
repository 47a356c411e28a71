"""`clawpub new`: the first lines of a weekly edition or of a writeup, where none is yet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from clawpub.cli.output import find_root, json_option, print_json, printable, root_option, shown, utc_now
from clawpub.errors import ConfigError


@click.group()
def new() -> None:
    """Begin a weekly edition or a writeup; nothing is overwritten.

    \b
    clawpub new edition
    clawpub new edition --week 2026-W48
    clawpub new writeup the-same-call-again

    A writeup about packs, every number bound, is written by `clawpub draft PACK`.
    """


def _day(context: click.Context, parameter: click.Parameter, text: str | None) -> date:
    if text is None:
        return utc_now().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--date {text!r}", hint="expected a date such as 2026-11-25") from None


@new.command()
@root_option
@click.option("--week", "named", metavar="YYYY-Www", help="An ISO week; by default that of the date.")
@click.option("--title", help="By default that of the first writeup. Keep numbers out of it: nothing checks them.")
@click.option("--date", "day", metavar="YYYY-MM-DD", callback=_day, help="When it comes out; by default today.")
@json_option
def edition(root: Path | None, named: str | None, title: str | None, day: date, as_json: bool) -> None:
    """Begin the edition of a week with what was published in it and no other edition carries.

    \b
    clawpub new edition
    clawpub new edition --week 2026-W48 --title "Nothing passed, and here is how"
    """
    from generator.draft.beginnings import draft_edition
    from generator.draft.placing import place_file
    from generator.weeks import read_week, week_of

    try:
        week = read_week(named) if named else week_of(day)
    except ValueError as error:
        raise ConfigError(f"--week: {error}") from None
    made = draft_edition(find_root(root), week, day=day, title=title)
    place_file(made.path, made.text)
    if as_json:
        said = {"path": shown(made.path), "week": str(week), "writeups": made.slugs, "left_out": made.left_out}
        return print_json(said)
    count = len(made.slugs)
    click.echo(f"{shown(made.path)}: {count} writeup{'' if count == 1 else 's'}: {', '.join(made.slugs)}")
    for sentence in made.left_out:
        click.echo(f"left out, for it cannot be read: {printable(sentence)}", err=True)
    click.echo("It is a draft. Next: say what the week brought, look at it, and take `draft: true` out.")
    click.echo(f"  clawpub check {week}\n  clawpub build --drafts")


@new.command()
@click.argument("slug")
@root_option
@click.option("--title", help="By default the slug in words.")
@click.option("--section", help="By default the publication's first section.")
@click.option("--date", "day", metavar="YYYY-MM-DD", callback=_day, help="By default today.")
@json_option
def writeup(slug: str, root: Path | None, title: str | None, section: str | None, day: date, as_json: bool) -> None:
    """Begin a writeup: its two files, a draft that says nothing yet. SLUG is its folder and its address.

    \b
    clawpub new writeup how-locks-fail --section "Security research"
    """
    from generator.draft.beginnings import EMPTY_LEDGER, begin_writeup
    from generator.draft.placing import free_place, place_draft

    root = find_root(root)
    folder = free_place(root, slug)
    place_draft(folder, begin_writeup(root, slug, day=day, title=title, section=section), EMPTY_LEDGER)
    if as_json:
        return print_json({"folder": shown(folder), "slug": slug})
    click.echo(f"{shown(folder / 'index.md')}: a draft that says nothing yet")
    click.echo("Next: name a pack in the front matter, write, bind its numbers, and take `draft: true` out.")
    click.echo(f"  clawpub bind {slug}\n  clawpub check {slug}")
