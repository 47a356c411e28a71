"""A campaign is executed once, whatever interrupts it: finished runs are kept, broken ones are told apart."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clawpub.errors import ConfigError, PackError, ProviderError
from clawpub.pack.events import Event, Graded, RunEvent, RunStarted, RunStopped, ToolCall
from clawpub.pack.runs import runs_of
from clawpub.pack.verify import verify_pack
from runner.events import SessionStarted
from runner.execute import execute, planned
from runner.journal import open_journal, read_journal
from runner.providers import Completion, ContextFull, Request
from runner.record import Record
from runner.seal import plumbing_fault, seal_campaign
from runner.session import Session
from runner.suite import load_suite, suite_folder
from runner.throttle import Patience
from tests.builders import make_run
from tests.runner.sessions import make_session

SUITE = suite_folder("agentic-core-v1")
QUICK = ["task_08", "task_09"]


def reference(task_id: str, run: int) -> Path:
    return next(SUITE.glob(f"{task_id}_*/agents/reference.toml"))


class Faulty:
    """A provider that answers by a function of the request: for faults that cannot be had otherwise."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    async def complete(self, request: Request) -> Completion:
        given = self.answer(request)
        if isinstance(given, Exception):
            raise given
        if isinstance(given, float):
            await asyncio.sleep(given)
            return Completion("too late", (), "stop", given)
        assert isinstance(given, Completion)
        return given

    def describe(self) -> Mapping[str, Any]:
        return {}


def with_answers(session: Session, answer: Any) -> Session:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Faulty]:
        yield Faulty(answer)

    return replace(session, provider=opened)


def call(name: str, arguments: str) -> Completion:
    return Completion("", (ToolCall(id="c", name=name, arguments=arguments),), "tool_calls", 0.0)


def stops(session: Session) -> list[str]:
    return [event.reason for event in read_journal(session.journal) if isinstance(event, RunStopped)]


def test_every_task_has_its_first_run_before_any_has_its_second(tmp_path: Path) -> None:
    session = make_session(tmp_path, script=reference, runs=2, tasks=QUICK)
    order = [(task.id, run) for task, run in planned(session.campaign, session.suite)]
    assert order == [("task_08", 1), ("task_09", 1), ("task_08", 2), ("task_09", 2)]


def test_two_executions_of_one_script_seal_the_same_tables(tmp_path: Path) -> None:
    digests = []
    for name in ("one", "two"):
        session = make_session(tmp_path / name, script=reference, tasks=QUICK)
        asyncio.run(execute(session))
        pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path / name / "packs")
        again = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path / name / "packs")
        assert again.digest == pack.digest and verify_pack(pack.path) == []
        digests.append(pack.resources["task_outcomes"].hash)
    assert digests[0] == digests[1]


def test_resume_skips_finished_runs(tmp_path: Path) -> None:
    """Interrupted in the middle of the second of four runs: the first is not executed again, the second goes on."""
    started: list[RunEvent] = []

    def stop(event: RunEvent) -> None:
        if isinstance(event, RunStarted):
            started.append(event)
        if len(started) == 2:
            session.stopping.set()

    session = make_session(tmp_path, script=reference, runs=2, tasks=QUICK, observe=stop)
    assert asyncio.run(execute(session)) == "interrupted"
    assert asyncio.run(execute(make_session(tmp_path, script=reference))) == "finished"
    events = [event for event in read_journal(session.journal) if isinstance(event, Event)]
    begun = Counter((event.task_id, event.run) for event in events if isinstance(event, RunStarted))
    graded = Counter((event.task_id, event.run) for event in events if isinstance(event, Graded))
    assert set(begun.values()) == {1} and len(begun) == 4
    assert set(graded.values()) == {1} and len(graded) == 4
    pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path)
    assert pack.table("run_summary").rows[0]["score"] == "4/4"
    assert verify_pack(pack.path) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("expected = 2", "expected = 1", "the predictions changed after the first run"),
        ("seconds = 30", "seconds = 31", "the campaign file changed after the first run"),
    ],
)
def test_a_campaign_edited_after_its_first_run_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    prediction = '[[predictions]]\nid = "P1"\nstatement = "all"\nmetric = "run_summary.passes"\nexpected = 2\n'
    session = make_session(tmp_path, script=reference, tasks=QUICK, more=prediction)
    asyncio.run(execute(session))
    path = session.campaign.path
    path.write_text(path.read_text().replace(old, new))
    again = make_session(tmp_path, script=reference)
    with pytest.raises(ConfigError, match=said):
        asyncio.run(execute(again))


