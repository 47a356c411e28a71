"""What a journal already says when a session opens it: which runs have their verdict, where the others stand, what was
spent. Of runs with a verdict only their names are held, so a long campaign stays small in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from clawpub.pack.costs import call_cost
from clawpub.pack.events import Event, Graded, ModelCalled, RunEvent, RunStarted
from clawpub.pack.model import Price
from clawpub.pack.preflights import PreflightAsked, Preflighted, PreflightFailed, Preflights, preflights_of
from clawpub.pack.runs import attempts_of
from runner.events import CampaignEvent, CampaignFinished, CampaignStarted

RunKey = tuple[str, int]
"""Task and run."""


class Past:
    """Built up event by event, in the journal's order."""

    def __init__(self, price: Price | None = None) -> None:
        """`price` counts where the journal names none: it was begun before journals did."""
        self._price = price
        self.started: CampaignStarted | None = None
        self.finished = False
        self.graded: set[RunKey] = set()
        self.last_attempt: dict[RunKey, int] = {}
        self._open: dict[RunKey, list[RunEvent]] = defaultdict(list)
        self._preflights: list[CampaignEvent] = []
        self._spent_usd = Decimal(0)
        self._tokens = 0
        self._empty = True

    @property
    def price(self) -> Price | None:
        return self.started.price or self._price if self.started else self._price

    @property
    def begun(self) -> bool:
        """Whether a run was ever started: from then on nothing of the campaign may change."""
        return bool(self.last_attempt)

    @property
    def empty(self) -> bool:
        return self._empty

    def add(self, event: CampaignEvent | RunEvent) -> None:
        self._empty = False
        match event:
            case CampaignStarted():
                self.started = self.started if self.begun else event
            case CampaignFinished():
                self.finished = True
            case PreflightAsked() | PreflightFailed() | Preflighted():
                self._preflights.append(event)
            case Event():
                self._add_run_event((event.task_id, event.run), event)

    def _add_run_event(self, key: RunKey, event: RunEvent) -> None:
        self.last_attempt[key] = max(self.last_attempt.get(key, 0), event.attempt)
        self._open[key].append(event)
        if isinstance(event, Graded):
            self.graded.add(key)
            spent, tokens = spending(self._open.pop(key), self.price)
            self._spent_usd += spent
            self._tokens += tokens

    def last(self, key: RunKey) -> list[RunEvent]:
        """Return the events of the last attempt at a run that has no verdict yet."""
        events = self._open.get(key, [])
        return [event for event in events if event.attempt == self.last_attempt[key]]

    def spent(self) -> tuple[Decimal, int]:
        """Return US dollars and tokens that were spent, or may have been."""
        parts = [spending(events, self.price) for events in self._open.values()]
        parts.append(preflight_spending(preflights_of(self._preflights), self.price))
        usd = sum((usd for usd, _ in parts), self._spent_usd)
        return usd, self._tokens + sum(tokens for _, tokens in parts)


def preflight_spending(preflights: Preflights, price: Price | None) -> tuple[Decimal, int]:
    """Return US dollars and tokens of what was asked before the runs, lost calls at the most they can have cost."""
    usd = sum((usd or Decimal(0) for usd in preflights.lost_usd), answers_usd(preflights.answered, price))
    tokens = sum((call.tokens_in or 0) + (call.tokens_out or 0) for call in preflights.answered)
    return usd, tokens + sum(call.reserved_tokens or 0 for call in preflights.lost)


def spending(events: Iterable[RunEvent], price: Price | None) -> tuple[Decimal, int]:
    """Return US dollars and tokens of all attempts among the events, lost calls at the most they can have cost."""
    events = list(events)
    usd, tokens = Decimal(0), 0
    if not any(isinstance(event, RunStarted) for event in events):
        return usd, tokens
    for attempt in attempts_of(events):
        usd += answers_usd(attempt.model_calls, price) + (attempt.lost_usd or 0)
        tokens += sum((call.tokens_in or 0) + (call.tokens_out or 0) for call in attempt.model_calls)
        tokens += attempt.lost_tokens
    return usd, tokens


def answers_usd(answers: Iterable[ModelCalled | Preflighted], price: Price | None) -> Decimal:
    return sum(
        (
            call_cost(price, c.tokens_in, c.tokens_out, c.tokens_cached, c.tokens_cache_written) or Decimal(0)
            for c in answers
        ),
        Decimal(0),
    )
