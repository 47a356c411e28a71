"""`clawpub verify` on servers: what they give is proved as a folder is, and none can mislead or hold its reader."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clawpub.errors import PublishError
from generator.release.statement import ENVELOPE, PUBLIC_KEY, STATEMENT
from generator.verify.fetching import Remote, base_of
from generator.verify.origin import Limits
from generator.verify.verifying import VerifyReport, verify
from tests.generator.verify.forging import errors, flip, names_of, restate, said
from tests.generator.verify.host import Host, Misbehaviour, hosted

LIMITS = Limits(silence_s=20, pauses_s=(0.01, 0.01))
PAGE = "index.html"


def limits_of(act: object) -> Limits:
    """Return the limits of a reader who waits for what a server does, and not for one that does nothing."""
    return replace(LIMITS, silence_s=0.6) if act is Host.hang else LIMITS


def fetched(site: Path, misbehave: Misbehaviour = lambda host: False, prefix: str = "", **named: Any) -> VerifyReport:
    with hosted(site, misbehave, prefix) as (url, _):
        return verify(Remote(url, named.pop("limits", LIMITS)), **{"digests_only": True, "processes": 1} | named)


def on(name: str, act: Callable[[Host], object]) -> Misbehaviour:
    """Return a misbehaviour for one file."""

    def misbehave(host: Host) -> bool:
        if host.name == name:
            act(host)
        return host.name == name

    return misbehave


def test_a_site_below_a_prefix_is_proved(released: Path) -> None:
    report = fetched(released, prefix="of/ten/", digests_only=False)
    assert report.passed and not report.findings and report.claims == 2
    assert report.comparison.equal == report.comparison.pages > 20
    (note,) = report.notes
    assert "https://weekly.example/site" in note


def test_each_file_is_asked_for_once(released: Path) -> None:
    with hosted(released) as (url, asked):
        assert verify(Remote(url, LIMITS), digests_only=True).passed
    counts = Counter(asked)
    assert set(counts) == {f"/{name}" for name in [*names_of(released), STATEMENT, ENVELOPE]}
    assert {name for name, count in counts.items() if count > 1} == {f"/{PUBLIC_KEY}"}


def test_sixteen_at_a_time(released: Path) -> None:
    together = threading.Barrier(16, timeout=20)
    waited = Counter[str]()

    def misbehave(host: Host) -> bool:
        if host.name.startswith("packs/") and len(waited) < 16:
            waited[host.name] += 1
            together.wait()
        return False

    assert fetched(released, misbehave, limits=Limits()).passed
    assert len(waited) == 16


def test_one_changed_byte_on_a_server_is_named(tiny: Path) -> None:
    flip(tiny / PAGE, 100)
    assert said(fetched(tiny)) == {("digest", PAGE)}


@pytest.mark.parametrize(
    ("act", "rule", "words"),
    [
        (lambda host: host.answer(404, b""), "missing", "404"),
        (lambda host: host.answer(500, b""), "unreachable", "500"),
        (lambda host: host.answer(204, b""), "unreachable", "204"),
        (lambda host: host.cut(100), "unreachable", "failed"),
        (lambda host: host.answer(200, b"", length=1 << 40), "unreachable", "expected at most"),
        (Host.hang, "unreachable", "said nothing"),
        (lambda host: host.answer(301, b"", Location="https://elsewhere.example/x"), "unreachable", "elsewhere"),
        (lambda host: host.answer(302, b"", Location="//127.0.0.2/x"), "unreachable", "elsewhere"),
        (lambda host: host.answer(302, b"", Location="file:///etc/passwd"), "unreachable", "elsewhere"),
        (lambda host: host.answer(302, b"", Location="http://[/"), "unreachable", "failed"),
        (lambda host: host.answer(302, b"", Location=host.path), "unreachable", "more than"),
        (lambda host: host.answer(200, host.content(), Content_Encoding="gzip"), "unreachable", "failed"),
        (lambda host: host.wfile.write(b"nonsense\r\n\r\n"), "unreachable", "failed"),
        (lambda host: host.answer(200, b"", X="y" * 100_000), "unreachable", "failed"),
    ],
)
def test_what_a_server_does_not_give_is_named(tiny: Path, act: Any, rule: str, words: str) -> None:
    def once(host: Host) -> None:
        act(host)
        host.close_connection = True

    report = fetched(tiny, on(PAGE, once), limits=limits_of(act))
    assert said(report) == {(rule, PAGE)}
    assert words in errors(report)[0].message


@pytest.mark.parametrize("act", [lambda host: host.answer(503, b""), lambda host: host.cut(0), Host.hang])
def test_what_fails_once_is_asked_for_again(tiny: Path, act: Any) -> None:
    failed: list[str] = []

    def misbehave(host: Host) -> bool:
        if host.name not in (PAGE, STATEMENT) or host.name in failed:
            return False
        failed.append(host.name)
        act(host)
        return True

    assert fetched(tiny, misbehave, limits=limits_of(act)).passed and len(failed) == 2


def test_a_file_that_is_longer_than_the_server_said_is_named(tiny: Path) -> None:
    report = fetched(tiny, on(PAGE, lambda host: host.answer(200, host.content(), length=50)))
    assert {name for _, name in said(report)} == {PAGE}


def test_redirects_on_the_server_are_followed(tiny: Path) -> None:
    def misbehave(host: Host) -> bool:
        """As hosts do that serve a page at its folder."""
        if host.name.endswith("/index.html"):
            host.answer(308, b"", Location=host.path.removesuffix("index.html"))
            return True
        if host.name.endswith("/"):
            host.answer(200, (host.site / host.name / "index.html").read_bytes())
            return True
        return False

    (tiny / "a").mkdir()
    (tiny / "a" / "index.html").write_text("a")
    restate(tiny, key=None)
    assert fetched(tiny, misbehave).passed


def test_what_a_server_squeezes_is_compared_as_its_reader_gets_it(tiny: Path) -> None:
    def misbehave(host: Host) -> bool:
        host.squeezed()
        return True

    assert fetched(tiny, lambda host: host.name in names_of(tiny) and misbehave(host)).passed


def test_more_than_a_reader_takes_is_not_taken(tiny: Path) -> None:
    report = fetched(tiny, limits=replace(LIMITS, file=1000))
    assert said(report) == {("unreachable", PAGE), ("unreachable", "packs/a b.csv")}
    assert "at most 1,000" in str(report.findings)
    report = fetched(tiny, limits=replace(LIMITS, whole=2500))
    assert "all files together" in str(report.findings)


def test_what_hosts_keep_to_themselves_is_only_noted(tiny: Path) -> None:
    report = fetched(tiny, on("_headers", lambda host: host.answer(404, b"")))
    assert report.passed and [finding.severity for finding in report.findings] == ["warning"]


def test_the_page_of_what_is_not_there_may_say_so(tiny: Path) -> None:
    (tiny / "404.html").write_text("not here")
    restate(tiny, key=None)
    assert fetched(tiny, on("404.html", lambda host: host.answer(404, host.content()))).passed


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda host: host.answer(404, b"x"), "no release here"),
        (lambda host: host.answer(500, b"x"), "the server says 500"),
        (Host.hang, "said nothing"),
        (lambda host: host.answer(200, b"<html>"), "not JSON"),
        (lambda host: host.answer(200, b"", length=1 << 40), "expected at most"),
        (lambda host: host.answer(301, b"", Location="http://elsewhere.example/"), "elsewhere"),
    ],
)
def test_a_server_without_a_release_is_one_message(tiny: Path, act: Any, words: str) -> None:
    with pytest.raises(PublishError, match=words):
        fetched(tiny, on(STATEMENT, act), limits=limits_of(act))


def test_a_server_that_is_not_there_is_one_message(tiny: Path) -> None:
    with hosted(tiny) as (url, _):
        pass
    with pytest.raises(PublishError, match="connection failed"):
        verify(Remote(url, LIMITS))


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://x.example", "https://x.example/"),
        ("https://x.example/a/b", "https://x.example/a/b/"),
        ("https://x.example/a/index.html#top", "https://x.example/a/"),
        ("https://x.example:8443/a/release.json?x=1", "https://x.example:8443/a/"),
        (" http://127.0.0.1:80/ä b/", None),
        ("http://127.0.0.1:80/ä/%20/", "http://127.0.0.1:80/%C3%A4/%20/"),
        ("ftp://x.example/", None),
        ("https://", None),
        ("https://[x/", None),
        ("https://x.example:port/", None),
        ("https://x:y@x.example/", None),
        ("https://x.example/\n", "https://x.example/"),
    ],
)
def test_an_address_is_that_of_a_root(url: str, base: str | None) -> None:
    if base:
        assert base_of(url) == base
        return
    with pytest.raises(PublishError):
        base_of(url)
