"""What the runner adds to a model's latency: 300 runs of five tool calls and an answer, 100 ms a call.

    python -m bench.runner                        concurrency 1 (30 runs), 16, 64; in-process tool
    python -m bench.runner --shell                the same with a shell in the sandbox
    python -m bench.runner --runs 10000 --at 256 --latency 0.01     one long campaign: memory curve and sealing

The model server is a process of its own (bench.latency_server); journal and transcripts are on. Efficiency is the ideal
(rounds x calls x latency) over the wall time of the whole command's campaign, sealing not included. "start" is what
it takes to import the runner and open the session, "to call" from the process's start to its first call.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TOOL_CALLS = 5
TASKS = 10


def publication(
    folder: Path, runs: int, at_once: int, endpoint: str, *, shell: bool, preflight: bool = False, more: str = ""
) -> Path:
    """Write a publication with a suite of ten tasks and a campaign on it; return the campaign file."""
    suite = folder / "content" / "campaigns" / "suite"
    names = [f"task_{number:02}_ask" for number in range(1, TASKS + 1)]
    for name in names:
        home = suite / name
        (home / "workspace").mkdir(parents=True)
        (home / "workspace" / "echo hello").write_text("hello\n")
        number = name[:7]
        answer = '[answer]\nequals = "42"\n'
        (home / "task.toml").write_text(
            f'id = "{number}"\nname = "ask"\ntitle = "Ask"\nturns = 13\nseconds = 600\n{answer}'
        )
        (home / "prompt.md").write_text(f"sample-{int(number[-2:])}: use the tool, then answer.")
    tools = '["run"]' if shell else '["read_file"]'
    (suite / "suite.toml").write_text(f'id = "bench"\ntitle = "Bench"\ntasks = {json.dumps(names)}\ntools = {tools}\n')
    (suite / "system.md").write_text("You are an agent.")
    (folder / "content" / "site.toml").write_text('title = "Bench"\nurl = "https://example.org"\n')
    campaign = folder / "content" / "campaigns" / "bench.toml"
    campaign.write_text(
        f'id = "bench"\nsuite = "./suite"\nruns = {runs // TASKS}\n[model]\nid = "m"\nprovider = "openai-compatible"\n'
        f'endpoint = "{endpoint}"\n[limits]\nrepeats = 100\n'
        f"[execution]\nconcurrency = {at_once}\npreflight = {json.dumps(preflight)}\n{more}"
    )
    return campaign


@contextmanager
def model_server(latency_s: float, *more: str) -> Iterator[str]:
    """Yield the address of a model server in a process of its own."""
    command = [sys.executable, "-m", "bench.latency_server", "--latency", str(latency_s), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.kill()


def asked(url: str, path: str, *, post: bool = False) -> dict[str, Any]:
    request = urllib.request.Request(url + path, method="POST" if post else "GET")
    with urllib.request.urlopen(request) as response:
        found: dict[str, Any] = json.load(response)
    return found


def one(
    runs: int, at_once: int, latency_s: float, url: str, *, shell: bool, curve: bool = False, more: str = ""
) -> dict[str, float]:
    """Run one campaign in a process of its own and return what it took; `more` is for the end of its file."""
    asked(url, "/reset", post=True)
    with tempfile.TemporaryDirectory() as name:
        campaign = publication(Path(name), runs, at_once, f"{url}/v1", shell=shell, more=more)
        command = [sys.executable, "-m", "bench.runner", "--child", str(campaign), *(["--curve"] if curve else [])]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        began = time.monotonic()
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
        took: dict[str, float] = json.loads(done.stdout)
    stats = asked(url, "/stats")
    took["first_call_s"] = stats["first"] - began
    ideal = math.ceil(runs / at_once) * (TOOL_CALLS + 1) * latency_s
    return took | {"calls": stats["calls"], "span_s": stats["span_s"], "ideal_s": ideal}


def child(campaign: Path, *, curve: bool) -> None:
    """Execute and seal a campaign in this process; print what it took as JSON."""
    began = time.perf_counter()
    from clawpub.cli.output import monotonic, utc_now
    from runner.execute import execute
    from runner.harness import Clock
    from runner.record import Record
    from runner.seal import seal_campaign
    from runner.session import home_of, open_session

    root = campaign.parents[2]
    session = open_session(campaign, home_of(root), clock=Clock(utc_now, monotonic))
    started_s = time.perf_counter() - began
    stop = threading.Event()
    if curve:
        threading.Thread(target=watch, args=(session.journal, stop), daemon=True).start()
    cpu, own = process_cpu(), time.process_time()
    began = time.perf_counter()
    asyncio.run(execute(session))
    wall_s = time.perf_counter() - began
    cpu_s, own_cpu_s = process_cpu() - cpu, time.process_time() - own
    peak = peak_mb()
    stop.set()
    forget_peak()
    began = time.perf_counter()
    pack = seal_campaign(
        session.campaign, session.suite, Record([session.journal]), root / "packs", accept_plumbing=True
    )
    sealing_s, sealing_peak = time.perf_counter() - began, peak_mb()
    size = sum(file.stat().st_size for file in pack.path.rglob("*") if file.is_file())
    packed = sum(transcript_sizes(pack.path))
    summary = pack.table("run_summary").rows[0]
    print(
        json.dumps(
            {
                "started_s": started_s,
                "wall_s": wall_s,
                "cpu_s": cpu_s,
                "own_cpu_s": own_cpu_s,
                "peak_mb": peak,
                "sealing_s": sealing_s,
                "sealing_peak_mb": sealing_peak,
                "journal_mb": session.journal.stat().st_size / 1e6,
                "pack_mb": size / 1e6,
                "transcripts_mb": packed / 1e6,
                "passes": int(str(summary["passes"])),
            }
        )
    )


def process_cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def peak_mb() -> float:
    """Return the most memory that this process had, since the peak was forgotten."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def forget_peak() -> None:
    with contextlib.suppress(OSError):  # then the peak of what was before counts too
        Path("/proc/self/clear_refs").write_text("5")


