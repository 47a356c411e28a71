"""The suite's scripted agents in openclaw's tools, spoken by a model server over HTTP."""

from __future__ import annotations

import json
import shlex
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from runner.providers.scripted import ScriptedCall, ScriptedTurn, read_script
from runner.suite import load_suite

SQL = "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute(sys.argv[2]), sep='\\n')"
PROMPTS = {task.prompt: task.id for task in load_suite("agentic-core-v1").tasks}

Step = dict[str, Any]
"""`text` and `calls` of an answer, each call a name and its raw arguments; or `status`, `message`, `code`."""


def steps_of(path: Path) -> list[Step]:
    """Return a script's answers in openclaw's tools, a call a turn: openclaw carries out those of one turn together.

    What was submitted is said as text.
    """
    return [step for turn in read_script(path).turn for step in steps_of_turn(turn)]


def steps_of_turn(turn: ScriptedTurn) -> Iterator[Step]:
    if not turn.call:
        yield {"text": turn.text}
    for call in turn.call:
        if call.tool == "submit":
            yield {"text": (call.arguments or {"answer": ""})["answer"]}
        else:
            yield {"text": turn.text, "calls": [translated(call)]}


def translated(call: ScriptedCall) -> tuple[str, str]:
    if call.arguments is None:
        return {"read_file": "read", "write_file": "write"}.get(call.tool, call.tool), call.text
    name, arguments = in_openclaw(call.tool, call.arguments)
    return name, json.dumps(arguments)


def in_openclaw(tool: str, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    match tool:
        case "read_file":
            lines = {"offset": given.get("start_line", 1), "limit": given.get("line_count", 200)}
            return "read", {"path": given["path"], **lines}
        case "write_file":
            return "write", given
        case "edit_file":
            return "edit", {"path": given["path"], "edits": [{"oldText": given["old"], "newText": given["new"]}]}
        case "run":
            return "exec", {"command": given["command"]}
        case "list_dir":
            return "exec", {"command": shlex.join(["ls", "-F", "--", given.get("path", ".")])}
        case "search":
            return "exec", {"command": shlex.join(["grep", "-rnE", "--", given["pattern"], given.get("path", ".")])}
        case "sql":
            return "exec", {"command": shlex.join(["python3", "-c", SQL, given["database"], given["query"]])}
    return tool, given


@dataclass
class ModelServer:
    """Answers chat completions from scripts. A task's runs are told apart by their openings: one at a time of each."""

    script: Callable[[str, int], list[Step]]
    """The answers of a task's run 1, 2, ... in the order in which the runs come."""
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    _left: dict[str, list[Step]] = field(default_factory=dict)
    _run: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        with self._lock:
            self.requests.append(body)
            step = self._next(task_of(body))
        if "status" in step:
            return step["status"], {"error": {"message": step["message"], "code": step.get("code")}}
        return 200, completion(step, len(self.requests))

    def _next(self, task: str) -> Step:
        """Return the next answer: a script's last goes on for ever if it calls a tool, and else ends its run."""
        if not self._left.get(task):
            self._run[task] = self._run.get(task, 0) + 1
            self._left[task] = list(self.script(task, self._run[task]))
        left = self._left[task]
        return left.pop(0) if len(left) > 1 or not left[0].get("calls") else left[0]

    def begin(self, task: str) -> None:
        """Forget what is left of a script whose run was stopped."""
        with self._lock:
            self._left.pop(task, None)


def task_of(body: dict[str, Any]) -> str:
    for message in body["messages"]:
        content = message["content"]
        text = content if isinstance(content, str) else "".join(part.get("text", "") for part in content or [])
        if message["role"] == "user" and text in PROMPTS:
            return PROMPTS[text]
    return "preflight"


def completion(step: Step, number: int) -> dict[str, Any]:
    calls = [
        {"id": f"provider_{number}_{index}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for index, (name, arguments) in enumerate(step.get("calls", []))
    ]
    message = {"role": "assistant", "content": step.get("text") or None, **({"tool_calls": calls} if calls else {})}
    finish = step.get("finish") or ("tool_calls" if calls else "stop")
    usage = {"prompt_tokens": 3000, "completion_tokens": 20, "total_tokens": 3020}
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": usage}


@contextmanager
def model_server(script: Callable[[str, int], list[Step]]) -> Iterator[ModelServer]:
    served = ModelServer(script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.headers.append(dict(self.headers))
            status, answer = served.answer(body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        served.url = f"http://127.0.0.1:{server.server_port}/v1"
        try:
            yield served
        finally:
            server.shutdown()
