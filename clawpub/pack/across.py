"""Across campaigns: the tables of all packs of a publication put together, and the views that its SQL computes of them.

    campaigns            one row a pack: campaign, model, provider, ..., origin, digest
    run_summary, ...     the standard tables of `UNITED`, each with the column `campaign` before its own
    <view>               content/views/<view>.sql, one select over those, and over tables that were added (model cards)

A view's file is a select with its description in comments above it:

    -- title: Every campaign, by score
    -- key: campaign
    -- score: passes over scored runs
    select campaign, model, score from run_summary join campaigns using (campaign) order by passes desc

What comes out is a data pack like any other, `cross-campaign`, computed and sealed in memory: the views are its tables,
and the campaigns that they were computed over stand in one of them with their digests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from clawpub.errors import ContentError, FactError, Place
from clawpub.pack.model import FORMAT, PackInfo
from clawpub.pack.mutation import typed_in
from clawpub.pack.query import Database
from clawpub.pack.reader import Pack, computed_pack
from clawpub.pack.schema import TABLES, Column, ColumnType, Schema
from clawpub.pack.tables import Cell, Row, Table, table
from clawpub.pack.writer import PackFile, pack_contents
from clawpub.toml_source import read_text

PACK_ID = "cross-campaign"
UNITED = ("run_summary", "per_task_results", "task_outcomes", "run_metrics", "cost_breakdown", "predictions_scoring")
"""Tables that views may read; calls and attempts of thousands of runs are left in their packs."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
_COMMENT = re.compile(r"--[ \t]*([A-Za-z_]\w*)[ \t]*:[ \t]*(.*?)[ \t]*$")

CAMPAIGNS = Schema(
    "campaigns",
    "The campaigns of this publication",
    (
        Column("campaign", "string", "the pack's id", required=True),
        Column("title", "string"),
        Column("model", "string", "the model's id"),
        Column("provider", "string"),
        Column("region", "string"),
        Column("tier", "string"),
        Column("harness", "string"),
        Column("harness_version", "string"),
        Column("suite", "string"),
        Column("suite_digest", "string"),
        Column("runs_per_task", "integer"),
        Column("origin", "string", "executed, transcribed or imported"),
        Column("started_at", "datetime", "UTC"),
        Column("ended_at", "datetime", "UTC"),
        Column("digest", "string", "of the pack"),
    ),
    ("campaign",),
    recorded=True,
)


@dataclass(frozen=True)
class ViewFile:
    """A view as its author wrote it."""

    name: str
    path: Path
    text: str
    title: str = ""
    key: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    """What each column is, where the file says so."""


def load_view(path: Path) -> ViewFile:
    """Return a view's file, its query not yet asked. Raises: ContentError naming the file and what is wrong."""
    name = path.stem
    if not _NAME.fullmatch(name) or name in TABLES or name == CAMPAIGNS.name:
        hint = "lower-case letters, digits and underscores; not the name of a table of the packs"
        raise ContentError(f"{name!r} cannot name a view", at=path, hint=hint)
    text = read_text(path)
    said = {match[1]: match[2] for line in text.splitlines() if (match := _COMMENT.match(line.strip()))}
    key = tuple(part.strip() for part in said.pop("key", "").split(",") if part.strip())
    return ViewFile(name, path, text, said.pop("title", ""), key, said)


def compute_across(packs: Sequence[Pack], views: Sequence[ViewFile], more: Sequence[Table] = ()) -> Pack:
    """Return the pack of what holds across campaigns: the views, the campaigns, and the tables added.

    Raises: ContentError naming the view that cannot be computed; PackError where a pack cannot be read.
    """
    folder = views[0].path.parent if views else Path(PACK_ID)
    packs = current(packs)
    known = [campaigns(packs), *more]
    database = Database({"cross": [*united(packs), *known]})
    try:
        computed = [_view(view, database) for view in views]
    finally:
        database.close()
    files = [
        PackFile(f"{view.name}-sql", f"views/{view.name}.sql", view.text.encode(), "The view's query", "text/plain")
        for view in views
    ]
    info = PackInfo(format=FORMAT, origin="computed", notes=(f"Computed over {len(packs)} packs.",))
    contents = pack_contents(PACK_ID, title="Across campaigns", info=info, tables=[*computed, *known], files=files)
    return computed_pack(folder, contents)


def current(packs: Sequence[Pack]) -> list[Pack]:
    """Return the packs that no other corrects: a correction names its parent, and stands in its place."""
    corrected = {pack.info.parent for pack in packs}
    return [pack for pack in packs if pack.digest not in corrected]


