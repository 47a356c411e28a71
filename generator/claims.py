"""A writeup against its packs: every span of prose that names a fact, every quantity that names none.

    writeup.body -> tokens -> blocks with passages -> spans -> readings of the ledger's facts -> claims, findings

A check collects every finding; it never stops at the first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from markdown_it.token import Token

from clawpub.pack.reader import Pack
from clawpub.quantity import Quantity, scan
from clawpub.toml_source import nearest_hint
from generator import coverage
from generator.coded import code_quantity, share_in_code
from generator.coverage import Counted
from generator.evidence import Evidence, Tables
from generator.facts import Facts, Outcome, cell_text, judge, pair_up, printed
from generator.findings import Report, Setting
from generator.library import Library
from generator.markdown import MAX_NESTING, expression, parser, provenance, typed
from generator.markdown import claim as claim_rule
from generator.markdown.passages import Block, Passage, read_passages
from generator.markdown.prose import Span
from generator.markdown.source_map import Locator, Place
from generator.names import is_name
from generator.noise import Noise
from generator.pinned import Pinned
from generator.sentences import sentence_around
from generator.statement import Statement
from generator.statement.movement import moved
from generator.statement.order import Printed
from generator.statement.order import hidden as hidden_order
from generator.statement.order import printed as printed_number
from generator.statement.statements import Statements
from generator.statement.surroundings import Surroundings, surroundings
from generator.wording import Word, find_hedges
from generator.writeup import CheckedWriteup, Claim, FactEntry, Writeup


def check_writeup(
    writeup: Writeup,
    packs: Mapping[str, Pack],
    severities: Mapping[str, Setting] | None = None,
    library: Library | None = None,
) -> CheckedWriteup:
    """Return a writeup with each claim's verdict, the count of its quantities, and every finding.

    `packs` holds the packs that were found, by id; `severities` is a publication's own weighing of the rules;
    `library` is what its writeups share. The database of the result stays open for rendering.
    """
    return _Check(writeup, packs, severities or {}, library or Library()).run()


class _Check:
    def __init__(
        self, writeup: Writeup, packs: Mapping[str, Pack], settings: Mapping[str, Setting], library: Library
    ) -> None:
        self.writeup = writeup
        self.library = library
        self.names = (*library.known_names, *writeup.names)
        self.report = Report(writeup, settings)
        self.pinned = Pinned(writeup, packs, library, self.report)
        self.packs, self.database, self.complete = self.pinned.open()
        self.facts = Facts(self.database, self.report, complete=self.complete)
        default = writeup.pins[0].alias if writeup.pins else ""
        self.noise = Noise(self.packs, library)
        self.statements = Statements(self.packs, library, writeup.names, self.noise, self.database)
        self.placed: list[tuple[int, Claim]] = []
        """Claims of the block at hand, and where each begins."""
        self.printed: list[Printed] = []
        """Numbers of the block at hand that its sentences compare."""
        self.evidence = Evidence(self.packs, default, complete=self.complete)
        self.around: dict[int, Surroundings] = {}
        self.claims: list[Claim] = []
        self.used: set[str] = set()
        self.counted: list[Counted] = []
        self.more_unbound = self.more_outside = 0
        self.reach: dict[tuple[str, ...], Tables | None] = {}
        """By the sources that a tag names: the tables they are; None where they set no bounds."""

    def run(self) -> CheckedWriteup:
        environment: dict[str, Any] = {}
        tokens = parser().parse(self.writeup.body, environment)
        blocks = read_passages(tokens, self.writeup.lead_tag)
        self.around = surroundings(tokens, blocks)
        observed = any(block.observed for block in blocks)
        self.pinned.check(observed=observed)
        self._swallowed_tags(environment)
        locator = Locator(self.writeup.body, self.writeup.body_line)
        for block in blocks:
            self._block(block, locator.of(block.inline, cell=block.container == "cell"))
        self._lists(tokens, blocks, locator)
        self._code_blocks(tokens, locator)
        self._depth(tokens, locator)
        self._front_matter()
        self._unused()
        self.pinned.check_views(self.claims, observed=observed)
        return CheckedWriteup(
            writeup=self.writeup,
            tokens=tuple(tokens),
            claims=tuple(self.claims),
            coverage=coverage.coverage(self.counted, more_unbound=self.more_unbound, more_outside=self.more_outside),
            findings=self.report.sorted(),
            packs=self.packs,
            database=self.database,
        )

    # --- blocks ---

    def _swallowed_tags(self, environment: Mapping[str, Any]) -> None:
        for line, label in provenance.swallowed(environment.get("references", {})):
            message = f"[{label}]: is a link definition to Markdown"
            hint = "a tag is not followed by a colon"
            self.report("tag-syntax", message, line + self.writeup.body_line, 1, hint=hint)

    def _block(self, block: Block, place: Place) -> None:
        prose = block.prose
        for slip in (
            *block.slips,
            *provenance.slips(prose),
            *claim_rule.slips(prose),
            *expression.slips(prose),
            *typed.slips(prose, observed=block.observed),
        ):
            self.report(slip.rule, slip.message, *place(slip.at), hint=slip.hint)
        if block.opened and block.opened.kind == "observed":
            self._sources(block, place)
        counted = coverage.count(block, self.names)
        self.counted.append(counted)
        bindings: list[tuple[int, Span | Token]] = [(span.start, span) for span in prose.spans]
        bindings += [(start, token) for token, start in prose.expressions]
        for start, binding in sorted(bindings, key=lambda pair: pair[0]):
            if isinstance(binding, Span):
                self._span(binding, counted, place)
            else:
                self._expression(binding, start, counted, place)
        self._marks(block, place)
        self._left(counted, place)
        if block.observed:
            self._words(counted, place)
            self._order()
            self._named(counted, place)
            self._coded(counted, place)

    def _marks(self, block: Block, place: Place) -> None:
        """Give each typed mark the claim of its sentence that passed and read what the mark says; report the others."""
        for token, at in block.prose.marks:
            start, end = sentence_around(block.prose.text, at, at)
            near = [claim for where, claim in self.placed if start <= where < end and claim.verdict == "verified"]
            wanted = [(alias or self.evidence.default, table, column) for alias, table, column in token.meta["wanted"]]
            claim = next((claim for claim in near if all(_read(claim, *each) for each in wanted)), None)
            token.meta["claim"] = claim
            if claim is None:
                there = ", ".join(sorted({str(source) for claim in near for source in claim.sources}))
                hint = f"claims of this sentence read {there}" if there else typed.MARK_HINT
                message = "no passing claim of this sentence reads what the mark says"
                self.report("typed-mark", message, *place(token.meta["at"]), hint=hint)
        self.placed.clear()

    def _order(self) -> None:
        """Report what a sentence compares and prints in another order than it has."""
        for other, number in hidden_order(self.printed):
            message = f"{number.text!r} beside {other.text!r}: stored are {number.stored} and {other.stored}"
            hint = "print more digits, or do not compare them"
            self.report("order", message, *number.place, hint=hint)
        self.printed.clear()

    def _named(self, counted: Counted, place: Place) -> None:
        """Report names that nothing here bears."""
        prose = counted.block.prose
        taken = [(q.outer_start, q.outer_end) for q in counted.quantities]
        for at, name in self.statements.entities.unknown(prose.text):
            if not any(start <= at < end for start, end in taken):
                hint = "a slip of the pen? else declare it in the front matter: names: [...]"
                message = f"{name!r} is no name that a pack or model card here bears"
                self.report("unknown-name", message, *place(prose.source(at)), hint=hint)

    def _coded(self, counted: Counted, place: Place) -> None:
        """Report what code says of quantities: nobody checks it, and a reader takes it for checked."""
        for at, code in counted.block.prose.code:
            if code_quantity(code, self.names):
                hint = "take the backticks away and bind it; or write more of the code than its number"
                self.report("code-quantity", f"{code.strip()!r} in code is bound to no fact", *place(at), hint=hint)

    def _words(self, counted: Counted, place: Place) -> None:
        """Report what an Observed passage says without a number and without a fact, and what it does not observe."""
        prose = counted.block.prose
        for word in counted.words_left():
            message = f"{word.text!r} is a {word.kind}, and no fact was compared with it"
            hint = f"bind it: [… {word.text} …]{{fact=id}} with `holds`, waive it, or say it under another tag"
            if word.kind == "superlative":
                hint = f"take {word.text!r} into the span of its number, if that fact takes this end; or {hint}"
            self.report("unbound-word", message, *place(prose.source(word.start)), hint=hint)
        for at, message in moved(prose.text, counted.quantities):
            self.report("order", message, *place(prose.source(at)), hint="turn the words round, or the numbers")
        for at, word in coverage.words_in_titles(counted.block):
            message = f"{word.text!r} in a title is a {word.kind}"
            self.report("unbound-word", message, *place(at), hint="a title cannot be bound; say it in the text")
        for at, hedge in find_hedges(prose.text):
            hint = "say it under [Speculation]; what was observed needs no hedge and gives no reason"
            self.report("hedge", f"{hedge!r} in an Observed passage", *place(prose.source(at)), hint=hint)

    def _sources(self, block: Block, place: Place) -> None:
        token = block.prose.tags[0][0]
        named = [(source, self.evidence.resolve(source)) for source in token.meta["sources"]]
        for source, tables in named:
            if isinstance(tables, str):
                where = place(token.meta["at"])
                self.report("unresolved-source", f"{source!r}: {tables}", *where, hint=self.evidence.hint())
        known = [tables for _, tables in named if not isinstance(tables, str)]
        reach = frozenset(table for tables in known for table in tables)
        self.reach[block.passage.sources] = reach if reach and len(known) == len(named) else None

    # --- claims ---

    def _span(self, span: Span, counted: Counted, place: Place) -> None:
        inside = counted.inside(span)
        starts = {quantity.start for quantity in inside}
        where = place(span.at)
        if claim_rule.problem_of(span):
            counted.reported |= starts
            return
        if cut := counted.cut(span):
            self._cut(span, cut, counted, where)
            return
        if "waive" in span.token.attrs:
            counted.waived |= starts
            counted.words_waived |= counted.words_inside(span)
            reason = str(span.token.attrs["waive"]).strip()
            for _ in typed.typed_marks(reason):
                self.report("typed-mark", typed.MARK_MESSAGE, *where, hint=typed.MARK_HINT)
            self._claim(span.token, Outcome("waived", "waived", reason), "", span.whole, where)
            return
        counted.reported |= starts
        counted.words_bound |= counted.words_inside(span)
        entry = self._entry(str(span.token.attrs["fact"]), *where)
        if entry is not None:
            self._bind(span, entry, inside, counted, where)

    def _cut(self, span: Span, cut: Sequence[Quantity], counted: Counted, where: tuple[int, int]) -> None:
        """Report a span that holds a number without the words or digits that belong to it: "about [40K]"."""
        counted.reported |= {quantity.start for quantity in (*cut, *counted.inside(span))}
        self.used.add(str(span.token.attrs.get("fact", "")))
        for quantity in cut:
            whole = counted.block.prose.text[quantity.outer_start : quantity.outer_end]
            self.report("unbound", f"the span cuts {whole!r}", *where, hint=f"take all of {whole!r} into it")

    def _bind(
        self, span: Span, entry: FactEntry, inside: Sequence[Quantity], counted: Counted, where: tuple[int, int]
    ) -> None:
        """Hold a span against its entry."""
        readings = self.facts.readings(entry)
        pairs = pair_up(inside, readings)
        quoted = len(readings) == 1 and (not inside or readings[0].value == span.whole)
        if entry.facts and len(readings) == len(entry.facts) and not pairs and not quoted:
            self._wrong_arity(entry, inside, *where)
            return
        if entry.inside and [bool(each.ends or each.bound) for each in inside] != [True]:
            hint = "a span with `inside` holds one range or bound: [3–6 seconds], [within 7 seconds]"
            self.report("wrong-arity", f"{_listed(inside)} in a span that names a set, [{entry.id}]", *where, hint=hint)
            return
        if entry.facts or entry.inside:
            counted.bound |= {quantity.start for quantity in inside}
        elif inside:
            message = f"{_listed(inside)} in a span whose entry [{entry.id}] only `holds`"
            hint = "give the entry an `is` for each quantity; `holds` checks words, not numbers"
            self.report("unbound", message, *where, hint=hint)
        if any(at in (span.end, span.start - 1) for at in counted.block.prose.coded):
            hint = "leave a space; what code adds to a number is compared with nothing"
            self.report("unbound", f"code touches {span.whole!r}", *where, hint=hint)
        outcome = judge(entry, span.whole, inside, pairs, readings, self.facts)
        claim = self._settle(span.token, outcome, entry, span.whole, counted.block, where)
        self.placed.append((span.start, claim))
        if counted.block.observed:
            text, words = counted.block.prose.text, counted.words_of(span)
            self._stated(counted.block, text, (span.start, span.end), inside, words, entry, outcome, claim, where)

    def _stated(
        self,
        block: Block,
        text: str,
        place: tuple[int, int],
        quantities: Sequence[Quantity],
        words: Sequence[Word],
        entry: FactEntry,
        outcome: Outcome,
        claim: Claim,
        where: tuple[int, int],
    ) -> None:
        """Report what the words around a claim say beyond its numbers; it stands at `place` of `text`."""
        statement = Statement(
            text=text,
            start=place[0],
            end=place[1],
            whole=claim.text,
            quantities=quantities,
            words=words,
            entry=entry,
            readings=outcome.readings,
            verdict=outcome.verdict,
            rule=outcome.rule,
            columns=frozenset((source.table, source.column) for source in claim.sources),
            around=self.around[id(block.inline)],
        )
        for remark in self.statements.about(statement, claim):
            self.report(remark.rule, remark.message, *where, hint=remark.hint)
        if number := printed_number(statement, where):
            self.printed.append(number)

    def _wrong_arity(self, entry: FactEntry, inside: Sequence[Quantity], line: int, column: int) -> None:
        quantities = "1 quantity" if len(inside) == 1 else f"{len(inside)} quantities"
        facts = "1 fact" if len(entry.facts) == 1 else f"{len(entry.facts)} facts"
        self.report(
            "wrong-arity",
            f"{quantities} ({_listed(inside)}), but {facts} in [{entry.id}]",
            line,
            column,
            hint=f"`is` at {self.writeup.ledger_path.name}:{entry.line} gives one fact for each quantity, in order",
        )

    def _expression(self, token: Token, start: int, counted: Counted, place: Place) -> None:
        if expression.syntax_error(token.content):
            return
        where = place(token.meta["at"])
        for fact_id, whole in expression.facts_named(token.content):
            entry = self._entry(fact_id, *where)
            if entry is None:
                continue
            readings = self.facts.readings(entry)
            if len(entry.facts) != 1:
                message = f"fact({fact_id!r}) prints one value, its entry has {len(entry.facts)}"
                self.report("wrong-arity", message, *where, hint="name an entry whose `is` is one fact")
            elif readings and whole:
                counted.injected += 1
                text = cell_text(readings[0].value)
                outcome = printed(readings)
                claim = self._settle(token, outcome, entry, text, counted.block, where)
                self.placed.append((start, claim))
                for _ in typed.typed_marks(text):
                    self.report("typed-mark", typed.MARK_MESSAGE, *where, hint=typed.MARK_HINT)
                if counted.block.observed:
                    self._printed(entry, outcome, claim, start, counted, where)

    def _printed(
        self, entry: FactEntry, outcome: Outcome, claim: Claim, start: int, counted: Counted, where: tuple[int, int]
    ) -> None:
        """Report what the words around a printed value make of it: nothing may touch it, or change what it says."""
        text = counted.block.prose.text
        whole = text[:start] + claim.text + text[start + 1 :]
        end = start + len(claim.text)
        touches = text[start - 1 : start] + text[start + 1 : start + 2]
        if re.search(r"[^\s.,;:!?()\[\]\"'“”‘’—–|]", touches):
            hint = "leave a space on both sides; type signs and units together with the number, in a span"
            self.report("unbound", f"{claim.text!r} touches what stands beside it", *where, hint=hint)
            return
        found = [q for q in scan(whole, names=self.names) if q.outer_start < end and start < q.outer_end]
        if not isinstance(outcome.readings[0].value, str):
            for quantity in found:
                if quantity.outer_start < start or end < quantity.outer_end:
                    said = whole[quantity.outer_start : quantity.outer_end]
                    hint = "type it in a span, so that all of it is compared"
                    self.report("unbound", f"{said!r} says more than fact({entry.id!r}) prints", *where, hint=hint)
                    return
        only = found if len(found) == 1 else []
        self._stated(counted.block, whole, (start, end), only, [], entry, outcome, claim, where)

    def _entry(self, fact_id: str, line: int, column: int) -> FactEntry | None:
        entry = self.writeup.ledger.get(fact_id)
        if entry is None:
            file = self.writeup.ledger_path.name
            hint = nearest_hint(fact_id, self.writeup.ledger) or f"write [{fact_id}] in {file}"
            self.report("unknown-fact", f"no fact {fact_id!r} in {file}", line, column, hint=hint)
        else:
            self.used.add(fact_id)
        return entry

    def _settle(
        self, token: Token, outcome: Outcome, entry: FactEntry, text: str, block: Block, where: tuple[int, int]
    ) -> Claim:
        noise = self.noise.of(outcome.readings)
        if noise and outcome.verdict == "verified":
            outcome = replace(outcome, message=f"{outcome.message}; {noise}")
        claim = self._claim(token, outcome, entry.id, text, where, cite=entry.cite)
        if outcome.verdict in ("refuted", "undecidable") and outcome.rule not in ("fact-error", "vacuous"):
            fact = f"the fact is [{entry.id}] at {self.writeup.ledger_path.name}:{entry.line}"
            hint = f"{outcome.hint}; {fact}" if outcome.hint else fact
            self.report(outcome.verdict, f"{text!r}: {outcome.message}", *where, hint=hint)
        if outcome.slack:
            self.report("slack", outcome.slack, *where)
        if block.observed:
            self._within_reach(claim, block.passage, where)
        return claim

    def _claim(
        self, token: Token, outcome: Outcome, fact_id: str, text: str, where: tuple[int, int], *, cite: bool = False
    ) -> Claim:
        claim = Claim(
            number=len(self.claims) + 1,
            fact_id=fact_id,
            text=text,
            line=where[0],
            column=where[1],
            verdict=outcome.verdict,
            rule=outcome.rule,
            message=outcome.message,
            readings=outcome.readings,
            cite=cite,
        )
        self.claims.append(claim)
        token.meta["claim"] = claim
        return claim

    def _within_reach(self, claim: Claim, passage: Passage, where: tuple[int, int]) -> None:
        reach = self.reach.get(passage.sources) if passage.sources else None
        beyond = self.evidence.beyond(claim.sources, reach) if reach else ""
        if beyond:
            self.report(
                "evidence-reach",
                f"{claim.text!r} reads {beyond}, which the tag does not name",
                *where,
                hint=f"write [Observed — {', '.join(passage.sources)}, {beyond}], or bind it to a table that is named",
            )

    # --- what is left ---

    def _left(self, counted: Counted, place: Place) -> None:
        block, kind = counted.block, counted.block.passage.kind
        rule = "unbound" if block.observed else "untagged-quantity" if kind is None else None
        for at, quantity in coverage.titles(block, self.names):
            self.more_unbound += block.observed
            self.more_outside += not block.observed
            if rule:
                hint = "a title cannot be bound; say it in the text"
                self.report(rule, f"{quantity.text!r} in a title", *place(at), hint=hint)
        if rule is None:
            return
        hint = {
            "unbound": 'bind it: [{}]{{fact=id}}, or waive it: [{}]{{waive="reason"}}',
            "untagged-quantity": "put it under a tag; [Observed — ...] has it checked",
        }[rule]
        for quantity in counted.left():
            if quantity.start not in counted.reported:
                message = {
                    "unbound": f"{quantity.text!r} is bound to no fact",
                    "untagged-quantity": f"{quantity.text!r} stands under no tag",
                }[rule]
                at = block.prose.source(quantity.start)
                named = _maybe_named(block.prose.text, quantity)
                told = f"{hint.format(quantity.text, quantity.text)}{named}"
                self.report(rule, message, *place(at), hint=told)

    def _lists(self, tokens: Sequence[Token], blocks: Sequence[Block], locator: Locator) -> None:
        """A numbered list that starts at 23 prints a 23."""
        observed: dict[int, bool] = {}
        for block in blocks:
            observed.setdefault(block.inline.map[0] if block.inline.map else -1, block.observed)
        for token in tokens:
            start = token.attrGet("start") if token.type == "ordered_list_open" else None
            if start is not None and token.map:
                first = next((observed[line] for line in range(*token.map) if line in observed), False)
                self.more_unbound += first
                self.more_outside += not first
                if first:
                    hint = "start the list at 1, or write the number into the text"
                    self.report("unbound", f"a list that starts at {start}", locator.line_of(token), hint=hint)

    def _code_blocks(self, tokens: Sequence[Token], locator: Locator) -> None:
        for token in tokens:
            if token.type not in ("fence", "code_block"):
                continue
            line = locator.line_of(token)
            if (at := typed.hidden(token.content, observed=False)) is not None:
                self.report("hidden-character", f"{typed.named(token.content[at])} in code", line, hint="remove it")
            if token.meta.get("observed") and (share := share_in_code(token.content, self.names)):
                hint = "say it in the text, in a claim; a table of the pack is {{ table(...) }}"
                self.report("code-quantity", f"{share!r} in a code block is bound to no fact", line, hint=hint)

    def _depth(self, tokens: Sequence[Token], locator: Locator) -> None:
        deepest = next((token for token in tokens if token.nesting == 1 and token.level >= MAX_NESTING - 1), None)
        if deepest:
            message = "what is nested in here does not appear on the page"
            self.report("too-deep", message, locator.line_of(deepest), hint="use fewer levels of lists and quotes")

    def _front_matter(self) -> None:
        sections = self.library.sections
        if sections and self.writeup.section and self.writeup.section not in sections:
            message = f"site.toml has no section {self.writeup.section!r}"
            hint = nearest_hint(self.writeup.section, sections) or f"its sections: {', '.join(sections)}"
            self.report("unknown-section", message, self.writeup.front_lines.get("section", 1), hint=hint)
        for key, text in (("title", self.writeup.title), ("description", self.writeup.description)):
            line = self.writeup.front_lines.get(key, 1)
            if (at := typed.hidden(text, observed=True)) is not None:
                self.report("hidden-character", f"{typed.named(text[at])} in the {key}", line, hint="remove it")
            for _ in typed.typed_marks(text):
                self.report("typed-mark", typed.MARK_MESSAGE, line, hint=typed.MARK_HINT)
            for quantity in scan(text, names=self.names):
                self.more_outside += 1
                hint = "nothing checks the front matter; keep numbers in the body"
                self.report("untagged-quantity", f"{quantity.text!r} in the {key}", line, hint=hint)
        writeup = self.writeup
        for key, texts in (("section", [writeup.section]), ("authors", writeup.authors), ("tags", writeup.tags)):
            for _ in (mark for text in texts for mark in typed.typed_marks(text)):
                line = writeup.front_lines.get(key, 1)
                self.report("typed-mark", typed.MARK_MESSAGE, line, hint=typed.MARK_HINT)

    def _unused(self) -> None:
        for entry in self.writeup.ledger.values():
            if entry.id not in self.used:
                hint = f"write [words]{{fact={entry.id}}}, or remove it"
                self.report.ledger("unused-fact", f"no span names [{entry.id}]", entry, hint=hint)


def _read(claim: Claim, alias: str, table: str, column: str) -> bool:
    """Whether a claim read a column; any of the table's, where none is named."""
    return any(
        source.pack == alias and source.table == table and column in ("", source.column) for source in claim.sources
    )


def _maybe_named(text: str, quantity: Quantity) -> str:
    """Return what to do where a number seems to be part of a name: it has a capitalised word before it and behind."""
    before = re.search(r"([A-Z][\w-]+) $", text[: quantity.start])
    behind = re.match(r" ([A-Z][\w-]+)", text[quantity.end :])
    if not before or not (behind or quantity.kind == "number") or quantity.bound or quantity.hedge:
        return ""
    name = " ".join(filter(None, (before[1], quantity.text, behind[1] if behind else "")))
    return f"; a name? declare it: names: [{name}]" if is_name(name) else ""


def _listed(quantities: Sequence[Quantity]) -> str:
    return ", ".join(repr(quantity.text) for quantity in quantities) or "none"
