"""Packs made on this machine: shown beside the publication, marked, and never part of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from clawpub.errors import PackError, Place
from clawpub.findings import Finding
from clawpub.pack.model import DESCRIPTOR
from clawpub.pack.reader import Pack, open_pack

FOLDER = Path(".clawpub/demo/packs")
MOST = 10
"""Packs that the page shows, the newest first."""


def local_packs(root: Path) -> tuple[list[Pack], list[Finding]]:
    """Return the packs that `clawpub demo` made here, newest first, and a warning for each that cannot be read."""
    packs, findings = [], []
    folder = root / FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith(".") or not (path / DESCRIPTOR).is_file():
            continue
        try:
            pack = open_pack(path)
            pack.tables()
            packs.append(pack)
        except PackError as error:
            at = error.at or Place(path)
            message = f"left out, for it cannot be read: {error.message}"
            findings.append(
                Finding(
                    "local-pack", message, at.path, at.line, at.column, hint="remove the folder", severity="warning"
                )
            )
    return newest_first(packs)[:MOST], findings


def newest_first(packs: Sequence[Pack]) -> list[Pack]:
    """Return packs by the end of their campaigns; equal ones, and those without one, by id."""
    return sorted(sorted(packs, key=lambda pack: pack.id), key=_ended, reverse=True)


def _ended(pack: Pack) -> datetime:
    return pack.info.campaign.ended_at if pack.info.campaign else datetime.min.replace(tzinfo=UTC)
