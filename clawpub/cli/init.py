"""`clawpub init`: a publication that builds at once, with one example whose claims are checked."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from string import Template

import click

from clawpub.cli.output import SITE_FILE, json_option, print_json, shown, utc_now
from clawpub.errors import ConfigError
from clawpub.pack.importers.description import load_description
from clawpub.pack.importers.importing import read_import, seal_import
from clawpub.pack.reader import Pack

CAMPAIGN = "content/campaigns/smollm2-135m.toml"
WORKFLOW = ".github/workflows/clawpub.yml"
IGNORED = ".gitignore"
INSTALLED = "clawpub[publish,search,cards]"
"""What the workflow installs: a release draws share images and makes the search index."""
_TABLES = "content/tables"
_WRITEUP = "content/writeups/a-first-writeup"
_NUMBERS = "zero one two three".split()


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--title", default="A new publication", show_default=True, help="What the publication is called.")
@json_option
def init(folder: Path, title: str, as_json: bool) -> None:
    """Make a publication in FOLDER, by default here: a site, a campaign, and an example with checked claims.

    Everything is there or nothing is; a folder that holds a publication, or files in its place, is left alone.

    \b
    clawpub init weekly
    clawpub init --title "Bots Weekly"
    """
    if not title.strip() or not title.isprintable():
        raise ConfigError("a publication's title is one line of text", hint='such as --title "Bots Weekly"')
    _refuse_publication(folder)
    with _staged(folder) as staging:
        pack = _write(staging, title.strip(), f"{utc_now():%Y-%m-%d}")
        written = sorted(path.relative_to(staging).as_posix() for path in staging.rglob("*") if path.is_file())
        kept = _place(staging, folder)
    written = [path for path in written if path not in kept]
    if as_json:
        print_json({"folder": str(folder), "written": written, "kept": kept, "pack": pack.id, "digest": pack.digest})
        return
    for path in written:
        if not path.startswith("content/packs/"):
            click.echo(f"  {path}")
    click.echo(f"  content/packs/{pack.id}/  (sealed)")
    if IGNORED in kept:
        click.echo(f"{IGNORED} was there and stays as it is; it should name /site/ and /.clawpub/")
    if not (folder / ".git").exists() and (top := _repository(folder)):
        below = folder.resolve().relative_to(top)
        click.echo(f"GitHub reads workflows at a repository's top only: move .github to {top},")
        click.echo(f"  and add --root {below} to its commands")
    click.echo("next:")
    for command in _next(folder):
        click.echo(f"  {command}")


def _next(folder: Path) -> list[str]:
    here = [] if folder.resolve() == Path.cwd() else [f"cd {shown(folder)}"]
    return [*here, "clawpub check", "clawpub build", "clawpub pack import your-table.csv --dry-run"]


def _repository(folder: Path) -> Path | None:
    """Return the top of the repository that a folder lies in, None where there is none."""
    return next((path for path in folder.resolve().parents if (path / ".git").exists()), None)


def _refuse_publication(folder: Path) -> None:
    if (folder / SITE_FILE).exists():
        raise ConfigError("a publication is here already", at=folder / SITE_FILE, hint="go on with: clawpub check")
    content = folder / "content"
    if content.exists() or content.is_symlink():
        raise ConfigError("in the way of a publication", at=content, hint="name an empty folder: clawpub init weekly")


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """Give a folder inside of `folder` to write into; it goes at the end, and `folder` too where nothing came of it."""
    made = next((path for path in [*reversed(folder.absolute().parents), folder] if not path.exists()), None)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".clawpub-init-", dir=folder) as staging:
            yield Path(staging)
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror or error}", at=folder) from None
    finally:
        if made is not None and made.is_dir() and not (folder / SITE_FILE).exists():
            shutil.rmtree(made, ignore_errors=True)


def _write(root: Path, title: str, date: str) -> Pack:
    """Write a whole publication; return the pack of its example."""
    _put(root, "content/site.toml", "site.toml", title=json.dumps(title, ensure_ascii=False))
    _put(root, CAMPAIGN, "campaign.toml", date=date)
    _put(root, WORKFLOW, "workflow.yml", clawpub=json.dumps(INSTALLED))
    _put(root, IGNORED, "gitignore")
    counted = {path: (root / path).read_bytes() for path in (CAMPAIGN, "content/site.toml", WORKFLOW)}
    _put(root, f"{_TABLES}/first-files.toml", "tables.toml")
    (root / _TABLES / "first-files.csv").write_bytes(_counts(counted))
    described = root / _TABLES / "first-files.toml"
    description = load_description(described)
    pack = seal_import(
        read_import(description, [], base=described.parent), root / "content/packs" / str(description.id)
    )
    lines = {path: data.count(b"\n") for path, data in counted.items()}
    _put(root, f"{_WRITEUP}/facts.toml", "facts.toml")
    _put(
        root,
        f"{_WRITEUP}/index.md",
        "index.md",
        date=date,
        pin=f"{pack.id}@{pack.digest}",
        files=_NUMBERS[len(lines)],
        lines=str(sum(lines.values())),
        campaign=str(lines[CAMPAIGN]),
    )
    return pack


def _put(root: Path, path: str, starter: str, **words: str) -> None:
    text = Template((files("clawpub.cli") / "starter" / starter).read_text("utf-8")).substitute(words)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def _counts(counted: Mapping[str, bytes]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("file", "lines", "bytes"))
    writer.writerows((path, data.count(b"\n"), len(data)) for path, data in counted.items())
    return out.getvalue().encode()


def _place(staging: Path, folder: Path) -> list[str]:
    """Move everything to its place, `content` last: with it there is a publication. Return what was there and stays.

    Raises: ConfigError where another file stands in the workflow's place.
    """
    kept = []
    placed: list[Path] = []
    try:
        for path in (WORKFLOW, IGNORED):
            target = folder / path
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                (staging / path).rename(target)
                placed.append(target)
            elif path == IGNORED or target.read_bytes() == (staging / path).read_bytes():
                kept.append(path)
            else:
                raise ConfigError("in the way of a publication's workflow", at=target, hint="move it, and init again")
        (staging / "content").rename(folder / "content")
    except (OSError, ConfigError):
        for target in placed:
            target.unlink()
        raise
    return kept
