"""`release.json`: what a release holds, every file by its digest, as an in-toto Statement.

    Statement    _type, subject, predicateType, predicate     https://github.com/in-toto/attestation, v1
    subject      name, digest.sha256                          every file of the site but those in OWN
    predicate    publication, checker, made_with, packs, texts

A statement that is read came from anywhere: every name in it can be joined to a folder or an address as it stands, and
no two say the same place. What a later version adds is passed over, as in-toto has it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from clawpub.errors import PublishError
from clawpub.pack.model import PackId
from generator.pages.output import MARKER

STATEMENT = "release.json"
ENVELOPE = "release.dsse.json"
PUBLIC_KEY = ".well-known/clawpub-key.pem"

OWN = frozenset({STATEMENT, ENVELOPE, MARKER})
"""Files of a release that its statement does not name: itself, its signature, and the mark of a built folder."""

TYPE: Literal["https://in-toto.io/Statement/v1"] = "https://in-toto.io/Statement/v1"
PREDICATE: Literal["urn:clawpub:release:1"] = "urn:clawpub:release:1"

MAX_STATEMENT = 64 << 20
"""Bytes."""
MAX_FILES = 300_000
MAX_NAME = 1000
"""Bytes of a path in UTF-8; object stores take 1,024 with their prefix."""
MAX_PART = 255
"""Bytes of one part of a path, as file systems take."""

_DRIVE = re.compile(r"[A-Za-z]:")


def wrong_with(name: str) -> str:
    """Return why a path may stand in no statement; empty where it may: relative, with forward slashes, and the same
    place whether it is joined to a folder, to an address or to a key of an object store."""
    try:
        size, parts = len(name.encode()), name.split("/")
    except UnicodeEncodeError:
        return "holds what is no text in UTF-8"
    if not 0 < size <= MAX_NAME:
        return f"has {size} bytes, expected 1 to {MAX_NAME}"
    plain = name.isascii() and name.isprintable()
    if not plain and any(unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") for sign in name):
        return "holds a control character"
    if "\\" in name:
        return "holds a backslash"
    if _DRIVE.match(name):
        return "begins with a drive"
    if any(part in ("", ".", "..") for part in parts):
        return "has an empty part, or one that is . or .."
    if any(len(part.encode()) > MAX_PART for part in parts):
        return f"has a part of more than {MAX_PART} bytes"
    return ""


def _safe(name: str) -> str:
    if wrong := wrong_with(name):
        raise ValueError(f"{name[:80]!r} {wrong}")
    return name


SafeName = Annotated[str, AfterValidator(_safe)]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, strict=True)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class FileDigest(_Part):
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Subject(_Part):
    name: SafeName
    """A file's path in the site."""
    digest: FileDigest


class About(_Part):
    title: str
    base_url: str


class Checker(_Part):
    name: Literal["clawpub"] = "clawpub"
    version: str
    code: str
    """A digest of the code that checked, and of the versions it ran on: the same code elsewhere may have another."""


class MadeWith(_Part):
    """What the pages were made with, besides their sources and packs: who makes them again needs the same."""

    cards: bool
    search: bool
    own_templates: bool
    """Whether the publication has templates of its own, which are not published."""


class ReleasedPack(_Part):
    id: PackId
    digest: Digest
    origin: str
    url: str
    """The folder of its page, `packs/<id>/`; `data/` in it holds the pack as sealed."""
    uncommitted: bool = False
    """Whether git, in a release made with `--allow-dirty`, did not have it as it was."""

    @model_validator(mode="after")
    def _stands_in_its_folder(self) -> ReleasedPack:
        if self.url != f"packs/{self.id}/":
            raise ValueError(f"expected the url 'packs/{self.id}/', found {self.url[:80]!r}")
        return self


class ReleasedText(_Part):
    kind: Literal["writeup", "edition"]
    slug: str
    page: SafeName
    source: SafeName
    date: date
    packs: dict[str, Digest]
    """The digests of those that it names, by id."""
    verified: Count
    """Claims."""
    coverage: dict[str, Count]
    """The fields of generator.writeup.Coverage."""


