"""A host of a site that misbehaves as it is told, over real HTTP on this machine."""

from __future__ import annotations

import gzip
import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

Misbehaviour = Callable[["Host"], bool]
"""Called with each request; returns whether it answered it."""


class Host(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Path
    prefix: str
    misbehave: Misbehaviour
    asked: list[str]
    done: threading.Event

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if not self.misbehave(self):
            self.plainly()

    @property
    def name(self) -> str:
        """What is asked for, by its name in the site."""
        return unquote(self.path).removeprefix(f"/{self.prefix}")

    def plainly(self) -> None:
        file = self.site / self.name
        if not self.path.startswith(f"/{self.prefix}") or not file.is_file():
            return self.answer(404, b"nothing here")
        self.answer(200, file.read_bytes())

    def content(self) -> bytes:
        return (self.site / self.name).read_bytes()

    def answer(self, status: int, content: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def squeezed(self) -> None:
        self.answer(200, gzip.compress(self.content()), Content_Encoding="gzip")

    def cut(self, keep: int) -> None:
        """Send less than was said, and hang up."""
        content = self.content()
        self.answer(200, content[:keep], len(content))
        self.close_connection = True

    def hang(self) -> None:
        self.done.wait(60)
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def hosted(
    site: Path, misbehave: Misbehaviour = lambda host: False, prefix: str = "", host: str = "127.0.0.1"
) -> Iterator[tuple[str, list[str]]]:
    """Yield the address of a site's root, and the paths that were asked for so far."""
    asked: list[str] = []
    told = {"site": site, "prefix": prefix, "misbehave": staticmethod(misbehave), "asked": asked}
    done = threading.Event()
    server = http.server.ThreadingHTTPServer((host, 0), type("Here", (Host,), {**told, "done": done}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}/{prefix}", asked
    finally:
        done.set()
        server.shutdown()
        thread.join()
        server.server_close()
