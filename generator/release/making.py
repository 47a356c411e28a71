"""A release's own files: the statement of all the others, its signature, and the key that verifies it.

Every digest is of the very bytes that are written, taken while they are, so that no file is made twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import clawpub
from clawpub.errors import PublishError
from clawpub.pack.reader import Pack
from generator.pages.output import Files, Payload, read_payload
from generator.pages.render import default_templates
from generator.pages.sources import source_url
from generator.project import Project, Site
from generator.release.signing import SigningKey, signed_envelope
from generator.release.statement import (
    ENVELOPE,
    PUBLIC_KEY,
    STATEMENT,
    About,
    Checker,
    MadeWith,
    Predicate,
    ReleasedPack,
    ReleasedText,
    Statement,
    check_names,
    print_statement,
    subjects_of,
)
from generator.urls import edition_url, writeup_url
from generator.verdicts import Kind, Verdict, Verdicts, checker_digest


def paths_of(key: SigningKey | None) -> list[str]:
    """Return where a release's own files will stand."""
    return [STATEMENT, *([ENVELOPE, PUBLIC_KEY] if key else [])]


def predicate_of(
    project: Project,
    verdicts: Verdicts,
    packs: Sequence[Pack],
    *,
    dirty: Iterable[str] = (),
    cards: bool = False,
    search: bool = False,
) -> Predicate:
    """Return what a release says of itself besides its files. `dirty` are packs that git does not have as they are.

    Raises: PublishError where a text was not verified, which is a bug of ours.
    """
    texts = [_text(project, "writeup", verdict) for verdict in verdicts.writeups]
    texts += [_text(project, "edition", verdict) for verdict in verdicts.editions]
    return Predicate(
        publication=_about(project.site),
        checker=Checker(version=clawpub.__version__, code=checker_digest()),
        made_with=MadeWith(cards=cards, search=search, own_templates=_has_own(project.templates)),
        packs=tuple(_pack(pack, pack.id in dirty) for pack in sorted(packs, key=lambda pack: pack.id)),
        texts=tuple(texts),
    )


def with_statement(files: Files, current: Path, predicate: Predicate, key: SigningKey | None) -> dict[str, Payload]:
    """Return a site's files and after them the release's own, which need the bytes of all before them: they are to be
    read in this order. `current` is the site as it stands.

    Raises: PublishError naming a file that no statement can name.
    """
    released: dict[str, Payload] = {**files, **({PUBLIC_KEY: key.public.pem} if key else {})}
    check_names(released)
    digests: dict[str, str] = {}

    def noting(path: str, payload: Payload) -> Callable[[], bytes]:
        def read() -> bytes:
            data = read_payload(payload, current / path)
            digests[path] = hashlib.sha256(data).hexdigest()
            return data

        return read

    @cache
    def statement() -> bytes:
        assert digests.keys() == released.keys()
        return print_statement(Statement(subject=subjects_of(digests), predicate=predicate))

    noted: dict[str, Payload] = {path: noting(path, payload) for path, payload in released.items()}
    noted[STATEMENT] = statement
    if key:
        noted[ENVELOPE] = lambda: signed_envelope(statement(), key)
    return noted


def _about(site: Site) -> About:
    return About(title=site.title, base_url=site.base_url)


def _has_own(templates: Path) -> bool:
    """Return whether a publication has templates of its own; in our own checkout its folder is the default theme."""
    if not templates.is_dir() or templates.resolve() == default_templates().resolve():
        return False
    return any(file.is_file() for file in templates.rglob("*"))


def _pack(pack: Pack, dirty: bool) -> ReleasedPack:
    return ReleasedPack(
        id=pack.id, digest=pack.digest, origin=pack.info.origin, url=f"packs/{pack.id}/", uncommitted=dirty
    )


def _text(project: Project, kind: Kind, verdict: Verdict) -> ReleasedText:
    known = {name: digest for name, digest in verdict.packs.items() if digest}
    if not verdict.checked or not verdict.passed or verdict.coverage["unbound"] or len(known) < len(verdict.packs):
        raise PublishError("this was not verified, and no release can hold it", at=verdict.path)
    return ReleasedText(
        kind=kind,
        slug=verdict.slug,
        page=writeup_url(verdict.slug) if kind == "writeup" else edition_url(verdict.slug.lower()),
        source=source_url(project, verdict.path),
        date=date.fromisoformat(verdict.date),
        packs=known,
        verified=verdict.verified,
        coverage=dict(verdict.coverage),
    )
