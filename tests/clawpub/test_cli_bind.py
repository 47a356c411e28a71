"""`clawpub bind` as a writer, a program and a terminal meet it."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.clawpub.test_cli import clawpub
from tests.generator.builders import make_pack, make_writeup

BODY = "[Observed — data pack run_summary]\n\nThere were 30 runs. It scored 23/30, and 3 of them were odd.\n"


@pytest.fixture
def writeup(tmp_path: Path) -> Path:
    folder = make_writeup(tmp_path, BODY, packs=(make_pack(tmp_path),))
    (tmp_path / "content" / "site.toml").write_text('title = "T"\nbase_url = "https://e.example"\n')
    return folder


def test_without_a_terminal_it_lists_and_writes_nothing(writeup: Path) -> None:
    before = (writeup / "index.md").read_bytes()
    done = clawpub("bind", writeup)
    assert done.returncode == 1
    assert "error[unbound]: '30' is bound to no fact" in done.stderr
    assert "1. run_summary.runs = 30  unambiguous" in done.stderr
    assert "0 bound, 3 unbound; --accept-unique would take 2" in done.stdout
    assert ((writeup / "index.md").read_bytes(), (writeup / "facts.toml").read_text()) == (before, "")


def test_accept_unique_binds_what_is_beyond_doubt_and_the_check_verifies_it(writeup: Path) -> None:
    done = clawpub("bind", "--accept-unique", writeup)
    assert done.returncode == 1 and "2 bound, 1 unbound" in done.stdout
    assert "There were [30]{fact=runs} runs. It scored [23/30]{fact=score}, and 3" in (writeup / "index.md").read_text()
    assert (
        writeup / "facts.toml"
    ).read_text() == '[runs]\nis = "run_summary.runs"\n\n[score]\nis = "run_summary.score"\n'
    assert "2 claims verified" in clawpub("check", writeup).stdout
    again = clawpub("bind", "--accept-unique", writeup)
    assert again.returncode == 1 and "0 bound, 1 unbound" in again.stdout


def test_places_are_those_of_the_text_as_it_now_is(writeup: Path) -> None:
    """What is still open is named where the next check names it, and what was bound where its span stands."""
    told = json.loads(clawpub("bind", "--json", "--accept-unique", writeup).stdout)
    index = (writeup / "index.md").read_text().splitlines()
    for each in told["quantities"]:
        line = index[each["line"] - 1][each["column"] - 1 :]
        assert line.startswith(f"[{each['text']}]{{" if each["applied"] else each["text"])
    open_ones = [(q["line"], q["column"]) for q in told["quantities"] if not q["applied"]]
    findings = json.loads(clawpub("check", "--json", writeup).stdout)["findings"]
    assert open_ones == [(f["line"], f["column"]) for f in findings if f["rule"] == "unbound"]


def test_what_is_printed_after_accepting_points_at_the_words(writeup: Path) -> None:
    done = clawpub("bind", "--accept-unique", writeup)
    lines = done.stderr.splitlines()
    at = next(number for number, line in enumerate(lines) if "'3' is bound to no fact" in line)
    assert lines[at + 1][lines[at + 2].index("^")] == "3"
    assert "index.md:9:12: [30]{fact=runs}" in done.stdout and "index.md:9:44: [23/30]" in done.stdout


def test_nothing_left_to_bind_is_status_0(writeup: Path) -> None:
    index = writeup / "index.md"
    index.write_text(index.read_text().replace(", and 3 of them were odd", ""))
    assert clawpub("bind", "--accept-unique", writeup).returncode == 0
    done = clawpub("bind", writeup)
    assert done.returncode == 0 and "0 bound, 0 unbound" in done.stdout


def test_a_dry_run_shows_spans_and_entries_and_writes_nothing(writeup: Path) -> None:
    before = (writeup / "index.md").read_bytes()
    done = clawpub("bind", "--accept-unique", "--dry-run", writeup)
    assert "[30]{fact=runs}: run_summary.runs" in done.stdout and '[runs]\nis = "run_summary.runs"' in done.stdout
    assert "2 would be bound" in done.stdout
    assert ((writeup / "index.md").read_bytes(), (writeup / "facts.toml").read_text()) == (before, "")


def test_a_program_gets_every_proposal_and_what_was_applied(writeup: Path) -> None:
    told = json.loads(clawpub("bind", "--json", writeup).stdout)
    first = told["quantities"][0]
    assert (first["text"], first["line"], first["column"]) == ("30", 9, 12)
    best = first["proposals"][0]
    assert (best["fact"], best["value"], best["within_reach"]) == ("run_summary.runs", 30, True)
    assert set(best) == {"fact", "unit", "value", "why", "supported", "within_reach"}
    assert told["applied"] == [] and not told["written"]
    told = json.loads(clawpub("bind", "--json", "--accept-unique", writeup).stdout)
    assert [change["fact_id"] for change in told["applied"]] == ["runs", "score"] and told["written"]
    assert [each["applied"] for each in told["quantities"]] == ["runs", "score", None]


@pytest.mark.parametrize("name", ["nowhere", "content/writeups"])
def test_what_is_no_writeup_is_bad_input(writeup: Path, name: str) -> None:
    done = clawpub("bind", name, cwd=writeup.parents[2])
    assert done.returncode == 2 and "no writeup here" in done.stderr and "Traceback" not in done.stderr


def test_a_writeup_that_cannot_be_read_says_where(writeup: Path) -> None:
    (writeup / "facts.toml").write_text("[runs\n")
    done = clawpub("bind", writeup)
    assert done.returncode == 2 and f"{writeup.name}/facts.toml:1" in done.stderr and "Traceback" not in done.stderr


def at_a_terminal(writeup: Path, answers: list[str]) -> tuple[int, str]:
    """Return the exit status and what was shown of `clawpub bind` where someone sits and answers."""
    mine, theirs = pty.openpty()
    command = [sys.executable, "-c", "from clawpub.cli import main; main()", "bind", str(writeup)]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
    os.close(theirs)
    shown, waiting = "", list(answers)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([mine], [], [], 0.2)[0]:
            try:
                part = os.read(mine, 4096).decode("utf-8", "replace")
            except OSError:
                break
            shown += part
            if waiting and shown.rstrip().endswith(("stops:", "or q")):
                os.write(mine, f"{waiting.pop(0)}\n".encode())
        elif process.poll() is not None:
            break
    status = process.wait(10)
    os.close(mine)
    return status, shown


def test_at_a_terminal_each_quantity_is_asked_for(writeup: Path) -> None:
    status, shown = at_a_terminal(writeup, ["1", "", "q"])
    assert status == 1 and "1 of 3" in shown and "1 bound, 2 unbound" in shown
    assert "[30]{fact=runs} runs. It scored 23/30" in (writeup / "index.md").read_text()


def test_q_keeps_what_was_taken_and_asks_no_more(writeup: Path) -> None:
    status, shown = at_a_terminal(writeup, ["", "9", "1", "q"])
    assert status == 1 and "expected 1" in shown and "1 bound, 2 unbound" in shown
    assert "30 runs. It scored [23/30]{fact=score}" in (writeup / "index.md").read_text()


def test_names_of_a_pack_do_not_steer_the_terminal(tmp_path: Path) -> None:
    from tests.generator.builders import one_row

    table = one_row("t", label="\x1b]0;owned\x07", runs=30)
    folder = make_writeup(tmp_path, "[Observed] There were 30 runs.\n", packs=(make_pack(tmp_path, tables=[table]),))
    (tmp_path / "content" / "site.toml").write_text('title = "T"\nbase_url = "https://e.example"\n')
    done = clawpub("bind", folder)
    assert "t.runs = 30" in done.stderr and "\x1b" not in done.stderr + done.stdout
