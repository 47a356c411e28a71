"""Optional dependencies, and how to get one here."""

from __future__ import annotations

from pathlib import Path

_CHECKOUT = Path(__file__).parents[1] / "Makefile"


def install_hint(extra: str) -> str:
    """Return the command that installs an extra: in a checkout the project's own, which keeps to its lock."""
    return f"make extra NAME={extra}" if _CHECKOUT.is_file() else f"pip install 'clawpub[{extra}]'"
