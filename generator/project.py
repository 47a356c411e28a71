"""A publication on disk: its site.toml, and the folders that hold its content.

    content/site.toml
    content/writeups/<slug>/{index.md,facts.toml}
    content/editions/2026-W48{.md,.facts.toml}
    content/packs/<id>/    content/pages/    content/models/    content/campaigns/    content/views/<view>.sql

Folders and editions whose names begin with a dot or an underscore are passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from clawpub.errors import ConfigError
from clawpub.findings import Finding
from clawpub.pack.model import DESCRIPTOR
from clawpub.toml_source import load_toml, nearest_hint, validate
from generator.editions import by_week, edition_files
from generator.findings import RULES, Setting
from generator.names import is_name

SITE_FILE = "site.toml"

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Site(BaseModel):
    """`content/site.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: _Text = Field(description="the publication's name")
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+(/\S*)?$")] = Field(
        description="where the site will stand, such as https://example.org"
    )
    tagline: str = ""
    author: str = ""
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$")] = "en"
    description: str = ""
    sections: tuple[_Text, ...] = Field(default=(), description="the sections that a writeup may name")
    names: tuple[_Text, ...] = Field(default=(), description='names with digits in them, as in names = ["RTX 4090"]')
    severity: dict[str, Setting] = {}

    @field_validator("names")
    @classmethod
    def _are_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if not is_name(name):
                raise ValueError(f"{name!r} is no name: expected one that begins with a capitalised word")
        return value

    @field_validator("severity")
    @classmethod
    def _known_rules(cls, value: dict[str, Setting]) -> dict[str, Setting]:
        for rule, setting in value.items():
            if rule not in RULES:
                raise ValueError(f"no rule {rule!r}; {nearest_hint(rule, RULES)}")
            if RULES[rule].fixed and setting != "error":
                raise ValueError(f"{rule!r} is always an error: the printed mark stands on it")
        return value


@dataclass(frozen=True)
class Project:
    root: Path
    site: Site
    writeups: tuple[Path, ...]
    """Folders of content/writeups, sorted by name."""
    packs: tuple[Path, ...]
    """Folders of content/packs that hold a descriptor, sorted by name."""

    editions: tuple[Path, ...]
    """Files of content/editions, in the order of their weeks."""
    misnamed: tuple[Finding, ...]
    """Files there that are no edition."""

    @property
    def content(self) -> Path:
        return self.root / "content"

    @property
    def pages(self) -> Path:
        return self.content / "pages"

    @property
    def models(self) -> Path:
        return self.content / "models"

    @property
    def views(self) -> Path:
        return self.content / "views"

    @property
    def campaigns(self) -> Path:
        return self.content / "campaigns"

    @property
    def templates(self) -> Path:
        """The publication's own templates, which go before the default theme; the folder need not be there."""
        return self.root / "templates"


def load_project(root: Path) -> Project:
    """Return the publication in a folder.

    Raises: ConfigError where there is no site.toml, or it does not say what a site needs.
    """
    file = root / "content" / SITE_FILE
    if not file.is_file():
        raise ConfigError(
            "no publication here: content/site.toml is missing",
            at=file,
            hint="run `clawpub init`, or name the publication's folder; site.toml needs title and base_url",
        )
    site = validate(Site, load_toml(file))
    editions, misnamed = by_week(edition_files(root / "content" / "editions"))
    return Project(
        root,
        site,
        _folders(root / "content" / "writeups"),
        tuple(folder for folder in _folders(root / "content" / "packs") if (folder / DESCRIPTOR).is_file()),
        tuple(editions),
        tuple(misnamed),
    )


def _folders(parent: Path) -> tuple[Path, ...]:
    """Return the folders in a folder, sorted; hidden ones and those that a program left half-made are passed over."""
    if not parent.is_dir():
        return ()
    return tuple(sorted(path for path in parent.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))))
