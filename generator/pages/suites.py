"""Suites as packs froze them: what each task asked, from the newest pack that holds it. A pack is not trusted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clawpub.pack.model import SUITE_FILE
from clawpub.pack.reader import Pack
from clawpub.pack.schema import PER_TASK_RESULTS, is_standard
from clawpub.pack.tables import Row


@dataclass(frozen=True)
class FrozenTask:
    """A task as a pack's suite.json says it; what it does not say is empty."""

    id: str
    title: str = ""
    prompt: str = ""
    limits: tuple[str, ...] = ()


@dataclass(frozen=True)
class FrozenSuite:
    system: str = ""
    """What the model was told before each task's prompt."""
    tasks: Mapping[str, FrozenTask] = field(default_factory=dict)


def frozen_suite(pack: Pack) -> FrozenSuite:
    """Return the suite that a pack holds, empty where it holds none or one that cannot be read.

    Raises: PackError where the file is not the one that was sealed.
    """
    resource = next((r for r in pack.descriptor.resources if r.path == SUITE_FILE), None)
    if resource is None:
        return FrozenSuite()
    try:
        said = json.loads(pack.read(resource))
    except (ValueError, RecursionError):
        return FrozenSuite()
    if not isinstance(said, dict):
        return FrozenSuite()
    tasks = said.get("tasks")
    known = [_task(task) for task in tasks if isinstance(task, dict)] if isinstance(tasks, list) else []
    return FrozenSuite(_text(said.get("system")), {task.id: task for task in known if task.id})


def _task(said: Mapping[str, Any]) -> FrozenTask:
    limits = [
        f"{value:,} {unit}"
        for unit in ("turns", "seconds")
        if isinstance(value := said.get(unit), int) and not isinstance(value, bool)
    ]
    return FrozenTask(_text(said.get("id")), _text(said.get("title")), _text(said.get("prompt")), tuple(limits))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def suite_of(pack: Pack) -> str:
    """Return the id of the suite that a pack's campaign ran, "" where there is no campaign."""
    return pack.info.campaign.suite.id if pack.info.campaign else ""


def results_of(pack: Pack) -> dict[str, Row]:
    """Return a pack's results by task, {} where it has no such table of our making."""
    name = PER_TASK_RESULTS.name
    if name not in pack.table_names or not is_standard(pack.table(name).schema, PER_TASK_RESULTS):
        return {}
    return {str(row["task_id"]): row for row in pack.table(name).rows}


def by_suite(packs: Sequence[Pack]) -> dict[str, list[Pack]]:
    """Return the packs that hold results by task, by suite in the order of its id; packs keep their order."""
    suites: dict[str, list[Pack]] = {}
    for pack in packs:
        if (suite := suite_of(pack)) and results_of(pack):
            suites.setdefault(suite, []).append(pack)
    return {suite: suites[suite] for suite in sorted(suites)}
