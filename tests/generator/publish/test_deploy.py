"""Deploys to a real S3 server, as they go, as they are cut off at each request, and as they go on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clawpub.errors import PublishError
from generator.publish.deploy import Asked, Deployed, deploy, look
from generator.publish.lock import LEASE_S, LOCK, Holder, Lease, held, this_process
from generator.publish.manifest import DEPLOY, INTENT
from generator.publish.order import Served
from generator.publish.plan import make_plan
from generator.publish.released import LocalFile
from generator.publish.s3 import S3
from generator.publish.store import Head, Listed, Note, Store
from tests.generator.publish.sites import faults_of, fetcher, released, small_site
from tests.s3server import BUCKET, S3Server, s3_server

NOW = datetime(2026, 11, 25, tzinfo=UTC)
OTHER = Holder("other", "elsewhere", "host-2", 4711, "1")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def store(server: S3Server, place: str) -> Store:
    """An empty place of its own for each test."""
    return S3(server.client(), BUCKET, place)


@pytest.fixture
def place(request: pytest.FixtureRequest) -> str:
    """The prefix under which a test's store keeps its files."""
    return "".join(sign if sign.isalnum() else "-" for sign in request.node.name)[:80]


def holder(number: int = 0) -> Holder:
    return this_process(f"deploy-{number}")


def dead(number: int) -> Holder:
    """A deploy of this machine whose process does not run any more."""
    return replace(holder(number), began="1")


def send(folder: Path, files: dict[str, bytes], store: Store, number: int = 0, asked: Asked | None = None) -> Deployed:
    return deploy(released(folder / str(number), files), store, holder(number), lambda: NOW, asked=asked)


def keys(store: Store) -> set[str]:
    return {key for key, _ in store.listing() if not key.startswith(".clawpub/")}


def test_a_release_arrives_with_types_and_times_and_nothing_else(tmp_path: Path, store: Store) -> None:
    files = small_site("one")
    done = send(tmp_path, files, store)
    assert keys(store) == {*files, "release.json"} and done.conditional and not done.plan.unchanged
    head = store.head("index.html")
    assert head and head.served == Served("text/html; charset=utf-8", "public, max-age=300")
    sheet = store.head(next(path for path in files if path.endswith(".css")))
    assert sheet and "immutable" in sheet.served.cache_control and store.read(LOCK) is None
    feed = store.head("feed.xml")
    assert feed and feed.served == Served("application/atom+xml; charset=utf-8", "no-cache")


def test_the_same_again_writes_nothing_but_its_lock(tmp_path: Path, store: Store) -> None:
    send(tmp_path, small_site("one"), store)
    before = store.read(DEPLOY), store.read(INTENT), dict(store.listing())
    done = send(tmp_path, small_site("one"), store, 1)
    assert not done.plan.steps and len(done.plan.unchanged) == len(small_site("one")) + 1
    assert (store.read(DEPLOY), store.read(INTENT))[0].etag == before[0].etag  # type: ignore[union-attr]
    assert dict(store.listing()) == before[2]


def test_only_what_changed_is_sent_and_in_the_order_of_the_stages(tmp_path: Path, store: Store) -> None:
    send(tmp_path, small_site("one") | {"a/b/index.html": b"old"}, store)
    more = {"a/b/index.html": b"new", "a/c/index.html": b"<p>", "cards/x.png": b"1", "sitemap.xml": b"<x/>"}
    done = send(tmp_path, small_site("one") | more, store, 1)
    assert done.plan.keys == ("cards/x.png", "a/c/index.html", "sitemap.xml", "a/b/index.html", "release.json")
    assert list(done.plan.by_stage()) == ["new assets", "new pages", "new feeds", "changed pages", "statement"]


