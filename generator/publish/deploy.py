"""A deploy to an object store, which a reader at no moment sees half of.

    lock -> look -> plan -> intent -> uploads, stage by stage -> commit -> deletions -> invalidation

Whatever is killed between any two requests leaves for each page the old or the new one, with all that it loads, and the
next deploy goes on from there (generator/publish/manifest.py says how it knows).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol

from clawpub.errors import PublishError
from generator.progress import Progress, silent
from generator.publish.lock import LOCK, Holder, Lease, held
from generator.publish.manifest import (
    DEPLOY,
    INTENT,
    STATE,
    Deploy,
    Intent,
    Put,
    headers_digest,
    print_note,
    read_deploy,
    read_intent,
)
from generator.publish.order import STAGES, served
from generator.publish.plan import GRACE, Plan, Step, There, make_plan
from generator.publish.released import Released
from generator.publish.store import AT_ONCE, Conflict, Store


class Cache(Protocol):
    """What stands between a store and its readers."""

    def invalidate(self, addresses: Sequence[str], reference: str) -> None:
        """Forget what is kept under these addresses; the same reference again asks for nothing new."""


@dataclass(frozen=True)
class Asked:
    """What a deploy may do besides."""

    adopt: bool = False
    """Write over files that no deploy of ours put there."""
    take_over: bool = False
    """Go on where another deploy holds the lock."""
    grace: timedelta = GRACE


@dataclass(frozen=True)
class Deployed:
    plan: Plan
    conditional: bool
    """Whether the store keeps two deploys apart."""
    invalidated: int
    """Addresses."""


def look(store: Store) -> There:
    """Return what is at a target now."""
    deploy, intent = store.read(DEPLOY), store.read(INTENT)
    return There(
        listing={key: each for key, each in store.listing() if not key.startswith(STATE)},
        deploy=read_deploy(deploy.data) if deploy else None,
        intent=read_intent(intent.data) if intent else None,
        etags={key: note.etag for key, note in ((DEPLOY, deploy), (INTENT, intent)) if note},
        head=store.head,
    )


def deploy(
    released: Released,
    store: Store,
    holder: Holder,
    clock: Callable[[], datetime],
    *,
    cache: Cache | None = None,
    asked: Asked | None = None,
    progress: Progress = silent,
) -> Deployed:
    """Make a store hold a release, and say what that took.

    Raises: PublishError; what was there goes on being served, and the next deploy goes on.
    """
    asked = asked or Asked()
    with held(store, holder, take_over=asked.take_over) as lease:
        progress("looking at what is there", 0, len(released.files))
        there = look(store)
        plan = make_plan(released, there, clock(), adopt=asked.adopt, grace=asked.grace)
        invalidate = plan.invalidate if cache else ()
        conditional = there.deploy.conditional if there.deploy else _is_conditional(store)
        if not invalidate and _is_done(released, there, plan):
            return Deployed(plan, conditional, 0)
        intent = _intent(holder, plan, there, invalidate)
        etag = _note(store, INTENT, print_note(intent), there)
        put = _upload(plan.steps, store, lease, progress)
        lease.require()
        done = _written(released, holder, plan, put, clock(), conditional=conditional)
        _note(store, DEPLOY, print_note(done), there)
        lease.require()  # what another deploy has put again by now is not this one's to remove
        store.delete(plan.removed)
        if cache and invalidate:
            progress("invalidating", 0, len(invalidate))
            cache.invalidate(invalidate, holder.deploy)
            store.write(INTENT, print_note(intent.model_copy(update={"invalidate": ()})), replaces=etag)
    return Deployed(plan, conditional, len(invalidate))


def _is_conditional(store: Store) -> bool:
    """Whether a store refuses writes whose conditions do not hold; the lock stands there."""
    note = store.read(LOCK)
    for wrong in (None, "0" * 32):
        try:
            store.write(LOCK, note.data if note else b"", replaces=wrong)
        except Conflict:
            continue
        return False
    return True


def _is_done(released: Released, there: There, plan: Plan) -> bool:
    last = there.deploy.release if there.deploy else ""
    return not (plan.steps or plan.removed or there.unfinished) and last == released.digest


def _intent(holder: Holder, plan: Plan, there: There, invalidate: tuple[str, ...]) -> Intent:
    before = there.unfinished.keys if there.unfinished else ()
    waiting = there.intent.invalidate if there.intent else ()  # for the next that is told of the cache
    return Intent(deploy=holder.deploy, keys=tuple(sorted({*plan.keys, *before})), invalidate=invalidate or waiting)


def _written(
    released: Released, holder: Holder, plan: Plan, put: dict[str, Put], now: datetime, *, conditional: bool
) -> Deploy:
    return Deploy(
        deploy=holder.deploy,
        release=released.digest,
        at=now,
        files=dict(sorted({**plan.unchanged, **put}.items())),
        stale={**plan.stale, **dict.fromkeys(plan.removed, now)},  # until they are seen to be gone
        conditional=conditional,
    )


def _note(store: Store, key: str, data: bytes, there: There) -> str:
    """Write a note in the place of the one that was looked at, and return its ETag.

    Raises: PublishError where another deploy wrote one in between.
    """
    try:
        return store.write(key, data, replaces=there.etags.get(key))
    except Conflict:
        found = store.read(key)
        if found is not None and found.data == data:  # an answer was lost on its way
            return found.etag
        raise PublishError("another deploy was made while this one was on its way", hint="publish again") from None


# --- uploads ---


def _upload(steps: Sequence[Step], store: Store, lease: Lease, progress: Progress) -> dict[str, Put]:
    """Put files, stage by stage, and return them as they stand in the store.

    Raises: PublishError, the first that came; uploads under way are finished.
    """
    put: dict[str, Put] = {}
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="upload")
    try:
        for stage, some in groupby(steps, lambda step: step.stage):
            for path, done in _stage(some, store, lease, pool):
                put[path] = done
                progress(f"uploading {STAGES[stage]}", len(put), len(steps))
    finally:
        pool.shutdown(cancel_futures=True)
    return put


def _stage(steps: Iterable[Step], store: Store, lease: Lease, pool: ThreadPoolExecutor) -> Iterable[tuple[str, Put]]:
    def put(step: Step) -> tuple[str, Put]:
        lease.require()
        path, how = step.file.path, served(step.file.path)
        try:
            etag = store.put_file(step.file, how, replaces=step.replaces)
        except Conflict:
            raise PublishError(
                f"{path} was written by something else while this deploy was on its way; it stopped",
                hint="publish again when nothing else writes there",
            ) from None
        return path, Put(sha256=step.file.sha256, etag=etag, headers=headers_digest(how))

    for future in as_completed([pool.submit(put, step) for step in steps]):
        yield future.result()