def test_a_broken_provider_is_not_the_models_failure(tmp_path: Path) -> None:
    """One call breaks, the next is answered: the run is scored, and the broken call is in the ledger."""
    asked = Counter[str]()

    def answer(request: Request) -> Completion | Exception:
        asked[request.task_id] += 1
        if asked[request.task_id] == 1:
            return ProviderError("the line was cut", cause="connection")
        return call("submit", '{"answer": "The file has only 3 rows; 10 are needed, so it cannot be computed."}')

    session = with_answers(make_session(tmp_path, script=reference, tasks=["task_09"]), answer)
    asyncio.run(execute(session))
    assert stops(session) == ["answered"]
    pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path)
    (row,) = pack.table("task_outcomes").rows
    assert (row["passed"], row["failure_mode"]) == (True, None)
    (attempt,) = pack.table("attempts").rows
    assert (attempt["model_calls"], attempt["failed_calls"], attempt["lost_calls"]) == (1, 1, 1)
    assert pack.table("run_metrics").rows[0]["retries"] == 1


def test_runs_that_break_one_after_the_other_stop_the_session_and_can_be_resumed(tmp_path: Path) -> None:
    broken = with_answers(
        make_session(tmp_path, script=reference, tasks=QUICK, runs=2),
        lambda request: ProviderError("no such model", cause="refused"),
    )
    with pytest.raises(ProviderError, match="2 runs in a row broke: no such model") as caught:
        asyncio.run(execute(broken))
    assert "clawpub resume" in str(caught.value)
    with pytest.raises(ConfigError, match="2 runs are still to be done"):
        seal_campaign(broken.campaign, broken.suite, Record([broken.journal]), tmp_path)
    whole = make_session(tmp_path, script=reference)
    asyncio.run(execute(whole))
    pack = seal_campaign(whole.campaign, whole.suite, Record([whole.journal]), tmp_path)
    assert pack.table("run_summary").rows[0]["score"] == "4/4"


def test_the_budgets_end_a_run(tmp_path: Path) -> None:
    numbers = iter(range(10_000))
    answers: dict[str, Any] = {
        "turns": lambda request: call("read_file", f'{{"path": "{next(numbers)}"}}'),
        "repeats": lambda request: call("list_dir", "{}"),
        "seconds": lambda request: 30.0,
        "context": lambda request: ContextFull("too long"),
        "answered": lambda request: Completion("I give up.", (), "stop", 0.0),
    }
    for reason, answer in answers.items():
        folder = tmp_path / reason
        session = make_session(folder, script=reference, tasks=["task_09"])
        if reason == "seconds":
            path = session.campaign.path
            path.write_text(path.read_text().replace("seconds = 30", "seconds = 0.3"))
            session = make_session(folder, script=reference)
        session = with_answers(session, answer)
        asyncio.run(execute(session))
        assert stops(session) == [reason]


def test_a_run_stopped_inside_a_long_command_is_graded_on_what_it_left(tmp_path: Path) -> None:
    session = make_session(tmp_path, script=reference, tasks=["task_09"])
    path = session.campaign.path
    path.write_text(path.read_text().replace("seconds = 30", "seconds = 1"))
    session = with_answers(
        make_session(tmp_path, script=reference), lambda request: call("run", '{"command": "sleep 60"}')
    )
    began = time.monotonic()
    asyncio.run(execute(session))
    assert time.monotonic() - began < 20
    assert stops(session) == ["seconds"]
    assert [event.verdict for event in read_journal(session.journal) if isinstance(event, Graded)] == ["missing"]


