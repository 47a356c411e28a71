"""A check that remembers says what a check that does not would say, whatever happened to its memory in between."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clawpub.findings import Finding
from generator.publication import check_publication
from generator.verdict_store import FILE, FOLDER, STAMP, Remembered, open_store
from generator.verdicts import Verdicts, find_verdicts
from tests.generator.publication import seal_campaign, write_publication, write_writeup

WRONG = "\n[Observed — data pack run_summary]\n\nIt passed [24/30]{fact=score}.\n"
SCORE = '[score]\nis = "run_summary.score"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A publication that was checked once, after its files had come to rest."""
    root = write_publication(tmp_path / "publication")
    pack = seal_campaign(root / "content" / "packs", "other", seed=3)
    write_writeup(root, "wrong", body=WRONG, ledger=SCORE, packs={"this": pack})
    settle(root)
    find_verdicts(root)
    return root


def settle(root: Path) -> None:
    """Wait until the clock that stamps files has moved on from the newest one."""
    newest = max(path.stat().st_ctime_ns for path in root.rglob("*"))
    clock = root / "clock"
    while True:
        clock.write_text("")
        if clock.stat().st_ctime_ns > newest:
            return clock.unlink()
        time.sleep(0.002)


def told(verdicts: Verdicts) -> list[str]:
    return [f"{finding.path.name} {finding.rule} {finding.line}" for finding in verdicts.findings]


def work_of(root: Path) -> tuple[Verdicts, list[str]]:
    """Return what a check says, and the slugs of what it did not remember."""
    found = find_verdicts(root)
    assert found == find_verdicts(root, remember=False)
    return found, list(found.fresh)


def test_nothing_is_checked_again_that_did_not_change(root: Path) -> None:
    found, done = work_of(root)
    assert done == []
    assert any("refuted" in line for line in told(found))
    assert [verdict.slug for verdict in found.writeups] == ["dense-enough", "wrong"]


def edit_text(root: Path) -> None:
    index = root / "content/writeups/wrong/index.md"
    index.write_text(index.read_text().replace("24/30", "23/30"))


def edit_ledger(root: Path) -> None:
    (root / "content/writeups/wrong/facts.toml").write_text('[score]\nis = "run_summary.failures"\n')


def edit_with_the_same_size_and_time(root: Path) -> None:
    index = root / "content/writeups/wrong/index.md"
    stat = index.stat()
    index.write_text(index.read_text().replace("24/30", "23/30"))
    os.utime(index, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def edit_rules(root: Path) -> None:
    site = root / "content/site.toml"
    site.write_text(site.read_text() + '[severity]\nunpinned = "warning"\n')


def seal_another_pack(root: Path) -> None:
    shutil.rmtree(root / "content/packs/other")
    seal_campaign(root / "content/packs", "other", seed=9)


def damage_pack(root: Path) -> None:
    table = root / "content/packs/other/tables/run_summary.csv"
    stat = table.stat()
    table.write_text(table.read_text().replace("23", "24", 1))
    os.utime(table, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def remove_pack(root: Path) -> None:
    shutil.rmtree(root / "content/packs/other")


def remove_writeup(root: Path) -> None:
    shutil.rmtree(root / "content/writeups/wrong")


def break_front_matter(root: Path) -> None:
    (root / "content/writeups/wrong/index.md").write_text("no front matter")


def make_it_a_draft(root: Path) -> None:
    index = root / "content/writeups/wrong/index.md"
    index.write_text(index.read_text().replace("draft: false", "draft: true"))


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (edit_text, ["wrong"]),
        (edit_ledger, ["wrong"]),
        (edit_with_the_same_size_and_time, ["wrong"]),
        (edit_rules, ["dense-enough", "wrong"]),
        (seal_another_pack, ["wrong"]),
        (damage_pack, ["wrong"]),
        (remove_pack, ["wrong"]),
        (remove_writeup, []),
        (break_front_matter, ["wrong"]),
        (make_it_a_draft, ["wrong"]),
    ],
)
def test_what_changed_is_checked_and_nothing_else(root: Path, change: Callable[[Path], None], again: list[str]) -> None:
    change(root)
    settle(root)
    found, done = work_of(root)
    assert done == again
    once_more, done = work_of(root)
    assert (once_more, done) == (found, [])


def test_a_check_finds_what_a_build_would(root: Path) -> None:
    found = find_verdicts(root)
    assert found.findings == check_publication(root).findings
    assert not found.passed


# --- a memory that cannot be trusted ---


def lie(root: Path, change: Callable[[str], str]) -> None:
    """Make the store say something else about every writeup, its seals as they were."""
    with sqlite3.connect(root / FOLDER / FILE) as connection:
        for kind, name, value in connection.execute("select kind, name, value from remembered").fetchall():
            row = (change(value), kind, name)
            connection.execute("update remembered set value = ? where kind = ? and name = ?", row)
    connection.close()


def forget_findings(root: Path) -> None:
    lie(root, lambda value: value.replace("refuted", "slack"))


