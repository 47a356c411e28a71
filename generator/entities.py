"""Whether the words around a claim name what its fact reads: "task_01 went [0/3]" over the score of task_08 misleads.

Names are the values of the packs' key columns, such as `task_08`. A fact that names some of them, in its key or as a
text of its query, is about those; the sentence around the claim, or the nearest one before it in the paragraph that
names any, has to name one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from clawpub.pack.query import is_query
from clawpub.pack.reader import Pack
from clawpub.pack.tables import Table

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_TEXT = re.compile(r"'((?:[^']|'')*)'")
_KEY = re.compile(r"\[([^\[\]]*)\]")
MOST_NAMES = 5_000


class Entities:
    """The names that the packs of a writeup know."""

    def __init__(self, packs: Mapping[str, Pack]) -> None:
        names: set[str] = set()
        for pack in packs.values():
            for table in pack.tables():
                names |= set(_names(table))
        self.names = frozenset(sorted(names)[:MOST_NAMES])
        words = sorted(map(re.escape, self.names), key=len, reverse=True)
        self._pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])") if words else None

    def another(self, facts: Iterable[str], text: str, at: int) -> tuple[str, str] | None:
        """Return (what the words name, what the facts read) where those differ, else None.

        `text` is the paragraph as a reader sees it, `at` where the claim stands in it.
        """
        read = {name for fact in facts for name in _about(fact) if name in self.names}
        if not read or self._pattern is None:
            return None
        end = at
        while end >= 0:
            start = _start(text, end)
            said = self._pattern.findall(text[start : _end(text, end)])
            if said:
                return None if read & set(said) else (said[-1], ", ".join(sorted(read)))
            end = start - 2
        return None


def _names(table: Table) -> Iterable[str]:
    """Return the texts of a table's first key column that look like names: with a digit or an underscore."""
    if not table.schema.primary_key:
        return ()
    column = table.schema.primary_key[0]
    texts = (row[column] for row in table.rows)
    return (text for text in texts if isinstance(text, str) and re.fullmatch(r"\w*[a-z]\w*[_-]\w+", text))


def _about(fact: str) -> list[str]:
    if is_query(fact):
        return [text.replace("''", "'") for text in _TEXT.findall(fact)]
    return [part.strip() for key in _KEY.findall(fact) for part in key.split(",")]


def _start(text: str, at: int) -> int:
    ends = [match.end() for match in _SENTENCE.finditer(text, 0, max(at, 0))]
    return ends[-1] if ends else 0


def _end(text: str, at: int) -> int:
    match = _SENTENCE.search(text, max(at, 0))
    return match.start() if match else len(text)
