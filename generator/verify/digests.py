"""Every file against the statement: what differs, what is not there, what is there besides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from clawpub.findings import Finding
from generator.pages.policy import HEADERS
from generator.verify.origin import Got

DIGEST = "digest"
MISSING = "missing"
UNREACHABLE = "unreachable"
UNLISTED = "unlisted"

_FOR_HOSTS = frozenset({HEADERS})
"""Files that are written for hosts, of which some obey them and do not serve them."""


def damage(expected: Mapping[str, str], got: Mapping[str, Got]) -> Iterator[Finding]:
    """Yield the files that are not what the statement says, given the digest of each in hex by name."""
    for name, digest in expected.items():
        found = got[name]
        if found.missing and name in _FOR_HOSTS:
            message = "not served; Netlify and Cloudflare Pages obey it and keep it to themselves"
            yield Finding(MISSING, message, Path(name), severity="warning")
        elif found.missing:
            yield Finding(MISSING, f"{found.trouble}, expected sha256 {digest}", Path(name))
        elif found.trouble:
            yield Finding(UNREACHABLE, f"{found.trouble}, expected sha256 {digest}", Path(name))
        elif found.sha256 != digest:
            yield Finding(DIGEST, f"expected sha256 {digest}, found {found.sha256} ({found.size:,} bytes)", Path(name))


def unlisted(names: Iterable[str]) -> Iterator[Finding]:
    for name in names:
        yield Finding(
            UNLISTED, "the release does not name this file", Path(name), hint="whoever put it there did so later"
        )
