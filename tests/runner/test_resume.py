"""An interrupted run goes on after its last whole turn: nothing paid twice, nothing done twice, the same end."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from clawpub.pack.events import (
    Event,
    Graded,
    ModelAsked,
    ModelCalled,
    RunEvent,
    RunResumed,
    RunStarted,
    ToolCalled,
    WorkspaceKept,
)
from clawpub.pack.verify import verify_pack
from runner.execute import execute
from runner.journal import read_journal
from runner.record import Record
from runner.seal import seal_campaign
from runner.session import Session
from runner.standing import last_whole_turn, standing
from runner.workspaces import Workspaces
from tests.builders import NOON, make_run
from tests.runner.sessions import make_session
from tests.runner.test_execute import reference

TASKS = ["task_01", "task_07"]
"""Both write files in several turns; the last turns need what the first ones left."""
DYING = """\
import asyncio, os, sys
from pathlib import Path
from runner.execute import execute
from tests.runner.sessions import make_session
from tests.runner.test_execute import reference
from tests.runner.test_resume import TASKS
left = int(sys.argv[2])
def die(event):
    global left
    left -= 1
    if left == 0:
        os._exit(9)
asyncio.run(execute(make_session(Path(sys.argv[1]), script=reference, tasks=TASKS, observe=die, concurrency=2)))
"""


DYING_IN_A_CALL = """\
import asyncio, os, sys
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from runner.execute import execute
from tests.runner.sessions import make_session
from tests.runner.test_execute import reference
from tests.runner.test_resume import TASKS
session = make_session(Path(sys.argv[1]), script=reference, tasks=TASKS, concurrency=2)
class Deadly:
    def __init__(self, provider):
        self.provider, self.left = provider, int(sys.argv[2])
    async def complete(self, request):
        self.left -= 1
        if self.left == 0:
            os._exit(9)
        return await self.provider.complete(request)
    def describe(self):
        return self.provider.describe()
@asynccontextmanager
async def deadly():
    async with session.provider() as provider:
        yield Deadly(provider)
