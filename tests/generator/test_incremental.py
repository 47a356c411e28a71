"""A build that makes only what changed gives the very site that a build from nothing gives, whatever changed."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from clawpub.pack.reader import Pack, open_pack
from generator.build import BuildOptions, BuildReport, build
from generator.verdict_store import FILE, FOLDER
from tests.generator.publication import SITE, seal_campaign, write_edition, write_writeup
from tests.generator.test_cards import CARD
from tests.golden import files_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A publication of three writeups over two packs, an edition and a plain page."""
    root = tmp_path / "publication"
    (root / "content" / "pages").mkdir(parents=True)
    (root / "content" / "site.toml").write_text(SITE)
    (root / "content" / "pages" / "about.md").write_text("# About\n\nWho we are: [a writeup](../../writeups/one/).\n")
    packs = [seal(root, name) for name in ("first", "second")]
    for slug, pack in zip(("one", "two", "three"), (packs[0], packs[1], packs[0]), strict=True):
        score = pack.table("run_summary").rows[0]["score"]
        body = f"[Observed — data pack run_summary]\n\nThe score is [{score}]{{fact=score}}.\n"
        write_writeup(root, slug, body=body, ledger=LEDGER, packs={"this": pack}, title=f"The title of {slug}")
    return root


LEDGER = '[score]\nis = "run_summary.score"\n'


def seal(root: Path, name: str) -> Pack:
    return seal_campaign(root / "content" / "packs", name)


def site_of(root: Path, *, remember: bool = True, drafts: bool = False) -> dict[str, bytes]:
    """Return what a build makes: into the publication's own site, or from nothing into a folder that is new."""
    output = root / "site" if remember else root.parent / f"clean-{time.monotonic_ns()}"
    report = build(root, output, options=BuildOptions(drafts=drafts), remember=remember)
    assert report.passed, report.findings
    made = files_of(output)
    if not remember:
        shutil.rmtree(output)
    return made


def same(root: Path) -> None:
    assert site_of(root) == site_of(root, remember=False)


# --- every kind of change ---


