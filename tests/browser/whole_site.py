"""One publication that has every kind of page: this repository's own content, and beside it what that lacks.

`PAGES` names one page of each kind (of some, several), which the tests of accessibility, layout and policy visit and
`python -m tests.browser.screenshots` takes.
"""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

from clawpub.pack.importers.description import Description
from clawpub.pack.importers.importing import read_import, seal_import
from clawpub.pack.model import Price
from generator.build import BuildOptions, build
from generator.pages.browser_parts import FOLDER
from tests.generator.publication import SPARSE, seal_campaign, write_publication, write_writeup

ROOT = Path(__file__).parents[2]

OWN = {
    "edition": "editions/2026-w48/index.html",
    "writeup-own": "writeups/the-same-call-again/index.html",
    "pack-own": "packs/2026-11-24-qwen2.5-coder-0.5b-loop-agentic-core-v1/index.html",
    "run-own": "packs/2026-11-24-qwen2.5-coder-1.5b-openclaw-agentic-core-v1/runs/task_08.3/index.html",
}
"""Pages of this repository's content."""

PAGES = {
    "index": "index.html",
    "writeup": "writeups/dense-enough/index.html",
    "writeup-plain": "writeups/tagged/index.html",
    "campaigns": "campaigns/index.html",
    "pack-executed": "packs/dense/index.html",
    "pack-transcribed": "packs/next/index.html",
    "pack-imported": "packs/trades/index.html",
    "pack-computed": "packs/cross-campaign/index.html",
    "runs": "packs/dense/runs/index.html",
    "run": "packs/dense/runs/task_08.1/index.html",
    "models": "models/index.html",
    "model": "models/acme.dense-32b/index.html",
    "tasks": "tasks/index.html",
    "task": "tasks/agentic-core-v1/task_08/index.html",
    "compare": "compare/index.html",
    "tags": "tags/index.html",
    "tag": "tags/local-models/index.html",
    "editions": "editions/index.html",
    "section": "sections/ai-benchmarks/index.html",
    "method": "method/index.html",
    "text": "pages/imprint/index.html",
    "demo": "demo/index.html",
    "search": "search/index.html",
    "not-found": "404.html",
    **OWN,
}

CARD = """\
name = "Dense 32B"
publisher = "Acme"
family = "Dense"
architecture = "dense"
licence = "MIT"
[sources.page]
title = "Its page"
url = "https://acme.example/dense"
read = 2026-11-01
[facts.layers]
value = 64
unit = "layers"
source = "page"
"""

TEXT = """\
# Imprint

Who publishes this, and how to write in. The [front page](../../index.html) has the newest.

## A list

- One thing.
- Another, with `code` in it.

| Name | Place |
|---|---|
| Tester | Somewhere |

> A quotation.
"""


def write_whole_publication(root: Path) -> Path:
    """Return a publication with every kind of page; with SQLite for browsers where this checkout has it."""
    write_publication(root, local=True)
    packs = root / "content" / "packs"
    seal_campaign(
        packs,
        "dear",
        model="acme.dear-400b",
        failures=SPARSE,
        price=Price(input_usd_per_1m=Decimal(30), output_usd_per_1m=Decimal(60)),
    )
    _import_trades(root, packs / "trades")
    folder = write_writeup(root, "tagged", body="Words, and [a link](../dense-enough/index.html).\n", title="Tagged")
    index = folder / "index.md"
    index.write_text(index.read_text().replace("draft:", "tags: [Local Models, interpretability]\ndraft:"))
    (root / "content" / "models").mkdir(exist_ok=True)
    (root / "content" / "models" / "acme.dense-32b.toml").write_text(CARD)
    (root / "content" / "pages").mkdir(exist_ok=True)
    (root / "content" / "pages" / "imprint.md").write_text(TEXT)
    shutil.copytree(ROOT / "content", root / "content", dirs_exist_ok=True)
    _count_again(root / "content" / "writeups" / "a-narrow-lead" / "index.md")
    if (ROOT / FOLDER).is_dir():
        (root / FOLDER).parent.mkdir(exist_ok=True)
        (root / FOLDER).symlink_to(ROOT / FOLDER)
    return root


def _count_again(writeup: Path) -> None:
    """Let a writeup that counts the campaigns which passed task_09 count the one of these packs that did as well."""
    before = writeup.read_text()
    after = before.replace("[1]{fact=t09-passers}", "[2]{fact=t09-passers}")
    assert after != before
    writeup.write_text(after)


def _import_trades(root: Path, destination: Path) -> None:
    rows = ["day,pair,side,amount,price_usd"]
    rows += [
        f"2026-11-{day:02},EUR/USD,{'buy' if day % 3 else 'sell'},{day * 7},1.0{800 + day}" for day in range(1, 25)
    ]
    file = root / "trades.csv"
    file.write_text("\n".join(rows) + "\n")
    said = {"id": "trades", "title": "Trades of one bot", "source": "Its own log, https://bot.example/log"}
    described = Description.model_validate(said | {"licence": "CC-BY-4.0"})
    seal_import(read_import(described, [file], base=root), destination)


def build_whole_site(root: Path) -> Path:
    """Return the built site of `write_whole_publication`."""
    report = build(write_whole_publication(root), root / "site", options=BuildOptions(search=True))
    if not report.passed:
        raise AssertionError([f"{finding.path}:{finding.line} {finding.message}" for finding in report.findings])
    return root / "site"
