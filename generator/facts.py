"""The facts of a ledger: read from the packs, and held against the words of a span."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from clawpub.errors import FactError
from clawpub.pack.mutation import vacuous
from clawpub.pack.query import TEXT, Answer, Database, is_query
from clawpub.pack.tables import Cell, spell
from clawpub.pack.typed import typed_number
from clawpub.quantity import Comparison, Quantity, compare
from generator.findings import Report
from generator.statement.direct import column_of
from generator.statement.units import unit_of
from generator.writeup import FactEntry, Reading, Verdict

Pairs = list[tuple[Quantity, list[Cell]]]
"""Each quantity of a span with the values it must agree with."""

_WORST: dict[Verdict, int] = {"waived": 0, "verified": 0, "undecidable": 1, "refuted": 2}


@dataclass(frozen=True)
class Outcome:
    """What became of a claim, before it has a number and a place."""

    verdict: Verdict
    rule: str
    message: str
    hint: str | None = None
    readings: tuple[Reading, ...] = ()
    slack: str = ""
    """A remark on a claim that holds."""


class Facts:
    """The ledger's facts, each read once and reported once."""

    def __init__(self, database: Database | None, report: Report, *, complete: bool) -> None:
        self.database = database
        self.report = report
        self.complete = complete
        """False where a pack is missing: what then cannot be read was reported with the pack."""
        self._read: dict[tuple[str, str], Reading | None] = {}

    def readings(self, entry: FactEntry) -> tuple[Reading, ...]:
        """Return the readings of an entry's `is`; shorter than the entry where a fact could not be read."""
        read = [self.read(entry, fact) for fact in entry.facts]
        return tuple(reading for reading in read if reading is not None)

    def read(self, entry: FactEntry, fact: str) -> Reading | None:
        key = (entry.id, fact)
        if key not in self._read:
            self._read[key] = self._ask(entry, fact)
        return self._read[key]

    def set_of(self, entry: FactEntry) -> tuple[Reading, list[Cell]] | None:
        """Return the values of an entry's `inside` with a reading that sums them up; None where they cannot be read."""
        query = (entry.inside or "").rstrip().rstrip(";")
        if not is_query(query):
            self._error(entry, f"`inside` is {shortened(query)!r}, expected a query", "select a column of the values")
            return None
        if column := chosen_by_itself(query):
            message = f"[{entry.id}]: `inside` chooses its values by {column}, the very values that are to lie within"
            hint = "choose rows by what they are, not by the value: where not (task_id = … and run = …)"
            self.report.ledger("vacuous", message, entry, hint=hint)
            return None
        ends = f"with clawpub_set(v) as ({query}) select min(v) || '–' || max(v) from clawpub_set"
        reading = self.read(entry, ends)
        if reading is None or self.database is None:
            return None
        return reading, [row[0] for row in self.database.ask(query).rows]

    def _ask(self, entry: FactEntry, fact: str) -> Reading | None:
        if self.database is None:
            self._error(entry, "there is no pack to ask", "name one in the front matter, under packs:")
            return None
        try:
            answer = self.database.ask(fact)
            value = answer.value()
        except FactError as error:
            self._error(entry, f"{error.message} (in {shortened(fact)!r})", error.hint)
            return None
        if not answer.sources:
            message = f"[{entry.id}]: {shortened(fact)!r} names no cell of any pack"
            hint = "read a column: a constant proves nothing; for count(*), count a column that is never empty"
            self.report.ledger("vacuous", message, entry, hint=hint)
        elif is_query(fact) and (typed := typed_number(fact)):
            message = f"[{entry.id}]: {typed!r} puts a typed number into what {shortened(fact)!r} says"
            hint = "numbers come from cells; one that is known otherwise belongs into a pack or a model card"
            self.report.ledger("vacuous", message, entry, hint=hint)
            return Reading(fact, answer.query, value, ())
        elif is_query(fact) and isinstance(value, str) and (words := self._typed_words(answer, value)):
            message = f"[{entry.id}]: {shortened(fact)!r} puts the words {words!r} into what it says"
            hint = "words come from cells too; write them into the text"
            self.report.ledger("vacuous", message, entry, hint=hint)
            return Reading(fact, answer.query, value, ())
        elif is_query(fact) and (why := self._vacuous(answer, holds=fact == entry.holds)):
            hint = "a fact is computed from the pack, so that another pack would give another value"
            self.report.ledger("vacuous", f"[{entry.id}]: {shortened(fact)!r} proves nothing: {why}", entry, hint=hint)
            return Reading(fact, answer.query, value, ())
        return Reading(fact, answer.query, value, answer.sources)

    def _typed_words(self, answer: Answer, value: str) -> str | None:
        """Return a text of a query that its value holds and no cell that it read does."""
        assert self.database
        texts = [text.replace("''", "'") for text in TEXT.findall(answer.query)]
        held: list[str] = [text for text in texts if len(text) > 1 and re.search(r"[^\W_]", text) and text in value]
        for text in held:
            cells = (
                spell(row[source.column])
                for source in answer.sources
                for row in self.database.rows(source.pack, source.table)
                if source.column in row
            )
            if not any(text in cell for cell in cells):
                return text
        return None

    def _vacuous(self, answer: Answer, *, holds: bool) -> str | None:
        assert self.database
        if holds and not answer.value():
            return None  # what does not hold is refuted already
        try:
            return vacuous(self.database, answer, holds=holds)
        except FactError:
            return None  # too slow to be asked again and again; what it read stands

    def _error(self, entry: FactEntry, message: str, hint: str | None) -> None:
        if self.complete:
            self.report.ledger("fact-error", f"[{entry.id}]: {message}", entry, hint=hint)


