"""Small sites that were released, and a reader who looks at one while it changes."""

from __future__ import annotations

import hashlib
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from generator.publish.released import Released, open_release
from generator.release.statement import (
    STATEMENT,
    About,
    Checker,
    MadeWith,
    Predicate,
    Statement,
    print_statement,
    subjects_of,
)

_LINK = re.compile(r'(?:href|src)="([^"]+)"')


def released(folder: Path, files: Mapping[str, bytes]) -> Released:
    """Write a site with its statement, and return it."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    predicate = Predicate(
        publication=About(title="Small", base_url="https://small.example"),
        checker=Checker(version="0", code="0"),
        made_with=MadeWith(cards=False, search=False, own_templates=False),
        packs=(),
        texts=(),
    )
    statement = Statement(
        _type="https://in-toto.io/Statement/v1",
        subject=subjects_of(digests),
        predicateType="urn:clawpub:release:1",
        predicate=predicate,
    )
    (folder / STATEMENT).write_bytes(print_statement(statement))
    return open_release(folder)


def small_site(version: str, pages: int = 3) -> dict[str, bytes]:
    """Return a site whose every page says its version, and loads a stylesheet that says the same."""
    style = f"/* {version} */".encode()
    sheet = f"assets/main.{hashlib.sha256(style).hexdigest()[:8]}.css"
    names = [f"writeups/page-{version}/index.html", *(f"writeups/{number}/index.html" for number in range(pages))]
    files = {sheet: style, "packs/one/data/table.csv": f"a\n{version}\n".encode()}
    for name in names:
        links = [f'<a href="../../{other}">{other}</a>' for other in names]
        links += ['<a href="../../packs/one/data/table.csv">data</a>', '<a href="../../index.html">home</a>']
        files[name] = _page(version, f"../../{sheet}", links)
    files["index.html"] = _page(version, sheet, [f'<a href="{name}">{name}</a>' for name in names])
    files["feed.xml"] = f"<feed>{version}</feed>".encode()
    return files


def _page(version: str, sheet: str, links: list[str]) -> bytes:
    return f'<link rel="stylesheet" href="{sheet}">\n<p>version {version}</p>\n{" ".join(links)}\n'.encode()


def faults_of(fetch: Callable[[str], bytes | None]) -> list[str]:
    """Return what a reader who starts at the front page finds broken: pages or assets that are not there, and pages
    that are not of one version with their stylesheet. `fetch` gives a file by its path, None where there is none.

    A page that went while the reader had one open which led to it is no fault, if that one leads there no more.
    """
    faults: list[str] = []
    waiting, seen = [("index.html", "")], set()
    while waiting:
        path, before = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        data = fetch(path)
        if data is None and (not before or path in _links(before, fetch(before) or b"")):
            faults.append(f"{path} is not there, though {before} leads to it")
        if data is None or not path.endswith(".html"):
            continue
        links = _links(path, data)
        version = re.findall(r"version (\S+)</p>", data.decode())
        sheet = fetch(links[0])
        if sheet is None or not version or version[0] not in sheet.decode():
            faults.append(f"{path} of version {version} has the stylesheet {sheet!r}")
        waiting += [(link, path) for link in links[1:]]
    return faults


def _links(path: str, data: bytes) -> list[str]:
    return [_joined(path, link) for link in _LINK.findall(data.decode())]


def _joined(page: str, link: str) -> str:
    parts = page.split("/")[:-1]
    for part in link.split("/"):
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def fetcher(base: str) -> Callable[[str], bytes | None]:
    """Return what fetches a file of a site that a server serves."""

    def fetch(path: str) -> bytes | None:
        try:
            with urllib.request.urlopen(f"{base}/{path}", timeout=60) as answer:
                data: bytes = answer.read()
                return data
        except urllib.error.HTTPError as error:
            error.close()
            return None

    return fetch
