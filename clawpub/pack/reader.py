"""Opening a sealed pack. Nothing of a pack is used before its bytes were compared with the digest sealed."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from clawpub.errors import PackError, Place
from clawpub.pack.model import DESCRIPTOR, FORMAT, SEAL, Descriptor, PackInfo, Resource, TableSchema
from clawpub.pack.schema import Column, ColumnType, Schema, standard_schema
from clawpub.pack.tables import Table, from_csv

MAX_FILE = 256 << 20
"""Bytes of the largest file that is read out of a pack."""

MAX_COLUMNS = 1000
"""Of one table; SQLite holds 2000."""

_RESTORE = "restore it from where the pack came from; docs/pack-format.md describes the descriptor"

_TYPES: dict[str, ColumnType] = {
    "string": "string",
    "any": "string",
    "integer": "integer",
    "year": "integer",
    "number": "number",
    "boolean": "boolean",
    "datetime": "datetime",
}


def digest_of(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Pack:
    """An open pack. `digest` is that of its descriptor, which holds the digests of all the rest."""

    path: Path
    digest: str
    descriptor: Descriptor
    contents: Mapping[str, bytes] | None = field(default=None, compare=False, repr=False)
    """Its files by path where it was computed and never written; None for a folder."""
    _read: dict[str, Table] = field(default_factory=dict, compare=False, repr=False)

    @property
    def id(self) -> str:
        return self.descriptor.name

    @property
    def info(self) -> PackInfo:
        return self.descriptor.clawpub

    @cached_property
    def resources(self) -> dict[str, Resource]:
        return {resource.name: resource for resource in self.descriptor.resources}

    @property
    def table_names(self) -> list[str]:
        return [resource.name for resource in self.descriptor.resources if resource.type == "table"]

    def table(self, name: str) -> Table:
        """Return a table, parsed by the schema that the pack declares.

        Raises: PackError where the pack has no such table, its bytes are not those sealed, or a cell does not fit.
        """
        if name not in self._read:
            resource = self.resources.get(name)
            if resource is None or resource.type != "table" or resource.table_schema is None:
                raise PackError(f"no table {name!r}", at=self.path, hint=f"tables: {', '.join(self.table_names)}")
            schema = schema_of(resource, self.path)
            place = Place(self.path / resource.path)
            missing = resource.table_schema.missing_values
            self._read[name] = from_csv(self.read(resource), schema, at=place, missing=missing)
        return self._read[name]

    def tables(self) -> list[Table]:
        return [self.table(name) for name in self.table_names]

    def has(self, name: str) -> bool:
        return name in self.resources

    def read(self, resource: Resource | str) -> bytes:
        """Return a file's content; what is packed is unpacked. Raises: PackError as `sealed`."""
        if isinstance(resource, str):
            resource = self._resource(resource)
        data = self.sealed(resource)
        return unpacked(data, self.path / resource.path) if resource.path.endswith(".gz") else data

    def _resource(self, name: str) -> Resource:
        if name not in self.resources:
            raise PackError(f"the pack holds no {name!r}", at=self.path)
        return self.resources[name]

    def sealed(self, resource: Resource | str) -> bytes:
        """Return a file's bytes, compared with the digest in the descriptor.

        Raises: PackError naming the file where they differ.
        """
        if isinstance(resource, str):
            resource = self._resource(resource)
        file = self.path / resource.path
        data = self.file(resource.path)
        if len(data) != resource.bytes or digest_of(data) != resource.hash:
            raise PackError(
                f"changed after sealing: {digest_of(data)} ({len(data)} bytes)",
                at=file,
                hint=f"sealed as {resource.hash} ({resource.bytes} bytes); restore the file or seal a correction",
            )
        return data

    def file(self, path: str) -> bytes:
        """Return the bytes of a file as they are, compared with nothing. Raises: PackError where it is not there."""
        return read_file(self.path / path, self.path) if self.contents is None else self.contents[path]


def open_pack(path: Path) -> Pack:
    """Return the pack in a folder, its descriptor checked against its seal.

    Raises: PackError where the folder is no pack, or the descriptor was changed, or cannot be understood.
    """
    if not path.is_dir():
        raise PackError("no such pack", at=path, hint="a pack is a folder with datapackage.json and SEAL in it")
    data = read_file(path / DESCRIPTOR, path)
    descriptor = parse_descriptor(data, path / DESCRIPTOR)
    check_seal(path, data)
    return Pack(path, digest_of(data), descriptor)


def computed_pack(path: Path, contents: Mapping[str, bytes]) -> Pack:
    """Return a pack that is nowhere but in memory, as `writer.pack_contents` made it; `path` is what it came from."""
    data = contents[DESCRIPTOR]
    return Pack(path, digest_of(data), parse_descriptor(data, path / DESCRIPTOR), contents)


