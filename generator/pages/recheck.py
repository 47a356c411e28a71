"""What a page carries so that its reader can check it again: claims, the words around them, and the cells they read.

One JSON object in the page itself, for a page that is opened from a folder may fetch nothing:

    names    what the scanner never takes apart
    packs    by alias: id, digest, address from the page
    tables   by alias and name: columns with their types, the key, rows; only columns that a claim reads
    blocks   [the text of a block with a claim in it, how much of its start is a section's number]
    claims   number, block, span, the ledger's entry, each reading with its value, the set of `inside`, verdict, rule

A cell is text in its table, as the pack spells it, and null where it is missing. A value of a claim says its type:
{"integer": "23"}, {"number": "0.7667"}, {"text": "23/30"}, true, null.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from markdown_it.token import Token
from markupsafe import Markup

from clawpub.pack.query import Database
from clawpub.pack.reader import Pack
from clawpub.pack.tables import Cell, Table, spell
from generator.coverage import section_number
from generator.markdown.passages import Block, read_passages
from generator.pages.browser_parts import plotly_script, sqlite_script
from generator.pages.contexts import ChartScripts, Recheck
from generator.pages.render import default_templates
from generator.pages.scripts import bundle, load_modules
from generator.project import Project
from generator.urls import pack_url
from generator.writeup import CheckedWriteup, Claim, FactEntry

FORMAT = 1
ENTRY = "recheck/page.js"
CHART = "chart/explore.js"
ON_EVERY_PAGE = ("site.js",)
"""Entries that base.html loads wherever it may: evidence beside its claim, tables that sort."""
MAX_CELLS = 50_000
"""Of one table; a larger one is left to the pack, which a reader can drop on the page."""


@dataclass(frozen=True)
class Scripts:
    """The scripts of a site. The names hold the contents' digests, so that they can be cached for ever."""

    every: tuple[str, ...]
    """The paths of what every page runs that may run anything."""
    page: str
    """The path of what every page with claims runs."""
    sqlite: str
    """The path of what answers queries; empty where it was not fetched (generator/pages/browser_parts)."""
    charts: ChartScripts | None
    """What makes charts interactive; None where plotly was not fetched."""
    files: dict[str, bytes]


def load_scripts(project: Project) -> Scripts:
    """Return the scripts of a publication's theme, and SQLite where it is there.

    Raises: ConfigError naming the script that is not there.
    """
    return scripts_of(project, sqlite_script(project.root), plotly_script(project.root))


def scripts_of(project: Project, sqlite: bytes | None, plotly: bytes | None) -> Scripts:
    """Return the scripts of a publication's theme, and those that others wrote, where they are there.

    Raises: ConfigError naming the script that is not there.
    """
    folders = [folder for folder in (project.templates, default_templates()) if folder.is_dir()]
    modules, files = load_modules(folders), {}

    def add(stem: str, content: bytes | None) -> str:
        if content is None:
            return ""
        path = f"assets/{stem}.{hashlib.sha256(content).hexdigest()[:8]}.js"
        files[path] = content
        return path

    charts = (add("chart", bundle(modules, CHART).encode()), add("plotly-basic", plotly)) if plotly else None
    return Scripts(
        every=tuple(add(entry.removesuffix(".js"), bundle(modules, entry).encode()) for entry in ON_EVERY_PAGE),
        page=add("recheck", bundle(modules, ENTRY).encode()),
        sqlite=add("sqlite", sqlite),
        charts=ChartScripts(*charts) if charts else None,
        files=files,
    )


def recheck_of(checked: CheckedWriteup, names: Sequence[str], root: str, scripts: Scripts) -> Recheck | None:
    """Return what a writeup's page is checked again with; None where it claims nothing."""
    if not any(claim.fact_id for claim in checked.claims):
        return None
    data = page_data(checked, (*names, *checked.writeup.names), root)
    return Recheck(data, scripts.page, scripts.sqlite)


def page_data(checked: CheckedWriteup, names: Sequence[str], root: str) -> Markup:
    """Return the data of a writeup's page as JSON that can stand in a script element. `root` leads to the site's."""
    tables = _tables(checked)
    blocks, claims = _claims(checked, tables)
    data = {
        "format": FORMAT,
        "names": list(names),
        "packs": {
            alias: {"id": pack.id, "digest": pack.digest, "url": root + pack_url(pack)}
            for alias, pack in checked.packs.items()
        },
        "tables": {
            alias: {table.name: written_table(table, checked.packs[alias]) for table in some}
            for alias, some in tables.items()
        },
        "blocks": blocks,
        "claims": claims,
    }
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026"))


