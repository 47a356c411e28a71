"""A TOML file with its line numbers, and its values parsed by a model with errors that name file, line and key.

tomllib gives values without places. `TomlSource.line` gives the places back: a scanner of the file's keys that may
assume valid TOML, because tomllib read it first.

    statement   [table] | [[array of tables]] | key = value
    key         part ("." part)*         part: bare | "basic" | 'literal'
    value       string | multi-line string | [ value, ... ] | { key = value, ... } | anything up to , ] } # or line end
"""

from __future__ import annotations

import difflib
import re
import tomllib
import types
import typing
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from clawpub.errors import ConfigError, Place

Key = str | int
Model = TypeVar("Model", bound=BaseModel)

MISSING = "missing"
MAX_BYTES = 8 << 20
"""Of a file that a person writes."""

_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE = re.compile(r"[^\s=.\[\]{},#\"']+")
_PART = re.compile(r"\s*(?:\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[^\s=.\[\]{},#\"']+)\s*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""+|' + r"'''.*?'''+|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'",
    re.DOTALL,
)
_BRANCHES = frozenset({"str", "int", "float", "bool", "decimal", "date", "datetime", "none"})
_SCALAR = re.compile(r"[^,\]}#\n]*")


@dataclass(frozen=True)
class TomlSource:
    """A parsed file. `data` is what tomllib gives."""

    path: Path
    data: dict[str, Any]
    lines: Mapping[tuple[Key, ...], int] = field(default_factory=dict, repr=False)

    def line(self, *keys: Key) -> int | None:
        """Return the line, from 1, on which a key, a table or an array's element begins; its nearest parent's
        where it has none of its own; None where nothing of the path is there."""
        return next((self.lines[keys[:end]] for end in range(len(keys), 0, -1) if keys[:end] in self.lines), None)

    def place(self, *keys: Key) -> Place:
        return Place(self.path, self.line(*keys))


def load_toml(path: Path) -> TomlSource:
    """Return a TOML file and its places.

    Raises: ConfigError naming line and column where the file is missing, not UTF-8, or not TOML.
    """
    text = read_text(path).replace("\r\n", "\n")
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise ConfigError("nested too deep", at=path, hint="a value of this file opens too many brackets") from None
    except ValueError as error:
        raise _syntax_error(path, text, error) from None
    try:
        lines = dict(_places(text))
    except (RecursionError, ValueError):
        lines = {}
    return TomlSource(path, data, lines)


def read_text(path: Path) -> str:
    """Return the text of a file that a person wrote; a byte order mark is taken off.

    Raises: ConfigError where it is missing, larger than MAX_BYTES, or not UTF-8 (with line and column).
    """
    try:
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"larger than {MAX_BYTES >> 20} MB", at=path, hint="a file that a person writes is small")
        data = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError("no such file", at=path, hint="create it, or check the path") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot be read: {error}", at=path) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        raise ConfigError(
            f"not UTF-8: byte 0x{data[error.start]:02x}",
            at=Place(path, line, column),
            hint="save the file as UTF-8",
        ) from None


def _syntax_error(path: Path, text: str, error: ValueError) -> ConfigError:
    message = str(error)
    found = _AT.search(message)
    line, column = (int(found[1]), int(found[2])) if found and found[1] else (text.count("\n") + 1, None)
    what = _AT.sub("", message)
    hint = "docs: https://toml.io; text goes in quotes, one key = value a line"
    if "overwrite" in what or "twice" in what or "declare" in what:
        what, hint = f"a key or table is defined twice ({what.lower()})", "remove one of the two"
    return ConfigError(f"not TOML: {what}", at=Place(path, line, column), hint=hint)


