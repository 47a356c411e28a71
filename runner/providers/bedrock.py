"""Amazon Bedrock through Converse, one request a turn, by real boto3 in threads.

boto3's own retries are off: some of them are silent and may be billed, and every call is to be in the ledger. boto3
also takes a 200 with any body for an answer, so what must be there is checked here.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import groupby
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clawpub.causes import Cause
from clawpub.errors import ConfigError, ProviderError
from clawpub.extras import install_hint
from clawpub.pack.events import Message, ToolCall
from runner.providers import Completion, ContextFull, Request, ToolSpec
from runner.providers.retry_after import wished_s

CAUSES_BY_NAME: Mapping[str, Cause] = {
    "ThrottlingException": "throttled",
    "TooManyRequestsException": "throttled",
    "ServiceQuotaExceededException": "throttled",
    "ServiceUnavailableException": "overloaded",
    "ModelNotReadyException": "overloaded",
    "InternalServerException": "server_error",
    "ModelTimeoutException": "model_error",
    "ModelErrorException": "model_error",
    "ModelStreamErrorException": "model_error",
    "ValidationException": "refused",
    "ConflictException": "refused",
    "AccessDeniedException": "denied",
    "ExpiredTokenException": "denied",
    "UnrecognizedClientException": "denied",
    "InvalidSignatureException": "denied",
    "IncompleteSignatureException": "denied",
    "MissingAuthenticationTokenException": "denied",
    "ResourceNotFoundException": "not_found",
}
"""Every error of Converse by its name. An error that is not modelled has only its status to go by."""
CAUSES_BY_STATUS: Mapping[int, Cause] = {
    401: "denied",
    403: "denied",
    404: "not_found",
    408: "model_error",
    424: "model_error",
    429: "throttled",
    503: "overloaded",
}
HINTS: Mapping[Cause, str] = {
    "denied": "is access to this model granted to the account, in this region? Are the credentials current?",
    "not_found": "is the model's id right, and is it served in this region?",
}
CREDENTIALS_HINT = "export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or AWS_BEARER_TOKEN_BEDROCK"
CLIENT_HINTS: Mapping[str, str] = {
    "PartialCredentialsError": "a key goes with its secret: export both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "ProfileNotFound": "AWS_PROFILE names none of the profiles in ~/.aws/config; aws configure list-profiles has them",
    "InvalidRegionError": "a region is one like us-east-1",
}
"""What to do where boto3 makes no client, by its error's name."""
FULL = ("input is too long", "too many input tokens", "exceeds the maximum", "context window", "maximum context length")
"""How Bedrock's models say in a ValidationException that a conversation is too long."""
SLOW = "give it longer: [model.options] timeout_s in the campaign file"
BLOBS = ("bytes", "redactedContent")
DOCUMENTS = ("input", "json")
"""Members of Converse that hold bytes, and those that hold a tool's own JSON, whatever its names are."""
CACHE_POINT = {"cachePoint": {"type": "default"}}


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


Count = Field(default=None, ge=0, le=10**12)


class _Usage(_Wire):
    inputTokens: int | None = Count
    outputTokens: int | None = Count
    cacheReadInputTokens: int | None = Count
    cacheWriteInputTokens: int | None = Count


class _ToolUse(_Wire):
    toolUseId: str
    name: str
    input: Any = None


class _Block(_Wire):
    """One block of an answer; blocks of a kind that we do not know are empty here."""

    text: str | None = None
    toolUse: _ToolUse | None = None
    reasoningContent: dict[str, Any] | None = None


class _Message(_Wire):
    content: tuple[_Block, ...]


class _Output(_Wire):
    message: _Message


class _Answer(_Wire):
    output: _Output
    stopReason: str
    usage: _Usage = _Usage()


