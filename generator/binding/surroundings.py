"""A quantity's surroundings, held against candidates: does the sentence name all that a fact reads?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from clawpub.quantity import Quantity
from generator.binding.candidates import Catalogue
from generator.binding.model import Candidate
from generator.binding.sheets import Place
from generator.binding.targets import Target
from generator.binding.vocabulary import Terms, ways_to_say
from generator.binding.words import Around, Mention, around, stem, stems_of, words_of

_GAP = frozenset(map(stem, "gap difference margin apart ahead behind above below fewer".split()))
_RATES = frozenset(map(stem, "rate share percent pct percentage coverage".split()))


_POINTING = re.compile(r"\b(?:it|its|they|their|them|this|that|these|those|he|she|his|her|there|same)\b", re.IGNORECASE)


_A_PIECE = re.compile(r"\W*(?:[\w-]+\W+){0,3}?(?:an?|per|each|every)\s+\w", re.IGNORECASE)
_A_PIECE_BEFORE = re.compile(r"\b(?:each|every|per|average|averaged|mean)\b", re.IGNORECASE)
_EACH = re.compile(r"\b(?:each|apiece|per|on average)\b", re.IGNORECASE)
_JOINED = re.compile(r"\W*(?:\b(?:and|or|the|to|than|with|against)\b\W*)*", re.IGNORECASE)


class Near:
    """A quantity's surroundings, held against candidates."""

    def __init__(
        self, target: Target, found: Catalogue, terms: Terms, pack_words: Mapping[str, frozenset[str]], default: str
    ) -> None:
        self.target = target
        self.quantity = target.quantity
        self.terms = terms
        self.groups = found.groups
        text = target.block.prose.text
        numbers = [(q.outer_start, q.end + len(q.noun or "") + 1) for q in target.neighbours]
        said = [m for m in found.names.said(text) if not any(low <= m.start and m.end <= high for low, high in numbers)]
        self.around: Around = around(text, target.quantity, target.above, said)
        self.part_of = _part_of(text, target, said, terms)
        """The name that the number is a part of, such as `Gemini 3.1 Pro` or the column `pass_rate_2`."""
        self.pointing = bool(_POINTING.search(text[slice(*self.around.sentence)]))
        """Whether the sentence goes on about what the one before named."""
        self.mentions = _nearest_first(said, self.around, text)
        self.above = found.names.said(target.above)
        self.noun = [word for word in self.around.noun if word in terms.vocabulary]
        self.pack, self.pack_named = _pack_of(text, target, self.around, pack_words)
        self.alone = len(pack_words) == 1
        self.default = default
        self.pack_words = pack_words
        self.apart = any(self.around.near.get(word, 0) >= 0.7 for word in _GAP)
        """Whether the words speak of how far two things are apart."""
        self.a_piece = _says_a_piece(text, target.quantity, self.around.clause)
        """Whether the words say so much for each of something: `$0.12 a pass`."""
        self.small = self.quantity.kind in ("number", "ordinal") and abs(self.quantity.value) < 100
        self._scores: dict[Place, tuple[float, float]] = {}
        self._names: dict[tuple[str, ...], bool] = {}

    def judge(self, candidate: Candidate) -> tuple[float, bool]:
        """Return how much of the words speaks of a candidate, and whether they name all that it needs."""
        measured = [self._measure(place) for place in candidate.columns[: 1 if candidate.shape == "pair" else 2]]
        score = sum(each[0] for each in measured) / len(measured)
        named = bool(candidate.names) and self._names_fit(candidate.names)
        if named:
            score += 1.5
        supported = (
            self._fits_unit(candidate)
            and self._fits_names(candidate)
            and all(any(self.around.near.get(word, 0) >= 0.7 for word in words) for words in candidate.says)
            and (candidate.shape == "pair" or not self.apart)
            and self._fits_measure(candidate, measured)
            and self._fits_noun(candidate)
            and self._fits_pack(candidate)
        )
        return score, supported

    def lacking(self, candidate: Candidate) -> int:
        """Return how many of a candidate's names and words are not said, a name that is said in part as one half."""
        names = 0 if self._names_fit(candidate.names) else sum(2 - self._part(name) for name in candidate.names)
        near = self.around.near
        return names + 2 * sum(not any(near.get(word, 0) >= 0.4 for word in words) for words in candidate.says)

    def _part(self, name: str) -> int:
        stems = stems_of(name)
        return int(2 * sum(self.around.near.get(word, 0) >= 0.4 for word in stems) >= len(stems) > 0)

    def why(self, candidate: Candidate, *, exact: bool, within: bool, supported: bool) -> Iterator[str]:
        """Yield what speaks for a proposal, and against it."""
        near = self.around.near
        words = dict.fromkeys(
            word
            for place in candidate.columns
            for word in (*sorted(self.terms.names[place]), *self.terms.others[place])
        )
        if said := [word for word in words if near.get(word, 0) >= 0.4]:
            yield f"words: {', '.join(self._as_typed(said)[:5])}"
        if candidate.names and self._names_fit(candidate.names):
            yield f"names {', '.join(candidate.names)}"
        elif candidate.names:
            yield f"the sentence does not name {', '.join(candidate.names)}"
        if not exact:
            yield "by rounding, hedge or bound"
        if candidate.unit:
            yield "read as stored in percent"
        if not within:
            yield "outside what the tag names"

    def _as_typed(self, stems: Sequence[str]) -> list[str]:
        typed: dict[str, str] = {}
        for word in words_of(f"{self.target.block.prose.text} {self.target.above}"):
            typed.setdefault(stem(word), word)
        return [typed.get(word, word) for word in stems]

    def _measure(self, place: Place) -> tuple[float, float]:
        """Return the weight of the words said of a column, and how near the nearest word of its name stands."""
        if place not in self._scores:
            near, weight = self.around.near, self.terms.weight
            score = nearest = 0.0
            for name in self.terms.names[place]:
                how = max((near.get(word, 0.0) * part for word, part in ways_to_say(name)), default=0.0)
                score += how * weight[name]
                nearest = max(nearest, 0.0 if name.isdigit() else how)
            score += sum(part * near.get(word, 0.0) * weight[word] for word, part in self.terms.others[place].items())
            self._scores[place] = score, nearest
        return self._scores[place]

    def _fits_measure(self, candidate: Candidate, measured: Sequence[tuple[float, float]]) -> bool:
        if candidate.names and candidate.shape in ("count", "share") and len(candidate.columns) == 1:
            return True  # the value that is counted is said
        if candidate.shape == "kinds":
            return any(word in self.around.noun for word in self.terms.names[candidate.columns[0]])
        least = 0.5 if self.small else 0.25
        return all(nearest >= least for _, nearest in measured)

    def _fits_noun(self, candidate: Candidate) -> bool:
        """The word behind the number is what is counted: `30 runs` are no failures."""
        if not self.noun:
            return True
        names = {way for place in candidate.columns for name in self.terms.names[place] for way, _ in ways_to_say(name)}
        told = names | {word for place in candidate.columns for word in self.terms.others[place]}
        told |= {word for name in candidate.names for word in stems_of(name)}
        if candidate.shape in ("count", "kinds"):
            names = told
        return any(word in names for word in self.noun) and all(word in told for word in self.noun)

    def _fits_unit(self, candidate: Candidate) -> bool:
        unit = self.terms.units.get(candidate.columns[0], "")
        if self.quantity.kind == "number" and self.quantity.exact and _RATES & self.terms.names[candidate.columns[0]]:
            return False
        if candidate.shape in ("count", "share", "pair") and self.quantity.kind in (
            "percent",
            "fraction",
            "ratio",
            "change",
            "multiple",
        ):
            return True
        if candidate.shape in ("count", "kinds"):
            return self.quantity.kind == "number"
        noun = self.quantity.noun or ""
        time = stem(noun) in map(stem, ("second", "minute", "hour", "s", "min", "h"))
        if unit == "second":
            scaled = any(words in (frozenset({stem("minute")}), frozenset({stem("hour")})) for words in candidate.says)
            return time and scaled == (stem(noun) in map(stem, ("minute", "hour", "min", "h")))
        if candidate.shape != "per" and unit == "money":
            return self.quantity.kind == "money"
        return self.quantity.kind != "money" and not time

    def _fits_names(self, candidate: Candidate) -> bool:
        """Each name that the fact reads is said, and the clause says no other: `task_08` is not about all tasks."""
        if not self._names_fit(candidate.names):
            return False
        common = self.terms.vocabulary
        others = {mention.name for mention in self.mentions[0]} - set(candidate.names)
        return all(len(stems := stems_of(name)) == 1 and stems[0] in common for name in others)

    def _names_fit(self, names: tuple[str, ...]) -> bool:
        if names not in self._names:
            self._names[names] = all(self._named(name, names) for name in names)
        return self._names[names]

    def _named(self, name: str, names: tuple[str, ...]) -> bool:
        """Whether the nearest stretch of text that names any such row or value names this one, and none but `names`."""
        group = set(self.groups.get(name, ()))
        before = self.mentions[2:] if self.pointing else []
        for mentions in (*self.mentions[:2], *before, self.above):
            alike = {mention.name for mention in mentions if group & set(self.groups.get(mention.name, ()))}
            if alike:
                return name in alike and alike <= set(names)
        return False

    def _fits_pack(self, candidate: Candidate) -> bool:
        if self.alone:
            return True
        if len(candidate.packs) > 1:
            said = {word for word, near in self.around.near.items() if near >= 0.4}
            return all(pack == self.default or self.pack_words[pack] & said for pack in candidate.packs)
        if self.pack_named:
            return candidate.packs == (self.pack,)
        return candidate.packs == (self.default,)