# --- where keys stand -------------------------------------------------------------------------------------------------


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._counted, self._line = 0, 1

    def line(self) -> int:
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line

    def skip(self) -> str:
        """Pass blanks and comments; return the character that follows, or ''."""
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise ValueError(f"line {self.line()}: not what TOML has here")
        self.at = found.end()
        return found[0]

    def key(self) -> tuple[str, ...]:
        parts = [_part(self.take(_PART))]
        while self.text[self.at : self.at + 1] == ".":
            self.at += 1
            parts.append(_part(self.take(_PART)))
        return tuple(parts)

    def expect(self, mark: str) -> None:
        if not self.text.startswith(mark, self.at):
            raise ValueError(f"line {self.line()}: expected {mark}")
        self.at += len(mark)

    def value(self, path: tuple[Key, ...]) -> Iterator[tuple[tuple[Key, ...], int]]:
        mark = self.text[self.at : self.at + 1]
        if mark == "[":
            yield from self._elements(path)
        elif mark == "{":
            yield from self._members(path)
        elif mark in ('"', "'"):
            self.take(_STRING)
        else:
            self.take(_SCALAR)

    def _elements(self, path: tuple[Key, ...]) -> Iterator[tuple[tuple[Key, ...], int]]:
        self.expect("[")
        index = 0
        while self.skip() not in ("]", ""):
            yield (*path, index), self.line()
            yield from self.value((*path, index))
            index += 1
            if self.skip() == ",":
                self.at += 1
        self.expect("]")

    def _members(self, path: tuple[Key, ...]) -> Iterator[tuple[tuple[Key, ...], int]]:
        self.expect("{")
        while self.skip() not in ("}", ""):
            yield from self.pair(path)
            if self.skip() == ",":
                self.at += 1
        self.expect("}")

    def pair(self, path: tuple[Key, ...]) -> Iterator[tuple[tuple[Key, ...], int]]:
        line = self.line()
        key = self.key()
        for end in range(1, len(key) + 1):
            yield (*path, *key[:end]), line
        self.expect("=")
        self.skip()
        yield from self.value((*path, *key))


def _part(text: str) -> str:
    text = text.strip()
    return str(tomllib.loads(f"k = {text}")["k"]) if text[0] in "\"'" else text


def _places(text: str) -> Iterator[tuple[tuple[Key, ...], int]]:
    """Yield every path of the file with its line; the first mention of a path wins."""
    seen: set[tuple[Key, ...]] = set()
    for path, line in _mentions(text):
        if path not in seen:
            seen.add(path)
            yield path, line


def _mentions(text: str) -> Iterator[tuple[tuple[Key, ...], int]]:
    scanner = _Scanner(text)
    last: dict[tuple[Key, ...], int] = {}
    table: tuple[Key, ...] = ()

    def resolve(key: tuple[str, ...]) -> tuple[Key, ...]:
        path: tuple[Key, ...] = ()
        for part in key:
            path = (*path, part)
            if path in last:
                path = (*path, last[path])
        return path

    while mark := scanner.skip():
        line = scanner.line()
        if mark != "[":
            yield from scanner.pair(table)
            continue
        double = scanner.text.startswith("[[", scanner.at)
        scanner.at += 2 if double else 1
        key = scanner.key()
        scanner.expect("]]" if double else "]")
        if double:
            array = (*resolve(key[:-1]), key[-1])
            last[array] = last.get(array, -1) + 1
            yield array, line
            table = (*array, last[array])
        else:
            table = resolve(key)
        for end in range(1, len(table) + 1):
            yield table[:end], line


# --- values by a model ------------------------------------------------------------------------------------------------


class Source(Protocol):
    """A parsed file that knows where its keys stand: TOML here, YAML front matter in generator/front_matter.py."""

    @property
    def data(self) -> dict[str, Any]: ...

    def place(self, *keys: Key) -> Place: ...


def validate(model: type[Model], source: Source, *keys: Key) -> Model:
    """Return the part of a file under `keys` as a model.

    Raises: ConfigError with every problem of that part: dotted key, what was expected, what was found; placed at the
    first of them.
    """
    data: Any = source.data
    for key in keys:
        data = data[key]
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = problems_of(model, error)
    places = [source.place(*keys, *problem.keys) for problem in problems]
    problems_in_order = sorted(
        zip(places, problems, strict=True), key=lambda pair: (pair[0].line or 0, pair[1].dotted(keys))
    )
    first, _ = problems_in_order[0]
    message = "; ".join(
        (f"line {place.line}: " if place.line != first.line and place.line else "") + problem.sentence(keys)
        for place, problem in problems_in_order
    )
    raise ConfigError(message, at=first, hint=_hint([problem for _, problem in problems_in_order]))


def _hint(problems: Sequence[Problem]) -> str | None:
    """Return the first hint; where keys are missing, which one was misspelt, else how to write all of them."""
    hints = [(problem.hint, problem.message == MISSING) for problem in problems if problem.hint]
    if not hints or not hints[0][1]:
        return hints[0][0] if hints else None
    meant = next((hint for hint, _ in hints if hint.startswith("did you mean")), None)
    return meant or "; ".join(dict.fromkeys(hint for hint, missing in hints if missing))


