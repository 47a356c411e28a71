from __future__ import annotations

from pathlib import Path

import pytest

from tests.generator.verify.forging import copy_of, write_release, write_tiny


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed release, which nobody changes."""
    return write_release(tmp_path_factory.mktemp("verify"))


@pytest.fixture
def site(released: Path, tmp_path: Path) -> Path:
    """A copy of it, to be forged."""
    return copy_of(released, tmp_path)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "tiny")
