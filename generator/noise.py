"""Claims that set the scores of two packs against each other: can their data tell the difference from zero?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from clawpub.errors import PackError
from clawpub.pack.compare import Pair, compare_packs
from clawpub.pack.query import Source
from clawpub.pack.reader import Pack

SCORES = {
    "run_summary": frozenset(
        "passes failures score pass_rate score_of_planned pass_rate_of_planned headline_score".split()
    ),
    "per_task_results": frozenset({"passes", "score"}),
    "task_outcomes": frozenset({"passed"}),
}
SHOWN = ("difference", "these tasks only")


class Noise:
    """The packs of a writeup, two and two; each pair is compared once."""

    def __init__(self, packs: Mapping[str, Pack]) -> None:
        self.packs = packs
        self._pairs: dict[tuple[str, ...], Pair | None] = {}

    def of(self, sources: Iterable[Source]) -> str | None:
        """Return what is to be said of a claim that reads the scores of two packs whose difference the data cannot tell
        from zero; None for any other claim."""
        aliases = tuple(sorted({s.pack for s in sources if s.column in SCORES.get(s.table, ())}))
        if len(aliases) != 2:
            return None
        pair = self._pair(aliases)
        if pair is None or pair.verdict in SHOWN:
            return None
        return f"these data cannot tell the difference from zero ({_tests(pair)})"

    def _pair(self, aliases: tuple[str, ...]) -> Pair | None:
        if aliases not in self._pairs:
            try:
                self._pairs[aliases] = compare_packs([self.packs[alias] for alias in aliases]).pairs[0]
            except (PackError, KeyError):
                self._pairs[aliases] = None  # packs without a count of passes have no difference to test
        return self._pairs[aliases]


def _tests(pair: Pair) -> str:
    if pair.by_task:
        tested = [("paired t over tasks", pair.by_task.t.p), ("runs exchanged within tasks", pair.by_task.these_tasks)]
    elif pair.best:
        tested = [("paired t of the best split over tasks", pair.best.t)]
    else:
        tested = [("Fisher's test", pair.fisher)]
    return ", ".join(f"{name} p = {p:.2f}" for name, p in tested if p is not None) or "no test applies"
