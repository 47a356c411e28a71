"""The front door: thin, quick to open, and without a traceback whatever is brought to it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from clawpub.cli import COMMANDS
from clawpub.cli.progress import _gist
from clawpub.pack.reader import digest_of
from tests.builders import seal_runs, tiny_events
from tests.clawpub.pack.test_sealing import reseal

ROOT = Path(__file__).parents[2]


def clawpub(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from clawpub.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def test_help_loads_no_adapter() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from clawpub.cli import cli\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    adapters = {"aiohttp", "xllamacpp", "boto3", "plotly", "PIL", "starlette", "uvicorn", "watchfiles"} | {
        "cryptography",
        "css_inline",
        "resvg_py",
    }
    assert not adapters & set(loaded.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = clawpub(command, "--help")
    assert done.returncode == 0
    if command != "pack":
        assert f"clawpub {command}" in done.stdout.partition("Options:")[0].partition("\n")[2] or command == "demo"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "nowhere.toml"], "nowhere.toml"),
        (["nonsense"], "nonsense"),
        (["pack", "show", "nowhere"], "no such pack"),
        (["check", "--root", "/nowhere"], "/nowhere"),
        (["build", "--release", "--drafts"], "no drafts"),
    ],
)
def test_bad_usage_is_one_message_and_status_2(arguments: list[str], said: str) -> None:
    done = clawpub(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_no_publication_says_what_it_lacks() -> None:
    done = clawpub("build", cwd=Path("/"))
    assert done.returncode == 2
    assert "content/site.toml" in done.stderr and "Traceback" not in done.stderr


def test_pack_verify_names_the_file_whose_byte_was_flipped(tmp_path: Path) -> None:
    pack = seal_runs(tmp_path, tiny_events())
    assert clawpub("pack", "verify", pack.path).returncode == 0
    table = pack.path / "tables" / "run_metrics.csv"
    table.write_bytes(table.read_bytes().replace(b"1000", b"1001", 1))
    done = clawpub("pack", "verify", pack.path)
    assert done.returncode == 1
    assert "tables/run_metrics.csv: error[digest]: changed after sealing" in done.stderr
    findings = json.loads(clawpub("pack", "verify", "--json", pack.path).stdout)[0]["findings"]
    assert [finding["rule"] for finding in findings] == ["digest"]


def test_pack_show_prints_tables_and_never_a_control_character(tmp_path: Path) -> None:
    events = tiny_events()
    hostile = events[-1].model_copy(update={"reason": "\x1b]0;owned\x07 \u202e"})
    pack = seal_runs(tmp_path, [*events[:-1], hostile])
    shown = clawpub("pack", "show", pack.path, "task_outcomes").stdout
    assert "task_02" in shown and not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", shown)
    rows = json.loads(clawpub("pack", "show", "--json", pack.path, "task_outcomes").stdout)
    assert len(rows) == 6 and rows[0]["passed"] is True
    assert "wrong_answer" in clawpub("pack", "show", pack.path, "per_task_results").stdout


def test_a_campaign_runs_from_the_command_line_to_a_sealed_pack(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "site.toml").write_text((ROOT / "content" / "site.toml").read_text())
    campaign = tmp_path / "mine.toml"
    campaign.write_text(
        'id = "mine"\ntasks = ["task_09"]\nruns = 1\n[model]\nid = "reference"\nprovider = "scripted"\n'
    )
    planned = clawpub("run", "--dry-run", campaign)
    assert planned.returncode == 0 and "1 runs" in planned.stdout
    assert not (tmp_path / ".clawpub").exists() or not list((tmp_path / ".clawpub").rglob("*.jsonl"))
    done = clawpub("run", "--json", campaign)
    assert done.returncode == 0, done.stderr
    sealed = json.loads(done.stdout)
    assert sealed["summary"]["score"] == "1/1"
    again = clawpub("run", campaign)
    assert again.returncode == 2 and "clawpub resume" in again.stderr
    resumed = clawpub("resume", campaign)
    assert resumed.returncode == 0 and sealed["digest"] in resumed.stdout
    assert clawpub("pack", "verify", tmp_path / "content" / "packs" / "mine").returncode == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('provider = "scripted"', 'provider = "martian"', "mine.toml:6: no provider"),
        ('provider = "scripted"', 'provider = "openai-compatible"', "mine.toml:4: provider openai-compatible needs"),
        ('provider = "scripted"', 'provider = "scripted"\noptions = {a = 1}', "mine.toml:7: model.options.a: unknown"),
        (
            'provider = "scripted"',
            'provider = "openai-compatible"\nendpoint = "http://h/v1"\noptions = { timeout_s = "soon" }',
            "mine.toml:8: model.options.timeout_s",
        ),
        ('provider = "scripted"', 'provider = "x"\nendpoint = "http://me:pass@h/v1"', "mine.toml:7: model.endpoint"),
        ('provider = "scripted"', 'provider = "x"\nendpoint = "nonsense"', "mine.toml:7: model.endpoint"),
        ('id = "reference"', 'id = "nobody"', "mine.toml:5: no scripted agent 'nobody'"),
        ("runs = 1", "runs = 1\nsuite = 'nowhere'", "mine.toml:4: There is no suite"),
        ("runs = 1", "runs = 1\nsuite = '" + "a" * 5000 + "'", "mine.toml:4: suite"),
        ("[model]", "[price]\ninput_usd_per_1m = -1\noutput_usd_per_1m = 1\n[model]", "mine.toml:5: price.input"),
        ('tasks = ["task_09"]', 'tasks = ["task_99"]', "mine.toml:2: no task 'task_99'"),
        ('tasks = ["task_09"]', 'tasks = ["task_09_stop"]', "did you mean 'task_09'?"),
        ("runs = 1", "runs = 1\n[harness]\nname = 'martian'", "mine.toml:8: no harness"),
    ],
)
def test_a_campaign_that_cannot_be_run_says_why(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = 'id = "mine"\ntasks = ["task_09"]\nruns = 1\n[model]\nid = "reference"\nprovider = "scripted"\n'
    campaign = tmp_path / "mine.toml"
    lines = text.replace(old, new)
    if "[harness]" in new:
        lines = text + "[harness]\nname = 'martian'\n"
    campaign.write_text(lines)
    done = clawpub("run", campaign, "--root", tmp_path)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "content").exists()


def test_text_of_a_pack_never_steers_the_terminal(tmp_path: Path) -> None:
    """Column names and titles of somebody else's table are no markup either."""
    pack = seal_runs(tmp_path, tiny_events())
    raw = json.loads((pack.path / "datapackage.json").read_bytes())
    table = raw["resources"][0]
    table |= {"name": "theirs", "title": "[/] \x1b[2J"}
    table["schema"] = {"fields": [{"name": name} for name in ("[/b]", "\x1b]0;owned\x07", "c", "d", "e")]}
    file = pack.path / table["path"]
    data = file.read_bytes().replace(b"task_id,run,", b"[/b],\x1b]0;owned\x07,", 1)
    data = data.replace(b"passed,failure_mode,checker_reason", b"c,d,e", 1)
    file.write_bytes(data)
    table |= {"bytes": len(data), "hash": digest_of(data)}
    reseal(pack, **raw)
    for arguments in (["theirs"], [], ["\x1b[2J"]):
        done = clawpub("pack", "show", pack.path, *arguments)
        assert "Traceback" not in done.stderr and "\x1b" not in done.stdout + done.stderr
    assert "[/b]" in clawpub("pack", "show", pack.path, "theirs").stdout


