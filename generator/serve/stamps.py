"""What tells in no time whether files are those that were read: their places, sizes and times."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from generator.verdict_store import digest_of


def folder_stamp(folder: Path) -> str:
    """Return a digest of the names, sizes and times of all files in a folder; that of nothing where it is not there."""
    return digest_of(*sorted(_lines(folder, "")))


def _lines(folder: Path, below: str) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _lines(Path(entry.path), f"{below}{entry.name}/")
        else:
            yield f"{below}{entry.name} {file_stamp(entry.path)}"


def file_stamp(file: str) -> str:
    """Return where a file is, its size and times; "" where there is none."""
    try:
        found = os.stat(file)  # noqa: PTH116
    except OSError:
        return ""
    return f"{found.st_dev} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns};"
