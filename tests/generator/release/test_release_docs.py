"""docs/releases.md is true: its fields are those of the code, and what it says to type verifies a release."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from generator.build import BuildOptions, build
from generator.findings import RELEASE_RULES
from generator.release.signing import Envelope, new_key
from generator.release.statement import Statement
from tests.generator.publication import write_publication

TEXT = (Path(__file__).parents[3] / "docs" / "releases.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
TOOLS = all(shutil.which(name) for name in ("jq", "openssl", "sha256sum", "sh"))


def fields(model: type[BaseModel]) -> Iterator[str]:
    """Yield the names of a model's fields and of all models in it, as JSON has them."""
    for name, field in model.model_fields.items():
        yield field.alias or name
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from fields(part)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write_publication(tmp_path)
    options = BuildOptions(release=True, today=date(2026, 11, 25), cards=False, search=False)
    assert build(root, root / "site", options=options, key=new_key()).passed
    return root


def typed(block: str, folder: Path) -> bool:
    """Return whether what a block says succeeds in every line."""
    return subprocess.run(["sh", "-ec", block], cwd=folder, capture_output=True, check=False).returncode == 0


def test_every_field_is_explained() -> None:
    said = set(re.findall(r"[A-Za-z_0-9]+", " ".join(re.findall(r"`([^`\n]+)`", TEXT))))
    assert {*fields(Statement), *fields(Envelope)} <= said


def test_every_rule_of_a_release_is_listed() -> None:
    assert re.findall(r"^\| \[`([a-z-]+)`\]\(rules/", TEXT, re.MULTILINE) == [*RELEASE_RULES]


def test_the_sources_and_packs_of_a_site_are_a_publication(root: Path) -> None:
    assert typed(BLOCKS[0], root)
    assert build(root / "again", root / "again" / "site").passed
    for page in (root / "again" / "site").rglob("*.html"):
        assert page.read_bytes() == (root / "site" / page.relative_to(root / "again" / "site")).read_bytes()


@pytest.mark.skipif(not TOOLS, reason="no jq or no openssl here")
def test_what_is_to_be_typed_verifies_a_release_and_nothing_else(root: Path) -> None:
    _, signature, files = BLOCKS
    site = root / "site"
    assert typed(signature, site) and typed(files, site)
    page = site / "index.html"
    page.write_bytes(page.read_bytes() + b" ")
    assert typed(signature, site) and not typed(files, site)
    statement = site / "release.json"
    statement.write_text(statement.read_text().replace('"verified": 6', '"verified": 7'))
    assert not typed(signature, site)
