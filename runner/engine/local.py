"""Attempts in this very process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from runner.asking import Asker
from runner.attempt import Job, carry_out
from runner.engine import Keep, Record
from runner.harness import Clock


class Local:
    def describe(self) -> Mapping[str, Any]:
        return {"name": "local"}

    async def carry_out(self, job: Job, asker: Asker, record: Record, keep: Keep, clock: Clock) -> None:
        await carry_out(job, asker, record, keep, clock)


@asynccontextmanager
async def open_local(name: str) -> AsyncIterator[Local]:
    yield Local()
