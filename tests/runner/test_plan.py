"""A plan is an estimate that says what it rests on, and a bound that no campaign can pass."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from clawpub.cli import cli
from clawpub.errors import ConfigError
from clawpub.pack.events import ModelAsked
from clawpub.pack.model import Price
from clawpub.pack.reader import open_pack
from runner.campaign import load_campaign
from runner.execute import execute
from runner.journal import read_journal
from runner.plan import asks_the_same, plan_campaign
from runner.record import Record
from runner.seal import seal_campaign
from runner.suite import load_suite, suite_folder
from tests.runner.sessions import make_session
from tests.runner.test_execute import reference


def is_measure(path: Path) -> bool:
    """Whether a published pack is of a model's runs on the suite as it is now."""
    pack = open_pack(path)
    told = pack.info.campaign
    return told is not None and (
        told.model.provider != "scripted" and told.harness.name == "loop" and asks_the_same(pack, SUITE)
    )


SUITE = load_suite("agentic-core-v1")
PUBLISHED = sorted((Path(__file__).parents[2] / "content" / "packs").glob("*/"))
PACKS = [path for path in PUBLISHED if is_measure(path)]
assert PACKS, "content/packs holds no campaign of a model on the suite as it is"
PRICE = Price(input_usd_per_1m=Decimal("0.15"), output_usd_per_1m=Decimal("0.6"))


def campaign(folder: Path, more: str = "") -> Path:
    path = folder / "content" / "campaigns" / "c.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    (folder / "content" / "site.toml").write_text('title = "T"\n')
    model = '[model]\nid = "qwen.qwen3-32b-v1:0"\nprovider = "bedrock"\nregion = "us-east-1"\n'
    path.write_text(f'id = "c"\n{model}{more}')
    return path


@pytest.mark.parametrize("packs", [[], PACKS], ids=["from the suite", "from packs"])
def test_low_likely_high_and_most_come_in_that_order(tmp_path: Path, packs: list[Path]) -> None:
    plan = plan_campaign(load_campaign(campaign(tmp_path)), load_suite("agentic-core-v1"), PRICE, packs)
    assert (plan.runs, plan.tasks) == (30, 10)
    estimates = [*(plan.levels[level] for level in ("low", "likely", "high")), plan.most]
    for name in ("calls", "tokens_in", "tokens_out", "cost_usd"):
        figures = [getattr(estimate, name) for estimate in estimates]
        assert figures == sorted(figures), name
    count = len(packs)
    basis = f"{30 * count} runs of this suite in {count} pack{'s' * (count > 1)}" if packs else "no pack of this suite"
    assert basis in plan.basis


def test_what_was_measured_is_what_is_said(tmp_path: Path) -> None:
    """Scripted runs are no measure of a model; of a real pack each task's own median counts."""
    plan = plan_campaign(load_campaign(campaign(tmp_path)), load_suite("agentic-core-v1"), None, PACKS)
    assert "reference" not in plan.basis
    assert plan.levels["likely"].cost_usd is None and plan.levels["likely"].run_s is not None


def test_a_mended_checker_leaves_earlier_runs_a_measure_and_a_changed_task_does_not(tmp_path: Path) -> None:
    pack = open_pack(PACKS[0])
    shutil.copytree(suite_folder("agentic-core-v1"), tmp_path / "suite")
    task = next((tmp_path / "suite").glob("task_01_*"))
    (task / "check.py").write_text((task / "check.py").read_text() + "# mended\n")
    mended = load_suite(tmp_path / "suite")
    assert mended.digest != SUITE.digest and asks_the_same(pack, mended)
    (task / "prompt.md").write_text("Do something else.\n")
    assert not asks_the_same(pack, load_suite(tmp_path / "suite"))


def test_no_campaign_costs_more_than_the_most(tmp_path: Path) -> None:
    session = make_session(tmp_path, script=reference, tasks=["task_01", "task_07"], price=PRICE)
    asyncio.run(execute(session))
    pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path / "packs")
    plan = plan_campaign(session.campaign, session.suite, PRICE, [])
    row = pack.table("run_summary").rows[0]
    assert int(str(row["model_calls"])) <= plan.most.calls


def test_the_command_prints_cost_price_and_budget_and_starts_nothing(tmp_path: Path) -> None:
    path = campaign(tmp_path, '[budget]\ncost_usd = "0.01"\n')
    done = CliRunner().invoke(cli, ["plan", str(path)], catch_exceptions=False)
    assert done.exit_code == 0
    assert "30 runs of 10 tasks" in done.output and "$0.15 in, $0.6 out" in done.output
    assert "less than the high estimate" in done.output
    told = json.loads(CliRunner().invoke(cli, ["plan", "--json", str(path)], catch_exceptions=False).output)
    assert told["runs"] == 30 and set(told["levels"]) == {"low", "likely", "high"}
    assert not (tmp_path / ".clawpub").exists()


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize("bound", ["cost_usd", "tokens"])
def test_what_a_first_call_needs_is_just_what_is_set_aside_for_it(tmp_path: Path, bound: str, below: bool) -> None:
    told = make_session(tmp_path / "a", script=reference, tasks=["task_09"]).campaign
    needed = plan_campaign(told, SUITE, PRICE, []).opening
    assert needed.any_usd is not None
    usd = needed.any_usd - Decimal("0.00000001") * below if bound == "cost_usd" else None
    more = f"[budget]\ntokens = {needed.any_tokens - below}\n" if bound == "tokens" else ""
    session = make_session(tmp_path / "b", script=reference, tasks=["task_09"], price=PRICE, budget_usd=usd, more=more)
    assert asyncio.run(execute(session)) == "budget"
    asked = any(isinstance(event, ModelAsked) for event in read_journal(session.journal))
    assert asked is not below


def test_a_preflight_is_paid_before_the_first_call(tmp_path: Path) -> None:
    tested = plan_campaign(load_campaign(campaign(tmp_path)), SUITE, PRICE, []).opening
    told = campaign(tmp_path, "[execution]\npreflight = false\n")
    untested = plan_campaign(load_campaign(told), SUITE, PRICE, []).opening
    assert tested.every_usd and untested.every_usd and tested.every_usd > untested.every_usd
    assert tested.every_tokens == untested.every_tokens


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ('cost_usd = "0.0001"', r"\$0.0001, too little for a single call: .* to \$0.\d{4}, .* cost_usd = \"0.\d{4}\"$"),
        ("tokens = 2000", r"budget: 2,000 tokens, too little for a single call: .*: tokens = \d+$"),
        ("tokens = 100_000_000", "budget: 100,000,000 tokens, enough for the high estimate"),
        ("seconds = 60", "budget: 60 s for one session"),
        ('cost_usd = "500"', r"budget: \$500, enough"),
    ],
)
def test_the_plan_says_what_each_bound_will_do(tmp_path: Path, budget: str, said: str) -> None:
    path = campaign(tmp_path, f"[budget]\n{budget}\n")
    done = CliRunner().invoke(cli, ["plan", str(path)], catch_exceptions=False)
    assert re.search(said, done.output, re.M), done.output
    assert done.output.count("budget: ") == 1


def test_a_model_without_a_price_is_refused(tmp_path: Path) -> None:
    path = campaign(tmp_path)
    path.write_text(path.read_text().replace("qwen3-32b", "qwen9-1t"))
    with pytest.raises(ConfigError, match="no price is known"):
        CliRunner().invoke(cli, ["plan", str(path)], catch_exceptions=False)
