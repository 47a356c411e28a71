"""The preview's server over HTTP: what it serves, what it refuses, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.generator.publication import write_publication, write_writeup
from tests.serving import Serving, serving

PAGE = "/writeups/dense-enough/"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_publication(tmp_path_factory.mktemp("publication"))
    write_writeup(root, "a-draft", body="Words.\n", draft=True, title="Not finished")
    write_writeup(root, "far-away", body="Words.\n", title="Not yet", day="2999-12-01")
    write_writeup(root, "broken", body="Words.\n", day="tomorrow")
    (root / "content" / "writeups" / "dense-enough" / "notes.txt").write_text("<script>alert(1)</script>")
    (root / "secret.txt").write_text("nobody may read this")
    (root / "content" / "writeups" / "dense-enough" / "link.txt").symlink_to(root / "secret.txt")
    (root / "content" / "writeups" / "dense-enough" / "folder").symlink_to(root)
    return root


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[Serving]:
    with serving(root) as running:
        yield running


def test_a_page_is_that_of_the_site_with_the_overlay(server: Serving) -> None:
    status, text, headers = server.get(PAGE)
    assert status == 200
    assert "Size is not everything" in text
    assert 'id="preview_box"' in text
    assert headers["cache-control"] == "no-store"
    assert "etag" not in headers
    assert "last-modified" not in headers


def test_the_policy_of_a_page_lets_the_overlay_run_and_nothing_inline(server: Serving) -> None:
    text = server.get(PAGE)[1]
    policy = text.partition('http-equiv="Content-Security-Policy" content="')[2].partition('"')[0]
    directives = {part.split()[0]: part.split()[1:] for part in policy.split(";")}
    assert directives["default-src"] == ["'none'"]
    assert directives["connect-src"] == ["'self'"]
    assert "'self'" in directives["script-src"]
    assert "unsafe-inline" not in policy
    assert "style=" not in text


def test_drafts_and_writeups_of_the_future_are_shown_and_marked(server: Serving) -> None:
    assert '<span class="draft">Draft</span>' in server.get("/writeups/a-draft/")[1]
    assert '<span class="draft">Future: 2999-12-01</span>' in server.get("/writeups/far-away/")[1]
    front = server.get("/")[1]
    assert front.index("Future: 2999-12-01") < front.index("Not yet")
    assert "Not finished" in front


def test_a_writeup_that_cannot_be_read_gives_its_findings_and_the_lines_around(server: Serving) -> None:
    status, text, _ = server.get("/writeups/broken/")
    assert status == 500
    assert "content/writeups/broken/index.md:3" in text
    assert "date: tomorrow" in text
    assert "Preview: not checked for release" in text


def test_every_page_says_that_something_keeps_the_publication_from_release(server: Serving) -> None:
    assert "Preview: not checked for release" in server.get("/method/")[1]


@pytest.mark.parametrize("path", ["/campaigns/", "/packs/dense/", "/packs/dense/runs/", "/feed.xml", "/sitemap.xml"])
def test_the_rest_of_the_site_is_there(server: Serving, path: str) -> None:
    assert server.get(path)[0] == 200


def test_a_folder_without_its_slash_leads_to_it(server: Serving) -> None:
    status, _, headers = server.get("/writeups/dense-enough")
    assert (status, headers["location"]) == (307, PAGE)


def test_an_address_that_is_none_gives_the_sites_own_page(server: Serving) -> None:
    status, text, _ = server.get("/writeups/nothing/")
    assert status == 404
    assert "There is no page at this address" in text
    assert 'href="/index.html"' in text


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/writeups/../../secret.txt",
        "/writeups/dense-enough/../../../secret.txt",
        "/writeups/dense-enough/%2e%2e/%2e%2e/%2e%2e/secret.txt",
        "/writeups/dense-enough/..%2f..%2f..%2fsecret.txt",
        "/writeups/dense-enough/..%5c..%5c..%5csecret.txt",
        "//etc/passwd",
        "/writeups/dense-enough/link.txt",
        "/writeups/dense-enough/folder/secret.txt",
        "/packs/dense/data/../../../../secret.txt",
        "/secret.txt",
        "/content/site.toml",
        "/source/secret.txt",
        "/source/content/../../secret.txt",
        "/source/content/writeups/dense-enough/link.txt",
        "/writeups/dense-enough/index.md",
        "/writeups/dense-enough/facts.toml",
        "/_clawpub/../secret.txt",
        "/_clawpub/%2e%2e",
    ],
)
def test_nothing_outside_of_the_site_is_served(server: Serving, path: str) -> None:
    status, text, _ = server.get(path)
    assert status == 404
    assert "nobody may read this" not in text
    assert "base_url" not in text


def test_a_file_beside_a_writeup_is_served_as_what_it_is(server: Serving) -> None:
    status, text, headers = server.get(f"{PAGE}notes.txt")
    assert (status, text) == (200, "<script>alert(1)</script>")
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert headers["x-content-type-options"] == "nosniff"


def test_a_source_is_shown_as_text(server: Serving, root: Path) -> None:
    place = "content/writeups/dense-enough/index.md"
    status, text, headers = server.get(f"/source/{place}")
    assert (status, text) == (200, (root / place).read_text())
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert f"../../source/{place}" in server.get(PAGE)[1]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example"]
)
def test_a_foreign_name_for_this_machine_is_refused(server: Serving, host: str) -> None:
    for path in ("/", "/_clawpub/events?page=/", "/_clawpub/overlay.js"):
        status, text, _ = server.get(path, Host=host)
        assert status == 421
        assert "Weekly" not in text


@pytest.mark.parametrize("host", ["localhost:9999", "127.0.0.1", "[::1]:8000"])
def test_the_machines_own_names_are_not(server: Serving, host: str) -> None:
    assert server.get("/", Host=host)[0] == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_open_pages_and_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    root = write_publication(tmp_path)
    with serving(root) as server:
        port = int(server.url.rstrip("/").rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as page:
            page.sendall(b"GET /_clawpub/events?page=/&stamp=x HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert page.recv(100).startswith(b"HTTP/1.1 200")
            assert server.end(number) == 0
        assert server.process.stderr
        assert server.process.stderr.read() == ""
    assert not (root / "site").exists()


def clawpub(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from clawpub.cli import main; main()", "serve", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)


def test_a_port_that_is_taken_says_which_option_names_another(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = clawpub("--root", str(root), "--port", str(port))
    assert done.returncode == 2
    assert f"port {port} is taken" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_the_extra_it_says_how_to_get_it(root: Path, tmp_path: Path) -> None:
    (tmp_path / "uvicorn.py").write_text("raise ModuleNotFoundError(\"No module named 'uvicorn'\", name='uvicorn')\n")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH", str(Path.cwd())))))
    done = clawpub("--root", str(root), environment={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 2
    assert "uvicorn is not installed" in done.stderr
    assert "make extra NAME=serve" in done.stderr
