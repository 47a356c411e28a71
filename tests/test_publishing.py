"""The whole way of a weekly edition: content -> release -> S3 -> what its readers fetch, get by mail and can prove."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from generator.release.statement import read_statement
from tests.generator.mail.letters import Taken, mail_server, parsed
from tests.s3server import BUCKET, S3Server, s3_server

ROOT = Path(__file__).parents[1]
CLAWPUB = [sys.executable, "-c", "from clawpub.cli import main; main()"]
MAIL_KEY = "a key for tests, long enough"
WEEK, PREFIX = "2026-W48", "weekly"


@dataclass(frozen=True)
class Weekly:
    """This publication, as it stands where its readers are."""

    root: Path
    server: S3Server

    @property
    def url(self) -> str:
        return self.server.url(PREFIX)

    def run(self, *arguments: str, code: int = 0, **env: str) -> str:
        """Return what a command says, which ends with this status."""
        more = {**os.environ, **self.server.environment, **env}
        done = subprocess.run(
            [*CLAWPUB, *arguments], cwd=self.root, env=more, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def fetch(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.url}/{path}", timeout=60) as answer:
            data: bytes = answer.read()
            return data


@pytest.fixture(scope="module")
def weekly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weekly]:
    """The edition, released with a key and published."""
    root = tmp_path_factory.mktemp("weekly")
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        weekly = Weekly(root, server)
        shutil.copytree(ROOT / "content", root / "content")
        site = root / "content" / "site.toml"
        site.write_text(re.sub(r'base_url = ".*"', f'base_url = "{weekly.url}"', site.read_text()))
        weekly.run("key", "new", "signing.pem")
        weekly.run("build", "--release", "--sign-key", "signing.pem", "--today", "2026-12-31")
        weekly.run("publish", f"s3://{BUCKET}/{PREFIX}")
        (root / "public.pem").write_bytes(weekly.fetch(".well-known/clawpub-key.pem"))
        yield weekly


def test_a_reader_proves_what_the_server_serves(weekly: Weekly) -> None:
    told = json.loads(weekly.run("verify", f"{weekly.url}/", "--key", "public.pem", "--json"))
    statement = read_statement(weekly.fetch("release.json"))
    carried = [text for text in statement.predicate.texts if text.kind == "writeup"]
    assert len(carried) >= 2 and all(text.verified and not text.coverage["unbound"] for text in carried)
    assert told["passed"] is True


def test_one_changed_byte_anywhere_is_named(weekly: Weekly) -> None:
    """One file of each kind at once: each is named, and none that was left as it is."""
    names = sorted(read_statement(weekly.fetch("release.json")).digests)
    firsts = {name.rpartition(".")[2] + str(name.count("/")): name for name in names}
    changed = sorted({*firsts.values(), *names[:: max(1, len(names) // 40)]})
    kept = {name: weekly.fetch(name) for name in changed}
    client = weekly.server.client()
    try:
        for name, data in kept.items():
            at = len(data) // 2
            other = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] if data else b"x"
            client.put_object(Bucket=BUCKET, Key=f"{PREFIX}/{name}", Body=other)
        said = weekly.run("verify", f"{weekly.url}/", "--json", code=1)
    finally:
        for name, data in kept.items():
            client.put_object(Bucket=BUCKET, Key=f"{PREFIX}/{name}", Body=data)
    named = {name for name in names if f'"{name}"' in said}
    assert named >= set(changed)
    weekly.run("verify", f"{weekly.url}/", "--digests-only")


def test_a_changed_statement_or_signature_is_named(weekly: Weekly) -> None:
    client = weekly.server.client()
    for name, old, new in (
        ("release.json", b"ClawWorks", b"ClowWorks"),
        ("release.dsse.json", b'"sig": "', b'"sig": "AA'),
    ):
        data = weekly.fetch(name)
        assert old in data
        client.put_object(Bucket=BUCKET, Key=f"{PREFIX}/{name}", Body=data.replace(old, new, 1))
        try:
            assert "release" in weekly.run("verify", f"{weekly.url}/", "--digests-only", "--json", code=1)
        finally:
            client.put_object(Bucket=BUCKET, Key=f"{PREFIX}/{name}", Body=data)


def test_the_next_deploy_mends_what_was_changed_there(weekly: Weekly) -> None:
    client = weekly.server.client()
    client.put_object(Bucket=BUCKET, Key=f"{PREFIX}/index.html", Body=b"defaced")
    told = json.loads(weekly.run("publish", f"s3://{BUCKET}/{PREFIX}", "--json"))
    assert "index.html" in told["put_again"] and weekly.fetch("index.html") != b"defaced"
    weekly.run("verify", f"{weekly.url}/", "--digests-only")


def test_its_readers_get_the_letter_once_and_its_marks_lead_to_the_evidence(weekly: Weekly) -> None:
    (weekly.root / "publish.toml").write_text(
        '[mail]\nsender = "ClawWorks Weekly <weekly@clawworks.example>"\nlist_id = "weekly.clawworks.example"\n'
        'unsubscribe = "https://clawworks.example/off?who={token}"\n'
    )
    (weekly.root / "readers.csv").write_text("email,name\nada@example.org,Ada\nbo@example.org,Bo\nADA@example.org,\n")
    taken = Taken()
    with mail_server(taken) as port:
        sending = ["mail", WEEK, "--list", "readers.csv", "--via", f"smtp://127.0.0.1:{port}", "--yes", "--json"]
        told: Any = json.loads(weekly.run(*sending, CLAWPUB_MAIL_KEY=MAIL_KEY))
        assert (told["sent"], told["twice"], told["in_doubt"]) == (2, 1, 0)
        assert json.loads(weekly.run(*sending, CLAWPUB_MAIL_KEY=MAIL_KEY))["sent"] == 0
    assert sorted(taken.readers) == ["ada@example.org", "bo@example.org"]
    message = parsed(taken.messages[0][1])
    page = message.get_body(("html",))
    assert page is not None and message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    links = set(re.findall(rf'href="{re.escape(weekly.url)}/([^"]*?)#(claim-\d+)"', page.get_content()))
    assert links
    for path, anchor in links:
        assert f'id="{anchor}"'.encode() in weekly.fetch(f"{path}index.html" if path.endswith("/") else path)


def test_a_letter_waits_until_its_edition_is_published(weekly: Weekly) -> None:
    taken = Taken()
    site = weekly.root / "content" / "site.toml"
    before = site.read_text()
    site.write_text(before.replace(f"/{PREFIX}", "/elsewhere"))
    try:
        with mail_server(taken) as port:
            weekly.run("mail", WEEK, "--list", "readers.csv", "--via", f"smtp://127.0.0.1:{port}", "--yes", code=2)
    finally:
        site.write_text(before)
    assert taken.messages == []


def test_a_number_that_does_not_hold_goes_nowhere(weekly: Weekly, tmp_path: Path) -> None:
    """Neither onto the site nor into a letter: what is published stays as it is."""
    writeup = weekly.root / "content" / "writeups" / "the-same-call-again" / "index.md"
    before, digest = writeup.read_text(), weekly.fetch("release.json")
    writeup.write_text(before.replace("[0/30 (0.00%)]", "[1/30 (3.33%)]", 1))
    try:
        weekly.run("build", "--release", "--sign-key", "signing.pem", "--today", "2026-12-31", code=1)
        weekly.run("mail", WEEK, "--eml", str(tmp_path / "letter.eml"), code=1)
    finally:
        writeup.write_text(before)
    assert not (tmp_path / "letter.eml").exists()
    weekly.run("publish", f"s3://{BUCKET}/{PREFIX}")
    assert weekly.fetch("release.json") == digest
