"""Kill -9 at random moments, resume, and count what was lost, doubled or mis-costed.

    python -m bench.crash               200 kills, over as many campaigns as that takes
    python -m bench.crash --kills 20    fewer
    python -m bench.crash --shell       with a shell in the sandbox

Each campaign: 60 runs of five calls and an answer, 8 at once, 150 ms a call, against a server that throttles, fails and
hangs. Every campaign is killed and resumed until it is finished, then sealed and verified; its ledger is compared with
what the server says it served. Nine kills in ten come once calls are going, the tenth at any moment from the start on;
each session begins with a preflight, and some of them land there. Exit status 1 if anything does not add up.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.runner import TOOL_CALLS, asked, model_server, publication
from clawpub.pack.events import CallFailed, Event, Graded, ModelAsked, ModelCalled, RunResumed
from clawpub.pack.preflights import PreflightAsked, Preflighted, PreflightFailed
from clawpub.pack.reader import open_pack
from clawpub.pack.verify import verify_pack
from runner.journal import read_journal

RUNS = 60
LATENCY_S = 0.15
FAULTS = ("--p429", "0.05", "--p500", "0.05", "--phang", "0.01", "--retry-after", "0")
PRICE = '[price]\ninput_usd_per_1m = "0.15"\noutput_usd_per_1m = "0.60"\n[model.options]\ntimeout_s = 0.5\n'


def campaign(seed: int, kills: int, *, shell: bool) -> Counter[str]:
    """Run one campaign to its end, killing it up to `kills` times; return what was counted."""
    dice = random.Random(seed)
    found: Counter[str] = Counter(campaigns=1)
    server = model_server(LATENCY_S, "--tool-calls", str(TOOL_CALLS), "--seed", str(seed), *FAULTS)
    with server as url, tempfile.TemporaryDirectory() as name:
        root = Path(name)
        file = publication(root, RUNS, 8, f"{url}/v1", shell=shell, preflight=True, more=PRICE)
        command = "run"
        while True:
            arguments = ["--no-seal", "--root", str(root), str(file)]
            process = subprocess.Popen(
                [sys.executable, "-m", "bench.crash", "--child", command, *arguments], stderr=subprocess.DEVNULL
            )
            if found["kills"] < kills:
                wait_for_the_moment(dice, process, url)
                under_way = asked(url, "/stats")["in_flight"]
                if process.poll() is None:
                    process.kill()
                    found["kills"] += 1
                    found["kills with calls in flight"] += under_way > 0
                    found["calls in flight at the kills"] += under_way
            if process.wait() == 0:
                break
            if (root / ".clawpub" / "campaigns" / "bench" / "journal.jsonl").exists():
                command = "resume"
        return found + judge(root, asked(url, "/stats"))


def wait_for_the_moment(dice: random.Random, process: subprocess.Popen[bytes], url: str) -> None:
    """Wait until the process is to be killed: a while after its first call, or one time in ten after its start."""
    if dice.random() < 0.9:
        before = asked(url, "/stats")["calls"]
        while process.poll() is None and asked(url, "/stats")["calls"] == before:
            time.sleep(0.02)
        time.sleep(dice.uniform(0, 0.9))
    else:
        time.sleep(dice.uniform(0, 1.4))


def judge(root: Path, served: dict[str, Any]) -> Counter[str]:
    """Return what is wrong with a finished campaign, beside a few counts."""
    journal = read_journal(root / ".clawpub/campaigns/bench/journal.jsonl")
    events = [event for event in journal if isinstance(event, Event)]
    graded: set[tuple[str, int]] = set()
    found: Counter[str] = Counter()
    for event in events:
        key = event.task_id, event.run
        found["executed after their verdict"] += key in graded
        if isinstance(event, Graded):
            found["doubled"] += key in graded
            graded.add(key)
        found["resumed runs"] += isinstance(event, RunResumed)
    found["runs"], found["lost"] = RUNS, RUNS - len(graded)
    seal = [sys.executable, "-m", "bench.crash", "--child", "seal", "--root", str(root)]
    subprocess.run([*seal, str(root / "content/campaigns/bench.toml")], check=True, stdout=subprocess.DEVNULL)
    pack = open_pack(root / "content" / "packs" / "bench")
    found["packs that do not verify"] = bool(verify_pack(pack.path))
    row = pack.table("run_summary").rows[0]
    before = sum(isinstance(event, Preflighted) for event in journal)
    answered = before + sum(isinstance(event, ModelCalled) for event in journal)
    failed = sum(isinstance(event, CallFailed | PreflightFailed) for event in journal)
    sent = sum(isinstance(event, ModelAsked | PreflightAsked) for event in journal)
    found["preflight calls"] = sum(isinstance(event, PreflightAsked) for event in journal)
    found["calls journaled"], found["calls that the server saw"] = sent, served["calls"]
    found["calls cut off by a kill"] = sent - answered - failed
    found["calls sent but not journaled"] = max(0, served["calls"] - sent)
    lost = int(str(row["lost_calls"]))
    answered = before + sum(int(str(attempt["model_calls"])) for attempt in pack.table("attempts").rows)
    serves = int(served["by_status"].get("200", 0))
    found["calls answered by the server"], found["calls lost, by the pack"] = serves, lost
    found["calls served but in no ledger"] = max(0, serves - answered - lost)
    found["calls in the ledger but never served"] = max(0, answered - serves)
    spent = Decimal(str(row["spent_usd"]))
    truth = (served["tokens_in"] * Decimal("0.15") + served["tokens_out"] * Decimal("0.60")) / 1_000_000
    found["packs mis-costed"] = not spent <= truth <= spent + Decimal(str(row["lost_usd"]))
    per_run = [(6, int(str(metrics["model_calls"]))) for metrics in pack.table("run_metrics").rows]
    found["runs mis-costed"] = sum(expected != calls for expected, calls in per_run)
    found["attempts begun anew"] = int(str(row["attempts"])) - RUNS
    return found


COUNTED = (
    "campaigns",
    "kills",
    "kills with calls in flight",
    "calls in flight at the kills",
    "runs",
    "resumed runs",
    "attempts begun anew",
    "preflight calls",
    "calls journaled",
    "calls that the server saw",
    "calls answered by the server",
    "calls cut off by a kill",
    "calls lost, by the pack",
)
WRONG = (
    "lost",
    "doubled",
    "executed after their verdict",
    "runs mis-costed",
    "packs mis-costed",
    "calls sent but not journaled",
    "calls served but in no ledger",
    "calls in the ledger but never served",
    "packs that do not verify",
)


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        from clawpub.cli import main as clawpub

        sys.argv = ["clawpub", *sys.argv[2:]]
        clawpub()
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--shell", action="store_true")
    given = parser.parse_args()
    found: Counter[str] = Counter()
    while found["kills"] < given.kills:
        found.update(campaign(given.seed + found["campaigns"], given.kills - found["kills"], shell=given.shell))
        print(
            f"{found['kills']} kills, {found['campaigns']} campaigns, {found['runs']} runs", file=sys.stderr, flush=True
        )
    for name in (*COUNTED, *WRONG):
        print(f"{name:<40} {found[name]:>8}")
    sys.exit(any(found[name] for name in WRONG))


if __name__ == "__main__":
    main()
