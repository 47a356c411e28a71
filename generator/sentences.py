"""Where sentences begin and end: after a full stop, a question or exclamation mark, and what closes behind it, but not
after an abbreviation. Names such as task_09 and openclaw begin sentences in lower case."""

from __future__ import annotations

import re

_ABBREVIATED = "".join(
    rf"(?<!\b{re.escape(word)}\.)" for word in "e.g i.e vs cf ca approx incl resp etc Dr Mr Mrs St".split()
)
BETWEEN = re.compile(rf"""(?:(?<=[.!?])|(?<=[.!?]["'”’)])){_ABBREVIATED}\s+""")
"""What stands between two sentences."""


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence around `start` to `end` begins and ends."""
    low = max((match.end() for match in BETWEEN.finditer(text) if match.end() <= start), default=0)
    match = BETWEEN.search(text, end)
    return low, match.start() if match else len(text)
