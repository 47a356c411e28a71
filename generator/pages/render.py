"""From contexts to bytes: a theme and what it makes of each page. generator/pages/body.py renders a writeup's text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup

from clawpub.errors import ConfigError, Place
from generator.charts.model import Chart
from generator.charts.view import ChartView
from generator.pages.catalogue_contexts import (
    CampaignsPage,
    ComparePage,
    MethodPage,
    ModelPage,
    ModelsPage,
    TagPage,
    TagsPage,
    TaskPage,
    TasksPage,
)
from generator.pages.contexts import DemoPage, IndexPage, NotFoundPage, PackPage, Page, TextPage, WriteupPage
from generator.pages.edition_contexts import EditionPage, EditionsPage, SectionPage
from generator.pages.policy import page_policy
from generator.pages.run_contexts import RunPage, RunsPage
from generator.pages.search_contexts import SearchPage
from generator.verdict_store import digest_of
from generator.views import View
from generator.visible import visible

AnyPage = (
    Page
    | SearchPage
    | RunPage
    | RunsPage
    | CampaignsPage
    | ModelsPage
    | ModelPage
    | TasksPage
    | TaskPage
    | ComparePage
    | TagsPage
    | TagPage
    | MethodPage
    | EditionPage
    | EditionsPage
    | SectionPage
)

LAYOUTS: dict[type[AnyPage], str] = {
    IndexPage: "layouts/index.html",
    WriteupPage: "layouts/writeup.html",
    PackPage: "layouts/pack.html",
    DemoPage: "layouts/demo.html",
    TextPage: "layouts/page.html",
    NotFoundPage: "layouts/not_found.html",
    RunPage: "layouts/run.html",
    RunsPage: "layouts/runs.html",
    CampaignsPage: "layouts/campaigns.html",
    ModelsPage: "layouts/models.html",
    ModelPage: "layouts/model.html",
    TasksPage: "layouts/tasks.html",
    TaskPage: "layouts/task.html",
    ComparePage: "layouts/compare.html",
    TagsPage: "layouts/tags.html",
    TagPage: "layouts/tag.html",
    MethodPage: "layouts/method.html",
    EditionPage: "layouts/edition.html",
    EditionsPage: "layouts/editions.html",
    SectionPage: "layouts/section.html",
    SearchPage: "layouts/search.html",
}


@dataclass(frozen=True)
class Theme:
    """A publication's templates over the default ones, and their one stylesheet."""

    environment: Environment
    stylesheet_path: str
    """From the site's root; the name holds the content's digest, so that it can be cached for ever."""
    stylesheet: bytes
    digest: str
    """Of every file of the theme."""


def load_theme(own: Path | None = None) -> Theme:
    """Return the default theme with the files of `own`, a publication's templates folder, in place of its equals."""
    folders = [folder for folder in (own, default_templates()) if folder is not None and folder.is_dir()]
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        autoescape=True,
        auto_reload=False,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["policy"] = page_policy
    stylesheet = _stylesheet(folders)
    digest = hashlib.sha256(stylesheet).hexdigest()[:8]
    return Theme(environment, f"assets/site.{digest}.css", stylesheet, _digest(folders))


def _digest(folders: Sequence[Path]) -> str:
    files = [file for folder in folders for file in sorted(folder.rglob("*")) if file.suffix in _THEME]
    return digest_of(*(part for file in files for part in (str(file), file.read_bytes())))


_THEME = frozenset((".html", ".xml", ".css", ".js"))


def plain_theme(theme: Theme) -> Theme:
    """Return a theme for plain text, in which nothing has to be escaped."""
    return replace(theme, environment=theme.environment.overlay(autoescape=False))


def default_templates() -> Path:
    return Path(str(resources.files("templates")))


def _stylesheet(folders: Sequence[Path]) -> bytes:
    """Return all CSS files in the order of their names; a publication's file takes the place of its equal."""
    files: dict[str, Path] = {}
    for folder in reversed(folders):
        files |= {file.name: file for file in (folder / "assets" / "css").glob("*.css")}
    return b"\n".join(files[name].read_bytes().strip() for name in sorted(files)) + b"\n"


def warm(theme: Theme) -> None:
    """Compile the layout of writeups now, and all that it includes."""
    for name in theme.environment.list_templates(filter_func=_is_of_writeups):
        theme.environment.get_template(name)


def _is_of_writeups(name: str) -> bool:
    return name.endswith(".html") and (
        name.startswith(("base", "macros/", "partials/")) or name == LAYOUTS[WriteupPage]
    )


def render_page(theme: Theme, context: AnyPage) -> bytes:
    """Return a page.

    Raises: ConfigError naming the template that cannot be used.
    """
    return render_template(theme, LAYOUTS[type(context)], vars(context))


def render_template(theme: Theme, name: str, variables: Mapping[str, Any]) -> bytes:
    try:
        return theme.environment.get_template(name).render(variables).encode()
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        file = getattr(error, "filename", None) or f"templates/{getattr(error, 'name', None) or name}"
        room = "mail" if name.startswith("email/") else "pages"
        raise ConfigError(
            f"the template cannot be used: {error.message}",
            at=Place(Path(file), line),
            hint=f"generator/{room}/contexts.py documents what each layout receives",
        ) from None


def render_view(theme: Theme, view: View, root: str, *, live: bool = False) -> Markup:
    """Return a table or chart. `root` leads from the page to the site's root; `live` says that the site has plotly."""
    if isinstance(view, Chart):
        charts: Any = theme.environment.get_template("macros/chart.html").module
        return Markup(charts.chart(ChartView(view), root, live))
    tables: Any = theme.environment.get_template("macros/table.html").module
    return Markup(tables.table(view, root))
