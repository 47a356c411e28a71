"""The pre-commit hook and the GitHub Action call what there is, and say here what `clawpub check` says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
PATH = f"{Path(sys.executable).parent}:{os.environ['PATH']}"


def run(script: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": PATH, **more}
    return subprocess.run(["bash", "-ec", script], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_the_hook_checks_the_publication() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    done = run(hook["entry"])
    assert done.returncode == 0 and "0 errors" in done.stdout and hook["pass_filenames"] is False


def test_the_action_puts_findings_into_a_pull_request(tmp_path: Path) -> None:
    action: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "actions" / "check" / "action.yml").read_text())
    steps = [step["run"] for step in action["runs"]["steps"] if "run" in step]
    inputs = {name.upper(): given["default"] for name, given in action["inputs"].items()}
    done = run(steps[-1], **inputs)
    assert done.returncode == 0, done.stderr
    subprocess.run(["cp", "-r", str(ROOT / "content"), str(tmp_path)], check=True)
    writeup = tmp_path / "content" / "writeups" / "the-same-call-again" / "index.md"
    writeup.write_text(writeup.read_text().replace("[0/30 (0.00%)]", "[1/30 (3.33%)]", 1))
    done = run(steps[-1], ROOT=str(tmp_path))
    assert done.returncode == 1 and done.stdout.startswith("::error file=") and "title=refuted" in done.stdout
