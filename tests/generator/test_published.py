"""The campaign of others that this publication typed in: its packs follow from their sources, its sentences are held to
its tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from clawpub.pack.importers.description import load_description
from clawpub.pack.importers.importing import read_import, seal_import
from clawpub.pack.reader import Pack, open_pack
from clawpub.pack.verify import verify_pack
from generator.cards import load_cards
from generator.claims import check_writeup
from generator.content import load_writeup
from generator.library import Library
from generator.writeup import CheckedWriteup

CONTENT = Path(__file__).parents[2] / "content"
TYPED = sorted((CONTENT / "transcribed").glob("*/import.toml"))
PACKS = {
    "this": "2026-05-21-qwen3-32b-agentic-core-v1",
    "printed": "2026-05-21-published-comparison",
    "coder": "2026-05-21-qwen3-coder-30b-a3b-totals",
}


@pytest.mark.parametrize("path", TYPED, ids=lambda path: path.parent.name)
def test_a_typed_in_pack_follows_from_the_files_beside_its_description(path: Path, tmp_path: Path) -> None:
    committed = open_pack(CONTENT / "packs" / path.parent.name)
    again = seal_import(read_import(load_description(path), [], base=path.parent), tmp_path / path.parent.name)
    assert again.digest == committed.digest
    assert committed.info.origin == "transcribed" and verify_pack(committed.path) == []
    assert all(committed.resources[name].sources for name in committed.table_names)


def test_what_the_source_does_not_state_is_empty() -> None:
    pack = open_pack(CONTENT / "packs" / PACKS["this"])
    metrics = pack.table("run_metrics").rows
    assert [row["tool_calls"] for row in metrics if row["tool_calls"] is not None] == [2, 2, 2]
    assert [(row["task_id"], row["run"]) for row in metrics if row["latency_s"] is not None] == [("task_04", 2)]
    assert pack.table("run_summary").rows[0]["wall_s"] is None and len(pack.table("cost_breakdown").rows) == 1


STATEMENTS = {
    "above": ("[Five models]{fact=above} passed more runs than Qwen3 32B.", "refuted"),
    "cheaper": ("Qwen3-Coder 30B A3B is [cheaper per pass]{fact=cheaper} than Qwen3 32B.", "refuted"),
    "ratio": ("It works with [roughly 10 times]{fact=ratio} the active parameters.", "refuted"),
    "similar": ("The family's costs a pass are [within 10%]{fact=similar} of each other.", "refuted"),
    "points": ("Its pass rate lies [5 points]{fact=points} over that of Qwen3-Coder 30B A3B.", "refuted"),
    "reliable": ("The dense model is [one pass more reliable]{fact=reliable}.", "noise"),
    "lead": ("The lead is real: [one pass]{fact=lead}.", "noise"),
    "dense": ("GPT-OSS 20B is [a dense model]{fact=dense}.", "refuted"),
    "within": ("Each other run took [at most 7 seconds]{fact=within}.", "undecidable"),
    "cost": ("task_04 cost [$0.0061]{fact=cost}.", "undecidable"),
}
OF = "(select {} from printed.models where model = '{}')"
QWEN, CODER = "Qwen3 32B", "Qwen3-Coder 30B A3B"
RATES = "100.0 * a.passes / a.runs - 100.0 * b.passes / b.runs"
BOTH = "from this.run_summary a, coder.run_summary b"
FACTS = {
    "above": f'is = "select count(model) from printed.models where passes > {OF.format("passes", QWEN)}"',
    "cheaper": f'holds = "select {OF.format("cost_per_pass_usd", CODER)} < {OF.format("cost_per_pass_usd", QWEN)}"',
    "ratio": 'is = "select 1.0 * max(active_params_billion) / min(active_params_billion) from printed.family"',
    "similar": 'is = "select max(cost_per_pass_usd) / min(cost_per_pass_usd) - 1 from printed.family"',
    "points": f'is = "select {RATES} {BOTH}"',
    "reliable": f'is = "select a.passes - b.passes {BOTH}"',
    "lead": f'is = "select a.passes - b.passes {BOTH}"',
    "dense": "holds = \"select architecture = 'dense' from cross.model_cards where model = 'gpt-oss-20b'\"",
    "within": "is = \"select max(latency_s) from run_metrics where task_id <> 'task_04'\"",
    "cost": "is = \"select sum(cost_usd) from cost_breakdown where task_id = 'task_04'\"",
}


@pytest.fixture(scope="module")
def packs() -> dict[str, Pack]:
    return {pack_id: open_pack(CONTENT / "packs" / pack_id) for pack_id in PACKS.values()}


def checked(tmp_path: Path, packs: dict[str, Pack], name: str) -> CheckedWriteup:
    folder = tmp_path / name
    folder.mkdir()
    pins = "".join(f"  {alias}: {pack_id}@{packs[pack_id].digest}\n" for alias, pack_id in PACKS.items())
    names = "names: [Qwen3 32B, Qwen3-Coder 30B A3B, GPT-OSS 20B]\n"
    (folder / "index.md").write_text(
        f"---\ntitle: A\ndate: 2026-11-25\n{names}packs:\n{pins}---\n\n"
        f"[Observed — data pack this, printed, coder, model cards]\n\n{STATEMENTS[name][0]}\n"
    )
    (folder / "facts.toml").write_text(f"[{name}]\n{FACTS[name]}\n")
    library = Library(packs=packs, cards=load_cards(CONTENT / "models").by_model)
    return check_writeup(load_writeup(folder), packs, library=library)


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_that_its_own_tables_contradict_is_found(name: str, tmp_path: Path, packs: dict[str, Pack]) -> None:
    found = checked(tmp_path, packs, name)
    assert STATEMENTS[name][1] in {finding.rule for finding in found.findings}, found.findings
