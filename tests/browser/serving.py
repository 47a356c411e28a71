"""A built site over HTTP on this machine, with the headers that its `_headers` asks of a host."""

from __future__ import annotations

import fnmatch
import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from generator.pages.policy import HEADERS


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Yield the address of a site's root."""
    handler = functools.partial(_Handler, directory=str(site), rules=_rules(site / HEADERS))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _rules(file: Path) -> list[tuple[str, list[tuple[str, str]]]]:
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for line in file.read_text().splitlines() if file.is_file() else ():
        if line.startswith("/"):
            found.append((line, []))
        else:
            name, _, value = line.strip().partition(": ")
            found[-1][1].append((name, value))
    return found


class _Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *args: Any, rules: list[tuple[str, list[tuple[str, str]]]], **named: Any) -> None:
        self.rules = rules
        super().__init__(*args, **named)

    def end_headers(self) -> None:
        for place, headers in self.rules:
            if fnmatch.fnmatchcase(self.path.partition("?")[0], place):
                for name, value in headers:
                    self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass
