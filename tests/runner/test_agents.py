"""The proof that the checkers measure something: scripted agents through the real loop, in a real box.

A reference agent passes three times out of three; each wrong agent fails in the way its script says it should.
"""

from __future__ import annotations

import asyncio
import re
import tomllib
from pathlib import Path

import pytest

from clawpub.pack.tables import Row
from runner.execute import execute
from runner.record import Record
from runner.seal import seal_campaign
from runner.suite import suite_folder
from tests.runner.sessions import make_session

SUITE = suite_folder("agentic-core-v1")
REFERENCES = sorted(SUITE.glob("task_*/agents/reference*.toml"))
WRONG = sorted(SUITE.glob("task_*/agents/wrong_*.toml"))


def name(script: Path) -> str:
    return f"{script.parts[-3][:7]}-{script.stem}"


def outcomes(folder: Path, script: Path, runs: int) -> list[Row]:
    task = script.parts[-3][:7]
    session = make_session(folder, script=lambda task_id, run: script, runs=runs, tasks=[task])
    asyncio.run(execute(session))
    pack = seal_campaign(
        session.campaign, session.suite, Record([session.journal]), folder / "packs", accept_plumbing=True
    )
    return list(pack.table("task_outcomes").rows)


def test_every_task_has_its_proof() -> None:
    tasks = {folder.name for folder in SUITE.glob("task_*")}
    assert len(tasks) == 10
    assert {script.parts[-3] for script in REFERENCES} == tasks
    for task in tasks:
        assert len(list((SUITE / task / "agents").glob("wrong_*.toml"))) >= 2, task
    assert len(REFERENCES) + len(WRONG) == len(list(SUITE.glob("task_*/agents/*"))), "a script that nothing runs"


@pytest.mark.parametrize("script", REFERENCES, ids=name)
def test_the_reference_agent_passes_every_run(tmp_path: Path, script: Path) -> None:
    rows = outcomes(tmp_path, script, runs=3)
    assert [row["passed"] for row in rows] == [True, True, True], [row["checker_reason"] for row in rows]


@pytest.mark.parametrize("script", WRONG, ids=name)
def test_a_wrong_agent_fails_for_the_right_reason(tmp_path: Path, script: Path) -> None:
    expected = tomllib.loads(script.read_text())["expect"]
    (row,) = outcomes(tmp_path, script, runs=1)
    assert row["passed"] is False
    assert row["failure_mode"] == expected["failure_mode"]
    assert re.search(expected["reason"], str(row["checker_reason"])), row["checker_reason"]
