from __future__ import annotations

import subprocess
import sys

import pytest

from clawpub.errors import ConfigError
from runner.providers import PROVIDERS, provider_opener


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_provider_can_be_opened(name: str) -> None:
    assert callable(provider_opener(name))


def test_an_unknown_provider_is_told_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="openai-compatible"):
        provider_opener("oracle")


def test_importing_the_registry_loads_no_sdk() -> None:
    code = "import sys, runner.providers; sys.exit(bool({'aiohttp', 'xllamacpp'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
