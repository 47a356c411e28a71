from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from clawpub.errors import ConfigError
from clawpub.pack.events import Message
from runner.providers import Completion
from runner.providers.scripted import open_scripted, read_script
from tests.runner.providers.faulty import make_request

SCRIPT = """
[[turn]]
text = "I look first."

[[turn.call]]
tool = "read_file"
arguments = { path = "notes.txt" }

[[turn]]

[[turn.call]]
tool = "submit"
raw = "{not JSON"

[expect]
verdict = "passed"
"""


def answer(script: Path, turns_done: int) -> Completion:
    messages = [Message(role="user", content="Go."), *[Message(role="assistant")] * turns_done]

    async def run() -> Completion:
        async with open_scripted(lambda task_id, run: script) as provider:
            return await provider.complete(make_request(*messages))

    return asyncio.run(run())


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.toml"
    path.write_text(SCRIPT)
    return path


def test_the_turn_is_chosen_by_the_assistant_messages(script: Path) -> None:
    first = answer(script, 0)
    assert first.text == "I look first."
    assert json.loads(first.tool_calls[0].arguments) == {"path": "notes.txt"}
    assert answer(script, 1).tool_calls[0].arguments == "{not JSON"


def test_past_the_end_the_last_turn_repeats(script: Path) -> None:
    assert answer(script, 7).tool_calls[0].name == "submit"


def test_a_script_has_no_tokens(script: Path) -> None:
    assert answer(script, 0).tokens_in is None


def test_every_call_has_an_id_of_its_own(script: Path) -> None:
    assert answer(script, 0).tool_calls[0].id != answer(script, 1).tool_calls[0].id


def test_a_broken_script_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "script.toml"
    path.write_text("[[turn]]\ntext = oops\n")
    with pytest.raises(ConfigError) as caught:
        read_script(path)
    assert str(caught.value).startswith(f"{path}:2:")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "turn: Field required"),
        ("turn = []", "turn"),
        ("[[turn]]\ntexts = 'x'", "texts"),
        ("[[turn]]\n[[turn.call]]\ntool = 'x'", "either `arguments`"),
        ("[[turn]]\n[[turn.call]]\ntool = 'x'\nraw = ''\narguments = {}", "either `arguments`"),
    ],
)
def test_what_is_no_script_is_told(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "script.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_script(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_script_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.toml"):
        read_script(tmp_path / "no.toml")
