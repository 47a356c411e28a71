"""openclaw before Bedrock, when the campaign's own process is killed, stopped or out of money, and its installation."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from clawpub.cli import cli
from clawpub.errors import ConfigError
from clawpub.pack.events import Graded, ModelCalled, RunStopped, ToolCalled
from clawpub.pack.model import Price
from clawpub.pack.verify import verify_pack
from runner.execute import execute
from runner.harness import open_harness
from runner.harness.install import Installed, harness_home, install, installed
from runner.providers.bedrock import open_bedrock
from runner.session import home_of, open_session
from tests.runner.harness.scripts import Step, model_server
from tests.runner.harness.sessions import FORWARD, events_of, sealed, session_with, setup
from tests.runner.providers.converse_server import KEY, SECRET, converse_server, said

pytestmark = [pytest.mark.usefixtures("openclaw"), pytest.mark.timeout(300)]
REPOSITORY = Path(__file__).parents[3]


def test_openclaw_speaks_converse_and_real_boto3_asks_bedrock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    thought = {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "c2ln"}}}
    steps = [
        said("Look.", calls=[("read", {"path": "prices.csv"})], before=[thought]),
        said(calls=[("exec", {"command": "wc -l <prices.csv; false"}), ("nonsense", {})]),
        said(calls=[("exec", {"command": "wc -l <prices.csv"})]),
        said("The average cannot be computed: only 3 prices are there, 10 are needed."),
    ]
    with converse_server(lambda body, number: steps[number]) as server:
        session = session_with(tmp_path, "", tasks=["task_09"], told=setup(api="converse"))
        opener = partial(open_bedrock, "qwen.qwen3-32b-v1:0", region="us-east-1", endpoint=server.url)
        assert asyncio.run(execute(replace(session, provider=opener))) == "finished"
    assert server.faults == []
    events = events_of(session)
    used = [(event.tool, event.status) for event in events if isinstance(event, ToolCalled)]
    assert used == [("read", "ok"), ("exec", "error"), ("nonsense", "unknown_tool"), ("exec", "ok")]
    assert next(event for event in events if isinstance(event, Graded)).verdict == "passed"
    first = next(event for event in events if isinstance(event, ModelCalled))
    assert (first.tokens_in, first.tokens_out) == (100, 20)
    assert first.reasoning == ({"reasoningText": {"text": "hm", "signature": "c2ln"}},)
    tools = [tool["toolSpec"]["name"] for tool in server.requests[0]["toolConfig"]["tools"]]
    assert tools == ["edit", "exec", "process", "read", "write"]
    assert server.requests[0]["inferenceConfig"]["maxTokens"] == 2048


BEDROCK = """\
id = "through-bedrock"
suite = "agentic-core-v1"
runs = 1
tasks = ["task_09"]
[model]
id = "qwen.qwen3-32b-v1:0"
provider = "bedrock"
region = "us-east-1"
endpoint = "{endpoint}"
[harness]
name = "openclaw"
[limits]
seconds = 300
"""


def test_a_campaign_file_that_names_bedrock_has_openclaw_speak_converse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)

    def script(body: dict[str, Any], number: int) -> dict[str, Any]:
        if body["toolConfig"]["tools"][0]["toolSpec"]["name"] == "report_ready":
            return said(calls=[("report_ready", {"status": "ok"})]) if len(body["messages"]) == 1 else said("ok")
        if len(body["messages"]) == 1:
            return said(calls=[("read", {"path": "prices.csv"})])
        return said("The average cannot be computed: only 3 prices are there, 10 are needed.")

    with converse_server(script) as server:
        file = tmp_path / "campaign.toml"
        file.write_text(BEDROCK.format(endpoint=server.url))
        session = open_session(file, home_of(tmp_path), clock=FORWARD)
        assert asyncio.run(execute(session)) == "finished"
    assert server.faults == []
    assert len(server.requests) == 4, "two of the preflight, two of the run"
    events = events_of(session)
    assert [(event.tool, event.status) for event in events if isinstance(event, ToolCalled)] == [("read", "ok")]
    assert next(event for event in events if isinstance(event, Graded)).verdict == "passed"
    asked = server.requests[2]
    assert [tool["toolSpec"]["name"] for tool in asked["toolConfig"]["tools"]] == [
        "edit",
        "exec",
        "process",
        "read",
        "write",
    ]
    assert "OpenClaw" in asked["system"][0]["text"], "its own words, not ours"
    pack = sealed(session, tmp_path)
    assert pack.info.campaign and pack.info.campaign.harness.details["api"] == "converse"
    assert pack.info.campaign.model.region == "us-east-1"
    row = pack.table("run_summary").rows[0]
    assert (row["spent_tokens_in"], row["spent_tokens_out"]) == (server.tokens_in, server.tokens_out)
    assert verify_pack(pack.path) == []


KILLED = """\
import asyncio, sys
from pathlib import Path
from runner.execute import execute
from tests.runner.harness.sessions import session_with
asyncio.run(execute(session_with(Path(sys.argv[1]), sys.argv[2], tasks=["task_09", "task_10"], concurrency=2)))
"""


def processes() -> dict[int, str]:
    """The command lines of everything that runs on this machine."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
    return found


