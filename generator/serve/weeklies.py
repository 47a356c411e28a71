"""The editions of a publication at hand: few and short, so each is kept whole, and checked where it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from clawpub.errors import ClawpubError
from clawpub.findings import Finding
from generator.content import load_edition
from generator.editions import Carrying, carrying_findings
from generator.library import Library, uses
from generator.project import Project
from generator.publication import carrying_of, check_edition, finding_of
from generator.serve.stamps import file_stamp
from generator.views import View
from generator.weeks import edition_ledger
from generator.writeup import CheckedEdition, Edition, Writeup

KeyOf = Callable[[str, Writeup, bool], str]
"""Given a stamp, a text and whether it reads across packs: what its check depends on."""


@dataclass(frozen=True)
class KeptEdition:
    stamp: str
    edition: Edition | None
    """None where it cannot be read."""
    findings: tuple[Finding, ...] = ()
    checked: CheckedEdition | None = None
    views: dict[str, View] | None = None
    key: str = ""


class Weeklies:
    def __init__(self, today: date) -> None:
        self.today = today
        self.kept: dict[Path, KeptEdition] = {}
        """In the order of the weeks."""
        self.misnamed: tuple[Finding, ...] = ()

    def look(self, project: Project, library: Library, key_of: KeyOf) -> None:
        """Read what changed and check what is not checked as it is now."""
        known, self.kept = self.kept, {}
        self.misnamed = project.misnamed
        for path in project.editions:
            stamp = file_stamp(str(path)) + file_stamp(str(edition_ledger(path)))
            here = known.get(path)
            if here is None or here.stamp != stamp:
                here = self._read(path, stamp)
            if here.edition:
                text = here.edition.text
                key = key_of(stamp, text, uses(text))
                if here.key != key:
                    checked, views = check_edition(here.edition, library.packs, project.site.severity, library)
                    here = KeptEdition(stamp, here.edition, checked.findings, checked, views, key)
            self.kept[path] = here

    def _read(self, path: Path, stamp: str) -> KeptEdition:
        try:
            edition = load_edition(path)
        except ClawpubError as error:
            return KeptEdition(stamp, None, (finding_of(error, "unreadable", path),))
        text = edition.text
        return KeptEdition(stamp, replace(edition, text=replace(text, future=text.date > self.today)))

    def findings(self, drafts: dict[str, bool]) -> tuple[Finding, ...]:
        """Return what was found in editions; `drafts` has every writeup by its slug."""
        carrying: list[Carrying] = [carrying_of(kept.edition) for kept in self.kept.values() if kept.edition]
        own = [finding for kept in self.kept.values() for finding in kept.findings]
        return (*own, *self.misnamed, *carrying_findings(carrying, drafts))

    def shown(self, slugs: Sequence[str]) -> tuple[CheckedEdition, ...]:
        """Return those that can be read, newest first, each carrying what there is of its writeups."""
        found = []
        for kept in self.kept.values():
            if kept.checked:
                there = tuple(carried for carried in kept.checked.edition.carried if carried.slug in slugs)
                found.append(replace(kept.checked, edition=replace(kept.checked.edition, carried=there)))
        return tuple(reversed(found))

    @property
    def views(self) -> dict[str, dict[str, View]]:
        """Return by slug what each expression makes."""
        return {kept.edition.text.slug: kept.views or {} for kept in self.kept.values() if kept.edition}
