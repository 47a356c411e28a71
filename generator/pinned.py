"""The packs and views that a writeup stands on: opened, and held to the digests that its front matter pins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clawpub.errors import ContentError, FactError, PackError
from clawpub.pack.across import CAMPAIGNS
from clawpub.pack.query import Database
from clawpub.pack.reader import Pack
from clawpub.pack.tables import Table
from clawpub.toml_source import nearest_hint
from generator.findings import Report
from generator.library import ALIAS, CARD_TABLES, Library, uses
from generator.writeup import Claim, Writeup


class Pinned:
    def __init__(self, writeup: Writeup, found: Mapping[str, Pack], library: Library, report: Report) -> None:
        self.writeup = writeup
        self.found = found
        """The packs that were found, by id."""
        self.library = library
        self.report = report
        self.packs: dict[str, Pack] = {}
        self.complete = True
        """False where a pack is missing."""

    def open(self) -> tuple[dict[str, Pack], Database | None, bool]:
        """Return the packs by alias, the database over them, and whether none is missing."""
        database = self._database()
        return self.packs, database, self.complete

    def _database(self) -> Database | None:
        tables = {}
        for pin in self.writeup.pins:
            pack = self.found.get(pin.pack_id)
            if pack is None and pin.pack_id in self.library.damaged:
                hint = f"`clawpub pack verify content/packs/{pin.pack_id}` names what is wrong with it"
                self._missing(f"the pack {pin.pack_id!r} cannot be read", pin.line, hint)
                continue
            if pack is None:
                near = nearest_hint(pin.pack_id, self.found) or "content/packs holds no pack that can be read"
                self._missing(f"no pack {pin.pack_id!r}", pin.line, near)
                continue
            try:
                tables[pin.alias] = pack.tables()
            except PackError as error:
                self._missing(f"pack {pin.pack_id} cannot be read: {error.message}", pin.line, error.hint)
                continue
            self.packs[pin.alias] = pack
        if self.writeup.pins and self.writeup.pins[0].alias not in tables:
            return None  # a table without an alias would be looked for in another pack
        tables |= self._across()
        if not tables:
            return None
        try:
            return Database(tables)
        except FactError as error:
            self._missing(error.message, self.writeup.pins[0].line if self.writeup.pins else 1, error.hint)
            return None

    def _across(self) -> dict[str, list[Table]]:
        """Return the views and model cards under their alias, where the writeup reads any."""
        if not uses(self.writeup):
            return {}
        try:
            self.packs[ALIAS] = self.library.across
            return {ALIAS: self.library.across.tables()}
        except (ContentError, PackError) as error:
            self._missing(f"the cross-campaign views cannot be computed: {error.message}", 1, error.hint)
            return {}

    def _missing(self, message: str, line: int, hint: str | None) -> None:
        self.complete = False
        self.report("missing-pack", message, line, hint=hint)

    def check(self, *, observed: bool) -> None:
        """Report the packs whose digests are not those pinned; an Observed passage wants each pinned."""
        for pin in self.writeup.pins:
            pack = self.packs.get(pin.alias)
            if pack is None:
                continue
            now = f"{pin.alias}: {pin.pack_id}@{pack.digest}"
            if pin.digest and pin.digest != pack.digest:
                self.report(
                    "stale-pin",
                    f"pack {pin.pack_id} is not the one that this was written against ({pin.digest})",
                    pin.line,
                    hint=f"`clawpub diff-truth OLD NEW` lists the sentences that change; then pin {now}",
                )
            elif not pin.digest and observed:
                self.report(
                    "unpinned",
                    f"pack {pin.pack_id} is named without its digest",
                    pin.line,
                    hint=f"write {now}",
                )

    def check_views(self, claims: Sequence[Claim], *, observed: bool) -> None:
        """Hold each view that a claim reads to its pin: another pack in the publication may have changed it."""
        across = self.packs.get(ALIAS)
        if across is None:
            return
        pinned = {pin.name: pin for pin in self.writeup.views}
        read = {source.table for claim in claims for source in claim.sources if source.pack == ALIAS}
        for name in sorted((read | pinned.keys()) - {*CARD_TABLES, CAMPAIGNS.name}):
            digest = across.resources[name].hash if name in across.resources else ""
            pin = pinned.get(name)
            if not digest and pin:
                self.report("missing-pack", f"no view {name!r} in content/views", pin.line)
            elif pin and pin.digest != digest:
                message = f"the view {name} has other rows than when this was written ({pin.digest})"
                hint = f"read every claim on it again, then pin {name}: {digest}"
                self.report("stale-view", message, pin.line, hint=hint)
            elif not pin and observed:
                hint = f"write, under views:, {name}: {digest}"
                line = self.writeup.front_lines.get("views", self.writeup.front_lines.get("packs", 1))
                self.report("unpinned", f"the view {name} is read without its digest", line, hint=hint)
