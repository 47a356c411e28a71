"""From files and what a person says of them to a sealed pack. The same files and words give the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import get_args

from clawpub.errors import ConfigError
from clawpub.pack.importers import AS_IT_STANDS, Reading, read_tables
from clawpub.pack.importers.description import ColumnDescription, Description, Licence, Source, TableDescription
from clawpub.pack.importers.inference import Declared, read_column
from clawpub.pack.importers.names import column_names, sql_words, table_name
from clawpub.pack.importers.raw import RawTable, read_bytes, whole
from clawpub.pack.model import FORMAT, ImportedFrom, PackInfo
from clawpub.pack.reader import MAX_COLUMNS, Pack, digest_of
from clawpub.pack.schema import TABLES, VIEWS_VERSIONS, Column, Schema, schema_in
from clawpub.pack.tables import Cell, Row, Table, spell
from clawpub.pack.writer import About, seal_pack

_NO_TABLE = TableDescription()
_KEYS_SUGGESTED = 3


@dataclass(frozen=True)
class ImportedTable:
    """A table that would be sealed, and all that was decided on the way."""

    table: Table
    about: TableDescription
    origin: ImportedFrom
    standard: bool
    """Whether it is one of clawpub's own tables."""
    could_be_key: tuple[str, ...]
    """Columns without a repetition, where no key was named."""


@dataclass(frozen=True)
class Import:
    description: Description
    tables: tuple[ImportedTable, ...]


def read_import(
    description: Description, files: Sequence[Path], *, base: Path, reading: Reading = AS_IT_STANDS
) -> Import:
    """Return what would be sealed of the files and of those that the description names, from the folder `base`.

    Raises: ConfigError naming file, line, what was expected and what to do.
    """
    described = [base / about.file for about in description.tables.values() if about.file]
    paths = list({path.resolve(): path for path in [*described, *files]}.values())
    if not paths:
        raise ConfigError("no file to import", hint="name one or more: trades.csv, scan.json, prices.parquet")
    found: dict[str, ImportedTable] = {}
    for path in paths:
        for raw in read_tables(path, _reading(description, path, base, reading)):
            name, about = _described(description, raw, base)
            if name in found:
                raise ConfigError(
                    f"a second table {name}: {found[name].origin.file} has one too",
                    at=path,
                    hint=f"name it otherwise: --name {path.name}=another_name",
                )
            found[name] = _imported(raw, name, about, description)
    if unknown := [name for name in description.tables if name not in found]:
        raise ConfigError(
            f"tables.{unknown[0]} is described, and no file holds it", hint=f"tables read: {', '.join(found)}"
        )
    return Import(description, tuple(found.values()))


def _reading(description: Description, path: Path, base: Path, given: Reading) -> Reading:
    for name, about in description.tables.items():
        if (about.file and _same(base / about.file, path)) or (not about.file and name == table_name(_stem(path))):
            return Reading(about.encoding or given.encoding, about.delimiter or given.delimiter)
    return given


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").rpartition(".")[0]


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _described(description: Description, raw: RawTable, base: Path) -> tuple[str, TableDescription]:
    """Return a table's name and what was said of it."""
    for name, about in description.tables.items():
        if about.file and _same(base / about.file, raw.path) and about.member in (None, raw.name):
            return name, about
    name = table_name(raw.name)
    if not name:
        raise ConfigError(
            f"{raw.name!r} gives no name for a table", at=raw.path, hint=f"choose one: --name '{raw.path.name}=trades'"
        )
    about = description.tables.get(name, _NO_TABLE)
    return name, _NO_TABLE if about.file else about


def _imported(raw: RawTable, name: str, about: TableDescription, description: Description) -> ImportedTable:
    if len(raw.header) > MAX_COLUMNS:
        hint = "leave out what the writeup does not read; or make rows of the columns"
        raise ConfigError(f"{len(raw.header):,} columns, at most {MAX_COLUMNS:,}", at=raw.path, hint=hint)
    names, notes = column_names(raw.header)
    notes = [*raw.notes, *notes]
    _refuse_unknown(raw, name, names, about)
    standard = _standard(raw, name, names, notes)
    columns: list[Column] = []
    cells = []
    trailing: dict[str, str] = {}
    for at, column in enumerate(names):
        said = about.columns.get(column, ColumnDescription())
        declared = said.type or (_standard_type(standard, column) if standard else None)
        otherwise = f"name the table otherwise: --name {raw.path.name}=my_{name}" if standard else ""
        read = read_column(raw, at, column, missing=description.missing, declared=declared, otherwise=otherwise)
        if standard and column in _SHARES:
            _check_shares(raw, column, read.cells)
        notes += read.notes
        cells.append(read.cells)
        trailing |= {column: read.trailing} if read.trailing else {}
        described = _describe(said, " ".join(raw.header[at].split()), column, declared)
        columns.append(Column(column, read.type, described, required=column in about.key))
    if trailing:
        typed = next(iter(trailing.values()))
        notes.append(f"trailing zeros are not stored ({typed} is {spell(Decimal(typed))}): {', '.join(trailing)[:400]}")
    rows = [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]
    if standard:
        schema = standard
        rows = [{column: row.get(column) for column in standard.column_names} for row in rows]
    else:
        schema = Schema(name, about.title or name, tuple(columns), about.key, recorded=True)
    _check_key(raw, schema, rows)
    notes += [f'{word} is a word of SQL: in queries write "{word}"' for word in sql_words([name, *names])]
    origin = ImportedFrom(file=whole(raw.path.name), hash=digest_of(read_bytes(raw.path)), notes=tuple(notes))
    suggested = () if schema.primary_key else tuple(_could_be_key(schema, rows))
    return ImportedTable(Table(schema, tuple(rows)), about, origin, standard is not None, suggested)


