"""A writeup's folder, read: `index.md` (YAML front matter, then Markdown) and its ledger `facts.toml`.

    ---
    title: Dense enough
    date: 2026-05-21
    packs:
      this: 2026-05-21-qwen3-32b-agentic-core-v1@sha256:...
    ---
    The body.

Front matter is YAML with every scalar read as the text that was typed: `no` stays "no" and `1.10` stays "1.10" until
the field that holds it says what it is. Anchors, aliases and tags are refused. Every problem has a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from clawpub.errors import ConfigError, ContentError, Place
from clawpub.pack.model import PackId
from clawpub.toml_source import Key, TomlSource, load_toml, read_text, validate
from generator.names import is_name
from generator.writeup import FactEntry, Pin, TagKind, ViewPin, Writeup

INDEX_FILE = "index.md"
LEDGER_FILE = "facts.toml"

MAX_FRONT_MATTER = 1 << 16
"""Characters."""
MAX_DEPTH = 20
"""Of lists and mappings in front matter."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,120}")
_FACT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:-]{0,80}")
_FENCE = re.compile(r"---[ \t]*")
_CLOSE = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)


# --- the models of what a person types --------------------------------------------------------------------------------


def _iso_date(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value) if len(value) == 10 else _not_a_date()
        except ValueError:
            raise ValueError("expected a date such as 2026-05-21") from None
    return value


def _not_a_date() -> date:
    raise ValueError


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else () if value is None else value


def _alias(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", value) or value in ("main", "temp", "cross"):
        raise ValueError("expected an alias of lower-case letters, digits and underscores, not main, temp or cross")
    return value


def _pack(value: Any) -> Any:
    if isinstance(value, str):
        pack_id, at, digest = value.partition("@")
        return {"id": pack_id, "digest": digest} if at else {"id": pack_id}
    return value


def _name(value: str) -> str:
    """A name holds a word with a capital: nothing that is only a number, or reads as one, may be called a name."""
    if not is_name(value):
        raise ValueError("expected a name with a capital letter in it, such as Claude 3.5 Sonnet")
    return value


_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
_MaybeDigest = Annotated[str, StringConstraints(pattern=r"^(sha256:[0-9a-f]{64})?$")]
_Day = Annotated[date, BeforeValidator(_iso_date)]
_Many = Annotated[tuple[_Words, ...], BeforeValidator(_one_or_many)]
_Alias = Annotated[str, AfterValidator(_alias)]
_Names = Annotated[tuple[Annotated[_Words, AfterValidator(_name)], ...], BeforeValidator(_one_or_many)]


class _PackPin(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: PackId = Field(description="the pack's id, which is its folder's name under content/packs")
    digest: _MaybeDigest = Field("", description='write digest: "sha256:..." as `clawpub pack show` prints it')


class _FrontMatter(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    title: _Words = Field(description="write title: ... in the front matter")
    date: _Day = Field(description="write date: 2026-05-21")
    description: str = ""
    section: str = ""
    authors: _Many = ()
    tags: _Many = ()
    draft: bool = False
    lead: TagKind | None = None
    names: _Names = Field((), description="names with digits in them: names: [Claude 3.5 Sonnet]")
    views: dict[str, Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]] = Field(
        default={}, description="write views: and below it, indented, name: sha256:..."
    )
    packs: dict[_Alias, Annotated[_PackPin, BeforeValidator(_pack)]] = Field(
        default={}, description="write packs: and below it, indented, alias: id@sha256:..."
    )


class _Entry(BaseModel):
    """One table of facts.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)

    facts: Annotated[tuple[_Words, ...], BeforeValidator(_one_or_many)] = Field(
        default=(), alias="is", description='a cell path or a query, or a list of them: is = "run_summary.score"'
    )
    holds: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] | None = Field(
        default=None, description="a query that gives 1 where the statement is true"
    )
    inside: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] | None = Field(
        default=None, description="a query whose values must all lie within the range or bound of the span"
    )
    cite: bool = Field(default=False, strict=True)
    unit: Literal["percent"] | None = Field(default=None, description='unit = "percent" is the only one')
    note: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> _Entry:
        if not self.facts and self.holds is None and self.inside is None:
            raise ValueError("expected `is`, `holds` or `inside`, found none of them")
        if self.facts and self.inside:
            raise ValueError("expected `is` or `inside`, found both")
        return self


# --- loading ----------------------------------------------------------------------------------------------------------


def load_writeup(folder: Path) -> Writeup:
    """Return the writeup in a folder.

    Raises: ContentError or ConfigError naming file and line of what cannot be read.
    """
    path = folder / INDEX_FILE
    if not folder.is_dir():
        raise ContentError("no such writeup", at=folder, hint="a writeup is a folder with index.md in it")
    if not _SLUG.fullmatch(folder.name):
        raise ContentError(
            f"{folder.name!r} cannot be part of an address",
            at=folder,
            hint="name the folder with lower-case letters, digits and hyphens",
        )
    text = read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    head, body, body_line = _split(text, path)
    source = _read_front_matter(head, path)
    front = validate(_FrontMatter, source)
    pins = tuple(
        Pin(alias, pin.id, pin.digest, source.place("packs", alias).line or 1) for alias, pin in front.packs.items()
    )
    ledger_path = folder / LEDGER_FILE
    return Writeup(
        slug=folder.name,
        path=path,
        title=front.title,
        date=front.date,
        description=front.description.strip(),
        section=front.section.strip(),
        authors=front.authors,
        tags=front.tags,
        draft=front.draft,
        lead_tag=front.lead,
        pins=pins,
        body=body,
        body_line=body_line,
        ledger=load_ledger(ledger_path),
        ledger_path=ledger_path,
        views=tuple(
            ViewPin(name, digest, source.place("views", name).line or 1) for name, digest in front.views.items()
        ),
        names=front.names,
        front_lines={str(keys[0]): line for keys, line in source.lines.items() if len(keys) == 1},
    )


def load_ledger(path: Path) -> dict[str, FactEntry]:
    """Return the facts of a writeup by id; none where it has no ledger.

    Raises: ConfigError naming every entry that cannot be used.
    """
    if not path.exists():
        return {}
    source = load_toml(path)
    return {name: _entry(source, name) for name in source.data}


def _entry(source: TomlSource, name: str) -> FactEntry:
    place = source.place(name)
    if not _FACT_ID.fullmatch(name):
        raise ConfigError(
            f"{name!r} cannot be written in a span", at=place, hint="fact ids are letters, digits, - and _"
        )
    if not isinstance(source.data[name], dict):
        raise ConfigError(f"{name}: expected a table", at=place, hint=f"write [{name}] and its keys on lines below it")
    entry = validate(_Entry, source, name)
    return FactEntry(
        id=name,
        line=source.line(name) or 1,
        facts=entry.facts,
        holds=entry.holds,
        inside=entry.inside,
        cite=entry.cite,
        unit=entry.unit,
        note=entry.note,
    )


# --- front matter -----------------------------------------------------------------------------------------------------


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
class _YamlSource:
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


def _read_front_matter(head: str, path: Path) -> _YamlSource:
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

    def build(self, events: Any) -> _YamlSource:
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
        return _YamlSource(self.path, self.root or {}, self.lines | {(): 1})

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
