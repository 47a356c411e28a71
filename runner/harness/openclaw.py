"""openclaw, the real one: a headless process a run, in the run's box, with nothing to reach but the proxy.

Its exit code says nothing, so the end of a run is read from three records that have to agree: what went over the wire
(the proxy's), the session file that openclaw writes as it goes, and the result that it prints at its end. Where they
contradict each other the run is no result, but a fault of the harness.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from clawpub.errors import ConfigError, HarnessError
from clawpub.pack.events import Message, RunStarted, RunStopped, StopReason, ToolCall, ToolCalled, ToolStatus
from clawpub.pack.reader import digest_of
from runner.asking import clean
from runner.harness import Attempt, Setup
from runner.harness.bounds import Bounds
from runner.harness.dialects import Heard, open_dialect
from runner.harness.install import find_installed, known_version
from runner.harness.openclaw_session import (
    Outcome,
    ToolResult,
    agree,
    contradiction,
    ends_shortened,
    read_calls,
    read_outcome,
    read_session,
)
from runner.harness.proxy import Proxy, Turn
from runner.providers import ToolSpec
from runner.sandbox import Fittings
from runner.sandbox.profile import WORKSPACE

FOLDER = "/opt/openclaw"
"""Where it is seen in its box."""
CONFIG_FOLDER = "/opt/campaign"
PORT = 8080
PLACE = "/tmp/openclaw"
"""Of all that it writes itself."""
SESSION = "00000000-0000-4000-8000-000000000000"
"""The same for every run, as is everything else that it is told."""
SESSIONS = f"{PLACE}/state/agents/main/sessions"
SAID = f"{PLACE}/said"
NODE = f"{FOLDER}/node/bin/node"
LEAST_CONTEXT = 16_000
"""It refuses models that are said to read fewer tokens."""
TOOLS = ("read", "write", "edit", "exec", "process")
LONG_S = 7 * 86_400
"""For its own limits, which are not to come before ours."""
GRACE_S = 10.0
"""How long it may take to end once it has its last answer."""
WATCH_S = 0.25
FLUSH_S, DROPPED_S = 2.0, 0.2
"""How long a result that was told to the model may take to be in the session file, and one that was not told:
openclaw says nothing of a turn that called a tool which is not there, and asks the same again."""
ENV = {
    "PATH": f"{FOLDER}/node/bin:/usr/local/bin:/usr/bin:/bin",
    "HOME": f"{PLACE}/home",
    "TMPDIR": f"{PLACE}/tmp",
    "TZ": "UTC",
    "NO_COLOR": "1",
    "OPENCLAW_HOME": f"{PLACE}/home",
    "OPENCLAW_STATE_DIR": f"{PLACE}/state",
    "OPENCLAW_CONFIG_PATH": f"{CONFIG_FOLDER}/openclaw.json",
    "OPENCLAW_NO_RESPAWN": "1",
    "OPENCLAW_PATH_BOOTSTRAPPED": "1",
    "OPENCLAW_BUNDLED_PLUGINS_DIR": f"{FOLDER}/bundled/dist/extensions",
    "npm_execpath": f"{FOLDER}/npm/npm-cli.js",
}
FOR_BEDROCK = {
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_BEDROCK_FORCE_HTTP1": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""The proxy signs with the campaign's own credentials; the box has none."""
START = 'mkdir -p "$0/home" "$0/state" "$0/tmp" "$0/said" && exec "$@" >"$0/said/out" 2>"$0/said/err"'
STAND_IN = ToolCall(id="", name="read", arguments=json.dumps({"path": "."}))
"""Handed to openclaw instead of a call that is not to be executed."""


class OpenClaw:
    name = "openclaw"
    resumable = False

    def __init__(self, setup: Setup) -> None:
        if setup.context < LEAST_CONTEXT:
            raise ConfigError(
                f"openclaw refuses models with less than {LEAST_CONTEXT} tokens of context, and would be told "
                f"{setup.context}",
                hint="give it a larger one under [harness], as in: context = 16384. A model that is asked more than it "
                "can read ends the run as `context`",
            )
        self.version = known_version(self.name, setup.version)
        self.installed = find_installed(self.name, self.version, setup.home)
        self.setup = setup
        self.fittings: Fittings | None = Fittings(
            folders={FOLDER: self.installed.folder(setup.home)}, port=PORT, address_space=False
        )
        self.config = (json.dumps(config(setup), indent=1) + "\n").encode()
        self.readonly: Mapping[str, Mapping[str, bytes]] = {CONFIG_FOLDER: {"openclaw.json": self.config}}

    def describe(self) -> dict[str, Any]:
        return {
            "lock": self.installed.lock,
            "node": self.installed.node,
            "node_sha256": self.installed.node_sha256,
            "config": json.loads(self.config),
            "config_digest": digest_of(self.config),
            "api": self.setup.api,
            "submit": self.setup.submit,
            "not_applied": ["limits.tool_output_chars"],
        }

    async def run(self, attempt: Attempt) -> str | None:
        return await _Run(attempt, self.setup).run()


