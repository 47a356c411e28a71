"""A Converse endpoint on loopback that cannot drift: botocore's own model of the service judges what comes and goes,
and each signature is computed again."""

from __future__ import annotations

import hashlib
import json
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.validate import ParamValidator

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
MODEL = botocore.session.get_session().get_service_model("bedrock-runtime").operation_model("Converse")


@dataclass(frozen=True)
class Fault:
    """An answer that is none: an error by name and status, a body that is no answer, a hang, a cut."""

    status: int = 500
    name: str = ""
    message: str = "injected"
    retry_after: int | None = None
    body: bytes | None = None
    delay_s: float = 0.0
    cut: bool = False


Step = dict[str, Any] | Fault
Script = Callable[[dict[str, Any], int], Step]
"""From a request's body and the number of calls before it to an answer."""


def said(text: str = "", *, calls: list[tuple[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """Return an answer of Converse."""
    content: list[dict[str, Any]] = [*more.pop("before", []), *([{"text": text}] if text else [])]
    for number, (name, arguments) in enumerate(calls or []):
        content.append({"toolUse": {"toolUseId": f"use_{number}", "name": name, "input": arguments}})
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": "tool_use" if calls else "end_turn",
        "usage": {"inputTokens": 100, "outputTokens": 20, "totalTokens": 120},
        "metrics": {"latencyMs": 5},
        **more,
    }


@dataclass
class ConverseServer:
    script: Script
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """What of a request or an answer does not fit the service's model, or is not signed."""
    tokens_in: int = 0
    tokens_out: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, body: dict[str, Any]) -> Step:
        with self.lock:
            step = self.script(body, len(self.requests))
            self.requests.append(body)
            if isinstance(step, dict):
                usage = step.get("usage", {})
                self.tokens_in += sum(
                    usage.get(name, 0) for name in ("inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
                )
                self.tokens_out += usage.get("outputTokens", 0)
        return step

    def judge(self, what: str, value: Any, shape: Any) -> None:
        report = ParamValidator().validate(value, shape)
        if report.has_errors():
            self.faults.append(f"{what}: {report.generate_report()}")


@contextmanager
def converse_server(script: Script) -> Iterator[ConverseServer]:
    server = ConverseServer(script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: Any) -> None:
            pass

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            body = json.loads(raw)
            model = urllib.parse.unquote(self.path.split("/")[2])
            if fault := signature_fault(self, raw):
                server.faults.append(fault)
            server.judge("request", {"modelId": model, **restored(body)}, MODEL.input_shape)
            step = server.answer(body)
            if isinstance(step, Fault):
                self.fail(step)
                return
            server.judge("answer", restored(step), MODEL.output_shape)
            self.send(200, json.dumps(step).encode())

        def fail(self, fault: Fault) -> None:
            time.sleep(fault.delay_s)
            if fault.cut:
                self.connection.close()
                self.close_connection = True
                return
            headers = {"x-amzn-ErrorType": fault.name} if fault.name else {}
            if fault.retry_after is not None:
                headers["Retry-After"] = str(fault.retry_after)
            body = fault.body if fault.body is not None else json.dumps({"message": fault.message}).encode()
            self.send(fault.status, body, headers)

        def send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    with Quiet(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        server.url = f"http://127.0.0.1:{http.server_address[1]}"
        try:
            yield server
        finally:
            http.shutdown()


def restored(value: Any) -> Any:
    """Return JSON with its blobs as bytes, as the service's model has them."""
    if isinstance(value, dict):
        return {k: v.encode() if k == "redactedContent" else restored(v) for k, v in value.items()}
    return [restored(item) for item in value] if isinstance(value, list) else value


def signature_fault(handler: BaseHTTPRequestHandler, raw: bytes) -> str | None:
    """Return what is wrong with a request's signature (SigV4), None where it is the one that the secret gives."""
    given = handler.headers.get("Authorization", "")
    if f"Credential={KEY}/" not in given:
        return f"not signed: {given[:40]!r}"
    _, _, region, service, _ = given.partition("Credential=")[2].partition(",")[0].split("/")
    signed = given.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    request = AWSRequest("POST", f"http://{handler.headers['Host']}{handler.path}", data=raw)
    for name in signed:
        request.headers[name] = handler.headers[name]
    request.context["timestamp"] = handler.headers["X-Amz-Date"]
    auth = SigV4Auth(Credentials(KEY, SECRET), service, region)
    canonical = "\n".join(
        [
            "POST",
            urllib.parse.quote(handler.path, safe="/~"),
            "",
            *(f"{name}:{' '.join(handler.headers[name].split())}" for name in signed),
            "",
            ";".join(signed),
            hashlib.sha256(raw).hexdigest(),
        ]
    )
    expected = auth.signature(auth.string_to_sign(request, canonical), request)
    return None if given.endswith(f"Signature={expected}") else "the signature is not the one that the secret gives"
