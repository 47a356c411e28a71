"""What every page of a site is set in: the theme, the scripts, the navigation, and which models and tasks have pages.

The frame is made of packs, cards and plain pages, never of a writeup's words, so that a writeup's page can be made
while the others are still being checked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, ClassVar

from generator.pages.assembly import publication_of
from generator.pages.body import BodyRenderer
from generator.pages.contents import Contents
from generator.pages.contexts import ImageLink, Publication, Recheck, SourceLink
from generator.pages.output import Payload
from generator.pages.places import Places
from generator.pages.recheck import Scripts, load_scripts, recheck_of
from generator.pages.render import Theme, load_theme
from generator.pages.sharing import FRONT, ShareImage, ShareImages, site_image
from generator.pages.suites import suite_of
from generator.project import Project, Site
from generator.tables import model_of
from generator.urls import SEARCH
from generator.verdict_store import digest_of
from generator.writeup import CheckedWriteup


@dataclass(frozen=True)
class Outline:
    """The navigation, and which pages there are to lead to: what a frame takes from the packs.

    It is JSON on its way through the memory, so that a build in which no pack changed need not open one.
    """

    head: tuple[SourceLink, ...]
    foot: tuple[SourceLink, ...]
    texts: tuple[SourceLink, ...]
    local: tuple[tuple[str, str], ...]
    """Id and digest of each pack made on this machine that is shown, newest first."""
    models: tuple[str, ...]
    tasks: tuple[tuple[str, tuple[str, ...]], ...]
    """By suite."""
    packs: tuple[tuple[str, str, str], ...]
    """Id, model and suite of each pack."""

    @property
    def places(self) -> Places:
        return Places(frozenset(self.models), {suite: frozenset(tasks) for suite, tasks in self.tasks})

    def around(self, packs: Sequence[str]) -> str:
        """Return a digest of where a page about some packs leads."""
        chosen = [(model, suite) for name, model, suite in self.packs if name in packs]
        models, tasks = frozenset(self.models), dict(self.tasks)
        return digest_of(*(f"{model in models} {suite} {tasks.get(suite)}" for model, suite in chosen))


def outline_of(
    contents: Contents, places: Places, navigation: tuple[tuple[SourceLink, ...], tuple[SourceLink, ...]]
) -> Outline:
    """Return the outline of a publication, given the links of its masthead and of its foot."""
    head, foot = navigation
    return Outline(
        head=head,
        foot=foot,
        texts=tuple(SourceLink(text.title, text.url) for text in contents.texts),
        local=tuple((pack.id, pack.digest) for pack in contents.local),
        models=tuple(sorted(places.models)),
        tasks=tuple((suite, tuple(sorted(tasks))) for suite, tasks in sorted(places.tasks.items())),
        packs=tuple((pack.id, model_of(pack) if pack.info.campaign else "", suite_of(pack)) for pack in contents.packs),
    )


def written(outline: Outline) -> str:
    return json.dumps(outline, default=vars)


def read(text: str) -> Outline:
    """Return an outline as `written` gave it."""
    told: dict[str, Any] = json.loads(text)
    links = {name: tuple(SourceLink(**link) for link in told[name]) for name in ("head", "foot", "texts")}
    return Outline(
        **links,
        local=tuple((name, digest) for name, digest in told["local"]),
        models=tuple(told["models"]),
        tasks=tuple((suite, tuple(tasks)) for suite, tasks in told["tasks"]),
        packs=tuple((name, model, suite) for name, model, suite in told["packs"]),
    )


@dataclass(frozen=True)
class Frame:
    project: Project
    outline: Outline
    with_images: bool = False
    """Whether pages have an image that is shown where they are shared."""
    search: bool = False
    """Whether the site has a page that searches."""

    renderer: ClassVar[type[BodyRenderer]] = BodyRenderer
    """What renders the body of a writeup or edition."""

    @property
    def site(self) -> Site:
        return self.project.site

    @cached_property
    def theme(self) -> Theme:
        return load_theme(self.project.templates)

    @cached_property
    def scripts(self) -> Scripts:
        return load_scripts(self.project)

    def recheck(self, checked: CheckedWriteup, names: Sequence[str], root: str) -> Recheck | None:
        """Return what a page is checked again with; `root` leads from it to the site's."""
        return recheck_of(checked, names, root, self.scripts)

    @cached_property
    def places(self) -> Places:
        return self.outline.places

    @cached_property
    def about(self) -> Publication:
        outline = self.outline
        about = publication_of(
            self.site,
            self.theme.stylesheet_path,
            self.scripts.every,
            texts=outline.texts,
            has_demo=bool(outline.local),
            head=(*outline.head, *([SourceLink("Search", SEARCH)] if self.search else [])),
            foot=outline.foot,
            charts=self.scripts.charts,
        )
        return replace(about, image=self.share(FRONT, site_image(self.site))[0])

    @cached_property
    def images(self) -> ShareImages | None:
        return ShareImages(self.project, self.theme.stylesheet) if self.with_images else None

    def share(self, page: str, image: ShareImage) -> tuple[ImageLink | None, dict[str, Payload]]:
        """Return what a page says of its image, and the image's file; neither where pages have none."""
        return self.images.share(page, image) if self.images else (None, {})

    @cached_property
    def digest(self) -> str:
        """Of all that a page takes from here, but for where it leads."""
        scripts = [str(getattr(self.scripts, part.name)) for part in fields(self.scripts) if part.name != "files"]
        return digest_of(self.theme.digest, *scripts, json.dumps(self.about, default=vars), self.site.model_dump_json())
