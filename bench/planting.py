"""How many wrong statements get past the check: one at a time, planted into the publication's own writeups.

    python -m bench.planting                 200 of them, seeded
    python -m bench.planting --show          print those that got past

A digit is changed, a number word, a direction ("longest" to "shortest"), an entity (a task, a model), each in an
Observed passage. What is planted is wrong by construction: it replaces what is true by something else.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from clawpub.pack.reader import Pack, open_pack
from generator.claims import check_writeup
from generator.content import load_writeup
from generator.markdown import parser
from generator.markdown.passages import read_passages
from generator.writeup import Writeup

CONTENT = Path(__file__).parents[1] / "content"
WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen twenty thirty"
).split()
NUMBER = re.compile(rf"\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)
DIRECTIONS = [
    ("longest", "shortest"), ("best", "worst"), ("highest", "lowest"), ("above", "below"), ("more", "fewer"),
    ("upper", "lower"), ("wider", "narrower"), ("first", "last"), ("passes", "failures"),
    ("all", "none"), ("nothing", "everything"), ("before", "after"), ("Wrong", "Correct"), ("cached", "uncached"),
    ("read", "wrote"), ("median", "mean"), ("at least", "at most"), ("faster", "slower"), ("cheaper", "dearer"),
]  # fmt: skip
ENTITIES = ["task_01", "task_08", "task_09", "1.5B", "0.5B", "Qwen2.5-Coder", "SmolLM2", "openclaw", "the loop"]


@dataclass(frozen=True)
class Planted:
    kind: str
    start: int
    end: int
    text: str
    """What stands there instead."""


def observed(writeup: Writeup) -> Iterator[tuple[int, int]]:
    """Yield (start, end) in the body of each line of an Observed passage."""
    tokens = parser().parse(writeup.body, {})
    starts = [0]
    for line in writeup.body.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for block in read_passages(tokens, writeup.lead_tag):
        if block.observed and block.inline.map:
            first, after = block.inline.map
            yield starts[first], starts[after] - 1


def candidates(writeup: Writeup) -> Iterator[Planted]:
    dice = random.Random(writeup.slug)
    for start, end in observed(writeup):
        text = writeup.body[start:end]
        if text.startswith(("[Observed", "{{", "|")):
            continue
        prose = re.sub(r"\{[^{}]*\}|`[^`]*`", lambda match: "\x00" * len(match[0]), text)
        for match in re.finditer(r"\d", prose):
            if not re.search(r"[\w.-]*[A-Za-z_][\w.-]*$", prose[: match.start()].split(" ")[-1]):
                other = dice.choice([digit for digit in "0123456789" if digit != match[0]])
                yield Planted("digit", start + match.start(), start + match.end(), other)
        for match in NUMBER.finditer(prose):
            other = dice.choice([word for word in WORDS if word != match[0].lower()])
            other = other.capitalize() if match[0][0].isupper() else other
            yield Planted("word", start + match.start(), start + match.end(), other)
        for one, other in [*DIRECTIONS, *((b, a) for a, b in DIRECTIONS)]:
            for match in re.finditer(rf"\b{one}\b", prose):
                yield Planted("direction", start + match.start(), start + match.end(), other)
        for name in ENTITIES:
            for match in re.finditer(re.escape(name), prose):
                other = dice.choice(
                    [each for each in ENTITIES if each != name and (each[:4] == "task") == (name[:4] == "task")]
                )
                yield Planted("entity", start + match.start(), start + match.end(), other)


def caught(writeup: Writeup, packs: dict[str, Pack], planted: Planted) -> bool:
    body = writeup.body[: planted.start] + planted.text + writeup.body[planted.end :]
    checked = check_writeup(replace(writeup, body=body), packs)
    if checked.database:
        checked.database.close()
    return bool(checked.findings)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--count", type=int, default=200)
    given.add_argument("--seed", type=int, default=20261124)
    given.add_argument("--show", action="store_true")
    options = given.parse_args()
    packs = {path.name: open_pack(path) for path in sorted((CONTENT / "packs").glob("*/"))}
    writeups = [load_writeup(path) for path in sorted((CONTENT / "writeups").glob("*/"))]
    every = [(writeup, planted) for writeup in writeups for planted in candidates(writeup)]
    chosen = random.Random(options.seed).sample(every, min(options.count, len(every)))
    found: Counter[tuple[str, bool]] = Counter()
    for writeup, planted in chosen:
        kept = caught(writeup, packs, planted)
        found[planted.kind, kept] += 1
        if options.show and not kept:
            line = writeup.body.rfind("\n", 0, planted.start) + 1
            print(f"{planted.kind}: …{writeup.body[max(line, planted.start - 50) : planted.start]}"
                  f"[{writeup.body[planted.start : planted.end]} -> {planted.text}]"
                  f"{writeup.body[planted.end : planted.end + 40]!r}")  # fmt: skip
    kinds = sorted({planted.kind for _, planted in chosen})
    for kind in kinds:
        right, wrong = found[kind, True], found[kind, False]
        print(f"{kind:<10} {right:>4} of {right + wrong:>4} caught")
    total = sum(number for (_, kept), number in found.items() if kept)
    print(f"{'in all':<10} {total:>4} of {len(chosen):>4} caught; {len(every)} could have been planted")


if __name__ == "__main__":
    main()
