"""A folder that a web server serves: exchanged whole, as `clawpub build` does it with its own."""

from __future__ import annotations

from pathlib import Path

from clawpub.errors import ConfigError
from generator.pages.output import MARKER, Payload, Written, refuse_foreign, states_of, write_site
from generator.publish.released import Released


def into_folder(released: Released, target: Path) -> Written:
    """Make a folder hold a release.

    Raises: PublishError where the folder is not ours, or cannot be written.
    """
    files: dict[str, Payload] = {file.path: file.read for file in released.files}
    return write_site(target, files)


def compare_folder(released: Released, target: Path) -> tuple[list[str], list[str]]:
    """Return the paths of files that a folder lacks or has otherwise, and of those that it would lose.

    Raises: PublishError where the folder is not ours, ConfigError where it and the release are one in the other.
    """
    here, folder = target.resolve(), released.folder.resolve()
    if here.is_relative_to(folder) or folder.is_relative_to(here):
        raise ConfigError("the release is in that folder, or around it", at=target, hint="name another folder")
    refuse_foreign(target)
    there = states_of(target)
    put = [
        file.path
        for file in released.files
        if not (state := there.get(file.path))
        or state[0] != file.size
        or (target / file.path).read_bytes() != file.read()
    ]
    return put, sorted(there.keys() - {file.path for file in released.files} - {MARKER})