def scribble(root: Path) -> None:
    file = root / FOLDER / FILE
    data = bytearray(file.read_bytes())
    for at in range(100, len(data), 97):
        data[at] ^= 0x55
    file.write_bytes(data)


def cut_off(root: Path) -> None:
    file = root / FOLDER / FILE
    file.write_bytes(file.read_bytes()[: 4096 + 77])


def text_instead(root: Path) -> None:
    (root / FOLDER / FILE).write_text("not a database\n" * 1000)


def another_schema(root: Path) -> None:
    (root / FOLDER / FILE).unlink()
    endless = "with recursive r(n) as (select 1 union all select n + 1 from r) select n, n, n, n, n from r"
    with sqlite3.connect(root / FOLDER / FILE) as connection:
        connection.execute(f"create view remembered (kind, name, key, value, seal) as {endless}")
    connection.close()


def from_elsewhere(root: Path) -> None:
    """As when the cache comes with the repository: the same bytes, in files that are new here."""
    stamp = root / FOLDER / STAMP
    stamp.unlink()
    stamp.touch()
    forget_findings(root)


def a_folder_instead(root: Path) -> None:
    (root / FOLDER / FILE).unlink()
    (root / FOLDER / FILE).mkdir()


def a_link_instead(root: Path) -> None:
    (root / FOLDER / FILE).rename(root / "elsewhere.sqlite")
    (root / FOLDER / FILE).symlink_to(root / "elsewhere.sqlite")


def no_folder(root: Path) -> None:
    shutil.rmtree(root / FOLDER)
    (root / FOLDER).write_text("a file where the folder would be")


@pytest.mark.parametrize(
    "damage",
    [
        forget_findings,
        scribble,
        cut_off,
        text_instead,
        another_schema,
        from_elsewhere,
        a_folder_instead,
        a_link_instead,
        no_folder,
    ],
)
def test_a_damaged_or_foreign_memory_is_no_memory(root: Path, damage: Callable[[Path], None]) -> None:
    expected = find_verdicts(root, remember=False)
    damage(root)
    assert find_verdicts(root) == expected
    assert find_verdicts(root) == expected
    assert any("refuted" in line for line in told(expected))


def test_a_folder_that_cannot_be_written_is_no_trouble(root: Path) -> None:
    expected = find_verdicts(root, remember=False)
    (root / FOLDER).chmod(0o500)
    (root / FOLDER / FILE).chmod(0o400)
    try:
        assert find_verdicts(root) == expected
    finally:
        (root / FOLDER).chmod(0o700)


def test_what_was_kept_is_what_is_recalled_and_another_stamp_forgets_it(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.keep([Remembered("writeup", "a", "key", "value")])
    assert store.recall("writeup") == {"a": Remembered("writeup", "a", "key", "value")}
    store.keep([], gone=[("writeup", "a")])
    assert store.recall("writeup") == {}
    store.keep([Remembered("writeup", "a", "key", "value")])
    store.close()
    os.utime(tmp_path / FOLDER / STAMP)
    assert open_store(tmp_path).recall("writeup") == {}


def test_checks_at_the_same_time_agree(root: Path) -> None:
    expected = find_verdicts(root, remember=False)
    shutil.rmtree(root / FOLDER)
    with ThreadPoolExecutor(4) as pool:
        assert all(found == expected for found in pool.map(lambda _: find_verdicts(root), range(8)))
    assert find_verdicts(root) == expected


def test_a_check_that_was_killed_leaves_nothing_wrong(root: Path) -> None:
    expected = find_verdicts(root, remember=False)
    command = [sys.executable, "-c", "from clawpub.cli import main; main()", "check", "--root", str(root)]
    for after in (0.05, 0.2, 0.3, 0.4, 0.5):
        shutil.rmtree(root / FOLDER)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(after)
        process.kill()
        process.wait()
        assert find_verdicts(root) == expected


def test_several_processes_say_what_one_says(root: Path) -> None:
    pack = seal_campaign(root / "content" / "packs", "third", seed=5)
    for number in range(9):
        body = WRONG.replace("24/30", f"2{number}/30")
        write_writeup(root, f"number-{number}", body=body, ledger=SCORE, packs={"this": pack})
    one = find_verdicts(root, remember=False, processes=1)
    assert find_verdicts(root, remember=False, processes=2) == one
    assert find_verdicts(root, remember=False, processes=5) == one
    assert sum(finding.rule == "refuted" for finding in one.findings) == 9


def test_a_draft_is_checked_when_asked_for(root: Path) -> None:
    make_it_a_draft(root)
    assert "refuted" not in str(told(find_verdicts(root)))
    assert "refuted" in str(told(find_verdicts(root, drafts=True)))
    assert "refuted" not in str(told(find_verdicts(root)))
    only = [(root / "content/writeups/wrong").resolve()]
    found = find_verdicts(root, only=only)
    assert [verdict.slug for verdict in found.writeups] == ["wrong"]
    assert isinstance(found.findings[0], Finding)
