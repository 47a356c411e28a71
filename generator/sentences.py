"""Where sentences begin and end: after a full stop, a question or exclamation mark, and what closes behind it, but not
after an abbreviation. Names such as task_09 and openclaw begin sentences in lower case."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache

_ABBREVIATED = "".join(
    rf"(?<!\b{re.escape(word)}\.)" for word in "e.g i.e vs cf ca approx incl resp etc Dr Mr Mrs St".split()
)
BETWEEN = re.compile(rf"""(?:(?<=[.!?])|(?<=[.!?]["'”’)])){_ABBREVIATED}\s+""")
"""What stands between two sentences."""


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence around `start` to `end` begins and ends."""
    ends, starts = _bounds(text)
    before, after = bisect_right(starts, start), bisect_left(ends, end)
    return starts[before - 1] if before else 0, ends[after] if after < len(ends) else len(text)


@lru_cache(maxsize=64)
def _bounds(text: str) -> tuple[list[int], list[int]]:
    """Return where the sentences of a text end, but for the last, and where those after them begin: it is asked of one
    paragraph for each of its claims and words."""
    found = list(BETWEEN.finditer(text))
    return [match.start() for match in found], [match.end() for match in found]
