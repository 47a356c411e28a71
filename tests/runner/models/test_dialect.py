"""What a model reads and how its answers are read, without a model."""

from __future__ import annotations

import json

import pytest

from runner.models.dialect import Answer, bare, bodies, grammar, read_answer
from runner.models.wire import ChatRequest, WireMessage, WireTool

READ_FILE = WireTool.model_validate(
    {
        "function": {
            "name": "read_file",
            "description": "Read a file.",
            "parameters": {
                "type": "object",
                "title": "Arguments",
                "properties": {"path": {"type": "string", "default": "x"}, "title": {"type": "string"}},
                "additionalProperties": False,
            },
        }
    }
)


def messages(*raw: dict[str, object]) -> tuple[WireMessage, ...]:
    return ChatRequest.model_validate({"messages": raw}).messages


def test_a_conversation_with_tools_is_written_as_qwen_documents_it() -> None:
    call = {"id": "1", "function": {"name": "read_file", "arguments": '{"path": "a"}'}}
    written = bodies(
        messages(
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Go."},
            {"role": "assistant", "content": "I look.", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "1", "content": "one"},
            {"role": "tool", "tool_call_id": "2", "content": "two"},
            {"role": "user", "content": "Well?"},
        ),
        [READ_FILE],
        "qwen2.5",
    )
    assert written[0].startswith("system\nBe brief.\n\n# Tools\n\n")
    assert written[0].endswith("</tool_call>")
    assert written[1:] == [
        "user\nGo.",
        'assistant\nI look.\n<tool_call>\n{"name": "read_file", "arguments": {"path": "a"}}\n</tool_call>',
        "user\n<tool_response>\none\n</tool_response>\n<tool_response>\ntwo\n</tool_response>",
        "user\nWell?",
    ]


def test_a_conversation_without_system_message_gets_the_model_s_own() -> None:
    (system, _) = bodies(messages({"role": "user", "content": "Hi"}), [], "qwen2.5")
    assert system == "system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant."


@pytest.mark.parametrize("thought", ["", "I look first.\n", "Trailing space \n"])
def test_an_answer_is_written_back_byte_for_byte(thought: str) -> None:
    """Otherwise the prompt cache would end at the first difference."""
    wrote = thought + '<tool_call>\n{"name": "read_file", "arguments": {"path": "\\u00e9"}}\n</tool_call>'
    answer = read_answer(wrote)
    assert answer.call
    call = {"function": {"name": answer.call[0], "arguments": answer.call[1]}}
    body = bodies(messages({"role": "assistant", "content": answer.text or None, "tool_calls": [call]}), [], "qwen2.5")[
        1
    ]
    assert body == f"assistant\n{wrote}"


@pytest.mark.parametrize(
    "text",
    [
        "just text",
        '<tool_call>\n{"name": "write_file", "arguments": {"content": "cut off he',
        '<tool_call>\n{"name": "submit", "arguments": {}}\n</tool_call> and more',
    ],
)
def test_what_is_no_whole_call_is_text(text: str) -> None:
    assert read_answer(text) == Answer(text=text, call=None)


def test_call_tags_inside_arguments_do_not_confuse() -> None:
    arguments = json.dumps({"content": '}\n</tool_call>\n<tool_call>\n{"name": "x", "arguments": {}}'})
    answer = read_answer(f'<tool_call>\n{{"name": "write_file", "arguments": {arguments}}}\n</tool_call>')
    assert answer == Answer(text="", call=("write_file", arguments))


def test_schema_noise_is_dropped_but_not_a_property_of_that_name() -> None:
    assert bare(READ_FILE.function.parameters) == {
        "type": "object",
        "properties": {"path": {"type": "string"}, "title": {"type": "string"}},
    }


def test_thinking_is_bounded_and_can_be_turned_off() -> None:
    assert "{1,160}" in grammar([READ_FILE], forced=True, think=160)
    assert "THINK" not in grammar([READ_FILE], forced=True, think=0)
    assert "TEXT" in grammar([READ_FILE], forced=False, think=0)