def pair_up(quantities: Sequence[Quantity], readings: Sequence[Reading]) -> Pairs:
    """Return each quantity with its facts, in order: one each, or two for a range, or for k/n its k and its n; []
    where the numbers do not fit."""
    values = [reading.value for reading in readings]
    if len(quantities) == len(values):
        return [(quantity, [value]) for quantity, value in zip(quantities, values, strict=True)]
    for ratios in (False, True):
        widths = [2 if quantity.ends or (ratios and quantity.kind == "ratio") else 1 for quantity in quantities]
        if len(values) == sum(widths):
            rest = iter(values)
            taken = [[next(rest) for _ in range(width)] for width in widths]
            return _with_ratios(list(zip(quantities, taken, strict=True)))
    return []


def _with_ratios(pairs: Pairs) -> Pairs:
    """Return pairs in which k and n of a ratio are one value, k/n; [] where they are no two whole numbers."""
    made: Pairs = []
    for quantity, values in pairs:
        if quantity.kind == "ratio" and len(values) == 2:
            if not all(isinstance(value, int) and not isinstance(value, bool) for value in values):
                return []
            values = [f"{values[0]}/{values[1]}"]
        made.append((quantity, values))
    return made


_SELECTED = re.compile(r"\s*select\s+(?:\w+\.)*\"?(\w+)\"?(.*)", re.IGNORECASE | re.DOTALL)


def chosen_by_itself(query: str) -> str | None:
    """Return the column that a set's query selects, where it also chooses its rows by that column, or takes only some
    of them."""
    match = _SELECTED.match(query)
    if match is None:
        return None
    where = re.search(r"\b(?:where|having)\b(.*)", match[2], re.IGNORECASE | re.DOTALL)
    limited = re.search(r"\blimit\b", match[2], re.IGNORECASE)
    return match[1] if limited or (where and re.search(rf"\b{match[1]}\b", where[1])) else None


_UNREAD = Outcome("undecidable", "fact-error", "it could not be read")


def judge(
    entry: FactEntry,
    words: str,
    quantities: Sequence[Quantity],
    pairs: Pairs,
    readings: tuple[Reading, ...],
    facts: Facts,
) -> Outcome:
    """Return what an entry's facts say about a span, the worst of it first.

    `words` is the span as a reader sees it, `quantities` are those in it, `pairs` the same with the values of `is`.
    """
    outcomes: list[Outcome] = []
    if len(readings) < len(entry.facts):
        outcomes.append(Outcome("undecidable", "fact-error", "a fact of it could not be read"))
    else:
        outcomes += _compared(entry, words, pairs, readings)
    if entry.inside is not None:
        found = facts.set_of(entry)
        outcomes.append(_within(quantities[0], *found, entry) if found else _UNREAD)
        readings = (*readings, found[0]) if found else readings
    if entry.holds is not None:
        holds = facts.read(entry, entry.holds)
        outcomes.append(_holds(holds) if holds else _UNREAD)
        readings = (*readings, holds) if holds else readings
    if not all(reading.sources for reading in readings):
        outcomes = [Outcome("undecidable", "vacuous", "no cell of any pack decides it")]
    worst = max(outcomes, key=lambda outcome: _WORST[outcome.verdict])
    alike = [outcome for outcome in outcomes if outcome.verdict == worst.verdict]
    hints = list(dict.fromkeys(outcome.hint for outcome in alike if outcome.hint))
    if worst.verdict == "refuted" and any(_cut_quotient(reading) for reading in readings):
        hints = ["SQLite cuts the quotient of two whole numbers; where a share is meant, write 1.0 * a / b"]
    return replace(
        worst,
        readings=readings,
        message="; ".join(dict.fromkeys(outcome.message for outcome in alike if outcome.message)),
        hint="; ".join(hints) or None,
        slack="; ".join(outcome.slack for outcome in outcomes if outcome.slack),
    )


def _cut_quotient(reading: Reading) -> bool:
    """Whether a query may have divided whole numbers: `select passes / runs` gives 0."""
    return is_query(reading.fact) and "/" in reading.fact and reading.value == 0


def _within(quantity: Quantity, reading: Reading, values: list[Cell], entry: FactEntry) -> Outcome:
    """Hold a range or a bound against every value of a set."""
    plain = [spell(value) if isinstance(value, datetime) else value for value in values]
    result = compare(quantity, plain, fact_unit=entry.unit, inside=True)
    outcome = _told(result, quantity, cell_text(reading.value))
    if outcome.verdict == "verified" and (wide := _too_wide(quantity, values, entry)):
        return replace(outcome, slack=wide)
    return outcome


