"""What checking costs: a cold check, a check in which nothing changed, one in which one writeup did; the scanner.

    python -m bench.claims                   1,000 writeups of forty claims
    python -m bench.claims --writeups 100    a smaller publication

The corpus is seeded (bench/corpus.py). Each figure is the median of several whole commands, start of Python included,
but for the scanner's, which are medians of a call. "1 processor" is the same command held to one by the system.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.__main__ import ROOT, folder, row, timed
from bench.corpus import CLAIMS, write_corpus
from clawpub.quantity import scan
from generator.verdict_store import FOLDER

COMMAND = (str(Path(sys.executable).with_name("clawpub")), "check", "--root")
DENSE = (
    "Seven of 30 runs (23.3%) took 3–6 s, about 39K tokens and $0.15/$0.60 per 1M; ten times as many, or 60% more, "
    "than the 2.3x of 2026-05-21: at least 24 to 27 of all 30, twice the half, fewer than twenty-four, ≥ 2/3. "
)


def check(root: Path, processors: set[int]) -> float:
    """Return the seconds of one `clawpub check`, held to some processors."""
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    began = time.perf_counter()
    done = subprocess.run([*COMMAND, str(root)], capture_output=True, text=True)
    seconds = time.perf_counter() - began
    os.sched_setaffinity(0, every)
    if done.returncode:
        raise SystemExit(f"the corpus does not pass:\n{done.stderr[-2000:]}")
    return seconds


def median(work: Callable[[int], float], times: int) -> float:
    return statistics.median(work(number) for number in range(times))


def checks(root: Path, writeups: int, times: int) -> None:
    """Print what whole checks cost."""
    every = os.sched_getaffinity(0)
    claims = writeups * CLAIMS
    for name, processors in {"1 processor": {min(every)}, f"{len(every)} processors": every}.items():
        cold = median(lambda _, processors=processors: check(forgetful(root), processors), times)  # type: ignore[misc]
        row(f"check: cold, {name}", cold, "s", note=f"{claims / cold:,.0f} claims a second")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    row("check: largest process", peak, "MB")
    check(root, every)
    row("check: nothing changed", median(lambda _: check(root, every), 9), "s")
    row("check: one writeup edited", median(lambda number: check(edited(root, number), every), 9), "s")
    row("check: the cache on the disk", sum(f.stat().st_size for f in (root / FOLDER).iterdir()) / 1e6, "MB")


def forgetful(root: Path) -> Path:
    shutil.rmtree(root / FOLDER, ignore_errors=True)
    return root


def edited(root: Path, number: int) -> Path:
    index = sorted((root / "content" / "writeups").iterdir())[number] / "index.md"
    index.write_text(index.read_text() + "\nThe end.\n")
    return root


def scanner(root: Path) -> None:
    """Print what scanning costs, by the kilobyte."""
    texts = {
        "this publication's writeups": sorted((ROOT / "content" / "writeups").glob("*/index.md")),
        "the corpus": sorted((root / "content" / "writeups").glob("*/index.md"))[:20],
    }
    for name, files in texts.items():
        parts = [part for file in files for part in file.read_text().split("\n\n")]
        size = sum(map(len, parts)) / 1024
        row(f"scan: {name}", timed(lambda parts=parts: list(map(scan, parts))) / size, "ms a KB", 1e3)  # type: ignore[misc]
    row("scan: nothing but quantities", timed(lambda: scan(DENSE)) / (len(DENSE) / 1024), "ms a KB", 1e3)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--writeups", type=int, default=1000)
    given.add_argument("--times", type=int, default=3, help="cold checks of each kind")
    options = given.parse_args()
    with folder() as work:
        root = write_corpus(work / "publication", writeups=options.writeups)
        print(f"{options.writeups:,} writeups, {options.writeups * CLAIMS:,} claims, over 20 packs of 30 runs")
        checks(root, options.writeups, options.times)
        scanner(root)


if __name__ == "__main__":
    main()
