"""`clawpub mail` as its user runs it: a process that may be killed, a list, a real server, which is the witness."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from generator.mail.tokens import read_token
from generator.urls import edition_url
from tests.generator.mail.bare import bare_server
from tests.generator.mail.letters import Taken, mail_server, parsed
from tests.generator.mail.test_letter import WEEK, write_small
from tests.generator.publication import SITE
from tests.generator.publish.sites import released

KEY = "a key that is long enough"
MAIL = """
[mail]
sender = "ClawWorks Weekly <weekly@clawworks.example>"
list_id = "weekly.clawworks.example"
unsubscribe = "https://clawworks.example/off?who={token}"
rate_per_s = 1000
"""
READERS = [f"reader-{number}@example.org" for number in range(12)]
PATIENCE_S = 120


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_small(tmp_path_factory.mktemp("publication"), body="Words.\n")
    (root / "publish.toml").write_text(MAIL)
    (root / "readers.csv").write_text("\n".join(["email", *READERS]))
    return root


@pytest.fixture(autouse=True)
def _fresh(root: Path) -> None:
    forget(root)


def forget(root: Path) -> None:
    for path in (root / ".clawpub" / "mail").glob("*"):
        path.unlink()


def started(root: Path, *words: str, key: str = KEY) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from clawpub.cli import main; main()", "mail", WEEK, "--root", str(root)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLAWPUB_")}
    return subprocess.Popen(
        [*command, *words],
        env=environment | {"CLAWPUB_MAIL_KEY": key},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, said = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out, said


def to_list(root: Path, port: int, *words: str) -> tuple[str, ...]:
    there = ("--list", str(root / "readers.csv"), "--via", f"smtp://127.0.0.1:{port}")
    return (*there, "--unpublished", "--yes", "--json", *words)


def mailed(root: Path, port: int, *words: str, status: int = 0) -> dict[str, Any]:
    code, out, said = ended(started(root, *to_list(root, port, *words)))
    assert code == status, said
    told: dict[str, Any] = json.loads(out)
    return told


class Killer:
    """Ends a process with -9 in the middle of what the server does, at the given time that it does so."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.pid = 0

    def __call__(self, address: str) -> str:
        self.left -= 1
        if self.left == 0:
            os.kill(self.pid, signal.SIGKILL)
        return "250 OK"


@pytest.mark.parametrize("stage", ["on_mail", "on_rcpt", "on_data"])
def test_a_run_that_is_killed_leaves_one_reader_in_doubt_and_nobody_gets_two(root: Path, stage: str) -> None:
    taken = Taken()
    with mail_server(taken) as port:
        killer = Killer(at=5)
        setattr(taken, stage, killer)
        process = started(root, *to_list(root, port))
        killer.pid = process.pid
        assert ended(process)[0] == -signal.SIGKILL
        setattr(taken, stage, lambda address: "250 OK")
        told = mailed(root, port, status=1)
        assert (told["sent"], told["had_it"], told["in_doubt"], told["waiting"]) == (7, 4, 1, 0)
        assert max(Counter(taken.readers).values()) == 1
        assert set(READERS) - set(taken.readers) == (set() if stage == "on_data" else {READERS[4]})
        again = mailed(root, port, "--retry-in-doubt")
    assert (again["sent"], again["in_doubt"]) == (1, 0)
    twice = [address for address, count in Counter(taken.readers).items() if count > 1]
    assert set(taken.readers) == set(READERS) and twice == ([READERS[4]] if stage == "on_data" else [])
    names = {parsed(data)["Message-ID"] for address, data in taken.messages if address == READERS[4]}
    assert len(names) == 1


