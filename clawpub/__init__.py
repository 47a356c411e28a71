"""clawpub: benchmark journalism that cannot print an unchecked number."""

from importlib.metadata import version

__version__ = version("clawpub")