asyncio.run(execute(replace(session, provider=deadly)))
"""


def dying(folder: Path, after: int, script: str = DYING) -> int:
    """Execute in a process of its own, which ends without a word after so many events; return its exit status."""
    command = [sys.executable, "-c", script, str(folder), str(after)]
    return subprocess.run(command, cwd=Path(__file__).parents[2], check=False).returncode


def finish(folder: Path) -> tuple[Session, list[RunEvent]]:
    session = make_session(folder, script=reference, tasks=TASKS, concurrency=2)
    assert asyncio.run(execute(session)) == "finished"
    return session, [event for event in read_journal(session.journal) if isinstance(event, Event)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[RunEvent]:
    return finish(tmp_path_factory.mktemp("whole"))[1]


def test_death_after_any_event_leads_to_the_same_end(tmp_path: Path, whole: list[RunEvent]) -> None:
    """Every event in the soak, a few spread over the campaign otherwise."""
    step = 1 if "CLAWPUB_SOAK" in os.environ else 7
    for after in range(2, len(whole), step):
        folder = tmp_path / str(after)
        assert dying(folder, after) == 9
        session, events = finish(folder)
        assert Counter(e.verdict for e in events if isinstance(e, Graded)) == {"passed": 2}
        assert {event.attempt for event in events} == {1}, f"begun anew after event {after}"
        answers = Counter((e.task_id, e.turn) for e in events if isinstance(e, ModelCalled))
        assert set(answers.values()) == {1}, f"an answer was asked for twice after event {after}"
        pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), folder)
        assert verify_pack(pack.path) == []
        used = Counter((e.task_id, e.turn, e.call_id) for e in whole if isinstance(e, ToolCalled))
        assert len(pack.table("tool_calls").rows) == sum(used.values())


def test_what_died_twice_goes_on_twice(tmp_path: Path, whole: list[RunEvent]) -> None:
    assert dying(tmp_path, 14) == 9
    assert dying(tmp_path, 8) == 9
    session, events = finish(tmp_path)
    assert sum(isinstance(event, RunResumed) for event in events) >= 2
    assert {event.attempt for event in events} == {1}
    pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path)
    assert pack.table("run_summary").rows[0]["score"] == "2/2"


def test_a_damaged_snapshot_is_not_used_and_the_run_begins_again_beside_the_kept_attempt(
    tmp_path: Path, whole: list[RunEvent]
) -> None:
    kept = next(place for place, event in enumerate(whole, start=1) if isinstance(event, WorkspaceKept))
    assert dying(tmp_path, kept + 3) == 9
    for file in (tmp_path / "workspaces").rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:-1] + b"\x00")
    session, events = finish(tmp_path)
    assert {event.attempt for event in events} == {1, 2}
    pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path)
    attempts = pack.table("attempts").rows
    assert [row["counted"] for row in attempts if row["task_id"] == attempts[0]["task_id"]] in ([False, True], [True])
    assert pack.table("run_summary").rows[0]["score"] == "2/2" and verify_pack(pack.path) == []


def test_nothing_is_left_of_the_snapshots_when_all_runs_have_their_verdict(tmp_path: Path) -> None:
    finish(tmp_path)
    assert not any((tmp_path / "workspaces").iterdir())


def cut(events: list[RunEvent], last: type[RunEvent], number: int = 1) -> list[RunEvent]:
    """Return the events up to the `number`th of a type."""
    places = [place for place, event in enumerate(events, start=1) if isinstance(event, last)]
    return events[: places[number - 1]]


def test_a_turn_is_whole_when_its_answer_its_tools_and_its_workspace_are_there(tmp_path: Path) -> None:
    reading = make_run(calls=[("read_file", "{}", "ok"), ("list_dir", "{}", "ok")])
    assert last_whole_turn(cut(reading, RunStarted)) == 0
    assert last_whole_turn(cut(reading, ModelCalled)) == 0
    assert last_whole_turn(cut(reading, ToolCalled)) == 1
    assert last_whole_turn(cut(reading, ToolCalled, 2)) == 2
    writing = make_run(calls=[("write_file", "{}", "ok"), ("run", "{}", "ok")])
    assert last_whole_turn(cut(writing, ToolCalled, 2)) == 0
    refused = make_run(calls=[("write_file", "{}", "bad_arguments"), ("teleport", "{}", "unknown_tool")])
    assert last_whole_turn(cut(refused, ToolCalled, 2)) == 2
    kept = WorkspaceKept(at=NOON, task_id="task_01", run=1, turn=1, digest=Workspaces(tmp_path).keep({"a": b"1"}))
    happened = [*cut(writing, ToolCalled), kept, *writing[len(cut(writing, ToolCalled)) :]]
    stands = standing(cut(happened, ToolCalled, 2), {}, Workspaces(tmp_path))
    assert stands and (stands.turn, stands.workspace) == (1, {"a": b"1"})
    assert stands.answer and stands.answer.turn == 2, "the answer of the turn that was cut off is not asked for again"


def test_a_run_that_was_over_before_the_crash_is_only_graded(tmp_path: Path) -> None:
    events = make_run(verdict=None)
    stands = standing(events, {"a": b"original"}, Workspaces(tmp_path))
    assert stands and stands.stopped and stands.workspace == {"a": b"original"} and stands.answer is None
    assert standing(make_run(), {}, Workspaces(tmp_path)) is None
    assert standing([], {}, Workspaces(tmp_path)) is None


def test_a_call_that_was_sent_and_never_heard_of_is_lost_in_flight(tmp_path: Path) -> None:
    assert dying(tmp_path, 4, DYING_IN_A_CALL) == 9
    session, events = finish(tmp_path)
    pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path)
    sent = sum(isinstance(event, ModelAsked) for event in events)
    answered = sum(isinstance(event, ModelCalled) for event in events)
    assert pack.table("run_summary").rows[0]["lost_calls"] == sent - answered >= 1
