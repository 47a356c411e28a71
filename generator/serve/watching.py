"""The files of a publication, watched: what a person or a program changed, once the changes pause.

Editors save in many ways: they write beside the file and rename, keep swap files and locks, try whether a folder can be
written by a file called 4913. Such names are passed over, and so is whatever begins with a dot: a pack that is being
sealed has such a name until it is whole.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path

from watchfiles import Change, awatch

from generator.local import FOLDER
from generator.pages.render import default_templates

PAUSE_MS = 20
"""Without a change, until the changes before it are told."""
LONGEST_MS = 500
"""Changes that never pause are told after this time."""
LOOK_AGAIN_MS = 500
"""How often the folders themselves are looked at: a publication's templates/ may be made while it is watched."""
_PASSING = re.compile(r"^(\..*|#.*#|.*~|4913|.*\.sw[a-z]|.*\.tmp|__pycache__)$")


def is_passing(path: Path, roots: Sequence[Path]) -> bool:
    """Whether a path below one of the roots is one that comes and goes while others are written."""
    inside = next((path.relative_to(root).parts for root in roots if path.is_relative_to(root)), ())
    return any(_PASSING.match(part) for part in inside)


def roots_of(root: Path) -> dict[Path, int]:
    """Return the folders of a publication that its pages are made of, as far as they are there, with their inodes."""
    folders = (root / "content", root / "templates", root / FOLDER, default_templates())
    return {folder.resolve(): folder.stat().st_ino for folder in folders if folder.is_dir()}


async def changes(root: Path, stop: asyncio.Event) -> AsyncIterator[tuple[Path, ...]]:
    """Yield what changed, sorted; and once it is quiet (), for something may have changed unseen: before the watch
    stood, or in a folder that was new."""
    while not stop.is_set():
        roots = roots_of(root)

        def wanted(_: Change, path: str, roots: Sequence[Path] = tuple(roots)) -> bool:
            return not is_passing(Path(path), roots)

        watched = awatch(
            *roots,
            watch_filter=wanted,
            debounce=LONGEST_MS,
            step=PAUSE_MS,
            rust_timeout=LOOK_AGAIN_MS,
            yield_on_timeout=True,
            stop_event=stop,
        )
        quiet = False
        async with aclosing(watched):
            async for found in watched:
                if found or not quiet:
                    yield tuple(sorted({Path(path) for _, path in found}))
                quiet = not found
                if roots_of(root) != roots:
                    break