def test_a_campaign_without_a_single_tool_call_is_a_plumbing_failure(tmp_path: Path) -> None:
    talk = '<tool_call>{"name": "read_file", "arguments": {"path": "a"}}</tool_call>'
    session = with_answers(
        make_session(tmp_path, script=reference, tasks=["task_09"]), lambda request: Completion(talk, (), "stop", 0.0)
    )
    asyncio.run(execute(session))
    events = Record([session.journal])
    with pytest.raises(PackError, match="a plumbing failure, not a result: 1 tool calls came as plain text"):
        seal_campaign(session.campaign, session.suite, events, tmp_path)
    pack = seal_campaign(session.campaign, session.suite, events, tmp_path, accept_plumbing=True)
    assert "plain text" in pack.info.notes[0]


@pytest.mark.parametrize(
    "text", ["\ud800 lone", "\x00\x1b[2J", "</script><b>", "\u202e reversed", "a\rb\r\n", "x" * 300_000]
)
def test_whatever_a_model_writes_is_sealed_as_it_came(tmp_path: Path, text: str) -> None:
    answers = iter([call("read_file", '{"path": ' + text), call(text[:5000], "{}"), Completion(text, (), "stop", 0.0)])
    session = with_answers(make_session(tmp_path, script=reference, tasks=["task_09"]), lambda request: next(answers))
    asyncio.run(execute(session))
    pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path)
    assert verify_pack(pack.path) == []


KILLED = """\
import asyncio, sys
from pathlib import Path
from runner.execute import execute
from tests.runner.sessions import make_session
from tests.runner.test_execute import QUICK, reference
asyncio.run(execute(make_session(Path(sys.argv[1]), script=reference, runs=2, tasks=QUICK)))
"""


def test_kill_9_at_random_moments_loses_no_finished_run(tmp_path: Path) -> None:
    """The storm: killed again and again, resumed each time; at the end each run has one verdict, and no box is left."""
    soak = "CLAWPUB_SOAK" in os.environ
    dice = random.Random(20261123)
    verdicts = 0
    for _ in range(40 if soak else 5):
        child = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], cwd=Path(__file__).parents[2])
        time.sleep(dice.uniform(0.6, 2.5))
        child.send_signal(signal.SIGKILL)
        child.wait()
        if (tmp_path / "journal.jsonl").exists():
            graded = [event for event in read_journal(tmp_path / "journal.jsonl") if isinstance(event, Graded)]
            assert len(graded) >= verdicts
            verdicts = len(graded)
    session = make_session(tmp_path, script=reference)
    asyncio.run(execute(session))
    events = read_journal(session.journal)
    graded = [event for event in events if isinstance(event, Graded)]
    assert len({(event.task_id, event.run) for event in graded}) == len(graded) == 4
    assert verify_pack(seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path).path) == []


def test_what_a_refusing_server_takes_is_not_the_runs_time(tmp_path: Path) -> None:
    """Twice as long as the run may take, the server answers 503; then it answers, and the run is scored."""
    make_session(tmp_path, script=reference, tasks=["task_09"])
    path = tmp_path / "campaign.toml"
    path.write_text(path.read_text().replace("seconds = 30", "seconds = 0.5"))
    session = replace(make_session(tmp_path, script=reference), patience=Patience(first_wait_s=0.3, longest_wait_s=0.3))
    refusals = iter([ProviderError("busy", cause="overloaded")] * 5)
    done = call("submit", '{"answer": "The file has only 3 rows; 10 are needed, so it cannot be computed."}')
    asyncio.run(execute(with_answers(session, lambda request: next(refusals, done))))
    assert stops(session) == ["answered"]
    pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path)
    row = pack.table("run_metrics").rows[0]
    assert row["retries"] == 5 and row["latency_s"] is not None and float(str(row["latency_s"])) < 0.5


