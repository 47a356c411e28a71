"""A publication of any size, seeded: packs of ten tasks and three runs, writeups of forty claims of many kinds each.

    python -m bench.corpus FOLDER --writeups 1000

Every claim is true when it is written: the numbers come out of the packs' tables, worded in the ways that people word
them. The prose between the claims is prose, with numbers of its own under [Context].
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clawpub.pack.query import Database
from clawpub.pack.reader import Pack
from tests.generator.publication import PRICE, SITE, TASKS, Failures, seal_campaign, write_writeup

MODELS = (
    "alder ash aspen beech birch cedar elder elm fir hazel holly larch lime maple oak pine plane rowan walnut yew"
).split()
PACKS = len(MODELS)
CLAIMS = 40
WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
FILLER = (
    "The model read the files it was given and wrote what it thought of them.",
    "The transcripts do not say why, and the checker does not ask.",
    "A run passes when its final state does, however it came about.",
    "The prompts are in the pack, whole, so that a reader can run them again.",
    "Between the calls it explained itself at length, which cost tokens.",
    "The harness kept the messages, and the tables were made of them.",
    "What a reader sees first is the score, and what explains it stands in the transcripts.",
)
CONTEXT = (
    "The first campaigns of this kind ran in 2024 and took about 40 hours; 12 tasks were thought to be many.",
    "Prices fell by half since, and a 32B model now fits a machine that costs under $2,000.",
    "Most suites have 100 to 500 tasks, and the larger half of them says little about the daily work of an agent.",
)


@dataclass
class Draft:
    """A writeup that is being made: its claims' words and the entries they stand on."""

    dice: random.Random
    database: Database
    tables: set[str] = field(default_factory=set)
    """Those that the passage at hand reads, as its tag names them."""
    ledger: list[str] = field(default_factory=list)
    claims: int = 0

    def value(self, fact: str) -> Any:
        answer = self.database.ask(fact)
        for source in answer.sources:
            self.tables.add(source.table if source.pack == "this" else f"{source.pack} {source.table}")
        return answer.value()

    def bind(self, words: str, *facts: str, holds: bool = False, more: str = "") -> str:
        self.claims += 1
        name = f"f{self.claims}"
        listed = ", ".join('"' + fact.replace('"', '\\"') + '"' for fact in facts)
        said = f"holds = {listed}" if holds else f"is = {listed}" if len(facts) == 1 else f"is = [{listed}]"
        self.ledger.append(f"[{name}]\n{said}\n{more}")
        return f"[{words}]{{fact={name}}}"

    def task(self) -> str:
        return self.dice.choice(list(TASKS))


def word(number: int) -> str:
    return WORDS[number] if number < len(WORDS) else str(number)


def score(draft: Draft) -> str:
    ratio, share = draft.value("run_summary.score"), draft.value("run_summary.pass_rate")
    words = draft.bind(
        f"{ratio} ({share * 100:.2f}%)", "run_summary.score", "run_summary.pass_rate", more="cite = true\n"
    )
    return f"The score is {words}."


def task_score(draft: Draft) -> str:
    task = draft.task()
    fact = f"per_task_results[{task}].score"
    return f"On {task} it went {draft.bind(draft.value(fact), fact)}."


def failures(draft: Draft) -> str:
    fact = "run_summary.failures"
    return f"There were {draft.bind(f'{word(draft.value(fact))} failures', fact)}."


def latency(draft: Draft) -> str:
    fact = draft.dice.choice(["run_summary.latency_p50_s", "run_summary.latency_p95_s"])
    value = draft.value(fact)
    return f"The clock said {draft.bind(f'{value:.1f} s', fact)} for it."


def hedge(draft: Draft) -> str:
    task = draft.task()
    fact = f"select sum(tokens_in) from run_metrics where task_id = '{task}'"
    return f"For {task} it read {draft.bind(f'about {draft.value(fact) / 1000:.1f}K tokens', fact)}."


def thousands(draft: Draft) -> str:
    fact = "run_summary.tokens_in"
    return f"The prompts came to {draft.bind(f'{draft.value(fact):,} tokens', fact)}."


def span(draft: Draft) -> str:
    task = draft.task()
    low, high = (f"select {end}(latency_s) from run_metrics where task_id = '{task}'" for end in ("min", "max"))
    words = draft.bind(f"{draft.value(low):.1f}–{draft.value(high):.1f} s", low, high)
    return f"The runs of {task} took {words}."


def share(draft: Draft) -> str:
    task = draft.task()
    fact = f"cost_breakdown[{task}].share"
    return f"The calls for {task} took {draft.bind(f'{draft.value(fact) * 100:.1f}%', fact)} of the spend."


def money(draft: Draft) -> str:
    fact = "run_summary.cost_usd"
    return f"The bill was {draft.bind(f'${draft.value(fact):.3f}', fact)}."