def test_a_campaign_outlives_the_pipe_that_it_prints_to(tmp_path: Path) -> None:
    """The reader of standard error leaves after one line; the campaign is executed and sealed all the same."""
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "site.toml").write_text((ROOT / "content" / "site.toml").read_text())
    text = 'tasks = ["task_09"]\nruns = 2\n[model]\nid = "reference"\nprovider = "scripted"\n'
    main = f"{sys.executable} -c 'from clawpub.cli import main; main()'"
    for name, redirection in (("piped", "2>&1 >/dev/null | head -n 1"), ("closed", "2>&- >/dev/null")):
        (tmp_path / f"{name}.toml").write_text(f'id = "{name}"\n{text}')
        subprocess.run(["sh", "-c", f"{main} run {tmp_path / name}.toml {redirection}"], check=False, cwd=ROOT)
        assert clawpub("pack", "verify", tmp_path / "content" / "packs" / name).returncode == 0


def test_a_terminal_that_is_not_utf_8_shows_escapes(tmp_path: Path) -> None:
    pack = seal_runs(tmp_path, tiny_events())
    command = [sys.executable, "-c", "from clawpub.cli import main; main()", "pack", "show", str(pack.path)]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*command, "task_outcomes"], cwd=ROOT, capture_output=True, env=environment, check=False)
    assert done.returncode == 0 and b"\\u2014" in done.stdout


@pytest.mark.parametrize(
    ("error", "said"),
    [("it broke\n  hint: mend it", "it broke"), ("Traceback\nKeyError: 1\n", "KeyError: 1"), ("", ""), ("\n", "\n")],
)
def test_the_line_of_an_error_that_is_shown_is_never_its_hint(error: str, said: str) -> None:
    assert _gist(error) == said


def test_the_plan_counts_the_turns_that_the_campaign_allows(tmp_path: Path) -> None:
    campaign = tmp_path / "mine.toml"
    campaign.write_text(
        'id = "mine"\ntasks = ["task_09"]\nruns = 2\n'
        '[model]\nid = "reference"\nprovider = "scripted"\n[limits]\nturns = 3\n'
    )
    assert "at most    6 model calls" in clawpub("run", "--dry-run", campaign, "--root", tmp_path).stdout
