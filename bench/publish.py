"""What putting a site on S3 costs, and what its readers see when deploys are killed.

    python -m bench.publish                                   2,000 files, medians of 3; 50 kills
    python -m bench.publish --files 200 --times 1 --kills 5   less of it
    python -m bench.publish --kills 0                         the uploads alone

Against a real S3 server on this machine (SeaweedFS), so a request takes no way: what is measured is work, not waiting.
Files have 3.5 to 15 KB. Ours is a whole deploy: every file compared with the statement, lock, plan, uploads with
checksums and conditions, commit. The others upload and do nothing else; rclone is measured where it is installed.
Requests are counted as they are sent, those sent again too.

Kills are SIGKILL to `clawpub publish` while it puts a version of which every page and the stylesheet differ; nine in
ten come once it holds the lock, the tenth at any moment. A crawler goes over the served site all the while: a broken
view is a page or stylesheet that something leads to and that is not there, or two that are of different versions. After
each kill the same version or another is published to its end. Exit status 1 where a reader saw anything broken.
"""

from __future__ import annotations

import argparse
import base64
import os
import random
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bench.__main__ import folder, row
from generator.publish.deploy import Deployed, deploy, look
from generator.publish.lock import LOCK, this_process
from generator.publish.released import Released, open_release
from generator.publish.s3 import S3, sdk
from generator.publish.store import AT_ONCE
from tests.generator.publish.sites import faults_of, fetcher, released, small_site
from tests.s3server import BUCKET, KEY, SECRET, S3Server, s3_server

SMALLEST, LARGEST = 3_500, 15_000
PAGES = 150
"""Of the site that is killed while it goes out."""


# --- uploads ---