def descendants(pid: int) -> set[int]:
    """All processes below one, whatever they call themselves: openclaw's node takes another name as it runs."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, left = set[int](), [pid]
    while left:
        for child in children.get(left.pop(), []):
            found.add(child)
            left.append(child)
    return found


def listening() -> set[str]:
    """The TCP sockets that somebody listens on, outside of all boxes."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return {line.split()[1] for line in lines if line.split()[3] == "0A"}


def test_a_killed_campaign_leaves_no_process_and_no_port(tmp_path: Path) -> None:
    mark = f"clawpub-{os.getpid()}-{time.monotonic_ns()}"
    sleep = {"calls": [("exec", json.dumps({"command": f"sleep 300; echo {mark}", "yieldMs": 200000}))]}
    with model_server(lambda task, run: [sleep]) as server:
        before = listening()
        command = [sys.executable, "-c", KILLED, str(tmp_path), server.url]
        campaign = subprocess.Popen(command, cwd=REPOSITORY)
        deadline = time.monotonic() + 60
        while sum(mark in line for line in processes().values()) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert sum(mark in line for line in processes().values()) >= 2, "the agents' commands never ran"
        during, below = processes(), descendants(campaign.pid)
        assert sum("openclaw" in during.get(pid, "") for pid in below) >= 2, "both of its nodes are among them"
        campaign.send_signal(signal.SIGKILL)
        campaign.wait()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and any(mark in line for line in processes().values()):
            time.sleep(0.1)
        time.sleep(1)
        ours = below | {pid for pid, line in during.items() if mark in line}
        left = {pid: line for pid, line in processes().items() if pid in ours and line}
        assert left == {}
        assert listening() <= before


def test_a_campaign_out_of_money_stops_and_says_so(tmp_path: Path) -> None:
    price = Price(input_usd_per_1m=Decimal(1), output_usd_per_1m=Decimal(1))
    steps = [{"calls": [("exec", json.dumps({"command": f"echo {n}"}))]} for n in range(20)]
    with model_server(lambda task, run: list(steps)) as server:
        session = session_with(tmp_path, server.url, tasks=["task_09"], price=price, budget_usd=Decimal("0.035"))
        assert asyncio.run(execute(session)) == "budget"
    events = events_of(session)
    assert 1 <= sum(isinstance(event, ModelCalled) for event in events) < 13
    assert not any(isinstance(event, RunStopped | Graded) for event in events), "it is to go on another time"


def test_a_campaign_that_is_stopped_goes_on_as_a_new_attempt(tmp_path: Path) -> None:
    steps: list[Step] = [
        {"calls": [("exec", json.dumps({"command": "sleep 1; ls"}))]},
        {"text": "Only 3 prices: not enough."},
    ]

    async def stopping(url: str) -> str:
        session = session_with(tmp_path, url, tasks=["task_09"])
        going = asyncio.ensure_future(execute(session))
        while not (session.journal.exists() and any(isinstance(event, ModelCalled) for event in events_of(session))):
            await asyncio.sleep(0.1)
        session.stopping.set()
        return await going

    with model_server(lambda task, run: list(steps)) as server:
        assert asyncio.run(stopping(server.url)) == "interrupted"
        server.begin("task_09")
        session = session_with(tmp_path, server.url, tasks=["task_09"])
        assert asyncio.run(execute(session)) == "finished"
    graded = [event for event in events_of(session) if isinstance(event, Graded)]
    assert [(event.attempt, event.verdict) for event in graded] == [(2, "passed")]


def test_an_installation_is_made_once_and_is_found_again(openclaw: Installed) -> None:
    assert install("openclaw", openclaw.version, harness_home()) == openclaw
    assert installed("openclaw", openclaw.version, harness_home()) == openclaw
    shown = CliRunner().invoke(cli, ["harness", "list", "--json"])
    (row,) = json.loads(shown.output)["harnesses"]
    assert row["installed"]["lock"] == openclaw.lock


def test_what_is_not_installed_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="is not installed") as caught:
        open_harness(replace(setup(), home=tmp_path))
    assert caught.value.hint == "clawpub harness install openclaw@2026.4.22"
    with pytest.raises(ConfigError, match="is not known here"):
        open_harness(replace(setup(), version="1.0.0"))
    with pytest.raises(ConfigError, match="less than 16000 tokens of context, and would be told 8192"):
        open_harness(replace(setup(), context=8192))
    shown = CliRunner().invoke(cli, ["harness", "install", "openclaw@1.0.0"])
    assert isinstance(shown.exception, ConfigError)


def test_an_installation_with_another_lock_is_none(tmp_path: Path, openclaw: Installed) -> None:
    folder = tmp_path / f"openclaw-{openclaw.version}"
    folder.mkdir()
    for told in ("", "[]", "{}", json.dumps({**openclaw.__dict__, "lock": "sha256:0"})):
        (folder / "installed.json").write_text(told)
        assert installed("openclaw", openclaw.version, tmp_path) is None
    (folder / "installed.json").write_text(json.dumps(openclaw.__dict__))
    assert installed("openclaw", openclaw.version, tmp_path) == openclaw
