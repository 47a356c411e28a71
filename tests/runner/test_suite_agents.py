"""Every checker measures something: the scripted agents' tool calls are carried out in a real box, and what they leave
is graded in another, without loop or journal. The same agents go through the whole loop in test_agents.py."""

from __future__ import annotations

import asyncio
import functools
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from runner.sandbox import Limits, Sandbox, open_box, probe
from runner.suite import SUITES, Grade, Task, grade, load_suite
from runner.tools import dispatch

SUITE = load_suite("agentic-core-v1")
FOLDER = SUITES / "agentic_core_v1"
AGENTS = sorted(FOLDER.glob("task_*/agents/*.toml"))
REFERENCES = [path for path in AGENTS if path.stem.startswith("reference")]
FAILURE_MODES = {
    "wrong_answer",
    "partial_complete",
    "gave_up_mid_plan",
    "tool_call_hallucinated",
    "tool_call_redundancy",
    "context_exhausted",
    "turn_budget_exhausted",
    "timeout",
}


@dataclass(frozen=True)
class Replayed:
    answer: str | None
    statuses: list[str]
    outputs: list[str]
    grade: Grade


def read_agent(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


def task_of(path: Path) -> Task:
    return SUITE.task(path.parent.parent.name[: len("task_01")])


def name_of(path: Path) -> str:
    return f"{task_of(path).id}-{path.stem}"


@functools.cache
def sandbox() -> Sandbox:
    return probe()


async def replay(path: Path) -> Replayed:
    """Carry out an agent's calls as the loop would, injection included, and grade what is left."""
    task = task_of(path)
    answer: str | None = None
    statuses: list[str] = []
    outputs: list[str] = []
    async with open_box(task.workspace, limits=Limits(), sandbox=sandbox()) as box:
        for turn in read_agent(path)["turn"][: task.turns]:
            if "call" not in turn:
                answer = turn["text"]
            for call in turn.get("call", ()):
                raw = call["raw"] if "raw" in call else json.dumps(call["arguments"])
                if call["tool"] == "submit":
                    answer = json.loads(raw)["answer"]
                elif task.inject and len(statuses) + 1 == task.inject.call:
                    statuses.append("injected")
                    outputs.append(task.inject.output_for(raw))
                else:
                    done = await dispatch(box, call["tool"], raw, timeout_s=30)
                    statuses.append(done.status)
                    outputs.append(done.output)
            if answer is not None:
                break
        files = await box.files()
    opener = functools.partial(open_box, limits=Limits(), sandbox=sandbox())
    return Replayed(answer, statuses, outputs, await grade(task, files, answer, open_box=opener))


@functools.cache
def replayed() -> dict[Path, list[Replayed]]:
    """Return what each agent came to, the references three times; eight at a time, because a box mostly waits."""

    async def all_of_them() -> list[Replayed]:
        room = asyncio.Semaphore(8)

        async def one(path: Path) -> Replayed:
            async with room:
                return await replay(path)

        return await asyncio.gather(*(one(path) for path in paths))

    paths = [*AGENTS, *REFERENCES, *REFERENCES]
    found: dict[Path, list[Replayed]] = {path: [] for path in AGENTS}
    for path, done in zip(paths, asyncio.run(all_of_them()), strict=True):
        found[path].append(done)
    return found


@pytest.mark.parametrize("path", REFERENCES, ids=name_of)
def test_a_reference_agent_passes_three_times_of_three(path: Path) -> None:
    first, *others = replayed()[path]
    assert first.grade.verdict == "passed", (first.grade.reason, first.outputs)
    assert set(first.statuses) <= {"ok", "error", "injected"}
    assert [(other.grade.verdict, other.grade.reason) for other in others] == [("passed", first.grade.reason)] * 2


@pytest.mark.parametrize("path", [path for path in AGENTS if path not in REFERENCES], ids=name_of)
def test_a_wrong_agent_fails_for_its_reason(path: Path) -> None:
    expect = read_agent(path)["expect"]
    (done,) = replayed()[path]
    assert done.grade.verdict == expect["verdict"], (done.grade.reason, done.outputs)
    assert re.search(expect["reason"], done.grade.reason), (done.grade.reason, done.outputs)


@pytest.mark.parametrize("task", SUITE.tasks, ids=lambda task: task.id)
def test_every_task_has_a_reference_and_two_wrong_agents(task: Task) -> None:
    agents = [path for path in AGENTS if task_of(path).id == task.id]
    assert any(path.stem.startswith("reference") for path in agents)
    assert sum(path.stem.startswith("wrong_") for path in agents) >= 2


@pytest.mark.parametrize("path", AGENTS, ids=name_of)
def test_an_agent_is_well_formed_and_keeps_to_the_turns(path: Path) -> None:
    agent = read_agent(path)
    assert agent.keys() <= {"about", "expect", "turn"}
    assert agent["about"].endswith(".")
    assert ("expect" in agent) == path.stem.startswith("wrong_")
    if "expect" in agent:
        assert agent["expect"].keys() == {"verdict", "failure_mode", "reason"}
        assert agent["expect"]["failure_mode"] in FAILURE_MODES
    assert len(agent["turn"]) <= task_of(path).turns
    assert path.stem.startswith("wrong_") or len(agent["turn"]) <= task_of(path).turns * 3 / 4
    for turn in agent["turn"]:
        assert turn.keys() <= {"text", "call"}
        assert all("tool" in call and ("arguments" in call) != ("raw" in call) for call in turn.get("call", ()))


def test_the_injected_error_costs_one_call_and_the_path_works_after_it() -> None:
    path = next(path for path in REFERENCES if task_of(path).id == "task_08")
    done = replayed()[path][0]
    assert done.outputs[0] == "No such file or directory: 'data/stock/2025-11.csv'"
    assert done.statuses[0] == "injected"
    assert done.outputs[2].startswith("item,quantity,minimum")
