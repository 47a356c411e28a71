"""What a harness has in its box: folders of the host, one port that the host answers, and no other way out."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from clawpub.errors import SandboxError
from runner.sandbox import Box, Fittings, Limits, Sandbox, open_box, probe
from tests.runner.folders import open_folder

PORT = 8123
ASK = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8123/hello').read().decode())"


@pytest.fixture(scope="module", params=["bwrap+cgroup", "bwrap+rlimits"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    return probe(request.param)


def within(sandbox: Sandbox, act: Callable[[Box], Awaitable[None]], fittings: Fittings | None = None) -> None:
    async def run() -> None:
        async with open_box({"w": b"1"}, limits=Limits(), sandbox=sandbox, fittings=fittings) as box:
            await act(box)

    asyncio.run(asyncio.wait_for(run(), 60))


async def answer(request: web.Request) -> web.Response:
    return web.Response(text=f"the host says {request.path}")


async def serve(box: Box) -> web.AppRunner:
    app = web.Application()
    app.router.add_get("/{what}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    assert box.listener
    await web.SockSite(runner, box.listener).start()
    return runner


def test_the_host_answers_on_the_port_of_the_box_and_on_no_port_of_its_own(sandbox: Sandbox) -> None:
    async def act(box: Box) -> None:
        runner = await serve(box)
        inside = await box.exec(["python3", "-c", ASK])
        assert (inside.exit_code, inside.output) == (0, "the host says /hello\n")
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", PORT)
        await runner.cleanup()

    within(sandbox, act, Fittings(port=PORT))


def test_two_boxes_have_the_same_port_each_for_itself(sandbox: Sandbox) -> None:
    async def act(box: Box) -> None:
        async with open_box({}, limits=Limits(), sandbox=sandbox, fittings=Fittings(port=PORT)) as other:
            runner = await serve(other)
            assert (await other.exec(["python3", "-c", ASK])).exit_code == 0
            waiting = asyncio.ensure_future(box.exec(["python3", "-c", ASK], timeout_s=0.5))
            assert (await waiting).timed_out  # nobody accepts in this one
            await runner.cleanup()

    within(sandbox, act, Fittings(port=PORT))


def test_a_box_without_a_port_reaches_nothing(sandbox: Sandbox) -> None:
    async def act(box: Box) -> None:
        assert box.listener is None
        assert "Connection refused" in (await box.exec(["python3", "-c", ASK])).output

    within(sandbox, act)


def test_a_folder_of_the_host_is_seen_and_cannot_be_changed(sandbox: Sandbox) -> None:
    async def act(box: Box) -> None:
        assert (await box.exec(["cat", "/opt/thing/here"])).output == "hello"
        assert (await box.exec(["sh", "-c", "echo x >/opt/thing/here"])).exit_code != 0

    with open_folder() as folder:
        folder.chmod(0o755)
        (folder / "here").write_text("hello")
        within(sandbox, act, Fittings(folders={"/opt/thing": folder}))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's folders can be out of a box's reach")
def test_a_folder_that_the_boxs_user_cannot_enter_is_refused_with_the_mend(sandbox: Sandbox, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)

    async def act(box: Box) -> None: ...

    with pytest.raises(SandboxError, match="cannot be entered"):
        within(sandbox, act, Fittings(folders={"/opt/thing": tmp_path}))


def test_addresses_are_bounded_unless_the_harness_needs_them(sandbox: Sandbox) -> None:
    limit = ["sh", "-c", "ulimit -v"]

    async def bounded(box: Box) -> None:
        assert (await box.exec(limit)).output == f"{Limits().memory_mb * 1024}\n"

    async def unbounded(box: Box) -> None:
        assert (await box.exec(limit)).output == "unlimited\n"

    within(sandbox, bounded)
    within(sandbox, unbounded, Fittings(address_space=False))


def test_without_a_network_of_its_own_there_is_no_port(tmp_path: Path) -> None:
    with open_folder() as scratch:
        none = probe("none", scratch=scratch)

        async def act() -> None:
            async with open_box({}, limits=Limits(), sandbox=none, fittings=Fittings(port=PORT), scratch=scratch):
                pass

        with pytest.raises(SandboxError, match="a network of its own"):
            asyncio.run(act())


def test_files_can_be_looked_at_while_a_command_runs(sandbox: Sandbox) -> None:
    async def act(box: Box) -> None:
        command = asyncio.ensure_future(box.exec(["sh", "-c", "mkdir /tmp/a; echo 1 >/tmp/a/one; read x; sleep 30"]))
        while not (seen := await box.files("/tmp/a")):
            await asyncio.sleep(0.01)
        assert seen == {"one": b"1\n"}
        assert [len(found) for found in await asyncio.gather(*(box.files() for _ in range(5)))] == [1] * 5
        await box.stop()
        assert (await command).timed_out
        assert await box.files("/tmp/a") == seen

    within(sandbox, act)


def test_looking_and_ending_at_the_same_moment_mixes_nothing_up(sandbox: Sandbox) -> None:
    async def act(box: Box) -> None:
        for delay in range(100):
            command = asyncio.ensure_future(box.exec(["echo", "done"]))
            await asyncio.sleep(0.0001 * (delay % 40))
            assert await box.files() == {"w": b"1"}
            if delay % 3 == 0:
                await box.stop()
            result = await command
            assert (result.exit_code, result.output) == (0, "done\n") or result.timed_out

    within(sandbox, act)


def test_whoever_looks_into_a_box_that_ends_is_told(sandbox: Sandbox) -> None:
    async def act(box: Box) -> None:
        command = asyncio.ensure_future(box.exec(["sleep", "30"]))
        await asyncio.sleep(0.1)
        looking = asyncio.ensure_future(box.files("/proc/self/fd"))
        box.hang_up()  # type: ignore[attr-defined]
        found = await asyncio.gather(command, looking, return_exceptions=True)
        assert isinstance(found[0], SandboxError)
        assert isinstance(found[1], SandboxError) or found[1] == {}

    within(sandbox, act)
