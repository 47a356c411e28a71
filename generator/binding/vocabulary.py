"""What words mean: of column names, of statistics, of packs. Short lists, so that an author can foresee them."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from clawpub.pack.reader import Pack
from clawpub.pack.schema import ColumnType
from generator.binding.sheets import Place, unit_of
from generator.binding.words import STOP, stem, stems_of, words_of


def _stems(words: str) -> frozenset[str]:
    return frozenset(map(stem, words.split()))


MEAN = _stems("mean average averaged averages")
MEDIAN = _stems("median p50 typical")
GREATEST = _stems("max maximum longest highest largest biggest greatest best peak slowest top exceeded")
LEAST = _stems("min minimum shortest lowest smallest fewest fastest cheapest worst")
TOTAL = _stems("total totals sum altogether together overall combined whole entire all spent")
EVERY = _stems("each every per apiece all both everyone")
PER = _stems("per each average mean apiece")
APART = _stems(
    "gap difference differ differs differed more fewer less than above below apart higher lower ahead behind margin "
    "rose fell grew dropped gained lost increase decrease improved faster slower longer shorter"
)
PLUS = _stems(
    "positive above won win wins winning winners gain gains gained gaining profit profitable profits profited up"
)
MINUS = _stems("negative below lost lose loses losing losers loss losses fell down")
NOTHING = _stems("zero flat nothing unchanged even")
NOT_ADDED = _stems(
    "per rate rates percent pct percentage share p50 p95 mean average median rank year score id low high"
)
"""Words of columns whose sum says nothing."""
STATISTICS = {
    "p50": MEDIAN,
    "median": MEDIAN,
    "mean": MEAN,
    "avg": MEAN,
    "average": MEAN,
    "max": GREATEST,
    "min": LEAST,
    "p90": _stems("p90 90th percentile"),
    "p95": _stems("p95 95th percentile"),
    "p99": _stems("p99 99th percentile"),
    "low": _stems("low lower begins"),
    "high": _stems("high upper ends"),
}
"""Words of a column's name that a sentence has to say, and by which words it does."""

SAID = {
    stem(word): frozenset(map(stem, said.split()))
    for word, said in {
        "score": "scored went got result",
        "passes": "passed solved succeeded pass",
        "failures": "failed fail failure",
        "latency": "took takes time duration",
        "wall": "took campaign lasted",
        "duration": "took takes lasted time",
        "cost": "spent spend paid price cheap expensive",
        "usd": "dollars cost spent",
        "cached": "cache",
        "rate": "percent share scored",
        "p50": "median typical",
        "p95": "95th percentile",
        "low": "lower begins",
        "high": "upper ends",
        "s": "seconds second",
        "result": "held correct wrong",
    }.items()
}
"""What prose says for words of column names."""
SAID_OF_TOKENS = {"in": "read input prompt", "out": "wrote written output generated"}
_GENERIC = frozenset(map(stem, "id name table data pack value number count column".split()))
_ALIKE = re.compile(r"\d+|[a-z]\d?")


class Terms:
    """What is said of a column: its name, its table, its description, and what prose calls these."""

    def __init__(self, packs: Mapping[str, Pack]) -> None:
        self.names: dict[Place, frozenset[str]] = {}
        self.others: dict[Place, dict[str, float]] = {}
        self.units: dict[Place, str] = {}
        self.types: dict[Place, ColumnType] = {}
        self.vocabulary: set[str] = set()
        """Every word of a name of a table or column."""
        self.numbered: set[str] = set()
        """Columns whose name ends with a number, as `pass_rate_2`."""
        described: dict[str, str] = {}
        for pack in packs.values():
            for table in pack.tables():
                for column in table.schema.columns:
                    described.setdefault(column.name, column.description)
                    if column.name[-1:].isdigit():
                        self.numbered.add(column.name)
        for alias, pack in packs.items():
            for table in pack.tables():
                schema = table.schema
                tables = frozenset(stems_of(schema.name)) - _GENERIC
                keys = frozenset(stems_of(" ".join(schema.primary_key[-1:]))) - _GENERIC
                self._add((alias, schema.name, "*"), tables | keys, schema.title, ())
                for column in schema.columns:
                    told = column.description or described[column.name]
                    place = (alias, schema.name, column.name)
                    self._add(place, _name_stems(column.name), f"{told} {schema.title}", (*tables, *keys))
                    self.units[place] = unit_of(column)
                    self.types[place] = column.type
        count = len({place[1:] for place in self.names})
        appears: dict[str, set[str]] = defaultdict(set)
        for place, names in self.names.items():
            for term in (*names, *self.others[place]):
                appears[term].add(place[2] if place[2] != "*" else place[1])
        self.weight = {term: math.log(1 + count / len(there)) for term, there in appears.items()}

    def _add(self, place: Place, names: frozenset[str], told: str, tables: Iterable[str]) -> None:
        self.names[place] = names
        words = {stem(word) for word in words_of(told) if len(word) > 2 and word not in STOP} - names
        self.others[place] = dict.fromkeys(sorted(words), 0.35) | {word: 0.3 for word in tables if word not in names}
        self.vocabulary |= names | set(tables)


def _name_stems(column: str) -> frozenset[str]:
    words = words_of(column)
    if "token" in map(stem, words):
        words += [said for word in words for said in SAID_OF_TOKENS.get(word, "").split()]
    stems = {stem(word) for word in words} - _GENERIC
    return frozenset(word for word in stems if word not in ("in", "out", "per"))


def pack_words_of(packs: Mapping[str, Pack]) -> dict[str, frozenset[str]]:
    """Return the words by which each pack can be told from the others: of its alias, id, model and harness."""
    own = {}
    for alias, pack in packs.items():
        campaign = pack.info.campaign
        told = f"{campaign.model.id} {campaign.harness.name}" if campaign else ""
        words = words_of(f"{alias} {pack.id} {told}".replace("_", " "))
        own[alias] = {stem(word) for word in words if not _ALIKE.fullmatch(word)} - {"this", "that", "th"}
    shared = frozenset.intersection(*map(frozenset, own.values())) if len(own) > 1 else frozenset()
    return {alias: frozenset(words - shared) for alias, words in own.items()}


def ways_to_say(name: str) -> Iterator[tuple[str, float]]:
    yield name, 1.0
    for word in SAID.get(name, ()):
        yield word, 0.7


def statistic_words(column: str) -> tuple[frozenset[str], ...]:
    return tuple(STATISTICS[word] for word in words_of(column) if word in STATISTICS)
