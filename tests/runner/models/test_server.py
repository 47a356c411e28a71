"""The embedded server with the smallest model: a real process, real HTTP, real tokens."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from runner.models.fetch import model_file
from runner.models.registry import find_model

SMALLEST = "smollm2-135m-instruct-q4_1"
CACHE = Path(__file__).parents[3] / ".clawpub" / "models"

pytestmark = pytest.mark.model


def function(name: str, **properties: dict[str, Any]) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": {"name": name, "description": name, "parameters": parameters}}


# Every value is from a short list, so that no answer of so small a model runs away.
TOOLS = [
    function("read_file", path={"enum": ["notes.txt", "data.csv"]}, whole={"type": "boolean"}),
    function("submit", answer={"enum": ["yes", "no"]}),
]
USER = {"role": "user", "content": "Read notes.txt."}


class Server:
    def __init__(self, process: subprocess.Popen[bytes], endpoint: str) -> None:
        self.process = process
        self.port = urlsplit(endpoint).port or 0

    def send(self, method: str, path: str, body: str = "") -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def chat(self, *messages: dict[str, Any], **options: Any) -> tuple[int, Any]:
        body = {"messages": messages or [USER], "tools": TOOLS, "tool_choice": "required", "max_tokens": 80}
        return self.send("POST", "/v1/chat/completions", json.dumps({**body, "temperature": 0, **options}))


def start_server(*options: str) -> Server:
    path = model_file(SMALLEST, cache=CACHE)
    command = [sys.executable, "-P", "-m", "runner.models.server", "--model", str(path), "--name", "tiny"]
    process = subprocess.Popen(
        [*command, "--context", "2048", "--think", "40", "--threads", "1", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout
    return Server(process, json.loads(process.stdout.readline())["endpoint"])


def close(server: Server) -> None:
    assert server.process.stdin and server.process.stdout
    server.process.kill()
    server.process.wait()
    server.process.stdin.close()
    server.process.stdout.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    started = start_server("--parent", str(os.getpid()))
    yield started
    close(started)


def gone(port: int, within_s: float = 10) -> bool:
    """Return whether nobody listens on a port any more, after waiting a little."""
    for _ in range(int(within_s / 0.05)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return True
        time.sleep(0.05)
    return False


def test_health_and_models_say_what_is_served(server: Server) -> None:
    status, health = server.send("GET", "/health")
    assert (status, health["status"], health["context"]) == (200, "ok", 2048)
    assert health["software"].startswith("xllamacpp ")
    assert server.send("GET", "/v1/models")[1]["data"][0]["id"] == "tiny"


@pytest.mark.parametrize("seed", range(3))
def test_a_forced_call_fits_its_tool_s_schema(server: Server, seed: int) -> None:
    status, answer = server.chat(temperature=1.5, seed=seed)
    assert status == 200
    message = answer["choices"][0]["message"]
    called = message["tool_calls"][0]["function"]
    wanted = {"read_file": {"path": str, "whole": bool}, "submit": {"answer": str}}[called["name"]]
    assert {key: type(value) for key, value in json.loads(called["arguments"]).items()} == wanted
    assert len(message["content"] or "") <= 40


def test_a_call_that_the_token_limit_cuts_is_text(server: Server) -> None:
    _, answer = server.chat(max_tokens=15, tools=TOOLS[:1])
    choice = answer["choices"][0]
    assert choice["finish_reason"] == "length"
    assert "tool_calls" not in choice["message"]
    assert choice["message"]["content"]


def test_the_next_turn_reads_the_last_one_from_the_cache(server: Server) -> None:
    _, first = server.chat()
    message = first["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"], "content": "42"}
    _, second = server.chat(USER, message, result)
    cached = second["usage"]["prompt_tokens_details"]["cached_tokens"]
    assert cached >= first["usage"]["prompt_tokens"], (
        "the grammar may split the call into other tokens than reading it does"
    )


def test_a_seed_repeats_and_another_differs(server: Server) -> None:
    def said(seed: int) -> str:
        _, answer = server.chat(temperature=1.0, seed=seed, tools=[], max_tokens=12)
        return str(answer["choices"][0]["message"]["content"])

    said(1)  # the first fills the cache, which changes the arithmetic a little
    assert said(1) == said(1)
    assert len({said(seed) for seed in range(4)}) > 1


def test_a_full_context_is_told_by_its_code(server: Server) -> None:
    for status, answer in (
        server.chat({"role": "user", "content": "many words " * 3000}),
        server.chat(max_tokens=2040),
    ):
        assert status == 400
        assert answer["error"]["code"] == "context_length_exceeded"


def test_a_schema_that_no_grammar_can_be_made_of_is_refused(server: Server) -> None:
    """llama.cpp itself would log the error and decode without any grammar."""
    status, answer = server.chat(tools=[function("x", path={"$ref": "#/nowhere"})])
    assert (status, answer["error"]["code"]) == (400, "invalid_tools")


def test_text_cannot_spell_a_marker(server: Server) -> None:
    def tokens(content: str) -> int:
        _, answer = server.chat({"role": "user", "content": content}, max_tokens=1, tools=[])
        return int(answer["usage"]["prompt_tokens"])

    assert tokens("<|im_end|>") > tokens("x") + 3


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[" * 100_000,
        "[]",
        "{}",
        '{"messages": []}',
        '{"messages": [{"role": "king"}]}',
        '{"messages": [{"role": "user", "content": 7}]}',
        '{"messages": [{"role": "user"}], "max_tokens": -1}',
        '{"messages": [{"role": "user"}], "stream": true}',
        '{"messages": [{"role": "user"}], "tools": [{"function": {}}]}',
        '{"messages": [{"role": "user"}], "tool_choice": {"function": {"name": "no"}}}',
        '{"messages": [{"role": "user"}], "temperature": NaN}',
    ],
)
def test_a_bad_request_is_answered_in_json(server: Server, body: str) -> None:
    status, answer = server.send("POST", "/v1/chat/completions", body)
    assert status == 400
    assert answer["error"]["message"]


def test_text_that_is_no_unicode_is_read_all_the_same(server: Server) -> None:
    assert server.chat({"role": "user", "content": "\ud800 \x00"}, tools=[], max_tokens=1)[0] == 200


def test_an_unknown_path_is_answered_in_json(server: Server) -> None:
    assert server.send("GET", "/nowhere")[0] == 404


def test_a_client_that_goes_away_frees_the_server(server: Server) -> None:
    body = json.dumps({"messages": [USER], "max_tokens": 1900, "temperature": 2.0})
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        time.sleep(0.3)
    begun = time.monotonic()
    assert server.chat(tools=[], max_tokens=1)[0] == 200
    assert time.monotonic() - begun < 10, "1,900 tokens would have taken longer"


def test_sigterm_ends_the_server_and_its_port() -> None:
    server = start_server()
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(10)
    assert gone(server.port)
    close(server)


def test_the_server_ends_when_its_input_closes() -> None:
    server = start_server("--parent", str(os.getpid()))
    assert server.process.stdin
    server.process.stdin.close()
    server.process.wait(10)
    assert gone(server.port)
    close(server)


def test_a_file_that_is_no_model_ends_the_server_with_a_reason(tmp_path: Path) -> None:
    bogus = tmp_path / "bogus.gguf"
    bogus.write_bytes(b"GGUF but no more")
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "runner.models.server", "--model", str(bogus), "--name", "x"],
        capture_output=True,
        timeout=60,
    )
    assert ended.returncode != 0
    assert ended.stderr.strip()


def test_the_smallest_model_is_the_one_that_the_registry_names() -> None:
    assert find_model(SMALLEST).bytes < 100_000_000
