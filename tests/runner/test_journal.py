"""The journal: every line chained, a torn last line forgiven, one writer at a time."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from clawpub.errors import ConfigError
from runner.journal import open_journal, read_journal
from tests.builders import make_run


def write(path: Path, runs: int = 2) -> None:
    with open_journal(path) as journal:
        for run in range(1, runs + 1):
            for event in make_run(run=run):
                journal.append(event)


def test_what_was_appended_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "j" / "journal.jsonl"
    write(path)
    assert read_journal(path) == [*make_run(run=1), *make_run(run=2)]


def test_a_torn_last_line_is_left_out_and_written_over(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    write(path)
    whole = path.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    for cut in range(1, len(last) + 1):
        path.write_bytes(whole[:-cut])
        assert read_journal(path) == [*make_run(run=1), *make_run(run=2)][:-1]
    with open_journal(path) as journal:
        journal.append(make_run(run=2)[-1])
    assert path.read_bytes() == whole


def test_a_changed_line_is_refused_and_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    write(path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"some output", b"same output")
    path.write_bytes(b"".join(lines))
    with pytest.raises(ConfigError, match=r"journal\.jsonl:4: the chain is broken") as caught:
        read_journal(path)
    assert "restore the journal" in str(caught.value.hint)
    path.write_bytes(b"".join([*lines[:2], b"{}\n"]))
    with pytest.raises(ConfigError, match=r"journal\.jsonl:3: no journal line"):
        read_journal(path)


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with open_journal(path), pytest.raises(ConfigError, match="another clawpub"), open_journal(path):
        pass


def test_no_journal_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="clawpub run"):
        read_journal(tmp_path / "journal.jsonl")


def test_an_event_that_does_not_fit_on_the_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    """The same journal goes on once there is room: half a line in its middle would have cost the whole campaign."""
    path = tmp_path / "journal.jsonl"
    events = make_run(run=1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_journal(path) as journal:
        journal.append(events[0])
        before = path.read_bytes()
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, hard))
        try:
            with pytest.raises(ConfigError, match="cannot be written"):
                journal.append(events[1])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert path.read_bytes() == before
        journal.append(events[1])
    assert read_journal(path) == events[:2]


def test_a_journal_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be opened"), open_journal(tmp_path / "file" / "journal.jsonl"):
        pass
    with pytest.raises(ConfigError, match="cannot be read"):
        read_journal(tmp_path)
