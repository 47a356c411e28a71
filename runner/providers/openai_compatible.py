"""Any endpoint that speaks OpenAI's chat completions.

What a server sends is checked here and nowhere else: an answer that is not what the format promises is a
ProviderError that says so and names its cause.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from clawpub.causes import Cause
from clawpub.errors import ConfigError, ProviderError
from clawpub.pack.events import Message, ToolCall
from runner.providers import Completion, ContextFull, Request, ToolSpec
from runner.providers.retry_after import wished_s

if TYPE_CHECKING:
    import aiohttp

ToolChoice = Literal["auto", "required"]

ANSWER_BYTES = 16 << 20
STREAMING = ("stream", "stream_options")
"""Of a harness's own request: answers are asked for whole."""
BY_STATUS: Mapping[int, Cause] = {
    408: "timeout",
    409: "overloaded",
    425: "overloaded",
    429: "throttled",
    503: "overloaded",
    529: "overloaded",
}
"""And every other 5xx is a server's error."""
REFUSALS: Mapping[int, tuple[Cause, str]] = {
    401: ("denied", "is the API key right?"),
    403: ("denied", "may this key use this model?"),
    404: ("not_found", "is the model's id right?"),
}
UNREACHED = (
    "is the server running, and is this its address ([model] endpoint in the campaign file)? "
    "clawpub doctor says what works on this machine"
)
FULL = ("context_length_exceeded", "exceed_context_size", "maximum context length")
"""How servers say that a conversation is too long: OpenAI, llama.cpp, vLLM."""


class Wire(BaseModel):
    """A part of an answer. Servers add fields of their own; they are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


Count = Annotated[int, Field(ge=0, le=10**12)] | None
"""Tokens. A count that no table could hold is a server's mistake."""


class Details(Wire):
    cached_tokens: Count = None


class ReasoningDetails(Wire):
    reasoning_tokens: Count = None


class Usage(Wire):
    prompt_tokens: Count = None
    completion_tokens: Count = None
    prompt_tokens_details: Details | None = None
    completion_tokens_details: ReasoningDetails | None = None


class WireFunction(Wire):
    name: str
    arguments: str


class WireCall(Wire):
    id: str | None = None
    function: WireFunction


class WireMessage(Wire):
    content: str | None = None
    tool_calls: tuple[WireCall, ...] = Field(default=(), strict=False)


class Choice(Wire):
    message: Annotated[WireMessage, BeforeValidator(lambda message: _without_nulls(message))]
    finish_reason: str | None = None


class Answer(Wire):
    choices: tuple[Choice, ...] = Field(min_length=1, strict=False)
    usage: Usage | None = None


