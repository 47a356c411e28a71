"""`make bench`: what each stage of the flow costs on this machine, medians over several runs."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from clawpub.pack.query import Database
from clawpub.pack.verify import verify_pack
from clawpub.quantity import scan
from generator.build import build
from runner.execute import execute
from runner.record import Record
from runner.sandbox import Limits, open_box, probe
from runner.seal import seal_campaign
from runner.suite import suite_folder
from tests.runner.sessions import make_session

ROOT = Path(__file__).parents[1]
SUITE = suite_folder("agentic-core-v1")


def timed(work: Callable[[], object], times: int = 7) -> float:
    """Return the median seconds of several runs, after one that does not count."""
    work()
    return statistics.median(_once(work) for _ in range(times))


def _once(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def boxes() -> None:
    sandbox = probe()

    async def one() -> tuple[float, float]:
        began = time.perf_counter()
        async with open_box({"a.txt": b"a"}, limits=Limits(), sandbox=sandbox) as box:
            await box.exec(["true"])
            ready = time.perf_counter() - began
            began = time.perf_counter()
            for _ in range(20):
                await box.call("read_file", {"path": "a.txt"})
            return ready, (time.perf_counter() - began) / 20

    runs = [asyncio.run(one()) for _ in range(8)][1:]
    row("sandbox: start and first command", statistics.median(ready for ready, _ in runs), "ms", 1e3, sandbox.name)
    row("sandbox: one tool call", statistics.median(call for _, call in runs), "ms", 1e3)


def campaign() -> None:
    """Ten scripted reference runs: all but a model, so the wall time is what the runner adds to its latency."""
    with folder() as work:
        costs = [_campaign(work / str(number)) for number in range(3)]
    for place, what in enumerate(("wall", "own CPU")):
        row("campaign: a scripted run, graded", statistics.median(cost[place] for cost in costs) / 10, "ms", 1e3, what)
    with folder() as work:
        _packs(work)


def _campaign(work: Path) -> tuple[float, float]:
    session = make_session(work, script=_reference)
    began, cpu = time.perf_counter(), time.process_time()
    asyncio.run(execute(session))
    return time.perf_counter() - began, time.process_time() - cpu


def _packs(work: Path) -> None:
    session = make_session(work, script=_reference)
    asyncio.run(execute(session))
    events = Record([session.journal])
    pack = seal_campaign(session.campaign, session.suite, events, work)
    sealing = timed(lambda: seal_campaign(session.campaign, session.suite, events, work))
    row("pack: compute again, 10 runs", sealing, "ms", 1e3)
    row("pack: verify, 10 runs", timed(lambda: verify_pack(pack.path)), "ms", 1e3)
    row("facts: open a pack in SQLite", timed(lambda: Database({"this": pack.tables()}).close()), "ms", 1e3)


def _reference(task_id: str, run: int) -> Path:
    return next(SUITE.glob(f"{task_id}_*/agents/reference.toml"))


def prose() -> None:
    texts = [file.read_text() for file in sorted((ROOT / "content" / "writeups").glob("*/index.md"))]
    text = "\n".join(texts) or "Seven of 30 runs (23.3%) took about 12 s and $0.02. " * 100
    row("claims: scan prose for quantities", timed(lambda: scan(text)) / (len(text) / 1024), "ms a KB", 1e3)


def site() -> None:
    with folder() as work:
        first = _once(lambda: build(ROOT, work / "site"))
        row("site: build this publication, first time", first, "ms", 1e3)
        row("site: build it again", timed(lambda: build(ROOT, work / "site")), "ms", 1e3)


def row(what: str, value: float, unit: str, scale: float = 1, note: str = "") -> None:
    print(f"{what:<44} {value * scale:9.2f} {unit:<8} {note}", flush=True)


STAGES = {"boxes": boxes, "campaign": campaign, "prose": prose, "site": site}

if __name__ == "__main__":
    for name in sys.argv[1:] or STAGES:
        STAGES[name]()
