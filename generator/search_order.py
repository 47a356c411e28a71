"""Pagefind's filters in one order, so that equal pages give equal bytes.

It writes the list of filters, and the values in each, as its hash maps happen to have them, and names the files by what
is in them: three kinds of file differ from run to run, all others do not. They are CBOR, behind a signature, packed:

    pagefind-entry.json           languages, each with the hash that names its meta file
    pagefind.<hash>.pf_meta       [version, pages, chunks, filters as [name, hash], sorts, fields]
    filter/<hash>.pf_filter       [name, values as [value, pages]]
"""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import Any

from clawpub.errors import ConfigError

_SIGNATURE = b"pagefind_dcd"
_ENTRY = "pagefind-entry.json"


def in_order(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return an index with its filters sorted by name, and their values sorted.

    Raises: ConfigError where the index is not written as above.
    """
    try:
        entry = json.loads(files[_ENTRY])
        out = {path: data for path, data in files.items() if not path.endswith((".pf_meta", ".pf_filter"))}
        for language, about in entry["languages"].items():
            version, pages, chunks, filters, *more = _unpacked(files[f"pagefind.{about['hash']}.pf_meta"])
            ordered = []
            for name, old in sorted(filters):
                label, values = _unpacked(files[f"filter/{old}.pf_filter"])
                packed = _packed([label, sorted(values)])
                ordered.append([name, _hash(language, packed)])
                out[f"filter/{ordered[-1][1]}.pf_filter"] = packed
            packed = _packed([version, pages, chunks, ordered, *more])
            about["hash"] = _hash(language, packed)
            out[f"pagefind.{about['hash']}.pf_meta"] = packed
        out[_ENTRY] = json.dumps(entry, separators=(",", ":")).encode()
    except (KeyError, ValueError, IndexError, TypeError, EOFError, OSError) as error:
        raise ConfigError(
            f"this Pagefind writes its index in a way that is not known here: {error!r}", hint="install Pagefind 1.5"
        ) from None
    return out


def _hash(language: str, data: bytes) -> str:
    return f"{language}_{hashlib.sha256(data).hexdigest()[:10]}"


def _unpacked(data: bytes) -> list[Any]:
    plain = gzip.decompress(data)
    if not plain.startswith(_SIGNATURE):
        raise ValueError("no signature")
    value, end = _read(plain, len(_SIGNATURE))
    if end != len(plain) or not isinstance(value, list):
        raise ValueError("more than one value")
    return value


def _packed(value: list[Any]) -> bytes:
    return gzip.compress(_SIGNATURE + _written(value), mtime=0)


# --- the part of CBOR (RFC 8949) that it uses: unsigned integers, text, arrays ---

_INTEGER, _TEXT, _ARRAY = 0, 3, 4


def _read(data: bytes, at: int) -> tuple[Any, int]:
    kind, size = data[at] >> 5, data[at] & 31
    at += 1
    if size > 27:
        raise ValueError(f"CBOR with the first byte {data[at - 1]:#x}")
    if size > 23:
        width = 1 << (size - 24)
        size, at = int.from_bytes(data[at : at + width], "big"), at + width
    if kind == _INTEGER:
        return size, at
    if kind == _TEXT:
        return data[at : at + size].decode(), at + size
    if kind != _ARRAY:
        raise ValueError(f"CBOR of the kind {kind}")
    items = []
    for _ in range(size):
        item, at = _read(data, at)
        items.append(item)
    return items, at


def _written(value: Any) -> bytes:
    if isinstance(value, int):
        return _head(_INTEGER, value)
    if isinstance(value, str):
        text = value.encode()
        return _head(_TEXT, len(text)) + text
    return _head(_ARRAY, len(value)) + b"".join(map(_written, value))


def _head(kind: int, size: int) -> bytes:
    if size < 24:
        return bytes([kind << 5 | size])
    power = next(power for power in range(4) if size < 1 << (8 << power))
    return bytes([kind << 5 | 24 + power]) + size.to_bytes(1 << power, "big")