def _says_a_piece(text: str, quantity: Quantity, clause: tuple[int, int]) -> bool:
    before, behind = text[clause[0] : quantity.outer_start], text[quantity.outer_end : clause[1]]
    return bool(_A_PIECE_BEFORE.search(before) or _A_PIECE.match(behind) or _EACH.search(behind))


def _part_of(text: str, target: Target, said: Sequence[Mention], terms: Terms) -> str:
    start, end = target.quantity.start, target.quantity.end
    for mention in said:
        if mention.start < end and start < mention.end:
            return mention.name
    words, behind = tuple(words_of(text[:start])), words_of(text[start:end])
    for name in terms.numbered:
        own = tuple(words_of(name))
        if list(own[-1:]) == behind and len(own) > 1 and words[-len(own) + 1 :] == own[:-1]:
            return name
    return ""


def _nearest_first(said: Sequence[Mention], near: Around, text: str) -> list[list[Mention]]:
    """Return mentions by stretch: the clause, the whole sentence, then the sentences before it, backwards."""
    (low, high), (start, end) = near.clause, near.sentence
    listed = _lists(said, text)
    clause = [m for names in listed if any(low <= each.start < high for each in names) for m in names]
    sentence = [mention for mention in said if start <= mention.start < end]
    stretches = [clause, sentence]
    before = [0, *(match.end() for match in re.finditer(r"(?<=[.!?])\s+", text[:start])), start]
    for first, behind in reversed(list(pairwise(before))):
        stretches.append([mention for mention in said if first <= mention.start < behind])
    return stretches


def _lists(said: Sequence[Mention], text: str) -> list[list[Mention]]:
    """Return mentions with those together that are named in one breath: `task_01 and task_08 went 3/3 and 0/3`."""
    lists: list[list[Mention]] = []
    for mention in said:
        if lists and _JOINED.fullmatch(text[lists[-1][-1].end : mention.start]):
            lists[-1].append(mention)
        else:
            lists.append([mention])
    return lists


def _pack_of(text: str, target: Target, near: Around, pack_words: Mapping[str, frozenset[str]]) -> tuple[str, bool]:
    """Return the pack that the words name, and whether they name one at all; "" where they name several alike."""
    start, end = near.sentence
    for words in (text[slice(*near.clause)], text[start:end], text[:start], target.above):
        said = set(stems_of(words))
        counts = {alias: len(own & said) for alias, own in pack_words.items()}
        most = max(counts.values(), default=0)
        if most:
            best = [alias for alias, count in counts.items() if count == most]
            return (best[0] if len(best) == 1 else ""), True
    return "", False
