"""A real HTTP server that gives the answers it is told to, one a request, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from clawpub.pack.events import Message
from runner.providers import Request, Sampling, ToolSpec


@dataclass
class Reply:
    """An answer: text or JSON, after a delay, or a connection that is dropped."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0
    drop: bool = False


@dataclass
class FaultyServer:
    endpoint: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@asynccontextmanager
async def faulty_server(*replies: Reply) -> AsyncIterator[FaultyServer]:
    """Serve the replies in turn; the last is repeated."""
    left = list(replies)

    async def answer(request: web.Request) -> web.Response:
        server.requests.append(await request.json())
        server.headers.append(dict(request.headers))
        reply = left.pop(0) if len(left) > 1 else left[0]
        await asyncio.sleep(reply.delay_s)
        if reply.drop:
            assert request.transport
            request.transport.close()
        text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
        return web.Response(text=text, status=reply.status, headers=reply.headers)

    app = web.Application()
    app.add_routes([web.post("/v1/chat/completions", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server = FaultyServer(f"http://{host}:{port}/v1")
    try:
        yield server
    finally:
        await runner.cleanup()


def chat_completion(message: Any = None, **changes: Any) -> dict[str, Any]:
    """Return a well-formed answer, changed where a test is about something."""
    message = {"role": "assistant", "content": "Hello."} if message is None else message
    return {
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {
            "prompt_tokens": 20,
            "completion_tokens": 3,
            "prompt_tokens_details": {"cached_tokens": 16},
        },
        **changes,
    }


def called(arguments: Any = '{"path": "a"}', name: Any = "read_file") -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "function": function}]}


READ_FILE = ToolSpec(
    "read_file",
    "Read a file.",
    {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
)
SUBMIT = ToolSpec(
    "submit",
    "Give the answer.",
    {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]},
)


def make_request(
    *messages: Message, max_tokens: int = 100, temperature: float | None = 0.0, seed: int | None = 1
) -> Request:
    return Request(
        messages=messages or (Message(role="user", content="Read notes.txt."),),
        tools=(READ_FILE, SUBMIT),
        sampling=Sampling(max_tokens=max_tokens, temperature=temperature, seed=seed),
        task_id="task_01",
        run=1,
    )
