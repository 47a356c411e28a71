"""Whose a statement is: its signature, and the key that it is believed by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clawpub.errors import ClawpubError
from clawpub.findings import Finding
from generator.release.signing import PublicKey, read_envelope, read_public_key
from generator.release.statement import ENVELOPE, PUBLIC_KEY, STATEMENT


@dataclass(frozen=True)
class Signature:
    """What is known of who signed a release."""

    fingerprint: str = ""
    """Of the key whose signature it is; empty where there is none that holds."""
    pinned: bool = False
    """Whether the reader brought the key; else it is the site's own, on trust."""
    findings: tuple[Finding, ...] = ()


def check_signature(statement: bytes, envelope: bytes | None, own: bytes | None, pinned: PublicKey | None) -> Signature:
    """Return who signed a statement, given what the site has of an envelope and a key of its own."""
    findings = list(_wrong(statement, envelope, own, pinned))
    if findings or envelope is None:
        return Signature(findings=tuple(findings))
    key = pinned or read_public_key(own or b"")
    return Signature(key.fingerprint, pinned is not None)


def _wrong(statement: bytes, envelope: bytes | None, own: bytes | None, pinned: PublicKey | None) -> Iterator[Finding]:
    if envelope is None:
        if pinned:
            yield _finding(ENVELOPE, f"it is not there: nobody signed this release, expected {pinned.fingerprint}")
        elif own is not None:
            yield _finding(ENVELOPE, "it is not there, though the site has a key that signs: somebody took it away")
        return
    try:
        key = pinned or _own_key(own)
        told = read_envelope(envelope)
        content, signed = told.content, told.signed_by(key)
    except ClawpubError as error:
        yield _finding(ENVELOPE if own is not None or pinned else PUBLIC_KEY, error.message, error.hint)
        return
    if not signed:
        said = ", ".join(each.keyid[:80] for each in told.signatures)
        hint = "somebody else signed it" if pinned and key.fingerprint not in said else "it was changed after signing"
        yield _finding(ENVELOPE, f"no signature in it is by the key {key.fingerprint}; they say {said}", hint)
    if content != statement:
        message = f"what is signed in it is not this {STATEMENT}"
        yield _finding(ENVELOPE, message, "one of the two is of another release, or was changed")


def _own_key(own: bytes | None) -> PublicKey:
    if own is None:
        raise ClawpubError("it is not there, and release.dsse.json cannot be verified", hint="bring the key with --key")
    return read_public_key(own)


def _finding(name: str, message: str, hint: str | None = None) -> Finding:
    return Finding("signature", message, Path(name), hint=hint)
