"""The local provider with the smallest model; its server must never outlive the one who asked for it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from clawpub.errors import ConfigError, ProviderError
from clawpub.pack.events import Message
from runner.providers import ContextFull
from runner.providers.local import Local, model_server, open_local
from tests.runner.providers.faulty import make_request

SMALLEST = "smollm2-135m-instruct-q4_1"
CACHE = Path(__file__).parents[3] / ".clawpub" / "models"

pytestmark = pytest.mark.model

ORPHAN = """
import asyncio, sys
from pathlib import Path
from runner.providers.local import open_local

async def main():
    async with open_local(sys.argv[1], cache=Path(sys.argv[2]), threads=1, context=512) as provider:
        print(provider.remote.endpoint, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def listens(endpoint: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(endpoint).port or 0)) == 0


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_conversation_with_tools_and_what_the_pack_records() -> None:
    stages: list[str] = []

    async def run() -> tuple[Local, str]:
        async with open_local(
            SMALLEST, cache=CACHE, threads=1, context=2048, think=40, progress=lambda stage, *_: stages.append(stage)
        ) as provider:
            user = Message(role="user", content="Read notes.txt and submit its number.")
            first = await provider.complete(make_request(user, max_tokens=80))
            assert first.tokens_in and first.tokens_out and first.latency_s > 0
            if first.tool_calls:
                (call,) = first.tool_calls
                assert isinstance(json.loads(call.arguments), dict)
            said = Message(role="assistant", content=first.text, tool_calls=first.tool_calls)
            result = Message(role="tool", content="42", tool_call_id="x")
            second = await provider.complete(make_request(user, said, result, max_tokens=80))
            assert second.tokens_cached and second.tokens_cached > first.tokens_in
            with pytest.raises(ContextFull):
                await provider.complete(make_request(max_tokens=2048))
            return provider, provider.remote.endpoint

    provider, endpoint = asyncio.run(run())
    assert not listens(endpoint)
    assert "load" in stages
    recorded = provider.describe()
    assert recorded["gguf_sha256"].startswith("b179c9523d0e6a0f")
    assert (recorded["quantisation"], recorded["context"], recorded["think_characters"]) == ("Q4_1", 2048, 40)
    assert recorded["software"].startswith("xllamacpp ")
    json.dumps(recorded)


def test_the_server_is_stopped_after_an_error() -> None:
    endpoints: list[str] = []

    async def run() -> None:
        async with open_local(SMALLEST, cache=CACHE, threads=1, context=512) as provider:
            endpoints.append(provider.remote.endpoint)
            raise RuntimeError("a bug of ours")

    with pytest.raises(RuntimeError, match="a bug of ours"):
        asyncio.run(run())
    assert not listens(endpoints[0])


def test_the_server_is_stopped_when_the_work_is_cancelled() -> None:
    endpoints: list[str] = []

    async def work() -> None:
        async with open_local(SMALLEST, cache=CACHE, threads=1, context=2048) as provider:
            endpoints.append(provider.remote.endpoint)
            await provider.complete(make_request(max_tokens=1500, temperature=2.0))
            await asyncio.sleep(600)

    async def run() -> None:
        task = asyncio.create_task(work())
        while not endpoints:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert not listens(endpoints[0])


def test_killing_the_parent_leaves_no_server() -> None:
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN, SMALLEST, str(CACHE)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    with parent.stdout:
        endpoint = parent.stdout.readline().strip()
        (server,) = children(parent.pid)
        assert listens(endpoint)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 10
    while (alive(server) or listens(endpoint)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(server)
    assert not listens(endpoint)


def test_a_server_that_does_not_start_is_told_with_its_own_words(tmp_path: Path) -> None:
    bogus = tmp_path / "bogus.gguf"
    bogus.write_bytes(b"GGUF but no more")

    async def run() -> None:
        async with model_server({"--model": bogus, "--name": "x", "--parent": os.getpid()}, 60):
            pass

    with pytest.raises(ProviderError, match="did not start") as caught:
        asyncio.run(run())
    assert not caught.value.retryable
    assert "it said nothing" not in caught.value.message


def test_a_server_that_takes_too_long_is_told() -> None:
    async def run() -> None:
        async with open_local(SMALLEST, cache=CACHE, start_s=0.01):
            pass

    with pytest.raises(ProviderError, match=r"within 0\.01 s"):
        asyncio.run(run())


def test_another_model_s_file_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(b"not a model")

    async def run() -> None:
        async with open_local(SMALLEST, cache=CACHE, model_path=own):
            pass

    with pytest.raises(ConfigError, match="not SmolLM2"):
        asyncio.run(run())
