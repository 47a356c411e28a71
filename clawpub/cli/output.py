"""How commands talk: findings as compilers print them, JSON for programs, dates and times from one clock."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from clawpub.errors import ConfigError
from clawpub.findings import Finding

SITE_FILE = Path("content/site.toml")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def root_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--root",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        help="The publication's folder; by default this folder or the nearest one above it with content/site.toml.",
    )(command)


def find_root(given: Path | None, start: Path | None = None) -> Path:
    """Return the publication's folder.

    Raises: ConfigError where neither `start` nor a folder above it is one.
    """
    if given is not None:
        return given
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / SITE_FILE).is_file():
            return folder
    raise ConfigError(
        f"no publication here: found no {SITE_FILE}", at=here, hint="go into one, or name it with --root FOLDER"
    )


def find_writeup(root: Path, named: Path) -> Path:
    """Return the folder of a writeup that is named by its folder, its index.md or its slug.

    Raises: ConfigError where there is none.
    """
    for path in (named, root / "content" / "writeups" / named):
        folder = path.parent if path.name in ("index.md", "facts.toml") else path
        if (folder / "index.md").is_file():
            return folder.resolve()
    raise ConfigError(
        "no writeup here", at=named, hint="name its folder, its index.md, or its slug; an edition by its week"
    )


def find_text(root: Path, named: Path) -> Path:
    """Return the file of an edition that is named by it, by its facts or by its week; else the folder of a writeup.

    Raises: ConfigError where there is neither.
    """
    for path in (named, root / "content" / "editions" / named):
        file = path.with_name(path.name.removesuffix(".facts.toml").removesuffix(".md") + ".md")
        if file.parent.name == "editions" and file.is_file():
            return file.resolve()
    return find_writeup(root, named)


def shown(path: Path) -> str:
    """Return a path as short as it can be said from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd().resolve()))
    except ValueError:
        return str(path)


def printable(text: str) -> str:
    """Return text of a pack, model or server without the control characters that would steer a terminal."""
    return "".join(char if char.isprintable() or char in " \n" else "\ufffd" for char in text)


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "path": shown(finding.path),
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "hint": finding.hint,
    }


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=str))


def utc_now() -> datetime:
    return datetime.now(UTC)


def monotonic() -> float:
    return time.monotonic()
