"""Scripts that others wrote, in a site: known by their digests, whoever serves them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from generator.pages.browser_parts import FOLDER, plotly_script, sqlite_script
from generator.verify.others import KNOWN
from tests.generator.verify.forging import PAGE, change, of_other_code, proved, restate, said, write_release

ROOT = Path(__file__).parents[3]


def fetched() -> dict[str, bytes]:
    """Return the scripts as the lock has them, where they were fetched."""
    sqlite, plotly = sqlite_script(ROOT), plotly_script(ROOT)
    if sqlite is None or plotly is None:
        pytest.skip("they were not fetched from npm's registry: `python -m generator.pages.browser_parts` does")
    return {"sqlite": sqlite, "plotly-basic": plotly}


def test_the_digests_are_those_of_the_lock() -> None:
    assert {name: hashlib.sha256(script).hexdigest() for name, script in fetched().items()} == KNOWN


def test_a_site_with_scripts_of_others_is_proved_where_they_are_not(tmp_path: Path) -> None:
    fetched()
    (tmp_path / "made" / FOLDER.parent).mkdir(parents=True)
    (tmp_path / "made" / FOLDER).symlink_to(ROOT / FOLDER)
    site = write_release(tmp_path / "made")
    assert "assets/sqlite." in (site / PAGE).read_text()
    report = proved(site)
    assert report.passed and report.comparison.equal == report.comparison.pages


def test_a_script_of_that_name_and_other_bytes_is_named(site: Path) -> None:
    evil = b"globalThis.clawpubSqlite = () => steal();\n"
    name = f"assets/sqlite.{hashlib.sha256(evil).hexdigest()[:8]}.js"
    (site / name).write_bytes(evil)
    change(site, PAGE, 'data-sqlite=""', f'data-sqlite="../../{name}"')
    restate(site)
    assert ("strange-script", name) in said(proved(site))
    restate(site, edit=of_other_code)
    report = proved(site)
    assert report.passed and [finding.rule for finding in report.findings] == ["strange-script"]
