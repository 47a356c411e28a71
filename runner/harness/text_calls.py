from __future__ import annotations

from typing import Any

from clawpub.pack.events import ToolCall


def find_text_calls(text: str, tool_names: Any) -> list[Any]:
    return []


def as_tool_calls(found: Any) -> tuple[ToolCall, ...]:
    return ()
