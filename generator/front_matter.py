"""Front matter: the YAML between two lines of `---` at the head of a text, and the line of everything in it.

Every scalar is read as the text that was typed: `no` stays "no" and `1.10` stays "1.10" until the field that holds it
says what it is. Anchors, aliases and tags are refused. Every problem has a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from clawpub.errors import ContentError, Place
from clawpub.toml_source import Key, read_text

MAX_FRONT_MATTER = 1 << 16
"""Characters."""
MAX_DEPTH = 20
"""Of lists and mappings in front matter."""

_FENCE = re.compile(r"---[ \t]*")
_CLOSE = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)


def read_with_front_matter(path: Path) -> tuple[YamlSource, str, int]:
    """Return a file's front matter, its body, and the line on which the body starts.

    Raises: ContentError or ConfigError naming file and line of what cannot be read.
    """
    text = read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    head, body, body_line = _split(text, path)
    return _read_front_matter(head, path), body, body_line


def _split(text: str, path: Path) -> tuple[str, str, int]:
    """Return front matter, body, and the line on which the body starts."""
    first, _, rest = text.partition("\n")
    if not _FENCE.fullmatch(first):
        raise ContentError(
            "expected front matter: a line with --- and nothing else",
            at=Place(path, 1),
            hint="begin with ---, title: ..., date: ..., and another ---",
        )
    close = _CLOSE.search(rest)
    if close is None:
        raise ContentError("the front matter is not closed", at=Place(path, 1), hint="end it with a line of ---")
    head = rest[: close.start()]
    if len(head) > MAX_FRONT_MATTER:
        raise ContentError(f"front matter longer than {MAX_FRONT_MATTER >> 10} KB", at=Place(path, 1))
    body_line = head.count("\n") + 3
    return head, rest[close.end() + 1 :], body_line


@dataclass(frozen=True)
class YamlSource:
    """What the front matter says, as text, lists and mappings."""

    path: Path
    data: dict[str, Any]
    lines: dict[tuple[Key, ...], int] = field(repr=False)

    def place(self, *keys: Key) -> Place:
        line = next((self.lines[keys[:end]] for end in range(len(keys), -1, -1) if keys[:end] in self.lines), 1)
        return Place(self.path, line)


@dataclass
class _Open:
    """A list or mapping that is being read."""

    value: dict[str, Any] | list[Any]
    path: tuple[Key, ...]
    key: str | None = None


def _read_front_matter(head: str, path: Path) -> YamlSource:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(path).build(yaml.parse(head, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(path, mark.line + 2, mark.column + 1) if mark else Place(path, 1)
        what = ": ".join(part for part in (error.context, error.problem) if part)
        raise ContentError(
            f"front matter is not YAML: {what}",
            at=place,
            hint="one `key: value` a line; text that holds ': ' or '#' goes in quotes",
        ) from None
    except yaml.reader.ReaderError as error:
        position = error.position if isinstance(error.position, int) else 0
        raise ContentError(
            f"front matter holds the character U+{_code(error.character):04X}",
            at=Place(path, head[:position].count("\n") + 2),
            hint="remove it",
        ) from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise ContentError(f"front matter is not YAML: {error}", at=Place(path, 1)) from None


def _code(character: Any) -> int:
    return character if isinstance(character, int) else ord(str(character)[:1] or "\0")


class _Builder:
    """Values out of YAML events, with the line of every path."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root: Any = None
        self.open: list[_Open] = []
        self.lines: dict[tuple[Key, ...], int] = {}

    def build(self, events: Any) -> YamlSource:
        for event in events:
            line = event.start_mark.line + 2
            match event:
                case yaml.AliasEvent():
                    raise self.refuse(line, "an alias (*name)", "write the value out")
                case yaml.NodeEvent() if event.anchor:
                    raise self.refuse(line, "an anchor (&name)", "write the value out where it is used")
                case yaml.ScalarEvent():
                    self.no_tag(event.tag, line)
                    self.scalar(event, line)
                case yaml.MappingStartEvent():
                    self.no_tag(event.tag, line)
                    self.start({}, line)
                case yaml.SequenceStartEvent():
                    self.no_tag(event.tag, line)
                    self.start([], line)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self.open.pop()
                case yaml.DocumentStartEvent() if self.root is not None:
                    raise self.refuse(line, "a second document", "keep one")
        if self.root is not None and not isinstance(self.root, dict):
            raise ContentError("front matter: expected `key: value` lines", at=Place(self.path, 2))
        return YamlSource(self.path, self.root or {}, self.lines | {(): 1})

    def refuse(self, line: int, what: str, hint: str) -> ContentError:
        return ContentError(f"front matter may not use {what}", at=Place(self.path, line), hint=hint)

    def no_tag(self, tag: str | None, line: int) -> None:
        if tag is not None and tag != "!":
            raise self.refuse(line, f"the tag {tag}", "remove it; every value is text")

    def scalar(self, event: Any, line: int) -> None:
        top = self.open[-1] if self.open else None
        if top and isinstance(top.value, dict) and top.key is None:
            path = (*top.path, event.value)
            if path in self.lines:
                raise ContentError(
                    f"{event.value} is there twice",
                    at=Place(self.path, line),
                    hint=f"the first is on line {self.lines[path]}; remove one",
                )
            top.key = event.value
            self.lines[path] = line
            return
        plain_null = event.style in (None, "") and event.value in ("", "~", "null")
        self.put(None if plain_null else event.value, line)

    def start(self, value: dict[str, Any] | list[Any], line: int) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise self.refuse(line, f"more than {MAX_DEPTH} levels", "front matter is flat")
        top = self.open[-1] if self.open else None
        if top and isinstance(top.value, dict) and top.key is None:
            raise self.refuse(line, "a list or mapping as a key", "keys are words")
        self.open.append(_Open(value, self.put(value, line)))

    def put(self, value: Any, line: int) -> tuple[Key, ...]:
        """Store a value where it belongs and return its path; a key without a value is a key left out."""
        if not self.open:
            self.root = value
            return ()
        top = self.open[-1]
        if isinstance(top.value, list):
            top.value.append(value)
            path = (*top.path, len(top.value) - 1)
            self.lines[path] = line
            return path
        key, top.key = top.key or "", None
        if value is not None:
            top.value[key] = value
        return (*top.path, key)