def edit(path: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        file = root / "content" / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    return change


def add(path: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    return change


def remove(path: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        place = root / path
        shutil.rmtree(place) if place.is_dir() else place.unlink()

    return change


CHANGES: dict[str, Callable[[Path], object]] = {
    "a word of a text": edit("writeups/one/index.md", "The score is", "Its score is"),
    "a title": edit("writeups/two/index.md", "The title of two", "Another title"),
    "a date": edit("writeups/three/index.md", "date: ", "date: 2025-01-01 #"),
    "a tag, the first": edit("writeups/one/index.md", "date: ", "tags: [new]\ndate: "),
    "a writeup more": lambda root: write_writeup(root, "four", body="Words.\n"),
    "a writeup less": remove("content/writeups/two"),
    "a draft": edit("writeups/three/index.md", "draft: false", "draft: true"),
    "a file beside a writeup": add("content/writeups/one/data.csv", "a,b\n1,2\n"),
    "a pack more": lambda root: seal(root, "third"),
    "a plain page": edit("pages/about.md", "Who we are", "Who we were"),
    "a plain page more": add("content/pages/more.md", "# More\n\nWords.\n"),
    "the publication's name": edit("site.toml", 'title = "', 'title = "The new '),
    "a template": add("templates/layouts/not_found.html", "<p>{{ page.title }}, {{ publication.title }}</p>\n"),
    "a stylesheet": add("templates/assets/css/own.css", "body { margin: 0; }\n"),
    "an edition": lambda root: write_edition(root, "2026-W48", "writeups: [one]\n"),
    "a comment in a ledger": edit("writeups/one/facts.toml", "[score]", "# Of the whole.\n[score]"),
    "a ledger less": lambda root: (
        edit("writeups/two/index.md", "[Observed", "[Context] Words.\n\n[Speculation")(root),
        edit("writeups/two/index.md", "{fact=score}", "")(root),
        remove("content/writeups/two/facts.toml")(root),
    ),
    "a comment in site.toml": edit("site.toml", 'title = "', '# Ours.\ntitle = "'),
    "a model card": add("content/models/acme.other.toml", CARD),
    "a view": add("content/views/all.sql", "select campaign, passes from run_summary order by campaign"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_after_any_change_the_site_is_the_one_made_from_nothing(root: Path, change: str) -> None:
    before = site_of(root)
    CHANGES[change](root)
    made = site_of(root)
    assert made == site_of(root, remember=False)
    assert made != before


def test_after_many_changes_in_a_row_too(root: Path) -> None:
    dice = random.Random(20261124)
    for change in dice.sample(sorted(set(CHANGES) - {"a writeup less"}), len(CHANGES) - 1):
        CHANGES[change](root)
        same(root)
        if dice.random() < 0.3:
            assert site_of(root, drafts=True) == site_of(root, remember=False, drafts=True)


def test_a_name_that_a_model_card_brings_reaches_an_edition_that_claims_something(root: Path) -> None:
    pack = open_pack(root / "content" / "packs" / "first")
    front = f"writeups: [one]\npacks:\n  this: first@{pack.digest}\n"
    score = pack.table("run_summary").rows[0]["score"]
    body = f"[Observed — data pack run_summary]\n\nThe score is [{score}]{{fact=score}}.\n"
    write_edition(root, "2026-W48", front, body=body, ledger=LEDGER)
    same(root)
    (root / "content" / "models").mkdir()
    (root / "content" / "models" / "acme.other.toml").write_text(CARD)
    same(root)


def test_one_edited_text_leaves_every_other_page_as_it_is(root: Path) -> None:
    site_of(root)
    CHANGES["a word of a text"](root)
    report = build(root, root / "site")
    assert (report.written, report.removed) == (2, 0)  # the page, and its source


def test_a_title_is_all_that_lists_need_to_be_made_again_for(root: Path) -> None:
    site_of(root)
    CHANGES["a title"](root)
    written = build(root, root / "site").written
    assert 1 < written < 12  # the writeup, the front page, feeds and the lists that name it


# --- what is remembered is not believed blindly ---


def test_a_file_of_the_site_that_somebody_touched_is_made_again(root: Path) -> None:
    made = site_of(root)
    page = root / "site" / "writeups" / "one" / "index.html"
    page.write_bytes(page.read_bytes().replace(b"h", b"H"))
    (root / "site" / "stray.html").write_text("stray")
    (root / "site" / "404.html").unlink()
    assert site_of(root) == made


def test_a_link_that_somebody_put_into_the_site_is_gone_after_the_next_build(root: Path, tmp_path: Path) -> None:
    made = site_of(root)
    secret = tmp_path / "secret"
    secret.write_text("not for readers")
    (root / "site" / "link.txt").symlink_to(secret)
    page = root / "site" / "index.html"
    page.unlink()
    page.symlink_to(secret)
    assert site_of(root) == made
    assert not (root / "site" / "link.txt").is_symlink()
    assert secret.read_text() == "not for readers"


def test_what_was_left_in_the_site_before_cannot_come_back(root: Path) -> None:
    site_of(root)
    CHANGES["a title"](root)
    made = site_of(root)
    previous = root / ".site.previous"
    (previous / "index.html").unlink()
    (previous / "index.html").write_text("forged")
    (previous / "more.html").symlink_to("/etc/passwd")
    CHANGES["a plain page"](root)
    after = site_of(root)
    assert after == site_of(root, remember=False)
    assert {path for path in after if after[path] != made.get(path)} == {
        "pages/about/index.html",
        "source/content/pages/about.md",
    }


def test_a_damaged_memory_costs_time_and_nothing_else(root: Path) -> None:
    made = site_of(root)
    file = root / FOLDER / FILE
    with sqlite3.connect(file) as connection:
        connection.execute("update remembered set value = replace(value, 'The title', 'A forged title')")
    connection.close()
    assert site_of(root) == made
    file.write_bytes(b"no database")
    assert site_of(root) == made


def test_a_change_that_leaves_size_and_time_is_seen(root: Path) -> None:
    """An editor may keep a file's time; nobody keeps its change time."""
    site_of(root)
    file = root / "content" / "pages" / "about.md"
    before = file.stat()
    file.write_text(file.read_text().replace("Who", "How"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert b"How we are" in site_of(root)["pages/about/index.html"]


def test_a_release_remembers_nothing(root: Path) -> None:
    made = site_of(root)
    file = root / FOLDER / FILE
    state = file.stat().st_mtime_ns
    report: BuildReport = build(root, root / "site", options=BuildOptions(release=True, cards=False, search=False))
    assert report.passed
    after = files_of(root / "site")
    assert {path for path in after if after[path] != made.get(path)} == {"_headers", "release.json"}
    assert made.keys() <= after.keys()
    assert file.stat().st_mtime_ns == state


def test_a_finding_is_told_again_when_nothing_changed(root: Path) -> None:
    CHANGES["a writeup more"](root)
    edit("writeups/four/index.md", "Words.", "[Gone](../nowhere/).")(root)
    first = build(root, root / "site")
    assert "dead-link" in [finding.rule for finding in first.findings]
    assert build(root, root / "site").findings == first.findings
