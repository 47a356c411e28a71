"""The pages of docs/rules are true: what they say fails gives the findings they print, what passes gives none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.findings import RULES
from tests.generator.dialect import run_case

PAGES = Path(__file__).parents[2] / "docs" / "rules"
_BLOCK = re.compile(r"^(`{3,4})(\w+)\n(.*?)\n\1$", re.MULTILINE | re.DOTALL)


def example(rule: str, heading: str) -> dict[str, str]:
    """Return the blocks of one part of a page by their language."""
    text = (PAGES / f"{rule}.md").read_text(encoding="utf-8")
    part = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return {language: block for _, language, block in _BLOCK.findall(part)}


def findings(folder: Path, blocks: dict[str, str]) -> list[str]:
    parts = [blocks["markdown"], f"facts.toml\n{blocks.get('toml', '# none')}\n"]
    if "yaml" in blocks:
        parts.append(f"{'front' if blocks['yaml'].startswith(('views:', 'section:')) else 'packs'}\n{blocks['yaml']}")
    return run_case(folder, "\n%% ".join(parts))


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == RULES.keys()
    for rule, known in RULES.items():
        head = (PAGES / f"{rule}.md").read_text(encoding="utf-8").splitlines()
        assert head[0] == f"# {rule}" and head[2].lower().startswith(known.description.lower())
        assert ("always an error" in head[2]) == known.fixed
        assert known.fixed or f"{'an error' if known.severity == 'error' else 'a warning'}, unless" in head[2]


@pytest.mark.parametrize("rule", RULES)
def test_what_a_page_says_fails_fails_as_it_says(rule: str, tmp_path: Path) -> None:
    blocks = example(rule, "Fails")
    told = blocks["text"].splitlines()
    assert findings(tmp_path, blocks) == told and any(line.startswith(f"{rule} ") for line in told)


@pytest.mark.parametrize("rule", RULES)
def test_what_a_page_says_passes_passes(rule: str, tmp_path: Path) -> None:
    assert findings(tmp_path, example(rule, "Passes")) == []
