"""What hostile or careless code does to use everything up, to outlive its call, or to harm the exec server."""

from __future__ import annotations

import asyncio
import textwrap
import time

import pytest

from runner.sandbox import Limits, Result, Sandbox, open_box, probe

SMALL = Limits(memory_mb=512, processes=64, workspace_mb=16)
MB = 2**20


@pytest.fixture(scope="module", params=["bwrap+cgroup", "bwrap+rlimits"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    return probe(request.param)


def shell(script: str, sandbox: Sandbox, *, timeout_s: float = 10, then: str = "echo well") -> tuple[Result, Result]:
    """Return what the script did in a small box, and what a second command after it did."""
    return argv(["/bin/sh", "-c", textwrap.dedent(script)], sandbox, timeout_s=timeout_s, then=then)


def python(code: str, sandbox: Sandbox, *, timeout_s: float = 10, then: str = "echo well") -> tuple[Result, Result]:
    return argv(["python3", "-c", textwrap.dedent(code)], sandbox, timeout_s=timeout_s, then=then)


def argv(words: list[str], sandbox: Sandbox, *, timeout_s: float, then: str) -> tuple[Result, Result]:
    async def run() -> tuple[Result, Result]:
        async with open_box({}, limits=SMALL, sandbox=sandbox) as box:
            first = await box.exec(words, timeout_s=timeout_s)
            return first, await box.exec(["/bin/sh", "-c", then], timeout_s=10)

    return asyncio.run(run())


def test_a_fork_bomb_ends_at_its_time_limit_and_the_box_lives_on(sandbox: Sandbox) -> None:
    code = """
    import os
    while True:
        try:
            os.fork()
        except OSError:
            pass
    """
    first, second = python(code, sandbox, timeout_s=1)
    assert first.timed_out
    assert first.exit_code is None
    assert first.duration_s < 5
    assert second.output == "well\n"


def test_processes_are_bounded(sandbox: Sandbox) -> None:
    code = """
    import os, time
    count = 0
    try:
        while count < 1000:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
            count += 1
    except BlockingIOError:
        print(count, flush=True)
    """
    first, _ = python(code, sandbox)
    assert 0 < int(first.output) <= SMALL.processes


@pytest.mark.parametrize(("folder", "bound_mb"), [("/ws", 16), ("/tmp", 64), ("/dev/shm", 16)])
def test_a_disk_fill_meets_its_bound(folder: str, bound_mb: int, sandbox: Sandbox) -> None:
    script = f"for n in 1 2 3 4 5 6 7 8; do head -c 15000000 /dev/zero > {folder}/$n || break; done; du -sb {folder}"
    first, second = shell(script, sandbox)
    assert "No space left on device" in first.output
    assert int(first.output.splitlines()[-1].split()[0]) <= bound_mb * MB
    assert second.output == "well\n"


def test_a_sparse_file_cannot_be_larger_than_the_workspace(sandbox: Sandbox) -> None:
    first, _ = shell("truncate -s 1T huge; stat -c %s huge", sandbox)
    assert "1099511627776" not in first.output


def test_memory_of_one_process_is_bounded(sandbox: Sandbox) -> None:
    first, second = python("data = bytearray(2 * 2**30)", sandbox)
    assert first.exit_code == 1
    assert "MemoryError" in first.output
    assert second.output == "well\n"


def test_memory_of_many_processes_is_bounded(sandbox: Sandbox) -> None:
    code = """
    import os, time
    for _ in range(6):
        if os.fork() == 0:
            data = bytearray(b"x") * (300 * 2**20)
            os.write(1, b"full ")
            time.sleep(1)
            os._exit(0)
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass
    """
    first, second = python(code, sandbox, timeout_s=20)
    assert first.output.count("full") < 6
    assert not first.timed_out
    assert second.output == "well\n"


def test_memory_that_belongs_to_no_process_is_bounded(sandbox: Sandbox) -> None:
    code = """
    import os
    held = [os.memfd_create(str(n)) for n in range(200)]
    for fd in held:
        os.write(fd, bytes(15 * 2**20))
    print("all held")
    """
    first, second = python(code, sandbox, timeout_s=20)
    assert "all held" not in first.output
    assert first.exit_code != 0
    assert second.output == "well\n"


def test_endless_output_is_stopped_and_cut_to_head_and_tail(sandbox: Sandbox) -> None:
    first, second = shell("echo first; yes", sandbox, timeout_s=30)
    assert first.output_bytes > 60 * MB
    assert len(first.output) < 70_000
    assert first.output.startswith("first\ny\ny\n")
    assert "bytes left out]" in first.output
    assert first.output.endswith("[stopped: too much output]\n")
    assert (first.exit_code, first.timed_out, first.cut) == (137, False, True)
    assert second.output == "well\n"


def test_a_child_that_holds_the_pipe_does_not_hold_the_call(sandbox: Sandbox) -> None:
    first, _ = shell("sleep 60 & echo started", sandbox)
    assert (first.output, first.exit_code) == ("started\n", 0)
    assert first.duration_s < 3


def test_what_a_child_still_has_to_say_is_heard(sandbox: Sandbox) -> None:
    first, _ = shell("(sleep 0.03; echo late) & echo early", sandbox)
    assert first.output == "early\nlate\n"


@pytest.mark.parametrize("timeout_s", [0.5, 5.0])
def test_a_daemon_does_not_outlive_its_call(timeout_s: float, sandbox: Sandbox) -> None:
    code = f"""
    import os, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for fd in (0, 1, 2):
                os.close(fd)
            time.sleep(0.7)
            open("/ws/alive", "w")
            time.sleep(60)
        os._exit(0)
    time.sleep({60 if timeout_s < 1 else 0})
    """
    first, second = python(code, sandbox, timeout_s=timeout_s, then="sleep 0.8; ls /ws; ls /proc | grep -c '^[0-9]'")
    assert first.timed_out == (timeout_s < 1)
    assert second.output in ("3\n", "4\n")  # pid 1, the shell, and its two at the end where they are still there


def test_the_exec_server_cannot_be_signalled(sandbox: Sandbox) -> None:
    signals = "KILL STOP INT TERM HUP CHLD SEGV PIPE QUIT USR1 ALRM TSTP XFSZ"
    first, second = shell(f"for name in {signals}; do kill -$name 1; done; sleep 0.05; echo sent", sandbox)
    assert (first.output, second.output) == ("sent\n", "well\n")


def test_kill_everything_ends_only_the_command(sandbox: Sandbox) -> None:
    first, second = shell("sleep 60 & kill -9 -1; kill -9 $$", sandbox)
    assert first.exit_code == 137
    assert second.output == "well\n"


def test_the_exec_server_cannot_be_spoofed(sandbox: Sandbox) -> None:
    """An answer written to every descriptor in reach is only output."""
    code = """
    import glob, os, struct
    head = b'{"exit_code":0,"timed_out":false,"size":6,"head":6,"note":""}'
    frame = struct.pack(">II", len(head), 6) + head + b"spoof\\n"
    for path in glob.glob("/proc/1/fd/*") + glob.glob("/proc/self/fd/*"):
        try:
            os.write(os.open(path, os.O_WRONLY), frame)
        except OSError:
            pass
    for fd in range(1024):
        try:
            os.write(fd, frame)
        except OSError:
            pass
    os._exit(9)
    """
    first, second = python(code, sandbox)
    assert first.exit_code == 9
    assert second.output == "well\n"


def test_a_stopped_command_ends_at_its_time_limit(sandbox: Sandbox) -> None:
    began = time.monotonic()
    first, second = shell("kill -STOP $$", sandbox, timeout_s=0.3)
    assert first.timed_out
    assert time.monotonic() - began < 5
    assert second.output == "well\n"


def test_a_thousand_small_files_in_deep_folders_do_not_harm_the_answer(sandbox: Sandbox) -> None:
    code = """
    import os
    for _ in range(400):
        os.mkdir("d")
        os.chdir("d")
        open("x" * 200, "w")
    os.chdir("/ws")
    for n in range(1000):
        open(f"f{n}", "w")
    open("answer.txt", "w").write("42")
    """

    async def run() -> dict[str, bytes]:
        async with open_box({}, limits=SMALL, sandbox=sandbox) as box:
            await box.exec(["python3", "-c", textwrap.dedent(code)])
            return await box.files()

    assert asyncio.run(run())["answer.txt"] == b"42"
