"""What a tag's sources are: the tables of packs that an Observed passage may bind to.

    source  =  ["data pack"] ([alias] table | alias) | "data pack" | [alias] "harness spec"
            |  "cross-campaign" ["data" | [view] ["view"]] | "model cards" | "model card" model

A table without an alias is the first pack's. `harness spec` is the suite as frozen in the pack; it is no table, so a
passage that names nothing else may bind to any. `cross-campaign` alone is every view.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from clawpub.pack.across import CAMPAIGNS
from clawpub.pack.model import SUITE_FILE
from clawpub.pack.query import Source
from clawpub.pack.reader import Pack
from generator.library import ALIAS, CARD_TABLES, MODEL_CARDS

Tables = frozenset[tuple[str, str]]
"""(alias, table)"""

_HARNESS = re.compile(r"(?:the\s+)?(?:(?P<alias>[a-z][a-z0-9_]*)\s+)?harness spec", re.IGNORECASE)
_DATA_PACK = re.compile(r"(?:the\s+)?data packs?\b\s*", re.IGNORECASE)
_ACROSS = re.compile(r"(?:the\s+)?cross-campaign(?:\s+(?P<view>\w+?))??(?:\s+(?:views?|data))?", re.IGNORECASE)
_CARDS = re.compile(r"(?:the\s+)?model cards?(?:\s+(?P<model>\S+))?", re.IGNORECASE)


class Evidence:
    """The packs of a writeup by alias; `default` is the alias of the first, which may be missing."""

    def __init__(self, packs: Mapping[str, Pack], default: str, *, complete: bool) -> None:
        self.packs = packs
        self.default = default
        self.complete = complete
        """False where a pack is missing, or the views could not be computed; a source that cannot be found may then be
        one of its tables."""

    def resolve(self, source: str) -> Tables | str:
        """Return the tables that a source names; a sentence where it names nothing that is there."""
        if harness := _HARNESS.fullmatch(source):
            return self._suite((harness["alias"] or self.default).lower())
        if across := _ACROSS.fullmatch(source):
            return self._across(across["view"])
        if cards := _CARDS.fullmatch(source):
            return self._cards(cards["model"])
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
        return "no table of a pack of this writeup"

    def hint(self) -> str:
        """Return what a source may name."""
        names = [self.name(alias, table) for alias in self.packs for table in self._names(alias)]
        return (
            f"name one of: {', '.join(dict.fromkeys([*names, 'harness spec']))}"
            if names
            else "name a pack under packs: first"
        )

    def name(self, alias: str, table: str) -> str:
        """Return a table as a tag names it."""
        if alias == ALIAS:
            return "model cards" if table in CARD_TABLES else f"cross-campaign {table}"
        return table if alias == self.default else f"{alias} {table}"

    def beyond(self, sources: Iterable[Source], reach: Tables) -> str:
        """Return the tables that sources read outside a tag's reach, as the tag would name them; "" for none."""
        names = (self.name(*table) for table in sorted({(s.pack, s.table) for s in sources} - reach))
        return ", ".join(dict.fromkeys(names))

    @property
    def _not_computed(self) -> bool:
        """Whether the views and cards are missing because one of them is bad, which has been said where it is."""
        return ALIAS not in self.packs and not self.complete

    def _across(self, view: str | None) -> Tables | str:
        if self._not_computed:
            return frozenset()
        there = [name for name in self._names(ALIAS) if name not in CARD_TABLES]
        if view is None:
            some = set(there) > {CAMPAIGNS.name}
            return frozenset((ALIAS, name) for name in there) if some else "there are no views in content/views"
        if view in there:
            return frozenset({(ALIAS, view)})
        return f"no view {view!r}; views: {', '.join(there) or 'none'}"

    def _cards(self, model: str | None) -> Tables | str:
        if self._not_computed:
            return frozenset()
        known = self.packs[ALIAS].table(MODEL_CARDS.name).column("model") if ALIAS in self.packs else []
        if not known or (model and model not in known):
            return f"no model card {model or ''}".rstrip() + f"; cards: {', '.join(map(str, known)) or 'none'}"
        return frozenset((ALIAS, name) for name in CARD_TABLES)

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