def _refuse_unknown(raw: RawTable, name: str, names: Sequence[str], about: TableDescription) -> None:
    for column in (*about.key, *about.columns):
        if column not in names:
            raise ConfigError(
                f"table {name} has no column {column}", at=raw.path, hint=f"its columns: {', '.join(names)[:400]}"
            )


def _describe(said: ColumnDescription, original: str, name: str, declared: str | None) -> str:
    parts = [said.description]
    parts += [f"in the source: {original}"] if original and original != name else []
    parts += ["a share of 1; in percent in the source"] if declared == "percent" else []
    return "; ".join(filter(None, parts))


def _standard(raw: RawTable, name: str, names: Sequence[str], notes: list[str]) -> Schema | None:
    """Return the standard table that a file holds, of the first version with its columns; else None, and say why."""
    if name not in TABLES:
        return None
    whole = TABLES[name]
    others = [column for column in names if column not in whole.column_names]
    lacking = [column.name for column in whole.columns if column.required and column.name not in names]
    if others or lacking or (not whole.primary_key and raw.rows != 1):
        why = f"it also has {', '.join(others)}" if others else f"it lacks {', '.join(lacking)}"
        why = why if others or lacking else f"it has {raw.rows} rows, and the standard table has one"
        notes.append(f"not read as the standard table {name}: {why[:300]}")
        return None
    versions = (schema_in(whole, views) for views in VIEWS_VERSIONS)
    found = next((schema for schema in versions if schema.columns and set(names) <= set(schema.column_names)), whole)
    empty = [column for column in found.column_names if column not in names]
    notes.append(f"read as the standard table {name}" + (f"; left empty: {', '.join(empty)}" if empty else ""))
    return found


_SHARES = {"pass_rate", "pass_rate_low", "pass_rate_high", "pass_rate_of_planned", "coverage", "share", "probability"}
"""Columns of standard tables that hold shares of 1."""


def _check_shares(raw: RawTable, column: str, cells: Sequence[Cell]) -> None:
    for row, cell in enumerate(cells):
        if isinstance(cell, Decimal) and not 0 <= cell <= 1:
            raise ConfigError(
                f"column {column} holds {spell(cell)}, expected a share from 0 to 1",
                at=raw.place(row),
                hint=f"where the source is in percent, say --percent {column}",
            )


def _standard_type(schema: Schema, column: str) -> Declared:
    kind = next(each.type for each in schema.columns if each.name == column)
    return next(declared for declared in get_args(Declared) if declared == kind)


def _check_key(raw: RawTable, schema: Schema, rows: Sequence[Row]) -> None:
    """Raises: ConfigError naming the first row whose key is empty or is another row's."""
    if not schema.primary_key:
        return
    seen: dict[tuple[object, ...], int] = {}
    called = ", ".join(schema.primary_key)
    for number, row in enumerate(rows):
        key = tuple(row[column] for column in schema.primary_key)
        if None in key:
            raise ConfigError(f"the key {called} is empty", at=raw.place(number), hint="choose a key without gaps")
        if key in seen:
            named = ", ".join(spell(row[column]) for column in schema.primary_key)
            raise ConfigError(
                f"a second row with the key {called} = {named[:80]}: {raw.where(seen[key])} has it too",
                at=raw.place(number),
                hint="add a column to the key, or take the repetition out of the source",
            )
        seen[key] = number


def _could_be_key(schema: Schema, rows: Sequence[Row]) -> Iterator[str]:
    if len(rows) < 2:
        return
    found = 0
    for column in schema.columns:
        if column.type in ("string", "integer"):
            values = {row[column.name] for row in rows}
            if len(values) == len(rows) and None not in values:
                yield column.name
                found += 1
        if found == _KEYS_SUGGESTED:
            return


def seal_import(made: Import, destination: Path) -> Pack:
    """Return the pack sealed at `destination`.

    Raises: ConfigError where source or licence are not said; PackError where another pack stands there.
    """
    said = made.description
    for what, there, example in (("source", said.source, "name or URL"), ("licence", said.licence, "CC-BY-4.0")):
        bare = [each.table.name for each in made.tables if not getattr(each.about, what)]
        if not there and bare:
            raise ConfigError(
                f"no {what} is said of {', '.join(bare[:6])}",
                hint=f'say --{what} "{example}"; a reader must know ' + _WHY[what],
            )
    campaign = said.campaign.standard(destination.name) if said.campaign else None
    notes = (*said.notes, _DAY) if campaign else said.notes
    return seal_pack(
        destination,
        title=said.title or destination.name,
        info=PackInfo(format=FORMAT, origin=said.origin, campaign=campaign, parent=said.parent, notes=notes),
        tables=[each.table for each in made.tables],
        about=About(sources=_standards(said.source), licences=_standards(said.licence)),
        about_tables={each.table.name: _about(each, said) for each in made.tables},
    )


_DAY = "Of the campaign's start and end the days are stated; the hour is midnight, and no time that anything took."
_WHY = {"source": "where the numbers come from", "licence": 'what may be done with them ("not stated" is an answer)'}


def _standards(parts: Sequence[Source | Licence]) -> tuple[Mapping[str, str], ...]:
    return tuple(part.standard() for part in parts)


def _about(each: ImportedTable, said: Description) -> About:
    """Return what a table says of itself: its own source and licence, else the pack's."""
    return About(
        description=" ".join(each.about.notes),
        sources=_standards(each.about.source or said.source),
        licences=_standards(each.about.licence or said.licence),
        imported=each.origin,
    )