@dataclass(frozen=True)
class Problem:
    """One thing that a model does not accept."""

    keys: tuple[Key, ...]
    message: str
    hint: str | None = None

    def dotted(self, prefix: tuple[Key, ...] = ()) -> str:
        text = ""
        for key in (*prefix, *self.keys):
            text += f"[{key}]" if isinstance(key, int) else f".{key}"
        return text.removeprefix(".")

    def sentence(self, prefix: tuple[Key, ...] = ()) -> str:
        dotted = self.dotted(prefix)
        return f"{dotted}: {self.message}" if dotted else self.message


def problems_of(model: type[BaseModel], error: ValidationError) -> list[Problem]:
    """Return what pydantic found, in the project's words, each with a hint where one is known."""
    problems: dict[tuple[Key, ...], Problem] = {}
    for item in error.errors(include_url=False):
        keys, owner, known = _walk(model, tuple(item["loc"]))
        kind = item["type"]
        if kind == "extra_forbidden":
            name = str(keys[-1]) if keys else ""
            problem = Problem(keys, "unknown key", nearest_hint(name, known))
        elif kind == "missing":
            problem = Problem(keys, MISSING, _description(owner, keys))
        else:
            message = item["msg"].removeprefix("Value error, ").replace("Input should be ", "expected ", 1)
            message = message.replace("Field required", "missing")
            found = item.get("input")
            shown = _show(found)
            problem = Problem(
                keys, f"{message}, found {shown}" if "found" not in message else message, _description(owner, keys)
            )
        if keys in problems:
            either = f"{problems[keys].message}, or {problem.message}"
            problem = Problem(keys, either, problems[keys].hint or problem.hint)
        problems[keys] = problem
    return list(problems.values())


def nearest_hint(name: str, known: typing.Iterable[str]) -> str | None:
    """Return "did you mean ...?" or the list of what there is."""
    there = sorted(known)
    if near := difflib.get_close_matches(name, there, n=1, cutoff=0.6):
        return f"did you mean {near[0]!r}?"
    return f"known here: {', '.join(there)}" if there else None


def _walk(model: type[BaseModel], loc: tuple[Key, ...]) -> tuple[tuple[Key, ...], type[BaseModel] | None, list[str]]:
    """Return the file's keys among a pydantic location, and the model that owns the last of them with its keys."""
    keys: list[Key] = []
    here: Any = model
    owner: type[BaseModel] | None = model
    for part in loc:
        models, held, union = _candidates(here)
        owner = next((each for each in models if _field(each, part)), models[0] if models else None)
        inside = _field(owner, part)
        if inside is None and part != loc[0] and (union or not held) and _is_tag(part):
            continue
        here = inside if inside is not None else held[0] if held else None
        keys.append(part)
    return tuple(keys), owner, _names(owner)


def _is_tag(part: Key) -> bool:
    """True for what is no key: pydantic names a union's branch (`str`, `Price`) and the key itself (`[key]`) too."""
    return isinstance(part, str) and (part in _BRANCHES or "[" in part or "-" in part or part[:1].isupper())


def _candidates(annotation: Any) -> tuple[list[type[BaseModel]], list[Any], bool]:
    """Return the models that an annotation may be, what its containers hold, and whether it is a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation], [], False
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _candidates(arguments[0])
    if origin in (typing.Union, types.UnionType):
        branches = [_candidates(argument) for argument in arguments]
        return [m for models, _, _ in branches for m in models], [h for _, held, _ in branches for h in held], True
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return [], list(arguments[1:]), False
    if isinstance(origin, type) and issubclass(origin, Collection):
        return [], list(arguments[:1]), False
    return [], [], False


def _field(model: type[BaseModel] | None, part: Key) -> Any:
    if model is None:
        return None
    for name, info in model.model_fields.items():
        if part in (name, info.alias, info.validation_alias):
            return info.annotation
    return None


def _names(model: type[BaseModel] | None) -> list[str]:
    return [] if model is None else [info.alias or name for name, info in model.model_fields.items()]


def _description(model: type[BaseModel] | None, keys: tuple[Key, ...]) -> str | None:
    if model is None or not keys:
        return None
    for name, info in model.model_fields.items():
        if keys[-1] in (name, info.alias):
            return info.description
    return None


def _show(value: object) -> str:
    match value:
        case bool():
            text = "true" if value else "false"
        case dict():
            text = "a table"
        case list() | tuple():
            text = "a list"
        case date() | datetime() | time():
            text = value.isoformat()
        case _:
            text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