def count(draft: Draft) -> str:
    task = draft.task()
    fact = f"select count(task_id) from tool_calls where task_id = '{task}'"
    return f"On {task} it made {draft.bind(f'{word(draft.value(fact))} calls', fact)}."


def holding(draft: Draft) -> str:
    fact = "select s.passes = (select sum(passes) from per_task_results) from run_summary s"
    draft.value(fact)
    return f"The tasks' passes {draft.bind('add up to those of the campaign', fact, holds=True)}."


def difference(draft: Draft) -> str:
    fact = "select abs(this.passes - that.passes) from this.run_summary this, that.run_summary that"
    return f"The other campaign's passes differ by {draft.bind(word(draft.value(fact)), fact)}."


def ratio(draft: Draft) -> str:
    fact = "select 1.0 * tokens_in / tokens_out from run_summary"
    return f"What it read is {draft.bind(f'{draft.value(fact):.1f} times', fact)} what it wrote."


def text(draft: Draft) -> str:
    fact = f"predictions_scoring[{draft.dice.choice(['P1', 'P2'])}].result"
    return f"A prediction came out {draft.bind(draft.value(fact), fact)}."


def joined(draft: Draft) -> str:
    fact = (
        "select count(c.task_id) from tool_calls c join task_outcomes o on o.task_id = c.task_id and o.run = c.run "
        "where not o.passed"
    )
    return f"Failed runs made {draft.bind(f'{word(draft.value(fact))} calls', fact)}."


def several(draft: Draft) -> str:
    low, high = "run_summary.pass_rate_low", "run_summary.pass_rate_high"
    words = draft.bind(f"{draft.value(low) * 100:.1f}% to {draft.value(high) * 100:.1f}%", low, high)
    return f"The interval is {words}."


KINDS: tuple[Callable[[Draft], str], ...] = (
    score, task_score, failures, latency, hedge, thousands, span, share, money, count, holding, difference, ratio, text,
    joined, several,
)  # fmt: skip


def passage(draft: Draft, claims: int, kinds: list[Callable[[Draft], str]]) -> str:
    """Return a section of a writeup: its tag, its claims, a table now and then."""
    draft.tables.clear()
    sentences = []
    for _ in range(claims):
        sentences.append(kinds[draft.claims % len(kinds)](draft))
        if draft.dice.random() < 0.3:
            sentences.append(draft.dice.choice(FILLER))
    lines = [" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5)]
    head = f"[Observed — data pack {', '.join(sorted(draft.tables))}]"
    return "\n\n".join([head, *lines, f"[Context] {draft.dice.choice(CONTEXT)}"])


def body(draft: Draft, claims: int = CLAIMS) -> str:
    kinds = draft.dice.sample(KINDS, len(KINDS))
    parts = []
    for heading in ("The results", "The runs", "The cost", "What it did", "What remains"):
        parts.append(f"## {heading}\n\n{passage(draft, claims // 5, kinds)}")
    return '\n{{ table("per_task_results", columns=["task_id", "score"]) }}\n\n' + "\n\n".join(parts) + "\n"


def seal_packs(folder: Path, dice: random.Random) -> list[Pack]:
    packs = []
    for number in range(PACKS):
        pairs = [(task, run) for task in TASKS for run in (1, 2, 3)]
        failing = dice.sample(pairs, 4 + number % 9)
        failed: Failures = {pair: dice.choice(["wrong", "partial", "missing"]) for pair in failing}
        model = f"acme.{MODELS[number]}"
        packs.append(seal_campaign(folder, f"pack-{number:02}", model=model, failures=failed, seed=number, price=PRICE))
    return packs


def write_corpus(root: Path, *, writeups: int = 1000, seed: int = 20261124) -> Path:
    """Write a publication; the same seed writes the same bytes."""
    dice = random.Random(seed)
    folder = root / "content" / "packs"
    folder.mkdir(parents=True)
    (root / "content" / "site.toml").write_text(SITE)
    packs = seal_packs(folder, dice)
    pairs = [dice.sample(packs, 2) for _ in range(40)]
    databases = [Database({"this": this.tables(), "that": that.tables()}) for this, that in pairs]
    for number in range(writeups):
        at = dice.randrange(len(pairs))
        draft = Draft(random.Random(f"{seed} {number}"), databases[at])
        text = body(draft)
        this, that = pairs[at]
        write_writeup(
            root,
            f"writeup-{number:05}",
            body=text,
            ledger="\n".join(draft.ledger),
            packs={"this": this, "that": that},
            title="Campaigns, side by side",
            day=f"2026-11-{number % 28 + 1:02}",
        )
    for database in databases:
        database.close()
    return root


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("folder", type=Path)
    given.add_argument("--writeups", type=int, default=1000)
    given.add_argument("--seed", type=int, default=20261124)
    options = given.parse_args()
    write_corpus(options.folder, writeups=options.writeups, seed=options.seed)
    print(options.folder)


if __name__ == "__main__":
    main()