def campaigns(packs: Sequence[Pack]) -> Table:
    """Return one row for each pack; what a pack without a campaign does not say is missing."""
    return table(CAMPAIGNS, [_campaign(pack) for pack in packs])


def _campaign(pack: Pack) -> Row:
    row: dict[str, Cell] = {
        "campaign": pack.id,
        "title": pack.descriptor.title or None,
        "origin": pack.info.origin,
        "digest": pack.digest,
    }
    if campaign := pack.info.campaign:
        row |= {
            "model": campaign.model.id,
            "provider": campaign.model.provider,
            "region": campaign.model.region,
            "tier": campaign.model.tier,
            "harness": campaign.harness.name,
            "harness_version": campaign.harness.version,
            "suite": campaign.suite.id,
            "suite_digest": campaign.suite.digest,
            "runs_per_task": campaign.runs_per_task,
            "started_at": campaign.started_at,
            "ended_at": campaign.ended_at,
        }
    return row


def united(packs: Iterable[Pack]) -> list[Table]:
    """Return the standard tables over all packs, `campaign` first; a column that a pack does not have is missing."""
    packs = list(packs)
    return [_united(TABLES[name], packs) for name in UNITED]


def _united(schema: Schema, packs: Sequence[Pack]) -> Table:
    first = Column("campaign", "string", "the pack's id", required=True)
    whole = Schema(schema.name, schema.title, (first, *schema.columns), ("campaign", *schema.primary_key))
    types = {column.name: column.type for column in schema.columns}
    rows: list[Row] = []
    for pack in packs:
        if schema.name in pack.table_names:
            found = pack.table(schema.name)
            alike = {column.name for column in found.schema.columns if fits(column.type, types.get(column.name))}
            rows += [{"campaign": pack.id, **{name: row[name] for name in alike}} for row in found.rows]
    return table(whole, rows)


def fits(found: ColumnType, wanted: ColumnType | None) -> bool:
    """Whether values of one column type can stand in a column of another."""
    return found == wanted or (found == "integer" and wanted == "number")


def _view(view: ViewFile, database: Database) -> Table:
    try:
        answer = database.ask(_bare(view.text))
    except FactError as error:
        raise ContentError(f"view {view.name}: {error.message}", at=view.path, hint=error.hint) from None
    if answer.rows and (typed := typed_in(database, answer)):
        hint = "a view computes from the packs; what is known otherwise belongs into a pack or a model card"
        raise ContentError(f"view {view.name}: {typed}", at=view.path, hint=hint)
    names = answer.columns
    if len(set(map(str.casefold, names))) != len(names) or not all(
        re.fullmatch(r"[A-Za-z_]\w*", name) for name in names
    ):
        hint = "give each column a name of its own: select count(*) as runs"
        raise ContentError(f"view {view.name} gives the columns {', '.join(names)}", at=view.path, hint=hint)
    if unknown := [name for name in (*view.key, *view.columns) if name not in names]:
        hint = f"its columns: {', '.join(names)}"
        raise ContentError(f"view {view.name} has no column {unknown[0]!r}", at=view.path, hint=hint)
    by_column = zip(*answer.rows, strict=True) if answer.rows else ((),) * len(names)
    columns = tuple(
        Column(name, _type(values), view.columns.get(name, "")) for name, values in zip(names, by_column, strict=True)
    )
    rows = tuple(
        {column.name: _as(cell, column.type) for column, cell in zip(columns, cells, strict=True)}
        for cells in answer.rows
    )
    _distinct(view, rows)
    return Table(Schema(view.name, view.title or view.name, columns, view.key), rows)


def _bare(text: str) -> str:
    """Return a view's query without the comments above it, as facts are: they begin with select or with."""
    lines = text.splitlines()
    while lines and (not lines[0].strip() or lines[0].lstrip().startswith("--")):
        lines.pop(0)
    return "\n".join(lines).strip().rstrip(";")


def _type(values: Iterable[Cell]) -> ColumnType:
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int}:
        return "integer"
    return "number" if kinds and kinds <= {int, Decimal} else "string"


def _as(cell: Cell, kind: ColumnType) -> Cell:
    if cell is None:
        return None
    return Decimal(str(cell)) if kind == "number" else str(cell) if kind == "string" else cell


def _distinct(view: ViewFile, rows: Sequence[Row]) -> None:
    seen: set[tuple[Cell, ...]] = set()
    for row in rows:
        key = tuple(row[name] for name in view.key)
        if view.key and (key in seen or None in key):
            shown = ", ".join(str(part) for part in key)
            raise ContentError(
                f"view {view.name}: two rows have the key {shown!r}, or it is empty",
                at=Place(view.path),
                hint="group by the key, or name more columns after `-- key:`",
            )
        seen.add(key)