def config(setup: Setup) -> dict[str, Any]:
    """Return openclaw's configuration. The model has one name in all campaigns, because the prompt repeats it."""
    model: dict[str, Any] = {
        "id": "model",
        "name": "model",
        "reasoning": False,
        "input": ["text"],
        "contextWindow": setup.context,
        "maxTokens": setup.sampling.max_tokens,
        "cost": {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0},
    }
    address = f"http://127.0.0.1:{PORT}"
    if setup.api == "chat":
        provider = "clawpub"
        model["compat"] = {
            "supportsUsageInStreaming": True,
            "supportsStore": False,
            "supportsDeveloperRole": False,
            "maxTokensField": "max_tokens",
        }
        served = {"baseUrl": f"{address}/v1", "apiKey": "none", "api": "openai-completions", "models": [model]}
    else:
        provider = "amazon-bedrock"
        served = {"baseUrl": address, "api": "bedrock-converse-stream", "auth": "aws-sdk", "models": [model]}
    params = {} if setup.sampling.temperature is None else {"temperature": setup.sampling.temperature}
    return {
        "models": {"mode": "replace", "providers": {provider: served}},
        "agents": {
            "defaults": {
                "model": {"primary": f"{provider}/model", "fallbacks": []},
                "workspace": WORKSPACE,
                "timeoutSeconds": LONG_S,
                "skipBootstrap": True,
                "skills": [],
                "thinkingDefault": "off",
                "userTimezone": "UTC",
                "heartbeat": {"every": "0m"},
                "memorySearch": {"enabled": False},
                "llm": {"idleTimeoutSeconds": LONG_S},
                "models": {f"{provider}/model": {"params": params}},
            }
        },
        "tools": {
            "allow": list(TOOLS),
            "exec": {"host": "gateway", "security": "full", "ask": "off"},
            "fs": {"workspaceOnly": True},
            "elevated": {"enabled": False},
            "loopDetection": {"enabled": True, "unknownToolThreshold": 3},
        },
        "plugins": {"enabled": False, "slots": {"memory": "none"}},
        "skills": {"allowBundled": [], "load": {"watch": False}},
        "hooks": {"internal": {"enabled": False}},
        "browser": {"enabled": False},
        "update": {"checkOnStart": False},
        "discovery": {"mdns": {"mode": "off"}},
        "logging": {"level": "warn", "consoleLevel": "warn", "redactSensitive": "off"},
    }


def command(prompt: str) -> list[str]:
    """Return what is executed in the box; the prompt is one word of it, never a shell's."""
    agent = [NODE, "--disable-warning=ExperimentalWarning", f"{FOLDER}/node_modules/openclaw/openclaw.mjs", "agent"]
    told = ["--local", "--json", "--agent", "main", "--session-id", SESSION, "--timeout", str(LONG_S)]
    return ["/bin/sh", "-c", START, PLACE, *agent, *told, "--message", prompt]


