"""Folders that the user whom root's commands run as can enter: a clone in root's own home is closed to that user."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_folder() -> Iterator[Path]:
    """Yield a new folder that anybody can enter: below the tests' own TMPDIR, below /tmp where that is closed."""
    own = Path(tempfile.gettempdir()).resolve()
    reachable = all(folder.stat().st_mode & 0o001 for folder in (own, *own.parents))
    with tempfile.TemporaryDirectory(dir=own if reachable else "/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
