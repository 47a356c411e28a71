"""What a deploy has to do, worked out before it does anything: `--dry-run` prints it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from clawpub.errors import PublishError
from generator.publish.manifest import STATE, Deploy, Intent, Put, headers_digest
from generator.publish.order import STAGES, addresses, kind_of, served, stage_of
from generator.publish.released import LocalFile, Released
from generator.publish.store import AT_ONCE, Head, Listed

GRACE = timedelta(days=1)
"""How long an asset that no page names any more is kept for pages that readers have open."""
MOST_NAMED = 5


@dataclass(frozen=True)
class Step:
    """One file to be put."""

    file: LocalFile
    replaces: str | None
    """The ETag of what stands in its place; None where nothing does."""

    @property
    def new(self) -> bool:
        return self.replaces is None

    @property
    def stage(self) -> int:
        return stage_of(self.file.path, new=self.new)


@dataclass(frozen=True)
class Plan:
    steps: tuple[Step, ...]
    """In the order of their stages."""
    unchanged: Mapping[str, Put]
    """Files that are there as they should be."""
    removed: tuple[str, ...]
    """Files to delete when all else is in place."""
    stale: Mapping[str, datetime]
    """Files that are no longer of the site and are kept for a while, and since when."""
    invalidate: tuple[str, ...]
    """Addresses that a cache may hold in an old state."""
    interrupted: bool
    """Whether it goes on with a deploy that did not come to its end."""
    healed: tuple[str, ...] = field(default=())
    """Files that the last deploy had put and that are gone or changed since."""

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(step.file.path for step in self.steps)

    @property
    def bytes(self) -> int:
        return sum(step.file.size for step in self.steps)

    def by_stage(self) -> dict[str, tuple[Step, ...]]:
        """Return the steps of each stage that has any, by what it is called."""
        found = {name: tuple(step for step in self.steps if step.stage == at) for at, name in enumerate(STAGES)}
        return {name: steps for name, steps in found.items() if steps}


@dataclass(frozen=True)
class There:
    """What is at a target now."""

    listing: Mapping[str, Listed]
    deploy: Deploy | None
    """The last that came to its end."""
    intent: Intent | None
    """The last that began."""
    etags: Mapping[str, str]
    """Of the notes, by their keys, as they were read."""
    head: Callable[[str], Head | None]
    """Asks the store about one object."""

    @property
    def unfinished(self) -> Intent | None:
        """The deploy that was interrupted, where one was."""
        done = self.intent is None or (self.deploy is not None and self.deploy.deploy == self.intent.deploy)
        return None if done else self.intent

    @property
    def known(self) -> set[str]:
        """The keys that are ours."""
        ours = set(self.deploy.files) | set(self.deploy.stale) if self.deploy else set()
        # an intent counts after its end too: one that was taken over may have put its files late
        return ours | set(self.intent.keys if self.intent else ())


def make_plan(
    released: Released, there: There, now: datetime, *, adopt: bool = False, grace: timedelta = GRACE
) -> Plan:
    """Return what has to be done so that the target holds the release.

    Raises: PublishError where files that no deploy of ours put stand in the way.
    """
    files = {file.path: file for file in released.files}
    _refuse_foreign(files, there, adopt=adopt)
    steps, unchanged, healed = [], {}, []
    recorded = there.deploy.files if there.deploy else {}
    standing = _standing(released.files, there)
    for path, file in files.items():
        if path in standing:
            unchanged[path] = standing[path]
            continue
        steps.append(Step(file, there.listing[path].etag if path in there.listing else None))
        if path in recorded and recorded[path].sha256 == file.sha256:
            healed.append(path)
    steps.sort(key=lambda step: (step.stage, step.file.path))
    gone = (there.known & there.listing.keys()) - files.keys()
    stale, removed = _leaving(gone, there, now, grace)
    old = [step.file.path for step in steps if not step.new] + [path for path in removed if kind_of(path) != "asset"]
    invalid = {address for path in old for address in addresses(path)}
    invalid |= set(there.intent.invalidate if there.intent else ())
    return Plan(
        steps=tuple(steps),
        unchanged=unchanged,
        removed=tuple(sorted(removed)),
        stale=stale,
        invalidate=tuple(sorted(invalid)),
        interrupted=there.unfinished is not None,
        healed=tuple(healed),
    )


def _standing(files: Sequence[LocalFile], there: There) -> dict[str, Put]:
    """Return how files stand at the target, of those that are there as they should be."""
    found, asked = {}, []
    for file in files:
        listed, known = there.listing.get(file.path), there.deploy.files.get(file.path) if there.deploy else None
        if listed is None:
            continue
        if known and (known.etag, known.sha256, known.headers) == (listed.etag, file.sha256, _headers(file)):
            found[file.path] = known
        elif listed.size == file.size and listed.etag == file.md5():
            asked.append(file)  # put by a deploy that was interrupted, or by something else
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="look") as pool:
        for file, head in zip(asked, pool.map(there.head, (file.path for file in asked)), strict=True):
            if head and (head.sha256, headers_digest(head.served)) == (file.sha256, _headers(file)):
                found[file.path] = Put(sha256=file.sha256, etag=head.etag, headers=_headers(file))
    return found


def _headers(file: LocalFile) -> str:
    return headers_digest(served(file.path))


def _leaving(gone: set[str], there: There, now: datetime, grace: timedelta) -> tuple[dict[str, datetime], list[str]]:
    """Return which files that are no longer of the site are kept, since when, and which are deleted."""
    # after an interrupted deploy the count begins anew: the pages that it put may have named any of them again
    before = there.deploy.stale if there.deploy and not there.unfinished else {}
    stale, removed = {}, []
    for path in gone:
        since = before.get(path, now)
        if kind_of(path) == "asset" and now - since < grace:
            stale[path] = since
        else:
            removed.append(path)
    return stale, removed


def _refuse_foreign(files: Mapping[str, LocalFile], there: There, *, adopt: bool) -> None:
    if adopt:
        return
    foreign = {key for key in there.listing if not key.startswith(STATE)} - there.known
    if there.deploy or there.unfinished:
        foreign &= files.keys()
    if foreign:
        named = ", ".join(sorted(foreign)[:MOST_NAMED]) + (", ..." if len(foreign) > MOST_NAMED else "")
        raise PublishError(
            f"{len(foreign)} files that no deploy of clawpub put there: {named}",
            hint="name another prefix; or, if they may be written over, use --adopt, which deletes none of them",
        )
