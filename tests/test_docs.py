"""The documentation is a test: its commands exist, its files load, its tables are those of the code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import pytest
from click.testing import CliRunner

from clawpub.cli import cli
from clawpub.pack import failures
from clawpub.pack.schema import TABLES
from generator.content import load_edition
from generator.findings import EDITION_RULES, RULES
from generator.mail.recipients import load_suppressed
from generator.mail.settings import MailSettings
from generator.mail.tokens import make_token
from generator.publishing import load_publishing
from runner.campaign import load_campaign
from tests.generator.publication import write_writeup

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
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
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


def test_the_commands_about_editions_do_what_they_say(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "editions.md").read_text()
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "site.toml").write_bytes((ROOT / "content" / "site.toml").read_bytes())
    write_writeup(tmp_path, "another-harness", body="Words.\n", day="2026-11-24")
    lines = re.findall(r"^    clawpub (.+)$", text, re.MULTILINE)
    assert [line.split()[0] for line in lines] == ["new", "check", "build", "new", "build", "build"]
    for line in lines:
        done = CliRunner().invoke(cli, [*shlex.split(line), "--root", str(tmp_path)])
        assert (line, done.exit_code) == (line, 0), done.output
    assert (tmp_path / "content" / "editions" / "2026-W48.md").is_file()
    assert (tmp_path / "content" / "writeups" / "how-locks-fail" / "facts.toml").is_file()


def test_the_edition_in_the_docs_is_one(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "editions.md").read_text()
    whole, sections = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "2026-W48.md"
    path.write_text(whole.replace("sha256:...", f"sha256:{'0' * 64}"))
    assert [carried.slug for carried in load_edition(path).carried] == ["another-harness", "the-same-call-again"]
    path.write_text(f"---\ntitle: A week\ndate: 2026-11-25\n{sections}---\n")
    assert list(load_edition(path).section_lines) == ["Security research", "AI benchmarks"]


def test_the_settings_in_the_docs_on_mail_load_and_all_are_listed(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "mail.md").read_text()
    block = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert block
    (tmp_path / "publish.toml").write_text(block[1])
    settings = load_publishing(tmp_path).mail
    assert settings is not None and settings.domain == "example.org"
    table = text[text.index("| key | says |") : text.index("Secrets come from")]
    rows = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)} == set(MailSettings.model_fields)


def test_the_endpoint_in_the_docs_takes_off_whom_the_token_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "mail.md").read_text(), re.DOTALL)
    assert block
    monkeypatch.setenv("CLAWPUB_MAIL_KEY", "a key for tests")
    monkeypatch.setenv("UNSUBSCRIBED", str(tmp_path / "off.txt"))
    made: dict[str, Any] = {}
    exec(compile(block[1], "docs/mail.md", "exec"), made)

    def asked(method: str, token: str) -> str:
        answers: list[str] = []
        environment = {"REQUEST_METHOD": method, "QUERY_STRING": f"t={quote(token)}"}
        made["application"](environment, lambda status, headers: answers.append(status))
        return answers[0]

    token = make_token(b"a key for tests", "weekly.example.org", "ada@example.org")
    assert asked("POST", "") == asked("POST", "x.y") == asked("POST", token[:-2] + "xx") == "404 Not Found"
    assert asked("GET", token) == "200 OK" and not (tmp_path / "off.txt").exists()
    assert asked("POST", token) == "200 OK" and load_suppressed(tmp_path / "off.txt") == {"ada@example.org"}


def test_the_page_on_editions_lists_every_rule_of_theirs() -> None:
    text = (ROOT / "docs" / "editions.md").read_text()
    listed = re.findall(r"^\| \[`([a-z-]+)`\]\(rules/", text, re.MULTILINE)
    assert listed == [*EDITION_RULES, "unknown-section"]
