"""A recording proxy between a harness of its own and the model: it answers on the box's own loopback.

What the harness asks goes to the model as every question does (`runner.asking`), so it is bounded, journaled and paid
for in the same way, and the harness never sees a key, a queue or a refusal. What the proxy saw is the primary record:
raw arguments, each answer, the turns. It also ends a run whose bounds are spent, by a refusal that no harness tries
again, and puts a task's error in the place of a tool call's result: the harness is handed a call that does nothing, and
the model is shown its own call with that error.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from clawpub.errors import HarnessError
from clawpub.pack.events import ModelCalled, StopReason, ToolCall
from runner.asking import TEMPLATE_TOKENS, clean
from runner.harness.bounds import Bounds
from runner.harness.dialects import Body, Dialect, Heard, Reply
from runner.providers import ContextFull, Request, Verbatim
from runner.standing import message_of
from runner.tools import SUBMIT, submitted

REQUEST_BYTES = 64 << 20
SILENCE_S = 45.0
"""How long an answer may be waited for before the harness is told that it is still to come, again and again."""


@dataclass
class Turn:
    """An answer of the model, as the harness was given it."""

    said: ModelCalled
    calls: Mapping[str, ToolCall]
    """What the model called, by the ids that the harness knows."""
    injected: Mapping[str, str]
    """Errors that the task puts in the place of results."""
    results: dict[str, str] = field(default_factory=dict)
    """What the harness told the model that its calls came to, as far as it did."""
    settled: bool = False
    """Whether what its calls came to is recorded."""


class Proxy:
    """One run's way to the model."""

    def __init__(
        self,
        bounds: Bounds,
        dialect: Dialect,
        *,
        submit: bool,
        stand_in: ToolCall,
        opened: Callable[[Heard], None],
        settle: Callable[[Turn], Awaitable[None]],
    ) -> None:
        """`stand_in` is a call of the harness's that changes nothing, `opened` is told of the first request, and
        `settle` of each turn as soon as the harness comes back with its results."""
        self.bounds = bounds
        self.dialect = dialect
        self.submit = submit
        self.stand_in = stand_in
        self.opened = opened
        self.settle = settle
        self.turn: Turn | None = None
        """The last."""
        self.stop: StopReason | None = None
        """Why the run is over, where that is not the harness's own doing."""
        self.fault: Exception | None = None
        """What broke."""
        self.answer: str | None = None
        """What the model submitted."""
        self.context_full = False
        """Whether the last question did not fit the model's context."""
        self.given: dict[str, ToolCall] = {}
        """Every call that the harness was given, by the id that it knows."""
        self.over = asyncio.Event()
        """Set when the harness has nothing left to ask for."""
        self.asking: asyncio.Task[ModelCalled] | None = None
        self._known: dict[str, ToolCall] = {}
        self._injected: dict[str, str] = {}
        self._size = 0
        self._begun = False
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def serving(self, listener: socket.socket) -> AsyncIterator[None]:
        app = web.Application(client_max_size=REQUEST_BYTES)
        app.router.add_post(self.dialect.path, self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.SockSite(runner, listener).start()
            yield
        finally:
            if self.asking:
                self.asking.cancel()
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        async with self._lock:
            try:
                return await self._respond(request, raw)
            except Exception as error:  # noqa: BLE001 - told to the run, which raises it
                return self._break(error)

    async def _respond(self, request: web.Request, raw: bytes) -> web.StreamResponse:
        try:
            body: Body = json.loads(raw)
            results = self.dialect.results(body)
            self.dialect.rename(body, self._known, self._injected)
            if self.submit:
                self.dialect.offer(body, SUBMIT)
            heard = self.dialect.read(body)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise HarnessError(f"a request of the harness that cannot be read: {error!r}") from None
        if not self._begun:
            self._begun = True
            self.opened(heard)
        if self.turn and not self.turn.settled:
            self.turn.results = {name: text for name, text in results.items() if name in self.turn.calls}
            await self.settle(self.turn)
        if self.stop or self.fault:
            return _response(self.dialect.refusal("the run is over"))
        if self.turn and self.answer is not None:
            self.over.set()
            return await self._give(await self._begin(request), self.dialect.answer(self.turn.said, self.answer, ()))
        if over := self.bounds.over():
            return self._end(over)
        return await self._ask(request, heard, body, len(raw))

    async def _ask(self, request: web.Request, heard: Heard, body: Body, size: int) -> web.StreamResponse:
        bounds, attempt = self.bounds, self.bounds.a
        grown = bounds.tokens_bound + max(0, size - self._size)
        bounds.tokens_bound, self._size = min(size + TEMPLATE_TOKENS, grown) if self._size else size, size
        bounds.turn += 1
        question = Request(
            heard.messages,
            heard.tools,
            attempt.sampling,
            attempt.task.id,
            attempt.run,
            Verbatim(self.dialect.api, body),
        )
        self.asking = asyncio.ensure_future(bounds.ask(question))
        response = await self._while_asking(request, self.asking)
        try:
            said = self.asking.result()
        except ContextFull as error:
            bounds.turn -= 1
            self.context_full = True
            refused = _response(self.dialect.refusal(error.message, context=True))
            return refused if response is None else self._end("context", response)
        except TimeoutError:
            return self._end("seconds", response)
        except Exception as error:  # noqa: BLE001 - told to the run, which raises it
            return self._break(error, response)
        finally:
            self.asking = None
        self.context_full = False
        bounds.count(said)
        text, calls = self._take(said)
        if not calls:
            self.over.set()
        return await self._give(response or await self._begin(request), self.dialect.answer(said, text, calls))

    async def _while_asking(self, request: web.Request, asking: asyncio.Task[ModelCalled]) -> web.StreamResponse | None:
        """Wait for an answer; return the response that was begun to keep the harness waiting, None if none was."""
        response = None
        while not (await asyncio.wait({asking}, timeout=SILENCE_S))[0]:
            if self.dialect.alive:
                response = response or await self._begin(request)
                with contextlib.suppress(OSError):
                    await response.write(self.dialect.alive)
        return response

    def _take(self, said: ModelCalled) -> tuple[str, tuple[ToolCall, ...]]:
        """Return the text and the calls that the harness is given of an answer."""
        message = message_of(said)
        text = message.content if message else ""
        given: list[ToolCall] = []
        calls: dict[str, ToolCall] = {}
        injected: dict[str, str] = {}
        for number, call in enumerate(said.tool_calls):
            answer = submitted(call) if self.submit else None
            if answer is not None:
                self.answer = clean(answer)
                break
            name = f"call{self.bounds.turn}x{number}"
            calls[name] = call
            self.bounds.called(call)
            error = self.bounds.injected(call)
            if error is None:
                given.append(call.model_copy(update={"id": name}))
            else:
                injected[name] = error
                given.append(self.stand_in.model_copy(update={"id": name}))
        self.given |= {call.id: call for call in given}
        self._known |= calls
        self._injected |= injected
        self.turn = Turn(said, calls, injected)
        return (self.answer if self.answer is not None and not given else text), tuple(given)

    def _end(self, why: StopReason, begun: web.StreamResponse | None = None) -> web.StreamResponse:
        self.stop = self.stop or why
        self.over.set()
        return begun or _response(self.dialect.refusal(f"the run is over: {why}"))

    def _break(self, error: Exception, begun: web.StreamResponse | None = None) -> web.StreamResponse:
        self.fault = self.fault or error
        self.over.set()
        return begun or _response(self.dialect.refusal("the run is over"))

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=dict(self.dialect.headers))
        await response.prepare(request)
        return response

    async def _give(self, response: web.StreamResponse, data: bytes) -> web.StreamResponse:
        with contextlib.suppress(OSError):  # a harness that has gone away
            await response.write(data)
            await response.write_eof()
        return response


def _response(reply: Reply) -> web.Response:
    return web.Response(status=reply.status, body=reply.body, headers=dict(reply.headers))
