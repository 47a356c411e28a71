"""`clawpub pack import`: other people's tables, sealed with a source and a licence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from clawpub.cli.output import SITE_FILE, json_option, print_json, printable, shown
from clawpub.errors import ConfigError
from clawpub.pack.importers import READERS, Reading
from clawpub.pack.importers.description import Description, load_description
from clawpub.pack.importers.importing import Import, ImportedTable, read_import, seal_import
from clawpub.pack.importers.inference import MISSING
from clawpub.pack.importers.names import table_name
from clawpub.pack.reader import Pack
from clawpub.toml_source import problems_of

TYPES = ("string", "integer", "number", "percent", "boolean", "datetime")


@click.command("import")
@click.argument("files", metavar="[FILE]...", type=click.Path(path_type=Path), nargs=-1)
@click.option("--id", "pack_id", help="The pack's id, which is its folder's name: 2026-11-24-my-bot")
@click.option("--title", help="What the pack is called on its page.")
@click.option("--source", multiple=True, help="Where the tables come from: words, an address, or both.")
@click.option("--licence", "--license", help='An SPDX id such as CC-BY-4.0, or words; "not stated" is an answer.')
@click.option("--origin", type=click.Choice(["imported", "transcribed"]), help="transcribed: typed in from a source.")
@click.option("--name", "names", multiple=True, metavar="FILE=TABLE", help="What a file's table is called.")
@click.option("--key", "keys", multiple=True, metavar="TABLE=COL,COL", help="What tells a table's rows apart.")
@click.option("--type", "types", multiple=True, metavar="[TABLE.]COL=TYPE", help=f"One of {', '.join(TYPES)}.")
@click.option("--percent", multiple=True, metavar="[TABLE.]COL", help='Store "12%" as 0.12, a share of 1.')
@click.option("--missing", multiple=True, metavar="TEXT", help="A cell of this text is missing, in any column.")
@click.option("--note", "notes", multiple=True, help="What a reader must know to read the numbers right.")
@click.option("--parent", help="The digest of the pack that this one corrects.")
@click.option("--describe", type=click.Path(path_type=Path), help="All of this in a TOML file, to repeat it exactly.")
@click.option("--encoding", default="", help="Of CSV files; found out where it is not named.")
@click.option("--delimiter", default="", help="Of CSV files; a comma, or what the header has instead.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where packs lie; default content/packs.")
@click.option("--dry-run", is_flag=True, help="Show the schema that would be sealed; write nothing.")
@json_option
def import_(files: tuple[Path, ...], output: Path | None, dry_run: bool, as_json: bool, **said: Any) -> None:
    """Seal CSV, TSV, JSON or Parquet tables that no campaign made, with a source and a licence.

    Types are inferred without losing a digit, and nothing is guessed silently: see it first with --dry-run. An empty
    cell is missing; NA, N/A, NaN, null, None, #N/A and dashes are too, in columns of numbers, booleans or times only.

    \b
    clawpub pack import trades.csv --dry-run
    clawpub pack import trades.csv prices.parquet --id 2026-11-24-my-bot --title "My bot" \\
        --source "The bot's log, https://example.org/log" --licence CC-BY-4.0 --key trades=trade_id
    clawpub pack import --describe my-bot.toml
    """
    description, base = _description(files, said)
    reading = Reading(said["encoding"], "\t" if said["delimiter"] in ("\\t", "tab") else said["delimiter"])
    made = read_import(description, files, base=base, reading=reading)
    if dry_run:
        print_json(_json(made)) if as_json else _print(made)
        return
    if description.id is None:
        raise ConfigError("a pack needs an id", hint="say --id 2026-11-24-my-bot: it is the name of its folder")
    pack = seal_import(made, (output or _packs()) / description.id)
    if as_json:
        print_json({"id": pack.id, "path": str(pack.path), "digest": pack.digest, **_json(made)})
    else:
        _print(made)
        _print_sealed(pack)


def _packs() -> Path:
    """Return content/packs of the publication around here. Raises: ConfigError where there is none."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / SITE_FILE).is_file():
            return folder / SITE_FILE.parent / "packs"
    raise ConfigError(
        "no publication here to put the pack into", hint="make one with clawpub init, or say --output DIR"
    )


def _description(files: Sequence[Path], said: Mapping[str, Any]) -> tuple[Description, Path]:
    """Return what the description file and the options say together, options first; and where its files lie."""
    file: Path | None = said["describe"]
    data = load_description(file).model_dump(exclude_unset=True) if file else {}
    base = file.parent if file else Path()
    given = {
        "id": said["pack_id"],
        "title": said["title"],
        "origin": said["origin"],
        "parent": said["parent"],
        "source": list(said["source"]),
        "licence": said["licence"],
        "notes": [*data.get("notes", ()), *said["notes"]],
        "missing": [*data.get("missing", ()), *said["missing"]],
    }
    data |= {name: value for name, value in given.items() if value}
    tables: dict[str, Any] = data.setdefault("tables", {})
    _add_tables(tables, files, base, said)
    try:
        return Description.model_validate(data), base
    except ValidationError as error:
        problem = problems_of(Description, error)[0]
        hint = problem.hint if problem.keys != ("id",) else "lower case, digits, dots, dashes: 2026-11-24-my-bot"
        raise ConfigError(problem.sentence(), hint=hint) from None


