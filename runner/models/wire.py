"""Chat completions as the embedded server understands them: the part of OpenAI's format that an agent uses."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Wire(BaseModel):
    """A frozen record that ignores what it does not know: clients send more than anybody reads."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


def _plain(content: object) -> object:
    """Return content as one string; clients also send a list of parts, or null."""
    if content is None:
        return ""
    if isinstance(content, list) and all(isinstance(part, dict) for part in content):
        return "".join(str(part.get("text", "")) for part in content)
    return content


class CalledFunction(Wire):
    name: str
    arguments: str = "{}"


class WireCall(Wire):
    id: str = ""
    function: CalledFunction


class WireMessage(Wire):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Annotated[str, BeforeValidator(_plain)] = ""
    tool_calls: Annotated[tuple[WireCall, ...], BeforeValidator(lambda calls: calls or ())] = ()


class WireFunction(Wire):
    name: str
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=lambda: {"type": "object", "properties": {}})


class WireTool(Wire):
    type: Literal["function"] = "function"
    function: WireFunction


class NamedFunction(Wire):
    name: str


class NamedTool(Wire):
    function: NamedFunction


class ChatRequest(Wire):
    messages: tuple[WireMessage, ...] = Field(min_length=1)
    tools: tuple[WireTool, ...] = ()
    tool_choice: Literal["none", "auto", "required", "any"] | NamedTool = "auto"
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = None
    stream: Literal[False] | None = None
