"""What pages were made of stands in it, is linked from them, and is all that a reader needs to make them again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.build import BuildOptions, build
from tests.generator.publication import write_edition, write_publication, write_writeup
from tests.generator.test_cards import CARD
from tests.golden import files_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A publication with something of every kind, and a draft of each kind that has any."""
    root = write_publication(tmp_path / "publication")
    content = root / "content"
    for folder, name, text in (
        ("pages", "about.md", "# About\n\nUs.\n"),
        ("models", "acme.other.toml", CARD),
        ("views", "all.sql", "select campaign, passes from run_summary order by campaign"),
    ):
        (content / folder).mkdir()
        (content / folder / name).write_text(text)
    pictured = write_writeup(root, "pictured", body="![A picture](picture.png)\n")
    (pictured / "picture.png").write_bytes(b"png")
    (pictured / "notes.odt").write_bytes(b"not for readers")
    write_writeup(root, "not-yet", body="Words.\n", draft=True)
    write_edition(root, "2026-W48", "writeups: [pictured]\n")
    write_edition(root, "2026-W49", "writeups: [dense-enough]\ndraft: true\n", day="2026-12-01")
    return root


def test_every_published_source_is_there_and_no_other(root: Path) -> None:
    assert build(root, root / "site").passed
    sources = files_of(root / "site" / "source")
    assert sorted(sources) == [
        "content/editions/2026-W48.md",
        "content/models/acme.other.toml",
        "content/pages/about.md",
        "content/site.toml",
        "content/views/all.sql",
        "content/writeups/dense-enough/facts.toml",
        "content/writeups/dense-enough/index.md",
        "content/writeups/pictured/facts.toml",
        "content/writeups/pictured/index.md",
        "content/writeups/pictured/picture.png",
    ]
    for path, data in sources.items():
        assert data == (root / path).read_bytes()


def test_a_text_leads_to_its_sources(root: Path) -> None:
    (root / "content" / "writeups" / "pictured" / "facts.toml").unlink()
    assert build(root, root / "site").passed
    dense, pictured, edition = (
        (root / "site" / place / "index.html").read_text()
        for place in ("writeups/dense-enough", "writeups/pictured", "editions/2026-w48")
    )
    for name in ("index.md", "facts.toml"):
        assert f'href="../../source/content/writeups/dense-enough/{name}"' in dense
    assert 'href="../../source/content/writeups/pictured/index.md"' in pictured
    assert "facts.toml" not in pictured
    assert 'href="../../source/content/editions/2026-W48.md"' in edition


def test_drafts_are_there_where_drafts_are_built(root: Path) -> None:
    assert build(root, root / "site", options=BuildOptions(drafts=True)).passed
    there = files_of(root / "site" / "source" / "content")
    assert {"writeups/not-yet/index.md", "editions/2026-W49.md"} <= there.keys()


def test_out_of_its_sources_and_packs_a_site_makes_itself_again(root: Path, tmp_path: Path) -> None:
    assert build(root, root / "site").passed
    again = tmp_path / "again"
    shutil.copytree(root / "site" / "source", again)
    for pack in (root / "site" / "packs").iterdir():
        if (root / "content" / "packs" / pack.name).is_dir():  # the views' own pack is computed
            shutil.copytree(pack / "data", again / "content" / "packs" / pack.name)
    assert build(again, again / "site").passed
    assert files_of(again / "site") == files_of(root / "site")
