"""The overlay goes into finished pages, keeps their policy, and into no page that a build writes."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from clawpub.findings import Finding
from generator.build import build
from generator.pages.render import default_templates, load_theme
from generator.serve.events import news
from generator.serve.overlay import Panel, Shown, Stamp, Told, lay_over, overlay_of, panel_of, told
from generator.serve.watching import is_passing
from tests.generator.publication import write_publication, write_writeup

PAGE = b"""<!doctype html><html><head>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; script-src 'none'">
</head><body class="x"><p>Words</p></body></html>"""


def laid(page: bytes, *findings: Finding) -> str:
    shown = Shown(page, findings)
    panel = panel_of(shown, findings, 0, Path("/publication"))
    return lay_over(shown, overlay_of(load_theme(), shown, panel), "index.html").decode()


def finding(message: str = "something", **more: object) -> Finding:
    return Finding("refuted", message, Path("/publication/content/writeups/x/index.md"), 3, 7, **more)  # type: ignore[arg-type]


def test_a_policy_keeps_what_it_says_and_lets_the_overlay_run_and_ask() -> None:
    policy = re.search(r'Policy" content="([^"]*)"', laid(PAGE))
    assert policy
    said = set(policy[1].split("; "))
    assert said == {"default-src 'none'", "style-src 'self'", "script-src 'self'", "connect-src 'self'"}


def test_what_a_finding_says_is_text() -> None:
    page = laid(PAGE, finding("<script>alert(1)</script>", hint="</aside><b>"))
    assert "<script>alert" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_page_without_head_or_body_gets_its_overlay_all_the_same() -> None:
    assert 'id="preview_box"' in laid(b"<!doctype html>\n<p>Words")


def test_a_finding_says_where_it_stands_from_the_publications_folder() -> None:
    assert told(finding(), Path("/publication")).place == "content/writeups/x/index.md:3:7"


@pytest.mark.parametrize(("name", "context"), [("panel", Panel), ("told", Told)])
def test_the_overlay_uses_what_it_is_given(name: str, context: type) -> None:
    text = "".join(file.read_text() for file in (default_templates() / "preview").glob("*.html"))
    assert set(re.findall(rf"\b{name}\.(\w+)", text)) == {field.name for field in dataclasses.fields(context)} - {
        "page"
    }


def test_the_overlays_colours_and_spaces_are_tokens() -> None:
    css = (default_templates() / "assets" / "css" / "preview" / "overlay.css").read_text()
    tokens = (default_templates() / "assets" / "css" / "tokens.css").read_text()
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", css)
    assert set(re.findall(r"var\((--[\w-]+)", css)) <= set(re.findall(r"(--[\w-]+):", tokens))


def test_a_page_is_told_what_is_new_and_no_more() -> None:
    shown = Shown(PAGE, stylesheet="assets/site.1.css")
    now = overlay_of(load_theme(), shown, panel_of(shown, (), 0, Path()))
    stamp = now.stamp
    assert news(str(stamp), now) == []
    assert [event.split("\n")[0] for event in news(str(dataclasses.replace(stamp, panel="x")), now)] == ["event: panel"]
    assert news(str(dataclasses.replace(stamp, stylesheet="assets/site.0.css")), now) == [
        'event: stylesheet\ndata: "assets/site.1.css"\n\n'
    ]
    assert news(str(Stamp("x", "y", "z")), now) == ["event: page\ndata: null\n\n"]
    assert news("", now) == ["event: page\ndata: null\n\n"]


BANNED = "_clawpub|EventSource|preview_|preview-|preview/|flag__|claim claim--refuted|Future:".split("|")


def test_no_build_holds_anything_of_a_preview(tmp_path: Path) -> None:
    """Not the overlay, not a flag, not a refuted claim, not a mark of the future."""
    root = write_publication(tmp_path)
    write_writeup(root, "later", body="Words.\n", day="2999-12-01")
    assert build(root, root / "site").passed
    index = root / "content" / "writeups" / "dense-enough" / "index.md"
    index.write_text(index.read_text().replace("[23]{fact=passes}", "[24]{fact=passes}"))
    assert not build(root, root / "site").passed
    for file in (root / "site").rglob("*"):
        if file.suffix in (".html", ".css", ".js", ".xml"):
            text = file.read_text()
            for banned in (
                "_clawpub",
                "EventSource",
                "preview_",
                "preview-",
                "preview/",
                "flag__",
                "claim claim--refuted",
                "Future:",
            ):
                assert banned not in text, f"{file}: {banned}"


@pytest.mark.parametrize(
    "name", [".index.md.swp", ".#index.md", "#index.md#", "index.md~", "4913", "index.md.swx", ".x/a"]
)
def test_what_editors_leave_for_a_moment_is_passed_over(name: str) -> None:
    roots = (Path("/home/.hidden/publication/content"),)
    assert is_passing(roots[0] / "writeups" / name, roots)


@pytest.mark.parametrize("name", ["index.md", "facts.toml", "a.png", "packs/x/datapackage.json"])
def test_what_a_page_is_made_of_is_not(name: str) -> None:
    roots = (Path("/home/.hidden/publication/content"),)
    assert not is_passing(roots[0] / name, roots)
