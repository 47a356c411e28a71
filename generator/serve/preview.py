"""The pages of a publication that is being worked on, each made when it is asked for, whatever its check found.

A writeup that cannot be read, a damaged pack, a template that breaks: each gives a page that says so, and the other
pages are what they are. What is shown is the pages of a build; generator/serve/overlay.py puts the rest on them.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import replace
from pathlib import Path
from traceback import extract_tb

from jinja2 import TemplateError, TemplateSyntaxError

from clawpub.errors import ClawpubError, ConfigError, Place
from clawpub.findings import Finding
from generator.local import newest_first
from generator.pages.assembly import index_page, not_found_page
from generator.pages.catalogue import catalogue_files
from generator.pages.contexts import NotFoundPage
from generator.pages.memory import Made
from generator.pages.render import load_theme, render_page
from generator.pages.site import (
    dead_links,
    links_of,
    make_assets,
    make_demo,
    make_edition,
    make_feeds,
    make_local,
    make_pack,
    make_runs,
    make_text,
    make_views,
    make_writeup,
)
from generator.pages.sources import FOLDER, attached_files, every_source
from generator.publication import finding_of
from generator.serve.flags import Flag, put_flags
from generator.serve.overlay import (
    PREFIX,
    Overlay,
    Shown,
    Trouble,
    excerpt_of,
    overlay_of,
    panel_of,
    render_trouble,
    told,
)
from generator.serve.scene import Dress, KeptRuns, Scene, load_dress
from generator.serve.workshop import Workshop
from generator.urls import edition_url, pack_url, writeup_url
from generator.writeup import CheckedWriteup

FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What an expression of a template may raise."""
MOST_KEPT = 500
"""Pages that are kept until something changes."""


