"""The packs of a site, each put together and computed again, as `clawpub pack verify` does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from clawpub.errors import PackError
from clawpub.findings import Finding
from clawpub.pack.model import DESCRIPTOR
from clawpub.pack.reader import digest_of, read_file
from clawpub.pack.verify import verify_pack
from generator.progress import Progress
from generator.release.statement import ReleasedPack, Statement


def data_of(pack: ReleasedPack) -> str:
    """Return where a pack's sealed files stand in the site."""
    return f"{pack.url}data/"


def check_packs(site: Path, statement: Statement, progress: Progress) -> Iterator[Finding]:
    """Yield what does not hold of each pack; `site` is the copy."""
    packs = statement.predicate.packs
    yield from _folders(site, packs)
    for number, pack in enumerate(packs):
        progress("computing packs again", number, len(packs))
        folder = site / data_of(pack)
        for finding in verify_pack(folder):
            yield replace(finding, rule=f"pack-{finding.rule}", path=finding.path.relative_to(site))
        try:
            found = digest_of(read_file(folder / DESCRIPTOR, folder))
        except PackError:
            continue  # which was said
        if found != pack.digest:
            message = f"the statement names the pack {pack.id}@{pack.digest}, found {found}"
            yield Finding("pack-digest", message, Path(data_of(pack)) / DESCRIPTOR)


def _folders(site: Path, packs: Sequence[ReleasedPack]) -> Iterator[Finding]:
    """Yield the packs that are named twice."""
    seen: set[str] = set()
    for pack in packs:
        if pack.id in seen:
            yield Finding("pack-digest", f"the statement names the pack {pack.id} twice", Path(data_of(pack)))
        seen.add(pack.id)
