"""TOML with places: the line of every key, and errors that name file, line, key, what was expected and found."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from clawpub.errors import ConfigError
from clawpub.toml_source import TomlSource, load_toml, validate


def source(tmp_path: Path, text: str | bytes) -> TomlSource:
    path = tmp_path / "campaign.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_toml(path)


EVERYTHING = '''# a comment with [brackets] and "quotes
id = "one" # two = 3
"quoted key" = 'x = 1'
site."a.b".c = 1

text = """
[not.a.table]
x = 1 \\"""
""" # end
literal = \'\'\'
# not a comment
y = 2\'\'\'
numbers = [
  1, # one
  [2, 3],
  { x = 1, y = { z = "}" } },
]
[model]  # the model
id = "m"
[model.price]
input = 1.5
[[predictions]]
id = "p1"
[predictions.range]
low = 1
[[predictions]]

id = "p2"
range.low = 2
[[a.b]]
[[a.b.c]]
x = 1
[[a.b.c]]
x = 2
'''


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("id",), 2),
        (("quoted key",), 3),
        (("site",), 4),
        (("site", "a.b", "c"), 4),
        (("text",), 6),
        (("x",), None),
        (("literal",), 10),
        (("numbers",), 13),
        (("numbers", 0), 14),
        (("numbers", 1, 1), 15),
        (("numbers", 2, "y", "z"), 16),
        (("model",), 18),
        (("model", "id"), 19),
        (("model", "price", "input"), 21),
        (("predictions",), 22),
        (("predictions", 0, "id"), 23),
        (("predictions", 0, "range", "low"), 25),
        (("predictions", 1), 26),
        (("predictions", 1, "id"), 28),
        (("predictions", 1, "range", "low"), 29),
        (("a", "b", 0), 30),
        (("a", "b", 0, "c", 1, "x"), 34),
        (("model", "price", "output"), 20),
        (("model", "nothing", "here"), 18),
        (("nothing",), None),
        ((), None),
    ],
)
def test_line_of_every_kind_of_key_and_the_nearest_parent(
    tmp_path: Path, keys: tuple[str | int, ...], line: int | None
) -> None:
    assert source(tmp_path, EVERYTHING).line(*keys) == line


def test_lines_are_the_same_with_windows_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    read = source(tmp_path, b"\xef\xbb\xbf" + EVERYTHING.replace("\n", "\r\n").encode())
    assert read.line("predictions", 1, "id") == 28
    assert read.data["id"] == "one"


def test_every_path_of_the_repository_s_own_configuration_has_its_line() -> None:
    path = Path(__file__).parents[2] / "pyproject.toml"
    read = load_toml(path)
    lines = path.read_text().splitlines()

    def walk(value: Any, keys: tuple[str | int, ...]) -> None:
        if keys:
            here = read.lines[keys]
            last = keys[-1]
            assert isinstance(last, int) or last in lines[here - 1]
        for key, inner in (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        ):
            walk(inner, (*keys, key))

    walk(read.data, ())


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("a = 1\nb = \n", "campaign.toml:2:5", "not TOML", "toml.io"),
        ("a = 1\na = 2\n", "campaign.toml:2", "defined twice", "remove one"),
        ("[a]\n[a]\n", "campaign.toml:2", "defined twice", "remove one"),
        ('a = "open', "campaign.toml:1", "not TOML", "toml.io"),
        (b"a = 1\nb = '\xe9'\n", "campaign.toml:2:6", "not UTF-8: byte 0xe9", "UTF-8"),
        ("a = " + "[" * 100_000, "campaign.toml", "", ""),
        ("a = 1\x00", "campaign.toml:1", "not TOML", ""),
    ],
)
def test_unreadable_files_say_where_and_what(
    tmp_path: Path, text: str | bytes, place: str, message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        source(tmp_path, text)
    assert place in str(caught.value.at)
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")


def test_missing_file_and_folder_are_errors_of_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_toml(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_toml(tmp_path)


class Price(BaseModel):
    model_config = ConfigDict(extra="forbid")
    input_usd: Decimal
    tier: Literal["standard", "batch"] = "standard"


class Prediction(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str
    expected: list[float] | str
    price: Price | None = None


class Campaign(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str = Field(description="a short name")
    runs: int = 3
    limits: dict[str, int] = {}
    predictions: list[Prediction] = []


def refused(tmp_path: Path, text: str, *keys: str | int, model: type[BaseModel] = Campaign) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        validate(model, source(tmp_path, text), *keys)
    return caught.value


def test_valid_data_becomes_the_model(tmp_path: Path) -> None:
    read = source(tmp_path, 'id = "x"\n[[predictions]]\nid = "p"\nexpected = [1, 2]\n')
    assert validate(Campaign, read).predictions[0].expected == [1, 2]
    assert validate(Prediction, read, "predictions", 0).id == "p"


def test_unknown_key_is_named_with_its_line_and_the_nearest_known_one(tmp_path: Path) -> None:
    error = refused(tmp_path, 'id = "x"\n\nrusn = 3\n')
    assert (str(error.at), error.message) == (f"{tmp_path}/campaign.toml:3", "rusn: unknown key")
    assert error.hint == "did you mean 'runs'?"


def test_unknown_key_far_from_all_lists_what_there_is(tmp_path: Path) -> None:
    assert refused(tmp_path, 'id = "x"\nzzz = 3\n').hint == "known here: id, limits, predictions, runs"


def test_unknown_key_deep_inside_is_compared_with_its_own_table(tmp_path: Path) -> None:
    text = 'id = "x"\n[[predictions]]\nid = "p"\nexpected = "x"\nprice = { input_usd = 1, teir = "batch" }\n'
    error = refused(tmp_path, text)
    assert error.message == "predictions[0].price.teir: unknown key"
    assert error.at is not None and error.at.line == 5
    assert error.hint == "did you mean 'tier'?"


def test_wrong_value_says_what_was_expected_and_found(tmp_path: Path) -> None:
    error = refused(tmp_path, 'id = "x"\nruns = "three"\n')
    assert error.message.startswith("runs: expected a valid integer")
    assert "found 'three'" in error.message
    assert error.at is not None and error.at.line == 2


def test_missing_key_is_placed_at_its_table(tmp_path: Path) -> None:
    error = refused(tmp_path, 'id = "x"\n[[predictions]]\nid = "p"\n')
    assert error.message == "predictions[0].expected: missing"
    assert error.at is not None and error.at.line == 2
    assert refused(tmp_path, "").hint == "a short name"


def test_all_problems_are_told_in_one_error_in_the_order_of_the_file(tmp_path: Path) -> None:
    error = refused(tmp_path, 'id = 3\nlimits = { turns = "x" }\nrusn = 3\n')
    assert error.at is not None and error.at.line == 1
    assert (
        error.message.index("id:") < error.message.index("line 2: limits.turns") < error.message.index("line 3: rusn")
    )


def test_union_says_every_way_out(tmp_path: Path) -> None:
    error = refused(tmp_path, 'id = "x"\n[[predictions]]\nid = "p"\nexpected = 3\n')
    assert error.message.startswith("predictions[0].expected: ")
    assert "list" in error.message and "string" in error.message
    assert error.at is not None and error.at.line == 4


_KEYS = st.text("ab.\"'# []=é\\", max_size=4)
_VALUES = st.recursive(
    st.integers(-9, 9) | st.booleans() | st.text("a\"'#=[]{},\n\\", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=6,
)


def _write(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_write(k)} = {_write(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[\n" + ",\n".join(_write(v) for v in value) + "\n]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    return str(value)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(_KEYS, _VALUES, max_size=5))
def test_scanner_finds_every_key_that_tomllib_finds(
    tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]
) -> None:
    text = "".join(f"{_write(key)} = {_write(value)}\n" for key, value in data.items())
    path = tmp_path_factory.getbasetemp() / "fuzz.toml"
    path.write_text(text, encoding="utf-8")
    read = load_toml(path)
    assert read.data == tomllib.loads(text) == data
    line = 1
    for key, value in data.items():
        assert read.line(key) == line
        line += _write(value).count("\n") + 1
        for inner in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
            assert (key, inner) in read.lines


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(codec="utf-8") | st.sampled_from("[]{}=\"'#.\n\\"), max_size=60))
def test_any_text_is_toml_or_an_error_with_a_place(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode())
    try:
        load_toml(path)
    except ConfigError as error:
        assert error.at is not None
