"""What a tag's sources are: the tables of packs that an Observed passage may bind to.

    source  =  ["data pack"] ([alias] table | alias) | "data pack" | [alias] "harness spec"

A table without an alias is the first pack's. `harness spec` is the suite as frozen in the pack; it is no table, so a
passage that names nothing else may bind to any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from clawpub.pack.model import SUITE_FILE
from clawpub.pack.query import Source
from clawpub.pack.reader import Pack

Tables = frozenset[tuple[str, str]]
"""(alias, table)"""

_HARNESS = re.compile(r"(?:the\s+)?(?:(?P<alias>[a-z][a-z0-9_]*)\s+)?harness spec", re.IGNORECASE)
_DATA_PACK = re.compile(r"(?:the\s+)?data packs?\b\s*", re.IGNORECASE)
_LATER = re.compile(r"cross-campaign|model card", re.IGNORECASE)


class Evidence:
    """The packs of a writeup by alias; `default` is the alias of the first, which may be missing."""

    def __init__(self, packs: Mapping[str, Pack], default: str, *, complete: bool) -> None:
        self.packs = packs
        self.default = default
        self.complete = complete
        """False where a pack is missing; a source that cannot be found may then be one of its tables."""

    def resolve(self, source: str) -> Tables | str:
        """Return the tables that a source names; a sentence where it names nothing that is there."""
        if harness := _HARNESS.fullmatch(source):
            return self._suite((harness["alias"] or self.default).lower())
        match _DATA_PACK.sub("", source, count=1).replace(".", " ", 1).split():
            case [] if self.default in self.packs:
                return self._all(self.default)
            case [table] if table in self._names(self.default):
                return frozenset({(self.default, table)})
            case [alias] if alias in self.packs:
                return self._all(alias)
            case [alias, table] if table in self._names(alias):
                return frozenset({(alias, table)})
        if not self.complete:
            return frozenset()
        if _LATER.search(source):
            return "cross-campaign views and model cards cannot be named yet"
        return "no table of a pack of this writeup"

    def hint(self) -> str:
        """Return what a source may name."""
        names = [self.name(alias, table) for alias in self.packs for table in self._names(alias)]
        return f"name one of: {', '.join([*names, 'harness spec'])}" if names else "name a pack under packs: first"

    def name(self, alias: str, table: str) -> str:
        """Return a table as a tag names it."""
        return table if alias == self.default else f"{alias} {table}"

    def beyond(self, sources: Iterable[Source], reach: Tables) -> str:
        """Return the tables that sources read outside a tag's reach, as the tag would name them; "" for none."""
        return ", ".join(self.name(*table) for table in sorted({(s.pack, s.table) for s in sources} - reach))

    def _suite(self, alias: str) -> Tables | str:
        pack = self.packs.get(alias)
        if pack is None:
            return frozenset() if not self.complete else f"no pack is called {alias!r}"
        frozen = any(resource.path == SUITE_FILE for resource in pack.descriptor.resources)
        return frozenset() if frozen else f"pack {pack.id} holds no suite"

    def _names(self, alias: str) -> list[str]:
        return self.packs[alias].table_names if alias in self.packs else []

    def _all(self, alias: str) -> Tables:
        return frozenset((alias, table) for table in self._names(alias))
