"""What is installed is what was tested: the wheel holds every file, and works far from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("clawpub", "runner", "generator", "templates")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked."""
    own = ROOT / ".clawpub" / "uv" / "bin" / "uv"
    uv = str(own) if own.exists() else shutil.which("uv")
    assert uv, "uv is made by `make test`; run the tests with it"
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT], check=True)
    (built,) = folder.glob("*.whl")
    unpacked = folder / "unpacked"
    zipfile.ZipFile(built).extractall(unpacked)
    return unpacked


def test_the_wheel_holds_every_file_of_the_packages_and_no_other(wheel: Path) -> None:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES]
    tracked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    there = {file.relative_to(wheel).as_posix() for file in wheel.rglob("*") if file.is_file()}
    assert {name for name in there if ".dist-info/" not in name} == set(tracked.split())


def test_the_wheel_runs_a_campaign_and_builds_a_site_elsewhere(wheel: Path, tmp_path: Path) -> None:
    ours = shutil.ignore_patterns("packs", "writeups", "editions")
    shutil.copytree(ROOT / "content", tmp_path / "content", ignore=ours)
    (tmp_path / "mine.toml").write_text(
        'id = "mine"\ntasks = ["task_09"]\nruns = 1\n[model]\nid = "reference"\nprovider = "scripted"\n'
    )
    script = "import clawpub; from clawpub.cli import main; assert 'unpacked' in clawpub.__file__; main()"
    environ = {**os.environ, "PYTHONPATH": str(wheel)}
    for arguments in (["run", "mine.toml"], ["pack", "verify", "content/packs/mine"], ["build"]):
        command = [sys.executable, "-c", script, *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert "mine" in (tmp_path / "site" / "packs" / "mine" / "index.html").read_text()
