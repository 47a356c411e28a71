"""Packs made on this machine: shown beside the publication, marked, and never part of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from clawpub.errors import PackError, Place
from clawpub.findings import Finding
from clawpub.pack.model import DESCRIPTOR
from clawpub.pack.reader import Pack, open_pack
from clawpub.pack.schema import PER_TASK_RESULTS, RUN_METRICS, is_standard
from generator.assembly import made_on, meta, predictions_of
from generator.boxes import campaign_box
from generator.contexts import DemoPage, DemoRun, Publication
from generator.project import Site
from generator.tables import TableView, compare_runs, summary_of, table_view, tool_statistics
from generator.urls import pack_url

FOLDER = Path(".clawpub/demo/packs")
PAGE = "demo/index.html"
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


def local_url(pack: Pack) -> str:
    return pack_url(pack, made_here=True)


def demo_page(publication: Publication, site: Site, local: Sequence[Pack], published: Sequence[Pack]) -> DemoPage:
    description = "Campaigns that this computer ran and sealed itself; not part of the publication."
    page = meta(site, PAGE, "This machine", description, indexed=False)
    return DemoPage(publication, page, tuple(_run(pack) for pack in local), _comparison(local, published))


def _run(pack: Pack) -> DemoRun:
    url = local_url(pack)
    return DemoRun(
        id=pack.id,
        url=url,
        made=made_on(pack),
        box=campaign_box(pack, url=url) if pack.info.campaign else None,
        results=_table(pack, PER_TASK_RESULTS.name, ("task_id", "title", "score", "failure_modes")),
        metrics=_table(pack, RUN_METRICS.name),
        tools=tool_statistics(pack, url),
        predictions=predictions_of(pack, url),
    )


def _table(pack: Pack, name: str, columns: Sequence[str] | None = None) -> TableView | None:
    if name not in pack.table_names:
        return None
    standard = is_standard(pack.table(name).schema)
    return table_view(pack, name, local_url(pack), columns=columns if standard else None)


def _comparison(local: Sequence[Pack], published: Sequence[Pack]) -> TableView | None:
    ours = [pack for pack in local if summary_of(pack)]
    theirs = [pack for pack in published if summary_of(pack)]
    if not ours or not theirs:
        return None
    mine = {id(pack) for pack in ours}
    return compare_runs(
        [*ours, *theirs], lambda pack: local_url(pack) if id(pack) in mine else pack_url(pack), marked=ours
    )
