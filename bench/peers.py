"""How many planted wrong numbers other tools notice in the same texts, and how many true ones they doubt.

    python -m bench.peers                            those on the path
    python -m bench.peers --bin DIR --count 100      those of another environment: pip install numaudit manuscript-guard

Nothing on PyPI does what `clawpub check` does; these come nearest. They get the text without its spans and tags, and
the tables of the packs that the writeup names. A wrong number is noticed when a complaint is there that the true text
does not get. They look for each number anywhere in the data, where clawpub is told which cell it is: that is the
difference that is measured. A peer that is not installed is skipped, and said to be.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bench.__main__ import folder
from bench.planting import CONTENT, Planted, candidates, caught
from clawpub.pack.reader import Pack, open_pack
from generator.claims import check_writeup
from generator.content import load_writeup
from generator.writeup import Writeup

Complaints = Counter[tuple[str, str]]
"""(line, number) of what a tool doubts."""


def numaudit(program: str, text: Path, data: Path) -> Complaints:
    said = subprocess.run([program, text, "--data", data, "--json"], capture_output=True, text=True).stdout
    found = json.loads(said)["documents"][0]["findings"]
    return Counter((str(each["line"]), each["text"]) for each in found if each["status"] == "unsourced")


def manuscript_guard(program: str, text: Path, data: Path) -> Complaints:
    said = subprocess.run([program, "audit", text, "--against", data], capture_output=True, text=True).stdout
    return Counter(re.findall(r"^ +line (\d+): (.+)$", said, re.MULTILINE))


PEERS: dict[str, Callable[[str, Path, Path], Complaints]] = {
    "numaudit": numaudit,
    "manuscript-guard": manuscript_guard,
}


def plain(body: str) -> str:
    """Return a body as somebody would write it who has no spans and no tags."""
    body = re.sub(r"\{\{.*?\}\}", "", body, flags=re.DOTALL)
    body = re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", body)
    return re.sub(r"\[(?:Observed|Context|Speculation)[^\]]*\]", "", body)


def planted_in(writeup: Writeup, planted: Planted) -> str:
    return writeup.body[: planted.start] + planted.text + writeup.body[planted.end :]


def tables_of(writeup: Writeup, packs: dict[str, Pack], work: Path) -> Path:
    home = work / writeup.slug
    for pin in writeup.pins:
        shutil.copytree(packs[pin.pack_id].path / "tables", home / pin.alias, dirs_exist_ok=True)
    return home


def measure(name: str, program: str, chosen: list[tuple[Writeup, Planted]], packs: dict[str, Pack]) -> None:
    """Print what one peer notices."""
    noticed: Counter[tuple[str, bool]] = Counter()
    with folder() as work:
        data = {writeup.slug: tables_of(writeup, packs, work) for writeup, _ in chosen}
        text = work / "text.md"

        def complaints(writeup: Writeup, body: str) -> Complaints:
            text.write_text(plain(body))
            return PEERS[name](program, text, data[writeup.slug])

        true = {writeup.slug: complaints(writeup, writeup.body) for writeup, _ in chosen}
        for writeup, planted in chosen:
            more = complaints(writeup, planted_in(writeup, planted)) - true[writeup.slug]
            noticed[planted.kind, bool(more)] += 1
    doubted = sum(found.total() for found in true.values())
    print(f"{name:<18} {told(noticed)}; doubts {doubted} numbers of the true text")


def told(noticed: Counter[tuple[str, bool]]) -> str:
    kinds = sorted({kind for kind, _ in noticed})
    return ", ".join(
        f"{noticed[kind, True]:>3} of {noticed[kind, True] + noticed[kind, False]} ({kind})" for kind in kinds
    )


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--bin", type=Path, help="where the peers' programs are")
    given.add_argument("--count", type=int, default=100)
    given.add_argument("--seed", type=int, default=20261124)
    options = given.parse_args()
    packs = {path.name: open_pack(path) for path in sorted((CONTENT / "packs").glob("*/"))}
    writeups = [load_writeup(path) for path in sorted((CONTENT / "writeups").glob("*/"))]
    every = [(w, planted) for w in writeups for planted in candidates(w) if planted.kind in ("digit", "word")]
    chosen = random.Random(options.seed).sample(every, min(options.count, len(every)))
    ours: Counter[tuple[str, bool]] = Counter()
    for writeup, planted in chosen:
        ours[planted.kind, caught(writeup, packs, planted)] += 1
    print(f"{len(chosen)} wrong numbers, one at a time, in {len(writeups)} writeups")
    doubted = sum(len(check_writeup(writeup, packs).findings) for writeup in writeups)
    print(f"{'clawpub check':<18} {told(ours)}; doubts {doubted} numbers of the true text")
    for name in PEERS:
        program = shutil.which(name, path=str(options.bin) if options.bin else None)
        if program:
            measure(name, program, chosen, packs)
        else:
            print(f"{name:<18} NOT INSTALLED, so not measured: pip install {name}")


if __name__ == "__main__":
    main()
