"""The pre-commit hook, the GitHub Action and the workflows call what there is, and do here what they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from string import Template
from typing import Any

import pytest
import yaml

from clawpub.cli.init import INSTALLED, WORKFLOW

ROOT = Path(__file__).parents[1]
GIT = {f"GIT_{who}_{what}": "weekly@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
PATH = f"{Path(sys.executable).parent}:{os.environ['PATH']}"


WORKFLOWS = ROOT / ".github" / "workflows"


def run(script: str, cwd: Path = ROOT, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": PATH, **more}
    return subprocess.run(["bash", "-ec", script], cwd=cwd, env=env, capture_output=True, text=True, check=False)


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


@pytest.mark.parametrize("workflow", sorted(path.name for path in WORKFLOWS.iterdir()))
def test_a_workflow_is_one_that_github_reads(workflow: str) -> None:
    done = run(f"check-jsonschema --builtin-schema vendor.github-workflows {WORKFLOWS / workflow}")
    assert done.returncode == 0, done.stdout


def test_this_publication_has_the_workflow_that_a_new_one_gets() -> None:
    own = (WORKFLOWS / "clawpub.yml").read_text()
    starter = (ROOT / "clawpub" / "cli" / "starter" / "workflow.yml").read_text()
    assert own == Template(starter).substitute(clawpub=json.dumps(INSTALLED.replace("clawpub", ".", 1)))


def test_the_workflow_of_a_new_publication_checks_releases_and_publishes(tmp_path: Path) -> None:
    """Its commands, in their order, in a clone as the runner makes one; only what installs clawpub is left out."""
    assert run("clawpub init && git init -q && git add -A && git commit -qm begin", tmp_path, **GIT).returncode == 0
    jobs = yaml.safe_load((tmp_path / WORKFLOW).read_text())["jobs"]
    steps = [step["run"] for job in ("check", "publish") for step in jobs[job]["steps"] if "run" in step]
    assert jobs["publish"]["needs"] == "check" and [step.split()[0] for step in steps].count("pip") == 2
    for step in steps:
        if not step.startswith("pip "):
            done = run(step, tmp_path, TARGET=str(tmp_path / "www"))
            assert done.returncode == 0, f"{step}: {done.stderr}"
    published = {path.relative_to(tmp_path / "www").as_posix() for path in (tmp_path / "www").rglob("*.html")}
    assert "index.html" in published and "writeups/a-first-writeup/index.html" in published
