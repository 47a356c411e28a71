"""Shards of one campaign, executed apart, seal into the pack that one machine would have made."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from clawpub.errors import ConfigError
from clawpub.pack.verify import verify_pack
from runner.execute import execute, planned
from runner.record import Record
from runner.seal import SHARD_RUNS, seal_campaign
from runner.session import Shard
from tests.runner.sessions import make_session
from tests.runner.test_execute import QUICK, reference


def execute_shard(folder: Path, shard: Shard) -> Path:
    session = make_session(folder, script=reference, tasks=QUICK, runs=3)
    journal = folder / f"journal-{shard.index}-of-{shard.count}.jsonl"
    asyncio.run(execute(replace(session, shard=shard, journal=journal)))
    return journal


def test_shards_cover_every_run_once_and_seal_into_one_pack(tmp_path: Path) -> None:
    session = make_session(tmp_path, script=reference, tasks=QUICK, runs=3)
    runs = range(len(planned(session.campaign, session.suite)))
    held = [place for place in runs for index in (1, 2) if Shard(index, 2).holds(place)]
    assert held == list(runs)
    first = execute_shard(tmp_path, Shard(1, 2))
    with pytest.raises(ConfigError, match="3 runs are still to be done"):
        seal_campaign(session.campaign, session.suite, Record([first]), tmp_path / "packs")
    second = execute_shard(tmp_path, Shard(2, 2))
    pack = seal_campaign(session.campaign, session.suite, Record([first, second]), tmp_path / "packs")
    assert pack.table("run_summary").rows[0]["score"] == "6/6" and verify_pack(pack.path) == []
    assert pack.info.campaign and pack.info.campaign.engine["sessions"] == 2


def test_a_part_sealed_alone_says_what_it_lacks(tmp_path: Path) -> None:
    first = execute_shard(tmp_path, Shard(1, 2))
    session = make_session(tmp_path, script=reference)
    pack = seal_campaign(session.campaign, session.suite, Record([first]), tmp_path / "packs", accept_partial=True)
    row = pack.table("run_summary").rows[0]
    assert (row["score"], row["score_of_planned"], str(row["coverage"])) == ("3/3", "3/6", "0.5")
    assert row["headline_score"] is None, "half of the runs are fewer than the declared nine tenths"
    assert "3 of 6 planned runs have no outcome" in pack.info.notes[-1] and verify_pack(pack.path) == []


def test_journals_that_were_cut_differently_or_of_another_campaign_are_refused(tmp_path: Path) -> None:
    first, other = execute_shard(tmp_path, Shard(1, 2)), execute_shard(tmp_path, Shard(1, 3))
    with pytest.raises(ConfigError, match=r"is in journal-1-of-2\.jsonl too"):
        Record([first, other])
    strange = tmp_path / "strange"
    strange.mkdir()
    make_session(strange, script=reference, tasks=QUICK, runs=2)
    session = make_session(strange, script=reference)
    asyncio.run(execute(session))
    with pytest.raises(ConfigError, match="of another campaign file or suite"):
        Record([session.journal, execute_shard(tmp_path, Shard(2, 2))])


def test_a_long_campaign_is_packed_and_verifies(tmp_path: Path) -> None:
    """More runs than one file of transcripts holds; built from a journal, because it is about sealing."""
    from runner.journal import open_journal, read_journal
    from tests.builders import make_run

    session = make_session(tmp_path, script=reference, tasks=["task_09"], runs=SHARD_RUNS + 50)
    small = make_session(tmp_path / "small", script=reference, tasks=["task_09"])
    asyncio.run(execute(small))
    head = read_journal(small.journal)[:2]
    with open_journal(session.journal) as journal:
        journal.append(head[0].model_copy(update={"campaign_digest": session.campaign.digest}))
        journal.append(head[1])
        for run in range(1, SHARD_RUNS + 51):
            for event in make_run("task_09", run, reason="x" * 900):
                journal.append(event)
    pack = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path / "packs")
    names = sorted(resource.path for resource in pack.descriptor.resources if "transcripts/" in resource.path)
    assert names == ["transcripts/00001.jsonl.gz", "transcripts/00002.jsonl.gz"]
    assert pack.resources["task_outcomes"].path == "tables/task_outcomes.csv.gz"
    assert verify_pack(pack.path) == []
    again = seal_campaign(session.campaign, session.suite, Record([session.journal]), tmp_path / "packs")
    assert again.digest == pack.digest
    packed = pack.path / "transcripts" / "00002.jsonl.gz"
    data = packed.read_bytes()
    packed.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert [finding.path.name for finding in verify_pack(pack.path)] == ["00002.jsonl.gz"]