class Predicate(_Part):
    publication: About
    checker: Checker
    made_with: MadeWith
    packs: tuple[ReleasedPack, ...]
    texts: tuple[ReleasedText, ...]


class Statement(_Part):
    type_: Literal["https://in-toto.io/Statement/v1"] = Field(TYPE, alias="_type")
    subject: Annotated[tuple[Subject, ...], Field(max_length=MAX_FILES)]
    """Every file of the site but those in OWN, in the order of their names."""
    predicate_type: Literal["urn:clawpub:release:1"] = Field(PREDICATE, alias="predicateType")
    predicate: Predicate

    @model_validator(mode="after")
    def _names_each_place_once(self) -> Statement:
        names = [subject.name for subject in self.subject]
        known = set(names)
        if len(known) != len(names):
            raise ValueError(f"names {_twice(names)!r} twice")
        for name in names:
            if name in OWN:
                raise ValueError(f"names {name!r}, which is no file that a statement can speak of")
            parts = name.split("/")
            for end in range(1, len(parts)):
                if (folder := "/".join(parts[:end])) in known:
                    raise ValueError(f"names {folder!r} as a file and as a folder")
        return self

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """The SHA-256 of each file, in hex, by its path in the site."""
        return {subject.name: subject.digest.sha256 for subject in self.subject}


def _twice(names: Iterable[str]) -> str:
    seen: set[str] = set()
    return next(name for name in names if name in seen or seen.add(name))  # type: ignore[func-returns-value]


def check_names(names: Collection[str]) -> None:
    """Raises: PublishError naming a file that no statement can name, or where they are too many for one."""
    if len(names) > MAX_FILES:
        raise PublishError(f"the site has {len(names):,} files, and a release states at most {MAX_FILES:,}")
    for name in names:
        if wrong := wrong_with(name):
            raise PublishError(
                f"{name!r} {wrong}: a release cannot name such a file",
                hint="rename it; paths are of letters, digits and plain signs, with forward slashes",
            )


def subjects_of(digests: Mapping[str, str]) -> tuple[Subject, ...]:
    """Return the subjects of a statement, given the digest of each file in hex."""
    return tuple(Subject(name=name, digest=FileDigest(sha256=digests[name])) for name in sorted(digests))


def print_statement(statement: Statement) -> bytes:
    """Return a statement as `release.json` holds it; equal statements give equal bytes.

    Raises: PublishError where it is larger than `read_statement` accepts.
    """
    told = statement.model_dump(mode="json", by_alias=True)
    data = (json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
    if len(data) > MAX_STATEMENT:
        raise PublishError(f"release.json would have {len(data):,} bytes, and is read up to {MAX_STATEMENT:,}")
    return data


def read_statement(data: bytes) -> Statement:
    """Return what `release.json` says.

    Raises: PublishError saying what is wrong with it, whatever the bytes are.
    """
    if len(data) > MAX_STATEMENT:
        raise PublishError(f"release.json has {len(data):,} bytes, expected at most {MAX_STATEMENT:,}")
    told = parse_json(data, STATEMENT)
    if not isinstance(told, dict) or told.get("_type") != TYPE:
        raise PublishError(f"release.json is no in-toto Statement: expected _type {TYPE!r}")
    if told.get("predicateType") != PREDICATE:
        raise PublishError(
            f"release.json says {str(told.get('predicateType'))[:80]!r}, this clawpub reads {PREDICATE!r}",
            hint="another version of clawpub made it, or something else did",
        )
    try:
        return Statement.model_validate(told)
    except ValidationError as error:
        raise PublishError(f"release.json: {first_fault(error)}") from None


def parse_json(data: bytes, name: str) -> Any:
    """Return what JSON from anywhere says. Raises: PublishError; also where an object has one key twice."""
    try:
        return json.loads(data.decode(), object_pairs_hook=_distinct, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise PublishError(f"{name} is not JSON: {error}") from None


def first_fault(error: ValidationError) -> str:
    """Return the first thing that a model did not accept, and where it stands."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    words = first["msg"].removeprefix("Value error, ")
    return f"{where}: {words}" if where else words


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError(f"the key {_twice(name for name, _ in pairs)!r} stands twice in one object")
    return told


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")
