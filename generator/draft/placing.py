"""A draft onto the disk: a writeup's two files, both or neither, or an edition's one; never over what is there."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

from clawpub.errors import ConfigError, ContentError
from clawpub.pack.writer import sync_folder
from generator.content import INDEX_FILE, LEDGER_FILE

SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,120}")


def check_slug(slug: str) -> None:
    """Raises: ConfigError where a slug is no part of an address, and so no name of a folder either."""
    if not SLUG.fullmatch(slug):
        raise ConfigError(
            f"{slug!r} cannot be part of an address", hint="--slug: lower-case letters, digits and hyphens"
        )


def free_place(root: Path, slug: str) -> Path:
    """Return the folder of a new writeup.

    Raises: ConfigError where the slug is no address; ContentError where something is there already.
    """
    check_slug(slug)
    folder = root / "content" / "writeups" / slug
    if os.path.lexists(folder):
        raise ContentError(
            "there is a writeup here already", at=folder, hint="choose another slug; nothing is overwritten"
        )
    return folder


def place_draft(folder: Path, index: str, ledger: str) -> None:
    """Write a writeup's two files: staged beside their place, flushed to the disk, then renamed.

    Raises: ContentError where something came to be there meanwhile, or the disk refuses.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name[:60]}.", dir=folder.parent))
        try:
            for name, text in ((INDEX_FILE, index), (LEDGER_FILE, ledger)):
                _write(staging / name, text)
            staging.chmod(0o777 & ~_umask())
            sync_folder(staging)
            staging.rename(folder)  # refused where a folder with anything in it stands there
            sync_folder(folder.parent)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise ContentError(f"cannot be written: {error.strerror}", at=folder, hint="nothing was written") from None


def place_file(file: Path, text: str) -> None:
    """Write one file where none is.

    Raises: ContentError where something is there already, or the disk refuses.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, text)
    except FileExistsError:
        raise ContentError("is there already", at=file, hint="nothing is overwritten") from None
    except OSError as error:
        raise ContentError(f"cannot be written: {error.strerror}", at=file, hint="nothing was written") from None


def _write(file: Path, text: str) -> None:
    with file.open("xb") as out:
        out.write(text.encode())
        out.flush()
        os.fsync(out.fileno())


def _umask() -> int:
    """Return the permissions that new folders leave out; the system tells only to who sets it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
