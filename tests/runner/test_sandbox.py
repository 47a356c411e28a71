"""A box keeps its contract: commands, files, limits, and nothing left behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import textwrap
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from clawpub.errors import SandboxError
from runner.sandbox import Box, Limits, Result, Sandbox, cgroup, open_box, probe, programs, seccomp
from runner.sandbox.channel import ChannelBox, Ended, is_plain

CHECKOUT = Path(__file__).parents[2]
SITE_PACKAGES = Path(str(programs.__spec__.origin)).parents[0]


@pytest.fixture(scope="module", params=["bwrap+cgroup", "bwrap+rlimits"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    return probe(request.param)


def inside[T](
    sandbox: Sandbox, act: Callable[[Box], Awaitable[T]], files: dict[str, bytes] | None = None, limits: Limits = Limits()
) -> T:
    async def run() -> T:
        async with open_box(files or {}, limits=limits, sandbox=sandbox) as box:
            return await act(box)

    return asyncio.run(run())
