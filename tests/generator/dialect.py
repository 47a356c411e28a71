"""The fixtures of the dialect: Markdown in, findings out.

title
.
body of a writeup
%% facts.toml | %% front | %% packs      parts that replace or add to the default ones
.
rule line:column message                 lines are the body's; `facts.toml:3` and `front` are elsewhere
.
"""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from clawpub.pack.across import load_view
from clawpub.pack.reader import Pack
from generator.claims import check_writeup
from generator.content import load_writeup
from generator.findings import RULES, Setting
from generator.library import Library
from generator.writeup import CheckedWriteup
from tests.generator.builders import campaign_tables, make_pack, make_writeup

FOLDER = Path(__file__).parent.parent / "fixtures" / "dialect"


@dataclass(frozen=True)
class Case:
    rule: str
    title: str
    body: str
    expected: list[str]


def cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.md")):
        for text in path.read_text(encoding="utf-8").removesuffix("\n.\n").split("\n.\n\n"):
            title, body, *expected = (text + "\n").split("\n.\n")
            yield Case(path.stem, title.strip(), body, "\n.\n".join(expected).splitlines())


@cache
def fixture_packs() -> tuple[Pack, Pack]:
    """Return the campaign of 23 passes, and another of 22."""
    folder = Path(mkdtemp(prefix="clawpub-dialect-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return make_pack(folder), make_pack(folder, "coder", tables=campaign_tables(22))


@cache
def fixture_library() -> Library:
    """Return the view `board` over both."""
    return Library(
        {pack.id: pack for pack in fixture_packs()}, (load_view(FOLDER / "board.sql"),), sections=("AI benchmarks",)
    )


def check_case(tmp_path: Path, text: str) -> CheckedWriteup:
    body, *parts = text.split("\n%% ")
    named = dict(part.split("\n", 1) for part in parts)
    packs = fixture_packs()
    pins = (
        dict(line.split(": ", 1) for line in named["packs"].splitlines())
        if "packs" in named
        else {alias: f"{pack.id}@{pack.digest}" for alias, pack in zip(("this", "that"), packs, strict=True)}
    )
    facts = named.get("facts.toml") or (FOLDER / "facts.toml").read_text(encoding="utf-8")
    folder = make_writeup(tmp_path, body, facts=facts, packs=pins, front=named.get("front", ""))
    unused: Setting = "warning" if "facts.toml" in named else "off"
    found = {pack.id: pack for pack in packs}
    return check_writeup(load_writeup(folder), found, {"unused-fact": unused}, fixture_library())


def run_case(tmp_path: Path, text: str) -> list[str]:
    """Return the findings of a case as its fixture writes them."""
    checked = check_case(tmp_path, text)
    told = []
    for finding in checked.findings:
        assert finding.rule in RULES
        line = (finding.line or 0) - checked.writeup.body_line + 1
        if finding.path.name == "facts.toml":
            place = f"facts.toml:{finding.line}"
        else:
            place = f"{line}:{finding.column or '-'}" if line > 0 else "front"
        told.append(f"{finding.rule} {place} {finding.message}")
    return told
