"""What a release may not hold, though a plain build does: findings that stop it, whatever site.toml makes of rules.

That every claim was verified and every quantity is bound is the check's own to say: `refuted`, `undecidable` and
`unbound` weigh the same everywhere. Here is what is asked besides: packs that are pinned, that hold what was sealed and
nothing more, and that git has as they are; editions that do not run ahead of what they carry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from clawpub.errors import ConfigError
from clawpub.findings import Finding
from clawpub.pack.model import DESCRIPTOR, SEAL
from clawpub.pack.reader import Pack
from generator.release.history import uncommitted
from generator.verdicts import Verdict, Verdicts

MOST = 20
"""Files of one pack that are named."""
_SAID = ("unpinned", "stale-pin", "missing-pack")
"""What the check says of a pin, where the publication lets it."""


@dataclass(frozen=True)
class Inspection:
    """What the gate found."""

    findings: tuple[Finding, ...]
    dirty: frozenset[str]
    """The packs that git does not have as they are, by id, where that was allowed."""


def inspect(verdicts: Verdicts, packs: Sequence[Pack], *, allow_dirty: bool) -> Inspection:
    """Return what is wrong with the texts and packs of a release.

    Raises: ConfigError where there is a git repository and git does not say what it has.
    """
    found = [*_loose((*verdicts.writeups, *verdicts.editions)), *_early(verdicts), *_unsealed(packs)]
    if allow_dirty:
        return Inspection(tuple(found), _dirty(packs))
    for path, file in uncommitted([pack.path for pack in packs]).items():
        message = f"git does not have the pack {path.name} as it is here: {file} is new or another"
        hint = "commit it, or say --allow-dirty, which release.json then tells everybody"
        found.append(Finding("uncommitted", message, path, hint=hint))
    return Inspection(tuple(found), frozenset())


def _early(verdicts: Verdicts) -> Iterator[Finding]:
    """Yield what editions that are published carry, and what is not yet."""
    waiting = {verdict.slug: verdict.date for verdict in verdicts.waiting}
    for edition in verdicts.editions:
        for slug, line in edition.carries:
            if slug in waiting:
                message = f"{slug!r} is dated {waiting[slug]}, and waits for that day"
                yield Finding("early", message, edition.path, line, hint="mend its date, or take it out of the list")


def _loose(texts: Iterable[Verdict]) -> Iterator[Finding]:
    """Yield the packs that a text does not name by the digest that they have."""
    for text in texts:
        said = {each.line for each in text.findings if each.rule in _SAID and each.severity == "error"}
        for alias, name, line in text.loose:
            digest = text.packs.get(name)
            if digest is None or line in said:
                continue
            message = f"a release says which pack {name} was, and this names it without its digest, or by another"
            yield Finding("release-pin", message, text.path, line, hint=f"write {alias}: {name}@{digest}")


def _unsealed(packs: Iterable[Pack]) -> Iterator[Finding]:
    """Yield the files in a pack's folder that are not the pack's."""
    for pack in packs:
        sealed = {resource.path for resource in pack.descriptor.resources} | {DESCRIPTOR, SEAL}
        strange = (file for file in _files(pack.path) if file.relative_to(pack.path).as_posix() not in sealed)
        for file in islice(strange, MOST):
            message = f"the pack {pack.id} was sealed without this file"
            yield Finding("unsealed-file", message, file, hint="move it elsewhere, or seal a pack that holds it")


def _files(folder: Path) -> list[Path]:
    """Return all that is in a folder but folders."""
    return sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())


def _dirty(packs: Sequence[Pack]) -> frozenset[str]:
    """Return the packs of which git does not say that it has them as they are; all, where it says nothing."""
    try:
        return frozenset(path.name for path in uncommitted([pack.path for pack in packs]))
    except ConfigError:
        return frozenset(pack.id for pack in packs)