def test_runs_that_are_killed_at_any_moment_send_nothing_twice(root: Path) -> None:
    """Three moments; `CLAWPUB_SOAK=1` tries a hundred."""
    chance = random.Random(7)
    for _ in range(100 if os.environ.get("CLAWPUB_SOAK") else 3):
        forget(root)
        taken = Taken()
        with mail_server(taken) as port:
            process = started(root, *to_list(root, port, "--rate", "100"))
            while not taken.messages and process.poll() is None:
                time.sleep(0.002)
            time.sleep(chance.uniform(0, 0.12))
            process.kill()
            ended(process)
            code, out, said = ended(started(root, *to_list(root, port)))
            told = json.loads(out)
        assert code == (1 if told["in_doubt"] else 0), said
        assert told["in_doubt"] <= 1 and told["waiting"] == 0
        assert max(Counter(taken.readers).values()) == 1
        assert len(READERS) - len(taken.readers) <= told["in_doubt"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_lets_the_message_arrive_and_says_where_it_stands(root: Path, number: int) -> None:
    taken = Taken()
    with mail_server(taken) as port:
        process = started(root, *to_list(root, port))

        def interrupt(address: str) -> str:
            if address == READERS[3]:
                os.kill(process.pid, number)
                time.sleep(0.3)
            return "250 OK"

        taken.on_data = interrupt
        code, out, said = ended(process)
        told = json.loads(out)
        assert (code, told["stopped"]) == (130, "interrupted"), said
        assert (told["sent"], told["in_doubt"], told["waiting"]) == (4, 0, 8)
        taken.on_data = lambda address: "250 OK"
        assert mailed(root, port)["sent"] == 8
    assert taken.readers == READERS


def test_who_interrupts_twice_does_not_wait_for_a_server_that_stalls(root: Path) -> None:
    with bare_server([]) as port:
        process = started(root, *to_list(root, port))
        while not (root / ".clawpub" / "mail" / f"{WEEK}.sqlite-wal").exists():
            time.sleep(0.02)
        time.sleep(0.5)
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(0.2)
        code, _, said = ended(process)
    assert code == 130 and "interrupted" in said and "Traceback" not in said


def test_two_runs_at_once_are_one(root: Path) -> None:
    taken, others = Taken(), []
    with mail_server(taken) as port:
        both = [started(root, *to_list(root, port, "--rate", "20")) for _ in range(2)]
        others = [ended(process) for process in both]
    assert sorted(code for code, _, _ in others) in ([0, 2], [0, 0])  # the later one may begin when the other is done
    assert sorted(taken.readers) == sorted(READERS)


# --- what has to be so before anything goes ---


def test_a_letter_goes_out_when_its_edition_is_published_and_not_before(root: Path, tmp_path: Path) -> None:
    taken = Taken()
    with mail_server(taken) as port, web(tmp_path) as base:
        (root / "content" / "site.toml").write_text(SITE.replace("https://weekly.example/site", base))
        try:
            words = [word for word in to_list(root, port) if word != "--unpublished"]
            code, _, said = ended(started(root, *words))
            assert code == 2 and "the edition is not published" in said and "answers 404" in said
            released(tmp_path, {"index.html": b"x"})
            code, _, said = ended(started(root, *words))
            assert code == 2 and f"has no {edition_url(WEEK.lower())}" in said
            released(tmp_path, {"index.html": b"x", edition_url(WEEK.lower()): b"x"})
            assert ended(started(root, *words))[0] == 0
        finally:
            (root / "content" / "site.toml").write_text(SITE)
    assert taken.readers == READERS


@contextmanager
def web(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--list", "readers.csv", "--via", "smtp://user:word@h.example"), "is no way for mail"),
        (("--list", "readers.csv", "--via", "http://h.example"), "is no way for mail"),
        (("--list", "readers.csv", "--via", "smtp://h.example:x"), "is no way for mail"),
        (("--list", "readers.csv", "--to", "ada@example.org"), "name --list, or a proof"),
        ((), "name --list, or a proof"),
        (("--to", "ada", "--via", "smtp://127.0.0.1:9"), "is no address"),
        (("--to", "ada@example.org\nBcc: bo@example.org", "--via", "smtp://127.0.0.1:9"), "is no address"),
        (("--list", "nowhere.csv", "--via", "smtp://127.0.0.1:9", "--unpublished"), "cannot be read"),
        (("--list", "readers.csv", "--via", "smtp://127.0.0.1:9", "--unpublished"), "say --yes"),
    ],
)
def test_what_cannot_be_meant_is_said(root: Path, words: tuple[str, ...], said: str) -> None:
    here = [str(root / word) if word.endswith(".csv") else word for word in words]
    code, _, told = ended(started(root, *here))
    assert code == 2 and said in told and "Traceback" not in told


def test_a_list_without_tokens_wants_a_key(root: Path) -> None:
    with mail_server(Taken()) as port:
        code, _, said = ended(started(root, *to_list(root, port), key="short"))
    assert code == 2 and "CLAWPUB_MAIL_KEY" in said


def test_a_list_that_ses_keeps_goes_by_ses_alone(root: Path) -> None:
    (root / "publish.toml").write_text(MAIL + 'contact_list = "weekly"\n')
    try:
        code, _, said = ended(started(root, *to_list(root, 9)))
    finally:
        (root / "publish.toml").write_text(MAIL)
    assert code == 2 and "kept by SES" in said


def test_a_wrong_way_costs_no_reader(root: Path) -> None:
    """Whatever is wrong with the way, everybody still gets the letter when it is mended, another letter too."""
    taken = Taken(on_mail=lambda address: "530 log in first")
    with mail_server(taken) as port:
        code, _, said = ended(started(root, *to_list(root, port)))
        assert code == 2 and "CLAWPUB_SMTP_USER" in said
        taken.on_mail = lambda address: "250 OK"
        edition = root / "content" / "editions" / f"{WEEK}.md"
        before = edition.read_text()
        edition.write_text(before + "\nA word more.\n")
        try:
            assert mailed(root, port)["sent"] == len(READERS)
        finally:
            edition.write_text(before)


def test_a_proof_goes_to_its_reader_marked_and_is_no_delivery(root: Path, tmp_path: Path) -> None:
    taken = Taken()
    with mail_server(taken) as port:
        words = ("--to", READERS[0], "--eml", str(tmp_path / "proof.eml"), "--via", f"smtp://127.0.0.1:{port}")
        code, _, said = ended(started(root, *words))
        assert code == 0, said
        assert mailed(root, port)["sent"] == len(READERS)
    assert parsed(taken.messages[0][1])["Subject"].startswith("[Proof] ")
    assert parsed((tmp_path / "proof.eml").read_bytes())["Subject"].startswith("[Proof] ")
    last = parsed(taken.messages[-1][1])
    token = last["List-Unsubscribe"].partition("who=")[2].partition(">")[0]
    assert read_token(KEY.encode(), "weekly.clawworks.example", token) == READERS[-1]
