"""The preview's server: Starlette and uvicorn are known here and nowhere else.

    GET /<path>                a page with its overlay, or a file of the site
    GET /_clawpub/events       what an open page is to be told, as server-sent events
    GET /_clawpub/overlay.css  overlay.js, theme.css: the overlay's own

All work on the publication is done in one thread, one thing after another; the event loop only moves bytes. A request
whose Host is a name other than the server's own is refused: a page elsewhere whose name was pointed at this machine
could read the preview otherwise.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import mimetypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from clawpub.errors import ConfigError
from clawpub.findings import Finding
from generator.serve.events import Hub, page_events
from generator.serve.overlay import PREFIX, Overlay, lay_over
from generator.serve.preview import Preview
from generator.serve.watching import changes
from generator.serve.workshop import Workshop
from generator.verdicts import find_verdicts

Result = TypeVar("Result")

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TYPES = {".jsonl": "application/jsonl", ".wasm": "application/wasm", ".webp": "image/webp", ".avif": "image/avif"}
TYPES |= dict.fromkeys((".md", ".toml", ".sql"), "text/plain")  # sources, which a reader wants to see
RUNS = ("text/html", "image/svg+xml", "text/xml", "application/xml", "application/xhtml+xml")
"""Types of files that a browser would run scripts of."""
_CHECK = "from pathlib import Path; import sys; from generator.verdicts import find_verdicts; \
find_verdicts(Path(sys.argv[1]), drafts=True, with_claims=False)"


@dataclass(frozen=True)
class Served:
    """The server listens."""

    url: str
    writeups: int
    seconds: float


@dataclass(frozen=True)
class Renewed:
    """What changed was read and checked again, or the rest of what was not checked yet was."""

    changed: tuple[Path, ...]
    """() where it is the check of what was left that ended."""
    seconds: float
    findings: tuple[Finding, ...]
    pending: int
    """Writeups that are still to be checked."""


Tell = Callable[[Served | Renewed], None]


def serve(workshop: Workshop, host: str, port: int, tell: Tell) -> None:
    """Serve a publication until a signal ends it.

    Raises: ConfigError where the address cannot be had.
    """
    listening = _listen(host, port)
    signals = _Signals()
    with signals, contextlib.closing(listening), ThreadPoolExecutor(1, "workshop") as bench:
        asyncio.run(_Server(workshop, host, bench, tell, signals).run(listening))


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        taken = f"port {port} is taken"
        message = taken if error.errno == 98 else f"cannot listen at {host}:{port}: {error.strerror}"
        hint = "name another with --port; --port 0 takes any that is free" if message == taken else "see --host, --port"
        raise ConfigError(message, hint=hint) from None


class _Signals:
    """SIGINT and SIGTERM as what ends the server: uvicorn would raise them again."""

    def __init__(self) -> None:
        self.end: Callable[[], None] | None = None

    def __enter__(self) -> None:
        self._before = {each: signal.signal(each, self._told) for each in (signal.SIGINT, signal.SIGTERM)}

    def __exit__(self, *_: object) -> None:
        for each, before in self._before.items():
            signal.signal(each, before)

    def _told(self, *_: object) -> None:
        if self.end is None:
            raise KeyboardInterrupt
        self.end()


class _Uvicorn(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Server:
    def __init__(self, workshop: Workshop, host: str, bench: ThreadPoolExecutor, tell: Tell, signals: _Signals) -> None:
        self.workshop = workshop
        self.preview = Preview(workshop)
        self.host = host
        self.bench = bench
        self.tell = tell
        self.signals = signals
        self.hub = Hub()
        self.stop = asyncio.Event()
        self.child: subprocess.Popen[bytes] | None = None
        self.catching_up = False

    async def work(self, task: Callable[[], Result]) -> Result:
        """Return what a task gives, done in the one thread that may touch the publication."""
        return await asyncio.get_running_loop().run_in_executor(self.bench, task)

    # --- life ---

    async def run(self, listening: socket.socket) -> None:
        config = uvicorn.Config(
            self.app(), log_level="warning", lifespan="off", access_log=False, timeout_graceful_shutdown=2, ws="none"
        )
        server = _Uvicorn(config)
        loop = asyncio.get_running_loop()

        def end() -> None:
            server.force_exit = server.should_exit
            server.should_exit = True
            loop.call_soon_threadsafe(self.stop.set)

        self.signals.end = end
        following = asyncio.create_task(self.follow(listening))
        # It ends before the server does only where something is wrong with us; then that is said, and not hidden.
        following.add_done_callback(lambda _: None if self.stop.is_set() else end())
        closing = asyncio.create_task(self._close_events())
        await server.serve(sockets=[listening])
        self.stop.set()
        self.workshop.wanted = False
        if self.child:
            self.child.terminate()
        await asyncio.gather(following, closing)

    async def _close_events(self) -> None:
        await self.stop.wait()
        await self.hub.tell(closing=True)

    async def follow(self, listening: socket.socket) -> None:
        """Read the publication, then again whenever something of it changes."""
        began = time.perf_counter()
        await self.work(self.workshop.refresh)
        where, port = listening.getsockname()[:2]
        name = self.host if self.host == "localhost" else f"[{where}]" if ":" in where else where
        writeups = len(self.workshop.kept)
        self.tell(Served(f"http://{name}:{port}/", writeups, time.perf_counter() - began))
        await self.renewed((), began)
        async with asyncio.TaskGroup() as group:
            if self.workshop.pending:
                group.create_task(self.check_the_rest())
            async for changed in changes(self.workshop.root, self.stop):
                began = time.perf_counter()
                if not await self.work(self._refresh) and not changed:
                    continue
                await self.renewed(changed, began)
                if self.workshop.pending and not self.catching_up:
                    group.create_task(self.check_the_rest())

    def _refresh(self) -> bool:
        """Look at everything again; return whether anything is new."""
        before = self.workshop.state
        self.workshop.refresh()
        return self.workshop.state != before

    async def renewed(self, changed: tuple[Path, ...], began: float) -> None:
        await self.work(self.preview.renew)
        findings, pending = self.workshop.findings, len(self.workshop.pending)
        self.tell(Renewed(changed, time.perf_counter() - began, findings, pending))
        await self.hub.tell()

    async def check_the_rest(self) -> None:
        """Check what is left in another process, which uses every processor and leaves its verdicts in the memory; what
        it has none of, one by one between other work."""
        self.catching_up = True
        began = time.perf_counter()
        stamps = await self.work(lambda: self.workshop.stamps)
        if self.workshop.pending and await self._checked_elsewhere():
            await self.work(lambda: self._adopt(stamps))
        while self.workshop.pending and not self.stop.is_set():
            await self.work(self.workshop.check_next)
        self.catching_up = False
        if not self.stop.is_set():
            await self.renewed((), began)

    async def _checked_elsewhere(self) -> bool:
        command = [sys.executable, "-c", _CHECK, str(self.workshop.root)]
        self.child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        status = await asyncio.get_running_loop().run_in_executor(None, self.child.wait)
        self.child = None
        return status == 0

    def _adopt(self, stamps: dict[str, str]) -> None:
        verdicts = find_verdicts(self.workshop.root, drafts=True, with_claims=False)
        self.workshop.refresh()
        self.workshop.adopt(verdicts, stamps)

    # --- answers ---

    def app(self) -> Starlette:
        routes = [
            Route(f"/{PREFIX}events", self.events),
            Route(f"/{PREFIX}{{name}}", self.own),
            Route("/{path:path}", self.site),
        ]
        return Starlette(routes=routes, middleware=[Middleware(_OwnHostOnly, host=self.host)])

    async def events(self, request: Request) -> Response:
        path = _path(request.query_params.get("page", ""))
        if path is None:
            return PlainTextResponse("no such page", 404, HEADERS)

        async def look() -> Overlay:
            return await self.work(lambda: self.preview.overlay(path))

        told: AsyncIterator[str] = page_events(self.hub, request.query_params.get("stamp", ""), look)
        return StreamingResponse(told, media_type="text/event-stream", headers=HEADERS)

    async def own(self, request: Request) -> Response:
        name = PREFIX + request.path_params["name"]
        content = await self.work(lambda: self.preview.own_file(name))
        if content is None:
            return PlainTextResponse("no such file", 404, HEADERS)
        return Response(content, media_type=_type(name), headers=HEADERS)

    async def site(self, request: Request) -> Response:
        path = _path(request.url.path) if "\\" not in request.url.path else None
        if path is None:
            return PlainTextResponse("no such page", 404, HEADERS)
        return await self.work(lambda: self._answer(path))

    def _answer(self, path: str) -> Response:
        shown = self.preview.page(path)
        if shown.is_file:
            kind = _type(path)
            sandbox = {"Content-Security-Policy": "sandbox"} if kind.partition(";")[0] in RUNS else {}
            return Response(shown.content, media_type=kind, headers={**HEADERS, **sandbox})
        if shown.status == 404 and not path.endswith("index.html"):
            folder = self.preview.page(f"{path}/index.html")
            if folder.status != 404:
                return RedirectResponse(f"/{path}/", 307, HEADERS)
        content = lay_over(shown, self.preview.overlay(path), path)
        return Response(content, shown.status, media_type="text/html; charset=utf-8", headers=HEADERS)


def _path(address: str) -> str | None:
    """Return the file of the site that an address names; None where it names none inside it."""
    path = address.removeprefix("/")
    if path.endswith("/") or not path:
        path += "index.html"
    parts = path.split("/")
    return None if any(part in ("", ".", "..") or "\0" in part for part in parts) else path


def _type(path: str) -> str:
    suffix = os.path.splitext(path)[1]  # noqa: PTH122
    kind = TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    return (
        f"{kind}; charset=utf-8" if kind.startswith("text/") or kind.endswith(("json", "xml", "javascript")) else kind
    )


class _OwnHostOnly:
    """Refuses what is asked under a name that is not the server’s; an address in digits cannot be pointed elsewhere."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        self.app = app
        self.names = {"localhost", host.lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_own(Request(scope).headers.get("host", "")):
            refused = "this server answers to localhost and its own address only; --host NAME adds a name"
            await PlainTextResponse(refused, 421, HEADERS)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_own(self, given: str) -> bool:
        name = given.rsplit(":", 1)[0] if given.rpartition(":")[2].isdigit() else given
        name = name.strip("[]").lower()
        if name in self.names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True
