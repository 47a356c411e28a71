"""Sealing: stage, hash, rename. A pack is there whole or not at all, and once there it never changes."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from clawpub.errors import PackError
from clawpub.pack.model import DESCRIPTOR, SEAL, ImportedFrom, PackInfo
from clawpub.pack.reader import Pack, digest_of, open_pack, parse_descriptor, schema_of, seal_text
from clawpub.pack.tables import Table, to_csv

_PACKAGE_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TABLE_PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"


PACKED_FROM = 128 << 10
"""Bytes of a table from which on it is packed."""


@dataclass(frozen=True)
class PackFile:
    """A file of a pack that is no table."""

    name: str
    """The resource's name, unique in the pack."""
    path: str
    data: bytes
    title: str
    mediatype: str


@dataclass(frozen=True)
class About:
    """What a pack, or a table of it, says of itself besides its cells."""

    description: str = ""
    sources: Sequence[Mapping[str, str]] = ()
    """As Data Package has them: title, path."""
    licences: Sequence[Mapping[str, str]] = ()
    """As Data Package has them: name, path, title."""
    imported: ImportedFrom | None = None

    def members(self) -> dict[str, Any]:
        """Return it as members of a descriptor: nothing where nothing is said."""
        said = {
            "description": self.description,
            "sources": [dict(source) for source in self.sources],
            "licenses": [dict(licence) for licence in self.licences],
            "clawpub": self.imported.model_dump(mode="json") if self.imported else None,
        }
        return {name: value for name, value in said.items() if value}


NOTHING = About()


def seal_pack(
    destination: Path,
    *,
    title: str,
    info: PackInfo,
    tables: Sequence[Table],
    files: Iterable[PackFile] = (),
    about: About = NOTHING,
    about_tables: Mapping[str, About] = MappingProxyType({}),
) -> Pack:
    """Return the pack sealed at `destination`, a folder whose name is the pack's id.

    Sealing the same content again changes nothing and returns the pack that is there.

    Raises: PackError where another pack stands at `destination`.
    """
    contents = pack_contents(
        destination.name, title=title, info=info, tables=tables, files=files, about=about, about_tables=about_tables
    )
    _readable(destination, contents[DESCRIPTOR])
    with _only_sealer(destination.parent):
        if destination.exists():
            return _same(destination, contents[DESCRIPTOR])
        _place(destination, contents)
    return open_pack(destination)


def _readable(destination: Path, descriptor: bytes) -> None:
    """Raises: PackError where a reader would refuse what is about to be sealed, such as a column's name."""
    for resource in parse_descriptor(descriptor, destination / DESCRIPTOR).resources:
        if resource.type == "table":
            schema_of(resource, destination)


def pack_contents(
    name: str,
    *,
    title: str,
    info: PackInfo,
    tables: Sequence[Table],
    files: Iterable[PackFile] = (),
    about: About = NOTHING,
    about_tables: Mapping[str, About] = MappingProxyType({}),
) -> dict[str, bytes]:
    """Return the bytes of a pack's files by path, the descriptor and its seal last; the same for the same content."""
    contents: dict[str, bytes] = {}
    resources: list[dict[str, Any]] = []
    for table in tables:
        path, data = _table_file(table)
        contents[path] = data
        resources.append(_table_resource(table, path, data) | about_tables.get(table.name, NOTHING).members())
    for file in files:
        contents[file.path] = file.data
        resources.append(_file_resource(file))
    descriptor = {
        "$schema": _PACKAGE_PROFILE,
        "name": name,
        "title": title,
        **about.members(),
        "resources": resources,
        "clawpub": info.model_dump(mode="json", exclude_none=True),
    }
    data = (json.dumps(descriptor, indent=1, ensure_ascii=True, allow_nan=False) + "\n").encode()
    return contents | {DESCRIPTOR: data, SEAL: seal_text(data).encode()}


@contextmanager
def _only_sealer(folder: Path) -> Iterator[None]:
    """Wait until nobody else seals into a folder: two sealings of one campaign would stage in the same place."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise PackError(f"cannot be written: {error.strerror}", at=folder) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _same(destination: Path, descriptor: bytes) -> Pack:
    there = open_pack(destination)
    if there.digest != digest_of(descriptor):
        raise PackError(
            "another pack is sealed here",
            at=destination,
            hint="a sealed pack is never overwritten: give this one a new id",
        )
    return there


def _place(destination: Path, contents: dict[str, bytes]) -> None:
    staging = destination.with_name(f".{destination.name}.sealing")
    shutil.rmtree(staging, ignore_errors=True)
    try:
        for path, data in contents.items():
            file = staging / path
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
        for folder in {staging, *(file.parent for file in staging.rglob("*"))}:
            sync_folder(folder)
        staging.rename(destination)
        sync_folder(destination.parent)
    except OSError as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise PackError(f"cannot be written: {error.strerror}", at=destination) from None


def sync_folder(folder: Path) -> None:
    """Make a rename or a new file in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _table_file(table: Table) -> tuple[str, bytes]:
    """Return where a table goes, and its bytes: CSV that a person can open, packed where it is long."""
    data = to_csv(table)
    if len(data) < PACKED_FROM:
        return f"tables/{table.name}.csv", data
    return f"tables/{table.name}.csv.gz", packed(data)


def packed(data: bytes) -> bytes:
    """Return the same gzip bytes for the same data."""
    return gzip.compress(data, mtime=0)


def _table_resource(table: Table, path: str, data: bytes) -> dict[str, Any]:
    schema = table.schema
    fields = []
    for column in schema.columns:
        field: dict[str, Any] = {"name": column.name, "type": column.type}
        if column.description:
            field["description"] = column.description
        if column.required:
            field["constraints"] = {"required": True}
        fields.append(field)
    declared: dict[str, Any] = {"$schema": _TABLE_PROFILE, "fields": fields, "missingValues": [""]}
    if schema.primary_key:
        declared["primaryKey"] = list(schema.primary_key)
    return {
        "name": schema.name,
        "title": schema.title,
        "type": "table",
        "path": path,
        "format": "csv",
        **({"compression": "gz"} if path.endswith(".gz") else {}),
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": digest_of(data),
        "schema": declared,
    }


def _file_resource(file: PackFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "title": file.title,
        "type": "text",
        "path": file.path,
        "format": file.path.rpartition(".")[2],
        "mediatype": file.mediatype,
        "encoding": "utf-8",
        "bytes": len(file.data),
        "hash": digest_of(file.data),
    }