def _without_nulls(value: Any) -> Any:
    return {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value


@dataclass(frozen=True)
class OpenAICompatible:
    """An open connection to an endpoint."""

    session: aiohttp.ClientSession
    model_id: str
    endpoint: str
    """Up to and with `/v1`."""
    tool_choice: ToolChoice
    api_key: str = field(default="", repr=False)
    """Never to be repeated, also where the server repeats it."""

    async def complete(self, request: Request) -> Completion:
        import aiohttp

        body = chat_request(self.model_id, self.tool_choice, request)
        begun = time.perf_counter()
        url = f"{self.endpoint.rstrip('/')}/chat/completions"
        try:
            # A redirected POST may lose its body, and would carry the key elsewhere.
            async with self.session.post(url, data=body, allow_redirects=False) as response:
                text = (await _read(response)).decode("utf-8", "replace")
                if response.status != 200:
                    said = text.replace(self.api_key, "<the key>") if self.api_key else text
                    raise refusal(response.status, said, response.headers.get("Retry-After"), self.endpoint)
        except TimeoutError as error:
            message = f"{self.endpoint} did not answer in time"
            hint = "give it longer: [model.options] timeout_s in the campaign file"
            raise ProviderError(message, cause="timeout", hint=hint) from error
        except aiohttp.InvalidURL as error:
            raise ConfigError(f"the endpoint is no URL: {self.endpoint!r}") from error
        except (aiohttp.ClientError, OSError) as error:
            message = f"no connection to {self.endpoint}: {error or type(error).__name__}"
            raise ProviderError(message, cause="connection", hint=UNREACHED) from error
        return completion(text, latency_s=time.perf_counter() - begun)

    def describe(self) -> Mapping[str, Any]:
        return {"endpoint": self.endpoint, "model": self.model_id, "tool_choice": self.tool_choice}


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Return an answer's body, which a server might never end."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > ANSWER_BYTES:
            raise ProviderError(f"an answer of more than {ANSWER_BYTES:,} bytes", cause="bad_answer")
    return bytes(body)


def chat_request(model_id: str, tool_choice: ToolChoice, request: Request) -> bytes:
    """Return a request as JSON, in ASCII: it may hold any text that a tool came up with."""
    if request.verbatim and request.verbatim.api == "chat":
        said = {key: value for key, value in request.verbatim.body.items() if key not in STREAMING}
    else:
        said = {"messages": [_wire_message(message) for message in request.messages]}
        if request.tools:
            said["tools"] = [wire_tool(tool) for tool in request.tools]
    sampling = request.sampling
    asked = {
        "model": model_id,
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
        "tool_choice": tool_choice if said.get("tools") else None,
    }
    body = said | {key: value for key, value in asked.items() if value is not None}
    return json.dumps(body, allow_nan=False).encode("ascii")


def _wire_message(message: Message) -> dict[str, Any]:
    wire: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        wire["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        wire["tool_call_id"] = message.tool_call_id
    return wire


def wire_tool(tool: ToolSpec) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def completion(text: str, *, latency_s: float) -> Completion:
    """Return an answer read from a response's body.

    A call that was cut off (`finish` is `length`) is dispatched by nobody: where a server sends one with arguments
    that are not JSON, its arguments become text.

    Raises: ProviderError for anything that is not a chat completion.
    """
    raw = _json_object(text)
    try:
        answer = Answer.model_validate(raw)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ProviderError(
            "the answer is not a chat completion: " + "; ".join(list(faults)[:3]),
            cause="bad_answer",
            hint=f"it began: {text[:200]!r}",
        ) from error
    choice, usage = answer.choices[0], answer.usage or Usage()
    said, calls = choice.message.content or "", choice.message.tool_calls
    if choice.finish_reason == "length" and calls and not _is_json(calls[-1].function.arguments):
        said, calls = f"{said}{calls[-1].function.arguments}", calls[:-1]
    return Completion(
        text=said,
        tool_calls=tuple(
            ToolCall(id=call.id or f"call_{number}", name=call.function.name, arguments=call.function.arguments)
            for number, call in enumerate(calls, start=1)
        ),
        finish=choice.finish_reason or "unknown",
        latency_s=latency_s,
        tokens_in=usage.prompt_tokens,
        tokens_out=usage.completion_tokens,
        tokens_cached=usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else None,
        tokens_reasoning=usage.completion_tokens_details.reasoning_tokens if usage.completion_tokens_details else None,
    )


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProviderError(
            f"the answer is not JSON: it begins {text[:200]!r}",
            cause="bad_answer",
            hint="does the endpoint lead to the API (…/v1), and not to a web page?",
        ) from error
    if not isinstance(value, dict):
        raise ProviderError(f"the answer is not a JSON object: it begins {text[:200]!r}", cause="bad_answer")
    return value


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def refusal(status: int, text: str, retry_after: str | None, endpoint: str) -> ProviderError:
    """Return the error that a response other than 200 stands for."""
    said = _said(text)
    if status in (400, 413, 422) and any(mark in text for mark in FULL):
        return ContextFull(said)
    message = f"{endpoint} answered {status}: {said}"
    wished = wished_s(retry_after, datetime.now(UTC))
    if status in BY_STATUS or status >= 500:
        return ProviderError(message, cause=BY_STATUS.get(status, "server_error"), retry_after_s=wished)
    if 300 <= status < 400:
        return ProviderError(message, cause="refused", hint="use the address that the endpoint redirects to")
    if status in REFUSALS:
        cause, hint = REFUSALS[status]
        return ProviderError(message, cause=cause, hint=hint)
    return ProviderError(message, cause="refused")


def _said(text: str) -> str:
    """Return a server's own words: OpenAI's error message, or how the page begins."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return repr(text[:200])
    error = value.get("error", value) if isinstance(value, dict) else value
    message = error.get("message", error) if isinstance(error, dict) else error
    return str(message)[:500]


@asynccontextmanager
async def open_openai_compatible(
    model_id: str,
    *,
    endpoint: str,
    api_key_env: str | None = None,
    environ: Mapping[str, str] = os.environ,
    timeout_s: float = 600,
    tool_choice: ToolChoice = "auto",
    connections: int = 100,
) -> AsyncIterator[OpenAICompatible]:
    """Open an endpoint. The key is read from the environment variable of that name, and is in no message and no pack.

    Raises: ConfigError where that variable is not set.
    """
    import aiohttp  # a quarter of a campaign's start-up, and nothing before its first call needs it

    headers = {"Content-Type": "application/json"}
    api_key = environ.get(api_key_env, "").strip() if api_key_env is not None else ""
    if api_key_env is not None:
        if not api_key:
            raise ConfigError(
                f"no API key: the environment variable {api_key_env} is not set",
                hint=f"export {api_key_env}=..., or name another in the campaign",
            )
        headers["Authorization"] = f"Bearer {api_key}"
    timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=min(30, timeout_s))
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout, connector=connector) as session:
        yield OpenAICompatible(session, model_id, endpoint, tool_choice, api_key)
