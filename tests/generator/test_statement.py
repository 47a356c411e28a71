"""The words around a claim name the packs that its fact reads: their models, their harnesses."""

from __future__ import annotations

from pathlib import Path

import pytest

from clawpub.pack.reader import Pack
from generator.claims import check_writeup
from generator.content import load_writeup
from tests.generator.builders import make_writeup
from tests.generator.publication import SPARSE, TASKS, Failures, seal_campaign

FACTS = """
[dense]
is = "run_summary.score"

[sparse]
is = "sparse.run_summary.latency_p50_s"

[gap]
is = "select d.passes - s.passes from dense.run_summary d, sparse.run_summary s"
"""


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pack]:
    folder: Path = tmp_path_factory.mktemp("packs")
    return {
        "dense": seal_campaign(folder, "dense", model="acme.dense-32b"),
        "sparse": seal_campaign(folder, "sparse", model="acme.sparse-30b", failures=SPARSE, seed=4),
    }


def findings(tmp_path: Path, packs: dict[str, Pack], sentence: str, front: str = "") -> list[tuple[str, str]]:
    body = f"[Observed — data pack run_summary, sparse run_summary]\n\n{sentence}"
    pins = {alias: f"{alias}@{pack.digest}" for alias, pack in packs.items()}
    folder = make_writeup(tmp_path, body, facts=FACTS, packs=pins, front=front)
    checked = check_writeup(load_writeup(folder), packs, {"unused-fact": "off"})
    return [(finding.rule, finding.message) for finding in checked.findings]


@pytest.mark.parametrize(
    "sentence",
    [
        "Dense-32B went [23/30]{fact=dense}.",
        "The model went [23/30]{fact=dense}.",
        "Unlike Sparse-30B, it went [23/30]{fact=dense}.",
        "The median run of Sparse-30B took [4.84 s]{fact=sparse}, and Dense-32B went [23/30]{fact=dense}.",
        "Acme's model went [23/30]{fact=dense}.",
        "Dense-32B ran first. It went [23/30]{fact=dense}.",
        "Dense-32B and Sparse-30B ran, [23/30]{fact=dense} for Dense-32B.",
        "Beside Sparse-30B, which came later, Dense-32B went [23/30]{fact=dense}.",
    ],
)
def test_a_sentence_that_names_what_is_read_passes(tmp_path: Path, packs: dict[str, Pack], sentence: str) -> None:
    assert findings(tmp_path, packs, sentence) == []


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("Sparse-30B went [23/30]{fact=dense}.", "30b"),
        ("Sparse-30B ran first. It went [23/30]{fact=dense}.", "30b"),
        ("The median run of Dense-32B took [4.84 s]{fact=sparse}.", "32b"),
        ("Unlike Dense-32B, the sparser Sparse-30B went [23/30]{fact=dense}.", "30b"),
        ("Dense-32B ran first, and Sparse-30B is no part of it: Sparse-30B went [23/30]{fact=dense}.", "30b"),
    ],
)
def test_a_sentence_that_names_only_the_other_does_not(
    tmp_path: Path, packs: dict[str, Pack], sentence: str, named: str
) -> None:
    found = findings(tmp_path, packs, sentence)
    assert [rule for rule, _ in found] == ["entity"] and named in found[0][1]


@pytest.mark.parametrize(
    ("sentence", "rules"),
    [
        ("Dense-23B went [23/30]{fact=dense}.", ["unknown-name"]),
        ("It ran through loop@1.", []),
        ("It ran through loop@2.", ["unknown-name"]),
        ("Nothing is known of task_17.", ["unbound-word", "unknown-name"]),
    ],
)
def test_a_name_that_nothing_bears_is_told(
    tmp_path: Path, packs: dict[str, Pack], sentence: str, rules: list[str]
) -> None:
    assert sorted(rule for rule, _ in findings(tmp_path, packs, sentence)) == rules


def test_the_models_tell_the_two_sides_of_a_difference_apart(tmp_path: Path, packs: dict[str, Pack]) -> None:
    assert findings(tmp_path, packs, "Dense-32B stands [zero passes above]{fact=gap} Sparse-30B.") == []
    turned = findings(tmp_path, packs, "Sparse-30B stands [zero passes above]{fact=gap} Dense-32B.")
    assert [rule for rule, _ in turned] == ["direction"]


TAG = "[Observed — data pack run_summary, sparse run_summary]"


@pytest.mark.parametrize(
    "body",
    [
        f"## Sparse-30B\n\n{TAG}\n\nIt went [23/30]{{fact=dense}}.",
        f"{TAG}\n\n- Sparse-30B\n  - It went [23/30]{{fact=dense}}.",
        f"{TAG}\n\nSparse-30B:\n\n- It went [23/30]{{fact=dense}}.",
        f"{TAG}\n\n| model | score |\n|---|---|\n| Sparse-30B | [23/30]{{fact=dense}} |",
        f"{TAG}\n\n| what | Sparse-30B |\n|---|---|\n| score | [23/30]{{fact=dense}} |",
    ],
)
def test_what_stands_around_a_block_names_too(tmp_path: Path, packs: dict[str, Pack], body: str) -> None:
    """A heading, a list item, a row and a column say of what the numbers are that they head."""
    assert [rule for rule, _ in findings(tmp_path, packs, body)] == ["entity"]
    assert findings(tmp_path / "right", packs, body.replace("Sparse-30B", "Dense-32B")) == []


def test_what_a_number_came_from_is_not_what_the_next_one_is_of(tmp_path: Path, packs: dict[str, Pack]) -> None:
    said = "The median fell from [23/30]{fact=dense} in Dense-32B to [4.8 s]{fact=sparse} in Sparse-30B."
    assert [rule for rule, _ in findings(tmp_path, packs, said)] == []
    turned = "The median fell from [23/30]{fact=dense} in Sparse-30B to [4.8 s]{fact=sparse} in Dense-32B."
    assert [rule for rule, _ in findings(tmp_path / "turned", packs, turned)].count("entity") >= 1


NOTHING_PASSED: Failures = {(task, run): "wrong" for task in TASKS for run in (1, 2, 3)}


@pytest.mark.parametrize(("others", "rules"), [(SPARSE, ["noise"]), (NOTHING_PASSED, [])])
def test_a_best_of_three_that_the_data_cannot_tell_from_the_others_is_no_win(
    tmp_path: Path, packs: dict[str, Pack], others: Failures, rules: list[str]
) -> None:
    """What is said is that it beats each of the others, which may be equal among themselves."""
    three = {"dense": packs["dense"]} | {
        name: seal_campaign(tmp_path, name, model=f"acme.{name}-7b", failures=others, seed=5)
        for name in ("sparse", "third")
    }
    said = "It is [better]{fact=best}."
    query = (
        "select d.passes + 1 > max(s.passes, t.passes) "
        "from dense.run_summary d, sparse.run_summary s, third.run_summary t"
    )
    pins = {alias: f"{alias}@{pack.digest}" for alias, pack in three.items()}
    body = f"[Observed — data pack run_summary, sparse run_summary, third run_summary]\n\n{said}"
    folder = make_writeup(tmp_path, body, facts=f'[best]\nholds = "{query}"\n', packs=pins)
    checked = check_writeup(load_writeup(folder), three, {"unused-fact": "off"})
    assert [finding.rule for finding in checked.findings] == rules