def test_a_removed_page_goes_and_a_removed_asset_stays_a_while(tmp_path: Path, store: Store) -> None:
    one, two = small_site("one"), small_site("two")
    old = {path for path in one if path.startswith(("assets/", "writeups/page-one"))}
    send(tmp_path, one, store)
    done = send(tmp_path, two, store, 1)
    sheet = next(path for path in old if path.endswith(".css"))
    assert done.plan.removed == ("writeups/page-one/index.html",) and set(done.plan.stale) == {sheet}
    assert keys(store) == {*two, "release.json", sheet}
    late = deploy(released(tmp_path / "late", two), store, holder(2), lambda: NOW + timedelta(days=2))
    assert late.plan.removed == (sheet,) and keys(store) == {*two, "release.json"}
    assert not deploy(released(tmp_path / "late", two), store, holder(3), lambda: NOW + timedelta(days=3)).plan.removed


def test_an_asset_that_comes_back_is_not_sent_again(tmp_path: Path, store: Store) -> None:
    for number, version in enumerate(("one", "two", "one")):
        done = send(tmp_path, small_site(version), store, number)
    assert not any(path.startswith("assets/") for path in done.plan.keys) and keys(store) >= set(small_site("one"))


def test_what_was_lost_or_changed_behind_our_back_is_put_again(
    tmp_path: Path, store: Store, server: S3Server, place: str
) -> None:
    files = small_site("one")
    send(tmp_path, files, store)
    client = server.client()
    client.delete_object(Bucket=BUCKET, Key=f"{place}/index.html")
    client.put_object(Bucket=BUCKET, Key=f"{place}/feed.xml", Body=b"not ours")
    done = send(tmp_path, files, store, 1)
    assert set(done.plan.keys) == {"index.html", "feed.xml"} == set(done.plan.healed)
    assert faults_of(fetcher(server.url(place))) == []


def test_files_of_others_are_refused_then_left_alone(
    tmp_path: Path, store: Store, server: S3Server, place: str
) -> None:
    client = server.client()
    for key in ("index.html", "theirs.txt"):
        client.put_object(Bucket=BUCKET, Key=f"{place}/{key}", Body=b"theirs")
    with pytest.raises(PublishError, match=r"2 files that no deploy of clawpub put there: index\.html, theirs\.txt"):
        send(tmp_path, small_site("one"), store)
    assert keys(store) == {"index.html", "theirs.txt"} and store.read(LOCK) is None
    send(tmp_path, small_site("one"), store, asked=Asked(adopt=True))
    send(tmp_path, small_site("two"), store, 1)
    assert "theirs.txt" in keys(store) and faults_of(fetcher(server.url(place))) == []
    client.put_object(Bucket=BUCKET, Key=f"{place}/late/index.html", Body=b"theirs")
    with pytest.raises(PublishError, match=r"1 files .* late/index\.html"):
        send(tmp_path, small_site("two") | {"late/index.html": b"ours"}, store, 2)


def test_one_deploy_at_a_time(store: Store, tmp_path: Path) -> None:
    with held(store, holder()), pytest.raises(PublishError, match="another deploy is at it: process"):
        send(tmp_path, small_site("one"), store, 1)
    assert send(tmp_path, small_site("one"), store, 1).plan.steps and keys(store)


def test_the_lock_of_a_process_that_is_gone_is_no_lock(store: Store, tmp_path: Path) -> None:
    store.write(LOCK, json.dumps(vars(dead(0))).encode(), replaces=None)
    assert send(tmp_path, small_site("one"), store, 1).plan.steps and store.read(LOCK) is None


def test_another_machines_lock_holds_until_its_lease_ends(store: Store, tmp_path: Path) -> None:
    store.write(LOCK, json.dumps(vars(OTHER)).encode(), replaces=None)
    with pytest.raises(PublishError, match="process 4711 on host-2"):
        send(tmp_path, small_site("one"), store)
    assert send(tmp_path, small_site("one"), Later(store), 1).plan.steps


