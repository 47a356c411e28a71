"""What all pages of one state of a publication share: theme, scripts, navigation, entries of lists, the packs' runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from clawpub.pack.reader import Pack
from generator.pages.body import BodyRenderer
from generator.pages.catalogue import Catalogue, catalogue_of, navigation
from generator.pages.contents import Contents
from generator.pages.contexts import Recheck, SourceLink, WriteupEntry
from generator.pages.editions import edition_link
from generator.pages.frame import Frame, outline_of
from generator.pages.recheck import Scripts, load_scripts
from generator.pages.render import Theme, default_templates, load_theme
from generator.pages.scripts import bundle, load_modules
from generator.pages.site import Runs
from generator.project import Project
from generator.serve.flags import FlaggedBody
from generator.verdicts import Front
from generator.writeup import CheckedEdition, CheckedWriteup

OVERLAY = "preview/overlay.js"


class KeptRuns(Runs):
    """The runs of each pack, kept from state to state while the pack is the same."""

    def __init__(self, packs: Mapping[str, Pack], before: KeptRuns | None) -> None:
        super().__init__(packs)
        for name, read in before._read.items() if before else ():
            if packs.get(name) is read[0].pack:
                self._read[name] = read


@dataclass(frozen=True)
class Dress:
    """The theme of the publication and that of the overlay, which is the default one; and all scripts."""

    theme: Theme
    scripts: Scripts
    default: Theme
    overlay_css: bytes
    overlay_js: bytes


def load_dress(project: Project) -> Dress:
    """Return what pages are dressed in. Raises: ConfigError where a script of the theme is not there."""
    default = default_templates()
    return Dress(
        theme=load_theme(project.templates),
        scripts=load_scripts(project),
        default=load_theme(),
        overlay_css=(default / "assets" / "css" / "preview" / "overlay.css").read_bytes(),
        overlay_js=bundle(load_modules([default]), OVERLAY).encode(),
    )


@dataclass(frozen=True, kw_only=True)
class PreviewFrame(Frame):
    """The frame of a build, its theme loaded before; bodies show their flags, a page with errors offers no check."""

    dress: Dress

    renderer: ClassVar[type[BodyRenderer]] = FlaggedBody

    @cached_property
    def theme(self) -> Theme:
        return self.dress.theme

    @cached_property
    def scripts(self) -> Scripts:
        return self.dress.scripts

    def recheck(self, checked: CheckedWriteup, names: Sequence[str], root: str) -> Recheck | None:
        return super().recheck(checked, names, root) if checked.passed else None


@dataclass(frozen=True)
class Scene:
    contents: Contents
    editions: tuple[CheckedEdition, ...]
    """Newest first."""
    dress: Dress
    runs: KeptRuns

    @cached_property
    def catalogue(self) -> Catalogue:
        return catalogue_of(self.contents)

    @cached_property
    def frame(self) -> PreviewFrame:
        fronts = [Front(entry.section, bool(entry.tags)) for entry in self.contents.entries]
        links = navigation(self.catalogue, fronts, editions=bool(self.editions))
        outline = outline_of(self.contents, self.catalogue.places, links)
        return PreviewFrame(self.contents.project, outline, dress=self.dress)

    @cached_property
    def entries(self) -> Mapping[str, WriteupEntry]:
        """Of the writeups, by slug."""
        return {entry.slug: entry for entry in self.contents.entries}

    def carried(self, edition: CheckedEdition) -> list[WriteupEntry]:
        return [self.entries[each.slug] for each in edition.edition.carried]

    def carrier(self, slug: str) -> SourceLink | None:
        """Return a link to the edition that carries a writeup."""
        found = (each for each in self.editions if any(carried.slug == slug for carried in each.edition.carried))
        return next((self._link(each) for each in found), None)

    def neighbours(self, at: int) -> tuple[SourceLink | None, SourceLink | None]:
        """Return links to the edition before one and to the one after it."""
        before = self._link(self.editions[at + 1]) if at + 1 < len(self.editions) else None
        return before, self._link(self.editions[at - 1]) if at else None

    def _link(self, edition: CheckedEdition) -> SourceLink:
        return edition_link(edition.edition.week, edition.edition.text.title)