def transcript_sizes(pack: Path) -> Iterator[int]:
    """Yield the size of each file of transcripts, compressed."""
    for file in (pack / "transcripts").iterdir():
        data = file.read_bytes()
        yield len(data) if file.suffix == ".gz" else len(gzip.compress(data, mtime=0))


def watch(journal: Path, stop: threading.Event) -> None:
    """Print the memory in use and the journal's size, ten times a minute."""
    began = time.perf_counter()
    while not stop.wait(5):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        size = journal.stat().st_size / 1e6 if journal.exists() else 0
        print(
            f"  {time.perf_counter() - began:6.0f} s  {pages * os.sysconf('SC_PAGE_SIZE') / 1e6:6.0f} MB in memory, "
            f"{size:6.1f} MB of journal",
            file=sys.stderr,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--at", type=int, nargs="*", default=[1, 16, 64], help="concurrencies")
    parser.add_argument("--latency", type=float, default=0.1, help="seconds a call")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--shell", action="store_true", help="the tool is a shell in the sandbox")
    parser.add_argument("--curve", action="store_true", help="print memory while it runs")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.child, curve=given.curve)
        return
    print(f"{'at once':>8} {'runs':>6} {'ideal':>8} {'wall':>8} {'efficiency':>11} {'of span':>8} {'CPU/run':>9} "
          f"{'peak':>8} {'start':>7} {'to call':>8} {'calls':>7} {'sealing':>8} {'its peak':>9} "
          f"{'pack/transcripts':>17}")  # fmt: skip
    with model_server(given.latency, "--tool-calls", str(TOOL_CALLS)) as url:
        for at_once in given.at:
            runs = given.runs if at_once > 1 else min(given.runs, 30)
            took = [
                one(runs, at_once, given.latency, url, shell=given.shell, curve=given.curve) for _ in range(given.times)
            ]
            mid = {key: statistics.median(result[key] for result in took) for key in took[0]}
            print(
                f"{at_once:>8} {runs:>6} {mid['ideal_s']:>6.2f} s {mid['wall_s']:>6.2f} s "
                f"{mid['ideal_s'] / mid['wall_s']:>11.2f} {mid['ideal_s'] / mid['span_s']:>8.2f} "
                f"{mid['cpu_s'] / runs * 1e3:>6.1f} ms {mid['peak_mb']:>5.0f} MB {mid['started_s']:>5.2f} s "
                f"{mid['first_call_s']:>6.2f} s {mid['calls']:>7.0f} {mid['sealing_s']:>6.2f} s "
                f"{mid['sealing_peak_mb']:>6.0f} MB {mid['pack_mb'] / mid['transcripts_mb']:>17.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
