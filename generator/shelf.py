"""The packs of a publication by id, each opened, every byte of it compared with its digest, when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from clawpub.findings import Finding
from clawpub.pack.reader import Pack
from generator.cards import load_cards
from generator.library import Library, load_views
from generator.project import Project
from generator.publication import open_whole


class Shelf(Mapping[str, Pack]):
    """One that is damaged is not on it; what is wrong with it is in `findings` once it was asked for."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.findings: list[Finding] = []
        self._paths = {path.name: path for path in paths}
        self._opened: dict[str, Pack | None] = {}

    def __getitem__(self, name: str) -> Pack:
        if name not in self._opened:
            pack, findings = open_whole(self._paths[name])
            self.findings += [finding for finding in findings if finding.rule == "damaged-pack"]
            self._opened[name] = pack
        opened = self._opened[name]
        if opened is None:
            raise KeyError(name)
        return opened

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._paths if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def shared_library(project: Project, packs: Mapping[str, Pack]) -> Library:
    """Return what a publication's writeups share, for commands that look at one of them; what cannot be read of it is
    left out, and is a finding of `clawpub check`."""
    views, _ = load_views(project.views)
    return Library(packs, views, load_cards(project.models).by_model, project.site.names, project.site.sections)
