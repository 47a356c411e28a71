"""A pack is there whole or not at all; once sealed, any change to it is found and named."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from frictionless import Package

from clawpub.errors import PackError
from clawpub.pack.predictions import Prediction
from clawpub.pack.query import Database
from clawpub.pack.reader import Pack, digest_of, open_pack, seal_text
from clawpub.pack.verify import verify_pack
from tests.builders import make_run, seal_runs, tiny_events


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    prediction = Prediction(id="P1", statement="Score", metric="run_summary.passes", low=5, high=6, unit="pass")
    return seal_runs(tmp_path, tiny_events(), predictions=[prediction])


def test_a_sealed_pack_verifies(pack: Pack) -> None:
    assert verify_pack(pack.path) == []


def test_a_pack_is_a_valid_data_package(pack: Pack) -> None:
    report = Package(str(pack.path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])
    assert report.stats["tasks"] == len(pack.descriptor.resources)


def test_sealing_twice_gives_the_same_bytes(pack: Pack, tmp_path: Path) -> None:
    predictions = [Prediction(id="P1", statement="Score", metric="run_summary.passes", low=5, high=6, unit="pass")]
    again = seal_runs(tmp_path / "again", tiny_events(), predictions=predictions)
    assert again.digest == pack.digest
    assert {f.name: f.read_bytes() for f in again.path.rglob("*.*")} == {
        f.name: f.read_bytes() for f in pack.path.rglob("*.*")
    }


def test_sealing_again_in_place_changes_nothing_and_another_pack_is_refused(tmp_path: Path) -> None:
    first = seal_runs(tmp_path, tiny_events())
    assert seal_runs(tmp_path, tiny_events()).digest == first.digest
    with pytest.raises(PackError, match="another pack is sealed here"):
        seal_runs(tmp_path, tiny_events()[:6])
    assert verify_pack(first.path) == []


def test_leftovers_of_a_killed_sealing_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / ".tiny.sealing" / "tables").mkdir(parents=True)
    (tmp_path / ".tiny.sealing" / "tables" / "junk.csv").write_text("half a ta")
    assert verify_pack(seal_runs(tmp_path, tiny_events()).path) == []
    assert not (tmp_path / ".tiny.sealing").exists()


def test_one_flipped_byte_anywhere_is_found_and_its_file_is_named(pack: Pack) -> None:
    files = [file for file in pack.path.rglob("*") if file.is_file()]
    assert len(files) == len(pack.descriptor.resources) + 2
    for file in files:
        whole = file.read_bytes()
        for place in {0, len(whole) // 3, len(whole) // 2, len(whole) - 1}:
            flipped = bytearray(whole)
            flipped[place] ^= 1
            file.write_bytes(flipped)
            found = verify_pack(pack.path)
            assert [finding.path for finding in found if finding.path == file], (file, place, found)
            file.write_bytes(whole)
    assert verify_pack(pack.path) == []


def test_a_missing_and_a_stray_file_are_found(pack: Pack) -> None:
    (pack.path / "tables" / "run_metrics.csv").unlink()
    (pack.path / "tables" / "extra.csv").write_text("a,b\n")
    found = {(finding.rule, finding.path.name) for finding in verify_pack(pack.path)}
    assert found == {("digest", "run_metrics.csv"), ("stray-file", "extra.csv")}


def test_a_stray_folder_is_found_once_whatever_is_in_it(pack: Pack) -> None:
    (pack.path / "tables" / "sub").mkdir()
    (pack.path / ".git" / "deep").mkdir(parents=True)
    (pack.path / ".git" / "deep" / "file").write_text("x")
    (pack.path / "link").symlink_to(pack.path / "tables")
    found = [(f.rule, f.path.relative_to(pack.path).as_posix(), f.message) for f in verify_pack(pack.path)]
    folder = "a folder that is not part of the sealed pack"
    assert found == [
        ("stray-file", ".git", folder),
        ("stray-file", "link", "not part of the sealed pack"),
        ("stray-file", "tables/sub", folder),
    ]


def test_a_link_in_a_pack_is_never_followed(pack: Pack, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("secret")
    table = pack.path / "tables" / "run_metrics.csv"
    table.unlink()
    table.symlink_to(secret)
    (finding,) = [finding for finding in verify_pack(pack.path) if finding.path == table]
    assert "not a plain file" in finding.message


def reseal(pack: Pack, **changes: object) -> None:
    """Make the descriptor say something else, and seal that: what a forger would do."""
    raw = json.loads((pack.path / "datapackage.json").read_bytes())
    raw.update(changes)
    data = json.dumps(raw).encode()
    (pack.path / "datapackage.json").write_bytes(data)
    (pack.path / "SEAL").write_text(seal_text(data))


def forge(pack: Pack, path: str, old: str, new: str) -> None:
    """Change a file and make every digest agree with it."""
    file = pack.path / path
    data = file.read_text().replace(old, new, 1).encode()
    file.write_bytes(data)
    raw = json.loads((pack.path / "datapackage.json").read_bytes())
    for resource in raw["resources"]:
        if resource["path"] == path:
            resource |= {"bytes": len(data), "hash": digest_of(data)}
    reseal(pack, **raw)


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("tables/run_summary.csv", "4/6", "5/6", "score is '5/6', computed '4/6'"),
        ("tables/task_outcomes.csv", "task_02,2,false", "task_02,2,true", "passed is 'true', computed 'false'"),
        ("tables/task_outcomes.csv", "timeout", "wrong_answer", "failure_mode is 'wrong_answer', computed 'timeout'"),
        ("tables/predictions_scoring.csv", "Wrong", "Correct", "result is 'Correct', computed 'Wrong'"),
    ],
)
def test_a_forged_table_with_right_digests_does_not_follow_from_the_transcripts(
    pack: Pack, path: str, old: str, new: str, said: str
) -> None:
    forge(pack, path, old, new)
    (finding,) = verify_pack(pack.path)
    assert finding.rule == "view" and finding.path == pack.path / path
    assert said in finding.message


def test_predictions_edited_after_the_freeze_are_found(pack: Pack) -> None:
    forge(pack, "predictions.json", '"high": "6"', '"high": "4"')
    (finding,) = verify_pack(pack.path)
    assert "frozen before the first run" in finding.message


PUBLISHED = Path(__file__).parents[3] / "content" / "packs" / "2026-11-24-smollm2-135m-loop-agentic-core-v1"


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("predictions.json", '"probability": "0.97"', '"probability": "0.99"', "not what was frozen"),
        ("campaign.toml", "repeats = 4", "repeats = 5", "not what was frozen"),
        ("events.jsonl", '"at":"2026-', '"at":"2027-', "frozen after the first run had begun"),
        ("events.jsonl", '"at":"2026-', '"at":"soon-', "no event of a campaign"),
        ("events.jsonl", '"at":"2026-', '"at":7,"was":"2026-', "no event of a campaign"),
    ],
)
def test_what_was_frozen_is_what_the_campaigns_events_say(
    tmp_path: Path, path: str, old: str, new: str, said: str
) -> None:
    """Also where the descriptor was made to agree with the change."""
    copy = open_pack(shutil.copytree(PUBLISHED, tmp_path / PUBLISHED.name))
    assert verify_pack(copy.path) == []
    assert old in (copy.path / path).read_text()
    forge(copy, path, old, new)
    raw = json.loads((copy.path / "datapackage.json").read_bytes())
    raw["clawpub"]["campaign"]["predictions"]["digest"] = digest_of((copy.path / "predictions.json").read_bytes())
    reseal(copy, **raw)
    assert [said in finding.message for finding in verify_pack(copy.path)] == [True]


def test_a_suite_other_than_the_frozen_one_is_found(tmp_path: Path) -> None:
    copy = open_pack(shutil.copytree(PUBLISHED, tmp_path / PUBLISHED.name))
    raw = json.loads((copy.path / "datapackage.json").read_bytes())
    raw["clawpub"]["campaign"]["suite"]["digest"] = "sha256:" + "0" * 64
    reseal(copy, **raw)
    (finding,) = verify_pack(copy.path)
    assert finding.path.name == "suite.json" and "not what was frozen" in finding.message


@pytest.mark.parametrize(
    "descriptor",
    [
        b"",
        b"[]",
        b"not json",
        b'{"name": "x"}',
        b'{"name": "x", "resources": [], "clawpub": {"format": 99, "origin": "executed"}}',
        b'{"name": "../x", "resources": [], "clawpub": {"format": 1, "origin": "executed"}}',
        b'{"name": "x", "resources": [], "clawpub": {"format": 1, "origin": "executed"}, "n": NaN}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_broken_descriptor_is_one_clear_error(tmp_path: Path, descriptor: bytes) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "datapackage.json").write_bytes(descriptor)
    (folder / "SEAL").write_text(seal_text(descriptor))
    with pytest.raises(PackError, match=r"datapackage\.json"):
        open_pack(folder)
    assert [finding.path.name for finding in verify_pack(folder)] == ["datapackage.json"]


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret", "tables/../../secret", "a\\b", ""])
def test_a_resource_outside_the_pack_is_refused(pack: Pack, path: str) -> None:
    raw = json.loads((pack.path / "datapackage.json").read_bytes())
    raw["resources"][0]["path"] = path
    reseal(pack, **raw)
    with pytest.raises(PackError, match="relative path"):
        open_pack(pack.path)


def test_a_folder_that_is_no_pack_says_so(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="no such pack"):
        open_pack(tmp_path / "nowhere")
    with pytest.raises(PackError, match="missing from the pack"):
        open_pack(tmp_path)


def test_a_pack_can_be_copied_anywhere(pack: Pack, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / pack.id
    shutil.copytree(pack.path, copy)
    assert verify_pack(copy) == []


def test_an_interrupted_attempt_stays_in_the_transcript_and_out_of_the_tables(tmp_path: Path) -> None:
    torn = make_run(attempt=1, verdict=None, stop="error")
    pack = seal_runs(tmp_path, [*torn, *make_run(attempt=2)], tasks=["task_01"])
    (row,) = pack.table("task_outcomes").rows
    assert row["passed"] is True
    assert b'"attempt":1' in pack.read("transcript-task-01-1")
    assert verify_pack(pack.path) == []


def test_sealings_of_one_campaign_at_one_time_do_not_disturb_each_other(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        packs = list(threads.map(lambda _: seal_runs(tmp_path, tiny_events()), range(16)))
    assert len({pack.digest for pack in packs}) == 1
    assert verify_pack(packs[0].path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_a_carriage_return_that_a_model_wrote_can_be_read_back(tmp_path: Path) -> None:
    events = [*make_run(calls=[("a\rb", "{}", "unknown_tool")], reason="x\ry"), *make_run("task_02", reason="\r\n")]
    pack = seal_runs(tmp_path, events)
    assert verify_pack(pack.path) == []
    assert pack.table("tool_calls").rows[0]["tool"] == "a\rb"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", "2026-11-01T12:00:03"),
        ("at", "0001-01-01T00:00:00+23:59"),
        ("latency_s", 1e308),
        ("duration_s", 1e30),
        ("tokens_in", 10**30),
        ("run", 10**30),
    ],
)
def test_values_that_no_campaign_records_are_a_finding(pack: Pack, field: str, value: object) -> None:
    path = "transcripts/task_01.1.jsonl"
    whole = (pack.path / path).read_text()
    lines = [json.loads(line) for line in whole.splitlines()]
    changed = "".join(json.dumps({**line, field: value} if field in line else line) + "\n" for line in lines)
    forge(pack, path, whole, changed)
    (finding,) = verify_pack(pack.path)
    assert finding.rule == "transcript" and "no tables follow" in finding.message


def test_links_that_lead_to_themselves_are_findings(pack: Pack) -> None:
    shutil.rmtree(pack.path / "tables")
    (pack.path / "tables").symlink_to("tables")
    assert {finding.rule for finding in verify_pack(pack.path)} == {"digest", "stray-file"}


def test_a_standard_table_that_is_declared_as_none_is_a_finding(pack: Pack) -> None:
    raw = json.loads((pack.path / "datapackage.json").read_bytes())
    del next(resource for resource in raw["resources"] if resource["name"] == "run_summary")["type"]
    reseal(pack, **raw)
    (finding,) = verify_pack(pack.path)
    assert finding.rule == "view" and "missing" in finding.message


@pytest.mark.parametrize("change", [{"name": 'x" (a); --'}, {"name": "sqlite_x"}, {"schema": {"fields": []}}])
def test_a_table_that_sqlite_cannot_hold_is_refused(pack: Pack, change: dict[str, object]) -> None:
    raw = json.loads((pack.path / "datapackage.json").read_bytes())
    raw["resources"][0] |= change
    reseal(pack, **raw)
    with pytest.raises(PackError):
        Database({"a": open_pack(pack.path).tables()})
