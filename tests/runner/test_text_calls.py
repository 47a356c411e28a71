"""Tool calls written as plain text are found in every common dialect, and nothing else is."""

from __future__ import annotations

import json

import pytest

from runner.text_calls import MOST_CALLS, as_tool_calls, find_text_calls, prose_before

READ = {"path": 'a {weird} "file".txt'}
DIALECTS = {
    "bare": json.dumps({"name": "read_file", "arguments": READ}),
    "parameters": json.dumps({"name": "read_file", "parameters": READ}),
    "fenced": f"I look.\n```json\n{json.dumps({'name': 'read_file', 'arguments': READ}, indent=2)}\n```\n",
    "list": f"[{json.dumps({'name': 'read_file', 'arguments': READ})}]",
    "function first": json.dumps(
        {"type": "function", "function": {"name": "read_file", "arguments": json.dumps(READ)}}
    ),
    "function named": json.dumps({"function": "read_file", "parameters": READ}),
    "hermes": f"<tool_call>\n{json.dumps({'name': 'read_file', 'arguments': READ})}\n</tool_call>",
    "hermes unclosed": f"<tool_call>\n{json.dumps({'arguments': READ, 'name': 'read_file'})}",
    "llama tag": f"<|python_tag|>{json.dumps({'name': 'read_file', 'parameters': READ})}",
    "llama function": f"<function=read_file>{json.dumps(READ)}</function>",
    "mistral": f"[TOOL_CALLS][{json.dumps({'name': 'read_file', 'arguments': READ})}]",
    "qwen coder": f"<function=read_file>\n<parameter=path>\n{READ['path']}\n</parameter>\n</function>",
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_call_is_found_in_each_dialect(dialect: str) -> None:
    (call,) = find_text_calls(DIALECTS[dialect])
    assert (call.name, json.loads(call.arguments)) == ("read_file", READ)


def test_several_calls_keep_their_order_and_get_ids() -> None:
    calls = as_tool_calls(find_text_calls(f"{DIALECTS['hermes']}\nthen\n{DIALECTS['qwen coder']}"))
    assert [(call.id, call.name) for call in calls] == [("text_1", "read_file"), ("text_2", "read_file")]


@pytest.mark.parametrize(
    "text",
    [
        'The config is {"name": "demo", "version": 3}.',
        '{"name": "Ada Lovelace", "arguments": {"born": 1815}}',
        '{"arguments": {"path": "a"}}',
        'A tool looks like {"name": "x", "parameters": {"type": "object", "properties": {"path": {}}}}.',
        'I will call read_file with {"path": "a.txt"}.',
        "def function(name): return {name: 1}",
        "<tool_call> is how such a call begins.",
        "",
    ],
)
def test_prose_and_data_are_no_calls(text: str) -> None:
    assert find_text_calls(text) == []


@pytest.mark.parametrize(
    "unit",
    ["{", '{"name":', "<tool_call>", "<function=a>", "<parameter=a>", '{"name": "a", "arguments": {}}', "[" * 10],
)
def test_hostile_text_ends_and_gives_a_bounded_answer(unit: str) -> None:
    assert len(find_text_calls(unit * (1_000_000 // len(unit)))) <= MOST_CALLS


def test_what_was_said_before_a_call_is_kept_without_the_calls_own_marks() -> None:
    assert prose_before(DIALECTS["fenced"]) == "I look."
    assert prose_before("nothing here") == "nothing here"
