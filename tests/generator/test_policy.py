"""The policy of pages and the headers of hosts: one source, nothing inline, nothing from other sites."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path

import pytest

from generator.build import build
from generator.pages.policy import HEADERS, NEEDS, headers_file, page_policy
from tests.generator.publication import write_publication


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_publication(tmp_path_factory.mktemp("policy"), local=True)
    assert build(root, root / "site").passed
    return root / "site"


def rules(text: str) -> list[tuple[str, dict[str, str]]]:
    """Return the rules of a `_headers` file as hosts read them."""
    found: list[tuple[str, dict[str, str]]] = []
    for line in text.splitlines():
        if line.startswith("/"):
            found.append((line, {}))
        else:
            name, value = line.strip().split(": ", 1)
            found[-1][1][name] = value
    return found


def directives(policy: str) -> dict[str, set[str]]:
    return {name: set(values) for name, *values in (part.split() for part in policy.split("; "))}


def test_a_policy_allows_what_its_layout_asks_for_and_no_more() -> None:
    assert directives(page_policy())["default-src"] == {"'none'"}
    assert "script-src" not in directives(page_policy()) and "connect-src" not in directives(page_policy())
    assert directives(page_policy("scripts"))["script-src"] == {"'self'"}
    assert directives(page_policy("scripts wasm"))["script-src"] == {"'self'", "'wasm-unsafe-eval'"}
    for needs in ("", *NEEDS, " ".join(NEEDS)):
        assert not re.search(r"'unsafe-inline'|'unsafe-eval'|https?:|\*", page_policy(needs))
    with pytest.raises(KeyError, match="anything"):
        page_policy("anything")


def test_the_header_allows_what_any_page_asks_for_and_keeps_frames_out(site: Path) -> None:
    (policy,) = (
        headers["Content-Security-Policy"]
        for place, headers in rules((site / HEADERS).read_text())
        if "Content-Security-Policy" in headers and place == "/*"
    )
    header = directives(policy)
    assert header["frame-ancestors"] == {"'none'"}
    for page in site.rglob("*.html"):
        found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page.read_text())
        assert found, page
        for name, values in directives(found[1]).items():
            assert values <= header[name], (page, name)


def test_no_file_gets_one_header_from_two_rules_and_each_gets_those_it_should(site: Path) -> None:
    all_rules = rules((site / HEADERS).read_text())
    files = [file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file() and file.name[0] != "."]
    for path in ("", *files):
        told: list[str] = []
        for place, headers in all_rules:
            if fnmatch.fnmatchcase(f"/{path}", place):
                told += headers
        assert len(told) == len(set(told)), path
        if path != HEADERS:
            assert {"X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy", "Cache-Control"} <= set(told), (
                path
            )


def test_what_is_kept_for_ever_has_its_digest_in_its_name(site: Path) -> None:
    assets = [file for file in (site / "assets").rglob("*") if file.is_file()]
    assert assets
    for file in assets:
        assert re.search(r"\.[0-9a-f]{8,}\.\w+$", file.name), file


def test_rules_are_few_however_many_pages_there_are() -> None:
    """Cloudflare reads a hundred rules, and no line beyond 2,000 characters."""
    text = headers_file(f"packs/{number}/index.html" for number in range(1000)).decode()
    assert len(rules(text)) == 4
    assert max(map(len, text.splitlines())) < 2000
