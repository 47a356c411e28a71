"""The documentation is a test: its commands exist, its files load, its tables are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from clawpub.cli import cli
from clawpub.pack import failures
from clawpub.pack.schema import TABLES
from generator.findings import RULES
from runner.campaign import load_campaign

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        for code in re.findall(r"`(clawpub [^`\n]+)`|^    (clawpub .+)$", page.read_text(), re.MULTILINE):
            found.append((page.name, code[0] or code[1]))
    return found


@pytest.mark.parametrize(("page", "line"), commands())
def test_a_command_in_the_docs_is_one(page: str, line: str) -> None:
    words = line.split()[1:]
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group) and words:
        found = command.get_command(context, words.pop(0))
        assert found is not None, line
        command = found
    options = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options | {"--help"}, line


def test_the_campaign_in_the_docs_loads(tmp_path: Path) -> None:
    block = re.search(r"```toml\n(.*?)```", (ROOT / "docs" / "campaigns.md").read_text(), re.DOTALL)
    assert block
    path = tmp_path / "campaign.toml"
    path.write_text(block[1])
    campaign = load_campaign(path)
    assert campaign.predictions[0].expected == "24–27"


@pytest.mark.parametrize("path", sorted((ROOT / "content" / "campaigns").glob("*.toml")), ids=lambda path: path.stem)
def test_a_committed_campaign_loads_and_is_named_by_its_id(path: Path) -> None:
    assert load_campaign(path).id == path.stem


def test_the_dialect_lists_every_rule_and_no_other() -> None:
    text = (ROOT / "docs" / "dialect.md").read_text()
    listed = re.findall(r"^\| \[`([a-z-]+)`\]\(rules/", text[text.index("## Rules") :], re.MULTILINE)
    assert listed == list(RULES)


def test_the_pack_format_lists_every_table_with_its_key_and_every_failure_mode() -> None:
    text = (ROOT / "docs" / "pack-format.md").read_text()
    for schema in TABLES.values():
        assert re.search(rf"\| `{schema.name}` \| [a-z ]+ \| {', '.join(schema.primary_key)} ?\|", text), schema.name
    modes = re.findall(r"^    ([a-z_]+)  ", failures.__doc__ or "", re.MULTILINE)
    assert len(modes) == 9 and all(f"`{mode}`" in text for mode in modes)


def test_links_between_the_docs_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
