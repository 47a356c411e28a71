"""clawpub: benchmark journalism that cannot print an unchecked number."""

from __future__ import annotations


def __getattr__(name: str) -> str:
    """Return `__version__`; reading it costs more than all else that a command begins with."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import version

    return version("clawpub")
