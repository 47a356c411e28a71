"""`clawpub draft`: a complete first writeup about packs, which passes `clawpub check` as it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clawpub.cli.output import find_root, finding_json, json_option, print_json, printable, root_option, shown, utc_now
from clawpub.errors import ConfigError

if TYPE_CHECKING:
    from generator.draft.drafting import Draft


@click.command()
@click.argument("packs", metavar="PACK [PACK]...", type=click.Path(path_type=Path), nargs=-1, required=True)
@root_option
@click.option("--slug", help="The writeup's folder and address; by default the first pack's id without its date.")
@click.option(
    "--title", help="By default what the first pack is about. Nothing checks a title: keep numbers out of it."
)
@click.option("--date", "day", metavar="YYYY-MM-DD", help="By default today.")
@click.option("--section", help="By default the publication's first section, for a campaign.")
@click.option("--stdout", "--dry-run", "dry", is_flag=True, help="Print the two files and write nothing.")
@json_option
def draft(
    packs: tuple[Path, ...],
    root: Path | None,
    slug: str | None,
    title: str | None,
    day: str | None,
    section: str | None,
    dry: bool,
    as_json: bool,
) -> None:
    """Write a first writeup about a pack: every section, each number bound to the fact that it was computed from.

    The first pack is the subject, further ones are compared with it. What is written passes `clawpub check`; it is
    marked `draft: true`, so that it is not published before somebody has made it their own. Nothing is overwritten.

    \b
    clawpub draft content/packs/2026-11-24-qwen3-32b-agentic-core-v1
    clawpub draft content/packs/a content/packs/b --slug a-beside-b --title "Dense enough"
    clawpub draft content/packs/a --dry-run | less
    """
    from generator.draft.drafting import draft_writeup
    from generator.draft.placing import free_place, place_draft

    root = find_root(root, packs[0].resolve().parent if packs[0].exists() else None)
    made = draft_writeup(root, packs, day=_day(day), slug=slug, title=title, section_name=section)
    folder = free_place(root, made.slug) if not dry else root / "content" / "writeups" / made.slug
    if not dry:
        place_draft(folder, made.index, made.ledger)
    if as_json:
        print_json(_json(made, folder, written=not dry))
    elif dry:
        click.echo(f"{made.index}\n# --- facts.toml ---\n\n{made.ledger}", nl=False)
        _tell_left_out(made)
    else:
        _tell(made, folder)


def _day(text: str | None) -> date:
    if text is None:
        return utc_now().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--date {text!r}", hint="expected a date such as 2026-05-21") from None


def _tell(made: Draft, folder: Path) -> None:
    count = made.coverage
    click.echo(f"{shown(folder / 'index.md')}: {printable(made.title)}, {len(made.sections)} sections")
    click.echo(
        f"{shown(folder / 'facts.toml')}: {count.bound} of {count.quantities} quantities bound, {made.claims} claims"
    )
    _tell_left_out(made)
    click.echo("It is a draft and passes the check. Next: make it yours, look at it, and take `draft: true` out.")
    click.echo(f"  clawpub check {shown(folder)}\n  clawpub build --drafts")


def _tell_left_out(made: Draft) -> None:
    for left in made.left_out:
        click.echo(f"left out: {printable(left.text)} ({left.rule}: {printable(left.message)})", err=True)
    for finding in made.findings:
        click.echo(f"{finding.severity}[{finding.rule}]: {printable(finding.message)}", err=True)


def _json(made: Draft, folder: Path, *, written: bool) -> dict[str, Any]:
    return {
        "written": written,
        "folder": shown(folder),
        "slug": made.slug,
        "title": made.title,
        "packs": dict(made.packs),
        "sections": list(made.sections),
        "claims": made.claims,
        "coverage": vars(made.coverage),
        "left_out": [vars(left) for left in made.left_out],
        "findings": [finding_json(finding) for finding in made.findings],
        "index": made.index,
        "ledger": made.ledger,
    }
