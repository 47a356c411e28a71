"""The check behind `clawpub check`: what generator/verdicts.py does not remember is found out here, on all cores."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from clawpub.errors import ClawpubError, PackError
from clawpub.findings import Finding
from clawpub.pack.reader import Pack, open_pack
from generator.cards import load_cards
from generator.content import load_edition, load_writeup
from generator.forking import cores, forked
from generator.library import Library, bad_views, load_views, uses
from generator.project import load_project
from generator.publication import carrying_of, check_edition, check_one, finding_of, open_whole
from generator.verdict_store import digest_of
from generator.verdicts import MANY, Press, Verdict
from generator.writeup import CheckedWriteup, Claim, Writeup


class Checking:
    """A publication that is being checked, its packs opened as they are needed."""

    def __init__(self, root: Path, processes: int | None = None, press: Press | None = None) -> None:
        self.root = root
        self.project = load_project(root)
        self.processes = processes
        self.press = press
        self.packs = _Packs(self.project.packs)
        self.cards = load_cards(self.project.models)
        self.views, self.unread_views = load_views(self.project.views)
        self.damaged: set[str] = set()
        site = self.project.site
        self.library = Library(self.packs, self.views, self.cards.by_model, site.names, site.sections, self.damaged)

    @cached_property
    def rules(self) -> str:
        return digest_of(
            json.dumps(sorted(self.project.site.severity.items())),
            json.dumps(self.project.site.sections),
            *self.library.known_names,
        )

    def open(self, path: Path) -> tuple[str | None, list[Finding]]:
        """Return a pack's digest, every byte of it compared with what was sealed, and what is wrong with it."""
        pack, findings = open_whole(path)
        self.packs.put(path.name, pack)
        if pack is None:
            self.damaged.add(path.name)
        return pack.digest if pack else None, findings

    def rest(self) -> tuple[Finding, ...]:
        from generator.local import local_packs
        from generator.texts import load_texts

        texts, local = load_texts(self.project.pages)[1], local_packs(self.root)[1]
        return (*texts, *local, *self.cards.findings, *self.unread_views, *bad_views(self.library))

    def edition(self, path: Path, *, drafts: bool) -> Verdict:
        """Return the verdict on an edition: on its text, and which writeups it carries."""
        try:
            edition = load_edition(path)
        except ClawpubError as error:
            return Verdict(path.stem, path, (finding_of(error, "unreadable", path),))
        known = replace(self._known(edition.text), slug=path.stem, carries=tuple(carrying_of(edition).slugs))
        if edition.text.draft and not drafts:
            return known
        checked, _ = check_edition(edition, self.packs, self.project.site.severity, self.library)
        return _told(known, checked.text, checked.findings)

    def check(self, folders: Sequence[Path], *, drafts: bool) -> Iterator[Verdict]:
        """Yield the verdict on each writeup, in order: in one process or in several, the same."""
        processes = min(self.processes or cores(), len(folders) // (1 if self.processes else MANY))
        yield from forked(partial(self.verdict, drafts=drafts), folders, processes)

    def verdict(self, folder: Path, *, drafts: bool) -> Verdict:
        path = folder / "index.md"
        try:
            writeup = load_writeup(folder)
        except ClawpubError as error:
            return Verdict(folder.name, path, (finding_of(error, "unreadable", folder),))
        known = self._known(writeup)
        if writeup.draft and not drafts:
            return known
        checked, views, findings = check_one(writeup, self.packs, self.project.site.severity, self.library)
        verdict = _told(known, checked, findings)
        if self.press and verdict.passed:
            return replace(verdict, page=self.press.print(checked, views))
        return verdict

    def front(self, folder: Path) -> Verdict:
        """Return what is known of a writeup before it is checked."""
        try:
            return self._known(load_writeup(folder))
        except ClawpubError:
            return Verdict(folder.name, folder / "index.md", ())

    def _known(self, text: Writeup) -> Verdict:
        """Return what is known of a text before it is checked."""
        packs = {pin.pack_id: pack.digest if (pack := self.packs.get(pin.pack_id)) else None for pin in text.pins}
        return Verdict(
            slug=text.slug,
            path=text.path,
            findings=(),
            date=text.date.isoformat(),
            draft=text.draft,
            packs=packs,
            shared=uses(text),
            loose=tuple((p.alias, p.pack_id, p.line) for p in text.pins if p.digest != packs[p.pack_id]),
            title=text.title,
            section=text.section,
            tagged=bool(text.tags),
        )


class _Packs(Mapping[str, Pack]):
    """The packs that can be trusted, by id. One that counts as compared already is opened when somebody asks for it;
    its tables are compared with their digests when they are read."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = {path.name: path for path in paths}
        self._open: dict[str, Pack] = {}

    def put(self, name: str, pack: Pack | None) -> None:
        if pack is None:
            self._paths.pop(name, None)
        else:
            self._open[name] = pack

    def __getitem__(self, name: str) -> Pack:
        if name not in self._open:
            try:
                self._open[name] = open_pack(self._paths[name])
            except PackError:
                raise KeyError(name) from None  # damaged since it was compared, a moment ago
        return self._open[name]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._paths))

    def __len__(self) -> int:
        return len(self._paths)


def _told(known: Verdict, checked: CheckedWriteup, findings: Sequence[Finding]) -> Verdict:
    return Verdict(
        **vars(known)
        | {
            "checked": True,
            "findings": tuple(findings),
            "verified": sum(claim.verdict == "verified" for claim in checked.claims),
            "coverage": vars(checked.coverage),
            "claims": json.dumps(
                [_claim(claim, _first(checked)) for claim in checked.claims], allow_nan=False, default=str
            ),
        }
    )


def _first(checked: CheckedWriteup) -> str:
    """Return the alias of the pack whose tables need none."""
    return checked.writeup.pins[0].alias if checked.writeup.pins else ""


def _claim(claim: Claim, first: str) -> dict[str, Any]:
    values = [reading.value for reading in claim.readings]
    return {
        "id": claim.fact_id,
        "text": claim.text,
        "line": claim.line,
        "column": claim.column,
        "facts": [reading.fact for reading in claim.readings],
        "value": values[0] if len(values) == 1 else values,
        "verdict": claim.verdict,
        "rule": claim.rule,
        "sources": [str(each) if each.pack == first else f"{each.pack}.{each}" for each in claim.sources],
    }
