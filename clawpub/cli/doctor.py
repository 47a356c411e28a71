"""`clawpub doctor`: can this machine do the work, and if not, what would mend it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

import click

from clawpub import __version__
from clawpub.cli.output import json_option, print_json
from clawpub.errors import SandboxError
from clawpub.extras import install_hint
from runner.harness.install import VERSIONS, harness_home, installed
from runner.sandbox import probe

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Check:
    name: str
    ok: bool
    detail: str
    needed_for: str
    hint: str = ""
    """How to get what is missing."""
    required: bool = False
    """Whether nothing can be run without it."""


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Say what this machine can isolate, run and reach, by trying it. Nothing leaves the machine.

    \b
    clawpub doctor
    clawpub doctor --json
    """
    checks = list(_checks())
    if as_json:
        print_json({"version": __version__, "checks": [asdict(check) for check in checks]})
    else:
        click.echo(f"clawpub {__version__}, Python {platform.python_version()}, {platform.platform()}")
        for check in checks:
            sign = "ok     " if check.ok else "MISSING" if check.required else "not here"
            click.echo(f"{sign:<8} {check.name:<13} {check.detail}")
            if not check.ok:
                click.echo(f"         for {check.needed_for}; {check.hint}")
    sys.exit(0 if all(check.ok for check in checks if check.required) else 1)


def _checks() -> Iterator[Check]:
    yield _sandbox()
    yield _extra("local models", "xllamacpp", "local", "provider local and `clawpub demo`")
    yield _extra("bedrock", "boto3", "bedrock", "provider bedrock")
    yield _credentials()
    yield _extra("ray", "ray", "ray", "`clawpub run --engine ray`")
    yield from _harnesses()
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    yield Check("browser", bool(browser), browser or "none found", "looking at pages", "apt-get install chromium")
    git = shutil.which("git")
    yield Check("git", bool(git), git or "none found", "keeping packs and writeups", "apt-get install git")
    free_gb = shutil.disk_usage(Path.cwd()).free / 1e9
    yield Check("disk", free_gb > 2, f"{free_gb:.0f} GB free here", "models, journals and packs", "make room")


def _sandbox() -> Check:
    needed = "running what a model writes"
    try:
        found = probe(scratch=Path(".clawpub/scratch"))
    except SandboxError as error:
        return Check("sandbox", False, error.message, needed, error.hint or "", required=True)
    return Check("sandbox", True, f"{found.name}: {found.sentence}", needed, required=True)


def _extra(name: str, module: str, extra: str, needed: str) -> Check:
    there = find_spec(module) is not None
    detail = f"{module} is installed" if there else f"{module} is not installed"
    return Check(name, there, detail, needed, install_hint(extra))


def _credentials() -> Check:
    """Look where boto3 would look, without asking anybody: an instance's own role is not tried."""
    needed, hint = (
        "provider bedrock",
        "export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; and AWS_REGION",
    )
    home = Path.home() / ".aws"
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    files = [Path(os.environ.get("AWS_SHARED_CREDENTIALS_FILE", home / "credentials")), home / "config"]
    if os.environ.get("AWS_BEARER_TOKEN_BEDROCK"):
        source = "a bearer token in AWS_BEARER_TOKEN_BEDROCK"
    elif os.environ.get("AWS_ACCESS_KEY_ID") and os.environ.get("AWS_SECRET_ACCESS_KEY"):
        source = "a key in the environment"
    elif named := next((file for file in files if file.is_file()), None):
        source = f"profile {os.environ.get('AWS_PROFILE', 'default')} of {named}"
    else:
        return Check("credentials", False, "no AWS credentials in the environment or in ~/.aws", needed, hint)
    where = f", region {region}" if region else "; the campaign file gives the region"
    return Check("credentials", True, f"AWS: {source}{where}", needed, hint)


def _harnesses() -> Iterator[Check]:
    """Harnesses of their own bring what they run on, Node too."""
    for name, versions in VERSIONS.items():
        for version in versions:
            what = f"{name}@{version}"
            there = installed(name, version, harness_home())
            detail = f"{version}, with node {there.node}" if there else f"{version} is not installed"
            yield Check(name, bool(there), detail, f"campaigns through {what}", f"clawpub harness install {what}")
