"""Two packs of a publication, one to stand in the other's place, and a writeup checked over either."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from clawpub.findings import Finding
from clawpub.pack.reader import Pack
from generator.claims import check_writeup
from generator.library import ALIAS, Library, uses
from generator.project import Project
from generator.shelf import Shelf, shared_library
from generator.tables import short
from generator.writeup import CheckedWriteup, Pin, Writeup


@dataclass
class Swap:
    """An old pack, the new one that is to stand in its place, and what their publication holds besides."""

    project: Project
    old: Pack
    new: Pack
    shelf: Shelf
    _libraries: dict[str, Library] = field(default_factory=dict)

    def touches(self, writeup: Writeup) -> bool:
        """Whether a writeup stands on the old pack, by a pin or through a view over all packs."""
        return bool(self.pins(writeup)) or (self.published and uses(writeup))

    def pins(self, writeup: Writeup) -> list[Pin]:
        return [pin for pin in writeup.pins if pin.pack_id == self.old.id]

    @cached_property
    def published(self) -> bool:
        """Whether the publication holds a pack of the old one's name, so that its views are computed over it."""
        return any(path.name == self.old.id for path in self.project.packs)

    def check(self, writeup: Writeup, pack: Pack) -> CheckedWriteup:
        """Return a writeup, checked with one of the two packs where it names the old one; its database is open."""
        packs: dict[str, Pack] = {}
        for pin in writeup.pins:
            if pin.pack_id != self.old.id and (other := self.shelf.get(pin.pack_id)):
                packs[pin.pack_id] = other
        taken = pack.id in packs and packs[pack.id].digest != pack.digest
        key = f"{pack.id}@{short(pack.digest)}" if taken else pack.id
        pins = tuple(
            replace(pin, pack_id=key, digest=pin.digest and pack.digest) if pin.pack_id == self.old.id else pin
            for pin in writeup.pins
        )
        library = self.library(pack) if uses(writeup) else self.bare
        packs = {**packs, key: pack}
        return check_writeup(replace(writeup, pins=pins), packs, self.project.site.severity, library)

    def findings(self, writeup: Writeup, pack: Pack) -> tuple[Finding, ...]:
        checked = self.check(writeup, pack)
        close(checked)
        return checked.findings

    def names(self, writeup: Writeup) -> tuple[str, ...]:
        """Return the names whose digits are no quantities."""
        return (*self.bare.known_names, *writeup.names)

    @cached_property
    def bare(self) -> Library:
        """What writeups share, without the packs, which only views ask for."""
        return shared_library(self.project, {})

    def library(self, pack: Pack) -> Library:
        """Return what writeups share, computed with one of the two packs and without the other."""
        if pack.digest not in self._libraries:
            both = (self.old.digest, self.new.digest)
            others = {name: each for name, each in self.shelf.items() if each.digest not in both}
            packs = {name: each for name, each in others.items() if name != self.old.id} | {pack.id: pack}
            self._libraries[pack.digest] = replace(self.bare, packs=packs)
        return self._libraries[pack.digest]

    def pin_lines(self, writeup: Writeup, after: CheckedWriteup) -> tuple[str, ...]:
        """Return what the front matter is to say once the new pack is in the old one's place."""
        packs = [f"{pin.alias}: {self.new.id}@{self.new.digest}" for pin in self.pins(writeup)]
        across = after.packs.get(ALIAS)
        views = [
            f"{pin.name}: {across.resources[pin.name].hash}"
            for pin in writeup.views
            if across and pin.name in across.resources and across.resources[pin.name].hash != pin.digest
        ]
        return (*packs, *views)


def close(checked: CheckedWriteup) -> None:
    if checked.database:
        checked.database.close()