class _Run:
    """One run of one task."""

    def __init__(self, attempt: Attempt, setup: Setup) -> None:
        self.a = attempt
        self.bounds = Bounds(attempt)
        self.tools: tuple[ToolSpec, ...] = ()
        self.api = setup.api
        self.proxy = Proxy(
            self.bounds,
            open_dialect(setup.api),
            submit=setup.submit,
            stand_in=STAND_IN,
            opened=self.opened,
            settle=self.settle,
        )

    async def run(self) -> str | None:
        assert self.a.box.listener, "the box was not fitted with a port"
        async with self.proxy.serving(self.a.box.listener):
            await self.until_it_ends()
        if self.proxy.fault:
            raise self.proxy.fault
        said = await self.a.box.files(SAID)
        outcome = read_outcome(said.get("err", b"") + b"\n" + said.get("out", b""))
        if not self.tools:
            self.started((Message(role="user", content=self.a.task.prompt),))
            raise HarnessError(f"openclaw never asked the model: {outcome.log or 'it said nothing'}")
        if self.proxy.turn and not self.proxy.turn.settled:
            await self.settle(self.proxy.turn)
        session = await self.session_file()
        self.reconcile(session)
        answer, reason = self.end(outcome, session)
        took_s = round(self.bounds.elapsed_s(), 6)
        self.a.record(RunStopped(**self.bounds.stamp(), reason=reason, answer=answer, latency_s=took_s))
        return answer

    async def until_it_ends(self) -> None:
        """Wait until openclaw has ended, and see to it that it does when the run is over."""
        env = ENV | (FOR_BEDROCK if self.api == "converse" else {})
        process = asyncio.ensure_future(self.a.box.exec(command(self.a.task.prompt), env=env, timeout_s=LONG_S))
        over = asyncio.ensure_future(self.proxy.over.wait())
        try:
            while not process.done() and not over.done():
                await asyncio.wait({process, over}, timeout=WATCH_S, return_when=asyncio.FIRST_COMPLETED)
                if self.proxy.asking is None and self.bounds.left_s() <= 0:
                    self.proxy.stop = self.proxy.stop or "seconds"
                    break
            if not process.done() and self.proxy.fault is None and self.proxy.stop != "seconds":
                await asyncio.wait({process}, timeout=GRACE_S)
            if not process.done():
                await self.a.box.stop()
            await process
        finally:
            over.cancel()
            process.cancel()

    def opened(self, heard: Heard) -> None:
        """Take in the first request: what openclaw made of the task is what the run began with."""
        self.tools = heard.tools
        self.started(tuple(message for message in heard.messages if message.role in ("system", "user")))
        if heard.prompt != self.a.task.prompt:
            raise HarnessError("openclaw changed the task's prompt before it asked the model")

    def started(self, messages: tuple[Message, ...]) -> None:
        tools = tuple(
            {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
            for tool in self.tools
        )
        stamp = self.bounds.stamp()
        self.a.record(RunStarted(**stamp, messages=messages, tools=tools, seed=self.a.sampling.seed))

    async def settle(self, turn: Turn) -> None:
        """Record what the calls of a turn came to: openclaw's session file knows, and must say what the model heard."""
        turn.settled = True
        noted = await self.noted(turn)
        for name, call in turn.calls.items():
            told, kept = turn.results.get(name), noted.get(name)
            error = turn.injected.get(name)
            if error is None and told is not None and kept is not None and not agree(told, kept.text):
                raise HarnessError(
                    f"openclaw told the model that a call of {call.name!r} came to {told[:200]!r}, "
                    f"and noted {kept.text[:200]!r}"
                )
            known = any(tool.name == call.name for tool in self.tools)
            if known and kept is None and told is None and error is None and self.proxy.stop is None:
                continue  # never dispatched: openclaw ended the run itself
            output = error if error is not None else told if told is not None else kept.text if kept else ""
            self.a.record(
                ToolCalled(
                    **(self.bounds.stamp() | {"turn": turn.said.turn}),
                    call_id=call.id,
                    tool=call.name,
                    arguments=call.arguments,
                    status=status_of(call, self.tools, kept, injected=error is not None),
                    output=clean(output),
                    duration_s=kept.duration_s if kept else 0.0,
                )
            )

    async def noted(self, turn: Turn) -> dict[str, ToolResult]:
        """Return the results of the session file, once those are there that the model was told."""
        waited = 0.0
        while True:
            noted = read_session(await self.session_file())
            told = turn.results.keys() - turn.injected.keys()
            if turn.calls.keys() <= noted.keys() or waited >= (FLUSH_S if told - noted.keys() else DROPPED_S):
                return noted
            await asyncio.sleep(0.02)
            waited += 0.02

    async def session_file(self) -> bytes:
        return (await self.a.box.files(SESSIONS)).get(f"{SESSION}.jsonl", b"")

    def reconcile(self, session: bytes) -> None:
        """Hold the whole session file to the wire. Raises: HarnessError where it has what the wire does not."""
        offered = {tool.name for tool in self.tools}
        if wrong := contradiction(read_calls(session), read_session(session), self.proxy.given, offered):
            raise HarnessError(wrong)

    def end(self, outcome: Outcome, session: bytes) -> tuple[str | None, StopReason]:
        """Return the answer, as it came over the wire, and why the run ended.

        Raises: HarnessError where openclaw ended it for a reason that is not the model's.
        """
        proxy = self.proxy
        if proxy.stop:
            return None, proxy.stop
        if proxy.answer is not None:
            return proxy.answer, "answered"
        if proxy.context_full or outcome.context_full:
            return None, "context"
        if outcome.failed:
            raise HarnessError(f"openclaw ended without an answer: {outcome.failed}")
        if outcome.aborted:
            return None, "seconds"
        if proxy.turn is None:
            raise HarnessError(f"openclaw ended before the model answered: {outcome.log or 'it said nothing'}")
        if proxy.turn.calls and ends_shortened(session):
            return None, "context"
        if proxy.turn.calls:
            return None, "repeats"  # what it prints then is its own: it stopped a model that went round in circles
        # What openclaw prints is not the answer: it leaves out what looks like a call, and puts in words of its own.
        said = proxy.turn.said
        return said.text or None, "length" if said.finish == "length" else "answered"


def status_of(call: ToolCall, tools: tuple[ToolSpec, ...], kept: ToolResult | None, *, injected: bool) -> ToolStatus:
    """Return how a call fared: from the wire what the model got wrong, from openclaw's notes what its tools met."""
    spec = next((tool for tool in tools if tool.name == call.name), None)
    if injected:
        return "injected"
    if spec is None:
        return "unknown_tool"
    if not fits(spec, call.arguments):
        return "bad_arguments"
    if kept is None or kept.timed_out:
        return "timeout"
    return "error" if kept.failed else "ok"


def fits(spec: ToolSpec, raw: str) -> bool:
    """Whether raw arguments are an object with all that the tool requires. openclaw mends others without a word."""
    try:
        arguments = json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return isinstance(arguments, dict) and set(spec.parameters.get("required") or ()) <= arguments.keys()
