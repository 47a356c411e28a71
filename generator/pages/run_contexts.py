"""What the pages of runs receive: run.html RunPage, runs.html RunsPage. See generator/pages/contexts.py."""

from __future__ import annotations

from dataclasses import dataclass

from generator.pages.contexts import Labelled, Meta, Publication, SourceLink


@dataclass(frozen=True)
class TextBlock:
    """Text of a model, a tool or a harness, as it came. It is data: never markup, never a link."""

    label: str
    text: str
    size: str
    """In words: "3.4 kB, 80 lines"."""
    folded: bool
    """Whether it is long enough to be opened by those who want to read it."""
    note: str = ""
    """Where the page does not show all of it."""


@dataclass(frozen=True)
class Happening:
    """One event of a run."""

    id: str
    kind: str
    """instructions, model, tools, faults, journal or outcome; a reader may hide all of a kind but outcomes."""
    title: str
    name: str = ""
    """Of the tool, as the model wrote it."""
    status: str = ""
    good: bool = True
    """Whether the status is what one hopes for."""
    facts: tuple[str, ...] = ()
    blocks: tuple[TextBlock, ...] = ()
    calls: tuple[SourceLink, ...] = ()
    """Tool calls that a model's answer asked for, each with the event that it led to."""


@dataclass(frozen=True)
class AttemptView:
    """One attempt at a run. `words` say whether it counts; empty where there was only one."""

    id: str
    title: str
    words: str
    events: tuple[Happening, ...]
    note: str = ""


@dataclass(frozen=True)
class KindFilter:
    """A kind of events that a reader may hide."""

    kind: str
    label: str
    count: int
    shown: bool
    """At first."""


@dataclass(frozen=True)
class RunPage:
    publication: Publication
    page: Meta
    title: str
    made_here: str
    """The date for a run made on this machine; else empty."""
    outcome: str
    """passed, failed or unscored; empty where the pack's tables do not say."""
    outcome_words: str
    reason: str
    """The checker's, or why the run was not scored."""
    lines: tuple[Labelled, ...]
    filters: tuple[KindFilter, ...]
    attempts: tuple[AttemptView, ...]
    files: tuple[SourceLink, ...]
    """The transcript files, from this page."""
    before: SourceLink | None
    """The run before this one in the pack, from the site's root."""
    after: SourceLink | None


@dataclass(frozen=True)
class RunMark:
    """A run in the list of a task's runs."""

    label: str
    url: str
    """From the site's root."""
    outcome: str
    words: str


@dataclass(frozen=True)
class TaskRuns:
    anchor: str
    task_id: str
    title: str
    score: str
    runs: tuple[RunMark, ...]


@dataclass(frozen=True)
class RunsPage:
    publication: Publication
    page: Meta
    title: str
    made_here: str
    pack_url: str
    words: str
    """How many runs there are, and which of them have a page."""
    tasks: tuple[TaskRuns, ...]