def test_a_lock_can_be_taken_over_and_its_holder_stops_at_the_commit(store: Store, tmp_path: Path) -> None:
    """The one that was taken over has uploaded files, which are whole; it never writes down that it came to its end."""

    class TakenOver(Faulty):
        def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
            if key == DEPLOY:
                send(tmp_path, small_site("two"), store, 2, Asked(take_over=True))
            return super().write(key, data, replaces=replaces)

    with pytest.raises(PublishError, match="another deploy was made"):
        send(tmp_path, small_site("one"), TakenOver(store, None))
    assert look(store).deploy.deploy == "deploy-2"  # type: ignore[union-attr]
    send(tmp_path, small_site("two"), store, 3)
    assert keys(store) - set(small_site("one")) == set(small_site("two")) - set(small_site("one")) | {"release.json"}


def test_a_deploy_that_slept_writes_over_nothing_and_its_late_files_are_known(tmp_path: Path, store: Store) -> None:
    """It was taken over while it slept; awake again, it has a new file on its way, and then a changed one."""

    class Sleeper(Faulty):
        def put_file(self, file: LocalFile, served: Served, *, replaces: str | None) -> str:
            if file.path.startswith("assets/"):
                send(tmp_path, small_site("three"), store, 3, Asked(take_over=True))
            return super().put_file(file, served, replaces=replaces)

    send(tmp_path, small_site("one"), store, 1)
    with pytest.raises(PublishError, match="was written by something else while this deploy was on its way"):
        send(tmp_path, small_site("two"), Sleeper(store, None), 2)
    late = keys(store) - set(small_site("three")) - set(small_site("one")) - {"release.json"}
    assert late and late <= set(small_site("two"))
    assert send(tmp_path, small_site("two"), store, 4).plan.steps, "nothing of it is taken for somebody else's"


def test_what_nobody_holds_or_holds_too_long_is_not_held(store: Store, tmp_path: Path) -> None:
    seconds = iter((0.0, LEASE_S - 1, LEASE_S + 1))
    lease = Lease(store, holder(), "", seconds=lambda: next(seconds))
    lease.require()
    with pytest.raises(PublishError, match="another deploy may have begun"):
        lease.require()
    store.write(LOCK, b'{"pid": "../.."}', replaces=None)
    with pytest.raises(PublishError, match="another deploy is at it: somebody"):
        send(tmp_path, small_site("one"), store)


def test_an_asset_that_an_interrupted_deploy_named_again_stays_a_while_from_then(tmp_path: Path, store: Store) -> None:
    """It was of no page for two days, then an interrupted deploy showed pages with it."""
    send(tmp_path, small_site("one"), store, 1)
    send(tmp_path, small_site("two"), store, 2)
    late = NOW + timedelta(days=2)
    with pytest.raises(Cut):
        deploy(released(tmp_path / "back", small_site("one")), Faulty(store, 6), dead(3), lambda: late)
    done = deploy(released(tmp_path / "three", small_site("three")), store, holder(4), lambda: late)
    sheets = {path for version in ("one", "two") for path in small_site(version) if path.startswith("assets/")}
    assert done.plan.interrupted and set(done.plan.stale) == sheets and keys(store) >= sheets


def test_a_page_of_a_new_list_is_never_led_to_before_it_is_there(
    tmp_path: Path, store: Store, server: S3Server, place: str
) -> None:
    """The first edition puts a list into the navigation of every page; the deploy is cut off after each request."""

    def site(number: int) -> dict[str, bytes]:
        files = small_site(f"v{number}")
        link = f'<a href="../../list-{number}/index.html">'.encode()
        listed = {path: data + link for path, data in files.items() if path.startswith("writeups/")}
        sheet = next(path for path in files if path.endswith(".css"))
        page = f'<link href="../{sheet}"><p>version v{number}</p>'.encode()
        return {**files, **listed, f"list-{number}/index.html": page}

    send(tmp_path, site(0), store)
    for number in range(1, 100):
        try:
            deploy(released(tmp_path / f"n{number}", site(number)), Faulty(store, number), dead(number), lambda: NOW)
            break
        except Cut:
            assert faults_of(fetcher(server.url(place))) == [], f"cut off after {number} requests"


