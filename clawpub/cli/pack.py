"""`clawpub pack`: look into a data pack, and prove that it is what was sealed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from clawpub.cli.output import finding_json, json_option, print_json, printable, shown
from clawpub.cli.pack_import import import_
from clawpub.cli.report import print_text
from clawpub.errors import ConfigError
from clawpub.pack.failures import CLASSIFIER, CLASSIFIERS
from clawpub.pack.model import named
from clawpub.pack.reader import Pack, open_pack
from clawpub.pack.runs import runs_of
from clawpub.pack.tables import Table, spell
from clawpub.pack.transcripts import read_transcripts
from clawpub.pack.verify import verify_pack

PROSE = 40
"""Cells in which a column of sentences can still be read."""

_pack = click.argument("path", type=click.Path(path_type=Path))


@click.group()
def pack() -> None:
    """Look into data packs, verify them, and seal tables that others made."""


pack.add_command(import_)


@pack.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True)
@json_option
def verify(paths: tuple[Path, ...], as_json: bool) -> None:
    """Compute a pack again: every digest, every cell, every view, every failure mode.

    \b
    clawpub pack verify content/packs/2026-11-23-local
    clawpub pack verify content/packs/*
    """
    for path in paths:
        if not path.exists():
            raise ConfigError("no pack here", at=path, hint="a pack is a folder with a datapackage.json")
    found = {path: verify_pack(path) for path in paths}
    if as_json:
        print_json([{"pack": str(path), "findings": [finding_json(f) for f in fs]} for path, fs in found.items()])
    else:
        for path, findings in found.items():
            print_text(findings)
            if not findings:
                opened = open_pack(path)
                tables = len(opened.table_names)
                click.echo(f"{shown(path)}: holds; {len(opened.descriptor.resources)} files, {tables} tables")
                click.echo(f"  {opened.digest}")
    sys.exit(1 if any(found.values()) else 0)


@pack.command()
@_pack
@click.argument("table", required=False)
@json_option
def show(path: Path, table: str | None, as_json: bool) -> None:
    """Show what a pack holds, or one of its tables.

    \b
    clawpub pack show content/packs/2026-11-23-local
    clawpub pack show content/packs/2026-11-23-local per_task_results
    """
    opened = open_pack(path)
    if table:
        _show_table(opened.table(table), as_json)
    elif as_json:
        told = {"sources": opened.descriptor.sources, "licenses": opened.descriptor.licenses}
        print_json({"id": opened.id, "digest": opened.digest, **opened.info.model_dump(mode="json"), **told})
    else:
        _show_pack(opened)


@pack.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--version", default=CLASSIFIER, show_default=True, help="Of the classifier.")
@json_option
def classify(paths: tuple[Path, ...], version: str, as_json: bool) -> None:
    """Classify every run of a pack again, from its transcript alone, and say where that differs from what is stored.

    \b
    clawpub pack classify content/packs/2026-11-23-local
    clawpub pack classify --version 1 content/packs/*
    """
    if version not in CLASSIFIERS:
        raise ConfigError(f"no classifier {version!r}", hint=f"versions: {', '.join(CLASSIFIERS)}")
    found = {path: _classified(open_pack(path), version) for path in paths}
    if as_json:
        print_json([{"pack": str(path), "classifier": version, "runs": rows} for path, rows in found.items()])
    else:
        for path, rows in found.items():
            differing = [row for row in rows if row["stored"] != row["now"]]
            for row in differing:
                was, now = row["stored"] or "passed", row["now"] or "passed"
                click.echo(f"{shown(path)}: {row['task_id']} run {row['run']}: stored {printable(was)}, now {now}")
            click.echo(f"{shown(path)}: {len(rows)} runs by classifier {version}, {len(differing)} differ")
    sys.exit(1 if any(row["stored"] != row["now"] for rows in found.values() for row in rows) else 0)


def _classified(opened: Pack, version: str) -> list[dict[str, Any]]:
    stored = {(row["task_id"], row["run"]): row["failure_mode"] for row in opened.table("task_outcomes").rows}
    judge = CLASSIFIERS[version]
    return [
        {"task_id": run.task_id, "run": run.run, "stored": stored.get((run.task_id, run.run)), "now": judge(run)}
        for run in runs_of(read_transcripts(opened))
    ]


def _show_table(table: Table, as_json: bool) -> None:
    names = table.schema.column_names
    if as_json:
        print_json([{name: row[name] for name in names} for row in table.rows])
        return
    cells = [[printable(spell(row[name])) or "—" for name in names] for row in table.rows]
    console = Console()
    if sys.stdout.isatty() and sum(_width(name, column) + 3 for name, column in _columns(names, cells)) > console.width:
        _show_records(table, [printable(name) for name in names], cells)
        return
    shown_table = RichTable(title=Text(printable(table.schema.title)), title_justify="left")
    for column in table.schema.columns:
        side: Literal["left", "right"] = "right" if column.type in ("integer", "number") else "left"
        shown_table.add_column(Text(printable(column.name)), justify=side)
    for row in cells:
        shown_table.add_row(*map(Text, row))
    (console if sys.stdout.isatty() else Console(width=100_000)).print(shown_table)


def _columns(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[tuple[str, list[str]]]:
    for number, name in enumerate(names):
        yield name, [row[number] for row in rows]


def _width(name: str, cells: Sequence[str]) -> int:
    """Return what a column needs: prose can be broken, so of the last words' length only so much."""
    return min(max(map(cell_len, [name, *cells])), PROSE)


def _show_records(table: Table, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Show a table that is wider than the terminal as one record a row."""
    head = max(map(cell_len, names))
    click.echo(f"{printable(table.schema.title)}: {len(rows)} rows")
    for number, row in enumerate(rows, start=1):
        click.echo(f"--- {number} ---")
        for name, cell in zip(names, row, strict=True):
            click.echo(f"{name:<{head}}  {cell}")


def _show_pack(opened: Pack) -> None:
    info = opened.info
    click.echo(f"{opened.id}  ({info.origin}, pack format {info.format})")
    click.echo(f"digest     {opened.digest}")
    if campaign := info.campaign:
        click.echo(f"model      {printable(campaign.model.id)} through {printable(campaign.model.provider)}")
        click.echo(f"harness    {printable(campaign.harness.name)} {printable(campaign.harness.version)}")
        version = campaign.suite.digest[:19] if campaign.suite.digest else "version not stated"
        click.echo(f"suite      {printable(campaign.suite.id)}  {version}")
        click.echo(f"sandbox    {printable(str(campaign.sandbox.get('name', 'not stated')))}")
        click.echo(f"run        {campaign.started_at:%Y-%m-%d %H:%M} to {campaign.ended_at:%Y-%m-%d %H:%M} UTC")
        if campaign.predictions:
            frozen = campaign.predictions
            click.echo(f"predicted  frozen {frozen.frozen_at:%Y-%m-%d %H:%M:%S} UTC as {frozen.digest[:19]}")
    for source in opened.descriptor.sources:
        click.echo(f"source     {printable(named(source))}")
    for licence in opened.descriptor.licenses:
        click.echo(f"licence    {printable(named(licence))}")
    for note in info.notes:
        click.echo(f"note       {printable(note)}")
    for name in opened.table_names:
        _show_outline(opened, name)
    files = len(opened.descriptor.resources) - len(opened.table_names)
    if files:
        click.echo(f"files      {files} more, among them the transcripts")


def _show_outline(opened: Pack, name: str) -> None:
    """Say what a table is, and where it comes from where that is not where the pack does."""
    table, resource = opened.table(name), opened.resources[name]
    columns = printable(", ".join(table.schema.column_names))
    click.echo(f"table      {printable(name)}: {len(table.rows)} rows of {columns}")
    for called, own, whole in (
        ("source", resource.sources, opened.descriptor.sources),
        ("licence", resource.licenses, opened.descriptor.licenses),
    ):
        if own and own != whole:
            click.echo(f"           {called}: {printable('; '.join(map(named, own)))}")
    if resource.imported:
        click.echo(f"           read from {printable(resource.imported.file)}, {resource.imported.hash[:19]}")
        for note in resource.imported.notes:
            click.echo(f"           {printable(note)}")
