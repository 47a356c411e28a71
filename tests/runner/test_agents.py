"""The proof that the checkers measure something: scripted agents through the real loop, in a real box.

A reference agent passes three times out of three; each wrong agent fails in the way its script says it should.
"""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clawpub.pack.tables import Row
from runner.execute import execute
from runner.record import Record
from runner.sandbox import Sandbox, probe
from runner.seal import seal_campaign
from runner.session import Session
from runner.suite import suite_folder
from tests.runner.folders import open_folder
from tests.runner.sessions import make_session

SUITE = suite_folder("agentic-core-v1")
REFERENCES = sorted(SUITE.glob("task_*/agents/reference*.toml"))
WRONG = sorted(SUITE.glob("task_*/agents/wrong_*.toml"))


def name(script: Path) -> str:
    return f"{script.parts[-3][:7]}-{script.stem}"


def outcomes(folder: Path, script: Path, runs: int) -> list[Row]:
    task = script.parts[-3][:7]
    return rows_of(make_session(folder, script=lambda task_id, run: script, runs=runs, tasks=[task]), folder)


def rows_of(session: Session, folder: Path) -> list[Row]:
    asyncio.run(execute(session))
    pack = seal_campaign(
        session.campaign, session.suite, Record([session.journal]), folder / "packs", accept_plumbing=True
    )
    return list(pack.table("task_outcomes").rows)


@pytest.fixture(scope="module")
def unboxed() -> Iterator[tuple[Sandbox, Path]]:
    """`none`, and a folder for its workspaces that the other user may enter whom root's commands run as."""
    with open_folder() as scratch:
        yield probe("none", scratch=scratch), scratch


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


def test_without_isolation_the_reference_agent_passes_every_task(tmp_path: Path, unboxed: tuple[Sandbox, Path]) -> None:
    """What runs and what grades find the same folders as in a box: none of our own faults becomes a model's."""
    scripts = {script.parts[-3][:7]: script for script in REFERENCES if script.stem == "reference"}
    session = make_session(tmp_path, script=lambda task_id, run: scripts[task_id], concurrency=2)
    rows = rows_of(replace(session, sandbox=unboxed[0], scratch=unboxed[1]), tmp_path)
    assert len(rows) == 10
    assert [(row["task_id"], row["checker_reason"]) for row in rows if row["passed"] is not True] == []


@pytest.mark.parametrize("script", WRONG[::4], ids=name)
def test_without_isolation_a_wrong_agent_fails_for_the_right_reason(
    tmp_path: Path, unboxed: tuple[Sandbox, Path], script: Path
) -> None:
    expected = tomllib.loads(script.read_text())["expect"]
    session = make_session(tmp_path, script=lambda task_id, run: script, tasks=[script.parts[-3][:7]])
    (row,) = rows_of(replace(session, sandbox=unboxed[0], scratch=unboxed[1]), tmp_path)
    assert (row["passed"], row["failure_mode"]) == (False, expected["failure_mode"])
    assert re.search(expected["reason"], str(row["checker_reason"])), row["checker_reason"]
