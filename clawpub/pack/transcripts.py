"""A pack's transcripts, read one file at a time: one file a run, or packed files of many runs."""

from __future__ import annotations

from collections.abc import Iterator

from clawpub.errors import Place
from clawpub.pack.events import RunEvent
from clawpub.pack.reader import Pack
from clawpub.pack.runs import parse_transcript


def read_transcripts(pack: Pack) -> Iterator[RunEvent]:
    """Yield every event of every run. Raises: PackError naming file and line where one is none."""
    for resource in pack.descriptor.resources:
        if resource.path.startswith("transcripts/"):
            yield from parse_transcript(pack.read(resource), Place(pack.path / resource.path))