def site(files: int, seed: int) -> dict[str, bytes]:
    """Return files of a site: eight pages in ten, assets and tables for the rest."""
    dice = random.Random(seed)
    names = ("writeups/{}/index.html",) * 8 + ("assets/{}.css", "packs/{}/data/table.csv")
    made = {}
    for number in range(files - 1):
        data = base64.b64encode(dice.randbytes(dice.randint(SMALLEST, LARGEST) * 3 // 4))
        made[names[number % len(names)].format(f"{number:08x}")] = data
    return {"index.html": b"<p>front", **made}


def ours(folder: Path, client: Any, place: str) -> Deployed:
    store = S3(client, BUCKET, place)
    return deploy(open_release(folder), store, this_process(place), lambda: datetime.now(UTC))


def sequential(site: Released, client: Any, place: str) -> None:
    for file in site.files:
        client.put_object(Bucket=BUCKET, Key=f"{place}/{file.path}", Body=file.file.read_bytes())


def threads(site: Released, client: Any, place: str) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [
            pool.submit(client.put_object, Bucket=BUCKET, Key=f"{place}/{file.path}", Body=file.file.read_bytes())
            for file in site.files
        ]:
            done.result()


def rclone(program: str, verb: str, site: Path, server: S3Server, place: str) -> None:
    told = {
        "RCLONE_CONFIG_BENCH_TYPE": "s3",
        "RCLONE_CONFIG_BENCH_PROVIDER": "Other",
        "RCLONE_CONFIG_BENCH_ENDPOINT": server.endpoint,
        "RCLONE_CONFIG_BENCH_ACCESS_KEY_ID": KEY,
        "RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY": SECRET,
        "RCLONE_CONFIG": os.devnull,
    }
    command = [program, verb, "--checksum", f"--transfers={AT_ONCE}", f"--checkers={AT_ONCE}"]
    plain = {name: value for name, value in os.environ.items() if name != "AWS_CA_BUNDLE"}  # it stops at one
    done = subprocess.run(
        [*command, str(site), f"bench:{BUCKET}/{place}"], env={**plain, **told}, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stderr)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def uploads(server: S3Server, work: Path, files: int, times: int) -> None:
    whole = released(work / "site", site(files, 1))
    client, program = counted(server), shutil.which("rclone")
    arms: dict[str, Callable[[str], object]] = {
        "boto3, one at a time": lambda place: sequential(whole, client, "one" + place),
        f"boto3, {AT_ONCE} at once": lambda place: threads(whole, client, "many" + place),
        "clawpub publish": lambda place: ours(whole.folder, client, "ours" + place),
    }
    if program:
        arms["rclone copy"] = lambda place: rclone(program, "copy", whole.folder, server, "rclone" + place)
    took: dict[str, list[float]] = {}
    for number in range(times):
        for name, arm in arms.items():
            took.setdefault(name, []).append(seconds(partial(arm, f"-{number}")))
    for name, each in took.items():
        row(f"put {files:,} files: {name}", files / statistics.median(each), "files/s")
    again(server, work, files, times, client, program)


def again(server: S3Server, work: Path, files: int, times: int, client: Any, program: str | None) -> None:
    took: dict[str, list[float]] = {}
    for number in range(times):
        changed = f"<p>changed {number}".encode()
        folder = released(work / "site", site(files, 1) | {"writeups/00000001/index.html": changed}).folder
        client.asked.clear()
        took.setdefault("clawpub publish", []).append(seconds(partial(ours, folder, client, "ours-0")))
        asked = ", ".join(f"{count} {name}" for name, count in sorted(client.asked.items()))
        if program:
            syncing = partial(rclone, program, "sync", folder, server, "rclone-0")
            took.setdefault("rclone sync", []).append(seconds(syncing))
    for name, each in took.items():
        row(f"one page changed: {name}", statistics.median(each), "s")
    row("one page changed: requests", client.asked.total(), "", note=asked)


def counted(server: S3Server) -> Any:
    """Return a client as `clawpub publish` has it, whose `asked` counts what it sends."""
    client = sdk("s3", region="us-east-1", endpoint_url=server.endpoint)
    client.asked = Counter()

    def count(event_name: str, **_: object) -> None:
        client.asked[event_name.rpartition(".")[2]] += 1

    client.meta.events.register("before-send.s3", count)
    return client


# --- kills ---


class Crawler:
    """A reader who goes over a site again and again."""

    def __init__(self, base: str) -> None:
        self.faults: list[str] = []
        self.views = 0
        self.rounds = 0
        self._fetch = fetcher(base)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._go)

    def _view(self, path: str) -> bytes | None:
        self.views += path.endswith(".html")
        return self._fetch(path)

    def _go(self) -> None:
        while not self._end.is_set():
            self.faults += faults_of(self._view)
            self.rounds += 1

    def __enter__(self) -> Crawler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


def kills(server: S3Server, work: Path, count: int, seed: int) -> bool:
    """Kill deploys, and return whether no reader saw anything broken and each next deploy came to its end."""
    dice, store = random.Random(seed), S3(server.client(), BUCKET, "kills")
    publication(work)
    sites = [released(work / f"site-{number}", small_site(f"v{number}", PAGES)) for number in range(3)]
    whole_s = seconds(lambda: published(work, server, 0))
    began = time.monotonic()
    process = started(work, server, 1)
    locked_s = wait_for_the_lock(process, store) - began
    process.wait()
    rest_s = time.monotonic() - began - locked_s
    found: Counter[str] = Counter(kills=count)
    now = 1
    with Crawler(server.url("kills")) as crawler:
        for _ in range(count):
            now = (now + 1) % 3
            process = started(work, server, now)
            if dice.random() < 0.9:
                wait_for_the_lock(process, store)
                time.sleep(dice.uniform(0, rest_s))
            else:
                time.sleep(dice.uniform(0, whole_s))
            found["that came after the end"] += process.poll() is not None
            process.kill()
            process.wait()
            there = look(store)
            found["that left a deploy half done"] += there.unfinished is not None
            now = (now + dice.randint(0, 1)) % 3
            found["next deploys that did not come to their end"] += published(work, server, now) != 0
            found["sites not whole after it"] += not is_whole(sites[now], store)
    for name, value in found.items():
        row(f"kills: {name}" if name != "kills" else "kills of a deploy", value, "")
    row("page views meanwhile", crawler.views, "", note=f"{crawler.rounds} times over the site")
    row("broken page views", len(crawler.faults), "", note="; ".join(crawler.faults[:3]))
    return not (
        crawler.faults or found["next deploys that did not come to their end"] or found["sites not whole after it"]
    )


def is_whole(site: Released, store: S3) -> bool:
    """Whether a store holds a release, and besides nothing but what is kept for open pages."""
    there = look(store)
    files = {file.path for file in site.files}
    done = there.deploy is not None and there.unfinished is None and there.deploy.release == site.digest
    return done and there.deploy is not None and there.listing.keys() - there.deploy.stale.keys() == files


def publication(root: Path) -> None:
    (root / "content").mkdir(parents=True)
    (root / "content" / "site.toml").write_text('title = "Small"\nbase_url = "https://small.example"\n')


def started(root: Path, server: S3Server, number: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bench.publish", "--child", "publish", f"s3://{BUCKET}/kills", "--root", str(root)]
    environment: Mapping[str, str] = {**os.environ, **server.environment}
    return subprocess.Popen(
        [*command, "--site", str(root / f"site-{number}")],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def published(root: Path, server: S3Server, number: int) -> int:
    return started(root, server, number).wait()


def wait_for_the_lock(process: subprocess.Popen[bytes], store: S3) -> float:
    """Wait until a deploy is under way, or over; return when that was."""
    while process.poll() is None and store.head(LOCK) is None:
        time.sleep(0.005)
    return time.monotonic()


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        from clawpub.cli import main as clawpub

        sys.argv = ["clawpub", *sys.argv[2:]]
        clawpub()
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=20261125)
    given = parser.parse_args()
    whole = True
    with folder() as work, s3_server(work / "s3") as server:
        os.environ.update(server.environment)
        if given.times:
            uploads(server, work / "uploads", given.files, given.times)
        if given.kills:
            whole = kills(server, work / "kills", given.kills, given.seed)
    sys.exit(not whole)


if __name__ == "__main__":
    main()
