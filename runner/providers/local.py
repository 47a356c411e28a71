"""A model on this machine, behind the embedded server (`runner.models.server`), which lives as long as it is needed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
import threading
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from clawpub.errors import ConfigError, ProviderError
from clawpub.extras import install_hint
from runner.models.fetch import Progress, model_file, silent
from runner.models.registry import KnownModel, find_model
from runner.providers import Completion, Request
from runner.providers.openai_compatible import OpenAICompatible, ToolChoice, open_openai_compatible

GENTLE = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}
"""With waiting threads spinning, a busy machine fell from 15 tokens a second to 0.7."""

STOP_S = 5


@dataclass(frozen=True)
class Local:
    """A model served by a child process."""

    remote: OpenAICompatible
    description: Mapping[str, Any]

    async def complete(self, request: Request) -> Completion:
        return await self.remote.complete(request)

    def describe(self) -> Mapping[str, Any]:
        return self.description


@asynccontextmanager
async def open_local(
    model_id: str,
    *,
    cache: Path,
    model_path: Path | None = None,
    context: int = 8192,
    threads: int | None = None,
    think: int = 160,
    tool_choice: ToolChoice = "required",
    timeout_s: float = 900,
    start_s: float = 120,
    progress: Progress = silent,
) -> AsyncIterator[Local]:
    """Fetch a model if need be, serve it, and stop the server at the end however that comes.

    `think` is the number of characters that the model may write before a call. `threads` is by default the number
    of processors. A context longer than the model was trained for is cut to that.

    Raises: ConfigError where the extra is not installed; ProviderError where the server does not start.
    """
    if find_spec("xllamacpp") is None:
        raise ConfigError("local models need llama.cpp, which is not installed", hint=install_hint("local"))
    model = find_model(model_id)
    path = await _fetched(model, cache, model_path, progress)
    settings = {
        "--model": path,
        "--name": model.id,
        "--dialect": model.dialect,
        "--context": min(context, model.context),
        "--threads": threads or os.cpu_count() or 1,
        "--think": think,
        "--parent": os.getpid(),
    }
    progress("load", 0, model.bytes)
    async with model_server(settings, start_s) as ready:
        progress("load", model.bytes, model.bytes)
        async with open_openai_compatible(
            model.id, endpoint=ready["endpoint"], timeout_s=timeout_s, tool_choice=tool_choice
        ) as remote:
            yield Local(remote, _description(model, ready, tool_choice))


async def _fetched(model: KnownModel, cache: Path, given: Path | None, progress: Progress) -> Path:
    """Fetch in a thread, which stops soon after this is cancelled."""
    stopped = threading.Event()

    def watched(stage: str, done: int, total: int) -> None:
        if stopped.is_set():
            raise InterruptedError("the download was cancelled")
        progress(stage, done, total)

    try:
        return await asyncio.to_thread(model_file, model.id, cache=cache, given=given, progress=watched)
    finally:
        stopped.set()


@asynccontextmanager
async def model_server(settings: Mapping[str, object], start_s: float) -> AsyncIterator[dict[str, Any]]:
    """Run the server in a process group of its own and yield what it says of itself."""
    arguments = [str(word) for pair in settings.items() for word in pair]
    with tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # the user's folder is no place to import from
            "-m",
            "runner.models.server",
            *arguments,
            stdin=PIPE,  # its closing is how the server learns of our end
            stdout=PIPE,
            stderr=log,
            env={**os.environ, **GENTLE},
            process_group=0,
        )
        try:
            yield await _ready(process, log, start_s)
        finally:
            await _stop(process)


async def _ready(process: Process, log: IO[bytes], start_s: float) -> dict[str, Any]:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), start_s)
        ready: dict[str, Any] = json.loads(line)
    except TimeoutError as error:
        raise ProviderError(
            f"the model server did not start within {start_s:g} s: {_tail(log)}",
            cause="setup",
            hint="give it longer: [model.options] start_s in the campaign file. Is the machine busy?",
        ) from error
    except ValueError as error:
        raise ProviderError(
            f"the model server did not start: {_tail(log)}",
            cause="setup",
            hint="is there memory enough? A shorter context needs less",
        ) from error
    return ready


def _tail(log: IO[bytes], lines: int = 8) -> str:
    """Return the last that the server wrote to standard error."""
    size = log.seek(0, os.SEEK_END)
    log.seek(max(0, size - 4096))
    return "\n".join(log.read().decode("utf-8", "replace").splitlines()[-lines:]) or "it said nothing"


async def _stop(process: Process) -> None:
    """End the server, gently if it goes within a few seconds."""
    try:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGTERM)
            await asyncio.wait_for(process.wait(), STOP_S)
    except (ProcessLookupError, TimeoutError):
        pass
    finally:  # also when this very wait is cancelled
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def _description(model: KnownModel, ready: Mapping[str, Any], tool_choice: ToolChoice) -> dict[str, Any]:
    return {
        "software": ready["software"],
        "model": model.id,
        "upstream": model.upstream,
        "licence": model.licence,
        "gguf_sha256": model.sha256,
        "quantisation": model.quantisation,
        "context": ready["context"],
        "threads": ready["threads"],
        "dialect": ready["dialect"],
        "grammar": "a call fits its tool's schema (LLGuidance)",
        "tool_choice": tool_choice,
        "think_characters": ready["think"],
    }
