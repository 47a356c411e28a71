"""The battery's tables can be made on any machine, sealed, and read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.sandbox_attempts import ATTEMPTS, GROUPS, NEVER_WITHOUT, OPEN_WITHOUT, ending
from bench.sandbox_battery import attempt_rows, battery
from clawpub.pack.importers.description import load_description
from clawpub.pack.importers.importing import read_import, seal_import
from clawpub.pack.reader import Pack, open_pack
from runner.sandbox import Result, Sandbox

PACK = Path(__file__).parents[2] / "content/packs/2026-11-25-sandbox-battery"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = tmp_path_factory.mktemp("battery")
    battery(folder)
    made = read_import(load_description(folder / "pack.toml"), [], base=folder)
    return seal_import(made, folder / PACK.name)


def test_each_attempt_has_a_row_for_each_kind_of_box(sealed: Pack) -> None:
    rows = sealed.table("attacks").rows
    assert {(row["attempt"], row["sandbox"]) for row in rows} == {
        (name, str(box["sandbox"])) for name in ATTEMPTS for box in sealed.table("sandboxes").rows if box["here"]
    }
    assert not [row for row in rows if row["outcome"] == "unclear"]


def test_what_was_expected_happened(sealed: Pack) -> None:
    rows = sealed.table("attacks").rows
    assert [row["attempt"] for row in rows if row["expected"] and row["outcome"] != row["expected"]] == []


def test_what_would_harm_the_machine_is_not_tried_without_a_box(sealed: Pack) -> None:
    rows = [row for row in sealed.table("attacks").rows if row["sandbox"] == "none"]
    assert {row["attempt"] for row in rows if row["outcome"] == "not tried"} == NEVER_WITHOUT
    assert {row["blocked"] for row in rows if row["outcome"] == "not tried"} == {None}
    kinds = {row["kind"]: row for row in sealed.table("kinds").rows}
    assert kinds["use everything up"]["open_without_box"] is None  # not tried is not zero
    assert kinds["write to the host"]["open_without_box"] == 0


def test_the_published_pack_is_of_the_attempts_that_are_made_now(sealed: Pack) -> None:
    """Else the page speaks of another battery: seal a new pack."""

    columns = ("attempt", "kind", "sandbox", "tried", "expected")

    def tried(pack: Pack) -> set[tuple[object, ...]]:
        return {tuple(row[name] for name in columns) for row in pack.table("attacks").rows}

    assert tried(sealed) <= tried(open_pack(PACK))


def test_nothing_of_this_machine_gets_into_the_table(sealed: Pack) -> None:
    text = "".join(file.read_text() for file in (sealed.path / "tables").iterdir())
    assert str(Path(__file__).parents[2]) not in text
    assert "clawpub-prey" not in text


def test_an_attempt_that_succeeded_is_told() -> None:
    sandbox = Sandbox(tier=1, name="bwrap+cgroup", sentence="")
    rows = attempt_rows(sandbox, {"mount": "open", "become_root": "blocked OSError no", "clone3": "Segmentation fault"})
    told = {row["attempt"]: (row["outcome"], row["blocked"], row["said"]) for row in rows}
    assert told["mount"] == ("open", "false", "")
    assert told["become_root"] == ("blocked", "true", "OSError no")
    assert told["clone3"] == ("unclear", "", "")
    assert told["change_root"] == ("not tried", "", "")


def test_only_a_kill_without_a_word_counts_as_a_bound() -> None:
    def ended(output: str, exit_code: int) -> str:
        return ending(Result(exit_code, output, len(output), False, 0.1))

    assert ended("", 137).startswith("blocked")
    assert ended("", 1) == ""
    assert ended("held\nopen\n", 137) == "open"


def test_names_in_the_lists_are_attempts() -> None:
    assert sum(map(len, GROUPS.values())) == len(ATTEMPTS)
    assert NEVER_WITHOUT | set(OPEN_WITHOUT) <= set(ATTEMPTS)
