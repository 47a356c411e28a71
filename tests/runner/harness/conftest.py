"""The real openclaw, installed once for all tests."""

from __future__ import annotations

import pytest

from clawpub.errors import ProviderError
from runner.harness.install import Installed, harness_home, install, known_version


@pytest.fixture(scope="session")
def openclaw() -> Installed:
    """Skips only where the npm registry cannot be reached; every other failure is one."""
    try:
        return install("openclaw", known_version("openclaw", None), harness_home())
    except ProviderError as error:
        if error.cause == "connection":
            pytest.skip(f"OPENCLAW IS NOT TESTED: the npm registry cannot be reached: {error.message}")
        raise