def _too_wide(quantity: Quantity, values: list[Cell], entry: FactEntry) -> str:
    """Return a remark on a range of which the values fill less than half; "" where they fill it."""
    numbers = [Decimal(value) for value in values if isinstance(value, int | Decimal)]
    if not quantity.ends or not numbers:
        return ""
    scale = Decimal("0.01") if entry.unit == "percent" else Decimal(1)
    low, high = (end.value for end in quantity.ends)
    spread = (max(numbers) - min(numbers)) * scale
    step = quantity.ends[0].step + quantity.ends[1].step
    if (high - low) <= 2 * (spread + step):
        return ""
    return f"{quantity.text} holds, and the values run from {min(numbers)} to {max(numbers)} only"


def _compared(entry: FactEntry, words: str, pairs: Pairs, readings: tuple[Reading, ...]) -> list[Outcome]:
    """Return one outcome for each quantity; one for the words where they quote the pack, or hold no quantity."""
    numbers = [_number(quantity, values, entry) for quantity, values in pairs]
    if len(readings) == 1 and (not numbers or (numbers[0].verdict != "verified" and readings[0].value == words)):
        return [_words(words, readings[0].value)]
    return numbers


def printed(readings: tuple[Reading, ...]) -> Outcome:
    """Return what becomes of a value that an expression prints."""
    if not readings[0].sources:
        return Outcome("undecidable", "vacuous", "it names no cell of any pack", readings=readings)
    if readings[0].value is None:
        return Outcome("undecidable", "missing", "the pack holds no value here", readings=readings)
    return Outcome("verified", "value", "printed from the pack", readings=readings)


_SHARES = frozenset("pass_rate pass_rate_low pass_rate_high pass_rate_of_planned share token_share coverage".split())


def _no_percent(entry: FactEntry, values: list[Cell]) -> str | None:
    """Return why an entry's facts are not stored in percent although it says so; None where they may be."""
    for fact in entry.facts if entry.unit == "percent" else ():
        column = column_of(fact)
        if is_query(fact) and re.search(r"\bcount\s*\(", fact, re.IGNORECASE) and "/" not in fact:
            return f"{shortened(fact)!r} counts, and a count is not in percent"
        unit = unit_of(column) if column else None
        if unit and unit != "a share":  # a rate may be stored in percent
            return f"{column} is in {unit}, not in percent"
        if column in _SHARES and all(isinstance(v, int | Decimal) and -1 <= v <= 1 for v in values):
            return f"{column} is a share of 1, not in percent"
    return None


def _number(quantity: Quantity, values: list[Cell], entry: FactEntry) -> Outcome:
    if quantity.kind in ("percent", "points", "change") and (why := _no_percent(entry, values)):
        return Outcome("undecidable", "type", why, 'take unit = "percent" out of the entry')
    plain = [spell(value) if isinstance(value, datetime) else value for value in values]
    result = compare(quantity, plain if len(plain) > 1 else plain[0], fact_unit=entry.unit)
    return _told(result, quantity, " and ".join(cell_text(value) for value in values))


def _told(result: Comparison, quantity: Quantity, shown: str) -> Outcome:
    """Return a comparison's outcome; `shown` is the fact as a reader may see it."""
    if result.verdict == "verified":
        message = result.message or f"{quantity.text} against {shown}"
        return Outcome("verified", result.rule, message, slack=result.message if result.warning else "")
    message = result.message or f"the pack says {shown}"
    share = quantity.kind in ("percent", "points", "change")
    if result.verdict == "refuted" and shown not in message and not share:
        message = f"{message} (the pack says {shown})"
    return Outcome(result.verdict, result.rule, message, f"write {result.suggestion}" if result.suggestion else None)


def _words(words: str, value: Cell) -> Outcome:
    """Compare a span without quantities, or a quoted text, with a fact that is text."""
    if value is None:
        return Outcome("undecidable", "missing", "the pack holds no value here")
    text = cell_text(value)
    if unicodedata.normalize("NFC", words) == unicodedata.normalize("NFC", " ".join(text.split())):
        return Outcome("verified", "words", "the words of the pack")
    shown = repr(shortened(text)) if isinstance(value, str) else text
    return Outcome("refuted", "words", f"the pack says {shown}", f"write {shortened(text)}")


def _holds(reading: Reading) -> Outcome:
    match reading.value:
        case True | 1:
            return Outcome("verified", "holds", "the pack says that it holds")
        case False | 0:
            return Outcome(
                "refuted", "holds", "the pack says that it does not hold", f"{shortened(reading.fact)} gives 0"
            )
        case None:
            return Outcome("undecidable", "holds", "the pack does not hold what it asks for")
    found = shortened(cell_text(reading.value))
    return Outcome("undecidable", "holds", f"`holds` gives {found}, expected 1 or 0", "end it in a comparison")


def cell_text(value: Cell) -> str:
    return "nothing" if value is None else spell(value)


def shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."
