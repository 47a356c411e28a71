"""A model server for measuring: a fixed latency, seeded faults, no opinion.

Speaks OpenAI's chat completions. Each conversation makes `--tool-calls` calls of the first tool that is not `submit`,
then answers 42; `--tool` names another. The step is read from the conversation, so any client may try again. Streams
where it is asked to. Prints its port when it listens.

    GET /stats     calls served, by status; those under way that will be answered; tokens told to clients; when the
                   first came, on the machine's monotonic clock
    POST /reset    zero them
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from typing import Any

from aiohttp import web

TOKENS_OUT = 20


class Server:
    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.dice = random.Random(given.seed)
        self.reset()

    def reset(self) -> None:
        self.calls = self.in_flight = self.hanging = self.most = self.tokens_in = self.tokens_out = 0
        self.by_status: dict[int, int] = {}
        self.first = self.last = 0.0

    async def chat(self, request: web.Request) -> web.Response:
        began = time.monotonic()
        body = await request.json()
        status = self.fault()
        self.calls += 1
        self.first = self.first or began
        self.in_flight += 1
        self.hanging += status == 0
        self.most = max(self.most, self.in_flight)
        try:
            await asyncio.sleep(86_400 if status == 0 else max(0.0, began + self.given.latency - time.monotonic()))
        finally:
            self.in_flight -= 1
            self.hanging -= status == 0
            self.by_status[status] = self.by_status.get(status, 0) + 1
            self.last = time.monotonic()
        if status != 200:
            headers = {"Retry-After": f"{self.given.retry_after:g}"} if status == 429 else {}
            return web.json_response({"error": {"message": f"injected {status}"}}, status=status, headers=headers)
        answer = self.answer(body)
        self.tokens_in += answer["usage"]["prompt_tokens"]
        self.tokens_out += answer["usage"]["completion_tokens"]
        if body.get("stream"):
            return web.Response(body=streamed(answer), content_type="text/event-stream")
        return web.json_response(answer)

    def fault(self) -> int:
        """Return the status of the next answer; 0 is none at all."""
        dice = self.dice.random()
        for status, share in ((429, self.given.p429), (500, self.given.p500), (0, self.given.phang)):
            if dice < share:
                return status
            dice -= share
        return 200

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        messages = body["messages"]
        step = sum(bool(message.get("tool_calls")) for message in messages if message["role"] == "assistant")
        tools = [tool["function"] for tool in body.get("tools", []) if tool["function"]["name"] != "submit"]
        message: dict[str, Any] = {"role": "assistant", "content": "42"}
        tools = [tool for tool in tools if self.given.tool in (None, tool["name"])]
        if step < self.given.tool_calls and tools:
            argument = next(iter(tools[0]["parameters"]["properties"]))
            function = {"name": tools[0]["name"], "arguments": json.dumps({argument: self.given.argument})}
            calls = [{"id": f"call_{step}_{self.calls}", "type": "function", "function": function}]
            message = {"role": "assistant", "content": None, "tool_calls": calls}
        prompt = sum(len(str(message.get("content") or "")) for message in messages) // 4
        return {
            "id": f"chatcmpl-{self.calls}",
            "object": "chat.completion",
            "choices": [
                {
                    "index": 0,
                    "message": message,
                    "finish_reason": "tool_calls" if message["content"] is None else "stop",
                }
            ],
            "usage": {"prompt_tokens": prompt, "completion_tokens": TOKENS_OUT, "total_tokens": prompt + TOKENS_OUT},
        }

    async def stats(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "calls": self.calls,
                "in_flight": self.in_flight - self.hanging,
                "most_in_flight": self.most,
                "by_status": self.by_status,
                "tokens_in": self.tokens_in,
                "tokens_out": self.tokens_out,
                "first": self.first,
                "span_s": round(self.last - self.first, 3),
            }
        )

    async def clear(self, _: web.Request) -> web.Response:
        self.reset()
        return web.json_response({})


def streamed(answer: dict[str, Any]) -> bytes:
    """Return an answer as server-sent events: all that is said in one, then its end, then the usage."""
    choice = answer["choices"][0]
    delta = choice["message"]
    if calls := delta.get("tool_calls"):
        delta = delta | {"tool_calls": [{"index": index, **call} for index, call in enumerate(calls)]}
    head = {"id": answer["id"], "object": "chat.completion.chunk", "created": 0, "model": "m"}
    chunks: list[dict[str, Any]] = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]},
        {**head, "choices": [], "usage": answer["usage"]},
    ]
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"


async def serve(given: argparse.Namespace) -> None:
    server = Server(given)
    app = web.Application(client_max_size=64 << 20)
    app.add_routes(
        [
            web.post("/v1/chat/completions", server.chat),
            web.get("/stats", server.stats),
            web.post("/reset", server.clear),
        ]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", given.port)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--tool-calls", type=int, default=5)
    parser.add_argument("--tool", help="the tool that is called; the first that is offered")
    parser.add_argument("--argument", default="echo hello")
    parser.add_argument("--p429", type=float, default=0)
    parser.add_argument("--p500", type=float, default=0)
    parser.add_argument("--phang", type=float, default=0)
    parser.add_argument("--retry-after", type=float, default=1)
    parser.add_argument("--seed", type=int, default=0)
    asyncio.run(serve(parser.parse_args()))
