"""Which models and tasks have pages, so that nothing leads to one that is not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.urls import model_url, task_url


@dataclass(frozen=True)
class Places:
    models: frozenset[str] = frozenset()
    tasks: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By suite."""

    def model(self, model_id: str) -> str:
        """Return a model's page from the site's root; "" where it has none."""
        return model_url(model_id) if model_id in self.models else ""

    def task(self, suite: str, task_id: str) -> str:
        """Return a task's page from the site's root; "" where it has none."""
        return task_url(suite, task_id) if task_id in self.tasks.get(suite, ()) else ""
