"""The rows of packs by name: the texts of key columns, found in prose, and the rows that a query reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from clawpub.pack.query import TEXT, is_query, key_parts
from clawpub.pack.reader import Pack
from clawpub.pack.tables import Table
from generator.statement.direct import column_of, selected

_KEY = re.compile(r"""\[((?:"[^"]*"|[^\[\]"])*)\]""")
_TOKEN = re.compile(r"[^\W_]+(?:_[^\W_]+)*")
MOST_NAMES = 20_000
LONGEST = 60
"""Characters of a text that is a name still."""
MOST_READ = 20
"""Rows that a query may read and still be about each of them."""
_COMMON = frozenset(
    "a all an and any april august average base baseline best both bot count data day december default each easy entry "
    "error errors every failed failure false february female file final first friday general good group hard high home "
    "item january july june large last left line list log long loop low main male march may mean median medium model "
    "monday more most name new next no none november number october old one open other others overall page pass passed "
    "plan private public rate read report result results right run runs saturday score search second september set "
    "short simple size small start step sum sunday table task tasks test tests the third thursday time tool tools "
    "total true tuesday two type unknown user value wednesday week whole write year yes zero".split()
)
"""Words that a table may have for a key and that prose has without it."""

_FROM = re.compile(
    r"\s*from\s+(?:\w+\.)?\"?(?P<table>\w+)\"?(?P<rest>(?:\s+where\b.*)?(?:\s+order\s+by\b.*)?)\s*;?\s*", re.I | re.S
)
_MANY = re.compile(
    r"\b(?:count|sum|total|avg|median|percentile|group_concat|\w*rank|row_number)\s*\(|\bgroup\s+by\b|\bunion\b|\bjoin\b|"
    r"\bdistinct\b",
    re.IGNORECASE,
)
_EXTREME = re.compile(r"\b(?:max|min)\s*\(", re.IGNORECASE)

Rows = Callable[[str], Sequence[tuple[object, ...]]]
"""Gives a query's rows; () where it cannot be asked."""


@dataclass(frozen=True)
class Name:
    """A row's name where prose has it."""

    text: str
    """In lower case."""
    start: int
    end: int


@dataclass(frozen=True)
class Keys:
    kinds: Mapping[str, frozenset[str]]
    """By name, in lower case: the columns that have it for a key."""
    columns: Mapping[str, str]
    """By table: the column of its names."""
    spelled: Mapping[str, str]
    """By name, in lower case: as a table has it."""
    _first: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    """By the first word of a name, in lower case: each name as stored, the longest first, and where the word begins."""

    def find(self, text: str) -> Iterator[Name]:
        """Yield the names in a text, the longest where several begin at a word."""
        at = 0
        for token in _TOKEN.finditer(text):
            for name, offset in self._first.get(token[0].lower(), ()) if token.start() >= at else ():
                start, end = token.start() - offset, token.start() - offset + len(name)
                if start >= at and _is(text[start:end], name) and _stands_alone(text, start, end):
                    yield Name(name.lower(), start, end)
                    at = end
                    break

    def alike(self, names: Iterable[str], wanted: Set[str]) -> set[str]:
        """Return those names that are keys of a column of which one of `wanted` is a key."""
        kinds = frozenset[str]().union(*(self.kinds.get(name, frozenset()) for name in wanted))
        return {name for name in names if kinds & self.kinds.get(name, frozenset())}

    def named_by(self, facts: Iterable[str]) -> set[str]:
        """Return the names that facts are written with."""
        return {name.lower() for fact in facts for name in about(fact) if name.lower() in self.kinds}

    def read_by(self, facts: Iterable[str], rows: Rows) -> tuple[set[str], bool]:
        """Return the names of the rows that facts without a name read, and whether they are an end of many rows."""
        found: set[str] = set()
        extreme = False
        for fact in facts:
            extreme = extreme or bool(_EXTREME.search(fact))
            if query := self._names_of(fact):
                read = {str(row[0]).lower() for row in rows(query)}
                found |= read if len(read) <= MOST_READ else set()
        return found & self.kinds.keys(), extreme

    def _names_of(self, fact: str) -> str | None:
        """Return the query for the keys of the rows that a simple query reads."""
        if not is_query(fact) or len(re.findall(r"\bselect\b", fact, re.IGNORECASE)) != 1 or _MANY.search(fact):
            return None
        behind = fact[fact.index(selected(fact)) + len(selected(fact)) :] if selected(fact) else ""
        match = _FROM.fullmatch(behind)
        key = self.columns.get(match["table"].lower()) if match else None
        if match is None or key is None:
            return None
        if not _EXTREME.search(selected(fact)):
            return f'select "{key}" {behind}'
        column = column_of(fact)
        if column is None or re.search(r"\border\s+by\b", behind, re.IGNORECASE):
            return None
        conditions = re.sub(r"^\s+where\b", "", match["rest"], flags=re.IGNORECASE).strip().rstrip(";") or "1"
        source = behind[: match.start("rest")]
        return f'select distinct "{key}" {source} where ({conditions}) and "{column}" = ({fact.rstrip().rstrip(";")})'


def keys_of(packs: Iterable[Pack]) -> Keys:
    kinds: dict[str, set[str]] = {}
    columns: dict[str, str] = {}
    stored: set[str] = set()
    for table in (table for pack in packs for table in pack.tables()):
        for column in _key_columns(table):
            columns.setdefault(table.schema.name.lower(), column)
            for text in _names(table, column):
                if len(stored) < MOST_NAMES:
                    stored.add(text)
                    kinds.setdefault(text.lower(), set()).add(column.lower())
    first: dict[str, list[tuple[str, int]]] = {}
    for name in sorted(stored, key=lambda text: (-len(text), text)):
        if token := _TOKEN.search(name):
            first.setdefault(token[0].lower(), []).append((name, token.start()))
    spelled = {name.lower(): name for name in sorted(stored)}
    return Keys({name: frozenset(of) for name, of in kinds.items()}, columns, spelled, first)


def about(fact: str) -> list[str]:
    """Return the keys and texts that a fact names."""
    if is_query(fact):
        return [text.replace("''", "'") for text in TEXT.findall(fact)]
    return [part for key in _KEY.findall(fact) for part in key_parts(key)]


def _key_columns(table: Table) -> Iterator[str]:
    """Yield the column that names a table's rows: the first of its key, else the texts that no two rows share."""
    if table.schema.primary_key:
        yield table.schema.primary_key[0]
        return
    rows = list(table.rows)
    for column in table.schema.columns:
        texts = {row[column.name] for row in rows}
        if column.type == "string" and len(rows) > 1 and len(texts) == len(rows) and None not in texts:
            yield column.name
            return


def _names(table: Table, column: str) -> Iterator[str]:
    """Yield the texts of a column that are names: short, with a letter, and no word that prose has anyway."""
    for row in table.rows:
        text = row[column]
        if not isinstance(text, str) or not 2 <= len(text) <= LONGEST or text.lower() in _COMMON:
            continue
        if re.search(r"[^\W\d_]", text):
            yield text


def _is(said: str, name: str) -> bool:
    """Whether a text is a name: in any case, where it has a word of four letters."""
    return said == name or (said.lower() == name.lower() and bool(re.search(r"[^\W\d_]{4}", name)))


def _stands_alone(text: str, start: int, end: int) -> bool:
    joined = re.compile(r"[\w-]")
    before, behind = text[start - 1 : start] if start else "", text[end : end + 1]
    goes_on = behind == "-" and not re.match(r"-(?:\s|$)", text[end:])
    return not (before and joined.match(before)) and not re.match(r"\w", behind) and not goes_on
