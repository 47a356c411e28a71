"""A workshop checks again what changed and nothing else, and what it says is what a whole check says."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from clawpub.errors import ConfigError
from generator.build import build
from generator.publication import check_publication
from generator.serve.preview import Preview
from generator.serve.workshop import FEW, Workshop
from generator.verdicts import find_verdicts
from tests.browser.whole_site import write_whole_publication
from tests.generator.publication import write_publication, write_writeup

TODAY = date(2026, 11, 25)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write_publication(tmp_path)
    write_writeup(root, "plain", body="Words.\n")
    return root


def workshop(root: Path) -> Workshop:
    made = Workshop(root, TODAY)
    made.refresh()
    return made


def index_of(root: Path, slug: str = "dense-enough") -> Path:
    return root / "content" / "writeups" / slug / "index.md"


def replace_in(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def rules(made: Workshop) -> list[str]:
    return [finding.rule for finding in made.findings]


def test_what_it_finds_is_what_a_whole_check_finds(root: Path) -> None:
    replace_in(index_of(root), "[23]{fact=passes}", "[24]{fact=passes}")
    replace_in(index_of(root), "interval_chart(", "interval_charts(")
    write_writeup(root, "broken", body="Words.\n", day="soon")
    (root / "content" / "pages").mkdir()
    (root / "content" / "pages" / "about.md").write_text("No title.\n")
    found = workshop(root).findings
    assert sorted(found, key=str) == sorted(check_publication(root, drafts=True).findings, key=str)
    assert found


def test_only_what_changed_is_checked_again(root: Path) -> None:
    made = workshop(root)
    plain, dense = made.full("plain"), made.full("dense-enough")
    replace_in(index_of(root, "plain"), "Words", "Other words")
    made.refresh()
    assert made.full("dense-enough") is dense
    assert made.full("plain") is not plain


def test_nothing_is_checked_again_where_nothing_changed(root: Path) -> None:
    made = workshop(root)
    kept, packs = dict(made.kept), dict(made.library.packs)
    made.refresh()
    assert all(made.kept[slug] is each for slug, each in kept.items())
    assert all(made.library.packs[name] is each for name, each in packs.items())


def test_a_pack_that_was_only_touched_is_the_one_that_it_was(root: Path) -> None:
    made = workshop(root)
    dense, library = made.full("dense-enough"), made.library
    (root / "content" / "packs" / "dense" / "datapackage.json").touch()
    made.refresh()
    assert made.library is library
    assert made.full("dense-enough") is dense


def test_a_pack_that_is_damaged_takes_its_claims_along_until_it_is_mended(root: Path) -> None:
    made = workshop(root)
    assert rules(made) == []
    file = root / "content" / "packs" / "dense" / "tables" / "run_summary.csv"
    whole = file.read_bytes()
    file.write_bytes(whole + b"\n")
    made.refresh()
    assert {"damaged-pack", "missing-pack"} <= set(rules(made))
    file.write_bytes(whole)
    made.refresh()
    assert rules(made) == []


def test_a_pack_that_is_being_sealed_is_not_seen(root: Path) -> None:
    made = workshop(root)
    shutil.copytree(root / "content" / "packs" / "dense", root / "content" / "packs" / ".dense.staging")
    made.refresh()
    assert rules(made) == []
    assert set(made.library.packs) == {"dense", "sparse", "next"}


def test_a_rule_that_site_toml_weighs_otherwise_is_weighed_so_at_once(root: Path) -> None:
    replace_in(index_of(root), "The dense model passed", "The dense model probably passed")
    made = workshop(root)
    assert [finding.severity for finding in made.findings] == ["warning"]
    site = root / "content" / "site.toml"
    site.write_text(site.read_text() + '\n[severity]\nhedge = "error"\n')
    made.refresh()
    assert [finding.severity for finding in made.findings] == ["error"]


def test_a_site_toml_that_breaks_leaves_what_was_read_last(root: Path) -> None:
    made = workshop(root)
    (root / "content" / "site.toml").write_text("title = ")
    made.refresh()
    assert rules(made) == ["unreadable"]
    assert made.project.site.title == "Test Weekly"
    assert b"Test Weekly" in Preview(made).page("index.html").content


def test_without_a_publication_there_is_no_workshop(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        Workshop(tmp_path, TODAY)


@pytest.mark.parametrize(("day", "future"), [("2026-11-25", False), ("2026-11-26", True)])
def test_today_decides_what_is_of_the_future(root: Path, day: str, future: bool) -> None:
    write_writeup(root, "later", body="Words.\n", day=day)
    kept = workshop(root).kept["later"]
    assert kept.writeup
    assert kept.writeup.future is future


def test_many_are_left_to_other_processes_and_their_verdicts_taken_over(root: Path) -> None:
    for number in range(FEW):
        write_writeup(root, f"more-{number}", body="[Observed]\n\nIt took 17 hours.\n")
    made = workshop(root)
    assert len(made.pending) == FEW + 2
    assert rules(made) == []
    stamps = made.stamps
    replace_in(index_of(root, "more-3"), "17", "18")
    made.refresh()
    made.adopt(find_verdicts(root, drafts=True), stamps)
    assert made.pending == {"more-3"}  # it was edited while others were checked
    made.check_next()
    assert not made.pending
    assert sorted(made.findings, key=str) == sorted(check_publication(root, drafts=True).findings, key=str)


def test_every_page_of_a_preview_without_findings_is_that_of_a_build(tmp_path: Path) -> None:
    """Of every kind; but for the address of the page that stands in for others."""
    root = write_whole_publication(tmp_path)
    assert build(root, root / "site").passed
    preview = Preview(workshop(root))
    pages = [file.relative_to(root / "site").as_posix() for file in (root / "site").rglob("*.html")]
    assert len(pages) > 80
    for path in pages:
        if path != "404.html":
            assert preview.page(path).content == (root / "site" / path).read_bytes(), path


def test_an_edition_is_shown_with_what_was_found_in_it(root: Path) -> None:
    folder = root / "content" / "editions"
    folder.mkdir()
    head = "---\ntitle: A week\ndate: 2026-11-29\nwriteups: [dense-enough, nowhere]\n---\n"
    (folder / "2026-W48.md").write_text(f"{head}[Observed]\n\nIt took 17 hours.\n")
    made = workshop(root)
    assert sorted(rules(made)) == ["edition-writeup", "unbound"]
    assert sorted(made.findings, key=str) == sorted(check_publication(root, drafts=True).findings, key=str)
    shown = Preview(made).page("editions/2026-w48/index.html")
    assert b"Future: 2026-11-29" in shown.content
    assert b'<mark class="flag flag--error" id="flag-1">17</mark>' in shown.content
    assert b"Size is not everything" in shown.content
    (folder / "2026-W48.md").write_text("---\ntitle: [\n---\n")
    made.refresh()
    shown = Preview(made).page("editions/2026-w48/index.html")
    assert shown.status == 500
    assert b"2026-W48.md cannot be read" in shown.content
