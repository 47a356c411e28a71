"""`clawpub publish`, as its user runs it: in a process of its own, and killed at any time."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.generator.publish.sites import faults_of, fetcher, released, small_site
from tests.s3server import S3Server, s3_server

CLAWPUB = [sys.executable, "-c", "from clawpub.cli import main; main()"]
SITE = 'title = "Small"\nbase_url = "https://small.example"\n'
KNOWN = 'region = "us-east-1"\nendpoint_url = "ENDPOINT"\n'
KILLS = 40 if os.environ.get("CLAWPUB_SOAK") else 4


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "site.toml").write_text(SITE)
    return tmp_path


def clawpub(root: Path, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLAWPUB, *arguments], cwd=root, capture_output=True, text=True, env={**os.environ, **(env or {})}, check=False
    )


def test_it_says_what_it_would_do_and_then_does_it(root: Path, server: S3Server) -> None:
    released(root / "site", small_site("one"))
    (root / "publish.toml").write_text('[targets.production]\nurl = "s3://site/dry"\nregion = "us-east-1"\n')
    dry = clawpub(root, "publish", "--dry-run", env=server.environment)
    assert dry.returncode == 0 and "9 files to put, 0 unchanged" in dry.stdout and "nothing was done" in dry.stdout
    assert "new assets" in dry.stdout and fetcher(server.url("dry"))("index.html") is None
    done = clawpub(root, "publish", "production", "--json", env=server.environment)
    told = json.loads(done.stdout)
    assert told["target"] == "s3://site/dry" and told["conditional_writes"] is True and len(told["files"]) == 9
    assert faults_of(fetcher(server.url("dry"))) == []
    again = clawpub(root, "publish", env=server.environment)
    assert "0 files put, 9 unchanged, 0 removed" in again.stdout


def test_a_folder_is_exchanged_whole(root: Path) -> None:
    one = released(root / "site", small_site("one"))
    assert (
        "9 files to put" in clawpub(root, "publish", "folder:www", "--dry-run").stdout and not (root / "www").exists()
    )
    assert clawpub(root, "publish", "folder:www").returncode == 0
    served = {path.relative_to(root / "www").as_posix() for path in (root / "www").rglob("*") if path.is_file()}
    assert served == {file.path for file in one.files} | {".clawpub-site"}
    assert "9 unchanged, 0 removed" in clawpub(root, "publish", "./www").stdout
    (root / "theirs").mkdir()
    (root / "theirs" / "file").write_text("theirs")
    for more in ([], ["--dry-run"]):
        refused = clawpub(root, "publish", "./theirs", *more)
        assert refused.returncode == 2 and "no build of clawpub made it" in refused.stderr
    for inside in ("site", "site/www", "."):
        refused = clawpub(root, "publish", f"folder:{inside}")
        assert refused.returncode == 2 and "in that folder, or around it" in refused.stderr


def test_a_bucket_known_by_its_address_has_its_settings_and_no_password_is_shown(root: Path, server: S3Server) -> None:
    known = "".join(f'[targets.{name}]\nurl = "s3://site/{name}"\n{more}' for name, more in (("a", KNOWN), ("b", "")))
    (root / "publish.toml").write_text(known)
    released(root / "site", small_site("one"))
    plain = {name: value for name, value in server.environment.items() if "ENDPOINT" not in name}
    (root / "publish.toml").write_text(known.replace("ENDPOINT", server.endpoint))
    assert clawpub(root, "publish", "s3://site/a", env=plain).returncode == 0
    files = released(root / "two", small_site("two") | {"more.txt": b"x"})
    dry = json.loads(clawpub(root, "publish", "b", "--dry-run", "--json", env=server.environment).stdout)
    assert dry["invalidate"] == [] and len(dry["files"]) < len(files.files)
    (root / "publish.toml").unlink()
    for target in ("git:https://me:secret@127.0.0.1:9/x.git#pages", "git:https://me:secret@127.0.0.1:9/x.git"):
        done = clawpub(root, "publish", target)
        assert done.returncode == 2 and "127.0.0.1" in done.stderr and "secret" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ([], "name a target"),
        (["prodution"], "did you mean 'production'"),
        (["s3://UPPER"], "names no bucket"),
        (["s3://bucket/../x"], "names no bucket"),
        (["git:origin"], "names no branch"),
        (["ftp://x/y"], "no target"),
    ],
)
def test_what_is_no_target_says_what_one_is(root: Path, target: list[str], said: str) -> None:
    released(root / "site", small_site("one"))
    named = "" if not target else '[targets.production]\nurl = "folder:www"\n'
    (root / "publish.toml").write_text(named)
    done = clawpub(root, "publish", *target)
    assert done.returncode == 2 and said in done.stderr and "hint:" in done.stderr


def test_a_build_that_is_no_release_does_not_go_out(root: Path) -> None:
    (root / "site").mkdir()
    (root / "site" / "index.html").write_text("<p>")
    done = clawpub(root, "publish", "folder:www")
    assert done.returncode == 2 and "clawpub build --release" in done.stderr and not (root / "www").exists()


def test_killed_at_any_time_no_reader_sees_half_of_it(root: Path, server: S3Server, tmp_path: Path) -> None:
    """A crawler goes over the site all the while; each deploy is killed, and the one after it completes."""
    pages, random_s = 60, random.Random(20261125)
    for number in range(2):
        released(root / f"site-{number}", small_site(f"v{number}", pages))
    command = [*CLAWPUB, "publish", "s3://site/kills", "--site"]
    env = {**os.environ, **server.environment}
    began = time.monotonic()
    subprocess.run([*command, "site-0"], cwd=root, env=env, check=True, capture_output=True)
    whole_s = time.monotonic() - began
    with Crawling(server.url("kills")) as crawler:
        for number in range(KILLS):
            deploy = subprocess.Popen(
                [*command, f"site-{(number + 1) % 2}"],
                cwd=root,
                env=env,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(random_s.uniform(0.2, 1) * whole_s)
            deploy.send_signal(signal.SIGKILL)
            deploy.wait()
        last = subprocess.run([*command, "site-1", "--json"], cwd=root, env=env, check=True, capture_output=True)
    assert crawler.rounds > 0 and crawler.faults == []
    assert faults_of(fetcher(server.url("kills"))) == [] and json.loads(last.stdout)["release"]
    assert b"version v1" in (fetcher(server.url("kills"))("index.html") or b"")


class Crawling:
    """A reader who goes over a site again and again."""

    def __init__(self, base: str) -> None:
        self.faults: list[str] = []
        self.rounds = 0
        self._fetch = fetcher(base)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._go)

    def _go(self) -> None:
        while not self._end.is_set():
            self.faults += faults_of(self._fetch)
            self.rounds += 1

    def __enter__(self) -> Crawling:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
