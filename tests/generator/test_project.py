"""A publication on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from clawpub.errors import ConfigError
from generator.project import Project, load_project
from tests.generator.builders import make_pack, make_writeup

SITE = 'title = "ClawWorks Weekly"\nbase_url = "https://example.org"\n'


def project(tmp_path: Path, site: str = SITE) -> Project:
    (tmp_path / "content").mkdir(exist_ok=True)
    (tmp_path / "content" / "site.toml").write_text(site, encoding="utf-8")
    return load_project(tmp_path)


def test_folders_are_listed_sorted_and_half_made_ones_passed_over(tmp_path: Path) -> None:
    for slug in ("b", "a"):
        make_writeup(tmp_path, "x", slug=slug)
    pack = make_pack(tmp_path)
    for name in (".dense.sealing", "no-pack"):
        (pack.path.parent / name).mkdir()
    (tmp_path / "content" / "writeups" / "note.md").write_text("not a folder")
    found = project(tmp_path)
    assert [path.name for path in found.writeups] == ["a", "b"]
    assert found.packs == (pack.path,)
    assert (found.pages, found.models) == (tmp_path / "content" / "pages", tmp_path / "content" / "models")


def test_defaults(tmp_path: Path) -> None:
    site = project(tmp_path).site
    assert (site.title, site.language, site.sections, site.severity) == ("ClawWorks Weekly", "en", (), {})
    assert project(tmp_path).writeups == project(tmp_path).packs == ()


def test_missing_site_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_project(tmp_path)
    assert "content/site.toml is missing" in caught.value.message
    assert "clawpub init" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("site", "line", "message"),
    [
        ('base_url = "https://example.org"\n', None, "title: missing"),
        ('title = " "\nbase_url = "https://example.org"\n', 1, "title: "),
        ('title = "x"\nbase_url = "example.org"\n', 2, "base_url: "),
        (SITE + 'taglin = "x"\n', 3, "taglin: unknown key"),
        (SITE + '[severity]\nunused-fact = "loud"\n', 4, "severity.unused-fact: expected 'error', 'warning' or 'off'"),
        (SITE + '[severity]\nunsed-fact = "off"\n', 3, "no rule 'unsed-fact'; did you mean 'unused-fact'?"),
        (SITE + '[severity]\nrefuted = "warning"\n', 3, "'refuted' is always an error"),
    ],
)
def test_site_problems_have_a_line(site: str, line: int | None, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        project(tmp_path, site)
    assert message in caught.value.message
    assert caught.value.at is not None and caught.value.at.line == line


def test_severities_reach_the_check(tmp_path: Path) -> None:
    assert project(tmp_path, SITE + '[severity]\nunused-fact = "off"\n').site.severity == {"unused-fact": "off"}