# --- tables ---


def _tables(checked: CheckedWriteup) -> dict[str, list[Table]]:
    """Return the tables that claims read, cut to the columns that they read and to the keys."""
    wanted: dict[tuple[str, str], set[str]] = defaultdict(set)
    for source in (source for claim in checked.claims for source in claim.sources):
        wanted[source.pack, source.table].add(source.column)
    found: dict[str, list[Table]] = {alias: [] for alias in checked.packs}  # in their order: the first needs no alias
    for (alias, name), columns in sorted(wanted.items()):
        pack = checked.packs.get(alias)
        if pack is not None and name in pack.table_names:
            cut = _cut(pack.table(name), columns)
            if len(cut.rows) * len(cut.schema.columns) <= MAX_CELLS:
                found[alias].append(cut)
    return found


def _cut(table: Table, columns: set[str]) -> Table:
    schema = table.schema
    keep = columns | set(schema.primary_key)
    kept = tuple(column for column in schema.columns if column.name in keep) or schema.columns[:1]
    return Table(type(schema)(schema.name, schema.title, kept, schema.primary_key, schema.recorded), table.rows)


def written_table(table: Table, pack: Pack) -> dict[str, Any]:
    names = table.schema.column_names
    return {
        "columns": [[column.name, column.type] for column in table.schema.columns],
        "key": list(table.schema.primary_key),
        "rows": [[None if row[name] is None else _cell(row[name]) for name in names] for row in table.rows],
    }


def _cell(cell: Cell) -> str:
    """Return a cell as its column spells it; of a number all digits, for they say how exact it is."""
    return format(cell, "f") if isinstance(cell, Decimal) else spell(cell)


# --- claims ---


def _claims(checked: CheckedWriteup, tables: Mapping[str, list[Table]]) -> tuple[list[Any], list[Any]]:
    blocks: list[Any] = []
    claims: list[Any] = []
    for block in read_passages(list(checked.tokens), checked.writeup.lead_tag):
        placed = list(_placed(block))
        if not placed:
            continue
        for claim, start, end in placed:
            entry = checked.writeup.ledger[claim.fact_id]
            span = None if start is None else [_units(block.prose.text, start), _units(block.prose.text, end or 0)]
            claims.append(_claim(claim, entry, len(blocks), span) | _set(entry, checked, tables))
        number = section_number(block)
        blocks.append([block.prose.text, _units(block.prose.text, number)])
    return blocks, claims


def _placed(block: Block) -> Iterator[tuple[Claim, int | None, int | None]]:
    """Yield the claims of a block that a fact decides, with their spans; an expression prints its value itself."""
    for span in block.prose.spans:
        if claim := _decided(span.token):
            yield claim, span.start, span.end
    for token, _ in block.prose.expressions:
        if claim := _decided(token):
            yield claim, None, None


def _decided(token: Token) -> Claim | None:
    claim: Claim | None = token.meta.get("claim")
    return claim if claim is not None and claim.fact_id else None


def _claim(claim: Claim, entry: FactEntry, block: int, span: list[int] | None) -> dict[str, Any]:
    asked = {"is": list(entry.facts), "holds": entry.holds, "inside": entry.inside, "unit": entry.unit}
    return {
        "number": claim.number,
        "words": claim.text,
        "block": block,
        "span": span,
        "entry": {name: value for name, value in asked.items() if value},
        "readings": [[reading.fact, written_value(reading.value)] for reading in claim.readings],
        "verdict": claim.verdict,
        "rule": claim.rule,
    }


def _set(entry: FactEntry, checked: CheckedWriteup, tables: Mapping[str, list[Table]]) -> dict[str, Any]:
    """Return the values of `inside`, each once; they decide as all of them do."""
    if entry.inside is None or not tables:
        return {}
    aliases = {alias: checked.packs[alias].tables() if alias in tables else [] for alias in checked.packs}
    database = Database(aliases)
    try:
        values = dict.fromkeys(row[0] for row in database.ask(entry.inside.rstrip().rstrip(";")).rows)
    finally:
        database.close()
    return {"set": [written_value(value) for value in values]}


def written_value(value: Cell) -> Any:
    match value:
        case None | bool():
            return value
        case int():
            return {"integer": str(value)}
        case Decimal():
            return {"number": str(value)}
        case datetime():
            return {"text": spell(value)}
    return {"text": value}


def _units(text: str, offset: int) -> int:
    """Return an offset as JavaScript counts it."""
    return offset + sum(char > "\uffff" for char in text[:offset])
