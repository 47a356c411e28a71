"""Attempts on the machines of a Ray cluster: boxes and harness there, the model, the journal and the money here.

A worker asks the driver for each answer of the model and hands over what happened since the last one; the driver
journals that, asks, and journals the answer before the worker hears it. So a worker that dies costs nothing but the
tools of one turn: its run goes on elsewhere from what the driver has. Keys never leave the driver.

    worker ──ask(what happened, request)──▶ mailbox ──▶ driver: journal, budget, throttle, provider
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from importlib.util import find_spec
from typing import Any

from clawpub.errors import ConfigError, SandboxError
from clawpub.extras import install_hint
from clawpub.pack.costs import call_cost
from clawpub.pack.events import ModelCalled, RunEvent
from clawpub.pack.model import Price
from runner.asking import Asked, Asker, Call
from runner.attempt import Job, carry_out
from runner.engine import Keep, Record
from runner.harness import Clock
from runner.providers import Completion, Request
from runner.workspaces import listing_of

CPUS_PER_RUN = 0.25
"""A run waits for its model most of the time."""

Happened = list[RunEvent | dict[str, bytes]]
"""Events, and workspaces to be kept, in order."""


@dataclass(frozen=True)
class Question:
    """What a worker asks: the next answer, given what happened since the last."""

    happened: Happened
    request: Request
    tokens_bound: int
    left_s: float
    dispatch_text: bool
    stamp: dict[str, Any]


class Mailbox:
    """An actor between workers and driver. It holds questions until the driver takes them, and answers for workers."""

    def __init__(self) -> None:
        self._questions: asyncio.Queue[tuple[int, str, Question]] = asyncio.Queue()
        self._answers: dict[int, asyncio.Future[Asked | BaseException]] = {}
        self._count = 0

    async def ask(self, job: str, question: Question) -> Asked | BaseException:
        self._count += 1
        number = self._count
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._questions.put((number, job, question))
        try:
            given: Asked | BaseException = await answer
            return given
        finally:
            del self._answers[number]

    async def take(self) -> tuple[int, str, Question]:
        return await self._questions.get()

    async def answer(self, number: int, answer: Asked | BaseException) -> None:
        if number in self._answers and not self._answers[number].done():
            self._answers[number].set_result(answer)


@dataclass
class Away:
    """The way to the model as a worker sees it."""

    mailbox: Any
    job: str
    price: Price | None
    happened: Happened = field(default_factory=list)
    """Not yet handed over."""

    async def ask(self, call: Call) -> Asked:
        question = Question(
            self.happened, call.request, call.tokens_bound, call.left_s, call.dispatch_text, call.stamp()
        )
        self.happened = []
        answer: Asked | BaseException = await self.mailbox.ask.remote(self.job, question)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def cost(self, c: Completion | ModelCalled) -> Decimal | None:
        return call_cost(self.price, c.tokens_in, c.tokens_out, c.tokens_cached, c.tokens_cache_written)

    def record(self, event: RunEvent) -> None:
        self.happened.append(event)

    def keep(self, files: Mapping[str, bytes]) -> str:
        self.happened.append(dict(files))
        return listing_of(files).digest


def work(job: Job, name: str, mailbox: Any, price: Price | None) -> tuple[Happened, BaseException | None]:
    """Execute an attempt on a worker; return what happened since its last question, and what ended it early."""
    away = Away(mailbox, name, price)
    clock = Clock(lambda: datetime.now(UTC), time.monotonic)
    try:
        asyncio.run(carry_out(job, away, away.record, away.keep, clock))
    except Exception as error:  # noqa: BLE001 - it is raised again on the driver, which tells causes apart
        return away.happened, error
    return away.happened, None


@dataclass
class _Under:
    """An attempt under way, as the driver sees it."""

    asker: Asker
    record: Record
    keep: Keep

    def take_in(self, happened: Happened) -> None:
        for what in happened:
            if isinstance(what, dict):
                self.keep(what)
            else:
                self.record(what)


class Ray:
    """A driver on a cluster."""

    def __init__(self, ray: Any, address: str) -> None:
        self.ray = ray
        self.address = address
        self.mailbox = ray.remote(num_cpus=0, max_concurrency=10_000)(Mailbox).remote()
        self._work = ray.remote(num_cpus=CPUS_PER_RUN, max_retries=0, scheduling_strategy="SPREAD")(work)
        self._under_way: dict[str, _Under] = {}
        self._count = 0
        self._answering: set[asyncio.Task[None]] = set()

    def describe(self) -> Mapping[str, Any]:
        nodes = sum(bool(node["Alive"]) for node in self.ray.nodes())
        return {"name": "ray", "version": self.ray.__version__, "nodes": nodes}

    async def carry_out(self, job: Job, asker: Asker, record: Record, keep: Keep, clock: Clock) -> None:
        self._count += 1
        name = f"{job.task.id}.{job.run}.{job.attempt}.{self._count}"
        under = self._under_way[name] = _Under(asker, record, keep)
        reference = self._work.remote(job, name, self.mailbox, asker.price)
        try:
            happened, error = await reference
        except self.ray.exceptions.RayError as gone:
            raise SandboxError(f"the worker is gone: {type(gone).__name__}", hint="the run goes on elsewhere") from None
        except asyncio.CancelledError:
            self.ray.cancel(reference, force=True)
            raise
        finally:
            del self._under_way[name]
        under.take_in(happened)
        if error:
            raise error

    async def serve(self) -> None:
        """Answer workers' questions until cancelled."""
        while True:
            number, job, question = await self.mailbox.take.remote()
            task = asyncio.create_task(self._answer(number, job, question))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    async def _answer(self, number: int, job: str, question: Question) -> None:
        under = self._under_way.get(job)
        if under is None:  # its worker was given up for dead: nothing it says counts any more
            return
        try:
            under.take_in(question.happened)

            def stamp() -> dict[str, Any]:
                return {**question.stamp, "at": datetime.now(UTC)}

            asked = question.request, question.tokens_bound, question.left_s, question.dispatch_text
            call = Call(*asked, stamp, under.record)
            answer: Asked | BaseException = await under.asker.ask(call)
        except Exception as error:  # noqa: BLE001 - the worker's harness knows what each means
            answer = error
        await self.mailbox.answer.remote(number, answer)


@asynccontextmanager
async def open_ray(name: str) -> AsyncIterator[Ray]:
    """Join a cluster (`ray://head:10001`), the one of RAY_ADDRESS, or start one on this machine (`ray`).

    Raises: ConfigError where the extra is not installed or the cluster cannot be reached.
    """
    if find_spec("ray") is None:
        raise ConfigError("more than one machine needs Ray, which is not installed", hint=install_hint("ray"))
    import ray

    address = name if "://" in name else os.environ.get("RAY_ADDRESS")
    try:
        await asyncio.to_thread(
            ray.init, address=address, log_to_driver=False, logging_level=logging.ERROR, ignore_reinit_error=True
        )
    except (ConnectionError, ValueError, RuntimeError, OSError) as error:
        raise ConfigError(f"no Ray cluster at {address or 'this machine'}: {str(error)[:300]}") from None
    engine = Ray(ray, address or "local")
    serving = asyncio.create_task(engine.serve())
    try:
        yield engine
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        await asyncio.to_thread(ray.shutdown)
