"""The page of what was run on this machine: beside the publication, marked, and never part of it."""

from __future__ import annotations

from collections.abc import Sequence

from clawpub.pack.reader import Pack
from clawpub.pack.schema import PER_TASK_RESULTS, RUN_METRICS, is_standard
from generator.pages.assembly import made_on, meta, predictions_of
from generator.pages.boxes import campaign_box
from generator.pages.contexts import DemoPage, DemoRun, Publication
from generator.project import Site
from generator.tables import TableView, compare_runs, summary_of, table_view, tool_statistics
from generator.urls import pack_url

PAGE = "demo/index.html"


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
