"""The pages of docs/rules are true: what they say fails gives the findings they print, what passes gives none."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import date
from pathlib import Path

import pytest

from generator.build import BuildOptions, build
from generator.findings import EDITION_RULES, RELEASE_RULES, RULES
from generator.publication import check_publication
from tests.builders import seal_runs, tiny_events
from tests.generator.dialect import run_case
from tests.generator.publication import SITE, write_writeup

PAGES = Path(__file__).parents[2] / "docs" / "rules"
ALL = RULES | EDITION_RULES | RELEASE_RULES
_BLOCK = re.compile(r"^(`{3,4})(\w+)\n(.*?)\n\1$", re.MULTILINE | re.DOTALL)


def example(rule: str, heading: str) -> dict[str, str]:
    """Return the blocks of one part of a page by their language."""
    text = (PAGES / f"{rule}.md").read_text(encoding="utf-8")
    part = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return {language: block for _, language, block in _BLOCK.findall(part)}


def edition_findings(folder: Path, front: str) -> list[str]:
    """Return what is wrong with an edition whose first line names its file, in a publication of two writeups and a
    draft."""
    place, _, said = front.partition("\n")
    file = folder / place.removeprefix("# ")
    file.parent.mkdir(parents=True)
    file.write_text(f"---\n{said}\n---\n", encoding="utf-8")
    (folder / "content" / "site.toml").write_text(SITE)
    for slug in ("dense-enough", "another-look", "unfinished"):
        write_writeup(folder, slug, body="Words.\n", draft=slug == "unfinished")
    found = check_publication(folder).findings
    return [f"{f.rule} {f.path.name}{f':{f.line}' if f.line else ''} {f.message}" for f in found]


def release_findings(folder: Path, blocks: dict[str, str]) -> list[str]:
    """Return what the gate says of a publication with one pack, a writeup on it and one that is dated later, after what
    the blocks did to it: a file that is written, or what was typed."""
    pack = seal_runs(folder / "content" / "packs", tiny_events(), id="dense")
    (folder / "content" / "site.toml").write_text(SITE)
    text = write_writeup(folder, "dense-enough", body="Words.\n", packs={"this": pack}) / "index.md"
    write_writeup(folder, "next-month", body="Words.\n", day="2026-12-01")
    if "yaml" in blocks:
        place, _, said = blocks["yaml"].partition("\n")
        file = folder / place.removeprefix("# ")
        file.parent.mkdir(exist_ok=True)
        head = text.read_text().partition("packs:")[0] if file == text else "---\n"
        file.write_text(f"{head}{said.replace('sha256:...', pack.digest)}\n---\nWords.\n", encoding="utf-8")
    if "sh" in blocks:
        who = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        subprocess.run(["sh", "-ec", blocks["sh"]], cwd=folder, env={**os.environ, **who}, check=True)
    options = BuildOptions(release=True, today=date(2026, 11, 25), cards=False, search=False)
    found = build(folder, folder / "site", options=options).findings
    return [f"{f.rule} {f.path.name}{f':{f.line}' if f.line else ''} {f.message}" for f in found]


def findings(rule: str, folder: Path, blocks: dict[str, str]) -> list[str]:
    if rule in RELEASE_RULES:
        return release_findings(folder, blocks)
    if "markdown" not in blocks:
        return edition_findings(folder, blocks["yaml"])
    parts = [blocks["markdown"], f"facts.toml\n{blocks.get('toml', '# none')}\n"]
    if "yaml" in blocks:
        parts.append(f"{'front' if blocks['yaml'].startswith(('views:', 'section:')) else 'packs'}\n{blocks['yaml']}")
    return run_case(folder, "\n%% ".join(parts))


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == ALL.keys()
    for rule, known in ALL.items():
        head = (PAGES / f"{rule}.md").read_text(encoding="utf-8").splitlines()
        assert head[0] == f"# {rule}" and head[2].lower().startswith(known.description.lower())
        assert ("always an error" in head[2]) == known.fixed
        assert known.fixed or f"{'an error' if known.severity == 'error' else 'a warning'}, unless" in head[2]


@pytest.mark.parametrize("rule", ALL)
def test_what_a_page_says_fails_fails_as_it_says(rule: str, tmp_path: Path) -> None:
    blocks = example(rule, "Fails")
    told = blocks["text"].splitlines()
    assert findings(rule, tmp_path, blocks) == told and any(line.startswith(f"{rule} ") for line in told)


@pytest.mark.parametrize("rule", ALL)
def test_what_a_page_says_passes_passes(rule: str, tmp_path: Path) -> None:
    assert findings(rule, tmp_path, example(rule, "Passes")) == []