@dataclass(frozen=True)
class Bedrock:
    """An open client."""

    client: Any
    pool: ThreadPoolExecutor
    model_id: str
    region: str
    tier: str | None
    cache: bool

    async def complete(self, request: Request) -> Completion:
        if request.verbatim and request.verbatim.api == "converse":
            question = verbatim_request(self.model_id, request, tier=self.tier)
        else:
            question = converse_request(self.model_id, request, tier=self.tier, cache=self.cache)
        began = time.perf_counter()
        answer = await asyncio.get_running_loop().run_in_executor(self.pool, self._converse, question)
        return completion(answer, latency_s=time.perf_counter() - began)

    def _converse(self, question: dict[str, Any]) -> Mapping[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        try:
            answer: Mapping[str, Any] = self.client.converse(**question)
        except ClientError as error:
            raise refusal(error.response, self.model_id) from None
        except (BotoCoreError, OSError) as error:
            raise broken(error, self.region) from None
        except (ResponseParserError, ValueError, TypeError, AttributeError, KeyError) as error:  # boto3 over odd JSON
            name = type(error).__name__
            raise ProviderError(f"an answer that boto3 cannot read: {name}", cause="bad_answer") from None
        return answer

    def describe(self) -> Mapping[str, Any]:
        import boto3

        return {
            "software": f"boto3 {boto3.__version__}",
            "api": "Converse",
            "cache_points": self.cache,
            "seed": "not sent: Converse takes none",
        }


def converse_request(model_id: str, request: Request, *, tier: str | None, cache: bool) -> dict[str, Any]:
    """Return the parameters of one Converse call."""
    system = [{"text": message.content} for message in request.messages if message.role == "system"]
    messages = [
        _turn(role, list(group)) for role, group in groupby(_spoken(request.messages), key=lambda pair: pair[0])
    ]
    question: dict[str, Any] = {"modelId": model_id, "messages": messages, "inferenceConfig": _inference(request)}
    tools: list[dict[str, Any]] = [_tool(tool) for tool in request.tools]
    if cache:
        system = [*system, CACHE_POINT] if system else system  # type: ignore[list-item]
        tools = [*tools, CACHE_POINT] if tools else tools
        messages[-1]["content"].append(CACHE_POINT)
    if system:
        question["system"] = system
    if tools:
        question["toolConfig"] = {"tools": tools}
    if tier not in (None, "default"):
        question["serviceTier"] = {"type": tier}
    return question


def verbatim_request(model_id: str, request: Request, *, tier: str | None) -> dict[str, Any]:
    """Return the parameters of a Converse call that a harness worded; model, sampling and tier are the campaign's."""
    assert request.verbatim
    question = {key: _with_bytes(value) for key, value in request.verbatim.body.items()}
    question |= {"modelId": model_id, "inferenceConfig": {**question.get("inferenceConfig", {}), **_inference(request)}}
    if tier not in (None, "default"):
        question["serviceTier"] = {"type": tier}
    return question


def _inference(request: Request) -> dict[str, Any]:
    sampling = request.sampling
    inference = {"maxTokens": sampling.max_tokens, "temperature": sampling.temperature, "topP": sampling.top_p}
    return {key: value for key, value in inference.items() if value is not None}


def _with_bytes(value: Any) -> Any:
    """Return JSON of Converse as boto3 wants it: what is base64 there is bytes here."""
    if isinstance(value, list):
        return [_with_bytes(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: item if key in DOCUMENTS else _blob(item) if key in BLOBS else _with_bytes(item)
        for key, item in value.items()
    }


def _blob(value: Any) -> Any:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else value
    except ValueError:
        return value  # boto3 says what is wrong with it


def _spoken(messages: tuple[Message, ...]) -> list[tuple[str, dict[str, Any]]]:
    """Return the conversation's blocks with who says them: a tool's results are the user's."""
    blocks: list[tuple[str, dict[str, Any]]] = []
    for message in messages:
        match message.role:
            case "assistant":
                blocks += [("assistant", block) for block in _assistant(message)]
            case "tool":
                content = [{"text": message.content}] if message.content.strip() else [{"text": "(no output)"}]
                result = {"toolUseId": message.tool_call_id or "", "content": content}
                blocks.append(("user", {"toolResult": result}))
            case "user":
                blocks.append(("user", {"text": message.content or " "}))
    return blocks


def _turn(role: str, group: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    return {"role": role, "content": [block for _, block in group]}


def _assistant(message: Message) -> list[dict[str, Any]]:
    reasoning = [{"reasoningContent": _from_journal(block)} for block in message.reasoning]
    said = [{"text": message.content}] if message.content.strip() else []
    calls = [
        {"toolUse": {"toolUseId": call.id, "name": call.name, "input": _document(call.arguments)}}
        for call in message.tool_calls
    ]
    return [*reasoning, *said, *calls] or [{"text": "(nothing)"}]


def _document(arguments: str) -> dict[str, Any]:
    """Return raw arguments as the object that Converse insists on."""
    try:
        value = json.loads(arguments) if arguments.strip() else {}
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"raw": arguments}


def _tool(tool: ToolSpec) -> dict[str, Any]:
    schema = {"json": dict(tool.parameters)}
    return {"toolSpec": {"name": tool.name, "description": tool.description, "inputSchema": schema}}


def completion(answer: Mapping[str, Any], *, latency_s: float) -> Completion:
    """Return an answer read from what boto3 made of the response.

    Raises: ProviderError for anything that is not a Converse answer; ContextFull.
    """
    try:
        read = _Answer.model_validate(answer)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        message = "the answer is not one of Converse: " + "; ".join(list(faults)[:3])
        raise ProviderError(message, cause="bad_answer") from None
    if read.stopReason == "model_context_window_exceeded":
        raise ContextFull("the model's context window is exceeded")
    blocks, usage = read.output.message.content, read.usage
    fresh, cached, written = usage.inputTokens, usage.cacheReadInputTokens, usage.cacheWriteInputTokens
    return Completion(
        text="".join(block.text for block in blocks if block.text),
        tool_calls=tuple(
            ToolCall(id=block.toolUse.toolUseId, name=block.toolUse.name, arguments=_arguments(block.toolUse.input))
            for block in blocks
            if block.toolUse
        ),
        finish="length" if read.stopReason == "max_tokens" else read.stopReason,
        latency_s=latency_s,
        tokens_in=None if fresh is None else fresh + (cached or 0) + (written or 0),
        tokens_out=usage.outputTokens,
        tokens_cached=cached,
        tokens_cache_written=written,
        reasoning=tuple(_to_journal(block.reasoningContent) for block in blocks if block.reasoningContent),
    )


def _arguments(value: Any) -> str:
    return json.dumps(value if value is not None else {}, default=str)


def _to_journal(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reasoning block as JSON can hold it: what is encrypted is bytes."""
    if "redactedContent" in block:
        return {"redactedContent": base64.b64encode(bytes(block["redactedContent"])).decode()}
    return {key: value for key, value in block.items() if key == "reasoningText"}


def _from_journal(block: Mapping[str, Any]) -> dict[str, Any]:
    if "redactedContent" in block:
        return {"redactedContent": base64.b64decode(block["redactedContent"])}
    return dict(block)


def refusal(response: Mapping[str, Any], model_id: str) -> ProviderError:
    """Return the error that Bedrock answered with."""
    said = response.get("Error", {})
    name, message = str(said.get("Code", "")), str(said.get("Message", ""))[:500]
    meta = response.get("ResponseMetadata", {})
    status = int(meta.get("HTTPStatusCode") or 0)
    if name == "ValidationException" and any(sign in message.lower() for sign in FULL):
        return ContextFull(message)
    cause = CAUSES_BY_NAME.get(name) or CAUSES_BY_STATUS.get(status)
    if cause is None:
        cause = "server_error" if status >= 500 else "refused"
    wished = meta.get("HTTPHeaders", {}).get("retry-after")
    return ProviderError(
        f"Bedrock answered {status} {name} for {model_id}: {message}",
        cause=cause,
        hint=HINTS.get(cause),
        retry_after_s=wished_s(wished and str(wished), datetime.now(UTC)),
    )


def broken(error: Exception, region: str) -> ProviderError:
    """Return the error that a call without an answer stands for."""
    from botocore import exceptions

    name = type(error).__name__
    if isinstance(error, exceptions.ReadTimeoutError):
        return ProviderError(f"Bedrock in {region} did not answer in time", cause="timeout", hint=SLOW)
    if isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError | OSError):
        hint = f"is this machine online, is {region} a region that serves Bedrock, and does a proxy stand between?"
        return ProviderError(f"no connection to Bedrock in {region}: {name}", cause="connection", hint=hint)
    if isinstance(error, exceptions.ParamValidationError):
        return ProviderError(f"boto3 refuses the request: {str(error)[:500]}", cause="refused")
    credentials = (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.TokenRetrievalError,
        exceptions.SSOError,
        exceptions.UnauthorizedSSOTokenError,
    )
    if isinstance(error, credentials):
        hint = CLIENT_HINTS.get(name, CREDENTIALS_HINT)
        return ProviderError(f"no credentials for Bedrock: {name}", cause="denied", hint=hint)
    return ProviderError(f"an answer that boto3 cannot read: {name}", cause="bad_answer")


@asynccontextmanager
async def open_bedrock(
    model_id: str,
    *,
    region: str,
    tier: str | None = None,
    endpoint: str | None = None,
    concurrency: int = 8,
    timeout_s: float = 600,
    cache: bool = False,
) -> AsyncIterator[Bedrock]:
    """Open Bedrock in a region. Credentials are boto3's own affair, and are in no message and no pack.

    Raises: ConfigError where the extra is not installed, or the region or endpoint is none.
    """
    if find_spec("boto3") is None:
        raise ConfigError("Bedrock needs boto3, which is not installed", hint=install_hint("bedrock"))
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    config = Config(
        retries={"total_max_attempts": 1, "mode": "standard"},
        read_timeout=timeout_s,
        connect_timeout=min(30.0, timeout_s),
        max_pool_connections=concurrency,
    )
    try:
        client = boto3.Session().client("bedrock-runtime", region_name=region, endpoint_url=endpoint, config=config)
    except (BotoCoreError, ValueError) as error:
        raise ConfigError(f"no client for Bedrock: {error}", hint=CLIENT_HINTS.get(type(error).__name__)) from None
    pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="bedrock")
    try:
        yield Bedrock(client, pool, model_id, region, tier, cache)
    finally:
        client.close()
        pool.shutdown(wait=False, cancel_futures=True)
