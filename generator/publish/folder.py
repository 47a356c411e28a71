"""A folder that a web server serves: exchanged whole, as `clawpub build` does it with its own."""

from __future__ import annotations

from pathlib import Path

from generator.pages.output import MARKER, Payload, Written, states_of, write_site
from generator.publish.released import Released


def into_folder(released: Released, target: Path) -> Written:
    """Make a folder hold a release.

    Raises: PublishError where the folder is not ours, or cannot be written.
    """
    files: dict[str, Payload] = {file.path: file.file.read_bytes for file in released.files}
    return write_site(target, files)


def compare_folder(released: Released, target: Path) -> tuple[list[str], list[str]]:
    """Return the paths of files that a folder lacks or has otherwise, and of those that it would lose."""
    there = states_of(target)
    put = [
        file.path
        for file in released.files
        if not (state := there.get(file.path))
        or state[0] != file.size
        or (target / file.path).read_bytes() != file.file.read_bytes()
    ]
    return put, sorted(there.keys() - {file.path for file in released.files} - {MARKER})