def test_cut_off_at_each_request_it_shows_whole_pages_and_goes_on(
    tmp_path: Path, store: Store, server: S3Server, place: str
) -> None:
    """Each deploy brings a new version of the site, and is cut off one request later than the one before."""
    fetch = fetcher(server.url(place))
    send(tmp_path, small_site("first"), store)
    for cut in range(100):
        site = released(tmp_path / f"cut-{cut}", small_site(f"v{cut}"))
        try:
            deploy(site, Faulty(store, cut), dead(cut), lambda: NOW)
            break
        except Cut:
            assert faults_of(fetch) == [], f"cut off after {cut} requests"
    assert cut > 12 and faults_of(fetch) == []
    done = send(tmp_path, small_site("last"), store, 100)
    assert keys(store) - done.plan.stale.keys() == {*small_site("last"), "release.json"}


def test_addresses_that_were_not_invalidated_are_by_the_next_deploy(tmp_path: Path, store: Store) -> None:
    cache = Cache()
    sites = {version: released(tmp_path / version, small_site(version)) for version in ("one", "two")}
    deploy(sites["one"], store, holder(), lambda: NOW, cache=cache)
    assert cache.asked == []  # everything was new: nothing old can be kept anywhere
    with pytest.raises(Cut):
        deploy(sites["two"], Faulty(store, 6), dead(1), lambda: NOW, cache=cache)
    deploy(sites["two"], store, holder(2), lambda: NOW, cache=cache)
    (asked,) = cache.asked
    assert {"/", "/index.html", "/writeups/0/", "/writeups/page-one/", "/feed.xml", "/release.json"} <= set(asked)
    assert not any(path.startswith(("/assets/", "/writeups/page-two")) for path in asked)
    deploy(sites["two"], store, holder(3), lambda: NOW, cache=cache)
    assert len(cache.asked) == 1


def test_addresses_wait_for_a_deploy_that_knows_the_cache(tmp_path: Path, store: Store) -> None:
    cache = Cache()
    deploy(released(tmp_path / "one", small_site("one")), store, holder(), lambda: NOW, cache=cache)
    with pytest.raises(Cut):
        deploy(released(tmp_path / "two", small_site("two")), Faulty(store, 6), dead(1), lambda: NOW, cache=cache)
    send(tmp_path, small_site("two"), store, 2)
    deploy(released(tmp_path / "two", small_site("two")), store, holder(3), lambda: NOW, cache=cache)
    assert [set(asked) >= {"/", "/writeups/0/"} for asked in cache.asked] == [True]


def test_a_dry_look_writes_nothing(tmp_path: Path, store: Store) -> None:
    plan = make_plan(released(tmp_path, small_site("one")), look(store), NOW)
    assert len(plan.steps) == len(small_site("one")) + 1 and list(store.listing()) == []


class Cut(PublishError):
    """The process ends here, as far as the store sees."""


class Cache:
    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def invalidate(self, addresses: Iterable[str], reference: str) -> None:
        self.asked.append(tuple(addresses))


class Faulty:
    """A store whose client is cut off after some requests that change something; not even its lock is given back."""

    def __init__(self, store: Store, last: int | None) -> None:
        self._store = store
        self._left = last

    def _count(self) -> None:
        if self._left is not None:
            if self._left <= 0:
                raise Cut("cut off")
            self._left -= 1

    def listing(self) -> Iterator[tuple[str, Listed]]:
        return self._store.listing()

    def head(self, key: str) -> Head | None:
        return self._store.head(key)

    def put_file(self, file: LocalFile, served: Served, *, replaces: str | None) -> str:
        self._count()
        return self._store.put_file(file, served, replaces=replaces)

    def delete(self, keys: Iterable[str]) -> None:
        self._count()
        self._store.delete(keys)

    def read(self, key: str) -> Note | None:
        return self._store.read(key)

    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        self._count()
        return self._store.write(key, data, replaces=replaces)

    def remove(self, key: str, *, etag: str) -> None:
        self._count()
        self._store.remove(key, etag=etag)


class Later(Faulty):
    """A store that is looked at when a lease has ended."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, None)

    def read(self, key: str) -> Note | None:
        note = super().read(key)
        return replace(note, age_s=note.age_s + LEASE_S + 1) if note else None
