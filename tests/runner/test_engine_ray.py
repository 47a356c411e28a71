"""A campaign on a real Ray cluster: a worker may die in the middle of a run, and nothing is lost or doubled.

The cluster has two workers on this machine. It is started in a process of its own, so that nothing of it stays here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

DRIVER = """\
import asyncio, json, os, signal, sys, threading, time
from collections import Counter
from dataclasses import replace
from pathlib import Path
import ray
from clawpub.pack.events import Event, Graded, ModelCalled, RunResumed
from clawpub.pack.verify import verify_pack
from runner.execute import execute
from runner.journal import read_journal
from runner.record import Record
from runner.seal import seal_campaign
from tests.runner.sessions import make_session
from tests.runner.test_execute import reference

folder, kills, runs = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
TASKS = ["task_01", "task_07", "task_09"]
killed = []

def workers():
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cmdline").read_bytes().startswith(b"ray::work"):
                    yield int(entry.name)
            except OSError:
                pass

def kill_one(event):
    if isinstance(event, ModelCalled) and event.turn >= 2 and len(killed) < kills and event.task_id != "task_09":
        for pid in workers():
            if pid not in killed:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
                return

session = make_session(folder, script=reference, tasks=TASKS, runs=runs, concurrency=2, observe=kill_one)
ended = asyncio.run(execute(replace(session, engine="ray")))
events = [event for event in read_journal(session.journal) if isinstance(event, Event)]
pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), folder / "packs")
verdicts = Counter((event.task_id, event.run) for event in events if isinstance(event, Graded))
answers = Counter((event.task_id, event.run, event.turn) for event in events if isinstance(event, ModelCalled))
print(json.dumps({
    "ended": ended,
    "killed": len(killed),
    "resumed": sum(isinstance(event, RunResumed) for event in events),
    "verdicts": sorted(verdicts.values()),
    "answers": sorted(set(answers.values())),
    "score": pack.table("run_summary").rows[0]["score"],
    "engine": pack.info.campaign.engine["name"],
    "findings": [finding.message for finding in verify_pack(pack.path)],
}))
"""


@pytest.mark.timeout(200)
def test_workers_that_are_killed_cost_only_their_turn(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the extra [ray] is not installed")
    kills, runs = (6, 8) if "CLAWPUB_SOAK" in os.environ else (2, 2)
    with TemporaryDirectory(dir="/tmp", prefix="r-", ignore_cleanup_errors=True) as own:  # Ray's sockets: short paths
        done = subprocess.run(
            [sys.executable, "-c", DRIVER, str(tmp_path), str(kills), str(runs)],
            cwd=Path(__file__).parents[2],
            env=os.environ | {"RAY_AUTH_MODE": "disabled", "RAY_TMPDIR": own, "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["ended"] == "finished" and found["engine"] == "ray" and found["findings"] == []
    assert found["killed"] == kills and found["resumed"] >= 1
    assert found["verdicts"] == [1] * 3 * runs and found["score"] == f"{3 * runs}/{3 * runs}"
    assert found["answers"] == [1], "an answer was asked for twice"
