"""What the openclaw adapter costs beside openclaw itself: wall and CPU seconds a run, one run at a time.

    python -m bench.harness                 medians of 7 starts of the bare program and of 3 campaigns of 10 runs
    python -m bench.harness --calls 0 5     tool calls a run; 0 is openclaw's own start-up and one answer

Bare: the same program, configuration and conversation as a plain process on this machine, without box, proxy, journal
or grading. The model server answers at once and is a process of its own, whose time is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from bench.runner import model_server, one
from runner.harness import Setup
from runner.harness.install import Installed, find_installed, harness_home, known_version
from runner.harness.openclaw import CONFIG_FOLDER, ENV, FOLDER, PLACE, PORT, command, config
from runner.providers import Sampling
from runner.sandbox.profile import WORKSPACE

RUNS = 10
PROMPT = "sample-1: use the tool, then answer."
TOLD = '[harness]\nname = "openclaw"\n'


def bare(program: Installed, url: str) -> dict[str, float]:
    """Run openclaw once as a plain process; return the seconds that it took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        places = {
            FOLDER: str(program.folder(harness_home())),
            CONFIG_FOLDER: f"{name}/campaign",
            PLACE: f"{name}/state",
            WORKSPACE: f"{name}/ws",
            f"http://127.0.0.1:{PORT}": url,
        }

        def placed(text: str) -> str:
            for inside, outside in places.items():
                text = text.replace(inside, outside)
            return text

        for made in ("campaign", "state", "ws"):
            (folder / made).mkdir()
        (folder / "ws" / "echo hello").write_text("hello\n")
        told = config(Setup("openclaw", sampling=Sampling(max_tokens=2048)))
        told["agents"]["defaults"]["workspace"] = "WORKSPACE"
        text = placed(json.dumps(told)).replace("WORKSPACE", f"{name}/ws")
        (folder / "campaign" / "openclaw.json").write_text(text)
        words = [word if word == PROMPT else placed(word) for word in command(PROMPT)]
        env = {key: placed(value) for key, value in ENV.items()}
        began = time.perf_counter()
        process = subprocess.Popen(words, env=env, cwd=folder / "ws")
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        said = "".join((folder / "state" / "said" / name).read_text() for name in ("out", "err"))
        if '"text": "42"' not in said:
            raise SystemExit(f"openclaw did not answer: {said[-500:]}")
    return {"wall_s": wall_s, "cpu_s": used.ru_utime + used.ru_stime}


def adapted(url: str) -> dict[str, float]:
    """Run a campaign of `RUNS` runs through the adapter; return the seconds that a run took."""
    took = one(RUNS, 1, 0.0, url, shell=True, more=TOLD)
    if took["passes"] != RUNS:
        raise SystemExit(f"{took['passes']:.0f} of {RUNS} runs passed")
    return {key: took[key] / RUNS for key in ("wall_s", "cpu_s", "own_cpu_s")}


def median(found: list[dict[str, float]]) -> dict[str, float]:
    return {key: statistics.median(each[key] for each in found) for key in found[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, nargs="*", default=[0, 5], help="tool calls a run")
    parser.add_argument("--times", type=int, default=3, help="campaigns; bare starts are 2 more than twice that")
    given = parser.parse_args()
    program = find_installed("openclaw", known_version("openclaw", None), harness_home())
    print(f"openclaw {program.version}, node {program.node}; seconds a run, medians")
    print(f"{'calls':>6} {'':<10} {'wall':>8} {'CPU':>8} {'of it ours':>11}")
    for calls in given.calls:
        with model_server(0.0, "--tool-calls", str(calls), "--tool", "exec") as url:
            bare(program, url)
            alone = median([bare(program, url) for _ in range(2 * given.times + 1)])
            ours = median([adapted(url) for _ in range(given.times)])
        print(f"{calls:>6} {'bare':<10} {alone['wall_s']:>6.2f} s {alone['cpu_s']:>6.2f} s")
        print(
            f"{calls:>6} {'adapter':<10} {ours['wall_s']:>6.2f} s {ours['cpu_s']:>6.2f} s {ours['own_cpu_s']:>9.3f} s"
        )
        ratios = f"{ours['wall_s'] / alone['wall_s']:>6.2f} x {ours['cpu_s'] / alone['cpu_s']:>6.2f} x"
        print(f"{calls:>6} {'ratio':<10} {ratios}", flush=True)


if __name__ == "__main__":
    main()
