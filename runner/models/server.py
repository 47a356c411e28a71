"""The embedded model server: `python -m runner.models.server --model FILE ...`, a process that serves one model.

llama.cpp answers on a loopback port of its own; in front stands a small OpenAI-compatible endpoint that writes the
prompt out, decodes under a grammar made from the tools, and returns tool calls. One line of JSON on standard output
says where, once the model is loaded.

The process ends with the one that started it, whatever happens to that: it is killed by the kernel (Linux), and it
leaves when its standard input closes. It holds nothing that needs tidying, so SIGTERM simply kills it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import json
import os
import signal
import socket
import sys
import threading
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_args

import aiohttp
from aiohttp import web
from pydantic import ValidationError

from runner.models.dialect import Answer, bodies, grammar, read_answer
from runner.models.registry import Dialect
from runner.models.wire import ChatRequest, NamedTool, WireTool

REQUEST_BYTES = 64 << 20
DEFAULT_MAX_TOKENS = 512
SAMPLING = {"temperature": 0.7, "top_p": 0.8, "top_k": 20, "min_p": 0.0}
"""Where a request does not say: Qwen2.5's own recommendation. `top_k` and `min_p` are always these.

Of that recommendation its repetition penalty is left out: at 1.1 over 512 tokens the 1.5B could no longer copy a number
from a file or write the same tool's name twice, and wrote noise before its calls.
"""

PROBE = "@@@"
"""Text that a grammar makes a model write and that it would not write unasked."""


class Refused(Exception):
    """An answer that is an error: its HTTP status, message, and OpenAI's code for it."""

    def __init__(self, status: int, message: str, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code


@dataclass
class Engine:
    """llama.cpp behind its HTTP interface, one conversation at a time."""

    session: aiohttp.ClientSession
    address: str
    context: int
    known_tokens: dict[str, list[int]] = field(default_factory=dict)
    sound_grammars: set[str] = field(default_factory=set)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        async with self.session.post(self.address + path, json=body) as response:
            answer = await response.json(content_type=None)
            if response.status != 200:
                said = answer.get("error", {}) if isinstance(answer, dict) else {}
                full = said.get("type") == "exceed_context_size_error"
                message = str(said.get("message", answer))
                raise Refused(response.status, message, "context_length_exceeded" if full else "llama_cpp")
            return answer

    async def tokens(self, text: str, *, markers: bool = False) -> list[int]:
        """Return the tokens of a text; `<|im_end|>` and the like are markers only where that is asked for."""
        body = {"content": text, "add_special": False, "parse_special": markers}
        found: list[int] = (await self.post("/tokenize", body))["tokens"]
        return found

    async def prompt(self, written: Sequence[str]) -> list[int]:
        """Return the tokens of a conversation, up to where the model begins to write."""
        start, end = await self.tokens("<|im_start|>", markers=True), await self.tokens("<|im_end|>\n", markers=True)
        known = {text: self.known_tokens.get(text) or await self.tokens(text) for text in written}
        self.known_tokens = known  # a conversation grows at its end, so these are the ones to keep
        prompt = [token for text in written for token in (*start, *known[text], *end)]
        return [*prompt, *start, *await self.tokens("assistant\n")]

    async def check_grammar(self, rules: str) -> None:
        """Raise if llama.cpp cannot read a grammar: it would log so and go on without."""
        if rules in self.sound_grammars:
            return
        probe = rules.replace("\nstart: ", f'\nstart: "{PROBE}" answer\nanswer: ', 1)
        said = await self.post("/completion", {"prompt": "Hello", "grammar": probe, "n_predict": 1, "temperature": 0})
        if not said["content"].startswith(PROBE[0]):
            raise Refused(400, "no grammar can be made of these tools' schemas", "invalid_tools")
        self.sound_grammars.add(rules)

    async def complete(self, prompt: list[int], rules: str | None, request: ChatRequest) -> Any:
        most = request.max_completion_tokens or request.max_tokens or DEFAULT_MAX_TOKENS
        if len(prompt) + most > self.context:
            raise Refused(
                400,
                f"This model's context length is {self.context} tokens, but {len(prompt) + most} were asked for: "
                f"{len(prompt)} in the messages, {most} in the completion.",
                "context_length_exceeded",
            )
        asked = {key: getattr(request, key) for key in ("temperature", "top_p", "seed")}
        body = {"prompt": prompt, "n_predict": most, "cache_prompt": True, **SAMPLING}
        body |= {key: value for key, value in asked.items() if value is not None}
        return await self.post("/completion", body | ({"grammar": rules} if rules else {}))


@dataclass(frozen=True)
class Served:
    """The endpoint's settings, as `/health` shows them."""

    name: str
    dialect: Dialect
    context: int
    threads: int
    think: int
    software: str


def read_request(body: bytes) -> ChatRequest:
    """Return a request; lone surrogates, which JSON can spell and no model can read, become question marks."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"not JSON: {error}", "invalid_request") from error
    return ChatRequest.model_validate_json(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


async def chat(engine: Engine, served: Served, request: ChatRequest) -> dict[str, Any]:
    """Return the answer to a chat completion request."""
    tools, forced = _offered(request)
    written = bodies(request.messages, tools, served.dialect)
    async with engine.turn:
        rules = grammar(tools, forced=forced, think=served.think) if tools else None
        if rules:
            await engine.check_grammar(rules)
        result = await engine.complete(await engine.prompt(written), rules, request)
    cut = result["stop_type"] == "limit"
    answer = read_answer(result["content"]) if tools else Answer(text=result["content"], call=None)
    if forced and not cut and answer.call is None:
        raise Refused(500, f"the grammar was not enforced: {result['content'][:200]!r}", "grammar_not_enforced")
    return _response(served.name, answer, "length" if cut else "stop", result)


def _offered(request: ChatRequest) -> tuple[tuple[WireTool, ...], bool]:
    """Return the tools that the model may call, and whether it has to."""
    choice = request.tool_choice
    if isinstance(choice, NamedTool):
        named = tuple(tool for tool in request.tools if tool.function.name == choice.function.name)
        if not named:
            raise Refused(400, f"tool_choice names {choice.function.name!r}, which is no tool", "invalid_tools")
        return named, True
    if choice == "none":
        return (), False
    return request.tools, bool(request.tools) and choice in ("required", "any")


def _response(name: str, answer: Answer, finish: str, result: Mapping[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.text or None}
    if answer.call and finish != "length":
        finish = "tool_calls"
        called = {"name": answer.call[0], "arguments": answer.call[1]}
        message["tool_calls"] = [{"id": f"call_{uuid.uuid4().hex[:12]}", "type": "function", "function": called}]
    read, written = result["tokens_evaluated"], result["tokens_predicted"]
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": name,
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
        "usage": {
            "prompt_tokens": read,
            "completion_tokens": written,
            "total_tokens": read + written,
            "prompt_tokens_details": {"cached_tokens": result["timings"]["cache_n"]},
        },
        "timings": result["timings"],
    }


@web.middleware
async def errors_as_json(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        return cast(web.StreamResponse, await handler(request))
    except Refused as error:
        return _error(error.status, error.message, error.code)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        return _error(400, f"{where}: {first['msg']}" if where else first["msg"], "invalid_request")
    except web.HTTPException as error:
        return _error(error.status, error.reason, "http")
    except (aiohttp.ClientError, KeyError, TypeError) as error:
        return _error(500, f"llama.cpp did not answer as expected: {error!r}", "llama_cpp")


def _error(status: int, message: str, code: str) -> web.Response:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return web.json_response({"error": {"message": message, "type": kind, "code": code}}, status=status)


def application(engine: Engine, served: Served) -> web.Application:
    """Return the endpoint's routes."""

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok", **vars(served)})

    async def models(_: web.Request) -> web.Response:
        return web.json_response(
            {"object": "list", "data": [{"id": served.name, "object": "model", "owned_by": "local"}]}
        )

    async def completions(request: web.Request) -> web.Response:
        return web.json_response(await chat(engine, served, read_request(await request.read())))

    app = web.Application(client_max_size=REQUEST_BYTES, middlewares=[errors_as_json])
    app.add_routes([web.get("/health", health), web.get("/v1/models", models)])
    app.add_routes([web.post("/v1/chat/completions", completions)])
    return app


def start_llama(model: Path, *, context: int, threads: int) -> tuple[Any, str]:
    """Load a model and return llama.cpp's server (which lives as long as the object) and its address."""
    import xllamacpp  # only this process ever loads it

    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel, params.n_gpu_layers = context, 1, 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.cache_ram_mib = 0  # the slot itself keeps the common prefix
    params.ui, params.verbosity = False, 1
    server = xllamacpp.Server(params)
    return server, server.listening_address


@contextlib.asynccontextmanager
async def serving(engine: Engine, served: Served, port: int) -> AsyncIterator[int]:
    # When a client goes away its handler is cancelled, and with it what llama.cpp is writing for nobody.
    runner = web.AppRunner(application(engine, served), access_log=None, handler_cancellation=True)
    await runner.setup()
    with socket.create_server(("127.0.0.1", port)) as listener:
        await web.SockSite(runner, listener).start()
        yield listener.getsockname()[1]
    await runner.cleanup()


async def serve(llama_address: str, served: Served, port: int, announce: int) -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as session:
        engine = Engine(session, llama_address, served.context)
        async with serving(engine, served, port) as bound:
            ready = {"endpoint": f"http://127.0.0.1:{bound}/v1", **vars(served)}
            os.write(announce, (json.dumps(ready) + "\n").encode())
            os.close(announce)
            await asyncio.Event().wait()


def follow_parent(parent: int) -> None:
    """Make this process end when its parent does."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if os.getppid() != parent:  # it went before we asked
        os._exit(0)

    def leave_when_closed() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1024):
                pass
        os._exit(0)

    threading.Thread(target=leave_when_closed, daemon=True).start()


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m runner.models.server", description="Serve one GGUF model.")
    parser.add_argument("--model", type=Path, required=True, help="the GGUF file")
    parser.add_argument("--name", required=True, help="the model's id in answers")
    parser.add_argument("--dialect", choices=get_args(Dialect), default="chatml")
    parser.add_argument("--context", type=int, default=8192, help="tokens")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--think", type=int, default=160, help="characters of free text before a forced call")
    parser.add_argument("--port", type=int, default=0, help="on the loopback interface; 0: any that is free")
    parser.add_argument("--parent", type=int, help="the process to end with")
    return parser


def main() -> None:
    asked = options().parse_args()
    if asked.parent:
        follow_parent(asked.parent)
    announce = os.dup(1)
    os.dup2(2, 1)  # llama.cpp may print; standard output is for the one line
    from importlib.metadata import version

    llama, address = start_llama(asked.model, context=asked.context, threads=asked.threads)
    served = Served(
        name=asked.name,
        dialect=asked.dialect,
        context=asked.context,
        threads=asked.threads,
        think=asked.think,
        software=f"xllamacpp {version('xllamacpp')}",
    )
    asyncio.run(serve(address, served, asked.port, announce))
    del llama


if __name__ == "__main__":
    main()