class Preview:
    """Not for several threads at once. `renew` after each change of the workshop."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self._dress: tuple[str, Dress] | None = None
        self._scene: Scene | None = None
        self._runs: KeptRuns | None = None
        self._shown: dict[str, Shown] = {}
        self._groups: dict[str, Made] = {}

    def renew(self) -> None:
        """Forget every page: the next one is made of what the workshop has now."""
        self._scene = None
        self._shown.clear()
        self._groups.clear()

    # --- what a server asks ---

    def page(self, path: str) -> Shown:
        """Return what stands at a path of the site; the site's own page for one at which nothing does."""
        if path not in self._shown:
            shown = self._safely(path)
            if shown.is_file:
                return shown  # as large as it may be
            if len(self._shown) >= MOST_KEPT:
                self._shown.clear()
            self._shown[path] = shown
        return self._shown[path]

    def overlay(self, path: str) -> Overlay:
        """Return what is laid over a page."""
        workshop, shown = self.workshop, self.page(path)
        panel = panel_of(shown, workshop.findings, len(workshop.pending), workshop.root)
        return overlay_of(self.dress.default, shown, panel)

    def own_file(self, path: str) -> bytes | None:
        """Return a file of the overlay; None where there is none at a path."""
        match path.removeprefix(PREFIX):
            case "overlay.css":
                return self.dress.overlay_css
            case "overlay.js":
                return self.dress.overlay_js
            case "theme.css":
                return self.dress.default.stylesheet
        return None

    # --- what pages share ---

    @property
    def dress(self) -> Dress:
        """The theme as it is now. Raises: ConfigError where a script of it is not there."""
        stamp = self.workshop.templates
        if self._dress is None or self._dress[0] != stamp:
            self._dress = stamp, load_dress(self.workshop.project)
        return self._dress[1]

    @property
    def scene(self) -> Scene:
        if self._scene is None:
            workshop = self.workshop
            self._runs = KeptRuns(workshop.library.packs, self._runs)
            self._scene = Scene(workshop.contents(), workshop.shown_editions(), self.dress, self._runs)
        return self._scene

    # --- pages ---

    def _safely(self, path: str) -> Shown:
        try:
            return self._make(path)
        except ClawpubError as error:
            return self._trouble(error, _template_place(error.__context__))
        except (TemplateError, *FAULTS) as error:
            place = _template_place(error)
            if place is None:
                raise  # no template's fault but ours
            return self._trouble(ConfigError(f"the template cannot be used: {error}"), place)

    def _make(self, path: str) -> Shown:
        head, _, rest = path.partition("/")
        slug, _, below = rest.partition("/")
        if head == "writeups" and slug in self.workshop.kept:
            return self._writeup(slug, below) or self._not_found()
        if head == "editions" and below == "index.html" and (edition := self._edition(slug)):
            return edition
        if head == FOLDER and (source := every_source(self.workshop.project).get(path)):
            return Shown(source.read_bytes(), is_file=True)
        if wrong := self._unreadable(head, slug, below):
            return self._findings_page(wrong)
        text = next((text for text in self.scene.contents.texts if text.url == path), None)
        if text:
            made = make_text(self.scene.frame, text)
            return self._page_of(made, path, tuple(self._dead_links(text.path, made)))
        made = self._group(head, slug)
        payload = made.files.get(path)
        if payload is None:
            return self._not_found()
        if not path.endswith(".html") or below.startswith("data/"):
            return Shown(payload if isinstance(payload, bytes) else payload(), is_file=True)
        return self._page_of(made, path, made.findings)

    def _unreadable(self, head: str, slug: str, below: str) -> tuple[Finding, ...]:
        """Return what is wrong with a plain page or a pack that cannot be shown."""
        content, texts = self.workshop.project.content, ("pages", "editions")
        if below != "index.html" or head not in (*texts, "packs"):
            return ()
        if head == "packs" and slug in self.workshop.library.packs:
            return ()
        name = slug.upper() if head == "editions" else slug
        place = content / head / (f"{name}.md" if head in texts else name)
        return tuple(each for each in self.workshop.findings if each.path == place or place in each.path.parents)

    def _writeup(self, slug: str, below: str) -> Shown | None:
        kept, folder = self.workshop.kept[slug], self.workshop.project.content / "writeups" / slug
        if below != "index.html":
            file = attached_files(folder).get(below)
            return Shown(file.read_bytes(), is_file=True) if file else None
        full = self.workshop.full(slug)
        if full is None:
            return self._findings_page(kept.findings)
        scene, names = self.scene, self.workshop.library.known_names
        edition = scene.carrier(slug)

        def make(checked: CheckedWriteup) -> Made:
            return make_writeup(scene.frame, checked, full.views, names, scene.runs, edition)

        return self._flagged(full.checked, writeup_url(slug), full.findings, make)

    def _edition(self, slug: str) -> Shown | None:
        scene, names = self.scene, self.workshop.library.known_names
        at = next((at for at, each in enumerate(scene.editions) if each.text.writeup.slug == slug), None)
        if at is None:
            return None
        edition, text = scene.editions[at], scene.editions[at].edition.text
        views, carried, neighbours = self.workshop.editions.views[slug], scene.carried(edition), scene.neighbours(at)

        def make(checked: CheckedWriteup) -> Made:
            flagged = replace(edition, text=checked)
            return make_edition(scene.frame, flagged, views, carried, neighbours, names, scene.runs)

        own = tuple(each for each in self.workshop.findings if each.path in (text.path, text.ledger_path))
        return self._flagged(edition.text, edition_url(slug), own, make)

    def _flagged(
        self, checked: CheckedWriteup, path: str, findings: tuple[Finding, ...], make: Callable[[CheckedWriteup], Made]
    ) -> Shown:
        """Return the page of a text with a flag at each finding, those of its links too."""
        writeup = checked.writeup
        links = tuple(links_of(checked.tokens, path, writeup.body_line))
        findings = (*findings, *dead_links(writeup.path, links, _There(self)))
        tokens, flags = put_flags(checked.tokens, writeup, findings)
        return self._page_of(make(replace(checked, tokens=tuple(tokens))), path, findings, flags)

    def _page_of(self, made: Made, path: str, findings: tuple[Finding, ...], flags: tuple[Flag, ...] = ()) -> Shown:
        payload = made.files[path]
        content = payload if isinstance(payload, bytes) else payload()
        return Shown(content, findings, flags, stylesheet=self.dress.theme.stylesheet_path)

    def _dead_links(self, source: Path, made: Made) -> Iterator[Finding]:
        return dead_links(source, made.links, _There(self))

    def has(self, path: str) -> bool:
        """Whether anything stands at a path; no page of a writeup is made for that."""
        head, _, rest = path.partition("/")
        slug, _, below = rest.partition("/")
        if head == "writeups" and slug in self.workshop.kept:
            folder = self.workshop.project.content / "writeups" / slug
            return below == "index.html" or below in attached_files(folder)
        if head == FOLDER:
            return path in every_source(self.workshop.project)
        scene = self.scene
        written = [text.url for text in scene.contents.texts] + [edition.url for edition in scene.contents.editions]
        return path in written or path in self._group(head, slug).files

    def _group(self, head: str, slug: str) -> Made:
        """Return what is made together with the page at an address."""
        scene = self.scene
        makers: dict[str, Callable[[], Made]] = {
            "packs": lambda: self._pack(slug),
            "demo": self._demo,
            "assets": lambda: make_assets(scene.frame),
            "index.html": self._front,
        }
        name = f"packs/{slug}" if head == "packs" else head if head in makers else "lists"
        if name not in self._groups:
            self._groups[name] = makers.get(head, self._lists)()
        return self._groups[name]

    def _pack(self, name: str) -> Made:
        scene, library = self.scene, self.workshop.library
        if name in library.packs:
            runs, findings = scene.runs.read(name)
            made = make_pack(scene.frame, scene.contents, runs, findings)
            return replace(made, files={**made.files, **make_runs(scene.frame, runs).files})
        if library.views and library.across.id == name:
            return make_views(scene.frame, scene.contents)
        return Made({})

    def _demo(self) -> Made:
        contents, frame = self.scene.contents, self.scene.frame
        made = [make_local(frame, contents, pack) for pack in contents.local]
        if made:
            made.append(make_demo(frame, contents))
        return Made({path: payload for each in made for path, payload in each.files.items()})

    def _front(self) -> Made:
        contents, frame = self.scene.contents, self.scene.frame
        newest = next(iter(contents.editions), None)
        page = index_page(frame.about, frame.site, contents.entries, newest_first(contents.packs), newest)
        return Made({"index.html": render_page(frame.theme, page)})

    def _lists(self) -> Made:
        contents, frame = self.scene.contents, self.scene.frame
        lists = catalogue_files(frame.theme, frame.about, self.scene.catalogue, self.scene.runs)
        pages = [*map(pack_url, contents.packs), *(text.url for text in contents.texts), *lists]
        return Made({**lists, **make_feeds(frame, contents.entries, contents.editions, pages)})

    # --- pages that stand in for others ---

    def _not_found(self) -> Shown:
        page: NotFoundPage = not_found_page(self.scene.frame.about, self.workshop.project.site)
        page = replace(page, page=replace(page.page, root="/"))  # the preview stands at the root of its address
        content = render_page(self.dress.theme, page)
        return Shown(content, status=404, stylesheet=self.dress.theme.stylesheet_path)

    def _findings_page(self, findings: tuple[Finding, ...]) -> Shown:
        first, root = findings[0], self.workshop.root
        trouble = Trouble(
            title=f"{told(first, root).place.partition(':')[0]} cannot be read",
            sentence="This page comes back by itself as soon as it can be.",
            findings=tuple(told(each, root) for each in findings),
            excerpt=excerpt_of(first),
        )
        return Shown(render_trouble(load_theme(), trouble), findings, status=500)

    def _trouble(self, error: ClawpubError, place: Place | None) -> Shown:
        """Return the page for what broke while a page was made: most often a template."""
        found = finding_of(error, "template", self.workshop.root)
        finding = replace(found, path=place.path, line=place.line) if place else found
        root = self.workshop.root
        trouble = Trouble(
            title="This page cannot be made",
            sentence="The other pages are as they were. It comes back by itself as soon as it can be made.",
            findings=(told(finding, root),),
            excerpt=excerpt_of(finding),
        )
        return Shown(render_trouble(load_theme(), trouble), (finding,), status=500)


class _There(Container[str]):
    """The files of the site, as far as they can be told without making pages of writeups."""

    def __init__(self, preview: Preview) -> None:
        self._preview = preview

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self._preview.has(path)


def _template_place(error: BaseException | None) -> Place | None:
    """Return the template and line at which an error was raised; None where no template has part in it."""
    if error is None:
        return None
    if isinstance(error, TemplateSyntaxError) and error.filename:
        return Place(Path(error.filename), error.lineno)
    frames = [frame for frame in extract_tb(error.__traceback__) if Path(frame.filename).suffix in (".html", ".xml")]
    return Place(Path(frames[-1].filename), frames[-1].lineno) if frames else None