def test_a_run_whose_grading_breaks_is_not_scored_and_can_be_sealed(tmp_path: Path) -> None:
    suite = load_suite("agentic-core-v1")
    crash = "def check(s):\n    raise RuntimeError('the checker is broken')\n"
    broken = replace(
        suite, tasks=tuple(replace(task, check=crash) if task.id == "task_08" else task for task in suite.tasks)
    )
    session = make_session(tmp_path, script=reference, tasks=QUICK, suite=broken)
    asyncio.run(execute(session))
    pack = seal_campaign(session.campaign, broken, Record([session.journal]), tmp_path)
    row = pack.table("task_outcomes").rows[0]
    assert (row["passed"], row["failure_mode"]) == (None, "infrastructure_error")
    assert "gave no verdict" in str(row["checker_reason"])
    assert verify_pack(pack.path) == []


@pytest.mark.parametrize(
    ("name", "said"), [("functions.list_dir", "none of 13 tool calls named a tool"), ("list_dir", "")]
)
def test_calls_that_never_name_a_tool_are_a_plumbing_failure(tmp_path: Path, name: str, said: str) -> None:
    numbers = iter(range(100))
    session = with_answers(
        make_session(tmp_path, script=reference, tasks=["task_09"]),
        lambda request: call(name, f'{{"path": "{next(numbers)}"}}'),
    )
    asyncio.run(execute(session))
    runs = runs_of(event for event in read_journal(session.journal) if isinstance(event, Event))
    assert (plumbing_fault(runs) or "").startswith(said) and bool(plumbing_fault(runs)) == bool(said)


def test_a_campaign_whose_model_never_answered_is_a_plumbing_failure() -> None:
    assert plumbing_fault(runs_of(make_run(calls=(), stop="seconds", answer=None))) is not None


def test_a_session_without_a_box_is_told_by_the_pack(tmp_path: Path) -> None:
    session = make_session(tmp_path, script=reference, tasks=["task_09"])
    asyncio.run(execute(session))
    first = next(event for event in read_journal(session.journal) if isinstance(event, SessionStarted))
    with open_journal(session.journal) as journal:
        journal.append(first.model_copy(update={"sandbox": {"tier": 4, "name": "none"}}))
    pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path)
    assert pack.info.campaign and pack.info.campaign.sandbox["name"] == "none"
    assert "different boxes" in pack.info.notes[-1]


def test_ctrl_c_in_a_terminal_breaks_no_run(tmp_path: Path) -> None:
    """A terminal signals the whole foreground group. Boxes are not in it: the run under way goes on from its turn."""
    agent = tmp_path / "slow.toml"
    agent.write_text(
        "[[turn]]\n[[turn.call]]\ntool = 'run'\narguments = { command = 'sleep 1; ls' }\n" * 3
        + "[[turn]]\n[[turn.call]]\ntool = 'submit'\narguments = { answer = 'too few rows' }\n"
    )
    journal = tmp_path / "journal.jsonl"
    code = INTERRUPTED.format(agent=agent)
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=Path(__file__).parents[2], process_group=0
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (not journal.exists() or b'"model_called"' not in journal.read_bytes()):
        time.sleep(0.05)
    time.sleep(0.3)
    os.killpg(child.pid, signal.SIGINT)
    assert child.wait(60) == 130
    events = read_journal(journal)
    assert not any(isinstance(event, RunStopped) for event in events), "the run is to go on, it did not break"
    session = make_session(tmp_path, script=lambda task, run: agent, tasks=["task_09"])
    assert asyncio.run(execute(session)) == "finished"
    (graded,) = [event for event in read_journal(journal) if isinstance(event, Graded)]
    assert graded.attempt == 1


INTERRUPTED = """\
import sys
from pathlib import Path
from clawpub.cli.progress import CampaignProgress
from clawpub.cli.run import execute_session
from tests.runner.sessions import make_session
session = make_session(Path(sys.argv[1]), script=lambda task, run: Path('{agent}'), tasks=["task_09"])
sys.exit(130 if execute_session(session, CampaignProgress()) == "interrupted" else 1)
"""