def read_file(file: Path, root: Path) -> bytes:
    """Return a pack file's bytes; links and anything that is not a plain file inside the pack are refused."""
    try:
        inside = file.resolve(strict=True) == root.resolve() / file.relative_to(root)
        if not inside or not file.is_file():
            raise PackError("not a plain file inside the pack", at=file, hint="packs hold no links")
        if file.stat().st_size > MAX_FILE:
            raise PackError(f"larger than {MAX_FILE >> 20} MB", at=file)
        return file.read_bytes()
    except FileNotFoundError:
        raise PackError("missing from the pack", at=file, hint="restore it from where the pack came from") from None
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links that lead to themselves
        raise PackError(f"cannot be read: {error}", at=file) from None


def unpacked(data: bytes, file: Path) -> bytes:
    """Return what a gzip file holds. Raises: PackError where it is none, or holds more than any pack file may."""
    unpack = zlib.decompressobj(wbits=31)
    try:
        content = unpack.decompress(data, MAX_FILE + 1)
    except zlib.error as error:
        raise PackError(f"not gzip: {error}", at=file) from None
    if len(content) > MAX_FILE:
        raise PackError(f"holds more than {MAX_FILE >> 20} MB", at=file)
    if not unpack.eof or unpack.unused_data:
        raise PackError("not one whole gzip member", at=file)
    return content


def seal_text(descriptor: bytes) -> str:
    """Return the SEAL of a descriptor: its digest, and that line's own, so that damage to either is told apart."""
    line = f"{digest_of(descriptor)}  {DESCRIPTOR}\n"
    return line + f"{digest_of(line.encode())}  {SEAL}\n"


def check_seal(path: Path, descriptor: bytes) -> None:
    """Raises: PackError naming SEAL or the descriptor, whichever was changed."""
    seal = read_file(path / SEAL, path)
    lines = seal.splitlines(keepends=True)
    if len(lines) != 2 or lines[1] != f"{digest_of(lines[0])}  {SEAL}\n".encode():
        raise PackError("the seal itself was changed", at=path / SEAL, hint="restore it from where the pack came from")
    if seal != seal_text(descriptor).encode():
        raise PackError(
            f"changed after sealing: {digest_of(descriptor)}",
            at=path / DESCRIPTOR,
            hint=f"sealed as {lines[0].decode('ascii', 'replace').split()[0]}; restore the file or seal a correction",
        )


def parse_descriptor(data: bytes, file: Path) -> Descriptor:
    try:
        raw: Any = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise PackError(f"not JSON: {error}", at=Place(file, line), hint=_RESTORE) from None
    if not isinstance(raw, dict):
        raise PackError("not a Data Package: expected an object", at=file, hint=_RESTORE)
    version = raw.get("clawpub", {}).get("format") if isinstance(raw.get("clawpub"), dict) else None
    if isinstance(version, int) and version > FORMAT:
        raise PackError(f"pack format {version}, this clawpub reads up to {FORMAT}", at=file, hint="upgrade clawpub")
    try:
        descriptor = Descriptor.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PackError(f"{where}: {first['msg']}", at=file, hint=_RESTORE) from None
    _distinct(descriptor, file)
    return descriptor


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _distinct(descriptor: Descriptor, file: Path) -> None:
    for what in ("name", "path"):
        seen: set[str] = set()
        for resource in descriptor.resources:
            value = getattr(resource, what).casefold()
            if value in seen:
                raise PackError(f"two resources have the {what} {value!r}", at=file)
            seen.add(value)


def schema_of(resource: Resource, pack: Path) -> Schema:
    """Return the schema that a table's resource declares: a standard table's own where the columns are the same.

    Raises: PackError where the declared schema cannot be used.
    """
    declared = resource.table_schema or TableSchema(fields=())
    at = pack / DESCRIPTOR
    if not 1 <= len(declared.fields) <= MAX_COLUMNS:
        raise PackError(f"table {resource.name} has {len(declared.fields)} columns, expected 1 to {MAX_COLUMNS}", at=at)
    if any(mark in resource.name for mark in '"\x00') or resource.name.casefold().startswith("sqlite_"):
        raise PackError(f"{resource.name!r} cannot name a table", at=at)
    columns = []
    for item in declared.fields:
        if item.type not in _TYPES:
            raise PackError(
                f"table {resource.name}: column {item.name} has type {item.type!r}",
                at=at,
                hint="use " + ", ".join(_TYPES),
            )
        columns.append(Column(item.name, _TYPES[item.type], item.description))
    names = [column.name for column in columns]
    if len({name.casefold() for name in names}) != len(names):
        raise PackError(f"table {resource.name} has two columns of one name", at=at)
    if bad := [name for name in names if not name or '"' in name or "\x00" in name]:
        raise PackError(f"table {resource.name}: {bad[0]!r} is no column name", at=at)
    if unknown := set(declared.key) - set(names):
        raise PackError(f"table {resource.name}: its key names {', '.join(sorted(unknown))}, which is no column", at=at)
    standard = standard_schema(resource.name, tuple(names), declared.key)
    return standard or Schema(
        resource.name, resource.title or resource.name, tuple(columns), declared.key, recorded=True
    )
