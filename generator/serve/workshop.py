"""A publication kept at hand while somebody works on it: what changed is read and checked again, the rest is not.

Everything is known by the stamps of its files (inode, size, times). A pack is opened and compared with its digests
once, and again when a file of it changed; a writeup's check stands as long as its files, its packs, the site's rules
and, where it reads across campaigns, the library do. When much is to be checked at once, other processes do it
(`clawpub check`'s memory is where they leave it), and pages are checked one by one as they are asked for.

The clock comes from outside: `today` decides which writeups are marked as future.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from clawpub.errors import ClawpubError, ConfigError
from clawpub.findings import Finding
from clawpub.pack.reader import Pack
from generator.cards import Cards, load_cards
from generator.content import load_writeup
from generator.library import Library, bad_views, load_views, uses
from generator.local import FOLDER, local_packs
from generator.pages.assembly import writeup_entry
from generator.pages.contents import Contents
from generator.pages.contexts import WriteupEntry
from generator.pages.editions import edition_entry
from generator.pages.render import default_templates
from generator.project import Project, load_project
from generator.publication import check_one, finding_of, open_whole
from generator.serve.stamps import file_stamp, folder_stamp
from generator.serve.weeklies import Weeklies
from generator.texts import Text, load_texts
from generator.verdict_store import digest_of
from generator.verdicts import Verdicts, signature_of
from generator.views import View
from generator.writeup import CheckedEdition, CheckedWriteup, Coverage, Writeup

FEW = 12
"""Writeups that are checked at once, here; more are left to other processes."""
AT_HAND = 40
"""Writeups whose tokens are kept; one of 1,000 words has about half a megabyte of them."""

_NOTHING = Coverage(0, 0, 0, 0)


@dataclass(frozen=True)
class Kept:
    """What is known of a writeup's folder."""

    stamp: str
    """Of its files."""
    writeup: Writeup | None
    """None where it cannot be read."""
    findings: tuple[Finding, ...] = ()
    verified: int = 0
    """Claims."""
    key: str = ""
    """What its check stands on; empty while it was not checked."""
    shared: bool = False
    """Whether it reads across the publication's packs."""


@dataclass(frozen=True)
class Full:
    """A writeup with all that its page is made of."""

    checked: CheckedWriteup
    views: Mapping[str, View]
    findings: tuple[Finding, ...]


@dataclass
class _Shared:
    """What writeups share, and what is wrong with it, each with the stamp of its files."""

    packs: dict[str, tuple[str | None, Pack | None, tuple[Finding, ...]]] = field(default_factory=dict)
    """By folder's name."""
    cards: tuple[str | None, Cards] | None = None
    texts: tuple[str | None, list[Text], list[Finding]] | None = None
    local: tuple[str | None, list[Pack], list[Finding]] | None = None
    across: tuple[Finding, ...] = ()
    views: str | None = None


