"""What hostile code tries from inside a box does not succeed; see `bench.sandbox_attempts`."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.sandbox_attempts import ATTEMPTS, COLUMN, LIBC, OPEN_WITHOUT, attempt, prey
from runner.sandbox import Limits, Sandbox, open_box, probe, seccomp
from tests.runner.folders import open_folder


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    with prey(tmp_path_factory.mktemp("host"), Path(__file__).parents[2]) as found:
        yield found


@pytest.fixture(scope="module", params=["bwrap+cgroup", "bwrap+rlimits"])
def outcomes(request: pytest.FixtureRequest, host: dict[str, object]) -> dict[str, str]:
    opened = open_box({}, limits=Limits(), sandbox=probe(request.param))
    return asyncio.run(attempt(ATTEMPTS, host, opened))


@pytest.fixture(scope="module")
def outcomes_without_a_box(host: dict[str, object]) -> dict[str, str]:
    bare = Sandbox(tier=4, name="none", sentence="")
    with open_folder() as folder:
        opened = open_box({}, limits=Limits(), sandbox=bare, scratch=folder)
        return asyncio.run(attempt(OPEN_WITHOUT, host, opened))


@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_box_does_not_let_it(name: str, outcomes: dict[str, str]) -> None:
    assert outcomes[name].startswith("blocked")


@pytest.mark.parametrize("name", OPEN_WITHOUT)
def test_without_a_box_the_same_attempt_succeeds(name: str, outcomes_without_a_box: dict[str, str]) -> None:
    """Otherwise the attempts above would prove nothing."""
    assert outcomes_without_a_box[name] == "open"


def test_every_call_of_the_deny_list_is_denied() -> None:
    numbers = {name: both[COLUMN] for name, both in seccomp.DENIED.items() if both[COLUMN] is not None}
    code = f"""{LIBC}
for name, number in {numbers!r}.items():
    if libc.syscall(number, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != 1:
        print(name, ctypes.get_errno())
"""

    async def run() -> str:
        async with open_box({}, limits=Limits(), sandbox=probe()) as box:
            return (await box.exec(["python3", "-c", code])).output

    assert asyncio.run(run()) == ""


def test_a_secret_of_the_hosts_environment_is_nowhere_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    look = "env; cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr '\\0' '\\n'"

    async def run() -> str:
        async with open_box({}, limits=Limits(), sandbox=probe()) as box:
            return (await box.exec(["/bin/sh", "-c", look])).output

    seen = asyncio.run(run())
    assert "HOME=/ws" in seen
    assert "very-secret" not in seen


def test_one_box_does_not_see_another_ones_workspace_or_processes() -> None:
    async def run() -> str:
        sandbox, limits = probe(), Limits()
        async with (
            open_box({"secret": b"other-run"}, limits=limits, sandbox=sandbox) as other,
            open_box({}, limits=limits, sandbox=sandbox) as box,
        ):
            sleeping = asyncio.create_task(other.exec(["sleep", "2"], timeout_s=2))
            seen = await box.exec(["/bin/sh", "-c", "cat /ws/secret /proc/*/root/ws/secret /proc/*/cmdline"])
            await sleeping
            return seen.output

    seen = asyncio.run(run())
    assert "other-run" not in seen
    assert "sleep" not in seen


def test_the_hosts_name_and_core_pattern_stay_as_they_are(outcomes: dict[str, str]) -> None:
    assert socket.gethostname() != "escaped"
    assert "/bin/sh" not in Path("/proc/sys/kernel/core_pattern").read_text()
