"""A finished campaign's journals, read for sealing: the campaign's own events, and each run's, a run at a time.

A campaign that ran in shards has one journal a shard. Of a run's events only their places are held, so a long campaign
is sealed without holding it in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from clawpub.errors import ConfigError
from clawpub.pack.events import Event, RunEvent, run_event
from runner.events import CampaignEvent, CampaignStarted
from runner.journal import read_lines
from runner.past import RunKey


@dataclass(frozen=True)
class _Place:
    journal: int
    start: int
    size: int


class Record:
    """All that the journals of a campaign say."""

    def __init__(self, journals: Sequence[Path]) -> None:
        """Raises: ConfigError where a journal is missing or was changed, or two of them do not belong together."""
        self.journals = journals
        self.campaign_events: list[CampaignEvent] = []
        self.started: CampaignStarted | None = None
        """As the campaign was frozen before its first run."""
        self._places: dict[RunKey, list[_Place]] = {}
        for number, path in enumerate(journals):
            self._index(number, path)

    @property
    def runs(self) -> list[RunKey]:
        return sorted(self._places)

    def _index(self, number: int, path: Path) -> None:
        position = 0
        frozen: CampaignStarted | None = None
        begun = False
        for line in read_lines(path):
            event = line.event
            if isinstance(event, Event):
                if not begun:
                    self._same_campaign(frozen, path)
                begun = True
                start = position + line.head
                places = self._places.setdefault((event.task_id, event.run), [])
                if places and places[-1].journal != number:
                    raise ConfigError(
                        f"{event.task_id} run {event.run} is in {self.journals[places[-1].journal].name} too",
                        at=path,
                        hint="shards of one campaign are cut in one way only: i/N with the same N",
                    )
                places.append(_Place(number, start, len(line.text)))
            elif isinstance(event, CampaignStarted):
                if begun:
                    raise ConfigError("the campaign was frozen anew after its first run", at=path)
                frozen = event
                if number == 0:
                    self.campaign_events.append(event)
            else:
                self.campaign_events.append(event)
            position += line.head + len(line.text) + 2

    def _same_campaign(self, frozen: CampaignStarted | None, path: Path) -> None:
        if self.started is None:
            self.started = frozen
        elif frozen and (self.started.campaign_digest, self.started.suite_digest) != (
            frozen.campaign_digest,
            frozen.suite_digest,
        ):
            raise ConfigError("this journal is of another campaign file or suite", at=path)

    def transcripts(self) -> Iterator[tuple[RunKey, list[RunEvent], bytes]]:
        """Yield each run with its events in the order in which they happened, and the same as JSON lines."""
        with ExitStack() as stack:
            files = [stack.enter_context(path.open("rb")) for path in self.journals]
            for key in self.runs:
                texts = []
                for place in self._places[key]:
                    files[place.journal].seek(place.start)
                    texts.append(files[place.journal].read(place.size))
                yield key, [run_event.validate_json(text) for text in texts], b"".join(text + b"\n" for text in texts)
