"""The scripts that others wrote, by the digests that they have where our lock was fetched (pages/browser_parts)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from clawpub.findings import Finding

KNOWN = {
    "sqlite": "c57fbf8db8d03e335c192fb7640b3d872b78bbfd763471b49c245dec28334e44",
    "plotly-basic": "99784e3abfb07b142a15e521a439e6d9addceadb3f79553fd24c72774f0649ba",
}
"""SHA-256 of each, in hex; tests/generator/verify/test_others.py says how they are found."""
_SCRIPT = re.compile(r"assets/(sqlite|plotly-basic)\.[0-9a-f]{8}\.js")


def strange_scripts(digests: Mapping[str, str], *, same_code: bool) -> Iterator[Finding]:
    """Yield the scripts that are not the ones we know under their names."""
    for name, digest in digests.items():
        match = _SCRIPT.fullmatch(name)
        if match and digest != KNOWN[match[1]]:
            message = f"this is not the {match[1]} that this clawpub puts into pages: expected sha256 {KNOWN[match[1]]}"
            yield Finding(
                "strange-script",
                message,
                Path(name),
                hint=None if same_code else "another clawpub may have another version of it",
                severity="error" if same_code else "warning",
            )