def _add_tables(tables: dict[str, Any], files: Sequence[Path], base: Path, said: Mapping[str, Any]) -> None:
    for left, table in _pairs("--name", said["names"], "trades.csv=trades"):
        named = [path for path in files if left in (path.name, str(path))]
        if not named:
            raise ConfigError(f"--name {left}={table}: no such file is imported", hint=f"files: {_listed(files)}")
        if table_name(table) != table:
            raise ConfigError(f"--name: {table!r} cannot name a table", hint=f"such as {table_name(table) or 'trades'}")
        tables.setdefault(table, {})["file"] = str(named[0].resolve())
    placed = {(base / about["file"]).resolve() for about in tables.values() if about.get("file")}
    names = [*tables, *(n for path in files if path.resolve() not in placed and (n := _name_of(path)) not in tables)]
    for left, columns in _pairs("--key", said["keys"], "trades=trade_id", alone=names):
        tables.setdefault(left, {})["key"] = [column.strip() for column in columns.split(",")]
    wishes = [*_pairs("--type", said["types"], "trades.price=number"), *((p, "percent") for p in said["percent"])]
    for left, kind in wishes:
        if kind not in TYPES:
            raise ConfigError(f"--type {left}={kind}: no such type", hint=f"one of {', '.join(TYPES)}")
        table, dot, column = left.rpartition(".")
        if not dot and len(names) != 1:
            raise ConfigError(f"{left} of which table?", hint=f"write {names[0] if names else 'trades'}.{left}")
        described = tables.setdefault(table or names[0], {}).setdefault("columns", {}).setdefault(column, {})
        described["type"] = kind


def _name_of(path: Path) -> str:
    ending = next((e for e in sorted(READERS, key=len, reverse=True) if path.name.lower().endswith(e)), "")
    return table_name(path.name[: len(path.name) - len(ending)])


def _pairs(option: str, values: Iterable[str], example: str, *, alone: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Return `left=right` of each value. Where there is one table only, `alone`, it need not be named."""
    found = []
    for value in values:
        left, equals, right = value.rpartition("=")
        if not equals and len(alone) == 1:
            left = alone[0]
        if not left.strip() or not right.strip():
            raise ConfigError(f"{option} {value!r} is not understood", hint=f"write {option} {example}")
        found.append((left.strip(), right.strip()))
    return found


def _listed(files: Sequence[Path]) -> str:
    return ", ".join(path.name for path in files) or "none"


def _json(made: Import) -> dict[str, Any]:
    return {"tables": [_table_json(each) for each in made.tables]}


def _table_json(each: ImportedTable) -> dict[str, Any]:
    schema = each.table.schema
    return {
        "name": schema.name,
        "file": each.origin.file,
        "hash": each.origin.hash,
        "rows": len(each.table.rows),
        "key": list(schema.primary_key),
        "could_be_key": list(each.could_be_key),
        "standard": each.standard,
        "columns": [
            {
                "name": column.name,
                "type": column.type,
                "description": column.description,
                "missing": sum(row[column.name] is None for row in each.table.rows),
            }
            for column in schema.columns
        ],
        "notes": list(each.origin.notes),
    }


def _print(made: Import) -> None:
    spellings = [*made.description.missing]
    for each in made.tables:
        schema = each.table.schema
        told = _table_json(each)
        key = f", key {', '.join(schema.primary_key)}" if schema.primary_key else ""
        click.echo(f"{schema.name}: {len(each.table.rows):,} rows of {each.origin.file}{key}")
        head = max(len(column["name"]) for column in told["columns"])
        for column in told["columns"]:
            gaps = f"{column['missing']:,} missing" if column["missing"] else ""
            line = f"  {column['name']:<{head}}  {column['type']:<8}  {gaps:<14}  {printable(column['description'])}"
            click.echo(line.rstrip())
        for note in each.origin.notes:
            click.echo(f"  note: {printable(note)}")
        if each.could_be_key:
            named = ", ".join(each.could_be_key)
            first = f"{schema.name}={each.could_be_key[0]}"
            click.echo(f"  no key: single cells cannot be named; no cell repeats in {named}: --key {first}")
    said = f"; and in any column: {', '.join(spellings)}" if spellings else ""
    click.echo(f"missing: the empty cell; among numbers, booleans and times also {' '.join(MISSING)}{said}")


def _print_sealed(pack: Pack) -> None:
    click.echo(f"sealed {shown(pack.path)}")
    click.echo(f"  {pack.digest}")
    click.echo("pin it in a writeup's front matter:")
    click.echo(f"  packs:\n    this: {pack.id}@{pack.digest}")
