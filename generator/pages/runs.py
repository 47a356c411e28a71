"""The runs of a pack that have pages of their own: which they are, and where each one's events stand.

A page for every run of a pack of up to `MOST_PAGES` runs; of a longer campaign those that did not pass, up to as many.
A transcript is read twice: once to know that it can be, and again when its page is written, so that no build holds the
transcripts of thousands of runs at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from clawpub.errors import PackError, Place
from clawpub.findings import Finding
from clawpub.pack.events import RunEvent
from clawpub.pack.model import Resource
from clawpub.pack.reader import Pack
from clawpub.pack.runs import parse_transcript
from clawpub.pack.schema import RUN_METRICS, TASK_OUTCOMES, Schema, is_standard
from clawpub.pack.tables import Row
from generator.urls import pack_folder, run_url, task_anchor

MOST_PAGES = 1000
"""Runs of one pack that have a page."""

Key = tuple[str, int]
"""A task and the number of a run of it."""


@dataclass(frozen=True)
class PackRuns:
    """What is known of a pack's runs before a page of one is made."""

    pack: Pack
    folder: str
    """Of the pack's page, from the site's root."""
    files: Mapping[Key, tuple[Resource, ...]] = field(default_factory=dict)
    """The runs that have a page, by task and run, with the files that hold their events."""
    total: int = 0
    """Runs that the pack holds transcripts of."""
    outcomes: Mapping[Key, Row] = field(default_factory=dict)
    metrics: Mapping[Key, Row] = field(default_factory=dict)
    _last: dict[str, dict[Key, list[RunEvent]]] = field(default_factory=dict, compare=False, repr=False)
    """The transcript file that was read last: a packed one holds hundreds of runs in a row."""

    def events(self, key: Key) -> list[RunEvent]:
        """Return every event of every attempt at a run, in the order in which they were written down.

        Raises: PackError where a transcript is no longer the one that was sealed.
        """
        return [event for resource in self.files[key] for event in self._parsed(resource).get(key, ())]

    def _parsed(self, resource: Resource) -> dict[Key, list[RunEvent]]:
        if resource.path not in self._last:
            by_run: dict[Key, list[RunEvent]] = {}
            for event in parse_transcript(self.pack.read(resource), Place(self.pack.path / resource.path)):
                by_run.setdefault((event.task_id, event.run), []).append(event)
            self._last.clear()
            self._last[resource.path] = by_run
        return self._last[resource.path]

    def url(self, task_id: object, run: object) -> str:
        """Return a run's page from the site's root; "" where it has none."""
        known = isinstance(task_id, str) and isinstance(run, int) and (task_id, run) in self.files
        return run_url(self.folder, cast(str, task_id), cast(int, run)) if known else ""

    @cached_property
    def order(self) -> tuple[Key, ...]:
        """The runs that have a page, by task and run."""
        return tuple(self.files)

    @cached_property
    def places(self) -> dict[Key, int]:
        return {key: place for place, key in enumerate(self.order)}

    @property
    def index_url(self) -> str:
        return f"{self.folder}runs/index.html" if self.files else ""

    def task_url(self, task_id: str) -> str:
        """Return where the list of runs has those of a task; "" where none of them has a page."""
        known = task_id in self._tasks
        return f"{self.index_url}#{task_anchor(task_id)}" if known else ""

    @cached_property
    def _tasks(self) -> frozenset[str]:
        return frozenset(task for task, _ in self.order)

    @property
    def left_out(self) -> int:
        return self.total - len(self.files)

    @property
    def words(self) -> str:
        """In a sentence, which runs have a page."""
        if self.left_out:
            return (
                f"The pack holds transcripts of {self.total:,} runs. {len(self.files):,} that did not pass have a page "
                "here; the pack’s files hold all."
            )
        return "Every run has a page here: each message, each tool call with its result, and what the checker found."

    def outcome(self, key: Key) -> str:
        """Return `passed`, `failed` or `unscored`; "" where the pack's tables do not say."""
        row = self.outcomes.get(key)
        return {True: "passed", False: "failed"}.get(cast(bool, row["passed"]), "unscored") if row else ""


def pack_runs(pack: Pack, *, made_here: bool = False, most: int = MOST_PAGES) -> tuple[PackRuns, list[Finding]]:
    """Return the runs of a pack that get pages, and a warning where its transcripts cannot be read: then none do."""
    folder = pack_folder(pack, made_here=made_here)
    files: dict[Key, dict[str, Resource]] = {}
    try:
        for resource in _transcripts(pack):
            place = Place(pack.path / resource.path)
            for event in parse_transcript(pack.read(resource), place):
                if event.at.tzinfo is None:
                    raise PackError("an event’s time names no zone", at=place, hint="write UTC: 2026-11-23T09:00:00Z")
                files.setdefault((event.task_id, event.run), {})[resource.path] = resource
        outcomes, metrics = _by_run(pack, TASK_OUTCOMES), _by_run(pack, RUN_METRICS)
    except PackError as error:
        at = error.at or Place(pack.path)
        message = f"its runs have no pages, for a transcript cannot be read: {error.message}"
        hint = "transcripts/ holds run events as docs/pack-format.md describes them"
        return PackRuns(pack, folder), [
            Finding("transcript", message, at.path, at.line, at.column, hint=hint, severity="warning")
        ]
    chosen = _chosen(sorted(files), outcomes, most)
    shown = {key: tuple(files[key].values()) for key in chosen}
    return PackRuns(pack, folder, shown, len(files), outcomes, metrics), []


def _transcripts(pack: Pack) -> Iterator[Resource]:
    for resource in pack.descriptor.resources:
        if resource.path.startswith("transcripts/"):
            yield resource


def _chosen(keys: list[Key], outcomes: Mapping[Key, Row], most: int) -> list[Key]:
    if len(keys) <= most:
        return keys
    failed = [key for key in keys if key not in outcomes or outcomes[key]["passed"] is not True]
    return failed[:most]


def _by_run(pack: Pack, schema: Schema) -> dict[Key, Row]:
    """Return a standard table's rows by task and run, {} where the pack has no such table of our making."""
    if schema.name not in pack.table_names:
        return {}
    table = pack.table(schema.name)
    if not is_standard(table.schema, schema):
        return {}
    return {(cast(str, row["task_id"]), cast(int, row["run"])): row for row in table.rows}
