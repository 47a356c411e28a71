"""`clawpub serve` as its user starts it: a process, an address, a line for each thing that happens."""

from __future__ import annotations

import http.client
import json
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

PATIENCE_S = 120


class Serving:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[dict[str, Any]] = []
        self._lines: queue.Queue[str] = queue.Queue()
        assert process.stdout
        self._reader = threading.Thread(target=self._read, args=(process.stdout,), daemon=True)
        self._reader.start()
        self.url: str = self.until("serving")["url"]
        self.until("checked")

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self._lines.put(line)

    def until(self, event: str, changed: str = "") -> dict[str, Any]:
        """Return the next thing of a kind that the server says, of a file where one is named."""
        while True:
            told: dict[str, Any] = json.loads(self._lines.get(timeout=PATIENCE_S))
            self.said.append(told)
            if told["event"] == event and (not changed or any(changed in each for each in told["changed"])):
                return told

    def get(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        """Return status, text and headers of what stands at a path, which is sent as it is."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE_S)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace"), dict(answer.getheaders())
        finally:
            connection.close()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Return the status with which it ends; then `said` holds all that it ever said."""
        self.process.send_signal(number)
        status = self.process.wait(timeout=PATIENCE_S)
        self._reader.join()
        while not self._lines.empty():
            self.said.append(json.loads(self._lines.get()))
        return status


@contextmanager
def serving(root: Path, *arguments: str) -> Iterator[Serving]:
    command = [sys.executable, "-c", "from clawpub.cli import main; main()", "serve", "--root", str(root)]
    process = subprocess.Popen(
        [*command, "--json", *(arguments or ("--port", "0"))], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield Serving(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()