class Workshop:
    """Not for several threads at once."""

    def __init__(self, root: Path, today: date) -> None:
        """Raises: ConfigError where there is no publication."""
        self.root = root
        self.today = today
        self.project: Project = load_project(root)
        self.library = Library()
        self.kept: dict[str, Kept] = {}
        """By slug, sorted."""
        self.editions = Weeklies(today)
        self.pending: set[str] = set()
        """The slugs of those that are not checked as they are now."""
        self.troubles: tuple[Finding, ...] = ()
        """What keeps the publication from being read as it is now; what was read last is shown."""
        self.wanted = True
        """Another thread may set this to False: what is being read then need not be read to its end."""
        self.templates: str = ""
        """The stamp of all templates."""
        self._shared = _Shared()
        self._base: tuple[object, ...] = ()
        self._rules = ""
        self._full: OrderedDict[str, tuple[str, Full]] = OrderedDict()

    # --- what is there ---

    def refresh(self) -> None:
        """Look at everything, and check again what changed and is not too much.

        What cannot be read now, for it is being replaced or is wrong, is one of `troubles`; the rest stays as it was.
        """
        self.troubles = ()
        try:
            self._look()
        except ConfigError as error:
            self.troubles = (finding_of(error, "unreadable", self.root / "content" / "site.toml"),)
        except OSError as error:
            said = f"cannot be read: {error.strerror}"
            self.troubles = (Finding("unreadable", said, Path(error.filename or self.root)),)

    def _look(self) -> None:
        self.project = load_project(self.root)
        self._look_at_packs()
        self._look_at_texts()
        self.templates = digest_of(*(folder_stamp(folder) for folder in (self.project.templates, default_templates())))
        self._look_at_writeups()
        self.editions.look(self.project, self.library, self._key_of)
        stale = [slug for slug, kept in self.kept.items() if kept.writeup and kept.key != self._key(kept)]
        self.pending = set(stale)
        if len(stale) <= FEW:
            for slug in stale:
                self.full(slug)

    def _look_at_packs(self) -> None:
        project, shared = self.project, self._shared
        known, shared.packs = shared.packs, {}
        for path in project.packs:
            self._go_on()
            stamp = signature_of(path)[0]
            here = known.get(path.name)
            if here is None or stamp is None or here[0] != stamp:
                pack, findings = open_whole(path)
                if here and pack and here[1] and here[1].digest == pack.digest:
                    pack = here[1]  # only touched: what is known of it stands
                here = stamp, pack, tuple(findings)
            shared.packs[path.name] = here
        stamp = folder_stamp(project.models)
        if shared.cards is None or shared.cards[0] != stamp:
            shared.cards = stamp, load_cards(project.models)
        packs = {pack.id: pack for _, pack, _ in shared.packs.values() if pack}
        sealed = tuple((path.name, packs[path.name].digest if path.name in packs else "") for path in project.packs)
        base = (sealed, shared.cards[1], folder_stamp(project.views), project.site)
        if base != self._base:
            self._base = base
            self._new_library(packs, shared.cards[1])

    def _new_library(self, packs: Mapping[str, Pack], cards: Cards) -> None:
        project, site = self.project, self.project.site
        files, unread = load_views(project.views)
        damaged = {path.name for path in project.packs} - packs.keys()
        self.library = Library(dict(packs), files, cards.by_model, site.names, site.sections, damaged)
        self._shared.across = (*cards.findings, *unread, *bad_views(self.library))
        severities = json.dumps(sorted(site.severity.items()))
        self._rules = digest_of(severities, json.dumps(site.sections), *self.library.known_names)

    def _look_at_texts(self) -> None:
        shared = self._shared
        stamp = folder_stamp(self.project.pages)
        if shared.texts is None or shared.texts[0] != stamp:
            shared.texts = stamp, *load_texts(self.project.pages)
        stamp = folder_stamp(self.root / FOLDER)
        if shared.local is None or shared.local[0] != stamp:
            shared.local = stamp, *local_packs(self.root)

    def _look_at_writeups(self) -> None:
        known, self.kept = self.kept, {}
        for folder in self.project.writeups:
            self._go_on()
            stamp = file_stamp(f"{folder}/index.md") + file_stamp(f"{folder}/facts.toml")
            here = known.get(folder.name)
            self.kept[folder.name] = here if here and here.stamp == stamp else self._read(folder, stamp)
        for slug in self._full.keys() - self.kept.keys():
            del self._full[slug]

    def _go_on(self) -> None:
        if not self.wanted:
            raise InterruptedError

    def _read(self, folder: Path, stamp: str) -> Kept:
        try:
            writeup = load_writeup(folder)
        except ClawpubError as error:
            return Kept(stamp, None, (finding_of(error, "unreadable", folder),))
        return Kept(stamp, replace(writeup, future=writeup.date > self.today), shared=uses(writeup))

    # --- checks ---

    def _key(self, kept: Kept) -> str:
        assert kept.writeup
        return self._key_of(kept.stamp, kept.writeup, kept.shared)

    def _key_of(self, stamp: str, text: Writeup, shared: bool) -> str:
        """Return a digest of all that a text's check depends on."""
        packs = self.library.packs
        pins = [f"{pin.pack_id}@{self._digest(pin.pack_id) or ''}" for pin in text.pins]
        more = [self.library.digest] if shared else []
        if any(pin.endswith("@") for pin in pins):
            more.append(digest_of(*packs, "damaged", *sorted(self.library.damaged)))  # the hint names what is there
        return digest_of(stamp, self._rules, *pins, *more)

    def full(self, slug: str) -> Full | None:
        """Return a writeup, checked; None where there is none, or it cannot be read."""
        kept = self.kept.get(slug)
        if kept is None or kept.writeup is None:
            return None
        key = self._key(kept)
        if slug not in self._full or self._full[slug][0] != key:
            checked, views, findings = check_one(
                kept.writeup, self.library.packs, self.project.site.severity, self.library
            )
            self._full[slug] = key, Full(checked, views, findings)
            self._keep(slug, key, findings, sum(claim.verdict == "verified" for claim in checked.claims))
        self._full.move_to_end(slug)
        while len(self._full) > AT_HAND:
            self._full.popitem(last=False)
        return self._full[slug][1]

    def check_next(self) -> None:
        """Check one of those that are pending."""
        slug = min(self.pending, default="")
        if self.full(slug) is None:
            self.pending.discard(slug)

    def _keep(self, slug: str, key: str, findings: tuple[Finding, ...], verified: int) -> None:
        self.kept[slug] = replace(self.kept[slug], key=key, findings=findings, verified=verified)
        self.pending.discard(slug)

    def adopt(self, verdicts: Verdicts, stamps: Mapping[str, str]) -> None:
        """Take over what other processes found of writeups whose stamps are what they were when those began."""
        for verdict in verdicts.writeups:
            kept = self.kept.get(verdict.slug)
            if kept is None or kept.writeup is None or kept.stamp != stamps.get(verdict.slug):
                continue  # it changed meanwhile
            same = all(self._digest(name) == digest for name, digest in verdict.packs.items())
            if verdict.slug in self.pending and same:
                self._keep(verdict.slug, self._key(kept), verdict.findings, verdict.verified)

    def _digest(self, pack: str) -> str | None:
        return self.library.packs[pack].digest if pack in self.library.packs else None

    @property
    def state(self) -> tuple[object, ...]:
        """What tells whether a refresh found anything new."""
        return self.stamps, self.findings, self.templates, id(self.library), len(self.pending)

    @property
    def stamps(self) -> dict[str, str]:
        """The stamps of all writeups, by slug."""
        return {slug: kept.stamp for slug, kept in self.kept.items()}

    # --- what there is to show ---

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that was found in the publication; of pages, only what shows before they are made."""
        shared = self._shared
        found = [*self.troubles]
        for kept in self.kept.values():
            found += kept.findings
        found += self.editions.findings(self._drafts)
        for _, _, wrong in shared.packs.values():
            found += wrong
        found += shared.texts[2] if shared.texts else ()
        found += shared.local[2] if shared.local else ()
        return (*found, *shared.across)

    @property
    def _drafts(self) -> dict[str, bool]:
        return {slug: bool(kept.writeup and kept.writeup.draft) for slug, kept in self.kept.items()}

    def shown_editions(self) -> tuple[CheckedEdition, ...]:
        """Return the editions that can be read, newest first, each carrying what there is of its writeups."""
        return self.editions.shown([slug for slug, kept in self.kept.items() if kept.writeup])

    def contents(self) -> Contents:
        """Return what all pages but those of writeups and editions are made of."""
        packs, shared = self.library.packs, self._shared
        found = [(kept.writeup, kept) for kept in self.kept.values() if kept.writeup]
        found.sort(key=lambda pair: (-pair[0].date.toordinal(), pair[0].slug))
        entries = {writeup.slug: _entry(writeup, kept, packs) for writeup, kept in found}
        editions = [
            edition_entry(shown.edition, [entries[each.slug] for each in shown.edition.carried])
            for shown in self.shown_editions()
        ]
        return Contents(
            project=self.project,
            packs=tuple(packs.values()),
            entries=tuple(entries.values()),
            editions=tuple(editions),
            texts=tuple(shared.texts[1]) if shared.texts else (),
            cards=self.library.cards,
            library=self.library,
            local=tuple(shared.local[1]) if shared.local else (),
        )


def _entry(writeup: Writeup, kept: Kept, packs: Mapping[str, Pack]) -> WriteupEntry:
    own = {pin.alias: packs[pin.pack_id] for pin in writeup.pins if pin.pack_id in packs}
    checked = CheckedWriteup(writeup, (), (), _NOTHING, (), own, None)
    return replace(writeup_entry(checked), claims=kept.verified)
