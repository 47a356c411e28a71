"""From a fact to the very runs that it was read from, where its query says which rows those are.

A query over one table of a pack, `select <anything> from <table> [where <condition>]`, read the rows that its condition
keeps; the same condition, asked for task and run, names them. A maximum or a minimum was read from the rows that hold
it. Any other query (joins, groups, further selects) names no runs: the pack's page is all that can be linked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from clawpub.errors import FactError, PackError
from clawpub.pack.query import Database
from clawpub.pack.reader import Pack
from clawpub.pack.schema import is_standard
from clawpub.pack.tables import Cell
from generator.pages.contexts import SourceLink
from generator.pages.runs import Key, PackRuns
from generator.writeup import Reading

MOST_LINKS = 12
"""Runs that are named one by one; beyond, the list of all runs is."""

_ONE_TABLE = re.compile(
    r"""\s*select\s+(?P<what>.+?)\s+from\s+(?P<table>(?:"?\w+"?\.)?"?\w+"?)(?:\s+where\s+(?P<where>.+?))?\s*;?\s*""",
    re.IGNORECASE | re.DOTALL,
)
_MORE = re.compile(
    r"\b(?:select|from|join|union|except|intersect|group|having|order|limit|window|over|filter)\b|--|/\*", re.IGNORECASE
)
_QUOTED = re.compile(r"'[^']*'")
_EXTREME = re.compile(r"(?:max|min)\s*\(\s*\"?(\w+)\"?\s*\)", re.IGNORECASE)


@dataclass
class RunEvidence:
    """Finds the runs behind a writeup's readings; each table is put into a database of its own once."""

    packs: Mapping[str, Pack]
    """By alias."""
    runs: Mapping[str, PackRuns]
    """By pack id."""
    _open: dict[tuple[str, str], Database] = field(default_factory=dict)

    def links(self, reading: Reading) -> tuple[SourceLink, ...]:
        """Return the pages of the runs that a fact was read from, () where its query does not say which."""
        named = {(source.pack, source.table) for source in reading.sources}
        if len(named) != 1:
            return ()
        ((alias, table),) = named
        runs = self._known(alias, table)
        if runs is None:
            return ()
        try:
            keys = self._keys(alias, table, reading, runs)
        except (FactError, PackError):
            return ()  # the fact itself was answered; its rows alone could not be asked for
        return _links(runs, keys)

    def close(self) -> None:
        for database in self._open.values():
            database.close()

    def _known(self, alias: str, table: str) -> PackRuns | None:
        """Return the runs of a pack whose table is one of ours with rows by task, None where there are none."""
        pack = self.packs.get(alias)
        runs = self.runs.get(pack.id) if pack else None
        if pack is None or runs is None or not runs.files or runs.pack.digest != pack.digest:
            return None
        if table not in pack.table_names:
            return None
        schema = pack.table(table).schema
        return runs if is_standard(schema) and schema.primary_key[:1] == ("task_id",) else None

    def _keys(self, alias: str, table: str, reading: Reading, runs: PackRuns) -> list[Key]:
        sql = rows_of(reading.query, reading.value)
        if sql is None:
            return []
        by_run = "run" in runs.pack.table(table).schema.column_names
        answer = self._database(alias, table).ask(sql.format(columns="task_id, run" if by_run else "task_id"))
        if by_run:
            found = {(str(row[0]), row[1]) for row in answer.rows}
            return [key for key in runs.order if key in found]
        tasks = {row[0] for row in answer.rows}
        return [key for key in runs.order if key[0] in tasks]

    def _database(self, alias: str, table: str) -> Database:
        if (alias, table) not in self._open:
            self._open[alias, table] = Database({alias: [self.packs[alias].table(table)]})
        return self._open[alias, table]


def rows_of(query: str, value: Cell) -> str | None:
    """Return SQL that asks for `{columns}` of the rows that a query read; None where it is not of that form.

    Without a condition a query read every row, and naming them all would say nothing.
    """
    found = _ONE_TABLE.fullmatch(query)
    if found is None or any(_MORE.search(_QUOTED.sub("''", part or "")) for part in found.group("what", "where")):
        return None
    conditions = [f"({found['where']})"] if found["where"] else []
    if (extreme := _EXTREME.fullmatch(found["what"].strip())) and value is not None:
        conditions.append(f'"{extreme[1]}" = ({query.strip().rstrip(";")})')
    if not conditions:
        return None
    where = " and ".join(conditions).replace("{", "{{").replace("}", "}}")
    return f"select distinct {{columns}} from {found['table']} where {where}"


def _links(runs: PackRuns, keys: list[Key]) -> tuple[SourceLink, ...]:
    links = [SourceLink(f"{task}, run {run}", runs.url(task, run)) for task, run in keys[:MOST_LINKS]]
    if (more := len(keys) - MOST_LINKS) > 0:
        links.append(SourceLink(f"and {more:,} more", runs.index_url))
    return tuple(links)
